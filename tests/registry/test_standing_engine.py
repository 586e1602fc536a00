"""What events make of a standing: rules of law as tables, and what holds for every history whatever its order."""

import itertools
from collections.abc import Sequence
from datetime import date, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.credit.standing.engine import Standing, standing
from registry.credit.standing.fact import Fact, Objection
from registry.credit.standing.ruleset import ONE_DAY, Window, windows
from registry.credit.standing.timeline import timeline
from tests.registry.standing_rules import LATER, SMALL, histories, rules

BOOK = windows({1: rules(SMALL), 2: rules(LATER)})
ALONE = windows({1: rules(SMALL)})
GAPPED = windows(
    {1: rules(SMALL.replace("from: 2026-01-01", "from: 2026-01-01\nuntil: 2026-03-31")), 2: rules(LATER)}
)


def on(day: date, *events: Fact, book: Sequence[Window] = ALONE) -> Standing:
    found = standing(events, book, kind="lawyer", on=day)
    assert found is not None
    return found


def penalty(day: date, **more: object) -> Fact:
    fact = Fact("p1", "penalty", day, "一般", frozenset({"罚款"}))
    return fact._replace(**more)  # type: ignore[arg-type]


def test_without_events_the_standing_is_the_base_and_says_so() -> None:
    found = on(date(2026, 2, 1))
    assert (found.grade, found.points, found.reasons, found.rules_title) == ("甲", 100, (), "小规则")


def test_each_event_tells_what_it_gave_by_which_rule_and_until_when() -> None:
    found = on(date(2026, 8, 1), penalty(date(2026, 2, 28)), Fact("a1", "award", date(2026, 3, 1)))
    assert [(r.event, r.rule, r.points, r.until, r.why) for r in found.reasons] == [
        ("p1", "处罚", -10, date(2027, 2, 28), "counts"),
        ("a1", "表彰", 5, date(2027, 3, 1), "counts"),
    ]
    assert (found.points, found.grade) == (95, "乙")


def test_the_first_rule_that_fits_decides() -> None:
    """A revoked certificate is also a serious penalty; it is counted once, by the rule that stands first."""
    found = on(
        date(2026, 6, 1),
        penalty(date(2026, 5, 1), severity="严重", words=frozenset({"吊销执业证书", "罚款"})),
    )
    assert [(r.rule, r.points) for r in found.reasons] == [("吊证", -50)]


def test_a_cap_lets_the_earlier_events_count_first_and_names_itself() -> None:
    """Item: 10 of awards at most; group: 12 of all honours."""
    events = [Fact(f"a{n}", "award", date(2026, 1, n)) for n in (1, 2, 3)]
    service = Fact("s", "pro_bono", date(2026, 1, 4))
    found = on(date(2026, 2, 1), service, *reversed(events))
    assert [(r.event, r.points, r.capped, r.why) for r in found.reasons] == [
        ("a1", 5, None, "counts"),
        ("a2", 5, None, "counts"),
        ("a3", 0, "表彰", "full"),
        ("s", 2, "荣誉", "counts"),
    ]
    assert found.points == 112


def test_a_veto_lowers_the_grade_and_leaves_the_points() -> None:
    listing = Fact("l", "listing", date(2026, 1, 10))
    found = on(date(2026, 2, 1), listing)
    assert (found.points, found.by_points, found.grade) == (100, "甲", "丙")
    assert [(r.veto, r.at_most, r.veto_until) for r in found.reasons] == [
        ("列入名单", "丙", date(2029, 1, 10))
    ]
    removed = listing._replace(ended_on=date(2026, 1, 20), ground="removed")
    assert on(date(2026, 1, 19), removed).grade == "丙"
    assert on(date(2026, 1, 20), removed).grade == "甲"
    assert [(r.why, r.veto) for r in on(date(2026, 1, 20), removed).reasons] == [("removed", None)]


@pytest.mark.parametrize(
    ("law", "event", "day", "points", "why"),
    [
        ("自决定之日起计分", penalty(date(2026, 3, 5)), date(2026, 3, 5), 90, "counts"),
        ("周期届满之日仍计", penalty(date(2026, 3, 5)), date(2027, 3, 5), 90, "counts"),
        (
            "周期届满次日不计（民法典第二百零二条）",
            penalty(date(2026, 3, 5)),
            date(2027, 3, 6),
            100,
            "expired",
        ),
        (
            "月末：没有对应日的为该月最后一日",
            penalty(date(2024, 2, 29), severity="严重"),
            date(2026, 2, 28),
            70,
            "counts",
        ),
        (
            "被撤销的决定自始无效（行政处罚法第三十八条）",
            penalty(date(2026, 3, 5), void=True),
            date(2026, 3, 6),
            100,
            "void",
        ),
        (
            "修复之日起不计",
            penalty(date(2026, 3, 5), ended_on=date(2026, 9, 1), ground="repaired"),
            date(2026, 9, 1),
            100,
            "repaired",
        ),
        (
            "修复之前合法有效，照计",
            penalty(date(2026, 3, 5), ended_on=date(2026, 9, 1), ground="repaired"),
            date(2026, 8, 31),
            90,
            "counts",
        ),
        (
            "异议期间暂不计",
            penalty(date(2026, 3, 5), objections=(Objection(date(2026, 4, 1), date(2026, 4, 9)),)),
            date(2026, 4, 8),
            100,
            "objected",
        ),
        (
            "异议办结后照计",
            penalty(date(2026, 3, 5), objections=(Objection(date(2026, 4, 1), date(2026, 4, 9)),)),
            date(2026, 4, 9),
            90,
            "counts",
        ),
    ],
)
def test_from_when_until_when(law: str, event: Fact, day: date, points: int, why: str) -> None:
    found = on(day, event)
    assert (found.points, [reason.why for reason in found.reasons]) == (points, [why]), law


def test_a_day_is_judged_by_the_rules_of_that_day_however_old_the_event() -> None:
    """法不溯及既往: new rules weigh from their first day; what the standing was before stays what it was."""
    event = penalty(date(2026, 3, 5))
    assert on(date(2026, 6, 30), event, book=BOOK).points == 90
    assert on(date(2026, 7, 1), event, book=BOOK).points == 75
    repaired = event._replace(ended_on=date(2026, 5, 1), ground="repaired")
    assert on(date(2026, 6, 1), repaired, book=BOOK).points == 100
    assert on(date(2026, 7, 1), repaired, book=BOOK).points == 75  # these rules let a repaired event count on


def test_a_day_without_rules_and_a_subject_without_rules_have_no_standing() -> None:
    assert standing([], BOOK, kind="lawyer", on=date(2025, 12, 31)) is None
    assert standing([], BOOK, kind="notary", on=date(2026, 2, 1)) is None
    assert standing([], GAPPED, kind="lawyer", on=date(2026, 4, 1)) is None
    assert timeline([], BOOK, kind="notary") == []


def test_the_future_is_known_with_the_event() -> None:
    """Nothing has to run for a penalty to expire."""
    course = timeline([penalty(date(2026, 3, 5))], ALONE, kind="lawyer")
    assert [(p.since, p.until, p.grade, p.points) for p in course] == [
        (date(2026, 1, 1), date(2026, 3, 5), "甲", 100),
        (date(2026, 3, 5), date(2027, 3, 6), "乙", 90),
        (date(2027, 3, 6), None, "甲", 100),
    ]


@given(histories(), st.randoms(use_true_random=False), st.sampled_from([ALONE, BOOK, GAPPED]))
def test_the_timeline_is_the_day_by_day_recomputation_in_any_order(
    events: Sequence[Fact], chance: Random, book: Sequence[Window]
) -> None:
    course = timeline(events, book, kind="lawyer")
    shuffled = list(events)
    chance.shuffle(shuffled)
    assert timeline(shuffled, book, kind="lawyer") == course
    for one, following in itertools.pairwise(course):
        assert one.until is not None
        assert one.until <= following.since
        if one.until == following.since and one.rules == following.rules:
            assert (one.grade, one.points) != (following.grade, following.points)
    edges = {day for p in course for day in (p.since, p.until) if day}
    days = {day + timedelta(days=shift) for day in edges for shift in (-1, 0, 1)}
    days |= {date(2025, 6, 1) + timedelta(days=chance.randrange(2000)) for _ in range(20)}
    for day in days:
        covering = [p for p in course if p.since <= day and (p.until is None or day < p.until)]
        found = standing(shuffled, book, kind="lawyer", on=day)
        if found is None:
            assert covering == []
        else:
            assert [(p.grade, p.points, p.rules) for p in covering] == [
                (found.grade, found.points, found.rules)
            ]
            assert found.points == found.base + sum(reason.points for reason in found.reasons)
            assert len(found.reasons) == sum(event.decided_on <= day for event in events)


@given(histories(), st.data())
def test_an_annulled_event_is_as_if_it_had_never_been(events: Sequence[Fact], data: st.DataObject) -> None:
    annulled = data.draw(st.sets(st.sampled_from([event.id for event in events]))) if events else set()
    void = [event._replace(void=True) if event.id in annulled else event for event in events]
    never = [event for event in events if event.id not in annulled]
    assert timeline(void, BOOK, kind="lawyer") == timeline(never, BOOK, kind="lawyer")


@given(histories(), st.integers(0, 400))
def test_a_repair_changes_no_day_before_it(events: Sequence[Fact], after: int) -> None:
    for event in events:
        if event.ended_on is not None:
            continue
        day = event.decided_on + timedelta(days=after)
        repaired = [
            one._replace(ended_on=day, ground="repaired") if one.id == event.id else one for one in events
        ]
        for before in (day - ONE_DAY, event.decided_on, date(2026, 6, 30)):
            if before >= day:
                continue
            left, right = (standing(some, BOOK, kind="lawyer", on=before) for some in (events, repaired))
            assert (left and left.points, left and left.grade) == (
                right and right.points,
                right and right.grade,
            )
