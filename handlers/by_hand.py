"""Where a platform takes no reply from us: what was written here is posted there by a person, who
says so here. The window before this one is in `handlers/reply.py`.
"""  # noqa: D205 (two sentences that belong together)

from contextlib import closing

from slack_bolt import Ack, App

from bot.errors import NotThatPlatform
from bot.seen import Seen
from bot.slack import ids, payloads
from bot.slack.modals import told
from bot.slack.payloads import Payload
from bot.slack.reply_form import twice
from bot.switchboard import Switchboard
from bot.usecases.by_hand import answers_besides, record_by_hand
from bot.usecases.lookup import mention_numbered


def register(app: App, switchboard: Switchboard) -> None:
    database = switchboard.database

    @app.view(ids.POSTED_MODAL)
    def posted(ack: Ack, body: Payload, view: Payload) -> None:
        (number, carried), link = payloads.about(view), payloads.typed(view, ids.POSTED_AT).strip()
        seen = Seen.read(carried)
        with closing(switchboard.open(database.read(mention_numbered, number).platform)) as there:
            if link and not there.shows(link):
                raise NotThatPlatform(platform=there.label)
        reply = database.write(
            record_by_hand, number, link,
            by=payloads.actor(body), submission=payloads.click(body), seen=seen,
        )  # fmt: skip
        switchboard.wake()
        others = database.read(answers_besides, reply.id, seen)
        if others:
            ack(response_action="update", view=told(f"It counts as posted. {twice(others)}"))
            return
        ack()
