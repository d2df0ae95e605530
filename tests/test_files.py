"""Files of the user's: what is written appears whole or not at all, where the name says; what is read is bounded."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from derive.errors import UserError
from derive.files import of_one_command, read_within, write_made, write_whole

posix = pytest.mark.skipif(sys.platform == "win32", reason="pipes, devices and modes are those of Unix")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@posix
def test_a_new_file_has_the_mode_that_others_get(tmp_path: Path) -> None:
    (tmp_path / "usual").touch()
    write_whole({tmp_path / "new": b"x"})
    assert mode(tmp_path / "new") == mode(tmp_path / "usual")


@posix
@pytest.mark.parametrize("before", [0o600, 0o640, 0o755])
def test_a_file_keeps_its_mode(tmp_path: Path, before: int) -> None:
    file = tmp_path / "page.tex"
    file.write_text("old")
    file.chmod(before)
    write_whole({file: b"new"})
    assert (file.read_bytes(), mode(file)) == (b"new", before)


@posix
def test_a_symbolic_link_is_followed(tmp_path: Path) -> None:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    (folder / "page.tex").write_text("old")
    for name, target in (("old", "elsewhere/page.tex"), ("chain", "old"), ("new", "elsewhere/new.tex")):
        (tmp_path / name).symlink_to(target)
    write_whole({tmp_path / "chain": b"page", tmp_path / "new": b"made"})
    assert all((tmp_path / name).is_symlink() for name in ("old", "chain", "new"))
    assert (folder / "page.tex").read_bytes() == b"page"
    assert (folder / "new.tex").read_bytes() == b"made"
    assert sorted(p.name for p in folder.iterdir()) == ["new.tex", "page.tex"]


@posix
def test_a_pipe_is_written_into(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()))
    reader.start()
    write_whole({pipe: b"page"})
    reader.join()
    assert read == [b"page"]
    assert pipe.is_fifo()


@posix
def test_a_device_is_written_into_and_not_replaced(tmp_path: Path) -> None:
    write_whole({"/dev/null": b"page"})
    assert Path("/dev/null").is_char_device()
    (tmp_path / "nowhere").symlink_to("/dev/null")
    write_whole({tmp_path / "nowhere": b"page"})
    assert (tmp_path / "nowhere").is_symlink()


@posix
@pytest.mark.parametrize("how", ["wb", "ab"])
def test_the_file_that_standard_output_goes_to_is_written_into(tmp_path: Path, how: str) -> None:
    """Another file in its place would not be the one that the shell has opened."""
    file = tmp_path / "out"
    file.write_bytes(b"zero\n")
    code = "from derive.files import write_whole; print('one'); write_whole({'/dev/stdout': b'two\\n'}); print('three')"
    with open(file, how) as out:
        inode = file.stat().st_ino
        subprocess.run([sys.executable, "-c", code], stdout=out, check=True, cwd=Path(__file__).parent.parent)
    assert file.read_bytes() == (b"zero\n" if how == "ab" else b"") + b"one\ntwo\nthree\n"
    assert file.stat().st_ino == inode


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device here is always full")
def test_a_full_disk_names_the_file() -> None:
    with pytest.raises(UserError, match=r"^/dev/full cannot be written: No space left on device; make room"):
        write_whole({"/dev/full": b"page"})


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device here is always full")
@pytest.mark.parametrize("words", [("show", "chain_rule"), ("--help",)])
def test_what_cannot_be_printed_is_said_in_one_sentence(words: tuple[str, ...]) -> None:
    with open("/dev/full", "wb") as full:
        command = [sys.executable, "-m", "derive.cli", *words]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    says = "derive: what is printed cannot be written: No space left on device; make room, or print elsewhere\n"
    assert (done.returncode, done.stderr) == (2, says)


def test_when_one_file_cannot_be_written_none_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").write_text("old")
    with pytest.raises(UserError, match=r"the folder .* does not exist"):
        write_whole({tmp_path / "a": b"new", tmp_path / "none" / "b": b"new"})
    with pytest.raises(UserError, match="is a folder; name a file"):
        write_whole({tmp_path / "a": b"new", tmp_path: b"new"})
    with pytest.raises(UserError, match="null byte"):
        write_whole({tmp_path / "a": b"new", f"{tmp_path}/b\0": b"new"})
    monkeypatch.setattr("os.access", lambda *_: False)
    with pytest.raises(UserError, match="a is write-protected; give another name"):
        write_whole({tmp_path / "b": b"new", tmp_path / "a": b"new"})
    assert [(p.name, p.read_text()) for p in tmp_path.iterdir()] == [("a", "old")]


def test_a_long_name_is_no_trouble(tmp_path: Path) -> None:
    write_whole({tmp_path / ("x" * 250): b"page"})
    with pytest.raises(UserError, match="cannot be written: File name too long"):
        write_whole({tmp_path / ("x" * 300): b"page"})
    assert len(list(tmp_path.iterdir())) == 1


@posix
def test_reading_stops_at_the_largest_size() -> None:
    with pytest.raises(
        UserError, match=r"^/dev/zero is larger than 1 MB, which is the most that is read of such a file"
    ):
        read_within("/dev/zero")


def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.tex")
        with pytest.raises(UserError, match="is a pipe, and who reads it may wait for ever"):
            read_within(str(tmp_path / "pipe.tex"))
    for path, says in ((tmp_path, "is a folder"), (tmp_path / "none", "there is no such file"), ("a\0", "null byte")):
        with pytest.raises(UserError, match=says):
            read_within(str(path))


def test_what_a_command_makes_takes_the_place_of_nothing_that_somebody_wrote(tmp_path: Path) -> None:
    """A file that the command reads, or one of a kind that people write, without the mark of derive's."""
    for name in ("mine.py", "notes.tex", "deck.md", "deck.pptx", "lab.ipynb", "empty.py"):
        (tmp_path / name).write_text("" if name == "empty.py" else "by hand")
    (tmp_path / "numbers.json").write_text("{}")
    for name in ("mine.py", "notes.tex", "deck.md", "deck.pptx", "lab.ipynb"):
        with pytest.raises(UserError, match=rf"{name} is there already and was not made by derive.* give another name"):
            write_made({tmp_path / "new.html": b"page", tmp_path / name: b"page"})
    with of_one_command():
        read_within(str(tmp_path / "numbers.json"))
        os.link(tmp_path / "numbers.json", tmp_path / "link.json")
        for name in ("numbers.json", "link.json"):
            with pytest.raises(UserError, match=rf"{name} is read by this command, and would be lost"):
                write_made({tmp_path / name: b"page"})
    assert not (tmp_path / "new.html").exists()
    assert {p.read_text() for p in tmp_path.iterdir()} == {"by hand", "", "{}"}
    write_made({tmp_path / "numbers.json": b"page", tmp_path / "empty.py": b"page"})


@pytest.mark.parametrize(
    ("name", "last"),
    [("a.tex", "% Made by derive"), ("a.html", "<!-- Made by derive -->"), ("a.py", "# Made by derive")],
)
def test_what_a_command_made_says_so_and_is_made_again(tmp_path: Path, name: str, last: str) -> None:
    for page in ("one", "two\n"):
        write_made({tmp_path / name: page.encode()})
        assert (tmp_path / name).read_text() == f"{page.strip()}\n{last}\n"
