"""Terms: the mathematics on the page, immutable and in the author's order.

A term is one of

    Num(q)            an exact rational
    Var(name, sort)   a free variable; a family is a variable of function sort
    At(f, a)          f at a: p(k), y_t, p_t(k) = At(At(p, t), k)
    App(op, args)     an operator or a defined constant applied to all its arguments
    Lam(hint, A, b)   the function that takes an A to b; only binders and definitions hold one
    Bound(i, sort)    a variable bound by the i-th Lam outwards (0 is the nearest)

Bound variables have no names, so two terms that differ only in the letters of their bound variables are equal,
and substitution cannot capture.  The letter that the author chose is kept as a hint for printers.

A term is made once, whole: its parts are of the very types above and not of types derived from them, which could
compare as they like.

Terms are kept beta-normal: ``At(Lam(...), a)`` never stands, its result does.  A function that is an argument is kept
eta-short (p, not k |-> p(k)); the function under a sum, product or other binder is kept as a Lam.

Statements are terms of sort PROP.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction

from derive.kernel.sorts import INT, PROP, REAL, Base, Fn, SetOf, Sort, is_numeric, is_subsort


class SortError(TypeError):
    """A term was put together from parts that do not fit.  A notebook shows the message alone."""

    def _render_traceback_(self) -> list[str]:
        return [f"{type(self).__name__}: {self}"]


_EMPTY: frozenset[Var] = frozenset()
_closed = False  # True when all kinds of terms are there


class Term:
    """Common base of all terms.  Equality is alpha-equality."""

    __slots__ = ("_hash", "free", "loose", "sort")
    sort: Sort
    loose: int  # 1 + the largest bound index that points outside this term; 0 when there is none
    free: frozenset[Var]
    _hash: int

    def __init_subclass__(cls) -> None:
        if cls.__module__ != __name__ or _closed:
            raise TypeError("there are no further kinds of terms")

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("terms are immutable")

    def __delattr__(self, name: str) -> None:
        raise AttributeError("terms are immutable")

    def __hash__(self) -> int:
        return self._hash

    def __bool__(self) -> bool:
        if self.sort is not PROP:
            return True
        raise TypeError(
            f"a statement such as {self} has no truth value in Python; write 1 <= y, y <= V as two conditions"
        )

    # The operators only build terms; nothing is simplified or reordered.
    def __add__(self, other: Operand) -> Term:
        return _binary(ADD, self, other)

    def __radd__(self, other: Operand) -> Term:
        return _binary(ADD, other, self)

    def __sub__(self, other: Operand) -> Term:
        return _binary(SUB, self, other)

    def __rsub__(self, other: Operand) -> Term:
        return _binary(SUB, other, self)

    def __mul__(self, other: Operand) -> Term:
        return _binary(MUL, self, other)

    def __rmul__(self, other: Operand) -> Term:
        return _binary(MUL, other, self)

    def __truediv__(self, other: Operand) -> Term:
        return _binary(DIV, self, other)

    def __rtruediv__(self, other: Operand) -> Term:
        return _binary(DIV, other, self)

    def __pow__(self, other: Operand) -> Term:
        return _binary(POW, self, other)

    def __rpow__(self, other: Operand) -> Term:
        return _binary(POW, other, self)

    def __neg__(self) -> Term:
        return app(NEG, self)

    def __lt__(self, other: Operand) -> Term:
        return _binary(LT, self, other)

    def __le__(self, other: Operand) -> Term:
        return _binary(LE, self, other)

    def __gt__(self, other: Operand) -> Term:
        return _binary(LT, other, self)

    def __ge__(self, other: Operand) -> Term:
        return _binary(LE, other, self)

    def __getitem__(self, index: Operand | tuple[Operand, ...]) -> Term:
        out = self
        for i in index if isinstance(index, tuple) else (index,):
            out = at(out, as_term(i))
        return out

    def __call__(self, *args: Operand) -> Term:
        return self[args]

    def __iter__(self) -> Iterator[Term]:
        raise TypeError(f"{self} is a term, not a sequence")

    def __repr__(self) -> str:
        return _text(self, [])


Operand = Term | int | Fraction


def _writer(kind: type, slot: str) -> Callable[[object, object], None]:
    """What fills this slot of a term that is being made; ``object.__setattr__`` takes twice the time."""
    return vars(kind)[slot].__set__  # type: ignore[no-any-return]


_put_sort, _put_loose, _put_free, _put_hash = [_writer(Term, s) for s in ("sort", "loose", "free", "_hash")]


def _set(term: Term, sort: Sort, loose: int, free: frozenset[Var], key: tuple[object, ...]) -> None:
    _put_sort(term, sort)
    _put_loose(term, loose)
    _put_free(term, free)
    _put_hash(term, hash(key))


def _union(some: frozenset[Var], more: frozenset[Var]) -> frozenset[Var]:
    """Both together: one of the two where it has the other in it, so that terms share their sets."""
    return some if more <= some else more if some <= more else some | more


_SMALL: dict[int | Fraction, Num] = {}  # small whole numbers, which most numbers are: each is one term
_LARGEST_SMALL = 20


class Num(Term):
    """An exact rational number; of sort INT when it is whole."""

    __slots__ = ("value",)
    value: Fraction

    def __new__(cls, value: int | Fraction) -> Num:
        if type(value) is not int and type(value) is not Fraction:
            raise SortError(f"{value!r} is not an exact number or a term; write Fraction('0.1') or Fraction(1, 10)")
        known = _SMALL.get(value)
        if known is not None:
            return known
        self = object.__new__(cls)
        if type(value) is int:
            value = Fraction(value)
        _put_value(self, value)
        _set(self, INT if value.denominator == 1 else REAL, 0, _EMPTY, ("num", value))
        if -_LARGEST_SMALL <= value.numerator <= _LARGEST_SMALL and value.denominator == 1:
            _SMALL[value] = self
        return self

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, Num) and self._hash == other._hash and self.value == other.value)

    __hash__ = Term.__hash__

    def __reduce__(self) -> tuple[object, ...]:
        return (Num, (self.value,))


_put_value = _writer(Num, "value")


class Var(Term):
    """A free variable.  Two variables are the same when name and sort are."""

    __slots__ = ("name",)
    name: str

    def __new__(cls, name: str, sort: Sort) -> Var:
        if type(name) is not str or not isinstance(sort, Sort):
            raise SortError(f"a variable has a name and a sort, not {name!r} and {sort!r}")
        self = object.__new__(cls)
        _put_name(self, name)
        _set(self, sort, 0, _EMPTY, ("var", name, sort))
        _put_free(self, frozenset((self,)))  # which asks for its hash
        return self

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, Var) and self.name == other.name and self.sort == other.sort)

    __hash__ = Term.__hash__

    def __reduce__(self) -> tuple[object, ...]:
        return (Var, (self.name, self.sort))


_put_name = _writer(Var, "name")


class Bound(Term):
    """A variable bound by the ``index``-th Lam outwards."""

    __slots__ = ("index",)
    index: int

    def __new__(cls, index: int, sort: Sort) -> Bound:
        if type(index) is not int or index < 0 or not isinstance(sort, Sort):
            raise SortError(f"a bound variable has a number and a sort, not {index!r} and {sort!r}")
        self = object.__new__(cls)
        _put_index(self, index)
        _set(self, sort, index + 1, _EMPTY, ("bound", index, sort))
        return self

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Bound) and self.index == other.index and self.sort == other.sort

    __hash__ = Term.__hash__

    def __reduce__(self) -> tuple[object, ...]:
        return (Bound, (self.index, self.sort))


_put_index = _writer(Bound, "index")


class Lam(Term):
    """The function that takes a value of sort ``dom`` to ``body``; ``hint`` is the letter to print."""

    __slots__ = ("body", "dom", "hint")
    hint: str
    dom: Sort
    body: Term

    def __new__(cls, hint: str, dom: Sort, body: Term) -> Lam:
        if type(hint) is not str or not isinstance(dom, Sort) or not isinstance(body, Term):
            raise SortError(f"a function has a letter, a sort and a body, not {hint!r}, {dom!r} and {body!r}")
        if not _binds_at(body, 0, dom):
            raise SortError(f"a variable of this function is used at another sort than {dom}")
        self = object.__new__(cls)
        body = _eta_short(body)
        _put_hint(self, hint)
        _put_dom(self, dom)
        _put_body(self, body)
        _set(self, Fn(dom, body.sort), max(0, body.loose - 1), body.free, ("lam", dom, body._hash))
        return self

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        return (
            isinstance(other, Lam) and self._hash == other._hash and self.dom == other.dom and self.body == other.body
        )

    __hash__ = Term.__hash__

    def __reduce__(self) -> tuple[object, ...]:
        return (Lam, (self.hint, self.dom, self.body))


_put_hint, _put_dom, _put_body = _writer(Lam, "hint"), _writer(Lam, "dom"), _writer(Lam, "body")


class At(Term):
    """The function ``fn`` at ``arg``.  Build it with ``at``, which reduces."""

    __slots__ = ("arg", "fn")
    fn: Term
    arg: Term

    def __new__(cls, fn: Term, arg: Term) -> At:
        if not isinstance(fn, Term) or not isinstance(arg, Term):
            raise SortError(f"{fn!r} at {arg!r} is no term")
        if type(arg) is Lam:
            arg = _eta_short(arg)
        if not isinstance(fn.sort, Fn):
            raise SortError(f"{fn} is of sort {fn.sort}; it cannot be applied to {arg}")
        if isinstance(fn, Lam):
            raise SortError("At of a Lam; use at()")
        if not is_subsort(arg.sort, fn.sort.dom):
            raise SortError(f"{fn} takes {fn.sort.dom}, and {arg} is of sort {arg.sort}")
        self = object.__new__(cls)
        _put_fn(self, fn)
        _put_arg(self, arg)
        loose = fn.loose if fn.loose > arg.loose else arg.loose
        _set(self, fn.sort.cod, loose, _union(fn.free, arg.free), ("at", fn._hash, arg._hash))
        return self

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        return isinstance(other, At) and self._hash == other._hash and self.fn == other.fn and self.arg == other.arg

    __hash__ = Term.__hash__

    def __reduce__(self) -> tuple[object, ...]:
        return (At, (self.fn, self.arg))


_put_fn, _put_arg = _writer(At, "fn"), _writer(At, "arg")


class Op:
    """A built-in operator: its name, and the rule that gives the sort of its result."""

    __slots__ = ("arity", "binders", "name", "result")
    name: str
    arity: int
    result: Callable[[tuple[Term, ...]], Sort | None]
    binders: tuple[int, ...]  # the arguments that are kept as a Lam

    def __new__(
        cls, name: str, arity: int, result: Callable[[tuple[Term, ...]], Sort | None], binders: tuple[int, ...] = ()
    ) -> Op:
        self = object.__new__(cls)
        put = object.__setattr__
        put(self, "name", name)
        put(self, "arity", arity)
        put(self, "result", result)
        put(self, "binders", binders)
        return self

    def __init_subclass__(cls) -> None:
        if (cls.__module__, cls.__name__) != ("derive.kernel.definitions", "Definition"):
            raise TypeError("there are no further kinds of operators")

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("operators are immutable")

    def __delattr__(self, name: str) -> None:
        raise AttributeError("operators are immutable")

    def __repr__(self) -> str:
        return self.name

    def __reduce__(self) -> str | tuple[object, ...]:
        return (_builtin, (self.name,))


class App(Term):
    """An operator applied to all its arguments."""

    __slots__ = ("args", "op")
    op: Op
    args: tuple[Term, ...]

    def __new__(cls, op: Op, args: tuple[Term, ...]) -> App:
        args = tuple(args)
        functions = op.binders != ()
        loose = 0
        free = _EMPTY
        key: list[object] = [op.name]
        for a in args:
            if not isinstance(a, Term):
                raise SortError(f"{op!r} takes terms, not {a!r}")
            if type(a) is Lam:
                functions = True
            if a.loose > loose:
                loose = a.loose
            if a.free is not free:
                free = _union(free, a.free)
            key.append(a._hash)
        if len(args) != op.arity:
            raise SortError(f"{op.name} takes {op.arity} argument{'' if op.arity == 1 else 's'}, not {len(args)}")
        if functions:  # the same functions, written in another way: what is free in them and points out of them stays
            args = tuple([_eta_long(a) if i in op.binders else _eta_short(a) for i, a in enumerate(args)])
            key[1:] = [a._hash for a in args]
        sort = op.result(args)
        if sort is None:
            shown = ", ".join(f"{a} of sort {a.sort}" for a in args)
            raise SortError(f"{op.name} does not take {shown}")
        self = object.__new__(cls)
        _put_op(self, op)
        _put_args(self, args)
        _put_sort(self, sort)
        _put_loose(self, loose)
        _put_free(self, free)
        _put_hash(self, hash(tuple(key)))
        return self

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        return isinstance(other, App) and self._hash == other._hash and self.op is other.op and self.args == other.args

    __hash__ = Term.__hash__

    def __reduce__(self) -> tuple[object, ...]:
        return (App, (self.op, self.args))


_put_op, _put_args = _writer(App, "op"), _writer(App, "args")
_closed = True


# --- operators -------------------------------------------------------------------------------------------------------


def _numeric(args: tuple[Term, ...]) -> Sort | None:
    """INT from integers, REAL from reals."""
    out: Sort = INT
    for a in args:
        if a.sort is not INT:
            if a.sort is not REAL:
                return None
            out = REAL
    return out


def _real(args: tuple[Term, ...]) -> Sort | None:
    return REAL if _numeric(args) is not None else None


def _power(args: tuple[Term, ...]) -> Sort | None:
    base, exponent = args
    whole = isinstance(exponent, Num) and exponent.sort is INT and exponent.value >= 0
    return _real(args) if not whole else _numeric((base,))


def _bigop(args: tuple[Term, ...]) -> Sort | None:
    lo, hi, f = args
    if lo.sort is INT and hi.sort is INT and isinstance(f.sort, Fn) and f.sort.dom is INT and is_numeric(f.sort.cod):
        return f.sort.cod
    return None


def _maximum(args: tuple[Term, ...]) -> Sort | None:
    return REAL if _bigop(args) is not None else None


def _delta(args: tuple[Term, ...]) -> Sort | None:
    return REAL if all(a.sort is INT for a in args) else None


def _optimum(args: tuple[Term, ...]) -> Sort | None:
    (f,) = args
    return SetOf(f.sort.dom) if isinstance(f.sort, Fn) and is_numeric(f.sort.cod) else None


def _derivative(args: tuple[Term, ...]) -> Sort | None:
    f, x = args
    return REAL if f.sort in (Fn(REAL, REAL), Fn(REAL, INT)) and is_numeric(x.sort) else None


def _has_derivative(args: tuple[Term, ...]) -> Sort | None:
    return PROP if _derivative(args[:2]) is not None and is_numeric(args[2].sort) else None


def _same(args: tuple[Term, ...]) -> Sort | None:
    a, b = args
    return PROP if (is_subsort(a.sort, b.sort) or is_subsort(b.sort, a.sort)) and a.sort is not PROP else None


def _order(args: tuple[Term, ...]) -> Sort | None:
    return PROP if _numeric(args) is not None else None


def _member(args: tuple[Term, ...]) -> Sort | None:
    a, s = args
    return PROP if isinstance(s.sort, SetOf) and is_subsort(a.sort, s.sort.elem) else None


def _connective(args: tuple[Term, ...]) -> Sort | None:
    return PROP if all(a.sort is PROP for a in args) else None


def _quantifier(args: tuple[Term, ...]) -> Sort | None:
    (f,) = args
    return PROP if isinstance(f.sort, Fn) and f.sort.cod is PROP else None


_OPS: dict[str, Op] = {}


def _op(name: str, arity: int, result: Callable[[tuple[Term, ...]], Sort | None], binders: tuple[int, ...] = ()) -> Op:
    op = _OPS[name] = Op(name, arity, result, binders)
    return op


def _builtin(name: str) -> Op:
    return _OPS[name]


ADD = _op("add", 2, _numeric)
SUB = _op("sub", 2, _numeric)
MUL = _op("mul", 2, _numeric)
NEG = _op("neg", 1, _numeric)
DIV = _op("div", 2, _real)
POW = _op("pow", 2, _power)
LOG = _op("log", 1, _real)
EXP = _op("exp", 1, _real)
XLOGY = _op("xlogy", 2, _real)  # a log b with 0 log b = 0, the stated convention
DELTA = _op("delta", 2, _delta)  # 1 when the two integers are equal, else 0
SUM = _op("sum", 3, _bigop, (2,))
PROD = _op("prod", 3, _bigop, (2,))
MAX = _op("max", 3, _maximum, (2,))  # the largest of finitely many numbers; a real number
ARGMIN = _op("argmin", 1, _optimum, (0,))
ARGMAX = _op("argmax", 1, _optimum, (0,))
DERIVATIVE = _op("derivative", 2, _derivative, (0,))  # the derivative of the real function F at x

EQ = _op("eq", 2, _same)
NE = _op("ne", 2, _same)
LT = _op("lt", 2, _order)
LE = _op("le", 2, _order)
IN = _op("in", 2, _member)
HAS_DERIVATIVE = _op("has_derivative", 3, _has_derivative, (0,))  # F has at x the derivative l
IMPLIES = _op("implies", 2, _connective)
IFF = _op("iff", 2, _connective)
FORALL = _op("forall", 1, _quantifier, (0,))


def as_term(value: Operand) -> Term:
    """The term for a Python integer or Fraction; a term is returned as it is."""
    if isinstance(value, Term):
        return value
    return Num(value)


def _binary(op: Op, left: Operand, right: Operand) -> Term:
    for side in (left, right):
        if isinstance(side, float):
            raise SortError(f"{side!r} is not an exact number; write Fraction('{side!r}') or a quotient of integers")
    if not (isinstance(left, (Term, int, Fraction)) and isinstance(right, (Term, int, Fraction))):
        return NotImplemented
    return App(op, (as_term(left), as_term(right)))


def app(op: Op, *args: Term) -> Term:
    """``op`` applied to ``args``; raises SortError when they do not fit."""
    return App(op, args)


def at(fn: Term, arg: Term) -> Term:
    """``fn`` at ``arg``, reduced when ``fn`` is a Lam."""
    if isinstance(fn, Lam):
        if not is_subsort(arg.sort, fn.dom):
            raise SortError(f"this function takes {fn.dom}, and {arg} is of sort {arg.sort}")
        return _beta(fn.body, 0, arg)
    return At(fn, arg)


def lam(var: Var, body: Term) -> Term:
    """The function that takes ``var`` to ``body``, eta-short."""
    return _eta_short(Lam(var.name, var.sort, abstract(body, var)))


# --- moving under binders --------------------------------------------------------------------------------------------


def rebuild(term: Term, parts: tuple[Term, ...]) -> Term:
    """``term`` with its immediate parts replaced; beta- and eta-normal again."""
    if isinstance(term, App):
        return App(term.op, parts)
    if isinstance(term, At):
        return at(parts[0], parts[1])
    if isinstance(term, Lam):
        return Lam(term.hint, term.dom, parts[0])
    return term


def parts_of(term: Term) -> tuple[Term, ...]:
    """The immediate parts of a term; the body of a Lam has a loose bound variable."""
    if isinstance(term, App):
        return term.args
    if isinstance(term, At):
        return (term.fn, term.arg)
    if isinstance(term, Lam):
        return (term.body,)
    return ()


def _shift(term: Term, by: int, cutoff: int = 0) -> Term:
    if term.loose <= cutoff:
        return term
    if isinstance(term, Bound):
        return Bound(term.index + by, term.sort)
    inner = cutoff + 1 if isinstance(term, Lam) else cutoff
    return rebuild(term, tuple([p if p.loose <= inner else _shift(p, by, inner) for p in parts_of(term)]))


def _beta(body: Term, depth: int, arg: Term) -> Term:
    """``body`` with the variable bound ``depth`` Lams up replaced by ``arg``, that Lam being gone."""
    if body.loose <= depth:
        return body
    if isinstance(body, Bound):
        if body.index == depth:
            return _shift(arg, depth)
        return Bound(body.index - 1, body.sort)
    inner = depth + 1 if isinstance(body, Lam) else depth
    return rebuild(body, tuple([p if p.loose <= inner else _beta(p, inner, arg) for p in parts_of(body)]))


def instantiate(fn: Lam, arg: Term) -> Term:
    """The body of ``fn`` with its variable replaced by ``arg``."""
    return at(fn, arg)


def abstract(term: Term, var: Var, depth: int = 0) -> Term:
    """The body of a Lam over ``var``: ``term`` with ``var`` bound ``depth`` Lams up."""
    if var not in term.free:
        return _shift(term, 1, depth)
    if isinstance(term, Var):
        return Bound(depth, var.sort)
    inner = depth + 1 if isinstance(term, Lam) else depth
    return rebuild(term, tuple([abstract(p, var, inner) for p in parts_of(term)]))


def substitute(term: Term, mapping: Mapping[Var, Term]) -> Term:
    """``term`` with free variables replaced, all at once.  The values have no loose bound variable, so none is
    captured."""
    for var, value in mapping.items():
        if value.loose:
            raise SortError(f"{value} has a loose bound variable")
        if not is_subsort(value.sort, var.sort):
            raise SortError(f"{var} is of sort {var.sort}, and {value} is of sort {value.sort}")
    return _substitute(term, mapping, frozenset(mapping))


def _substitute(term: Term, mapping: Mapping[Var, Term], letters: frozenset[Var]) -> Term:
    if term.free.isdisjoint(letters):
        return term
    if isinstance(term, Var):
        return mapping[term]
    return rebuild(term, tuple([_substitute(p, mapping, letters) for p in parts_of(term)]))


def _eta_short(term: Term) -> Term:
    """k |-> f(k) becomes f, where k does not occur in f."""
    while isinstance(term, Lam):
        body = term.body
        if not (isinstance(body, At) and isinstance(body.arg, Bound) and body.arg.index == 0):
            break
        if not isinstance(body.fn.sort, Fn) or body.fn.sort.dom != term.dom or mentions(body.fn, 0):
            break
        term = _shift(body.fn, -1)
    return term


def mentions(term: Term, index: int) -> bool:
    """Whether the variable bound ``index`` Lams up occurs in the term."""
    if term.loose <= index:
        return False
    if isinstance(term, Bound):
        return term.index == index
    inner = index + 1 if isinstance(term, Lam) else index
    return any(mentions(p, inner) for p in parts_of(term))


def _binds_at(body: Term, index: int, dom: Sort) -> bool:
    """Whether the variable bound ``index`` Lams up has the sort ``dom`` wherever it occurs in ``body``."""
    waiting = [(body, index)]
    while waiting:
        term, index = waiting.pop()
        if isinstance(term, Bound):
            if term.index == index and term.sort is not dom:
                return False
        else:
            inner = index + 1 if isinstance(term, Lam) else index
            waiting += [(p, inner) for p in parts_of(term) if p.loose > inner]
    return True


def _eta_long(term: Term) -> Term:
    if isinstance(term, Lam) or not isinstance(term.sort, Fn):
        return term
    dom = term.sort.dom
    hint = {INT: "k", REAL: "x"}.get(dom, "theta") if isinstance(dom, Base) else "z"
    return Lam(hint, dom, At(_shift(term, 1), Bound(0, dom)))


def fresh(hint: str, sort: Sort, avoid: frozenset[Var] | set[Var]) -> Var:
    """A variable named after ``hint`` whose name no variable in ``avoid`` has."""
    names = {v.name for v in avoid}
    name, n = hint, 0
    while name in names:
        n += 1
        name = f"{hint}_{n}"
    return Var(name, sort)


def subterms(term: Term) -> Iterator[Term]:
    """The term and all its parts, outermost first; parts of a Lam have loose bound variables."""
    waiting = [term]
    while waiting:
        term = waiting.pop()
        yield term
        waiting += reversed(parts_of(term))


def spine(term: Term) -> tuple[Term, list[Term]]:
    """``p[t][k]`` as p and [t, k]; a term that is not applied has no arguments."""
    args: list[Term] = []
    while isinstance(term, At):
        args.append(term.arg)
        term = term.fn
    return term, args[::-1]


# --- statements ------------------------------------------------------------------------------------------------------


def eq(left: Operand, right: Operand) -> Term:
    return app(EQ, as_term(left), as_term(right))


def ne(left: Operand, right: Operand) -> Term:
    return app(NE, as_term(left), as_term(right))


def implies(*statements: Term) -> Term:
    """``implies(A, B, C)`` is A => (B => C)."""
    *premises, out = statements
    for p in reversed(premises):
        out = app(IMPLIES, p, out)
    return out


def iff(left: Term, right: Term) -> Term:
    return app(IFF, left, right)


def forall(var: Var, statement: Term) -> Term:
    return app(FORALL, Lam(var.name, var.sort, abstract(statement, var)))


def negation(statement: Term) -> Term | None:
    """The opposite of a comparison: of a = b it is a != b, of a < b it is b <= a.  None for other statements."""
    if isinstance(statement, App):
        a = statement.args
        if statement.op is EQ:
            return App(NE, a)
        if statement.op is NE:
            return App(EQ, a)
        if statement.op is LT:
            return App(LE, (a[1], a[0]))
        if statement.op is LE:
            return App(LT, (a[1], a[0]))
    return None


# --- plain text, for messages ----------------------------------------------------------------------------------------

_INFIX = {
    "add": (" + ", 4), "sub": (" - ", 4), "mul": ("*", 5), "div": ("/", 5), "pow": ("^", 7),
    "eq": (" = ", 2), "ne": (" != ", 2), "lt": (" < ", 2), "le": (" <= ", 2), "in": (" in ", 2),
    "implies": (" => ", 1), "iff": (" <=> ", 1),
}  # fmt: skip


def _text(t: Term, names: list[str], level: int = 0) -> str:
    if isinstance(t, Num):
        s = str(t.value)
        return f"({s})" if level >= 5 and (t.value < 0 or "/" in s) else s
    if isinstance(t, Var):
        return t.name
    if isinstance(t, Bound):
        return names[-1 - t.index] if t.index < len(names) else f"#{t.index}"
    if isinstance(t, Lam):
        name = _letter(t, names)
        return f"({name} |-> {_text(t.body, [*names, name])})"
    if isinstance(t, At):
        return f"{_text(t.fn, names, 9)}[{_text(t.arg, names)}]"
    if not isinstance(t, App):
        return object.__repr__(t)
    op, args = t.op.name, t.args
    if op in _INFIX:
        symbol, strength = _INFIX[op]
        right = strength + 1 if op not in ("pow", "implies") else strength
        s = f"{_text(args[0], names, strength + (op in ('pow', 'implies')))}{symbol}{_text(args[1], names, right)}"
        return f"({s})" if level > strength else s
    if op == "neg":
        s = f"-{_text(args[0], names, 5)}"
        return f"({s})" if level > 4 else s
    if op in ("sum", "prod", "max") and isinstance(args[2], Lam):
        name = _letter(args[2], names)
        body = _text(args[2].body, [*names, name])
        return f"{op}({name}={_text(args[0], names)}..{_text(args[1], names)}, {body})"
    if op == "delta":
        return f"[{_text(args[0], names)} = {_text(args[1], names)}]"
    if op == "forall" and isinstance(args[0], Lam):
        name = _letter(args[0], names)
        s = f"for all {name}: {_text(args[0].body, [*names, name])}"
        return f"({s})" if level else s
    return f"{op}({', '.join(_text(a, names) for a in args)})"


def _letter(t: Lam, names: list[str]) -> str:
    taken = {*names, *(v.name for v in t.free)}
    name, n = t.hint, 0
    while name in taken:
        n += 1
        name = f"{t.hint}_{n}"
    return name
