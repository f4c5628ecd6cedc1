"""Change what we said in public, or ask that it be taken down, agree to that, or withdraw it."""

from collections.abc import Callable
from contextlib import closing

from slack_bolt import Ack, App
from slack_sdk import WebClient

from bot.errors import NothingPublic, Refusal
from bot.models import Actor, Amendment
from bot.slack import ids, payloads
from bot.slack.amend_modals import ChangeView, change_modal, take_down_modal, which_modal
from bot.slack.blocks import Block
from bot.slack.payloads import Payload
from bot.switchboard import Switchboard
from bot.usecases.amend import (
    ChangeForm,
    amendable_replies,
    amendable_reply,
    change_form,
    check_change,
    queue_change,
    save_change,
)
from bot.usecases.lookup import mention_numbered
from bot.usecases.reply import check_text
from bot.usecases.take_down import (
    agree_to_removal,
    ask_removal,
    check_removal,
    withdraw_removal,
)

NOT_CHANGED = "Nothing is changed yet: look at what it says now, then press Change it once more."


def register(app: App, switchboard: Switchboard) -> None:
    _hear_choices(app, switchboard)
    _hear_changes(app, switchboard)
    _hear_removals(app, switchboard)


def _hear_choices(app: App, switchboard: Switchboard) -> None:
    """From the ⋯ menu to the window, by way of which reply is meant where there are several."""
    database = switchboard.database
    windows: dict[str, Callable[[Switchboard, int, Actor], Block]] = {
        ids.CHANGE: _change_window,
        ids.TAKE_DOWN: _take_down_window,
    }

    def start(ack: Ack, body: Payload, client: WebClient) -> None:
        number, by = payloads.mention_number(body), payloads.actor(body)
        verb = payloads.value(body).partition(":")[0]
        replies = database.read(amendable_replies, number)
        if len(replies) == 1:
            window = windows[verb](switchboard, replies[0].id, by)
        else:
            window = which_modal(verb, database.read(mention_numbered, number), replies)
        client.views_open(trigger_id=body["trigger_id"], view=window)
        ack()

    for verb in windows:
        app.action(ids.MORE, matchers=[payloads.chose(verb)])(start)

    @app.view(ids.WHICH_MODAL)
    def chosen(ack: Ack, body: Payload, view: Payload) -> None:
        verb = payloads.about(view).seen
        number = payloads.number(payloads.chosen(view, ids.WHICH))
        window = windows[verb](switchboard, number, payloads.actor(body))
        ack(response_action="update", view=window)


def _hear_changes(app: App, switchboard: Switchboard) -> None:
    database = switchboard.database

    @app.action({"action_id": ids.TEXT, "block_id": ids.NEW_TEXT})
    def keep(ack: Ack, body: Payload) -> None:
        view, by = payloads.view(body), payloads.actor(body)
        database.write(
            save_change, payloads.about_reply(view).reply_id, payloads.value(body),
            by=by, submission=payloads.window(view),
        )  # fmt: skip
        ack()

    @app.view(ids.CHANGE_MODAL)
    def change(ack: Ack, body: Payload, view: Payload) -> None:
        about, by = payloads.about_reply(view), payloads.actor(body)
        text, reason = payloads.typed(view, ids.NEW_TEXT), payloads.typed(view, ids.REASON)
        try:
            _check(switchboard, about.reply_id, text)
            answer = database.write(
                queue_change, about.reply_id, text, by=by, reason=reason,
                submission=payloads.click(body), seen=about.seen,
            )  # fmt: skip
        except NothingPublic:
            raise  # there is no reply any more for which the text could be kept
        except Refusal:
            database.write(save_change, about.reply_id, text, by=by, reason=reason)
            raise
        if isinstance(answer, ChangeForm):
            ack(response_action="update", view=_change_modal(switchboard, answer, held_back=True))
            return
        switchboard.wake()
        ack()


def _hear_removals(app: App, switchboard: Switchboard) -> None:
    database = switchboard.database

    @app.view(ids.TAKE_DOWN_MODAL)
    def ask(ack: Ack, body: Payload, view: Payload) -> None:
        by = payloads.actor(body)
        database.write(
            ask_removal, payloads.about_reply(view).reply_id, by=by,
            reason=payloads.typed(view, ids.REASON), submission=payloads.click(body),
        )  # fmt: skip
        switchboard.wake()
        ack()

    def decides(what: Callable[..., Amendment]) -> Callable[[Ack, Payload], None]:
        def decided(ack: Ack, body: Payload) -> None:
            by, click = payloads.actor(body), payloads.click(body)
            number = payloads.number(payloads.value(body))
            database.write(what, number, by=by, click=click)
            switchboard.wake()
            ack()

        return decided

    app.action(ids.AGREE)(decides(agree_to_removal))
    app.action(ids.WITHDRAW)(decides(withdraw_removal))


def _check(switchboard: Switchboard, reply_id: int, text: str) -> None:
    post, reply = switchboard.database.read(amendable_reply, reply_id)
    with closing(switchboard.open(post.platform)) as platform:
        check_change(reply, platform)
        check_text(post, text, platform)


def _change_window(switchboard: Switchboard, reply_id: int, by: Actor) -> Block:
    form = switchboard.database.read(change_form, reply_id, by=by)
    return _change_modal(switchboard, form)


def _change_modal(switchboard: Switchboard, form: ChangeForm, *, held_back: bool = False) -> Block:
    """`held_back`: it was submitted, and not done because somebody else was quicker."""
    with closing(switchboard.open(form.reply.mention.platform)) as platform:
        check_change(form.reply, platform)
        counting = f"Up to {platform.measure('').limit:,}. {platform.counting}"
        label = platform.label
    warning = f"{form.changed_by} changed this reply meanwhile. {NOT_CHANGED}"
    return change_modal(
        ChangeView(
            reply=form.reply, platform=label, account=form.account, counting=counting,
            text=form.text, reason=form.reason, seen=form.seen,
            warning=warning if held_back else "",
        )
    )  # fmt: skip


def _take_down_window(switchboard: Switchboard, reply_id: int, _: Actor) -> Block:
    post, reply = switchboard.database.read(amendable_reply, reply_id)
    with closing(switchboard.open(post.platform)) as platform:
        check_removal(reply, platform)
        return take_down_modal(reply, platform=platform.label, can_change=platform.can_edit)
