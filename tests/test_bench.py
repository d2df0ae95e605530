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


COLD = {
    "import sympy": ("-c", "import sympy"),
    "list": ("-m", "derive.cli", "list"),
    "ledger": ("-m", "derive.cli", "ledger"),
    "show": ("-m", "derive.cli", "show", HEADLINE, "--as", "latex"),
    "show with all that it cites": ("-m", "derive.cli", "show", "argmin_cross_entropy_iff", "--as", "latex"),
    "check": ("-m", "derive.cli", "check", "--quiet", "--fresh"),
    "check again": ("-m", "derive.cli", "check", "--quiet"),
    "show again": ("-m", "derive.cli", "show", HEADLINE),
    "slides html": ("-m", "derive.cli", "slides", HEADLINE, "-o", "x.html"),
    "slides pdf": ("-m", "derive.cli", "slides", HEADLINE, "-o", "x.pdf"),
}


@pytest.mark.parametrize("what", COLD)
def test_cold_start(benchmark, what, tmp_path, monkeypatch):
    """The goals are ratios to ``import sympy``: list and ledger 0.6, show again 0.4, check again 1.5, slides as html 2, as pdf 3."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)  # as after an install
    for name in ("CI", "PYTEST_CURRENT_TEST"):  # under which nothing is believed
        monkeypatch.delenv(name, raising=False)
    if what == "list" and benchmark.enabled:
        cold(*COLD["check"])()  # what it found is kept
    small = {"check": ("probability",), "check again": ("probability",), "ledger": ("--axioms",)}  # it only has to work
    command = COLD[what] if benchmark.enabled else (*COLD[what], *small.get(what, ()))
    benchmark.pedantic(cold(*command), rounds=3, iterations=1, warmup_rounds=1)


def test_the_memory_of_the_whole_catalogue_as_pdf(benchmark, tmp_path):
    """The largest process, in MB; the goal is 300."""
    import resource

    from derive.board.catalogue import subjects

    command = ("-m", "derive.cli", "slides", *subjects(), "-o", str(tmp_path / "x.pdf"))
    if benchmark.enabled:
        benchmark.pedantic(cold(*command), rounds=1, iterations=1)
        benchmark.extra_info["megabytes"] = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    else:
        benchmark.pedantic(cold(*command[:3], "perplexity", *command[-2:]), rounds=1, iterations=1)


def test_the_catalogue_without_any_reasons(benchmark, request):
    """Every line as if its author had given no reason: how many are found, with reasons as specific, and how long each takes."""
    from derive.board import catalogue
    from derive.board.withheld import withhold

    wished = request.config.getoption("benchmark_enable")
    entries = catalogue.theorems() if wished else catalogue.theorems("probability")[:2]
    rows = benchmark.pedantic(lambda: [x for e in entries for x in withhold(e)], rounds=1, iterations=1)
    times = sorted(x.seconds for x in rows)
    found = [x for x in rows if x.verdict != "none"]
    benchmark.extra_info |= {
        "lines": len(rows),
        "found": len(found),
        "same or as specific": sum(x.verdict in ("same", "as specific") for x in rows),
        "median, ms": round(1000 * times[len(times) // 2], 1),
        "most, ms": round(1000 * times[-1]),
    }
    assert found


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
