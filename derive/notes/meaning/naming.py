"""When ``A = B`` says what A is, when it is a condition, and when a claim.  The rule stands in docs/notes.md; this is all of it.

It defines where A is a name with its arguments of which neither the page so far nor a declaration says anything, or where the words
before the display bring A in anew.  What is declared to be solved is a condition.  All else is a claim, whatever stands on the right.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from derive.notes.document.pages import Display
from derive.notes.formula.surface import Expr, name, names_in, num, walk
from derive.notes.meaning.chain import Kind, Reading
from derive.notes.meaning.page import Page, PageCell
from derive.notes.meaning.sorts import Key, arranged, components, key_of
from derive.notes.meaning.ties import constrains, follows
from derive.notes.meaning.world import Meaning, is_one_of

ANEW = "an earlier display brings in this name, which may be another thing here"
_REDEFINES = re.compile(
    r"\bredefin\w+|\banother\b|\balternatively\b|\b(?:now|instead|henceforth|from\s+now\s+on)\b[^.]*\b(?:let|set|define|take|write|denote|mean|call|be)\b"
    r"|\b(?:let|set|define|take|write|denote|mean|call)\b[^.]*\b(?:now|instead|henceforth|anew)\b",
    re.IGNORECASE,
)
"""Words that give a name another meaning."""
_OTHER_CASE = re.compile(
    r"(?:^|[.;:}\n])\s*(?:for|in|with|under|if|when|suppose|assume|consider|case|let|set|take|define|choose|(?:the\s+)?next)\b"
    r"|\b(?:variants?|versions?|examples?|different|case|choice)\b|\\item\b|^\s*(?:[-*#]|\d+\.)\s|\*\*|\\(?:text|emph)\w*\{[^}]*\}\W*$"
    r"|^\W*[\w\s\-()]{1,40}:\s*$",
    re.IGNORECASE | re.MULTILINE,
)
"""Words behind which a name may be another thing than before: for classification, a label of a list."""
_FOLLOWS = re.compile(
    r"^\W*(?:so|hence|thus|therefore|then|that\s+is|equivalently|rearranging|solving|substituting|or|and|which|this|we|it)\b",
    re.IGNORECASE,
)
"""Words that go on from what was said."""
_HEADING = re.compile(
    r"\\(?:part|chapter|(?:sub)*section|paragraph)\b|\\begin\{(?:frame|example|exercise)\}|^#+\s", re.MULTILINE
)


class Naming(Page):
    """A page whose rows bring names in."""

    brought: list[tuple[Expr, int]]  # the names that rows of earlier displays bring in, and where
    anew: list[Meaning]  # definitions of names that have one from before
    unread_names: dict[str, int]  # names that rows define that are not read, with the line

    def kind(self, left: PageCell, right: PageCell, first: bool) -> Kind:
        sign = right.cell.sign
        if sign == "≈":
            return "approximate"
        if sign == "∝":
            return "proportional"
        a, b = left.readings[0], right.readings[0]
        for e, other in ((a, b), (b, a)):
            if sign == "=" and e == num(0) and any(x == letter for letter in self.world.solve for x in walk(other)):
                return "condition"
        if sign == ":=" or (first and sign == "=" and self.introduces(left, b)):
            return "definition"
        if any(x.op == "ref" and x.ref.name in ("const", "constant") for x in walk(b)):
            return "constant"
        return "step"

    def introduces(self, left: PageCell, right: Expr) -> bool:
        """A name, with its arguments, alone on the left, at its first occurrence, of which nothing is declared.  The right side may
        have its other values, as in m_t = b m_{t-1} + g_t."""
        e = left.readings[0]
        if e.op != "ref" or e in walk(right):
            return False
        law = self.world.law_of(e.ref.name, e.ref.below)
        if law is not None and not law.assumed:  # what only use has shown does not stand against a row that says it
            return False
        if e.ref.name in self.world.means or e.ref.name in self.world.constants:
            return False
        if e.is_name() and (e.ref.name in self.world.ranges or self.world.is_value(e.ref.name) or self.equated(e)):
            return False
        alike = [x for x in walk(right) if x.op == "ref" and x.ref.name == e.ref.name]
        if law is not None and any(x.ref.below == e.ref.below for x in alike):
            return False  # p(x, y) = p(x) p(y | x)
        if not all(is_one_of(e, x) or _is_fixed(x) for x in alike if self.may_be_of(e, x)):
            return False
        if self.builder.has_meaning(e) or e.ref.name in self.world.by_itself | self.unread_names.keys():
            return False
        if e.ref.name in self.rests_on(names_in(right) - {e.ref.name}):
            return False
        return self.first_use().get(_one_of(e)) is left

    def brings_in(self, left: PageCell, readings: Sequence[Reading]) -> bool:
        """Whether a row says what a name is that was used before it was explained: y_hat = softmax(z), behind a row with y_hat."""
        e = left.readings[0]
        if (
            e.op != "ref"
            or self.world.law_of(e.ref.name) is not None
            or self.builder.has_meaning(e)
            or e.ref.name in self.world.constants
            or e.ref.name in self.unread_names
        ):
            return False
        if not all(c.value.is_name() for _, a in arranged(e) for c in components(a)):
            return False
        uses = self.sorts.uses
        keys = [key for key in self.builder.vars if key[0] == e.ref.name]
        heads = {self.builder.vars[key] for key in keys if key not in uses or self.may_be_of(e, uses[key])}
        said = {
            v
            for r in readings
            for f in r.given
            if constrains(f, r) and f not in self.builder.of_defined
            for v in f.free
        }
        return bool(heads) and all(
            heads & r.left.free and not heads & r.right.free and not heads & said for r in readings
        )

    def says_what_law(self, left: PageCell, right: Expr, readings: Sequence[Reading]) -> bool:
        """Whether a row says what a law is that is declared, p_k = e^{z_k} / Z: the declaration is a condition on it.  What follows from
        the declarations is no such row, and that one law is another may be a case."""
        e = left.readings[0]
        law = self.world.law_of(e.ref.name) if e.op == "ref" else None
        if law is None or law.assumed or law.joint or right.op in ("ref", "num"):
            return False
        if e.ref.name in self.rests_on(names_in(right)) or self.builder.has_meaning(e):
            return False
        return self.first_use().get(_one_of(e)) is left and not any(follows(r) for r in readings)

    def not_said(self, left: PageCell, right: PageCell, first: bool) -> None:
        """A row that is not read, and may say what the name on its left is."""
        if first and right.cell.sign in ("=", ":=") and left.readings and left.readings[0].op == "ref":
            self.unread_names.setdefault(left.readings[0].ref.name, right.cell.line)

    def left_open(self, *sides: Expr) -> str:
        """That a name is defined in a row that is not read, so that less is known of it than the page says."""
        names = self.rests_on(set[str]().union(*map(names_in, sides)))
        here = sorted(n for n in names & self.unread_names.keys() if not self.world.meanings_of(name(n)))
        return f"the definition of {here[0]} in line {self.unread_names[here[0]]} is not read" if here else ""

    def may_be_of(self, e: Expr, x: Expr) -> bool:
        """Whether a name of the right side is what the row brings in, at other values or whole: not N_c of N, nor q(k) of q_epsilon(k)."""
        if e.args and x.args and e.ref[1:4] != x.ref[1:4]:
            return False
        return not self.sorts.two_things(x, e)

    def again(self, display: Display, left: PageCell) -> Kind | None:
        """A second equation for a name that a row of an earlier display brings in: a definition where the words before the display say
        so, a claim where nothing stands between or words that go on; None where it may be either."""
        e = left.readings[0]
        places = [at for pattern, at in self.brought if e.op == "ref" and _one_of(pattern) == _one_of(e)]
        if not places or not all(c.value.is_name() for _, a in arranged(e) for c in components(a)):
            return "step"
        words = display.before.strip()
        if _REDEFINES.search(words):
            return "definition"
        if _HEADING.search(self.document.text[places[-1] : display.span.start]):
            return None
        last = re.split(r"\n\s*\n", words)[-1]
        return None if _OTHER_CASE.search(last) and not _FOLLOWS.search(last) else "step"

    def bring_in_anew(self, m: Meaning) -> None:
        """A definition of a name that has one: what follows may mean the one or the other."""
        if m not in self.anew and m not in self.world.meanings:
            self.anew.append(m)
            self.world.meanings.append(m)

    def first_use(self) -> dict[Key | Expr, PageCell]:
        """The cell in which each name stands first; k_1 and k_2 are two names."""
        if not self.firsts:
            for c in (c for chains in self.chains.values() for chain in chains for c in chain):
                for x in (x for r in c.readings[:1] for x in walk(r) if x.op == "ref"):
                    self.firsts.setdefault(_one_of(x), c)
        return self.firsts

    def rests_on(self, names: set[str]) -> set[str]:
        """The names, and those in what defines them."""
        out: set[str] = set()
        new = names
        while new:
            out |= new
            bodies = [m.body for n in new for m in self.world.meanings_of(name(n))]
            new = {n for body in bodies for n in names_in(body)} - out
        return out

    def equated(self, e: Expr) -> bool:
        """Whether a declared equation says what a name is: K = 5."""
        return any(rel.data == "=" and e in rel.args for rels, _ in self.world.facts for rel in rels)


def _is_fixed(e: Expr) -> bool:
    """x_0 of x_t: what stands there is a number."""
    return bool(e.args) and all(a.op == "num" for a in e.args)


def _one_of(e: Expr) -> Key | Expr:
    """What tells a name apart from others: the number below it, where it has one."""
    return e if e.args and not e.ref.signs and all(a.op == "num" for a in e.args) else key_of(e)
