"""Tools from npm for tests: installed once, kept for later runs beside pytest's temporary folders."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from needs import missing


def packages(**versions: str) -> Path:
    """A folder in which these npm packages are installed; without npm, or a network, the test is skipped.

    A name is written with ``__`` for the slash of its scope: ``marp_team__marp_core="4.4.0"``.
    """
    for tool in ("node", "npm"):
        if shutil.which(tool) is None:
            missing(f"{tool}{'js' if tool == 'node' else ''} (Debian)", f"there is no {tool}")
    wanted = {_name(n): v for n, v in versions.items()}
    # what only declares types drags a whole application in
    manifest = {"private": True, "dependencies": wanted, "overrides": {"@slidev/types": "npm:pathe@2.0.3"}}
    key = "-".join(f"{n.rpartition('/')[2]}-{v}" for n, v in wanted.items())
    folder = Path(tempfile.gettempdir()) / f"derive-tests-{os.getuid()}" / (key or "none")
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # one of several test processes
        if not (folder / "done").exists():
            (folder / "package.json").write_text(json.dumps(manifest))
            command = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]
            done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
            if done.returncode:
                missing(f"{', '.join(wanted)} (npm)", f"npm could not install it: {done.stderr[-300:]}")
            (folder / "done").touch()
    return folder


def _name(written: str) -> str:
    scope, slash, name = written.rpartition("__")
    return (f"@{scope}/{name}" if slash else name).replace("_", "-")


def node(script: str, folder: Path, stdin: str = "") -> str:
    """What a script prints that node runs with the packages of ``folder``; ``stdin`` is its input."""
    file = folder / f"script-{os.getpid()}.mjs"
    file.write_text(script, encoding="utf-8")
    done = subprocess.run(
        ["node", file.name], cwd=folder, input=stdin, capture_output=True, text=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout
