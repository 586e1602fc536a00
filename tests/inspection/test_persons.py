"""Draws from natural persons: everybody stands in the frame, nobody can be told from it, and only the drawn are opened."""

import json
from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from inspection.ceremony import find as draws
from inspection.ceremony import frames, persons
from inspection.ceremony.tables import DrawRow, OpeningRow, PseudonymsRow, SelectionRow
from inspection.draw.verify import verify
from inspection.plan import draft, pseudonyms
from inspection.plan.tables import InspectorRow
from inspection.visits import find as visits
from inspection.visits import findings, replace
from publicity.release import intake
from publicity.release.tables import Release
from registry.credit import find as credit
from registry.credit import record as facts
from registry.kernel.access import Actor
from registry.kernel.work import Work
from registry.roster import enrol, find, merge
from tests.inspection import bureau, lawyers
from tests.inspection.bureau import OFFICE

ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
HEAD = Actor.command("head")


def frame_of(work: Work, draw: str) -> dict[str, Any]:
    with work.read() as session:
        return dict(json.loads(draws.frame_bytes(session, draw)))


def owners(work: Work, draw: str) -> Mapping[str, str]:
    """Practitioners (public ids) by unit: what the office alone could read."""
    with work.read() as session:
        row = session.scalars(select(DrawRow.id).where(DrawRow.public_id == draw)).one()
        return {one.unit: one.subject for one in persons.of_draw(session, row)}


def test_everybody_stands_in_the_frame_under_a_pseudonym_and_the_drawn_alone_are_opened(work: Work) -> None:
    place = lawyers.found(work)
    draw = bureau.committed(work, place.at)
    document, known = frame_of(work, draw), owners(work, draw)
    assert set(known.values()) == {person.public_id for person in place.people}
    assert [unit["id"] for unit in document["units"]] == sorted(known)
    assert {unit["kind"] for unit in document["units"]} == {"lawyer"}
    # Six at each firm: none of the three districts singles anybody out.
    assert Counter(unit["district"] for unit in document["units"]) == {"310101": 12, "310104": 6, "310106": 6}
    assert {person["id"] for person in document["inspectors"] if "lawyer" in person["kinds"]} == {
        f"09{n:04d}" for n in range(8)
    }
    bureau.throw(work, draw, bureau.DICE, bureau.SECOND_DICE)
    record = bureau.run(work, draw)
    assert verify(record) == []
    drawn = [entry["unit"] for entry in record["selected"]]
    assert len(drawn) == 6
    with work.read() as session:
        page = draws.draw_page(session, draw, on=session.today)
        assert [chosen.unit for chosen in page.chosen] == drawn
        for chosen in page.chosen:
            assert chosen.person is not None
            person = find.practitioner(session, known[chosen.unit])
            told = (chosen.name, chosen.person.licence_number, chosen.person.firm)
            licence = person.licences[0]
            assert licence.organisation is not None
            assert told == (person.name, licence.number, licence.organisation.name)
            # Anybody can hash it: the frame was bound to this very person before there was chance.
            opening = f"unit|{chosen.person.subject}|{chosen.person.nonce}"
            assert sha256(opening.encode()).hexdigest() == chosen.unit
        assert set(session.scalars(select(OpeningRow.unit))) == set(drawn)
        assert {one.name for one in page.reserves} == {f"化名 {one.unit[:12]}" for one in page.reserves}
        sealed = session.scalars(select(PseudonymsRow.written)).one()
        assert not [person for person in place.people if person.public_id.encode() in sealed]


def test_two_draws_of_the_same_people_share_no_unit(work: Work) -> None:
    place = lawyers.found(work)
    first, second = bureau.drawn(work, place.at), bureau.drawn(work, lawyers.next_task(work, place))
    one, other = owners(work, first), owners(work, second)
    assert set(one.values()) == set(other.values())
    assert not one.keys() & other.keys()
    with work.read() as session:
        compared = frames.compared(session, second)
    # Nobody can be followed from one frame to the next; how many stand how can.
    assert compared is not None
    assert not compared.changes
    assert [(standing[1:], now - was) for standing, was, now in compared.groups] == [
        (("eligible", None), -6),
        (("excluded", "yearly_cap"), 6),
    ]


@ONE_DATABASE
def test_the_cap_counts_a_persons_own_visits_and_tells_nothing_else_of_them(work: Work) -> None:
    place = lawyers.found(work)
    with work.write(OFFICE) as session:
        for person in place.people[:3]:
            facts.record(
                session,
                OFFICE,
                kind="bar_sanction",
                subject=facts.Subject(practitioner=person.id),
                decided_on=session.today - timedelta(days=30),
                summary="行业处分",
                detail={"sanction": "训诫"},
            )
    first = bureau.drawn(work, place.at)
    second = bureau.committed(work, lawyers.next_task(work, place))
    strata = Counter(unit["stratum"] for unit in frame_of(work, first)["units"])
    assert strata == {"A": 21, "B": 3}
    document, known = frame_of(work, second), owners(work, second)
    with work.read() as session:
        subjects = {
            chosen.person.subject
            for chosen in draws.draw_page(session, first, on=session.today).chosen
            if chosen.person
        }
    left_out = [unit for unit in document["units"] if unit["status"] == "excluded"]
    assert {known[unit["id"]] for unit in left_out} == subjects
    assert {(unit["stratum"], unit["district"], unit["ground"], unit["note"]) for unit in left_out} == {
        ("A", None, "yearly_cap", None)
    }
    # The firms where the visits take place were not inspected themselves.
    firms = bureau.committed(work, place.bureau)
    assert {unit["status"] for unit in frame_of(work, firms)["units"]} == {"eligible"}


@ONE_DATABASE
def test_who_is_recused_from_a_firm_does_not_inspect_its_people(work: Work) -> None:
    place = lawyers.found(work)
    own, friend = place.bureau.firms[0], place.people[1]
    with work.write(OFFICE) as session:
        for certificate, subject in (("090000", own.public_id), ("090001", friend.public_id)):
            inspector = session.scalars(
                select(InspectorRow.public_id).where(InspectorRow.certificate == certificate)
            ).one()
            draft.declare_recusal(
                session, OFFICE, inspector=inspector, organisation=subject, reason="配偶在该所执业"
            )
    draw = bureau.committed(work, place.at)
    known = owners(work, draw)
    recused = {
        person["id"]: {known[unit] for unit in person["recused"]}
        for person in frame_of(work, draw)["inspectors"]
        if person["recused"]
    }
    assert recused == {
        "090000": {person.public_id for person in place.people[::4]},
        "090001": {friend.public_id},
    }


def test_a_reserve_who_comes_in_is_opened_and_visited(work: Work) -> None:
    place = lawyers.found(work)
    draw = bureau.drawn(work, place.at)
    with work.read() as session:
        visit = visits.worklist(session, limit=1)[0][0]
    assert visit.subject_kind == "practitioner"
    with work.write(OFFICE) as session:
        asked = replace.ask(
            session, OFFICE, visit=visit.public_id, seat=None, ground="not_operating", reason="已无法联系"
        ).public_id
    with work.write(HEAD) as session:
        comes_in = replace.decide(session, HEAD, substitution=asked, granted=True)
    known = owners(work, draw)
    with work.read() as session:
        found = visits.visit(session, comes_in)
        page = draws.draw_page(session, draw, on=session.today)
        record = json.loads(draws.record_bytes(session, draw))
    assert found.unit == record["substitutions"][0]["unit_in"]
    assert found.subject_id == known[found.unit]
    assert found.organisation in {firm.public_id for firm in place.bureau.firms}
    [step] = page.substitutions
    assert step.person is not None
    assert (step.name, step.came_in[0]) == (visit.subject_name, found.subject_name)
    assert verify(record) == []


def test_a_visit_to_a_person_becomes_a_fact_about_the_person(work: Work) -> None:
    place = lawyers.found(work)
    bureau.drawn(work, place.at)
    with work.read() as session:
        visit = visits.worklist(session, limit=1)[0][0]
    with work.write(OFFICE) as session:
        findings.note_finding(
            session,
            OFFICE,
            visit=visit.public_id,
            visited_on=session.today,
            codes=["1"],
            measure="none",
            note="",
        )
    with work.write(HEAD) as session:
        findings.close(session, HEAD, visit=visit.public_id)
    with work.read() as session:
        [event] = credit.events_of(session, practitioner=find.practitioner(session, visit.subject_id).id)
        assert event.kind.code == "inspection_finding"
        assert credit.events_of(session, organisation=place.bureau.firms[0].id) == []
    assert intake.run(work) == {"drafted": 1}
    with work.read() as session:
        [release] = session.scalars(select(Release))
        assert release.event_id == event.id


def test_records_merged_after_the_freezing_are_one_person_to_everything_that_follows(work: Work) -> None:
    place = lawyers.found(work)
    draw = bureau.committed(work, place.at)
    bureau.throw(work, draw, bureau.DICE, bureau.SECOND_DICE)
    known = owners(work, draw)
    with work.write(OFFICE) as session:
        kept = enrol.enrol_practitioner(
            session,
            OFFICE,
            name="欧阳清和",
            profession="legal_aid_worker",
            licence_number="援310200801",
            organisation=enrol.enrol_organisation(
                session, OFFICE, kind="legal_aid_centre", name="示范市法律援助中心", district="310101"
            ),
            granted_on=session.today - timedelta(days=900),
        )
        proposed = [
            merge.propose(session, OFFICE, kept=kept, absorbed=person, reason="证件核对一致").public_id
            for person in place.people[:1]
        ]
    with work.write(HEAD) as session:
        for one in proposed:
            merge.confirm(session, HEAD, merge=one)
        row = session.scalars(select(DrawRow.id).where(DrawRow.public_id == draw)).one()
        assert persons.units_of(session, row, kept.id) == [
            unit for unit, subject in known.items() if subject == place.people[0].public_id
        ]
    bureau.run(work, draw)
    second = bureau.committed(work, lawyers.next_task(work, place))
    with work.read() as session:
        counted = {one for one in session.scalars(select(SelectionRow.practitioner_id)) if one}
        subjects = {
            find.named(session, practitioners=counted)["practitioner", one].public_id
            for one in counted
            if one
        }
    later = owners(work, second)
    left_out = {later[unit["id"]] for unit in frame_of(work, second)["units"] if unit["status"] == "excluded"}
    assert left_out == subjects
    assert kept.public_id in later.values()


@ONE_DATABASE
def test_the_next_draw_of_people_without_inspectors_has_them_under_new_pseudonyms(work: Work) -> None:
    place = lawyers.found(
        work, team={"size": 2, "lead_required": True, "cross_district": False, "max_load": 1}
    )
    draw = bureau.committed(work, place.at)
    bureau.throw(work, draw, bureau.DICE, bureau.SECOND_DICE)
    record = bureau.run(work, draw)
    assert record["assignments"] is None
    known = owners(work, draw)
    drawn = {known[entry["unit"]] for entry in record["selected"]}
    with work.read() as session:
        assert {
            one.person.subject
            for one in draws.draw_page(session, draw, on=session.today).chosen
            if one.person
        } == drawn
    following = bureau.committed(work, place.at)
    again, document = owners(work, following), frame_of(work, following)
    mandatory = {again[unit["id"]] for unit in document["units"] if unit["status"] == "mandatory"}
    assert mandatory == drawn
    assert not known.keys() & again.keys()


@ONE_DATABASE
def test_a_successor_that_keeps_the_frame_keeps_its_pseudonyms(work: Work) -> None:
    place = lawyers.found(work)
    draw = bureau.committed(work, place.at)
    bureau.throw(work, draw, bureau.DICE)
    bureau.void(work, draw, "chance_withheld")
    plan = [{"kind": "dice", "by": "witness"}, {"kind": "dice", "by": "witness3"}]
    successor = bureau.committed(work, place.at, plan, supersedes=draw)
    assert owners(work, successor) == owners(work, draw)
    bureau.throw(work, successor, bureau.DICE, bureau.SECOND_DICE)
    assert len(bureau.run(work, successor)["selected"]) == 6


UNITS = st.lists(
    st.fixed_dictionaries(
        {
            "stratum": st.sampled_from("ABCD"),
            "district": st.sampled_from([None, "310101", "310104", "310106"]),
            "status": st.sampled_from(["eligible", "eligible", "eligible", "mandatory", "excluded"]),
            "note": st.sampled_from([None, "抽取 abc"]),
        }
    ),
    max_size=60,
)


@given(UNITS, st.integers(1, 6))
def test_nobody_stands_in_a_frame_with_a_place_that_too_few_share(
    units: list[dict[str, object]], smallest: int
) -> None:
    told = pseudonyms.blurred(units, first_stratum="A", smallest_group=smallest)
    assert [unit["status"] for unit in told] == [unit["status"] for unit in units]
    assert not any(unit["note"] for unit in told)
    drawn_from = [unit for unit in told if unit["status"] != "excluded"]
    # What decides the chance is never touched.
    assert [unit["stratum"] for unit in drawn_from] == [
        unit["stratum"] for unit in units if unit["status"] != "excluded"
    ]
    groups = Counter((unit["stratum"], unit["district"]) for unit in drawn_from)
    strata = {stratum for stratum, district in groups if district is not None}
    assert all(size >= smallest for (stratum, _), size in groups.items() if stratum in strata)
    assert {(unit["stratum"], unit["district"]) for unit in told if unit["status"] == "excluded"} <= {
        ("A", None)
    }


@given(st.binary(min_size=16, max_size=16), st.binary(min_size=16, max_size=16))
def test_a_pseudonym_binds_one_person_and_survives_its_sealing(one: bytes, other: bytes) -> None:
    made = [pseudonyms.made("a" * 16, lambda _size: one), pseudonyms.made("b" * 16, lambda _size: other)]
    assert made[0].unit != made[1].unit
    assert pseudonyms.read(pseudonyms.written(made)) == made
