"""The lemma library: what tactics take from it, and what authors get of it."""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import derive.api
import derive.lemmas
import derive.tactics
from derive import Calc, Eq, StepError, exp, log, theorem
from derive.language.letters import a
from derive.lemmas import LEMMAS, Lemma, SortedLemma
from derive.operators import READ
from derive.tactics import library
from derive.tactics.library import SHELF, ShelfError
from derive.tactics.normal import FEATURES

# --- the shelf of tactics ---------------------------------------------------------------------------------------------

TACTICS = [p for p in sorted(Path(derive.tactics.__path__[0]).glob("*.py")) if p.name != "library.py"]


def strings(node: ast.AST) -> Iterator[str]:
    for part in ast.walk(node):
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            yield part.value


def used(path: Path) -> set[str]:
    """The lemmas that a file of tactics names: where one is used, or as a string that is the name of one."""
    tree = ast.parse(path.read_text("utf-8"), str(path))
    calls = (
        n for n in ast.walk(tree)
        if isinstance(n, ast.Call) and n.args and ast.unparse(n.func) in USING
    )  # fmt: skip
    return {name for call in calls for name in strings(call.args[0])} | {s for s in strings(tree) if s in LEMMAS}


USING = ("library.use", "library.lemma", "self.lemma", "Way")


@pytest.mark.parametrize("name", SHELF)
def test_every_name_on_the_shelf_is_a_lemma_that_says_so(name: str) -> None:
    given, shows = SHELF[name]
    assert (LEMMAS[name].given, LEMMAS[name].shows) == (tuple(given), shows)
    assert library.lemma(name) is LEMMAS[name].theorem


def test_what_tactics_use_is_what_the_shelf_holds() -> None:
    assert set().union(*map(used, TACTICS)) | {card.unfolding for card in READ} == set(SHELF)


def test_a_lemma_that_says_something_else_is_refused() -> None:
    given, shows = SHELF["log_mul"]
    for other in ((given[:1], shows), (given, SHELF["log_div"][1])):
        with pytest.raises(ShelfError, match=r"tactics use log_mul as \[0 < x, 0 < y\] \|- log\(x\*y\) ="):
            library.offer("log_mul", *other, lambda: LEMMAS["log_mul"].theorem)


def test_a_name_that_is_not_on_the_shelf_is_refused() -> None:
    with pytest.raises(ShelfError, match="log_inj is not among the lemmas that tactics use"):
        library.lemma("log_inj")


def test_a_shelf_that_nobody_filled_says_so() -> None:
    """Tactics do not import the lemmas: they stand below them."""
    script = (
        "from derive.kernel.terms import EXP, Num, Var, app\n"
        "from derive.kernel.sorts import REAL\n"
        "from derive.tactics.context import Context\n"
        "from derive.tactics.library import ShelfError\n"
        "from derive.tactics.side import prove\n"
        "goal = Num(0) < app(EXP, Var('x', REAL))\n"
        "try:\n    prove(goal, Context())\n"
        "except ShelfError as error:\n    print(error)\n"
        "import derive.lemmas\n"
        "print(prove(goal, Context()))\n"
    )
    out = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert out.stdout == (
        "the lemma exp_pos is not there yet; import derive.lemmas, where it is proved\n |- 0 < exp(x)\n"
    )


# --- what authors get -------------------------------------------------------------------------------------------------

FILES = [p for p in sorted(Path(derive.lemmas.__path__[0]).glob("*.py")) if p.stem not in ("__init__", "base")]


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_a_lemma_is_in_all_of_its_file_or_marked_internal(path: Path) -> None:
    """``__all__`` is a plain list of names, so that type checkers and editors see them too."""
    module = importlib.import_module(f"derive.lemmas.{path.stem}")
    own = {
        name: getattr(module, name)
        for node in ast.parse(path.read_text("utf-8")).body
        for name in names_bound_by(node)
        if isinstance(getattr(module, name), (Lemma, SortedLemma))
    }
    assert own
    assert sorted(module.__all__) == sorted(name for name, entry in own.items() if not entry.internal)
    listed = [
        n
        for n in ast.parse(path.read_text("utf-8")).body
        if isinstance(n, ast.Assign) and names_bound_by(n) == ["__all__"]
    ]
    assert ast.literal_eval(listed[0].value) == module.__all__


def names_bound_by(node: ast.stmt) -> list[str]:
    if isinstance(node, ast.FunctionDef):
        return [node.name]
    return [t.id for t in node.targets if isinstance(t, ast.Name)] if isinstance(node, ast.Assign) else []


def test_every_lemma_is_declared_in_one_of_these_files() -> None:
    declared = [e for p in FILES for e in vars(importlib.import_module(f"derive.lemmas.{p.stem}")).values()]
    assert {e for e in declared if isinstance(e, Lemma)} == set(LEMMAS.values())


def test_authors_get_the_lemmas_that_are_not_internal() -> None:
    """With ``from derive import *``."""
    for path in FILES:
        for name in importlib.import_module(f"derive.lemmas.{path.stem}").__all__:
            assert name in derive.api.__all__, f"{path.name}: {name}; derive/lemmas/__init__.py imports each file"
    theirs = {getattr(derive.api, name) for name in derive.api.__all__ if name != "LEMMAS"}
    assert {e for e in theirs if isinstance(e, Lemma)} == {e for e in LEMMAS.values() if not e.internal}


# --- what the normal form does for a lemma ----------------------------------------------------------------------------


def test_a_lemma_names_features_that_the_normal_form_has() -> None:
    for entry in LEMMAS.values():
        assert entry.features <= FEATURES, entry


def test_a_theorem_that_is_named_like_a_lemma_is_not_taken_for_it() -> None:
    """The lemma log_one turns the rules of logarithms on; a theorem of one's own that has its name does not."""

    def log_one(calc: Calc) -> None:
        calc.eq(0, by=derive.lemmas.log_one)

    own = theorem(shows=Eq(log(1), 0))(log_one)

    @theorem(shows=Eq(log(exp(a)), a))
    def log_of_exp(calc: Calc) -> None:
        calc.eq(a, by=own)

    assert own.check().theorem is not None
    with pytest.raises(StepError, match="line 1 of log_of_exp does not follow by log_one"):
        log_of_exp.check()
