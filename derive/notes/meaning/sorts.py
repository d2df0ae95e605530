"""What a name stands for: an index or a number, a family, a function of what.  Found from how it is used on the whole page.

A name is an index (an integer) where it is summed over, ends a sum, counts the values of a distribution or is compared in
Iverson's brackets.  It is a number (a real) where it is added, multiplied or differentiated in.  A place below or above a name may be
that of an index, x_t, or of a label, L_beta: a letter that stands at no other one and is calculated with is a number, unless it is one
by which people count; then the verdict says for what it was taken.  What is only handed to functions that the page does not define may
be anything, and is an integer here: the place of the value in a list.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from derive.notes.formula.surface import Expr, names_in, num, walk
from derive.notes.formula.tokens import COMPARISONS

COUNTING = frozenset("ijklmnstDKLMNTV")
"""Letters by which people count: whole numbers, where nothing says that they are not."""
SCRIPTED = frozenset(("index", "script"))
_ARITHMETIC = frozenset(("add", "sub", "mul", "div", "pow", "neg", "log", "exp", "fn", "abs", "odot"))
BY_SIZE = COMPARISONS - {"=", "!="}
Key = tuple[str, tuple[str, ...]]
"""A name, and what kind of arguments it has here: conditions, indices, events."""


class Component(NamedTuple):
    """An argument as it counts: what it is told apart by, and the value."""

    tag: str
    value: Expr


def components(e: Expr) -> list[Component]:
    """The values that an argument brings in: of y_{<t} and y_1, ..., y_{t-1} where they end; of an event both its sides."""
    if e.op == "rel":
        if e.data == "=":
            return [Component(f"{e.args[0]}=", e.args[1])]
        return [Component(e.data, e.args[0]), Component("", e.args[1])]
    if e.op == "before" and e.data in (">", ">="):
        first = e.args[0] if e.data == ">=" else Expr("add", (e.args[0], num(1)), None, e.span)
        return [Component(">..", first)]
    if e.op == "before":
        last = e.args[0] if e.data == "<=" else Expr("sub", (e.args[0], num(1)), None, e.span)
        return [Component("..", last)]
    if e.op == "range":
        return (
            [Component("..", e.args[1])]
            if e.args[0] == num(1)
            else [Component("..", e.args[0]), Component("..", e.args[1])]
        )
    if e.op == "ref" and any(a.op in ("before", "range") for a in e.args):
        return [Component(f"{e.ref.name}{c.tag}", c.value) for a in e.args for c in components(a)]
    if e.op == "series" and e.data == "list" and e.args[-1].op == "ref" and e.args[-1].args:
        name = e.args[-1].ref.name
        from_one = all(
            a.op == "ref" and a.ref.name == name and a.args[:1] == (num(n),) for n, a in enumerate(e.args[:-2], 1)
        )
        return [Component(f"{name}.." if from_one else f"{name}:{e.args[0]}..", e.args[-1].args[0])]
    if e.op == "tuple":
        return [c for a in e.args for c in components(a)]
    return [Component("", e)]


def arranged(e: Expr) -> list[tuple[str, Expr]]:
    """The arguments of a name: conditions first, then those below, above and in brackets, then parameters behind a semicolon.

    Each has the place where it stands: | _ ^ ( ;
    """
    r = e.ref
    split = r.below + r.above
    groups: dict[str, list[Expr]] = {
        "|": [],
        "_": list(e.args[: r.below]),
        "^": list(e.args[r.below : split]),
        "(": [],
        ";": [],
    }
    place = "("
    for sign, a in zip(r.signs, e.args[split:], strict=True):
        place = sign if sign in ("|", ";") else place
        groups[place].append(a)
    return [(p, a) for p in ("|", "_", "^", "(", ";") for a in groups[p]]


def key_of(e: Expr) -> Key:
    out = []
    for place, a in arranged(e):
        mark = "|" if place == "|" else ""
        out += [mark + c.tag for c in components(a)]
    return e.ref.name, tuple(out)


def base_letter(name: str) -> str:
    """A name without accents, marks and labels: the letter that says what kind of value it is."""
    return name.split("_")[0].rstrip("'")


def real_by(rel: Expr) -> set[str]:
    """The letters that a statement says to be real numbers: in R, within an interval, held against a number that is not whole."""
    if rel.data == "∈":
        what, where = rel.args
        real = where.op == "tuple" or (where.op == "ref" and where.ref.name.startswith("R_bb"))
        return {what.ref.name} if real and what.is_name() else set()
    fractions = any(x.op == "num" and x.data.denominator != 1 for x in rel.args)
    return {x.ref.name for x in rel.args if x.is_name()} if fractions else set()


class Sorts:
    """What the names of a document stand for."""

    def __init__(self) -> None:
        self.indices: set[Key] = set()
        self.numbers: set[Key] = set()
        self.moved: set[str] = set()  # letters in which is differentiated
        self.vectors: dict[str, int] = {}  # names that are vectors, with how many indices they carry besides
        self.keys: dict[str, set[Key]] = defaultdict(set)
        self.places: dict[Key, dict[int, dict[Expr, None]]] = defaultdict(
            lambda: defaultdict(dict)
        )  # what stands at each argument
        self.laws: dict[str, set[str]] = defaultdict(set)  # names of distributions, and the letters that they are over
        self.compared: list[Expr] = []  # divergences and entropies
        self.defined: dict[Key, list[str | None]] = {}
        self.uses: dict[Key, Expr] = {}  # how the page writes it first
        self.shown: set[str] = set()  # letters that stand where something is differentiated in them
        self.values: set[str] = set()  # letters that count the values of something
        self.counted: set[Key] = set()  # indices by more than that they stand below or above a name
        self.calculated: set[str] = set()  # letters that a formula calculates with or compares by size
        self.integers: set[str] = set()  # letters that are declared to be in Z
        self.said_real: set[str] = set()  # letters of which the page says that they are real numbers
        self.reals: set[str] = set()  # letters that are numbers, though they stand below or above names
        self.tempers: set[str] = set()  # letters that divide below an exponential, as a temperature does
        self.totals: set[str] = set()  # names that are a number, and with an index another: N is the sum of the N_k
        self.by_habit: set[str] = (
            set()
        )  # letters that are whole numbers for no better reason than that people count by them

    # --- gathering

    def first(self, formulas: Iterable[Expr]) -> None:
        """Letters in which is differentiated and laws that are named, which decide how others are seen."""
        for e in formulas:
            for x in walk(e):
                if x.op == "d" and x.args[1].is_name():
                    self.moved.add(x.args[1].ref.name)
                if x.op == "d" and x.args[1].op == "ref" and x.args[1].ref.name in names_in(x.args[0]):
                    self.shown.add(x.args[1].ref.name)
                if x.op == "bound" and x.data == "law":
                    self.law(x.args[1], [x.args[0]])
                if x.op == "big" and x.data == "mean":
                    for b in x.args[1:]:
                        if b.data == "all" and b.args and b.args[0].op == "ref" and b.args[0].ref.signs:
                            self.law(b.args[0], [])
                if x.op == "compare":
                    self.compared.append(x)
                    for a in x.args:
                        self.law(a, [])

    def law(self, e: Expr, drawn: Iterable[Expr]) -> None:
        if e.op != "ref":
            return
        letters = {y.ref.name for d in drawn for y in (d.args if d.op == "tuple" else (d,)) if y.op == "ref"}
        letters |= {d.args[1].ref.name for d in drawn if d.op == "rel" and d.args[1].op == "ref"}
        if e.ref.signs:
            letters |= {a.ref.name for p, a in arranged(e) if p == "(" and a.op == "ref"}
        self.laws[e.ref.name] |= {base_letter(n) for n in letters}
        self.values |= {base_letter(n) for n in letters}

    def gather(self, e: Expr, role: str = "number") -> None:
        handler = getattr(self, "_" + e.op, None)
        if handler is not None:
            handler(e, role)
            return
        if role == "script" and e.op in ("add", "sub") and all(len(n) == 1 for n in names_in(e)):
            role = "index"  # m_{t-1}
        inner = role if role in SCRIPTED else "number"
        for a in e.args:
            self.gather(a, inner)

    def calculation(self, e: Expr) -> None:
        """The letters that a formula calculates with, but for those in scripts."""
        if e.op == "pow" and e.args[0].is_name() and not e.args[0].ref.bold:
            self.totals.add(e.args[0].ref.name)  # a power is one of a number: alpha beside alpha_t = alpha^t
        if e.op == "exp" or (e.op == "fn" and e.data == "softmax"):
            self.tempers |= {x.args[1].ref.name for x in walk(e) if x.op == "div" and x.args[1].is_name()}
        for x in [a for p, a in arranged(e) if p not in ("_", "^")] if e.op == "ref" else e.args:
            if x.is_name() and (e.op in _ARITHMETIC or (e.op == "rel" and e.data in BY_SIZE)):
                self.calculated.add(x.ref.name)
            self.calculation(x)

    def real_numbers(self) -> None:
        """Which letters below or above names are labels that are numbers themselves: beta of L_beta, where the page has beta K."""
        letters = {key[0] for key in self.indices - self.counted if not key[1]} | self.reals
        at_one_place = [
            {a.ref.name for a in found if a.is_name()} for slots in self.places.values() for found in slots.values()
        ]
        counting = {key[0] for key in self.counted if not key[1]}
        indices = set[str]().union(*(place for place in at_one_place if place & counting))
        free = {n for n in letters & self.calculated if n not in indices or len(base_letter(n)) > 1}
        self.by_habit = free & COUNTING - self.said_real | self.tempers & counting
        self.reals = free - COUNTING | self.said_real
        self.indices -= {(n, ()) for n in self.reals}

    def _ref(self, e: Expr, role: str) -> None:
        key = key_of(e)
        self.keys[e.ref.name].add(key)
        if key not in self.uses or any(a.op == "any" for a in self.uses[key].args):
            self.uses[key] = e
        if role in SCRIPTED and not (e.is_name() and e.ref.name in self.moved | self.reals):
            self.indices.add(key)
            if role == "index":
                self.counted.add(key)
        elif role == "number":
            self.numbers.add(key)
            if e.is_name() and e.ref.bold:
                self.vectors.setdefault(e.ref.name, 0)
        law = e.ref.name in self.laws
        known = self.defined.get(key) or self.defined.get((key[0].rstrip("'"), key[1]))  # of f' as of f
        at = 0
        for place, a in arranged(e):
            for c in components(a):
                counts = (law and place in ("(", "|")) or ".." in c.tag
                inner = "index" if counts else "script" if place in ("_", "^") else "argument"
                if known is not None and at < len(known) and known[at] is not None and inner == "argument":
                    letter = known[at]
                    assert letter is not None
                    inner = (
                        "index" if (letter, ()) in self.indices else "number" if (letter, ()) in self.numbers else inner
                    )
                self.places[key][at][c.value] = None
                self.gather(c.value, inner)
                at += 1

    def _d(self, e: Expr, role: str) -> None:
        self.gather(e.args[0])
        self.gather(e.args[1])

    def _big(self, e: Expr, role: str) -> None:
        for b in e.args[1:]:
            if not b.args:
                continue
            optimum = e.data in ("max", "min", "argmax", "argmin") and b.data != "to"
            if b.data == "law" or e.data == "mean":
                drawn = b.args[0].args if b.args[0].op == "tuple" else (b.args[0],)
                for x in drawn:
                    law = x.op == "ref" and (bool(x.ref.signs) or x.ref.name in self.laws)
                    self.gather(x, "law" if law else "index")
                for x in b.args[1:]:
                    self.gather(x, "law")
                continue
            if not optimum:
                self.gather(b.args[0], "index")
            for x in b.args[1:]:
                if b.data not in ("in", "inne"):
                    self.gather(x, "index")
        self.gather(e.args[0], role)

    def _ind(self, e: Expr, role: str) -> None:
        for rel in e.args:
            for a in rel.args:
                self.gather(a, "index" if rel.data in ("=", "!=") else "number")

    def _and(self, e: Expr, role: str) -> None:
        self._ind(e, role)

    def _rel(self, e: Expr, role: str) -> None:
        left, right = e.args
        whole = (
            e.data == "∈"
            and right.op == "set"
            and all(x.op in ("num", "series", "ref", "dots") or x.is_name() for x in right.args)
        )
        if e.data == "∈":
            self.gather(left, "index" if whole else "argument")
            return
        self.gather(left)
        self.gather(right)

    def _compare(self, e: Expr, role: str) -> None:
        for a in e.args:
            self.gather(a, "law")

    def _fn(self, e: Expr, role: str) -> None:
        vector = e.data in ("softmax", "diag", "logsumexp")
        for a in e.args:
            if vector:
                self.vector(a)
            self.gather(a, "vector" if vector and a.op == "ref" else "number")

    def _transpose(self, e: Expr, role: str) -> None:
        self.vector(e.args[0])
        self.gather(e.args[0], "vector")

    def _entry(self, e: Expr, role: str) -> None:
        self.gather(e.args[0], "vector")
        for a in e.args[1:]:
            self.gather(a, "index")

    def settled(self) -> None:
        """Letters with which laws are written count values, once all uses are seen."""
        for name in self.laws:
            for key in self.keys[name]:
                use = self.uses.get(key)
                if use is not None and use.ref.signs:
                    letters = {
                        base_letter(a.ref.name)
                        for p, a in arranged(use)
                        if p == "(" and a.op == "ref" and not a.ref.signs
                    }
                    self.laws[name] |= letters
                    self.values |= letters
        for slots in self.places.values():
            for found in slots.values():
                plain = {a.ref.name for a in found if a.is_name() and (a.ref.name, ()) not in self.numbers}
                marked = {a.ref.name for a in found if a.op == "ref" and a.args and not a.ref.signs}
                self.values |= plain & marked - self.vectors.keys()  # r(x, y) and r(x, y_1): y_1 is another value of y

    def _mul(self, e: Expr, role: str) -> None:
        left = e.args[0].args[-1] if e.args[0].op == "mul" else e.args[0]
        if left.op == "transpose" and e.args[1].op == "ref" and not e.args[1].ref.signs:
            self.vector(e.args[1])
        for a in e.args:
            self.gather(a, role if role in SCRIPTED else "number")

    def vector(self, e: Expr) -> None:
        """The names in an expression that is a vector."""
        for x in walk(e):
            if (
                x.op == "ref"
                and x.ref.signs == ()
                and x.ref.name not in self.vectors
                and (x.ref.name, ()) not in self.indices
            ):
                one = x is e or x.ref.bold or any(len(k[1]) == len(x.args) + 1 for k in self.keys[x.ref.name])
                if one and not any(y is not x and x in y.args for y in walk(e) if y.op == "ref"):
                    self.vectors[x.ref.name] = len(x.args)

    # --- answers

    def is_index(self, key: Key) -> bool:
        name, args = key
        if not args and (name in self.moved or name in self.reals):
            return False
        if args and name in self.laws:
            return False  # a probability
        if key in self.indices or (base_letter(name) in self.values and key not in self.numbers):
            return True
        return key not in self.numbers

    def is_vector(self, e: Expr) -> bool:
        """Whether a name, as it stands, is a family and not one of its entries."""
        if e.op != "ref" or e.ref.signs:
            return False
        name, n = e.ref.name, len(e.args)
        if name in self.vectors:
            return self.vectors[name] == n
        entries = self.places[name, ("",)].get(0, {}) if (name, ("",)) in self.keys[name] else {}
        return (
            n == 0
            and name not in self.totals
            and (name, ()) not in self.indices
            and any(a.op != "num" and not self.is_real(a) for a in entries)  # beta_1 is no entry of beta
            and base_letter(name) not in self.values
        )

    def two_things(self, a: Expr, b: Expr) -> bool:
        """Whether one name without scripts and one with them are two names: N beside N_c, q beside the q_epsilon that is made of it."""
        if a.op != "ref" or b.op != "ref" or a.ref.name != b.ref.name:
            return False
        bare, other = sorted((a, b), key=lambda e: len(e.args))
        return not bare.args and bool(other.args) and not other.ref.signs and not self.is_vector(bare)

    def is_real(self, e: Expr) -> bool:
        """Whether an argument is a number that need not be whole."""
        if e.op == "num":
            return bool(e.data.denominator != 1)
        if e.op == "ref":
            return not self.is_index(key_of(e)) and not self.is_vector(e)
        if e.op in ("add", "sub", "mul", "neg"):
            return any(self.is_real(a) for a in e.args)
        return e.op not in ("any", "range", "before", "series")
