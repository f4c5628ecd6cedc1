"""A one-time code goes out on a button; the press that brings it back is written down."""

import secrets
from datetime import timedelta

from sqlalchemy import delete

from bot.errors import PressOver
from bot.models import Press
from bot.store import Store

FORGOTTEN_AFTER = timedelta(days=1)


def expect_press(store: Store) -> str:
    """A new code. Those of checks that were broken off are forgotten."""
    store.session.execute(delete(Press).where(Press.asked_at < store.now - FORGOTTEN_AFTER))
    return store.add(Press(code=secrets.token_urlsafe(24), asked_at=store.now)).code


def record_press(store: Store, code: str) -> None:
    """Somebody pressed. Raises PressOver when no check waits for that any more."""
    press = store.session.get(Press, code)
    if press is None:
        raise PressOver
    press.pressed_at = press.pressed_at or store.now


def time_taken(store: Store, code: str) -> timedelta | None:
    """From when the code was made until its press was written down; None: it did not come yet."""
    press = store.session.get(Press, code)
    if press is None or press.pressed_at is None:
        return None
    return press.pressed_at - press.asked_at


def end_press(store: Store, code: str) -> None:
    """The check is over: a later press is told so."""
    store.session.execute(delete(Press).where(Press.code == code))


def first_admin(store: Store) -> str:
    """Their Slack id; "" while nobody is one."""
    return next(iter(store.admins()), "")
