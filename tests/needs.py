"""Tools that tests need: without one a test is skipped and says what to install; under CI it fails."""

from __future__ import annotations

import os
import shutil
import subprocess
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


def need_font(family: str, package: str) -> None:
    """A font as wide as ``family``: with another one what fits on a slide is measured wrongly."""
    found = subprocess.run([need("fc-match", "fontconfig"), family], capture_output=True, text=True, check=False).stdout
    if "Liberation" not in found and family not in found:
        missing(f"{package} (Debian)", f"{family} is drawn with {found.strip() or 'another font'}, which is wider")
