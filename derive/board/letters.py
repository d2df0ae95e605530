"""What a reader could take for something else: the letters of a claim, its integers, and the conventions it uses."""

from __future__ import annotations

from collections.abc import Iterable

from derive.board.refusals import ClaimError
from derive.kernel.definitions import Definition
from derive.kernel.sorts import INT, REAL, Fn, Sort
from derive.kernel.terms import App, Term, Var, subterms
from derive.language import letters
from derive.operators import CARDS

_RESERVED = {"log", "ln", "exp", "argmin", "argmax", "softmax", "H", "KL", "LSE", "NLL", "GM", "PPL"}


def check_letters(who: str, where: str, statements: Iterable[Term]) -> None:
    """Raises ClaimError when a letter of the statements of the theorem ``who`` reads as something else."""
    variables = frozenset().union(*(t.free for t in statements))
    for v in variables:
        _reads_as_itself(who, where, v)
    seen: dict[str, Var] = {}
    for v in sorted(variables, key=lambda v: repr(v.sort)):
        twin = seen.setdefault(v.name, v)
        if twin != v:  # a reader could not tell them apart
            raise ClaimError(
                f"{where}: {who} uses the letter {v.name} both for {_sort_words(twin)} and for {_sort_words(v)}; "
                "rename one of them"
            )


def _reads_as_itself(who: str, where: str, v: Var) -> None:
    """A reader must not take a letter for an operator, or an integer for a real number."""
    if not v.name.replace("'", "").isidentifier() or v.name in _RESERVED:
        raise ClaimError(f"{where}: {who} has a variable named {v.name!r}, which reads as something else; rename it")
    usual = {_value_sort(x) for x in _usual() if x.name == v.name}
    kind = _value_sort(v)
    if kind in (INT, REAL) and usual & {INT, REAL} and kind not in usual:
        words = ("an integer", "a real number") if kind == INT else ("a real number", "an integer")
        raise ClaimError(
            f"{where}: in {who} the letter {v.name} stands for {words[0]}, and a reader takes it for {words[1]}; "
            "choose another letter"
        )


def notes(statements: Iterable[Term], formulas: Iterable[Term]) -> tuple[str, ...]:
    """To be said on the page: integers of the statements whose letter does not say that they are, and the conventions
    that the formulas use."""
    usual = {x.name for x in _usual() if x.sort == INT}
    unusual = sorted({v.name for t in statements for v in t.free if v.sort == INT and v.name not in usual})
    out = tuple(f"{name} is an integer" for name in unusual)
    return (*out, *_conventions(formulas))


def _conventions(formulas: Iterable[Term]) -> tuple[str, ...]:
    """What the cards of the operators in the formulas, and in their definitions, want to be said."""
    used: dict[str, None] = {}
    waiting, seen = list(formulas), set[Term]()
    while waiting:
        for t in subterms(waiting.pop()):
            if not isinstance(t, App) or t in seen:
                continue
            seen.add(t)
            if isinstance(t.op, Definition):
                waiting.append(t.op.body)
            elif CARDS[t.op].convention:
                used[CARDS[t.op].convention] = None
    return tuple(used)


def _usual() -> list[Var]:
    """The letters of the subject."""
    return [x for x in vars(letters).values() if isinstance(x, Var)]


def _value_sort(v: Var) -> Sort:
    sort = v.sort
    while isinstance(sort, Fn):
        sort = sort.cod
    return sort


def _sort_words(v: Var) -> str:
    sort = v.sort
    if sort == INT:
        return "an integer"
    if isinstance(sort, Fn):
        return f"a function {sort!r}"
    return f"a {sort!r}"
