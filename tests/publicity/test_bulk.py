"""Many at once: each is decided by itself, what is refused is named row by row, and the clocks say what is urgent."""

import re
import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from publicity.disclosure import decide as attributes
from publicity.notices import publish
from publicity.notices.tables import Notice
from publicity.release import decide
from publicity.release.tables import Release
from registry.credit import record as credit
from registry.kernel.access import Actor
from registry.kernel.clock import SetClock
from registry.kernel.faults import Conflict, Refused
from registry.kernel.host import Host
from tests.people import Person
from tests.publicity import office

Hire = Callable[..., Person]


@pytest.fixture
def waiting(host: Host) -> list[str]:
    """Three permits that wait for their proposal, by public id."""
    subjects = office.enrol(host.work)
    return [
        office.release_of(
            host.work, office.permit(host.work, subjects, number=f"沪司许决字〔2026〕第{number}号")
        )
        for number in (1, 2, 3)
    ]


def ticked(person: Person) -> list[str]:
    return re.findall(r'name="chosen" value="([^"]+)"', person.get("/staff/releases").text)


def state_of(host: Host, release: str) -> str:
    with host.work.read() as session:
        return session.scalars(select(Release.state).where(Release.public_id == release)).one()


def test_many_are_proposed_and_reviewed_at_once(host: Host, sign_in: Hire, waiting: list[str]) -> None:
    clerk, head = sign_in("clerk"), sign_in("head")
    chosen = ticked(clerk)
    assert {one.split(".")[0] for one in chosen} == set(waiting)
    assert clerk.post("/staff/releases/bulk", step="propose", chosen=chosen, note="齐全").status_code == 303
    assert "没有待您办理的事项" in clerk.get("/staff/releases").text
    assert head.post("/staff/releases/bulk", step="first_review", chosen=ticked(head)[:2]).status_code == 303
    assert sorted(state_of(host, release) for release in waiting) == ["proposed", "reviewed", "reviewed"]
    with host.work.read() as session:
        rows = session.scalars(select(Release)).all()
        assert {row.steps[0].note for row in rows} == {"齐全"}


def test_what_is_refused_is_named_and_the_others_are_done(
    host: Host, sign_in: Hire, waiting: list[str]
) -> None:
    clerk, head = sign_in("clerk"), sign_in("head")
    seen = ticked(clerk)
    office.take(host.work, office.person(host.permissions, "clerk2"), "propose", waiting[1])
    done = clerk.post("/staff/releases/bulk", step="propose", chosen=[*seen, f"{'a' * 16}.1", "x.y"])
    assert done.status_code == 409
    assert "已办理 2 件，3 件没有办理" in done.text
    assert re.search(r"第2号</a>：本件已被他人办理", done.text)
    assert done.text.count("没有这件公开流程") == 2
    assert {state_of(host, release) for release in waiting} == {"proposed"}
    # By the proposer, by a wrong role, for a step that does not wait: nothing is done.
    mighty = sign_in("clerk", "head", username="mighty")
    own = ticked(mighty)
    assert len(own) == 3
    wrong = clerk.post("/staff/releases/bulk", step="first_review", chosen=own)
    assert wrong.status_code == 409
    assert wrong.text.count("不由您办理") == 3
    assert head.post("/staff/releases/bulk", step="first_review", chosen=[]).status_code == 303
    assert head.post("/staff/releases/bulk", step="erase", chosen=own).status_code == 409
    assert {state_of(host, release) for release in waiting} == {"proposed"}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_secrecy_review_of_many_passes_only_what_was_decided(host: Host, sign_in: Hire) -> None:
    subjects = office.enrol(host.work)
    clean = office.release_of(host.work, office.permit(host.work, subjects))
    quoting = office.release_of(host.work, office.penalty(host.work, subjects))
    for release in (clean, quoting):
        for step, name in office.SIX[:2]:
            office.take(host.work, office.team(host)[name], step, release)
    secrecy = sign_in("secrecy")
    page = secrecy.post("/staff/releases/bulk", step="secrecy_review", chosen=ticked(secrecy))
    assert page.status_code == 409
    assert re.search(r"沪司罚决字〔2026〕第7号</a>：还有 2 处遮盖建议没有确认", page.text)
    assert re.search(rf'value="{quoting}\.3"[^>]* checked', page.text), "what was refused stays ticked"
    assert (state_of(host, clean), state_of(host, quoting)) == ("cleared", "reviewed")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_another_attribute_is_not_approved_unseen(host: Host, sign_in: Hire, waiting: list[str]) -> None:
    people = office.team(host)
    with host.work.write(people["clerk"]) as session:
        attributes.propose(
            session, session.actor, release=waiting[0], revision=1, ground="commercial", reason="客户名单"
        )
    for release in waiting:
        for step, name in office.SIX[:3]:
            office.take(host.work, people[name], step, release)
    leader = sign_in("leader")
    page = leader.get("/staff/releases").text
    assert page.count("拟改为不予公开") == 1
    done = leader.post("/staff/releases/bulk", step="approve", chosen=ticked(leader))
    assert done.status_code == 409
    assert "已办理 2 件，1 件没有办理" in done.text
    assert re.search(r"第1号</a>：本件拟更改公开属性，请打开逐件审核", done.text)
    assert [state_of(host, release) for release in waiting] == ["cleared", "approved", "approved"]
    [revision] = {one.split(".")[1] for one in ticked(leader)}
    one_by_one = leader.post(f"/staff/releases/{waiting[0]}/steps/approve", revision=revision)
    assert one_by_one.status_code == 303
    assert state_of(host, waiting[0]) == "stopped"


def test_two_who_send_the_same_page_at_once_take_each_step_once(host: Host, waiting: list[str]) -> None:
    """Real threads on the real database: of two decisions on one release one is told that it changed."""
    for release in waiting:
        office.take(host.work, office.person(host.permissions, "clerk"), "propose", release)
    together = threading.Barrier(2)
    outcomes: list[str] = []

    def press(number: int) -> None:
        names = frozenset(permission.name for permission in host.permissions)
        actor = Actor("staff", f"head{number}", f"处长{number}", names)
        together.wait()
        for release in waiting:
            try:
                office.take_at(host.work, actor, "first_review", release, revision=2)
                outcomes.append("done")
            except Conflict as conflict:
                outcomes.append(conflict.rule)

    threads = [threading.Thread(target=press, args=[number]) for number in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["changed"] * 3 + ["done"] * 3


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_list_says_in_words_what_is_left_and_the_most_urgent_stands_first(
    host: Host, sign_in: Hire, clock: SetClock
) -> None:
    """发改办财金〔2018〕424号: seven working days; 政府信息公开条例第二十六条: twenty. A send-back stops no clock."""
    subjects = office.enrol(host.work)
    finding = office.release_of(host.work, office.finding(host.work, subjects))
    penalty = office.release_of(host.work, office.penalty(host.work, subjects))
    people = office.team(host)
    office.take(host.work, people["clerk"], "propose", penalty)
    with host.work.write(people["head"]) as session:
        decide.send_back(session, people["head"], release=penalty, revision=2, reason="补充")
    page = sign_in("clerk").get("/staff/releases").text
    assert page.index(f"/staff/releases/{penalty}") < page.index(f"/staff/releases/{finding}")
    assert re.search(r"2026-11-23</time> <span class=\"chip chip-attention\">还剩 1 个工作日", page)
    assert re.search(r"2026-12-16</time> <span class=\"chip chip-neutral\">还剩 18 个工作日", page)
    for days, said in ((3, "今天到期"), (1, "逾期 1 个工作日")):
        clock.advance(timedelta(days=days))
        assert said in sign_in("clerk", username=f"clerk{days}").get("/staff/releases").text


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_fallen_decision_stands_above_the_list_with_its_three_days(host: Host, sign_in: Hire) -> None:
    """行政处罚法第四十八条: withdrawn within three days, counted in working days, with a public reason."""
    event = office.penalty(host.work, office.enrol(host.work))
    notice = office.publicise(host, event)
    with host.work.write(office.OFFICE) as session:
        credit.annul(session, office.OFFICE, event=event, ground="事实不清", on=session.today)
    page = sign_in("leader").get("/staff/releases").text
    assert f"/staff/notices/{notice}" in page
    assert "2026-11-25" in page
    assert notice not in sign_in("clerk").get("/staff/releases").text


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_channels_and_times_of_publication_are_noted_and_shown(host: Host, sign_in: Hire) -> None:
    event = office.penalty(host.work, office.enrol(host.work))
    release = office.release_of(host.work, event)
    clerk, here = sign_in("clerk", username="clerk7"), f"/staff/releases/{release}"
    board = {"channel": "board", "at": "2026-11-20T10:00", "place": "一楼大厅东侧"}
    assert clerk.post(f"{here}/channels", **board).status_code == 409, "not published yet"
    office.publicise(host, event, through="publish")
    assert "本站" in clerk.get(here).text
    assert clerk.post(f"{here}/channels", **board).status_code == 303
    assert clerk.post(f"{here}/channels", **board).status_code == 303, "sent again it is the same"
    page = clerk.get(here).text
    assert page.count("公告栏：一楼大厅东侧") == 1
    for wrong, said in (
        ({"channel": "rumour"}, "请选择公开渠道"),
        ({"at": "2026-11-19T10:00"}, "不早于本站公开"),
        ({"at": "2026-11-21T10:00"}, "不晚于现在"),
        ({"at": "昨天"}, "请填写公开时间"),
    ):
        refused = clerk.post(f"{here}/channels", **{**board, **wrong})
        assert (refused.status_code, said in refused.text) == (422, True), wrong
    assert sign_in("head").post(f"{here}/channels", **board).status_code == 403


def test_the_proposer_with_every_role_is_refused_in_bulk_too(host: Host, waiting: list[str]) -> None:
    names = frozenset(permission.name for permission in host.permissions)
    everyman = Actor("staff", "everyman", "全能", names)
    for release in waiting:
        office.take(host.work, everyman, "propose", release)
        with pytest.raises(Refused) as refused, host.work.write(everyman) as session:
            publish.publish(session, everyman, release=release, revision=2)
        assert refused.value.rule == "four_eyes"
    with host.work.read() as session:
        assert session.scalars(select(Notice.id)).all() == []
