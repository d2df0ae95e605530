"""What NumPy and JAX have in common: the results of programs are arrays."""

from __future__ import annotations

from typing import Any

import numpy as np


def floats_of(x: Any) -> Any:
    """The result of the function as nested lists of floats; None when it is no array and no number."""
    if hasattr(x, "shape"):
        return np.asarray(x).astype(np.float64).tolist()
    return float(x) if isinstance(x, (int, float)) else None


def name_of_type(x: Any) -> str:
    return str(getattr(x, "dtype", "float64"))
