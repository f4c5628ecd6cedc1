"""What time Slack says it is: a moment that can be compared, or none."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from bot.slack.workspace import Workspace


@contextmanager
def slack_at(date: str) -> Iterator[Workspace]:
    """A Slack, or what stands between, that writes this into its Date header."""

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_response_only(200)
            self.send_header("Date", date)
            self.send_header("Content-Length", "11")
            self.end_headers()
            self.wfile.write(b'{"ok":true}')

        def log_message(self, *_: object) -> None:
            """Tests are quiet."""

    server = HTTPServer(("127.0.0.1", 0), Door)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield Workspace("xoxb-1", base_url=f"http://127.0.0.1:{server.server_port}/")
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    "date",
    [
        "", "tomorrow", "Mon, 99 Nov 2049 09:30:00 GMT", "Mon, 15 Nov 2049 09:30:00 +99999999",
        f"Mon, 15 Nov {10**20} 09:30:00 GMT",
    ],
)  # fmt: skip
def test_a_date_that_is_none_is_not_said(date: str):
    with slack_at(date) as workspace:
        assert workspace.time() is None


@pytest.mark.parametrize("zone", ["GMT", "-0000", "+0000", ""])
def test_a_date_is_in_utc_whatever_its_zone_says_of_it(zone: str):
    with slack_at(f"Mon, 15 Nov 2049 09:30:00 {zone}".strip()) as workspace:
        assert workspace.time() == datetime(2049, 11, 15, 9, 30, tzinfo=UTC)
