"""The web door over real connections: nobody fills it, whatever they send or do not send."""

import socket
import time
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection

import pytest
import requests

from bot.web import MAX_BODY, SLACK_PATH, WebServer, make_wsgi

PATIENCE = 0.3
POST = f"POST {SLACK_PATH} HTTP/1.1\r\nHost: switchboard\r\n".encode()
CHUNK = b"8000\r\n" + b"x" * 0x8000 + b"\r\n"


@pytest.fixture
def patience() -> float:
    return PATIENCE


@pytest.fixture
def web(patience: float) -> Iterator[WebServer]:
    wsgi = make_wsgi(None, lambda: {"ok": True})
    opened = WebServer(wsgi, host="127.0.0.1", port=0, patience=patience)
    opened.start()
    yield opened
    opened.stop()


def connect(web: WebServer) -> socket.socket:
    return socket.create_connection(("127.0.0.1", web.port), timeout=10)


def status(connection: socket.socket) -> int:
    return int(connection.recv(4096).split()[1])


def test_a_body_that_says_it_is_huge_is_refused_before_it_is_read(web: WebServer):
    with connect(web) as connection:
        connection.sendall(POST + b"Content-Length: %d\r\n\r\n" % (2 * MAX_BODY))
        assert status(connection) == 413


def test_a_body_that_grows_huge_in_pieces_is_refused(web: WebServer):
    with connect(web) as connection:
        connection.sendall(POST + b"Transfer-Encoding: chunked\r\n\r\n")
        for _ in range(MAX_BODY // 0x8000 + 1):
            connection.sendall(CHUNK)
        assert status(connection) == 413


@pytest.mark.parametrize(
    ("begun", "drop"),
    [
        (b"", b""), (POST, b""), (POST + b"Content-Length: 9\r\n\r\nhalf", b""),
        (POST, b"A"), (POST + b"Content-Length: 9999\r\n\r\n", b"x"), (b"", b"\r\n\r\n"),
    ],
    ids=["nothing", "half a head", "half a body", "head drips", "body drips", "blank lines drip"],
)  # fmt: skip
def test_a_connection_that_brings_no_whole_request_is_closed(
    web: WebServer, begun: bytes, drop: bytes
):
    began = time.monotonic()
    with connect(web) as connection:
        connection.sendall(begun)
        connection.settimeout(PATIENCE / 10)
        while not closed(connection, drop):
            # What anybody else asks is answered meanwhile, and makes the loop go round.
            assert requests.get(f"http://127.0.0.1:{web.port}/healthz", timeout=9).ok
            assert time.monotonic() - began < 20, "it holds the door still"
        assert time.monotonic() - began >= PATIENCE, "it was given no time"


def closed(connection: socket.socket, drop: bytes) -> bool:
    """Whether the other side closed it; sends `drop` first."""
    try:
        connection.sendall(drop)
        return connection.recv(1) == b""
    except TimeoutError:
        return False
    except ConnectionError:
        return True


@pytest.mark.parametrize("patience", [1.0])
def test_requests_one_after_the_other_have_their_time_each(web: WebServer, patience: float):
    began = time.monotonic()
    with closing(HTTPConnection("127.0.0.1", web.port, timeout=9)) as asking:
        while time.monotonic() - began < patience * 1.2:
            asking.request("GET", "/healthz")
            with asking.getresponse() as answer:
                assert answer.read() == b'{"ok": true}'


@pytest.mark.parametrize("host", ["*", "localhost", "0.0.0.0"])
def test_a_host_of_several_addresses_is_served_on_one(host: str):
    opened = WebServer(make_wsgi(None, lambda: {"ok": True}), host=host, port=0)
    opened.start()
    assert requests.get(f"http://127.0.0.1:{opened.port}/healthz", timeout=10).json() == {
        "ok": True
    }
    opened.stop()
