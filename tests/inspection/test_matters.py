"""The list of matters: one prepares, another publishes, nothing takes effect before it is public, and a task keeps the
version of its day."""

import hashlib
import json
from collections.abc import Callable
from datetime import date, timedelta
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import select

from inspection.ceremony import renew
from inspection.plan.frame import build
from inspection.plan.matters import drafts, find
from inspection.plan.tables import TaskRow
from registry.kernel.access import Actor
from registry.kernel.canon import canonical
from registry.kernel.clock import SetClock
from registry.kernel.faults import Conflict, Fault, Invalid, Refused
from registry.kernel.host import Host
from registry.kernel.work import Work
from registry.ledger import book
from tests.inspection import bureau
from tests.inspection.bureau import OFFICE
from tests.people import Person

TODAY = date(2026, 11, 20)
FORM = {
    "code": "LS-09",
    "name": "律师事务所利益冲突审查抽查",
    "content": "利益冲突审查制度和登记",
    "object_kind": "law_firm",
    "category": "一般检查事项",
    "method": "实地检查",
    "basis": "《律师法》第三十九条",
    "basis_version": "律师法：2017 年 9 月 1 日修正",
    "rate": "5%",
    "frequency": "1 次/年",
    "complete_by": "每年 11 月底前",
    "repeat_months": "12",
    "effective_on": "2026-12-01",
    "reason": "",
}
sqlite_alone = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def matter(**changed: object) -> drafts.Matter:
    content = {name: value for name, value in FORM.items() if name not in ("effective_on", "reason")}
    return drafts.Matter(**{**content, "repeat_months": 12, **changed})  # type: ignore[arg-type]


def change(work: Work, *, on: date, end: bool = False, code: str = "LS-01") -> None:
    """The matter of tests.inspection.bureau gets a new version, or leaves the list."""
    with work.write(OFFICE) as session:
        if end:
            row = drafts.draft_end(session, OFFICE, code=code, effective_on=on, reason="法律修改")
        else:
            fresh = matter(code=code, name="律师事务所执业管理抽查（新）")
            row = drafts.draft(session, OFFICE, matter=fresh, effective_on=on, reason="法律修改")
        drafts.publish(session, OFFICE, draft_id=row.public_id)


@sqlite_alone
def test_the_head_drafts_on_the_page_the_leader_publishes_and_everybody_reads_and_downloads(
    host: Host, client: FlaskClient, clock: SetClock, sign_in: Callable[..., Person]
) -> None:
    head, leader = sign_in("head"), sign_in("leader")
    back = head.post(
        "/staff/inspection/matters/new", **{**FORM, "category": "", "effective_on": "2026-11-19"}
    )
    assert back.status_code == 422
    assert "类别为一般检查事项或重点检查事项" in back.text
    assert "施行日期不得早于公布之日" in back.text
    assert "利益冲突审查制度和登记" in back.text, "what was typed comes back"
    assert head.post("/staff/inspection/matters/new", **FORM).status_code == 303
    with host.work.read() as session:
        [waiting] = find.drafts(session)
    own = head.post(f"/staff/inspection/matters/drafts/{waiting.public_id}/publish")
    assert (own.status_code, "拟稿人以外的人" in own.text) == (403, True)
    assert leader.post(f"/staff/inspection/matters/drafts/{waiting.public_id}/publish").status_code == 303
    assert "利益冲突" not in client.get("/matters").text, "not before its first day"
    assert "尚未施行" in leader.get("/staff/inspection/matters").text
    clock.advance(timedelta(days=11))
    assert "利益冲突" in client.get("/matters").text
    assert "律师法：2017 年 9 月 1 日修正" in client.get("/matters/LS-09").text
    assert client.get("/matters.csv").data.startswith("\ufeff编号,抽查事项,".encode())
    sheet = load_workbook(BytesIO(client.get("/matters.xlsx").data)).active
    assert [cell.value for cell in sheet[2]][:2] == ["LS-09", "律师事务所利益冲突审查抽查"]
    [version] = client.get("/matters/LS-09.json").json["versions"]  # type: ignore[index]
    assert (version["valid_from"], version["repeat_months"]) == ("2026-12-01", 12)
    assert client.get("/matters/XX-1.json").status_code == 404


def test_what_is_published_stands_in_the_public_log_with_its_digest(work: Work) -> None:
    with work.write(OFFICE) as session:
        row = drafts.draft(session, OFFICE, matter=matter(), effective_on=TODAY, reason="")
        published = drafts.publish(session, OFFICE, draft_id=row.public_id)
        told = canonical(drafts.document(published))
    with work.read() as session:
        assert published.log_index is not None
        entry = book.entry(session, "public", published.log_index, on=TODAY)
        assert json.loads(entry.body or b"{}")["sha256"] == hashlib.sha256(told).hexdigest()


# 优化营商环境条例第五十四条、国办发〔2015〕58号: on the list stand basis, subject, content and method, and it is public first.
@pytest.mark.parametrize(
    ("changed", "day", "field"),
    [
        ({"basis": " "}, TODAY, "basis"),
        ({"content": ""}, TODAY, "content"),
        ({"method": ""}, TODAY, "method"),
        ({"object_kind": "school"}, TODAY, "object_kind"),
        ({"category": "其他"}, TODAY, "category"),
        ({"rate": ""}, TODAY, "rate"),
        ({"code": "律所"}, TODAY, "code"),
        ({"repeat_months": 0}, TODAY, "repeat_months"),
        ({"name": "律" * 201}, TODAY, "name"),
        ({}, TODAY - timedelta(days=1), "effective_on"),
    ],
)
@sqlite_alone
def test_a_matter_that_lacks_what_the_law_wants_is_not_prepared(
    work: Work, changed: dict[str, object], day: date, field: str
) -> None:
    with work.write(OFFICE) as session, pytest.raises(Invalid) as refused:
        drafts.draft(session, OFFICE, matter=matter(**changed), effective_on=day, reason="")
    assert [fault.path for fault in refused.value.fields] == [field]


@sqlite_alone
@pytest.mark.parametrize("kind", ["law_firm", "notary", "lawyer", "grassroots_worker"])
def test_matters_are_about_organisations_and_about_people(work: Work, kind: str) -> None:
    with work.write(OFFICE) as session:
        row = drafts.draft(session, OFFICE, matter=matter(object_kind=kind), effective_on=TODAY, reason="")
        assert drafts.publish(session, OFFICE, draft_id=row.public_id).object_kind == kind


def test_a_draft_is_published_once_by_another_and_a_stale_one_is_dated_anew(
    work: Work, clock: SetClock
) -> None:
    head = Actor("staff", "headheadheadhead", "顾明远", frozenset({"inspection.plan", drafts.PUBLISH}))
    with work.write(head) as session:
        row = drafts.draft(session, head, matter=matter(), effective_on=TODAY, reason="").public_id
    with work.write(head) as session, pytest.raises(Refused, match="拟稿人以外"):
        drafts.publish(session, head, draft_id=row)
    clock.advance(timedelta(days=1))
    with work.write(OFFICE) as session, pytest.raises(Invalid) as stale:
        drafts.publish(session, OFFICE, draft_id=row)
    assert stale.value.fields[0].rule == "backdated"
    with work.write(head) as session:
        again = drafts.draft(session, head, matter=matter(), effective_on=session.today, reason="").public_id
    with work.write(OFFICE) as session, pytest.raises(Conflict):
        drafts.publish(session, OFFICE, draft_id=row)
    with work.write(OFFICE) as session:
        drafts.publish(session, OFFICE, draft_id=again)
    with work.write(OFFICE) as session, pytest.raises(Conflict):
        drafts.publish(session, OFFICE, draft_id=again)


def test_a_changed_matter_has_both_versions_with_their_days_and_reasons(work: Work) -> None:
    bureau.found(work)
    with work.write(OFFICE) as session, pytest.raises(Invalid) as silent:
        drafts.draft(session, OFFICE, matter=matter(code="LS-01"), effective_on=date(2026, 12, 1), reason="")
    assert [fault.path for fault in silent.value.fields] == ["reason"]
    change(work, on=date(2026, 12, 1))
    with work.read() as session:
        new, old = find.history(session, "LS-01")
    assert (old.valid_from, old.valid_until, new.valid_from) == (TODAY, date(2026, 12, 1), date(2026, 12, 1))
    assert (new.change_reason, new.valid_until) == ("法律修改", None)


def _grounds(work: Work, task: str) -> set[tuple[str, str | None, str | None]]:
    """Status, ground and note of everybody in the frame that would be frozen now."""
    with work.write(OFFICE) as session:
        row = session.scalars(select(TaskRow).where(TaskRow.public_id == task)).one()
        document = build(session, task=row, draw="d", as_of=session.today, entropy=[], past={}).document
        session.act("test.look", task)
        units: list[dict[str, str | None]] = document["units"]  # type: ignore[assignment]
        return {(str(unit["status"]), unit["ground"], unit["note"]) for unit in units}


def test_a_matter_that_changed_before_the_frame_leaves_everybody_out_until_the_task_takes_the_new_text(
    work: Work, clock: SetClock
) -> None:
    place = bureau.found(work)
    assert _grounds(work, place.task) == {("eligible", None, None)}
    change(work, on=date(2026, 12, 1))
    clock.advance(timedelta(days=11))
    [(status, ground, note)] = _grounds(work, place.task)
    assert (status, ground) == ("excluded", "matter_not_listed")
    assert note == "LS-01 本任务所依版本施行至 2026-12-01（不含）"
    with work.write(OFFICE) as session:
        renewed = renew.renew(session, OFFICE, task=place.task)
        assert [one.name for one in renewed.matters] == ["律师事务所执业管理抽查（新）"]
    assert _grounds(work, place.task) == {("eligible", None, None)}
    with work.write(OFFICE) as session, pytest.raises(Conflict, match="现行版本"):
        renew.renew(session, OFFICE, task=place.task)


def test_a_draw_stands_on_the_text_of_its_day_and_its_task_is_not_renewed(
    work: Work, clock: SetClock
) -> None:
    place = bureau.found(work)
    bureau.drawn(work, place)
    change(work, on=date(2026, 12, 1))
    clock.advance(timedelta(days=11))
    with work.write(OFFICE) as session, pytest.raises(Conflict, match="已经公布或进行抽取"):
        renew.renew(session, OFFICE, task=place.task)


def test_a_matter_taken_off_the_list_can_be_neither_drawn_nor_planned_any_more(
    work: Work, clock: SetClock
) -> None:
    place = bureau.found(work)
    change(work, on=date(2026, 12, 1), end=True)
    clock.advance(timedelta(days=11))
    assert {ground for _, ground, _ in _grounds(work, place.task)} == {"matter_not_listed"}
    with work.write(OFFICE) as session, pytest.raises(Fault, match="已移出清单"):
        renew.renew(session, OFFICE, task=place.task)
    with work.read() as session:
        [gone] = find.gone(session, on=session.today)
        assert (gone.code, gone.ended_reason) == ("LS-01", "法律修改")
