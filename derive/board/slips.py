"""What an author meant whose Python went wrong: the name, the import or the call to write instead.

Names are compared, and nothing is run to find out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from difflib import SequenceMatcher, get_close_matches
from types import FrameType
from typing import Any

import derive.board.reasons as tactics
import derive.lemmas as lemmas
from derive.board.calc import Calc
from derive.board.reasons import NotAReasonError, Tactic, describe, is_statement
from derive.board.source import LINES
from derive.errors import UserError, described
from derive.kernel.definitions import Definition
from derive.kernel.terms import Term, Var
from derive.language import conditions, definitions, letters, syntax

_CONDITION = ("assumption", "by assumption", "as just shown", "condition", "fact", "hypothesis", "given")
"""What pages write, and proof files cannot, where a condition is cited."""
_CITE = "cite the condition or the fact as it stands in the file, such as by=Eq(a, b), or by a name that it has there"
_NUMBERS_ONLY = (
    (re.compile(r"must be real number, not \w+"), "log(V), exp(V), ... of derive, not those of Python's math"),
    (re.compile(r"argument must be .*real number, not '?\w+"), "the term itself; it is no number of Python's"),
    (re.compile(r"object cannot be interpreted as an integer"), "Sum(p[k], (k, 1, V)), not Python's sum over a range"),
)
"""What Python says that was given a term where it needs a number, and what to write."""


def told(error: BaseException, file: str, theorems: Callable[[], Iterable[Any]]) -> str:
    """The error as Python says it, and what was meant, as far as that can be told; ``theorems`` are those that may be cited."""
    frame = _frame(error, file)
    names = {**frame.f_globals, **frame.f_locals} if frame is not None else {}
    if isinstance(error, NotAReasonError):
        hint = _of_words(error.reason, names, [*theorems()]) if isinstance(error.reason, str) else ""
        return f"{error.reason!r} is not a reason; {hint}" if hint else str(error)
    hint = _hint(error, names, theorems)
    return described(error) + (f"; {hint}" if hint else "")


def _hint(error: BaseException, names: Mapping[str, Any], theorems: Callable[[], Iterable[Any]]) -> str:
    if isinstance(error, NameError):
        return _of_name(error.name or "", names, [*theorems()])
    if isinstance(error, AttributeError) and isinstance(error.obj, Calc):
        return _of_method(error.name or "")
    if isinstance(error, TypeError):
        return next((f"write {instead}" for says, instead in _NUMBERS_ONLY if says.search(described(error))), "")
    return ""


def _frame(error: BaseException, file: str) -> FrameType | None:
    """The author's function that the error passed through last."""
    frame, trace = None, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == file:
            frame = trace.tb_frame
        trace = trace.tb_next
    return frame


def _of_method(name: str) -> str:
    methods = sorted(m for m, x in vars(Calc).items() if callable(x) and not m.startswith("_") and x.__doc__)
    kept = [m for m in methods if m in (*LINES, "begin", "induction")]
    return f"there are {', '.join(f'calc.{m}' for m in kept)}"


# --- names -----------------------------------------------------------------------------------------------------------


def _of_name(name: str, names: Mapping[str, Any], theorems: Sequence[Any]) -> str:
    """Where to import a name from; the names that are like it."""
    if name in ("calc", "c"):
        mine = next((n for n, x in names.items() if isinstance(x, Calc)), "")
        if mine:
            return f"the lines of this proof are written with {mine}"
    if name in _CONDITION:
        return _CITE
    known = _known(theorems)
    if name in known:
        return f"write {_import(name, known)}"
    own = [n for n in names if not n.startswith("_")]
    close = _near(name, (*own, *known))
    return f"did you mean {' or '.join(_with_import(n, names, known) for n in close)}?" if close else ""


def _near(word: str, words: Iterable[str]) -> list[str]:
    """The words that are like it, those only that are about as near as the nearest."""
    close = get_close_matches(word, [*dict.fromkeys(words)], n=3, cutoff=0.75)
    how = [SequenceMatcher(None, x, word).ratio() for x in close]
    return [x for x, ratio in zip(close, how, strict=True) if ratio > how[0] - 0.06]


def _known(theorems: Sequence[Any]) -> dict[str, str]:
    """The names that can be imported, and from where."""
    found = {e.name: e.module for e in theorems}
    found |= {n: letters.__name__ for n, x in vars(letters).items() if isinstance(x, Var)}
    return found | dict.fromkeys(library(), "derive")


def library() -> dict[str, Any]:
    """What authors write formulas and reasons with, of what ``from derive import *`` gives."""
    found = {n: getattr(module, n) for module in (syntax, lemmas) for n in module.__all__}
    found |= {n: x for n, x in vars(definitions).items() if isinstance(x, Definition)}
    for module in (conditions, tactics):
        own = (n for n, x in vars(module).items() if getattr(x, "__module__", "") == module.__name__)
        found |= {n: getattr(module, n) for n in own if n.islower() and not n.startswith("_")}
    for helper in ("as_list", "describe", "is_statement"):
        del found[helper]
    return found


def _import(name: str, known: Mapping[str, str]) -> str:
    return f"from {known[name]} import {name}"


def _with_import(name: str, names: Mapping[str, Any], known: Mapping[str, str]) -> str:
    return name if name in names else f"{name} ({_import(name, known)})"


# --- words copied off a page -----------------------------------------------------------------------------------------


def _of_words(words: str, names: Mapping[str, Any], theorems: Sequence[Any]) -> str:
    """What to write for a text that stands as a reason."""
    said = " ".join(words.split()).casefold().removesuffix(".")
    if said in _CONDITION:
        return _CITE
    if said in ("definition", "by definition"):
        return "a definition is cited by its name, such as by=cross_entropy"
    if said == "the two cases":
        return "write by_cases(...) with the statement that tells the cases apart, and the other reasons"
    known, reasons = _known(theorems), _reasons(names, theorems)
    if words in reasons:
        return f"write {_with_import(words, names, known)} without quotation marks"
    phrases = {p: n for n, p in reversed(reasons.items())}
    if said in phrases:
        return f"write {_with_import(phrases[said], names, known)}, whose words these are"
    near = [*(phrases[p] for p in _near(said, phrases)), *_near(words, reasons)]
    offered = " or ".join(_with_import(n, names, known) for n in dict.fromkeys(near))
    return f"did you mean {offered}?" if offered else ""


def _reasons(names: Mapping[str, Any], theorems: Sequence[Any]) -> dict[str, str]:
    """The reasons that have a name, and the words that pages print for them; the author's own before the library's."""
    things = library() | {e.name: e for e in reversed(theorems)} | dict(names)
    out: dict[str, str] = {}
    for name, thing in things.items():
        if isinstance(thing, (Definition, Tactic)) or (is_statement(thing) and not isinstance(thing, (type, Term))):
            try:
                out[name] = describe(thing).phrase.replace("–", "-").casefold()
            except (UserError, TypeError):
                continue
    return out
