"""A real HTTP server on loopback that takes alerts and pings, and keeps what came."""

import http.server
import json
import threading
from types import TracebackType
from typing import Any, Self


class Receiver:
    """``alerts`` are the titles that came in Apprise's JSON, ``messages`` all of it.

    ``pings`` are the paths of everything else with its body.
    """

    def __init__(self, status: int = 200) -> None:
        self.status = status
        self.alerts: list[str] = []
        self.messages: list[dict[str, Any]] = []
        self.pings: list[tuple[str, str]] = []
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                if self.path.startswith("/alert"):
                    receiver.messages.append(json.loads(body))
                    receiver.alerts.append(receiver.messages[-1]["title"])
                else:
                    receiver.pings.append((self.path, body))
                self.send_response(receiver.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
                """Quiet."""

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    @property
    def _place(self) -> str:
        return f"127.0.0.1:{self._server.server_address[1]}"

    @property
    def alert_url(self) -> str:
        """Apprise's address of it, with a password."""
        return f"json://operator:hunter2@{self._place}/alert"

    @property
    def ping_url(self) -> str:
        """A dead-man's switch."""
        return f"http://{self._place}/ping/5ecret"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
