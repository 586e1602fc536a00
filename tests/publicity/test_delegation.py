"""The leader is away for a week: the head of section stands in, for what neither of them had a hand in."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from publicity.release.delegation import find
from publicity.release.tables import Release
from registry.accounts import audit, staff
from registry.kernel.clock import SetClock
from registry.kernel.host import Host
from registry.kernel.work import Work
from tests.people import Person
from tests.publicity import office
from tests.publicity.office import OFFICE

Hire = Callable[..., Person]


def arranged(
    by: Person, absent: Person, delegate: Person, agreed_by: Person, /, **fields: object
) -> TestResponse:
    form = {
        "absent": absent.id,
        "delegate": delegate.id,
        "agreed_by": agreed_by.id,
        "steps": ["approve"],
        "from_on": "2026-11-20",
        "until_on": "2026-11-26",
        **fields,
    }
    return by.post("/staff/delegations", **form)


@pytest.fixture
def cleared(host: Host) -> str:
    """A penalty that waits for its approval; the three before are other people."""
    release = office.release_of(host.work, office.penalty(host.work, office.enrol(host.work)))
    people = office.team(host)
    for step, name in office.SIX[:3]:
        office.take(host.work, people[name], step, release)
    return release


def approve(work: Work, person: Person, release: str) -> int:
    with work.read() as session:
        revision = session.scalars(select(Release.revision).where(Release.public_id == release)).one()
    return person.post(f"/staff/releases/{release}/steps/approve", revision=str(revision)).status_code


def test_a_deputy_takes_the_step_and_the_release_says_for_whom(
    host: Host, sign_in: Hire, clock: SetClock, cleared: str
) -> None:
    leader, head, boss = sign_in("leader"), sign_in("head"), sign_in("leader", username="leader2")
    assert approve(host.work, head, cleared) == 403
    assert cleared not in head.get("/staff/releases").text
    assert arranged(boss, leader, head, boss, reason="赴京学习").status_code == 303
    listed = head.get("/staff/delegations").text
    assert "由 测试head 代 测试leader" in listed
    assert "进行中" in listed
    assert cleared in head.get("/staff/releases").text
    assert cleared in head.get("/staff").text, "it waits on the page of everybody's work"
    assert "您代 测试leader 办理本步" in head.get(f"/staff/releases/{cleared}").text
    assert approve(host.work, head, cleared) == 303
    assert "由 测试head 代 测试leader" in boss.get(f"/staff/releases/{cleared}").text
    with host.work.read() as session:
        row = session.scalars(select(Release).where(Release.public_id == cleared)).one()
        assert (row.steps[-1].actor, row.steps[-1].behalf) == (head.id, leader.id)
    # Back from the journey, the leader had a hand in this one: no later step is theirs.
    publish = leader.post(f"/staff/releases/{cleared}/steps/publish", revision=str(row.revision))
    assert publish.status_code == 403


def test_a_delegation_ends_by_itself_and_before_its_first_day_gives_nothing(
    host: Host, sign_in: Hire, clock: SetClock, cleared: str
) -> None:
    leader, head, boss = sign_in("leader"), sign_in("head"), sign_in("leader", username="leader2")
    assert arranged(boss, leader, head, boss, from_on="2026-11-23").status_code == 303
    assert "未开始" in head.get("/staff/delegations").text
    assert approve(host.work, head, cleared) == 403
    clock.advance(timedelta(days=6))
    with host.work.read() as session:
        assert find.stood_in_for(session, head.id) == {"approve": [leader.id]}, "its last day counts"
    clock.advance(timedelta(days=1))
    with host.work.read() as session:
        assert find.stood_in_for(session, head.id) == {}
    assert approve(host.work, sign_in("head", username="head3"), cleared) == 403


def test_either_of_the_two_ends_it_early_and_a_lost_post_ends_it_too(
    host: Host, sign_in: Hire, cleared: str
) -> None:
    leader, head, boss = sign_in("leader"), sign_in("head"), sign_in("leader", username="leader2")
    clerk = sign_in("clerk")
    arranged(boss, leader, head, boss)
    with host.work.read() as session:
        one = find.delegations(session, limit=1)[0].public_id
    assert clerk.post(f"/staff/delegations/{one}/end").status_code == 403
    assert leader.post(f"/staff/delegations/{one}/end").status_code == 303
    assert approve(host.work, head, cleared) == 403
    assert leader.post(f"/staff/delegations/{one}/end").status_code == 409
    assert arranged(boss, leader, head, boss).status_code == 303, "the days are free again"
    with host.work.write(OFFICE) as session:
        staff.change_staff(
            session, OFFICE, staff=leader.id, name="测试leader", section="办公室", roles=["draw"]
        )
    assert approve(host.work, head, cleared) == 403, "nobody stands in for a post that the other has lost"


REFUSED: list[tuple[dict[str, object], str]] = [
    ({"steps": ["secrecy_review"]}, "不由测试leader办理"),
    ({"steps": []}, "请选择代办的步骤"),
    ({"steps": ["erase"]}, "请选择代办的步骤"),
    ({"from_on": "2026-11-19"}, "从今天或者以后开始"),
    ({"until_on": "2026-11-19"}, "不能早于开始日期"),
    ({"until_on": "2027-06-01"}, "不超过 60 天"),
    ({"until_on": "明天"}, "请填写日期"),
    ({"absent": "aaaaaaaaaaaaaaaa"}, "请选择在岗的工作人员"),
    ({"delegate": "clerk"}, "岗位不能代办"),
    ({"delegate": "leader2"}, "本来就可以办理"),
    ({"delegate": "leader"}, "代办人不能是本人"),
    ({"agreed_by": "clerk"}, "须由处室负责人或者分管局领导同意"),
    ({"agreed_by": "head"}, "代办人不能同意由自己代办"),
]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_only_to_somebody_who_could_lawfully_do_it(host: Host, sign_in: Hire) -> None:
    people = {name: sign_in(name) for name in ("leader", "head", "clerk", "admin")}
    people["leader2"] = sign_in("leader", username="leader2")
    for fields, said in REFUSED:
        named = {
            field: people[one].id if one in people else one
            for field, one in fields.items()
            if isinstance(one, str)
        }
        refused = arranged(
            people["admin"], people["leader"], people["head"], people["leader2"], **{**fields, **named}
        )
        assert (refused.status_code, said in refused.text) == (422, True), fields
    with host.work.read() as session:
        assert find.delegations(session, limit=1) == []


def test_nobody_gives_themselves_a_step_and_no_two_stand_in_at_once(host: Host, sign_in: Hire) -> None:
    leader, head, boss = sign_in("leader"), sign_in("head"), sign_in("leader", username="leader2")
    other = sign_in("head", username="head2")
    assert arranged(head, leader, head, boss).status_code == 403
    assert arranged(sign_in("clerk"), leader, head, boss).status_code == 403
    assert arranged(boss, leader, head, boss).status_code == 303
    twice = arranged(boss, leader, other, boss)
    assert twice.status_code == 409
    assert "已经有人代办" in twice.text
    away = arranged(boss, other, leader, boss, steps=["first_review"])
    assert away.status_code == 409
    assert "自己也不在岗" in away.text


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("first", ["leader to head", "head to clerk"])
def test_who_stands_in_is_not_away_whichever_was_arranged_first(
    host: Host, sign_in: Hire, first: str
) -> None:
    leader, head, boss = sign_in("leader"), sign_in("head"), sign_in("leader", username="leader2")
    clerk = sign_in("clerk")
    both = [(leader, head, "approve"), (head, clerk, "first_review")]
    said = ["代别人办理", "自己也不在岗"]
    if first == "head to clerk":
        both.reverse()
        said.reverse()
    (absent, delegate, step), (other, deputy, their) = both
    assert arranged(boss, absent, delegate, boss, steps=[step]).status_code == 303
    chained = arranged(boss, other, deputy, boss, steps=[their])
    assert (chained.status_code, said[0] in chained.text) == (409, True)
    later = {"from_on": "2026-11-27", "until_on": "2026-11-30"}
    assert arranged(boss, other, deputy, boss, steps=[their], **later).status_code == 303


def test_the_audit_book_names_the_two_and_never_the_reason(host: Host, sign_in: Hire) -> None:
    leader, head, boss = sign_in("leader"), sign_in("head"), sign_in("leader", username="leader2")
    arranged(boss, leader, head, boss, reason="住院手术")
    with host.work.read() as session:
        found = audit.find(session, verb="release.delegate", limit=9)
        assert [entry.detail and entry.detail["delegate"] for entry in found] == [head.id]
        assert "住院" not in repr(found)
    assert "住院手术" in head.get("/staff/delegations").text
