"""The names of the tests are the same in every process: workers compare them, and a person runs one by its name."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def test_names_do_not_depend_on_the_order_of_a_set():
    """Python orders sets anew in each process: a name that is made of one differs between the workers that run the tests."""
    root = Path(__file__).parent.parent
    names = []
    for seed in ("1", "2"):
        run = subprocess.run(
            [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "."],
            cwd=root,
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=False,
        )
        assert run.returncode == 0, run.stdout + run.stderr
        names.append([line for line in run.stdout.splitlines() if "::" in line])
    assert len(names[0]) > 1000
    for again in names[1:]:
        assert [(here, there) for here, there in zip(names[0], again, strict=True) if here != there] == []
