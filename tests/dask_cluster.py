"""For tests of ``--on``: a real Dask scheduler and workers, processes that listen on loopback only."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from needs import missing

HERE = Path(__file__).resolve().parent


def wait_until(holds: Callable[[], object], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it takes too long"
        time.sleep(0.05)


def alive(pid: str | int) -> bool:
    """Whether the process is there, and no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


class DaskCluster:
    """A scheduler and its workers."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._processes = folder, dict[str, subprocess.Popen[bytes]]()
        self.address = ""

    def start(self) -> None:
        file = self._folder / "scheduler.json"
        self._run("scheduler", "dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(file))
        wait_until(lambda: file.exists() and file.read_text().strip().endswith("}"))
        self.address = json.loads(file.read_text())["address"]

    def worker(self, name: str, nanny: bool = False, sources: Path | None = None, **env: str) -> None:
        """A worker of one thread; with a nanny, which starts it again when it dies.  ``sources``: where it finds derive."""
        more = ["--nthreads", "1", "--nanny" if nanny else "--no-nanny", "--host", "127.0.0.1", "--name", name]
        self._run(name, "dask_worker", self.address, *more, sources=sources, **env)
        wait_until(lambda: "Starting established connection" in self.log(name))

    def log(self, name: str) -> str:
        return (self._folder / f"{name}.log").read_text()

    def kill(self, name: str) -> None:
        self._processes[name].kill()
        self._processes.pop(name).wait()

    def pid(self, name: str) -> int:
        return self._processes[name].pid

    def stop(self) -> None:
        """At once: nothing of it is kept.  A nanny is asked to, as it has a process of its own to end."""
        for process in reversed(self._processes.values()):
            process.terminate()
        for process in self._processes.values():
            try:
                process.wait(3)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def _run(self, name: str, program: str, *options: str, sources: Path | None = None, **more: str) -> None:
        paths = [*([str(sources)] if sources else []), str(HERE), str(HERE.parent)]
        env = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(paths),
            "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1",  # three by default: it takes longer
            **more,
        }
        with open(self._folder / f"{name}.log", "wb") as log:
            self._processes[name] = subprocess.Popen(
                [sys.executable, "-m", f"distributed.cli.{program}", *options, "--no-dashboard"],
                stdout=log, stderr=subprocess.STDOUT, env=env, cwd=self._folder,
            )  # fmt: skip


@contextmanager
def _cluster(folder: Path) -> Iterator[DaskCluster]:
    if importlib.util.find_spec("distributed") is None:
        missing("distributed (pip install '.[cluster]')", "there is no Dask")
    cluster = DaskCluster(folder)
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()


@pytest.fixture
def dask_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DaskCluster]:
    """A scheduler without workers."""
    with _cluster(tmp_path_factory.mktemp("dask")) as cluster:
        yield cluster


@pytest.fixture
def two_workers(dask_cluster: DaskCluster) -> DaskCluster:
    for name in ("first", "second"):
        dask_cluster.worker(name)
    return dask_cluster


@pytest.fixture(scope="module")
def whole_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DaskCluster]:
    """Two workers for all tests of a file that leave them as they are: to start them takes longer than most tests."""
    with _cluster(tmp_path_factory.mktemp("dask")) as cluster:
        for name in ("first", "second"):
            cluster.worker(name)
        yield cluster
