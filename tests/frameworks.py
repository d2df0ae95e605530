"""Frameworks whose programs derive audit reads.  The README's test line stays light: there these tests are skipped with the name of
the extra, and .ci/run installs it and runs the files that ask for torch or jax once more, with DERIVE_FRAMEWORKS set, when one that
is missing fails."""

from __future__ import annotations

import os
from importlib import import_module
from typing import Any, NoReturn

import pytest


def framework(name: str) -> Any:
    """The module, or the tests of a file are skipped."""
    try:
        return import_module(name)
    except ImportError as error:
        # the README's line has numpy, with matplotlib
        absent(str(error), "CI" if name == "numpy" else "DERIVE_FRAMEWORKS")


def absent(what: str, installed: str = "DERIVE_FRAMEWORKS") -> NoReturn:
    """Skip, and say what to install; fail where the environment variable says that it is installed."""
    message = f"{what}; pip install -e '.[test-audit]', and timm with --no-deps"
    if os.environ.get(installed):
        pytest.fail(message)
    pytest.skip(message, allow_module_level=True)
