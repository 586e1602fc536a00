"""The states of a delivery as a table of outcomes. Pure.

waiting → claimed → accepted, or sent (the platform's receipt is still to come), rejected (its rules refuse the content: a
question for the clerk), parked (anything else that asking again will not change), or waiting again. A later version takes
the place of what was parked or rejected, an end that of everything unsent.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any, Literal

Verdict = Literal["accepted", "taken", "rejected", "refused", "later", "unknown", "singly", "untried"]
"""accepted: it is there. taken: a receipt follows. rejected: the content breaks a rule of theirs. refused: we may not, or
what we ask does not exist. later: surely not taken, try again. unknown: nobody knows. singly: something in the batch was
refused, and the platform does not say what; each is told again alone. untried: not begun."""

STATES: Mapping[str, str] = {
    "waiting": "待发送",
    "claimed": "发送中",
    "sent": "已发送，待回执",
    "accepted": "已入库",
    "rejected": "疑问数据",
    "parked": "已搁置",
    "superseded": "已被替代",
}
OWN_CODES: Mapping[str, str] = {
    "never_sent": "从未发送，无须告知撤下",
    "over": "公示已结束，不再发送",
    "found": "查得平台已有",
    "missing": "对账时平台没有，重新发送",
    "differs": "多次重新发送，对账时平台仍没有",
    "batch": "同批中有未被接收的，逐条重新发送",
}
"""What we note ourselves where a platform's code would stand."""
UNSENT = ("waiting", "parked", "rejected")
"""What a later end takes the place of."""
QUESTIONED = ("parked", "rejected")
"""What waits for a person, and what any later version takes the place of."""
OPEN = ("waiting", "claimed")
"""What later versions of the same record wait for."""

_AFTER: Mapping[Verdict, str] = {
    "accepted": "accepted",
    "taken": "sent",
    "rejected": "rejected",
    "refused": "parked",
    "later": "waiting",
    "unknown": "waiting",
    "singly": "waiting",
    "untried": "waiting",
}


@dataclass(frozen=True)
class Outcome:
    """What came of one attempt. `code` and `message` are the platform's, `after` how long it asks us to wait."""

    verdict: Verdict
    code: str | None = None
    message: str | None = None
    platform_id: str | None = None
    after: timedelta | None = None


@dataclass(frozen=True)
class Patience:
    """The figures of delivery.toml."""

    lease: timedelta
    answer: timedelta
    quiet: timedelta
    first_pause: timedelta
    longest_pause: timedelta
    receipt: timedelta
    remember: timedelta
    give_up_after: int
    rounds: int
    look: int
    claim: int


@cache
def patience() -> Patience:
    read = tomllib.loads(Path(__file__).with_name("delivery.toml").read_text(encoding="utf-8"))
    spans = ("lease", "answer", "quiet", "first_pause", "longest_pause", "receipt", "remember")
    figures: dict[str, Any] = {name: timedelta(seconds=n) if name in spans else n for name, n in read.items()}
    return Patience(**figures)


def state_after(outcome: Outcome, *, followed: bool, ended: bool) -> str:
    """The state that an attempt leads to. `followed`: a later version is queued behind it and takes the place of what is
    refused; `ended`: an end is, and it is not tried again."""
    return superseded_or(_AFTER[outcome.verdict], followed=followed, ended=ended)


def superseded_or(state: str, *, followed: bool, ended: bool) -> str:
    """The state, unless what is queued behind takes the place of what is in it."""
    return "superseded" if (followed and state in QUESTIONED) or (ended and state in UNSENT) else state


def doubt_after(outcome: Outcome, *, before: bool) -> bool:
    """Whether the platform may have it without our knowing; `before`: whether it may have before this attempt."""
    if outcome.verdict in ("accepted", "taken"):
        return False
    return before or outcome.verdict in ("unknown", "singly")


def pause_after(attempts: int, asked: timedelta | None) -> timedelta:
    """How long to wait after that many attempts: as asked (Retry-After), else twice as long each time."""
    figures = patience()
    grown = figures.first_pause * 2 ** min(attempts - 1, 20)
    return min(asked if asked is not None else grown, figures.longest_pause)
