"""A deck that is looked at while it is written: made again when a file is saved, and shown in a browser that reloads.

The browser gets a page with a frame, in which the deck is shown as it lies on the disk: nothing is put into the deck.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

HOST = "127.0.0.1"  # no other machine sees it
_PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>derive: preview</title>
<style>html, body, iframe { margin: 0; width: 100%; height: 100%; border: 0; display: block; overflow: hidden; }</style></head>
<body><iframe src="/deck" title="The deck" allow="fullscreen"></iframe>
<script>
const deck = document.querySelector("iframe");
const wait = (have) => fetch("/made?" + have).then((r) => r.text())
  .then((now) => { if (have && now !== have) deck.contentWindow.location.reload(); return now; })
  .catch(() => new Promise((later) => setTimeout(() => later(have), 1000)))
  .then(wait);
wait("");
deck.onload = () => deck.contentWindow.focus();
</script></body></html>
"""
_PATIENCE = 20.0  # seconds that a browser waits for news before it asks again


class Preview:
    """Serves one file; ``renewed`` tells the browsers that it was written anew.  ``close`` ends it."""

    def __init__(self, deck: Path) -> None:
        self.deck, self.made, self.news = deck, 1, threading.Condition()
        self.server = ThreadingHTTPServer((HOST, 0), _handler(self))
        self.server.daemon_threads = True
        self.address = f"http://{HOST}:{self.server.server_port}/"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def renewed(self) -> None:
        with self.news:
            self.made += 1
            self.news.notify_all()

    def since(self, have: str) -> str:
        """How often the file was written, as soon as that is not ``have``."""
        with self.news:
            self.news.wait_for(lambda: str(self.made) != have, _PATIENCE)
            return str(self.made)

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


def _handler(preview: Preview) -> type[BaseHTTPRequestHandler]:
    pages: dict[str, Callable[[str], bytes]] = {
        "/": lambda query: _PAGE.encode(),
        "/deck": lambda query: preview.deck.read_bytes(),
        "/made": lambda query: preview.since(query).encode(),
    }

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path, _, query = self.path.partition("?")
            # not by the name that another site has for this machine
            own = self.headers.get("Host") == f"{HOST}:{preview.server.server_port}"
            if path not in pages or not own:
                self.send_error(404)
                return
            data = pages[path](query)
            self.send_response(200)
            self.send_header("Content-Type", "text/plain" if path == "/made" else "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(data)))
            self.send_header("Cache-Control", "no-store")
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: object) -> None:
            """What a browser asks for is no news."""

    return Handler
