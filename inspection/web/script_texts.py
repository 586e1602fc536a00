"""What scripts say, in the language of the page: they hold the Chinese messages, and an English page brings the English along."""

import json
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from babel.messages.extract import extract
from flask_babel import gettext
from markupsafe import Markup

from registry.web.language import spoken

_STATIC = Path(__file__).parent / "static"


def texts(scripts: Sequence[str]) -> Markup | None:
    """The messages of these scripts by the Chinese ones, as JSON that can stand in a page; None for a Chinese page."""
    if spoken() != "en":
        return None
    said = {message: gettext(message) for script in scripts for message in messages(script)}
    # As in verification.page: no end of an element in a string of JSON.
    return Markup(json.dumps(said, ensure_ascii=False).replace("<", "\\u003c"))  # noqa: S704


@cache
def messages(script: str) -> tuple[str, ...]:
    """What a script says: the arguments of its `t("…")`."""
    return tuple(_messages(_STATIC / script))


def _messages(path: Path) -> Iterator[str]:
    with path.open("rb") as file:
        for _line, message, _comments, _context in extract("javascript", file, {"t": None}):
            yield message if isinstance(message, str) else message[0]
