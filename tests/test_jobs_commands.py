"""Commands that do many jobs: what they say and write is the same however many processes do it."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from dask_cluster import alive, wait_until
from programs import program

from derive.board import catalogue
from derive.cli import main

each_number = pytest.mark.parametrize("jobs", ["1", "2"], ids=lambda n: f"-j {n}")
posix = pytest.mark.skipif(sys.platform == "win32", reason="signals are those of Unix")
OWN = """
from derive import *
from derive.language.letters import *

print("{name} runs")

@theorem(shows=Eq(Sum(delta(k, y) * f[k], (k, 1, V)), f[y]), given=in_vocabulary(y, V))
def {name}(calc):
    calc.eq({right}, by=sum_delta)
"""


def run(*words: object) -> Result:
    return CliRunner().invoke(main, [str(w) for w in words])


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def own(path: Path, name: str = "picks", right: str = "f[y]") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(OWN.format(name=name, right=right))
    return path


# --- check -----------------------------------------------------------------------------------------------------------


@each_number
def test_check_of_names_and_files_is_in_the_order_in_which_they_were_named(here: Path, jobs: str) -> None:
    own(here / "a.py"), own(here / "b.py", "picks_again")
    done = run("check", "b.py", "chain_rule", "a.py", "-j", jobs)
    assert done.exit_code == 0
    assert re.findall(r"^\w+(?= +\d)", done.stdout, re.MULTILINE) == ["picks_again", "chain_rule", "picks"]
    assert done.stdout.startswith("picks_again runs\npicks runs\ntheorem ")


def test_what_check_counts_of_many_files_is_what_it_counts_of_each(here: Path) -> None:
    own(here / "a.py"), own(here / "b.py")

    def numbers(*names: str) -> list[int]:
        said = re.search(r"(\d+) theorems? checked: (\d+) lines?, (\d+) primitive steps", run("check", *names).stdout)
        assert said is not None
        return [int(n) for n in said.groups()]

    one = numbers("a.py")
    assert numbers("a.py", "b.py") == [2 * n for n in one]


SHARED_OUT = """
import os, signal
from derive.board import catalogue
from derive.cli import shares
from derive.cli.checking import check_names

shares._WORTH_IT, shares._TOGETHER = 0, 2
here, tried = os.getpid(), "tried once"

def dies(prove, once):
    def instead(calc):
        if os.getpid() != here and not (once and os.path.exists(tried)):
            open(tried, "w").close()
            os.kill(os.getpid(), signal.SIGKILL)
        prove(calc)
    return instead

def check(once):
    fated = catalogue.find("entropy_in_base")
    prove, fated.prove = fated.prove, dies(fated.prove, once)
    found = check_names(["units"], processes=2)
    fated.prove = prove
    return found

everything, all_but_its_share = check(once=True), check(once=False)
assert os.path.exists(tried)
assert everything == check_names(["units"])
assert 0 < len(all_but_its_share.rows) < len(everything.rows) and set(all_but_its_share.rows) < set(everything.rows)
(error,) = all_but_its_share.errors
assert "the process that worked on it died, and so did a second one" in error
"""


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="processes are not forked there")
def test_theorems_that_are_shared_out_give_what_they_give_in_one_process(here: Path) -> None:
    subprocess.run([sys.executable, "-P", "-c", SHARED_OUT], check=True)


def test_check_of_a_folder_takes_the_files_that_declare_something(here: Path) -> None:
    own(here / "course/week1/proofs.py", "first")
    own(here / "course/week2.py", "second")
    own(here / "course/.hidden/proofs.py", "hidden")
    own(here / "course/env/lib/proofs.py", "installed")
    (here / "course/env/pyvenv.cfg").touch()
    (here / "course/plot.py").write_text("raise SystemExit('this is no proof file')")
    done = run("check", "course")
    assert done.exit_code == 0, done.output
    assert re.findall(r"^(\w+) runs", done.stdout, re.MULTILINE) == ["first", "second"]
    assert "2 theorems checked" in done.stdout


def test_a_folder_without_proofs_is_refused(here: Path) -> None:
    (here / "course").mkdir()
    done = run("check", "course")
    assert done.exit_code == 2 and "course: no file in this folder declares a theorem" in done.stderr


@each_number
def test_a_file_that_cannot_be_run_does_not_stop_the_others(here: Path, jobs: str) -> None:
    own(here / "wrong.py", right="-f[y]"), own(here / "right.py")
    (here / "broken.py").write_text("def (")
    done = run("check", "broken.py", "wrong.py", "right.py", "missing.py", "-j", jobs)
    assert done.exit_code == 2
    assert "1 theorem checked" in done.stdout
    assert "picks: not proved" in done.stderr and "and the line is false" in done.stderr
    assert done.stderr.endswith(
        "derive: broken.py:1: invalid syntax: def (\nderive: missing.py: there is no such file\n"
    )
    assert run("check", "wrong.py", "right.py", "-j", jobs).exit_code == 1


@posix
@each_number
def test_an_interrupt_ends_all_of_them(here: Path, jobs: str) -> None:
    for i in range(3):
        (here / f"slow{i}.py").write_text("import os, time\nopen(f'{os.getpid()}.pid', 'w').close()\ntime.sleep(60)\n")
    command = [sys.executable, "-P", "-m", "derive.cli", "check", *(f"slow{i}.py" for i in range(3)), "-j", jobs]
    with program(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        wait_until(lambda: len(list(here.glob("*.pid"))) == int(jobs))
        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=20) == ("derive: interrupted; no file is left half-written\n", None)
        assert process.returncode == 130
    for file in here.glob("*.pid"):
        wait_until(lambda pid=file.stem: not alive(pid))


# --- score -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def scores(here: Path) -> list[str]:
    (here / "a.txt").write_text("-0.5 -0.25 -1\n")
    (here / "b.json").write_text("[[-0.1, -0.2], [-3]]")
    (here / "c.txt").write_text("nonsense\n")
    return ["a.txt", "b.json"]


@each_number
def test_several_files_of_scores_are_compared_and_added_up(scores: list[str], jobs: str) -> None:
    done = run("score", *scores, "-j", jobs)
    assert done.exit_code == 0
    assert done.stdout == run("score", *scores).stdout
    assert done.stdout.startswith("2 files: 3 sequences, 6 tokens")
    assert "total log-likelihood  −5.05" in done.stdout


@each_number
def test_a_file_that_is_no_scores_is_not_in_the_total_and_that_is_said(scores: list[str], jobs: str) -> None:
    done = run("score", "c.txt", *scores, "no.txt", "-j", jobs)
    assert done.exit_code == 2
    assert done.stdout == run("score", *scores).stdout + "note: not in this, as no sequence was read: c.txt, no.txt.\n"
    first, second = done.stderr.splitlines()
    assert first.startswith("derive: c.txt, line 1, value 1: ") and second.startswith(
        "derive: no.txt: there is no such file"
    )
    assert first == run("score", "c.txt").stderr.rstrip()


def test_what_would_count_twice_is_refused(scores: list[str]) -> None:
    assert "a.txt is named twice" in run("score", "a.txt", "a.txt").stderr
    assert "standard input, which goes alone" in run("score", "a.txt", "-").stderr


# --- slides ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("jobs", "ending"), [("1", ".html"), ("2", ".tex"), ("2", ".svg")])
def test_a_deck_of_each_theorem_is_the_deck_of_that_theorem(here: Path, jobs: str, ending: str) -> None:
    names = [e.name for e in catalogue.theorems("perplexity")]
    for folder in ("each", "one"):
        (here / folder).mkdir()
    done = run("slides", "perplexity", "-o", f"each/{{name}}{ending}", "-j", jobs)
    assert done.exit_code == 0, done.output
    alone = [run("slides", name, "-o", f"one/{name}{ending}").stdout for name in names]
    assert done.stdout == "".join(alone).replace("one/", "each/")
    written = {p.name: p.read_bytes() for p in (here / "each").iterdir()}
    assert written == {p.name: p.read_bytes() for p in (here / "one").iterdir()}
    assert len(written) >= len(names) > 3


@each_number
def test_a_deck_that_cannot_be_made_does_not_stop_the_others(here: Path, jobs: str) -> None:
    own(here / "a.py"), own(here / "b.py", "wrong", right="-f[y]")
    done = run("slides", "a.py::picks", "b.py::wrong", "chain_rule", "-o", "{name}.md", "-j", jobs)
    assert done.exit_code == 2
    assert done.stderr.startswith("derive: b.py:9  line 1 of wrong does not follow by sum_delta\n")
    assert done.stdout.count("picks runs") == 1
    assert sorted(p.name for p in here.glob("*.md")) == ["chain_rule.md", "picks.md"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["perplexity", "-o", "no/{name}.html"], "no/{name}.html: the folder no does not exist; make it first"),
        (["perplexity", "-o", "{name}/x.html"], "in the name of a file, not in that of a folder"),
        (["perplexity", "-o", "x.html", "-j", "2"], "one deck is one job"),
        (["perplexity", "-o", "{name}.doc"], "{name}.doc: no slides are written with the ending .doc"),
        (["perplexity", "-o", "{name}.tex", "--flavour", "marp"], "beamer has no flavours"),
        (["a.py::picks", "b.py::picks", "-o", "{name}.md"], "{name}.md has one name for two theorems picks"),
    ],
)
def test_what_no_deck_can_have_is_said_once_and_nothing_is_written(here: Path, words: list[str], says: str) -> None:
    own(here / "a.py"), own(here / "b.py")
    done = run("slides", *words)
    assert done.exit_code == 2 and done.stderr.count("derive: ") == 1
    assert says in done.stderr
    assert sorted(p.name for p in here.iterdir()) == ["a.py", "b.py"]
