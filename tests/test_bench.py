"""Benchmarks; run them with --benchmark-enable.  No time is asserted, counts are."""

import subprocess
import sys

import pytest

from derive import *
from derive.kernel.theorem import proof_steps, replay
from derive.language.letters import *
from derive.slides.targets import TARGETS


def cold(*command):
    """The whole process; it must have done something."""

    def run():
        done = subprocess.run([sys.executable, *command], check=True, capture_output=True)
        assert done.stdout or command[0] == "-c"

    return run


HEADLINE = "cross_entropy_is_nll"


@pytest.mark.parametrize(
    "command",
    [
        ("-c", "import sympy"),
        ("-m", "derive.cli", "show", HEADLINE, "--as", "latex"),
        ("-m", "derive.cli", "check", "--quiet"),
        ("-m", "derive.cli", "slides", HEADLINE, "-o", "x.html"),
        ("-m", "derive.cli", "slides", HEADLINE, "-o", "x.pdf"),
    ],
    ids=["import sympy", "show", "check", "slides html", "slides pdf"],
)
def test_cold_start(benchmark, command, tmp_path, monkeypatch):
    """The bounds are ratios to ``import sympy``: show 0.5, slides as html 2, as pdf 3."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)  # as after an install
    benchmark.pedantic(cold(*command), rounds=3, iterations=1, warmup_rounds=1)


@pytest.mark.parametrize("target", TARGETS)
def test_the_whole_catalogue_as_slides(benchmark, target, request):
    """Every theorem in one deck, in every target."""
    from derive.board import catalogue
    from derive.slides.command import Wish, make_deck
    from derive.slides.deck import Options

    wished = request.config.getoption("benchmark_enable")
    chosen = catalogue.theorems() if wished else catalogue.theorems("perplexity")
    deck = make_deck([(e.name, e.derivation) for e in chosen], Wish())
    benchmark.extra_info["slides"] = len(deck.slides)
    t = TARGETS[target]
    files = benchmark.pedantic(t.printer.write, (deck, f"x{t.ending}", Options()), rounds=1, iterations=1)
    assert all(files.values())


def test_replay_of_the_headline(benchmark):
    """Primitive steps a second: the rounds' time over ``steps``."""
    from derive.proofs.cross_entropy import cross_entropy_is_nll

    th = cross_entropy_is_nll.theorem
    benchmark.extra_info["steps"] = len(proof_steps(th))
    assert benchmark(replay, th).concl == th.concl


def test_the_cost_does_not_depend_on_sizes():
    """A proof at V = 10^9 has as many steps as at V = 2: sizes are only numbers in it."""

    def steps(size):
        @theorem(shows=Eq(Sum(delta(k, 1) * f[k], (k, 1, size)), f[1]))
        def at_size(calc):
            calc.eq(f[1], by=sum_delta)

        return at_size.steps

    assert steps(2) == steps(10**3) == steps(10**9)


def test_proof_of_the_residual(benchmark):
    from derive.proofs.label_smoothing import label_smoothing_residual

    def prove():
        label_smoothing_residual._derivation = None
        return label_smoothing_residual.check()

    assert benchmark(prove).theorem is not None
