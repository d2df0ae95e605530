"""The command line.  Importing it loads nothing: what an interrupt does is settled before that (``derive.cli.__main__``)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from derive.cli.commands import main as main


def __getattr__(name: str) -> Any:
    if name != "main":
        raise AttributeError(name)
    from derive.cli.commands import main

    return main
