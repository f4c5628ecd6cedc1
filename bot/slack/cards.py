"""The card: how one mention looks in its channel, in every state it can be in.

A card is drawn whole from what is stored when it is sent, so repeats and late updates are harmless.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.models import Card, Mention, MentionState, Person, Reply, ReplyState
from bot.slack import ids
from bot.slack.amendments import (
    NOTHING_SAID,
    Amending,
    amendment_buttons,
    amendment_lines,
    amendment_options,
)
from bot.slack.approval import held_buttons, held_words
from bot.slack.blocks import (
    QUOTE_LIMIT,
    Block,
    actions,
    button,
    clean,
    context,
    date,
    date_within,
    escape,
    host,
    is_web_link,
    leaf,
    line,
    link,
    link_leaf,
    mrkdwn,
    name,
    notice,
    option,
    overflow,
    plain,
    quote,
    rich,
    section,
)
from bot.slack.conversation import Above, Turn, draw_above, draw_turns
from bot.wording import short_count, span

IMAGES_SHOWN = 3
MENU_LIMIT = 5
BESIDES_SHOWN = 3

Labels = Callable[[str], str]
"""A platform's name as people say it."""
Links = Callable[[str | None, str | None], str]
"""The address of a message by its channel and ts; "" when it is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CardView:
    """All that a card shows."""

    card: Card
    mention: Mention
    post: Mention
    """The author's newest post, which a reply answers; most often the mention itself."""
    reply: Reply | None
    platform: str
    """As people say it."""
    place: str
    """The department, or the channel, where the card is."""
    now: datetime
    came_from: Card | None = None
    came_from_place: str = ""
    next_link: str = ""
    """Where the card went on to, once it is there."""
    next_channel: str = ""
    """Which channel that is, as written or by its id."""
    next_is_private: bool = False
    """Then neither its name nor the reason is told here; the link opens for its members only."""
    earlier: str = ""
    """What we know of the author: "2nd time this month, last answered by Ben"."""
    besides: tuple[Reply, ...] = ()
    """Our other replies to the same post that are public."""
    above: Above | None = None
    turns: tuple[Turn, ...] = ()
    """What was said after the mention, once its author wrote again."""
    looked_for: bool = False
    """Whether the platform did not say what became of the reply, so that we look for it there."""
    wording: str = ""
    """Names how the post reads that a reply answers which waits to be approved."""
    waits_again: bool = False
    """The author had the last word, after a reply of ours."""
    amending: Amending = NOTHING_SAID


@dataclass(frozen=True, slots=True)
class Drawn:
    text: str
    blocks: list[Block]


def draw_card(view: CardView, *, images: bool = True) -> Drawn:
    """Draw the card. `images` False: as links, for pictures that Slack cannot fetch."""
    if view.card.moved_at is not None:
        return _stub(view)
    mention = view.mention
    blocks = [_author_line(view), *_came_from(view), *_post(view, images=images)]
    if mention.gone_at is None:
        blocks += _why_line(view)
    blocks += draw_turns(_turns_before_state(view))
    blocks += _state(view)
    buttons = [*_buttons(view), *_more(view)]
    if buttons:
        blocks.append(actions(*buttons, block_id=f"card-{mention.id}"))
    return Drawn(_notice(view), blocks)


def draw_post(view: CardView) -> Drawn:
    """The post as the public reads it, and nothing of what we say and do about it."""
    public = f"{name(view.mention.author)} on {view.platform}: {view.mention.text}"
    return Drawn(notice(public), [_author_line(view), *_post(view, images=True)])


def _post(view: CardView, *, images: bool) -> Iterator[Block]:
    mention = view.mention
    if mention.gone_at is not None:
        yield context(plain(_gone(view)))
        return
    yield from draw_above(view.above)
    yield rich(quote(mention.text))
    yield from _media(mention, images=images)


def draw_bare_card(view: CardView) -> Drawn:
    """The same mention with the least that Slack can refuse: better plain than not there."""
    mention = view.mention
    words = f"{view.platform} · {name(mention.author)}: {clean(view.post.text)}"
    section: Block = {"type": "section", "text": plain(words, 2900)}
    buttons = [*_buttons(view), *_more(view)]
    shown = [actions(*buttons, block_id=f"card-{mention.id}")] if buttons else []
    return Drawn(_notice(view), [section, *_state(view), *shown])


def _notice(view: CardView) -> str:
    mention = view.mention
    if mention.state == MentionState.GONE:
        if mention.erased_at is not None:
            return notice(_gone(view))
        return notice(f"A post on {view.platform} was deleted by its author.")
    who = f"{name(mention.author)} on {view.platform}"
    return notice(f"New in {view.place}: {who}: {view.post.text or '(no words)'}")


def _gone(view: CardView) -> str:
    if view.mention.erased_at is not None:
        return f"What this author wrote on {view.platform} was erased here, as somebody asked."
    return f"The author deleted this post on {view.platform}, or it was removed there."


def _stub(view: CardView) -> Drawn:
    card = view.card
    by = card.moved_by.name if card.moved_by else "Somebody"
    said = f": “{clean(card.reason)}”" if card.reason else "."
    told = f"→ Sent to {name(card.moved_to)} by {name(by)}{said}"
    if view.next_is_private:
        told = f"→ Sent to a private channel by {name(by)}."
    leaves = [leaf(told)]
    if view.next_link:
        leaves += [leaf(" "), link_leaf(view.next_link, "Follow it there")]
    who = f"{view.platform} · {name(view.mention.author)}"
    return Drawn(notice(told), [rich(line(*leaves)), context(plain(who), _when(view))])


def _author_line(view: CardView) -> Block:
    mention = view.mention
    handle, known = name(mention.author_handle), []
    if mention.author_name and name(mention.author_name) != handle:
        known.append(name(mention.author_name))
    if mention.author_followers is not None:
        known.append(f"{short_count(mention.author_followers)} followers")
    brackets = f" ({', '.join(known)})" if known else ""
    where = f" in {name(mention.community)}" if mention.community else ""
    who = f"{view.platform}{where} · {name(mention.author)}{brackets}"
    return context(plain(who), _when(view), *_link_element(view))


def _when(view: CardView) -> Block:
    edited = " · edited" if view.mention.edited_at else ""
    return mrkdwn(f"{date(view.mention.published_at)}{edited} · No. {view.mention.id}")


def _link_element(view: CardView) -> list[Block]:
    if not _can_be_opened(view.mention):
        return []
    return [mrkdwn(link(view.mention.url, f"Open on {view.platform}"))]


def _came_from(view: CardView) -> list[Block]:
    if view.came_from is None:
        return []
    by = view.came_from.moved_by.name if view.came_from.moved_by else "somebody"
    said = f": “{clean(view.came_from.reason)}”" if view.came_from.reason else ""
    return [rich(line(leaf(f"From {view.came_from_place}, {name(by)}{said}", italic=True)))]


def _media(mention: Mention, *, images: bool) -> Iterator[Block]:
    shown = [item for item in mention.media if is_web_link(item["url"])]
    pictures = [item for item in shown if item["kind"] == "image" and images][:IMAGES_SHOWN]
    for item in pictures:
        alt = clean(item.get("alt") or "")[:1900] or "Picture without a description"
        yield {"type": "image", "image_url": item["url"], "alt_text": alt}
    links = [item for item in shown if item not in pictures]
    if links:
        yield rich(line(*_media_links(links)))


def _media_links(items: Sequence[dict[str, str]]) -> Iterator[Block]:
    for number, item in enumerate(items[:10]):
        yield leaf(" · " if number else "With: ")
        there = host(item["url"])
        yield link_leaf(item["url"], f"{item['kind']} on {there}" if there else item["kind"])


def _why_line(view: CardView) -> list[Block]:
    """Why the mention came to this channel, and how it sounds. Whoever sent it on said why."""
    why = "" if view.came_from else f"Why here: {clean(view.mention.why)}"
    parts = [part for part in (why, view.mention.feeling_words) if part]
    told = " · ".join(parts)
    return [context(plain(told[:1].upper() + told[1:]))] if told else []


def _state(view: CardView) -> list[Block]:
    """Where the mention stands, and what becomes of what we said."""
    quoted = view.reply if view.mention.state == MentionState.ANSWERED else None
    lines = amendment_lines(view.amending, quoted, view.platform)
    return [*_standing(view), *_besides(view), *lines]


def _besides(view: CardView) -> Iterator[Block]:
    """Who else answered the same post, where the card does not quote it."""
    if view.turns or view.mention.state in (MentionState.GONE, MentionState.CLOSED):
        return
    for one in view.besides[-BESIDES_SHOWN:]:
        when = f", {date_within(one.sent_at)}" if one.sent_at else ""
        there = f" · {link(one.url, 'See it there')}" if is_web_link(one.url) else ""
        yield context(mrkdwn(f"*{escape(name(one.author.name))}* answered this too{when}{there}"))


def _standing(view: CardView) -> list[Block]:
    """The line that says where the mention stands, and the reply when there is one."""
    mention, reply = view.mention, view.reply
    if mention.state == MentionState.GONE:
        return []
    if mention.state == MentionState.CLOSED:
        by = escape(name(mention.closed_by.name)) if mention.closed_by else "somebody"
        return [context(mrkdwn(f"No reply needed: {mention.verdict} · {by}"))]
    if reply is not None and reply.state != ReplyState.SENT:
        return _reply_on_its_way(view, reply)
    if mention.state == MentionState.ANSWERED:
        return _answered(view)
    if mention.owner is not None and mention.claimed_at is not None:
        return [context(mrkdwn(_held(view, mention.owner, mention.claimed_at)))]
    waiting = f"● Waiting {'again ' * view.waits_again}since {date_within(mention.waiting_since)}"
    return [context(mrkdwn(waiting + (f" · {escape(view.earlier)}" if view.earlier else "")))]


def _held(view: CardView, owner: Person, since: datetime) -> str:
    by = escape(name(owner.name))
    if view.waits_again and view.reply is not None and view.reply.author_id == owner.id:
        again = date_within(view.mention.waiting_since)
        return f"● Waiting again since {again} · *{by}* answered before and holds it"
    return f"Claimed by *{by}*, {date_within(since)}"


def _turns_before_state(view: CardView) -> tuple[Turn, ...]:
    """The turns that the line of the state does not show itself."""
    if view.mention.state != MentionState.ANSWERED or view.reply is None:
        return view.turns
    return tuple(turn for turn in view.turns if turn.reply_id != view.reply.id)


def _reply_on_its_way(view: CardView, reply: Reply) -> list[Block]:
    by, problem = escape(name(reply.author.name)), escape(reply.problem)
    going = f"{by}'s reply is on its way…"
    waits = f"{by}'s reply is not out yet: {problem} We keep trying."
    looked_for = (
        f"{view.platform} did not say whether {by}'s reply is out. "
        "We look for it there; that takes up to three minutes."
    )
    said = {
        ReplyState.QUEUED: waits if problem else going,
        ReplyState.SENDING: looked_for if view.looked_for else going,
        ReplyState.HELD: held_words(reply),
        ReplyState.FAILED: f"Not sent: {problem} {by}'s text is kept.",
        ReplyState.UNCERTAIN: (
            f"We can't tell whether {by}'s reply went out. "
            f"Look under the post on {view.platform}, then press what you see."
        ),
    }[ReplyState(reply.state)]
    return [context(mrkdwn(said)), rich(quote(reply.text, 1200))]


def _answered(view: CardView) -> list[Block]:
    mention, reply = view.mention, view.reply
    by = reply.author.name if reply else mention.answered_by.name if mention.answered_by else "us"
    took = span((mention.answered_at or view.now) - mention.published_at)
    if reply and reply.sent_at:
        took = span(reply.sent_at - view.post.published_at)
    there = f" · {link(reply.url, 'See it there')}" if reply and is_web_link(reply.url) else ""
    told: list[Block] = [context(mrkdwn(f"Answered by *{escape(name(by))}* after {took}{there}"))]
    if reply is not None and reply.removed_at is not None:
        lost = f"{view.platform} does not show this reply any more: it was removed or hidden there."
        told.append(section(f":warning: {lost} Noticed {date_within(reply.removed_at)}."))
    return told + ([rich(quote(reply.text, 1200))] if reply else [])


def _buttons(view: CardView) -> list[Block]:
    return [*_main_buttons(view), *amendment_buttons(view.amending)]


def _main_buttons(view: CardView) -> list[Block]:
    mention, reply = view.mention, view.reply
    number = mention.id
    if mention.state == MentionState.GONE:
        return []
    if mention.state == MentionState.CLOSED:
        return [button("Undo", ids.UNDO, number)]
    if reply is not None and reply.state in _TO_DECIDE:
        return _decisions(view, reply)
    if _is_sending(reply) or mention.state == MentionState.ANSWERED:
        return []
    claimed = mention.owner is not None
    claim = [] if claimed else [button("Claim", ids.CLAIM, number, style="primary")]
    return [
        *claim,
        button("Reply", ids.REPLY, number, style="primary" if claimed else ""),
        button("Send to…", ids.SEND_TO, number),
    ]


_TO_DECIDE = (ReplyState.FAILED, ReplyState.UNCERTAIN, ReplyState.HELD)


def _decisions(view: CardView, reply: Reply) -> list[Block]:
    """What a person can decide about a reply that does not go on by itself."""
    if reply.state == ReplyState.HELD:
        send_on = button("Send to…", ids.SEND_TO, view.mention.id)
        return [*held_buttons(reply, view.wording), send_on]
    again = f"{view.wording}:{reply.id}"
    if reply.state == ReplyState.FAILED and reply.sent_back_at is not None:
        return [
            button("Change the text", ids.REPLY, view.mention.id, style="primary"),
            button("Ask again as it is", ids.TRY_AGAIN, again),
        ]
    if reply.state == ReplyState.FAILED:
        return [
            button("Try again", ids.TRY_AGAIN, again, style="primary"),
            button("Change the text", ids.REPLY, view.mention.id),
        ]
    return [
        button("It is there", ids.IT_IS_THERE, reply.id),
        button("Send again", ids.TRY_AGAIN, again),
        button("Drop", ids.DROP, reply.id),
    ]


def _more(view: CardView) -> list[Block]:
    """The menu behind ⋯. Slack takes five entries; the last stands on the card as a link too."""
    mention, reply, number = view.mention, view.reply, view.mention.id
    options: list[Block] = []
    open_ = mention.state in (MentionState.WAITING, MentionState.CLAIMED)
    if mention.owner is not None and open_ and not _is_sending(reply):
        options.append(option("Release", f"{ids.RELEASE}:{number}"))
    if mention.state == MentionState.ANSWERED and not _is_sending(reply):
        options.append(option("Reply again…", f"{ids.AGAIN}:{number}"))
    if open_ and not _is_sending(reply):
        options.append(option("No reply needed…", f"{ids.CLOSE}:{number}"))
    if not _is_sending(reply):
        options += amendment_options(view.amending, number)
    options.append(option("Add a note…", f"{ids.NOTE}:{number}"))
    if len(mention.text) > QUOTE_LIMIT:
        options.append(option("Whole post", f"{ids.WHOLE}:{number}"))
    if _can_be_opened(view.post):
        label = f"Open on {view.platform}"
        options.append(option(label, f"{ids.LINK}:{number}", url=view.post.url))
    return [overflow(ids.MORE, options[:MENU_LIMIT])] if options else []


def _is_sending(reply: Reply | None) -> bool:
    return reply is not None and reply.state in (
        ReplyState.QUEUED, ReplyState.SENDING, ReplyState.UNCERTAIN,
    )  # fmt: skip


def _can_be_opened(post: Mention) -> bool:
    return post.gone_at is None and is_web_link(post.url)
