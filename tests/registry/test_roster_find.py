"""How the roster is asked: search, paging, and the population of a day."""

from collections.abc import Iterator
from datetime import date

import pytest

from registry.kernel.access import Actor
from registry.kernel.faults import Invalid
from registry.kernel.work import Work, WorkSession
from registry.roster import enrol, find
from registry.roster.drafts import NewPractitioner
from tests.registry.roster_facts import advocate, code, firm, lawyer, resident

CLERK = Actor.command("clerk")


@pytest.fixture
def city(work: Work) -> Iterator[WorkSession]:
    """Some firms, a notary office and people with awkward names."""
    with work.write(CLERK) as session:
        yingke = firm(session, "北京盈科（上海）律师事务所", uscc=code("31", 7))
        firm(session, "上海锦天城律师事务所", district="310115")
        firm(session, "盈科咨询律师事务所")
        office = enrol.enrol_organisation(
            session, CLERK, kind="notary_office", name="上海市东方公证处", district="310101"
        )
        for serial, name in enumerate(
            ("单勇", "曾勇", "单勇毅", "陳大文", "阿卜杜·热合曼", "ANNA LEE", "王单勇"), 1
        ):
            advocate(session, yingke, serial, name=name, id_number=resident(serial))
        enrol.enrol_practitioner(
            session,
            CLERK,
            name="张三",
            profession="notary",
            licence_number="公31001",
            organisation=office,
            granted_on=date(2015, 1, 1),
        )
    with work.read() as session:
        yield session


def test_everybody_is_found_by_what_people_type(city: WorkSession) -> None:
    for typed, names in (
        ("单勇", ["单勇", "单勇毅", "王单勇"]),
        ("勇", ["单勇", "曾勇", "单勇毅", "王单勇"]),
        ("shanyong", ["单勇", "单勇毅"]),
        ("zy", ["曾勇"]),
        ("陈大文", ["陳大文"]),
        ("热合曼", ["阿卜杜·热合曼"]),
        ("阿卜杜热合", ["阿卜杜·热合曼"]),
        ("anna", ["ANNA LEE"]),
        ("Ａｎｎａ　ｌｅｅ", ["ANNA LEE"]),
        ("盈科", ["盈科咨询律师事务所", "北京盈科（上海）律师事务所"]),
        ("盈科（上", ["北京盈科（上海）律师事务所"]),
        ("yingke", ["北京盈科（上海）律师事务所", "盈科咨询律师事务所"]),
        ("jtc", ["上海锦天城律师事务所"]),
        ("dongfang", ["上海市东方公证处"]),
        (lawyer(2), ["曾勇"]),
        ("1310120101000", ["单勇", "曾勇", "单勇毅", "陳大文", "阿卜杜·热合曼", "ANNA LEE", "王单勇"]),
        (code("31", 7).lower(), ["北京盈科（上海）律师事务所"]),
        ("公31001", ["张三"]),
        ("不存在", []),
        ("100%", []),
        ("_", []),
        ("  ", []),
        (resident(1), []),
    ):
        assert sorted(hit.name for hit in find.search(city, typed)) == sorted(names), typed


def test_the_exact_name_comes_first_then_beginnings_then_the_rest(city: WorkSession) -> None:
    assert [hit.name for hit in find.search(city, "单勇")] == ["单勇", "单勇毅", "王单勇"]


def test_hits_tell_namesakes_apart_and_can_be_kept_to_a_kind(city: WorkSession) -> None:
    details = {hit.name: (hit.kind, hit.detail) for hit in find.search(city, "上海")}
    assert details["上海市东方公证处"] == ("organisation", "公证处 · 黄浦区")
    assert find.search(city, "单勇")[0].detail == "律师 · 北京盈科（上海）律师事务所"
    assert {hit.name for hit in find.search(city, "z", kinds=["practitioner"])} == {"曾勇", "张三"}
    assert {hit.name for hit in find.search(city, "z", kinds=["notary"])} == {"张三"}
    assert {hit.name for hit in find.search(city, "上海", kinds=["notary_office"])} == {"上海市东方公证处"}
    with pytest.raises(Invalid):
        find.search(city, "上海", kinds=["bank"])


def test_pages_follow_each_other_without_loss_or_repetition(city: WorkSession) -> None:
    """z begins names, pinyin and initials at once, 律师 stands inside: both tiers are crossed at every page size."""
    for typed in ("勇", "律师", "s", "单勇", "上海"):
        whole = find.search(city, typed, limit=100)
        assert len({hit.public_id for hit in whole}) == len(whole)
        for size in (1, 2, 3):
            paged: list[find.Hit] = []
            while page := find.search(city, typed, limit=size, after=paged[-1].next if paged else None):
                paged += page
            assert paged == whole
    with pytest.raises(Invalid):
        find.search(city, "勇", after="2.x.")


def test_the_population_of_a_day_is_who_practised_that_day_and_where(work: Work) -> None:
    with work.write(CLERK) as session:
        old = firm(session, district="310101")
        new = firm(session, "上海海川律师事务所", district="310115", established_on=date(2018, 1, 1))
        moved = advocate(session, old, 1, name="转所人")
        gone = advocate(session, old, 2, name="注销人")
        late = advocate(session, old, 3, name="新人", granted_on=date(2024, 6, 1))
        stopped = advocate(session, old, 4, name="停业人")
        enrol.transfer(session, CLERK, licence=moved.licence, organisation=new, on=date(2022, 1, 1))
        enrol.change_state(
            session, CLERK, licence=gone.licence, state="cancelled", on=date(2023, 1, 1), reason="申请注销"
        )
        enrol.change_state(
            session, CLERK, licence=stopped.licence, state="suspended", on=date(2023, 1, 1), reason="处罚"
        )
        enrol.change_state(
            session, CLERK, licence=stopped.licence, state="practising", on=date(2023, 7, 1), reason="期满"
        )
        enrol.change_organisation_state(
            session, CLERK, organisation=old, state="suspended", on=date(2025, 1, 1), reason="处罚"
        )
    names = {
        moved.public_id: "moved",
        gone.public_id: "gone",
        late.public_id: "late",
        stopped.public_id: "stopped",
    }
    with work.read() as session:

        def on(day: date) -> dict[str, tuple[str | None, str]]:
            return {
                names[one.public_id]: (one.district, one.state)
                for one in find.population(session, "lawyer", on=day)
            }

        assert on(date(2009, 1, 1)) == {}
        assert on(date(2021, 12, 31)) == {
            "moved": ("310101", "practising"),
            "gone": ("310101", "practising"),
            "stopped": ("310101", "practising"),
        }
        assert on(date(2022, 1, 1))["moved"] == ("310115", "practising")
        assert on(date(2023, 6, 30)) == {
            "moved": ("310115", "practising"),
            "stopped": ("310101", "suspended"),
        }
        assert set(on(date(2026, 11, 20))) == {"moved", "stopped", "late"}
        firms = {
            one.public_id: one.state for one in find.population(session, "law_firm", on=date(2025, 6, 1))
        }
        assert firms == {old.public_id: "suspended", new.public_id: "normal"}
        assert [one.public_id for one in find.population(session, "law_firm", on=date(2017, 1, 1))] == [
            old.public_id
        ]


def test_a_population_is_streamed_in_one_order(work: Work) -> None:
    with work.write(CLERK) as session:
        place = firm(session)
        drafts = (
            NewPractitioner(
                name=f"张{chr(0x4E00 + n)}",
                profession="lawyer",
                licence_number=lawyer(n),
                organisation=place,
                granted_on=date(2010, 1, 1),
            )
            for n in range(2_345)
        )
        enrol.enrol_practitioners(session, CLERK, drafts)
    with work.read() as session:
        ids = [one.public_id for one in find.population(session, "lawyer", on=date(2026, 1, 1))]
        assert len(set(ids)) == 2_345
        assert ids == sorted(ids)
        listed: list[find.Listed] = []
        while page := find.browse(
            session, "lawyer", district="310101", limit=1_000, after=listed[-1].next if listed else 0
        ):
            listed += page
        assert {one.public_id for one in listed} == set(ids)
        assert len(find.members(session, place.id, limit=10)) == 10
