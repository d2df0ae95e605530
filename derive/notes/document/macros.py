r"""A document's own macros: their definitions are read, their calls replaced, token by token as TeX does it.

What stands for an argument keeps its place, the rest of an expansion has the place of the call.  The work is counted: a macro that
loops or grows is named.  A definition that needs more of TeX than parameters #1 to #9 is a problem that is told; its name stays unknown.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from derive.notes.document.tokens import CHAR, CLOSE, CONTROL, HASH, OPEN, PARAGRAPH, Source, TexError, Token

MOST_EXPANSIONS = 100_000
MOST_TOKENS = 300_000  # of all expansions together
_LONGEST_OPTION = 100  # tokens in square brackets; behind more, the bracket is one of the formula's

_COMMANDS = {"\\newcommand", "\\renewcommand", "\\providecommand", "\\DeclareRobustCommand", "\\newrobustcmd"}
_XPARSE = {f"\\{verb}DocumentCommand" for verb in ("New", "Renew", "Provide", "Declare")}
_OPERATORS = {"\\DeclareMathOperator", "\\DeclareMathOperator*"}
_ENVIRONMENTS = {"\\newenvironment", "\\renewenvironment"}
_PREFIXES = {"\\long", "\\global", "\\protected", "\\outer"}
_TRICKS = {"\\edef", "\\xdef", "\\futurelet", "\\DeclarePairedDelimiterX", "\\DeclarePairedDelimiterXPP", "\\csname"}
_UNTOUCHED = {"\\begin", "\\end", "\\left", "\\right", "\\\\", "\\[", "\\]", "\\(", "\\)"}


class Macro(NamedTuple):
    """``kinds``: one letter an argument, m in braces, o in brackets with its default, s a star.  ``delimiters``: of a paired delimiter."""

    kinds: str
    defaults: tuple[tuple[Token, ...], ...]
    body: tuple[Token, ...]


class Environment(NamedTuple):
    begin: Macro
    end: tuple[Token, ...]


class Expander:
    """Tokens of a source with the macros expanded; it knows which definitions hold, and forgets those of a group at its end."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.pending: list[Token] = []
        self.macros: dict[str, Macro | Token] = {}
        self.environments: dict[str, Environment] = {}
        self.problems: list[tuple[str, int, int]] = []
        self._saved: list[list[tuple[str, Macro | Token | None]]] = [[]]
        self._expansions = self._pushed = 0

    # --- tokens as they stand

    def raw(self) -> Token | None:
        """The next token, not expanded."""
        return self.pending.pop() if self.pending else self.source.next()

    def push(self, tokens: Iterable[Token]) -> None:
        """Put tokens before what comes."""
        new = list(tokens)
        self._pushed += len(new)
        self.pending += reversed(new)

    def peek(self) -> Token | None:
        token = self.raw()
        if token is not None:
            self.pending.append(token)
        return token

    def argument(self, of: Token) -> list[Token]:
        """What stands in the braces that follow, or the one token.  Raises TexError when there is nothing, or the braces do not close."""
        token = self.raw()
        while token is not None and token.kind == PARAGRAPH:
            token = self.raw()
        if token is None or token.kind == CLOSE:
            raise TexError(f"{of.text} has no argument; write it in braces", of.start, of.end)
        if token.kind != OPEN:
            return [token]
        out: list[Token] = []
        depth = 1
        while True:
            inner = self.raw()
            if inner is None:
                raise TexError(
                    f"the argument of {of.text} begins with {{ and does not end; add }}", token.start, token.end
                )
            depth += {OPEN: 1, CLOSE: -1}.get(inner.kind, 0)
            if not depth:
                return out
            out.append(inner)

    def option(self) -> list[Token] | None:
        """What stands in the square brackets that follow, if they do."""
        first = self.peek()
        if first is None or first.kind != CHAR or first.text != "[":
            return None
        taken = [self.raw()]
        depth = 0
        while (token := self.raw()) is not None:
            taken.append(token)
            depth += {OPEN: 1, CLOSE: -1}.get(token.kind, 0)
            if token.kind == PARAGRAPH or depth < 0 or len(taken) > _LONGEST_OPTION:
                break
            if token.text == "]" and not depth:
                return [t for t in taken[1:-1] if t is not None]
        self.push(t for t in taken if t is not None)  # it was a bracket of the formula
        return None

    def star(self) -> bool:
        token = self.peek()
        if token is not None and token.kind == CHAR and token.text == "*":
            self.raw()
            return True
        return False

    def name(self, of: Token) -> str:
        """A name in braces: of an environment, a colour."""
        return "".join(" " * (t.spaced and i > 0) + t.text for i, t in enumerate(self.argument(of))).strip()

    # --- tokens expanded

    def next(self) -> Token | None:
        """The next token that is no macro and no definition."""
        while (token := self.raw()) is not None:
            if token.kind == OPEN:
                self.enter()
            elif token.kind == CLOSE:
                self.leave()
            elif token.kind == CONTROL and not token.fixed and not self._taken(token):
                return token
            if token.kind != CONTROL or token.fixed:
                return token
        return None

    def enter(self) -> None:
        self._saved.append([])

    def leave(self) -> None:
        """The end of a group: what was defined in it is forgotten."""
        if len(self._saved) > 1:
            for name, before in reversed(self._saved.pop()):
                if before is None:
                    self.macros.pop(name, None)
                else:
                    self.macros[name] = before

    def _taken(self, token: Token) -> bool:
        """Whether a control sequence was a definition, or a macro that is now expanded."""
        macro = self.macros.get(token.text)
        if macro is not None:
            self._expand(token, macro)
            return True
        name = token.text
        if name in _COMMANDS or name in _OPERATORS or name == "\\DeclarePairedDelimiter" or name in _XPARSE:
            self._define(token)
        elif name in _ENVIRONMENTS:
            self._environment(token)
        elif name in ("\\def", "\\gdef"):
            self._def(token)
        elif name == "\\let":
            self._let(token)
        elif name in _TRICKS:
            self._trick(token)
        elif name not in _PREFIXES:
            return False
        return True

    def _expand(self, call: Token, macro: Macro | Token) -> None:
        self._expansions += 1
        if self._expansions > MOST_EXPANSIONS or self._pushed > MOST_TOKENS:
            raise TexError(
                f"{call.text} expands without end, or to more than {MOST_TOKENS} signs; mend its definition",
                call.start,
                call.end,
            )
        if isinstance(macro, Token):
            self.push([macro._replace(start=call.start, end=call.end, spaced=call.spaced)])
            return
        self.push(self._filled(call, macro))

    def _filled(self, call: Token, macro: Macro) -> list[Token]:
        """The body with the arguments put in."""
        given: list[list[Token]] = []
        for n, kind in enumerate(macro.kinds):
            if kind == "s":
                given.append([call._replace(text="*", kind=CHAR)] if self.star() else [])
            elif kind == "o":
                option = self.option()
                given.append(list(macro.defaults[n]) if option is None else option)
            else:
                given.append(self.argument(call))
        out: list[Token] = []
        i = 0
        while i < len(macro.body):
            token = macro.body[i]
            after = macro.body[i + 1] if i + 1 < len(macro.body) else None
            if (
                token.kind == HASH
                and after is not None
                and after.text.isdecimal()
                and 0 < int(after.text) <= len(given)
            ):
                argument = given[int(after.text) - 1]
                out += argument
                i += 1
                if len(out) + self._pushed > 2 * MOST_TOKENS:
                    break  # the next expansion says so
            else:
                out.append(token._replace(start=call.start, end=call.end))
            i += 1
        if out:
            out[0] = out[0]._replace(spaced=call.spaced or out[0].spaced)
        return out

    # --- definitions

    def _set(self, name: str, macro: Macro | Token) -> None:
        if name in _UNTOUCHED:
            return
        self._saved[-1].append((name, self.macros.get(name)))
        self.macros[name] = macro

    def _named(self, of: Token) -> Token | None:
        """The control sequence that is defined."""
        tokens = self.argument(of)
        if len(tokens) == 1 and tokens[0].kind == CONTROL:
            return tokens[0]
        self.problems.append((f"{of.text} defines no control sequence here and is passed over", of.start, of.end))
        return None

    def _define(self, token: Token) -> None:
        starred = self.star()
        name = self._named(token)
        if token.text in _OPERATORS:
            body = self.argument(token)
            word = Token(CONTROL, "\\operatorname", token.start, token.end)
            macro = Macro("", (), (word, *_braced(token, body)))
        elif token.text == "\\DeclarePairedDelimiter":
            left, right = self.argument(token), self.argument(token)
            macro = _paired(token, left, right)
        elif token.text in _XPARSE:
            kinds = _xparse("".join(t.text for t in self.argument(token)))
            body = self.argument(token)
            if kinds is None:
                self._unreadable(token, name)
                return
            macro = Macro(kinds, ((),) * len(kinds), tuple(body))
        else:
            count, default = self.option(), self.option()
            macro = self._macro(token, count, default)
        if name is None or (token.text == "\\providecommand" and name.text in self.macros):
            return
        del starred  # a starred definition only forbids paragraphs
        self._set(name.text, macro)

    def _macro(self, token: Token, count: list[Token] | None, default: list[Token] | None) -> Macro:
        digits = "".join(t.text for t in count or ())
        number = int(digits) if digits.isdecimal() and len(digits) == 1 else 0
        kinds = "m" * number if default is None else "o" + "m" * (number - 1)
        defaults = (tuple(default or ()), *((),) * max(0, number - 1))
        return Macro(kinds, defaults, tuple(self.argument(token)))

    def _environment(self, token: Token) -> None:
        name = self.name(token)
        count, default = self.option(), self.option()
        begin = self._macro(token, count, default)
        self.environments[name] = Environment(begin, tuple(self.argument(token)))

    def _def(self, token: Token) -> None:
        name = self.raw()
        if name is None or name.kind != CONTROL:
            self.problems.append(
                (f"{token.text} defines no control sequence here and is passed over", token.start, token.end)
            )
            return
        parameters: list[str] = []
        while (following := self.peek()) is not None and following.kind != OPEN:
            parameters.append(following.text)
            self.raw()
        body = self.argument(token)
        count = len(parameters) // 2
        if "".join(parameters) != "".join(f"#{n}" for n in range(1, count + 1)) or count > 9:
            self._unreadable(token, name)
            return
        self._set(name.text, Macro("m" * count, ((),) * count, tuple(body)))

    def _let(self, token: Token) -> None:
        name, meaning = self.raw(), self.raw()
        if meaning is not None and meaning.text == "=":
            meaning = self.raw()
        if name is None or meaning is None or name.kind != CONTROL:
            self.problems.append(("\\let defines no control sequence here and is passed over", token.start, token.end))
            return
        self._set(name.text, self.macros.get(meaning.text) or meaning._replace(fixed=True))

    def _trick(self, token: Token) -> None:
        name = self.peek()
        self._unreadable(token, name if name is not None and name.kind == CONTROL else None)

    def _unreadable(self, token: Token, name: Token | None) -> None:
        what = f"the definition of {name.text}" if name is not None else "this"
        self.problems.append(
            (
                f"{what} by {token.text} needs more of TeX than is read here; define it with \\newcommand",
                token.start,
                token.end,
            )
        )

    # --- environments of the document's own

    def begin(self, call: Token, name: str) -> bool:
        """Whether ``\\begin{name}`` is the document's own environment; what it stands for then comes next."""
        own = self.environments.get(name)
        if own is not None:
            self._expand(call, own.begin)
        return own is not None

    def end(self, call: Token, name: str) -> bool:
        own = self.environments.get(name)
        if own is not None:
            self._expand(call, Macro("", (), own.end))
        return own is not None


def _braced(of: Token, tokens: Iterable[Token]) -> list[Token]:
    return [Token(OPEN, "{", of.start, of.end), *tokens, Token(CLOSE, "}", of.start, of.end)]


def _paired(of: Token, left: list[Token], right: list[Token]) -> Macro:
    r"""``\abs{x}``, ``\abs*{x}``, ``\abs[\big]{x}``: brackets that grow, around what is in them."""

    def control(name: str) -> Token:
        return Token(CONTROL, name, of.start, of.end)

    argument = [Token(HASH, "#", of.start, of.end), Token(CHAR, "3", of.start, of.end)]
    return Macro("som", ((), (), ()), (control("\\left"), *left, *argument, control("\\right"), *right))


def _xparse(specification: str) -> str | None:
    """The kinds of arguments of ``m o s O{}`` when there are no others."""
    kinds = specification.replace("O{}", "o").replace("+", "")
    return kinds if set(kinds) <= set("mos") and len(kinds) <= 9 else None
