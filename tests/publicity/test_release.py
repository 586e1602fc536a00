"""A permit, a penalty and a finding pass the six steps, each through six people, and are public afterwards."""

import threading
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from publicity.notices import publish
from publicity.notices.tables import Notice
from publicity.release import decide, intake
from publicity.release.tables import Release
from registry.credit import record as credit
from registry.kernel.access import Actor
from registry.kernel.clock import SetClock
from registry.kernel.faults import Conflict, Invalid, Refused
from registry.kernel.host import Host
from registry.kernel.work import Work
from registry.ledger import book, verify
from tests.people import Person
from tests.publicity import office


def test_six_people_take_a_permit_a_penalty_and_a_finding_from_record_to_archive(
    host: Host, client: FlaskClient, sign_in: Callable[..., Person]
) -> None:
    subjects = office.enrol(host.work)
    facts = [office.permit, office.penalty, office.finding]
    releases = [office.release_of(host.work, recorded(host.work, subjects)) for recorded in facts]
    for step, name in office.SIX:
        person = sign_in(name.rstrip("2"), username=name)
        for release in releases:
            assert f"/staff/releases/{release}" in person.get("/staff/releases").text
            if step == "secrecy_review":
                with host.work.write(person.actor) as session:
                    office.confirm(session, person.actor, release)
                    session.act("test", release)
            page = person.get(f"/staff/releases/{release}").text
            revision = page.split('name="revision" value="')[1].split('"')[0]
            done = person.post(
                f"/staff/releases/{release}/steps/{step}", revision=revision, note=f"{name}同意"
            )
            assert done.status_code == 303, done.text
            assert f"/staff/releases/{release}" not in person.get("/staff/releases").text
    with host.work.read() as session:
        rows = session.scalars(select(Release).order_by(Release.id)).all()
        assert [row.archive_number for row in rows] == ["许可-2026-0001", "处罚-2026-0001", "检查-2026-0001"]
        for row in rows:
            assert [step.note for step in row.steps] == [f"{name}同意" for _, name in office.SIX]
        assert not list(verify.verify(session, "public"))
        assert not list(verify.verify(session, "audit"))
        notices = session.scalars(select(Notice.public_id)).all()
    assert [client.get(f"/notices/{notice}").status_code for notice in notices] == [200, 200, 200]


@pytest.mark.parametrize(("step", "rightful"), office.SIX)
def test_each_step_is_refused_to_everyone_whose_role_it_is_not(host: Host, step: str, rightful: str) -> None:
    event = office.penalty(host.work, office.enrol(host.work))
    release = office.release_of(host.work, event)
    people = office.team(host)
    for earlier, name in office.SIX:
        if earlier == step:
            break
        office.take(host.work, people[name], earlier, release)
    roles = {"clerk", "head", "secrecy", "leader", "draw", "witness", "inspector", "auditor", "admin"}
    allowed = {
        role for role in roles if f"release.{step}" in office.person(host.permissions, role).permissions
    }
    assert rightful.rstrip("2") in allowed
    for role in roles - allowed:
        stranger = office.person(host.permissions, role)
        with pytest.raises(Refused) as refused:
            office.take(host.work, stranger, step, release)
        assert refused.value.rule == "permission"


def test_the_proposer_and_every_reviewer_are_refused_at_each_later_step(host: Host) -> None:
    """One person with every role still does one step only."""
    event = office.penalty(host.work, office.enrol(host.work))
    release = office.release_of(host.work, event)
    for number, (step, _) in enumerate(office.SIX):
        for earlier in range(number):
            with pytest.raises(Refused) as refused:
                office.take(host.work, _everyman(host, earlier), step, release)
            assert refused.value.rule == "four_eyes"
        office.take(host.work, _everyman(host, number), step, release)


def test_two_reviewers_at_once_decide_once(host: Host) -> None:
    """Both have the page open and press the button together: one step is taken, the other is told."""
    event = office.permit(host.work, office.enrol(host.work))
    release = office.release_of(host.work, event)
    office.take(host.work, office.person(host.permissions, "clerk"), "propose", release)
    together, outcomes = threading.Barrier(2), []

    def press(number: int) -> None:
        actor = _everyman(host, number)
        together.wait()
        try:
            with host.work.write(actor) as session:
                decide.review(session, actor, release=release, step="first_review", revision=2)
            outcomes.append("done")
        except Conflict as conflict:
            outcomes.append(conflict.rule)

    threads = [threading.Thread(target=press, args=[number]) for number in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["changed", "done"]
    with host.work.read() as session:
        row = session.scalars(select(Release).where(Release.public_id == release)).one()
        assert [step.step for step in row.steps] == ["propose", "first_review"]


def test_pressing_publish_twice_gives_one_notice(host: Host) -> None:
    event = office.permit(host.work, office.enrol(host.work))
    office.publicise(host, event, through="publish")
    release = office.release_of(host.work, event)
    second = _everyman(host, 99)
    with pytest.raises(Conflict) as refused, host.work.write(second) as session:
        publish.publish(session, second, release=release, revision=5)
    assert refused.value.rule == "changed"
    with pytest.raises(Conflict) as refused:
        office.take(host.work, second, "publish", release)
    assert refused.value.rule == "out_of_turn"
    with host.work.read() as session:
        assert session.scalar(select(func.count()).select_from(Notice)) == 1
        assert book.head(session, "public").size == 1


def test_a_release_sent_back_names_its_reason_and_goes_round_again(
    host: Host, sign_in: Callable[..., Person]
) -> None:
    event = office.penalty(host.work, office.enrol(host.work))
    release = office.release_of(host.work, event)
    clerk, head = sign_in("clerk"), sign_in("head")
    clerk.post(f"/staff/releases/{release}/steps/propose", revision="1")
    silent = head.post(f"/staff/releases/{release}/send-back", revision="2", reason=" ")
    assert silent.status_code == 422
    assert "请写明退回理由" in silent.text
    assert (
        head.post(f"/staff/releases/{release}/send-back", revision="2", reason="依据写到项").status_code
        == 303
    )
    page = clerk.get(f"/staff/releases/{release}").text
    assert "已退回：初审" in page
    assert "依据写到项" in page
    assert f'href="/staff/credit/{event}">查看或者更正' in page
    assert clerk.post(f"/staff/releases/{release}/steps/propose", revision="3").status_code == 303
    assert head.post(f"/staff/releases/{release}/steps/first_review", revision="4").status_code == 303


def test_a_stale_page_and_a_wrong_role_are_told_so(host: Host, sign_in: Callable[..., Person]) -> None:
    event = office.penalty(host.work, office.enrol(host.work))
    release = office.release_of(host.work, event)
    clerk, inspector = sign_in("clerk"), sign_in("inspector")
    assert inspector.post(f"/staff/releases/{release}/steps/propose", revision="1").status_code == 403
    assert clerk.post(f"/staff/releases/{release}/steps/propose", revision="7").status_code == 409
    assert clerk.post(f"/staff/releases/{release}/steps/propose", revision="x").status_code == 422
    assert clerk.post(f"/staff/releases/{release}/steps/erase", revision="1").status_code == 409
    assert clerk.post(f"/staff/releases/{'a' * 16}/steps/propose", revision="1").status_code == 404
    head = sign_in("head")
    assert head.post(f"/staff/releases/{release}/steps/propose", revision="1").status_code == 403


def test_the_clerk_fills_in_what_the_platform_wants_and_the_letter_lacks(
    host: Host, sign_in: Callable[..., Person]
) -> None:
    subjects = office.enrol(host.work)
    release = office.release_of(host.work, office.permit(host.work, subjects))
    clerk = sign_in("clerk")
    page = clerk.get(f"/staff/releases/{release}").text
    assert 'name="fill.XK_XDR_LB"' in page
    wrong = clerk.post(f"/staff/releases/{release}/steps/propose", revision="1", **{"fill.XK_XDR_LB": "公司"})
    assert wrong.status_code == 422
    assert "行政相对人类别" in wrong.text
    changed = clerk.post(
        f"/staff/releases/{release}/steps/propose", revision="1", **{"fill.XK_NR": "不同内容"}
    )
    assert changed.status_code == 422, "已有记录的内容不在这里更改"
    right = clerk.post(
        f"/staff/releases/{release}/steps/propose", revision="1", **{"fill.XK_XDR_LB": "自然人"}
    )
    assert right.status_code == 303
    with host.work.read() as session:
        row = session.scalars(select(Release).where(Release.public_id == release)).one()
        assert row.columns is not None
        assert row.columns["XK_XDR_LB"] == "自然人"
        assert row.columns["XK_NR"] == "准予律师执业"


def test_a_missing_column_holds_nothing_up(host: Host) -> None:
    """许可没有写明相对人类别，照样公开；缺项留在待补清单。"""
    notice = office.publicise(host, office.permit(host.work, office.enrol(host.work)))
    with host.work.read() as session:
        assert session.scalars(select(Notice.state).where(Notice.public_id == notice)).one() == "current"


class TestIntake:
    def test_each_releasable_fact_is_proposed_once_however_often_the_intake_runs(self, work: Work) -> None:
        subjects = office.enrol(work)
        office.permit(work, subjects)
        office.penalty(work, subjects)
        assert intake.run(work) == {"drafted": 2}
        assert intake.run(work) == {"drafted": 0}
        office.finding(work, subjects)
        assert intake.run(work) == {"drafted": 1}

    def test_with_nothing_new_it_writes_nothing(self, work: Work) -> None:
        office.permit(work, office.enrol(work))
        intake.run(work)
        with work.read() as session:
            before = book.head(session, "audit").size
        intake.run(work)
        with work.read() as session:
            assert book.head(session, "audit").size == before

    def test_two_intakes_at_once_propose_each_fact_once(self, work: Work) -> None:
        subjects = office.enrol(work)
        for number in range(20):
            office.finding(work, subjects, number=f"2026-011-{number}")
        together, drafted = threading.Barrier(3), []

        def run() -> None:
            together.wait()
            drafted.append(intake.run(work)["drafted"])

        threads = [threading.Thread(target=run) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sum(drafted) == 20
        with work.read() as session:
            assert session.scalar(select(func.count()).select_from(Release)) == 20

    def test_what_the_law_keeps_unpublished_is_not_proposed(self, work: Work) -> None:
        """轻微失信信息原则上不予公示（国家发展改革委令第36号）；行业处分不在公示目录内。"""
        subjects = office.enrol(work)
        office.penalty(work, subjects, severity="轻微")
        with work.write(office.OFFICE) as session:
            credit.record(
                session,
                office.OFFICE,
                kind="bar_sanction",
                subject=credit.Subject(practitioner=subjects.lawyer.id),
                decided_on=session.today,
                summary="训诫",
            )
            credit.record(
                session,
                office.OFFICE,
                kind="award",
                subject=credit.Subject(practitioner=subjects.lawyer.id),
                decided_on=session.today,
                summary="优秀律师",
                scope="仅政府部门内部共享",
            )
        assert intake.run(work) == {"drafted": 0}

    def test_a_penalty_whose_term_is_over_is_not_proposed(self, work: Work) -> None:
        office.penalty(work, office.enrol(work), decided="2021-03-01")
        assert intake.run(work) == {"drafted": 0}

    def test_a_fact_annulled_under_review_stops_and_its_draft_goes(self, host: Host) -> None:
        event = office.penalty(host.work, office.enrol(host.work))
        release = office.release_of(host.work, event)
        office.take(host.work, office.person(host.permissions, "clerk"), "propose", release)
        with host.work.write(office.OFFICE) as session:
            credit.annul(session, office.OFFICE, event=event, ground="事实不清", on=session.today)
        intake.run(host.work)
        with host.work.read() as session:
            row = session.scalars(select(Release).where(Release.public_id == release)).one()
            assert row.state == "stopped"
            assert (row.columns, row.restricted, row.title, row.subject) == (None, None, None, None)

    def test_the_hint_takes_in_right_after_a_clerks_commit(
        self, host: Host, sign_in: Callable[..., Person]
    ) -> None:
        """Without waiting for the minute: any form that a member of staff sends makes the intake look."""
        subjects = office.enrol(host.work)
        first = office.release_of(host.work, office.permit(host.work, subjects))
        clerk = sign_in("clerk")
        office.penalty(host.work, subjects)
        clerk.post(f"/staff/releases/{first}/steps/propose", revision="1")
        with host.work.read() as session:
            assert session.scalar(select(func.count()).select_from(Release)) == 2


def test_seven_working_days_run_from_the_day_after_the_decision(host: Host) -> None:
    """发改办财金〔2018〕424号: decided on Thursday 12 November 2026, due on Monday 23 November."""
    release = office.release_of(host.work, office.penalty(host.work, office.enrol(host.work)))
    with host.work.read() as session:
        row = session.scalars(select(Release).where(Release.public_id == release)).one()
        assert row.due_on.isoformat() == "2026-11-23"


def test_archive_numbers_count_by_class_and_year(host: Host, clock: SetClock) -> None:
    subjects = office.enrol(host.work)
    for number in (1, 2):
        office.publicise(host, office.permit(host.work, subjects, number=f"沪司许决字〔2026〕第{number}号"))
    office.publicise(host, office.finding(host.work, subjects))
    with host.work.read() as session:
        rows = session.scalars(select(Release).order_by(Release.id)).all()
        assert [row.archive_number for row in rows] == ["许可-2026-0001", "许可-2026-0002", "检查-2026-0001"]


def test_what_was_annulled_between_approval_and_publication_is_not_published(host: Host) -> None:
    event = office.penalty(host.work, office.enrol(host.work))
    release = office.release_of(host.work, event)
    people = office.team(host)
    for step, name in office.SIX[:4]:
        office.take(host.work, people[name], step, release)
    with host.work.write(office.OFFICE) as session:
        credit.annul(session, office.OFFICE, event=event, ground="事实不清", on=session.today)
    with pytest.raises(Conflict) as refused:
        office.take(host.work, people["clerk2"], "publish", release)
    assert refused.value.rule == "annulled"


def test_a_reason_longer_than_a_page_is_refused(host: Host) -> None:
    event = office.penalty(host.work, office.enrol(host.work))
    release = office.release_of(host.work, event)
    clerk = office.person(host.permissions, "clerk")
    with pytest.raises(Invalid), host.work.write(clerk) as session:
        decide.propose(session, clerk, release=release, revision=1, note="字" * 1001)
    with host.work.read() as session:
        assert session.scalars(select(Release.state)).one() == "drafted"


def _everyman(host: Host, number: int) -> Actor:
    """Somebody with every permission; another person for every number."""
    names = frozenset(permission.name for permission in host.permissions)
    return Actor("staff", f"everyman{number}", f"全能{number}", names)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_step_that_nobody_is_left_to_take_comes_before_whoever_manages_the_staff(
    host: Host, sign_in: Callable[..., Person]
) -> None:
    """Four eyes in an office of four: whoever could publish has proposed or reviewed."""
    release = office.release_of(host.work, office.penalty(host.work, office.enrol(host.work)))
    people = {name: sign_in(name, username=name) for name in ("clerk", "head", "secrecy", "leader", "admin")}
    admin = people["admin"]
    for step, name in office.SIX[:4]:
        assert "无人可以办理" not in admin.get("/staff/work").text
        office.take(host.work, people[name].actor, step, release)
    told = admin.get("/staff/work").text
    assert "公开流程：无人可以办理" in told
    assert "有权公开的人都已办理过本件的其他步骤" in told
    sign_in("clerk", username="clerk2")
    assert "有权公开的人都已" not in admin.get("/staff/work").text


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_whoever_is_refused_a_step_reads_why_on_the_page_and_keeps_the_note(
    host: Host, sign_in: Callable[..., Person]
) -> None:
    release = office.release_of(host.work, office.penalty(host.work, office.enrol(host.work)))
    people = {name: sign_in(name, username=name) for name in ("clerk", "head", "secrecy")}
    for step, name in office.SIX[:2]:
        office.take(host.work, people[name].actor, step, release)
    refused = people["secrecy"].post(
        f"/staff/releases/{release}/steps/secrecy_review", revision="3", note="核对过原件"
    )
    assert refused.status_code == 409
    assert "遮盖建议没有确认" in refused.text
    assert ">核对过原件</textarea>" in refused.text
    stale = people["secrecy"].post(f"/staff/releases/{release}/steps/secrecy_review", revision="2", note="")
    assert stale.status_code == 409
    assert "本件已被他人办理" in stale.text
