"""A person has one record. Two are made one by two people, with a trace, and a merge wrongly made is undone."""

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import select

from registry.credit import find as credit
from registry.credit import merging, record
from registry.kernel.access import Actor
from registry.kernel.faults import Conflict, Invalid, NotFound, Refused
from registry.kernel.store import Base
from registry.kernel.work import Work, WorkSession
from registry.roster import duplicates, enrol, find, merge
from registry.roster.tables import PractitionerRow
from tests.people import Person
from tests.registry.roster_facts import advocate, firm, lawyer, resident

CLERK, HEAD = Actor.command("clerk"), Actor.command("head")
SignIn = Callable[..., Person]
ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def notary(session: WorkSession, **more: object) -> enrol.Practitioner:
    """Was a notary until 2010; the notary's record has no identity number."""
    known = find.by_name(session, "上海市东海公证处")
    office = (
        known[0]
        if known
        else enrol.enrol_organisation(
            session, CLERK, kind="notary_office", name="上海市东海公证处", district="310101"
        )
    )
    draft = {
        "name": "单勇",
        "profession": "notary",
        "licence_number": "公310200801",
        "organisation": office,
        "granted_on": date(2008, 1, 1),
        "state": "cancelled",
        "state_since": date(2010, 4, 1),
        **more,
    }
    return enrol.enrol_practitioner(session, CLERK, **draft)


def awarded(session: WorkSession, person: enrol.Practitioner, summary: str) -> record.CreditEvent:
    return record.record(
        session,
        CLERK,
        kind="award",
        subject=record.Subject(practitioner=person.id),
        decided_on=date(2012, 1, 1),
        summary=summary,
    )


def both(session: WorkSession) -> tuple[enrol.Practitioner, enrol.Practitioner]:
    return advocate(session, firm(session), name="单勇", id_number=resident(1)), notary(session)


def merged(session: WorkSession, kept: enrol.Practitioner, absorbed: enrol.Practitioner) -> str:
    proposal = merge.propose(session, CLERK, kept=kept, absorbed=absorbed, reason="核对证件，同一人")
    return merging.confirm(session, HEAD, merge=proposal.public_id).public_id


def test_a_lawyer_who_was_notary_under_another_record_becomes_one_person(work: Work) -> None:
    with work.write(CLERK) as session:
        here, before = both(session)
        awarded(session, before, "优秀公证员")
        merged(session, here, before)
    with work.read() as session:
        for asked in (here.public_id, before.public_id):
            person = find.practitioner(session, asked)
            assert person.public_id == here.public_id
            assert [licence.profession for licence in person.licences] == ["lawyer", "notary"]
        assert [one.summary for one in credit.events_of(session, practitioner=here.id)] == ["优秀公证员"]
        for q in ("公310200801", lawyer(1), "单勇"):
            assert [hit.public_id for hit in find.search(session, q)] == [here.public_id]
        assert [one.id for one in find.people_by_name(session, "单勇")] == [here.id]
        (trace,) = duplicates.merges_of(session, here.id)
        assert (trace.outcome, trace.absorbed[0], trace.reason) == (
            "confirmed",
            before.public_id,
            "核对证件，同一人",
        )
        assert (trace.proposed_by, trace.decided_by) == (CLERK.id, HEAD.id)


def test_the_kept_record_gets_the_identity_number_that_it_lacked(work: Work) -> None:
    with work.write(CLERK) as session:
        here, before = both(session)
        merged(session, before, here)
    with work.read() as session:
        assert find.identity(session, before.id) == find.Identity("身份证", resident(1))
        found = find.by_id_number(session, resident(1))
        assert found is not None
        assert found.id == before.id


def test_a_merge_wrongly_made_is_split_and_each_has_their_own_again(work: Work) -> None:
    with work.write(CLERK) as session:
        here, before = both(session)
        own, other = awarded(session, here, "优秀律师"), awarded(session, before, "优秀公证员")
        made = merged(session, before, here)
        later = awarded(session, before, "合并之后的表彰")
        split = merge.propose_split(session, CLERK, merge=made, reason="出生日期不同，不是同一人")
        with pytest.raises(Refused):
            merging.confirm(session, CLERK, merge=split.public_id)
        merging.confirm(session, HEAD, merge=split.public_id)
        with pytest.raises(Conflict):
            merge.propose_split(session, CLERK, merge=made, reason="再拆")
    with work.read() as session:
        assert [one.profession for one in find.practitioner(session, here.public_id).licences] == ["lawyer"]
        assert [one.profession for one in find.practitioner(session, before.public_id).licences] == ["notary"]
        assert [one.id for one in credit.events_of(session, practitioner=here.id)] == [own.id]
        assert {one.id for one in credit.events_of(session, practitioner=before.id)} == {other.id, later.id}
        assert find.identity(session, here.id) == find.Identity("身份证", resident(1))
        assert find.identity(session, before.id) is None
        assert [hit.public_id for hit in find.search(session, lawyer(1))] == [here.public_id]
        assert len(find.search(session, "单勇")) == 2
        assert [one.undoes for one in duplicates.merges_of(session, here.id)] == [made, None]


def test_records_that_cannot_be_one_persons_are_refused(work: Work) -> None:
    with work.write(CLERK) as session:
        place = firm(session)
        one = advocate(session, place, 1, name="单勇", id_number=resident(1))
        other = advocate(session, place, 2, name="单勇", id_number=resident(2))
        unnumbered = advocate(session, place, 3, name="单勇")
        running = notary(session, state=None, state_since=None)

        def refused(kept: enrol.Practitioner, absorbed: enrol.Practitioner) -> str:
            with pytest.raises(Conflict) as fault:
                merge.propose(session, CLERK, kept=kept, absorbed=absorbed, reason="同名")
            return fault.value.rule

        assert refused(one, one) == "same-record"
        assert refused(one, other) == "id-differs"
        assert refused(one, unnumbered) == "serial-differs"
        assert refused(one, running) == "overlap"
        with pytest.raises(Invalid):
            merge.propose(session, CLERK, kept=one, absorbed=other, reason=" ")
        with pytest.raises(NotFound):
            merge.propose(session, CLERK, kept=one, absorbed=find.Found("", 10**6, "", ""), reason="同名")


def test_one_person_proposes_and_another_confirms_once(work: Work) -> None:
    with work.write(CLERK) as session:
        here, before = both(session)
        clerk = Actor("staff", "one", "经办", frozenset({merge.PROPOSE}))
        proposal = merge.propose(session, clerk, kept=here, absorbed=before, reason="核对证件").public_id
        with pytest.raises(Conflict) as waiting:
            merge.propose(session, CLERK, kept=before, absorbed=here, reason="核对证件")
        assert waiting.value.rule == "waiting"
        for actor, fault in (
            (clerk, Refused),
            (Actor("staff", "one", "经办", frozenset({merge.CONFIRM})), Refused),
        ):
            with pytest.raises(fault):
                merge.confirm(session, actor, merge=proposal)
        merge.confirm(session, HEAD, merge=proposal)
        for again in (merge.confirm, merge.decline):
            with pytest.raises(Conflict) as decided:
                again(session, HEAD, merge=proposal)
            assert decided.value.rule == "decided"
        with pytest.raises(Conflict):
            merge.propose(session, CLERK, kept=here, absorbed=before, reason="再次")


def test_every_table_that_names_a_person_by_row_moves_with_the_person(work: Work) -> None:
    """What is left out is written anew (the search index), or is the trace itself."""
    moved = {(column.table.name, column.name) for column in merge.references()}
    named = {
        (table.name, key.parent.name)
        for table in Base.metadata.sorted_tables
        for key in table.foreign_keys
        if key.column.table is PractitionerRow.__table__
    }
    assert named - moved == {
        ("reg_names", "practitioner_id"),
        ("reg_merges", "kept_id"),
        ("reg_merges", "absorbed_id"),
    }
    with work.write(CLERK) as session:
        here, before = both(session)
        merged(session, here, before)
        for column in merge.references():
            found = session.scalars(select(column).where(column == before.id)).all()
            assert found == [], column


def test_whoever_absorbed_another_may_be_merged_in_turn(work: Work) -> None:
    with work.write(CLERK) as session:
        here, before = both(session)
        merged(session, here, before)
        third = notary(
            session,
            licence_number="公310200802",
            granted_on=date(2005, 1, 1),
            state_since=date(2007, 1, 1),
        )
        merged(session, third, here)
    with work.read() as session:
        for asked in (here, before, third):
            assert find.practitioner(session, asked.public_id).public_id == third.public_id


def test_likely_duplicates_are_suggested_and_a_declined_pair_no_more(work: Work) -> None:
    """Same name and day of birth, or a record without an identity number; two lawyers with other serials are namesakes."""
    with work.write(CLERK) as session:
        place = firm(session)
        one = advocate(session, place, 1, name="单勇", id_number=resident(1))
        advocate(session, place, 2, name="单勇", id_number=resident(2))
        before = notary(session, id_number=resident(4))
        advocate(session, place, 5, name="沈立", id_number=resident(5))
        notary(session, name="沈立", licence_number="公310200803", id_number=resident(6, born="19700101"))
    with work.write(CLERK) as session:
        found, after = duplicates.suggestions(session, limit=20)
        assert after is None
        pairs = {frozenset((pair.one[0], pair.other[0])) for pair in found}
        assert frozenset((one.public_id, before.public_id)) in pairs
        assert len(pairs) == 2
        assert {pair.why for pair in found} == {"姓名和出生日期相同"}
    with work.write(CLERK) as session:
        plain = advocate(session, firm(session, "上海东方律师事务所"), 9, name="曾志", id_number=resident(9))
        other = notary(session, name="曾志", licence_number="公310200809")
        assert len(duplicates.suggestions(session, limit=20)[0]) == 3
        proposal = merge.propose(session, CLERK, kept=plain, absorbed=other, reason="同名")
        assert len(duplicates.suggestions(session, limit=20)[0]) == 2
        merge.decline(session, HEAD, merge=proposal.public_id)
        assert len(duplicates.suggestions(session, limit=20)[0]) == 2


@ONE_DATABASE
def test_clerk_and_head_merge_in_the_browser_and_old_addresses_lead_on(work: Work, sign_in: SignIn) -> None:
    with work.write(CLERK) as session:
        here, before = both(session)
    clerk, head = sign_in("clerk"), sign_in("head")
    listed = clerk.get("/staff/roster/duplicates").text
    assert "其中一份没有登记证件号码" in listed
    at = f"/staff/roster/practitioners/{here.public_id}/merge"
    assert "公310200801" in clerk.get(f"{at}?other={before.public_id}").text
    refused = clerk.post(at, other="公310200801", reason="")
    assert (refused.status_code, "请写明依据" in refused.text) == (422, True)
    unknown = clerk.post(at, other="nobody", reason="核对")
    assert (unknown.status_code, "没有找到这份档案" in unknown.text) == (422, True)
    proposed = clerk.post(at, other="公310200801", reason="核对证件")
    assert proposed.status_code == 303
    assert "确认合并</button>" not in clerk.get(proposed.location).text
    assert clerk.post(f"{proposed.location}/confirm").status_code == 403
    assert "确认合并：单勇" in head.get("/staff").text
    assert "确认合并</button>" in head.get(proposed.location).text
    assert head.post(f"{proposed.location}/confirm").status_code == 303
    for prefix in ("/staff/roster/practitioners", "/practitioners"):
        moved = clerk.get(f"{prefix}/{before.public_id}")
        assert (moved.status_code, moved.location) == (301, f"{prefix}/{here.public_id}")
    moved = clerk.get(f"/practitioners/{before.public_id}.json")
    assert (moved.status_code, moved.location) == (301, f"/practitioners/{here.public_id}.json")
    assert "公证员执业许可" in clerk.get(f"/staff/roster/practitioners/{here.public_id}").text
    split = clerk.post(f"{proposed.location}/split", reason="不是同一人")
    assert head.post(f"{split.location}/confirm").status_code == 303
    assert clerk.get(f"/practitioners/{before.public_id}").status_code == 200
