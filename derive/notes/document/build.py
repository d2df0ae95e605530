r"""A tree of the tokens of a formula: groups, scripts, fractions, brackets, tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import takewhile

from derive.notes.document import signs
from derive.notes.document.tokens import (
    CELL,
    CHAR,
    CLOSE,
    CONTROL,
    DOLLAR,
    HASH,
    OPEN,
    PARAGRAPH,
    SUB,
    SUP,
    TIE,
    TexError,
    Token,
)
from derive.notes.document.tree import Atom, Call, Fence, Group, Node, Script, Span, Table, Words
from derive.notes.document.words import plain_words

DEEPEST = 60
"""Levels of braces, brackets and scripts; a formula that people read has five."""
GAP = r"\quad"
_INNER = {
    "\\aligned": "o",
    "\\alignedat": "om",
    "\\gathered": "o",
    "\\multlined": "o",
    "\\array": "om",
    "\\alignat": "m",
    "\\tabular": "om",
    "\\subarray": "m",
    "\\IEEEeqnarraybox": "om",
}
ROWS = frozenset(
    ("aligned", "alignedat", "gathered", "split", "multlined", "IEEEeqnarraybox", "align", "alignat", "flalign", "gather", "multline", "eqnarray", "equation", "array")
)  # fmt: skip
"""Environments inside a display whose rows are rows of the display, an array where it is all of it."""
_Stops = frozenset[str]
_NONE: _Stops = frozenset()


class Builder:
    """Reads ``tokens``, which are expanded.  ``words``: what braces say in words, and where.

    Raises TexError for what does not fit together.
    """

    def __init__(self, tokens: Sequence[Token], end: int) -> None:
        self.tokens = tokens
        self.i = 0
        self.end = end
        self.words: list[tuple[str, int]] = []
        self.label = self.tag = ""
        self._depth = 0
        self._gaps = 1  # the depth at which a wide space parts formulas

    # --- tokens

    def peek(self) -> Token | None:
        return self.tokens[self.i] if self.i < len(self.tokens) else None

    def take(self) -> Token:
        token = self.peek()
        if token is None:
            last = self.tokens[-1] if self.tokens else Token(CHAR, "", self.end, self.end)
            raise TexError(f"the formula ends too early, after {last.text}", last.start, last.end)
        self.i += 1
        return token

    def at(self, text: str) -> bool:
        token = self.peek()
        return token is not None and token.text == text

    def _between(self) -> list[Token]:
        """The tokens of the argument that follows."""
        token = self.take()
        if token.kind != OPEN:
            return [token]
        out: list[Token] = []
        depth = 1
        while True:
            inner = self.take()
            depth += {OPEN: 1, CLOSE: -1}.get(inner.kind, 0)
            if not depth:
                return out
            out.append(inner)

    def _text(self) -> str:
        return plain_words(self._between())

    def _skip_option(self) -> None:
        while self.at("["):
            while self.take().text != "]":
                pass

    # --- lists of nodes

    def sequence(self, stops: _Stops) -> tuple[Node, ...]:
        """The nodes before a token that is one of ``stops``, or before the end."""
        self._depth += 1
        token = self.peek()
        if self._depth > DEEPEST:
            assert token is not None
            raise TexError(
                f"the formula is nested more than {DEEPEST} deep; give its parts names", token.start, token.end
            )
        out: list[Node] = []
        while (token := self.peek()) is not None and token.text not in stops:
            if token.text in (r"\over", r"\choose", r"\atop") and token.kind == CONTROL:
                out = [self._infix(token, out, stops)]
            else:
                self._one(out, stops)
        self._depth -= 1
        return tuple(out)

    def _infix(self, token: Token, left: list[Node], stops: _Stops) -> Node:
        self.take()
        right = self.sequence(stops)
        name = r"\frac" if token.text == r"\over" else r"\binom"
        span = Span(left[0].span.start if left else token.start, right[-1].span.end if right else token.end)
        return Call(name, (), (Group(tuple(left), span), Group(right, span)), span)

    def _one(self, out: list[Node], stops: _Stops) -> None:
        """The next token, put behind what there is."""
        token = self.take()
        if token.kind in (SUP, SUB) or token.text == "'" or token.text in signs.LOWERED or token.text in signs.RAISED:
            self._script(token, out)
        elif token.kind == CHAR:
            self._char(token, out)
        elif token.kind == OPEN:
            out.append(self._group(token))
        elif token.kind == CONTROL:
            self._control(token, out, stops)
        elif token.kind in (TIE, PARAGRAPH):
            pass
        elif token.kind == DOLLAR:
            raise TexError("a $ stands inside a formula; close the formula before it", token.start, token.end)
        elif token.kind == CLOSE:
            raise TexError("} closes nothing here; remove it, or add {", token.start, token.end)
        elif token.kind == CELL:
            raise TexError("& stands where there are no columns; remove it", token.start, token.end)
        elif token.kind == HASH:
            out.append(Atom(token.text, Span(token.start, token.end)))

    def _group(self, opening: Token) -> Group:
        items = self.sequence(frozenset("}"))
        if self.peek() is None:
            raise TexError("{ is not closed; add }", opening.start, opening.end)
        closing = self.take()
        return Group(items, Span(opening.start, max(closing.end, opening.end)))

    def argument(self) -> Group:
        """What stands in braces, or the one node that follows."""
        while (token := self.peek()) is not None and (
            token.kind in (TIE, PARAGRAPH) or token.text in (r"\limits", r"\displaystyle", r"\!")
        ):
            self.take()
        token = self.take()
        if token.kind == OPEN:
            return self._group(token)
        out: list[Node] = []
        self.i -= 1
        if token.kind == CHAR:
            self.i += 1
            out.append(_atom(token))
        elif token.kind == CONTROL and token.text not in (r"\right", r"\end", r"\\", r"\middle"):
            self._nested(out)
        else:
            raise TexError(
                f"{token.text} stands where an argument is expected; write it in braces", token.start, token.end
            )
        return Group(tuple(out), _over(out, token))

    def _nested(self, out: list[Node]) -> None:
        self._depth += 1
        if self._depth > DEEPEST:
            token = self.take()
            raise TexError(
                f"the formula is nested more than {DEEPEST} deep; give its parts names", token.start, token.end
            )
        self._one(out, _NONE)
        self._depth -= 1

    # --- characters and scripts

    def _char(self, token: Token, out: list[Node]) -> None:
        last = out[-1] if out else None
        if (
            token.text in signs.ABOVE
            and last is not None
            and not (isinstance(last, Call) and last.name in signs.ABOVE.values())
        ):
            span = Span(last.span.start, token.end)
            out[-1] = Call(signs.ABOVE[token.text], (), (Group((last,), last.span),), span)
        elif (token.text.isdecimal() and token.text.isascii()) or (token.text == "." and self._is_point(out)):
            out.append(self._number(token))
        elif token.text == "." and self._dots():
            out.append(Atom(r"\dots", Span(token.start, self.tokens[self.i - 1].end)))
        elif (font := signs.styled(token.text)) is not None:
            span = Span(token.start, token.end)
            letter = Atom(font[0], span)
            out.append(Call(font[1], (), (Group((letter,), span),), span) if font[1] else letter)
        elif token.text.isascii() or not token.text.isspace():
            out.append(_atom(token))

    def _is_point(self, out: list[Node]) -> bool:
        """Whether a full stop begins a number: .5, but not the second stop of 1..5."""
        token = self.peek()
        before = out[-1] if out else None
        stop = isinstance(before, Atom) and (before.text == "." or before.text[-1:].isdecimal())
        return token is not None and token.text.isdecimal() and not token.spaced and not stop

    def _number(self, first: Token) -> Atom:
        text, last = first.text, first
        while (token := self.peek()) is not None and token.kind == CHAR and not token.spaced:
            after = self.tokens[self.i + 1] if self.i + 1 < len(self.tokens) else None
            point = (
                token.text == "."
                and "." not in text
                and after is not None
                and after.text.isdecimal()
                and not after.spaced
            )
            if not point and not (token.text.isdecimal() and token.text.isascii()):
                break
            text, last = text + token.text, self.take()
        return Atom(text, Span(first.start, max(first.end, last.end)))

    def _dots(self) -> bool:
        """Takes the other two of three full stops, if they follow."""
        two = self.tokens[self.i : self.i + 2]
        if len(two) == 2 and all(t.text == "." and not t.spaced for t in two):
            self.i += 2
            return True
        return False

    def _script(self, token: Token, out: list[Node]) -> None:
        before = out.pop() if out else None
        start = before.span.start if before is not None else token.start
        old = before if isinstance(before, Script) else Script(before, None, None, 0, Span(start, token.start))
        if token.text == "'":
            new = replace(old, primes=old.primes + 1)
        else:
            script, lowered = self._beside(token)
            if not lowered and script.items and all(isinstance(n, Atom) and n.text == "'" for n in script.items):
                new = replace(old, primes=old.primes + len(script.items))
            else:
                if (old.sub if lowered else old.sup) is not None:
                    raise TexError(
                        f"there are two {token.text} in a row; put braces around what the second belongs to",
                        token.start,
                        token.end,
                    )
                new = replace(old, sub=script) if lowered else replace(old, sup=script)
        out.append(replace(new, span=Span(start, max(token.end, self.tokens[self.i - 1].end))))

    def _beside(self, token: Token) -> tuple[Group, bool]:
        """A script, and whether it is lowered."""
        if token.kind in (SUP, SUB):
            return self.argument(), token.kind == SUB
        lowered = token.text in signs.LOWERED
        table = signs.LOWERED if lowered else signs.RAISED
        run = [token, *takewhile(lambda t: t.text in table and not t.spaced, self.tokens[self.i :])]
        self.i += len(run) - 1
        inner = Builder([t._replace(text=table[t.text], kind=CHAR) for t in run], run[-1].end)
        return Group(inner.sequence(_NONE), Span(token.start, run[-1].end)), lowered

    # --- control sequences

    def _control(self, token: Token, out: list[Node], stops: _Stops) -> None:
        name = signs.SYNONYMS.get(token.text, token.text)
        span = Span(token.start, token.end)
        if name in signs.ARGUMENTS:
            out.append(self._call(token, name))
        elif name in signs.TEXTS or name in signs.TEXT_FONTS:
            out.append(self._words(token, name))
        elif name in signs.BOXES:
            self._skip_option()
            for _ in range(signs.BOXES[name]):
                self._between()
                self._skip_option()
            out.append(self._words(token, name))
        elif name in signs.SWITCHES:
            rest = Group(self.sequence(stops), span)
            out.append(Call(signs.SWITCHES[name], (), (rest,), Span(token.start, _over(rest.items, token).end)))
        elif name in signs.SEEN_THROUGH or name in signs.BRACED or name in signs.COLOURED:
            out += self._seen_through(token, name)
        elif name == r"\left":
            out.append(self._fence(token))
        elif name in signs.SIZES:
            if self.peek() is not None and not self.at("."):
                self._one(out, stops)
            elif self.at("."):
                self.take()
        elif name == r"\begin":
            out.append(self._table(token))
        elif name == r"\substack":
            out.append(self._stack(token))
        elif name == r"\not":
            self._negated(token, out, stops)
        elif name in (GAP, r"\qquad", r"\hfill"):
            if self._depth == self._gaps:
                out.append(Atom(GAP, span))
        elif not self._layout(name):
            self._other(token, name, out)

    def _other(self, token: Token, name: str, out: list[Node]) -> None:
        if name in (r"\right", r"\end", r"\middle", r"\\"):
            what = {r"\\": "a row ends inside brackets or braces; close them before it"}.get(
                name, f"{name} has no partner; remove it, or add what it closes"
            )
            raise TexError(what, token.start, token.end)
        out.append(Atom(name, Span(token.start, token.end)))

    def _call(self, token: Token, name: str) -> Node:
        options: tuple[Group, ...] = ()
        if token.text in (r"\operatorname", r"\text") and self.at("*"):
            self.take()
        if name == r"\sqrt" and self.at("["):
            opening = self.take()
            items = self.sequence(frozenset("]"))
            self.take()
            options = (Group(items, _over(items, opening)),)
        arguments = tuple(self.argument() for _ in range(signs.ARGUMENTS[name]))
        span = Span(token.start, max([token.end, *(a.span.end for a in arguments)]))
        if name == r"\underset":
            base = arguments[1].items[0] if len(arguments[1].items) == 1 else arguments[1]
            if isinstance(base, Script) and base.sub is None:
                return Script(base.base, arguments[0], base.sup, base.primes, span)
            return Script(base, arguments[0], None, 0, span)
        return Call(name, options, arguments, span)

    def _words(self, token: Token, name: str) -> Node:
        text = self._text()
        span = Span(token.start, max(token.end, self.tokens[self.i - 1].end))
        if name in signs.TEXT_FONTS and len(text) == 1:
            return Call(signs.TEXT_FONTS[name], (), (Group((Atom(text, span),), span),), span)
        return Words(text, span)

    def _seen_through(self, token: Token, name: str) -> Sequence[Node]:
        if name in signs.COLOURED:
            self._skip_option()
            self._between()
        self._skip_option()
        group = self.argument()
        if name in signs.BRACED:
            if (script := self.peek()) is not None and script.kind in (SUP, SUB):
                self.take()
                self.words.append((self._text(), token.start))
            return (group,)
        if name == r"\mathop" and len(group.items) == 1:
            inner = group.items[0]
            if isinstance(inner, Words) or (isinstance(inner, Call) and inner.name == r"\mathrm"):
                letters = inner.arguments[0] if isinstance(inner, Call) else group
                return (Call(r"\operatorname", (), (letters,), group.span),)
        return group.items if name in (r"\mathrel", r"\mathbin", r"\mathpunct") or len(group.items) == 1 else (group,)

    def _delimiter(self) -> str:
        token = self.take()
        text = signs.SYNONYMS.get(token.text, token.text)
        return signs.UNICODE.get(text, text)

    def _fence(self, token: Token) -> Fence:
        opening = self._delimiter()
        items: list[Node] = []
        while True:
            items += self.sequence(frozenset((r"\right", r"\middle")))
            following = self.peek()
            if following is None:
                raise TexError(r"\left has no \right; add it", token.start, token.end)
            self.take()
            if following.text == r"\right":
                break
            mark = self._delimiter()
            items.append(Atom(r"\mid" if mark == "|" else mark, Span(following.start, self.tokens[self.i - 1].end)))
        closing = self._delimiter()
        return Fence(opening, tuple(items), closing, Span(token.start, max(token.end, self.tokens[self.i - 1].end)))

    def _negated(self, token: Token, out: list[Node], stops: _Stops) -> None:
        following = self.take()
        name = signs.SYNONYMS.get(following.text, following.text)
        out.append(Atom(signs.NEGATED.get(name, rf"\not{name}"), Span(token.start, following.end)))

    def _layout(self, name: str) -> bool:
        """Whether it was layout, which is passed over with its arguments."""
        if name in signs.LAYOUT:
            return True
        if name in (r"\label", r"\tag"):
            if self.at("*"):
                self.take()
            text = self._text()
            self.label, self.tag = (text, self.tag) if name == r"\label" else (self.label, text)
            return True
        count = signs.LAYOUT_ARGUMENTS.get(name)
        if count is None:
            return False
        if self.at("*"):
            self.take()
        self._skip_option()
        for _ in range(count):
            self._between()
        return True

    # --- tables

    def _table(self, token: Token) -> Node:
        name = "".join(t.text for t in self._between()).rstrip("*")
        for kind in _INNER.get(f"\\{name}", ""):
            if kind == "o":
                self._skip_option()
            else:
                self._between()
        before, self._gaps = self._gaps, self._gaps + (name in ROWS and self._gaps == self._depth)
        rows = self.cells(token, frozenset((r"\end",)))
        self._gaps = before
        if self.peek() is None:
            raise TexError(rf"\begin{{{name}}} has no \end{{{name}}}; add it", token.start, token.end)
        self.take()
        closing = "".join(t.text for t in self._between()).rstrip("*")
        if closing != name:
            raise TexError(
                rf"\begin{{{name}}} is closed by \end{{{closing}}}; close it by its own name", token.start, token.end
            )
        return Table(name, rows, Span(token.start, max(token.end, self.tokens[self.i - 1].end)))

    def _stack(self, token: Token) -> Table:
        self.take()
        rows = self.cells(token, frozenset("}"))
        self.take()
        return Table("substack", rows, Span(token.start, max(token.end, self.tokens[self.i - 1].end)))

    def cells(self, opening: Token, stops: _Stops) -> tuple[tuple[tuple[Node, ...], ...], ...]:
        """Rows of cells before one of ``stops``."""
        rows: list[tuple[tuple[Node, ...], ...]] = []
        row: list[tuple[Node, ...]] = []
        inner = stops | {"&", r"\\", r"\cr", r"\tabularnewline"}
        while True:
            row.append(self.sequence(inner))
            token = self.peek()
            if token is None or token.text in stops:
                break
            self.take()
            if token.text != "&":
                self.after_row()
                rows.append(tuple(row))
                row = []
        if any(row):
            rows.append(tuple(row))
        return tuple(rows)

    def after_row(self) -> None:
        r"""What belongs to ``\\``: a star, and a length in brackets."""
        if self.at("*"):
            self.take()
        token = self.peek()
        if token is not None and token.text == "[" and not token.spaced:
            self._skip_option()


def _atom(token: Token) -> Atom:
    text = signs.UNICODE.get(token.text, token.text)
    return Atom(text, Span(token.start, token.end))


def _over(nodes: Sequence[Node], token: Token) -> Span:
    """The place of nodes; of the token where there are none."""
    return Span(nodes[0].span.start, max(n.span.end for n in nodes)) if nodes else Span(token.start, token.end)
