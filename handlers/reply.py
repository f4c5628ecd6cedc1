"""Write a reply in the modal."""

import logging
from contextlib import closing
from dataclasses import replace

from slack_bolt import Ack, App
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.errors import Refusal
from bot.models import Mention
from bot.seen import Seen
from bot.slack import ids, payloads
from bot.slack.amendments import CHANGE_OURS, CORRECT_OURS
from bot.slack.approval import read_first
from bot.slack.blocks import Block
from bot.slack.modals import (
    Carried,
    ReplyView,
    posting_modal,
    reply_modal,
    repriced,
    shows_price,
)
from bot.slack.payloads import Payload
from bot.slack.reply_form import ReplyForm, held_back, warning
from bot.switchboard import Switchboard
from bot.usecases.lookup import mention_numbered
from bot.usecases.reply import (
    CORRECTION,
    check_text,
    form_if_news,
    is_submitted,
    post_answered,
    queue_reply,
    reply_form,
    save_draft,
    target_of,
)
from bot.usecases.spending import price_told, refuse_if_spent

log = logging.getLogger(__name__)

NO_CHANGE = (
    "What we said there cannot be changed from here. This goes out as one more reply that puts it"
    " right; the first one stays."
)


def register(app: App, switchboard: Switchboard) -> None:
    database = switchboard.database
    _register_by_hand(app, switchboard)

    @app.action(ids.REPLY)
    @app.action(ids.MORE, matchers=[payloads.chose(ids.AGAIN)])
    def write(ack: Ack, body: Payload, client: WebClient) -> None:
        form = _form(switchboard, body)
        modal = reply_modal(_view(switchboard, form))
        client.views_open(trigger_id=body["trigger_id"], view=modal)
        ack()

    @app.action({"action_id": ids.TEXT, "block_id": ids.TEXT})
    def keep(ack: Ack, body: Payload, client: WebClient) -> None:
        view, by, text = payloads.view(body), payloads.actor(body), payloads.value(body)
        about = payloads.about(view)
        number, submission = about.mention_id, _submission(about, view)
        database.write(save_draft, number, text, by=by, submission=submission)
        if shows_price(view):
            _price_anew(client, view, _price(switchboard, number, text))
        ack()

    @app.view(ids.REPLY_MODAL)
    def submit(ack: Ack, body: Payload, view: Payload) -> None:
        about = payloads.about(view)
        text, by = payloads.typed(view, ids.TEXT), payloads.actor(body)
        submission = _submission(about, view)
        try:
            _check(switchboard, about, text, submission)
            answer = database.write(
                queue_reply, about.mention_id, text,
                by=by, submission=submission, seen=Seen.read(about.seen),
            )  # fmt: skip
        except Refusal:
            database.write(save_draft, about.mention_id, text, by=by, submission=submission)
            raise
        if isinstance(answer, ReplyForm):
            modal = reply_modal(_view(switchboard, answer, submitted=True))
            ack(response_action="update", view=modal)
            return
        switchboard.wake()
        ack()

    _hear_corrections(app, switchboard)


def _register_by_hand(app: App, switchboard: Switchboard) -> None:
    database = switchboard.database

    @app.view(ids.ASSIST_MODAL)
    def prepare(ack: Ack, body: Payload, view: Payload) -> None:
        about, by = payloads.about(view), payloads.actor(body)
        text, submission = payloads.typed(view, ids.TEXT), _submission(about, view)
        database.write(save_draft, about.mention_id, text, by=by, submission=submission)
        seen = Seen.read(about.seen)
        form = database.read(form_if_news, about.mention_id, by=by, seen=seen)
        if form is not None:
            step = reply_modal(_view(switchboard, form, submitted=True))
        else:
            step = _by_hand(switchboard, about, text.strip())
        ack(response_action="update", view=step)


def _hear_corrections(app: App, switchboard: Switchboard) -> None:
    """Where nothing can be changed: one more reply that puts it right."""

    @app.action(ids.MORE, matchers=[payloads.chose(ids.CORRECT)])
    def correct(ack: Ack, body: Payload, client: WebClient) -> None:
        form = _form(switchboard, body)
        view = _view(switchboard, form)
        begun = view if view.is_draft else replace(view, draft=CORRECTION)
        modal = reply_modal(replace(begun, warning=NO_CHANGE))
        client.views_open(trigger_id=body["trigger_id"], view=modal)
        ack()


def _form(switchboard: Switchboard, body: Payload) -> ReplyForm:
    """What there is to know before writing, unsent words of colleagues too: so who presses Reply
    elsewhere must be one who may see the card.
    """  # noqa: D205 (one sentence that is long)
    number, by = payloads.mention_number(body), payloads.actor(body)
    form = switchboard.database.read(reply_form, number, by=by)
    switchboard.admit(number, by=by, pressed=payloads.pressed_on(body))
    return form


def _submission(about: Carried, view: Payload) -> str:
    return Seen.read(about.seen).submission(payloads.window(view))


def _check(switchboard: Switchboard, about: Carried, text: str, submission: str) -> None:
    if switchboard.database.read(is_submitted, submission):
        return
    post = _post(switchboard, about)
    with closing(switchboard.open(post.platform)) as platform:
        check_text(post, text, platform)
    switchboard.database.read(refuse_if_spent, platform, text, submission=submission)


def _post(switchboard: Switchboard, about: Carried) -> Mention:
    return switchboard.database.read(post_answered, about.mention_id, Seen.read(about.seen))


def _by_hand(switchboard: Switchboard, about: Carried, text: str) -> Block:
    """The window that leads to the platform's own composer."""
    post = _post(switchboard, about)
    with closing(switchboard.open(post.platform)) as platform:
        check_text(post, text, platform)
        link = platform.composer(target_of(post), text)
        return posting_modal(*about, text, platform=platform.label, composer=link)


def _price(switchboard: Switchboard, number: int, text: str) -> str:
    mention = switchboard.database.read(mention_numbered, number)
    return price_told(switchboard.kind(mention.platform), text)


def _price_anew(client: WebClient, view: Payload, price: str) -> None:
    """Let the open modal show what the text costs by now. The draft is kept already."""
    changed = repriced(view, price)
    if changed is None:
        return
    try:
        client.views_update(view_id=view["id"], hash=view["hash"], view=changed)
    except (SlackApiError, OSError) as error:
        # Closed meanwhile, or changed already: the next pause in typing tells it again.
        log.info("the price in a window stays as it was: %s", error)


def _view(switchboard: Switchboard, form: ReplyForm, *, submitted: bool = False) -> ReplyView:
    """`submitted`: and not sent because of what the warning says."""
    with closing(switchboard.open(form.mention.platform)) as platform:
        limit = platform.measure("", target_of(form.post)).limit
    change = CHANGE_OURS if platform.can_edit else CORRECT_OURS
    return ReplyView(
        mention=form.mention,
        post=form.post,
        turns=form.turns,
        platform=platform.label,
        account=form.account,
        counting=f"Up to {limit:,}. {platform.counting}",
        price=price_told(type(platform), form.draft),
        draft=form.draft,
        is_draft=bool(form.draft) and not form.draft_by,
        draft_by=form.draft_by,
        approval=read_first(form.first_replies, form.approved_by) if form.approved_by else "",
        seen=str(form.seen),
        warning=held_back(form, change=change) if submitted else warning(form),
    )
