"""The stand-in network's own controls, as the sandbox's page uses them."""

from collections.abc import Callable
from typing import Any

import pytest
import requests

from bot.sandbox import square_faults
from bot.sandbox.square import NETWORKS, Square
from bot.sandbox.square_faults import HOWS
from bot.sandbox.square_people import READY_MADE

Press = Callable[..., requests.Response]


@pytest.fixture
def press(base_url: str) -> Press:
    def post(path: str, **body: Any) -> requests.Response:
        return requests.post(f"{base_url}/square/{path}", json=body, timeout=5)

    return post


@pytest.fixture
def state(base_url: str) -> Callable[[], dict[str, Any]]:
    return lambda: requests.get(f"{base_url}/square/state", timeout=5).json()


def test_page_can_write_edit_and_delete(press: Press, state: Callable[[], Any]) -> None:
    made = press("post", network="reddit", text="acme?", community="webdev", **{"as": "u/Mara"})
    answered = press(
        "post", network="reddit", text="yes", reply_to=made.json()["id"], **{"as": "ole"}
    )
    press("edit", network="reddit", id=made.json()["id"], text="acme!")
    press("delete", network="reddit", id=answered.json()["id"])
    first, second = state()["posts"]
    assert (first["author"]["handle"], first["text"], first["edited"]) == ("mara", "acme!", True)
    assert (second["reply_to"], second["deleted"]) == (first["id"], True)
    assert second["community"] == "webdev"


def test_burst_spreads_over_the_networks(press: Press, state: Callable[[], Any]) -> None:
    assert len(press("burst", count=40).json()["ids"]) == 40
    posts = state()["posts"]
    assert {post["network"] for post in posts} == set(NETWORKS)
    assert len({post["id"] for post in posts if post["network"] == "x"}) > 20


def test_faults_are_shown_and_called_off(press: Press, state: Callable[[], Any]) -> None:
    press("fault", network="x", how="503", times=3, on="write")
    assert state()["faults"]["x"] == ["503"]
    press("fault", network="x", how="none")
    assert state()["faults"]["x"] == []


def test_a_slow_answer_is_the_right_one(
    press: Press, base_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(square_faults, "SLOW_SECONDS", 0.05)
    press("post", network="square", text="acme?", **{"as": "mara"})
    press("fault", network="square", how="slow")
    answer = requests.get(f"{base_url}/square/posts?after=0", timeout=5)
    assert answer.elapsed.total_seconds() >= 0.05
    assert "acme?" in answer.text


def test_controls_stay_reachable_while_the_network_fails(
    press: Press, state: Callable[[], Any]
) -> None:
    press("fault", network="square", how="hang", times=5)
    assert press("post", network="square", text="acme?", **{"as": "mara"}).ok
    assert len(state()["posts"]) == 1


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("post", {"network": "myspace", "as": "mara", "text": "hi"}, 400),
        ("post", {"network": "x", "as": "mara", "text": "  "}, 400),
        ("post", {"network": "x"}, 400),
        ("post", {"network": "x", "as": "mara", "text": "hi", "reply_to": "5"}, 404),
        ("fault", {"network": "x", "how": "earthquake"}, 400),
        ("burst", {"count": "many"}, 400),
        ("delete", {"network": "x", "id": "5"}, 404),
    ],
)
def test_controls_say_what_is_wrong(
    path: str, body: dict[str, Any], status: int, press: Press
) -> None:
    answer = press(path, **body)
    assert answer.status_code == status
    assert answer.json()["message"].endswith((".", ")"))


def test_ready_made_posts_cover_what_breaks_cards(state: Callable[[], Any]) -> None:
    ready = state()["ready_made"]
    assert len(ready) == len(READY_MADE) >= 25
    texts = [each["text"] for each in ready]
    for odd in ("<!channel>", "<@U1>", "```", "https://", "😡", "ה", "م", "アクメ"):
        assert any(odd in text for text in texts), odd
    assert max(map(len, texts)) > 400
    assert all("acme" in text.lower() or "アクメ" in text for text in texts)


def test_requests_are_on_record(square: Square, base_url: str) -> None:
    requests.get(f"{base_url}/square/posts?after=0", timeout=5)
    (noted,) = square.requests
    assert (noted.method, noted.path, noted.query) == ("GET", "/square/posts", "after=0")


def test_keys_are_asked_for(base_url: str) -> None:
    for path in ("x/2/users/me", "reddit/api/v1/me"):
        assert requests.get(f"{base_url}/{path}", timeout=5).status_code == 401, path
    assert HOWS
