"""A deck file: a whole lecture, its quizzes and false claims, in every target; and each way to get it wrong, refused."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from click.testing import CliRunner
from programs import program

from derive import *
from derive.board.catalogue import find_theorem
from derive.board.wrong import slips, wrong_lines
from derive.cli import main
from derive.cli.interrupt import SAID
from derive.errors import UserError
from derive.falsify import evaluate
from derive.language.letters import a, b
from derive.record.relations import RELATIONS
from derive.slides.command import Wish
from derive.slides.deck.quiz import quiz_slide
from derive.slides.deck.template import Template
from derive.slides.lecture import read_lecture
from derive.slides.sources import read_markdown

PNG = (Path(__file__).parent.parent / "docs" / "slide.png").read_bytes()
LECTURE = """
title = "Training objectives"
author = "A. Lecturer"
date = "autumn"

[[slide]]
heading = "Why p(y)?"
text = ["We train p.", "- each token costs -log p(y)"]
speaker = "Ask who has trained a model."

[[slide]]
symbols = ["cross_entropy_is_nll"]

[[slide]]
theorem = "cross_entropy_is_nll"
expand = ["cross_entropy_one_hot"]

[[slide]]
quiz = "cross_entropy_is_nll"
line = 3
hide = "reason"

[[slide]]
quiz = "label_smoothing_residual"
line = 5
hide = "wrong"

[[slide]]
quiz = "cross_entropy_is_nll"
line = 2
hide = "order"

[[slide]]
false_claim = "absolute_value_is_additive"

[[slide]]
heading = "A picture"
picture = "slide.png"
alt = "A slide as Typst sets it."
"""


def made(tmp_path, source=LECTURE, output="deck.html", *options, file="lecture.toml"):
    (tmp_path / file).write_text(source)
    (tmp_path / "slide.png").write_bytes(PNG)
    return CliRunner().invoke(main, ["slides", str(tmp_path / file), "-o", str(tmp_path / output), *options])


def refused(tmp_path, source, file, where, says):
    """A deck file is refused in one paragraph, and nothing is written."""
    run = made(tmp_path, source, file=file)
    assert run.exit_code == 2
    assert where in run.output and says in run.output
    assert "\n" not in run.output.strip() and "Traceback" not in run.output
    assert not (tmp_path / "deck.html").exists()


def test_a_lecture_from_one_file(tmp_path):
    run = made(tmp_path)
    assert run.exit_code == 0, run.output
    page = (tmp_path / "deck.html").read_text()
    assert page.count('<section class="derive') >= 9
    for words in (
        "A. Lecturer<br>autumn",
        "Ask who has trained a model.",
        "False: ",
        "Quiz: why does the last line follow?",
    ):
        assert words in page
    assert "the indicator picks out its one term" in page  # the theorem that was opened
    assert re.search(r"What is true: .*?: <span class=\"\w+\"><span class=\"tex inline\">.*lvert", page)
    checked = CliRunner().invoke(main, ["check", str(tmp_path / "deck.html")])
    assert checked.exit_code == 0, checked.output


@pytest.mark.parametrize("output", ["deck.tex", "deck.md", "deck.ipynb", "deck.txt", "deck.typ"])
def test_a_lecture_in_each_text_target(tmp_path, output):
    run = made(tmp_path, LECTURE, output)
    assert run.exit_code == 0, run.output
    text = (tmp_path / output).read_text()
    text = "".join(map(str, json.loads(text)["cells"])) if output.endswith("ipynb") else text
    text = re.sub(r"#box\[([\w-]+)\]", r"\1", text)  # words that Typst does not break
    for words in ("Why", "Notation", "Quiz", "the one-hot target", "1.040"):
        assert words in text
    assert re.search(r"the cross-entropy of the model\W.*?under the target", text)  # what the letters stand for


def test_what_is_of_no_theorem_bears_no_theorems_digest_in_beamer(tmp_path):
    assert made(tmp_path, LECTURE, "deck.tex").exit_code == 0
    from_where = ""
    seen = set()
    for line in (tmp_path / "deck.tex").read_text().splitlines():
        if said := re.fullmatch(r"\\derivefrom\{(.*)\}", line):
            from_where = said[1]
        elif title := re.match(r"\\frametitle\{(False|Quiz|A picture|Summed)", line):
            seen.add((title[1], bool(from_where)))
    assert seen == {("False", False), ("Quiz", False), ("A picture", False), ("Summed", True)}


@pytest.mark.parametrize("output", ["deck.pdf", "deck.pptx"])
def test_a_lecture_in_each_target_of_the_extra(tmp_path, output):
    pytest.importorskip("typst", reason="pip install '.[slides]' in derive's folder")
    run = made(tmp_path, LECTURE, output)
    assert run.exit_code == 0, run.output
    assert (tmp_path / output).stat().st_size > 10_000


def test_students_get_no_answers(tmp_path):
    assert made(tmp_path, LECTURE, "students.html", "--handout").exit_code == 0
    assert made(tmp_path, LECTURE, "teacher.html", "--handout", "--answers").exit_code == 0
    assert made(tmp_path, LECTURE, "paper.typ", "--handout").exit_code == 0
    paper = (tmp_path / "paper.typ").read_text()
    assert r"A. Lecturer \ autumn" in paper
    assert paper.count("whole: true") == paper.count("  heading: [")  # none of them is parted by a page
    students, teacher = ((tmp_path / f"{who}.html").read_text() for who in ("students", "teacher"))
    for answer in ("In the order ", "Because: ", "the left side is ", "What is true: "):
        assert answer in teacher and answer not in students


def test_a_false_claim_about_parameters_says_which_there_are_and_what_is_true(tmp_path):
    source = 'title = "a"\n[[slide]]\nfalse_claim = "penalty_does_not_move_the_best_policy"\n'
    quiz = '[[slide]]\nheading = "And now?"\nquiz = "cross_entropy_is_nll"\nline = 2\n'
    assert made(tmp_path, source + quiz, "deck.txt").exit_code == 0
    said = (tmp_path / "deck.txt").read_text()
    assert "False at capital theta equals open brace 0 comma 1 close brace" in said
    assert "the left side is {0}, the right side {0, 1}" in said
    true = said.split("What is true: ")[1]
    assert "equals the arg min over theta of the KL divergence" in true and "given" in true
    assert said.count("And now?\n\nQuiz: what is the next line?") == 1  # no question is among the contents


SEVERAL = """
[[slide]]
heading = "Larger"
theorems = ["left_le_maximum", "right_le_maximum"]
[[slide]]
heading = "Gibbs"
theorems = ["kl_nonneg", "kl_eq_zero_iff"]
detail = "claim"
"""


def test_two_short_theorems_stand_on_one_slide(tmp_path):
    """Each under what it says, the second at a click; a deck with them is checked, and other targets have a slide for each."""
    says = [find_theorem(name).summary.rstrip(".") for name in ("left_le_maximum", "kl_eq_zero_iff")]
    for output, slides, options in (("deck.html", 2, ()), ("deck.html", 2, ("--handout",)), ("deck.tex", 4, ())):
        assert made(tmp_path, SEVERAL, output, *options).exit_code == 0
        page = (tmp_path / output).read_text().replace("&#x27;", "'")
        assert page.count('<section class="derive"' if output == "deck.html" else r"\frametitle{") == slides
        assert all(words in page for words in says)
        assert output == "deck.html" or page.count(r"\frametitle{Larger}") == 2  # the author's heading, above each
        checked = CliRunner().invoke(main, ["check", str(tmp_path / output)])
        assert "4 derivations, " in checked.output and checked.exit_code == 0, checked.output
    assert made(tmp_path, SEVERAL, "deck.typ").exit_code == 0
    source = (tmp_path / "deck.typ").read_text()
    assert source.count("#slide(") == 2 and source.count("subheading: ") == 4
    assert re.findall("opens: [0-9]+", source) == ["opens: 4", "opens: 1"]  # behind the lines of the first


QUIZZES = """
[[slide]]
theorem = "label_smoothing_mixture"
[[slide]]
quiz = "label_smoothing_mixture"
line = 2
[[slide]]
quiz = "cross_entropy_is_nll"
line = 2
[[slide]]
quiz = "cross_entropy_is_nll"
line = 2
hide = "order"
"""


def test_a_quiz_goes_on_from_nothing(tmp_path):
    """On paper it is a piece of its own, and aloud all its lines are said, also of a theorem that was shown before."""
    assert made(tmp_path, QUIZZES, "students.html", "--handout").exit_code == 0
    paper = (tmp_path / "students.html").read_text()
    headings = re.findall(r'<h\d class="heading">(.*?)</h', paper)
    assert headings[1:] == ["Quiz: what is the next line?"] * 2 + ["Quiz: in which order do these lines follow?"]
    assert [len(re.findall('class="row"', part)) for part in paper.split('<section class="derive"')[2:]] == [1, 1, 5]
    assert made(tmp_path, QUIZZES, "deck.txt").exit_code == 0
    first, *asked = (tmp_path / "deck.txt").read_text().split("Quiz: ")
    assert first.count("Reason: ") == len(find_theorem("label_smoothing_mixture").derivation.lines)
    assert [part.count("Start with") for part in asked] == [1, 1, 1]
    assert [part.count("Reason: ") for part in asked] == [2, 2, 4]


# --- wrong lines -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "number", "wrong"),
    [
        ("label_smoothing_residual", 4, [4, 5]),
        ("exercise_1_score_two_tokens", 3, [3, 4, 5]),
        ("residual_zero_iff", 4, [4]),
    ],
)
def test_of_the_lines_of_a_quiz_one_is_wrong(name, number, wrong):
    """It does not follow at the numbers that are shown; what is shown after it follows from it, and what does not is left out."""
    d = find_theorem(name).derivation
    terms, found = wrong_lines(d, number)
    assert list(terms) == wrong
    assert all(evaluate(g, found.model) is True for g in d.given)
    shown = [d.lines[number - 2].term, *terms.values()]
    follows = [
        evaluate(RELATIONS[line.relation].statement(before, after), found.model)
        for line, before, after in zip(d.lines[number - 1 :], shown, shown[1:], strict=False)
    ]
    assert follows == [False, *[True] * (len(wrong) - 1)]
    slide = quiz_slide(d, number, "wrong", Wish().choice(), Template(), (), terms)
    assert slide.steps[-1].number == wrong[-1]
    assert all(s.label == str(s.number or "") for s in slide.steps)


@theorem(shows=Eq(a * 0 + 0 * b, 0 * a))
def nothing_is_wrong(calc):
    calc.eq(0 * a, by=ring)


def test_a_slip_that_is_true_is_not_shown_as_wrong():
    assert next(slips(a + b)) == a - b
    with pytest.raises(UserError, match="no slip in line 1 of nothing_is_wrong was refuted by numbers"):
        wrong_lines(nothing_is_wrong.derivation, 1)


def test_a_quiz_asks_the_same_on_slides_of_any_size():
    """With its conditions, also where it begins with a later line; lines that do not fit are refused, and fewer can be chosen."""
    d = find_theorem("residual_zero_iff").derivation
    few = Wish(first=2, last=4).choice()
    orders = set()
    for t in (Template("16:9"), Template("4:3")):
        assert all(quiz_slide(d, 4, hide, Wish().choice(), t).given for hide in ("line", "reason"))
        slide = quiz_slide(d, 4, "order", few, t)
        start, *shuffled = slide.steps
        assert slide.given and start.number == 1
        named = slide.later[0].words[1].split(", ")
        assert [s.number for x in named for s in shuffled if s.label == x] == [2, 3, 4]
        orders.add(tuple(s.number for s in shuffled))
    assert len(orders) == 1 and (2, 3, 4) not in orders
    with pytest.raises(UserError, match=r"lines 1 to 5 of label_smoothing_mixture do not fit .* to = 3"):
        quiz_slide(find_theorem("label_smoothing_mixture").derivation, 4, "order", Wish().choice(), Template("4:3"))
    with pytest.raises(UserError, match="no order to find"):
        quiz_slide(d, 2, "order", Wish(first=2, last=2).choice(), Template())


# --- what is refused -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "line", "says"),
    [
        ('[[slide]]\ntheorem = "nowhere"', 1, "nowhere"),
        ('title = "x"\n\n[[slide]]\nheading = "a"\n[[slide]]\nquiz = "cross_entropy_is_nll"', 5, "a quiz needs line = N"),
        ('[[slide]]\nquiz = "cross_entropy_is_nll"\nline = 3\nhide = "all"', 1, "hide = one of line, reason, wrong, order"),
        ('[[slide]]\nquiz = "cross_entropy_is_nll"\nline = 9', 1, "has the lines 1 to 4; line 9 is not among"),
        ('[[slide]]\nheading = "a"\npicture = "none.png"\nalt = "b"', 1, "there is no picture none.png"),
        ('[[slide]]\nheading = "a"\npicture = "slide.png"', 1, "go together; write both"),
        ('[[slide]]\nheading = "a"\npicture = "lecture.toml"\nalt = "b"', 1, "must be a PNG file"),
        ('[[slide]]\nheading = "a"\ntext = ["Some words.", ' + '"More words.", ' * 12 + ']', 1, "% of the room that a slide at 16:9 has"),
        ('[[slide]]\nheading = "a"\ntext = ["' + 100 * "a" + '"]', 1, "in the text is wider than the slide; break it"),
        ('[[slide]]\nheading = "' + 50 * "words " + '"', 1, "the heading takes more than 4 lines"),
        ('[[slide]]\nheading = 3', 2, "heading must be text in quotation marks, not 3"),
        ('[[slide]]\nheading = "a"\ntext = "b"', 3, "text must be a list of texts"),
        ('[[slide]]\ntheorem = "kl_nonneg"\ncolour = { p = "blue" }', 3, 'such as colour = ["log p(y)=blue"]'),
        ('[[slide]]\ntheorem = "kl_nonneg"\nplot = 1', 3, "plot must be true or false"),
        ('[[slide]]\ntheorem = "kl_nonneg"\n\nexpnd = ["x"]', 4, "a slide with theorem has no expnd; did you mean expand?"),
        ('[[slide]]\ntheorm = "kl_nonneg"', 2, "a slide has no theorm; did you mean theorem?"),
        ('[[slide]]\ntheorem = "kl_nonneg"\nquiz = "x"', 1, "this slide has theorem and quiz"),
        ('[[slide]]\nspeaker = "x"', 1, "says nothing of what stands on it"),
        ('[[slide]]\ntheorem = "kl_nonneg"\nexpand = ["entropy"]', 1, "entropy"),
        ('[[slide]]\nfalse_claim = "kl_nonneg"', 1, "kl_nonneg is proved"),
        ('[[slide]]\ntheorem = "cross_entropy_one_hot"\ngiven = "none.toml"', 1, "none.toml"),
        ('[[slide]]\ntheorem = "cross_entropy_one_hot"\ndetail = "wall"', 1, "no level of detail"),
        ('[[slide]]\ntheorems = ["kl_nonneg", "kl_eq_zero_iff"]', 1, "needs a heading, which all of them"),
        ('[[slide]]\nheading = "a"\ntheorems = ["kl_nonneg"]', 1, "names two or more theorems"),
        ('[[slide]]\nheading = "a"\ntheorems = ["kl_nonneg", "cross_entropy_one_hot"]', 1, "do not fit on one slide"),
        ('[[slide]]\nheading = "a"\ntheorems = ["kl_nonneg", "kl_eq_zero_iff"]', 1, "is proved in 3 parts"),
    ],
)  # fmt: skip
def test_a_deck_file_that_is_wrong_is_one_paragraph_with_its_line(tmp_path, source, line, says):
    refused(tmp_path, source, "lecture.toml", f"lecture.toml:{line}: ", says)


LETTERS = '[[slide]]\nheading = "Letters"\ntext = ["The loss ℓ and its slope ∇f, ẑ, pₖ, xⁿ, ℝ and 𝔼, a ≈ b, é."]\n'


def test_letters_of_mathematics_are_written_and_what_no_font_has_is_refused(tmp_path):
    assert made(tmp_path, LETTERS, "deck.tex").exit_code == 0
    source = (tmp_path / "deck.tex").read_text()
    assert all(x in source for x in (r"\ell", r"\nabla", "p_k", "x^n", r"\mathbb{R}", r"\mathbb{E}", "é"))
    assert "U+" not in source
    for words in (LETTERS.replace("é", "中"), LETTERS.replace("Letters", "中"), 'title = "中"\n' + LETTERS):
        run = made(tmp_path, words, "no.tex")
        assert "lecture.toml:1: in beamer there is no font with 中; write it otherwise" in run.output
        assert run.exit_code == 2 and not (tmp_path / "no.tex").exists()
        assert made(tmp_path, words, "deck.html").exit_code == 0


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("title = 'x'", "a deck file has slides"),
        ("titel = 'x'\n[[slide]]\nheading = 'a'", "lecture.toml:1: a deck has no titel; did you mean title?"),
        (
            f"title = '{50 * 'words '}'\n[[slide]]\nheading = 'a'",
            "lecture.toml:1: the title takes more than four lines",
        ),
        ("title = 3\n[[slide]]\nheading = 'a'", "title must be text"),
        ("slide = 3", "a deck file has slides"),
        ("slide = [3]", "a slide is a table"),
        ("[[slide\n", "this is not TOML"),
    ],
)
def test_a_file_that_is_no_deck_file(tmp_path, source, says):
    run = made(tmp_path, source)
    assert run.exit_code == 2 and says in run.output and not (tmp_path / "deck.html").exists()


@pytest.mark.parametrize(
    "options",
    [["--expand", "1"], ["--title", "x"], ["--from", "2"], ["--given", "x.toml"], ["--plot"], ["--detail", "claim"]],
)
def test_options_that_a_deck_file_says_itself(tmp_path, options):
    run = made(tmp_path, LECTURE, "deck.html", *options)
    assert run.exit_code == 2 and not (tmp_path / "deck.html").exists()


# --- as Markdown -----------------------------------------------------------------------------------------------------

MARKDOWN = """---
title: Training objectives
author: A. Lecturer
date: "autumn"
---

# Why p(y)?

We **train**
p.

- each token costs $-log p(y)$

<!-- Ask who has
trained a model. -->

```derive
symbols = ["cross_entropy_is_nll"]
```

# The headline

```derive
theorem = "cross_entropy_is_nll"
expand = ["cross_entropy_one_hot"]
```

```derive
quiz = "cross_entropy_is_nll"
line = 3
hide = "reason"
```

## A pitfall

```derive
false_claim = "absolute_value_is_additive"
```

---

# A picture

![A slide as Typst sets it.](slide.png)
"""


def test_a_lecture_in_markdown_says_what_it_says_in_toml(tmp_path):
    (tmp_path / "lecture.md").write_text(MARKDOWN)
    read = read_lecture(str(tmp_path / "lecture.md"))
    assert (read.title, read.subtitle) == ("Training objectives", "A. Lecturer\nautumn")
    assert [item.kind for item in read.items] == ["heading", "symbols", "theorem", "quiz", "false_claim", "heading"]
    assert read.items[0].entry == {
        "heading": "Why p(y)?",
        "text": ["We **train** p.", "- each token costs -log p(y)"],
        "speaker": "Ask who has trained a model.",
    }
    assert read.items[2].entry["heading"] == "The headline" and "heading" not in read.items[3].entry
    run = made(tmp_path, MARKDOWN, file="lecture.md")
    assert run.exit_code == 0, run.output
    page = (tmp_path / "deck.html").read_text()
    for words in ("The headline", "Quiz: why does", "A slide as Typst sets it."):
        assert words in page
    # a heading stands as it was written: what is false is the claim, in its own words below
    assert re.search(r'class="heading">(<span [^>]*>)?A pitfall<', page)
    assert re.search(r'class="subheading">False: ', page)
    assert CliRunner().invoke(main, ["check", str(tmp_path / "deck.html")]).exit_code == 0


BLOCK = "# a\n```derive\n{}\n```\n"


@pytest.mark.parametrize(
    ("source", "line", "says"),
    [
        ("---\ntitel: x\n---\n# a\n", 2, "a deck has no titel; did you mean title?"),
        ("---\ntitle\n---\n# a\n", 2, "lines such as title: "),
        ("---\ntitle: x\n# a\n", 1, "the line --- that ends"),
        ("words\n", 1, "stand under no heading"),
        ("# a\n```derive\ntheorem = 'kl_nonneg'\n", 2, "this block does not end; write ``` below it"),
        ("# a\n```python\nx = 1\n```\n", 2, "a block of python is not shown on slides"),
        ("# a\n<!-- b\n", 2, "this comment does not end"),
        ("# a\n\n$\\log p$ falls\n", 3, "formulas are written plainly"),
        ("# a\n\nsee [b](https://example.org)\n", 3, "a link is not shown on slides"),
        ("# a\n![b](none.png)\n", 1, "there is no picture none.png"),
        ("# a\n![](slide.png)\n", 1, "go together; write both"),
        (BLOCK.format("theorem = 'nowhere'"), 2, "nowhere"),
        (BLOCK.format("theorm = 'kl_nonneg'"), 3, "did you mean theorem?"),
        (BLOCK.format("theorem = 'kl_nonneg'\nexpnd = ['x']"), 4, "did you mean expand?"),
        (BLOCK.format("a = 1\ntheorem = \nb = 1"), 4, "this is not TOML: Invalid value"),
        (BLOCK.format("quiz = 'kl_nonneg'"), 2, "a quiz needs line = N"),
        (BLOCK.format("theorem = 'kl_nonneg'\nline = 1\ntheorem = 'x'"), 5, "theorem is written twice; keep one"),
        (BLOCK.format("theorem = kl_nonneg"), 3, 'in quotation marks; write theorem = "kl_nonneg"'),
        (BLOCK.format("quiz = 'kl_nonneg'\nplot = True"), 4, "in small letters; write plot = true"),
        (BLOCK.format("# theorem"), 2, "this block is empty"),
        (
            "---\ntitle: x\nnotation: nope.toml\n---\n# a\n" + BLOCK.format("theorem = 'kl_nonneg'"),
            3,
            "nope.toml: there is no such file",
        ),
        ("---\ntitle: x\ntemplate: nope.toml\n---\n# a\n", 3, "there is no such file"),
        ("# a\n\n| x | y |\n|---|---|\n", 3, "a table is not shown"),
        ("# a\n\nx | y\n--|--\n", 4, "a table is not shown"),
        ("# a\n\n> said\n", 3, "a quotation is not shown"),
        ("# a\n\n- one\n  - two\n", 4, "a list in a list is not shown"),
        ("# a\n\nsee `x`\n", 3, "code is not shown"),
        ("# a\n\n\\frac{1}{2} of all\n", 3, "formulas are written plainly"),
        ("# a\n\nb\u202ec\n", 3, "here stands U+202E, a character that is not seen"),
        (BLOCK.format("theorem = 'kl_nonneg'\nheading = \"a\\u0000\""), 4, "here stands U+0000"),
        (BLOCK.format("theorem = 'kl_nonneg'\nexpand = ['chain_rule']"), 2, "expand chain_rule: no line"),
    ],
)
def test_a_markdown_deck_that_is_wrong_is_one_paragraph_with_its_line(tmp_path, source, line, says):
    refused(tmp_path, source, "lecture.md", f"lecture.md:{line}: ", says)


@pytest.mark.parametrize(
    ("words", "plain"),
    [
        ("**a** and *b*", "a and b"),
        ("2*3*4 and x * y * z", "2*3*4 and x * y * z"),
        ("it costs $5 or $6", "it costs $5 or $6"),
        ("$p(y)$ falls", "p(y) falls"),
        ("_a_, __b c__, x_t and y_t", "a, b c, x_t and y_t"),
    ],
)
def test_emphasis_and_dollars(words, plain):
    assert read_markdown("x.md", f"# {words}\n").entries[0].data == {"heading": plain}


def test_items_with_numbers_stand_on_lines_of_their_own():
    text = "# a\n\n1. one\n   goes on\n2. two\n\nIt is less than\n3. So\n1) first\n2) second\n- dot\n"
    assert read_markdown("x.md", text).entries[0].data["text"] == [
        "1. one goes on", "2. two", "It is less than 3. So", "1) first", "2) second", "- dot",
    ]  # fmt: skip


def test_strong_words_are_bold_and_a_letter_alone_is_a_word(tmp_path):
    source = "# Lists\n\n- a\n- **strong p(y)** and __so__ *it* is, 2**3**4\n"
    for output, bold in (
        ("deck.html", "<strong>%s</strong>"),
        ("deck.tex", r"\textbf{%s}"),
        ("deck.typ", "#strong[%s]"),
    ):
        assert made(tmp_path, source, output, file="lecture.md").exit_code == 0
        page = (tmp_path / output).read_text()
        assert bold % "strong " in page and bold % "so" in page
    assert ">a</li>" in (tmp_path / "deck.html").read_text()


# --- watched ---------------------------------------------------------------------------------------------------------


def test_a_deck_is_made_again_when_it_is_saved_and_a_browser_hears_of_it(tmp_path):
    file, deck = tmp_path / "lecture.md", tmp_path / "deck.html"
    file.write_text("# One\n")
    command = [sys.executable, "-m", "derive.cli", "slides", str(file), "-o", str(deck), "--watch"]
    with program(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as run:
        said = run.stdout
        assert "wrote" in said.readline()
        address = re.match(r"http://127\.0\.0\.1:\d+/", said.readline())[0]
        assert urlopen(address + "deck").read() == deck.read_bytes()
        assert b"<iframe" in urlopen(address).read() and b"/made" not in deck.read_bytes()
        with pytest.raises(HTTPError):
            urlopen(Request(address + "deck", headers={"Host": "elsewhere"}))
        file.write_text("# Two\n\n```derive\n")
        assert "lecture.md:3: this block does not end" in said.readline()
        assert ">One</h" in deck.read_text()
        file.write_text("# Three\n")
        assert "wrote" in said.readline()
        assert urlopen(address + "made?1").read() == b"2"
        assert b">Three</h" in urlopen(address + "deck").read()
        run.send_signal(signal.SIGINT)
        assert (run.wait(20), said.read()) == (130, f"{SAID}\n")


HOSTILE = "<script>alert(1)</script> \\\\input{/etc/passwd} #read(1) ${{x}} `y` | z"


@pytest.mark.parametrize(
    ("output", "alive"),
    [
        ("deck.html", "<script>alert"),
        ("deck.tex", "\\input{/etc"),
        ("deck.md", "<script>alert"),
        ("deck.typ", "[#read("),
        ("deck.ipynb", "# <script>alert"),
    ],
)
def test_hostile_text_is_shown_as_it_is(tmp_path, output, alive):
    source = f'title = "{HOSTILE}"\n[[slide]]\nheading = "{HOSTILE}"\ntext = ["{HOSTILE}", "- {HOSTILE}"]\nspeaker = "{HOSTILE}"\n'
    assert made(tmp_path, source, output).exit_code == 0
    assert alive not in (tmp_path / output).read_text()
