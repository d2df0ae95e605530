"""Tools that tests need: without one a test is skipped and says what to install; under CI it fails."""

from __future__ import annotations

import os
import shutil
from typing import NoReturn

import pytest


def missing(package: str, what: str) -> NoReturn:
    """Skip the test because a tool is missing; under CI, where everything is installed, fail."""
    message = f"{what}; install the package {package}"
    if os.environ.get("CI"):
        pytest.fail(message)
    pytest.skip(message)


def need(program: str, package: str) -> str:
    """The path of a program of a Debian package."""
    path = shutil.which(program)
    if path is None:
        missing(f"{package} (Debian)", f"{program} is not installed")
    return path
