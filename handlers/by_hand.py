"""Where a platform takes no reply from us: check the text here, post it there, say so here."""

from contextlib import closing

from slack_bolt import Ack, App

from bot.errors import NotThatPlatform
from bot.slack import ids, payloads
from bot.slack.modals import posting_modal
from bot.slack.payloads import Payload
from bot.switchboard import Switchboard
from bot.usecases.by_hand import record_by_hand
from bot.usecases.lookup import mention_numbered
from bot.usecases.reply import check_text, post_answered, save_draft, target_of


def register(app: App, switchboard: Switchboard) -> None:
    database = switchboard.database

    @app.view(ids.ASSIST_MODAL)
    def prepare(ack: Ack, body: Payload, view: Payload) -> None:
        (number, seen), by = payloads.about(view), payloads.actor(body)
        text = payloads.typed(view, ids.TEXT)
        database.write(save_draft, number, text, by=by)
        post = database.read(post_answered, number, seen)
        with closing(switchboard.open(post.platform)) as platform:
            check_text(post, text, platform)
            link = platform.composer(target_of(post), text.strip())
            label = platform.label
        step = posting_modal(number, seen, text.strip(), platform=label, composer=link)
        ack(response_action="update", view=step)

    @app.view(ids.POSTED_MODAL)
    def posted(ack: Ack, body: Payload, view: Payload) -> None:
        (number, seen), link = payloads.about(view), payloads.typed(view, ids.POSTED_AT).strip()
        platform = switchboard.open(database.read(mention_numbered, number).platform)
        if link and not platform.shows(link):
            raise NotThatPlatform(platform=platform.label)
        database.write(
            record_by_hand, number, link,
            by=payloads.actor(body), submission=payloads.click(body), seen=seen,
        )  # fmt: skip
        switchboard.wake()
        ack()
