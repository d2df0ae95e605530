"""What a notation says under [reasons] and [definitions] is about reasons and definitions that there are."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from derive.board import catalogue
from derive.board.phrases import phrases
from derive.errors import UserError
from derive.kernel.definitions import definitions

if TYPE_CHECKING:
    from derive.render.formula.notation import Notation


def notation_for(name: str | Notation | None) -> Notation:
    """The notation, when the theorems that are asked for are loaded.  Raises UserError where it cannot be read, or has words
    for a reason that there is not, a template for no definition, or for a reason the words of another one."""
    from derive.render.formula.notation import load_notation

    notation = load_notation(name)
    unmade = {place.partition("[")[0] for place in notation.unchecked} - {d.name for d in definitions()}
    if not notation.reasons and not unmade:
        return notation
    known = phrases()
    if not {key.partition(":")[0] for key in notation.reasons} <= known.keys() or unmade:
        list(catalogue.all_entries())  # a name may be that of a theorem not yet looked at
        known = phrases()
    unmade -= {d.name for d in definitions()}
    for word in sorted(unmade):
        _refuse(
            notation,
            f"[definitions] has a template for {word}, and no definition is called so",
            word,
            [d.name for d in definitions()],
        )
    for key, words in notation.reasons.items():
        theorem, line, number = key.partition(":")
        if line and theorem in known and number.isdecimal():
            continue  # the words of one line; whether it is there is seen when the theorem is written
        if key not in known:
            _refuse(notation, f"[reasons] has words for {key}, and no reason is called so", key, list(known))
        others = [name for name, phrase in known.items() if _same(phrase, words) and not _same(phrase, known[key])]
        if others and key not in others:
            raise UserError(
                f"in the notation {notation.name}, [reasons] {key} = {words!r} are the words for {others[0]}, so a reader would take one "
                f"reason for the other; say what {key} does"
            )
    return notation


def _same(a: str, b: str) -> bool:
    return " ".join(a.split()).casefold() == " ".join(b.split()).casefold()


def _refuse(notation: Notation, what: str, name: str, known: list[str]) -> NoReturn:
    import difflib

    close = difflib.get_close_matches(name, known, n=2, cutoff=0.5)
    advice = (
        f"; did you mean {' or '.join(close)}?"
        if close
        else "; take it out, or write the name as in by=[...] or define(...)"
    )
    raise UserError(f"in the notation {notation.name}, {what}{advice}")
