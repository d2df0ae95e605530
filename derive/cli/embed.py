"""derive embed: derivations into documents of one's own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from derive.cli.common import counted
from derive.errors import UserError

if TYPE_CHECKING:
    from derive.embed.calls import Call


@click.command()
@click.argument("documents", nargs=-1, required=True, metavar="DOCUMENT...")
@click.option(
    "--as", "kind", metavar="KIND", default="", help="quarto, myst, sphinx or latex, where the ending does not say it."
)
@click.option(
    "--check", "only_check", is_flag=True, help="Write nothing; say whether what is embedded is still proved."
)
def embed(documents: tuple[str, ...], kind: str, only_check: bool) -> None:
    """Write the derivations for which documents ask into a file beside them.

    A Quarto or pandoc document asks with {{< derive NAME >}}, a MyST document with the directive {derive} NAME, a LaTeX document
    with \\derive{NAME}; options are notation, expand, join, where, conditions and lines.  The file is _derive.lua, _derive.mjs
    (for Sphinx, with --as sphinx, _derive.py) or derive-embed.tex.  With --check the exit status is 1 where the file lacks a derivation, or
    has one that is not the one that is proved now.
    """
    from derive.embed.calls import text_of
    from derive.embed.pages import pages
    from derive.embed.write import WAYS, content
    from derive.files import write_made

    asked: dict[tuple[Path, str], list[Call]] = {}
    for document in documents:
        ways = (
            [kind] if kind else [name for name, w in WAYS.items() if w.endings and document.lower().endswith(w.endings)]
        )
        if not set(ways) <= set(WAYS) or not ways:
            said = f"there is no kind {kind!r}" if kind else f"{document}: its ending says not of which kind it is"
            raise UserError(f"{said}; the kinds are {', '.join(WAYS)}, chosen with --as")
        text = text_of(document)
        for way in ways:
            asked.setdefault((Path(document).parent, way), []).extend(WAYS[way].calls(document, text))
    made = {place: pages(found, place[0], WAYS[place[1]]) for place, found in asked.items()}
    if only_check:
        _check(asked, made)
        return
    written = {
        folder / WAYS[way].file: content(WAYS[way], shown).encode() for (folder, way), shown in made.items() if shown
    }
    if not written:
        raise UserError(
            f"{', '.join(documents)[:200]}: no derivation is asked for; write {{{{< derive NAME >}}}}, {{derive}} NAME or \\derive{{NAME}}"
        )
    write_made(written)
    for (folder, way), shown in made.items():
        if shown:
            click.echo(f"wrote {folder / WAYS[way].file}: {counted(len(shown), 'derivation')}")


def _check(asked: Mapping[tuple[Path, str], list[Call]], made: Mapping[tuple[Path, str], dict[str, str]]) -> None:
    """Each call against the file: what is made now must stand there as it is."""
    from derive.embed.write import WAYS

    wrong, right = [], 0
    for (folder, way), found in asked.items():
        file = folder / WAYS[way].file
        there = file.read_text("utf-8") if file.is_file() else ""
        for call in found:
            if WAYS[way].entry(call.key, made[folder, way][call.key]) in there:
                right += 1
            else:
                wrong.append(f"{call.where}: {call.name} in {file} is missing or is not what is proved now")
    for line in wrong:
        click.echo(line)
    click.echo(f"{counted(right, 'derivation')} as proved now" + ("; run derive embed again" if wrong else ""))
    if wrong:
        raise SystemExit(1)
