"""Takes secrets out of what is about to be written where others can read it. Pure.

Two nets: the values that this process was given, wherever they stand, and the forms that secrets
have, for those that it was given later (sessions, signatures).
"""

import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote, quote_plus, unquote, unquote_plus, urlsplit

from pydantic import BaseModel, SecretStr

HIDDEN = "[secret]"
SHORTEST = 6
"""Characters; what is shorter would be found in the middle of words."""
SECRET_PARAMETERS = (
    "password", "sslpassword", "scram_client_key", "scram_server_key", "oauth_client_secret",
)  # fmt: skip
"""Of a database's address: https://www.postgresql.org/docs/current/libpq-connect.html. What names
a file that holds a secret is none."""
_PASSWORD = re.compile("[^:/]+://[^:/]*:([^@]*)@")
"""As SQLAlchemy reads it: it may hold what ends the host for others, and break them."""
_FORMS = re.compile(
    r"""(?xi)
    \bx(?:ox[a-z]|app)-[\w-]{4,}                                # Slack's tokens
    | \beyJ[\w-]+\.[\w-]+\.[\w-]+                               # JSON web tokens
    | (?<=://)[^\s/@:]+:[^\s/@]+(?=@)                           # user:password@host
    | (?<=\bbearer\ )[\w.~+/=-]{16,} | (?<=\bbasic\ )[\w+/=-]{16,}
    | (?<=oauth_signature=")[^"]+ | (?<=oauth_token=")[^"]+ | (?<=oauth_consumer_key=")[^"]+
    | (?<=trigger_id":\ ")[^"]+                                 # opens a window for three seconds
    | (?<=hooks\.slack\.com/)[\w/-]+                            # writes where somebody clicked
    """
)


def secrets_of(settings: BaseModel) -> Iterator[str]:
    """What nobody may see of these variables: secrets, and what hides in addresses not shown."""
    for name, field in type(settings).model_fields.items():
        value = getattr(settings, name)
        if isinstance(value, SecretStr):
            yield value.get_secret_value()
        elif not field.repr:
            for address in value if isinstance(value, tuple) else (value,):
                yield from _hidden_in(address)


class Redactor:
    """Knows the secrets of this process. `redact` may be called from any thread."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        forms = {form for one in secrets for form in (one, quote(one, safe=""), quote_plus(one))}
        known = sorted((one for one in forms if len(one) >= SHORTEST), key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, known))) if known else None

    def redact(self, text: str) -> str:
        if self._known is not None:
            text = self._known.sub(HIDDEN, text)
        return _FORMS.sub(HIDDEN, text)


def _hidden_in(address: str) -> Iterator[str]:
    """As it is written there, and as it is meant, which is how errors tell it."""
    for one in _written_in(address):
        yield one
        yield unquote(one)
        yield unquote_plus(one)


def _written_in(address: str) -> Iterator[str]:
    """The passwords of any address; of a web page's also where on its host it is."""
    password = _PASSWORD.match(address)
    yield password[1] if password else ""
    for pair in address.partition("?")[2].split("&"):
        name, _, value = pair.partition("=")
        if unquote_plus(name) in SECRET_PARAMETERS:
            yield value
    if address.startswith(("http:", "https:")):
        parts = urlsplit(address)
        yield parts.path
        yield parts.query
