"""Frameworks whose programs derive audit reads.  The README's test line stays light: there these tests are skipped with the name of
the extra, and .ci/run installs it and runs them once more, with DERIVE_FRAMEWORKS set, when one that is missing fails."""

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
        absent(str(error))


def absent(what: str) -> NoReturn:
    """Skip, and say what to install; fail where everything is to be installed."""
    message = f"{what}; pip install -e '.[test-audit]', and timm with --no-deps"
    if os.environ.get("DERIVE_FRAMEWORKS"):
        pytest.fail(message)
    pytest.skip(message, allow_module_level=True)
