"""What a step changed: the parts of the new line that the proof rewrote, for printers to highlight.

The proof of a line is a tree of kernel rules.  Congruence rules say where in the formula a rewriting took place and
transitivity puts rewritings one after the other; whatever other rule proves an equation changed all of its right side.
Where that is more than really differs, because the step went through a normal form, the difference of the two terms
says it more closely.
"""

from __future__ import annotations

from collections.abc import Iterator

from derive.kernel.terms import App, At, Num, Term, parts_of
from derive.kernel.theorem import Theorem
from derive.record.derivation import Block

Path = tuple[int, ...]  # which child, from the top down: arguments of an operator, 0 and 1 of f[a], 0 under a binder
_ROOT: Path = ()


def changed(block: Block, index: int) -> tuple[Path, ...]:
    """The parts of line ``index`` of ``block`` that differ from the line before; () when all of it does, or nothing."""
    line = block.lines[index]
    before = block.lines[index - 1].term if index else block.start
    return changed_parts(before, line.term, line.theorem)


def changed_parts(before: Term, after: Term, proof: Theorem | None) -> tuple[Path, ...]:
    """The changed parts of ``after``, by the proof of before = after where there is one."""
    if before == after:
        return ()
    differing = _difference(before, after)
    found = _rewritten(proof) if proof is not None and _shows(proof, before, after) else {_ROOT}
    parts: set[Path] = set()
    for path in found:
        path = _within(after, path)
        inside = [d for d in differing if d[: len(path)] == path]
        if inside and (len(inside) == 1 or 2 * sum(_size(part(after, d)) for d in inside) <= _size(part(after, path))):
            parts.update(inside)  # the proof rewrote more than what is new
        elif inside or any(path[: len(d)] == d for d in differing):
            parts.add(path)
        # else it was rewritten there and back
    parts = {p for p in parts if not any(p[: len(q)] == q for q in parts if q != p)}
    return () if _ROOT in parts else tuple(sorted(parts))


def rewritten(before: Term, after: Term, proof: Theorem | None) -> frozenset[Path]:
    """The places, of either term, at which the proof of before = after rewrote; the root where that cannot be said.

    What is at a place with none of them above it stands in both terms, and the proof shows the two equal.
    """
    if before == after:
        return frozenset()
    if proof is None or not _shows(proof, before, after):
        return frozenset({_ROOT})
    return frozenset().union(*_sides(proof))


def part(term: Term, path: Path) -> Term:
    """The part of a term at a path."""
    for i in path:
        term = parts_of(term)[i]
    return term


def _shows(proof: Theorem, before: Term, after: Term) -> bool:
    concl = proof.concl
    return isinstance(concl, App) and len(concl.args) == 2 and concl.args == (before, after)


def _within(term: Term, path: Path) -> Path:
    """The path as far as it goes in the term; a function that is written without its argument ends it."""
    for depth, i in enumerate(path):
        children = parts_of(term)
        if i >= len(children):
            return path[:depth]
        term = children[i]
    return path


def _size(term: Term) -> int:
    return 1 + sum(map(_size, parts_of(term)))


# --- from the proof --------------------------------------------------------------------------------------------------


def _rewritten(proof: Theorem) -> set[Path]:
    """Where the right side of a proved equation was rewritten."""
    return set(_sides(proof)[1])


def _sides(proof: Theorem) -> tuple[frozenset[Path], frozenset[Path]]:
    """Where a proved equation rewrote, in the left side and in the right side."""
    memo: dict[int, tuple[frozenset[Path], frozenset[Path]]] = {}
    stack = [proof]
    while stack:
        th = stack[-1]
        if id(th) in memo:
            stack.pop()
            continue
        waiting = [p for p in _equations_in(th) if id(p) not in memo]
        if waiting:
            stack.extend(waiting)
            continue
        memo[id(th)] = _places(th, memo)
        stack.pop()
    return memo[id(proof)]


def rewritings(equation: Theorem) -> Iterator[Theorem]:
    """The steps by which the sides of a proved equation differ: what is rewritten in their parts, and one after the other."""
    waiting, done = [equation], set[int]()
    while waiting:
        th = waiting.pop()
        if id(th) in done:
            continue
        done.add(id(th))
        inner = _equations_in(th)
        waiting += inner
        if not inner and not _shows_nothing(th):
            yield th


def _shows_nothing(th: Theorem) -> bool:
    return isinstance(th.concl, App) and len(th.concl.args) == 2 and th.concl.args[0] == th.concl.args[1]


_THROUGH = {"sym": (0,), "trans": (0, 1), "cut": (1,), "cong_at": (0, 1), "ext": (1,), "bigop_ext": (4,)}


def _equations_in(th: Theorem) -> list[Theorem]:
    """The premises that say where the equation changed something."""
    rule, args = th.proof.rule, th.proof.args
    if rule == "cong":
        return list(args[1])
    return [args[i] for i in _THROUGH.get(rule, ())]


def _places(
    th: Theorem, memo: dict[int, tuple[frozenset[Path], frozenset[Path]]]
) -> tuple[frozenset[Path], frozenset[Path]]:
    """The places rewritten, in the left side and in the right side."""
    rule = th.proof.rule
    inner = [memo[id(p)] for p in _equations_in(th)]
    if rule == "refl":
        return frozenset(), frozenset()
    if rule == "sym":
        return inner[0][1], inner[0][0]
    if rule == "cut":
        return inner[0]
    if rule == "trans":
        (left, met), (from_met, right) = inner
        return left | _untouched(from_met, met), right | _untouched(met, from_met)
    if rule in ("cong", "cong_at"):
        assert isinstance(th.concl, App)
        sides = []
        for side, term in enumerate(th.concl.args):
            paths = frozenset((i, *p) for i, e in enumerate(inner) for p in e[side])
            if rule == "cong_at" and (_ROOT in inner[0][side] or (paths and not isinstance(term, At))):
                paths = frozenset({_ROOT})  # another function, or one that leaves no trace at its argument
            sides.append(paths)
        return sides[0], sides[1]
    if rule == "ext":
        return _under(inner[0], (0,))
    if rule == "bigop_ext":
        return _under(inner[0], (2, 0))
    return frozenset({_ROOT}), frozenset({_ROOT})


def _under(sides: tuple[frozenset[Path], frozenset[Path]], prefix: Path) -> tuple[frozenset[Path], frozenset[Path]]:
    left, right = (frozenset((*prefix, *p) for p in side) for side in sides)
    return left, right


def _untouched(paths: frozenset[Path], by: frozenset[Path]) -> frozenset[Path]:
    """The paths that stay where they are when the places ``by`` are rewritten: those not inside such a place."""
    return frozenset(p for p in paths if not any(p[: len(b)] == b for b in by))


# --- from the two terms ----------------------------------------------------------------------------------------------


def _difference(a: Term, b: Term, path: Path = _ROOT) -> list[Path]:
    """The outermost places of ``b`` at which it differs from ``a``."""
    if a == b:
        return []
    left, right = parts_of(a), parts_of(b)
    alike = type(a) is type(b) and not isinstance(a, Num) and bool(left) and len(left) == len(right)
    if not alike or (isinstance(a, App) and isinstance(b, App) and a.op is not b.op):
        return [path]
    return [p for i, (x, y) in enumerate(zip(left, right, strict=True)) for p in _difference(x, y, (*path, i))]
