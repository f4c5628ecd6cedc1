"""Somebody asks to be forgotten: nothing of them stays, and what we did does."""

from pathlib import Path

import pytest
from sqlalchemy import text

from bot.models import Actor, Base, MentionState, ReplyState
from bot.usecases.amend import change_form, queue_change
from bot.usecases.note import add_note
from bot.usecases.take_down import ask_removal, withdraw_removal
from tests.bot.steps import introduce
from tests.bot.worker import BEN, BROKEN, Worker, on_sqlite
from tests.command import Typed
from tests.town import words

WORDS = f"{BROKEN} since the Tuesday flood, says Mara Kowalska"
ARGUMENTS = ("erase", "--platform", "square", "--author")


@pytest.fixture
def env(worker: Worker) -> dict[str, str]:
    return {"DATABASE_URL": worker.process.settings.database_url}


def dump(worker: Worker) -> str:
    """Every value of every row."""
    with worker.database.engine.connect() as connection:
        rows = [
            str(tuple(row))
            for table in Base.metadata.sorted_tables
            for row in connection.execute(text(f"SELECT * FROM {table.name}"))
        ]
    return "\n".join(rows)


def busy(worker: Worker) -> None:
    """Two mentions by Mara: one answered and moved on, one with a reply on its way."""
    worker.post(WORDS, by="mara_k")
    worker.answer("Dear Kowalska, the flood is over.")
    worker.deliver()
    worker.post(f"{WORDS} again", by="mara_k")
    worker.square.order_fault("square", "429", on="write", times=50)
    worker.answer("Dear Kowalska, once more.", mention=2)
    worker.post(BROKEN, by="joe")


def test_nothing_of_them_stays(worker: Worker, typed: Typed, env: dict[str, str]):
    busy(worker)
    assert worker.state_of_reply(2) == ReplyState.QUEUED
    code, out, _ = typed(env, *ARGUMENTS, "@Mara_K", "--yes")
    assert code == 0, out
    assert "2 mention\n" in out
    assert "1 reply on its way, which is stopped" in out
    worker.square.clear_faults()
    worker.deliver()

    assert len(worker.public()) == 1, "a reply went out to somebody who is forgotten"
    for said in ("Kowalska", "flood", "mara", "Mara"):
        assert said not in dump(worker), f"the database says {said}"
    for number in (1, 2):
        card = words(worker.card(number=number - 1))
        assert "was erased here" in card
        assert "mara" not in card
    assert "joe" in words(worker.card())
    mention = worker.mention(1)
    assert mention.state == MentionState.GONE
    assert mention.answered_by is not None
    assert mention.answered_by.name == "Ben Okafor"

    worker.read("square")
    worker.deliver()
    assert "flood" not in dump(worker), "it was read in again"


def test_cards_of_others_quote_them_no_more(worker: Worker, typed: Typed, env: dict[str, str]):
    post = worker.post(WORDS, by="mara_k")
    worker.answer("Dear Kowalska, the flood is over.")
    worker.deliver()
    (ours,) = worker.public()
    worker.post(f"{BROKEN}, too", by="joe", reply_to=post.id)
    worker.post(f"{BROKEN}, as well", by="tobi_w", reply_to=ours.id)
    under_hers, under_ours = (worker.card(number=one) for one in (-2, -1))
    assert "flood" in words(under_hers)
    assert "our reply to @mara_k: “Dear Kowalska" in words(under_ours)

    typed(env, *ARGUMENTS, "mara_k", "--yes")
    worker.deliver()
    for card, stays in ((worker.card(number=-2), ", too"), (worker.card(number=-1), ", as well")):
        assert stays in words(card)
        for said in ("Kowalska", "flood", "mara_k"):
            assert said not in words(card)
    assert "Kowalska" not in dump(worker), "a row has still what was written to them"


def test_what_colleagues_were_told_of_changes_and_removals_goes_too(
    worker: Worker, typed: Typed, env: dict[str, str]
):
    worker.post(WORDS, by="mara_k")
    worker.answer("Dear Kowalska, the flood is over.")
    worker.deliver()
    ana, ben = Actor(worker.ana.id, "Ana Lima"), Actor(worker.ben.id, "Ben Okafor")
    introduce(worker.database, ana)
    asked = worker.database.write(
        ask_removal, 1, by=ana, reason="It names Kowalska.", submission="W1"
    )
    worker.database.write(withdraw_removal, asked.id, by=ana, click="1")
    worker.square.delete("square", worker.public()[0].id)
    seen = worker.database.read(change_form, 1, by=ben).seen
    better = {"reason": "Friendlier.", "seen": seen, "submission": "W2"}
    worker.database.write(queue_change, 1, "Dear Ms Kowalska", by=ben, **better)
    worker.deliver()
    told = [words(one) for one in worker.slack.dms(worker.ben)]
    assert len([one for one in told if "Kowalska" in one and "Go to its card" in one]) == 2

    typed(env, *ARGUMENTS, "mara_k", "--yes")
    assert "Kowalska" not in dump(worker)


def test_a_reply_that_waits_to_be_approved_waits_no_more(
    worker: Worker, typed: Typed, env: dict[str, str]
):
    worker.configure(admins=(worker.ana.id,))
    worker.post(WORDS, by="mara_k")
    worker.answer("Dear Kowalska, the flood is over.")
    assert worker.state_of_reply() == ReplyState.HELD
    typed(env, *ARGUMENTS, "mara_k", "--yes")
    assert worker.state_of_reply() == ReplyState.FAILED


def test_twice_is_harmless_and_the_next_post_is_anybodys(
    worker: Worker, typed: Typed, env: dict[str, str]
):
    busy(worker)
    typed(env, *ARGUMENTS, "mara_k", "--yes")
    before = dump(worker)
    code, out, _ = typed(env, *ARGUMENTS, "mara_k", "--yes")
    assert (code, out.partition(" in ")[0]) == (0, "Nothing is stored of mara_k on square")
    assert dump(worker) == before
    worker.post("My router, @acme acme", by="mara_k")
    assert "My router" in words(worker.card())


def test_nothing_goes_without_the_name_typed_once_more(
    worker: Worker, typed: Typed, env: dict[str, str], monkeypatch: pytest.MonkeyPatch
):
    busy(worker)
    before = dump(worker)
    monkeypatch.setattr("builtins.input", lambda _: "y")
    code, out, _ = typed(env, *ARGUMENTS, "mara_k")
    assert code == 1
    assert out.endswith("Nothing was erased.\n")
    assert dump(worker) == before
    monkeypatch.setattr("builtins.input", lambda _: "mara_k")
    code, out, _ = typed(env, *ARGUMENTS, "mara_k")
    assert code == 0
    assert "Erased." in out


def test_what_was_written_to_somebody_who_deleted_it_all_goes_by_its_number(
    worker: Worker, typed: Typed, env: dict[str, str]
):
    post = worker.post(WORDS, by="mara_k")
    worker.answer("Dear Kowalska, the flood is over.")
    worker.deliver()
    worker.database.write(add_note, 1, "Kowalska called twice.", by=BEN, click="1")
    worker.square.delete("square", post.id)
    worker.look()
    assert "Kowalska" in dump(worker)
    code, out, _ = typed(env, *ARGUMENTS, "mara_k", "--yes")
    assert (code, "goes with --mention NUMBER" in out) == (0, True)
    code, out, _ = typed(env, "erase", "--mention", "1", "--yes")
    assert code == 0
    assert "Of mention 1 there is, by number of rows:" in out
    assert "Kowalska" not in dump(worker)
    assert worker.mention(1).answered_by is not None


@on_sqlite
@pytest.mark.parametrize(
    ("typed_in", "told"),
    [
        (["--mention", "7"], "There is no mention number 7"),
        (["--mention", "1", "--author", "x", "--platform", "square"], "Next: say --author NAME"),
        ([], "Next: say --author NAME --platform"),
    ],
)
def test_what_cannot_be_erased_is_told(
    typed: Typed, env: dict[str, str], typed_in: list[str], told: str
):
    code, _, err = typed(env, "erase", *typed_in)
    assert (code, told in err) == (2, True), err


def test_a_platform_that_is_none_is_told(typed: Typed, env: dict[str, str]):
    code, _, err = typed(env, "erase", "--platform", "myspace", "--author", "tom")
    assert code == 2
    assert "one of bluesky," in err


@on_sqlite
def test_the_file_itself_forgets(worker: Worker, typed: Typed, env: dict[str, str]):
    busy(worker)
    assert {"kowalska", "mara_k"} <= said_in_files(env), "the test looks in the wrong place"
    typed(env, *ARGUMENTS, "mara_k", "--yes")
    assert said_in_files(env) == set()


@on_sqlite
def test_a_file_that_cannot_be_written_anew_is_told_and_can_be_once_more(
    worker: Worker, typed: Typed, env: dict[str, str], monkeypatch: pytest.MonkeyPatch
):
    busy(worker)
    monkeypatch.setattr("bot.database.BUSY_SECONDS", 0.05)
    with worker.database.engine.connect().execution_options(read_only=True) as reader:
        reader.exec_driver_sql("SELECT * FROM mention")
        code, out, err = typed(env, *ARGUMENTS, "mara_k", "--yes")
    assert code == 2
    assert "What is left, and is not in this database" in out
    assert "the database's file still holds some of it (somebody reads it all the time)" in err
    assert "Kowalska" not in dump(worker)
    assert said_in_files(env), "nothing was left over, so this proves nothing"
    code, out, _ = typed(env, *ARGUMENTS, "mara_k", "--yes")
    assert (code, out.partition(" in ")[0]) == (0, "Nothing is stored of mara_k on square")
    assert said_in_files(env) == set()


def said_in_files(env: dict[str, str]) -> set[str]:
    """Words of theirs that stand anywhere in the database's files, also as the index keeps them."""
    folder = Path(env["DATABASE_URL"].removeprefix("sqlite:///")).parent
    held = b"".join(one.read_bytes() for one in folder.glob("switchboard.db*")).lower()
    return {one for one in ("kowalska", "tuesday", "flood", "mara_k") if one.encode() in held}
