"""The directory of inspectors: changes are facts, leave and recusals are public without their reasons, each declares their
own, and frames leave out whoever has no time."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import select

from inspection.ceremony.find import frame_bytes
from inspection.plan import draft
from inspection.plan.directory import change, find, leave
from inspection.plan.directory.change import Particulars
from inspection.plan.directory.presence import away
from inspection.plan.tables import InspectorRow, RecusalRow
from registry.kernel.access import Actor
from registry.kernel.clock import SetClock
from registry.kernel.faults import Conflict, Invalid, NotFound, Refused
from registry.kernel.host import Host
from registry.kernel.work import Work
from tests.inspection import bureau
from tests.inspection.bureau import OFFICE
from tests.people import Person

TODAY = date(2026, 11, 20)
FIRM = "示范市第1试验律师事务所"
sqlite_alone = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def who(work: Work, certificate: str = "090000") -> str:
    """The inspector (public id) with this certificate."""
    with work.read() as session:
        return session.scalars(
            select(InspectorRow.public_id).where(InspectorRow.certificate == certificate)
        ).one()


def particulars(**changed: Any) -> Particulars:
    content: dict[str, Any] = {
        "name": "检查员0", "valid_until": date(2028, 1, 1), "unit": "示范市司法局", "district": "310107",
        "lead": True, "kinds": ["law_firm"],
    }  # fmt: skip
    return Particulars(**{**content, **changed})


def on_leave(work: Work, first: date, last: date, certificate: str = "090000") -> str:
    inspector = who(work, certificate)
    with work.write(OFFICE) as session:
        return leave.take_leave(
            session, OFFICE, inspector=inspector, starts_on=first, ends_on=last, reason="住院手术"
        ).public_id


def framed(work: Work, draw: str) -> dict[str, dict[str, Any]]:
    """The inspectors of a draw's frame by certificate."""
    with work.read() as session:
        frame = json.loads(frame_bytes(session, draw))
    return {one["id"]: one for one in frame["inspectors"]}


# November 2026: the 20th is a Friday; the tasks of the bureau run until Sunday 20 December, 20 working days after today.
@pytest.mark.parametrize(
    ("leaves", "note"),
    [
        ([], None),
        ([(date(2026, 11, 20), date(2026, 11, 30))], None),
        ([(date(2026, 11, 1), date(2026, 12, 13))], None),
        ([(date(2026, 11, 1), date(2026, 12, 14))], "请假 2026-11-01 至 2026-12-14"),
        ([(date(2026, 11, 20), date(2027, 1, 31))], "请假 2026-11-20 至 2027-01-31"),
        (
            [(date(2026, 12, 7), date(2026, 12, 20)), (date(2026, 11, 20), date(2026, 12, 3))],
            "请假 2026-11-20 至 2026-12-03、2026-12-07 至 2026-12-20",
        ),
        ([(date(2027, 1, 1), date(2027, 2, 1))], None),
    ],
)
def test_whose_leave_leaves_too_few_working_days_is_away(
    leaves: list[tuple[date, date]], note: str | None
) -> None:
    workdays = [day for n in range(31) if (day := TODAY + timedelta(days=n)).weekday() < 5]
    assert away(leaves, workdays, least=5) == note


def test_where_the_whole_time_is_short_one_free_day_is_enough() -> None:
    workdays = [date(2026, 11, 23), date(2026, 11, 24)]
    monday = [(date(2026, 11, 23), date(2026, 11, 23))]
    assert away(monday, workdays, least=5) is not None
    assert away(monday, workdays, least=1) is None
    assert away([], workdays, least=5) is None


def test_who_has_days_left_beside_the_leave_is_drawn_and_reasons_stand_in_no_frame(work: Work) -> None:
    place = bureau.found(work)
    on_leave(work, date(2026, 11, 27), date(2027, 1, 10))
    short = on_leave(work, date(2026, 11, 25), date(2026, 11, 26), "090001")
    draw = bureau.committed(work, place)
    inspectors = framed(work, draw)
    one = inspectors["090000"]
    assert (one["status"], one["ground"], one["note"]) == ("eligible", None, None), (
        "five working days are left before it"
    )
    assert inspectors["090001"]["status"] == "eligible"
    with work.write(OFFICE) as session:
        leave.take_back_leave(session, OFFICE, leave=short)
    with work.write(OFFICE) as session, pytest.raises(Conflict):
        leave.take_back_leave(session, OFFICE, leave=short)
    with work.read() as session:
        assert b"\xe4\xbd\x8f\xe9\x99\xa2" not in frame_bytes(session, draw)


def test_who_is_away_for_the_whole_time_is_excluded(work: Work) -> None:
    place = bureau.found(work)
    on_leave(work, date(2026, 11, 23), date(2027, 1, 10))
    one = framed(work, bureau.committed(work, place))["090000"]
    assert (one["status"], one["ground"], one["note"]) == (
        "excluded",
        "on_leave",
        "请假 2026-11-23 至 2027-01-10",
    )


def test_changes_are_facts_with_their_day_and_the_last_one_holds(work: Work) -> None:
    bureau.found(work)
    one = who(work)
    with work.write(OFFICE) as session:
        change.change(
            session, OFFICE, inspector=one, particulars=particulars(lead=False, unit="示范区司法局")
        )
    with work.write(OFFICE) as session, pytest.raises(Conflict, match="没有变化"):
        change.change(
            session, OFFICE, inspector=one, particulars=particulars(lead=False, unit="示范区司法局")
        )
    with work.write(OFFICE) as session:
        change.end(session, OFFICE, inspector=one, on=date(2026, 12, 1))
    with work.write(OFFICE) as session, pytest.raises(Conflict, match="已离岗"):
        change.change(session, OFFICE, inspector=one, particulars=particulars())
    with work.read() as session:
        page = find.inspector(session, one)
    assert [row.fields for row in page.changes] == [
        [("离岗日期", "—", "2026-12-01")],
        [("可任组长", "是", "否"), ("单位", "示范市司法局", "示范区司法局")],
    ]
    assert (page.line.lead, page.line.state) == (False, "serving")


@sqlite_alone
@pytest.mark.parametrize(
    ("changed", "field"),
    [({"name": ""}, "name"), ({"unit": " "}, "unit"), ({"kinds": []}, "kinds"), ({"kinds": ["x"]}, "kinds"),
     ({"district": "黄浦"}, "district")],
)  # fmt: skip
def test_particulars_that_say_nothing_are_refused(work: Work, changed: dict[str, Any], field: str) -> None:
    bureau.found(work)
    one = who(work)
    with work.write(OFFICE) as session, pytest.raises(Invalid) as refused:
        change.change(session, OFFICE, inspector=one, particulars=particulars(**changed))
    assert [fault.path for fault in refused.value.fields] == [field]


@sqlite_alone
@pytest.mark.parametrize(
    ("first", "last", "reason", "field"),
    [
        (date(2026, 11, 1), date(2026, 11, 19), "病假", "ends_on"),
        (date(2026, 12, 2), date(2026, 12, 1), "病假", "ends_on"),
        (date(2026, 12, 1), date(2028, 12, 1), "病假", "ends_on"),
        (date(2026, 12, 1), date(2026, 12, 2), " ", "reason"),
    ],
)
def test_leave_has_days_to_come_and_a_reason(
    work: Work, first: date, last: date, reason: str, field: str
) -> None:
    bureau.found(work)
    one = who(work)
    with work.write(OFFICE) as session, pytest.raises(Invalid) as refused:
        leave.take_leave(session, OFFICE, inspector=one, starts_on=first, ends_on=last, reason=reason)
    assert {fault.path for fault in refused.value.fields} == {field}
    on_leave(work, date(2026, 12, 1), date(2026, 12, 5))
    with pytest.raises(Conflict, match="重叠"):
        on_leave(work, date(2026, 12, 5), date(2026, 12, 6))


# 行政处罚法第四十三条: recusal. The pair is public, the reason never.
def test_a_recusal_is_declared_once_lifted_by_another_and_frames_hold_what_stands(work: Work) -> None:
    place = bureau.found(work)
    one, firm = who(work), place.firms[0].public_id

    def declare() -> None:
        with work.write(OFFICE) as session:
            draft.declare_recusal(session, OFFICE, inspector=one, organisation=firm, reason="配偶在该所")

    declare()
    with pytest.raises(Conflict):
        declare()
    assert framed(work, bureau.committed(work, place))["090000"]["recused"] == [firm]
    with work.read() as session:
        [standing] = find.inspector(session, one).recusals
        assert (standing.reason, standing.subject) == ("配偶在该所", firm)
    declarer = Actor("staff", OFFICE.id, "顾明远", frozenset({"inspection.plan"}))
    with work.write(declarer) as session, pytest.raises(Refused, match="登记人以外"):
        leave.lift_recusal(session, declarer, recusal=standing.id)
    with work.write(OFFICE) as session:
        leave.lift_recusal(session, OFFICE, recusal=standing.id)
    declare()
    with work.read() as session:
        assert [row.lifted_at is None for row in find.inspector(session, one).recusals] == [True, False]
        assert len(session.scalars(select(RecusalRow)).all()) == 2


@sqlite_alone
def test_inspectors_declare_their_own_on_their_page_and_nobody_reads_the_reasons(
    host: Host, client: FlaskClient, sign_in: Callable[..., Person]
) -> None:
    place = bureau.found(host.work)
    mine, other = sign_in("inspector"), sign_in("inspector", username="inspector9")
    assert "没有关联执法证" in mine.get("/staff/inspection/inspectors/mine").text
    bureau.link(host.work, "090000", "inspector")
    bureau.link(host.work, "090001", "inspector9")
    page = f"/staff/inspection/inspectors/{who(host.work)}"
    days = {"starts_on": "2026-12-01", "ends_on": "2026-12-05", "reason": "陪护家人住院"}
    assert other.post(f"{page}/leave", **days).status_code == 403
    assert sign_in("clerk").post(f"{page}/leave", **days).status_code == 403
    back = mine.post(f"{page}/leave", **{**days, "reason": ""})
    assert (back.status_code, 'value="2026-12-01"' in back.text) == (422, True)
    assert mine.post(f"{page}/leave", **days).status_code == 303
    found = mine.post(f"{page}/recusals", asked="第1试验")
    assert FIRM in found.text
    said = {"asked": "第1试验", "subject": place.firms[0].public_id, "recusal_reason": "大学同学任主任"}
    assert other.post(f"{page}/recusals", **said).status_code == 403
    assert mine.post(f"{page}/recusals", **said).status_code == 303
    own = mine.get("/staff/inspection/inspectors/mine").text
    assert "陪护家人住院" in own
    assert "大学同学任主任" in own
    everywhere = [
        client.get(path)
        .get_data(as_text=True)
        .encode()
        .decode("unicode_escape" if path.endswith("json") else "utf-8")
        for path in ("/inspectors", "/inspectors.csv", "/inspectors.json")
    ]
    everywhere.append(other.get(page).text)
    for text in everywhere:
        assert "2026-12-01" in text
        assert FIRM in text
        assert "住院" not in text
        assert "同学" not in text
    for text in everywhere[:3]:
        assert "检查员0" not in text, "in public a certificate number is all"
    sheet = load_workbook(BytesIO(client.get("/inspectors.xlsx").data)).active
    assert next(cell.value for cell in sheet[2]) == "090000"


@sqlite_alone
def test_the_head_finds_changes_links_and_ends_inspectors_on_pages(
    host: Host, clock: SetClock, sign_in: Callable[..., Person]
) -> None:
    bureau.found(host.work)
    on_leave(host.work, TODAY, date(2026, 11, 27), "090003")
    head, account = sign_in("head"), sign_in("inspector")
    listing = "/staff/inspection/inspectors"
    assert head.get(listing).text.count("<td>示范市司法局</td>") == 8
    assert head.get(f"{listing}?q=090003").text.count("<td>示范市司法局</td>") == 1
    assert "请假中" in head.get(f"{listing}?state=leave").text
    assert "没有符合条件的检查人员" in head.get(f"{listing}?kind=lawyer").text
    assert "没有符合条件的检查人员" in head.get(f"{listing}?state=expired&district=310107").text
    page = f"{listing}/{who(host.work)}"
    fields = {
        "name": "检查员0",
        "unit": "示范区司法局",
        "district": "",
        "valid_until": "2029-01-01",
        "kinds": "lawyer",
    }
    assert head.post(f"{page}/change", **{**fields, "valid_until": ""}).status_code == 422
    assert head.post(f"{page}/change", **fields).status_code == 303
    assert "示范市司法局 → 示范区司法局" in head.get(page).text
    offered = head.get(page).text
    assert f"（{account.username}）" in offered
    with host.work.read() as session:
        [(row, _)] = find.accounts(session)
    assert head.post(f"{page}/account", account="999").status_code == 404
    assert head.post(f"{page}/account", account=str(row)).status_code == 303
    assert "我的回避与请假" in account.get(f"{listing}/mine").text
    assert head.post(f"{page}/end", ended_on="2026-11-19").status_code == 422
    assert head.post(f"{page}/end", ended_on="2026-11-20").status_code == 303
    assert "090000" not in head.get(listing).text
    assert "090000" in head.get(f"{listing}?state=left").text
    assert account.post(f"{page}/change", **fields).status_code == 403


@sqlite_alone
def test_who_is_not_there_is_not_found(work: Work) -> None:
    with work.write(OFFICE) as session, pytest.raises(NotFound):
        change.end(session, OFFICE, inspector="aaaaaaaaaaaaaaaa", on=TODAY)
    with work.write(OFFICE) as session, pytest.raises(NotFound):
        leave.take_back_leave(session, OFFICE, leave="aaaaaaaaaaaaaaaa")
    with work.write(OFFICE) as session, pytest.raises(NotFound):
        leave.lift_recusal(session, OFFICE, recusal=1)
    with work.read() as session, pytest.raises(NotFound):
        find.inspector(session, "aaaaaaaaaaaaaaaa")
