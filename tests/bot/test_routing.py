# ruff: noqa: RUF001 - other scripts are the subject here
import time
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.language.identify import LANGUAGES
from bot.routing import (
    LANGUAGE_NAMES,
    DepartmentName,
    MentionFacts,
    NamedPerson,
    RoutingRule,
    Rulebook,
    route,
)

SUPPORT, BILLING, PRODUCT = 1, 2, 3
DEPARTMENTS = (
    DepartmentName(key=SUPPORT, name="Support"),
    DepartmentName(key=BILLING, name="Billing"),
    DepartmentName(key=PRODUCT, name="Product Ideas"),
)
BARE = Rulebook(departments=DEPARTMENTS, catch_all=SUPPORT)
NOTHING = MentionFacts()


def rule(**conditions):
    return RoutingRule(**{"department": BILLING, "position": 1, **conditions})


def why(text, *rules, facts=NOTHING, people=()):
    return route(text, facts, replace(BARE, rules=rules, people=people)).why


def matches(keyword, text):
    decision = route(text, NOTHING, replace(BARE, rules=(rule(keywords=(keyword,)),)))
    return decision.kind == "rule"


def test_what_nobody_else_takes_goes_to_the_catch_all():
    decision = route("Hello", NOTHING, BARE)

    assert (decision.department, decision.kind) == (SUPPORT, "catch-all")
    assert decision.why == "no rule matched: Support takes what nobody else does"


def test_a_rule_says_which_keyword_it_found_and_where_it_stands():
    told = why("I want a REFUND now", rule(position=3, keywords=("invoice", "refund")))

    assert told == 'keyword "refund", rule 3 of Billing'


def test_a_label_is_told_too():
    told = why("refund", rule(label="money back", keywords=("refund",)))

    assert told == 'keyword "refund", rule 1 of Billing ("money back")'


def test_the_first_rule_that_holds_wins():
    told = why("slow refund", rule(keywords=("slow",), position=1), rule(keywords=("refund",)))

    assert told.startswith('keyword "slow"')


def test_a_rule_without_conditions_never_holds():
    assert why("anything", rule()).startswith("no rule matched")


@pytest.mark.parametrize(
    ("keyword", "text"),
    [
        ("refund", "Refund!"),
        ("refund", "#refund"),
        ("refund", "no_refund_yet"),
        ("Straße", "STRASSE"),
        ("refund", "ｒｅｆｕｎｄ"),
        ("money back", "money\n\t back"),
        ("money  back", "my money\u00a0back."),
        ("doesn't work", "it doesn\u2019t work"),
        ("refund*", "refunded"),
        ("refund*", "refund"),
        ("c++", "I love C++!"),
        ("#fail", "epic #FAIL."),
        ("🔥", "so🔥hot"),
        ("❤", "❤️"),
        ("❤️", "❤"),
        ("возврат", "Где мой ВОЗВРАТ?"),
        ("退款", "我要退款！谢谢"),
        ("払い戻し", "早く払い戻してください"),
        ("คืนเงิน", "ขอคืนเงินด้วย"),
        ("환불", "환불을 원해요"),
        ("acme", "私はacmeが好き"),
        ("हिन्दी", "यह हिन्दी है"),
        ("ref und", "xref und ref und"),
    ],
)
def test_a_keyword_is_found(keyword, text):
    assert matches(keyword, text)


@pytest.mark.parametrize(
    ("keyword", "text"),
    [
        ("refund", "refunded"),
        ("refund", "prerefund"),
        ("refund*", "prerefund"),
        ("bill", "Billy"),
        ("#fail", "#failure"),
        ("c++", "abc++"),
        ("возврат", "возвраты"),
        ("क", "कि"),
        ("cafe", "cafe\u0301"),
        ("5", "55"),
        ("money back", "moneyback"),
        ("refund.*", "refunded"),
        ("*", "anything"),
        ("\u200b", "anything"),
    ],
)
def test_a_keyword_is_not_seen_where_it_is_not(keyword, text):
    assert not matches(keyword, text)


FACTS = MentionFacts(
    platform="reddit",
    platform_label="Reddit",
    community="acme",
    author_handle="Mara_K",
    followers=12_400,
    language=lambda: "de-AT",
)


@pytest.mark.parametrize(
    ("conditions", "told"),
    [
        ({"platforms": ("Reddit",)}, "on Reddit"),
        ({"communities": ("r/acme",)}, "in r/acme"),
        ({"platforms": ("reddit",), "communities": ("x", "r/Acme")}, "on Reddit in r/Acme"),
        ({"languages": ("en", "de")}, "written in German"),
        ({"authors": ("@mara_k",)}, "by @Mara_K"),
        ({"authors": ("u/mara_k",)}, "by @Mara_K"),
        ({"min_followers": 12_400}, "12,400 followers"),
        (
            {"keywords": ("refund",), "platforms": ("reddit",), "languages": ("de",)},
            'keyword "refund", on Reddit, written in German',
        ),
    ],
)
def test_conditions_beside_keywords_are_told(conditions, told):
    assert why("refund", rule(**conditions), facts=FACTS) == f"{told}, rule 1 of Billing"


@pytest.mark.parametrize(
    "failing",
    [
        {"keywords": ("invoice",)},
        {"platforms": ("x",)},
        {"communities": ("r/other",)},
        {"languages": ("en",)},
        {"authors": ("@mara",)},
        {"min_followers": 12_401},
    ],
)
def test_all_conditions_of_a_rule_must_hold(failing):
    holding = {"keywords": ("refund",), "platforms": ("reddit",), "min_followers": 1}

    assert why("refund", rule(**{**holding, **failing}), facts=FACTS).startswith("no rule matched")


@pytest.mark.parametrize(
    "conditions",
    [
        {"platforms": ("x",)},
        {"communities": ("r/acme",)},
        {"languages": ("en",)},
        {"authors": ("@x",)},
        {"min_followers": 1},
    ],
)
def test_what_is_not_known_of_a_post_holds_for_no_condition(conditions):
    assert why("refund", rule(**conditions)).startswith("no rule matched")


def test_the_language_is_found_out_only_when_a_rule_asks_and_then_once():
    asked = []
    facts = MentionFacts(language=lambda: asked.append("asked") or "fr")

    why("refund", rule(keywords=("refund",)), facts=facts)
    why("hello", rule(keywords=("refund",), languages=("de",)), facts=facts)
    assert asked == []

    why("hello", rule(languages=("de",)), rule(languages=("es",)), facts=facts)
    assert asked == ["asked"]


def test_each_language_that_can_be_told_has_a_name():
    assert set(LANGUAGES) <= set(LANGUAGE_NAMES)


ANA = NamedPerson(name="Ana Lima", aliases=("Ana",), department=SUPPORT)
BEN = NamedPerson(name="Ben Okafor", department=BILLING)
WILL = NamedPerson(name="Will Stone", aliases=("Will", "Big Will"), department=BILLING)


@pytest.mark.parametrize(
    "text", ["thanks ana  lima", "ANA LIMA rocks", "Ana's help", "Ana Lima’s call", "(Ana)"]
)
def test_an_employee_named_in_the_text_wins(text):
    decision = route(
        f"{text}, the billing team, refund",
        NOTHING,
        replace(BARE, people=(BEN, ANA), rules=(rule(keywords=("refund",)),)),
    )

    assert (decision.kind, decision.department) == ("person", SUPPORT)
    assert decision.why == "names Ana Lima of Support"


@pytest.mark.parametrize("text", ["Ben helped", "Anagram", "Susana", "Ana and benokafor"])
def test_a_first_name_counts_only_as_an_alias_and_as_a_word(text):
    people = (BEN, replace(ANA, aliases=()), NamedPerson(name="Ben", department=BILLING))

    assert why(text, people=people).startswith("no rule matched")


def test_a_one_word_alias_counts_only_as_it_is_written():
    assert why("I will call them", people=(WILL,)).startswith("no rule matched")
    assert why("Will called me", people=(WILL,)) == "names Will Stone of Billing"
    assert why("thanks big will", people=(WILL,)) == "names Will Stone of Billing"


def test_of_two_employees_the_first_named_wins():
    assert why("Ben Okafor and Ana", people=(ANA, BEN)) == "names Ben Okafor of Billing"


def test_a_name_written_without_spaces_is_a_full_name():
    tanaka = NamedPerson(name="田中太郎", department=BILLING)

    assert why("担当の田中太郎さんに感謝", people=(tanaka,)) == "names 田中太郎 of Billing"


@pytest.mark.parametrize(
    "text",
    [
        "your billing department is asleep",
        "Billing team, wake up",
        "tell the BILLING dept.",
        "hello #billing",
    ],
)
def test_a_department_named_in_the_text_comes_next(text):
    decision = route(
        f"{text}: outage",
        NOTHING,
        replace(BARE, rules=(rule(department=SUPPORT, keywords=("outage",)),)),
    )

    assert (decision.kind, decision.department) == ("department", BILLING)
    assert decision.why == "names the Billing department"


@pytest.mark.parametrize(
    "text",
    ["support me", "billing is wrong", "billing\u0301 team", "#billings", "overbilling team"],
)
def test_the_bare_word_is_not_a_department(text):
    assert why(text).startswith("no rule matched")


@pytest.mark.parametrize("text", ["product ideas team", "#productideas", "#product-ideas"])
def test_a_department_of_two_words_is_named_too(text):
    assert why(text) == "names the Product Ideas department"


def test_of_two_departments_the_first_named_wins():
    assert why("billing team, not the support team") == "names the Billing department"


def test_a_department_called_team_is_named_without_saying_team_twice():
    book = replace(BARE, departments=(DepartmentName(key=1, name="Support Team"),))

    assert route("your support team", NOTHING, book).why == "names the Support Team department"


KEYS = st.integers(0, 5) | st.text(max_size=3)
SHORT = st.text(max_size=6)
NAMES = st.lists(SHORT, max_size=3).map(tuple)
RULES = st.builds(
    RoutingRule,
    department=KEYS,
    position=st.integers(1, 9),
    label=st.none() | SHORT,
    keywords=NAMES,
    platforms=NAMES,
    communities=NAMES,
    languages=NAMES,
    authors=NAMES,
    min_followers=st.none() | st.integers(),
)
BOOKS = st.builds(
    Rulebook,
    departments=st.lists(st.builds(DepartmentName, key=KEYS, name=SHORT), max_size=3).map(tuple),
    catch_all=KEYS,
    rules=st.lists(RULES, max_size=4).map(tuple),
    people=st.lists(
        st.builds(NamedPerson, name=SHORT, aliases=NAMES, department=KEYS), max_size=3
    ).map(tuple),
)
ANY_FACTS = st.builds(
    MentionFacts,
    platform=SHORT,
    platform_label=SHORT,
    community=st.none() | SHORT,
    author_handle=SHORT,
    followers=st.none() | st.integers(),
    language=(st.none() | SHORT).map(lambda code: lambda: code),
)
# Lone halves of surrogate pairs do arrive: posts cut by careless clients hold them.
ANY_TEXT = st.text() | st.text(st.characters(categories=["Cs", "Mn", "So", "Cf", "Lo"]))


@settings(deadline=None)
@given(text=ANY_TEXT, facts=ANY_FACTS, book=BOOKS)
def test_every_post_gets_a_department_and_a_reason(text, facts, book):
    decision = route(text, facts, book)

    deciders = (book.rules, book.people, book.departments)
    assert decision.department in {
        book.catch_all,
        *(getattr(d, "department", getattr(d, "key", None)) for group in deciders for d in group),
    }
    assert decision.why


@settings(deadline=None)
@given(st.text(st.characters(categories=["L", "N"]), min_size=1))
def test_a_word_is_always_found_in_itself(word):
    assert matches(word, f"- {word} -")


def test_a_long_post_and_a_large_rulebook_take_little_time():
    rules = tuple(rule(keywords=tuple(f"word{r} number{k}*" for k in range(20))) for r in range(50))
    people = tuple(NamedPerson(name=f"Person N{n}", department=1) for n in range(200))
    book = replace(BARE, rules=rules, people=people)
    route("warm up", NOTHING, book)
    started = time.process_time()

    route("word number person team " * 420, NOTHING, book)

    assert time.process_time() - started < 0.25
