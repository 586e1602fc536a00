"""Host names, and what a visitor's last page says about where a link stood. Pure."""

import re
from collections.abc import Collection
from typing import Literal
from urllib.parse import urlsplit

from registry.kernel.faults import Invalid

_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")

Origin = Literal["own", "other", "unknown"]
"""Where the visitor came from: the firm's own site, another's, or nobody says."""


def host(text: str) -> str:
    """The host of an address or host name as people type it, in the form that browsers send (RFC 5891 A-labels), without
    `www.`. Raises Invalid for what is none, a number (RFC 791) or a name without a dot."""
    typed = text.strip()
    try:
        name = urlsplit(typed if "//" in typed else f"//{typed}").hostname or ""
        labels = name.rstrip(".").encode("idna").decode("ascii").lower().removeprefix("www.").split(".")
    except (UnicodeError, ValueError):
        labels = []
    if len(labels) < 2 or labels[-1].isdigit() or not all(_LABEL.fullmatch(label) for label in labels):
        raise Invalid.field("host", "host-form", "应为网站的域名，例如 www.example.cn")
    return ".".join(labels)


def origin(referrer: str, registered: Collection[str], *, ours: str) -> tuple[Origin, str]:
    """Whether the page that led here (the header Referer, RFC 9110 section 10.1.3) is of one of the registered hosts, and
    its host. A visitor who comes from our own pages, or whose browser says nothing, comes from nowhere known."""
    try:
        came = host(referrer) if referrer else ""
    except Invalid:
        came = ""
    if not came or came == _bare(ours):
        return "unknown", ""
    return ("own" if came in registered else "other"), came


def _bare(address: str) -> str:
    return (urlsplit(address).hostname or "").removeprefix("www.")
