"""Totals at the end of a run, of what many tests counted."""

from __future__ import annotations

from collections import Counter
from typing import Any


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Prints how many changes of proofs were refused; test_mutants counts them, one theorem a test."""
    totals: dict[str, Counter[str]] = {}
    for outcome in ("passed", "failed"):
        for report in terminalreporter.stats.get(outcome, ()):
            for name, counts in getattr(report, "user_properties", ()):
                if name.startswith("mutants: "):
                    totals.setdefault(name.removeprefix("mutants: "), Counter()).update(counts)
    if totals:
        terminalreporter.section("mutants")
    for kind, counted in totals.items():
        words = ", ".join(f"{n} {what}" for what, n in counted.items())
        terminalreporter.write_line(f"{kind}: {sum(counted.values())} changed, {words}")


pytest_plugins = ["pytester"]
