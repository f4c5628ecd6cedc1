"""What people read of HTML that strangers wrote."""

import pytest

from platforms._html import text_of_html


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("", ""),
        ("a < b & c", "a < b & c"),
        ("<p>one<br>two<br />three</p><p>four</p>", "one\ntwo\nthree\n\nfour"),
        ("one\n  <b>two</b>  three", "one two three"),
        ("&lt;b&gt; &amp;amp; &#x2F; &eacute;", "<b> &amp; / é"),
        ("<ul><li>one</li><li>two</li></ul>end", "- one\n- two\n\nend"),
        ("<div>a</div><div>b</div>", "a\nb"),
        ("<pre><code>if a:\n    b\n</code></pre>", "if a:\n    b"),
        ("so <img src='x' alt=':cat:'> nice", "so :cat: nice"),
        ("a<script>alert('x')</script><style>p {}</style>b", "ab"),
        ("cut <b", "cut <b"),
        ('<a href="javascript:alert(1)">go</a>', "go"),
        ('<a href="https://acme.example/">acme.example</a>', "https://acme.example/"),
        (
            '<a href="https://acme.example/a/b">our docs</a>.',
            "our docs (https://acme.example/a/b).",
        ),
        (
            '<a href="https:&#x2F;&#x2F;x.example&#x2F;long">https:&#x2F;&#x2F;x.exa...</a>',
            "https://x.example/long",
        ),
        (
            '<a href="https://x.example/a?b=1&amp;c=2"><span class="invisible">https://</span><span'
            ' class="ellipsis">x.example/a?b</span><span class="invisible">=1&amp;c=2</span></a>',
            "https://x.example/a?b=1&c=2",
        ),
        (
            '<span class="h-card"><a href="https://m.example/@mara" class="u-url mention">@'
            '<span>mara</span></a></span> likes <a href="https://m.example/tags/acme"'
            ' class="mention hashtag" rel="tag">#<span>acme</span></a>',
            "@mara likes #acme",
        ),
    ],
)
def test_html_reads_as_people_see_it(html: str, text: str) -> None:
    assert text_of_html(html) == text


def test_deep_and_endless_html_is_survived() -> None:
    assert text_of_html("<div>" * 50_000 + "end").endswith("end")
    assert len(text_of_html("word " * 1_000_000)) < 600_000
