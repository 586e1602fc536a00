"""The figures and words of consultation.toml, and what stands open of a consultation. Pure."""

import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Literal, NamedTuple

_FILE = tomllib.loads(Path(__file__).with_name("consultation.toml").read_text("utf-8"))

WORKDAYS: int = _FILE["workdays"]
"""From the day on which the third party received the letter to its answer."""
BASIS: str = _FILE["basis"]
CLOCK: str = _FILE["clock"]
CONCERNS: Mapping[str, str] = _FILE["concerns"]
ANSWERS: Mapping[str, str] = _FILE["answers"]
DECISIONS: Mapping[str, str] = _FILE["decisions"]

Open = Literal["delivery", "answer", "decision", "telling", "nothing"]


class So(NamedTuple):
    """What is known of a consultation: when the answer is due (None until it was received), what was answered and decided,
    and whether a third party that objected was told why it is published all the same."""

    due_on: date | None
    answer: str | None
    decision: str | None
    told: bool


def open_(so: So, today: date) -> Open:
    """What the consultation waits for. Silence is no consent: it only lets the office decide."""
    if so.decision is not None:
        return "telling" if against(so) and not so.told else "nothing"
    if so.answer is not None:
        return "decision"
    if so.due_on is None:
        return "delivery"
    return "decision" if so.due_on < today else "answer"


def against(so: So) -> bool:
    """Whether the office publishes what the third party does not want published."""
    return so.answer == "objects" and so.decision in ("publish", "part")
