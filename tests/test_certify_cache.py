"""What was replayed is not replayed again, as long as nothing has changed.  The compiler here is a stub."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from rocq import Raw
from stub_rocq import Stub
from test_architecture import every_import, inside

from derive.board.catalogue import find_theorem
from derive.certify import cache as cache_module
from derive.certify.cache import SOURCES, Cache
from derive.certify.command import certify_command
from derive.certify.compiler import find_rocq
from derive.certify.result import Result
from derive.errors import UserError
from derive.kernel import rules as r
from derive.kernel.definitions import define
from derive.kernel.sorts import REAL
from derive.kernel.terms import Num, Var, eq
from derive.record.fingerprint import Fingerprints

NAME = "exercise_6_comparing_objectives"
x = Var("x", REAL)
LIBRARY = ["Operators", "Rules", "Axioms"]


def run(folder: Path, fresh: bool = False) -> str:
    text, status = certify_command([NAME], folder, run=True, fresh=fresh)
    assert status == 0
    return text


@pytest.fixture
def replayed(stub: Stub, tmp_path: Path) -> Path:
    """A folder with one certificate that was replayed."""
    folder = tmp_path / "certificates"
    assert "cache" not in run(folder)
    assert stub.compiled == [*LIBRARY, NAME]
    return folder


def entry_file(folder: Path) -> Path:
    return folder / ".cache" / f"{NAME}.json"


def test_the_second_time_it_is_said_when_it_was_replayed(replayed: Path, stub: Stub) -> None:
    assert re.search(r"Rocq 8\.16\.1 proved the claim .* \(on \d+-\d\d-\d\d, from the cache\)", run(replayed))
    assert stub.compiled == []


def test_fresh_replays_all_the_same(replayed: Path, stub: Stub) -> None:
    assert "cache" not in run(replayed, fresh=True)
    assert stub.compiled == [*LIBRARY, NAME]
    with pytest.raises(UserError, match="--fresh is about replaying"):
        certify_command([NAME], replayed, fresh=True)


def new_version(folder: Path, stub: Stub, patch: pytest.MonkeyPatch) -> None:
    stub.install("8.17.0 4.14.0")


def new_build(folder: Path, stub: Stub, patch: pytest.MonkeyPatch) -> None:
    stub.install("8.16.1 4.14.1")


def new_sources(folder: Path, stub: Stub, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(cache_module, "sources_digest", lambda: "others")


def library_compiled_by_another(folder: Path, stub: Stub, patch: pytest.MonkeyPatch) -> None:
    new_sources(folder, stub, patch)
    (folder / "Derive" / "Rules.vo").write_text("something else")


def edited(folder: Path, stub: Stub, patch: pytest.MonkeyPatch) -> None:
    file = folder / f"{NAME}.v"
    file.write_text(file.read_text("utf-8").replace("(* definitions *)", "(* edited *)"), "utf-8")


def deleted(folder: Path, stub: Stub, patch: pytest.MonkeyPatch) -> None:
    (folder / f"{NAME}.v").unlink()


def entry_deleted(folder: Path, stub: Stub, patch: pytest.MonkeyPatch) -> None:
    entry_file(folder).unlink()


def damaged(old: str, new: str) -> Callable[[Path, Stub, pytest.MonkeyPatch], None]:
    def change(folder: Path, stub: Stub, patch: pytest.MonkeyPatch) -> None:
        text = entry_file(folder).read_text("utf-8")
        changed = re.sub(old, new, text, count=1, flags=re.DOTALL)
        assert changed != text
        entry_file(folder).write_text(changed, "utf-8")

    return change


CHANGES: dict[str, tuple[Callable[[Path, Stub, pytest.MonkeyPatch], None], list[str]]] = {
    "another version of Rocq": (new_version, [*LIBRARY, NAME]),
    "the same version, built by another compiler": (new_build, [*LIBRARY, NAME]),
    "another rule, or another reader": (new_sources, [*LIBRARY, NAME]),
    "another library, compiled": (library_compiled_by_another, [*LIBRARY, NAME]),
    "the certificate is edited": (edited, [NAME]),
    "the certificate is gone": (deleted, [NAME]),
    "the entry is gone": (entry_deleted, [NAME]),
    "another day": (damaged(r'"replayed": "\d', '"replayed": "3'), [NAME]),
    "another key": (damaged(r'"key": "\w', '"key": "x'), [NAME]),
    "a damaged entry": (damaged(r'"sha256": "\w', '"sha256": "x'), [NAME]),  # of all kinds: tests/test_store.py
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_has_changed_is_replayed(name: str, replayed: Path, stub: Stub, monkeypatch: pytest.MonkeyPatch) -> None:
    change, compiled = CHANGES[name]
    change(replayed, stub, monkeypatch)
    assert "cache" not in run(replayed)
    assert stub.compiled == compiled
    assert "from the cache" in run(replayed)


def test_an_entry_that_is_valid_json_cut_anywhere_does_not_count(replayed: Path) -> None:
    whole = entry_file(replayed).read_bytes()
    cache = Cache(replayed, find_rocq())
    for length in range(0, len(whole), 7):
        entry_file(replayed).write_bytes(whole[:length])
        assert cache._store.get(NAME, json.loads(whole)["entry"]["key"]) is None
    entry_file(replayed).write_bytes(whole)
    assert cache._store.get(NAME, json.loads(whole)["entry"]["key"]) is not None


def test_a_library_that_was_compiled_and_changed_is_compiled_again(replayed: Path, stub: Stub) -> None:
    for name in ("Rules.vo", "Rules.v"):
        (replayed / "Derive" / name).write_text("something else")
        entry_file(replayed).unlink()
        run(replayed)
        assert stub.compiled == ([*LIBRARY, NAME] if name == "Rules.vo" else [NAME])
        assert (replayed / "Derive" / "Rules.v").read_text("utf-8") != "something else"


def result(name: str, digest: str, ok: bool = True) -> Result:
    return Result(name, ok, "" if ok else "no", 1, 1, 1.0, 0, (), "8.16.1", digest, "2026-01-01")


def test_another_proof_or_another_claim_of_that_name_is_another_theorem(stub: Stub, tmp_path: Path) -> None:
    cache = Cache(tmp_path, find_rocq())
    (tmp_path / "th.v").write_text("text")
    first = Raw("th", r.refl(x))
    cache.keep([first], [result("th", cache_module.digest_of(b"text"))])
    others = [Raw("th", r.sym(r.refl(x))), Raw("th", r.refl(Num(1))), Raw("th", r.ring(x, x, ()))]
    assert list(cache.results([first])) == ["th"]
    assert [cache.results([other]) for other in others] == [{}, {}, {}]
    assert Cache(tmp_path, find_rocq()).results([Raw("th", r.refl(x))])["th"].cached


def test_what_was_rejected_is_not_kept(stub: Stub, tmp_path: Path) -> None:
    cache, entry = Cache(tmp_path, find_rocq()), Raw("th", r.refl(x))
    cache.keep([entry], [result("th", "", ok=False)])
    assert not (tmp_path / ".cache").exists()


def test_every_part_of_a_proof_counts() -> None:
    def of(th: object) -> str:
        return Fingerprints().of_claim("th", (), eq(x, x), th)  # type: ignore[arg-type]

    one, other = (define(f"cached_{n}", (x,), x + n) for n in (1, 2))
    y = Var("y", REAL)
    proofs = [
        r.refl(x), r.refl(y), r.refl(Num(1)), r.sym(r.refl(x)), r.trans(r.refl(x), r.refl(x)), r.assume(eq(x, y)), r.unfold(one(x)),
        r.unfold(other(x)), r.axiom("exp_add"), r.axiom("exp_pos"), r.inst(r.refl(x), ((x, y),)), r.inst(r.refl(y), ((x, y),)),
        r.discharge(eq(x, y), r.refl(x)), r.gen(x, r.refl(x)), r.gen(y, r.refl(x)),
    ]  # fmt: skip
    assert len({of(p) for p in proofs}) == len(proofs)
    assert of(r.refl(x)) == of(r.refl(Var("x", REAL)))
    with pytest.raises(TypeError, match="no part of a proof"):
        Fingerprints()._of(1.5)


def test_all_that_judges_a_certificate_is_in_the_key() -> None:
    """What the files of ``derive.certify`` import, and what those import, but for what only writes or reports."""
    others = {"derive.errors", "derive.files", "derive.store", "derive.version"}
    reached, new = set[str](), {x.module for x in every_import() if inside(x.module, "derive.certify")}
    new.discard("derive.certify.command")  # prints
    while new:
        reached |= new
        new = {x.target for x in every_import() if x.module in new and inside(x.target, "derive")} - reached
    assert {m for m in reached if not inside(m, *SOURCES)} == others


def test_of_a_theorem_of_the_catalogue_the_sources_count(
    replayed: Path, stub: Stub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To know that nothing has changed, nothing is proved; with any other source all is replayed."""
    entry = find_theorem(NAME)
    with monkeypatch.context() as unproved:
        unproved.setattr(type(entry), "theorem", property(lambda self: pytest.fail("it was proved")))
        assert "from the cache" in certify_command([NAME], replayed, run=True)[0]
    monkeypatch.setattr("derive.board.checked.digest_of_sources", lambda *rooms: "others")
    assert "from the cache" not in certify_command([NAME], replayed, run=True)[0]
