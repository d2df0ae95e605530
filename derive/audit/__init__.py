"""Training code in: the loss that a function computes, as a theorem; or the difference; or the numbers at which it differs.

``audit`` reads a function by running it on symbols (``reading``), holds the formula against the function (``guard``), and has the
board prove that it is a loss of the library (``losses``), or the refuter find numbers, which are run through the function again.
``assert_loss`` does the same in a test.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from derive.audit.expect import assert_loss, loss, one_hot_loss, smoothed_loss, soft_loss

__all__ = ["assert_loss", "loss", "one_hot_loss", "smoothed_loss", "soft_loss"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(name)
    from derive.audit import expect

    return getattr(expect, name)
