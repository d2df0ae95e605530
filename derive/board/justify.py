"""From a line to the next: the reasons an author gave, turned into a kernel theorem, or an account of what they do
give."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from derive.board.idle import Attempt, idle, single, unused, without
from derive.board.reasons import (
    ByCases,
    NotAReasonError,
    Reversed,
    Reworded,
    Tactic,
    as_list,
    auto,
    calculus,
    describe,
    induction,
    is_statement,
    normal,
)
from derive.kernel import rules as r
from derive.kernel import terms as k
from derive.kernel.definitions import Definition
from derive.kernel.sorts import PROP, is_numeric
from derive.kernel.terms import App, Lam, Num, SortError, Term, Var, app, eq, fresh, instantiate, negation
from derive.kernel.theorem import RuleError, Theorem
from derive.lemmas import Lemma
from derive.record.relations import RELATIONS
from derive.tactics import side
from derive.tactics.closing import close
from derive.tactics.context import Context
from derive.tactics.derived import chain, sides, strip_forall
from derive.tactics.differentiation import calculate
from derive.tactics.entailment import Known, entail, equivalent
from derive.tactics.normal import MORE, Normalizer, by_normal_form
from derive.tactics.rewriting import AnyRule, DefinitionRule, Rule, SortedRule, directed, exhaustively


class Failure(NamedTuple):
    """Why a line was refused."""

    what: str  # one line
    missing: Sequence[Term] = ()  # side conditions that could not be proved
    gives: Term | None = None  # what the reasons make of the line before
    holds: bool = False  # the line follows, though not by these reasons
    idle: Sequence[Any] = ()  # those of the reasons without which it follows


class Success(NamedTuple):
    theorem: Theorem
    used: tuple[str, ...] = ()


def _settles(rule: AnyRule) -> bool:
    """Whether a rule may be used over and over; definitions are unfolded by the normal form itself."""
    if isinstance(rule, DefinitionRule) or rule.reverse:
        return False
    return not (isinstance(rule, Rule) and rule.feeds_itself)


class Toolbox:
    """The reasons of one line, sorted by what they can do."""

    def __init__(self, reasons: Sequence[Any], given: Sequence[Term], ctx: Context) -> None:
        self.rules: list[AnyRule] = []
        self.lemmas: list[Known] = []
        self.features: set[str] = set()
        self.definitions: list[Definition] = []
        self.tactics: list[Tactic] = []
        self.splits: list[Term] = []
        self.must_use: list[Any] = []
        self.fixed = frozenset(ctx.free)
        self.ctx = ctx
        for reason in reasons:
            self._add(reason, given)

    def _add(self, reason: Any, given: Sequence[Term], reverse: bool = False) -> None:
        if isinstance(reason, Reworded):
            for inner in as_list(reason.reason):
                self._add(inner, given, reverse)
        elif isinstance(reason, Reversed):
            for inner in as_list(reason.reason):
                self._add(inner, given, not reverse)
        elif isinstance(reason, Definition):
            self.rules.append(DefinitionRule(reason, reverse))
            self.definitions.append(reason)
            self.must_use.append(reason)
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
        elif is_statement(reason) and not hasattr(reason, "at_sort"):
            th = reason.theorem
            self.features |= reason.features if isinstance(reason, Lemma) else set()
            self._equation_or_lemma(th, reason.name, frozenset(), reverse)
            self.must_use.append(reason)
        elif hasattr(reason, "at_sort"):  # a schema over an abstract sort
            self.rules.append(SortedRule(reason, reverse))
            self.must_use.append(reason)
        else:
            raise NotAReasonError(reason)

    def _equation_or_lemma(self, th: Theorem, name: str, fixed: frozenset[Var], reverse: bool) -> None:
        _, _, concl = strip_forall(th.concl)
        target = concl if fixed else th.concl
        if isinstance(target, App) and target.op in (k.EQ, k.IFF):
            self.rules.append(Rule(th, name, fixed, reverse))
        self.lemmas.append(Known(th, name, fixed))

    @property
    def equations(self) -> list[AnyRule]:
        return [x for x in self.rules if not (isinstance(x, Rule) and x.left.sort is PROP)]

    @property
    def forward(self) -> tuple[AnyRule, ...]:
        """The equations that may be used over and over: left to right ones."""
        return tuple(x for x in self.equations if _settles(x))

    def failed_conditions(self) -> list[Term]:
        out: list[Term] = []
        for x in (*self.rules, *self.lemmas):
            out += [t for t in x.failed if t not in out]
        out += [t for t in self.ctx.missing if t not in out]
        return out

    def all_used(self, th: Theorem) -> bool:
        """Whether the proof uses every definition, lemma and theorem among the reasons."""
        return not unused(self.must_use, th)


def justify(
    relation: str, before: Term, after: Term, reasons: Sequence[Any], given: Sequence[Term], ctx: Context,
    shown: bool = True,
) -> Success | Failure:  # fmt: skip
    """A theorem that relates the two lines for these reasons, each of which it uses, or a Failure, which says what the reasons give
    where it is to be ``shown``."""

    first: Failure | None = None
    for known in knowing(reasons, given, ctx):

        def attempt(some: Sequence[Any], known: Context = known) -> Theorem | None:
            again = _attempt(relation, before, after, some, given, known)
            return again.theorem if isinstance(again, Success) else None

        out = _attempt(relation, before, after, reasons, given, known, shown)
        if isinstance(out, Success):
            passed = idle_failure(reasons, out.theorem, attempt)
            if passed is None:
                return out
            first = first or passed
        elif first is None:
            return out
    assert first is not None
    return first


def knowing(reasons: Sequence[Any], given: Sequence[Term], ctx: Context) -> Iterator[Context]:
    """What may be known while a line is proved: everything; and, where the proof then passes over a condition that is cited, only
    what is cited, and that with the conditions of the theorem."""
    yield ctx
    cited = {x for x in single(reasons) if isinstance(x, Term)}
    if cited:
        for known in (cited, cited.union(given)):
            yield Context(f for f in ctx.facts if f.concl in known)


def idle_failure(reasons: Sequence[Any], th: Theorem, attempt: Attempt) -> Failure | None:
    """Which of the reasons the theorem of a line does not use, and by which the line holds."""
    gone = idle(reasons, th, attempt)
    if not gone:
        return None
    *most, last = dict.fromkeys(map(named, gone))
    names = f"{', '.join(most)} and {last}" if most else last
    rest = without(reasons, gone)
    th = attempt(rest) if rest else None  # type: ignore[assignment]
    enough = th is not None and not idle(rest, th, attempt)
    return Failure(
        f"follows without {names}" + (f"; write by={written(rest)}" if enough else ""), holds=True, idle=gone
    )


def named(reason: Any) -> str:
    """A reason as an author writes it."""
    if isinstance(reason, Reversed):
        return f"reverse({named(reason.reason)})"
    if isinstance(reason, Reworded):
        return f"because({reason.words!r}, {written(as_list(reason.reason))})"
    if isinstance(reason, ByCases):
        return f"by_cases({named(reason.statement)})"
    if isinstance(reason, Term):
        from derive.board.program import as_code

        return as_code(reason)
    return str(describe(reason).name)


def written(reasons: Sequence[Any]) -> str:
    """Reasons as an author writes them behind by=."""
    return named(reasons[0]) if len(reasons) == 1 else f"[{', '.join(map(named, reasons))}]"


def _attempt(
    relation: str, before: Term, after: Term, reasons: Sequence[Any], given: Sequence[Term], ctx: Context,
    shown: bool = False,
) -> Success | Failure:  # fmt: skip
    """A theorem that relates the two lines by what the reasons allow."""
    tools = Toolbox(reasons, given, ctx)
    for r_ in tools.rules:
        r_.failed.clear()
    ctx.missing.clear()
    goal = RELATIONS[relation].statement(before, after)
    used: tuple[str, ...] = ()
    try:
        if tools.splits:
            th = _split(goal, tools, ctx)
        elif normal in tools.tactics and isinstance(goal, App) and goal.op in (k.EQ, k.LE, k.LT):
            from derive.tactics import consequences  # what it calls is much, and few lines ask for it

            th, used = consequences.prove(goal, ctx) or (None, ())
        elif induction in tools.tactics and isinstance(goal, App):
            from derive.tactics.induction import prove as by_induction

            th, used = by_induction(goal, ctx) or (None, ())
        elif relation == "=":
            th, used = _equation(before, after, tools, ctx)
        elif relation == "<=>":
            th = equivalent(before, after, ctx, tools.lemmas, tools.rules, lambda a, b, c: _equation(a, b, tools, c)[0])
        else:
            th = entail(goal, ctx, tools.lemmas, tools.equations)
            if th is None:
                th = _weaker(goal, tools, ctx)
    except (RuleError, SortError) as error:
        return Failure(str(error), tools.failed_conditions())
    except RecursionError:
        return Failure("these reasons go round in circles here; put a line between")
    if th is None or th.concl != goal:
        gives = _gives(before, tools, ctx) if shown and relation == "=" else None
        return Failure("does not follow", tools.failed_conditions(), gives)
    stray = [h for h in th.hyps if h not in ctx.by_statement]
    if stray:
        return Failure(f"rests on {stray[0]}, which is not given", stray)
    return Success(th, used)


def _equation(a: Term, b: Term, tools: Toolbox, ctx: Context) -> tuple[Theorem | None, tuple[str, ...]]:
    if calculus in tools.tactics:
        differentiated = calculate(ctx, tools.equations)
        before, after = differentiated(a, ctx), differentiated(b, ctx)
        if before is not None or after is not None:
            left, right = before or r.refl(a), after or r.refl(b)
            rest, used = _equation_plain(sides(left.concl)[1], sides(right.concl)[1], tools, ctx)
            if rest is not None:
                return chain(left, rest, r.sym(right)), ("differentiation", *used)
    return _equation_plain(a, b, tools, ctx)


def _equation_plain(a: Term, b: Term, tools: Toolbox, ctx: Context) -> tuple[Theorem | None, tuple[str, ...]]:
    if a == b and not tools.must_use:
        return r.refl(a), ()
    equations = tools.equations
    if equations:
        th = directed(a, b, equations, ctx)
        if th is not None and tools.all_used(th):
            return th, ()
    else:
        th = close(a, b, ctx)
        if th is not None:
            return th, ()
    th = side.prove(eq(a, b), ctx) if not tools.must_use else None
    if th is not None:
        return th, ()
    if equations and all(x.reverse for x in equations):  # right to left is left to right from the other end
        flipped = [x.flipped() for x in equations]
        th = directed(b, a, flipped, ctx)
        if th is not None and tools.all_used(th):
            return r.sym(th), ()
        back = _forward(b, a, flipped, tools, ctx)
        return (None if back is None else r.sym(back[0])), back[1] if back else ()
    found = _forward(a, b, equations, tools, ctx)
    if found is not None:
        return found
    if tools.lemmas:
        th = entail(eq(a, b), ctx, tools.lemmas, equations)
        if th is not None:
            return th, ()
    return None, ()


def _forward(
    a: Term, b: Term, equations: Sequence[AnyRule], tools: Toolbox, ctx: Context
) -> tuple[Theorem, tuple[str, ...]] | None:
    """a = b by rewriting a everywhere, or both in normal form, with the field identities at the end."""
    if equations:
        step = exhaustively(equations)(a, ctx)
        if step is not None:
            rest = close(sides(step.concl)[1], b, ctx)
            if rest is not None:
                return chain(step, rest), ()
    if tools.features or equations:
        forward = tuple(x for x in equations if _settles(x))
        n = Normalizer(tools.features, tools.definitions, forward)
        th = by_normal_form(a, b, ctx, n)
        if th is None and auto in tools.tactics:
            n = Normalizer(tools.features | MORE, tools.definitions, (*forward, *_conditions(ctx)))
            th = by_normal_form(a, b, ctx, n)
        if th is not None:
            return th, tuple(n.used)
    return None


def _conditions(ctx: Context) -> list[AnyRule]:
    """The equations between numbers among what is known, each from its longer to its shorter side."""
    out: list[AnyRule] = []
    for fact in ctx.facts:
        _, _, concl = strip_forall(fact.concl)
        if isinstance(concl, App) and concl.op is k.EQ and is_numeric(concl.args[0].sort):
            left, right = (sum(1 for _ in k.subterms(side_)) for side_ in concl.args)
            turned = right > left or (right == left and isinstance(concl.args[0], Num))
            out.append(Rule(fact, "condition", frozenset(ctx.free), turned))
    return out


def _weaker(goal: Term, tools: Toolbox, ctx: Context) -> Theorem | None:
    """An inequality whose two sides become the two sides of a known one after calculation."""
    a, b = sides(goal)
    n = Normalizer(tools.features, tools.definitions, tools.forward)
    left, right = n.normalize(a, ctx), n.normalize(b, ctx)
    x, y = sides(left.concl)[1], sides(right.concl)[1]
    if (x, y) == (a, b):
        return None
    th = entail(app(goal.op, x, y), ctx, tools.lemmas, tools.equations)  # type: ignore[attr-defined]
    return None if th is None else r.rel_cong(th, (r.sym(left), r.sym(right)))


def _split(goal: Term, tools: Toolbox, ctx: Context) -> Theorem | None:
    """Each case of a comparison by the other reasons and calculation."""

    def prove(splits: Sequence[Term], c: Context) -> Theorem | None:
        if not splits:
            return _in_case(goal, tools, c)
        statement = splits[0]
        opposite = negation(statement)
        if opposite is None:
            raise ValueError(f"{statement} is not a comparison; by_cases needs one")
        yes = prove(splits[1:], c.extend(statement))
        no = prove(splits[1:], c.extend(opposite)) if yes is not None else None
        return None if yes is None or no is None else r.cases(statement, yes, no)

    return prove(tools.splits, ctx)


def _in_case(goal: Term, tools: Toolbox, ctx: Context) -> Theorem | None:
    """The goal where the case is known: k may be replaced by y, indicators are 0 or 1, and of two numbers it is known which is the
    larger."""
    if isinstance(goal, App) and goal.op in (k.EQ, k.LE, k.LT) and is_numeric(goal.args[0].sort):
        here: list[AnyRule] = []
        for fact in ctx.facts[len(tools.ctx.facts) :]:
            c = fact.concl
            if isinstance(c, App) and c.op is k.EQ and isinstance(c.args[0], Var) and c.args[0] not in c.args[1].free:
                here.append(Rule(fact, "case", frozenset(ctx.free)))
        n = Normalizer(tools.features | {"indicators", "larger"}, tools.definitions, (*here, *tools.forward))
        if goal.op is k.EQ:
            th = by_normal_form(goal.args[0], goal.args[1], ctx, n)
        else:
            left, right = (n.normalize(side_, ctx) for side_ in goal.args)
            simpler = app(goal.op, sides(left.concl)[1], sides(right.concl)[1])
            th = entail(simpler, ctx, tools.lemmas, tools.equations)
            th = None if th is None else r.rel_cong(th, (r.sym(left), r.sym(right)))
        if th is not None:
            return th
    return entail(goal, ctx, tools.lemmas, tools.equations)


def prove_fact(statement: Term, reasons: Sequence[Any], given: Sequence[Term], ctx: Context) -> Theorem | Failure:
    """A statement that is no line of a chain, for these reasons, each of which it uses."""
    first: Failure | None = None
    for known in knowing(reasons, given, ctx):

        def attempt(some: Sequence[Any], known: Context = known) -> Theorem | None:
            return prove_statement(statement, Toolbox(some, given, known), known)

        tools = Toolbox(reasons, given, known)
        known.missing.clear()
        th = prove_statement(statement, tools, known)
        if th is None:
            return first or Failure("does not follow", tools.failed_conditions())
        passed = idle_failure(reasons, th, attempt)
        if passed is None:
            return th
        first = first or passed
    assert first is not None
    return first


def turns(reason: Reversed) -> bool:
    """Whether a reason that is used right to left has two directions: an equation, an equivalence or a definition."""
    for inner in single([reason]):
        if isinstance(inner, (Tactic, ByCases)):
            return False
        if isinstance(inner, Definition) or hasattr(inner, "at_sort"):
            continue
        statement = strip_forall(inner if isinstance(inner, Term) else inner.shows)[2]
        if not (isinstance(statement, App) and statement.op in (k.EQ, k.IFF)):
            return False
    return True


def prove_statement(statement: Term, tools: Toolbox, ctx: Context) -> Theorem | None:
    """A statement that is no line of a chain, such as a fact on the way that holds for all k."""
    if not tools.splits:
        return entail(statement, ctx, tools.lemmas, tools.equations) or _opened(statement, tools, ctx)
    return _under(statement, ctx, lambda inner, known: _in_context(inner, tools, known))


def _in_context(statement: Term, tools: Toolbox, ctx: Context) -> Theorem | None:
    tools.ctx = ctx
    return _split(statement, tools, ctx)


def _opened(statement: Term, tools: Toolbox, ctx: Context) -> Theorem | None:
    """What holds for all k, by what proves it as a line, for one k under its conditions."""
    return _under(statement, ctx, lambda inner, known: _as_line(inner, tools, known))


def _as_line(statement: Term, tools: Toolbox, ctx: Context) -> Theorem | None:
    if not (isinstance(statement, App) and statement.op in (k.EQ, k.LE, k.LT)):
        return None
    if statement.op is k.EQ:
        return _equation(statement.args[0], statement.args[1], tools, ctx)[0]
    return _weaker(statement, tools, ctx)


def _under(statement: Term, ctx: Context, prove: Callable[[Term, Context], Theorem | None]) -> Theorem | None:
    """What holds for all k, and under conditions, from a proof for one k where they are known."""
    if isinstance(statement, App) and statement.op is k.FORALL and isinstance(statement.args[0], Lam):
        v = fresh(statement.args[0].hint, statement.args[0].dom, ctx.free | statement.free)
        inner = _under(instantiate(statement.args[0], v), ctx, prove)
        return None if inner is None else r.gen(v, inner)
    if isinstance(statement, App) and statement.op is k.IMPLIES:
        inner = _under(statement.args[1], ctx.extend(statement.args[0]), prove)
        return None if inner is None else r.discharge(statement.args[0], inner)
    return prove(statement, ctx)


def _gives(before: Term, tools: Toolbox, ctx: Context) -> Term | None:
    """What the reasons make of a term, to show beside what the author wrote."""
    if calculus in tools.tactics:
        step = calculate(ctx, tools.equations)(before, ctx)
        if step is not None:
            return sides(step.concl)[1]
    if tools.equations:
        step = exhaustively(tools.equations)(before, ctx)
        if step is not None and not isinstance(step, Failure):
            return sides(step.concl)[1]
    if tools.features:
        th = Normalizer(tools.features, tools.definitions).normalize(before, ctx)
        after = sides(th.concl)[1]
        return after if after != before else None
    return None
