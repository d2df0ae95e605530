"""derive slides: decks for lectures."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import click

from derive.cli.common import counted, notation_option
from derive.errors import UserError

if TYPE_CHECKING:
    from derive.board.entries import TheoremEntry


@click.command()
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@click.option("-o", "--output", required=True, metavar="FILE", help="The deck; its ending says of which kind.")
@click.option("--as", "target", metavar="TARGET", default="", help="The kind, where the ending does not say it.")
@notation_option
@click.option(
    "--detail",
    type=click.Choice(["board", "full", "claim"]),
    default="board",
    help="What one writes on a board (the default), every primitive step too, or the claim only.",
)
@click.option("--from", "first", type=click.IntRange(min=1), metavar="I", help="The first line to show.")
@click.option("--to", "last", type=click.IntRange(min=1), metavar="J", help="The last line to show.")
@click.option("--handout", is_flag=True, help="All lines of a slide at once, to print.")
@click.option("--flavour", default="", metavar="NAME", help="Markdown: quarto, marp, slidev.  Typst: plain, touying.")
@click.option("--title", default="", help="Of the deck; gives it a title slide.")
@click.option("--subtitle", default="", help="Stands under the title: the course, the date, your name.")
@click.option("--template", default="", metavar="FILE", help="A TOML file with colours, font, logo and aspect ratio.")
@click.option("--aspect", type=click.Choice(["16:9", "4:3"]), help="Of the slides (16:9).")
@click.option("--dark", is_flag=True, help="Light letters on a dark ground.")
@click.option("--logo", default="", metavar="FILE", help="An SVG or PNG for a corner of each slide.")
@click.option("--given", "numbers", default="", metavar="FILE", help="Add a worked example with these numbers.")
@click.option("--plot", "plots", is_flag=True, help="Add the plots there are (needs the extra plots).")
@click.option(
    "--into",
    default="",
    metavar="DECK.pptx",
    help="Add the slides to this deck or template (.potx, .pptm), in its theme.",
)
@click.option(
    "--after", type=click.IntRange(min=0), metavar="N", help="... behind its slide N; without it, at the end."
)
@click.option("--replay", is_flag=True, help="Have Rocq replay the proofs first, and say so on the slides.")
def slides(
    names: tuple[str, ...],
    output: str,
    target: str,
    aspect: str | None,
    dark: bool,
    logo: str,
    replay: bool,
    **wishes: Any,
) -> None:
    """Slides of the derivations NAME..., one line a click.

    NAME is a theorem, FILE.py::NAME, or a subject for all its theorems.  Kinds of file: .html (reveal.js), .pptx
    (PowerPoint, native equations), .tex (Beamer), .pdf, .svg, .png, .typ (Typst), .md (Quarto, Marp, Slidev), .ipynb
    (Jupyter) and .txt (spoken).
    """
    from derive.board.wording import notation_for
    from derive.slides.command import Wish, save
    from derive.slides.deck.template import load_template

    template = load_template(wishes.pop("template"), aspect=aspect or "", dark=dark, logo=logo)
    entries = found(names)
    notation_for(wishes.get("notation"))
    derivations = [(name, e.derivation) for name, e in entries.items()]
    replayed = _replayed(entries.values()) if replay else ""
    wish = Wish(template=template, replayed=replayed, **{k: v for k, v in wishes.items() if v is not None})
    deck, written, lost = save(derivations, output, wish, target)
    steps = sum(len([s for s in slide.steps if not s.carried]) for slide in deck.slides)
    more = f" and {counted(len(written) - 1, 'more file')}" if len(written) > 1 else ""
    click.echo(
        f"wrote {written[0]}{more}: {counted(len(derivations), 'derivation')}, "
        f"{counted(len(deck.slides), 'slide')}, {counted(steps, 'line')}"
        + (f"; of {wishes['into']} {lost}" if lost else "")
    )


def found(names: tuple[str, ...]) -> dict[str, TheoremEntry]:
    """The theorems of these names, by the name that they were asked for; a subject stands for its theorems."""
    from derive.board import catalogue

    out: dict[str, TheoremEntry] = {}
    for name in names:
        subject = name.strip().replace(" ", "_")
        if subject in catalogue.subjects():
            out |= {e.name: e for e in catalogue.theorems(subject)}
        elif name in out:
            raise UserError(f"{name} is named twice; name it once")
        else:
            out[name] = catalogue.find_theorem(name)
    return out


def _replayed(entries: Iterable[TheoremEntry]) -> str:
    """The version of Rocq that has replayed the proofs of all these theorems just now."""
    import tempfile

    from derive.certify.run import run_certificates, write_certificates

    asked = list(entries)
    with tempfile.TemporaryDirectory() as folder:
        made = write_certificates(asked, folder)
        results = run_certificates(folder, None, asked, [c.name for c in made])
    for r in results:
        if not r.ok:
            raise UserError(f"Rocq {r.version} does not accept the proof of {r.name}: {r.message}")
    return results[0].version
