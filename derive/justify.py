"""From a line to the next: the reasons an author gave, turned into a kernel theorem, or an account of what they do give."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from derive.kernel import rules as r
from derive.kernel.definitions import Definition
from derive.kernel.terms import EQ, IFF, App, Term, Var, app, eq, iff, negation
from derive.kernel.theorem import RuleError, Theorem, proof_steps
from derive.lemmas import arithmetic as _arithmetic  # noqa: F401  (the side-condition prover looks lemmas up by name)
from derive.lemmas import logs as _logs  # noqa: F401
from derive.lemmas import sums as _sums  # noqa: F401
from derive.reasons import ByCases, Reversed, Reworded, Statement, Tactic, calculus
from derive.tactics import side
from derive.tactics.closing import close
from derive.tactics.context import Context
from derive.tactics.conv import everywhere, repeatedly
from derive.tactics.derived import chain, resolve, sides, strip_forall
from derive.tactics.differentiation import differentiate
from derive.tactics.entailment import Known, entail, equivalent
from derive.tactics.normal import Normalizer, by_normal_form
from derive.tactics.rewriting import AnyRule, DefinitionRule, Rule, directed, exhaustively

# A lemma whose exact shape is not on the page may still be used up to field identities: these features of the normal form do it.
FEATURES = {
    "sum_delta": {"indicators"}, "sum_delta'": {"indicators"}, "sum_add": {"sums"}, "sum_sub": {"sums"}, "sum_neg": {"sums"},
    "sum_mul": {"sums"}, "sum_mul_right": {"sums"}, "sum_div": {"sums"}, "sum_const": {"sums", "constants"},
    "sum_one": {"sums", "constants"}, "sum_zero": {"sums"}, "sum_swap": {"nested"}, "log_prod": {"logs"}, "log_mul": {"logs"},
    "log_div": {"logs"}, "log_inv": {"logs"}, "log_pow": {"logs"}, "log_exp": {"logs"}, "log_one": {"logs"},
    "delta_same": {"indicators"}, "delta_diff": {"indicators"}, "xlogy_eq_mul_log": {"logs"},
}  # fmt: skip


@dataclass(slots=True)
class Failure:
    """Why a line was refused."""

    what: str  # one line
    missing: list[Term] = field(default_factory=list)  # side conditions that could not be proved
    gives: Term | None = None  # what the reasons make of the line before


@dataclass(slots=True)
class Success:
    theorem: Theorem
    used: tuple[str, ...] = ()


class Toolbox:
    """The reasons of one line, sorted by what they can do."""

    def __init__(self, reasons: Sequence[Any], given: Sequence[Term], ctx: Context) -> None:
        self.rules: list[AnyRule] = []
        self.lemmas: list[Known] = []
        self.features: set[str] = set()
        self.definitions: list[Definition] = []
        self.tactics: list[Tactic] = []
        self.splits: list[Term] = []
        self.must_use: list[tuple[str, Any]] = []
        self.fixed = frozenset(ctx.free)
        self.ctx = ctx
        for reason in reasons:
            self._add(reason, given)

    def _add(self, reason: Any, given: Sequence[Term], reverse: bool = False) -> None:
        if isinstance(reason, Reworded):
            self._add(reason.reason, given, reverse)
        elif isinstance(reason, Reversed):
            for inner in reason.reason if isinstance(reason.reason, (list, tuple)) else [reason.reason]:
                self._add(inner, given, not reverse)
        elif isinstance(reason, Definition):
            self.rules.append(DefinitionRule(reason, reverse))
            self.definitions.append(reason)
            self.must_use.append((reason.name, reason))
        elif isinstance(reason, Tactic):
            self.tactics.append(reason)
            self.features |= reason.features
        elif isinstance(reason, ByCases):
            self.splits.append(reason.statement)
        elif isinstance(reason, Term):
            known = self.ctx.by_statement.get(reason)
            if known is None:
                raise ValueError(f"{reason} is not among the conditions given")
            self._equation_or_lemma(known, "condition", self.fixed, reverse)
        elif isinstance(reason, Statement):
            th = reason.theorem
            self.features |= FEATURES.get(reason.name, set())
            self._equation_or_lemma(th, reason.name, frozenset(), reverse)
            self.must_use.append((reason.name, th))
        elif hasattr(reason, "at_sort"):  # a schema over an abstract sort
            self.rules.append(SortedRule(reason, reverse))
            self.must_use.append((reason.name, reason))
        else:
            raise TypeError(f"{reason!r} is not a reason")

    def _equation_or_lemma(self, th: Theorem, name: str, fixed: frozenset[Var], reverse: bool) -> None:
        _, _, concl = strip_forall(th.concl)
        target = concl if fixed else th.concl
        if isinstance(target, App) and target.op in (EQ, IFF):
            self.rules.append(Rule(th, name, fixed, reverse))
        self.lemmas.append(Known(th, name, fixed))

    @property
    def equations(self) -> list[AnyRule]:
        return [x for x in self.rules if not (isinstance(x, Rule) and x.left.sort.__repr__() == "statement")]

    def failed_conditions(self) -> list[Term]:
        out: list[Term] = []
        for x in (*self.rules, *self.lemmas):
            out += [t for t in x.failed if t not in out]
        out += [t for t in self.ctx.missing if t not in out]
        return out

    def unused(self, th: Theorem) -> str | None:
        """The name of a reason that the proof does not use."""
        steps = proof_steps(th)
        made = {id(s) for s in steps}
        for name, thing in self.must_use:
            if isinstance(thing, Definition):
                seen = any(s.proof.rule == "unfold" and getattr(s.proof.args[0], "op", None) is thing for s in steps)
            elif isinstance(thing, Theorem):
                seen = id(thing) in made or any(s.concl == thing.concl and s.hyps == thing.hyps for s in steps)
                seen = seen or name in FEATURES  # the normal form may reach it by a sibling, such as sum_delta'
            else:
                seen = True
            if not seen:
                return name
        return None


class SortedRule:
    """A lemma for every abstract sort, such as the argmin laws over the parameters."""

    def __init__(self, schema: Any, reverse: bool) -> None:
        self.schema, self.reverse, self.name = schema, reverse, schema.name
        self.failed: list[Term] = []
        self._rules: dict[Any, Rule] = {}

    def __call__(self, term: Term, ctx: Context) -> Theorem | None:
        return self.at(term, ctx)

    def at(self, term: Term, ctx: Context, target: Term | None = None) -> Theorem | None:
        sort = self.schema.sort_of(term)
        if sort is None:
            return None
        rule = self._rules.get(sort)
        if rule is None:
            rule = self._rules[sort] = Rule(self.schema.at_sort(sort), self.name, frozenset(), self.reverse)
            rule.failed = self.failed
        return rule.at(term, ctx, target)


def justify(
    relation: str, before: Term, after: Term, reasons: Sequence[Any], given: Sequence[Term], ctx: Context
) -> Success | Failure:
    """A theorem that relates the two lines for these reasons, or a Failure."""
    tools = Toolbox(reasons, given, ctx)
    for r_ in tools.rules:
        r_.failed.clear()
    ctx.missing.clear()
    goal = _goal(relation, before, after)
    used: tuple[str, ...] = ()
    try:
        if tools.splits:
            th = _split(goal, tools, ctx)
        elif relation == "=":
            th, used = _equation(before, after, tools, ctx)
        elif relation == "<=>":
            th = equivalent(before, after, ctx, tools.lemmas, tools.rules)
        else:
            th = entail(goal, ctx, tools.lemmas, tools.equations)
            if th is None:
                th = _weaker(goal, tools, ctx)
    except RuleError as error:
        return Failure(str(error), tools.failed_conditions())
    if th is None or th.concl != goal:
        return Failure(
            "does not follow", tools.failed_conditions(), _gives(before, tools, ctx) if relation == "=" else None
        )
    stray = [h for h in th.hyps if h not in ctx.by_statement]
    if stray:
        return Failure(f"rests on {stray[0]}, which is not given", stray)
    idle = tools.unused(th)
    if idle is not None:
        return Failure(f"follows without {idle}; give the reason that it needs")
    return Success(th, used)


def _goal(relation: str, before: Term, after: Term) -> Term:
    if relation == "=":
        return eq(before, after)
    if relation == "<=>":
        return iff(before, after)
    return before <= after if relation == "<=" else before < after


def _equation(a: Term, b: Term, tools: Toolbox, ctx: Context) -> tuple[Theorem | None, tuple[str, ...]]:
    if calculus in tools.tactics:
        step = repeatedly(everywhere(differentiate))(a, ctx)
        if step is not None:
            now = sides(step.concl)[1]
            rest, used = _equation_plain(now, b, tools, ctx)
            return (None if rest is None else chain(step, rest)), ("differentiation", *used)
    return _equation_plain(a, b, tools, ctx)


def _equation_plain(a: Term, b: Term, tools: Toolbox, ctx: Context) -> tuple[Theorem | None, tuple[str, ...]]:
    if a == b and not tools.must_use:
        return r.refl(a), ()
    equations = tools.equations
    if equations:
        th = directed(a, b, equations, ctx)
        if th is not None and tools.unused(th) is None:
            return th, ()
    else:
        th = close(a, b, ctx)
        if th is not None:
            return th, ()
    th = side.prove(eq(a, b), ctx) if not tools.must_use else None
    if th is not None:
        return th, ()
    if equations:
        step = exhaustively(equations)(a, ctx)
        if step is not None:
            rest = close(sides(step.concl)[1], b, ctx)
            if rest is not None:
                return chain(step, rest), ()
    if tools.features or equations:
        forward = [x for x in equations if not isinstance(x, DefinitionRule)]
        n = Normalizer(tools.features, tools.definitions, tuple(forward))
        th = by_normal_form(a, b, ctx, n)
        if th is not None:
            return th, tuple(n.used)
    if tools.lemmas:
        th = entail(eq(a, b), ctx, tools.lemmas, equations)
        if th is not None:
            return th, ()
    return None, ()


def _weaker(goal: Term, tools: Toolbox, ctx: Context) -> Theorem | None:
    """An inequality whose two sides become the two sides of a known one after calculation."""
    a, b = sides(goal)
    n = Normalizer(tools.features, tools.definitions, tuple(tools.equations))
    left, right = n.normalize(a, ctx), n.normalize(b, ctx)
    x, y = sides(left.concl)[1], sides(right.concl)[1]
    if (x, y) == (a, b):
        return None
    th = entail(app(goal.op, x, y), ctx, tools.lemmas, tools.equations)  # type: ignore[attr-defined]
    return None if th is None else r.rel_cong(th, (r.sym(left), r.sym(right)))


def _split(goal: Term, tools: Toolbox, ctx: Context) -> Theorem | None:
    """Each case of a comparison by the other reasons."""

    def prove(splits: Sequence[Term], c: Context) -> Theorem | None:
        if not splits:
            if isinstance(goal, App) and goal.op is EQ:
                return _equation(goal.args[0], goal.args[1], tools, c)[0]
            return entail(goal, c, tools.lemmas, tools.equations)
        statement = splits[0]
        opposite = negation(statement)
        if opposite is None:
            raise ValueError(f"{statement} is not a comparison; by_cases needs one")
        yes = prove(splits[1:], c.extend(statement))
        no = prove(splits[1:], c.extend(opposite)) if yes is not None else None
        return None if yes is None or no is None else r.cases(statement, yes, no)

    return prove(tools.splits, ctx)


def _gives(before: Term, tools: Toolbox, ctx: Context) -> Term | None:
    """What the reasons make of a term, to show beside what the author wrote."""
    if tools.equations:
        step = exhaustively(tools.equations)(before, ctx)
        if step is not None and not isinstance(step, Failure):
            return sides(step.concl)[1]
    if tools.features:
        th = Normalizer(tools.features, tools.definitions).normalize(before, ctx)
        after = sides(th.concl)[1]
        return after if after != before else None
    return None


__all__ = ["Failure", "Success", "justify", "resolve"]
