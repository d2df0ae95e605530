"""What is kept between commands counts only while nothing that it depends on has changed, and proves nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from derive import store as store_module
from derive.board import catalogue, checked
from derive.board.catalogue import load_file
from derive.board.checked import Known, Results, established, files_of
from derive.board.sources import SOURCES
from derive.cli import earlier, main
from derive.store import MOST_BYTES, Store, digest_of_sources, user_store

THEOREM = '''"""Theorems for the tests of the store."""
from derive import *
from derive.language.letters import *
{imports}

@theorem(shows=Eq(a + b, {shows}), given={given})
def swapped(calc):
    """Terms may be swapped."""
    calc.eq({line}, by={by})
'''


def theorem_file(
    folder: Path, line: str = "b + a", by: str = "ring", imports: str = "", shows: str = "b + a", given: str = "[]"
) -> Path:
    file = folder / "mine.py"
    file.write_text(THEOREM.format(line=line, by=by, imports=imports, shows=shows, given=given), "utf-8")
    return file


# --- the store -------------------------------------------------------------------------------------------------------


def test_a_value_counts_under_its_name_and_its_key_only(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    store.keep({"a": ("key", {"lines": [1, 2]})})
    assert store.get("a", "key") == {"lines": [1, 2]}
    assert store.get("a", "other") is None
    assert store.get("b", "key") is None
    assert store.last("a") == ("key", {"lines": [1, 2]})


def test_any_text_is_a_name(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    names = ["../../outside", "/etc/passwd", "a b", ".", "", "A" * 5000, "é", "a/b", "line\nline", "\0"]
    store.keep({name: ("key", name) for name in names})
    assert [store.get(name, "key") for name in names] == names
    assert os.listdir(tmp_path) == ["store"]
    assert len(os.listdir(tmp_path / "store")) == len(names)


def pipe(file: Path) -> None:
    file.unlink()
    os.mkfifo(file)


def folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


DAMAGE: dict[str, Callable[[Path], object]] = {
    "cut short": lambda f: f.write_bytes(f.read_bytes()[:-20]),
    "empty": lambda f: f.write_bytes(b""),
    "another value": lambda f: f.write_bytes(f.read_bytes().replace(b"17", b"18")),
    "no JSON": lambda f: f.write_bytes(b"\x80\x04\x95"),
    "nested without end": lambda f: f.write_bytes(b"[" * 100_000),
    "a number": lambda f: f.write_bytes(b"1"),
    "larger than entries are": lambda f: f.write_bytes(f.read_bytes() + b" " * MOST_BYTES),
    "a pipe that nobody writes to": pipe,
    "a folder": folder,
}


@pytest.mark.parametrize("what", DAMAGE)
def test_a_damaged_entry_is_as_if_it_were_not_there(what: str, tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.keep({"a": ("key", 17)})
    assert store.get("a", "key") == 17
    DAMAGE[what](tmp_path / "a.json")
    assert store.last("a") is None
    store.keep({"a": ("key", 19)})
    assert store.get("a", "key") == (19 if what not in ("a folder", "a pipe that nobody writes to") else None)


def test_the_oldest_go_when_there_are_too_many(tmp_path: Path) -> None:
    store = Store(tmp_path, most=8)
    for i in range(9):
        store.keep({f"e{i}": ("key", i)})
        os.utime(tmp_path / f"e{i}.json", (i, i))
    store.keep({"last": ("key", 9)})
    left = os.listdir(tmp_path)
    assert len(left) <= 8
    assert {"last.json", "e8.json"} <= set(left)
    assert "e0.json" not in left


def test_a_value_that_is_too_large_is_not_kept(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.keep({"a": ("key", "x" * MOST_BYTES), "b": ("key", "x")})
    assert os.listdir(tmp_path) == ["b.json"]


def test_many_at_once_leave_whole_entries(tmp_path: Path) -> None:
    def write(n: int) -> None:
        for _ in range(20):
            Store(tmp_path).keep({"a": (str(n), "x" * 1000 * n)})

    threads = [threading.Thread(target=write, args=(n,)) for n in range(1, 9)]
    for t in threads:
        t.start()
    while any(t.is_alive() for t in threads):
        last = Store(tmp_path).last("a")
        assert last is None or last[1] == "x" * 1000 * int(last[0])
    assert os.listdir(tmp_path) == ["a.json"]


def test_without_a_folder_nothing_is_kept_and_nothing_fails(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for place in (None, tmp_path / "file" / "store", Path("/proc/store")):
        store = Store(place)
        store.keep({"a": ("key", 1)})
        assert store.last("a") is None


def test_the_folder_is_that_for_caches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    find = user_store.__wrapped__
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert find().folder == tmp_path / ".cache" / "derive"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")  # which the specification says to ignore
    assert find().folder == tmp_path / ".cache" / "derive"
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "x"))
    assert find().folder == tmp_path / "x" / "derive"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path / "none"))
    monkeypatch.setenv("USERPROFILE", str(tmp_path / "none"))
    assert find().folder is None


# --- what was found of theorems --------------------------------------------------------------------------------------


def derive(*args: str, cache: Path, status: int = 0) -> str:
    env = {**os.environ, "XDG_CACHE_HOME": str(cache)}
    done = subprocess.run([sys.executable, "-m", "derive.cli", *args], env=env, capture_output=True, text=True)
    assert done.returncode == status, done.stderr
    return done.stdout


STATE = """
import sys
from derive.board.checked import Results
from derive.board.catalogue import load_file
results = Results()
print([results.of(e).state for e in load_file(sys.argv[1])])
"""


def state(file: Path, cache: Path) -> str:
    """What another process knows of the theorem in a file."""
    env = {**os.environ, "XDG_CACHE_HOME": str(cache)}
    done = subprocess.run([sys.executable, "-c", STATE, str(file)], env=env, capture_output=True, text=True, check=True)
    return done.stdout.strip().strip("[]'")


def settle(*files: Path) -> None:
    """As if these had been written some time ago: what is newer than the process is not believed."""
    newest = max(f.stat().st_ctime_ns for f in files)
    time.sleep(max(0.0, (newest + 2 * checked._SLACK - time.time_ns()) / 1e9))


def test_a_tick_stands_for_what_was_checked_only(tmp_path: Path) -> None:
    file, cache = theorem_file(tmp_path), tmp_path / "cache"
    settle(file)
    assert state(file, cache) == "unknown"
    derive("check", str(file), cache=cache)
    assert state(file, cache) == "proved"
    theorem_file(tmp_path, line="b + a + 0")
    settle(file)
    assert state(file, cache) == "changed"
    derive("check", str(file), cache=cache, status=1)
    assert state(file, cache) == "wrong"
    theorem_file(tmp_path)
    settle(file)
    assert state(file, cache) == "changed"


IMPORTS = {
    "a neighbour": "from basis import *",
    "a neighbour, by name": "import basis",
    "in a function": "def later():\n    from basis import helper",
    "over lines": "from os import (\n    path,\n)\nimport sys, basis",
}


@pytest.mark.parametrize("how", IMPORTS)
def test_what_a_file_imports_counts(how: str, tmp_path: Path) -> None:
    basis, cache = tmp_path / "basis.py", tmp_path / "cache"
    basis.write_text("import deeper\n")
    (tmp_path / "deeper.py").write_text("n = 1\n")
    (tmp_path / "other.py").write_text("n = 1\n")
    file = theorem_file(tmp_path, imports=IMPORTS[how])
    settle(file, *tmp_path.glob("*.py"))
    derive("check", str(file), cache=cache)
    (tmp_path / "other.py").write_text("n = 2\n")
    assert state(file, cache) == "proved"
    (tmp_path / "deeper.py").write_text("n = 2\n")
    settle(tmp_path / "deeper.py")
    assert state(file, cache) == "changed"


def test_what_a_proof_imports_counts_whether_it_is_loaded_or_not(tmp_path: Path) -> None:
    """One theorem of a file that imports another inside a proof is checked alone; the file is then known as checked."""
    from derive.proofs import information

    code = f"from derive.board.checked import files_of; print(*files_of({information.__file__!r}), sep=chr(10))"
    alone = subprocess.run(
        [sys.executable, "-c", "import derive.board.checked;" + code], capture_output=True, text=True, check=True
    )
    assert alone.stdout.split() == files_of(information.__file__ or "")
    cache = tmp_path / "cache"
    derive("check", "kl_nonneg", cache=cache)
    listed = derive("list", "information", cache=cache)
    assert "✓ kl_nonneg\n" in listed
    assert "(changed since it was checked)" not in listed


def test_the_files_of_a_package_count(tmp_path: Path) -> None:
    course = tmp_path / "course"
    (course / "week").mkdir(parents=True)
    for name in ("__init__.py", "week/__init__.py", "basis.py", "week/lemma.py", "unused.py"):
        (course / name).write_text("")
    file = theorem_file(course / "week", imports="from ..basis import *\nfrom . import lemma")
    found = {os.path.relpath(f, course) for f in files_of(str(file))}
    assert found == {"__init__.py", "week/__init__.py", "week/mine.py", "week/lemma.py", "basis.py"}


def test_the_catalogue_rests_on_the_files_that_it_cites() -> None:
    from derive.proofs import exercises

    names = {os.path.basename(f) for f in files_of(exercises.__file__ or "")}
    assert {"exercises.py", "cross_entropy.py", "probability.py"} <= names
    assert "softmax.py" not in names
    assert not any(os.sep + "kernel" + os.sep in f for f in files_of(exercises.__file__ or ""))


@pytest.mark.parametrize("older", [False, True])
def test_a_file_that_changes_while_it_is_checked_is_not_kept(older: bool, tmp_path: Path) -> None:
    """It may have been loaded before the change, be it to a file that was written long before."""
    file = theorem_file(tmp_path)
    other = tmp_path / "other.py"
    other.write_text(file.read_text("utf-8"), "utf-8")
    settle(file, other)
    results = Results(Store(tmp_path / "store"))
    (entry,) = load_file(str(file))
    entry.check()
    if older:
        other.replace(file)
    else:
        os.utime(file, (2**31, 2**31))
    results.keep({entry: established(entry)})
    assert results.of(entry).state == "unknown"


def test_other_sources_of_derive_make_everything_stale(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = theorem_file(tmp_path)
    settle(file)
    store = Store(tmp_path / "store")
    (entry,) = load_file(str(file))
    entry.check()
    Results(store).keep({entry: established(entry)})
    assert Results(store).of(entry).state == "proved"
    monkeypatch.setattr(checked, "digest_of_sources", lambda *rooms: "others")
    assert Results(store).of(entry).state == "changed"


@pytest.mark.parametrize("recent", [store_module._RECENT, -(10**15)], ids=["just written", "written long ago"])
def test_every_file_of_a_room_is_in_its_digest(recent: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_module, "_RECENT", recent)
    (tmp_path / "kernel" / "inner").mkdir(parents=True)
    (tmp_path / "errors.py").write_text("a")
    (tmp_path / "kernel" / "rules.py").write_text("b")
    (tmp_path / "kernel" / "inner" / "table.toml").write_text("c")
    monkeypatch.setattr(store_module, "_HOME", str(tmp_path))
    of = digest_of_sources.__wrapped__
    seen = {of("derive.kernel", "derive.errors")}
    for name in ("errors.py", "kernel/rules.py", "kernel/inner/table.toml"):
        (tmp_path / name).write_text("changed")
        seen.add(of("derive.kernel", "derive.errors"))
    (tmp_path / "kernel" / "inner" / "table.toml").rename(tmp_path / "kernel" / "table.toml")
    seen.add(of("derive.kernel", "derive.errors"))
    assert len(seen) == 5


def test_all_that_a_proof_runs_is_in_the_digest() -> None:
    """Every module of derive that is loaded once a theorem of each subject is checked, but the proofs, whose files count one by one."""
    code = (
        "import sys; from derive.board.catalogue import subjects, theorems; [theorems(s)[-1].check() for s in subjects()];"
        "print(*(m for m in sys.modules if m.startswith('derive.') and not m.startswith('derive.proofs')))"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert len(loaded) > 50
    assert [m for m in loaded if not any(m == s or m.startswith(f"{s}.") for s in SOURCES)] == []


def forge(file: Path, store: Store, **found: object) -> None:
    """Somebody writes into the store that the theorem of the file is proved, with every digest right."""
    (entry,) = load_file(str(file))
    known = {**Known("proved")._asdict(), "proved": True, "statement": Results(store)._statement(entry), **found}
    store.keep({f"checked {file}": (Results(store).key(entry.file), {"swapped": known})})


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """A store of one's own."""
    store = Store(tmp_path / "store")
    for module in (checked, earlier):
        monkeypatch.setattr(module, "user_store", lambda: store)
    monkeypatch.setattr("derive.cli.common.to_a_person", lambda: True)
    return store


def run(*args: str, **env: str) -> Result:
    """As outside of tests, where the store is believed."""
    return CliRunner(env={"CI": None, "PYTEST_CURRENT_TEST": None, **env}).invoke(main, list(args))


def test_what_was_checked_is_not_checked_again(tmp_path: Path, kept: Store) -> None:
    """And that is said; with --fresh, and where a thing is to be tried, it is."""
    file = theorem_file(tmp_path)
    settle(file)
    first = run("check", str(file)).output
    assert "1 line, " in first and " primitive steps, " in first and "earlier" not in first
    again = run("check", str(file)).output
    assert again.splitlines()[:2] == first.splitlines()[:2]
    assert "primitive" not in again
    assert again.endswith("1 theorem checked earlier, from these very sources; --fresh checks all of it now\n")
    assert "earlier" not in run("check", "--fresh", str(file)).output
    for name in ("CI", "PYTEST_CURRENT_TEST"):
        assert "earlier" not in run("check", str(file), **{name: "true"}).output
    assert "earlier" in run("check", str(file)).output


def test_a_page_that_was_not_read_back_is(tmp_path: Path, kept: Store) -> None:
    file = theorem_file(tmp_path)
    settle(file)
    run("check", "--no-verify", str(file))
    assert "earlier" in run("check", "--no-verify", str(file)).output
    assert "earlier" not in run("check", str(file)).output
    assert "earlier" in run("check", str(file)).output


def test_another_claim_of_the_name_does_not_count(tmp_path: Path, kept: Store) -> None:
    """A file may take its claim from where no digest sees it."""
    file = theorem_file(tmp_path, imports="import os", shows="eval(os.environ['SIDE'])")
    settle(file)
    assert run("check", str(file), SIDE="b + a").exit_code == 0
    assert "earlier" in run("check", str(file), SIDE="b + a").output
    for other in ("b - a", "integer('b') + a"):
        assert run("check", str(file), SIDE=other).exit_code == 1


def test_a_warning_is_given_again(tmp_path: Path, kept: Store) -> None:
    file = theorem_file(tmp_path, given="[Eq(a**2, 2)]")
    settle(file)
    first, again = run("check", "--strict", str(file)), run("check", "--strict", str(file))
    assert first.exit_code == again.exit_code == 1
    assert first.stderr == again.stderr and "warning: swapped: " in again.stderr and "earlier" in again.stdout


def test_false_claims_count_as_theorems_do(kept: Store) -> None:
    assert "3 false claims refuted" in run("check", "-q", "softmax").output
    assert " theorems and 3 false claims checked earlier" in run("check", "-q", "softmax").output
    assert "3 false claims refuted" in run("check", "-q", "softmax", "--fresh").output


def test_what_the_store_is_trusted_for(tmp_path: Path, kept: Store) -> None:
    """Whoever can write it can have a wrong theorem called checked earlier; not checked, and not under pytest."""
    file = theorem_file(tmp_path, line="b + b")
    settle(file)
    forge(file, kept, read_back=True)
    assert "1 theorem checked earlier" in run("check", str(file)).output
    assert run("certify", f"{file}::swapped", "-o", str(tmp_path)).exit_code == 2
    assert run("show", f"{file}::swapped").exit_code == 2
    assert run("check", str(file), PYTEST_CURRENT_TEST="one").exit_code == 1
    forge(file, kept, read_back=True)
    assert run("check", "--fresh", str(file)).exit_code == 1
    assert run("check", str(file)).exit_code == 1


SHAPES: list[dict[str, object]] = [
    {"proved": 1}, {"axioms": "ax"}, {"axioms": [1]}, {"lines": "1"}, {"warnings": None}, {"read_back": None}, {"statement": 1},
]  # fmt: skip


@pytest.mark.parametrize("shape", [None, *SHAPES], ids=str)
def test_an_entry_of_another_shape_says_nothing(shape: dict[str, object] | None, tmp_path: Path) -> None:
    file, store = theorem_file(tmp_path), Store(tmp_path / "store")
    settle(file)
    forge(file, store, **(shape or {}))
    (entry,) = load_file(str(file))
    assert Results(store).of(entry).state == ("proved" if shape is None else "unknown")
    for found in (None, 1, [], {"swapped": 1}, {"swapped": []}):
        store.keep({f"checked {file}": (Results(store).key(entry.file), found)})
        assert Results(store).of(entry).state == "unknown"


def test_a_page_is_printed_again_as_it_was(kept: Store, tmp_path: Path) -> None:
    first, again = run("show", "kl_nonneg"), run("show", "kl_nonneg")
    assert first.stderr == "" and again.stdout == first.stdout
    assert again.stderr == f"derive: {earlier.SAID}\n"
    for different in (["--fresh"], ["--verify"], ["--ascii"], ["--notation", "pr"], ["-o", str(tmp_path / "page")]):
        assert earlier.SAID not in run("show", "kl_nonneg", *different).stderr


def test_a_page_counts_for_these_very_sources(kept: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    run("show", "kl_nonneg")
    for digest in ("digest_of_sources", "digest_of_folder"):
        with monkeypatch.context() as other:
            other.setattr(earlier, digest, lambda *rooms: "others")
            again = run("show", "kl_nonneg")
            assert again.exit_code == 0 and again.stderr == ""
    assert run("show", "kl_nonneg").stderr == ""
    assert run("show", "kl_nonneg").stderr != ""


def test_pages_of_one_theorem_with_other_options_are_kept_beside_each_other(kept: Store) -> None:
    asked = (["show", "kl_nonneg"], ["show", "kl_nonneg", "--as", "latex"])
    first = [run(*options).stdout for options in asked]
    again = [run(*options) for options in asked]
    assert [x.stdout for x in again] == first and all(earlier.SAID in x.stderr for x in again)


def test_a_page_whose_sources_change_while_it_is_made_is_not_kept(kept: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page may be that of the sources before, whether it was looked for in the store or not."""
    find, now = catalogue.find_theorem, ["before"]

    def changed(name: str) -> catalogue.Entry:
        now[0] = "after"
        return find(name)

    monkeypatch.setattr(earlier, "digest_of_sources", lambda *rooms: now[0])
    monkeypatch.setattr(catalogue, "find_theorem", changed)
    for name, *options in (["kl_nonneg"], ["chain_rule", "--fresh"]):
        now[0] = "before"
        assert run("show", name, *options).exit_code == 0
        again = run("show", name)
        assert now == ["after"] and again.exit_code == 0 and again.stderr == ""


def test_all_that_a_page_is_made_by_is_in_its_digest() -> None:
    code = (
        "import sys; from derive.cli import main; main(['show', 'kl_nonneg'], standalone_mode=False);"
        "print(*(m for m in sys.modules if m.startswith('derive.') and not m.startswith('derive.proofs')))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded, rooms = done.stdout.splitlines()[-1].split(), (*SOURCES, "derive.cli")
    assert len(loaded) > 50
    assert [m for m in loaded if not any(m == s or m.startswith(f"{s}.") for s in rooms)] == []


def test_list_and_ledger_say_what_check_found(kept: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    theorems = sum(e.subject == "softmax" for e in catalogue.theorems())
    assert f"{theorems} · not checked yet" in run("list", "softmax").output
    run("check", "softmax")
    listed = run("list", "softmax").output
    assert "  ✓ softmax_positive\n" in listed
    assert listed.endswith(f"{theorems} ✓ checked, and nothing has changed since\n")
    first = run("ledger").output
    ticked = run("list").output
    assert "\n  · " not in ticked
    for needed in ("theorems", "subjects"):  # what was said of these very sources is said again without them
        monkeypatch.setattr(catalogue, needed, None)
    assert run("ledger").output == first and run("list").output == ticked
    monkeypatch.setattr(earlier, "digest_of_sources", lambda *rooms: "others")
    assert all(isinstance(run(command).exception, TypeError) for command in ("ledger", "list"))


def test_a_folder_that_cannot_be_written_hinders_nothing(tmp_path: Path) -> None:
    (tmp_path / "derive").write_text("a file where the folder would be")
    derive("check", "softmax", cache=tmp_path)
    assert "· not checked yet" in derive("list", "softmax", cache=tmp_path)


# --- what the list says ----------------------------------------------------------------------------------------------


def test_the_list_says_a_theorem_as_it_stands_now(tmp_path: Path) -> None:
    file, cache = theorem_file(tmp_path), tmp_path / "cache"
    settle(file)
    first = derive("list", str(file), cache=cache)
    assert "a + b = b + a" in first
    assert derive("list", str(file), cache=cache) == first
    file.write_text(file.read_text().replace("Eq(a + b, b + a), given=[]", "Eq(a - b, -b + a), given=[0 < a]"))
    settle(file)
    assert "a − b = −b + a\n      given a > 0" in derive("list", str(file), cache=cache)


def test_formulas_of_the_list_are_kept_in_the_usual_notation_only(tmp_path: Path) -> None:
    file, cache = theorem_file(tmp_path), tmp_path / "cache"
    settle(file)
    derive("list", str(file), "--notation", "pr", cache=cache)
    assert not cache.exists()
    derive("list", str(file), cache=cache)
    (entry,) = (cache / "derive").iterdir()
    key = json.loads(entry.read_text())["entry"]["key"]
    for found, shown in ((["kept", "k"], "kept\n      given k"), ([], "a + b"), (["kept", 1], "a + b"), ("x", "a + b")):
        Store(cache / "derive").keep({f"said {file}": (key, {"swapped": found})})
        assert f"      {shown}" in derive("list", str(file), cache=cache)
    Store(cache / "derive").keep({f"said {file}": (key, {"swapped": ["kept"]})})
    assert "kept" not in derive("list", str(file), "--notation", "pr", cache=cache)
