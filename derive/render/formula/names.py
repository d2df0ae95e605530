"""How a name is written: letters, Greek letters, words, accents, primes and subscripts."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from derive.render.formula.nodes import PRIME, Accent, Node, Symbol, row, subscript

GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "eps": "ε", "epsilon": "ε", "zeta": "ζ", "eta": "η",
    "theta": "θ", "iota": "ι", "kappa": "κ", "lam": "λ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "pi": "π",
    "rho": "ρ", "sigma": "σ", "tau": "τ", "phi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω", "Gamma": "Γ", "Delta": "Δ",
    "Theta": "Θ", "Lambda": "Λ", "Xi": "Ξ", "Pi": "Π", "Sigma": "Σ", "Phi": "Φ", "Psi": "Ψ", "Omega": "Ω",
    "ell": "ℓ",  # no Greek letter, and written by its name as these are
}  # fmt: skip
MARKS = ("hat", "bar", "tilde")

FUNCTIONS = frozenset((
    "sin", "cos", "tan", "cot", "sec", "csc", "sinh", "cosh", "tanh", "arcsin", "arccos", "arctan", "sqrt", "abs",
    "sgn", "sign", "floor", "ceil", "mod", "gcd", "lcm", "min", "max", "argmin", "argmax", "sup", "inf", "lim", "limsup",
    "liminf", "log", "lg", "ln", "exp", "erf",
))  # fmt: skip
"""Functions and operations of numbers that readers know."""
INTEGERS = frozenset("VTnmijkty")
"""The letters that a reader takes for integers: sizes, lengths, indices, tokens."""


PARAMETERS = frozenset(("theta", "phi"))
"""The letters that a reader takes for parameters of a model, of which it is not said what they are."""
KNOWN = FUNCTIONS | frozenset((
    "card", "det", "tr", "trace", "rank", "dim", "ker", "deg", "Pr", "Prob", "Var", "Cov", "Corr", "Std", "E", "H", "Re", "Im",
    "infty", "infinity", "nan", "true", "false",
))  # fmt: skip
"""Functions and constants of mathematics that readers know, besides those that a notation prints."""


class Name(NamedTuple):
    """A name as it is written: x_hat_1' is the letter x with a hat, a subscript 1 and a prime."""

    head: str
    marks: tuple[str, ...]
    subscripts: tuple[str, ...]
    primes: int


@lru_cache(maxsize=4096)
def split_name(name: str) -> Name:
    """The letter or word of a name, and what is put on it."""
    bare = name.rstrip("'")
    primes = len(name) - len(bare)
    head, *parts = [p for p in bare.split("_") if p] or [bare or "x"]
    digits = re.fullmatch(r"([A-Za-z])(\d+)", head)
    if digits:
        head, parts = digits[1], [digits[2], *parts]
    marks = []
    while parts and (parts[0] in MARKS or parts[0] == "prime"):
        part = parts.pop(0)
        if part == "prime":
            primes += 1
        else:
            marks.append(part)
    return Name(head, tuple(marks), tuple(parts), primes)


def reads_as_integer(name: str) -> bool:
    """Whether a reader takes a letter of that name for an integer: k, and k_1 and k', but not k with a hat."""
    split = split_name(name)
    return split.head in INTEGERS and not split.marks


def reads_as_parameter(name: str) -> bool:
    """Whether a reader takes a letter of that name for parameters."""
    split = split_name(name)
    return split.head in PARAMETERS and not split.marks


def name_node(name: str, kind: str = "name") -> Node:
    """How a name is written: letters in italics, Greek names in Greek, words upright, parts after ``_`` as subscripts.

    ``kind`` is that of a word: name, or fn for the name of a function.
    """
    head, marks, parts, primes = split_name(name)
    base: Node = letter_symbol(head, kind)
    for mark in marks:
        base = Accent(mark, base)
    if primes:
        base = row(base, *[PRIME] * primes)
    for part in parts:
        base = subscript(base, Symbol(part, "num") if part.isdigit() else letter_symbol(part, "name"))
    return base


def letter_symbol(word: str, kind: str) -> Symbol:
    """A letter, a Greek letter, a number, or a word of that kind."""
    if word in GREEK:
        return Symbol(GREEK[word], "var")
    if len(word) == 1:
        return Symbol(word, "num" if word.isdigit() else "var")
    return Symbol(word, kind)
