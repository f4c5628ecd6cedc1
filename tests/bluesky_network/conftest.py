"""The network once for all tests, and for each test a company that is connected to it."""

import shutil
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from platforms import Configured
from platforms.bluesky import Bluesky, BlueskySettings
from tests.bluesky_network.customer import Customer
from tests.bluesky_network.network import Network, NotPossibleError, running
from tests.town import Town

LONGEST_WAIT = 30.0


class Hurried(Bluesky):
    """Waits two seconds for an answer, not thirty, and lets a test in before a request leaves."""

    before_reply: Callable[[], None] | None = None

    def __init__(self, settings: BlueskySettings) -> None:
        super().__init__(settings, timeout=(2.0, 2.0))
        self._line._request()._client.event_hooks = {"request": [self._leaving]}

    @classmethod
    def _leaving(cls, request: object) -> None:
        act = cls.before_reply
        if act is not None and "putRecord" in str(getattr(request, "url", "")):
            cls.before_reply = None
            act()


class BlueskyTown(Town):
    """The whole Switchboard, connected to the real network as the account acmefiber.test."""

    def __init__(self, database_url: str, network: Network) -> None:
        self.network = network
        super().__init__(database_url, start=datetime.now(UTC))

    def start_worker(self) -> None:
        account = self.network.accounts["acmefiber"]
        self.env |= {
            "BLUESKY_HANDLE": account.handle,
            "BLUESKY_APP_PASSWORD": account.app_password,
            "BLUESKY_URL": self.network.url,
        }
        super().start_worker()
        settings = BlueskySettings.model_validate(self.env)
        hurried = Configured(Hurried, settings)
        self.process.platforms["bluesky"] = hurried  # type: ignore[index]
        self.sources["bluesky"]._open = hurried.open

    def read_until(self, happened: Callable[[], bool]) -> None:
        """Read Bluesky and deliver till something can be seen: real servers take their moment."""

        def seen() -> bool:
            self.read("bluesky")
            self.deliver()
            return happened()

        wait_until(seen)


def wait_until(happened: Callable[[], bool]) -> None:
    end = time.monotonic() + LONGEST_WAIT
    while not happened():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.1)


@pytest.fixture(scope="session")
def network() -> Iterator[Network]:
    try:
        with running() as found:
            yield found
    except NotPossibleError as error:
        pytest.fail(str(error), pytrace=False)


@pytest.fixture
def town(network: Network, sqlite_template: Path, tmp_path: Path) -> Iterator[BlueskyTown]:
    path = tmp_path / "switchboard.db"
    shutil.copy(sqlite_template, path)
    opened = BlueskyTown(f"sqlite:///{path}", network)
    yield opened
    network.thaw()
    opened.close()


@pytest.fixture
def mara(network: Network) -> Iterator[Customer]:
    customer = Customer(network.url, network.accounts["mara"])
    yield customer
    customer.close()
