"""The definitions as Python functions: what they compute, and what latexify prints of them."""

from __future__ import annotations

import doctest
import random
from collections.abc import Callable
from fractions import Fraction
from inspect import isfunction
from typing import Any

import pytest

from derive.bridge import latexify as door
from derive.bridge.expand import Meaning, Numeric
from derive.bridge.models import SmallModel
from derive.kernel.definitions import Definition, define
from derive.kernel.sorts import INT, REAL, Fn
from derive.kernel.terms import Num, Term, Var
from derive.language import code, definitions, words
from derive.language.code import CODE, Family, code_latex
from derive.operators.derivatives import PARTIALS

DEFINITIONS = {name: d for name, d in vars(definitions).items() if isinstance(d, Definition)}


def test_every_definition_has_a_line_or_says_that_it_has_none() -> None:
    assert set(CODE) == set(DEFINITIONS)


def test_every_function_is_that_of_a_definition() -> None:
    """One whose name is misspelt would be left out."""
    own = {name for name, value in vars(code).items() if isfunction(value) and value.__module__ == code.__name__}
    assert own - {"code_latex", "source"} == {name for name, fn in CODE.items() if fn}


def test_every_definition_has_words() -> None:
    """They are said where it is defined; a user's own definition is called by its name."""
    assert set(words.WORDS) == {*DEFINITIONS.values(), *PARTIALS.values()}
    assert all(words.WORDS.values())
    own = define("a_definition_of_ones_own", (), Num(1))
    assert words.called(own) == "a definition of ones own"
    assert words.called(definitions.kl) == "the Kullback–Leibler divergence"


def test_every_function_is_named_after_its_definition() -> None:
    assert all(fn is None or fn.__name__ == name for name, fn in CODE.items())


def test_the_docstring_runs() -> None:
    assert doctest.testmod(code).failed == 0


# --- what they compute ------------------------------------------------------------------------------------------------

SIZE, LENGTH = 3, 2
DRAWS: dict[str, Callable[[random.Random], Fraction]] = {
    "positive": lambda rng: Fraction(rng.randint(1, 9), rng.randint(1, 9)),
    "dyadic": lambda rng: Fraction(1, 2 ** rng.randint(0, 4)),
}
MAY_BE_ZERO = {"entropy": "q", "kl": "q"}  # with 0 log 0 = 0


def _kernel_value(name: str, draw: Callable[[random.Random], Fraction], rng: random.Random) -> tuple[Any, list[Any]]:
    """The definition at random arguments, to 30 digits, and the same arguments for the function."""
    definition = DEFINITIONS[name]
    integers: dict[Var, int] = {}
    reals: dict[tuple[Var, tuple[int, ...]], Fraction] = {}
    tables: dict[tuple[Var, tuple[int, ...]], int] = {}
    args: list[Any] = []
    for v in definition.params:
        if v.sort == INT:
            integers[v] = SIZE if v.name == "V" else LENGTH if v.name == "T" else rng.randint(1, 2)
            args.append(integers[v])
        elif v.sort == REAL:
            reals[v, ()] = Fraction(rng.randint(1, 9), 10)
            args.append(float(reals[v, ()]))
        elif v.sort == Fn(INT, INT):
            values = [rng.randint(1, SIZE) for _ in range(LENGTH)]
            tables.update({(v, (i,)): n for i, n in enumerate(values, 1)})
            args.append(Family(*values))
        elif v.sort == Fn(INT, REAL):
            start = 0 if v.name == "Pr" else 1
            entries = [draw(rng) for _ in range(SIZE)]
            if MAY_BE_ZERO.get(name) == v.name:
                entries[rng.randrange(SIZE)] = Fraction(0)
            reals.update({(v, (i,)): e for i, e in enumerate(entries, start)})
            args.append(Family(*map(float, entries), start=start))
        else:
            rows = [[draw(rng) for _ in range(SIZE)] for _ in range(LENGTH)]
            reals.update({(v, (i, m)): e for i, row in enumerate(rows, 1) for m, e in enumerate(row, 1)})
            args.append(Family(*(Family(*map(float, row)) for row in rows)))
    term: Term = definition(*definition.params)
    of_rows = any(isinstance(v.sort, Fn) and v.sort.cod == Fn(INT, REAL) for v in definition.params)
    while isinstance(term.sort, Fn):
        index = rng.randint(1, LENGTH if of_rows else SIZE)
        term = term[index]
        args.append(index)
    model = SmallModel(integers, rng, lambda var, key: reals[var, key], tables=tables)
    return Numeric(30).real(Meaning(model, Numeric(30)).value(term)), args


@pytest.mark.parametrize("name", [n for n, fn in CODE.items() if fn is not None])
@pytest.mark.parametrize("draw", DRAWS)
def test_the_function_computes_the_definition(name: str, draw: str) -> None:
    rng = random.Random(f"{name} {draw}")
    function = CODE[name]
    assert function is not None
    for _ in range(20):
        wanted, args = _kernel_value(name, DRAWS[draw], rng)
        assert float(function(*args)) == pytest.approx(float(wanted), rel=1e-12, abs=1e-12)


def test_worked_examples() -> None:
    p = Family(Family(0.5, 0.5), Family(0.125, 0.875))
    assert code.perplexity(2, p, Family(1, 1)) == pytest.approx(4)
    assert code.sequence_probability(2, p, Family(1, 1)) == pytest.approx(1 / 16)
    assert [code.smoothed(2, 0.1, 1, k) for k in (1, 2)] == pytest.approx([0.95, 0.05])
    assert [code.smoothed_off(2, 0.1, 1, k) for k in (1, 2)] == pytest.approx([0.9, 0.1])
    assert code.entropy(2, Family(1, 0)) == 0
    assert code.kl(2, Family(0.5, 0.5), Family(0.25, 0.75)) == pytest.approx(0.14384103622589)
    assert code.uniform(4, 1) == 0.25


def test_exact_where_the_arguments_are() -> None:
    q, f = Family(Fraction(1, 3), Fraction(2, 3)), Family(3, 6)
    assert code.expectation(2, q, f) == 5
    assert isinstance(code.expectation(2, q, f), Fraction)


def test_other_containers_do() -> None:
    as_list, as_dict = [None, 0.5, 0.25], {1: 0.5, 2: 0.25}
    assert code.surprisal(as_list, 2) == code.surprisal(as_dict, 2) == code.surprisal(Family(0.5, 0.25), 2)  # type: ignore[arg-type]


def test_a_family_starts_at_one_and_ends() -> None:
    p = Family(0.5, 0.25)
    assert p[1] == 0.5
    assert p[2] == 0.25
    assert list(p) == [0.5, 0.25]
    assert len(p) == 2
    for outside in (0, -1, 3):
        with pytest.raises(IndexError, match=r"is outside 1\.\.2"):
            p[outside]
    assert Family(1, 0.5, start=0)[0] == 1
    assert repr(p) == "Family(0.5, 0.25)"
    assert repr(Family(1)) == "Family(1)"


# --- what latexify prints ---------------------------------------------------------------------------------------------

_OPEN, _CLOSE = r"\mathopen{}\left( ", r" \mathclose{}\right)"
_SUM, _END = r"\mathopen{}\left({", r"}\mathclose{}\right)"
_CASES, _ELSE = r"\left\{ \begin{array}{ll} ", r" \\ 0, & \mathrm{otherwise} \end{array} \right."

_FENCE, _UNFENCE = r"\mathopen{}\left", r"\mathclose{}\right"


def _called(name: str, *args: str) -> str:
    return rf"\mathrm{{{name}}} {_OPEN}{', '.join(args)}{_CLOSE}"


def _apart(f: str) -> str:
    """f at k less its expectation."""
    return rf"{_OPEN}{f}_{{k}} - \mathrm{{expectation}} \mathopen{{}}\left( V, q, {f}{_CLOSE}{_CLOSE}"


_FIRST, _SECOND = r"first\_marginal", r"second\_marginal"
LATEX = {
    "first_marginal": rf"\sum_{{y = 1}}^{{Y}} {_SUM}P_{{x, y}}{_END}",
    "second_marginal": rf"\sum_{{x = 1}}^{{X}} {_SUM}P_{{x, y}}{_END}",
    "second_given_first": rf"\frac{{P_{{x, y}}}}{{{_called(_FIRST, 'Y', 'P', 'x')}}}",
    "first_given_second": rf"\frac{{P_{{x, y}}}}{{{_called(_SECOND, 'X', 'P', 'y')}}}",
    "variance": rf"\sum_{{k = 1}}^{{V}} {_SUM}q_{{k}} \cdot {_apart('f')}^{{2}}{_END}",
    "covariance": rf"\sum_{{k = 1}}^{{V}} {_SUM}q_{{k}} \cdot {_apart('f')} {_apart('g')}{_END}",
    "maximum": _called("max", "a", "b"),
    "minimum": _called("min", "a", "b"),
    "absolute": rf"{_FENCE}| x {_UNFENCE}|",
    "positive_part": _called("max", "0", "x"),
    "sigmoid": rf"\frac{{1}}{{1 + \exp {_OPEN}-x{_CLOSE}}}",
    "softplus": rf"\log {_OPEN}1 + \exp x{_CLOSE}",
    "log_base": r"\frac{\log x}{\log b}",
    "binary_cross_entropy": rf"-{_OPEN}r \cdot \log x + {_OPEN}1 - r{_CLOSE} \log {_OPEN}1 - x{_CLOSE}{_CLOSE}",
    "one_hot": _CASES + r"1, & \mathrm{if} \ k = y" + _ELSE,
    "uniform": r"\frac{1}{V}",
    "smoothed": rf"{_OPEN}1 - \epsilon{_CLOSE} \delta {_OPEN}y, k{_CLOSE} + \frac{{\epsilon}}{{V}}",
    "smoothed_off": (
        rf"{_OPEN}1 - \epsilon{_CLOSE} \delta {_OPEN}y, k{_CLOSE} + \frac{{\epsilon}}{{V - 1}} \cdot "
        rf"{_OPEN}1 - \delta {_OPEN}y, k{_CLOSE}{_CLOSE}"
    ),
    "cross_entropy": r"-\sum_{k = 1}^{V} " + _SUM + r"q_{k} \cdot \log p_{k}" + _END,
    "entropy": (
        r"-\sum_{k = 1}^{V} " + _SUM + _CASES + r"q_{k} \cdot \log q_{k}, & \mathrm{if} \ q_{k} \ne 0" + _ELSE + _END
    ),
    "kl": (
        r"\sum_{k = 1}^{V} " + _SUM + _CASES + r"q_{k} \cdot \log " + _OPEN + r"\frac{q_{k}}{p_{k}}" + _CLOSE
        + r", & \mathrm{if} \ q_{k} \ne 0" + _ELSE + _END
    ),
    "surprisal": r"-\log p_{y}",
    "expectation": r"\sum_{k = 1}^{V} " + _SUM + r"q_{k} f_{k}" + _END,
    "geometric_mean": (
        r"\exp " + _OPEN + r"\frac{1}{V} \cdot \sum_{k = 1}^{V} " + _SUM + r"\log p_{k}" + _END + _CLOSE
    ),
    "smoothing_residual": (
        r"\epsilon \cdot " + _OPEN + r"\log p_{y} - \frac{1}{V} \cdot \sum_{k = 1}^{V} "
        + _SUM + r"\log p_{k}" + _END + _CLOSE
    ),
    "logsumexp": r"\log \sum_{k = 1}^{V} " + _SUM + r"\exp z_{k}" + _END,
    "softmax": r"\frac{\exp z_{k}}{\sum_{j = 1}^{V} " + _SUM + r"\exp z_{j}" + _END + "}",
    "conditional": r"\frac{\mathrm{Pr}_{t}}{\mathrm{Pr}_{t - 1}}",
    "sequence_probability": r"\prod_{t = 1}^{T} " + _SUM + r"p_{t, y_{t}}" + _END,
    "log_likelihood": r"\sum_{t = 1}^{T} " + _SUM + r"\log p_{t, y_{t}}" + _END,
    "perplexity": (
        r"\exp " + _OPEN + r"\frac{-\sum_{t = 1}^{T} " + _SUM + r"\log p_{t, y_{t}}" + _END + r"}{T}" + _CLOSE
    ),
}  # fmt: skip

needs_latexify = pytest.mark.skipif(not door.available(), reason="latexify is not installed")


@needs_latexify
@pytest.mark.parametrize("name", CODE)
def test_latex(name: str) -> None:
    assert code_latex(name) == LATEX.get(name)


@needs_latexify
def test_latex_with_a_signature() -> None:
    assert door.function_latex(code.uniform, signature=True) == r"\mathrm{uniform}(V, k) = \frac{1}{V}"


def test_without_latexify_there_is_no_latex(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "latexify", None)
    assert not door.available()
    assert code_latex("kl") is None


def test_no_latex_for_what_has_no_line(monkeypatch: pytest.MonkeyPatch) -> None:
    assert code_latex("no_such_definition") is None
    monkeypatch.setitem(CODE, "kl", None)
    assert code_latex("kl") is None
