"""The handout: contents, numbered theorems that cite each other, false claims, index; for TeX, without TeX, and for the browser."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner
from needs import need

from derive.board.catalogue import subject_entries, theorems
from derive.board.opened import presented
from derive.cli import main
from derive.cli.handout import _refuted
from derive.errors import MisreadError
from derive.handout.course import course
from derive.handout.html import page
from derive.handout.latex import document
from derive.handout.sheets import refuse_wrong, sheets
from derive.handout.typst import pdf
from derive.render.formula.nodes import Symbol
from derive.render.formula.notation import load_notation
from derive.values import replace

SUBJECTS = ("cross_entropy", "perplexity")


@pytest.fixture(scope="module")
def made():
    sections = []
    for subject in SUBJECTS:
        chosen = [(e.name, *presented(e.derivation)) for e in theorems(subject)]
        false = [_refuted(e) for e in subject_entries(subject) if e.kind == "false claim"]
        sections.append((subject.replace("_", " ").capitalize(), chosen, false))
    return course("A course", sections, load_notation(None), author="A. <Lecturer> & Co")


@pytest.fixture(scope="module")
def tex(made):
    return document(made, lambda name: None)


@pytest.fixture(scope="module")
def html(made):
    return page(made, sheets(made))


def names(made):
    return [t.derivation.name for t in made.theorems]


def test_theorems_are_numbered_through_and_cite_each_other_by_number(made, tex, html):
    numbers = {name: n for n, name in enumerate(names(made), 1)}
    assert numbers == {t.derivation.name: t.number for t in made.theorems} and len(numbers) > 8
    cited = f"the summed cross-entropy is the negative log-likelihood (Theorem {numbers['cross_entropy_is_nll']})"
    assert cited in " ".join(tex.split()) and cited in html
    for name, n in numbers.items():
        assert rf"\label{{derive:{name}}}\textbf{{Theorem {n}}}" in tex and f'<article id="theorem-{n}">' in html


def test_what_the_author_opens_stands_open(html):
    headline = html[html.index("Summed over a sequence, one-hot", html.index("<article")) :]
    assert "the indicator picks out its one term" in headline[: headline.index("</article>")]


def test_contents_notation_false_claims_and_index(made, tex, html):
    assert r"\tableofcontents" in tex and tex.count(r"\addcontentsline{toc}{subsection}") == len(names(made))
    assert tex.count("it is false that") + tex.count("It is false that") == len(made.refuted) >= 4
    assert html.count("<h3>False: ") == len(made.refuted)
    assert "What is true: With a one-hot target, cross-entropy is the surprisal of the true token (Theorem 1)." in html
    links = re.findall(r'href="#([\w-]+)"', html)
    assert set(links) <= set(re.findall(r'id="([\w-]+)"', html))
    for name in names(made):
        assert f"<li><code>{name}</code>: Theorem" in html
    assert [words for words, _, _ in made.entries()] == sorted((w for w, _, _ in made.entries()), key=str.casefold)


def test_the_web_page_is_well_formed_escaped_and_needs_nothing(html):
    ElementTree.fromstring(html.removeprefix("<!DOCTYPE html>").replace('<meta charset="utf-8">', "").replace(
        '<meta name="viewport" content="width=device-width, initial-scale=1">', ""))  # fmt: skip
    assert "A. &lt;Lecturer&gt; &amp; Co" in html
    assert not re.search(r"<script|<link|src=|https?://(?!www\.w3\.org)", html)
    assert r"A. $<$Lecturer$>$ \& Co" not in html


@pytest.mark.parametrize("target", ["mathml", "typst"])
def test_a_formula_that_is_not_what_was_proved_is_refused(made, target):
    drawn = dict(sheets(made))
    refuse_wrong(made, drawn, target)
    name = names(made)[0]
    first, *rest = drawn[name]
    step = replace(first.steps[-1], parts=(Symbol("0", "num"),))
    with pytest.raises(MisreadError, match=name):
        refuse_wrong(made, drawn | {name: (replace(first, steps=(*first.steps[:-1], step)), *rest)}, target)
    refuted = made.refuted[0].name
    with pytest.raises(MisreadError, match=refuted):
        refuse_wrong(made, drawn | {refuted: (replace(drawn[refuted][0], claim=first.claim),)}, target)


def test_the_pdf_has_bookmarks_tags_and_readable_reasons(made, tmp_path):
    data = pdf(made, sheets(made))
    assert data.startswith(b"%PDF") and b"/StructTreeRoot" in data and b"pdfuaid" in data
    (tmp_path / "c.pdf").write_bytes(data)
    text = subprocess.run(
        [need("pdftotext", "poppler-utils"), tmp_path / "c.pdf", "-"], capture_output=True, text=True, check=True
    ).stdout
    assert "Theorem 3. Summed over a sequence" in text and "A. <Lecturer> & Co" in text
    fonts = subprocess.run(
        [need("pdftohtml", "poppler-utils"), "-xml", "-stdout", tmp_path / "c.pdf"],
        capture_output=True,
        text=True,
        check=True,
    )
    size = {m[1]: int(m[2]) for m in re.finditer(r'<fontspec id="(\d+)" size="(\d+)"', fonts.stdout)}
    reason = re.search(r'font="(\d+)">definition of cross-entropy', fonts.stdout)
    assert reason is not None and size[reason[1]] >= 9


def test_no_page_of_the_pdf_ends_with_what_belongs_to_the_next(tmp_path):
    chosen = [(e.name, *presented(e.derivation)) for e in theorems("cross_entropy") + theorems("softmax")]
    made = course("A course", [("Losses", chosen, [])], load_notation(None))
    (tmp_path / "c.pdf").write_bytes(pdf(made, sheets(made)))
    run = [need("pdftotext", "poppler-utils"), "-layout", tmp_path / "c.pdf", "-"]
    text = subprocess.run(run, capture_output=True, text=True, check=True).stdout
    pages = [[line.strip() for line in page.splitlines() if line.strip()] for page in text.split("\f")[:-1]]
    assert len(pages) > 5 and all(page[-1].isdigit() for page in pages)
    begun = re.compile(r"(Theorem [0-9]+\.(?!.*\. \.)|Given|Claim|Assume|First|Next|Then)\b|\w+_\w+$")
    assert not [page[-2] for page in pages if begun.match(page[-2])]


def test_a_theorem_that_says_nothing_in_words_has_one_heading_in_the_contents_and_above_it():
    e = theorems("perplexity")[0]
    d, shape = presented(e.derivation)
    made = course("A course", [("Losses", [(e.name, d._replace(summary=""), shape)], [])], load_notation(None))
    said = e.name.replace("_", " ").capitalize()
    shown = page(made, sheets(made))
    assert f"Theorem 1</a>. {said}</li>" in shown and f"<h3>Theorem 1. {said}</h3>" in shown
    assert rf"\numberline{{1}}{said}" in document(made, lambda name: None)


def test_small_formulas_in_the_names_of_definitions_are_mathematics():
    smoothed = [e for e in theorems("label_smoothing") if e.name == "smoothed_off_eq_smoothed"]
    chosen = [(e.name, *presented(e.derivation)) for e in smoothed]
    tex = document(course("A course", [("Targets", chosen, [])], load_notation(None)), lambda name: None)
    assert ", the smoothed target, $V - 1$ convention: " in tex and ", the smoothed target, $V$ convention " in tex


def test_the_document_compiles(tex, tmp_path):
    (tmp_path / "course.tex").write_text(tex, "utf-8")
    run = [need("pdflatex", "texlive-latex-base"), "-interaction=nonstopmode", "-halt-on-error", "course.tex"]
    for _ in range(2):
        done = subprocess.run(run, cwd=tmp_path, capture_output=True, text=True, errors="replace", check=False)
        assert done.returncode == 0, done.stdout[-2000:]
    assert "Overfull" not in done.stdout and "undefined" not in done.stdout


OWN = """from derive import *
from derive.language.letters import *
from derive.values import replace

@theorem(shows=Eq(a * (b + 1), a * b + a))
def distributed(calc):
    "Multiply <i>out</i>."
    calc.eq(a * b + a, by=ring)
"""


def test_a_theorem_of_a_file_and_a_subject_in_one_handout(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("own.py").write_text(OWN)
    done = CliRunner().invoke(
        main, ["handout", "own.py::distributed", "perplexity", "--title", "Week 7", "-o", "c.html"]
    )
    assert done.exit_code == 0 and re.match(r"wrote c.html: \d+ theorems, 2 sections", done.output)
    shown = Path("c.html").read_text("utf-8")
    assert "<h1>Week 7</h1>" in shown and "Multiply &lt;" in shown and "<i>out</i>" not in shown


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        (
            "cross_entropy -o c.pptx",
            "c.pptx: a handout ends in .tex, .pdf or .html; slides are written by 'derive slides'",
        ),
        ("-o c.tex", "say what is in the handout: subjects and theorems, or --all"),
        ("--all perplexity -o c.tex", "say what is in the handout"),
        ("nothing_of_the_kind -o c.tex", "nothing_of_the_kind"),
        ("kl_nonneg --notation nowhere -o c.tex", "there is no notation called nowhere"),
        ("smoothing_always_raises_the_loss -o c.tex", "is a false claim, it has no derivation"),
    ],
)
def test_a_wrong_call_is_answered_in_one_paragraph_and_writes_nothing(asked, says, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(main, ["handout", *asked.split()])
    assert done.exit_code == 2 and says in done.output and len(done.output.strip().splitlines()) == 1
    assert not list(tmp_path.iterdir())
