"""Counterexamples: the smallest exact model in which the hypotheses hold and a claim is false.

    found = find_counterexample(claim, given)
    str(found)   V=2, y=1, p=(1/2, 1/2) makes the left side log 2 and the right side -log 2

The search builds models piece by piece.  It evaluates the hypotheses; where a value is missing it tries
candidates for that value, cheapest first, and a false hypothesis ends a branch at once.  A family that the
hypotheses make a distribution gets its entries together, from distributions with small denominators, powers
of two first.  A variable that an equation determines is computed.  Partial models wait in a queue ordered by
cost, so models are met from simple to complicated.  When the queue has used up its share of the budget,
random models follow (the same ones each time).  What is found is shrunk.

A claim is refuted only by a model where every hypothesis holds and the claim is false, both decided exactly.
A model where the claim has no value (a logarithm of 0) refutes nothing; the first such is reported.  Finding
nothing proves nothing.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from derive.falsify.models.arithmetic import TooBig
from derive.falsify.models.evaluate import compile_term
from derive.falsify.models.model import Model, Value
from derive.falsify.models.unfold import unfold
from derive.falsify.numbers.exact import Undecided, Undefined
from derive.falsify.numbers.work import WORK, OutOfWork
from derive.falsify.search.building import STEPS, Assignment, Key, Missing, Options, Partial, options_for
from derive.falsify.search.found import Counterexample, NoneFound, UndefinedAt, approx, shown
from derive.falsify.search.hypotheses import Knowledge
from derive.kernel import terms as k
from derive.kernel.sorts import INT, Base, Fn, Sort, is_numeric
from derive.kernel.terms import App, Lam, Num, Term, Var, app, at, eq, fresh
from derive.record.relations import RELATIONS

if TYPE_CHECKING:
    from derive.falsify.search.shrinking import Choice, Filled, Pick

BUDGET = 20_000
"""How many models a search looks at."""
EFFORT = 4_500_000
"""How much work a search does at most (``derive.falsify.numbers.work``)."""
LINE_EFFORT = 1_300_000
"""How much it does at most for a line of a derivation, where someone waits for the message."""
_SHRINKING = 200_000  # the work that may go into a simpler model, when the search has used up its own
_MAX_VALUES = 160  # values in one model, beside one for each letter
_RANDOM_AFTER_ALL = 1_000  # random models when all others were looked at
_RANDOM_SHARE = 0.3  # of the budget and the work, when the models do not run out before


def _stripped(claim: Term, given: Sequence[Term]) -> tuple[Term, list[Term]]:
    """An instance of the claim in fresh variables that is false in some model exactly when the claim is.

    "For all x: P" is P at a fresh x; the premises of P => Q join the hypotheses; functions are equal when
    their values at a fresh k are; a is a minimiser when f(a) <= f(b) for a fresh b.
    """
    premises: list[Term] = []
    avoid = claim.free.union(*(g.free for g in given))

    def new(hint: str, sort: Sort) -> Var:
        nonlocal avoid
        var = fresh(hint, sort, avoid)
        avoid = avoid | {var}
        return var

    while isinstance(claim, App):
        args = claim.args
        if claim.op is k.FORALL and isinstance(args[0], Lam):
            claim = at(args[0], new(args[0].hint, args[0].dom))
        elif claim.op is k.IMPLIES:
            premises.append(args[0])
            claim = args[1]
        elif claim.op is k.EQ and isinstance(args[0].sort, Fn):
            hint = next((a.hint for a in args if isinstance(a, Lam)), "k" if args[0].sort.dom == INT else "a")
            i = new(hint, args[0].sort.dom)
            claim = eq(at(args[0], i), at(args[1], i))
        elif claim.op is k.IN and isinstance(args[1], App) and args[1].op in (k.ARGMIN, k.ARGMAX):
            fn = args[1].args[0]
            assert isinstance(fn, Lam)
            if isinstance(fn.dom, Base) and not is_numeric(fn.dom):
                break
            here, there = at(fn, args[0]), at(fn, new(fn.hint, fn.dom))
            claim = here <= there if args[1].op is k.ARGMIN else there <= here
        else:
            break
    return claim, premises


class _Search:
    """One search: what is known, what is asked, and how much was spent."""

    def __init__(self, claim: Term, given: Sequence[Term], budget: int, effort: int) -> None:
        self.claim, premises = _stripped(claim, given)
        hypotheses = [*given, *premises]
        plain = [unfold(h) for h in hypotheses]
        self.known = Knowledge(plain, unfold(self.claim))
        order = sorted(range(len(plain)), key=lambda i: sum(isinstance(v.sort, Fn) for v in plain[i].free))
        self.hypotheses = [compile_term(hypotheses[i]) for i in order if i not in self.known.by_construction]
        self.goal = compile_term(self.claim)
        free = self.claim.free.union(*(h.free for h in hypotheses))
        ends = self.known.sizes | self.known.lengths
        self.most_values = _MAX_VALUES + len(free)
        self.first = sorted((v for v in ends if v in free and v not in self.known.solved), key=lambda v: v.name)
        self.budget = budget
        self.effort = effort
        self.limit = WORK.spent + effort
        self.tried = self.undecided = 0
        self.reason = ""
        self.undefined: UndefinedAt | None = None

    def model(self, values: Assignment, choose: Callable[[Key], Assignment] | None = None) -> Partial:
        return Partial(self.known, values, self.limit, choose)

    def look(self, model: Partial, done: int) -> tuple[bool | None, int]:
        """Evaluate the hypotheses from number ``done`` on, then the claim; None when this is no model.

        Raises Missing with the number of hypotheses that hold as its second argument.
        """
        WORK.spent += 10
        model.tick(0)
        asked = False
        try:
            for var in self.first:
                model.entry(var, ())
            while done < len(self.hypotheses):
                if not self.hypotheses[done](model, ()):
                    return None, done
                done += 1
            asked = True
            verdict = bool(self.goal(model, ()))
            asked = False
            if not verdict:  # the claim may have asked for entries of which a hypothesis says something
                done = 0
                if not all(h(model, ()) for h in self.hypotheses):
                    return None, done
        except Missing as e:
            e.args = (e.key, done)
            raise
        except Undefined as e:
            if asked:
                self.tried += 1
                self.undefined = self.undefined or UndefinedAt(model.finished(), str(e))
            return None, done
        except (Undecided, RecursionError) as e:
            self._doubt(e)
            return None, done
        self.tried += 1
        return verdict, done

    def _doubt(self, e: Exception) -> None:
        self.undecided += 1
        self.reason = self.reason or (str(e) if isinstance(e, Undecided) else "a term is nested too deeply")

    def wanted(self, key: Key, model: Partial) -> tuple[Key, Options] | None:
        """A value to choose next so that ``key`` can be known, with its candidates."""
        if len(model.entries) >= self.most_values:
            self._doubt(TooBig(f"a model would need more than {self.most_values} values"))
            return None
        for _ in range(20):
            try:
                return key, options_for(key, model)
            except Missing as e:
                key = e.key
            except Undefined:
                return None
            except Undecided as e:
                self._doubt(e)
                return None
        return None

    def queue(self, budget: int) -> tuple[Partial | None, str]:
        """Models in the order of their cost: the first that refutes, or why it ended ("" when none are left)."""
        counter = itertools.count()
        waiting: list[tuple[int, int, int, Assignment, int, Options, int]] = []
        soft = self.limit - int(self.effort * _RANDOM_SHARE)

        def expand(cost: int, values: Assignment, done: int) -> Partial | None:
            model = self.model(values)
            try:
                verdict, _ = self.look(model, done)
            except Missing as e:
                wanted = self.wanted(e.key, model)
                if wanted is not None and len(wanted[1]):
                    options = wanted[1]
                    row = (cost + options.cost(0), -next(counter), cost, values, e.args[1], options, 0)
                    heapq.heappush(waiting, row)
                return None
            return model if verdict is False else None

        found = expand(0, {}, 0)
        if found is not None:
            return found, ""
        for _ in range(40 * budget):
            if not waiting:
                return None, ""
            if self.tried + self.undecided >= budget or WORK.spent > soft:
                break
            cost, _, base, values, done, options, i = heapq.heappop(waiting)
            if i + 1 < len(options):
                row = (base + options.cost(i + 1), -next(counter), base, values, done, options, i + 1)
                heapq.heappush(waiting, row)
            found = expand(cost, {**values, **options[i]}, done)
            if found is not None:
                return found, ""
        return None, "the budget is used up"

    def at_random(self, budget: int) -> Partial | None:
        """Models put together at random, the same ones each time."""
        import random  # most searches end before

        rng = random.Random(0)

        def pick(key: Key, options: Options) -> int | Assignment:
            throw = rng.random()
            other = options.other(rng) if throw < 0.5 else None
            if other is not None:
                return options.make(other)
            return rng.randrange(min(len(options), 6) if throw < 0.75 else len(options))

        for _ in range(4 * (budget - self.tried - self.undecided)):
            if self.tried + self.undecided >= budget or WORK.spent > self.limit:
                return None
            found = self.fill(pick)
            if found is not None:
                return found[0]
        return None

    def fill(self, pick: Pick) -> Filled | None:
        """A model with the values that ``pick`` chooses, and the choices; None unless it refutes the claim."""
        from derive.falsify.search.shrinking import (
            Choice,
        )  # where a model is looked for in order, none is put together here

        choices: list[Choice] = []

        def choose(key: Key) -> Assignment:
            WORK.spent += 10
            wanted = self.wanted(key, model)
            if wanted is None or not len(wanted[1]):
                raise Missing(key)
            key, options = wanted
            chosen = pick(key, options)
            new = options[chosen] if isinstance(chosen, int) else chosen
            choices.append(Choice(options, new))
            return new

        model = self.model({}, choose)
        try:
            verdict, _ = self.look(model, 0)
        except Missing:
            return None
        return (model, choices) if verdict is False else None

    def run(self) -> Counterexample | NoneFound:
        found = self.first_found()
        if isinstance(found, NoneFound):
            return found
        from derive.falsify.search.shrinking import Shrinker

        tried = self.tried
        self.limit = max(self.limit, WORK.spent + _SHRINKING)
        return _report(self.claim, Shrinker(found, self.fill).run(), tried, self.undefined)

    def first_found(self) -> Partial | NoneFound:
        """A model of the hypotheses where the claim is false, as it was met; or what there is to say when none was."""
        stopped = ""
        found: Partial | None = None
        try:
            share = max(1, int(self.budget * (1 - _RANDOM_SHARE)))
            found, stopped = self.queue(share)
            if found is None:
                more = self.budget if stopped else self.tried + self.undecided + _RANDOM_AFTER_ALL
                found = self.at_random(min(self.budget, more))
        except OutOfWork:
            stopped = "the budget is used up"
        if found is None:
            return NoneFound(
                self.tried,
                self.undecided,
                self.tried == self.undecided == 0,
                stopped,
                self.undefined,
                self.reason,
            )
        return found


# --- reports ---------------------------------------------------------------------------------------------------------


def _report(claim: Term, model: Partial, tried: int, undefined: UndefinedAt | None) -> Counterexample:
    model.limit = None

    def value(term: Term) -> Value:
        model.steps = STEPS
        try:
            return compile_term(term)(model, ())
        except (Undefined, Undecided, Missing):
            return "not needed"

    left: Value = False
    right: Value = True
    explanation = "the claim false"
    if isinstance(claim, App):
        if claim.op is k.HAS_DERIVATIVE:
            left = value(app(k.DERIVATIVE, *claim.args[:2]))
            right = value(claim.args[2])
            explanation = f"the derivative {shown(left)} and not {shown(right)}"
        elif claim.op in (k.EQ, k.NE, k.LE, k.LT, k.IFF, k.IN):
            left, right = (value(a) for a in claim.args)
            if claim.op is k.NE:
                explanation = f"both sides {shown(left)}"
            elif claim.op is k.IN:
                explanation = f"the set {shown(right)}, and {shown(left)} is not in it"
            else:
                explanation = _two_sides(claim, left, right)
    return Counterexample(model.finished(), claim, left, right, explanation, tried, undefined)


def _two_sides(claim: App, left: Value, right: Value) -> str:
    a, b = shown(left), shown(right)
    if claim.op is k.LE:
        out = f"the left side {a}, more than the right side {b}"
    elif claim.op is k.LT:
        out = f"the left side {a}, not less than the right side {b}"
    else:
        out = f"the left side {a} and the right side {b}"
    if a.startswith("about") and a == b:
        out += f" (left - right is about {approx(left - right)})"
    return out


# --- the doors -------------------------------------------------------------------------------------------------------


def find_counterexample(
    claim: Term, given: Sequence[Term] = (), *, budget: int = BUDGET, effort: int = EFFORT
) -> Counterexample | NoneFound:
    """The smallest model found where all of ``given`` holds and ``claim`` is false.

    At most ``budget`` models are looked at, with at most ``effort`` units of work.  Both results have a text for a message;
    a Counterexample counts as true, NoneFound as false.  NoneFound says nothing about the truth of the claim.
    """
    return _Search(claim, given, budget, effort).run()


def satisfiable(given: Sequence[Term], *, budget: int = BUDGET, effort: int = EFFORT) -> Model | NoneFound:
    """A model of the hypotheses, or NoneFound with ``vacuous`` set: perhaps they contradict each other."""
    found = _Search(Num(0) < Num(0), given, budget, effort).first_found()
    return found if isinstance(found, NoneFound) else found.finished()


def check_line(
    relation: str,
    before: Term,
    after: Term,
    given: Sequence[Term] = (),
    *,
    budget: int = BUDGET,
    effort: int = LINE_EFFORT,
) -> Counterexample | NoneFound:
    """A counterexample to a line of a derivation: ``before`` related to ``after`` by =, <=, <, >=, > or <=>."""
    return find_counterexample(RELATIONS[relation].statement(before, after), given, budget=budget, effort=effort)
