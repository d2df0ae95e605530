"""Damaged files of every kind: each is read or refused in a sentence, in a short time and in little memory."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from damaged import READERS, ROOT, read_spoiled
from hypothesis import given, settings
from hypothesis import strategies as st
from sweep import at_most, examples
from yardstick import takes_at_most

from derive.board.catalogue import load_file
from derive.errors import UserError
from derive.files import write_whole
from derive.slides.targets import TARGETS

EACH = sorted(READERS)
UNITS = 150  # a few seconds, wherever this runs
BYTES = 300_000_000


def test_every_deck_that_is_read_is_damaged_too() -> None:
    endings = {reader.ending for reader in READERS.values()}
    assert {t.ending for t in TARGETS.values() if t.reads} <= endings


@pytest.mark.parametrize("name", EACH)
def test_an_example_that_is_not_damaged_is_read(name: str, tmp_path: Path) -> None:
    reader = READERS[name]
    read = 0
    for example in reader.examples():
        path = tmp_path / f"x{reader.ending}"
        path.write_bytes(example)
        try:
            reader.read(str(path))
            read += 1
        except UserError:
            continue  # numbers of another theorem
    assert read


@pytest.mark.parametrize("name", EACH)
def test_a_damaged_file_is_read_or_refused(name: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    """The seed that is shown makes the same file again: damaged.read_spoiled(name, seed, folder)."""
    folder = tmp_path_factory.mktemp("damaged")

    @settings(examples(min(at_most(25), 2000)), database=None)
    @given(st.integers(0, 2**32))
    def each(seed: int) -> None:
        path = read_spoiled(name, seed, str(folder))
        assert [p.name for p in folder.iterdir()] == [path.name], "something was written beside it"

    with takes_at_most(UNITS):
        each()


@pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="only Linux says how much memory a process had at most"
)
@pytest.mark.parametrize("name", EACH)
def test_damaged_files_take_little_memory(name: str) -> None:
    """In a process of its own, with so much memory as it may have, and time for the start of it."""
    code = (
        "import resource, sys; sys.path[:0] = [sys.argv[1], sys.argv[2]]; import damaged; "
        "resource.setrlimit(resource.RLIMIT_CPU, (100, 100)); damaged.main(sys.argv[3], 0, int(sys.argv[4]))"
    )
    call = [sys.executable, "-c", code, str(ROOT / "tests"), str(ROOT), name, str(min(at_most(15), 500))]
    done = subprocess.run(call, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert int(done.stdout) < BYTES


LARGE = {
    "a list of lists": ("score", b"[" * 3_000_000),
    "a string without an end": ("score", b'{"a": "' + b"x" * 20_000_000),
    "a number without an end": ("score", b"[-0." + b"1" * 20_000_000),
    "one long word": ("score", b"x" * 20_000_000),
    "empty lines": ("score", b"\n" * 20_000_000),
    "empty events": ("score", b"data:\n\n" * 200_000),
    "an event without an end": ("score", b"data: {" + b" " * 20_000_000),
    "objects in objects": ("score", b'{"a":' * 1_000_000),
    "candidates": (
        "score",
        b'{"logprobs": [{' + b",".join(b'"%d": {"logprob": -1}' % n for n in range(50_000)) + b"}]}",
    ),
    "names": ("score", b"{" + b",".join(b'"%d": 1' % n for n in range(100_000)) + b"}"),
    "tokens": ("tokens", b"[" * 20_000_000),
    "a deck": ("deck, HTML", b"<div " * 1_000_000),
    "a slide": ("deck, Markdown", b"## a\n\n- b\n" * 1_000_000),
    "a notebook": ("deck, notebook", b'{"cells": [' * 2_000_000),
    "a display": ("notes, LaTeX", b"$$" + b"x+" * 250_000),
    "braces": ("notes, LaTeX", b"$$" + b"{" * 300_000),
    "a macro that grows": ("notes, LaTeX", b"\\def\\a{\\a\\a}" * 10_000 + b"\\[\\a\\]"),
    "environments": ("notes, LaTeX", b"\\begin{align}" * 30_000),
    "a file of notes": ("notes, LaTeX", b"a " * 3_000_000),
    "dollars": ("notes, Markdown", b"$$ a\n" * 20_000 + b"\x00"),
    "environments in Markdown": ("notes, Markdown", b"\\begin{align}\n\n" * 5_000 + b"<!--: } -->"),
    "cells": ("notes, notebook", b'{"cells": [' * 100_000),
    "TOML": ("given, TOML", b"a.b.c = 1\n" * 90_000),
}


@pytest.mark.parametrize(("name", "data"), LARGE.values(), ids=LARGE)
def test_a_large_file_takes_a_short_time_and_little_memory(name: str, data: bytes, tmp_path: Path) -> None:
    reader = READERS[name]
    path = tmp_path / f"x{reader.ending}"
    path.write_bytes(data)
    with takes_at_most(UNITS), pytest.raises(UserError):
        reader.read(str(path))


@pytest.mark.parametrize(
    "source",
    [b"\xff", b"# coding: nothing\n", b"# coding: utf-7\n+", b"a\x00b", b"\xff\xfe1\x00", b"(" * 5000, b"\xef\xbb\xbf\xef\xbb\xbf", b"x = '\xed\xa0\x80'"],
)  # fmt: skip
def test_a_python_file_that_is_no_text_is_refused(source: bytes, tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_bytes(source)
    with pytest.raises(UserError):
        load_file(str(path))


@given(
    st.dictionaries(
        st.sampled_from(["a", "b", "c/d", "none/e", "f\x00", "." * 300, "folder"]), st.binary(max_size=9), min_size=1
    )
)
def test_files_are_written_all_or_none(tmp_path_factory: pytest.TempPathFactory, files: dict[str, bytes]) -> None:
    folder = tmp_path_factory.mktemp("written")
    (folder / "c").mkdir()
    (folder / "folder").mkdir()
    try:
        write_whole({folder / name: data for name, data in files.items()})
    except UserError:
        written = {}
    else:
        written = files
    assert {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()} == written
