"""In a notebook an error is its message alone, and a term is mathematics: tried in a real shell of IPython."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from needs import missing

LOADED = "from derive import *\nfrom derive.language.letters import *"


@pytest.fixture(scope="module")
def shell() -> Any:
    try:
        from IPython.core.interactiveshell import InteractiveShell
    except ImportError:
        missing("ipython", "IPython is not installed")
    from derive.board.notebook import install

    shell = InteractiveShell.instance()
    install()  # as when derive is imported in the shell
    shell.run_cell(LOADED)
    yield shell
    InteractiveShell.clear_instance()


@pytest.fixture
def shown(shell: Any, capsys: pytest.CaptureFixture[str]) -> Callable[[str], str]:
    def run(cell: str) -> str:
        capsys.readouterr()
        shell.run_cell(cell)
        return capsys.readouterr().out

    return run


WRONG = {
    "a wrong line": (
        "@theorem(shows=Eq(a, a + 1))\ndef wrong(calc):\n    calc.eq(a + 1, by=ring)\nwrong.check()",
        "line 1 of wrong does not follow by ring",
    ),
    "a claim": ("@theorem(shows=a)\ndef wrong(calc):\n    pass", "a is not a statement"),
    "an argument": ("Sum(p, (k, 1, V))", "ArgumentError: Sum: body must be a number"),
    "a definition's argument": ("entropy(q)", "SortError: entropy does not take q of sort (integer -> real); write entropy(V, q)"),
    "a definition": ("define('mine', (a,), a + b)", "DefinitionError: the body of mine mentions b"),
    "a rule": ("from derive.kernel import rules\nrules.ring(a, b, ())", "RuleError: ring: a and b have different normal forms"),
}  # fmt: skip


@pytest.mark.parametrize("what", WRONG)
def test_an_error_is_its_message_alone(shown: Callable[[str], str], what: str) -> None:
    cell, message = WRONG[what]
    out = shown(cell)
    assert message in out
    assert "Traceback" not in out and "-->" not in out and "File" not in out


def test_another_error_has_its_traceback(shown: Callable[[str], str]) -> None:
    assert "Traceback" in shown("1 / 0")


@pytest.mark.parametrize(
    ("cell", "latex", "plain"),
    [
        ("kl(V, q, p)", r"$\displaystyle \operatorname{KL}(q \parallel p)$", "KL(q ∥ p)"),
        ("Sum(p[k], (k, 1, V)) <= 1", r"$\displaystyle \sum_{k=1}^V p(k) \le 1$", "∑ₖ₌₁ⱽ p(k) ≤ 1"),
        ("eps", r"$\displaystyle \varepsilon$", "ε"),
        ("surprisal", r"$\displaystyle \operatorname{NLL}(p, y) = -\log p(y)$", "NLL(p, y) = −log p(y)"),
    ],
)
def test_a_term_is_mathematics(shell: Any, shown: Callable[[str], str], cell: str, latex: str, plain: str) -> None:
    data, _ = shell.display_formatter.format(shell.run_cell(f"{cell};").result)
    assert data["text/latex"].replace("<", r"\lt ") == latex and data["text/plain"] == plain
    assert shown(cell).strip().endswith(plain)


def test_importing_derive_in_a_shell_is_enough(shell: Any) -> None:
    """And a program without a notebook loads nothing of one."""
    cell = f"{LOADED}\nkl(V, q, p)"
    program = f"from IPython.core.interactiveshell import InteractiveShell as S; S.instance().run_cell({cell!r})"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "KL(q ∥ p)" in done.stdout
    bare = "import sys, derive.api; assert 'IPython' not in sys.modules"
    subprocess.run([sys.executable, "-c", bare], check=True)
