"""Verdicts told: in words, as JSON, for compilers' readers, as pages, as programs.  What is told is judged by hand here."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from derive.board import catalogue
from derive.board.entries import TheoremEntry
from derive.board.reasons import auto
from derive.kernel.sorts import REAL
from derive.kernel.terms import Term, Var, eq
from derive.language.syntax import log
from derive.lemmas import log_mul
from derive.notes.check import check_document, check_notes
from derive.notes.document import Display, document_of
from derive.notes.judge.verdict import Judged, Report, Row, Verdict
from derive.notes.meaning.chain import Reading, Step
from derive.notes.tell.formats import as_json, formatted
from derive.notes.tell.html import page
from derive.notes.tell.pdf import pdf, source
from derive.notes.tell.proofs import proofs
from derive.notes.tell.terminal import terminal
from derive.notes.tell.view import View, view
from derive.notes.tell.words import MARKS, NAMES, said
from derive.record.letters import letters_in
from derive.render.pens.mathml import text_html

TEXT = r"""We take logs <b>here</b>.
\begin{align}
L &= \log (x y) \\
  &= \log x + \log y \\
  &= \log x - \log y = 2 \text{ \#let <script>} \\
  &\approx z
\end{align}
\input{rest}
"""
KINDS = ["definition", "proved", "false", "unread", "approximate"]
x, y = Var("x", REAL), Var("y", REAL)


def _step(display: Display, row: int, sign: str, left: Term, right: Term, given: tuple[Term, ...] = ()) -> Step:
    printed = display.rows[row]
    return Step(sign, row, printed.line, printed.span, (Reading(left, right, eq(left, right), given),))


def _verdict(kind: Any) -> Verdict:
    if kind == "proved":
        return Verdict(kind, "the log of a product", reasons=(log_mul,), assumed=("x > 0", "y > 0"))
    if kind == "false":
        return Verdict(kind, "x=1, y=2 <&> makes the left side log 2", from_start=True, repairs=True, missing=eq(y, y))
    return Verdict(kind, {"unread": "the words are no formula"}.get(kind, ""))


def told(text: str = TEXT, path: str = "my notes.tex") -> View:
    document = document_of(path, text)
    (display,) = (part for part in document.parts if isinstance(part, Display))
    terms = [x, log(x * y), log(x) + log(y), log(x) - log(y), x, y]
    given = (0 < x, 0 < y)
    places = [0, 1, 2, 2, 3]
    rows = [Row(None, "", display.line, None)]
    for n, (kind, at) in enumerate(zip(KINDS, places, strict=True)):
        step = _step(display, at, "≈" if kind == "approximate" else "=", terms[n], terms[n + 1], given)
        rows.append(Row(n + 1, step.sign, step.line, _verdict(kind), step))
    return view(document, Report((Judged(display.line, tuple(rows)),)), declared=("k = 1..K",), inferred=("x: a real",))


def test_every_verdict_has_a_mark_and_a_name() -> None:
    from typing import get_args

    from derive.notes.judge.verdict import Kind

    assert set(get_args(Kind)) == set(MARKS) == set(NAMES)
    assert len(set(MARKS.values())) == len(MARKS)


def test_for_people() -> None:
    out = "\n".join(terminal(told(), width=200))
    assert out == "\n".join(
        [
            "my notes.tex:3: L = log(x y)",
            "    ≔ definition",
            "my notes.tex:4: = log x + log y",
            "    ✓ proved: the log of a product",
            "my notes.tex:5: = log x − log y = 2 #let <script>",
            "    ✗ = false: x=1, y=2 <&> makes the left side log 2; with the condition y = y it is proved; it follows from the last row"
            " that holds, and so repairs the one between",
            "    – = not read: the words are no formula",
            "my notes.tex:6: ≈ z",
            "    ≈ approximate",
            "my notes.tex:8: warning: \\input names rest, which is not read; check that file by its own name",
            "my notes.tex: 5 relations: 1 proved, 1 false, 1 definition, 1 approximate, 1 not read",
        ]
    )


def test_what_a_reader_may_take_for_a_product_stands_in_brackets_below_a_slash() -> None:
    (shown,) = check_document(document_of("page.tex", r"\[ \frac{1}{p(1-p)} = \frac{1}{p(x)} \]")).shown
    assert [line.text for line in shown.lines] == ["1/(p(1 − p)) = 1/p(x)"]


def test_quiet_says_what_is_wrong_and_explain_what_it_rests_on() -> None:
    quiet = list(terminal(told(), quiet=True, width=200))
    assert next(line for line in quiet if line.startswith("my notes.tex:")).startswith("my notes.tex:5:")
    explained = list(terminal(told(), explain=True, width=200))
    assert "      assumed: x > 0, y > 0" in explained
    assert "    x: a real" in explained and "    k = 1..K" in explained


def test_json_has_displays_with_rows() -> None:
    data = json.loads(as_json([told()]))
    (display,) = data["displays"]
    assert [row["sign"] for row in display["rows"]] == [None, 1, 2, 3, 4, 5]
    assert [row["verdict"] for row in display["rows"][1:]] == KINDS
    assert (display["line"], display["rows"][2]["line"], display["rows"][2]["assumed"]) == (2, 4, ["x > 0", "y > 0"])
    assert data["problems"][0]["line"] == 8
    assert len(json.loads(as_json([told(), told()]))) == 2


def test_for_compilers_readers() -> None:
    lines = formatted([told()], "gcc").splitlines()
    assert [line.split(": ")[0:2] for line in lines] == [
        ["my notes.tex:5:4", "error"],
        ["my notes.tex:5:4", "warning"],
        ["my notes.tex:8:1", "warning"],
    ]


def test_for_github() -> None:
    first = formatted([told(path="a,b:c.tex")], "github").splitlines()[0]
    assert first.startswith("::error file=a%2Cb%3Ac.tex,line=5,endLine=5,col=4,title=derive::false: x=1, y=2 <&>")


def test_for_sarif() -> None:
    log_ = json.loads(formatted([told()], "sarif"))
    (run,) = log_["runs"]
    assert log_["version"] == "2.1.0"
    assert [r["ruleId"] for r in run["results"]] == ["false", "unread", "unread"]
    assert {r["ruleId"] for r in run["results"]} <= {rule["id"] for rule in run["tool"]["driver"]["rules"]}
    region = run["results"][0]["locations"][0]["physicalLocation"]
    assert region["artifactLocation"]["uri"] == "my%20notes.tex"
    start, end = region["region"]["startColumn"], region["region"]["endColumn"]
    assert TEXT.split("\n")[4][start - 1 : end - 1].startswith("= \\log x - \\log y = 2")


def test_the_page_is_escaped_and_marks_each_row() -> None:
    import xml.etree.ElementTree as ElementTree

    html = page(told())
    assert "<script>" not in html and "<b>here" not in html
    body = html[html.index("<main>") : html.index("</main>") + 7].replace("<br>", "<br/>")
    rows = ElementTree.fromstring(body.replace("&nbsp;", " ")).findall(".//tr")
    assert [r.get("class") for r in rows] == KINDS
    assert text_html("x=1, y=2 <&> makes the left side log 2") in html


def test_the_pdf_is_set_and_its_source_is_escaped() -> None:
    assert "frac" not in source(told()) and '"#let <script>' not in source(told())
    assert "x=1, y=2 \\<&\\>" in source(told())
    assert pdf(told()).startswith(b"%PDF")


def test_a_proved_chain_is_a_program_that_checks(tmp_path: Path) -> None:
    path = tmp_path / "proofs.py"
    path.write_text(proofs(told()).text, "utf-8")
    (entry,) = (e for e in catalogue.load_file(str(path)) if isinstance(e, TheoremEntry))
    entry.check()
    assert entry.shows == eq(log(x * y), log(x) + log(y))  # the page says "y real"
    assert entry.name == "my_notes_1" and entry.summary == "log(x y) = log x + log y."


def test_rows_that_only_the_normal_form_proves_are_written_under_their_heading(tmp_path: Path) -> None:
    page = r"""# Squares and *entropy*
<!--: k = 1..K -->
<!--: p positive distribution over k -->

$$\begin{aligned} \sum_k \frac12 p_k^2 &\le \frac12 \\ \end{aligned}$$

$$ 0 \le H(p) $$
"""
    path = tmp_path / "notes.md"
    path.write_text(page, "utf-8")
    shown = check_notes(str(path))
    assert shown.counts()["proved"] == 2
    text = proofs(shown).text
    file = tmp_path / "proofs.py"
    file.write_text(text, "utf-8")
    entries = [e for e in catalogue.load_file(str(file)) if isinstance(e, TheoremEntry)]
    assert [e.summary for e in entries] == ["Squares and entropy, part 1.", "Squares and entropy, part 2."]
    assert "by=normal" in text and "not written here" not in text


NAMES_KEPT = r"""<!--: k = 1..K -->
<!--: y = 1..K -->
<!--: p positive distribution over k -->
$$ q_k = (1-\epsilon) \mathbb{1}[k = y] + \frac{\epsilon}{K} $$
$$ H(q, p) = -\sum_k q_k \log p_k = -(1-\epsilon) \log p_y - \frac{\epsilon}{K} \sum_k \log p_k $$
$$ \mathrm{KL}(p \| p) = \sum_k p_k \log \frac{p_k}{p_k} = 0 $$
"""


def test_pages_count_lines_as_the_terminal_does_and_have_signs_for_tex() -> None:
    text = "%: \\pi_\\theta positive distribution over a\n\\begin{align}\n|x + y|^2 &= 1 \\\\\n &= \\mathrm{KL}(p \\| q)\n\\end{align}\n"
    from derive.notes.check import check_document

    shown = check_document(document_of("notes.tex", text))
    assert [line.text for line in shown.shown[0].lines] == ["|x + y|² = 1", "= KL(p ‖ q)"]
    assert "<caption>Lines 3 to 4</caption>" in page(shown) and "#place-of[Lines 3 to 4]" in source(shown)
    assert "<li>π_θ positive distribution over a</li>" in page(shown)


def test_what_the_notes_write_with_a_name_has_that_name_in_the_theorem(tmp_path: Path) -> None:
    (tmp_path / "notes.md").write_text(NAMES_KEPT, "utf-8")
    file = tmp_path / "proofs.py"
    file.write_text(proofs(check_notes(str(tmp_path / "notes.md"))).text, "utf-8")
    one, two = (e for e in catalogue.load_file(str(file)) if isinstance(e, TheoremEntry))
    assert str(one.shows).startswith("cross_entropy(K, q, p) = -")
    assert str(one.given[0]) == "for all k: 1 <= k => k <= K => q[k] = (1 - epsilon)*[k = y] + epsilon/K"
    assert str(two.shows) == "kl(K, p, p) = 0"
    assert next([r.name for r in line.reasons] for line in two.derivation.lines) == ["kl", "xlogy_eq_mul_log"]


def test_what_does_not_check_is_named_and_left_out() -> None:
    wrong = told()
    row = wrong.shown[0].lines[1].judged[0]
    false = Row(row.sign, row.relation, row.line, Verdict("proved", reasons=(auto,)), row.step)
    left = row.step.readings[0].left
    step = Step("=", 1, 4, row.step.span, (Reading(left, left + 1, eq(left, left + 1), (0 < x, 0 < y)),))
    lines = [("proved", Row(false.sign, "=", 4, false.verdict, step))]
    report = Report((Judged(2, tuple(r for _, r in lines)),))
    text = proofs(view(wrong.document, report)).text
    assert "@theorem" not in text
    assert (
        ": the proof that was found does not check as a theorem of its own: step 1 does not follow by auto; write"
        in text
    )


LETTERS = r"""\title{Policies}
%: \pi, \pi_0 positive distribution over y
%: p joint distribution over x, z
%: p(x, z) > 0
%: Z > 0
\begin{align}
\sum_y \pi(y) \log \frac{\pi(y)}{\pi_0(y)} &= \sum_y \pi(y) \log \pi(y) - \sum_y \pi(y) \log \pi_0(y) \label{eq:two-terms}
\end{align}
\[ \log \frac{p(x, z)}{p(x)} = \log p(x, z) - \log p(x) \tag{J} \]
"""


def test_theorems_have_the_letters_of_the_notes_titles_and_the_conditions_that_they_use(tmp_path: Path) -> None:
    path = tmp_path / "policies.tex"
    path.write_text(LETTERS, "utf-8")
    made = proofs(check_notes(str(path)))
    file = tmp_path / "proofs.py"
    file.write_text(made.text, "utf-8")
    one, two = (e for e in catalogue.load_file(str(file)) if isinstance(e, TheoremEntry))
    assert [one.summary, two.summary] == ["Policies: two terms.", "Policies: J."]
    assert made.letters == ("P for the joint p", "p for p(x)")
    assert {"pi", "pi_0", "y"} <= {v.name for v in one.shows.free} | {x.name for x in letters_in(one.shows)}
    assert {str(g) for g in one.given} == {f"for all y: 1 <= y => y <= N => 0 < {x}[y]" for x in ("pi", "pi_0")}
    assert two.given and not any("Z" in str(g) for g in two.given)


@pytest.mark.parametrize(
    "verdict", [Verdict("false", "x", from_start=True), Verdict("unproved"), Verdict("proved", "algebra")]
)
def test_words_begin_with_the_verdict(verdict: Verdict) -> None:
    assert said(Row(1, "=", 1, verdict)).startswith(NAMES[verdict.kind])


def test_pages_have_the_headings_of_the_document_roots_and_signs_as_mathematics():
    from derive.notes.check import check_document
    from derive.notes.document.read import document_of
    from derive.notes.tell import html, pdf

    text = (
        "%: a > 0",
        r"\section{One \& two}",
        r"\[\sqrt{a} = a^{1/2}\]",
        r"\[\log a^2 = 2 \log a\]",
        r"\section{Three}",
        r"\[\log b^2 = 2 \log b\] \[1 \le K a + 1\]",
    )
    shown = check_document(document_of("page.tex", "\n".join(text)))
    made, source = html.page(shown), pdf.source(shown)
    assert re.findall("<h2>(.*?)</h2>", made) == ["One two", "Three"]
    assert source.index("== One two") < source.index("== Three")
    assert "<msqrt><mi>a</mi></msqrt>" in made
    assert "where 0 &lt; b" in made and "≤" in made and "&lt;= " not in made
