"""derive find: what is shown, what is written into the author's file, and how what is found compares with what was given."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from fractions import Fraction
from importlib.util import find_spec
from pathlib import Path

import pytest
from click.testing import CliRunner
from needs import missing
from sweep import sample

from derive import *
from derive.board import catalogue, source
from derive.board.program import Program, UnwrittenError
from derive.board.withheld import verdict, withhold
from derive.cli import main
from derive.language import letters
from derive.language.letters import *

MINE = '''# my own
from derive import Eq, Sum, in_vocabulary, kl, log, positive_distribution, theorem
from derive import cross_entropy, smoothed, uniform
from derive.language.letters import V, a, b, c, eps, k, q, y


@theorem(shows=Eq(cross_entropy(V, smoothed(V, eps, y), uniform(V)), log(V)), given=in_vocabulary(y, V))
def knows_nothing(calc):
    """A model that knows nothing."""
    calc.eq(-Sum(smoothed(V, eps, y)[k] * log(1 / V), (k, 1, V)))  # spelled out
    calc.eq(
        -(Sum(smoothed(V, eps, y)[k], (k, 1, V)) * log(1 / V)),  # the factor
    )
    calc.eq(
        -(1 * log(1 / V))
    )
    calc.eq(log(V), labels=[])


@theorem(shows=Eq(a + b, c), given=[Eq(b, c - a), *positive_distribution(q, V)])
def assumed(calc):
    calc.have(0 <= kl(V, q, q))
    calc.eq(c)
'''

WRITTEN = '''# my own
from derive import log_inv, sum_mul_right, Eq, Sum, in_vocabulary, kl, log, positive_distribution, theorem
from derive import cross_entropy, smoothed, uniform
from derive.language.letters import V, a, b, c, eps, k, q, y
from derive.proofs.label_smoothing import smoothed_sums_to_one
from derive.proofs.information import kl_nonneg


@theorem(shows=Eq(cross_entropy(V, smoothed(V, eps, y), uniform(V)), log(V)), given=in_vocabulary(y, V))
def knows_nothing(calc):
    """A model that knows nothing."""
    calc.eq(-Sum(smoothed(V, eps, y)[k] * log(1 / V), (k, 1, V)), by=[cross_entropy, uniform])  # spelled out
    calc.eq(
        -(Sum(smoothed(V, eps, y)[k], (k, 1, V)) * log(1 / V)),  # the factor
        by=sum_mul_right,
    )
    calc.eq(
        -(1 * log(1 / V)),
        by=smoothed_sums_to_one
    )
    calc.eq(log(V), labels=[], by=log_inv)


@theorem(shows=Eq(a + b, c), given=[Eq(b, c - a), *positive_distribution(q, V)])
def assumed(calc):
    calc.have(0 <= kl(V, q, q), by=kl_nonneg)
    calc.eq(c, by=Eq(b, c - a))
'''


def run(*arguments: object) -> str:
    result = CliRunner().invoke(main, ["find", *map(str, arguments)])
    assert result.exit_code == 0, result.output
    return str(result.output)


def refusal(*arguments: object) -> str:
    result = CliRunner().invoke(main, ["find", *map(str, arguments)])
    assert result.exit_code == 2, result.output
    assert "Traceback" not in result.stderr
    return str(result.stderr)


def need_libcst() -> None:
    if find_spec("libcst") is None:
        missing("libcst", "LibCST is not installed")


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    file = tmp_path / "mine.py"
    file.write_text(MINE)
    return file


def test_the_reasons_are_shown_as_they_could_be_written(mine: Path) -> None:
    first, *rest = run(f"{mine}::assumed").splitlines()
    assert first.endswith("mine.py:22  0 ≤ KL(q ∥ q)")
    assert rest[:2] == ["    by=kl_nonneg", "    from derive.proofs.information import kl_nonneg"]
    assert rest[2].endswith("mine.py:23  a + b = c")
    assert rest[3:] == ["    by=Eq(b, c - a)"]
    assert mine.read_text() == MINE
    assert run("cross_entropy_is_nll") == "cross_entropy_is_nll: every line has its reason\n"


def test_they_are_written_and_comments_and_layout_stay(mine: Path) -> None:
    need_libcst()
    assert "wrote 4 reasons" in run(f"{mine}::knows_nothing", "--write")
    assert "wrote 2 reasons" in run(f"{mine}::assumed", "--write")
    assert mine.read_text() == WRITTEN
    assert CliRunner().invoke(main, ["check", str(mine)]).exit_code == 0
    assert run(f"{mine}::assumed", "--write") == "assumed: every line has its reason\n"


def test_a_call_with_a_reason_is_left_alone_and_one_that_is_not_there_is_said() -> None:
    need_libcst()
    program = "calc.eq(a, ring)\ncalc.eq(a, by=ring)\nother.eq(b)\n"
    assert source.with_reasons(program, {1: "auto", 2: "auto", 3: "auto"}, {}) == (
        "calc.eq(a, ring)\ncalc.eq(a, by=ring)\nother.eq(b, by=auto)\n",
        [1, 2],
    )


def test_without_libcst_the_message_says_what_to_install(mine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "libcst", None)
    assert "pip install 'derive-lm[write]'" in refusal(f"{mine}::assumed", "--write")
    assert mine.read_text() == MINE


def test_where_the_proof_fails_with_the_reasons_the_file_is_as_it_was(
    mine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("derive.board.filled.with_reasons", lambda text, *_: (text.replace("eq(c)", "eq(b)"), []))
    assert "so they were taken out again" in refusal(f"{mine}::assumed", "--write")
    assert mine.read_text() == MINE


def test_a_line_that_is_wrong_is_refused_as_checking_does(tmp_path: Path) -> None:
    file = tmp_path / "wrong.py"
    file.write_text(MINE.replace("calc.eq(c)", "calc.eq(c + 1)"))
    assert "the line is false" in refusal(f"{file}::assumed")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "name theorems, or say --all"),
        (("--all", "chain_rule"), "name theorems, or say --all"),
        (("chain_rule", "--write", "--withhold"), "--withhold compares, and writes nothing"),
        (("no_such_theorem",), "there is no theorem 'no_such_theorem'"),
    ],
)
def test_what_makes_no_sense_is_refused(arguments: tuple[str, ...], says: str) -> None:
    assert says in refusal(*arguments)


# --- formulas as programs --------------------------------------------------------------------------------------------

NAMES = {**vars(letters), **{n: v for n, v in globals().items() if not isinstance(v, Term)}}
WRITABLE = [
    a - (b - c),
    (a + b) * c / (a - b),
    -((a * b) ** 2),
    (-a) ** 2,
    Eq(Sum(q[k] * log(p[k]), (k, 1, V)), -cross_entropy(V, q, p)),
    ForAll((t, 1, T), ps[t][ys[t]] <= 1),
    ForAll((k, 1, V), Eq(delta(k, y), one_hot(y)[k])),
    Prod(exp(z[k]), (k, 1, V)) < 1 + xlogy(a, b),
    Iff(a < b, Ne(a, b)),
]


@pytest.mark.parametrize("term", WRITABLE, ids=repr)
def test_a_formula_as_a_program_is_that_formula(term: Term) -> None:
    assert eval(Program(NAMES).term(term), NAMES) == term


def test_what_has_no_name_is_left_to_the_author() -> None:
    with pytest.raises(UnwrittenError, match="the letter b has no name in this file"):
        Program({"a": a}).term(a + b)
    with pytest.raises(UnwrittenError, match="sum_add is the name of something else"):
        Program({"sum_add": 1}).by([sum_add])
    with pytest.raises(UnwrittenError, match="written in several ways"):
        Program({"a": a}).term(a * Fraction(1, 2))


# --- withheld --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sample([e.name for e in catalogue.theorems()], 8))
def test_what_is_found_says_as_much_as_what_was_given(name: str) -> None:
    """Of the lines of the whole catalogue very few get less; DERIVE_SWEEP=all tries them all."""
    less = {("entropy_one_hot", 3), ("nll_has_no_minimiser", 4), ("entropy_gradient", 1)}
    for x in withhold(catalogue.find_theorem(name)):
        assert x.found, f"line {x.number} of {name}"
        assert x.verdict in ("same", "as specific") or (name, x.number) in less


def test_the_verdict_compares_how_much_is_said() -> None:
    assert verdict([sum_add, ring], [ring, sum_add]) == "same"
    assert verdict([because("so", sum_add)], [sum_add]) == "same"
    assert verdict([sums], [sum_add]) == verdict([auto], [sums]) == verdict([sums], [ring]) == "as specific"
    assert (
        verdict([sum_add], [sums]) == verdict([sums], [auto]) == verdict([sum_add], [sum_add, auto]) == "less specific"
    )
    assert verdict([sum_add], []) == "none"


def test_the_table_counts_all_lines_of_the_subjects(monkeypatch: pytest.MonkeyPatch) -> None:
    few = [catalogue.find_theorem("chain_rule"), catalogue.find_theorem("log_softmax")]
    monkeypatch.setattr(catalogue, "theorems", lambda subject=None: few)
    out = run("--all", "--withhold")
    lines = sum(len(e.check().lines) for e in few)
    assert re.search(rf"^all +{lines} ", out, re.MULTILINE)
    assert f"{lines} of {lines} lines found" in out


def test_the_result_is_the_same_in_every_process() -> None:
    """Nothing hangs on the order of sets, which differs from one process to the next, nor on what was proved before."""
    name = "kl_eq_zero_iff"
    outs = set()
    for before in ("", "log_softmax"):
        program = f"from derive.cli import main; main(['find', '--withhold', *'{before} {name}'.split()])"
        env = {**os.environ, "PYTHONHASHSEED": str(len(before))}
        done = subprocess.run([sys.executable, "-c", program], env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        outs.add(re.sub(r"[\d.]+ ms", "", done.stdout[done.stdout.index(f"line 1 of {name}") :]))
    assert len(outs) == 1
