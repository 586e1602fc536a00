"""What people type who look somebody up: other scripts, slips, a district beside a name, and narrowing what they find."""

from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import select, update

from registry.kernel.access import Actor
from registry.kernel.faults import Invalid
from registry.kernel.work import Work, WorkSession
from registry.roster import enrol, find, index
from registry.roster.narrowing import Narrowed
from registry.roster.tables import GramRow, NameRow
from tests.registry.roster_facts import advocate, code, firm, lawyer, resident

CLERK = Actor.command("clerk")
PEOPLE = ("张伟明", "欧阳震华", "李昇平", "㛃子", "𠮷野𠮷", "O'NEIL", "钟嘉豪", "冯丽娟")


@pytest.fixture
def city(work: Work) -> Iterator[WorkSession]:
    with work.write(CLERK) as session:
        yingke = firm(session, "北京盈科（上海）律师事务所", uscc=code("31", 7), district="310101")
        firm(session, "上海錦天城律師事務所", district="310115")
        office = enrol.enrol_organisation(
            session, CLERK, kind="notary_office", name="上海市东方公证处", district="310115"
        )
        for serial, name in enumerate(PEOPLE, 1):
            advocate(session, yingke, serial, name=name, id_number=resident(serial))
        enrol.enrol_practitioner(
            session, CLERK, name="张伟", profession="notary", licence_number="公31001", organisation=office,
            granted_on=date(2015, 1, 1),
        )  # fmt: skip
        gone = advocate(session, yingke, 20, name="张伟", id_number=resident(20))
        enrol.change_state(
            session, CLERK, licence=gone.licence, state="cancelled", on=date(2020, 1, 1), reason="本人申请"
        )
    with work.read() as session:
        yield session


def names(hits: list[find.Hit]) -> list[str]:
    return [hit.name for hit in hits]


def test_traditional_and_rare_characters_find_the_same_people(city: WorkSession) -> None:
    for typed, found in (
        ("張偉明", "张伟明"), ("歐陽震華", "欧阳震华"), ("鐘嘉豪", "钟嘉豪"), ("鍾嘉豪", "钟嘉豪"), ("馮麗娟", "冯丽娟"),
        ("李升平", "李昇平"), ("锦天城律师", "上海錦天城律師事務所"), ("錦天城", "上海錦天城律師事務所"), ("㛃", "㛃子"), ("𠮷野", "𠮷野𠮷"),
        ("o'neil", "O'NEIL"), ("Ｏ'ＮＥＩＬ", "O'NEIL"),
    ):  # fmt: skip
        assert found in names(find.search(city, typed)), typed


def test_two_who_write_their_names_otherwise_stay_two_people(city: WorkSession) -> None:
    assert find.people_by_name(city, "李升平") == []
    assert [one.name for one in find.people_by_name(city, "李昇平")] == ["李昇平"]


def test_a_slip_leads_to_whoever_was_meant(city: WorkSession) -> None:
    for typed, meant in (
        ("张炜明", "张伟明"), ("章伟明", "张伟明"), ("张微明", "张伟明"), ("欧阳振华", "欧阳震华"), ("欧阳真华", "欧阳震华"), ("冯莉娟", "冯丽娟"),
        ("zangweiming", "张伟明"), ("zhonjiahao", "钟嘉豪"), ("盈科律所事务所", "北京盈科（上海）律师事务所"), ("东方公正处", "上海市东方公证处"),
    ):  # fmt: skip
        assert find.search(city, typed) == [], typed
        assert names(find.similar(city, typed, Narrowed()))[:1] == [meant], typed


def test_a_slip_in_a_number_leads_to_nobody(city: WorkSession) -> None:
    """Else numbers could be tried out, and a wrong one would be answered with somebody's right one."""
    wrong = lawyer(1)[:-1] + "9"
    assert find.similar(city, wrong, Narrowed()) == []
    assert find.similar(city, "完全没有的怪名", Narrowed()) == []


def test_a_search_is_kept_to_kind_district_standing_and_workplace(city: WorkSession) -> None:
    def found(q: str, kinds: tuple[str, ...] = (), **asked: str) -> set[str]:
        return {
            f"{hit.name} {hit.detail[:3]}"
            for hit in find.search(city, q, narrowed=Narrowed.to(kinds, **asked))
        }

    assert found("张伟") == {"张伟 公证员", "张伟 律师 ", "张伟明 律师 "}
    assert found("张伟", ("notary",)) == {"张伟 公证员"}
    assert found("张伟", district="310101") == {"张伟 律师 ", "张伟明 律师 "}
    assert found("张伟", standing="ended") == {"张伟 律师 "}
    assert found("张伟", standing="active") == {"张伟 公证员", "张伟明 律师 "}
    assert found("张伟", at="盈科") == {"张伟 律师 ", "张伟明 律师 "}
    assert (
        found("张伟", ("organisation",)) == found("张伟", at="%") == found("张伟", district="999999") == set()
    )
    assert found("上海", district="310115") == {"上海錦天城律師事務所 律师事", "上海市东方公证处 公证处"}
    with pytest.raises(Invalid):
        Narrowed.to(standing="asleep")


def test_facets_count_what_each_choice_would_leave(city: WorkSession) -> None:
    looked_at = find.matching(city, "张伟", limit=100)
    free = find.facets(city, looked_at, Narrowed())
    assert free.kinds == {"lawyer": 2, "notary": 1}
    assert free.districts == {"310101": 2, "310115": 1}
    assert free.standings == {"active": 2, "ended": 1}
    chosen = find.facets(city, looked_at, Narrowed.to(["lawyer"]))
    assert chosen.kinds == free.kinds, "the other professions can still be chosen instead"
    assert chosen.standings == {"active": 1, "ended": 1}
    for kind, count in free.kinds.items():
        assert len(find.search(city, "张伟", narrowed=Narrowed.to([kind]))) == count


def test_without_a_query_everybody_of_a_kind_is_leafed_through(city: WorkSession) -> None:
    everybody, end = find.leaf_through(city, Narrowed.to(["lawyer"]), limit=100)
    assert set(names(everybody)) == {*PEOPLE, "张伟"}
    assert end is None
    paged: list[find.Hit] = []
    after: str | None = None
    while True:
        page, after = find.leaf_through(city, Narrowed.to(["lawyer"]), limit=2, after=after)
        paged += page
        if after is None:
            break
    assert paged == everybody


def test_a_name_indexed_by_older_tables_is_renewed_by_the_nightly_job(work: Work, city: WorkSession) -> None:
    with work.read() as session:
        name_id = session.scalars(select(NameRow.id).where(NameRow.key == "李升平")).one()
    with work.housekeeping() as session:
        session.execute(update(NameRow).where(NameRow.id == name_id).values(key="李昇平"))
        session.execute(
            update(GramRow).where(GramRow.name_id == name_id, GramRow.gram == "升平").values(gram="昇平")
        )
    with work.read() as session:
        assert find.search(session, "升平") == []
    assert index.renew(work) == {"renewed": 1}
    assert index.renew(work) == {"renewed": 0}
    with work.read() as session:
        assert names(find.search(session, "升平")) == ["李昇平"]
