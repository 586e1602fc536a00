"""The annual plan: public before anything in it begins, amended with a reason, carried out by tasks, told how far it came."""

import hashlib
import json
from collections.abc import Callable
from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook

from inspection.ceremony.find import frame_bytes
from inspection.plan.annual import drafts, find
from inspection.plan.annual import open as tasks
from inspection.plan.annual.drafts import Entry
from inspection.plan.annual.find import HEADINGS
from inspection.plan.find import matters
from inspection.visits import progress
from registry.kernel.access import Actor
from registry.kernel.canon import canonical
from registry.kernel.clock import SetClock
from registry.kernel.faults import Conflict, Invalid, Refused
from registry.kernel.host import Host
from registry.kernel.work import Work
from registry.ledger import book
from tests.inspection import bureau
from tests.inspection.bureau import OFFICE
from tests.people import Person

TODAY = date(2026, 11, 20)
TASK: dict[str, Any] = {
    "title": "律师事务所双随机抽查",
    "strata": [{"id": name, "rate_bp": 2500, "min": 1, "max": None} for name in "ABCD"],
    "reserve": 1,
    "team": {"size": 2, "lead_required": True, "cross_district": True, "max_load": None},
    "yearly_cap": None,
}
sqlite_alone = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def entry(matter: str, **changed: Any) -> Entry:
    content: dict[str, Any] = {
        "code": "01",
        "title": "律师事务所双随机抽查",
        "matters": [matter],
        "rate": "25%",
        "times": 1,
        "starts_on": date(2026, 11, 23),
        "ends_on": date(2026, 12, 31),
        "section": "律师工作处",
    }
    return Entry(**{**content, **changed})


def listed(work: Work) -> str:
    """The matter of the bureau (public id)."""
    with work.read() as session:
        return matters(session, on=session.today)[0][0].public_id


def draft(work: Work, *entries: Entry, year: int = 2026) -> str:
    with work.write(OFFICE) as session:
        row = drafts.start(
            session,
            OFFICE,
            number=f"{year}-SSJ",
            year=year,
            title=f"{year} 年度随机抽查计划",
            section="执法监督处",
        )
        for one in entries:
            drafts.put(session, OFFICE, plan=row.public_id, entry=one)
        return row.public_id


def publish(work: Work, plan: str) -> None:
    with work.write(OFFICE) as session:
        drafts.publish(session, OFFICE, plan=plan)


def amend(work: Work, *entries: Entry) -> str:
    with work.write(OFFICE) as session:
        row = drafts.amend(session, OFFICE, number="2026-SSJ", reason="增加抽查任务")
        for one in entries:
            drafts.put(session, OFFICE, plan=row.public_id, entry=one)
        return row.public_id


def opened(work: Work, code: str = "2026-SSJ-01-1", deadline: date = date(2026, 12, 20)) -> str:
    """A task of the first entry of the plan in force."""
    with work.write(OFFICE) as session:
        [plan] = find.plans(session)
        row = tasks.planned(
            session, OFFICE, entry=plan.entries[0].public_id, code=code, deadline=deadline, **TASK
        )
        return row.public_id


# 国办发〔2015〕58号: inspections follow a plan that is public first. What begins today or has begun is no plan any more.
@pytest.mark.parametrize(
    ("starts_on", "published"),
    [
        (date(2026, 11, 19), False),
        (date(2026, 11, 20), False),
        (date(2026, 11, 21), True),
        (date(2026, 12, 31), True),
    ],
)
@sqlite_alone
def test_a_plan_is_public_before_what_it_plans_begins(work: Work, starts_on: date, published: bool) -> None:
    bureau.found(work)
    plan = draft(work, entry(listed(work), starts_on=starts_on))
    if published:
        publish(work, plan)
        with work.read() as session:
            assert [one.held for one in find.versions(session, "2026-SSJ")] == [True]
    else:
        with work.write(OFFICE) as session, pytest.raises(Invalid) as late:
            drafts.publish(session, OFFICE, plan=plan)
        assert ("entries[01]", "already_begun") in [(fault.path, fault.rule) for fault in late.value.fields]


@sqlite_alone
@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"code": "1"}, "code"),
        ({"title": " "}, "title"),
        ({"rate": ""}, "rate"),
        ({"times": 0}, "times"),
        ({"matters": []}, "matters"),
        ({"matters": ["aaaaaaaaaaaaaaaa"]}, "matters"),
        ({"ends_on": date(2026, 11, 22)}, "ends_on"),
        ({"ends_on": date(2027, 1, 2)}, "ends_on"),
        ({"starts_on": date(2025, 12, 31)}, "starts_on"),
    ],
)
def test_an_entry_that_says_too_little_is_not_planned(
    work: Work, changed: dict[str, Any], field: str
) -> None:
    bureau.found(work)
    plan = draft(work)
    with work.write(OFFICE) as session, pytest.raises(Invalid) as refused:
        drafts.put(session, OFFICE, plan=plan, entry=entry(**{"matter": listed(work), **changed}))
    assert [fault.path for fault in refused.value.fields] == [field]
    with work.write(OFFICE) as session, pytest.raises(Invalid, match="不能公布"):
        drafts.publish(session, OFFICE, plan=plan)


def test_what_has_begun_stays_as_it_was_published(work: Work, clock: SetClock) -> None:
    bureau.found(work)
    matter = listed(work)
    publish(work, draft(work, entry(matter), entry(matter, code="02", starts_on=date(2026, 12, 10))))
    clock.advance(timedelta(days=4))
    richer = amend(work, entry(matter, rate="50%"), entry(matter, code="03", starts_on=date(2026, 12, 1)))
    with work.write(OFFICE) as session, pytest.raises(Invalid) as begun:
        drafts.publish(session, OFFICE, plan=richer)
    assert [(fault.path, fault.rule) for fault in begun.value.fields] == [("entries[01]", "begun")]
    with work.write(OFFICE) as session:
        drafts.put(session, OFFICE, plan=richer, entry=entry(matter))
        drafts.drop(session, OFFICE, plan=richer, code="02")
    publish(work, richer)
    with work.read() as session:
        new, old = find.versions(session, "2026-SSJ")
        assert ([one.code for one in new.entries], new.reason, old.held) == (
            ["01", "03"],
            "增加抽查任务",
            False,
        )


@sqlite_alone
def test_an_amendment_may_not_drop_what_has_begun_and_two_drafts_do_not_run_side_by_side(
    work: Work, clock: SetClock
) -> None:
    bureau.found(work)
    publish(work, draft(work, entry(listed(work))))
    clock.advance(timedelta(days=4))
    shorter = amend(work)
    with work.write(OFFICE) as session, pytest.raises(Conflict):
        drafts.amend(session, OFFICE, number="2026-SSJ", reason="再调整")
    with work.write(OFFICE) as session:
        drafts.drop(session, OFFICE, plan=shorter, code="01")
        drafts.put(
            session, OFFICE, plan=shorter, entry=entry(listed(work), code="02", starts_on=date(2026, 12, 1))
        )
    with work.write(OFFICE) as session, pytest.raises(Invalid, match="不能公布"):
        drafts.publish(session, OFFICE, plan=shorter)
    with work.write(OFFICE) as session:
        drafts.discard(session, OFFICE, plan=shorter)
        drafts.amend(session, OFFICE, number="2026-SSJ", reason="再调整")


def test_whoever_drafts_a_plan_does_not_publish_it_and_the_log_has_its_digest(work: Work) -> None:
    bureau.found(work)
    plan = draft(work, entry(listed(work)))
    head = Actor("staff", OFFICE.id, "顾明远", frozenset({"inspection.publish"}))
    with work.write(head) as session, pytest.raises(Refused, match="拟稿人以外"):
        drafts.publish(session, head, plan=plan)
    with work.write(OFFICE) as session:
        row = drafts.publish(session, OFFICE, plan=plan)
        digest = hashlib.sha256(canonical(drafts.document(row))).hexdigest()
        index = row.log_index
    with work.read() as session:
        entry_of_log = book.entry(session, "public", index or 0, on=TODAY)
        assert json.loads(entry_of_log.body or b"{}") == {"plan": plan, "sha256": digest}
    with work.write(OFFICE) as session, pytest.raises(Conflict):
        drafts.put(session, OFFICE, plan=plan, entry=entry(listed(work), code="02"))


def test_a_task_carries_out_the_plan_within_its_days_and_no_more_often(work: Work, clock: SetClock) -> None:
    place = bureau.found(work)
    publish(work, draft(work, entry(listed(work), scope={"strata": ["A"], "districts": ["310101"]})))
    with pytest.raises(Conflict, match="今天不在其内"):
        opened(work)
    clock.advance(timedelta(days=3))
    with pytest.raises(Invalid, match="不得晚于计划的完成时限"):
        opened(work, deadline=date(2027, 1, 4))
    task = opened(work)
    with pytest.raises(Conflict, match="已全部开展"):
        opened(work, code="2026-SSJ-01-2")
    with work.read() as session:
        [before] = progress.of_plan(session, "2026-SSJ", find.versions(session, "2026-SSJ")[0].entries)
        came_from = find.origin(session, task)
    assert (before.planned, before.opened, before.drawn, before.done) == (1, 1, 0, 0)
    assert came_from is not None
    assert came_from.title == "2026 年度随机抽查计划第 01 项"
    draw = bureau.drawn(work, bureau.Bureau(place.firms, task))
    with work.read() as session:
        [after] = progress.of_plan(session, "2026-SSJ", find.versions(session, "2026-SSJ")[0].entries)
        frame = json.loads(frame_bytes(session, draw))
    assert (after.drawn, after.done, after.visits) == (1, 0, 1)
    statuses = {(unit["district"], unit["status"], unit["ground"]) for unit in frame["units"]}
    assert statuses == {
        ("310101", "eligible", None),
        ("310104", "excluded", "outside_scope"),
        ("310106", "excluded", "outside_scope"),
    }


@sqlite_alone
def test_a_task_outside_the_plan_has_a_public_ground_and_a_sealed_reason(
    host: Host, sign_in: Callable[..., Person]
) -> None:
    bureau.found(host.work)
    head, clerk = sign_in("head"), sign_in("clerk")
    form = {
        "code": "2026-LS-77", "title": "专项抽查", "matters": listed(host.work), "deadline": "2026-12-20",
        "ground": "campaign", "reason": "王某某来信反映", "size": "2", "reserve": "1", "yearly_cap": "2",
    }  # fmt: skip
    form |= {f"rate_{name}": "25" for name in "ABCD"} | {f"min_{name}": "1" for name in "ABCD"}
    missing = head.post("/staff/inspection/tasks/new", **{**form, "ground": "", "reason": ""})
    assert (missing.status_code, "请选择不在年度计划内的理由" in missing.text) == (422, True)
    made = head.post("/staff/inspection/tasks/new", **form)
    assert made.status_code == 303, made.text
    page = made.headers["Location"]
    assert "王某某来信反映" in head.get(page).text
    assert "专项整治" in clerk.get(page).text
    assert "王某某来信反映" not in clerk.get(page).text
    assert clerk.get("/staff/inspection/tasks/start").status_code == 403


@sqlite_alone
def test_the_plan_is_made_on_pages_and_everybody_reads_and_downloads_it(
    host: Host, client: FlaskClient, clock: SetClock, sign_in: Callable[..., Person]
) -> None:
    bureau.found(host.work)
    head, leader = sign_in("head"), sign_in("leader")
    assert "还没有公布年度抽查计划" in client.get("/inspection-plans").text
    made = head.post(
        "/staff/inspection/plans/new",
        number="2026-SSJ",
        year="2026",
        title="2026 年度随机抽查计划",
        section="执法监督处",
    )
    page = made.headers["Location"]
    fields = {
        "code": "01", "title": "律师事务所双随机抽查", "matters": listed(host.work), "rate": "25%", "times": "1",
        "starts_on": "2026-11-23", "ends_on": "2026-12-31", "section": "律师工作处", "strata": "C",
    }  # fmt: skip
    back = head.post(f"{page}/entries/new", **{**fields, "times": "x"})
    assert (back.status_code, 'value="25%"' in back.text) == (422, True)
    assert head.post(f"{page}/entries/new", **fields).status_code == 303
    assert client.get("/inspection-plans/2026-SSJ").status_code == 404, "a draft is nobody else's business"
    assert head.post(f"{page}/publish").status_code == 403
    assert leader.post(f"{page}/publish").status_code == 303
    shown = client.get("/inspection-plans/2026-SSJ").text
    assert "《律师法》第五十二条" in shown
    assert "定向：C 层" in shown
    sheet = load_workbook(BytesIO(client.get("/inspection-plans/2026-SSJ.xlsx").data)).active
    assert tuple(cell.value for cell in sheet[1]) == HEADINGS
    assert [cell.value for cell in sheet[2]][7:11] == ["25%", "1 次/年", "2026-11-23", "2026-12-31"]
    told = client.get("/inspection-plans/2026-SSJ.json").json or {}
    assert (told["version"], told["entries"][0]["matters"][0]["code"]) == (1, "LS-01")
    clock.advance(timedelta(days=3))
    head = sign_in("head", username="head3")
    assert "律师事务所双随机抽查" in head.get("/staff/inspection/tasks/start").text
    assert "已开展" in head.get(page).text
