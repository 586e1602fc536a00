"""What tells who wrote a letter, however it is spaced: a name, a number, a mail address. Pure."""

import re
import unicodedata
from collections.abc import Mapping

_SEPARATORS = re.compile(r"[\s\-\u2010-\u2015\u2212]+")
_DIGITS_APART = re.compile(r"(?<=[0-9])[\s\-\u2010-\u2015\u2212]+(?=[0-9])")
_COUNTRY = re.compile(r"(?:\+|\b00)86")
_MAIL = re.compile(r"[0-9A-Za-z._%+-]+@[0-9A-Za-z.-]+")
_MAIL_HOST = re.compile(r"@[0-9A-Za-z.-]+")
_RUN = re.compile(r"[0-9A-Za-z]{5,}")


def joined(text: str) -> str:
    """The text without spaces and hyphens, in one width and one case."""
    return _SEPARATORS.sub("", unicodedata.normalize("NFKC", text)).casefold()


def marks(sender: Mapping[str, str]) -> frozenset[str]:
    """Name and contact, whole and by part, each as `joined` writes it: no text for others may hold any of them.

    The parts of a contact are its mail addresses and its runs of five and more digits or latin letters. A mail host alone
    tells nobody; it is no part.
    """
    contact = unicodedata.normalize("NFKC", sender.get("contact", ""))
    apart = _MAIL_HOST.sub(" ", _COUNTRY.sub(" ", contact))
    parts = [
        *sender.values(),
        *_MAIL.findall(contact),
        *_RUN.findall(apart),
        *_RUN.findall(_DIGITS_APART.sub("", apart)),
    ]
    return frozenset(joined(part) for part in parts) - {""}
