"""The two sides of a row: what is built of each, as terms of one kind, and the relation of several rows together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from derive.kernel.sorts import INT
from derive.kernel.terms import At, Term, Var, parts_of
from derive.notes.formula.surface import Expr
from derive.notes.formula.tokens import UnreadableError
from derive.notes.meaning.build import Needs, unread
from derive.notes.meaning.values import Value


@dataclass
class Built:
    """One reading of an expression: its value, and what it rests on."""

    expr: Expr
    value: Value | None
    needs: Needs
    choice: int
    error: UnreadableError | None = None


def sides(a: Built, b: Built) -> tuple[Term, Term, list[Term]]:
    """Both sides as terms; of vectors and matrices the entries at free indices, with their ranges."""
    left, right = a.value, b.value
    assert left is not None
    assert right is not None
    rank = max(left.rank, right.rank)
    if left.rank and right.rank and left.rank != right.rank:
        raise unread(b.expr, "a vector on one side and a matrix on the other")
    if left.rank == right.rank == 1 and left.row != right.row:
        raise unread(b.expr, "a row on one side and a column on the other")
    letters = [Var(f"i_{n + 1}" if rank > 1 else "i_", INT) for n in range(rank)]
    facts: list[Term] = []
    for n, v in enumerate(letters):
        sizes = [x.dims[n] for x in (left, right) if x.rank == rank]
        size = next((s for s in sizes if s is not None), None)
        if size is not None:
            facts += [size.low <= v, v <= size.high]
    return (left.at(*letters) if left.rank else left.term), (right.at(*letters) if right.rank else right.term), facts


def try_entry(value: Value) -> None:
    """Build the entry once, so that what cannot be built is known here."""
    value.at(*(Var("i_", INT) for _ in value.dims))


def together(signs: Sequence[str]) -> str:
    """The relation of the first expression to the last; "" where these signs give none."""
    kinds = set(signs)
    if kinds <= {"=", ":="}:
        return "="
    for weak, strict in (("<=", "<"), (">=", ">")):
        if kinds <= {"=", ":=", weak, strict}:
            return strict if strict in kinds else weak
    return ""


def as_number(v: Var, terms: Sequence[Term]) -> bool:
    """Whether a letter stands in terms as a number, and not only as the place of something in a list."""
    return any(
        t == v or as_number(v, [p for p in parts_of(t) if not (isinstance(t, At) and p == t.arg == v)]) for t in terms
    )
