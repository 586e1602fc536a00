"""Who is left out of a frame, on which ground, with which evidence; and into which stratum the rule puts a subject."""

import json
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from inspection.ceremony.find import draw_page, frame_bytes
from inspection.ceremony.tables import DrawRow, SelectionRow
from inspection.plan import draft, placing
from inspection.plan.exclusions import Exclusion, Limits, Past, Scope, exclusion
from inspection.plan.find import matters
from inspection.plan.strata import Adverse, rule, stratum
from inspection.plan.tables import MatterRow
from inspection.visits import findings, joint, replace
from inspection.visits.tables import VisitRow
from registry.credit.record import Subject, record
from registry.kernel.access import Actor
from registry.kernel.clock import SetClock
from registry.kernel.faults import Invalid
from registry.kernel.work import Work
from tests.inspection import bureau
from tests.inspection.bureau import OFFICE

TODAY = date(2026, 11, 20)
EVERYBODY = [{"id": name, "rate_bp": 10000, "min": 0, "max": None} for name in "ABCD"]
sqlite_alone = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def past(on: date, visit: int, *matters: str, told: bool = True) -> Past:
    return Past(f"draw{visit}", on, visit, matters or ("LS-01",), told)


# 优化营商环境条例第五十四条: what is not on the list is not drawn, and inspections do not pile up on one subject.
@pytest.mark.parametrize(
    ("limits", "visits", "expected"),
    [
        (Limits(None, {}, 2), [], None),
        (Limits("LS-01 已改", {}, 2), [], Exclusion("matter_not_listed", "LS-01 已改")),
        (Limits(None, {}, None), [past(TODAY, n) for n in range(9)], None),
        (Limits(None, {}, 2), [past(date(2026, 3, 2), 1)], None),
        (
            Limits(None, {}, 2),
            [past(date(2026, 3, 2), 1), past(date(2026, 8, 9), 2)],
            Exclusion("yearly_cap", "2026 年以 2 次为限：2026-03-02 抽取 draw1、2026-08-09 抽取 draw2"),
        ),
        # A joint visit (综合查一次) counts once.
        (Limits(None, {}, 2), [past(date(2026, 3, 2), 1), past(date(2026, 8, 9), 1)], None),
        # The year begins anew.
        (Limits(None, {}, 1), [past(date(2025, 12, 31), 1)], None),
        (
            Limits(None, {"LS-01": 12}, None),
            [past(date(2025, 11, 21), 1)],
            Exclusion("same_matter", "LS-01 间隔 12 个月：2025-11-21 抽取 draw1"),
        ),
        (Limits(None, {"LS-01": 12}, None), [past(date(2025, 11, 20), 1)], None),
        (Limits(None, {"LS-01": 12}, None), [past(date(2026, 11, 1), 1, "LS-02")], None),
        # What is sealed counts and is not told.
        (
            Limits(None, {}, 1),
            [past(date(2026, 3, 2), 1, told=False)],
            Exclusion("yearly_cap", "2026 年以 1 次为限"),
        ),
        (Limits(None, {}, None, Scope(districts=("310104",))), [], Exclusion("outside_scope", None)),
        (Limits(None, {}, None, Scope(strata=("C", "D"))), [], Exclusion("outside_scope", None)),
        (Limits(None, {}, None, Scope(("310101",), ("A",))), [], None),
    ],
)
def test_a_ground_and_its_evidence(limits: Limits, visits: list[Past], expected: Exclusion | None) -> None:
    assert exclusion(limits, visits, stratum="A", district="310101", on=TODAY) == expected


@pytest.mark.parametrize(
    ("grade", "events", "expected"),
    [
        ("AAA", [], "A"),
        ("AA", [], "A"),
        ("A", [], "B"),
        ("B", [], "C"),
        ("C", [], "D"),
        ("AA", [("complaint_upheld", None, 30)], "B"),
        ("AA", [("complaint_upheld", None, 30)] * 3, "C"),
        ("AA", [("complaint_upheld", None, 800)], "A"),
        # The grade has weighed the penalty already.
        ("AA", [("penalty", "严重", 30)], "A"),
        ("C", [("complaint_upheld", None, 30)], "D"),
        # No rules of standing in force: events alone.
        (None, [], "A"),
        (None, [("bar_sanction", None, 30)], "B"),
        (None, [("penalty", "一般", 30)], "C"),
        (None, [("penalty", "严重", 30)], "D"),
        (None, [("penalty", "严重", 800)], "A"),
        (None, [("complaint_upheld", None, 30), ("penalty", "轻微", 30)], "C"),
        # A grade of rules that the published rule does not know.
        ("五星", [("penalty", "一般", 30)], "C"),
    ],
)
def test_the_published_rule_places_by_grade_and_complaints(
    grade: str | None, events: list[tuple[str, str | None, int]], expected: str
) -> None:
    happened = [Adverse(kind, severity, TODAY - timedelta(days=ago)) for kind, severity, ago in events]
    assert stratum(rule(TODAY), happened, grade=grade, on=TODAY) == expected


@given(
    st.sampled_from([None, "AAA", "AA", "A", "B", "C", "?"]),
    st.lists(
        st.tuples(
            st.sampled_from(["penalty", "bar_sanction", "complaint_upheld", "listing"]),
            st.sampled_from([None, "轻微", "一般", "严重"]),
            st.integers(0, 900),
        ),
        max_size=6,
    ),
    st.integers(0, 5),
)
def test_one_event_more_never_makes_the_stratum_better(
    grade: str | None, events: list[tuple[str, str | None, int]], less: int
) -> None:
    found = rule(TODAY)
    happened = [Adverse(kind, severity, TODAY - timedelta(days=ago)) for kind, severity, ago in events]
    many = stratum(found, happened, grade=grade, on=TODAY)
    few = stratum(found, happened[:less], grade=grade, on=TODAY)
    assert found.ids.index(few) <= found.ids.index(many)


def test_every_version_of_the_rule_says_what_it_does_and_a_day_has_one() -> None:
    old, new = rule(date(2020, 5, 1)), rule(TODAY)
    assert (old.version, new.version) == ("2016-1", "2026-1")
    assert rule(date(2025, 12, 31)) == old
    assert rule(date(2026, 1, 1)) == new
    for grade, name in new.grades.items():
        assert grade in new.text
        assert name in new.ids
    assert [one.rate_bp for one in new.strata] == sorted(one.rate_bp for one in new.strata)


def test_strata_of_a_register_follow_its_proven_complaints(work: Work) -> None:
    place = bureau.found(work)
    with work.write(OFFICE) as session:
        for firm, kind in ((0, "complaint_upheld"), (1, "penalty")):
            record(
                session, OFFICE, kind=kind, subject=Subject(organisation=place.firms[firm].id),
                decided_on=date(2026, 5, 6), document_number=f"示司〔2026〕{firm}号", authority="示范市司法局",
                columns=None, restricted=None, severity="一般" if kind == "penalty" else None, summary="查实",
                detail={},
            )  # fmt: skip
        placed = placing.strata(session, "law_firm", [firm.id for firm in place.firms], on=TODAY)
    assert [placed[firm.id] for firm in place.firms[:3]] == ["B", "C", "A"]


@sqlite_alone
def test_nobody_types_a_stratum_of_their_own(work: Work) -> None:
    with pytest.raises(Invalid) as refused:
        bureau.found(work, strata=[{"id": "熟人", "rate_bp": 0, "min": 0, "max": None}])
    assert "not_the_rule" in {fault.rule for fault in refused.value.fields}


def task(work: Work, code: str, *also: str, cap: int | None = None, months: int | None = None) -> str:
    """A task that takes everybody, on the bureau's matter (`months` between two draws), and on those of these codes."""
    with work.write(OFFICE) as session:
        listed = {one.code: one.public_id for one in matters(session, on=session.today)[0]}
        session.scalars(select(MatterRow).where(MatterRow.code == "LS-01")).one().repeat_months = months
        return draft.create_task(
            session, OFFICE, code=code, title=f"抽查 {code}", matter=listed["LS-01"], strata=EVERYBODY, reserve=0,
            team={"size": 2, "lead_required": True, "cross_district": False, "max_load": None},
            yearly_cap=cap, deadline=session.today + timedelta(days=30), further=[listed[one] for one in also],
        ).public_id  # fmt: skip


def grounds(work: Work, draw: str) -> dict[str, tuple[str | None, str | None]]:
    with work.read() as session:
        frame: dict[str, Any] = json.loads(frame_bytes(session, draw))
    return {unit["id"]: (unit["ground"], unit["note"]) for unit in frame["units"]}


def test_whoever_reached_the_cap_stands_in_the_next_frame_with_the_draws_that_fill_it(
    work: Work, clock: SetClock
) -> None:
    place = bureau.found(work, firms=3)
    first = bureau.drawn(work, bureau.Bureau(place.firms, task(work, "2026-A")))
    _finish(work, first)
    clock.advance(timedelta(days=3))
    second = bureau.committed(work, bureau.Bureau(place.firms, task(work, "2026-B", cap=1)))
    assert set(grounds(work, second).values()) == {
        ("yearly_cap", f"2026 年以 1 次为限：2026-11-20 抽取 {first}")
    }
    clock.advance(timedelta(days=60))
    third = bureau.committed(work, bureau.Bureau(place.firms, task(work, "2027-A", cap=1)))
    assert set(grounds(work, third).values()) == {(None, None)}, "in the new year nobody was inspected yet"


def test_whoever_was_inspected_under_a_matter_is_left_out_until_its_interval_is_over(
    work: Work, clock: SetClock
) -> None:
    place = bureau.found(work, firms=3)
    first = bureau.drawn(work, bureau.Bureau(place.firms, task(work, "2026-A")))
    clock.advance(timedelta(days=90))
    again = bureau.committed(work, bureau.Bureau(place.firms, task(work, "2027-A", months=12)))
    assert {ground for ground, _ in grounds(work, again).values()} == {"same_matter"}
    assert all(first in (note or "") for _, note in grounds(work, again).values())


def test_a_replaced_subject_was_not_inspected_and_does_not_count(work: Work) -> None:
    place = bureau.found(work, firms=4)
    first = bureau.drawn(work, bureau.Bureau(place.firms, task(work, "2026-A")))
    with work.read() as session:
        visit, unit = session.execute(
            select(VisitRow.public_id, SelectionRow.unit).join(SelectionRow).order_by(VisitRow.id)
        ).first()  # type: ignore[misc]
    with work.write(OFFICE) as session:
        asked = replace.ask(session, OFFICE, visit=visit, seat=None, ground="not_operating", reason="已停业")
        asked_id = asked.public_id
    second = Actor.command("second")
    with work.write(second) as session:
        replace.decide(session, second, substitution=asked_id, granted=True)
    _finish(work, first)
    later = bureau.committed(work, bureau.Bureau(place.firms, task(work, "2026-B", cap=1)))
    assert [held for held, (ground, _) in grounds(work, later).items() if ground is None] == [unit]


def test_several_matters_are_one_draw_and_one_visit(work: Work) -> None:
    place = bureau.found(work, firms=3)
    with work.write(OFFICE) as session:
        for code, kind in (("LS-05", "law_firm"), ("GZ-05", "notary_office")):
            draft.publish_matter(
                session, OFFICE, code=code, name="收费抽查", content="收费", object_kind=kind, category="一般检查事项",
                method="书面检查", basis="《律师法》第二十五条", rate="5%", frequency="1 次/年", valid_from=session.today,
            )  # fmt: skip
    with pytest.raises(Invalid) as mixed:
        task(work, "2026-C", "LS-05", "GZ-05")
    assert [fault.rule for fault in mixed.value.fields] == ["several_kinds"]
    draw = bureau.drawn(work, bureau.Bureau(place.firms, task(work, "2026-D", "LS-05")))
    with work.read() as session:
        row = session.scalars(select(DrawRow).where(DrawRow.public_id == draw)).one()
        assert [one.code for one in row.task.matters] == ["LS-01", "LS-05"]
        assert row.task.matter.code == "LS-01"
        assert len(session.scalars(select(VisitRow)).all()) == 3
        page = draw_page(session, draw, on=session.today)
        assert page.matter == "、".join(one.name for one in row.task.matters)
        assert page.matter_basis.endswith("《律师法》第二十五条")


def _visits(work: Work, draw: str) -> list[str]:
    with work.read() as session:
        return list(
            session.scalars(
                select(VisitRow.public_id)
                .join(SelectionRow)
                .join(DrawRow)
                .where(DrawRow.public_id == draw, VisitRow.state != "replaced")
                .order_by(SelectionRow.organisation_id)
            )
        )


def _made(work: Work, visit: str, on: date) -> None:
    with work.write(OFFICE) as session:
        findings.note_finding(
            session, OFFICE, visit=visit, visited_on=on, codes=["1"], measure="none", note="现场检查"
        )


def _finish(work: Work, draw: str) -> None:
    with work.read() as session:
        today = session.today
    for visit in _visits(work, draw):
        _made(work, visit, today)


def test_who_is_drawn_again_before_the_visit_is_visited_once_and_it_counts_once(
    work: Work, clock: SetClock
) -> None:
    place = bureau.found(work, firms=3)
    first = bureau.drawn(work, bureau.Bureau(place.firms, task(work, "2026-A")))
    second = bureau.drawn(work, bureau.Bureau(place.firms, task(work, "2026-B")))
    one, other = _visits(work, first)[0], _visits(work, second)[0]
    with work.read() as session:
        [together] = joint.of(session, one)
        assert (together.public_id, together.task_title) == (other, "抽查 2026-B")
        assert [back.public_id for back in joint.of(session, other)] == [one]
    third = bureau.committed(work, bureau.Bureau(place.firms, task(work, "2026-C", cap=2)))
    assert {ground for ground, _ in grounds(work, third).values()} == {None}, "two draws, one visit"
    clock.advance(timedelta(days=2))
    for visit in (one, other):
        _made(work, visit, date(2026, 11, 22))
    with work.read() as session:
        assert len(joint.of(session, one)) == 1


def test_what_was_made_on_two_days_were_two_visits_and_counts_as_two(work: Work, clock: SetClock) -> None:
    place = bureau.found(work, firms=2)
    first = bureau.drawn(work, bureau.Bureau(place.firms, task(work, "2026-A")))
    second = bureau.drawn(work, bureau.Bureau(place.firms, task(work, "2026-B")))
    clock.advance(timedelta(days=4))
    _made(work, _visits(work, first)[0], date(2026, 11, 22))
    _made(work, _visits(work, second)[0], date(2026, 11, 23))
    with work.read() as session:
        assert joint.of(session, _visits(work, first)[0]) == []
        assert len(joint.of(session, _visits(work, first)[1])) == 1
    third = bureau.committed(work, bureau.Bureau(place.firms, task(work, "2026-C", cap=2)))
    assert sorted(str(ground) for ground, _ in grounds(work, third).values()) == ["None", "yearly_cap"]
    _made(work, _visits(work, second)[0], date(2026, 11, 22))  # the day was written down wrongly
    with work.read() as session:
        assert len(joint.of(session, _visits(work, first)[0])) == 1
