"""Numbers for the back of the room: values in a short exact form and in decimals, formulas of numbers cut short."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from derive.falsify import Exact, Undecided, approx
from derive.falsify.numbers.exact import exp, log
from derive.kernel.terms import EXP, LOG, Num, Term, app
from derive.render.formula.nodes import MINUS, Fence, Frac, Node, Row, Script, Symbol, first, kind, last, rebuilt, row

MOST = (
    6  # terms of a written-out sum, factors of a product, entries of a list; of more, the first and the last are shown
)
SHORT = 28  # letters of an exact value that is shown besides its decimals
DIGITS = 4
DOTS = Symbol("…", "ord")


# --- values ----------------------------------------------------------------------------------------------------------


def rounded(value: int | Fraction | Exact, figures: int = DIGITS) -> Node:
    """The value in decimals, correctly rounded; a very large or small one with a power of ten."""
    return _decimals(approx(value, figures))


def _decimals(text: str) -> Node:
    digits, _, exponent = text.partition("e")
    parts: list[Node] = [_signed(digits)]
    if exponent:
        parts += [Symbol("·", "dot"), Script(Symbol("10", "num"), None, _signed(exponent))]
    return row(*parts)


def _signed(digits: str) -> Node:
    number = Symbol(digits.lstrip("-"), "num")
    return row(Symbol(MINUS, "neg"), number) if digits.startswith("-") else number


def closed_form(value: int | Fraction | Exact) -> Term | None:
    """The value as a term where it is a rational number, a multiple c log r, or exp of a rational number."""
    value = Exact.of(value)
    q = value.as_fraction()
    if q is not None:
        return Num(q)
    try:
        for denominator in range(1, 61):
            power = exp(value * denominator).as_fraction()  # r to the power c * denominator
            if power is not None:
                return _log_term(power, denominator)
        q = log(value).as_fraction() if value > 0 else None
    except Undecided:
        return None
    return None if q is None else app(EXP, Num(q))


def _log_term(power: Fraction, denominator: int) -> Term:
    """log of a power, over a denominator, with the smallest base that is more than 1."""
    sign, base = (1, power) if power > 1 else (-1, 1 / power)
    exponent = 1
    for n in range(base.numerator.bit_length(), 1, -1):
        top, bottom = _root(base.numerator, n), _root(base.denominator, n)
        if top and bottom:
            base, exponent = Fraction(top, bottom), n
            break
    out = app(LOG, Num(base))
    c = Fraction(exponent, denominator)
    out = out if c == 1 else Num(c) * out
    return -out if sign < 0 else out


def _root(n: int, k: int) -> int:
    """The k-th root where it is a whole number, else 0."""
    low, high = 1, 1 << (n.bit_length() // k + 1)
    while low < high:
        middle = (low + high) // 2
        if middle**k < n:
            low = middle + 1
        else:
            high = middle
    return low if low**k == n else 0


# --- for reading from afar -------------------------------------------------------------------------------------------


def elided(items: Sequence[Any], dots: Sequence[Any]) -> list[Any]:
    """The first two, dots and the last where there are more than can be taken in."""
    return list(items) if len(items) <= MOST else [*items[:2], *dots, items[-1]]


def readable(node: Node) -> Node:
    """A layout of numbers with decimals for short fractions, and long sums and products cut short."""
    node = rebuilt(node, readable)
    if isinstance(node, Frac) and node.small:
        return _decimal_of(node.num, node.den) or node
    if isinstance(node, Fence) and node.group and isinstance(node.body, Symbol) and node.body.kind == "num":
        return node.body
    if isinstance(node, Row):
        return row(*_cut_short(_dotted(_without_slashes(node.items))))
    return node


def _decimal_of(num: Node, den: Node) -> Node | None:
    """A fraction of two whole numbers as a decimal, where that is exact and short."""
    if not (isinstance(num, Symbol) and isinstance(den, Symbol) and num.text.isdigit() and den.text.isdigit()):
        return None
    if not int(den.text):
        return None
    decimal = decimal_text(Fraction(int(num.text), int(den.text)))
    return None if decimal is None else Symbol(decimal, "num")


def decimal_text(value: int | Fraction | Exact) -> str | None:
    """A number in decimals where that is exact and short."""
    q = Exact.of(value).as_fraction()
    for digits in range(DIGITS + 1):
        if q is not None and (scaled := q * 10**digits).denominator == 1:
            text = str(abs(scaled.numerator)).rjust(digits + 1, "0")
            whole, part = (text[:-digits], "." + text[-digits:]) if digits else (text, "")
            return ("−" if q < 0 else "") + whole + part
    return None


def _without_slashes(items: Sequence[Node]) -> list[Node]:
    """1/10 on one line as 0.1."""
    out: list[Node] = []
    for item in items:
        if len(out) > 1 and out[-1] == Symbol("/", "slash") and (decimal := _decimal_of(out[-2], item)):
            out[-2:] = [decimal]
        else:
            out.append(item)
    return out


def _dotted(items: Sequence[Node]) -> list[Node]:
    """A dot after a factor that is a number now, before a number or a fraction: 0.1 0.25 would be read as one."""
    out = list(items)
    for i in range(1, len(out) - 1):
        sign, before, after = out[i], last(out[i - 1]), first(out[i + 1])
        numbers = before is not None and before.kind == "num"
        numbers = numbers and (isinstance(out[i + 1], Frac) or (after is not None and after.kind == "num"))
        if numbers and kind(sign) == "times":
            out[i] = Symbol("·", "dot")
    return out


def _cut_short(items: Sequence[Node]) -> list[Node]:
    """A sum and its products without their middle, where they are long."""
    terms = _shortened(items, ("op", "rel"))
    return [node for term in terms for factor in _shortened(term, ("dot", "times")) for node in factor]


def _shortened(items: Sequence[Node], signs: tuple[str, ...]) -> list[list[Node]]:
    """The parts between signs of these kinds, each with the sign before it; dots, with a sign, for the middle ones."""
    parts = _split(items, signs)
    return elided(parts, ([parts[-1][0], DOTS],))


def _split(items: Sequence[Node], kinds: tuple[str, ...]) -> list[list[Node]]:
    """Cut before every sign of these kinds."""
    out: list[list[Node]] = [[]]
    for item in items:
        if kind(item) in kinds and out[-1]:
            out.append([])
        out[-1].append(item)
    return out


# --- decimals that add up ----------------------------------------------------------------------------------------------


def placed(value: int | Fraction | Exact, places: int) -> str:
    """The value with at most so many decimals, correctly rounded; a very large or small one with a power of ten."""
    value = Exact.of(value)
    exact = decimal_text(value)
    if exact is not None:
        return exact.replace(MINUS, "-")
    seen = approx(value, places)
    if "e" in seen:
        return seen
    whole, _, part = seen.lstrip("-").partition(".")
    before = len(whole) if whole != "0" else -(len(part) - len(part.lstrip("0")))
    return approx(value, places + before) if places + before > 0 else seen


def adding_up(whole: int | Fraction | Exact, parts: Sequence[tuple[str, int | Fraction | Exact]]) -> int:
    """How many decimals are needed so that the rounded parts, each with its sign, add up to the rounded whole: 4, or up to 6;
    4 where they never do."""
    for places in (DIGITS, DIGITS + 1, DIGITS + 2):
        total = sum(Fraction(placed(v, places)) * (-1 if sign == MINUS else 1) for sign, v in parts)
        if total == Fraction(placed(whole, places)):
            return places
    return DIGITS


def decimal_node(value: int | Fraction | Exact, places: int = DIGITS) -> Node:
    """``placed`` as a formula."""
    return _decimals(placed(value, places))
