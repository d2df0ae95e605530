"""What is written alike on purpose is the same term here.

* -a b is -(a b) and (-a) b, -a/b is -(a/b) and (-a)/b, and -1 is the number and the negative of 1;
* a log x is the product and the same with the convention 0 log 0 = 0;
* 1/2 is the number and the quotient;
* that a function has the derivative l is written as an equation;
* for all t, if t is in range, for all k, ... is for all t and k: the letters stand together, and then their bounds.
"""

from __future__ import annotations

from derive.kernel.terms import (
    DERIVATIVE,
    DIV,
    EQ,
    FORALL,
    HAS_DERIVATIVE,
    IMPLIES,
    LE,
    LOG,
    MUL,
    NEG,
    XLOGY,
    App,
    Lam,
    Num,
    Term,
    Var,
    app,
    forall,
    fresh,
    implies,
    instantiate,
    parts_of,
    rebuild,
)


def canonical(term: Term) -> Term:
    """The term in which what is written alike is the same."""
    if isinstance(term, App) and term.op is FORALL and not term.loose:
        return _quantified(term)
    parts = tuple(map(canonical, _inside(term)))
    return alike(rebuild(term, parts) if parts else term)


def alike(term: Term) -> Term:
    """The same for a term whose parts are canonical."""
    if isinstance(term, Num):
        if term.value < 0:
            return app(NEG, alike(Num(-term.value)))
        top, bottom = term.value.numerator, term.value.denominator
        return term if bottom == 1 else app(DIV, Num(top), Num(bottom))
    if not isinstance(term, App):
        return term
    if term.op is XLOGY:
        return alike(app(MUL, term.args[0], app(LOG, term.args[1])))
    if term.op is HAS_DERIVATIVE:
        return app(EQ, app(DERIVATIVE, *term.args[:2]), term.args[2])
    if term.op in (MUL, DIV) and isinstance(left := term.args[0], App) and left.op is NEG:
        return app(NEG, alike(app(term.op, left.args[0], term.args[1])))
    return term


def _quantified(term: Term) -> Term:
    """All letters in front, then their bounds in the order of the letters, then the other conditions."""
    letters: list[Var] = []
    guards: list[Term] = []
    while isinstance(term, App) and (term.op is FORALL or (term.op is IMPLIES and letters)):
        if term.op is IMPLIES:
            guards.append(term.args[0])
            term = term.args[1]
            continue
        fn = term.args[0]
        assert isinstance(fn, Lam)
        letters.append(fresh(fn.hint, fn.dom, fn.free.union(letters, *(g.free for g in guards))))
        term = instantiate(fn, letters[-1])
    lows: dict[Var, Term] = {}
    highs: dict[Var, Term] = {}
    rest = []
    for g in guards:
        low, high = g.args if isinstance(g, App) and g.op is LE else (None, None)
        if isinstance(high, Var) and high in letters and high not in lows:
            lows[high] = g
        elif isinstance(low, Var) and low in letters and low not in highs:
            highs[low] = g
        else:
            rest.append(g)
    bounds = [g for v in letters for g in (lows.get(v), highs.get(v)) if g is not None]
    out = implies(*map(canonical, (*bounds, *rest)), canonical(term))
    for v in reversed(letters):
        out = forall(v, out)
    return out


def _inside(term: Term) -> tuple[Term, ...]:
    return parts_of(term) if not isinstance(term, (Var, Num)) else ()
