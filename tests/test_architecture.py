"""Who imports whom: the kernel nothing, and the arrows between the other rooms go one way.

Imports inside functions count as well, unless a line here says otherwise.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import derive

ROOT = Path(derive.__file__).parent


@dataclass(frozen=True)
class Import:
    """``module`` imports ``target``; at the top of the file, in a function, or for the type checker only."""

    module: str
    target: str
    where: str  # "top", "inside" or "types"

    def __str__(self) -> str:
        return f"{self.module} imports {self.target} ({self.where})"


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"), str(path))


def imports_of(path: Path) -> list[Import]:
    name = module_name(path)
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    found: list[Import] = []

    def go(node: ast.AST, where: str) -> None:
        for child in ast.iter_child_nodes(node):
            inner = where
            if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
                inner = "inside" if where == "top" else where
            if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
                inner = "types"
            if isinstance(child, ast.Import):
                found.extend(Import(name, a.name, where) for a in child.names)
            elif isinstance(child, ast.ImportFrom):
                base = child.module or ""
                if child.level:
                    up = package.split(".")[: len(package.split(".")) - child.level + 1]
                    base = ".".join([*up, *([base] if base else [])])
                found.extend(Import(name, _module_or(f"{base}.{a.name}", base), where) for a in child.names)
            go(child, inner)

    go(parsed(path), "top")
    return found


def _module_or(name: str, parent: str) -> str:
    """``name`` when there is a module of this package by that name, else the module that it is taken from."""
    if not name.startswith("derive."):
        return parent
    path = ROOT.parent.joinpath(*name.split("."))
    return name if path.with_suffix(".py").exists() or (path / "__init__.py").exists() else parent


FILES = sorted(ROOT.rglob("*.py"))


@cache
def every_import() -> list[Import]:
    return [x for path in FILES for x in imports_of(path)]


def room(module: str) -> str:
    """kernel, tactics, ... and for a file that stands by itself its name."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else parts[0]


def inside(module: str, *packages: str) -> bool:
    return any(module == p or module.startswith(p + ".") for p in packages)


def test_the_files_are_found() -> None:
    names = {module_name(path) for path in FILES}
    assert {"derive", "derive.kernel", "derive.kernel.rules", "derive.tactics.side", "derive.board.calc"} <= names
    assert Import("derive.kernel.rules", "derive.kernel.ring", "top") in every_import()
    assert all(x.target for x in every_import())


# --- the trusted part ------------------------------------------------------------------------------------------------

KERNEL = [path for path in FILES if path.parent.name == "kernel"]


def test_the_kernel_imports_only_itself_and_the_standard_library() -> None:
    for x in every_import():
        if inside(x.module, "derive.kernel") and not inside(x.target, "derive.kernel"):
            assert x.target.split(".")[0] in sys.stdlib_module_names, str(x)


def test_loading_the_kernel_loads_nothing_else() -> None:
    script = (
        "import sys; import derive.kernel.rules; "
        "print(*sorted(m for m in sys.modules if m.split('.')[0] not in sys.stdlib_module_names))"
    )
    out = subprocess.run(
        [sys.executable, "-S", "-c", script],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT.parent,
        env={"PYTHONPATH": str(ROOT.parent)},
    )
    loaded = set(out.stdout.split())
    assert "derive.kernel.rules" in loaded
    assert {m for m in loaded if not inside(m, "derive.kernel")} <= {"derive", "__main__"}


@pytest.mark.parametrize("path", KERNEL, ids=lambda p: p.name)
def test_the_kernel_has_no_assert_and_runs_no_text(path: Path) -> None:
    """A check that ``python -O`` removes is none; and no rule evaluates strings."""
    for node in ast.walk(parsed(path)):
        assert not isinstance(node, ast.Assert), f"{path.name}:{node.lineno}"  # type: ignore[attr-defined]
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in ("eval", "exec", "compile", "__import__", "float"), f"{path.name}:{node.lineno}"
        if isinstance(node, ast.Constant):
            assert not isinstance(node.value, (float, complex)), f"{path.name}:{node.lineno}"
        if isinstance(node, ast.ExceptHandler):
            assert node.type is not None, f"{path.name}:{node.lineno} catches everything"


def test_the_kernel_stays_small() -> None:
    """What has to be believed can be read in an evening."""
    assert sum(len(path.read_text("utf-8").splitlines()) for path in KERNEL) < 2200


# --- the arrows ------------------------------------------------------------------------------------------------------

MAP = (ROOT.parent / "docs" / "architecture.md").read_text("utf-8").split("<!-- map -->\n```text\n")[1].split("```")[0]
"""Who stands above whom, as docs/architecture.md shows it: a line is a floor, its rooms and then what they do."""

ORDER = [re.split(r"\s{3,}", line)[0].split() for line in MAP.splitlines()]
FLOOR = {f"derive.{name}": -n for n, names in enumerate(ORDER) for name in names}
FACES = {"derive"}
"""``from derive import x`` gives what ``derive.api`` has, when it is asked for: for authors of theorems."""


def house(module: str) -> str:
    """The room of a module in ORDER."""
    parts = module.split(".")
    return next(r for n in range(len(parts), 0, -1) if (r := ".".join(parts[:n])) in FLOOR or n == 1)


def test_every_file_has_a_room() -> None:
    assert {house(module_name(path)) for path in FILES} - FACES - {"derive"} == set(FLOOR)


def test_a_room_imports_only_rooms_below_it() -> None:
    for x in every_import():
        here, there = house(x.module), house(x.target)
        if inside(x.target, "derive") and here != there and x.module not in FACES:
            assert there in FLOOR, f"{x}, which is everything"
            assert FLOOR[there] < FLOOR[here], str(x)


def test_no_two_files_need_each_other() -> None:
    """Not even inside a function, or for the type checker only."""
    graph: dict[str, set[str]] = {}
    for x in every_import():
        if inside(x.target, "derive") and x.module not in FACES and x.target not in FACES:
            graph.setdefault(x.module, set()).add(x.target)
    assert list(TopologicalSorter(graph).static_order())


def test_the_board_reaches_far_rooms_only_when_asked() -> None:
    """What prints one theorem should not load SymPy, the printers of slides or the search for counterexamples."""
    for x in every_import():
        if inside(x.module, "derive.board") and x.where == "top":
            assert not inside(x.target, "derive.bridge", "derive.render", "derive.falsify", "derive.slides"), str(x)


def test_nothing_imports_the_command_line() -> None:
    for x in every_import():
        if not inside(x.module, "derive.cli"):
            assert not inside(x.target, "derive.cli", "derive.pytest_plugin"), str(x)


def test_nothing_imports_the_proofs() -> None:
    """The catalogue finds them by name."""
    for x in every_import():
        assert not inside(x.target, "derive.proofs", "tests"), str(x)


def test_sympy_and_latexify_have_one_door_each() -> None:
    for x in every_import():
        if inside(x.target, "sympy"):
            assert x.module.startswith("derive.bridge."), str(x)
        if inside(x.target, "latexify"):
            assert x.module == "derive.bridge.latexify", str(x)


def test_the_readers_share_no_code_with_the_printers() -> None:
    """What they know of the page is the notation and the kinds of signs in its templates."""
    shared = {f"derive.render.formula.{n}" for n in ("names", "nodes", "notation", "templates")}
    for x in every_import():
        if inside(x.module, "derive.read") and inside(x.target, "derive.render", "derive.slides", "derive.board"):
            assert x.target in shared, str(x)


def test_many_processes_and_clusters_are_for_many_jobs_only() -> None:
    for x in every_import():
        if inside(x.target, "multiprocessing"):
            assert (x.module, x.where) == ("derive.jobs.local", "top"), str(x)
        if inside(x.target, "dask", "distributed"):
            assert (x.module, x.where) == ("derive.jobs.cluster", "inside"), str(x)
        if inside(x.target, "derive.jobs.local", "derive.jobs.cluster"):
            assert (x.module, x.where) == ("derive.jobs.run", "inside"), str(x)


def test_programs_are_rewritten_in_one_file() -> None:
    for x in every_import():
        if inside(x.target, "libcst"):
            assert (x.module, x.where) == ("derive.board.source", "inside"), str(x)


def test_the_score_room_needs_the_standard_library_only() -> None:
    for x in every_import():
        if room(x.module) == "score" and not inside(x.target, "derive"):
            assert x.target.split(".")[0] in sys.stdlib_module_names, str(x)


def test_only_provers_make_theorems() -> None:
    """Counterexamples, printers and the bridge never prove: they do not see the rules."""
    for x in every_import():
        if room(x.module) in ("falsify", "certify", "bridge", "render", "record", "language", "score", "work"):
            assert x.target != "derive.kernel.rules", str(x)


def test_no_file_outside_the_kernel_reaches_for_its_seals() -> None:
    for path in FILES:
        if path in KERNEL:
            continue
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.ImportFrom) and node.module and inside(node.module, "derive.kernel"):
                names = {a.name for a in node.names}
                assert not names & {"_SEAL", "_DEFINED", "rule", "RULES"}, f"{path.name}: {names}"
            if isinstance(node, ast.Attribute):
                assert node.attr not in ("_SEAL", "_DEFINED"), f"{path.name}:{node.lineno}"
