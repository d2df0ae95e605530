"""Papers, notes and notebooks as displays of rows: what is on the page, where it stands, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sweep import examples

from derive.errors import UserError
from derive.notes.document import (
    Atom,
    Call,
    Declared,
    Display,
    Document,
    Fence,
    Group,
    Inline,
    Node,
    Script,
    Table,
    Words,
    document_of,
    read_document,
)


def spelled(node: Node | None) -> str:
    """A tree on one line: braces for groups, |( )| for fences, quotes for words."""
    match node:
        case None:
            return "∅"
        case Atom():
            return node.text
        case Group():
            return "{" + row(node.items) + "}"
        case Script():
            sub = "_" + spelled(node.sub) if node.sub else ""
            sup = "^" + spelled(node.sup) if node.sup else ""
            return spelled(node.base) + "'" * node.primes + sub + sup
        case Call():
            return (
                node.name + "".join(f"[{row(o.items)}]" for o in node.options) + "".join(map(spelled, node.arguments))
            )
        case Fence():
            return f"|{node.open} {row(node.items)} {node.close}|"
        case Words():
            return f'"{node.text}"'
        case Table():
            return node.name + "<" + " / ".join(" & ".join(row(cell) for cell in cells) for cells in node.rows) + ">"


def row(items: tuple[Node, ...]) -> str:
    return " ".join(map(spelled, items))


def displays(text: str, path: str = "notes.tex") -> list[Display]:
    return [part for part in document_of(path, text).parts if isinstance(part, Display)]


def rows(text: str, path: str = "notes.tex") -> list[str]:
    """All rows of all displays."""
    return [row(r.items) for d in displays(text, path) for r in d.rows]


def formula(text: str) -> str:
    (one,) = rows(f"$${text}$$")
    return one


# --- formulas --------------------------------------------------------------------------------------------------------

FORMULAS = {
    "x_1^2": "x_{1}^{2}",
    "x_{t,k}": "x_{t , k}",
    "x'_1": "x'_{1}",
    "f''^2": "f''^{2}",
    "x^\\prime": "x'",
    "(a+b)^2": "( a + b )^{2}",
    "12^2 + 3.5x - .5": "12^{2} + 3.5 x - .5",
    "x_12": "x_{1} 2",
    "1..m": "1 . . m",
    "1..5": "1 . . 5",
    "a_1 + ... + a_n": "a_{1} + \\dots + a_{n}",
    "a \\cdots b \\ldots c": "a \\dots b \\dots c",
    "\\frac12": "\\frac{1}{2}",
    "\\dfrac{a}{b}": "\\frac{a}{b}",
    "a \\over b": "\\frac{a}{b}",
    "{a \\over b} c": "{\\frac{a}{b}} c",
    "\\sqrt[n]{x}": "\\sqrt[n]{x}",
    "\\sqrt x": "\\sqrt{x}",
    "\\sum\\limits_{i=1}^n x_i": "\\sum_{i = 1}^{n} x_{i}",
    "\\operatorname*{arg\\,max}_\\theta": "\\operatorname{a r g m a x}_{\\theta}",
    "\\mathop{\\mathrm{argmax}}": "\\operatorname{a r g m a x}",
    "\\boldsymbol\\theta": "\\mathbf{\\theta}",
    "{\\bf x} + y": "{\\mathbf{x}} + y",
    "\\textbf{w}": "\\mathbf{w}",
    "\\hat{\\mathbf y}": "\\hat{\\mathbf{y}}",
    "\\left( \\frac ab \\middle| c \\right]": "|( \\frac{a}{b} \\mid c ]|",
    "\\left. x \\right|_{0}": "|. x ||_{0}",
    "\\bigl( x \\bigr)": "( x )",
    "D_{KL}(p \\,\\|\\, q)": "D_{K L} ( p \\| q )",
    "\\lvert x \\rvert": "| x |",
    "a \\leq b \\neq c": "a \\le b \\ne c",
    "a \\not= b": "a \\ne b",
    "\\underset{z \\sim p}{\\mathbb E}": "\\mathbb{E}_{z \\sim p}",
    "\\stackrel{!}{=}": "\\overset{!}{=}",
    "\\cancel{x} + \\boxed{y}": "\\cancel{x} + y",
    "\\textcolor{red}{x} \\color{blue} y": "x y",
    "x \\label{eq:a} \\tag{3} \\nonumber": "x",
    "\\phantom{=} x": "x",
    "\\mathrm{KL}(p)": "\\mathrm{K L} ( p )",
    "q_{\\text{old}}": 'q_{"old"}',
    "q_{\\parbox[t]{4em}{\\raggedright old}} + \\makebox[3em][l]{\\small c} + d": 'q_{"old"} + "c" + d',
    "∑ᵢ αᵢ² ≤ 𝔼[x̂]": "\\sum_{i} \\alpha_{i}^{2} \\le \\mathbb{E} [ \\hat{x} ]",
    "𝐱 − 𝒟": "\\mathbf{x} - \\mathcal{D}",
    "\\sum_{\\substack{j \\\\ j \\ne k}} x": "\\sum_{substack<j / j \\ne k>} x",
    "\\begin{cases} 1 & \\text{if } x > 0 \\\\ 0 & \\text{else} \\end{cases}": 'cases<1 & "if" x > 0 / 0 & "else">',
    "x \\quad y": "x \\quad y",
    "x = \\quad y": "x = y",
    "x, \\quad y": "x , y",
}


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_is_a_tree(text: str) -> None:
    assert formula(text) == FORMULAS[text]


def test_a_part_knows_its_place() -> None:
    text = "Let\n$$ a = \\frac{b}{c} $$"
    (display,) = displays(text)
    fraction = display.rows[0].items[2]
    assert text[fraction.span.start : fraction.span.end] == "\\frac{b}{c}"
    assert (display.line, display.rows[0].line) == (2, 2)


# --- displays --------------------------------------------------------------------------------------------------------

TWO = ["a = b", "= c"]
DISPLAYS = [
    "\\begin{align} a &= b \\\\ &= c \\end{align}",
    "\\begin{align*} a &= b \\\\[1em] &= c \\end{align*}",
    "\\begin{alignat}{2} a &= b \\\\* &= c \\end{alignat}",
    "\\begin{flalign} a &= b \\\\ &= c \\\\ \\end{flalign}",
    "\\begin{gather} a = b \\\\ = c \\end{gather}",
    "\\begin{multline} a = b \\\\ = c \\end{multline}",
    "\\begin{eqnarray} a & = & b \\\\ & = & c \\end{eqnarray}",
    "\\begin{IEEEeqnarray}{rCl} a & = & b \\\\ & = & c \\end{IEEEeqnarray}",
    "\\begin{equation} \\begin{aligned} a &= b \\\\ &= c \\end{aligned} \\end{equation}",
    "\\begin{equation} a \\begin{aligned}[t] &= b \\\\ &= c \\end{aligned} \\end{equation}",
    "\\begin{equation*} \\begin{split} a &= b \\\\ &= c \\end{split} \\end{equation*}",
    "\\[ \\begin{gathered} a = b \\\\ = c \\end{gathered} \\]",
    "$$ \\begin{align} a &= b \\\\ &= c \\end{align} $$",
    "$$ \\begin{array}{rcl} a &=& b \\\\ &=& c \\end{array} $$",
    "\\begin{displaymath} a = b \\cr = c \\end{displaymath}",
    "\\begin{align} a &= b \\\\ % = d\n &= c \\end{align}",
]


@pytest.mark.parametrize("text", DISPLAYS)
def test_the_rows_of_a_display(text: str) -> None:
    assert rows(text) == TWO


def test_columns_of_two_equations_are_parted() -> None:
    assert rows("\\begin{align} a &= b & c &= d \\end{align}") == ["a = b \\quad c = d"]


NOTES = {
    "x = y \\quad \\text{for all } k \\in V,": ("x = y", ("for all $k \\in V$",)),
    "x = y, \\text{ since $q$ sums to 1}": ("x = y ,", ("since $q$ sums to 1",)),
    "x = y && \\text{Bayes}": ("x = y", ("Bayes",)),
    "\\text{Hence } x = y": ("x = y", ("Hence",)),
    "\\intertext{and so} x = y": ("x = y", ("and so",)),
    "x = \\underbrace{y}_{\\text{prior}}": ("x = {y}", ("prior",)),
    "\\text{(i)} \\quad x = y": ("x = y", ("(i)",)),
    "\\text{loss} = y": ('"loss" = y', ()),
    "x = \\text{KL}(p)": ('x = "KL" ( p )', ()),
}


@pytest.mark.parametrize("text", NOTES)
def test_words_beside_a_formula_are_notes(text: str) -> None:
    (display,) = displays(f"\\begin{{align}} {text} \\end{{align}}")
    (one,) = display.rows
    assert (row(one.items), one.notes) == NOTES[text]


def test_prose_declarations_and_inline_formulas_come_in_page_order() -> None:
    text = "We \\emph{know} $p > 0$ and 5\\% of~it.\n%: k = 1..K\n% no declaration\n\\[ a = b \\]\nthen \\[ c \\]"
    document = document_of("notes.tex", text)
    inline, declared, first, second = document.parts
    assert isinstance(inline, Inline) and row(inline.items) == "p > 0"
    assert isinstance(declared, Declared) and (declared.text, declared.line) == ("k = 1..K", 2)
    assert text[declared.items[0].span.start] == "k"
    assert isinstance(first, Display) and first.before == "We know $p > 0$ and 5% of it."
    assert isinstance(second, Display) and second.before == "then"


# --- macros ----------------------------------------------------------------------------------------------------------

MACROS = {
    "\\newcommand{\\R}{\\mathbb{R}}": ("\\R^n", "\\mathbb{R}^{n}"),
    "\\newcommand\\E[2][x]{E_{#1}[#2]}": ("\\E{f} + \\E[y]{g}", "E_{x} [ f ] + E_{y} [ g ]"),
    "\\renewcommand{\\vec}[1]{\\mathbf{#1}}": ("\\vec x", "\\mathbf{x}"),
    "\\providecommand{\\cancel}[1]{#1}": ("\\cancel{x}", "x"),
    "\\DeclareMathOperator{\\KL}{KL}": ("\\KL(p)", "\\operatorname{K L} ( p )"),
    "\\DeclareMathOperator*{\\argmin}{arg\\,min}": ("\\argmin_x", "\\operatorname{a r g m i n}_{x}"),
    "\\DeclarePairedDelimiter{\\abs}{\\lvert}{\\rvert}": ("\\abs*{x} \\abs[\\big]{y}", "|| x || || y ||"),
    "\\NewDocumentCommand{\\g}{s m o}{g_{#2}}": ("\\g{1} \\g*{2}[3]", "g_{1} g_{2}"),
    "\\def\\half#1{\\frac{#1}{2}}": ("\\half{x}", "\\frac{x}{2}"),
    "\\let\\ge\\alpha": ("\\ge", "\\alpha"),
    "\\let\\old\\hat \\renewcommand{\\hat}[1]{\\old{\\mathbf{#1}}}": ("\\hat x", "\\hat{\\mathbf{x}}"),
    "\\newcommand{\\x}{x}{\\renewcommand{\\x}{y}}": ("\\x", "x"),
}


@pytest.mark.parametrize("definition", MACROS)
def test_macros_are_expanded(definition: str) -> None:
    call, tree = MACROS[definition]
    assert rows(f"{definition}\n\\[ {call} \\]") == [tree]


def test_a_display_can_begin_in_a_macro() -> None:
    text = "\\newcommand{\\be}{\\begin{equation}}\\def\\ee{\\end{equation}}\n\\newenvironment{eqs}{\\begin{align}}{\\end{align}}\n"
    assert rows(text + "\\be a = b \\ee \\begin{eqs} c &= d \\end{eqs}") == ["a = b", "c = d"]


def test_what_a_macro_stands_for_has_the_place_of_its_call() -> None:
    text = "\\newcommand{\\E}[1]{E[#1]}\n\\[ \\E{f} \\]"
    (display,) = displays(text)
    e, _, argument, _ = display.rows[0].items
    assert text[e.span.start : e.span.end] == "\\E"
    assert text[argument.span.start : argument.span.end] == "f"


def test_a_macro_with_tricks_is_named() -> None:
    document = document_of("notes.tex", "x\n\\def\\bad#1.{#1}\n\\[ \\bad \\]")
    (problem,) = document.problems
    assert problem.line == 2 and "\\bad" in problem.what
    assert rows("\\def\\bad#1.{#1}\\[ \\bad \\]") == ["\\bad"]  # which no reader knows


# --- what is not on the page, and what is not done -------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "% $$ a $$",
        "\\verb|$$ a $$|",
        "\\begin{verbatim} $$ a $$ \\end{verbatim}",
        "\\begin{lstlisting} $$ a $$ \\end{lstlisting}",
        "\\begin{comment} $$ a $$ \\end{comment}",
        "\\iffalse $$ a $$ \\fi",
        "\\end{document} $$ a $$",
        "$$ a $$ \\begin{document}",
        "\\begin{tabular}{>{$}c<{$}} \\end{tabular}",
    ],
)
def test_what_is_not_shown_is_not_read(text: str) -> None:
    assert rows(text) == []


def test_no_other_file_is_read_and_nothing_is_run(tmp_path: Path) -> None:
    (tmp_path / "other.tex").write_text("$$ a = b $$")
    path = tmp_path / "notes.tex"
    path.write_text(f"\\input{{{tmp_path}/other}}\n\\immediate\\write18{{touch {tmp_path}/made}}\n$$ c $$")
    document = read_document(str(path))
    assert [p.line for p in document.problems] == [1, 2]
    assert [row(r.items) for p in document.parts if isinstance(p, Display) for r in p.rows] == ["c"]
    assert not (tmp_path / "made").exists()


REFUSED = {
    "\\begin{align} a = b": "\\begin{align} begins a formula, and \\end{align} does not follow",
    "$$ a = b": "$$ begins a formula",
    "\\[ a": "\\[ begins a formula",
    "\\begin{align} a \\end{equation}": "is closed by \\end{equation}",
    "\\begin{verbatim} a": "\\end{verbatim} does not follow",
    "\\newcommand{\\a}{x": "does not end",
    "\\def\\a{\\a}\\[\\a\\]": "expands without end",
    "\\def\\a{\\a\\a}\\[\\a\\]": "expands without end",
    "".join(f"\\def\\{a}{{{f' {b}' * 10}}}" for a, b in zip("abcdefghi", ["\\b", "\\c", "\\d", "\\e", "\\f", "\\g", "\\h", "\\i", "x"], strict=True))
    + "\\[\\a\\]": "expands without end",
}  # fmt: skip


@pytest.mark.parametrize("text", REFUSED, ids=range(len(REFUSED)))
def test_what_does_not_end_is_refused(text: str) -> None:
    with pytest.raises(UserError, match=r"^notes.tex:\d+:\d+: ") as refused:
        document_of("notes.tex", text)
    assert REFUSED[text] in str(refused.value)
    assert "\n" not in str(refused.value)


TOLD = {
    "$$ a } $$": "} closes nothing here",
    "$$ \\left( a $$": "\\left has no \\right",
    "$$ x_a_b $$": "two _ in a row",
    "$$ a & b $$ $c & d$": "& stands where there are no columns",
    "$$ " + "{" * 500 + "}" * 500 + " $$": "nested more than",
    "$$" + "\\hat" * 500 + " x$$": "nested more than",
    "$$" + "x+" * 60_000 + "$$": "more than 100000 signs",
    "a $ b\n\nc": "does not end in its paragraph",
}


@pytest.mark.parametrize("text", TOLD, ids=range(len(TOLD)))
def test_a_formula_that_does_not_fit_together_is_told(text: str) -> None:
    document = document_of("notes.tex", text)
    assert TOLD[text] in document.problems[0].what
    assert document.problems[0].line == 1


BYTES = {
    b"\xff\xfea\x00": "not UTF-8",
    b"a\nb\xe9": ":2: this is not UTF-8",
    b"a\x00b": "control character (U+0000)",
    b"\x1b[2J": "control character (U+001B)",
}


@pytest.mark.parametrize("data", BYTES, ids=range(len(BYTES)))
def test_what_is_no_text_is_refused(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "notes.tex"
    path.write_bytes(data)
    with pytest.raises(UserError) as refused:
        read_document(str(path))
    assert BYTES[data] in str(refused.value)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_of_every_system(end: str, tmp_path: Path) -> None:
    path = tmp_path / "notes.tex"
    path.write_bytes(b"\xef\xbb\xbf" + f"a{end}$$b{end}= c$${end}".encode())
    (display,) = (p for p in read_document(str(path)).parts if isinstance(p, Display))
    assert (display.line, row(display.rows[0].items)) == (2, "b = c")


@examples(200)
@given(st.text(alphabet="ab\\{}$&^_#%[]()~. \n1'<!-:>|", max_size=60), st.sampled_from(["x.tex", "x.md"]))
def test_any_text_is_read_or_refused(text: str, path: str) -> None:
    try:
        document = document_of(path, text)
    except UserError:
        return
    for part in document.parts:
        assert 0 <= part.span.start <= part.span.end <= len(document.text)


# --- Markdown and notebooks ------------------------------------------------------------------------------------------

MARKDOWN = """---
title: "$t$"
---
# On $y$

It costs 5$ or 6$, and `$code$`.

<!--: k = 1..K -->
$$
a = b
$$ {#eq-x}

> $$
> c = d
> $$

- one

  \\begin{eqnarray}
  e &=& f \\\\
  &=& g
  \\end{eqnarray}

```python
"$$ not $$"
```

text <!--: m \\ge 1 --> and $$h = i$$ so

\\[
j
\\]
"""


def test_markdown() -> None:
    document = document_of("notes.md", MARKDOWN)
    assert rows(MARKDOWN, "notes.md") == ["a = b", "c = d", "e = f", "= g", "h = i", "j"]
    assert [p.text for p in document.parts if isinstance(p, Declared)] == ["k = 1..K", "m \\ge 1"]
    assert [row(p.items) for p in document.parts if isinstance(p, Inline)] == ["y"]
    assert [r.line for d in displays(MARKDOWN, "notes.md") for r in d.rows] == [10, 14, 20, 21, 28, 31]
    assert displays(MARKDOWN, "notes.md")[0].before == "On $y$ It costs 5$ or 6$, and $code$."
    assert not document.problems


@pytest.mark.parametrize("text", ["a $$ b", "$$ a\n\nb", "\\begin{align}\n a"])
def test_what_markdown_leaves_as_text_is_told(text: str) -> None:
    (problem,) = document_of("notes.md", text).problems
    assert "is not read as a formula" in problem.what


def notebook(*sources: str | list[str]) -> str:
    cells = [{"cell_type": "markdown", "metadata": {}, "source": source} for source in sources]
    cells.insert(1, {"cell_type": "code", "metadata": {}, "source": "$$ no $$", "outputs": []})
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1)


def test_a_notebook_has_its_cells_in_their_lines() -> None:
    text = notebook(["# A\n", "$$\n", "a = \\text{é}\n", "$$"], "$$ b = c $$")
    document: Document = document_of("notes.ipynb", text)
    found = [p for p in document.parts if isinstance(p, Display)]
    assert [document.cell(d.span.start) for d in found] == [1, 3]
    lines = text.split("\n")
    assert "a = " in lines[found[0].rows[0].line - 1] and "b = c" in lines[found[1].line - 1]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"cells": 3}', "[" * 100_000], ids=range(5))
def test_what_is_no_notebook_is_refused(text: str) -> None:
    with pytest.raises(UserError, match="no notebook"):
        document_of("notes.ipynb", text)


def test_cells_that_are_none_are_passed_over() -> None:
    assert not document_of("notes.ipynb", '{"cells": [3, {"source": 4}, {}]}').parts


def test_other_endings_are_refused() -> None:
    with pytest.raises(UserError, match=r"\.tex, \.md, \.qmd, \.ipynb"):
        document_of("notes.docx", "")
