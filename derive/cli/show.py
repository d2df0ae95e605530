"""derive show: one derivation, printed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import click

from derive.cli.common import notation_option, on_a_terminal, screen_width, shape_options, write_text
from derive.errors import UserError
from derive.values import replace

if TYPE_CHECKING:
    from derive.board.entries import TheoremEntry
    from derive.cli.earlier import Page
    from derive.render.formula.notation import Notation

Wanted = tuple[tuple[str, ...], tuple[str, ...], bool]  # what is opened, what is joined, whether it is reversed
PAGES = ("text", "latex", "rocq")
PIECES = ("beamer", "html", "markdown", "typst", "pptx", "speech")


@click.command()
@click.argument("name")
@click.option("--as", "target", type=click.Choice([*PAGES, *PIECES]), default="text", help="What to print.")
@click.option("--fragment", "form", flag_value="fragment", default="fragment", help="The piece alone (the default).")
@click.option("--standalone", "form", flag_value="standalone", help="A whole LaTeX document.")
@click.option("--detail", type=click.Choice(["board", "full", "claim"]), help="For slides: how much of it.")
@click.option("--from", "first", type=click.IntRange(min=1), metavar="I", help="For slides: the first line to show.")
@click.option("--to", "last", type=click.IntRange(min=1), metavar="J", help="For slides: the last line to show.")
@shape_options
@click.option("--flavour", metavar="NAME", help="Of Markdown: quarto, marp, slidev; of Typst: plain, touying.")
@click.option(
    "--where/--no-where",
    default=None,
    help="State each definition that the derivation uses, those of the library too; in a whole document that is the default.",
)
@click.option("--number", is_flag=True, help="In LaTeX: number the lines, with the labels derive:NAME:LINE.")
@click.option(
    "--reasons",
    type=click.Choice(["beside", "below"]),
    help="In LaTeX: beside the lines where all fit there (the default), or below them.",
)
@click.option("--conditions", is_flag=True, help="Number the conditions, and say at each line which of them it uses.")
@click.option("--code", is_flag=True, help="Add the code of each definition that the derivation uses.")
@click.option("--ascii", "plain", is_flag=True, help="Text without Unicode.")
@click.option(
    "--verify/--no-verify",
    default=None,
    help="Say that the page was read back before it was printed; or print it unread.",
)
@click.option(
    "--fresh", is_flag=True, help="Prove what is shown, though it was proved earlier from the very same sources."
)
@click.option("-o", "--output", metavar="FILE", help="Write to a file instead of the screen.")
@notation_option
def show(
    name: str, target: str, form: str, where: bool | None, number: bool, reasons: str | None, conditions: bool, code: bool, plain: bool,
    verify: bool | None, fresh: bool, output: str | None, notation: str | None, expand: tuple[str, ...], join: tuple[str, ...], reverse: bool,
    **wishes: Any,
) -> None:  # fmt: skip
    """The derivation NAME: conditions, claim, and a line for every step with its reason.

    NAME is a theorem of the catalogue, a definition or a lemma, FILE.py::NAME, or FILE.py for all theorems in it.  beamer, html, markdown, typst, pptx and speech print a piece to
    put into slides that there are already; whole decks are written by 'derive slides'.
    """
    given = {k: v for k, v in wishes.items() if v is not None}
    if (number or reasons) and target != "latex":
        raise UserError(f"--{'number' if number else 'reasons'} is for LaTeX; add --as latex")
    if target in PIECES:
        if code or plain or where or conditions or form == "standalone":
            raise UserError(
                f"--as {target} prints a piece for slides, without --code, --where, --conditions, --ascii and --standalone"
            )
        _ending_fits(output, target)
        write_text(output, _piece(name, target, notation or "", given, (expand, join, reverse)))
        _say_verified(verify, name, f"as {target}" if target != "speech" else "")
        return
    if given:
        option = {"first": "from", "last": "to"}.get(next(iter(given)), next(iter(given)))
        raise UserError(f"--{option} is for slides; add --as with one of {', '.join(PIECES)}")
    page = None
    if target != "rocq" and not (code or expand or join or reverse or notation or output) and verify is None:
        from derive.cli.earlier import Page

        page = Page(name, (target, form, where, number, reasons, conditions, plain, screen_width(), on_a_terminal()))
        if not fresh and _shown_earlier(page):
            return
    from derive.board import catalogue
    from derive.board.wording import notation_for

    known = _of_the_library(name, target, notation, plain)
    if verify and (known is not None or target == "rocq"):
        raise UserError("--verify reads back a derivation as text, in LaTeX or as a piece for slides")
    if known is not None and (expand or join or reverse):
        raise UserError(
            "--expand, --join and --reverse are for the lines of a derivation, and this is a lemma or a definition"
        )
    if known is not None:
        write_text(output, known)
        return
    wanted = (expand, join, reverse)
    entries = list(catalogue.named((name,)).values()) if name.endswith(".py") else [catalogue.find_theorem(name)]
    if len(entries) > 1 and (any(wanted) or form == "standalone"):
        raise UserError(
            f"{name} holds several theorems, and --standalone, --expand, --join and --reverse are about one; name it as "
            f"{name}::{entries[0].name}, or write all with 'derive handout {name} -o FILE'"
        )
    asked = _Asked(
        target, form, where, reasons, conditions, number, code, plain, verify, notation_for(notation), wanted
    )
    text = "\n".join(_page(entry, asked) for entry in entries)
    if target == "text" and output is None and on_a_terminal() and _where_from(entries[0]):
        text += f"\n{_where_from(entries[0])}\n"
    write_text(output, text)
    _say_verified(verify, name, "in LaTeX" if target == "latex" else "as text")
    if page is not None:
        page.keep(text)


class _Asked(NamedTuple):
    """What was asked for of a page."""

    target: str
    form: str
    where: bool | None
    reasons: str | None
    conditions: bool
    number: bool
    code: bool
    plain: bool
    verify: bool | None
    profile: Notation
    shape: Wanted


def _page(entry: TheoremEntry, asked: _Asked) -> str:
    """The page of a theorem.  Raises UserError where it cannot be printed, or reads as something else."""
    expand, join, reverse = asked.shape
    if asked.target == "rocq":
        from derive.certify import claim_rocq

        if expand or join or reverse:
            raise UserError("--expand, --join and --reverse are choices of a page; --as rocq prints the claim")
        if asked.code or asked.where or asked.conditions:
            raise UserError(
                "--code, --where and --conditions go with text and LaTeX; --as rocq prints the claim for readers of Rocq"
            )
        return _whole_lines(claim_rocq(entry))
    from derive.board.opened import presented

    derivation = presented(entry.derivation, expand, join, reverse)[0]
    verified, conditions = asked.verify is not False, asked.conditions
    if asked.target == "latex":
        from derive.render.pages.latex import derivation_latex

        alone = asked.form == "standalone"
        where = alone if asked.where is None else asked.where
        text = derivation_latex(
            derivation, asked.profile, alone, asked.reasons or "beside", where=where, conditions=conditions, number=asked.number
        )  # fmt: skip
        _read_back(text, derivation, asked.profile, "latex", verified)
        if asked.code:
            if alone:
                raise UserError("--code adds formulas after the derivation; use it with --fragment")
            text += _code_latex(derivation)
        return _whole_lines(text)
    from derive.render.pages.text import derivation_text

    text = derivation_text(
        derivation,
        asked.profile,
        width=screen_width(),
        ascii=asked.plain,
        where=bool(asked.where),
        conditions=conditions,
    )
    _read_back(text, derivation, asked.profile, "ascii" if asked.plain else "text", verified)
    return _whole_lines(text + _code_text(derivation) if asked.code else text)


def _whole_lines(text: str) -> str:
    return text if text.endswith("\n") else text + "\n"


def _shown_earlier(page: Page) -> bool:
    """Prints the page as it was printed when the same was asked, if it is known."""
    from derive.cli.common import to_a_person
    from derive.cli.earlier import SAID

    text = page.kept()
    if text is None:
        return False
    write_text(None, text)
    if to_a_person():
        click.echo(f"derive: {SAID}", err=True)
    return True


def _read_back(text: str, derivation: Any, profile: Any, form: str, wanted: bool) -> None:
    """A page says what was proved, or is refused."""
    if wanted:
        from derive.render.pages.readback import refuse_misread

        refuse_misread(text, derivation, profile, form)


def _say_verified(asked: bool | None, name: str, form: str) -> None:
    """That the page was read back, beside the page and not in it."""
    if asked:
        what = f"{name} {form} was read back: it says what was proved, and can be read in no other way"
        click.echo(f"derive: {what}" if form else f"derive: {name} as speech is not read back", err=True)


def _ending_fits(output: str | None, target: str) -> None:
    """A piece is text to put into a file of another kind; as a file of slides of its own it would not open."""
    from derive.slides.targets import TARGETS

    if output is not None and target == "pptx" and output.lower().endswith(TARGETS[target].endings):
        raise UserError(f"a piece for PowerPoint is XML and no presentation; 'derive slides' writes {output}")


def _piece(name: str, target: str, notation: str, wishes: dict[str, Any], shape: Wanted) -> str:
    from derive.board import catalogue
    from derive.board.wording import notation_for
    from derive.cli.slides import shaped
    from derive.slides.command import Wish, fragment, make_deck
    from derive.slides.readback import refuse_misread
    from derive.slides.targets import target_of

    wish = Wish(notation=notation, **wishes)
    entries = catalogue.named((name,))
    notation_for(notation)
    named, shapes = shaped([(asked, e.derivation) for asked, e in entries.items()], *shape)
    wish = replace(wish, shapes=shapes)
    deck = make_deck(named, wish)
    refuse_misread(deck, named, target, wish.choice().notation)
    if target == "beamer" and len(deck.sheets) > 1:
        last = max((s.number for x in deck.sheets[0] for s in x.steps), default=1)
        click.echo(
            f"derive: this takes {len(deck.sheets)} frames; for one of them choose lines, such as --from 1 --to {last}",
            err=True,
        )
    return fragment(deck, target_of("", target), wish)


def _of_the_library(name: str, target: str, notation: str | None, plain: bool) -> str | None:
    """What there is to say of a lemma, an axiom or a definition; None when the name is none of theirs."""
    from derive.board.wording import notation_for
    from derive.cli.library import definition_named, definition_text, lemma_text
    from derive.lemmas import LEMMAS

    lemma, definition = LEMMAS.get(name), definition_named(name)
    if lemma is None and definition is None:
        return None
    if target != "text":
        what = "lemma" if lemma is not None else "definition"
        raise UserError(f"{name} is a {what} of the library; it is shown as text only")
    if lemma is not None:
        return lemma_text(lemma, notation_for(notation), plain)
    assert definition is not None
    return definition_text(definition, notation_for(notation), plain, screen_width())


def _where_from(entry: Any) -> str:
    """How a proof of one's own gets the theorem."""
    own = not entry.module.startswith("derive.proofs.")
    return "" if own else f"  to cite it: from {entry.module} import {entry.name}"


def _definitions_in(derivation: Any) -> list[str]:
    from derive.kernel.definitions import Definition
    from derive.kernel.terms import App, subterms

    found: dict[str, None] = {}
    for block in derivation.blocks:
        for term in (derivation.claim, block.start, *(line.term for line in block.lines)):
            for part in subterms(term):
                if isinstance(part, App) and isinstance(part.op, Definition):
                    found[part.op.name] = None
    return list(found)


def _code_text(derivation: Any) -> str:
    from derive.language.code import source

    parts = [source(n) for n in _definitions_in(derivation)]
    shown = "\n\n".join(p for p in parts if p)
    return f"\n  the code\n\n{_indented(shown)}\n" if shown else "\n  no definition here has a code line\n"


def _indented(text: str) -> str:
    return "\n".join("    " + line if line else "" for line in text.splitlines())


def _code_latex(derivation: Any) -> str:
    from derive.language.code import code_latex

    lines = [x for x in (code_latex(n) for n in _definitions_in(derivation)) if x]
    if not lines:
        return "% no definition here has a code line\n"
    return "\\noindent\\textit{The code.}\n" + "".join(f"\\[\n  {x}\n\\]\n" for x in lines)
