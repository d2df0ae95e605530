"""Workers on this machine: processes for jobs that compute, threads for jobs that start a process of their own."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing.connection import wait

from derive.jobs.alone import Children, Setting, run_alone
from derive.jobs.job import Job, Outcome, attempt


def processors() -> int:
    """How many of the machine's processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def can_fork() -> bool:
    """Whether forks of this process may work: not where another thread may hold a lock, nor on macOS, whose libraries object."""
    return hasattr(os, "fork") and sys.platform != "darwin" and threading.active_count() == 1


class Threads:
    """Each job has a process of its own, so no worker can die of one."""

    died: tuple[type[BaseException], ...] = ()
    tries = 0

    def __init__(self, executor: Executor, width: int, children: Children) -> None:
        self._executor, self.width, self._children = executor, width, children
        self._setting = Setting(os.getcwd())

    def submit(self, job: Job) -> Future[Outcome]:
        return self._executor.submit(run_alone, job, self._setting, self._children)

    def mend(self) -> bool:
        return False

    def gone(self) -> str:
        return ""


@contextmanager
def threads(count: int) -> Iterator[Threads]:
    children = Children()
    executor = ThreadPoolExecutor(count)
    try:
        yield Threads(executor, count, children)
    except BaseException:
        children.stop()
        raise
    finally:
        executor.shutdown(cancel_futures=True)


class Processes:
    """A pool.  It breaks when one of its processes dies, and is then replaced.  It is given no more jobs at a time than it has
    processes, so that those that it had when it broke are those that ran."""

    died: tuple[type[BaseException], ...] = (BrokenProcessPool,)
    tries = 2  # it may have been another one's death at first

    def __init__(self, count: int, forked: bool = False) -> None:
        self.width, self._forked = count, forked
        self._others = multiprocessing.active_children()
        self._pool = self._new()

    def _new(self) -> ProcessPoolExecutor:
        # started anew unless they need what is here: a fork copies locks that other threads hold
        how = multiprocessing.get_context("fork" if self._forked else "spawn")
        return ProcessPoolExecutor(self.width, how, _begin)

    def submit(self, job: Job) -> Future[Outcome]:
        with _interrupts_later():  # processes are started here
            try:
                return self._pool.submit(work, job)
            except BrokenProcessPool:  # a process died that had nothing to do
                self.mend()
                return self._pool.submit(work, job)

    def mend(self) -> bool:
        self._pool.shutdown()
        self._pool = self._new()
        return True

    def gone(self) -> str:
        return ""

    def close(self, at_once: bool) -> None:
        if at_once:
            for process in multiprocessing.active_children():
                if process not in self._others:
                    process.terminate()
        self._pool.shutdown(cancel_futures=True)


@contextmanager
def processes(count: int, forked: bool = False) -> Iterator[Processes]:
    crew = Processes(count, forked)
    at_once = True
    try:
        yield crew
        at_once = False
    finally:
        crew.close(at_once)


def work(job: Job) -> Outcome:
    """Do a job in a process of the pool."""
    return run_alone(job, Setting(os.getcwd())) if job.alone else attempt(job)


def _begin() -> None:
    """A process of the pool ends with the one that has started it, however that ends, and leaves interrupts to it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        sentinel = parent.sentinel

        def end() -> None:
            wait([sentinel])
            os._exit(1)

        threading.Thread(target=end, daemon=True).start()


@contextmanager
def _interrupts_later() -> Iterator[None]:
    """An interrupt is held back in here.  Processes that are started in here never see one."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
