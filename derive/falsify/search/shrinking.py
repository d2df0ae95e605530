"""A model that refutes, made simpler as long as it still does."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable
from functools import cached_property

from derive.falsify.numbers.work import OutOfWork
from derive.falsify.search.building import Assignment, Key, Options, Partial

SIMPLER = 10  # simpler values tried for each variable


class Choice:
    """Values that were chosen together, and the candidates that there were."""

    def __init__(self, options: Options, chosen: Assignment) -> None:
        self.options, self.chosen = options, chosen

    @cached_property
    def place(self) -> int:
        """Which of the candidates it was; a number beyond them all for another one."""
        options = self.options
        return next((i for i in range(len(options)) if options[i] == self.chosen), len(options))

    @property
    def cost(self) -> int:
        return self.options.cost(self.place) if self.place < len(self.options) else 50


Pick = Callable[[Key, Options], int | Assignment]
Filled = tuple[Partial, list[Choice]]


class Shrinker:
    """The simplest model so far, and the choices that make it.  ``fill`` makes a model, None unless it refutes."""

    def __init__(self, model: Partial, fill: Callable[[Pick], Filled | None]) -> None:
        self.model, self.fill = model, fill
        self.choices: list[Choice] = []

    def run(self) -> Partial:
        """The simplest model that is found before the work is over."""
        with contextlib.suppress(OutOfWork):
            first = self.fill(keeping(self.model.entries))
            if first is not None:
                self.model, self.choices = first
                self.many_at_once()
                while self.one_by_one():
                    pass
        return self.model

    def lighter(self, instead: Assignment, without: Iterable[Key] = ()) -> bool:
        """Whether there is a simpler model that has some values instead of others; then it is the best so far."""
        kept = {key: value for key, value in self.model.entries.items() if key not in without}
        found = self.fill(keeping({**kept, **instead}))
        if found is None or sum(c.cost for c in found[1]) >= sum(c.cost for c in self.choices):
            return False
        self.model, self.choices = found
        return True

    def many_at_once(self) -> None:
        """The cheapest values for half of the choices, a quarter, and so on: most do not matter where there are many."""
        size = len(self.choices) // 2
        while size > 1:
            for start in range(0, len(self.choices), size):
                block = self.choices[start : start + size]
                if any(c.place for c in block):
                    self.lighter({}, {key for c in block for key in c.chosen})
            size //= 2

    def one_by_one(self) -> bool:
        """Simpler values for one choice after the other; whether there were any."""
        better, at = False, 0
        while at < len(self.choices):
            c = self.choices[at]
            simpler = range(min(c.place, len(c.options), SIMPLER))
            better = any(self.lighter(c.options[i]) for i in simpler) or better
            at += 1
        return better


def keeping(values: Assignment) -> Pick:
    """Choose the values given where they fit, otherwise the cheapest."""

    def pick(key: Key, options: Options) -> int | Assignment:
        keys = options[0].keys()
        if all(each in values for each in keys):
            return {each: values[each] for each in keys}
        return 0

    return pick
