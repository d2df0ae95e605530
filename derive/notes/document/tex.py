r"""A file of LaTeX: its displays, declarations and formulas in prose, in page order.

It is read, never run: no other file is opened (``\input`` is a problem that is told), no command of the system is carried out.
"""

from __future__ import annotations

from collections.abc import Callable

from derive.notes.document.build import Builder
from derive.notes.document.macros import Expander
from derive.notes.document.pages import Declared, Display, Inline, Part, Places, Problem
from derive.notes.document.rows import rows_of
from derive.notes.document.tokens import (
    CHAR,
    CLOSE,
    CONTROL,
    DECLARED,
    DOLLAR,
    OPEN,
    PARAGRAPH,
    Source,
    TexError,
    Token,
)
from derive.notes.document.tree import Node, Span
from derive.notes.document.words import plain_words

DISPLAYS = {
    **dict.fromkeys(
        ("equation", "align", "flalign", "gather", "multline", "eqnarray", "displaymath", "dmath", "dgroup", "darray"), ""
    ),
    "alignat": "m", "xalignat": "m", "xxalignat": "m", "IEEEeqnarray": "om", "empheq": "om",
}  # fmt: skip
"""Environments that display formulas, without the star, and the arguments that follow: o in brackets, m in braces."""
VERBATIM = frozenset(
    (
        "verbatim",
        "Verbatim",
        "lstlisting",
        "minted",
        "comment",
        "filecontents",
        "alltt",
        "luacode",
        "pycode",
        "tikzpicture",
    )
)
FILES = frozenset(
    (r"\input", r"\include", r"\subfile", r"\import", r"\subimport", r"\includeonly", r"\lstinputlisting", r"\verbatiminput", r"\externaldocument")
)  # fmt: skip
COMMANDS = frozenset(
    (r"\write", r"\openin", r"\openout", r"\read", r"\directlua", r"\ShellEscape", r"\special", r"\pythontex")
)
_SILENT = frozenset(
    (r"\label", r"\ref", r"\eqref", r"\cref", r"\Cref", r"\autoref", r"\cite", r"\citep", r"\citet", r"\citealp", r"\bibliography", r"\bibliographystyle", r"\includegraphics",
     r"\url", r"\usepackage", r"\documentclass", r"\hypersetup", r"\vspace", r"\hspace", r"\pagestyle", r"\input", r"\setlength", r"\geometry", r"\newtheorem", r"\RequirePackage")
)  # fmt: skip
"""Their arguments are not seen on the page."""


_ARGUMENTS = {
    "tabular": 1,
    "tabularx": 2,
    "tabulary": 2,
    "longtable": 1,
    "array": 1,
    "minipage": 1,
    "multicols": 1,
    "wrapfigure": 2,
}
"""Environments of prose with arguments that are not seen on the page."""
MOST_SIGNS = 100_000  # of one formula
_MOST_PROSE = 40_000  # tokens before a display that are looked at


class Reader:
    """Reads ``text``.  Raises TexError where a display is not closed, or a macro does not end."""

    def __init__(self, text: str, places: Places) -> None:
        self.text = text
        self.places = places
        self.parts: list[Part] = []
        self.problems: list[Problem] = []
        self.prose: list[Token] = []
        self.expander = Expander(Source(text))

    def line(self, offset: int) -> int:
        return self.places.where(offset)[0]

    def problem(self, what: str, start: int, end: int) -> None:
        self.problems.append(Problem(what, Span(start, end), self.line(start)))

    def read(self, start: int = 0, end: int | None = None, text: str | None = None) -> None:
        """Read a stretch of the text; what was defined before it still holds.  ``text``: the text with blanks for what is not read."""
        before, self.expander = self.expander, Expander(Source(text or self.text, start, end))
        self.expander.macros, self.expander.environments = before.macros, before.environments
        while (token := self.expander.next()) is not None:
            if token.kind == DECLARED:
                self.declared(token.text, token.start, token.end, token.start + 2)
            elif token.kind == DOLLAR:
                self._dollar(token)
            elif token.kind != CONTROL:
                self.prose.append(token)
                if len(self.prose) > _MOST_PROSE:
                    del self.prose[: _MOST_PROSE // 2]
            elif not self._control(token):
                break
        for what, at, stop in self.expander.problems:
            self.problem(what, at, stop)

    # --- prose

    def _control(self, token: Token) -> bool:
        """A control sequence in prose; False at the end of the document."""
        name = token.text
        if name == r"\(":
            self._inline(token, lambda t: t.text == r"\)")
        elif name == r"\[":
            self._display(token, r"\[", lambda t: t.text == r"\]", r"\]")
        elif name == r"\begin":
            self._begin(token)
        elif name == r"\end":
            ended = self.expander.name(token)
            if not self.expander.end(token, ended):
                self.expander.leave()
            return ended != "document"
        elif name in (r"\verb", r"\lstinline", r"\mintinline"):
            self._verb(token)
        elif name == r"\iffalse":
            while (inner := self.expander.raw()) is not None and inner.text != r"\fi":
                pass
        elif name in FILES:
            self._file(token)
        elif name in COMMANDS:
            self._command(token)
        elif name in _SILENT:
            self._star_and_options()
            if (following := self.expander.peek()) is not None and following.kind == OPEN:
                self.expander.argument(token)
        else:
            self.prose.append(token)
        return True

    def _star_and_options(self) -> None:
        self.expander.star()
        while self.expander.option() is not None:
            pass

    def _verb(self, token: Token) -> None:
        source = self.expander.source
        if self.expander.pending:
            return  # in a macro, where TeX does not let it stand
        at = source.position + self.text.startswith("*", source.position)
        mark = self.text[at : at + 1]
        source.position = at + 1
        line_end = self.text.find("\n", source.position)
        found = self.text.find({"{": "}"}.get(mark, mark) or "\n", source.position, line_end if line_end >= 0 else None)
        source.position = found + 1 if found >= 0 else source.position

    def _file(self, token: Token) -> None:
        self._star_and_options()
        following = self.expander.peek()
        name = self.expander.name(token) if following is not None and following.kind == OPEN else "another file"
        self.problem(
            f"{token.text} names {name}, which is not read; check that file by its own name", token.start, token.end
        )

    def _command(self, token: Token) -> None:
        while (following := self.expander.peek()) is not None and (following.text.isdecimal() or following.text == "="):
            self.expander.raw()
        if following is not None and following.kind == OPEN:
            self.expander.argument(token)
        self.problem(f"{token.text} is not carried out; notes are read, not run", token.start, token.end)

    # --- formulas

    def _begin(self, token: Token) -> None:
        name = self.expander.name(token)
        plain = name.rstrip("*")
        if plain in VERBATIM and not self.expander.pending:
            self.expander.source.skip_past(rf"\end{{{name}}}", rf"\begin{{{name}}}", token.start)
        elif plain in DISPLAYS:
            for kind in DISPLAYS[plain]:
                self.expander.option() if kind == "o" else self.expander.argument(token)
            self._display(token, name, self._ends(name), rf"\end{{{name}}}")
        elif name == "math":
            self._inline(token, self._ends(name))
        elif not self.expander.begin(token, name):
            self.expander.enter()
            self._star_and_options()
            for _ in range(_ARGUMENTS.get(plain, 0)):
                self.expander.argument(token)
            if name == "document":
                self.parts = [part for part in self.parts if isinstance(part, Declared)]
                self.prose = []

    def _ends(self, name: str) -> Callable[[Token], bool]:
        """Whether a token is the end of an environment that was begun."""

        def ends(token: Token) -> bool:
            if token.text != r"\end" or token.kind != CONTROL:
                return False
            ended = self.expander.name(token)
            if ended != name and ended not in self.expander.environments:
                raise TexError(
                    rf"\begin{{{name}}} is closed by \end{{{ended}}}; close it by its own name", token.start, token.end
                )
            if ended == name:
                return True
            self.expander.end(token, ended)
            return False

        return ends

    def _dollar(self, token: Token) -> None:
        following = self.expander.peek()
        if following is not None and following.kind == DOLLAR and not following.spaced:
            self.expander.raw()
            self._display(token, "$$", self._second_dollar, "$$")
        else:
            self._inline(token, lambda t: t.kind == DOLLAR)

    def _second_dollar(self, token: Token) -> bool:
        following = self.expander.peek() if token.kind == DOLLAR else None
        if following is None or following.kind != DOLLAR:
            return False
        self.expander.raw()
        return True

    def _tokens(self, ends: Callable[[Token], bool], stop_at_paragraph: bool) -> tuple[list[Token], Token | None]:
        """The tokens of a formula, and the one that ends it; None at the end of the file, or of the paragraph."""
        out: list[Token] = []
        depth, inside = 0, 0
        expander = self.expander
        while (token := expander.next()) is not None:
            if token.kind == PARAGRAPH and stop_at_paragraph:
                return out, None
            if token.kind == DECLARED:
                self.declared(token.text, token.start, token.end, token.start + 2)
                continue
            depth += {OPEN: 1, CLOSE: -1}.get(token.kind, 0)
            if token.text == r"\begin" and token.kind == CONTROL:
                name = expander.name(token)
                if name.rstrip("*") in VERBATIM and not expander.pending:
                    expander.source.skip_past(rf"\end{{{name}}}", rf"\begin{{{name}}}", token.start)
                elif not expander.begin(token, name):
                    inside += 1
                    out += _named(token, name)
            elif inside and token.text == r"\end" and token.kind == CONTROL:
                name = expander.name(token)
                if not expander.end(token, name):
                    inside -= 1
                    out += _named(token, name)
            elif depth <= 0 and not inside and ends(token):
                return out, token
            elif (token.text != r"\end" or token.kind != CONTROL) and len(out) <= MOST_SIGNS:
                out.append(token)
        return out, None

    def _display(self, opening: Token, name: str, ends: Callable[[Token], bool], closing: str) -> None:
        what = closing.replace(r"\end", r"\begin") if closing[:4] == r"\end" else name
        tokens, last = self._tokens(ends, False)
        if last is None:
            raise TexError(
                f"{what} begins a formula, and {closing} does not follow; write it where the formula ends",
                opening.start,
                opening.end,
            )
        end = max(self.expander.source.position if not self.expander.pending else last.end, opening.end)
        self.add_display(tokens, name, opening.start, end)

    def add_display(self, tokens: list[Token], name: str, start: int, end: int) -> None:
        """A display of these tokens."""
        try:
            if len(tokens) > MOST_SIGNS:
                raise TexError(f"it has more than {MOST_SIGNS} signs; part it", start, end)
            rows = rows_of(tokens, end, name.rstrip("*"), self.text, self.line)
        except TexError as error:
            self.problem(f"a formula is not read: {error.what}", error.start, error.end)
            return
        if rows:
            before = plain_words(self.prose).strip()
            self.parts.append(Display(name, rows, Span(start, end), self.line(start), before))
            self.prose = []

    def _inline(self, opening: Token, ends: Callable[[Token], bool]) -> None:
        tokens, last = self._tokens(ends, True)
        if last is None:
            self.problem(
                f"{opening.text} begins a formula that does not end in its paragraph; it is not read",
                opening.start,
                opening.end,
            )
            return
        end = max(last.end, opening.end)
        inside = slice(opening.end, max(last.start, opening.end))
        try:
            items = Builder(tokens, end).sequence(frozenset())
        except TexError as error:
            self.problem(f"a formula in the text is not read: {error.what}", error.start, error.end)
            items = ()
        self.prose.append(Token(CHAR, f"${self.text[inside].strip()}$", opening.start, end, opening.spaced))
        if items:
            self.parts.append(Inline(items, Span(opening.start, end), self.line(opening.start)))

    def declared(self, text: str, start: int, end: int, inside: int) -> None:
        """A declaration, whose words stand from ``inside`` to ``end`` at most."""
        at = self.text.index(text, inside, end) if text else inside
        expander = Expander(Source(self.text, at, at + len(text), comments=False))
        expander.macros = self.expander.macros
        tokens: list[Token] = []
        while (token := expander.next()) is not None:
            tokens.append(token)
        items: tuple[Node, ...] = Builder(tokens, end).sequence(frozenset())
        self.parts.append(Declared(items, text, Span(start, end), self.line(start)))


def _named(token: Token, name: str) -> list[Token]:
    r"""``\begin{name}`` or ``\end{name}`` again."""
    letters = [Token(CHAR, c, token.start, token.end) for c in name]
    return [token, Token(OPEN, "{", token.start, token.end), *letters, Token(CLOSE, "}", token.start, token.end)]
