"""What is written alike on purpose is the same term here.

* -a b is -(a b) and (-a) b, and -1 is the number and the negative of 1;
* a log x is the product and the same with the convention 0 log 0 = 0;
* 1/2 is the number and the quotient;
* that a function has the derivative l is written as an equation.
"""

from __future__ import annotations

from derive.kernel.terms import (
    DERIVATIVE,
    DIV,
    EQ,
    HAS_DERIVATIVE,
    LOG,
    MUL,
    NEG,
    XLOGY,
    App,
    Num,
    Term,
    Var,
    app,
    parts_of,
    rebuild,
)


def canonical(term: Term) -> Term:
    """The term in which what is written alike is the same."""
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
    if term.op is MUL and isinstance(left := term.args[0], App) and left.op is NEG:
        return app(NEG, alike(app(MUL, left.args[0], term.args[1])))
    return term


def _inside(term: Term) -> tuple[Term, ...]:
    return parts_of(term) if not isinstance(term, (Var, Num)) else ()
