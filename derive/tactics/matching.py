"""Matching a schematic term against a term.

Schematic variables stand for any term of their sort.  One of function sort that is applied to distinct bound variables,
such as f(k) under a sum over k, matches anything in those variables (Miller patterns).  Applied to anything else it
only checks.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from derive.kernel.sorts import is_subsort
from derive.kernel.terms import App, At, Lam, SortError, Term, Var, at, instantiate, lam, spine, substitute

Mapping = dict[Var, Term]


_counter = 0


def _local(like: Lam) -> Var:
    """A stand-in for a bound variable that has been opened; never leaves this module."""
    global _counter
    _counter += 1
    return Var(f"{like.hint}#{_counter}", like.dom)


def _is_local(term: Term) -> bool:
    return isinstance(term, Var) and "#" in term.name


def match(pattern: Term, term: Term, schematic: AbstractSet[Var], known: Mapping | None = None) -> Mapping | None:
    """The values of the schematic variables that make ``pattern`` equal to ``term``, or None."""
    mapping: Mapping = dict(known or {})
    later: list[tuple[Term, Term]] = []
    if not _match(pattern, term, schematic, mapping, later):
        return None
    # f at something that is not a bound variable: by now f is known, and the two must agree.
    for p, t in later:
        waiting = [v for v in p.free if v in schematic and v not in mapping]
        if waiting:
            head, args = spine(p)
            if head not in waiting:  # f is known, and so f(j) is a formula in j
                more = _at_known(
                    substitute(head, {v: mapping[v] for v in head.free if v in mapping}), args, t, schematic, mapping
                )
                if more is None:
                    return None
                mapping = more
                continue
            rest = [a for a in args if any(v in a.free for v in waiting)]
            if rest or head not in waiting or not _guess(head, args, t, schematic, mapping):
                return None
        if substitute(p, {v: mapping[v] for v in p.free if v in mapping}) != t:
            return None
    return mapping


def _at_known(head: Term, args: list[Term], term: Term, schematic: AbstractSet[Var], known: Mapping) -> Mapping | None:
    """A family that is known, at indices that are not: one that is a letter stands in the term as that letter."""
    if isinstance(head, Lam):
        pattern: Term = head
        for a in args:
            pattern = at(pattern, substitute(a, {v: known[v] for v in a.free if v in known}))
        return match(pattern, term, schematic, known) if spine(pattern)[0] not in known else None
    mapping: Mapping | None = known
    for a in reversed(args):
        mapping = match(a, term.arg, schematic, mapping) if mapping is not None and isinstance(term, At) else None
        term = term.fn if isinstance(term, At) else term
    return mapping if term == head else None


def _guess(head: Term, args: list[Term], term: Term, schematic: AbstractSet[Var], mapping: Mapping) -> bool:
    """Last resort for f(a) against a term: f abstracts every occurrence of a, when a is a known variable."""
    values = [substitute(a, {v: mapping[v] for v in a.free if v in mapping}) for a in args]
    if not all(isinstance(v, Var) for v in values) or len(set(values)) != len(values) or not isinstance(head, Var):
        return False
    body = term
    for v in reversed(values):
        body = lam(v, body)  # type: ignore[arg-type]
    if not is_subsort(body.sort, head.sort):
        return False
    mapping[head] = body
    return True


def _has_local(term: Term) -> bool:
    return any(map(_is_local, term.free))


def _match(p: Term, t: Term, schematic: AbstractSet[Var], mapping: Mapping, later: list[tuple[Term, Term]]) -> bool:
    if isinstance(p, Var):
        if p not in schematic:
            return p == t
        if p in mapping:
            return mapping[p] == t
        if not is_subsort(t.sort, p.sort) or _has_local(t):
            return False
        mapping[p] = t
        return True
    if p.free.isdisjoint(schematic):
        return p == t
    if isinstance(p, At):
        head, args = spine(p)
        if isinstance(head, Var) and head in schematic:
            locals_ = [a for a in args if _is_local(a)]
            if len(locals_) == len(args) == len(set(args)):
                body = t
                for a in reversed(args):
                    body = lam(a, body)  # type: ignore[arg-type]
                if _has_local(body) or not is_subsort(body.sort, head.sort):
                    return False
                if head in mapping:
                    return mapping[head] == body
                mapping[head] = body
                return True
            # p_t(k) against an application with the same last argument: match the family itself
            if isinstance(t, At) and head not in mapping and is_subsort(t.fn.sort, p.fn.sort):
                trial, tail = dict(mapping), list(later)
                if _match(p.fn, t.fn, schematic, trial, tail) and _match(p.arg, t.arg, schematic, trial, tail):
                    mapping.clear()
                    mapping.update(trial)
                    later[:] = tail
                    return True
            later.append((p, t))
            return True
        if not isinstance(t, At):
            return False
        return _match(p.fn, t.fn, schematic, mapping, later) and _match(p.arg, t.arg, schematic, mapping, later)
    if isinstance(p, Lam):
        if isinstance(t, Lam):
            if p.dom != t.dom:
                return False
            c = _local(t)
            return _match(instantiate(p, c), instantiate(t, c), schematic, mapping, later)
        c = _local(p)
        try:
            return _match(instantiate(p, c), at(t, c), schematic, mapping, later)
        except SortError:
            return False
    if isinstance(p, App):
        return (
            isinstance(t, App)
            and p.op is t.op
            and len(p.args) == len(t.args)
            and all(_match(a, b, schematic, mapping, later) for a, b in zip(p.args, t.args, strict=True))
        )
    return p == t
