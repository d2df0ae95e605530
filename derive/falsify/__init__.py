"""Exact counterexamples for false claims.  This package never proves anything."""

from derive.falsify.models.arithmetic import TooBig
from derive.falsify.models.evaluate import evaluate
from derive.falsify.models.model import Model
from derive.falsify.models.substitution import substitute_model
from derive.falsify.numbers.exact import Exact, Undecided, Undefined
from derive.falsify.search.found import Counterexample, NoneFound, UndefinedAt, approx
from derive.falsify.search.search import check_line, find_counterexample, satisfiable

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
