"""Exact counterexamples for false claims.  This package never proves anything."""

from derive.falsify.evaluate import Model, TooBig, evaluate
from derive.falsify.exact import Exact, Undecided, Undefined
from derive.falsify.search import (
    Counterexample,
    NoneFound,
    UndefinedAt,
    approx,
    check_line,
    find_counterexample,
    satisfiable,
)
from derive.falsify.substitution import substitute_model

__all__ = [
    "Counterexample",
    "Exact",
    "Model",
    "NoneFound",
    "TooBig",
    "Undecided",
    "Undefined",
    "UndefinedAt",
    "approx",
    "check_line",
    "evaluate",
    "find_counterexample",
    "satisfiable",
    "substitute_model",
]
