"""Programs in JAX, read from their jaxpr: traced at symbolic shapes, and each primitive as an operation on tensors of terms.

Functions of jax.nn that JAX calls by name, such as log_softmax, are read as what they are and not by their inner steps.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from functools import lru_cache
from itertools import pairwise
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import export

from derive.audit.fronts.arrays import floats_of, name_of_type
from derive.audit.fronts.jax_primitives import CALLED, PRIMITIVES, Shapes, constant
from derive.audit.fronts.jax_watch import SIZE, watched
from derive.audit.fronts.places import is_users, placed
from derive.audit.fronts.sizes import Size, with_builtins
from derive.audit.fronts.symbols import floats, refuse_narrow
from derive.audit.model.functions import exact
from derive.audit.model.tensor import Dim, Tensor, scalar
from derive.audit.model.trace import Trace, Unread, none_swallowed
from derive.audit.model.values import ONE, add, mul, sub
from derive.kernel.sorts import INT
from derive.kernel.terms import Num, Term, Var


class Symbol(NamedTuple):
    """An input, to be traced at its shape."""

    tensor: Tensor


def symbol(tensor: Tensor) -> Any:
    return Symbol(tensor)


_TYPES = {"real": jnp.float64, "int": jnp.int32, "bool": jnp.bool_}


def read(function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Trace the program at symbolic shapes, and read its jaxpr; the result has tensors of terms in place of arrays."""
    leaves, tree = jax.tree_util.tree_flatten((args, kwargs), is_leaf=lambda x: isinstance(x, (Symbol, Size)))
    at = [i for i, x in enumerate(leaves) if isinstance(x, Symbol)]
    trace: Trace = leaves[at[0]].tensor.trace
    names = sorted({v.name for i in at for d in leaves[i].tensor.shape for f in d.factors for v in f.free})
    with exactly():
        try:
            jaxpr, out = _traced(function, leaves, tree, at, _symbolic(names, 1), trace)
        except Unread:  # it may need sizes from 2 on, as where the last position is left out
            jaxpr, out = _traced(function, leaves, tree, at, _symbolic(names, 2), trace)
            for n in names:
                trace.assume(Num(2) <= Var(n, INT))
    reader = _Reader(trace)
    tensors = reader.run(jaxpr.jaxpr, jaxpr.consts, [leaves[i].tensor for i in at])
    return jax.tree_util.tree_unflatten(jax.tree_util.tree_structure(out), tensors)


def _traced(
    function: Callable[..., Any], leaves: list[Any], tree: Any, at: list[int], sizes: dict[str, Any], trace: Trace
) -> tuple[Any, Any]:
    def call(*arrays: Any) -> Any:
        values = list(leaves)
        for i, x in zip(at, arrays, strict=True):
            values[i] = x
        for i, x in enumerate(values):
            if isinstance(x, Size):
                values[i] = sizes[repr(x.term)]
        args, kwargs = jax.tree_util.tree_unflatten(tree, values)
        return function(*args, **kwargs)

    structs = [jax.ShapeDtypeStruct(_shape(leaves[i].tensor, sizes), _TYPES[leaves[i].tensor.kind]) for i in at]
    try:
        with watched(trace), with_builtins(function, jax.Array, SIZE), none_swallowed():
            return jax.make_jaxpr(call, return_shape=True)(*structs)  # type: ignore[no-any-return]
    except Exception as error:
        if type(error).__name__ != "InconclusiveDimensionOperation":
            raise
        raise Unread("a branch on a size", f"JAX cannot decide it for every size: {_first(error)}") from None


def _first(error: Exception) -> str:
    return str(error).strip().split("\n")[0]


def _symbolic(names: Sequence[str], least: int) -> dict[str, Any]:
    if not names:
        return {}
    dims = export.symbolic_shape(", ".join(names), constraints=[f"{n} >= {least}" for n in names])
    return dict(zip(names, dims, strict=True))


def _shape(t: Tensor, sizes: dict[str, Any]) -> tuple[Any, ...]:
    out = []
    for d in t.shape:
        n: Any = 1
        for f in d.factors:
            n = n * (int(f.value) if isinstance(f, Num) else sizes[repr(f)])
        out.append(n)
    return tuple(out)


def size_term(d: Any) -> Term:
    """A dimension of JAX as a term; its text is read, not run.  JAX multiplies out, and B T - B is B (T - 1) again."""
    if isinstance(d, int):
        return Num(d)
    return _factored(_parsed(ast.parse(str(d), mode="eval").body))


Monomials = dict[tuple[str, ...], int]


def _parsed(node: ast.expr) -> Monomials:
    match node:
        case ast.Name(id=name):
            return {(name,): 1}
        case ast.Constant(value=int(value)):
            return {(): value}
        case ast.UnaryOp(op=ast.USub(), operand=a):
            return _product(_parsed(a), {(): -1})
        case ast.BinOp(left=a, op=ast.Add(), right=b):
            return _total(_parsed(a), _parsed(b))
        case ast.BinOp(left=a, op=ast.Sub(), right=b):
            return _total(_parsed(a), _product(_parsed(b), {(): -1}))
        case ast.BinOp(left=a, op=ast.Mult(), right=b):
            return _product(_parsed(a), _parsed(b))
    raise Unread(f"the size {ast.unparse(node)}", "it is no sum or product of sizes")


def _total(a: Monomials, b: Monomials) -> Monomials:
    out = {m: a.get(m, 0) + b.get(m, 0) for m in (*a, *b)}
    return {m: c for m, c in out.items() if c}


def _product(a: Monomials, b: Monomials) -> Monomials:
    out: Monomials = {}
    for m, c in a.items():
        for n, e in b.items():
            out = _total(out, {tuple(sorted((*m, *n))): c * e})
    return out


def _factored(p: Monomials) -> Term:
    if not p:
        return Num(0)
    common = next((v for v in next(iter(p)) if all(v in m for m in p)), None)
    if common is not None and len(p) > 1:
        rest = {tuple(x for i, x in enumerate(m) if i != m.index(common)): c for m, c in p.items()}
        return mul(Var(common, INT), _factored(rest))
    out: Term = Num(0)
    for m, c in sorted(p.items(), key=lambda t: (not t[0], t[1] < 0, t[0])):
        term: Term = Num(abs(c))
        for v in m:
            term = mul(term, Var(v, INT))
        out = add(out, term) if c > 0 else sub(out, term)
    return out


class _Reader:
    """One pass over a jaxpr."""

    def __init__(self, trace: Trace) -> None:
        self.trace = trace
        self.shapes = Shapes(trace, size_term)

    def run(self, jaxpr: Any, consts: Sequence[Any], args: Sequence[Tensor]) -> list[Tensor]:
        known: dict[Any, Tensor] = dict(zip(jaxpr.invars, args, strict=True))
        known |= {v: constant(self.trace, c) for v, c in zip(jaxpr.constvars, consts, strict=True)}

        def value(v: Any) -> Tensor:
            return constant(self.trace, v.val) if hasattr(v, "val") else known[v]

        for e in jaxpr.eqns:
            try:
                out = self.equation(e, [value(v) for v in e.invars])
            except Unread as error:
                raise error.at(_place(e)) from None
            known.update(zip(e.outvars, (placed(t, _place(e)) for t in out), strict=False))
        return [value(v) for v in jaxpr.outvars]

    def equation(self, e: Any, args: list[Tensor]) -> list[Tensor]:
        name, p = e.primitive.name, e.params
        self.trace.count(name)
        for v in e.outvars:
            refuse_narrow(str(getattr(v.aval, "dtype", "")))
        if name == "stop_gradient" and _asked_for(e):
            self.trace.cut(name, _place(e))
        if name.startswith("custom_vjp"):
            self.trace.note(f"{_place(e)}: a derivative of its own stands here; --gradient looks at the gradient")
        inner = next((p[n] for n in ("jaxpr", "call_jaxpr", "fun_jaxpr") if n in p), None)
        if inner is not None and name in (
            "jit",
            "pjit",
            "custom_jvp_call",
            "custom_vjp_call",
            "custom_vjp_call_jaxpr",
            "closed_call",
            "core_call",
            "remat",
            "checkpoint",
        ):
            called = CALLED.get(str(p.get("name", "")))
            read = called(self.trace, e, args) if called else None
            if read is not None:
                return [read]
            closed = getattr(inner, "jaxpr", inner)
            return self.run(closed, getattr(inner, "consts", ()), args)
        run = PRIMITIVES.get(name)
        if run is None:
            raise Unread(name, "there is no reading of this primitive of JAX; write it with others, or use --measure")
        return [run(self.shapes, p, e, *args)]


def _place(e: Any) -> str:
    """The line of the program that an equation comes from."""
    for f in _frames(e):
        if "/jax/" not in f.file_name and "/derive/" not in f.file_name:
            return f"{f.file_name.rpartition('/')[2]}:{f.start_line}"
    return ""


def _asked_for(e: Any) -> bool:
    """Whether the program itself calls stop_gradient, and no function of JAX does: logsumexp keeps its largest entry so."""
    frames = list(getattr(e.source_info.traceback, "frames", ()))
    callers = [after for f, after in pairwise(frames) if f.function_name == "stop_gradient"]
    return bool(callers) and is_users(callers[-1].file_name)


def _frames(e: Any) -> Iterator[Any]:
    try:
        from jax._src import source_info_util

        yield from source_info_util.user_frames(e.source_info.traceback)
    except (ImportError, AttributeError, TypeError):
        return


def tensor_of(x: Any, trace: Trace) -> Tensor | None:
    if isinstance(x, Tensor):
        return x
    return scalar(trace, exact(x)) if isinstance(x, (int, float)) else None


# --- the function itself ----------------------------------------------------------------------------------------------


def exactly() -> AbstractContextManager[Any]:
    """JAX with floats of 64 bits, while the program is run."""
    made: AbstractContextManager[Any] = (
        jax.enable_x64(True) if hasattr(jax, "enable_x64") else jax.experimental.enable_x64()
    )
    return made


def concrete(value: Any, kind: str, dtype: str = "float64") -> Any:
    types = {"label": jnp.int32, "count": jnp.int32, "mask": jnp.bool_}
    array = np.array(floats(value) if kind not in types else value)
    return jnp.asarray(array.astype(types.get(kind) or jnp.dtype(dtype)))  # NumPy converts without compiling


SHAPES = 5
"""At so many shapes the program is run: XLA compiles it for each."""


def called(function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """The program on numbers, compiled as one: eager JAX compiles each operation anew for each shape, which takes seconds."""
    leaves, tree = jax.tree_util.tree_flatten((args, kwargs))
    at = tuple(i for i, x in enumerate(leaves) if isinstance(x, jax.Array))
    rest = tuple(None if i in at else x for i, x in enumerate(leaves))
    try:
        return _compiled(function, tree, at, rest)(*(leaves[i] for i in at))
    except TypeError:  # an argument that has no hash, or a result that is no tree of arrays
        return function(*args, **kwargs)


@lru_cache(maxsize=16)
def _compiled(function: Callable[..., Any], tree: Any, at: tuple[int, ...], rest: tuple[Any, ...]) -> Any:
    def call(*arrays: Any) -> Any:
        values = list(rest)
        for i, x in zip(at, arrays, strict=True):
            values[i] = x
        args, kwargs = jax.tree_util.tree_unflatten(tree, values)
        return function(*args, **kwargs)

    return jax.jit(call)


def gradient_of(run: Callable[[Any], Any], x: Any) -> Any:
    return np.asarray(jax.grad(run)(x)).tolist()


__all__ = ["ONE", "Dim", "called", "concrete", "exactly", "floats_of", "name_of_type", "read", "symbol", "tensor_of"]
