"""The program that is read: where it is, how its inputs are handed to it, and what of its result is the loss."""

from __future__ import annotations

import ast
import importlib
import inspect
import random
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import TYPE_CHECKING, Any

from derive.errors import UserError, described

if TYPE_CHECKING:
    from derive.audit.inputs import Inputs

_FORM = "name the function as FILE.py::NAME or package.module:NAME"


def find(name: str, make: Mapping[str, Any] | None = None) -> Callable[..., Any]:
    """The function of that name; of a class, an instance that is made with ``make``.  Its module is run: it is a program.

    Raises UserError when there is none.
    """
    where, sign, inner = name.partition("::") if "::" in name else name.partition(":")
    if not sign or not inner:
        raise UserError(f"{name!r} names no function: {_FORM}")
    module = module_of(where) if where.endswith(".py") or "/" in where else _from_package(where)
    found: Any = module
    for part in inner.split("."):
        if not hasattr(found, part):
            known = (
                ", ".join(n for n, x in vars(module).items() if callable(x) and not n.startswith("_"))
                or "nothing callable"
            )
            raise UserError(f"{where} has no {inner}; it has {known}")
        found = getattr(found, part)
        if isinstance(found, type):
            found = _made(found, f"{where}:{part}", make or {})
    if not callable(found):
        raise UserError(f"{name} is {type(found).__name__}, and nothing to call; {_FORM}")
    return found  # type: ignore[no-any-return]


def _made(kind: type, name: str, make: Mapping[str, Any]) -> Any:
    try:
        return kind(**make)
    except Exception as error:
        raise UserError(
            f"{name} is a class, and {kind.__name__}({', '.join(f'{k}={v!r}' for k, v in make.items())}) fails: {described(error)}; "
            "give the arguments that it needs with --make NAME=VALUE"
        ) from None


def module_of(path: str) -> Any:
    file = Path(path)
    if not file.is_file():
        raise UserError(f"{path}: there is no such file; {_FORM}")
    spec = spec_from_file_location(f"derive_audited_{abs(hash(str(file.resolve())))}", file)
    if spec is None or spec.loader is None:
        raise UserError(f"{path} is not a Python file; {_FORM}")
    module = module_from_spec(spec)
    sys.modules[spec.name] = module
    folder = str(file.resolve().parent)
    if folder not in sys.path:
        sys.path.insert(0, folder)  # as Python does for a program: it may import its neighbours
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        del sys.modules[spec.name]
        raise UserError(f"{path} cannot be run, which is how its functions are found: {described(error)}") from None
    return module


def _from_package(name: str) -> Any:
    if "" not in sys.path and str(Path.cwd()) not in sys.path:
        sys.path.insert(0, str(Path.cwd()))
    try:
        return importlib.import_module(name)
    except (Exception, SystemExit) as error:
        raise UserError(
            f"{name} cannot be imported, which is how its functions are found: {described(error)}; {_FORM}"
        ) from None


def literal(text: str) -> tuple[str, Any]:
    """NAME=VALUE, where the value is a number, a word, a list, ... in Python's spelling.  It is read, not run."""
    name, sign, value = text.partition("=")
    if not sign or not name.isidentifier():
        raise UserError(f"{text!r} is no argument; write NAME=VALUE, such as label_smoothing=0.1")
    try:
        return name, ast.literal_eval(value)
    except (ValueError, SyntaxError):
        return name, value


def with_sizes(fixed: Mapping[str, Any], sizes: Mapping[str, Any]) -> dict[str, Any]:
    """The fixed arguments; one that is the letter of a size, as in vocab_size=V, is that size."""
    return {n: sizes.get(v, v) if isinstance(v, str) else v for n, v in fixed.items()}


class Bundle(dict):  # type: ignore[type-arg]
    """Inputs that the program takes as one: a dictionary, an object with attributes, or a tuple."""

    def __getattr__(self, name: str) -> Any:
        if name in self:
            return self[name]
        raise AttributeError(name)

    def __getitem__(self, key: Any) -> Any:
        return list(self.values())[key] if isinstance(key, int) else super().__getitem__(key)


def grouped(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """``batch.logits`` and ``batch.labels`` as one input ``batch``; numbers, as in ``batches.0.logits``, make a list."""
    tree: dict[str, Any] = {}
    for name, value in inputs.items():
        *path, last = name.split(".")
        at = tree
        for part in path:
            at = at.setdefault(part, Bundle())
        at[last] = value
    return {name: _listed(x) for name, x in tree.items()}


def _listed(x: Any) -> Any:
    if not isinstance(x, Bundle):
        return x
    inner = {name: _listed(v) for name, v in x.items()}
    if inner and all(name.isdigit() for name in inner):
        return [inner[name] for name in sorted(inner, key=int)]
    return Bundle(inner)


def arguments(
    function: Callable[..., Any], inputs: Mapping[str, Any], fixed: Mapping[str, Any]
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """How the inputs are handed over: by their names where the function has them, else in order."""
    values = grouped(inputs)
    called = function.forward if hasattr(function, "forward") and hasattr(function, "named_parameters") else function
    try:
        signature = inspect.signature(called)
    except (TypeError, ValueError):
        return tuple(values.values()), dict(fixed)
    named = {n for n, p in signature.parameters.items() if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)}
    anything = any(p.kind == p.VAR_KEYWORD for p in signature.parameters.values())
    if all(n in named or anything for n in values):
        _complete(signature, 0, {**values, **fixed})
        return (), {**values, **fixed}
    positional = [n for n in values if n not in named]
    rest = {n: v for n, v in values.items() if n in named}
    taken = [n for n, p in signature.parameters.items() if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    if set(taken[: len(positional)]) & set(rest) or (len(positional) > len(taken) and not _variadic(signature)):
        raise UserError(
            f"the function takes {', '.join(signature.parameters) or 'nothing'}, and has no {', '.join(positional)}; name the inputs as it does"
        )
    _complete(signature, len(positional), {**rest, **fixed})
    return tuple(values[n] for n in positional), {**rest, **fixed}


def _complete(signature: inspect.Signature, before: int, given: Mapping[str, Any]) -> None:
    """Raises UserError when an argument is missing; ``before`` are handed over by their place."""
    missing = [n for n in required(signature)[before:] if n not in given]
    if missing:
        raise UserError(
            f"the function needs {', '.join(missing)} as well; give the shape of {missing[0]} with --shapes {missing[0]}=SIZES, or a value "
            f"that stays as it is with --with {missing[0]}=VALUE, such as the letter of a size"
        )


def required(signature: inspect.Signature) -> list[str]:
    """The arguments without which the function cannot be called."""
    kinds = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return [n for n, p in signature.parameters.items() if p.default is p.empty and p.kind not in kinds]


def with_vocabulary(function: Callable[..., Any], inputs: Inputs, fixed: Mapping[str, Any]) -> dict[str, Any]:
    """The fixed arguments, and the size of the vocabulary where the function needs it by one of its names and nobody says it."""
    try:
        needed = required(inspect.signature(function))
    except (TypeError, ValueError):
        return dict(fixed)
    labels = [x for x in inputs.inputs if x.kind == "label"]
    asked = [n for n in needed if n in VOCABULARY and n not in {*fixed, *inputs.symbols}]
    if not asked or not labels:
        return dict(fixed)
    size = inputs.vocabulary(labels[0])
    name = next(n for n, v in inputs.sizes.items() if v == size)
    return {**fixed, **dict.fromkeys(asked, int(name) if name.isdigit() else name)}


VOCABULARY = ("vocab_size", "vocabulary_size", "n_vocab", "num_classes", "n_classes", "num_labels")
"""The arguments of functions of libraries that take the size of the vocabulary, or the number of classes, beside the logits."""


def _variadic(signature: inspect.Signature) -> bool:
    return any(p.kind == p.VAR_POSITIONAL for p in signature.parameters.values())


def underneath(function: Callable[..., Any]) -> tuple[Any, Any]:
    """The function as it was written, of a partial, a method, an instance or what torch.compile made of it; and what it belongs to."""
    inner = getattr(function, "func", getattr(function, "_torchdynamo_orig_callable", function))
    owner = getattr(inner, "__self__", inner)
    if not hasattr(inner, "__code__") and not hasattr(inner, "__func__"):
        inner = getattr(type(inner), "forward", None) or type(inner).__call__
    return getattr(inner, "__func__", inner), owner


def state(function: Callable[..., Any]) -> dict[str, str]:
    """Values that the function can change as it runs: of its instance, of functions around it, of its defaults and its module.  They
    are plain ones, and the buffers of a module of torch."""
    called, owner = underneath(function)
    code, space = getattr(called, "__code__", None), getattr(called, "__globals__", {})
    own = "self" if owner is not called else called.__name__
    found = {f"{own}.{n}": v for n, v in getattr(owner, "__dict__", {}).items()}
    found |= {n: space[n] for n in getattr(code, "co_names", ()) if n in space}
    names = getattr(code, "co_varnames", ())[: getattr(code, "co_argcount", 0)]
    defaults = getattr(called, "__defaults__", None) or ()
    found |= dict(zip(names[len(names) - len(defaults) :], defaults, strict=False))
    for name, cell in zip(getattr(code, "co_freevars", ()), getattr(called, "__closure__", None) or (), strict=False):
        with suppress(ValueError):  # a name that has no value yet
            found[name] = cell.cell_contents
    plain = {n: v for n, v in found.items() if _is_plain(v)}
    plain |= {f"{own}.{n}": v for n, v in getattr(owner, "_buffers", {}).items()}
    return {n: repr(v) for n, v in plain.items()} | _drawn()


def _drawn() -> dict[str, str]:
    """How far the generators of random numbers are that a program draws from."""
    out = {"the state of random": repr(hash(random.getstate()))}
    if "numpy" in sys.modules:
        out["the state of numpy.random"] = repr(sys.modules["numpy"].random.get_state())
    if "torch" in sys.modules:
        out["the state of torch.random"] = repr(hash(sys.modules["torch"].get_rng_state().numpy().tobytes()))
    return out


def _is_plain(x: Any) -> bool:
    if isinstance(x, dict):
        return len(x) <= _FEW and all(map(_is_plain, x.values()))
    if isinstance(x, (list, tuple, set)):
        return len(x) <= _FEW and all(map(_is_plain, x))
    return isinstance(x, (bool, int, float, str))


_FEW = 64  # entries of a state that is looked at


def picked(result: Any, output: str = "") -> Any:
    """The loss in a result: itself, what is named ``output``, or what is named loss, or the first of several."""
    if output:
        for part in output.split("."):
            if isinstance(result, Mapping) and part in result:
                result = result[part]
            elif part.isdigit() and isinstance(result, Sequence):
                result = result[int(part)]
            elif hasattr(result, part):
                result = getattr(result, part)
            else:
                raise UserError(f"the result, a {type(result).__name__}, has no {part}; name its loss with --result")
        return result
    if isinstance(result, Mapping) and "loss" in result:
        return result["loss"]
    if not isinstance(result, (tuple, list)) and not hasattr(result, "shape") and hasattr(result, "loss"):
        return result.loss
    return result[0] if isinstance(result, (tuple, list)) and result else result
