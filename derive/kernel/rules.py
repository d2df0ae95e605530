"""The rules: the only ways to make a theorem.

Each rule shows its figure, premises over the bar and the conclusion under it, and when it fails.  H, H1, ... are the
hypotheses of the premises.  A rule that fails raises RuleError and makes nothing.
"""

from __future__ import annotations

from fractions import Fraction

from derive.kernel import ring as field
from derive.kernel.axioms import axiom_statement
from derive.kernel.definitions import Definition
from derive.kernel.sorts import INT, PROP, Sort, is_numeric, is_subsort
from derive.kernel.terms import (
    ADD,
    EQ,
    FORALL,
    HAS_DERIVATIVE,
    IFF,
    IMPLIES,
    IN,
    LE,
    LT,
    MAX,
    NE,
    PROD,
    SUM,
    App,
    Lam,
    Num,
    Op,
    Term,
    Var,
    abstract,
    app,
    at,
    eq,
    forall,
    iff,
    implies,
    instantiate,
    lam,
    negation,
    substitute,
)
from derive.kernel.theorem import RuleError, Sequent, Theorem, rule, union, without

RELATIONS = (EQ, NE, LT, LE, IN, HAS_DERIVATIVE)
ZERO = Num(0)


def _sides(rule_name: str, th: Theorem, op: Op) -> tuple[Term, ...]:
    if not (isinstance(th.concl, App) and th.concl.op is op):
        raise RuleError(rule_name, f"{th.concl} is not of the form '{op.name}'")
    return th.concl.args


# --- logic -----------------------------------------------------------------------------------------------------------


@rule
def assume(statement: Term) -> Sequent:
    """
    ------
    P |- P
    """
    return (statement,), statement


@rule
def cut(lemma: Theorem, th: Theorem) -> Sequent:
    """
    H1 |- P    H2 |- Q
    ------------------
    H1, H2 - P |- Q
    """
    return union(lemma.hyps, without(th.hyps, lemma.concl)), th.concl


@rule
def discharge(statement: Term, th: Theorem) -> Sequent:
    """
        H |- Q
    ---------------
    H - P |- P => Q
    """
    return without(th.hyps, statement), implies(statement, th.concl)


@rule
def mp(implication: Theorem, th: Theorem) -> Sequent:
    """
    H1 |- P => Q    H2 |- P
    -----------------------
         H1, H2 |- Q
    """
    p, q = _sides("mp", implication, IMPLIES)
    if p != th.concl:
        raise RuleError("mp", f"the implication needs {p}, and {th.concl} was given")
    return union(implication.hyps, th.hyps), q


@rule
def gen(var: Var, th: Theorem) -> Sequent:
    """
          H |- P
    -----------------
    H |- for all x: P
    Fails when x is free in H.
    """
    _eigenvariable("gen", var, th.hyps)
    return th.hyps, forall(var, th.concl)


@rule
def spec(th: Theorem, term: Term) -> Sequent:
    """
    H |- for all x: P(x)
    --------------------
         H |- P(a)
    Fails when a is not of the sort of x.
    """
    (fn,) = _sides("spec", th, FORALL)
    if not isinstance(fn, Lam) or term.loose or not is_subsort(term.sort, fn.dom):
        raise RuleError("spec", f"{term} is not of the sort that {th.concl} ranges over")
    return th.hyps, instantiate(fn, term)


@rule
def inst(th: Theorem, mapping: tuple[tuple[Var, Term], ...]) -> Sequent:
    """
          H |- P
    -------------------
    H[a/x] |- P[a/x]
    Free variables are replaced everywhere, all at once.  Fails when a is not of the sort of x, or x is replaced twice.
    """
    values = dict(mapping)
    if len(values) != len(mapping):
        raise RuleError("inst", "a variable is replaced twice")
    return union(tuple(dict.fromkeys(substitute(h, values) for h in th.hyps))), substitute(th.concl, values)


@rule
def cases(statement: Term, yes: Theorem, no: Theorem) -> Sequent:
    """
    H1, P |- Q    H2, not P |- Q
    ----------------------------
           H1, H2 |- Q
    where P is a comparison (=, !=, <, <=).  Fails when the two conclusions differ.
    """
    opposite = negation(statement)
    if opposite is None:
        raise RuleError("cases", f"{statement} is not a comparison")
    if yes.concl != no.concl:
        raise RuleError("cases", f"the cases give {yes.concl} and {no.concl}")
    return union(without(yes.hyps, statement), without(no.hyps, opposite)), yes.concl


@rule
def absurd(th: Theorem, opposite: Theorem, statement: Term) -> Sequent:
    """
    H1 |- P    H2 |- not P
    ----------------------
         H1, H2 |- Q
    where P is a comparison.
    """
    if negation(th.concl) != opposite.concl:
        raise RuleError("absurd", f"{opposite.concl} is not the opposite of {th.concl}")
    return union(th.hyps, opposite.hyps), statement


@rule
def iff_intro(forth: Theorem, back: Theorem) -> Sequent:
    """
    H1 |- P => Q    H2 |- Q => P
    ----------------------------
         H1, H2 |- P <=> Q
    """
    p, q = _sides("iff_intro", forth, IMPLIES)
    if _sides("iff_intro", back, IMPLIES) != (q, p):
        raise RuleError("iff_intro", f"{back.concl} is not the converse of {forth.concl}")
    return union(forth.hyps, back.hyps), iff(p, q)


@rule
def iff_forth(th: Theorem) -> Sequent:
    """
    H |- P <=> Q
    ------------
    H |- P => Q
    """
    p, q = _sides("iff_forth", th, IFF)
    return th.hyps, implies(p, q)


@rule
def iff_back(th: Theorem) -> Sequent:
    """
    H |- P <=> Q
    ------------
    H |- Q => P
    """
    p, q = _sides("iff_back", th, IFF)
    return th.hyps, implies(q, p)


@rule
def induction(var: Var, low: Term, statement: Term, base: Theorem, step: Theorem) -> Sequent:
    """
    H1 |- P(a)    H2, a <= n, P(n) |- P(n + 1)
    ------------------------------------------
              H1, H2, a <= n |- P(n)
    where n is an integer variable.  Fails when n is free in H1, H2 or a.
    """
    if var.sort != INT or low.sort != INT:
        raise RuleError("induction", f"{var} and {low} must be integers")
    if var in low.free:
        raise RuleError("induction", f"{var} occurs in the lower bound {low}")
    bound = low <= var
    if base.concl != substitute(statement, {var: low}):
        raise RuleError("induction", f"the base proves {base.concl}")
    if step.concl != substitute(statement, {var: var + 1}):
        raise RuleError("induction", f"the step proves {step.concl}")
    rest = union(base.hyps, without(step.hyps, bound, statement))
    _eigenvariable("induction", var, rest)
    return union(rest, (bound,)), statement


def _eigenvariable(rule_name: str, var: Var, hyps: tuple[Term, ...]) -> None:
    for h in hyps:
        if var in h.free:
            raise RuleError(rule_name, f"{var} is free in the hypothesis {h}")


# --- equality --------------------------------------------------------------------------------------------------------


@rule
def refl(term: Term) -> Sequent:
    """
    --------
    |- a = a
    """
    return (), eq(term, term)


@rule
def sym(th: Theorem) -> Sequent:
    """
    H |- a = b
    ----------
    H |- b = a
    """
    a, b = _sides("sym", th, EQ)
    return th.hyps, eq(b, a)


@rule
def trans(first: Theorem, second: Theorem) -> Sequent:
    """
    H1 |- a = b    H2 |- b = c
    --------------------------
         H1, H2 |- a = c
    """
    a, b = _sides("trans", first, EQ)
    b2, c = _sides("trans", second, EQ)
    if b != b2:
        raise RuleError("trans", f"{b} and {b2} differ")
    return union(first.hyps, second.hyps), eq(a, c)


@rule
def cong(op: Op, equations: tuple[Theorem, ...]) -> Sequent:
    """
    H1 |- a1 = b1   ...   Hn |- an = bn
    --------------------------------------------
    H1, ..., Hn |- f(a1, ..., an) = f(b1, ..., bn)
    where f is an operator or a defined constant with a value (not a statement).
    """
    pairs = [_sides("cong", e, EQ) for e in equations]
    left = app(op, *(a for a, _ in pairs))
    if left.sort == PROP:
        raise RuleError("cong", f"{left} is a statement; use rel_cong")
    return union((), *(e.hyps for e in equations)), eq(left, app(op, *(b for _, b in pairs)))


@rule
def cong_at(functions: Theorem, arguments: Theorem) -> Sequent:
    """
    H1 |- f = g    H2 |- a = b
    --------------------------
      H1, H2 |- f(a) = g(b)
    """
    f, g = _sides("cong_at", functions, EQ)
    a, b = _sides("cong_at", arguments, EQ)
    return union(functions.hyps, arguments.hyps), eq(at(f, a), at(g, b))


@rule
def ext(var: Var, th: Theorem) -> Sequent:
    """
            H |- a = b
    ---------------------------
    H |- (x |-> a) = (x |-> b)
    Fails when x is free in H.
    """
    a, b = _sides("ext", th, EQ)
    _eigenvariable("ext", var, th.hyps)
    return th.hyps, eq(lam(var, a), lam(var, b))


@rule
def bigop_ext(op: Op, low: Term, high: Term, var: Var, th: Theorem) -> Sequent:
    """
    H, m <= k, k <= n |- a = b
    -------------------------------------
    H |- sum_{k=m}^n a = sum_{k=m}^n b        (and likewise for products and maxima)
    Fails when k is free in H, m or n.  This is how the bounds of a sum are known inside it.
    """
    if op not in (SUM, PROD, MAX):
        raise RuleError("bigop_ext", f"{op.name} is not a sum, product or maximum")
    if var.sort != INT or var in low.free or var in high.free:
        raise RuleError("bigop_ext", f"{var} occurs in the bounds or is no integer")
    a, b = _sides("bigop_ext", th, EQ)
    rest = without(th.hyps, low <= var, var <= high)
    _eigenvariable("bigop_ext", var, rest)
    f = Lam(var.name, INT, abstract(a, var))
    g = Lam(var.name, INT, abstract(b, var))
    return rest, eq(app(op, low, high, f), app(op, low, high, g))


@rule
def rel_cong(th: Theorem, equations: tuple[Theorem, ...]) -> Sequent:
    """
    H |- r(a1, ..., an)   H1 |- a1 = b1   ...   Hn |- an = bn
    ---------------------------------------------------------
             H, H1, ..., Hn |- r(b1, ..., bn)
    where r is =, !=, <, <=, in, or has_derivative.
    """
    if not (isinstance(th.concl, App) and th.concl.op in RELATIONS):
        raise RuleError("rel_cong", f"{th.concl} is not a relation")
    pairs = [_sides("rel_cong", e, EQ) for e in equations]
    if tuple(a for a, _ in pairs) != tuple(_short(x) for x in th.concl.args):
        raise RuleError("rel_cong", f"the equations do not start from {th.concl}")
    return union(th.hyps, *(e.hyps for e in equations)), app(th.concl.op, *(b for _, b in pairs))


def _short(term: Term) -> Term:
    """The term as one side of an equation keeps it: functions eta-short."""
    return eq(term, term).args[0]  # type: ignore[attr-defined,no-any-return]


# --- the ordered field, and the integers in it -----------------------------------------------------------------------


def _nonzero(rule_name: str, premises: tuple[Theorem, ...]) -> set[Term]:
    out = set()
    for th in premises:
        a, b = _sides(rule_name, th, NE)
        if b != ZERO:
            raise RuleError(rule_name, f"{th.concl} does not say that something differs from 0")
        out.add(a)
    return out


@rule
def ring(left: Term, right: Term, nonzero: tuple[Theorem, ...]) -> Sequent:
    """
    H1 |- d1 != 0   ...   Hn |- dn != 0
    -----------------------------------
         H1, ..., Hn |- a = b
    where a = b is an identity of fields in which only d1, ..., dn (and nonzero numbers) are cancelled.
    Fails when the normal forms of a and b differ.
    """
    known = _nonzero("ring", nonzero)
    if not (is_numeric(left.sort) and is_numeric(right.sort)):
        raise RuleError("ring", f"{left} and {right} are not numbers")
    try:
        same = field.equal(left, right, known)
    except field.TooLargeError as error:
        raise RuleError("ring", f"the normal form is too large: {error}") from None
    if not same:
        raise RuleError("ring", "{} and {} have different normal forms", left, right)
    return union((), *(th.hyps for th in nonzero)), eq(left, right)


@rule
def linear(
    goal: Term, premises: tuple[Theorem, ...], weights: tuple[Fraction, ...], nonzero: tuple[Theorem, ...]
) -> Sequent:
    """
    H1 |- a1 <= b1   ...   Hn |- an <= bn        (or <, or =)
    ---------------------------------------------------------
              H1, ..., Hn |- a <= b              (or <, or =)
    where (b - a) - sum_i w_i (b_i - a_i) is a number c >= 0, as an identity of fields in which only the terms
    proved nonzero are cancelled.  Weights of inequalities are >= 0.  A goal with < needs c > 0 or a strict premise with
    positive weight; a goal with = needs c = 0 and only equations.
    """
    if not (isinstance(goal, App) and goal.op in (EQ, LT, LE)) or len(premises) != len(weights):
        raise RuleError("linear", f"{goal} is not a comparison of numbers, or the weights do not match the premises")
    known = _nonzero("linear", nonzero)
    strict = False
    a, b = goal.args
    terms = [(Fraction(1), b), (Fraction(-1), a)]
    for th, w in zip(premises, weights, strict=True):
        p = th.concl
        if not (isinstance(p, App) and p.op in (EQ, LT, LE)):
            raise RuleError("linear", f"the premise {p} is not a comparison")
        if not isinstance(w, Fraction):
            raise RuleError("linear", f"the weight {w!r} is not an exact number")
        if p.op is not EQ:
            if w < 0:
                raise RuleError("linear", f"the weight {w} of {p} is negative")
            if goal.op is EQ and w != 0:
                raise RuleError("linear", f"an equation does not follow from {p}")
            strict = strict or (p.op is LT and w > 0)
        terms += [(-w, p.args[1]), (w, p.args[0])]
    for _, t in terms:
        if not is_numeric(t.sort):
            raise RuleError("linear", f"{t} is not a number")
    try:
        c = field.constant(field.combination(terms, known))
    except field.TooLargeError as error:
        raise RuleError("linear", f"the normal form is too large: {error}") from None
    enough = c is not None and (c == 0 if goal.op is EQ else c >= 0 if goal.op is LE else c > 0 or (c == 0 and strict))
    if not enough:
        raise RuleError("linear", "{} is not that combination of the premises", goal)
    return union((), *(th.hyps for th in premises), *(th.hyps for th in nonzero)), goal


@rule
def int_step(th: Theorem) -> Sequent:
    """
       H |- a < b
    ---------------
    H |- a + 1 <= b
    where a and b are integers.
    """
    a, b = _sides("int_step", th, LT)
    if a.sort != INT or b.sort != INT:
        raise RuleError("int_step", f"{a} and {b} are not both integers")
    return th.hyps, app(ADD, a, Num(1)) <= b


# --- definitions and axioms ------------------------------------------------------------------------------------------


@rule
def unfold(term: Term) -> Sequent:
    """
    ----------------------
    |- c(a1, ..., an) = b[a1/x1, ..., an/xn]
    where c(x1, ..., xn) := b is a definition.
    """
    if not (isinstance(term, App) and isinstance(term.op, Definition)):
        raise RuleError("unfold", f"{term} is not a defined constant with its arguments")
    return (), eq(term, term.op.unfolded(term.args))


@rule
def axiom(name: str, sort: Sort | None = None) -> Sequent:
    """
    ------
    H |- P
    where H |- P is the axiom of that name (for the axioms on argmin and sets, at the sort given).
    """
    statement = axiom_statement(name, sort)
    if statement is None:
        raise RuleError("axiom", f"there is no axiom {name}" + (f" at sort {sort}" if sort else ""))
    return statement
