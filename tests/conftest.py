"""How property tests draw their examples; and totals, at the end of a run, of what many tests counted."""

from __future__ import annotations

import gc
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

# A property test (they have the marker hypothesis) draws new examples on every run; under CI always the same ones, so
# that no change is refused for an example that another one is to blame for.  ``--hypothesis-profile random`` draws new
# ones there too, ``quarter`` a quarter as many.  How long an example takes is nobody's fault on a busy machine.
settings.register_profile(
    "random",
    settings.get_profile("default"),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    print_blob=True,
)
settings.register_profile("quarter", settings.get_profile("random"), max_examples=25)
settings.register_profile("fixed", settings.get_profile("random"), derandomize=True)
settings.load_profile("fixed" if os.environ.get("CI") else "random")

# The processes that tests start keep what they compile, as they do after an installation: without it each compiles all of derive.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


@pytest.fixture(autouse=True, scope="session")
def _own_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What tests find is not kept among what the person who runs them has found."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """A process takes tests that stand together, and so shares what they share; who is done takes some of another's."""
    from xdist.scheduler import WorkStealingScheduling

    return WorkStealingScheduling(config, log) if config.getvalue("dist") == "load" else None


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """With -m hypothesis, files without property tests are not loaded."""
    wanted = config.getoption("markexpr") != "hypothesis" or not collection_path.name.startswith("test_")
    return None if wanted or "hypothesis" in collection_path.read_text(encoding="utf-8") else True


def pytest_collection_finish(session: pytest.Session) -> None:
    """What was loaded stays until the end, and the collector need not look through it again and again: it would take a
    tenth of the time of the suite."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)


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


pytest_plugins = ["pytester", "rocq", "stub_rocq", "dask_cluster"]
