"""The only door to latexify-py: LaTeX of an ordinary Python function.

latexify-py 0.4.4 supports Python up to 3.13; without it there is no LaTeX here, which is not an error.  What it was
found to print, and what to do about it:

    range(1, V + 1)     \\sum_{k = 1}^{V}: right, so write the bounds like this
    range(V)            \\sum_{k = 0}^{V - 1}: indices as coded, so never index from 0
    p[t][y[t]]          p_{t, y_{t}}: right; p[t, v] prints a parenthesis in the index, so chain the brackets
    other functions     \\mathrm{name} ...; a conditional expression prints as cases, so write a convention like that
    -(1 / T) * s        parentheses around the fraction; write -s / T
    eps, one_hot        \\mathrm{eps}, \\mathrm{one\\_hot}: give ``identifiers``, and math symbols get a backslash
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

try:
    import latexify
except (ImportError, AttributeError):  # not installed, or a Python without the syntax-tree classes that it names
    latexify = None


def available() -> bool:
    """Whether latexify can be used here."""
    return latexify is not None


def function_latex(
    fn: Callable[..., Any], identifiers: Mapping[str, str] | None = None, signature: bool = False
) -> str | None:
    """The body of ``fn`` in LaTeX, or, with ``signature``, name, parameters and body; None without latexify."""
    if latexify is None:
        return None
    return str(
        latexify.get_latex(
            fn,
            identifiers=dict(identifiers or {}),
            use_math_symbols=True,
            use_signature=signature,
            reduce_assignments=True,  # drops the docstring
        )
    )
