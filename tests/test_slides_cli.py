"""derive slides and derive show --as TARGET, as a lecturer types them; and how wrong calls are answered."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from needs import need

from derive.cli import main
from derive.slides.targets import TARGETS

ROOT = Path(__file__).resolve().parent.parent
HEADLINE = "cross_entropy_is_nll"


def run(*arguments: str):
    return CliRunner().invoke(main, arguments)


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("target", TARGETS.values(), ids=lambda t: t.name)
def test_the_ending_says_of_which_kind_the_deck_is(target) -> None:
    result = run("slides", HEADLINE, "-o", f"lecture{target.ending}")
    assert result.exit_code == 0, result.output
    assert result.output.startswith("wrote lecture")
    assert "1 derivation, 2 slides, 7 lines" in result.output
    assert any(Path().iterdir())


@pytest.mark.parametrize("target", TARGETS)
def test_the_kind_can_be_named(target: str) -> None:
    assert run("slides", HEADLINE, "-o", "lecture", "--as", target).exit_code == 0


@pytest.mark.parametrize("target", ["beamer", "html", "markdown", "typst", "pptx", "speech"])
def test_a_piece_for_slides_that_there_are(target: str) -> None:
    result = run("show", HEADLINE, "--as", target, "--fragment")
    assert result.exit_code == 0
    assert result.output.strip()
    assert run("show", HEADLINE, "--as", target, "--from", "2", "--to", "3", "-o", "piece.txt").exit_code == 0
    assert Path("piece.txt").read_text("utf-8") != result.output


def test_a_subject_stands_for_its_theorems() -> None:
    result = run("slides", "perplexity", "-o", "x.html", "--title", "Perplexity", "--subtitle", "Week 7")
    assert "5 derivations" in result.output
    page = Path("x.html").read_text("utf-8")
    assert "<h1>Perplexity</h1>" in page
    assert "Week 7" in page


TWO = """
from derive import *
from derive.language.letters import a, b

@theorem(shows=Eq(a + a, 2 * a))
def twice(calc):
    \"""Twice a.\"""
    calc.eq(2 * a, by=ring)

@false_claim(claims=Eq(a + b, a - b))
def no_sign():
    \"""A sign is lost.\"""

@theorem(shows=Eq(b - b, 0))
def nothing(calc):
    \"""Nothing is left.\"""
    calc.eq(0, by=ring)
"""


def test_a_file_beside_it_is_not_taken_for_a_module_of_pythons() -> None:
    Path("two.py").write_text(TWO, "utf-8")
    for name in ("json.py", "string.py"):
        Path(name).write_text("mine = 1\n", "utf-8")
    for words in (["check", "two.py"], ["slides", "two.py", "-o", "two.html"]):
        code = f"import sys; sys.path.pop(0); sys.path.insert(0, {str(ROOT)!r}); from derive.cli import main; main({words})"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("slides two.py -o two.md", "wrote two.md: 2 derivations, 2 slides, 4 lines"),
        ("slides two.py -o {name}.md", "wrote nothing.md: 1 derivation"),
        ("show two.py", "twice\n  Twice a.\n"),
        ("show two.py --as beamer", "two.py::nothing claim"),
        ("handout two.py -o two.tex", "wrote two.tex: 2 theorems, 1 section"),
        ("find two.py", "twice: every line has its reason\nnothing: every line has its reason\n"),
        ("certify two.py", "2 certificates written"),
    ],
)
def test_a_file_stands_for_the_theorems_in_it_in_their_order(words: str, says: str) -> None:
    Path("two.py").write_text(TWO, "utf-8")
    done = run(*words.split())
    assert done.exit_code == 0, done.output
    assert says in done.stdout
    assert done.stdout.find("twice") <= done.stdout.find("nothing")
    refused = run("show", "two.py", "--standalone", "--as", "latex")
    assert refused.exit_code == 2 and "derive handout two.py -o FILE" in refused.stderr


def test_the_same_call_gives_the_same_bytes() -> None:
    for target in ("html", "beamer", "markdown", "typst", "notebook", "speech"):
        ending = TARGETS[target].ending
        run("slides", HEADLINE, "-o", f"a{ending}")
        run("slides", HEADLINE, "-o", f"b{ending}")
        assert Path(f"a{ending}").read_bytes() == Path(f"b{ending}").read_bytes()


@pytest.mark.parametrize(
    ("call", "answer"),
    [
        ("nope -o x.html", "there is no theorem 'nope'"),
        (f"{HEADLINE} -o x.xyz", "no slides are written with the ending .xyz; there are .html, .pptx, .tex"),
        (f"{HEADLINE} -o folder/x.html", "the folder folder does not exist"),
        (f"{HEADLINE} -o x.html --from 9", "has lines 1 to 6; there is no line 9"),
        (f"{HEADLINE} -o x.html --from 3 --to 2", "line 3 comes after line 2"),
        (f"{HEADLINE} chain_rule -o x.html --from 1", "--from and --to choose lines of one derivation"),
        (f"{HEADLINE} {HEADLINE} -o x.html", "is named twice"),
        (f"{HEADLINE} -o x.html --detail full --to 2", "leave out --detail full"),
        (f"{HEADLINE} -o x.html --flavour marp", "html has no flavours; --flavour is for typst (plain, touying) and"),
        (f"{HEADLINE} -o x.md --flavour powerpoint", "its flavours are quarto, marp, slidev"),
        (f"{HEADLINE} -o x.html --into y.pptx", "write one with -o FILE.pptx"),
        (f"{HEADLINE} -o x.pptx --into nowhere.pptx", "nowhere.pptx: there is no such file"),
        (f"{HEADLINE} -o x.pptx --into course.toml", "course.toml: this is not a PowerPoint presentation"),
        (f"{HEADLINE} -o x.pptx --after 3", "--after goes with --into"),
        ("chain_rule -o x.html --plot", "there is no plot for chain_rule"),
        (f"{HEADLINE} -o x.html --given nowhere.toml", "there is no such file"),
        (f"{HEADLINE} -o x.html --template nowhere.toml", "the template nowhere.toml: there is no such file"),
        (f"{HEADLINE} -o x.html --template course.toml", "a contrast of 1.0 to 1"),
        (f"{HEADLINE} -o x.html --notation nowhere", "there is no notation called nowhere"),
        (f"{HEADLINE} -o x.html --as keynote", "there is no target 'keynote'"),
        (f"{HEADLINE} -o x.html --logo nowhere.png", "there is no logo nowhere.png"),
        ("sum_delta -o x.html", "sum_delta is a lemma of the library"),
        ("smoothing_always_raises_the_loss -o x.html", "is a false claim, it has no derivation"),
    ],
)
def test_a_wrong_call_is_answered_in_one_paragraph_and_writes_nothing(call: str, answer: str) -> None:
    Path("course.toml").write_text("[colors]\ntext = '#ffffff'\n")
    result = run("slides", *call.split())
    assert result.exit_code == 2
    assert answer in result.output
    assert result.output.startswith("derive: ")
    assert result.output.count("\n") == 1
    assert [f.name for f in Path().iterdir()] == ["course.toml"]


def test_a_run_that_fails_leaves_the_old_deck_alone() -> None:
    Path("x.html").write_text("the deck of last year")
    assert run("slides", HEADLINE, "-o", "x.html", "--notation", "nowhere").exit_code == 2
    assert Path("x.html").read_text() == "the deck of last year"


def test_a_file_that_cannot_be_replaced_is_said_and_no_scrap_is_left() -> None:
    Path("x.html").mkdir()
    result = run("slides", HEADLINE, "-o", "x.html")
    assert result.exit_code == 2
    assert "x.html is a folder; name a file" in result.output
    assert [f.name for f in Path().iterdir()] == ["x.html"]


@pytest.mark.parametrize(
    ("call", "answer"),
    [
        ("--detail full", "--detail is for slides; add --as with one of beamer, html"),
        ("--from 2", "--from is for slides"),
        ("--as html --code", "without --code, --where, --conditions, --ascii and --standalone"),
    ],
)
def test_what_only_slides_have(call: str, answer: str) -> None:
    result = run("show", HEADLINE, *call.split())
    assert result.exit_code == 2
    assert answer in result.output


def test_behind_plot_stands_a_kind_or_the_name_of_a_theorem() -> None:
    pytest.importorskip("matplotlib")
    (one, both) = ("--plot", "surprisal", HEADLINE), ("--plot", HEADLINE)
    for call, slides in ((one, 3), (both, 4), ((HEADLINE, "--plot=tree", "--plot", "surprisal"), 4)):
        assert f"1 derivation, {slides} slides" in run("slides", *call, "-o", "x.html").output
    Path("lecture.toml").write_text(f'[[slide]]\ntheorem = "{HEADLINE}"\nplots = ["tree"]\n')
    assert "1 derivation, 3 slides" in run("slides", "lecture.toml", "-o", "x.html").output
    Path("x.html").unlink()
    for call, answer in (
        (("--plot=tre",), "there is no plot 'tre'; the kinds are tree, surprisal"),
        (("--plot", "tre"), "there is no plot 'tre'; the kinds are tree, surprisal"),
        (("--plot", "gradient"), f"there is no plot gradient for {HEADLINE}; the kinds of plots"),
    ):
        result = run("slides", HEADLINE, "-o", "x.html", *call)
        assert result.exit_code == 2 and answer in result.output and not Path("x.html").exists()


@pytest.mark.parametrize(
    ("module", "file", "extra"),
    [("typst", ["x.pdf"], "slides"), ("pptx", ["x.pptx"], "slides"), ("matplotlib", ["x.html", "--plot"], "plots")],
)
def test_an_extra_that_is_missing_is_named(module: str, file: list[str], extra: str) -> None:
    script = f"import sys; sys.modules[{module!r}] = None; from derive.cli import main; main(sys.argv[1:])"
    call = [sys.executable, "-c", script, "slides", "label_smoothing_residual", "-o", *file]
    done = subprocess.run(call, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert f"pip install '.[{extra}]' in derive's folder" in done.stderr
    assert done.stderr.count("\n") == 1
    assert not list(Path().iterdir())


def test_slides_into_a_deck_that_there_is() -> None:
    from pptx import Presentation

    mine = Presentation()
    mine.slides.add_slide(mine.slide_layouts[5]).shapes.title.text = "Mine"
    mine.slides.add_slide(mine.slide_layouts[5]).shapes.title.text = "Also mine"
    mine.save("mine.pptx")
    result = run("slides", HEADLINE, "chain_rule", "-o", "new.pptx", "--into", "mine.pptx", "--after", "1")
    assert result.exit_code == 0, result.output
    titles = [s.shapes.title.text_frame.text for s in Presentation("new.pptx").slides]
    assert titles[0] == "Mine"
    assert titles[-1] == "Also mine"
    assert titles[1].startswith("Summed over a sequence")  # no title slide between
    assert run("check", "new.pptx").exit_code == 0
    too_far = run("slides", HEADLINE, "-o", "new.pptx", "--into", "mine.pptx", "--after", "9")
    assert too_far.exit_code == 2
    assert "mine.pptx: there is no slide 9 to add behind: the presentation has 2 slides" in too_far.output


def test_macros_that_the_new_file_cannot_have_are_said_to_be_left_out() -> None:
    from test_slides_pptx import of_kind

    Path("mine.pptm").write_bytes(of_kind(".pptm"))
    plain = run("slides", HEADLINE, "-o", "new.pptx", "--into", "mine.pptm")
    assert plain.output.endswith(
        "; of mine.pptm its macros are left out, since a .pptx file has none; write a .pptm to keep them\n"
    )
    kept = run("slides", HEADLINE, "-o", "new.pptm", "--into", "mine.pptm")
    assert (kept.exit_code, "macros" in kept.output) == (0, False)
    assert run("check", "new.pptm").exit_code == 0


def test_a_deck_says_that_rocq_replayed_its_proofs_only_when_it_did(monkeypatch: pytest.MonkeyPatch) -> None:
    need("coqc", "coq")
    name = "residual_conventions"
    assert run("slides", name, "-o", "x.html").exit_code == 0
    assert "replayed by" not in Path("x.html").read_text("utf-8")
    result = run("slides", name, "-o", "x.html", "--replay")
    assert result.exit_code == 0, result.output
    assert "· replayed by Rocq 8." in Path("x.html").read_text("utf-8")
    assert run("check", "x.html").exit_code == 0
    monkeypatch.setenv("PATH", "")
    result = run("slides", name, "-o", "y.html", "--replay")
    assert result.exit_code == 2
    assert "apt-get install --no-install-recommends coq" in result.output
    assert not Path("y.html").exists()


def test_a_deck_of_one_s_own_theorems_is_called_after_their_file(tmp_path: Path) -> None:
    """And not after the name under which derive runs the file, which is another one every time."""
    theorem = "@theorem(shows=Eq(a + {n}, {n} + a))\ndef {name}(calc):\n    calc.eq({n} + a, by=ring)\n\n"
    mine = tmp_path / "my_lecture.py"
    mine.write_text(
        "from derive import *\na = real('a')\n" + theorem.format(n=1, name="one") + theorem.format(n=2, name="two")
    )
    deck = tmp_path / "deck.md"
    result = run("slides", f"{mine}::one", f"{mine}::two", "-o", str(deck))
    assert result.exit_code == 0, result.output
    assert 'title: "My lecture"' in deck.read_text("utf-8")
