"""Definitions: new constants that stand for a closed body.

A definition is conservative.  It is made once, its body mentions only its parameters and constants that exist already,
and its only uses are unfolding and folding (the rule ``unfold``).  So a definition can prove nothing new.
"""

from __future__ import annotations

from derive.kernel.sorts import Sort, is_subsort
from derive.kernel.terms import Op, Operand, SortError, Term, Var, app, as_term, substitute


class DefinitionError(ValueError):
    """A definition that is refused; the message says why."""

    def _render_traceback_(self) -> list[str]:
        return [f"{type(self).__name__}: {self}"]


_SEAL = object()


class Definition(Op):
    """A defined constant: ``name(params) := body``."""

    __slots__ = ("body", "doc", "params")
    params: tuple[Var, ...]
    body: Term
    doc: str

    def __new__(cls, seal: object, name: str, params: tuple[Var, ...], body: Term, doc: str) -> Definition:
        if seal is not _SEAL:
            raise TypeError("a Definition is made by define() only")
        self = object.__new__(cls)
        put = object.__setattr__
        put(self, "name", name)
        put(self, "arity", len(params))
        put(self, "result", self._result)
        put(self, "binders", ())
        put(self, "params", params)
        put(self, "body", body)
        put(self, "doc", doc)
        return self

    def _result(self, args: tuple[Term, ...]) -> Sort | None:
        fits = len(args) == len(self.params) and all(
            is_subsort(a.sort, p.sort) for a, p in zip(args, self.params, strict=True)
        )
        return self.body.sort if fits else None

    def __init_subclass__(cls) -> None:
        raise TypeError("a Definition has no subclasses")

    def __call__(self, *args: Operand) -> Term:
        """The constant at its arguments.  Raises SortError, with the call that is meant, when they do not fit."""
        try:
            terms = tuple(map(as_term, args))
            return app(self, *terms)
        except SortError:
            shown = ", ".join(f"{a!r} of sort {a.sort}" if isinstance(a, Term) else repr(a) for a in args) or "nothing"
            names = ", ".join(p.name for p in self.params)
            sorts = ", ".join(f"{p.name} is of sort {p.sort}" for p in self.params)
            raise SortError(f"{self.name} does not take {shown}; write {self.name}({names}), where {sorts}") from None

    def __reduce__(self) -> str | tuple[object, ...]:
        return (_lookup, (self.name,))

    def unfolded(self, args: tuple[Term, ...]) -> Term:
        """The body with the arguments put in for the parameters."""
        return substitute(self.body, dict(zip(self.params, args, strict=True)))


_DEFINED: dict[str, Definition] = {}


def _lookup(name: str) -> Definition:
    return _DEFINED[name]


def definitions() -> tuple[Definition, ...]:
    """All definitions made so far, in order."""
    return tuple(_DEFINED.values())


def define(name: str, params: tuple[Var, ...], body: Term, doc: str = "") -> Definition:
    """Introduce ``name(params) := body``.

    Fails when the name is taken with another meaning, a parameter is repeated, or the body has a free variable that is
    no parameter.  A definition in terms of itself cannot be written: the constant does not exist before this returns.
    Saying the very same definition again gives back the first.
    """
    from derive.kernel.terms import _OPS  # the built-in names are taken

    params = tuple(params)
    if type(name) is not str or not isinstance(body, Term) or not all(isinstance(v, Var) for v in params):
        raise DefinitionError(f"a definition has a name, variables and a term, not {name!r}, {params!r} and {body!r}")
    if name in _OPS:
        raise DefinitionError(f"{name} is a built-in operator and cannot be defined again")
    if len({v.name for v in params}) != len(params):
        raise DefinitionError(f"the definition of {name} repeats a parameter")
    stray = body.free - set(params)
    if stray or body.loose:
        names = ", ".join(sorted(v.name for v in stray))
        raise DefinitionError(f"the body of {name} mentions {names}, which is not among its parameters")
    old = _DEFINED.get(name)
    if old is not None:
        if old.params == params and old.body == body:
            return old
        raise DefinitionError(f"{name} is defined already, as {old.body}; choose another name")
    new = Definition(_SEAL, name, params, body, doc)
    _DEFINED[name] = new
    return new
