"""The exact value of a term in a finite model.

A model gives every free variable a value: an integer, an exact real, an element of a finite base sort, or a
function with a finite table.  ``evaluate`` follows the meaning that the kernel gives to terms:

    a sum or product over low..high runs over the integers; it is 0 or 1 when high < low
    [i = j] is 1 or 0
    what operators are is on their cards (derive.operators): a log x is 0 when a is 0, whatever x is
    x^n with a natural number n is a product, and x^0 is 1; other powers are exp(a log x)
    a defined constant is its body
    argmin and argmax over a finite sort are the sets of elements, by exact comparison
    a derivative is found symbolically, then evaluated

A term has no value (Undefined is raised) where it takes the logarithm of a number <= 0, divides by 0, or
looks up an argument that the table of a function does not have.  A function applied outside the range that a
text has in mind does have a value when its table says one.

Statements are evaluated as far as needed: one false instance makes "for all" false and a false premise makes
an implication true, even where other parts have no value.  "For all" over a range of integers or over a
finite sort is decided; over all reals, all integers or all functions it can only be found false, and
otherwise is Undecided.

Nothing is rounded.  A comparison that exact arithmetic cannot decide raises Undecided.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from derive.falsify.models.arithmetic import Exactly, TooBig, sign_of_difference
from derive.falsify.models.differentiate import derivative_body
from derive.falsify.models.model import STEPS, WINDOW, Closure, Code, Env, Model, Table, Value, arity
from derive.falsify.models.quantifiers import (
    all_hold,
    equal_functions,
    for_all_infinite,
    integer_guards,
    is_finite,
    samples,
)
from derive.falsify.numbers.exact import Undecided, Undefined
from derive.kernel import terms as k
from derive.kernel.definitions import Definition
from derive.kernel.sorts import INT, Base, Fn, is_numeric
from derive.kernel.terms import App, At, Bound, Lam, Num, Op, Term, Var, spine
from derive.operators import CARDS, READ, arguments, reading
from derive.operators.derivatives import Derivative, taken_apart

# --- compiling -------------------------------------------------------------------------------------------------------
#
# A term becomes a Python closure of the model and the values of the variables bound around it, innermost
# last.  Free variables in ``scope`` stand for a position of that environment, counted from its beginning.

Scope = Mapping[Var, int]
_NO_SCOPE: Scope = {}


@lru_cache(maxsize=4096)
def compile_term(term: Term) -> Code:
    """The code that evaluates a term without loose bound variables, in the empty environment."""
    return compile_in(term, _NO_SCOPE)


def compile_in(term: Term, scope: Scope) -> Code:
    """The code that evaluates ``term`` where the variables of ``scope`` have their places in the environment."""
    if isinstance(term, Num):
        value: Value = term.value if term.value.denominator != 1 else term.value.numerator
        return lambda m, env: value
    if isinstance(term, Bound):
        place = -1 - term.index
        return lambda m, env: env[place]
    if isinstance(term, Var):
        return _variable(term, scope)
    if isinstance(term, Lam):
        body = compile_in(term.body, scope)
        return lambda m, env: Closure(body, m, env)
    if isinstance(term, At):
        return _application(term, scope)
    assert isinstance(term, App)
    if isinstance(term.op, Definition):
        return _defined(term, scope) if taken_apart(term) is None else _derivative(term, scope)
    return _BUILDERS[term.op](term, scope)


def _variable(var: Var, scope: Scope) -> Code:
    if var in scope:
        place = scope[var]
        return lambda m, env: env[place]
    sort = var.sort
    if isinstance(sort, Fn):
        return lambda m, env: Table(m, var, (), sort)
    return lambda m, env: m.entry(var, ())


def _application(term: At, scope: Scope) -> Code:
    head, arguments = spine(term)
    args = [compile_in(a, scope) for a in arguments]
    if isinstance(head, Var) and head not in scope and arity(head.sort) == len(args):
        var = head
        if len(args) == 1:
            (one,) = args
            return lambda m, env: m.entry(var, (one(m, env),))
        return lambda m, env: m.entry(var, tuple([a(m, env) for a in args]))
    fn = compile_in(head, scope)

    def apply(m: Model, env: Env) -> Value:
        out = fn(m, env)
        for a in args:
            out = out(a(m, env))
        return out

    return apply


@lru_cache(maxsize=1024)
def _definition_code(definition: Definition) -> Code:
    return compile_in(definition.body, {p: i for i, p in enumerate(definition.params)})


def _defined(term: App, scope: Scope) -> Code:
    assert isinstance(term.op, Definition)
    code = _definition_code(term.op)
    args = [compile_in(a, scope) for a in term.args]
    return lambda m, env: code(m, tuple([a(m, env) for a in args]))


_Builder = Callable[[App, Scope], Code]
_BUILDERS: dict[Op, _Builder] = {}


def _builder(*ops: Op) -> Callable[[_Builder], _Builder]:
    def register(fn: _Builder) -> _Builder:
        for op in ops:
            _BUILDERS[op] = fn
        return fn

    return register


@_builder(*(op for op, card in CARDS.items() if card.value is not None))
def _arithmetic(term: App, scope: Scope) -> Code:
    of = CARDS[term.op].value
    assert of is not None
    value, args = of(Exactly()), [compile_in(x, scope) for x in term.args]
    if len(args) == 1:
        (a,) = args
        return lambda m, env: value(a(m, env))
    if len(args) == 2:
        a, b = args
        return lambda m, env: value(a(m, env), b(m, env))
    return lambda m, env: value(*(x(m, env) for x in args))


@_builder(*(card.op for card in READ))
def _read(term: App, scope: Scope) -> Code:
    """An operator that is calculated as it reads; where its first argument absorbs, nothing else is looked at."""
    code, absorbs = _reading_code(term.op), CARDS[term.op].absorbs
    first, *rest = (compile_in(x, scope) for x in term.args)

    def run(m: Model, env: Env) -> Value:
        a = first(m, env)
        if absorbs and sign_of_difference(a, 0) == 0:
            return 0
        return code(m, (a, *(x(m, env) for x in rest)))

    return run


@lru_cache(maxsize=64)
def _reading_code(op: Op) -> Code:
    return compile_in(reading(CARDS[op])[2], {v: i for i, v in enumerate(arguments(CARDS[op]))})


@_builder(k.SUM, k.PROD)
def _big(term: App, scope: Scope) -> Code:
    low, high = (compile_in(x, scope) for x in term.args[:2])
    fn = term.args[2]
    assert isinstance(fn, Lam)
    body = compile_in(fn.body, scope)
    summing = term.op is k.SUM

    def run(m: Model, env: Env) -> Value:
        lo, hi = low(m, env), high(m, env)
        if hi < lo:
            return 0 if summing else 1
        m.tick(hi - lo + 1)
        out = body(m, (*env, lo))
        for i in range(lo + 1, hi + 1):
            out = out + body(m, (*env, i)) if summing else out * body(m, (*env, i))
        return out

    return run


@_builder(k.MAX)
def _largest(term: App, scope: Scope) -> Code:
    low, high = (compile_in(x, scope) for x in term.args[:2])
    fn = term.args[2]
    assert isinstance(fn, Lam)
    body = compile_in(fn.body, scope)

    def run(m: Model, env: Env) -> Value:
        lo, hi = low(m, env), high(m, env)
        if hi < lo:
            raise Undefined("the largest of no numbers")
        m.tick(hi - lo + 1)
        out = body(m, (*env, lo))
        for i in range(lo + 1, hi + 1):
            value = body(m, (*env, i))
            out = value if sign_of_difference(value, out) > 0 else out
        return out

    return run


@_builder(k.ARGMIN, k.ARGMAX)
def _optimum(term: App, scope: Scope) -> Code:
    fn = term.args[0]
    assert isinstance(fn, Lam)
    body, dom = compile_in(fn.body, scope), fn.dom
    sign = 1 if term.op is k.ARGMIN else -1
    if not is_finite(dom):
        return _refuse(f"the set {term} is over all values of sort {dom}; only finite sorts are searched through")
    assert isinstance(dom, Base)

    def run(m: Model, env: Env) -> Value:
        n = m.size(dom)
        m.tick(n)
        values = [body(m, (*env, i)) for i in range(n)]
        best: list[int] = []
        for i, v in enumerate(values):
            order = sign * sign_of_difference(v, values[best[0]]) if best else -1
            best = [i] if order < 0 else [*best, i] if order == 0 else best
        return frozenset(best)

    return run


def _refuse(why: str) -> Code:
    def run(m: Model, env: Env) -> Value:
        raise Undecided(why)

    return run


@_builder(k.DERIVATIVE)
def _derivative(term: App, scope: Scope) -> Code:
    """Also of a partial one."""
    parts = taken_apart(term)
    assert parts is not None
    return _derived(parts, scope)


def _derived(parts: Derivative, scope: Scope) -> Code:
    at, entry = compile_in(parts.point, scope), [compile_in(i, scope) for i in parts.entry]
    try:
        derivative = compile_in(derivative_body(parts), scope)
    except Undecided as e:
        return _refuse(str(e))
    assert isinstance(parts.fn, Lam)
    value = compile_in(parts.fn.body, scope)

    def run(m: Model, env: Env) -> Value:
        point = at(m, env)
        value(m, (*env, point))  # where the function has no value it has no derivative
        return derivative(m, (*env, *(i(m, env) for i in entry), point))

    return run


@_builder(k.HAS_DERIVATIVE)
def _has_derivative(term: App, scope: Scope) -> Code:
    fn, x, value = term.args
    found, said = _derived(Derivative(fn, x, ()), scope), compile_in(value, scope)
    return lambda m, env: sign_of_difference(found(m, env), said(m, env)) == 0


# --- statements ------------------------------------------------------------------------------------------------------


@_builder(k.EQ, k.NE)
def _equality(term: App, scope: Scope) -> Code:
    left, right = term.args
    a, b = compile_in(left, scope), compile_in(right, scope)
    sort = left.sort
    equal: Code
    if is_numeric(sort):

        def equal(m: Model, env: Env) -> Value:
            return sign_of_difference(a(m, env), b(m, env)) == 0
    elif isinstance(sort, Fn):
        if left == right:
            return lambda m, env: term.op is k.EQ

        def equal(m: Model, env: Env) -> Value:
            return equal_functions(m, a(m, env), b(m, env), sort)
    else:

        def equal(m: Model, env: Env) -> Value:
            return bool(a(m, env) == b(m, env))

    return equal if term.op is k.EQ else lambda m, env: not equal(m, env)


@_builder(k.LT, k.LE)
def _order(term: App, scope: Scope) -> Code:
    a, b = (compile_in(x, scope) for x in term.args)
    most = 0 if term.op is k.LE else -1
    return lambda m, env: sign_of_difference(a(m, env), b(m, env)) <= most


@_builder(k.IN)
def _member(term: App, scope: Scope) -> Code:
    element, collection = term.args
    a = compile_in(element, scope)
    if isinstance(collection, App) and collection.op in (k.ARGMIN, k.ARGMAX):
        fn = collection.args[0]
        assert isinstance(fn, Lam)
        if not is_finite(fn.dom):
            body, dom = compile_in(fn.body, scope), fn.dom
            sign = 1 if collection.op is k.ARGMIN else -1

            def run(m: Model, env: Env) -> Value:
                here = body(m, (*env, a(m, env)))
                return for_all_infinite(
                    m, dom, lambda b: sign * sign_of_difference(here, body(m, (*env, b))) <= 0, samples(m, dom)
                )

            return run
    s = compile_in(collection, scope)
    return lambda m, env: a(m, env) in s(m, env)


@_builder(k.IMPLIES)
def _implies(term: App, scope: Scope) -> Code:
    premise, conclusion = (compile_in(x, scope) for x in term.args)

    def run(m: Model, env: Env) -> Value:
        try:
            if not premise(m, env):
                return True
        except (Undefined, Undecided):
            if conclusion(m, env):
                return True
            raise
        return conclusion(m, env)

    return run


@_builder(k.IFF)
def _iff(term: App, scope: Scope) -> Code:
    a, b = (compile_in(x, scope) for x in term.args)
    return lambda m, env: a(m, env) == b(m, env)


@_builder(k.FORALL)
def _forall(term: App, scope: Scope) -> Code:
    fn = term.args[0]
    assert isinstance(fn, Lam)
    body, dom = compile_in(fn.body, scope), fn.dom
    if is_finite(dom):
        assert isinstance(dom, Base)
        return lambda m, env: all_hold(m, lambda i: body(m, (*env, i)), range(m.size(dom)))
    if dom != INT:
        return lambda m, env: for_all_infinite(m, dom, lambda v: body(m, (*env, v)), samples(m, dom))
    lows: list[tuple[Code, int, Env]] = []
    highs: list[tuple[Code, int, Env]] = []
    for is_low, strict, padding, bound in integer_guards(fn.body):
        (lows if is_low else highs).append((compile_in(bound, scope), int(strict), (None,) * padding))

    def run(m: Model, env: Env) -> Value:
        lo = max((code(m, env + pad) + strict for code, strict, pad in lows), default=None)
        hi = min((code(m, env + pad) - strict for code, strict, pad in highs), default=None)
        if lo is not None and hi is not None:
            return all_hold(m, lambda i: body(m, (*env, i)), range(lo, hi + 1))
        first = lo if lo is not None else -1 if hi is None else hi - WINDOW
        last = hi if hi is not None else max(first, 1) + m.window()
        return for_all_infinite(m, dom, lambda i: body(m, (*env, i)), range(first, last + 1))

    return run


# --- the door --------------------------------------------------------------------------------------------------------


def evaluate(term: Term, model: Model | Mapping[Var, Any], *, steps: int = STEPS) -> Value:
    """The exact value of ``term`` in ``model``: a number, a truth value, an element, a set of elements or a
    Function.

    Raises Undefined where the term has no value (the message says where), Undecided where exact arithmetic
    cannot decide a comparison that is needed, and TooBig when more than ``steps`` summands, factors or
    instances would be looked at.
    """
    if not isinstance(model, Model):
        model = Model(model)
    if term.loose:
        raise ValueError(f"{term} has a loose bound variable")
    model.steps = steps
    try:
        return compile_term(term)(model, ())
    except RecursionError:
        raise TooBig("the term is nested too deeply") from None
