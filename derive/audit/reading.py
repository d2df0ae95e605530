"""From a program to a formula: its inputs as symbols, the program run on them, and what comes out as a term."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from derive.audit import program
from derive.audit.fronts.places import line_of
from derive.audit.fronts.sizes import number
from derive.audit.inputs import Inputs
from derive.audit.model.tensor import Tensor, count
from derive.audit.model.trace import Cut, Trace, Unread, letter_of
from derive.audit.model.values import MINUS_INFINITY, NOT_A_NUMBER, ONE, as_term
from derive.errors import UserError, described
from derive.kernel import terms as k
from derive.kernel.sorts import INT
from derive.kernel.terms import App, Num, Term, Var, subterms
from derive.language.syntax import ForAll


class Reading(NamedTuple):
    """What a program computes: a term, with letters for the indices of what it returns, and their ranges."""

    inputs: Inputs
    term: Term
    scope: tuple[tuple[Var, Term, Term], ...]
    given: tuple[Term, ...]
    trace: Trace
    front: Any

    def least(self, size: str) -> int:
        """The smallest number that a size may be: x[:, 3:] supposes that there are 3 entries."""
        lows = [
            g.args[0].value
            for g in self.given
            if isinstance(g, App) and g.op is k.LE and repr(g.args[1]) == size and isinstance(g.args[0], Num)
        ]
        return int(max(lows, default=1))

    def claim(self, target: Term) -> Term:
        equation = k.eq(self.term, target)
        return ForAll(list(self.scope), equation) if self.scope else equation


_BUILT_ON = {"optax": "jax", "flax": "jax", "haiku": "jax", "transformers": "torch", "timm": "torch", "trl": "torch"}
"""Packages whose functions belong to a framework."""


def _first(names: set[str]) -> str:
    """The framework among the names of modules, or that on which one of them is built; "" where there is none."""
    names = names | {_BUILT_ON[n] for n in names & _BUILT_ON.keys()}
    return next((n for n in ("torch", "jax", "numpy") if n in names), "")


def front_of(function: Callable[..., Any], name: str = "") -> Any:
    """The module that reads programs of the kind: ``name`` is torch, jax or numpy, or it is told by what the function's module imports."""
    from importlib import import_module

    called, _ = program.underneath(function)
    space = getattr(called, "__globals__", {})
    used = {getattr(v, "__name__", "").partition(".")[0] for v in space.values() if type(v).__name__ == "module"}
    used |= {str(getattr(v, "__module__", "")).partition(".")[0] for v in space.values() if callable(v)}
    used.add(str(getattr(called, "__module__", "")).partition(".")[0])
    code = getattr(called, "__code__", None)
    own = {"numpy" if n == "np" else n for n in getattr(code, "co_names", ())}
    own |= {getattr(space.get(n), "__name__", "").partition(".")[0] for n in getattr(code, "co_names", ())}
    found = name or _first(own) or _first(used) or "torch"  # a module may import several
    needed = {"torch": "torch_tracer", "export": "torch_export", "jax": "jax_reader", "numpy": "numpy_tracer"}
    if found not in needed:
        raise UserError(f"there is no front end {found!r}; they are {', '.join(needed)}")
    try:
        return import_module(f"derive.audit.fronts.{needed[found]}")
    except ImportError as error:
        raise UserError(
            f"programs that use {found} are read with {found} itself, which cannot be imported ({error}); install it: "
            f"pip install 'derive-lm[{found}]'"
        ) from None


def read(
    function: Callable[..., Any], inputs: Inputs, fixed: Mapping[str, Any], output: str = "", front: Any = None,
    supposed: Sequence[Term] = (),
) -> Reading:  # fmt: skip
    """The formula of the function, under further conditions if they are ``supposed``.  Raises Unread when a step has no reading, with
    the line of the program."""
    front = front or front_of(function)
    given = (*inputs.conditions(), *inputs.some_kept(), *supposed)
    trace = Trace(given)
    symbols = {n: front.symbol(inputs.tensor(trace, n)) for n in inputs.symbols}
    sizes = {s: number(v, trace) for s, v in inputs.sizes.items()}
    args, kwargs = program.arguments(function, symbols, program.with_sizes(fixed, sizes))
    try:
        result = program.picked(front.read(function, args, kwargs), output)
        tensor = front.tensor_of(result, trace)
        if tensor is None:
            raise Unread(
                f"a result of type {type(result).__name__}",
                "the function must return a tensor; name the loss in it with --result",
            )
        return _reading(inputs, tensor, given, trace, front)
    except Cut:
        raise Unread(
            "a result with pieces", "its entries are different formulas in different ranges; return their sum or mean"
        ) from None
    except Unread as error:
        raise error.at(line_of(error)) from None
    except (UserError, RecursionError):
        raise
    except Exception as error:
        why = f"it fails on symbols with {described(error)}; what it does there has no reading"
        raise Unread("the program", why, line_of(error)) from error


def _reading(inputs: Inputs, tensor: Tensor, given: tuple[Term, ...], trace: Trace, front: Any) -> Reading:
    scope: list[tuple[Var, Term, Term]] = []
    index: list[tuple[Term, ...]] = []
    for d in tensor.shape:
        if d.keep is not None:
            raise Unread(
                "a result with x[mask]",
                f"it has as many entries as the mask keeps ({count(d, trace)!r}); return their sum or mean",
            )
        letters = []
        for n in d.factors:
            v = Var(letter_of(repr(n), {x.name for x, _, _ in scope}), INT)
            scope.append((v, ONE, n))
            letters.append(v)
        index.append(tuple(letters))
    ranges = [s for v, low, high in scope for s in (low <= v, v <= high)]
    with trace.within(*ranges):
        term = as_term(tensor.entry(tuple(index)))
    if MINUS_INFINITY in term.free:
        raise Unread("-inf", "a value of -inf gets into the result; fill with -inf only what goes into a softmax")
    if NOT_A_NUMBER in term.free:
        raise Unread("nan", "a value of nan gets into the result")
    longer = {a.args[1]: a for a in trace.assumed if isinstance(a, App)}  # sizes that are supposed to be more than 1
    given = tuple(
        longer.get(g.args[1], g) if isinstance(g, App) and g.op is k.LE and g.args[0] == ONE else g for g in given
    )
    return Reading(inputs, term, tuple(scope), _needed(given, inputs, term), trace, front)


def _needed(given: tuple[Term, ...], inputs: Inputs, term: Term) -> tuple[Term, ...]:
    """The conditions; that a position is kept only where something is divided by what is counted."""
    kept = [s.kept for s in inputs.symbols.values() if s.kept is not None]
    divided = any(isinstance(t, App) and t.op is k.DIV and t.args[1].free & {*kept} for t in subterms(term))
    some = inputs.some_kept()
    return given if divided else tuple(g for g in given if g not in some)
