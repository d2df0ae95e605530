"""Totals at the end of a run, of what many tests counted."""

from __future__ import annotations

from collections import Counter
from typing import Any


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Prints what tests counted with ``record_property("counts: ...", {...})``, added up."""
    totals: dict[str, Counter[str]] = {}
    for outcome in ("passed", "failed"):
        for report in terminalreporter.stats.get(outcome, ()):
            for name, counts in getattr(report, "user_properties", ()):
                if name.startswith("counts: "):
                    totals.setdefault(name.removeprefix("counts: "), Counter()).update(counts)
    if totals:
        terminalreporter.section("counts")
    for kind, counted in totals.items():
        words = ", ".join(f"{n} {what}" for what, n in counted.items())
        terminalreporter.write_line(f"{kind}: {words}")


pytest_plugins = ["pytester"]
