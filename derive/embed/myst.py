"""A page in LaTeX as MyST Markdown, and back again: what a document gets is read back as every page is.

Formulas stand in the role and the directive ``math``, which MyST has without extensions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from derive.embed.web import for_the_web, from_the_web
from derive.render.pens.latex import escape, unescaped
from derive.slides.markdown.text import at_start, escaped

_LEFT_OUT = re.compile(r"\\begingroup.*|\\providecommand.*|\\par\\endgroup|\{\\raggedright|\}|\s*")
_TOKEN = re.compile(
    r"\$(?P<math>(?:\\.|[^$\\])*)\$|\\texttt\{(?P<code>(?:\\.|[^{}\\]|\{\})*)\}|\\text(?P<open>bf|it)\{|(?P<close>\})"
    r"|(?P<words>(?:\\[a-z]+\{\}|\\[^a-z]|[^$\\{}])+)"
)
_MARKS = {"bf": "**", "it": "*"}
_SQUARE, _HERE = r" \tag*{\qedsymbol}", r" \qquad\square"
_FENCE = "```"
_PIECE = re.compile(
    r"\{math\}(?P<ticks>`+)(?P<math>.*?)(?P=ticks)(?!`)|`(?P<code>[^`]*)`|(?P<mark>\*+)|\\(?P<sign>.)|(?P<words>[^\\*`{]+)"
)


def myst(page: str) -> str:
    """A page that ``derivation_latex`` made."""
    out: list[str] = []
    for line in page.split("\n"):
        if re.fullmatch(r"\\(begin|end)\{align\*\}", line):
            begins = "begin" in line
            out += ["", f"{_FENCE}{{math}}", r"\begin{aligned}"] if begins else [r"\end{aligned}", _FENCE, ""]
        elif line.startswith("  "):
            out.append(for_the_web(line).replace(_SQUARE, _HERE))
        elif not _LEFT_OUT.fullmatch(line):
            words = line.removeprefix(r"\noindent").strip().removesuffix(r"\par")
            out.append("".join(_words(words.replace(r"\allowbreak{}", ""))))
            out += [""] if line.endswith(r"\par") else []
    return re.sub(r"\n{3,}", "\n\n", "\n".join(out)).strip() + "\n"


def _words(latex: str) -> Iterator[str]:
    """A line of text."""
    opened: list[str] = []
    at = 0
    while at < len(latex):
        m = _TOKEN.match(latex, at)
        if m is None:
            raise AssertionError(f"a page has the words {latex[at : at + 40]!r}")
        at = m.end()
        if m["math"] is not None:
            ticks = "`" * (1 + max(map(len, re.findall("`+", m["math"])), default=0))
            yield f"{{math}}{ticks}{m['math'].strip()}{ticks}"
        elif m["code"] is not None:
            yield f"`{unescaped(m['code'])}`"
        elif m["open"]:
            opened.append(_MARKS[m["open"]])
            yield opened[-1]
        elif m["close"]:
            yield opened.pop()
        else:
            words = escaped(unescaped(m["words"]))
            yield words if m.start() or words[:1] == " " else at_start(words)


def latex(markdown: str) -> str:
    """A page that ``myst`` made, as LaTeX that is read."""
    out: list[str] = []
    inside = False
    for line in markdown.split("\n"):
        if line.startswith(_FENCE):
            inside = not inside
            out.append(r"\begin{align*}" if inside else r"\end{align*}")
        elif inside:
            if line not in (r"\begin{aligned}", r"\end{aligned}"):
                out.append(from_the_web(line).replace(_HERE, _SQUARE))
        elif line:
            text = "".join(_sentence(line))
            out.append(rf"\noindent {text}\par" if text.startswith("where ") else text)
    return "\n".join(out)


def _sentence(line: str) -> Iterator[str]:
    """A line of text that is read in LaTeX."""
    opened: list[str] = []
    for m in _PIECE.finditer(line.replace("\u2060", "")):
        if m["math"] is not None:
            yield f"${m['math']}$"
        elif m["code"] is not None:
            yield rf"\texttt{{{escape(m['code'])}}}"
        elif m["mark"] is None:
            yield escape(m["sign"] or m["words"])
        elif opened[-1:] == [m["mark"]]:
            opened.pop()
            yield "}"
        else:
            opened.append(m["mark"])
            yield {mark: rf"\text{name}{{" for name, mark in _MARKS.items()}[m["mark"]]
