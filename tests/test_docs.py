"""The documentation is true: its code runs, its commands print what it says, and every name in it exists.

How a block of a page is read, by the words after its fence:

    python                  runs; all such blocks of a page share their names, in order
    python raises NAME      runs, and ends in the exception NAME
    text output             what the python block before it prints
    text error              the message of the exception of the python block before it
    python FILE.py          is written to FILE.py (with a + after the name: added to it), and that file is run
    toml FILE, and so with json, tex, md and markdown, is written to FILE
    console                 each line ``$ derive ...`` or ``$ pytest ...`` is run; what follows is what it prints
    sh                      each line is run by the shell as it stands, and must succeed (``WITHOUT`` has the exceptions); one
                            in which the shell has nothing to do but to call derive is run as in a console block

A page has a temporary directory of its own, with docs/examples in it.  In what is expected, a line ``...`` stands for any
lines.  Times, and the lines of the page itself in ``page.md:12``, may differ.

After a change of the code that is meant, bring the pages up to date (in one process) and look at the difference:

    UPDATE_DOCS=1 python -m pytest tests/test_docs.py

``python tests/test_docs.py PAGE`` runs one page and prints what its blocks gave.
"""

from __future__ import annotations

import ast
import builtins
import contextlib
import io
import json
import keyword
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator
from functools import cache
from inspect import cleandoc, unwrap
from pathlib import Path
from typing import Any, NamedTuple

import click
import pytest
import reference_rows

ROOT = Path(__file__).resolve().parent.parent
PAGES = [*([ROOT / "README.md"] if (ROOT / "README.md").exists() else []), *sorted((ROOT / "docs").glob("*.md"))]
UPDATE = bool(os.environ.get("UPDATE_DOCS")) and "PYTEST_XDIST_WORKER" not in os.environ  # one writer at a time
each_page = pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)


# --- reading a page --------------------------------------------------------------------------------------------------


class Block(NamedTuple):
    info: str  # the words after the fence
    line: int  # of its first line of text, from 1
    text: str


def blocks_of(source: str) -> list[Block]:
    """The fenced blocks of a page, in order."""
    out: list[Block] = []
    start, info, lines = 0, "", list[str]()
    inside = False
    for number, line in enumerate(source.splitlines(), 1):
        if not inside and line.startswith("```"):
            inside, info, start, lines = True, line[3:].strip(), number + 1, []
        elif inside and line.rstrip() == "```":
            inside = False
            out.append(Block(info, start, "".join(f"{x}\n" for x in lines)))
        elif inside:
            lines.append(line)
    assert not inside, f"the block that starts at line {start} does not end"
    return out


def without_blocks(source: str) -> str:
    """The page with its fenced blocks blanked, line for line."""
    lines = source.splitlines()
    for b in blocks_of(source):
        for i in range(b.line - 2, b.line + b.text.count("\n")):
            lines[i] = ""
    return "\n".join(lines)


WITHOUT = {
    "python3 -m venv": "installs; .ci/run takes the README's line for the tests, tests/test_packaging.py the others",
    ".venv/bin/pip": "the same",
    ".ci/run": "runs these tests",
    "DERIVE_GOLDEN": "writes into the checkout; tests/test_contributing.py runs it on a copy",
    "derive certify --all": "replays the whole catalogue; tests/test_certify_rocq.py runs the very line",
}
"""How the lines of ``sh`` blocks begin that are not run with their page, and what runs them.  What stands behind the last
``&&`` of an installing line is run all the same."""


def shell_lines(source: str) -> list[str]:
    """The commands in the ``sh`` blocks of a page, without their comments."""
    lines = [line for b in blocks_of(source) if b.info == "sh" for line in b.text.splitlines()]
    return [re.sub(r"\s+# .*", "", line) for line in lines if line.strip()]


def to_run(line: str) -> str:
    """What is run of a line of an ``sh`` block: all of it, or what it does after installing."""
    begins = next((b for b in WITHOUT if line.startswith(b)), None)
    if begins is None:
        return line
    last = line.rpartition("&& ")[2]
    return last.removeprefix(".venv/bin/") if last.startswith(".venv/bin/derive ") else ""


class Command(NamedTuple):
    line: str
    expected: str


def commands_of(block: Block) -> list[Command]:
    """The commands of a console block and the text after each."""
    out: list[Command] = []
    for line in block.text.splitlines():
        if line.startswith("$ "):
            out.append(Command(line[2:].strip(), ""))
        else:
            assert out, f"line {block.line}: a console block starts with '$ '"
            out[-1] = out[-1]._replace(expected=f"{out[-1].expected}{line}\n")
    return out


# --- running a page, in a process of its own -------------------------------------------------------------------------


class Session:
    """What a reader does with a page, in order, in an empty directory."""

    def __init__(self, page: Path) -> None:
        self.page = page
        self.names: dict[str, Any] = {"__name__": "__main__"}

    def run(self) -> list[dict[str, Any]]:
        results: list[dict[str, Any]] = []
        for block in blocks_of(self.page.read_text(encoding="utf-8")):
            language, *words = block.info.split() or [""]
            result: dict[str, Any] = {"line": block.line}
            if language == "python" and words and words[0].endswith(".py"):
                result |= self.file(block, words)
            elif language == "python":
                result |= self.code(block)
            elif language in ("toml", "json", "tex", "md", "markdown") and words:
                Path(words[0]).write_text(block.text, encoding="utf-8")
            elif language == "console":
                result["outputs"] = [self.command(c.line) for c in commands_of(block)]
            elif language == "sh":
                result["failed"] = [
                    text for line in shell_lines(f"```sh\n{block.text}```") if (text := self.shell(line))
                ]
            results.append(result)
        return results

    def file(self, block: Block, words: list[str]) -> dict[str, Any]:
        path = Path(words[0])
        old = path.read_text(encoding="utf-8") + "\n\n" if "+" in words else ""
        path.write_text(old + block.text, encoding="utf-8")
        return self.caught(lambda: exec(compile(path.read_text("utf-8"), str(path), "exec"), {"__name__": path.stem}))

    def code(self, block: Block) -> dict[str, Any]:
        text = "\n" * (block.line - 1) + block.text  # so that a message names the line of the page
        return self.caught(lambda: exec(compile(text, self.page.name, "exec"), self.names))

    def caught(self, run: Callable[[], None]) -> dict[str, Any]:
        out = io.StringIO()
        try:
            with contextlib.redirect_stdout(out):
                run()
        except Exception as error:
            kinds = [c.__name__ for c in type(error).__mro__]
            return {"output": out.getvalue(), "raised": kinds, "error": str(error), "trace": traceback.format_exc()}
        return {"output": out.getvalue(), "raised": []}

    def shell(self, line: str) -> str:
        """Runs the line as at a desk; what it said when it fails.  The README's table of commands is run by the shell."""
        if re.fullmatch(r"derive [^|&;<>$`*?()]*", to_run(line)):
            status, said = self.derive(shlex.split(to_run(line))[1:])
            return "" if status == 0 else f"$ {line}\n{said}"
        done = subprocess.run(["sh", "-ec", to_run(line)], capture_output=True, text=True, check=False)
        return "" if done.returncode == 0 else f"$ {line}\n{done.stdout}{done.stderr}"

    def command(self, line: str) -> str:
        words = shlex.split(line)
        source = b""
        if "<" in words:
            at = words.index("<")
            source = Path(words[at + 1]).read_bytes()
            del words[at : at + 2]
        if words[0] == "derive":
            return self.derive(words[1:], source)[1]
        assert words[0] == "pytest", f"{line}: only derive and pytest are run; write other commands in a block 'sh'"
        run = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:xdist", *words[1:]]
        return subprocess.run(run, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False).stdout

    def derive(self, words: list[str], source: bytes = b"") -> tuple[int, str]:
        """The status of a command, and what it said."""
        from click.testing import CliRunner

        from derive.cli import main

        result = CliRunner().invoke(main, words, input=source, prog_name="derive")
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            return 1, "".join(traceback.format_exception(result.exception))
        return result.exit_code, result.output


def session(page: Path) -> list[dict[str, Any]]:
    """Run a page in a new process: what it defines stays there."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(ROOT / "docs" / "examples", Path(folder) / "docs" / "examples")
        env = {**os.environ, "COLUMNS": "100", "NO_COLOR": "1", "PYTHONIOENCODING": "utf-8"}
        env["PYTHONPATH"] = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
        env["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), env.get("PATH", os.defpath)])
        env.pop("PYTEST_ADDOPTS", None)
        # under CI pytest prints its summaries whole
        for name in [n for n in env if n.startswith(("PYTEST_", "COV_")) or n in ("CI", "BUILD_NUMBER")]:
            env.pop(name)
        done = subprocess.run(
            [sys.executable, "-X", "utf8", str(Path(__file__).resolve()), str(page), "--here"],
            cwd=folder, env=env, capture_output=True, text=True, encoding="utf-8", check=False,
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


# --- comparing -------------------------------------------------------------------------------------------------------


def tidy(text: str) -> list[str]:
    """The lines that are compared: without what may differ from run to run."""
    text = re.sub(r"\b\d+\.\d+ s$", "0.00 s", text, flags=re.MULTILINE)
    text = re.sub(r"\bin \d+\.\d+s\b", "in 0.00s", text)
    text = re.sub(r"\b(\w+\.md):\d+", r"\1:LINE", text)
    return [line.rstrip() for line in text.rstrip().splitlines()]


def agrees(expected: str, actual: str) -> bool:
    """Whether the texts are the same, where a line ``...`` stands for any lines."""
    pattern, lines = tidy(expected), tidy(actual)

    @cache
    def match(i: int, j: int) -> bool:
        if i == len(pattern):
            return j == len(lines)
        if pattern[i].strip() == "...":
            return match(i + 1, j) or (j < len(lines) and match(i, j + 1))
        return j < len(lines) and pattern[i] == lines[j] and match(i + 1, j + 1)

    return match(0, 0)


def what_differs(page: Path) -> tuple[list[str], str]:
    """What a page says wrongly, and the page with what is right put in."""
    source = page.read_text(encoding="utf-8")
    lines = source.splitlines()
    blocks, wrong = blocks_of(source), list[str]()
    changes: list[tuple[int, int, str]] = []

    def compare(what: str, line: int, expected: str, actual: str) -> None:
        if not agrees(expected, actual):
            wrong.append(f"{page.name}:{line}: {what}\n--- the page says\n{expected}\n--- and it is\n{actual}")
            changes.append((line, expected.count("\n"), actual.rstrip("\n")))

    before: dict[str, Any] = {}
    for block, result in zip(blocks, session(page), strict=True):
        language, *words = block.info.split() or [""]
        if "raised" in result:
            raised, wanted = result["raised"], words[1] if words[:1] == ["raises"] else None
            if wanted and wanted not in raised:
                wrong.append(
                    f"{page.name}:{block.line}: this must end in {wanted}; it gave {raised or result['output']}"
                )
            elif raised and not wanted:
                wrong.append(f"{page.name}:{block.line}: {result['trace']}")
        elif block.info in ("text output", "text error"):
            key = block.info.split()[1]
            compare(f"the {key} of the block before", block.line, block.text, str(before.get(key)))
        elif language == "console":
            at = block.line
            for command, output in zip(commands_of(block), result["outputs"], strict=True):
                compare(f"$ {command.line}", at + 1, command.expected, output)
                at += 1 + command.expected.count("\n")
        wrong += [f"{page.name}:{block.line}: {failed}" for failed in result.get("failed", ())]
        before = result
    for line, count, actual in reversed(changes):
        lines[line - 1 : line - 1 + count] = actual.splitlines()
    return wrong, "\n".join(lines) + "\n"


@each_page
def test_the_code_and_the_commands_of_a_page(page: Path) -> None:
    if "--run" in " ".join(map(to_run, shell_lines(page.read_text("utf-8")))) and shutil.which("coqc") is None:
        message = "needs coqc: apt-get install --no-install-recommends coq"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    wrong, right = what_differs(page)
    if UPDATE and wrong:
        page.write_text(right, encoding="utf-8")
        wrong, _ = what_differs(page)
    assert not wrong, "\n\n".join(wrong)


def test_an_ellipsis_stands_for_any_lines() -> None:
    assert agrees("a\n...\nc\n", "a\nb\nb\nc\n") and agrees("a\n...\nc\n", "a\nc\n") and agrees("...", "")
    assert not agrees("a\n...\nc\n", "a\nb\n") and not agrees("a\n", "a\nb\n")
    assert agrees("3 lines; 0.82 s\n", "3 lines; 1.07 s\n") and not agrees("3 lines", "4 lines")


TYPED = {
    "derive list [SUBJECT, FILE.py or FOLDER]": "derive list && derive list label_smoothing",
    "derive show NAME": "derive show cross_entropy_is_nll",
    "derive slides NAME... -o FILE": "derive slides cross_entropy_is_nll chain_rule -o lecture.html",
    "derive handout NAME... -o FILE": "derive handout perplexity -o course.tex",
    "derive embed DOCUMENT...": "echo '{{< derive kl_nonneg >}}' > talk.qmd && derive embed talk.qmd",
    "derive check [NAME, FILE.py, FOLDER, NOTES or DECK ...]": "derive check cross_entropy_is_nll",
    "derive find FILE.py::NAME": "derive find cross_entropy_is_nll && derive find --withhold chain_rule",
    "derive refute NAME": "derive refute kl_is_symmetric",
    "derive work NAME --given FILE": "derive work label_smoothing_residual --given docs/examples/residual.toml",
    "derive score FILE...": "echo '-0.5 -0.25' > numbers && derive score numbers",
    "derive audit FILE.py::FUNCTION --is LOSS": "derive audit docs/examples/loss.py::cross_entropy --logits T,V --labels T --is 'one-hot, mean over kept'",
    "derive certify NAME --run": "derive certify cross_entropy_is_nll --run",
    "derive lsp": "derive lsp < /dev/null",
    "derive ledger": "derive ledger",
}
"""What a newcomer types for each row of the README's table of commands."""


@pytest.mark.parametrize(
    "usage", re.findall(r"^\| `(derive [^`]+)` \|", PAGES[0].read_text("utf-8"), flags=re.MULTILINE)
)
def test_the_readme_s_table_of_commands(usage: str, tmp_path: Path) -> None:
    """In an empty folder, by the shell."""
    if "--run" in usage and shutil.which("coqc") is None:
        assert not os.environ.get("CI"), "needs coqc: apt-get install --no-install-recommends coq"
        pytest.skip("needs coqc: apt-get install --no-install-recommends coq")
    shutil.copytree(ROOT / "docs" / "examples", tmp_path / "docs" / "examples")
    env = {
        **os.environ,
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]),
    }
    env["PYTHONPATH"] = str(ROOT)
    done = subprocess.run(
        ["sh", "-ec", TYPED[usage]], cwd=tmp_path, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


# --- names -----------------------------------------------------------------------------------------------------------


@cache
def known_names() -> frozenset[str]:
    """The names that the product has: of theorems, false claims, lemmas, axioms, rules, definitions, functions."""
    import derive.api
    import derive.board.calc
    import derive.board.entries
    import derive.kernel.rules
    import derive.kernel.terms
    from derive.board import catalogue
    from derive.falsify import find_counterexample
    from derive.kernel.axioms import AXIOMS, SORTED_AXIOMS
    from derive.kernel.definitions import definitions
    from derive.kernel.theorem import RULES
    from derive.language import letters
    from derive.lemmas import LEMMAS
    from derive.render.formula.notation import Notation, notation_names
    from derive.slides.plots import KINDS
    from derive.slides.targets import TARGETS

    out: set[str] = {e.name for e in catalogue.all_entries()} | set(catalogue.subjects())
    out |= {*LEMMAS, *AXIOMS, *SORTED_AXIOMS, *RULES, *(d.name for d in definitions())}
    out |= {*derive.api.__all__, *vars(derive.kernel.terms), *vars(derive.kernel.rules), *vars(letters)}
    out |= {op.name for op in vars(derive.kernel.terms).values() if isinstance(op, derive.kernel.terms.Op)}
    for owner in (derive.board.calc.Calc, derive.board.calc.Induction, derive.board.entries.TheoremEntry, Notation):
        out |= set(vars(owner)) | set(getattr(owner, "__annotations__", ()))
    for name in ("theorem", "false_claim"):
        out |= set(unwrap(getattr(derive.api, name)).__kwdefaults__ or ())
    out |= {"shows", "claims", *KINDS, find_counterexample.__name__, *notation_names()}
    out |= {*TARGETS, *(f for t in TARGETS.values() for f in t.flavours)}
    out |= {"_repr_mimebundle_", *dir(builtins), *keyword.kwlist}
    return frozenset(out)


@cache
def options() -> frozenset[str]:
    found = (o for c in all_commands().values() for p in c.params for o in (*p.opts, *p.secondary_opts))
    return frozenset(found) | {"--version", "--help"}


@cache
def commands() -> frozenset[str]:
    return frozenset(all_commands())


def all_commands() -> dict[str, click.Command]:
    from derive.cli import main

    with click.Context(main) as context:
        commands = {name: main.get_command(context, name) for name in main.list_commands(context)}
    return {name: command for name, command in commands.items() if command is not None}


def own_names(source: str) -> set[str]:
    """What the code and the files of a page name: its own theorems, variables, definitions, fields."""
    out: set[str] = set()
    for block in blocks_of(source):
        language, *words = block.info.split() or [""]
        if language == "python" or (language == "py" and "(" in block.text):
            for node in ast.walk(ast.parse(block.text)):
                if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                    out.add(node.name)
                elif isinstance(node, ast.Name):
                    out.add(node.id)
                elif isinstance(node, ast.alias):
                    out.add(node.asname or node.name)
                elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                    out.add(node.value)
        if language in ("toml", "json"):
            out |= set(re.findall(r"\w+", block.text))
        out |= {w for w in words if "." in w}
    return out


SPAN = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
NAME = re.compile(r"[A-Za-z_]\w*'?")
ROOMS = ("derive", "proofs", "docs", "tests")
FIELDS = {"log_p", "vocabulary"}  # of the files of `derive work`


def resolves(dotted: str) -> bool:
    """Whether a dotted name is a module, or leads from one to an attribute."""
    from importlib import import_module

    parts = dotted.split(".")
    for cut in range(len(parts), 0, -1):
        try:
            thing: Any = import_module(".".join(parts[:cut]))
        except ImportError:
            continue
        for attribute in parts[cut:]:
            if not hasattr(thing, attribute):
                return False
            thing = getattr(thing, attribute)
        return True
    return False


def trouble(span: str, own: set[str]) -> str | None:
    """What is wrong with a name in backticks, or nothing."""
    words = span.split()
    if words[0] == "derive" and len(words) > 1:
        if words[1] not in commands() and words[1] not in ("-h", "--version", "--help"):
            return f"derive has no command {words[1]}"
        for word in words[2:]:
            if NAME.fullmatch(word) and "_" in word and word not in known_names() | own:
                return f"there is no {word}"
    for word in words:
        if (
            re.fullmatch(r"--[a-z][\w-]+", word.split("=")[0])
            and "pytest" not in span
            and "apt-get" not in span
            and word not in options()
        ):
            return f"no command has an option {word}"
    if len(words) > 1:
        return None
    if re.fullmatch(r"[\w.*-]+(/[\w.*-]+)+/?", span) and span.split("/")[0] in ROOMS:
        return None if any(ROOT.glob(span.rstrip("/"))) else f"there is no file {span}"
    if re.fullmatch(r"derive(\.\w+)+", span):
        return None if resolves(span) else f"there is no {span}"
    name = span.removesuffix("()")
    if NAME.fullmatch(name) and "_" in name.strip("_'"):
        return None if name in known_names() | own | FIELDS else f"there is no {name}"
    if NAME.fullmatch(name) and len(name) > 2 and name.islower():
        return None if name in known_names() | own | FIELDS | commands() | PLAIN else f"there is no {name}"
    return None


PLAIN = {
    "derive", "proofs", "tests", "docs", "pytest", "sympy", "calc", "kernel", "tactics", "lemmas", "language", "falsify",
    "bridge", "render", "justify", "record", "reasons", "catalogue", "cli", "certify", "report", "errors", "work", "score", "coq", "coqc",
    "slides", "changes", "entries", "pdflatex", "lualatex", "mypy",
}  # fmt: skip
"""Words in backticks that are rooms, packages, or the letter that a proof calls its calc block."""


@each_page
def test_every_name_exists(page: Path) -> None:
    source = page.read_text(encoding="utf-8")
    own = own_names(source)
    wrong = [
        f"{page.name}:{number}: `{m[1]}`: {why}"
        for number, line in enumerate(without_blocks(source).splitlines(), 1)
        for m in SPAN.finditer(line)
        if (why := trouble(m[1].strip(), own))
    ]
    assert not wrong, "\n".join(wrong)


def test_a_name_that_does_not_exist_is_found() -> None:
    for bad in (
        "log_of_everything",
        "derive prove x",
        "derive show no_such_theorem",
        "--latex",
        "derive/kernle/rules.py",
    ):
        assert trouble(bad, set()), bad
    for good in ("log_prod", "derive show chain_rule --as latex", "--as", "derive/kernel/*.py", "a <= b", "1/V"):
        assert trouble(good, set()) is None, good


def anchors(source: str) -> set[str]:
    """The anchors of a page's headings, as hosts of Markdown make them."""
    heads = re.findall(r"^#+ (.+)$", without_blocks(source), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-") for h in heads}


@each_page
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", without_blocks(page.read_text(encoding="utf-8"))):
        if target.startswith(("http://", "https://")):
            continue
        path, _, anchor = target.partition("#")
        there = page.parent / path if path else page
        assert there.exists(), f"{page.name}: the link {target} leads nowhere"
        if anchor:
            assert anchor in anchors(there.read_text(encoding="utf-8")), f"{page.name}: {target} has no such heading"


@each_page
def test_a_page_names_no_machine(page: Path) -> None:
    source = page.read_text(encoding="utf-8")
    assert not re.search(r"(?<![\w.])/(home|tmp|root|work|Users|usr)/", source)


@each_page
def test_rules_and_axioms_are_counted(page: Path) -> None:
    import derive.kernel.rules  # noqa: F401  (it fills the table)
    from derive.kernel.axioms import AXIOMS, SORTED_AXIOMS
    from derive.kernel.theorem import RULES

    prose = without_blocks(page.read_text(encoding="utf-8"))
    assert set(re.findall(r"\b(\d+) rules\b", prose)) <= {str(len(RULES))}
    assert set(re.findall(r"\b(\d+) axioms\b", prose)) <= {str(len(AXIOMS) + len(SORTED_AXIOMS))}


# --- tables that say what the code says ------------------------------------------------------------------------------


def sections(page: Path, under: str) -> Iterator[tuple[str, str]]:
    """The sections of the third level under a heading of the second: name and text."""
    source = page.read_text(encoding="utf-8")
    part = re.search(rf"^## {re.escape(under)}\n(.*?)(?=^## |\Z)", source, flags=re.MULTILINE | re.DOTALL)
    assert part, f"{page.name} has no section '{under}'"
    for m in re.finditer(r"^### `?([\w']+)`?\n(.*?)(?=^### |\Z)", part[1], flags=re.MULTILINE | re.DOTALL):
        yield m[1], m[2]


KERNEL = ROOT / "docs" / "kernel.md"


def test_the_kernel_page_has_a_section_for_every_rule() -> None:
    """Each starts with the figure that the rule itself shows."""
    import derive.kernel.rules  # noqa: F401  (it fills the table)
    from derive.kernel.theorem import RULES

    described = dict(sections(KERNEL, "The rules"))
    assert list(described) == list(RULES)
    for name, text in described.items():
        first = next((b for b in blocks_of(text) if b.info == "text"), None)
        assert first is not None, f"the section on {name} has no figure"
        figure = cleandoc(RULES[name].__doc__ or "") + "\n"
        if UPDATE and first.text != figure:
            KERNEL.write_text(KERNEL.read_text("utf-8").replace(text, text.replace(first.text, figure, 1)), "utf-8")
        else:
            assert first.text == figure, f"the figure of {name} is not that of derive/kernel/rules.py"


def cell(text: object) -> str:
    return f"`{text}`".replace("|", r"\|") if str(text) else ""


def axiom_rows() -> dict[str, tuple[str, ...]]:
    """Condition and statement of every axiom, as the kernel prints them."""
    from derive.kernel.axioms import AXIOMS, SORTED_AXIOMS, axiom_statement
    from derive.language.letters import THETA

    out: dict[str, tuple[str, ...]] = {}
    for name in (*AXIOMS, *SORTED_AXIOMS):
        given, shows = axiom_statement(name, THETA if name in SORTED_AXIOMS else None) or ((), "")
        out[name] = (cell(", ".join(map(str, given))), cell(shows))
    return out


def definition_rows() -> dict[str, tuple[str, ...]]:
    """What each definition of the library says, and its own words."""
    from derive.kernel.definitions import Definition
    from derive.language import definitions

    own = [d for d in vars(definitions).values() if isinstance(d, Definition)]
    return {d.name: (cell(d(*d.params)), cell(d.body), d.doc.replace("|", r"\|")) for d in own}


def lemma_rows() -> dict[str, tuple[str, ...]]:
    """Conditions, statement and phrase of every lemma that ``from derive import *`` gives."""
    import derive.api
    from derive.language.letters import THETA
    from derive.lemmas import LEMMAS, SortedLemma

    out: dict[str, tuple[str, ...]] = {}
    for name, lemma in LEMMAS.items():
        if hasattr(derive.api, name):
            out[name] = (cell(", ".join(map(str, lemma.given))), cell(lemma.shows), lemma.phrase)
    for name, lemma in vars(derive.api).items():
        if isinstance(lemma, SortedLemma):
            th = lemma.at_sort(THETA)
            out[name] = (cell(", ".join(map(str, th.hyps))), cell(th.concl), lemma.phrase)
    return out


def shape_rows() -> dict[str, tuple[str, ...]]:
    """Path and first null of every shape that `derive score` reads."""
    from derive.score.shapes import TABLE, May

    return {
        row.name: (cell(f"{row.inside}.{row.path}".removeprefix(".")), "yes" if May.FIRST_NULL in row.may else "")
        for row in TABLE
    }


def plot_rows() -> dict[str, tuple[str, ...]]:
    """What each kind of plot shows, and its first theorem."""
    from derive.slides.plots import KINDS

    return {name: (kind.shows, f"`{kind.theorems[0]}`") for name, kind in KINDS.items()}


def table(page: Path, marker: str) -> tuple[str, dict[str, list[str]]]:
    """The lines between the comments ``<!-- marker -->`` and ``<!-- end -->``, and the cells of each row by its name."""
    m = re.search(rf"<!-- {marker} -->\n(.*?)<!-- end -->", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert m, f"{page.name} has no table {marker}"
    rows: dict[str, list[str]] = {}
    for line in m[1].splitlines():
        cells = [c.strip() for c in re.split(r"(?<!\\)\|", line)[1:-1]]
        if cells and cells[0].startswith("`"):
            rows[cells[0].strip("`")] = cells[1:]
    return m[1], rows


@pytest.mark.parametrize(
    ("page", "marker", "rows"),
    [
        ("kernel.md", "axioms", axiom_rows),
        ("kernel.md", "definitions", definition_rows),
        ("lemmas.md", "lemmas", lemma_rows),
        ("responses.md", "shapes", shape_rows),
        ("slides.md", "plots", plot_rows),
        ("reference.md", "syntax", reference_rows.syntax_rows),
        ("reference.md", "conditions", reference_rows.condition_rows),
        ("reference.md", "definitions", reference_rows.definition_rows),
        ("reference.md", "reasons", reference_rows.reason_rows),
        ("reference.md", "lemmas", reference_rows.lemma_rows),
    ],
)
def test_tables_say_what_the_code_says(page: str, marker: str, rows: Callable[[], dict[str, tuple[str, ...]]]) -> None:
    """Name, condition and statement of every row; the words after them are the page's own."""
    path = ROOT / "docs" / page
    text, there = table(path, marker)
    wanted = rows()
    if UPDATE:
        heading = "".join(f"{x}\n" for x in text.splitlines()[:2])
        columns = text.splitlines()[0].count("|") - 2  # the last ones may be the page's own
        extra = {name: cells[len(wanted[name]) :] for name, cells in there.items() if name in wanted}
        lines = [
            f"| {' | '.join([f'`{n}`', *cells, *extra.get(n, ['TODO'] * (columns - len(cells)))])} |\n"
            for n, cells in wanted.items()
        ]
        path.write_text(path.read_text("utf-8").replace(text, heading + "".join(lines)), "utf-8")
        _, there = table(path, marker)
    assert sorted(there) == sorted(wanted)
    for name, cells in wanted.items():
        assert tuple(there[name][: len(cells)]) == cells, f"{page}: the row {name}"
        assert "TODO" not in there[name], f"{page}: say {name} in words"


def test_every_profile_is_described() -> None:
    from derive.render.formula.notation import notation_names

    assert sorted(table(ROOT / "docs" / "notation.md", "profiles")[1]) == sorted(notation_names())


if __name__ == "__main__":
    if sys.argv[2:] == ["--here"]:  # what session() starts, in a directory of its own
        print(json.dumps(Session(Path(sys.argv[1])).run()))
    else:
        for what in session(Path(sys.argv[1]).resolve()):
            print(
                f"line {what['line']}", *what.get("outputs", [what.get("output", ""), what.get("error", "")]), sep="\n"
            )
