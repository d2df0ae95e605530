"""What is known of a document's names before its formulas are read: which are functions, which are numbers, which are indices.

It is found from how the names stand on the page: a name with a bar or a comma in the brackets behind it is a function everywhere.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from derive.notes.formula.tokens import FUNCTIONS, LETTERS, Token, Tokens

EXPECTATION = frozenset(("E_bb", "E_cal", "E", "Ex"))
_LAWS = frozenset(
    (
        *EXPECTATION,
        "Var",
        "V_bb",
        "Cov",
        "KL",
        "KL_bb",
        "D",
        "D_bb",
        "H",
        "H_cal",
        "H_bb",
        "I",
        "max",
        "min",
        "argmax",
        "argmin",
    )
)
"""Behind and below these stand laws, called by their names."""
SCALARS = frozenset(
    ["alpha", "beta", "gamma", "eta", "epsilon", "varepsilon", "lambda", "tau", "omega", "kappa", "zeta", "xi"]
)
"""Letters that are numbers rather than functions, where the page leaves it open."""


@dataclass(frozen=True, slots=True)
class Known:
    """``functions`` are always applied to a bracket behind them, ``numbers`` multiplied by it; ``vectors`` may be transposed;
    ``indices`` are letters that run through something or stand below another; ``means``: operators declared to be means."""

    functions: frozenset[str] = frozenset()
    numbers: frozenset[str] = frozenset()
    vectors: frozenset[str] = frozenset()
    indices: frozenset[str] = frozenset()
    means: frozenset[str] = frozenset()
    declared: frozenset[str] = frozenset()
    entries: frozenset[str] = frozenset()
    """Functions of one letter: with an index below them, nothing is left that a bracket could hold."""
    euler: bool = False
    """The page writes powers of e, so that e alone is that number."""
    marked: frozenset[str] = frozenset()
    """Names that carry the same letter above them wherever they stand, and the page has that letter nowhere else: a mark, and no power."""
    length: bool = False
    """T is a number on this page, such as a length, and so no transposition."""


def known_from(
    pages: Iterable[Tokens],
    prose: Iterable[Tokens] = (),
    functions: Iterable[str] = (),
    vectors: Iterable[str] = (),
    means: Iterable[str] = (),
    entries: Iterable[str] = (),
) -> Known:
    """What the formulas of a document show, and what is declared.  In prose a function may be called by its name alone."""
    seen = _Seen()
    for tokens in prose:
        seen.look(tokens)
    seen.bare.clear()
    for tokens in pages:
        seen.look(tokens)
    declared = frozenset(functions)
    fixed = seen.indices | seen.moved
    words = {
        n for n in seen.applied if len(n.split("_")[0]) > 1 and n.split("_")[0] not in LETTERS
    }  # PPL(x) is no product
    seen.separated |= words
    applied = (seen.separated | declared | (seen.applied - seen.bare)) - (fixed - seen.separated - declared)
    numbers = ((seen.bare & seen.applied) - seen.separated - declared) | (fixed - applied)
    vector = frozenset(vectors) | seen.bold
    return Known(
        frozenset(applied),
        frozenset(numbers),
        vector,
        frozenset(seen.indices),
        frozenset(means),
        declared,
        frozenset(entries),
        seen.euler and "e" not in seen.indices | applied,
        seen.marked() - declared - vector,
        "T" in seen.indices | seen.bare,
    )


def _plain(t: Token) -> bool:
    return t.kind == "name" and len(t.text) == 1 and t.text != "T" and not (t.sub or t.sup or t.primes)


def _heads(tokens: Tokens) -> bool:
    """Whether a formula begins with f(x) = ..., which says what the function f is."""
    name, bracket, sign = tokens[:3]
    if name.text in FUNCTIONS or name.text in _LAWS:
        return False
    inner = bracket.parts[0] if bracket.kind == "bracket" and bracket.text.startswith("(") else ()
    return (
        name.kind == "name" and not (name.sub or name.sup) and len(inner) == 1 and _plain(inner[0]) and sign.text == "="
    )


def _moves(t: Token, part: Tokens) -> bool:
    """Whether a part of a fraction is the numerator dL of dL/dx, which names a function without its argument."""
    above, under = t.parts
    ds = ("∂", "d")
    return part is above and len(above) == 2 and above[0].text in ds and bool(under) and under[0].text in ds


class _Seen:
    def __init__(self) -> None:
        self.separated: set[str] = set()  # f(a, b), p(x | y)
        self.applied: set[str] = set()  # f(x)
        self.bare: set[str] = set()  # x
        self.bold: set[str] = set()
        self.indices: set[str] = set()
        self.moved: set[str] = set()  # d/dx
        self.euler = False
        self.above: dict[str, set[str]] = defaultdict(set)  # the letters above a name; "" where there is none
        self.times: Counter[str] = Counter()  # how often a letter stands somewhere
        self.raised: Counter[str] = Counter()  # and how often alone above a name with an index

    def marked(self) -> frozenset[str]:
        found = {text: next(iter(above)) for text, above in self.above.items() if len(above) == 1}
        return frozenset(text for text, a in found.items() if a and self.times[a] == self.raised[a])

    def look(self, tokens: Tokens, below: bool = False) -> None:
        if len(tokens) > 2 and _heads(tokens):
            self.separated.add(tokens[0].text)
        for i, t in enumerate(tokens):
            behind = tokens[i + 1] if i + 1 < len(tokens) else None
            if t.kind == "name":
                self.times[t.text] += 1
                mark = t.sup[0].text if t.sub and t.sup and len(t.sup) == 1 and _plain(t.sup[0]) else ""
                self.above[t.text].add(mark)
                self.raised[mark] += 1
                self.name(t, behind, below)
                self.powers(t)
                self.euler |= t.text in ("log", "ln") and behind is not None and behind.text == "e"
            if (
                t.kind == "fraction"
                and len(t.parts[1]) == 2
                and t.parts[1][0].text in ("∂", "d")
                and not t.parts[1][1].sub
            ):
                self.moved.add(t.parts[1][1].text)
            plain = t.kind != "name" or t.text not in _LAWS
            summed = t.kind == "sign" and t.text in ("∑", "∏")  # a T above it is where the sum ends
            transposed = not summed and t.sup is not None and len(t.sup) == 1 and t.sup[0].text == "T"
            for part in (*t.parts, () if transposed else t.sup or ()):
                bare = set(self.bare)
                self.look(part, below)
                if (i and tokens[i - 1].text in _LAWS) or (t.kind == "fraction" and _moves(t, part)):
                    self.bare = bare
            bare = set(self.bare)
            self.look(t.sub or (), below=plain and (t.kind == "name" or t.text in ("∑", "∏")))
            if not plain:  # x ~ q below a mean names the law q
                self.bare = bare
            if summed and t.sub:
                self.indices.update(x.text for x in t.sub if x.kind == "name")

    def powers(self, t: Token) -> None:
        """e with a power above it, and nothing below, is Euler's number."""
        if t.text == "e" and t.sup is not None and t.sub is None:
            self.euler = True

    def name(self, t: Token, behind: Token | None, below: bool) -> None:
        if t.bold:
            self.bold.add(t.text)
        opens = behind is not None and behind.kind == "bracket" and behind.text.startswith("(")
        if below and len(t.text) == 1 and not opens:
            self.indices.add(t.text)
        if t.text in FUNCTIONS:
            return
        if behind is None or not opens:
            if t.sub is None and t.sup is None:
                self.bare.add(t.text)
        elif any(x.kind == "sign" and x.text in (",", "|", ";", "‖") for x in behind.parts[0]):
            self.separated.add(t.text)
        elif t.sup is None or t.sup[0].kind == "bracket":
            plus = any(x.kind == "sign" and x.text in ("+", "-") for x in behind.parts[0][1:])
            if not plus or (t.sub is None and t.text not in SCALARS):
                self.applied.add(t.text)
