"""What derive audit makes of the losses of its tests: the table of docs/audit.md.  ``python tests/audit_figures.py`` prints it; it takes some
minutes and needs what '.[test-audit]' installs.  Time is CPU time of one audit, beyond importing the framework.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Iterator
from statistics import median
from typing import Any, NamedTuple

warnings.simplefilter("ignore")

import test_audit_jax as of_jax
import test_audit_libraries as of_libraries
import test_audit_repository as of_repositories
import test_audit_torch as of_torch
from audit_repository_list import CASES
from audits import asked

from derive.audit.model.trace import Unread

Answer = Callable[[], Any]


class Row(NamedTuple):
    group: str
    function: str
    answer: str  # proved, refuted, unknown, unread
    right: str
    named: bool  # a difference that is proved
    seconds: float


def questions() -> Iterator[tuple[str, str, str, Answer]]:
    """Group, function, the right answer, and how it is asked."""
    for group, cases in (
        ("packages", of_libraries.CASES), ("JAX and optax", of_jax.PROVED), ("own", of_torch.PROVED),
    ):  # fmt: skip
        for name, (f, shapes, wanted, *more) in cases.items():
            yield (
                group,
                name,
                "proved",
                lambda f=f, s=shapes, w=wanted, m=more: asked(f, s, w, **(m[0] if m else {})),
            )
    for name, (f, shapes, wanted, fixed) in of_libraries.WRONG.items():
        yield "packages", name, "refuted", lambda f=f, s=shapes, w=wanted, m=fixed: asked(f, s, w, **m)
    for name, (f, shapes, wanted, _) in of_torch.REFUTED.items():
        yield "own, with a fault", name, "refuted", lambda f=f, s=shapes, w=wanted: asked(f, s, w)
    for c in CASES:
        right = c.answer.partition(":")[0]
        group = "as repositories write them"
        yield (
            group,
            c.name,
            right,
            lambda c=c: asked(of_repositories.function_of(c), c.shapes, c.wanted, c.ignore),
        )


def rows() -> Iterator[Row]:
    for group, name, right, ask in questions():
        before = time.process_time()
        try:
            found = ask()
            answer, named = found.audit.verdict, found.residual is not None
        except Unread:
            answer, named = "unread", False
        yield Row(group, name, answer, right, named, time.process_time() - before)


def main() -> None:
    asked(*of_torch.PROVED["plain"])  # what is loaded once
    asked(*of_jax.PROVED["plain"])
    done = list(rows())
    print(
        "| losses | asked | proved | refuted | of these with a named difference | not known | not read | median | under 1 s |"
    )
    print("|---|---|---|---|---|---|---|---|---|")
    for group in (*dict.fromkeys(r.group for r in done), "all"):
        own = [r for r in done if group in (r.group, "all")]
        counts = [sum(r.answer == a for r in own) for a in ("proved", "refuted", "unknown", "unread")]
        named = sum(r.answer == "refuted" and r.named for r in own)
        fast = sum(r.seconds < 1 for r in own) / len(own)
        proved, refuted, unknown, unread = counts
        print(
            f"| {group} | {len(own)} | {proved} | {refuted} | {named} | {unknown} | {unread} | {median(r.seconds for r in own):.2f} s | {fast:.0%} |"
        )
    traced = [r for r in done if r.answer != "unread"]
    quick = [r for r in traced if r.seconds < 1 and (r.answer != "unknown" or r.named)]
    wrong = [r for r in done if {r.answer, r.right} == {"proved", "refuted"}]
    print(
        f"\n{len(traced)} traced; {len(quick) / len(traced):.0%} of them answered in under a second; {len(wrong)} wrong verdicts"
    )
    for r in sorted(done, key=lambda r: -r.seconds)[:8]:
        print(f"  slow: {r.function} ({r.answer}) {r.seconds:.2f} s")
    for r in done:
        if r.answer != r.right:
            print(f"  not as expected: {r.function}: {r.answer}, where {r.right} is right")


if __name__ == "__main__":
    main()
