"""Derived rules of logic: short combinations of kernel rules that every tactic needs."""

from __future__ import annotations

from collections.abc import Mapping

from derive.kernel import rules as r
from derive.kernel.definitions import Definition
from derive.kernel.terms import FORALL, IMPLIES, App, At, Lam, Term, Var, fresh, spine
from derive.kernel.terms import instantiate as open_binder
from derive.kernel.theorem import Theorem


def is_app(term: Term, op: object) -> bool:
    return isinstance(term, App) and term.op is op


def sides(statement: Term) -> tuple[Term, Term]:
    """The two sides of a binary statement."""
    if not isinstance(statement, App) or len(statement.args) != 2:
        raise ValueError(f"{statement} has no two sides")
    return statement.args[0], statement.args[1]


def instantiate(th: Theorem, mapping: dict[Var, Term]) -> Theorem:
    """``th`` with its free variables replaced; trivial replacements are left out."""
    pairs = tuple((v, t) for v, t in mapping.items() if v != t)
    return r.inst(th, pairs) if pairs else th


def instantiate_named(th: Theorem, values: Mapping[str, Term]) -> Theorem:
    """``th`` with its free variables replaced, by name."""
    by_name = {v.name: v for v in th.free}
    return instantiate(th, {by_name[name]: t for name, t in values.items()})


def resolve(th: Theorem, *lemmas: Theorem) -> Theorem:
    """``th`` with hypotheses replaced by those of the lemmas that prove them."""
    for lemma in lemmas:
        if lemma.concl in th.hyps:
            th = r.cut(lemma, th)
    return th


def chain(*equations: Theorem) -> Theorem:
    """a = b, b = c, ... give a = c; steps a = a are skipped."""
    out = equations[0]
    for e in equations[1:]:
        if is_refl(e):
            continue
        out = e if is_refl(out) else r.trans(out, e)
    return out


def is_refl(th: Theorem) -> bool:
    a, b = sides(th.concl)
    return a == b


def mp_all(th: Theorem, *lemmas: Theorem) -> Theorem:
    for lemma in lemmas:
        th = r.mp(th, lemma)
    return th


def iff_refl(statement: Term) -> Theorem:
    imp = r.discharge(statement, r.assume(statement))
    return r.iff_intro(imp, imp)


def iff_sym(th: Theorem) -> Theorem:
    """P <=> Q gives Q <=> P."""
    p, q = sides(th.concl)
    forth, back = r.mp(r.iff_forth(th), r.assume(p)), r.mp(r.iff_back(th), r.assume(q))
    return r.iff_intro(r.discharge(q, back), r.discharge(p, forth))


def iff_trans(first: Theorem, second: Theorem) -> Theorem:
    """P <=> Q and Q <=> R give P <=> R."""
    p, _ = sides(first.concl)
    _, s = sides(second.concl)
    forth = r.mp(r.iff_forth(second), r.mp(r.iff_forth(first), r.assume(p)))
    back = r.mp(r.iff_back(first), r.mp(r.iff_back(second), r.assume(s)))
    return r.iff_intro(r.discharge(p, forth), r.discharge(s, back))


def over_range(v: Var, low: Term, high: Term, th: Theorem) -> Theorem:
    """P gives for all v: low <= v => v <= high => P; the bounds may be among its hypotheses."""
    return r.gen(v, r.discharge(low <= v, r.discharge(v <= high, th)))


def strip_forall(statement: Term) -> tuple[list[Var], list[Term], Term]:
    """The variables, guards and conclusion of ``for all x..: G => ... => P``, with fresh variables named after the
    letters."""
    variables: list[Var] = []
    guards: list[Term] = []
    taken = set(statement.free)
    while isinstance(statement, App):
        if statement.op is FORALL and isinstance(statement.args[0], Lam):
            v = fresh(statement.args[0].hint, statement.args[0].dom, taken)
            taken.add(v)
            variables.append(v)
            statement = open_binder(statement.args[0], v)
        elif statement.op is IMPLIES:
            guards.append(statement.args[0])
            statement = statement.args[1]
        else:
            break
    return variables, guards, statement


def defined_head(t: Term) -> Definition | None:
    """The definition at the head of t: H in H(q, p), softmax in softmax(z)(k)."""
    head = spine(t)[0]
    return head.op if isinstance(head, App) and isinstance(head.op, Definition) else None


def unfold_head(t: Term) -> Theorem | None:
    """|- t = t' with the defined constant at the head of t unfolded: H(q, p), or softmax(z) in softmax(z)(k)."""
    if isinstance(t, At):
        inner = unfold_head(t.fn)
        return None if inner is None else r.cong_at(inner, r.refl(t.arg))
    if isinstance(t, App) and isinstance(t.op, Definition):
        return r.unfold(t)
    return None
