"""--on ADDRESS: jobs on a real Dask cluster, of which workers die, vanish, or have another derive."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import tasks
from dask_cluster import DaskCluster, alive, wait_until
from programs import program

from derive.board import catalogue
from derive.certify import write_certificates
from derive.certify.command import certify_command
from derive.cli.interrupt import SAID
from derive.jobs.job import Job
from derive.jobs.run import Workers, run

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(autouse=True)
def _tasks_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), str(ROOT / "tests")]))


def derive(folder: Path, *words: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-P", "-m", "derive.cli", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, cwd=folder, check=False, timeout=120)


def said(done: subprocess.CompletedProcess[str]) -> tuple[int, str, str]:
    return done.returncode, re.sub(r"; [\d.]+ s\n", "; some time\n", done.stdout), done.stderr


PROOF = """
import os, time
from derive import *
from derive.language.letters import *

sg = define("sg", (b,), {number} / (1 + exp(-b)))  # another one in each file
print("{name}")
with open("log", "a") as log:
    log.write(f"{name} {{os.getpid()}} {{os.getppid()}}\\n")
time.sleep({seconds})

@theorem(shows=Eq(Sum(delta(k, y) * f[k], (k, 1, V)), f[y]), given=in_vocabulary(y, V))
def of_{name}(calc):
    calc.eq({right}, by=sum_delta)

@false_claim(claims=f[1] <= f[2])
def falsehood_of_{name}(): ...
"""


def proofs(folder: Path, count: int, seconds: float = 0) -> list[str]:
    """Files of proofs; one line of them is wrong, and one file cannot be run."""
    for i in range(count):
        right = "-f[y]" if i == 1 else "f[y]"
        text = PROOF.format(name=f"proof{i}", number=i + 1, seconds=seconds, right=right)
        (folder / f"proof{i}.py").write_text("x = 1 / 0" if i == 2 else text)
    return [f"proof{i}.py" for i in range(count)]


def started(folder: Path) -> list[list[str]]:
    """The files that were begun, each with its process and the one that had started that."""
    log = folder / "log"
    return [line.split() for line in log.read_text().splitlines()] if log.exists() else []


def test_the_same_is_said_wherever_the_jobs_are_done(whole_cluster: DaskCluster, tmp_path: Path) -> None:
    files = proofs(tmp_path, 5)
    here = derive(tmp_path, "check", *files, "-j", 1)
    assert said(here)[0] == 2
    assert "proof0\nproof1\nproof3\nproof4\ntheorem " in here.stdout
    assert "3 theorems checked: 3 lines" in here.stdout and "; 4 false claims refuted; " in here.stdout
    assert "\nof_proof1: not proved\nproof1.py:14  line 1 of of_proof1 does not follow" in here.stderr
    assert here.stderr.endswith("derive: proof2.py:1: ZeroDivisionError: division by zero\n")
    assert said(derive(tmp_path, "check", *files, "-j", 2)) == said(here)
    assert said(derive(tmp_path, "check", *files, "--on", whole_cluster.address)) == said(here)
    workers = {worker for _, _, worker in started(tmp_path)[-4:]}
    assert workers <= {str(whole_cluster.pid(name)) for name in ("first", "second")}


@pytest.mark.parametrize(
    "words",
    [
        ["slides", "estimators", "proof0.py::of_proof0", "proof1.py::of_proof1", "-o", "decks/{name}.html"],
        ["score", "a.txt", "no.txt", "b.json", "--claimed", "-2"],
    ],
    ids=lambda words: words[0],
)
def test_other_commands(whole_cluster: DaskCluster, tmp_path: Path, words: list[str]) -> None:
    proofs(tmp_path, 2)
    (tmp_path / "a.txt").write_text("-0.5 -0.25\n")
    (tmp_path / "b.json").write_text("[[-0.1, -0.2], [-3]]")
    decks = tmp_path / "decks"
    decks.mkdir()

    def written() -> dict[str, bytes]:
        out = {p.name: p.read_bytes() for p in decks.iterdir()}
        for name in out:
            (decks / name).unlink()
        return out

    here, files = derive(tmp_path, *words, "-j", 2), written()
    assert here.returncode == 2 and here.stdout
    assert len(files) == (len(catalogue.theorems("estimators")) + 1 if words[0] == "slides" else 0)
    assert said(derive(tmp_path, *words, "--on", whole_cluster.address)) == said(here)
    assert written() == files


NAMES = ["chain_rule", "kl_nonneg", "cross_entropy_one_hot"]


def test_certificates_on_a_cluster(
    rocq: None, whole_cluster: DaskCluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are written here, and are those that one process writes; Rocq replays them there."""
    monkeypatch.setattr("derive.certify.command.TOGETHER", 2)
    write_certificates([catalogue.find_theorem(n) for n in NAMES], tmp_path / "here")
    text, status = certify_command(NAMES, tmp_path / "there", run=True, address=whole_cluster.address)
    assert status == 0
    assert re.findall(r"^(\w+): Rocq [\d.]+ proved the claim", text, re.MULTILINE) == NAMES
    assert "3 of 3 theorems replayed by Rocq" in text
    here, there = (
        {p.relative_to(tmp_path / f).as_posix(): p.read_bytes() for p in (tmp_path / f).rglob("*.v")}
        for f in ("here", "there")
    )
    assert here == there and len(here) > len(NAMES)


def test_certificates_of_workers_without_rocq(dask_cluster: DaskCluster, tmp_path: Path) -> None:
    dask_cluster.worker("first", PATH=os.path.dirname(sys.executable))
    done = derive(tmp_path, "certify", *NAMES, "--run", "--on", dask_cluster.address)
    assert done.returncode == 2
    assert done.stdout.startswith(
        "chain_rule and 2 more: not done: running certificates needs Rocq's compiler coqc, which is "
    )
    done = derive(tmp_path, "certify", *NAMES, "--on", dask_cluster.address)
    assert done.returncode == 0 and done.stdout.startswith("3 certificates written in ")


def test_a_worker_that_is_killed_half_way(two_workers: DaskCluster, tmp_path: Path) -> None:
    """Nothing is lost, nothing is said twice, and the process that did its job is gone too."""
    files = proofs(tmp_path, 8, seconds=1)
    here = derive(tmp_path, "check", *files, "-j", 2)
    (tmp_path / "log").unlink()
    victim = two_workers.pid("first")
    orphan: list[str] = []

    def kill() -> None:
        wait_until(lambda: len(started(tmp_path)) >= 3 and at_work())
        orphan.extend(at_work())
        two_workers.kill("first")

    def at_work() -> list[str]:
        return [pid for _, pid, worker in started(tmp_path)[-2:] if worker == str(victim) and alive(pid)]

    killer = threading.Thread(target=kill)
    killer.start()
    on_the_cluster = derive(tmp_path, "check", *files, "--on", two_workers.address)
    killer.join()
    assert said(on_the_cluster) == said(here)
    begun = [name for name, _, _ in started(tmp_path)]
    assert len(orphan) == 1 and len(begun) == 8  # of seven files: the one that it worked on was begun again
    wait_until(lambda: not alive(orphan[0]), 10)


def test_a_job_that_ends_every_worker_is_named(dask_cluster: DaskCluster, tmp_path: Path) -> None:
    """Workers with a nanny come back, and the others' jobs are done."""
    for name in ("first", "second"):
        dask_cluster.worker(name, nanny=True)
    log = tmp_path / "log"
    jobs = [Job(f"job {i}", tasks.later, (0.2, i)) for i in range(6)]
    jobs[2] = Job("the poisoned one", tasks.end_the_worker, (str(log),))
    done = run(jobs, Workers(address=dask_cluster.address))
    assert [o.value for o in done if not o.error] == [0, 1, 3, 4, 5]
    assert done[2].lost and done[2].error.startswith("the poisoned one: the process that worked on it died")
    assert len(log.read_text().split()) == 4  # twice by Dask's count, and so once more when it was alone


def test_when_no_worker_is_left_what_is_done_is_said(
    two_workers: DaskCluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("derive.jobs.cluster.WORKERLESS", 2)
    jobs = [Job("good", tasks.add, (1, 2)), Job("the poisoned one", tasks.end_the_worker, (str(tmp_path / "log"),))]
    good, poisoned = run(jobs, Workers(address=two_workers.address))
    assert good.value == 3
    assert poisoned.lost and "has no workers left; if this job ends each worker" in poisoned.error


def test_the_scheduler_goes(two_workers: DaskCluster) -> None:
    stopper = threading.Timer(2, two_workers.kill, ["scheduler"])
    stopper.start()
    done = run([Job("long", tasks.later, (60, 1))], Workers(address=two_workers.address))
    assert done[0].lost and f"the scheduler at {two_workers.address} is gone" in done[0].error
    stopper.join()


def test_a_worker_with_another_derive_is_refused(dask_cluster: DaskCluster, tmp_path: Path) -> None:
    """Its version is the same, and a line of one file is not."""
    for name in ("derive", "proofs"):
        shutil.copytree(ROOT / name, tmp_path / "other" / name, ignore=shutil.ignore_patterns("__pycache__"))
    with open(tmp_path / "other" / "derive" / "lemmas" / "logs.py", "a") as file:
        file.write("# a line more\n")
    dask_cluster.worker("first", sources=tmp_path / "other")
    done = derive(tmp_path, "check", *proofs(tmp_path, 2), "--on", dask_cluster.address)
    assert (done.returncode, done.stdout) == (2, "")
    assert re.fullmatch(
        r"derive: the worker tcp://127\.0\.0\.1:\d+ of tcp://\S+ has derive 0\.1\.0 \(\w{12}\), and this is 0\.1\.0 \(\w{12}\); "
        r"install the same on both, and start the worker again\n",
        done.stderr,
    )


def test_a_worker_without_derive_is_refused(dask_cluster: DaskCluster, tmp_path: Path) -> None:
    (tmp_path / "derive.py").write_text("raise ImportError")
    dask_cluster.worker("first", sources=tmp_path)
    done = derive(tmp_path, "check", *proofs(tmp_path, 2), "--on", dask_cluster.address)
    assert (done.returncode, done.stdout) == (2, "")
    assert "cannot load derive's jobs (ImportError()); install derive 0.1.0 (" in done.stderr


def test_an_address_where_nothing_answers(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:  # it takes the call and says nothing
        for port in (1, silent.getsockname()[1]):
            start = time.monotonic()
            done = derive(tmp_path, "check", *proofs(tmp_path, 2), "--on", f"tcp://127.0.0.1:{port}")
            assert (done.returncode, done.stdout) == (2, "")
            assert done.stderr == (
                f"derive: tcp://127.0.0.1:{port}: no Dask scheduler answers there; is the address the one that 'dask scheduler' "
                "says when it starts?\n"
            )
            assert time.monotonic() - start < 30  # five seconds, and the machine may be busy


@pytest.mark.parametrize("address", ["10.0.0.1:8786", "tcp://10.0.0.1", "http://10.0.0.1:8786", "nonsense"])
def test_what_is_no_address_is_refused_at_once(tmp_path: Path, address: str) -> None:
    done = derive(tmp_path, "check", *proofs(tmp_path, 2), "--on", address)
    assert done.stderr == f"derive: {address} is no address of a Dask scheduler; it looks like tcp://10.0.0.1:8786\n"
    assert done.returncode == 2


def test_a_cluster_and_a_number_of_processes_are_two_things(tmp_path: Path) -> None:
    done = derive(tmp_path, "check", *proofs(tmp_path, 2), "-j", 2, "--on", "tcp://10.0.0.1:8786")
    assert done.returncode == 2 and "leave one of -j and --on out" in done.stderr


def test_an_interrupt(two_workers: DaskCluster, tmp_path: Path) -> None:
    files = proofs(tmp_path, 5, seconds=60)
    command = [sys.executable, "-P", "-m", "derive.cli", "check", *files, "--on", two_workers.address]
    with program(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=tmp_path) as process:
        wait_until(lambda: len(started(tmp_path)) == 2)
        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=30) == (f"{SAID}\n", None)
        assert process.returncode == 130
