"""Posts of invented customers, ready to be clicked in the sandbox.

They write the brand's name in whatever way people do, and include what tends to break cards.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReadyMade:
    network: str
    as_: str
    text: str
    community: str | None = None


READY_MADE = (
    ReadyMade(
        "x",
        "mara_k",
        "Third day without internet and your hotline hangs up on me. @acme is anybody there?",
    ),
    ReadyMade("x", "tobi_w", "Shout-out to Jasmin from @acme who stayed on the phone for an hour."),
    ReadyMade("x", "lena_f", "@acme you charged me twice in October. When do I get my 49 € back?"),
    ReadyMade(
        "x",
        "opsgirl",
        "Is Acme down for everybody or only for me? Nothing loads since 09:40. @acme",
    ),
    ReadyMade(
        "reddit",
        "grumpy_otter",
        "Acme login accepts my old password\nI changed it last week, and the old one still works."
        " Is that a security hole or am I confused?",
        "sysadmin",
    ),
    ReadyMade("square", "noor", "Does Acme hire people without a degree? Asking for my brother."),
    ReadyMade(
        "x",
        "daily_ledger",
        "@acme I write for the Daily Ledger and need a comment on the price rise before 5 pm.",
    ),
    ReadyMade(
        "bluesky",
        "hanne.test",
        "@acme.test my parcel says delivered. My doormat says otherwise. 🐕 is innocent this time.",
    ),
    ReadyMade("x", "smiley_sam", "@acme 😡😡😡🔥📦❓"),
    ReadyMade("x", "yael_b", "@acme הזמנתי לפני שבועיים והחבילה עדיין לא הגיעה. מתי היא תגיע?"),
    ReadyMade("x", "omar_s", "@acme متى يعود التطبيق للعمل؟ لا أستطيع تسجيل الدخول منذ الصباح"),
    ReadyMade(
        "reddit",
        "long_reader",
        "A year with Acme: the good, the bad, the invoice\n"
        + "\n\n".join(
            f"Month {month}: {what}"
            for month, what in enumerate(
                (
                    "set up in ten minutes, everybody happy, I told all my friends about it.",
                    "the first bill was right to the cent, which nobody at home believed.",
                    "the app logged me out every evening and forgot which language I read.",
                    "support answered on a Sunday. On a Sunday! Thank you, whoever you were.",
                    "the price went up by a fifth and the letter came after the money was gone.",
                    "I asked for my data, got a link that had expired, asked again, got it.",
                    "an outage of two days, with a page that said everything was fine.",
                    "still here, because moving is work. But I keep count.",
                ),
                start=1,
            )
        ),
        "reviews",
    ),
    ReadyMade(
        "x", "linkedup", "@acme your status page 404s: https://status.acme.example/now?x=1&y=2"
    ),
    ReadyMade(
        "square",
        "trickster",
        "<!channel> Acme is giving away phones <@U1> <https://evil.example|here>",
    ),
    ReadyMade(
        "reddit",
        "code_fence",
        "Acme API returns 500 on empty lists\n```\ncurl -X POST https://api.acme.example/v1/items"
        " -d '[]'\n```\nAnybody else? `*bold*` _it_ ~is~ & <not>.",
        "webdev",
    ),
    ReadyMade(
        "square", "ben_from_5b", "Acme delivered a day early and the courier carried it up. Nice."
    ),
    ReadyMade("x", "priya_n", "hey @acme can i change my delivery address after ordering?"),
    ReadyMade(
        "bluesky",
        "ruud.test",
        "The new Acme app remembers my language now. Small thing, big smile.",
    ),
    ReadyMade("x", "rudi", "@acme cancel my contract. I wrote three mails. THREE."),
    ReadyMade("square", "mei", "アクメの新しいアプリ、とても使いやすい。Acme さん、ありがとう。"),
    ReadyMade(
        "reddit",
        "quietparent",
        "Acme kids' watch gets hot while charging\nIt was too hot to hold this morning."
        " Please tell me that is not dangerous.",
        "parenting",
    ),
    ReadyMade(
        "x", "jules", "je n'arrive pas à joindre @acme, votre site renvoie vers un numéro coupé"
    ),
    ReadyMade("x", "accessible_al", "@acme your new checkout cannot be used with a screen reader."),
    ReadyMade("square", "shopgirl", "Thinking about Acme or the other one. Who has both?"),
    ReadyMade("x", "night_owl", "@acme thanks for nothing 🙃"),
    ReadyMade("x", "tinkerer", "Fun fact: the Acme box is exactly one cat wide."),
    ReadyMade(
        "reddit",
        "landlord77",
        "Acme technician left a hole in the wall\nHe was friendly about it. Who pays for this?",
        "homeowners",
    ),
    ReadyMade(
        "square", "eva", "Does the Acme student discount still exist? The page is in Klingon."
    ),
)
