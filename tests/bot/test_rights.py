"""Who may look only, only looks: whatever the click says, the database decides."""

import ast
import inspect
import pkgutil
from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest

import bot.usecases
from bot.database import Database
from bot.errors import NotMetYet, OnlyColleagues
from bot.models import Standing, Verdict
from bot.seen import Seen
from bot.store import Store
from bot.usecases.amend import change_form, queue_change
from bot.usecases.by_hand import record_by_hand
from bot.usecases.claim import claim_mention, release_mention
from bot.usecases.configure import apply_config
from bot.usecases.decide import confirm_sent, drop_reply, send_again
from bot.usecases.note import add_note
from bot.usecases.people import record_standing
from bot.usecases.publish import mark_sending, record_failed, record_sent, record_uncertain
from bot.usecases.reply import queue_reply, reply_form, save_draft
from bot.usecases.take_down import agree_to_removal, ask_removal, withdraw_removal
from bot.usecases.transfer import transfer_mention
from bot.usecases.verdict import close_mention, reopen_mention
from platforms.base import PublishedReply
from tests.bot.steps import ANA, BEN, company, found_mention, history, introduce, stored
from tests.bot.worker import on_sqlite

Act = Callable[[Store], Any]


def reply(store: Store) -> None:
    seen = reply_form(store, 1, by=ANA).seen
    queue_reply(store, 1, "Sorry.", by=ANA, submission="R1", seen=seen)
    mark_sending(store, store.reply(1))


def failed(store: Store) -> None:
    reply(store)
    record_failed(store, store.reply(1), "The thread is locked.")


def uncertain(store: Store) -> None:
    reply(store)
    record_uncertain(store, store.reply(1))


def public(store: Store) -> None:
    reply(store)
    record_sent(store, store.reply(1), PublishedReply(external_id="9", url=""))


def asked_down(store: Store) -> None:
    public(store)
    ask_removal(store, 1, by=BEN, reason="Wrong.", submission="R2")


def nothing(store: Store) -> None: ...


ACTS: dict[str, tuple[Act, Act]] = {
    "claim": (nothing, lambda store: claim_mention(store, 1, by=ANA, click="c")),
    "open the window": (nothing, lambda store: reply_form(store, 1, by=ANA)),
    "reply": (
        nothing,
        lambda store: queue_reply(store, 1, "Hi", by=ANA, submission="s", seen=Seen()),
    ),
    "answer by hand": (
        lambda store: save_draft(store, 1, "Hi", by=ANA),
        lambda store: record_by_hand(store, 1, "", by=ANA, submission="s", seen=Seen()),
    ),
    "send on": (
        nothing,
        lambda store: transfer_mention(store, 1, by=ANA, click="c", department_id=1),
    ),
    "close": (nothing, lambda store: close_mention(store, 1, Verdict.SPAM, by=ANA, click="c")),
    "note": (nothing, lambda store: add_note(store, 1, "Hm.", by=ANA, click="c")),
    "open again": (
        lambda store: close_mention(store, 1, Verdict.SPAM, by=BEN, click="b"),
        lambda store: reopen_mention(store, 1, by=ANA, click="c"),
    ),
    "release": (
        lambda store: claim_mention(store, 1, by=ANA, click="b"),
        lambda store: release_mention(store, 1, by=ANA, click="c"),
    ),
    "try again": (failed, lambda store: send_again(store, 1, by=ANA, click="c")),
    "drop": (failed, lambda store: drop_reply(store, 1, by=ANA, click="c")),
    "say it is there": (uncertain, lambda store: confirm_sent(store, 1, by=ANA, click="c")),
    "begin a change": (public, lambda store: change_form(store, 1, by=ANA)),
    "change": (
        public,
        lambda store: queue_change(
            store, 1, "Other.", by=ANA, reason="Typo", submission="s", seen="0"
        ),
    ),
    "ask to take down": (
        public,
        lambda store: ask_removal(store, 1, by=ANA, reason="Wrong.", submission="s"),
    ),
    "agree": (asked_down, lambda store: agree_to_removal(store, 1, by=ANA, click="c")),
    "withdraw": (
        lambda store: (public(store), ask_removal(store, 1, by=ANA, reason="-", submission="R2")),
        lambda store: withdraw_removal(store, 1, by=ANA, click="c"),
    ),
}
OUTSIDERS = (Standing.GUEST, Standing.PARTNER, Standing.BOT, Standing.LEFT, None)


@on_sqlite
@pytest.mark.parametrize("what", ACTS)
def test_who_may_only_look_only_looks(database: Database, what: str):
    before, act = ACTS[what]
    found_mention(database)
    database.write(before)
    told = history(database, 1)
    for standing in OUTSIDERS:
        introduce(database, ANA, standing=standing)
        with pytest.raises(OnlyColleagues if standing else NotMetYet):
            database.write(act)
    assert history(database, 1) == told
    introduce(database, ANA)
    database.write(act)


def test_guests_may_where_the_company_says_so_and_nobody_else(database: Database):
    number = found_mention(database)
    policy = company().policy.model_copy(update={"guests_may_reply": True})
    database.write(apply_config, company(policy=policy))
    for standing in (Standing.PARTNER, Standing.BOT, Standing.LEFT):
        introduce(database, ANA, standing=standing)
        with pytest.raises(OnlyColleagues, match=f"Here {standing.value} may read along"):
            database.write(claim_mention, number, by=ANA, click="1")
    introduce(database, ANA, standing=Standing.GUEST)
    database.write(claim_mention, number, by=ANA, click="1")
    assert stored(database, number).owner is not None


@pytest.mark.parametrize("standing", [Standing.GUEST, Standing.PARTNER, Standing.LEFT])
def test_who_may_not_any_more_holds_nothing(database: Database, standing: Standing):
    number = found_mention(database)
    person = database.write(claim_mention, number, by=ANA, click="1").owner
    assert person is not None
    database.write(record_standing, person.id, standing)
    assert stored(database, number).owner is None
    left = "left alone" if standing == Standing.LEFT else "taken from"
    assert history(database, number)[-1] == left


MAY_BE_DONE_BY_ANYBODY = {
    "save_draft": "keeps what its writer alone sees, and sends nothing",
    "save_change": "keeps what its writer alone sees, and changes nothing",
    "look_up": "finds; it decides by itself what is shown to whom",
    "answer_for": "chooses what one's own App Home shows",
    "is_admin": "is the question",
}


def test_every_use_case_that_somebody_does_asks_whether_they_may():
    for module in pkgutil.iter_modules(bot.usecases.__path__):
        source = inspect.getsource(import_module(f"bot.usecases.{module.name}"))
        for node in ast.parse(source).body:
            if not isinstance(node, ast.FunctionDef) or node.name.startswith("_"):
                continue
            actor = any(ast.unparse(one.annotation or node) == "Actor" for one in _arguments(node))
            asks = "rights." in ast.unparse(node)
            assert not actor or asks or node.name in MAY_BE_DONE_BY_ANYBODY, (
                f"{node.name} is done by somebody and does not ask whether they may."
                " Next: take the person from rights.colleague, or say here why anybody may."
            )


def _arguments(node: ast.FunctionDef) -> list[ast.arg]:
    return [*node.args.args, *node.args.kwonlyargs]
