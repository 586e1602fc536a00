"""The values of published records as a reader is told them: coded ones in the reader's language, texts as they were written."""

from decimal import Decimal, InvalidOperation

from flask_babel import gettext

from publicity.lookup import wording
from registry.web.language import spoken

_AMOUNTS = frozenset({"CF_NR_FK", "CF_NR_WFFF"})
"""Amounts, which the standard has in 万元."""
_SEVERAL = frozenset({"CF_CFLB"})
"""Columns of several coded words."""


def column_text(text: str, code: str) -> str:
    """A column of the standard. A text that somebody wrote is in no catalogue, and stays as it is."""
    if code in _AMOUNTS and spoken() == "en":
        return _yuan(text)
    shown = wording.column_text(text, code)
    words = shown.split(";") if code in _SEVERAL else [shown]
    joint: str = gettext("；")
    return joint.join(gettext(word) for word in words)


def _yuan(text: str) -> str:
    """English counts in thousands and knows no 万."""
    try:
        return f"CNY {(Decimal(text) * 10_000).normalize():,f}"
    except InvalidOperation:
        return text
