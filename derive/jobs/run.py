"""Jobs are done by an executor of ``concurrent.futures``, and their outcomes come back in the order of the jobs.

In this process where one is enough; in several by default; on the workers of a Dask cluster where its address is given.  A
worker that dies takes its jobs with it: they are done again, one at a time, so that it is seen which of them it died of.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from contextlib import AbstractContextManager
from typing import NamedTuple, Protocol

from derive.jobs.alone import died
from derive.jobs.job import Job, Outcome, attempt


class Workers(NamedTuple):
    """Who does the jobs."""

    processes: int | None = None  # of this machine; None: as many as it has processors
    address: str = ""  # of the scheduler of a Dask cluster, such as tcp://10.0.0.1:8786


HERE = Workers()


class Crew(Protocol):
    """An executor, and what is known of its workers."""

    width: int
    """How many jobs it is given at a time."""
    died: tuple[type[BaseException], ...]
    """What a job raises whose worker has died."""
    tries: int
    """How often such a job is done again by itself."""

    def submit(self, job: Job) -> Future[Outcome]: ...

    def mend(self) -> bool:
        """After the death of a worker: whether all other jobs that ran have ended with it."""

    def gone(self) -> str:
        """Why no job will end any more; "" as long as it may."""


def run(jobs: Sequence[Job], workers: Workers = HERE, told: Callable[[str], None] = lambda name: None) -> list[Outcome]:
    """The outcomes, in the order of the jobs.  ``told`` is told the name of each that is done.

    Raises UserError when there is no cluster at the address, and what a job raises without a message.
    """
    if workers.address:
        from derive.jobs.cluster import cluster

        return _all(cluster(workers.address, jobs), jobs, told)
    if len(jobs) <= 1:
        return _here(jobs, told)
    from derive.jobs.local import processes, processors, threads

    count = min(workers.processes or processors(), len(jobs))
    if all(job.alone for job in jobs):
        return _all(threads(count), jobs, told)
    if count == 1 and not any(job.alone for job in jobs):
        return _here(jobs, told)
    return _all(processes(count), jobs, told)


def _here(jobs: Iterable[Job], told: Callable[[str], None]) -> list[Outcome]:
    out = []
    for job in jobs:
        out.append(attempt(job))
        told(job.name)
    return out


def _all(crew: AbstractContextManager[Crew], jobs: Sequence[Job], told: Callable[[str], None]) -> list[Outcome]:
    with crew as entered:
        work = _Work(entered, jobs, told)
        for number in work.round(range(len(jobs)), entered.width):
            if all(work.round([number], 1) for _ in range(entered.tries)):
                work.put(number, died(jobs[number]))
    return [work.done[number] for number in range(len(jobs))]


class _Work:
    """The outcomes so far."""

    def __init__(self, crew: Crew, jobs: Sequence[Job], told: Callable[[str], None]) -> None:
        self._crew, self._jobs, self._told = crew, jobs, told
        self.done: dict[int, Outcome] = {}

    def put(self, number: int, outcome: Outcome) -> None:
        self.done[number] = outcome
        self._told(self._jobs[number].name)

    def round(self, numbers: Iterable[int], width: int) -> list[int]:
        """Do the jobs of these numbers, ``width`` at a time; those whose worker has died are left."""
        waiting, running, lost = deque(numbers), dict[Future[Outcome], int](), list[int]()
        while waiting or running:
            while waiting and len(running) < width:
                number = waiting.popleft()
                running[self._crew.submit(self._jobs[number])] = number
            ended, _ = wait(running, timeout=1, return_when=FIRST_COMPLETED)
            why = "" if ended else self._crew.gone()
            if why:
                for number in (*running.values(), *waiting):
                    self.put(number, Outcome(error=f"{self._jobs[number].name}: {why}", lost=True))
                return []
            fallen = self._take(ended, running)
            if fallen and self._crew.mend():
                fallen += self._take(wait(running).done, running)
            lost += fallen
        return lost

    def _take(self, ended: Collection[Future[Outcome]], running: dict[Future[Outcome], int]) -> list[int]:
        """Keep what has ended well; the numbers of the others."""
        fallen = []
        for future in ended:
            number = running.pop(future)
            try:
                self.put(number, future.result())
            except self._crew.died:
                fallen.append(number)
            except CancelledError:
                why = self._crew.gone() or "it was cancelled"
                self.put(number, Outcome(error=f"{self._jobs[number].name}: {why}", lost=True))
        return fallen
