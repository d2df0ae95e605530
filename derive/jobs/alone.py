"""A job in an interpreter of its own.

It is started with ``subprocess``: that works the same on every system and inside the workers of a cluster, which may not have
children of ``multiprocessing``.  The job comes on the standard input and stays open behind it: where it ends, the one who asked
is gone, and so the process ends too.
"""

from __future__ import annotations

import contextlib
import gc
import io
import os
import pickle
import signal
import subprocess
import sys
import threading
import traceback
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, NamedTuple

from derive.jobs.job import Job, Outcome, attempt

_ROOT = str(Path(__file__).resolve().parents[2])
_PROGRAM = f"import sys; sys.path.append({_ROOT!r}); from derive.jobs.alone import main; main()"
_LOOKED_AT = 1_000_000  # bytes at the start of a file by which it is known again


class Setting(NamedTuple):
    """What a job finds where it runs."""

    folder: str  # the current folder
    stamp: str = ""  # of derive, see derive.jobs.stamp; "" where it is the caller's own
    marks: tuple[tuple[str, str], ...] = ()  # the files that the job reads, as the caller sees them


class Children:
    """The processes that run now; ``stop`` ends them."""

    def __init__(self) -> None:
        self._running: set[subprocess.Popen[bytes]] = set()
        self._lock = threading.Lock()
        self._stopped = False

    def start(self) -> subprocess.Popen[bytes]:
        with self._lock:
            if self._stopped:
                raise KeyboardInterrupt
            child = subprocess.Popen(
                [sys.executable, "-P", "-c", _PROGRAM],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                process_group=0,  # an interrupt at the terminal is for the caller, who then ends this process
            )
            self._running.add(child)
            return child

    def ended(self, child: subprocess.Popen[bytes]) -> None:
        with self._lock:
            self._running.discard(child)

    def stop(self) -> None:
        with self._lock:
            self._stopped = True
            for child in self._running:
                child.kill()


def run_alone(job: Job, setting: Setting, children: Children | None = None) -> Outcome:
    """Do the job in a new process; once more where that process dies.  Raises what the job raises, if it has no message."""
    children = children or Children()
    request = pickle.dumps((job, setting, gc.get_threshold()))
    status = 0
    for _ in range(2):
        child = children.start()
        try:
            assert child.stdin is not None
            assert child.stdout is not None
            with contextlib.suppress(BrokenPipeError):  # it died at once
                child.stdin.write(request)
                child.stdin.flush()
            reply = child.stdout.read()
        finally:
            child.kill()
            status = child.wait()
            children.ended(child)
            _close(child)
        if reply:
            outcome, error = pickle.loads(reply)
            if error is not None:
                raise error
            return Outcome(*outcome)
    return died(job, f"(the second time {_end(status)})")


def _close(child: subprocess.Popen[bytes]) -> None:
    for stream in (child.stdin, child.stdout):
        if stream is not None:
            with contextlib.suppress(BrokenPipeError):
                stream.close()


def died(job: Job, how: str = "") -> Outcome:
    """The outcome of a job that has ended two processes."""
    return Outcome(
        error=f"{job.name}: the process that worked on it died, and so did a second one{how and ' '}{how}; it may need more "
        "memory than there is",
        lost=True,
    )


def _end(status: int) -> str:
    if status >= 0:
        return f"it ended with status {status}"
    try:
        return f"by the signal {signal.Signals(-status).name}"
    except ValueError:
        return f"by the signal {-status}"


def mark(path: str) -> str:
    """By what a file is known again: its size and its beginning; "" where there is none."""
    try:
        with open(path, "rb") as file:
            return f"{os.fstat(file.fileno()).st_size} {sha256(file.read(_LOOKED_AT)).hexdigest()}"
    except OSError:
        return ""


# --- in the new process ----------------------------------------------------------------------------------------------


def main() -> None:
    """Read a job from the standard input, do it, and write what comes of it on the standard output."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no part of the answer
    asked, sys.stdin = sys.stdin, open(os.devnull, encoding="utf-8")  # noqa: SIM115  # it is nobody else's
    job, setting, threshold = pickle.load(asked.buffer)
    threading.Thread(target=_end_with_the_caller, args=(asked.buffer,), daemon=True).start()
    gc.set_threshold(*threshold)
    try:
        reply = pickle.dumps((tuple(_answer(job, setting)), None))
    except Exception as error:
        error.add_note("".join(traceback.format_exception(error)))
        reply = pickle.dumps((None, _picklable(error)))
    out.write(reply)
    out.flush()
    os._exit(0)  # whatever a program of the user's has left running


def _end_with_the_caller(asked: BinaryIO) -> None:
    asked.read()
    os._exit(1)


def _answer(job: Job, setting: Setting) -> Outcome:
    refusal = _refusal(setting)
    if refusal:
        return Outcome(error=f"{job.name}: {refusal}", lost=True)
    with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.redirect_stderr(io.StringIO()) as errors:
        outcome = attempt(job)
    return outcome._replace(printed=(out.getvalue(), errors.getvalue()))


def _refusal(setting: Setting) -> str:
    """Why a job from elsewhere is not done here."""
    here = os.uname().nodename if hasattr(os, "uname") else "the worker"
    if setting.stamp:
        from derive.jobs.stamp import stamp

        if stamp() != setting.stamp:
            return f"the worker on {here} has derive {stamp()}, and the one who asks has {setting.stamp}; install the same on both"
    try:
        os.chdir(setting.folder)
    except OSError:
        if setting.marks:
            return (
                f"there is no folder {setting.folder} on {here}; workers must see the files in the same place as you do"
            )
    for path, wanted in setting.marks:
        if mark(path) != wanted:
            return f"on {here}, {path} is not the file that you have; workers must see the files in the same place as you do"
    return ""


def _picklable(error: Exception) -> Exception:
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return RuntimeError("".join(traceback.format_exception(error)))
    return error
