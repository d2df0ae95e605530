"""The workers of a Dask cluster.

What a job needs goes to them as data: names, options, the text of a certificate.  Files do not: workers must see them in the
same place.  A worker does each job in an interpreter of its own, which looks first whether it is the same derive and whether
the files are the same.  A worker that dies is Dask's to notice: it gives the job to another, and gives up after several.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError, Future
from contextlib import contextmanager
from typing import Any

from derive.errors import UserError
from derive.jobs.alone import Setting, mark, run_alone
from derive.jobs.job import Job, Outcome
from derive.jobs.stamp import stamp

ANSWERS = 5  # seconds for a scheduler to answer
WORKERLESS = 60  # for which a cluster may have no worker while jobs wait: one that grows when asked starts with none


class Cluster:
    """The workers at an address."""

    tries = 1  # Dask has tried it several times

    def __init__(self, client: Any, address: str, width: int) -> None:
        from distributed import KilledWorker

        self._client, self._address, self.width = client, address, width
        self._executor = client.get_executor(pure=False)
        self._setting = Setting(os.getcwd(), stamp())
        self._alive = time.monotonic()
        self.died: tuple[type[BaseException], ...] = (KilledWorker,)

    def submit(self, job: Job) -> Future[Outcome]:
        setting = self._setting._replace(marks=tuple((path, mark(path)) for path in job.files))
        done: Future[Outcome] = self._executor.submit(run_alone, job, setting)
        return done

    def mend(self) -> bool:
        return False

    def gone(self) -> str:
        if self._client.status != "running":
            return f"it was not done, for the scheduler at {self._address} is gone"
        now = time.monotonic()
        try:
            if self._client.nthreads():
                self._alive = now
        except (OSError, CancelledError):  # it may come back; the client says when it has given up
            self._alive = now
        if now - self._alive > WORKERLESS:
            return (
                f"it was not done, for the cluster at {self._address} has no workers left; if this job ends each worker "
                "that takes it, that is why: see the workers' logs"
            )
        return ""


@contextmanager
def cluster(address: str, jobs: Sequence[Job]) -> Iterator[Cluster]:
    """The cluster of the scheduler at this address.

    Raises UserError when there is none, or when its workers have no derive, or another one.
    """
    if not re.fullmatch(r"(?:tcp|tls)://[^/\s]+:\d{1,5}", address):
        raise UserError(f"{address} is no address of a Dask scheduler; it looks like tcp://10.0.0.1:8786")
    try:
        import dask

        quiet = {"distributed": "critical", "distributed.client": "critical"}  # what matters is said by gone()
        dask.config.set({"logging": quiet, "distributed.comm.timeouts.connect": f"{ANSWERS}s"})
        from distributed import Client
    except ImportError:
        raise UserError(
            "--on needs the package distributed: pip install 'derive-lm[cluster]', here and on the cluster"
        ) from None
    _refuse_silence(address)
    client = Client(address, timeout=ANSWERS, set_as_default=False)
    try:
        _refuse_others(client, address)
        yield Cluster(client, address, len(jobs))
    finally:
        client.close(timeout=ANSWERS)


def _refuse_silence(address: str) -> None:
    """Raises UserError when no scheduler answers.  (A client would wait for ever for one that takes the call and says nothing.)"""
    import asyncio

    from distributed.core import rpc

    async def identity() -> dict[str, Any]:
        async with rpc(address, timeout=ANSWERS) as scheduler:
            told: dict[str, Any] = await scheduler.identity()
            return told

    async def in_time() -> dict[str, Any]:
        return await asyncio.wait_for(identity(), ANSWERS)

    try:
        kind = asyncio.run(in_time())["type"]
    except Exception:  # whatever else listens there may answer anything
        kind = ""
    if kind != "Scheduler":
        raise UserError(
            f"{address}: no Dask scheduler answers there; is the address the one that 'dask scheduler' says when it starts?"
        )


def _refuse_others(client: Any, address: str) -> None:
    """Raises UserError when a worker has no derive, or not this one.  (One that comes later is refused with its first job.)"""
    for worker, told in client.run(stamp, on_error="return").items():
        if isinstance(told, Exception):
            raise UserError(
                f"the worker {worker} of {address} cannot load derive's jobs ({told}); install derive {stamp()} there, and start "
                "it again"
            )
        if told != stamp():
            raise UserError(
                f"the worker {worker} of {address} has derive {told}, and this is {stamp()}; install the same on both, and "
                "start the worker again"
            )
