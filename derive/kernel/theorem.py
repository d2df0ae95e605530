"""The sealed Theorem: hypotheses |- conclusion, which only a rule can make.

Every theorem keeps its proof: the rule that made it and what the rule was given, premises included.  ``replay`` makes
it again from that record alone.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from functools import wraps
from types import MappingProxyType
from typing import Any

from derive.kernel.sorts import PROP, Sort
from derive.kernel.terms import Op, SortError, Term, Var, _writer


class RuleError(ValueError):
    """A rule was refused; ``rule`` names it and the message says which side condition failed.

    The message may have places ``{}`` for terms, which are written only when it is read: tactics try rules by the hundred.
    """

    def __init__(self, rule: str, message: str, *terms: object) -> None:
        super().__init__(rule, message, *terms)
        self.rule = rule

    @property
    def message(self) -> str:
        _, message, *terms = self.args
        return str(message.format(*terms) if terms else message)

    def __str__(self) -> str:
        return f"{self.rule}: {self.message}"

    def _render_traceback_(self) -> list[str]:
        return [f"{type(self).__name__}: {self}"]


class Proof:
    """One primitive step: a rule and its arguments.  Theorems among the arguments are the premises."""

    __slots__ = ("args", "premises", "rule")
    rule: str
    args: tuple[Any, ...]
    premises: tuple[Theorem, ...]

    def __new__(cls, rule: str, args: tuple[Any, ...]) -> Proof:
        premises: list[Theorem] = []
        for a in args:
            if isinstance(a, Theorem):
                premises.append(a)
            elif isinstance(a, tuple):
                premises += [b for b in a if isinstance(b, Theorem)]
        self = object.__new__(cls)
        _put_rule(self, rule)
        _put_args(self, args)
        _put_premises(self, tuple(premises))
        return self

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("the record of a proof does not change")

    def __delattr__(self, name: str) -> None:
        raise AttributeError("the record of a proof does not change")


_put_rule, _put_args, _put_premises = [_writer(Proof, s) for s in ("rule", "args", "premises")]
_SEAL = object()


class Theorem:
    """``hyps`` |- ``concl``.  Hypotheses are distinct statements, in order of first use."""

    __slots__ = ("concl", "hyps", "proof")
    hyps: tuple[Term, ...]
    concl: Term
    proof: Proof

    def __new__(cls, seal: object, hyps: tuple[Term, ...], concl: Term, proof: Proof) -> Theorem:
        if seal is not _SEAL:
            raise TypeError("a Theorem is made by the rules of the kernel only")
        self = object.__new__(cls)
        _put_hyps(self, hyps)
        _put_concl(self, concl)
        _put_proof(self, proof)
        return self

    def __init_subclass__(cls) -> None:
        raise TypeError("a Theorem has no subclasses")

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("theorems are immutable")

    def __delattr__(self, name: str) -> None:
        raise AttributeError("theorems are immutable")

    def __reduce__(self) -> tuple[object, ...]:
        raise TypeError("a Theorem cannot be pickled or copied; keep its proof and replay it")

    @property
    def free(self) -> frozenset[Var]:
        """The free variables of the hypotheses and the conclusion."""
        out = self.concl.free
        for h in self.hyps:
            out = out | h.free
        return out

    def __repr__(self) -> str:
        return f"{', '.join(map(repr, self.hyps))} |- {self.concl}"


_put_hyps, _put_concl, _put_proof = [_writer(Theorem, s) for s in ("hyps", "concl", "proof")]

Sequent = tuple[tuple[Term, ...], Term]

_RULES: dict[str, Callable[..., Theorem]] = {}
RULES: Mapping[str, Callable[..., Theorem]] = MappingProxyType(_RULES)


def rule(fn: Callable[..., Sequent]) -> Callable[..., Theorem]:
    """Make ``fn``, which computes a sequent or raises RuleError, a rule that returns a theorem with its proof.

    What the rule is given must be of the kinds that ``fn`` declares; sequences are made tuples first, so that the recorded proof has all
    premises.
    """
    name = fn.__name__
    home = sys.modules.get("derive.kernel.rules")
    if home is None or getattr(fn, "__globals__", None) is not vars(home):
        raise TypeError(f"{name} is no rule: the rules are those of derive.kernel.rules")
    if name in RULES:
        raise ValueError(f"there is a rule {name} already")
    kinds = [kind for parameter, kind in fn.__annotations__.items() if parameter != "return"]
    required = len(kinds) - len(fn.__defaults__ or ())
    checks = [_check(kind) for kind in kinds]

    @wraps(fn)
    def apply(*args: Any) -> Theorem:
        if not required <= len(args) <= len(kinds):
            raise RuleError(name, f"takes {len(kinds)} arguments, not {len(args)}")
        given = tuple([check(name, a) for check, a in zip(checks, args, strict=False)])
        try:
            hyps, concl = fn(*given)
        except SortError as error:
            raise RuleError(name, str(error)) from None
        for statement in (*hyps, concl):
            if statement.sort is not PROP or statement.loose:
                raise RuleError(name, f"{statement} is not a statement")
        return Theorem(_SEAL, hyps, concl, Proof(name, given))

    _RULES[name] = apply
    return apply


_KINDS: dict[str, type | tuple[type, ...]] = {
    "Theorem": Theorem,
    "Term": Term,
    "Var": Var,
    "Op": Op,
    "Fraction": Fraction,
    "str": str,
    "Sort | None": (Sort, type(None)),
}


def _check(kind: str) -> Callable[[str, Any], Any]:
    """What gives an argument back when it is of the kind declared for it, sequences as tuples, and refuses it otherwise."""
    if kind.startswith("tuple[") and kind.endswith(", ...]"):
        inner = _check(kind[len("tuple[") : -len(", ...]")])

        def each(rule_name: str, value: Any) -> Any:
            if isinstance(value, (str, Term, Theorem)):
                raise RuleError(rule_name, f"takes a sequence here, not {value!r}")
            return tuple([inner(rule_name, v) for v in value])

        return each
    if kind.startswith("tuple["):
        parts = [_check(k) for k in kind[len("tuple[") : -1].split(", ")]

        def together(rule_name: str, value: Any) -> Any:
            pair = tuple(value)
            if len(pair) != len(parts):
                raise RuleError(rule_name, f"takes {len(parts)} things together, not {len(pair)}")
            return tuple([part(rule_name, v) for part, v in zip(parts, pair, strict=True)])

        return together
    wanted = _KINDS[kind]
    exact = wanted in (Fraction, str)  # a derived type could compare as it likes

    def one(rule_name: str, value: Any) -> Any:
        if type(value) is wanted or (not exact and isinstance(value, wanted)):
            return value
        what = "an exact number (a Fraction)" if kind == "Fraction" else f"a {kind}"
        raise RuleError(rule_name, f"takes {what} here, not {value!r}")

    return one


def union(*hyps: tuple[Term, ...]) -> tuple[Term, ...]:
    """Hypotheses of several premises, each once, in order."""
    some = [hs for hs in hyps if hs]
    if len(some) <= 1:
        return some[0] if some else ()
    return tuple(dict.fromkeys([h for hs in some for h in hs]))


def without(hyps: tuple[Term, ...], *gone: Term) -> tuple[Term, ...]:
    return tuple(h for h in hyps if h not in gone)


def proof_steps(*theorems: Theorem) -> list[Theorem]:
    """All theorems in the proofs of ``theorems``, premises before conclusions, each once."""
    done: dict[int, Theorem] = {}
    stack = list(theorems[::-1])
    while stack:
        th = stack[-1]
        first = [p for p in th.proof.premises if id(p) not in done]
        if first:
            stack += first
        else:
            done[id(stack.pop())] = th
    return list(done.values())


def axioms_used(*theorems: Theorem) -> frozenset[str]:
    """The names of the axioms on which the theorems rest."""
    return axioms_among(proof_steps(*theorems))


def axioms_among(steps: Iterable[Theorem]) -> frozenset[str]:
    """The names of the axioms among the steps of proofs."""
    return frozenset(th.proof.args[0] for th in steps if th.proof.rule == "axiom")


def replay(theorem: Theorem) -> Theorem:
    """The theorem made again, step by step, from its recorded proof."""
    if not isinstance(theorem, Theorem):
        raise TypeError(f"replay takes a theorem, such as kl_nonneg.theorem, not {theorem!r}")
    made: dict[int, Theorem] = {}

    def again(a: Any) -> Any:
        if isinstance(a, Theorem):
            return made[id(a)]
        if isinstance(a, tuple):
            return tuple(again(b) for b in a)
        return a

    for th in proof_steps(theorem):
        new = RULES[th.proof.rule](*(again(a) for a in th.proof.args))
        if new.concl != th.concl or new.hyps != th.hyps:
            raise RuleError(th.proof.rule, f"replaying gives {new} instead of {th}")
        made[id(th)] = new
    return made[id(theorem)]
