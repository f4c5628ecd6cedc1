"""The tables, and the rules that one row can hold by itself.

A rule is a method (`mention.claim(by)`), so that whoever changes a row meets it. The version
column decides races: of two transactions that read the same version only one can write.
"""

from bot.models.amendment import (
    AMENDMENT_MOVES,
    Amendment,
    AmendmentKind,
    AmendmentState,
)
from bot.models.base import Base, UTCDateTime
from bot.models.billed import KnownAuthor, Receipt, Spending
from bot.models.card import Card, Event
from bot.models.company import (
    Actor,
    Department,
    Member,
    Person,
    PolicyChange,
    Rule,
    Setting,
    Standing,
)
from bot.models.mention import OPEN_STATES, Mention, MentionState, Verdict
from bot.models.outbox import Delivery, DeliveryState, Failure, Lane, Source
from bot.models.press import Press
from bot.models.reply import REPLY_MOVES, Reply, ReplyState
from bot.models.watch import Watch

__all__ = [
    "AMENDMENT_MOVES",
    "OPEN_STATES",
    "REPLY_MOVES",
    "Actor",
    "Amendment",
    "AmendmentKind",
    "AmendmentState",
    "Base",
    "Card",
    "Delivery",
    "DeliveryState",
    "Department",
    "Event",
    "Failure",
    "KnownAuthor",
    "Lane",
    "Member",
    "Mention",
    "MentionState",
    "Person",
    "PolicyChange",
    "Press",
    "Receipt",
    "Reply",
    "ReplyState",
    "Rule",
    "Setting",
    "Source",
    "Spending",
    "Standing",
    "UTCDateTime",
    "Verdict",
    "Watch",
]
