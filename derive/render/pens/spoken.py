"""How a formula is said: the words for each part of a layout.

Two formulas that look different sound different, also to someone who hears no commas and no difference between t and T:

* letters and simple calls are said as a lecturer says them: p sub t of y sub t, 1 over V, log q of k;
* what is not simple is closed aloud: end sub, end power, end fraction, close bracket;
* a sum or a derivative that ends before a plus or minus says so: end sum;
* what stands between two bounds is "between" them; the indicator of two letters needs no brackets;
* the arguments of a call are joined by "and", the indices of a letter by "comma".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from derive.record.relations import RELATIONS
from derive.render.formula import nodes
from derive.render.formula.alphabets import GREEK_NAMES
from derive.render.words.prose import clean
from derive.render.words.sentence import prose

SIGNS = {r.sign: r.words for r in RELATIONS.values()} | {
    "≠": "is not equal to", "∈": "is in", "∼": "is distributed as", "⟹": "implies", "↦": "maps to", "∧": "and also",
    "∣": "given", "∥": "relative to", "→": "tends to", "⊢": "it follows that",
    "+": "plus", "−": "minus", "·": "dot", "×": "times", "/": "over", "′": "prime", "…": "and so on", "∂": "partial",
    "∑": "sum", "∏": "product", "∀": "for all", "∞": "infinity", ",": "comma", ";": "semicolon", ":": "colon",
    "∝": "is proportional to", "≈": "is about", "∇": "nabla", "√": "root", "|": "bar",
}  # fmt: skip
_SPELLED = frozenset(SIGNS) - frozenset(",;:/|·+")  # also where they stand in prose
_SEPARATORS = frozenset(("op", "rel", "punct", "times", "dot", "slash", "text", "close"))
_COMPARISONS = frozenset("=≠<≤>≥")
_BRACKETS = {"(": "bracket", "[": "square bracket", "{": "brace", "|": "bar"}
_CLOSING = {")": "(", "]": "[", "}": "{"}
_BIG = {"∑": "sum", "∏": "product", "max": "maximum"}
_NAMES = {"ln": "natural log", "LSE": "log sum exp", "PPL": "perplexity", "GM": "geometric mean"}
_KINDS = {"integer": "is an integer", "real": "is real"}
_BOUNDARIES = frozenset("⟺⟹⊢∧")  # signs between statements
_MOMENTS = {("bold", "E"): "expectation", ("fn", "Var"): "variance", ("fn", "Cov"): "covariance"}
_PRIMES = {1: "prime", 2: "double prime", 3: "triple prime"}
_DEL = nodes.Symbol("∂", "ord")
_PLAIN_CAPITALS = frozenset("VHRDE")  # nobody takes them for small letters: v, h, r, d and e name nothing here

# how simple what was said is
LETTER, CALL, PHRASE = "letter", "call", "phrase"


class Said(NamedTuple):
    words: str
    kind: str = PHRASE  # LETTER: with its indices, or a number; CALL: p of k
    tail: str = ""  # what the last word leaves open: sub, or sum, product, derivative, ...


def plain_words(words: str) -> str:
    """Words with their signs spelled out, without characters that cannot be said."""
    words = re.sub(r"\biff\b", "if and only if", re.sub(r"(?<=\w)_(?=\w)", " ", words))
    return "".join(GREEK_NAMES.get(c) or (f" {SIGNS[c]} " if c in _SPELLED else c) for c in clean(words))


def _is(node: nodes.Node | None, kind: str, text: str | None = None) -> bool:
    return isinstance(node, nodes.Symbol) and node.kind == kind and (text is None or node.text == text)


def _items(node: nodes.Node) -> tuple[nodes.Node, ...]:
    return node.items if isinstance(node, nodes.Row) else (node,)


def _listed(items: Sequence[nodes.Node]) -> list[list[nodes.Node]]:
    """What stands between the commas."""
    groups: list[list[nodes.Node]] = [[]]
    for item in items:
        if _is(item, "punct", ","):
            groups.append([])
        else:
            groups[-1].append(item)
    return groups


def _parts(node: nodes.Node) -> bool:
    """Whether a statement ends here, and another may begin."""
    is_sign = isinstance(node, nodes.Symbol) and (node.kind in ("punct", "text") or node.text in _BOUNDARIES)
    return is_sign or (isinstance(node, nodes.Space) and node.width == "quad")


def _separates(node: nodes.Node) -> bool:
    return nodes.kind(node) in _SEPARATORS


def _is_short(said: Said) -> bool:
    words = said.words.split()
    return len(words) <= 4 and "the" not in words


def _bracketed(words: str, name: str = "bracket") -> str:
    return f"open {name} {words} close {name}"


class Speaker:
    """Says one formula, or a part of one."""

    def __init__(self, node: nodes.Node) -> None:
        self.small = {s.text for s in nodes.walk(node) if isinstance(s, nodes.Symbol) and s.kind == "var"}

    def say(self, node: nodes.Node) -> Said:
        return self.row(_items(node))

    def words(self, node: nodes.Node) -> str:
        return self.say(node).words

    # --- rows --------------------------------------------------------------------------------------------------------

    def row(self, items: Sequence[nodes.Node]) -> Said:
        """Terms, factors and signs in order."""
        out: list[str] = []
        last = Said("", LETTER)
        units = 0
        side = 0  # where in ``out`` this side of a relation begins
        compared = scope = False
        follows = any(_is(i, "rel", "⊢") for i in items)  # the commas are between the hypotheses
        i = 0
        while i < len(items):
            item = items[i]
            if (i == 0 or _parts(items[i - 1])) and (between := self.between(items, i)):
                words, i = between
                out.append(words)
                last, compared = Said(""), True
            elif isinstance(item, nodes.Symbol) and item.kind in ("op", "rel", "punct", "text", "open", "close", "neg"):
                words = self.sign(item)
                if item.kind == "rel":
                    jump = self.range_at(items, i)
                    if jump:
                        words, i = jump
                    elif compared and item.text in _COMPARISONS:
                        words = f", which {words}"
                    elif item.text in "⟺⟹⊢" or (len(" ".join(out[side:]).split()) > 6 and item.text != "∈"):
                        words = f", {words}"
                    elif scope and item.text == "∈":
                        words = "in"
                    compared = item.text in _COMPARISONS and not jump
                    side = len(out) + 1
                elif follows and item.text == ",":
                    words, compared = ", and", False
                elif item.kind == "text":
                    compared, scope = False, scope or "for " in item.text
                elif last.tail not in ("", "sub") and item.kind in ("op", "punct"):
                    words = f", end {last.tail}, {words}"
                elif item.kind == "op" and len(last.words.split()) > 5:
                    words = f", {words}"
                out.append(words)
                last = Said("")
                i += 1
            elif nodes.kind(item) in ("times", "dot"):
                out.append(f", end {last.tail}, times" if last.tail not in ("", "sub") else "times")
                i += 1
            elif isinstance(item, nodes.Space):
                if item.width == "quad":
                    out.append(",")
                i += 1
            else:
                last, i = self.unit(items, i)
                out.append(last.words)
                units += 1
        words = " ".join(["from", *out] if follows and not _is(items[0], "rel", "⊢") else out)
        if units == 1 and len(out) == 1:
            return last
        return Said(words, PHRASE, last.tail)

    def between(self, items: Sequence[nodes.Node], i: int) -> tuple[str, int] | None:
        """1 ≤ y ≤ V at ``i``: its words and where it ends.  The lower bound is a letter or a number."""
        end = next((j for j in range(i, len(items)) if _parts(items[j])), len(items))
        rels = [j for j in range(i, end) if nodes.kind(items[j]) == "rel"]
        if len(rels) != 2 or not (
            all(_is(items[j], "rel", "≤") for j in rels) or all(_is(items[j], "rel", "<") for j in rels)
        ):
            return None
        low, middle = self.row(items[i : rels[0]]), self.row(items[rels[0] + 1 : rels[1]])
        if low.kind != LETTER or low.tail:
            return None
        strictly = "strictly " if _is(items[rels[0]], "rel", "<") else ""
        return f"{middle.words} is {strictly}between {low.words} and {self.row(items[rels[1] + 1 : end]).words}", end

    def sign(self, s: nodes.Symbol) -> str:
        if s.kind == "text":
            return _KINDS.get(s.text.strip()) or plain_words(s.text)
        if s.kind in ("open", "close"):
            return f"{s.kind} {_BRACKETS.get(_CLOSING.get(s.text, s.text), 'bracket')}"
        return SIGNS.get(s.text, plain_words(s.text))

    def range_at(self, items: Sequence[nodes.Node], i: int) -> tuple[str, int] | None:
        """= 1, ..., V at ``i``: its words and its last place."""
        if not _is(items[i], "rel", "="):
            return None
        for j in range(i + 1, len(items) - 3):
            if _is(items[j], "rel") or _is(items[j], "text"):
                return None
            if [s.text if isinstance(s, nodes.Symbol) else "" for s in items[j : j + 3]] == [",", "…", ","]:
                end = j + 3
                while end < len(items) and not (_is(items[end], "text") or _is(items[end], "punct")):
                    end += 1
                low, high = self.row(items[i + 1 : j]).words, self.row(items[j + 3 : end]).words
                return f"from {low} to {high}", end - 1
        return None

    # --- one factor --------------------------------------------------------------------------------------------------

    def unit(self, items: Sequence[nodes.Node], i: int) -> tuple[Said, int]:
        """The factor that begins at ``i``, with its arguments, and where it ends."""
        item = items[i]
        after = items[i + 1] if i + 1 < len(items) else None
        if item == _DEL and _is(after, "slash") and i + 3 < len(items):
            entry, end = self.unit(items, i + 3)
            return self.derivative(entry, items, end)
        if isinstance(item, nodes.Frac) and item.num == _DEL:
            entry = self.row(_items(item.den)[1:])
            return self.derivative(entry, items, i + 1)
        if isinstance(item, nodes.Symbol) and item.kind == "fn" and item.text in ("log", "ln", "exp"):
            name = _NAMES.get(item.text, item.text)
            if isinstance(after, nodes.Fence) and after.open == "(":
                said = self.call(name, after, closed=True)
                i += 2
            elif after is not None and not _separates(after):
                of, i = self.unit(items, i + 1)
                words = of.words
                if isinstance(after, nodes.Frac) and not words.startswith("the "):
                    words = f"the fraction {words}"
                joint = " of " if words.startswith(("the ", "open ")) else " "
                said = Said(f"{name}{joint}{words}", PHRASE, of.tail)
            else:
                return Said(name, LETTER), i + 1
        elif (
            isinstance(item, nodes.Script)
            and _is(item.base, "fn", "log")
            and item.sub
            and after
            and not _separates(after)
        ):
            name = f"the log in base {self.words(item.sub)}"
            if isinstance(after, nodes.Fence) and after.open == "(":
                said, i = Said(f"{name} of {_bracketed(self.words(after.body))}"), i + 2
            else:
                of, i = self.unit(items, i + 1)
                said = Said(f"{name} of {of.words}", PHRASE, of.tail)
        elif _is(item, "bold", "1") and isinstance(after, nodes.Fence) and after.open == "[":
            said = self.indicator(after.body, "the indicator function")
            i += 2
        else:
            said = self.single(item)
            i += 1
        primes = 0
        while i < len(items) and items[i] == nodes.PRIME:
            primes += 1
            i += 1
        if primes:
            said = Said(f"{self.closed(said)} {_PRIMES.get(primes) or ' '.join(['prime'] * primes)}", said.kind)
        head: nodes.Node | None = item
        while i < len(items) and isinstance(f := items[i], nodes.Fence) and not f.group and not _is(item, "big"):
            said = self.applied(head, said, f)
            head = None
            i += 1
        if i + 1 < len(items) and _is(items[i], "slash"):
            # the brackets of a fraction on one line are those of its parts
            grouped = isinstance(item, nodes.Fence) and item.open == "(" and head is item
            above = self.say(item.body) if isinstance(item, nodes.Fence) and grouped else said
            below, end = self.unit(items, i + 1)
            bar = items[i + 1]
            below = self.say(bar.body) if isinstance(bar, nodes.Fence) and bar.open == "(" and end == i + 2 else below
            said, i = self.fraction(above, below), end
        return said, i

    def single(self, node: nodes.Node) -> Said:
        if isinstance(node, nodes.Symbol):
            return Said(self.symbol(node), LETTER)
        if isinstance(node, nodes.Frac):
            return self.fraction(self.say(node.num), self.say(node.den))
        if isinstance(node, nodes.Script):
            return self.script(node)
        if isinstance(node, nodes.BigOp):
            return self.big(node)
        if isinstance(node, nodes.Fence):
            return self.fence(node)
        if isinstance(node, nodes.UnderBrace):
            return Said(f"{_bracketed(self.words(node.body), 'brace')}, labelled {self.label(node.words)},")
        if isinstance(node, nodes.Accent):
            body = self.say(node.body)
            if body.kind == LETTER and not body.tail:
                return Said(f"{body.words} {node.mark}", LETTER)
            return Said(f"{_bracketed(body.words)} {node.mark}", LETTER)
        return Said(self.words(node))  # a row in a row, which does not happen

    def label(self, words: str) -> str:
        """The words under a brace."""
        return "".join(plain_words(p) if isinstance(p, str) else Speaker(p).words(p) for p in prose(words))

    def symbol(self, s: nodes.Symbol) -> str:
        text = s.text
        if text in GREEK_NAMES:
            name = GREEK_NAMES[text]
            return name if name.islower() else f"capital {name.lower()}"
        if s.kind == "cal":
            return f"script {text}"
        if s.kind == "bold":
            return f"bold {text}"
        if s.kind == "var" and len(text) == 1 and text.isupper():
            plain = text in _PLAIN_CAPITALS and text.lower() not in self.small
            return text if plain else f"capital {text}"
        if text in SIGNS:
            return SIGNS[text]
        return _NAMES.get(text, plain_words(text)) if s.kind == "fn" else plain_words(text)

    def closed(self, said: Said) -> str:
        return f"{said.words} end {said.tail}" if said.tail else said.words

    def fraction(self, top: Said, bottom: Said) -> Said:
        if top.kind != PHRASE and bottom.kind != PHRASE:
            return Said(f"{top.words} over {bottom.words}")
        if top.kind == LETTER and _is_short(bottom):
            return Said(f"{top.words} over the quantity {bottom.words}, end quantity,")
        if bottom.kind == LETTER and _is_short(top):
            return Said(f"the quantity {top.words}, end quantity, over {bottom.words}")
        return Said(f"the fraction with numerator {top.words} and denominator {bottom.words}, end fraction")

    def fence(self, node: nodes.Fence) -> Said:
        if node.open == "[" and any(_is(i, "rel") for i in _items(node.body)):
            return self.indicator(node.body)
        if node.open == "|":
            of = self.say(node.body)
            named = isinstance(node.body, nodes.Symbol) and node.body.kind == "var" and node.body.text.isupper()
            name = "the size of" if named else "the absolute value of"
            if of.kind == LETTER:
                return Said(f"{name} {of.words}", PHRASE, of.tail)
            return Said(f"{name} {_bracketed(of.words)}", PHRASE)
        return Said(_bracketed(self.words(node.body), _BRACKETS.get(node.open, "bracket")))

    def indicator(self, body: nodes.Node, name: str = "the indicator") -> Said:
        """1 where it holds, else 0: without brackets where two letters are compared."""
        items = _items(body)
        at = [j for j, s in enumerate(items) if _is(s, "rel")]
        sides = [self.row(items[: at[0]]), self.row(items[at[0] + 1 :])] if len(at) == 1 else []
        if sides and all(s.kind == LETTER for s in sides):
            return Said(f"{name} of {self.row(items).words}", PHRASE, sides[1].tail)
        return Said(f"{name} of {_bracketed(self.words(body))}")

    # --- scripts -----------------------------------------------------------------------------------------------------

    def script(self, node: nodes.Script) -> Said:
        items = _items(node.base)
        if isinstance(node.base, nodes.Row) and isinstance(items[-1], nodes.Fence) and not items[-1].group:
            said = self.row(items)
            if said.words.count(" of ") > 1:
                said = Said(_bracketed(said.words))
            words = said.words
            if node.sub is not None:
                index, tail = self.index(node.sub, "sub")
                said = Said(f"{words}, component {index},", CALL, tail)
            if node.sup is not None:
                said = Said(f"{said.words if node.sub else self.closed(said)}, all", PHRASE)
        else:
            said = self.fence(node.base) if isinstance(node.base, nodes.Fence) else self.say(node.base)
            if said.kind == PHRASE and not said.words.startswith("open "):
                said = Said(_bracketed(said.words), LETTER)
            if node.sub is not None:
                said = self.subscripted(said, node)
        if node.sup is None:
            return said
        if node.sup in (nodes.Symbol("2", "num"), nodes.Symbol("3", "num")):
            power = "squared" if node.sup == nodes.Symbol("2", "num") else "cubed"
            return Said(f"{self.closed(said)} {power}")
        of = "super" if node.sub is not None else "to the power"
        words, tail = self.index(node.sup, "super" if node.sub is not None else "power")
        nested = said.tail and not isinstance(node.sub, nodes.Symbol)
        return Said(
            f"{self.closed(said) if nested else said.words} {of} {words}", LETTER if of == "super" else PHRASE, tail
        )

    def subscripted(self, said: Said, node: nodes.Script) -> Said:
        sub = node.sub
        assert sub is not None
        items = _items(sub)
        if _is(node.base, "var", "δ") and len(items) == 3 and _is(items[1], "punct"):
            low, high = self.say(items[0]), self.say(items[2])
            if low.kind == high.kind == LETTER:
                return Said(f"the Kronecker delta of {low.words} and {high.words},", PHRASE)
        if len(items) > 1 and _is(items[0], "rel") and isinstance(items[0], nodes.Symbol) and items[0].text in "<≤":
            words, tail = self.index(nodes.row(*items[1:]), "sub")
            return Said(f"{said.words} {'before' if items[0].text == '<' else 'up to'} {words}", LETTER, tail)
        if isinstance(node.base, nodes.Fence) and any(_is(i, "rel", "=") for i in items):
            return Said(f"{said.words} at {self.words(sub)}, end point")
        words, tail = self.index(sub, "sub")
        return Said(f"{said.words} sub {words}", LETTER if said.kind == LETTER else PHRASE, tail)

    def index(self, node: nodes.Node, name: str) -> tuple[str, str]:
        """A subscript or power, ended aloud where it is not simple, and what it leaves open."""
        groups = _listed(_items(node))
        said = [self.row(g) for g in groups]
        nested = any(s.words.endswith(f", end {name},") for s in said)  # what it ends must be told from this index
        if all(s.kind == LETTER for s in said) and not nested:
            words = [*(self.closed(s) for s in said[:-1]), said[-1].words]
            return " comma ".join(words), name
        if name == "power" and _is(groups[0][0], "neg") and self.row(groups[0][1:]).kind == LETTER and len(said) == 1:
            return said[0].words, name
        return " comma ".join(s.words for s in said) + f", end {name},", ""

    # --- calls -------------------------------------------------------------------------------------------------------

    def applied(self, head: nodes.Node | None, said: Said, fence: nodes.Fence) -> Said:
        base, sub = (head.base, head.sub) if isinstance(head, nodes.Script) and head.sup is None else (head, None)
        if _is(base, "fn", "Pr"):
            under = "" if sub is None else f" under {self.words(sub)}"
            return self.call(f"the probability{under}", fence)
        moment = next((words for (kind, text), words in _MOMENTS.items() if _is(base, kind, text)), None)
        if moment is not None:
            over = "" if sub is None else f" over {self.drawn(sub)}"
            return self.call(f"the {moment}{over}", fence)
        if any(_is(i, "rel", "∥") for i in _items(fence.body)):
            if _is(head, "fn", "KL"):
                return self.call("the KL divergence", fence)
            return self.call(f"the divergence {said.words}", fence)
        if head is None:
            return self.call(f"{said.words}, applied to", fence, of="")
        if sub is not None and isinstance(_items(sub)[-1], nodes.Script):
            return self.call(f"{self.closed(said)}, ", fence)
        return self.call(said.words, fence)

    def drawn(self, sub: nodes.Node) -> str:
        items = _items(sub)
        listed = [i + 1 < len(items) and _is(items[i + 1], "punct") for i in range(len(items))]
        said = [self.closed(self.say(i)) if more else self.words(i) for i, more in zip(items, listed, strict=True)]
        return " ".join("drawn from" if _is(i, "rel", "∼") else words for i, words in zip(items, said, strict=True))

    def call(self, name: str, fence: nodes.Fence, closed: bool = False, of: str = " of") -> Said:
        """``name`` of its arguments: without brackets where all of them are simple."""
        signs: list[str] = []
        groups: list[list[nodes.Node]] = [[]]
        for item in _items(fence.body):
            if isinstance(item, nodes.Symbol) and (item.kind == "punct" or item.text in ("∣", "∥")):
                signs.append(item.text)
                groups.append([])
            else:
                groups[-1].append(item)
        said = [self.row(g) for g in groups]
        plain = (
            all(s.kind == LETTER for s in said[:-1])
            and said[-1].kind != PHRASE
            and not (closed and said[-1].kind == CALL)
        )
        between = {"∣": "given", "∥": "relative to", ";": "under"}
        bars = any(s in between for s in signs)
        out = said[0].words
        for i, sign in enumerate(signs):
            if not plain:
                out = f"{out} end {said[i].tail}" if said[i].tail and sign == "," else out
            word = between.get(sign, "and" if plain else "comma")
            out = f"{out} {word} {said[i + 1].words}"
        if plain:
            simple = not name.startswith("the ") and not bars
            pause = "," if bars else ""
            return Said(f"{name}{of} {out}{pause}", CALL if simple else PHRASE, "" if bars else said[-1].tail)
        return Said(f"{name}{of} {_bracketed(out)}", PHRASE)

    # --- operators ---------------------------------------------------------------------------------------------------

    def big(self, node: nodes.BigOp) -> Said:
        name = _BIG.get(node.op.text, node.op.text)
        over = ""
        others: list[list[nodes.Node]] = []
        if node.under is not None:
            items, *others = _listed(_items(node.under))
            between = sum(_is(s, "rel", "≤") for s in items) == 2
            at = next((i for i, s in enumerate(items) if _is(s, "rel", "=") or _is(s, "rel", "∈")), -1)
            if at >= 0:
                letter = self.row(items[:at]).words
                bound = self.bound(items[at + 1 :])
                over = f" over {letter} {'from' if _is(items[at], 'rel', '=') else 'in'} {bound}"
            elif between:
                over = f" over {self.scope(items)}"
            else:
                over = f" over {self.words(node.under)}"
        if node.over is not None:
            over += f" to {self.bound(_items(node.over))}"
        for other in others:
            over += f" other than {self.bound(other[2:])}"
        return Said(f"the {name}{over} of {self.words(node.body)}", PHRASE, name)

    def bound(self, items: Sequence[nodes.Node]) -> str:
        words = self.row(items).words
        return _bracketed(words) if " of " in words else words

    def derivative(self, entry: Said, items: Sequence[nodes.Node], i: int) -> tuple[Said, int]:
        if i < len(items) and isinstance(items[i], nodes.Space):
            i += 1
        of = Said("")
        if i < len(items):
            of, i = self.unit(items, i)
        return Said(f"the partial derivative with respect to {entry.words} of {of.words}", PHRASE, "derivative"), i

    def scope(self, items: Sequence[nodes.Node]) -> str:
        signs = [j for j, s in enumerate(items) if _is(s, "rel", "≤")]
        if len(signs) == 2:
            low, letter, high = items[: signs[0]], items[signs[0] + 1 : signs[1]], items[signs[1] + 1 :]
            return f"{self.row(letter).words} from {self.row(low).words} to {self.row(high).words}"
        return self.row(items).words.replace(" is in ", " in ")
