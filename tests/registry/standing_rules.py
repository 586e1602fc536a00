"""Rule sets and events for tests of standing."""

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

from hypothesis import strategies as st

from registry.credit.standing import reading
from registry.credit.standing.fact import Fact, Objection
from registry.credit.standing.ruleset import RuleSet

SHIPPED = Path(reading.__file__).parent / "rules"

SMALL = """\
title: 小规则
basis: 测试
from: 2026-01-01
treatment: {repaired: ends, objected: waits}
sections:
  - title: 律师
    subjects: [lawyer]
    base: 100
    bands:
      - {grade: 甲, title: 好, from: 100}
      - {grade: 乙, title: 中, from: 80}
      - {grade: 丙, title: 差}
    groups:
      - {code: honour, title: 荣誉, most: 12}
    items:
      - {code: award, title: 表彰, kind: award, points: 5, months: 12, most: 10, group: honour}
      - {code: service, title: 公益, kind: pro_bono, points: 4, months: 6, group: honour}
      - {code: revoked, title: 吊证, kind: penalty, penalties: [吊销执业证书], points: -50, months: 36}
      - {code: grave, title: 严重处罚, kind: penalty, severity: [严重], points: -30, months: 24}
      - {code: penalty, title: 处罚, kind: penalty, points: -10, months: 12, most: 15}
      - {code: failed, title: 考核不称职, kind: annual_assessment, result: [不称职], points: -20, months: 12}
    vetoes:
      - {code: listed, title: 列入名单, kind: listing, at_most: 丙, months: 36}
      - {code: warned, title: 受过处罚, kind: penalty, at_most: 乙, months: 3}
"""

LATER = (
    SMALL.replace("小规则", "新规则")
    .replace("from: 2026-01-01", "from: 2026-07-01")
    .replace("repaired: ends, objected: waits", "repaired: counts, objected: counts")
    .replace("points: -10", "points: -15")
    .replace("base: 100", "base: 90")
)


def rules(text: str) -> RuleSet:
    return reading.read(text.encode())


def shipped() -> list[RuleSet]:
    return [reading.read(path.read_bytes()) for path in sorted(SHIPPED.glob("*.yaml"))]


_DAYS = st.dates(date(2025, 1, 1), date(2027, 6, 1))


@st.composite
def facts(draw: st.DrawFn, number: int = 0) -> Fact:
    kind = draw(st.sampled_from(["award", "pro_bono", "penalty", "annual_assessment", "listing", "permit"]))
    words = {
        "penalty": ["警告", "罚款", "吊销执业证书"],
        "annual_assessment": ["称职", "不称职"],
    }.get(kind, [])
    decided_on = draw(_DAYS)
    ended = draw(st.none() | st.integers(0, 500))
    objections = []
    if draw(st.booleans()):
        opened = decided_on + timedelta(days=draw(st.integers(0, 300)))
        closed = draw(st.none() | st.integers(0, 60))
        objections.append(Objection(opened, None if closed is None else opened + timedelta(days=closed)))
    return Fact(
        f"e{number}",
        kind,
        decided_on,
        draw(st.sampled_from([None, "轻微", "一般", "严重"])) if kind == "penalty" else None,
        frozenset(draw(st.sets(st.sampled_from(words), max_size=2))) if words else frozenset(),
        draw(st.integers(0, 9)) == 0,
        None if ended is None else decided_on + timedelta(days=ended),
        None if ended is None else draw(st.sampled_from(["repaired", "removed"])),
        tuple(objections),
    )


@st.composite
def histories(draw: st.DrawFn) -> Sequence[Fact]:
    return [draw(facts(number)) for number in range(draw(st.integers(0, 8)))]
