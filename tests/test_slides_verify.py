"""derive check DECK: whether what a deck shows is still what is proved, and which line is not."""

from __future__ import annotations

import importlib.util
import json
import re
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest
from click.testing import CliRunner

from derive.board import catalogue
from derive.cli import main
from derive.cli.notes import ENDINGS
from derive.errors import UserError
from derive.slides import markdown
from derive.slides.deck import Stamp
from derive.slides.deck.stamps import stamp_text
from derive.slides.targets import TARGETS
from derive.slides.verify import check_deck, is_deck, place_words

NEEDS = {"pptx": ("pptx", "typst")}
NUMBERS = Path(__file__).parent.parent / "docs" / "examples" / "residual.toml"
READ = [t.name for t in TARGETS.values() if t.reads]


def run(*arguments: str):
    return CliRunner().invoke(main, arguments)


def made(target: str, folder: Path, *names: str, options: tuple[str, ...] = ()) -> Path:
    path = folder / f"deck{TARGETS[target].ending}"
    missing = [m for m in NEEDS.get(target, ()) if importlib.util.find_spec(m) is None]
    assert not missing, f"install {', '.join(missing)}: pip install '.[slides]' in derive's folder"
    result = run("slides", *(names or ("label_smoothing_residual",)), "-o", str(path), *options)
    assert result.exit_code == 0, result.output
    return path


@pytest.mark.parametrize("target", READ)
@pytest.mark.parametrize(
    "options",
    [
        (),
        ("--notation", "pr"),
        ("--aspect", "4:3", "--dark"),
        ("--from", "2", "--to", "4"),
        ("--detail", "claim"),
        ("--detail", "full"),
        ("--handout",),
        ("--given", str(NUMBERS)),
    ],
    ids=["plain", "notation", "aspect", "some lines", "claim", "full", "handout", "numbers"],
)
def test_a_deck_as_it_was_made_shows_what_is_proved(tmp_path: Path, target: str, options: tuple[str, ...]) -> None:
    path = made(target, tmp_path, options=options)
    result = run("check", str(path))
    assert result.exit_code == 0, result.output
    assert "what it shows is what is proved now" in result.output


@pytest.mark.parametrize("target", READ)
def test_several_theorems_in_one_deck(tmp_path: Path, target: str) -> None:
    path = made(target, tmp_path, "chain_rule", "kl_nonneg", options=("--title", "Two"))
    report = check_deck(str(path), find)
    assert report.theorems == 2
    assert report.lines >= 10
    assert not report.findings


def find(name: str):
    return catalogue.find_theorem(name).derivation


EDITS = {
    "line 2": ("[k = y]", "[k = V]"),
    "line 3": ("the indicator picks out its one term", "as one sees at once"),
    "the conditions": (" > 0", r" \\ge 0"),
    "the claim": (r"H(\delta_y, p) = -\log p(y)", r"H(\delta_y, p) = \log p(y)"),
}


@pytest.mark.parametrize("target", ["html", "beamer", "markdown", "notebook"])
@pytest.mark.parametrize("line", EDITS)
def test_a_line_edited_by_hand_is_named(tmp_path: Path, target: str, line: str) -> None:
    path = made(target, tmp_path, "cross_entropy_one_hot")
    before = path.read_text("utf-8")
    old, new = EDITS[line]
    if target == "notebook":
        old, new = json.dumps(old, ensure_ascii=False)[1:-1], json.dumps(new, ensure_ascii=False)[1:-1]
    where = before.index("data-line") if target == "html" else 0
    head, tail = before[:where], before[where:]
    lines = tail.split("\n")
    chosen = next(
        i for i, x in enumerate(lines) if old in x.replace("&gt;", ">") and not x.startswith("%") and "aside" not in x
    )
    lines[chosen] = lines[chosen].replace("&gt;", ">").replace(old, new, 1)
    path.write_text(head + "\n".join(lines), "utf-8")
    result = run("check", str(path))
    assert result.exit_code == 1, result.output
    assert f"cross_entropy_one_hot, {line}: it was edited by hand" in result.output
    assert result.output.count("\n") == 2


def test_an_equation_edited_in_powerpoint_is_named(tmp_path: Path) -> None:
    path = made("pptx", tmp_path, "cross_entropy_one_hot")
    edited = tmp_path / "edited.pptx"
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(edited, "w") as out:
        for item in source.infolist():
            data = source.read(item)
            if item.filename == "ppt/slides/slide1.xml":
                runs = re.findall(r"<m:t[^>]*>\U0001d467?\[?.*?</m:t>", data.decode())
                assert runs
                last = data.decode().rindex("</m:t>", 0, data.decode().index("</mc:AlternateContent>", len(data) // 2))
                text = data.decode()
                data = (text[:last] + "7" + text[last:]).encode()
            out.writestr(item, data)
    report = check_deck(str(edited), find)
    assert len(report.findings) == 1
    assert "edited by hand" in report.findings[0].what


def test_words_edited_in_powerpoint_are_named(tmp_path: Path) -> None:
    from pptx import Presentation

    path = made("pptx", tmp_path, "cross_entropy_one_hot")
    for old, new, line in (
        ("definition of cross-entropy", "obviously", "the reason of line 1"),
        (" > 0", " ≥ 0", "the conditions"),
    ):
        deck = Presentation(str(path))
        run_ = next(
            r
            for s in deck.slides[0].shapes
            if s.has_text_frame
            for p in s.text_frame.paragraphs
            for r in p.runs
            if old in r.text
        )
        run_.text = run_.text.replace(old, new)
        deck.save(str(tmp_path / "edited.pptx"))
        (finding,) = check_deck(str(tmp_path / "edited.pptx"), find).findings
        assert finding.line == line
        assert "edited by hand" in finding.what


def test_a_line_that_was_taken_out_is_missed(tmp_path: Path) -> None:
    path = made("beamer", tmp_path, "cross_entropy_one_hot")
    lines = path.read_text("utf-8").splitlines(keepends=True)
    kept = [x for x in lines if " cross_entropy_one_hot 2 " not in x]
    assert len(kept) == len(lines) - 1
    path.write_text("".join(kept), "utf-8")
    result = run("check", str(path))
    assert result.exit_code == 1
    assert "cross_entropy_one_hot, line 2: it is missing from the deck" in result.output


PROOF = """
from derive import *
from derive.language.letters import V, k, p, y

@theorem(shows=Eq(Sum(delta(k, y) * p[k], (k, 1, V)), p[y]), given=[1 <= y, y <= V{more}])
def picked(calc):
    "The indicator picks one term."
    calc.eq({line}, by={by})
    calc.eq(p[y], by=auto)
"""


def proof(folder: Path, line: str = "p[y] + 0", by: str = "[sum_delta, ring]", more: str = "") -> str:
    file = folder / "proof_mine.py"
    file.write_text(PROOF.format(line=line, by=by, more=more))
    return f"{file}::picked"


@pytest.mark.parametrize("target", READ)
def test_a_line_that_reads_otherwise_now_is_stale(tmp_path: Path, target: str) -> None:
    name = proof(tmp_path)
    path, mine = made(target, tmp_path, name), name.partition("::")[0]
    assert run("check", str(path), mine).exit_code == 0
    proof(tmp_path, line="0 + p[y]")
    result = run("check", str(path), mine)
    assert result.exit_code == 1
    assert "line 1: stale: the derivation reads otherwise now" in result.output
    assert "edited" not in result.output
    assert "its statement" not in result.output


@pytest.mark.parametrize("target", READ)
def test_a_statement_that_has_changed_is_stale_as_a_whole(tmp_path: Path, target: str) -> None:
    name = proof(tmp_path)
    path = made(target, tmp_path, name)
    proof(tmp_path, more=", 2 <= V")
    result = run("check", str(path), name.partition("::")[0])
    assert result.exit_code == 1
    assert "stale: its statement, a condition or a definition has changed since version" in result.output


def test_a_theorem_that_is_proved_no_more(tmp_path: Path) -> None:
    name = proof(tmp_path)
    path, mine = made("html", tmp_path, name), name.partition("::")[0]
    proof(tmp_path, line="p[y] + 1")
    result = run("check", str(path), mine)
    assert result.exit_code == 1
    assert "it is not proved now:" in result.output
    assert "line 1 of picked does not follow" in result.output
    (tmp_path / "proof_mine.py").unlink()
    result = run("check", str(path), mine)
    assert result.exit_code == 2
    assert "there is no such file" in result.output


def test_a_gap_left_since_then_is_stale(tmp_path: Path) -> None:
    name = proof(tmp_path)
    path = made("html", tmp_path, name)
    proof(tmp_path, by="gap('later')")
    result = run("check", str(path), name.partition("::")[0])
    assert result.exit_code == 1
    assert "it is not proved now" in result.output


def test_a_deck_does_not_choose_the_program_that_is_run(tmp_path: Path) -> None:
    name = proof(tmp_path)
    path = made("html", tmp_path, name)
    (tmp_path / "proof_mine.py").write_text(f"open({str(tmp_path / 'was here')!r}, 'w')")
    result = run("check", str(path))
    assert result.exit_code == 1
    assert "checking runs that file, so name it too: derive check" in result.output
    assert not (tmp_path / "was here").exists()


def test_a_deck_and_a_theorem_in_one_call(tmp_path: Path) -> None:
    path = made("html", tmp_path, "chain_rule")
    result = run("check", str(path), "chain_rule")
    assert result.exit_code == 0
    assert "what it shows is what is proved now" in result.output
    assert "1 theorem checked" in result.output


@pytest.mark.parametrize("target", [t for t in READ if not TARGETS[t].ending.endswith(ENDINGS)])
def test_a_file_without_derivations_is_refused(tmp_path: Path, target: str) -> None:
    path = tmp_path / f"other{TARGETS[target].ending}"
    if target == "pptx":
        from pptx import Presentation

        Presentation().save(str(path))
    else:
        path.write_text("nothing of ours", "utf-8")
    result = run("check", str(path))
    assert result.exit_code == 2
    assert "has no derivation that 'derive slides' wrote" in result.output


def test_without_derivations_of_ours_a_text_is_notes(tmp_path: Path) -> None:
    for ending in (".md", ".tex"):
        path = tmp_path / f"other{ending}"
        path.write_text("nothing of ours", "utf-8")
        result = run("check", str(path))
        assert result.exit_code == 0
        assert result.output == f"{path}: no relation stands in a displayed formula\n"


def test_a_deck_that_is_not_there() -> None:
    with pytest.raises(UserError, match="there is no such file"):
        check_deck("nowhere.html", find)


def test_which_files_are_decks() -> None:
    assert is_deck("a.HTML") and is_deck("b.pptx") and is_deck("c.tex") and is_deck("d.md") and is_deck("e.ipynb")
    assert not is_deck("a.py") and not is_deck("chain_rule")
    result = run("check", "a.pdf")
    assert result.exit_code == 2
    assert "slides of this kind are not read back; those that are end in .html, .pptx" in result.output


@pytest.mark.parametrize("target", ["html", "beamer"])
def test_lines_in_another_order_are_seen(tmp_path: Path, target: str) -> None:
    path = made(target, tmp_path, "cross_entropy_one_hot")
    lines = path.read_text("utf-8").split("\n")
    mark = {"html": 'data-line="cross_entropy_one_hot {}"', "beamer": " cross_entropy_one_hot {} "}[target]
    one, two = (next(i for i, x in enumerate(lines) if mark.format(n) in x) for n in (1, 2))
    lines[one], lines[two] = lines[two], lines[one]
    path.write_text("\n".join(lines), "utf-8")
    (finding,) = check_deck(str(path), find).findings
    assert "do not stand in the order" in finding.what


def test_lines_in_another_order_are_seen_in_each_of_two_notations(tmp_path: Path) -> None:
    source, path = tmp_path / "lecture.toml", tmp_path / "deck.html"
    entry = '[[slide]]\ntheorem = "cross_entropy_one_hot"\nnotation = "{}"\n'
    source.write_text('title = "Two ways"\n' + entry.format("compact") + entry.format("pr"), "utf-8")
    assert run("slides", str(source), "-o", str(path)).exit_code == 0
    assert not check_deck(str(path), find).findings
    lines = path.read_text("utf-8").split("\n")
    two, one = (max(i for i, x in enumerate(lines) if f'data-line="cross_entropy_one_hot {n}"' in x) for n in (2, 1))
    lines[one], lines[two] = lines[two], lines[one]
    path.write_text("\n".join(lines), "utf-8")
    (finding,) = check_deck(str(path), find).findings
    assert "do not stand in the order" in finding.what


@pytest.mark.parametrize("target", ["html", "beamer", "notebook"])
def test_a_record_that_is_lost_is_missed(tmp_path: Path, target: str) -> None:
    """Lines that are copied into another deck without the theorem's record cannot be compared, and that is said."""
    path = made(target, tmp_path, "cross_entropy_one_hot", "chain_rule")
    text = path.read_text("utf-8")
    record = re.compile({"html": ' data-derive="[^"]*name=cross_entropy_one_hot [^"]*"', "beamer": "% derive: .*name=cross_entropy_one_hot .*"}.get(target, r'"derive name=cross_entropy_one_hot [^"]*",?'))  # fmt: skip
    assert record.search(text)
    text = record.sub("", text)
    path.write_text(re.sub(r",(\s*\])", r"\1", text) if target == "notebook" else text, "utf-8")
    (finding,) = check_deck(str(path), find).findings
    assert finding.theorem == "cross_entropy_one_hot"
    assert "its record is gone" in finding.what


def test_a_row_written_into_a_beamer_chain_is_seen(tmp_path: Path) -> None:
    path = made("beamer", tmp_path, "cross_entropy_one_hot")
    lines = path.read_text("utf-8").split("\n")
    after = next(i for i, x in enumerate(lines) if " cross_entropy_one_hot 1 " in x)
    lines.insert(after + 1, r"& \uncover<2->{{}= \log 0} \\")
    path.write_text("\n".join(lines), "utf-8")
    (finding,) = check_deck(str(path), find).findings
    assert finding.line == "a line after line 1"
    claim = next(i for i, x in enumerate(lines) if " cross_entropy_one_hot claim " in x)
    path.write_text(
        "\n".join([*lines[: claim + 1], r"\\ & = 0", *lines[claim + 1 : after + 1], *lines[after + 2 :]]), "utf-8"
    )
    (finding,) = check_deck(str(path), find).findings
    assert finding.line == "a line after the claim"


@pytest.mark.parametrize("when", ["0", "handout:0", "presentation:0"])
def test_a_line_that_is_uncovered_nowhere_is_an_edit(tmp_path: Path, when: str) -> None:
    path = made("beamer", tmp_path, "cross_entropy_one_hot")
    text = path.read_text("utf-8")
    given = r"\uncover<1->{\derivesmall{Given"
    assert given in text
    path.write_text(text.replace(given, given.replace("1->", f"{when}>")), "utf-8")
    (finding,) = check_deck(str(path), find).findings
    assert (finding.line, "edited by hand" in finding.what) == ("the conditions", True)


def test_a_hidden_line_is_not_shown(tmp_path: Path) -> None:
    path = made("html", tmp_path, "cross_entropy_one_hot")
    text = path.read_text("utf-8")
    for way in ("hidden", 'style="color: red; Visibility: hidden"', 'style="opacity:0.0"', 'style="font-size: 0px"'):
        line = 'data-line="cross_entropy_one_hot 2"'
        path.write_text(text.replace(line, f"{way} {line}", 1), "utf-8")
        assert [f.line for f in check_deck(str(path), find).findings] == ["line 2"]
    for more in ("<del>or not</del>", '<img src="minus.png">'):  # what is crossed out can be seen, and so can a picture
        path.write_text(re.sub(rf"({line}[^>]*>)", rf"\1{more}", text, count=1), "utf-8")
        (finding,) = check_deck(str(path), find).findings
        assert (finding.line, "edited by hand" in finding.what) == ("line 2", True)
    path = made("markdown", tmp_path, "cross_entropy_one_hot")
    text = path.read_text("utf-8")
    (given,) = re.findall(r"^\*Given\* (.*)$", text, re.MULTILINE)
    hidden = f'*Given* <span style="display: none">{given}</span>'
    for way in (f"<!--\n\n*Given* {given}\n\n-->", f"```\n\n*Given* {given}\n\n```", hidden):
        path.write_text(text.replace(f"*Given* {given}", way), "utf-8")
        assert [f.line for f in check_deck(str(path), find).findings] == ["the conditions"]
    path = made("notebook", tmp_path, "cross_entropy_one_hot")
    cells = json.loads(path.read_text("utf-8"))
    cell = next(c for c in cells["cells"] if "2" in c["metadata"].get("derive", {}).get("lines", {}))
    cell["metadata"]["slideshow"]["slide_type"] = "skip"
    path.write_text(json.dumps(cells), "utf-8")
    assert [f.line for f in check_deck(str(path), find).findings] == ["line 2"]


def test_a_hidden_slide_of_powerpoint_is_not_shown(tmp_path: Path) -> None:
    from pptx import Presentation

    path = made("pptx", tmp_path, "label_smoothing_residual")
    deck = Presentation(str(path))
    deck.slides[1]._element.set("show", "0")
    deck.save(str(tmp_path / "slide.pptx"))
    assert "it is missing from the deck" in {f.what for f in check_deck(str(tmp_path / "slide.pptx"), find).findings}
    deck = Presentation(str(path))  # and what was switched off on a slide: here the conditions
    (given,) = (x for x in deck.slides[0]._element.iter("{*}cNvPr") if " text given " in x.get("name", ""))
    given.set("hidden", "1")
    deck.save(str(path))
    (finding,) = check_deck(str(path), find).findings
    assert (finding.line, finding.what) == ("the conditions", "it is missing from the deck")


def test_a_deck_with_gaps_does_not_pass(tmp_path: Path) -> None:
    name = proof(tmp_path, by="gap('later')")
    path = made("html", tmp_path, name)
    result = run("check", str(path), name.partition("::")[0])
    assert result.exit_code == 1
    assert "it is not proved now: 1 of its lines are left open" in result.output


@pytest.mark.parametrize(
    ("old", "new"),
    [("detail=board", "detail=wall"), ("aspect=16:9", "aspect=9:16"), ("first=0", "first=²"), ("first=0", "first=99")],
)
def test_a_record_that_makes_no_sense_is_said_to(tmp_path: Path, old: str, new: str) -> None:
    path = made("beamer", tmp_path, "cross_entropy_one_hot")
    path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")
    result = run("check", str(path))
    assert result.exit_code in (1, 2)
    assert "is not a stamp" in result.output or "cannot be made again as its record says" in result.output


def test_a_notation_of_the_course_is_found_beside_the_deck(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "talks").mkdir()
    (tmp_path / "talks" / "course.toml").write_text('extends = "pr"\n')
    monkeypatch.chdir(tmp_path / "talks")
    made("html", tmp_path / "talks", "chain_rule", options=("--notation", "course.toml"))
    monkeypatch.chdir(tmp_path)
    assert run("check", "talks/deck.html").exit_code == 0
    (tmp_path / "talks" / "course.toml").unlink()
    result = run("check", "talks/deck.html")
    assert result.exit_code == 1
    assert "could not be compared with what is proved now" in result.output
    assert "does not show" not in result.output
    assert "its notation course.toml is not here; put that file beside the deck, as talks/course.toml" in result.output


def test_what_can_be_compared_without_the_notation_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A line that was edited by hand, though the file of the notation did not come along."""
    monkeypatch.chdir(tmp_path)
    Path("course.toml").write_text('extends = "pr"\n')
    made("html", tmp_path, "cross_entropy_one_hot", options=("--notation", "course.toml"))
    Path("course.toml").unlink()
    deck = tmp_path / "deck.html"
    old = deck.read_text("utf-8")
    edited = re.sub(r"(<[^>]*class=\"reason[^>]*>)[^<]+", r"\1because I say so", old)
    assert edited != old
    deck.write_text(edited, "utf-8")
    result = run("check", "deck.html")
    assert "it does not show what is proved now" in result.output
    assert "edited by hand" in result.output


def test_lines_are_called_by_their_numbers() -> None:
    assert [
        place_words(p)
        for p in ("given", "claim", "start", "start2", "3", "reason3", "step17", "work4", "workgiven", "reasonwork4")
    ] == [
        "the conditions",
        "the claim",
        "the first formula",
        "the first formula of part 2",
        "line 3",
        "the reason of line 3",
        "primitive step 17",
        "line 4 of the worked example",
        "the numbers of the worked example",
        "the reason of line 4 of the worked example",
    ]


@pytest.mark.parametrize("named", ["proof_mine.py", "proof_mine.py::picked"])
def test_a_python_file_that_a_deck_names_is_not_run(tmp_path: Path, named: str) -> None:
    """With or without a theorem behind it: a deck is data."""
    path = made("markdown", tmp_path, proof(tmp_path))
    (tmp_path / "proof_mine.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')")
    text = path.read_text("utf-8")
    assert "proof_mine.py::picked" in text
    path.write_text(text.replace("proof_mine.py::picked", named), "utf-8")
    result = run("check", str(path))
    assert result.exit_code == 1
    assert "checking runs that file, so name it too" in result.output
    assert not (tmp_path / "ran").exists()


# --- files that are no decks -------------------------------------------------------------------------------------------

HOSTILE = {
    "tags that never end": ("html", "<div "),
    "comments that never end": ("html", "<!-- "),
    "elements that never end": ("html", "<div></p>"),
    "lines that never end": ("html", '<td data-line="a 1">x'),
    "a line of many pieces": ("html", "a<b>"),
    "records without an end": ("markdown", "derive: name=x\n"),
    "empty lines": ("markdown", "\n"),
    "tags in Markdown": ("markdown", "<span "),
    "blanks": ("beamer", " "),
    "digests": ("beamer", "% derive-line a "),
    "nested lists": ("notebook", "["),
}


@pytest.mark.parametrize(("target", "again"), HOSTILE.values(), ids=HOSTILE)
def test_reading_takes_a_time_that_grows_with_the_file(target: str, again: str) -> None:
    """So many that a time which grows with their square would be half an hour and more."""
    with suppress(UserError):
        TARGETS[target].printer.read_back((again * 200_000).encode())


def test_a_slide_of_very_many_lines_is_refused() -> None:
    """They would be compared each with each."""
    record = "derive: " + stamp_text(Stamp("x", "1", "d", "compact", "board", 0, 0, "16:9", "")).removeprefix("derive ")
    lines = " ".join(f"{n}=00000000" for n in range(301))
    with pytest.raises(UserError, match="a slide of x has 301 lines, and derive writes at most 300"):
        markdown.read_back(f"<!--\n{record}\nlines: {lines}\n-->\n".encode())
