"""The names of the tests are the same in every process: workers compare them, and a person runs one by its name."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest


def test_names_do_not_depend_on_the_order_of_a_set(request: pytest.FixtureRequest) -> None:
    """Python orders sets anew in each process: a name that is made of one differs between the workers that run the tests.

    The names in this process are held against those that the same files have in another, with another order.
    """
    here = [item.nodeid for item in request.session.items]
    files = dict.fromkeys(name.partition("::")[0] for name in here)
    seed = "2" if os.environ.get("PYTHONHASHSEED") == "1" else "1"
    options = ("--collect-only", "-q", "-p", "no:cacheprovider", "-p", "no:xdist")
    run = subprocess.run(
        [sys.executable, "-m", "pytest", *options, *files],
        cwd=request.config.rootpath,
        env={**os.environ, "PYTHONHASHSEED": seed},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    there = set(run.stdout.splitlines())
    assert here and [name for name in here if name not in there] == []
