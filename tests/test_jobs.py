"""Many jobs in this process and in several: their outcomes come in the order of the jobs, and whatever dies is named."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import tasks
from dask_cluster import alive, wait_until
from programs import program

from derive.jobs.alone import Setting, mark, run_alone
from derive.jobs.job import Job, Outcome, attempt
from derive.jobs.run import Workers, run
from derive.jobs.stamp import stamp

HERE = Path(__file__).resolve().parent
one_and_two = pytest.mark.parametrize("workers", [Workers(1), Workers(2)], ids=["-j 1", "-j 2"])
alone_or_not = pytest.mark.parametrize("alone", [False, True], ids=["together", "alone"])
posix = pytest.mark.skipif(sys.platform == "win32", reason="signals are those of Unix")


@pytest.fixture(autouse=True)
def _tasks_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(HERE))


def errors(outcomes: list[Outcome]) -> list[str]:
    return [o.error for o in outcomes]


@one_and_two
@alone_or_not
def test_outcomes_come_in_the_order_of_the_jobs(workers: Workers, alone: bool) -> None:
    jobs = [Job(f"job {i}", tasks.later, (0.4 if i == 0 else 0, i), alone) for i in range(5)]
    told: list[str] = []
    assert [o.value for o in run(jobs, workers, told.append)] == [0, 1, 2, 3, 4]
    assert sorted(told) == [job.name for job in jobs]


def test_no_job_and_one_job_need_no_process() -> None:
    assert run([]) == []
    assert run([Job("it", tasks.process, (0,), alone=True)])[0].value == os.getpid()


def test_where_jobs_are_done() -> None:
    def where(workers: Workers, alone: bool) -> set[int]:
        return {o.value for o in run([Job(f"{i}", tasks.process, (i,), alone) for i in range(3)], workers)}

    assert where(Workers(1), alone=False) == {os.getpid()}
    assert os.getpid() not in where(Workers(2), alone=False)
    assert len(where(Workers(1), alone=True) - {os.getpid()}) == 3  # each in one of its own


@one_and_two
@alone_or_not
def test_an_error_is_that_of_its_job_and_the_others_go_on(workers: Workers, alone: bool) -> None:
    jobs = [
        Job("a", tasks.add, (1, 2), alone),
        Job("b", tasks.refuse, ("b",), alone),
        Job("c", tasks.too_deep, (), alone),
        Job("d", tasks.open_nothing, (), alone),
        Job("e", tasks.add, (3, 4), alone),
    ]
    done = run(jobs, workers)
    assert done == [attempt(job) for job in jobs]
    assert errors(done)[1] == "b is refused"
    assert "nested too deeply" in done[2].error and done[3].error == "no/such/file: No such file or directory"
    assert not any(o.lost for o in done)


@one_and_two
@alone_or_not
def test_a_fault_of_derives_own_is_raised_with_its_place(workers: Workers, alone: bool) -> None:
    with pytest.raises(ZeroDivisionError) as info:
        run([Job("a", tasks.add, (1, 2), alone), Job("b", tasks.slip, (), alone)], workers)
    if alone:
        assert "in slip" in "".join(info.value.__notes__)


# --- death -----------------------------------------------------------------------------------------------------------


@posix
@pytest.mark.parametrize("count", [2, 3])
@alone_or_not
def test_a_job_that_its_process_dies_of_is_named_and_the_others_are_done(count: int, alone: bool) -> None:
    jobs = [Job(f"job {i}", tasks.add, (i, i), alone) for i in range(7)]
    jobs[3] = Job("the poisoned one", tasks.die, (), alone)
    done = run(jobs, Workers(count))
    assert done[3].lost
    assert done[3].error.startswith("the poisoned one: the process that worked on it died, and so did a second one")
    assert [o.value for o in done if not o.error] == [0, 2, 4, 8, 10, 12]


@posix
@alone_or_not
def test_what_dies_once_is_done_again(tmp_path: Path, alone: bool) -> None:
    jobs = [Job(f"job {i}", tasks.die_once, (str(tmp_path / str(i)), i), alone) for i in range(3)]
    assert [o.value for o in run(jobs, Workers(2))] == [0, 1, 2]


@posix
@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGKILL])
@pytest.mark.parametrize("kind", ["alone=False", "alone=True", "forked=True"])
def test_no_process_outlives_the_one_that_asked(tmp_path: Path, end: signal.Signals, kind: str) -> None:
    log = tmp_path / "log"
    code = (
        "import tasks\nfrom derive.jobs.job import Job\nfrom derive.jobs.run import Workers, run\n"
        f"run([Job(str(i), tasks.tell_and_wait, ({str(log)!r},), {kind}) for i in range(4)], Workers(2))"
    )
    path = tmp_path / "program.py"
    path.write_text(f"if __name__ == '__main__':\n    {code.replace(chr(10), chr(10) + '    ')}\n")
    env = {**os.environ, "PYTHONPATH": f"{HERE}{os.pathsep}{HERE.parent}"}
    with program([sys.executable, path], env=env, stderr=subprocess.PIPE, process_group=0) as process:
        wait_until(lambda: log.exists() and len(log.read_text().split()) == 2)
        os.killpg(process.pid, end)  # as a terminal does
        process.communicate(timeout=20)
        assert process.returncode != 0
    for pid in map(int, log.read_text().split()):
        wait_until(lambda pid=pid: not alive(pid))


# --- a process of its own --------------------------------------------------------------------------------------------


def test_what_a_program_prints_is_no_part_of_the_answer(capfd: pytest.CaptureFixture[str]) -> None:
    done = run_alone(Job("it", tasks.say, ("hello",)), Setting(os.getcwd()))
    assert done == Outcome("hello", printed=("hello\n", ""))
    assert capfd.readouterr() == ("", "")


def test_a_program_cannot_read_what_is_for_the_process() -> None:
    assert run_alone(Job("it", tasks.ask), Setting(os.getcwd())) == Outcome("")


def test_a_job_is_refused_where_derive_or_a_file_is_another(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("one")
    job = Job("a.txt", tasks.size_of, ("a.txt",), files=("a.txt",))
    there = Setting(str(tmp_path), stamp(), ((str(file), mark(str(file))),))
    assert run_alone(job, there) == Outcome(3)
    for setting, says in [
        (there._replace(stamp="0.0.1 (abc)"), "has derive 0.1.0 ("),
        (there._replace(folder=str(tmp_path / "no")), "there is no folder"),
        (there._replace(marks=((str(file), "of another file"),)), "is not the file that you have"),
        (there._replace(marks=((str(tmp_path / "b.txt"), mark(str(file))),)), "is not the file that you have"),
    ]:
        done = run_alone(job, setting)
        assert done.lost and done.error.startswith("a.txt: ") and says in done.error


def test_a_file_is_known_again_by_its_size_and_its_beginning(tmp_path: Path) -> None:
    texts = ["", "one", "two", "x" * 2_000_000, "x" * 2_000_001]
    marks = []
    for i, text in enumerate(texts):
        (tmp_path / str(i)).write_text(text)
        marks.append(mark(str(tmp_path / str(i))))
    assert len({*marks, mark(str(tmp_path / "missing"))}) == 6
    assert mark(str(tmp_path / "missing")) == ""


def test_jobs_and_outcomes_are_data() -> None:
    for thing in (Job("a", tasks.add, (1, 2)), Outcome(3, "why", True, ("a", "b"))):
        assert pickle.loads(pickle.dumps(thing)) == thing


@pytest.mark.parametrize("command", [["show", "cross_entropy_is_nll"], ["check", "chain_rule"], ["check", "one.py"]])
def test_one_job_imports_nothing_for_many(tmp_path: Path, command: list[str]) -> None:
    (tmp_path / "one.py").write_text(
        "from derive import *\n\n@theorem(shows=Eq(real('a'), real('a') + 0))\ndef t(c): c.eq(real('a') + 0, by=ring)\n"
    )
    code = (
        "import sys\nfrom click.testing import CliRunner\nfrom derive.cli import main\n"
        f"r = CliRunner().invoke(main, {command!r}); assert r.exit_code == 0, r.output\n"
        "print(sorted({m.split('.')[0] for m in sys.modules} & {'multiprocessing', 'concurrent', 'distributed', 'subprocess'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert done.stdout.strip() == "[]"
