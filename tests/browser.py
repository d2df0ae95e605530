"""Chromium without a window, driven over its own protocol through two pipes: no driver, no port, no package.

    with Browser(tmp_path) as browser:
        page = browser.open("file:///tmp/deck.html")
        page.evaluate("document.title")

A page remembers what it asked the network for and what went to its console.
"""

from __future__ import annotations

import base64
import contextlib
import fcntl
import json
import os
import select
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

from needs import missing

KEYS = {"ArrowRight": 39, "ArrowLeft": 37, "s": 83, "o": 79, "End": 35}
PATIENCE = 60.0  # seconds, for whatever should happen at once


class Browser:
    """One running Chromium; ``folder`` is for its profile."""

    def __init__(self, folder: Path) -> None:
        program = shutil.which("chromium") or shutil.which("google-chrome")
        if program is None:
            missing("chromium (Debian)", "there is no Chromium")
            raise AssertionError
        command = [
            program, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
            "--disable-extensions", "--hide-scrollbars", "--remote-debugging-pipe", f"--user-data-dir={folder / 'profile'}",
        ]  # fmt: skip
        # Chromium reads commands at its descriptor 3 and writes answers at 4
        commands, self._out = os.pipe()
        self._in, answers = os.pipe()
        commands, answers = (_high(fd) for fd in (commands, answers))
        null = os.open(os.devnull, os.O_RDWR)
        dup = os.POSIX_SPAWN_DUP2
        actions = [(dup, null, 0), (dup, null, 1), (dup, null, 2), (dup, commands, 3), (dup, answers, 4)]
        environment = {**os.environ, "HOME": str(folder)}
        self._pid = os.posix_spawn(program, command, environment, file_actions=actions, setpgroup=0)
        for fd in (commands, answers, null):
            os.close(fd)
        self._number = 0
        self._rest = b""
        self._answers: dict[int, dict[str, Any]] = {}
        self._sessions: dict[str, Page] = {}
        self.targets: dict[str, dict[str, Any]] = {}
        self.call("Target.setDiscoverTargets", discover=True)

    def __enter__(self) -> Browser:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        with contextlib.suppress(OSError, TimeoutError):
            self.call("Browser.close")
        end = time.monotonic() + 5
        while os.waitpid(self._pid, os.WNOHANG) == (0, 0):
            if time.monotonic() > end:
                os.killpg(self._pid, signal.SIGKILL)
                os.waitpid(self._pid, 0)
                break
            time.sleep(0.02)
        os.close(self._in)
        os.close(self._out)

    def call(self, method: str, session: str = "", **params: Any) -> dict[str, Any]:
        """The answer to a command of the DevTools protocol."""
        self._number += 1
        number = self._number
        message = {"id": number, "method": method, "params": params} | ({"sessionId": session} if session else {})
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self._out, data) :]
        self.wait(lambda: number in self._answers, method)
        answer = self._answers.pop(number)
        if "error" in answer:
            raise AssertionError(f"{method}: {answer['error']['message']}")
        result: dict[str, Any] = answer["result"]
        return result

    def wait(self, done: Callable[[], bool], what: str = "") -> None:
        """Read what the browser says until ``done``."""
        end = time.monotonic() + PATIENCE
        while not done():
            ready, _, _ = select.select([self._in], [], [], max(0.0, min(0.05, end - time.monotonic())))
            if ready:
                self._read()
            elif time.monotonic() > end:
                raise TimeoutError(f"the browser did not finish: {what}")

    def _read(self) -> None:
        data = os.read(self._in, 1 << 20)
        if not data:
            raise OSError("the browser is gone")
        *messages, self._rest = (self._rest + data).split(b"\0")
        for m in map(json.loads, messages):
            if "id" in m:
                self._answers[m["id"]] = m
            elif m["method"] == "Target.targetCreated":
                self.targets[m["params"]["targetInfo"]["targetId"]] = m["params"]["targetInfo"]
            elif m.get("sessionId") in self._sessions:
                self._sessions[m["sessionId"]].heard(m["method"], m["params"])

    def open(self, url: str, width: int = 1280, height: int = 720, **media: str) -> Page:
        """A new page at an address, when it is loaded; ``media``: what the user prefers, such as prefers-reduced-motion."""
        page = self.attach(self.call("Target.createTarget", url="about:blank")["targetId"])
        page.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        if media:
            page.call("Emulation.setEmulatedMedia", features=[{"name": n, "value": v} for n, v in media.items()])
        page.go(url)
        return page

    def attach(self, target: str) -> Page:
        session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        page = self._sessions[session] = Page(self, session, target)
        for domain in ("Page", "Runtime", "Log", "Network"):
            page.call(f"{domain}.enable")
        return page


class Page:
    def __init__(self, browser: Browser, session: str, target: str) -> None:
        self.browser, self.session, self.target = browser, session, target
        self.requests: list[str] = []  # addresses that were asked for
        self.console: list[str] = []  # everything that went to the console, errors among them
        self._loaded = False

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        return self.browser.call(method, self.session, **params)

    def heard(self, method: str, params: dict[str, Any]) -> None:
        if method == "Network.requestWillBeSent":
            self.requests.append(params["request"]["url"])
        elif method == "Runtime.consoleAPICalled":
            self.console.append(" ".join(str(a.get("value", a.get("description"))) for a in params["args"]))
        elif method == "Runtime.exceptionThrown":
            details = params["exceptionDetails"]
            self.console.append(details.get("exception", {}).get("description", details["text"]))
        elif method == "Log.entryAdded":
            self.console.append(f"{params['entry']['text']} {params['entry'].get('url', '')}")
        elif method == "Page.loadEventFired":
            self._loaded = True

    def go(self, url: str) -> None:
        self._loaded = False
        answer = self.call("Page.navigate", url=url)
        assert "errorText" not in answer, answer
        self.browser.wait(lambda: self._loaded, url)

    def evaluate(self, script: str) -> Any:
        """The value of a JavaScript expression, awaited where it is a promise."""
        answer = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            details = answer["exceptionDetails"]
            raise AssertionError(details.get("exception", {}).get("description", details["text"]))
        return answer["result"].get("value")

    def until(self, condition: str) -> None:
        """Wait until a JavaScript expression is true."""
        self.browser.wait(lambda: bool(self.evaluate(condition)), condition)

    def press(self, key: str) -> None:
        for kind in ("rawKeyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=key, windowsVirtualKeyCode=KEYS[key])

    def picture(self) -> bytes:
        return base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"])

    def pdf(self) -> bytes:
        """What printing it gives, on paper of the size that the page asks for."""
        answer = self.call("Page.printToPDF", preferCSSPageSize=True, printBackground=True)
        return base64.b64decode(answer["data"])

    def close(self) -> None:
        self.browser.call("Target.closeTarget", targetId=self.target)


def _high(fd: int) -> int:
    """The same descriptor with another number than those that Chromium wants."""
    copy = fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, 10)
    os.close(fd)
    return copy
