# ruff: noqa: RUF001 - other scripts are the subject here
import time

import pytest

from bot.language.identify import LANGUAGES, language_of


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "My router has been blinking red since yesterday evening."),
        ("de", "Seit gestern Abend blinkt mein Router nur noch rot."),
        ("fr", "Mon routeur clignote en rouge depuis hier soir."),
        ("es", "Mi router parpadea en rojo desde ayer por la noche."),
        ("it", "Il mio router lampeggia in rosso da ieri sera."),
        ("pt", "O meu roteador está piscando em vermelho desde ontem."),
        ("tr", "Dün akşamdan beri modemim kırmızı yanıp sönüyor."),
        ("ru", "Со вчерашнего вечера мой роутер мигает красным."),
        ("ar", "جهاز التوجيه يومض باللون الأحمر منذ مساء أمس"),
        ("ja", "昨日の夜からルーターが赤く点滅していて繋がりません。"),
        ("zh", "从昨天晚上开始我的路由器就一直闪红灯，无法上网，请问怎么办。"),
    ],
)
def test_common_languages_are_told_apart(language, text):
    assert language_of(text) == language


@pytest.mark.parametrize(
    "text", ["", "Danke", "so nice", "12345 67890 12345 67890 12345", "🔥" * 50]
)
def test_what_is_too_short_to_tell_is_not_guessed(text):
    assert language_of(text) is None


def test_links_and_handles_are_no_language():
    assert (
        language_of("@acme_support_team https://acme.example/what/is/the/matter #acmefail") is None
    )


def test_a_very_long_text_takes_no_longer():
    language_of("Warm up: the first call loads the model.")
    started = time.process_time()

    assert language_of("Das Internet ist schon wieder weg. " * 20_000) == "de"
    assert time.process_time() - started < 0.5


def test_no_language_stands_twice_in_the_list():
    assert len(LANGUAGES) == len(set(LANGUAGES))
