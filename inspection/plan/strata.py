"""The published rule that puts an organisation into a stratum. Pure; nobody types a stratum in."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

LOOKBACK_DAYS = 730
RULE = (
    "以抽取名录基准日前 24 个月内的信用事件分层：有严重失信处罚的列 D 层；有其他行政处罚的列 C 层；"
    "有查实投诉或行业处分的列 B 层；其余列 A 层。"
)
_STRATUM_OF_KIND = {"complaint_upheld": "B", "bar_sanction": "B", "penalty": "C"}


@dataclass(frozen=True)
class Adverse:
    """One adverse, unended credit event of an organisation, as far as the rule looks at it."""

    kind: str
    severity: str | None
    decided_on: date


def stratum(events: Iterable[Adverse], *, on: date) -> str:
    """`A` (best) … `D` by RULE, which is shown beside every frame."""
    worst = "A"
    for event in events:
        if not on - timedelta(days=LOOKBACK_DAYS) < event.decided_on <= on:
            continue
        found = _STRATUM_OF_KIND.get(event.kind, "A")
        if event.kind == "penalty" and event.severity == "严重":
            found = "D"
        worst = max(worst, found)
    return worst
