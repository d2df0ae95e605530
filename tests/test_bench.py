"""Benchmarks; run them with --benchmark-enable.  No time is asserted, counts are."""

import subprocess
import sys

import pytest

from derive import *
from derive.kernel.theorem import proof_steps, replay
from derive.language.letters import *


def cold(*command):
    return lambda: subprocess.run([sys.executable, *command], check=True, capture_output=True)


@pytest.mark.parametrize(
    "command",
    [
        ("-c", "import sympy"),
        ("-m", "derive.cli", "show", "cross_entropy_is_nll", "--as", "latex"),
        ("-m", "derive.cli", "check", "--quiet"),
    ],
    ids=["import sympy", "show", "check"],
)
def test_cold_start(benchmark, command):
    benchmark.pedantic(cold(*command), rounds=3, iterations=1)


def test_replay_of_the_headline(benchmark):
    """Primitive steps a second: the rounds' time over ``steps``."""
    from proofs.cross_entropy import cross_entropy_is_nll

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
    from proofs.label_smoothing import label_smoothing_residual

    def prove():
        label_smoothing_residual._derivation = None
        return label_smoothing_residual.check()

    assert benchmark(prove).theorem is not None
