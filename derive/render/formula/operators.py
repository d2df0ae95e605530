"""The operators of terms: arithmetic, logarithms, sums and products, optima, derivatives."""

from __future__ import annotations

from collections.abc import Callable

from derive.errors import TOO_LONG, UserError
from derive.kernel import terms as k
from derive.kernel.sorts import Fn
from derive.kernel.terms import App, Bound, Lam, Num, Op, Term, Var, at, mentions, subterms
from derive.operators import CARDS, READ
from derive.operators.derivatives import PARTIALS, Derivative, taken_apart
from derive.operators.exclusions import left_out
from derive.render.formula import nodes
from derive.render.formula.applied import set_over
from derive.render.formula.builder import Builder
from derive.render.formula.names import GREEK, split_name
from derive.render.formula.pieces import COMMA, NEGATIVE, SLASH, Level, Piece, rel

_FUNCTIONS = frozenset("fghFGHP")  # letters that one takes for functions
_PARTIAL = nodes.Symbol(CARDS[k.DERIVATIVE].sign, "ord")


def number(b: Builder, term: Num) -> Piece:
    value = abs(term.value)
    try:
        top, bottom = (nodes.Symbol(str(n), "num") for n in (value.numerator, value.denominator))
    except ValueError:  # Python's bound on the digits of an integer
        raise UserError(TOO_LONG) from None
    if value.denominator == 1:
        p = Piece(top)
    elif b.linear or b.small:
        p = Piece(nodes.row(top, SLASH, bottom), Level.DIV)
    else:
        p = Piece(nodes.Frac(top, bottom, small=True), Level.PREFIX)
    return p if term.value >= 0 else Piece(nodes.row(NEGATIVE, p.node), Level.NEG)


def function(b: Builder, term: Lam) -> Piece:
    """k |-> its body."""
    with b.under(term) as letter, b.in_small():
        return Piece(nodes.row(letter, rel("↦"), b.fit(term.body, Level.ANY)), Level.ANY, True)


# --- arithmetic ------------------------------------------------------------------------------------------------------


def _neg(b: Builder, term: App) -> Piece:
    p = b.piece(term.args[0])
    return Piece(nodes.row(NEGATIVE, p.at(Level.DIV)), Level.NEG, p.greedy and p.level >= Level.DIV)


def _sum_of(b: Builder, term: App) -> Piece:
    left = b.fit(term.args[0], Level.ADD)
    p = b.piece(term.args[1])
    sign = nodes.Symbol(CARDS[term.op].sign, "op")
    return Piece(nodes.row(left, sign, p.at(Level.DIV)), Level.ADD, p.greedy and p.level >= Level.DIV)


def _mul(b: Builder, term: App) -> Piece:
    left, level = _left_factor(b, term.args[0])
    return _product(left, level, b.piece(term.args[1]), _called_like(b, term.args[0]))


def _called_like(b: Builder, factor: Term) -> bool:
    """Whether a factor before brackets looks like a function at an argument: f (a + b), loss (a + b)."""
    while isinstance(factor, App) and factor.op in (k.MUL, k.NEG):
        factor = factor.args[-1]
    if not isinstance(factor, (Var, Bound)) or (isinstance(factor, Bound) and factor.index >= len(b.names)):
        return False
    name = split_name(factor.name if isinstance(factor, Var) else b.names[len(b.names) - 1 - factor.index])
    word = len(name.head) > 1 and name.head not in GREEK
    return word or name.head in _FUNCTIONS or any(v.given for v in b.notation.variables.get(name.head, ()))


def _left_factor(b: Builder, a: Term) -> tuple[nodes.Node, Level]:
    """The left factor of a product, a minus sign in front of it without brackets."""
    if isinstance(a, App) and a.op is k.NEG and not b.is_labelled(a):
        return nodes.row(NEGATIVE, b.fit(a.args[0], Level.MUL, closed=True)), Level.NEG
    p = b.piece(a)
    if p.level == Level.NEG and not p.greedy and isinstance(a, (Num, App)) and not (b.linear and _has_slash(p.node)):
        return p.node, Level.NEG
    return p.at(Level.MUL, closed=True), Level.MUL


def _product(left: nodes.Node, level: Level, p: Piece, called: bool) -> Piece:
    right = p.at(Level.PREFIX)
    head = nodes.first(right)
    starts = nodes.first(right.body) if isinstance(right, nodes.Fence) and right.group else None
    dot = (
        (head is not None and head.kind == "num")
        or (head is not None and head.kind == "bold" and head.text.isdigit() and _ends_in_number(left))
        or (starts is not None and starts.kind == "neg")
        or (isinstance(right, nodes.Frac) and _ends_in_number(left))
        or (called and isinstance(right, nodes.Fence))
    )
    sign = nodes.Symbol("·", "dot") if dot else nodes.PRODUCT
    return Piece(nodes.row(left, sign, right), level, p.greedy and p.level >= Level.PREFIX)


def _div(b: Builder, term: App) -> Piece:
    """A fraction; with a slash on one line, and in a small place where both of its parts are low."""
    above, below = term.args
    if b.linear or b.small:
        labels = list(b.labels)
        with b.on_one_line():
            minus = isinstance(above, App) and above.op is k.NEG and not b.is_labelled(above)
            inner = above.args[0] if minus and isinstance(above, App) else above
            top = b.fit(inner, Level.PREFIX, closed=True)
            slashed = nodes.row(top, SLASH, b.fit(below, Level.PREFIX, closed=True))
        if b.linear or _is_low(slashed):
            return Piece(nodes.row(NEGATIVE, slashed), Level.NEG) if minus else Piece(slashed, Level.DIV)
        b.labels[:] = labels  # those that this try has used
    small = isinstance(above, Num) and isinstance(below, Num)
    with b.in_small():
        return Piece(nodes.Frac(b.fit(above, Level.ADD), b.fit(below, Level.ADD), small), Level.PREFIX)


def _pow(b: Builder, term: App) -> Piece:
    base = b.fit(term.args[0], Level.ATOM)
    if isinstance(base, nodes.UnderBrace) or (isinstance(base, nodes.Script) and base.sup is not None):
        base = nodes.fenced(base, group=True)
    return Piece(nodes.superscript(base, b.script(term.args[1])), Level.POW)


def _exp(b: Builder, term: App) -> Piece:
    (x,) = term.args
    labelled = {t for t, _ in b.labels}
    if b.notation.exp != "function" and not b.flat and labelled.isdisjoint(subterms(x)):
        node = b.script(x)
        if b.notation.exp == "power" or _is_low(node):
            return Piece(nodes.Script(nodes.Symbol("e", "var"), None, node), Level.POW)
    return Piece(nodes.row(nodes.Symbol("exp", "fn"), nodes.fenced(b.fit(x, Level.ADD), group=True)))


def _log(b: Builder, term: App) -> Piece:
    name = nodes.Symbol(b.notation.log, "fn")
    p = b.piece(term.args[0])
    inner = nodes.bare(p.node)
    power = isinstance(inner, nodes.Script) and inner.sub is None and inner.base == nodes.Symbol("e", "var")
    if p.level >= Level.ATOM or p.level == Level.PREFIX or power:
        return Piece(nodes.row(name, p.node), Level.PREFIX, True)
    return Piece(nodes.row(name, nodes.fenced(p.node, group=True)), Level.PREFIX)


def _as_it_reads(b: Builder, term: App) -> Piece:
    """An operator that is written as simpler ones are."""
    reads = CARDS[term.op].reads
    assert reads is not None
    read = reads(*term.args)
    assert isinstance(read, App)
    return OPERATORS[read.op](b, read)


def _delta(b: Builder, term: App) -> Piece:
    i, j = term.args
    if b.notation.indicator == "kronecker":
        with b.on_one_line():
            return Piece(
                nodes.Script(nodes.Symbol("δ", "var"), nodes.row(b.fit(i, Level.ADD), COMMA, b.fit(j, Level.ADD)))
            )
    fence = nodes.fenced(nodes.row(b.fit(i, Level.ADD), rel(CARDS[term.op].sign), b.fit(j, Level.ADD)), "[", "]")
    return Piece(fence if b.notation.indicator == "iverson" else nodes.row(nodes.Symbol("1", "bold"), fence))


# --- binders ---------------------------------------------------------------------------------------------------------


def _bigop(b: Builder, term: App) -> Piece:
    low, high, fn = term.args
    assert isinstance(fn, Lam)
    whole = set_over(b, low, high)
    with b.on_one_line():
        start, over = b.fit(low, Level.ADD), (None if whole else b.fit(high, Level.ADD))
    with b.under(fn) as letter:
        under = nodes.row(letter, rel("="), start) if whole is None else nodes.row(letter, rel("∈"), whole)
        others, inside = _excluded(b, term.op, fn)
        with b.on_one_line():
            for other in others:
                under = nodes.row(under, COMMA, letter, rel("≠"), b.fit(other, Level.ADD))
        body = b.fit(inside, Level.MUL)
    sign = nodes.Symbol(CARDS[term.op].sign, "big")
    return Piece(nodes.BigOp(sign, under, over, body), Level.PREFIX, True)


def _excluded(b: Builder, op: Op, fn: Lam) -> tuple[list[Term], Term]:
    """What the index is said not to be, and the body that is left to write; what is marked or labelled is written out."""
    others: list[Term] = []
    while True:
        found = left_out(op, fn)
        if found is None or not _plain(b, fn.body, found[1]):
            return others, fn.body
        others.append(found[0])
        fn = Lam(fn.hint, fn.dom, found[1])


def _plain(b: Builder, body: Term, rest: Term) -> bool:
    """Whether no part of the body but those of ``rest`` is to be marked or labelled."""
    inside = set(map(id, subterms(rest)))
    outside = [t for t in subterms(body) if id(t) not in inside]
    return not any(t is m for t in outside for m, _ in b.marks) and not any(b.is_labelled(t) for t in outside)


def _largest(b: Builder, term: App) -> Piece:
    """max, with the range of its letter under it."""
    low, high, fn = term.args
    assert isinstance(fn, Lam)
    whole = set_over(b, low, high)
    with b.on_one_line():
        start, end = b.fit(low, Level.ADD), b.fit(high, Level.ADD)
    with b.under(fn) as letter:
        within = nodes.row(start, rel("≤"), letter, rel("≤"), end)
        under = within if whole is None else nodes.row(letter, rel("∈"), whole)
        body = b.fit(fn.body, Level.MUL)
    return Piece(nodes.BigOp(nodes.Symbol(CARDS[term.op].sign, "fn"), under, None, body), Level.PREFIX, True)


def _optimum(b: Builder, term: App) -> Piece:
    (fn,) = term.args
    assert isinstance(fn, Lam)
    sign = nodes.Symbol(CARDS[term.op].sign, "fn")
    with b.under(fn) as letter:
        return Piece(nodes.BigOp(sign, letter, None, b.fit(fn.body, Level.NEG)), Level.PREFIX, True)


def _derivative(b: Builder, term: App) -> Piece:
    """A derivative in a real number, or a partial one in an entry of a family."""
    parts = taken_apart(term)
    assert parts is not None
    return _derived(b, parts)


def _derived(b: Builder, parts: Derivative) -> Piece:
    fn, z = parts.fn, parts.point
    assert isinstance(fn.sort, Fn)
    if (isinstance(z, Var) and z not in fn.free) or (isinstance(z, Bound) and not mentions(fn, z.index)):
        body = b.fit(at(fn, z), Level.PREFIX)
        return Piece(nodes.row(_by(b, parts.by), nodes.Space("thin"), body), Level.PREFIX, True)
    # at a point that is no variable: the derivative, then the point after a bar
    name = b.fresh(fn.hint if isinstance(fn, Lam) else "x", fn)
    b.avoid.add(name)
    w = Var(name, fn.sort.dom)
    body = b.fit(at(fn, w), Level.PREFIX)
    inner = nodes.row(_by(b, parts._replace(point=w).by), nodes.Space("thin"), body)
    b.avoid.discard(name)
    point = nodes.row(b.letter(name, fn.sort.dom), rel("="), b.script(z))
    return Piece(nodes.Script(nodes.fenced(inner, "(", ")", group=True), point))


def _by(b: Builder, entry: Term) -> nodes.Node:
    """The sign of a derivative by ``entry``."""
    under = nodes.row(_PARTIAL, b.piece(entry).node)
    return nodes.row(_PARTIAL, SLASH, under) if b.linear else nodes.Frac(_PARTIAL, under)


def _has_derivative(b: Builder, term: App) -> Piece:
    fn, point, value = term.args
    return Piece(nodes.row(_derived(b, Derivative(fn, point, ())).node, rel("="), b.fit(value, Level.ADD)), Level.REL)


# --- how parts look --------------------------------------------------------------------------------------------------


def _has_slash(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Row) and SLASH in node.items


def _ends_in_number(node: nodes.Node) -> bool:
    if isinstance(node, nodes.Row) and node.items:
        node = node.items[-1]
    if isinstance(node, nodes.Frac):
        return _ends_in_number(node.num) and _ends_in_number(node.den)
    end = nodes.last(node)
    return end is not None and end.kind == "num"


def _is_low(node: nodes.Node, depth: int = 0) -> bool:
    """Whether it reads well as a superscript or beside a slash: no sum in it and no fraction, nothing under what is under it."""
    if isinstance(node, nodes.Row):
        return all(_is_low(i, depth) for i in node.items)
    if isinstance(node, nodes.Script):
        scripts = [s for s in (node.sub, node.sup) if s is not None]
        return depth == 0 and _is_low(node.base, depth) and all(_is_low(s, depth + 1) for s in scripts)
    if isinstance(node, (nodes.Fence, nodes.Accent)):
        return _is_low(node.body, depth)
    return isinstance(node, (nodes.Space, nodes.Symbol))


OPERATORS: dict[Op, Callable[[Builder, App], Piece]] = {
    k.NEG: _neg,
    k.ADD: _sum_of,
    k.SUB: _sum_of,
    k.MUL: _mul,
    k.DIV: _div,
    k.POW: _pow,
    k.EXP: _exp,
    k.LOG: _log,
    k.DELTA: _delta,
    k.SUM: _bigop,
    k.PROD: _bigop,
    k.MAX: _largest,
    k.ARGMIN: _optimum,
    k.ARGMAX: _optimum,
    k.DERIVATIVE: _derivative,
    **dict.fromkeys(PARTIALS.values(), _derivative),
    k.HAS_DERIVATIVE: _has_derivative,
    **{card.op: _as_it_reads for card in READ},
}
