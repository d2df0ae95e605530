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


def run(
    jobs: Sequence[Job],
    workers: Workers = HERE,
    told: Callable[[str], None] = lambda name: None,
    taken: Callable[[Outcome], Outcome] = lambda outcome: outcome,
) -> list[Outcome]:
    """The outcomes, in the order of the jobs.

    ``told`` is told the name of each that is done.  ``taken`` is given its outcome, here and at once, and says what is kept of
    it: not large files, say, that can be written as they come.

    Raises UserError when there is no cluster at the address, and what a job raises without a message.
    """
    work = _Work(jobs, told, taken)
    if workers.address:
        from derive.jobs.cluster import cluster

        return _all(cluster(workers.address, jobs), work)
    if len(jobs) <= 1:
        return _here(work)
    from derive.jobs.local import processes, processors, threads

    count = min(workers.processes or processors(), len(jobs))
    if all(job.alone for job in jobs):
        return _all(threads(count), work)
    if count == 1 and not any(job.alone for job in jobs):
        return _here(work)
    return _all(processes(count, forked=any(job.forked for job in jobs)), work)


def forks(workers: Workers) -> int:
    """In how many forks of this process jobs may be done at a time; 1: only here."""
    from derive.jobs.local import can_fork, processors

    return (workers.processes or processors()) if can_fork() else 1


def _here(work: _Work) -> list[Outcome]:
    for number, job in enumerate(work.jobs):
        work.put(number, attempt(job))
    return work.outcomes()


def _all(crew: AbstractContextManager[Crew], work: _Work) -> list[Outcome]:
    with crew as entered:
        for number in work.round(entered, range(len(work.jobs)), entered.width):
            if all(work.round(entered, [number], 1) for _ in range(entered.tries)):
                work.put(number, died(work.jobs[number]))
    return work.outcomes()


class _Work:
    """The outcomes so far."""

    def __init__(self, jobs: Sequence[Job], told: Callable[[str], None], taken: Callable[[Outcome], Outcome]) -> None:
        self.jobs, self._told, self._taken = jobs, told, taken
        self._done: dict[int, Outcome] = {}

    def put(self, number: int, outcome: Outcome) -> None:
        self._done[number] = self._taken(outcome)
        self._told(self.jobs[number].name)

    def outcomes(self) -> list[Outcome]:
        return [self._done[number] for number in range(len(self.jobs))]

    def round(self, crew: Crew, numbers: Iterable[int], width: int) -> list[int]:
        """Do the jobs of these numbers, ``width`` at a time; those whose worker has died are left."""
        waiting, running, lost = deque(numbers), dict[Future[Outcome], int](), list[int]()
        while waiting or running:
            while waiting and len(running) < width:
                number = waiting.popleft()
                running[crew.submit(self.jobs[number])] = number
            ended, _ = wait(running, timeout=1, return_when=FIRST_COMPLETED)
            why = "" if ended else crew.gone()
            if why:
                for number in (*lost, *running.values(), *waiting):
                    self._not_done(number, why)
                return []
            fallen = self._take(crew, ended, running)
            if fallen and crew.mend():
                fallen += self._take(crew, wait(running).done, running)
            lost += fallen
        return lost

    def _take(self, crew: Crew, ended: Collection[Future[Outcome]], running: dict[Future[Outcome], int]) -> list[int]:
        """Keep what has ended well; the numbers of the others."""
        fallen = []
        for future in ended:
            number = running.pop(future)
            try:
                outcome = future.result()
            except crew.died:
                fallen.append(number)
            except CancelledError:
                self._not_done(number, crew.gone() or "it was cancelled")
            else:
                self.put(number, outcome)
        return fallen

    def _not_done(self, number: int, why: str) -> None:
        self.put(number, Outcome(error=f"{self.jobs[number].name}: {why}", lost=True))
