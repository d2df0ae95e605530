"""A formula as it stands on the page into kernel terms.

Names mean what is declared, or what a row has said; any other is a fixed unknown of the sort that its uses show.  ``Needs`` collects
what a reading rests on besides: facts that it assumes, in words, and what was taken for what.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from derive.kernel import terms as k
from derive.kernel.sorts import FAMILY, INT, REAL, Sort
from derive.kernel.terms import Num, SortError, Term, Var, app, at, lam
from derive.language import definitions as d
from derive.notes.formula.surface import Expr, num
from derive.notes.formula.tokens import UnreadableError
from derive.notes.meaning.ranges import Bounds, Ranges
from derive.notes.meaning.scope import Scope
from derive.notes.meaning.sorts import Key, Sorts
from derive.notes.meaning.values import Range, Value, entrywise, scalar, vector
from derive.notes.meaning.world import Law, World

DEPTH = 40
"""How many definitions may be inside one another."""


@dataclass
class Needs:
    """What a reading rests on."""

    facts: dict[Term, str] = field(default_factory=dict)  # each with what it assumes, "" for what is declared
    inferred: dict[str, None] = field(default_factory=dict)
    letters: dict[str, Term] = field(default_factory=dict)  # free letters with a range
    assumed: dict[str, None] = field(default_factory=dict)  # definitions that nobody declared
    weak: str = ""  # why a model of the claim need not be one of the page
    circle: str = ""  # a name that is defined by names which are defined by it

    def fact(self, statement: Term, assumed: str = "") -> None:
        self.facts.setdefault(statement, assumed)


def unread(e: Expr, why: str) -> UnreadableError:
    return UnreadableError(str(e), e.span, why)


class Builder:
    """Builds the terms of one document at one place in it."""

    def __init__(self, world: World, sorts: Sorts, ranges: Ranges) -> None:
        self.world, self.sorts, self.ranges = world, sorts, ranges
        self.needs = Needs()
        self.vars: dict[Key, Var] = {}
        self.names: dict[str, Var] = {}
        self.count = 0
        self.not_read: dict[str, UnreadableError] = {}
        self.counted: dict[Term, str] = {}  # letters that count values: what they are as numbers is another thing
        self.numbers_of: dict[Key, list[int]] = {}  # which arguments of a function are numbers
        self.bests: dict[Term, Var] = {}  # where an optimum is taken
        self.one_draw = False  # several draws x_1, ..., x_n are read where n is 1
        self.carried = True  # x of r := p(x)/q(x) is that of the sum in which r stands, and no fixed one
        self.carries = False  # whether there was such a letter
        self.choices: dict[Var, Var] = {}  # a law that is chosen, as a function of the choice
        self.begins: dict[Term, Term] = {}  # facts that some take for strict ones, as that n is in N
        self.marginals: dict[tuple[tuple[str, ...], Var], tuple[Law, Var, tuple[Term, ...]]] = {}

    # --- formulas

    def term(self, e: Expr, scope: Scope) -> Term:
        """The formula as a number.  Raises UnreadableError for a vector."""
        v = self.value(e, scope)
        if v.rank:
            raise unread(e, f"{e} is a vector here, where a number belongs")
        return v.term

    def value(self, e: Expr, scope: Scope) -> Value:
        if len(scope.inside) > DEPTH:
            raise unread(e, "definitions go round in a circle")
        if e.op not in ("ref", "num", "add", "mul"):
            found = self.defined(e, scope)
            if found is not None:
                return found
        handler = getattr(self, "read_" + e.op, None)
        if handler is None:
            raise unread(e, f"{e.op} is not read here")
        try:
            out = handler(e, scope)
        except SortError as error:
            raise unread(e, f"the parts do not fit: {error}") from None
        assert isinstance(out, Value)
        return out

    def number(self, e: Expr, scope: Scope) -> Value:
        """A part that is calculated with.  Of a letter that counts the values of a law it is the value, and not its place in a list."""
        v = self.value(e, scope)
        if v.rank or not isinstance(v.term, Var) or v.term.sort is not INT:
            return v
        name = self.counted.get(v.term)
        if name is None and v.term.name in self.needs.letters:
            bounds = self.ranges.of_letter(v.term.name)
            name = (
                v.term.name
                if bounds is not None and bounds[1].is_name() and self.ranges.is_size(bounds[1].ref.name)
                else None
            )
        if name is None or name in self.world.ranges:
            return v
        key = (f"{name}_value", ("",))
        return scalar(at(self.vars.setdefault(key, Var(key[0], FAMILY)), v.term))

    def read_num(self, e: Expr, scope: Scope) -> Value:
        return scalar(Num(e.data))

    def read_neg(self, e: Expr, scope: Scope) -> Value:
        return entrywise(lambda a: -a, self.number(e.args[0], scope))

    def read_add(self, e: Expr, scope: Scope) -> Value:
        return self.both(e, scope, lambda a, b: a + b)

    def read_sub(self, e: Expr, scope: Scope) -> Value:
        return self.both(e, scope, lambda a, b: a - b)

    def read_odot(self, e: Expr, scope: Scope) -> Value:
        return self.both(e, scope, lambda a, b: a * b)

    def both(self, e: Expr, scope: Scope, op: Callable[[Term, Term], Term]) -> Value:
        a, b = (self.number(x, scope) for x in e.args)
        if a.rank and b.rank and a.rank != b.rank:
            raise unread(e, "a vector and a matrix are added")
        if a.rank == b.rank == 1 and a.row != b.row:
            raise unread(e, "a row and a column stand on two sides of one sign")
        return entrywise(op, a, b)

    def read_div(self, e: Expr, scope: Scope) -> Value:
        a, b = (self.number(x, scope) for x in e.args)
        if b.rank and a.rank:
            raise unread(e, "a vector is divided by a vector; say what the entries are: (A)_k := ...")
        return entrywise(lambda x, y: x / y, a, b)

    def read_mul(self, e: Expr, scope: Scope) -> Value:
        a, b = (self.number(x, scope) for x in e.args)
        if not a.rank or not b.rank:
            return entrywise(lambda x, y: x * y, a, b)
        return self.matrices(e, a, b)

    def matrices(self, e: Expr, a: Value, b: Value) -> Value:
        """A product of matrices and vectors; of vectors one lies and one stands."""
        if a.rank == b.rank == 1:
            if a.row and not b.row:
                return scalar(self.dot(e, a, b))
            if not a.row and b.row:
                return Value((a.dims[0], b.dims[0]), lambda i, j: a.at(i) * b.at(j))
            if e.data == "·" and a.row == b.row:
                return scalar(self.dot(e, a, b))
            raise unread(e, "a product of two vectors of which neither lies nor stands; transpose one")
        if a.rank == 2 and b.rank == 1:
            return vector(a.dims[0], lambda i: self.dot(e, Value(a.dims[1:], lambda j: a.at(i, j)), b), b.row)
        if a.rank == 1 and b.rank == 2:
            return vector(b.dims[1], lambda j: self.dot(e, a, Value(b.dims[:1], lambda i: b.at(i, j))), a.row)
        if a.rank == b.rank == 2:
            return Value(
                (a.dims[0], b.dims[1]),
                lambda i, j: self.dot(
                    e, Value(a.dims[1:], lambda m: a.at(i, m)), Value(b.dims[:1], lambda m: b.at(m, j))
                ),
            )
        raise unread(e, "a product of what is neither a vector nor a matrix")

    def dot(self, e: Expr, a: Value, b: Value) -> Term:
        size = a.dims[0] or b.dims[0]
        if size is None:
            raise unread(e, "nothing says how long these vectors are; declare it: a, b vectors of length n")
        i = self.letter("i")
        return app(k.SUM, size.low, size.high, k.Lam("i", INT, k.abstract(a.at(i) * b.at(i), i)))

    def letter(self, hint: str, sort: Sort = INT) -> Var:
        """A variable to be bound, which no formula can mention; what binds it is given the hint for a name."""
        self.count += 1
        return Var(f"{hint}·{self.count}", sort)

    def read_transpose(self, e: Expr, scope: Scope) -> Value:
        a = self.value(e.args[0], scope)
        if a.rank == 1:
            return replace(a, row=not a.row)
        if a.rank == 2:
            return Value(a.dims[::-1], lambda i, j: a.at(j, i))
        raise unread(e, "a number is transposed")

    def read_pow(self, e: Expr, scope: Scope) -> Value:
        if e.args[0].op == "norm" and e.args[1] == num(2):
            return scalar(self.squared(e.args[0], scope))
        a, b = (self.number(x, scope) for x in e.args)
        if b.rank:
            raise unread(e, "a power with a vector above; say what it is: A := B")
        if a.rank:
            raise unread(e, "a power of a vector; say what it is: A := B")
        return scalar(a.term**b.term)

    def read_log(self, e: Expr, scope: Scope) -> Value:
        inner = self.number(e.args[-1], scope)
        base = self.term(e.args[0], scope) if len(e.args) == 2 else None
        name = e.data or "log"  # ln is natural, whatever base log has
        if base is None and name in self.world.bases:
            base = self.term(self.world.bases[name], Scope())
        return entrywise(lambda x: self.log(x, base), inner)

    def log(self, x: Term, base: Term | None) -> Term:
        return app(k.LOG, x) if base is None else d.log_base(base, x)

    def read_exp(self, e: Expr, scope: Scope) -> Value:
        return entrywise(lambda x: app(k.EXP, x), self.number(e.args[0], scope))

    def read_abs(self, e: Expr, scope: Scope) -> Value:
        return entrywise(lambda x: d.absolute(x), self.value(e.args[0], scope))

    def read_norm(self, e: Expr, scope: Scope) -> Value:
        return scalar(self.squared(e, scope) ** Num(Fraction(1, 2)))

    def squared(self, e: Expr, scope: Scope) -> Term:
        """The square of a Euclidean norm."""
        v = self.value(e.args[0], scope)
        return self.dot(e, v, v) if v.rank == 1 else v.term**2

    def sum_of_sizes(self, e: Expr, v: Value) -> Term:
        """The norm with a 1 below it."""
        size, i = self.length(e, v), self.letter("i")
        return app(k.SUM, size.low, size.high, k.Lam("i", INT, k.abstract(d.absolute(v.at(i)), i)))

    def read_fn(self, e: Expr, scope: Scope) -> Value:
        if e.data == "softmax":
            if len(e.args) != 1:
                raise unread(e, "softmax takes one vector")
            z = self.value(e.args[0], scope)
            size = self.length(e, z)
            one = d.softmax(size.high, self.family(z)) if size.low == Num(1) else None
            if one is None:
                raise unread(e, "the softmax of a vector that does not begin at 1")
            return vector(size, lambda i: at(one, i), z.row)
        values = [self.number(a, scope) for a in e.args]
        if e.data == "diag":
            (z,) = values
            return Value((z.dims[0], z.dims[0]), lambda i, j: app(k.DELTA, i, j) * z.at(i))
        if e.data == "logsumexp":
            size = self.length(e, values[0])
            return scalar(d.logsumexp(size.high, self.family(values[0])))
        if e.data in ("max", "min") and len(values) == 2:
            return entrywise(lambda a, b: (d.maximum if e.data == "max" else d.minimum)(a, b), *values)
        return entrywise(lambda x: self.function(e, x), values[0])

    def function(self, e: Expr, x: Term) -> Term:
        if e.data == "sigmoid":
            return d.sigmoid(x)
        if e.data.endswith("'"):
            v = self.letter("x", REAL)
            inner = self.function(replace(e, data=e.data[:-1]), v)
            return app(k.DERIVATIVE, k.Lam("x", REAL, k.abstract(inner, v)), x)
        if e.data == "logsigmoid":
            return app(k.LOG, d.sigmoid(x))
        if e.data == "softplus":
            return d.softplus(x)
        if e.data == "relu":
            return d.positive_part(x)
        if e.data == "abs":
            return d.absolute(x)
        if e.data == "tanh":
            up, down = app(k.EXP, x), app(k.EXP, -x)
            return (up - down) / (up + down)
        raise unread(e, f"{e.data} has no meaning here; say what it is: {e.data}(x) := ...")

    def read_entry(self, e: Expr, scope: Scope) -> Value:
        if e.args[0].op == "norm" and e.args[1:] == (num(1),):
            return scalar(self.sum_of_sizes(e, self.value(e.args[0].args[0], scope)))
        whole = self.value(e.args[0], scope)
        if whole.rank != len(e.args) - 1:
            raise unread(e, "what stands below does not count the entries of what stands before it")
        return scalar(whole.at(*(self.term(a, scope) for a in e.args[1:])))

    def read_ind(self, e: Expr, scope: Scope) -> Value:
        out: Term | None = None
        for rel in e.args:
            one = self.indicator(rel, scope)
            out = one if out is None else out * one
        assert out is not None
        return scalar(out)

    def indicator(self, rel: Expr, scope: Scope) -> Term:
        a, b = (self.term(x, scope) for x in rel.args)
        if rel.data not in ("=", "!=") or a.sort is not INT or b.sort is not INT:
            raise unread(rel, "an indicator is read of equations between indices only")
        here = app(k.DELTA, a, b)
        return here if rel.data == "=" else 1 - here

    def read_cases(self, e: Expr, scope: Scope) -> Value:
        """Two or more values, each on a condition; the last where no other holds."""
        pairs = list(zip(e.args[::2], e.args[1::2], strict=True))
        *before, (last, condition) = pairs
        rest = condition.args
        if rest and not self.opposite([c for _, c in before], condition):
            raise unread(e, "the last case must be the one that is left: write otherwise")
        out = self.term(last, scope)
        for value, c in reversed(before):
            here = self.read_ind(Expr("ind", c.args, None, c.span), scope).term
            out = here * self.term(value, scope) + (1 - here) * out
        return scalar(out)

    def opposite(self, before: Sequence[Expr], last: Expr) -> bool:
        if len(before) != 1 or len(before[0].args) != 1 or len(last.args) != 1:
            return False
        a, b = before[0].args[0], last.args[0]
        return {a.data, b.data} == {"=", "!="} and set(map(str, a.args)) == set(map(str, b.args))

    def read_tuple(self, e: Expr, scope: Scope) -> Value:
        raise unread(e, "a tuple stands where a number belongs")

    # --- lengths and families

    def length(self, e: Expr, v: Value) -> Range:
        if v.rank != 1:
            raise unread(e, "a vector belongs here")
        size = v.dims[0]
        if size is None:
            raise unread(e, "nothing says how long this vector is; declare it: a vector of length n")
        return size

    def family(self, v: Value) -> Term:
        """A vector as a function of its index."""
        i = self.letter("k")
        body = v.at(i)
        fn = k.Lam("k", INT, k.abstract(body, i))
        short = lam(i, body)
        return short if not isinstance(short, k.Lam) else fn

    def range(self, bounds: Bounds) -> Range:
        low, high = (self.term(b, Scope()) for b in bounds)
        if low.sort is not INT or high.sort is not INT:
            raise unread(bounds[1], "the bounds of an index are no whole numbers")
        return Range(low, high)

    def defined(self, e: Expr, scope: Scope) -> Value | None:
        """What a definition says of the formula as it stands; None where there is none."""
        raise NotImplementedError
