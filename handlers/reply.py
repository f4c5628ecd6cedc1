"""Write a reply in the modal, and decide about one that is stuck."""

from collections.abc import Callable
from contextlib import closing

from slack_bolt import Ack, App
from slack_sdk import WebClient

from bot.errors import Refusal
from bot.models import Reply
from bot.slack import ids, payloads
from bot.slack.modals import ReplyView, reply_modal
from bot.slack.payloads import Payload
from bot.switchboard import Switchboard
from bot.usecases.lookup import mention_numbered
from bot.usecases.reply import (
    ReplyForm,
    check_text,
    confirm_sent,
    drop_reply,
    queue_reply,
    reply_form,
    save_draft,
    send_again,
)
from bot.wording import ago

NOT_SENT = " Nothing is sent yet: press Reply once more to send yours too."


def register(app: App, switchboard: Switchboard) -> None:
    database = switchboard.database

    @app.action(ids.REPLY)
    @app.action(ids.MORE, matchers=[payloads.chose(ids.AGAIN)])
    def write(ack: Ack, body: Payload, client: WebClient) -> None:
        number = payloads.mention_number(body)
        form = database.read(reply_form, number, by=payloads.actor(body))
        modal = reply_modal(_view(switchboard, form))
        client.views_open(trigger_id=body["trigger_id"], view=modal)
        ack()

    @app.action(ids.TEXT)
    def keep(ack: Ack, body: Payload) -> None:
        view, by = body["view"], payloads.actor(body)
        database.write(
            save_draft, payloads.about(view).mention_id, payloads.value(body),
            by=by, submission=payloads.window(view),
        )  # fmt: skip
        ack()

    @app.view(ids.REPLY_MODAL)
    def submit(ack: Ack, body: Payload, view: Payload) -> None:
        about = payloads.about(view)
        text, by = payloads.typed(view, ids.TEXT), payloads.actor(body)
        try:
            _check(switchboard, about.mention_id, text)
            answer = database.write(
                queue_reply, about.mention_id, text,
                by=by, submission=payloads.click(body), seen=about.seen,
            )  # fmt: skip
        except Refusal:
            database.write(save_draft, about.mention_id, text, by=by)
            raise
        if isinstance(answer, ReplyForm):
            modal = reply_modal(_view(switchboard, answer, held_back=True))
            ack(response_action="update", view=modal)
            return
        switchboard.wake()
        ack()

    def decides(what: Callable[..., Reply]) -> Callable[[Ack, Payload], None]:
        def decided(ack: Ack, body: Payload) -> None:
            by, click = payloads.actor(body), payloads.click(body)
            database.write(what, payloads.mention_number(body), by=by, click=click)
            switchboard.wake()
            ack()

        return decided

    app.action(ids.TRY_AGAIN)(decides(send_again))
    app.action(ids.IT_IS_THERE)(decides(confirm_sent))
    app.action(ids.DROP)(decides(drop_reply))


def _check(switchboard: Switchboard, number: int, text: str) -> None:
    mention = switchboard.database.read(mention_numbered, number)
    with closing(switchboard.open(mention.platform)) as platform:
        check_text(mention, text, platform)


def _view(switchboard: Switchboard, form: ReplyForm, *, held_back: bool = False) -> ReplyView:
    """`held_back`: it was submitted, and not sent because of what the warning says."""
    mention = form.mention
    platform = switchboard.open(mention.platform)
    return ReplyView(
        mention=mention,
        platform=platform.label,
        account=form.account,
        counting=f"Up to {platform.measure('').limit:,}. {platform.counting}",
        draft=form.draft,
        seen=form.seen,
        warning=_warning(form) + (NOT_SENT if held_back else ""),
    )


def _warning(form: ReplyForm) -> str:
    """What the writer should know before pressing Reply (once more)."""
    if form.answered_by is not None:
        return f"{form.answered_by} has answered this already. Yours would be one more reply."
    if form.holder is not None and form.held_since is not None:
        since = ago(form.now - form.held_since)
        return f"{form.holder} claimed this {since} and may be writing too."
    return ""
