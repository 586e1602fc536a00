"""What the office is graded on is what a slow count finds, decision by decision."""

import io
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from itertools import combinations_with_replacement, product
from typing import Any, NamedTuple

import pytest
from openpyxl import load_workbook
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from publicity.feed import receipts
from publicity.feed.channel_tables import DeliveryRow
from publicity.feed.graded import candidates, count, measure, quality, returns, sheet
from publicity.feed.graded.count import Figures
from publicity.feed.graded.returns import Return, Side
from publicity.feed.receipts import Item
from publicity.feed.tables import Receipt
from publicity.notices import publish
from publicity.notices.tables import Notice, NoticeVersion
from publicity.release.tables import Release
from registry.credit import find
from registry.credit.record import annul
from registry.credit.tables import EventRow
from registry.kernel import metrics
from registry.kernel.clock import SHANGHAI, SetClock
from registry.kernel.faults import Conflict, Invalid
from registry.kernel.host import Host
from registry.kernel.work import Work, WorkSession
from registry.kernel.workdays import add_workdays
from tests.people import Person
from tests.publicity import office, telling
from tests.publicity.platform import Platform
from tests.registry.test_standard import TEMPLATES


class City(NamedTuple):
    channel: str
    subjects: office.Subjects


FIRST, LAST = date(2026, 9, 1), date(2026, 11, 20)


@pytest.fixture
def platform() -> Iterator[Platform]:
    with Platform() as platform:
        yield platform


@pytest.fixture
def city(host: Host, platform: Platform, clock: SetClock) -> City:
    """Three months of decisions with every fate."""
    work = host.work
    clock.set(datetime(2026, 10, 9, 10, tzinfo=SHANGHAI))
    channel = telling.channel(work, platform)
    subjects = office.enrol(work)
    office.publicise(host, office.penalty(work, subjects, number="第1号", decided="2026-10-08"))
    platform.will("", "refuse")
    refused = office.publicise(host, office.penalty(work, subjects, number="第2号", decided="2026-09-15"))
    telling.deliver_all(work)
    late = office.penalty(work, subjects, number="第3号", decided="2026-10-08")
    clock.set(datetime(2026, 11, 2, 10, tzinfo=SHANGHAI))
    office.publicise(host, late)
    telling.deliver_all(work)
    mended = office.publicise(host, office.penalty(work, subjects, number="第4号", decided="2026-10-29"))
    platform.will("refuse")
    telling.deliver_all(work)
    with work.write(office.OFFICE) as session:
        publish.correct(session, office.OFFICE, notice=mended, columns={"CF_NR": "罚款二万元整"})
    telling.deliver_all(work)
    annulled = office.penalty(work, subjects, number="第5号", decided="2026-10-20")
    with work.write(office.OFFICE) as session:
        annul(session, office.OFFICE, event=annulled, ground="复议撤销", on=date(2026, 11, 1))
    mistaken = office.penalty(work, subjects, number="第6号", decided="2026-09-21")
    office.correct(host, mistaken, decided_on=date(2026, 10, 21), columns={"CF_JDRQ": "2026-10-21"})
    office.release_of(work, office.penalty(work, subjects, number="第7号", decided="2026-11-02"))
    office.publicise(
        host, office.permit(work, subjects, number="沪司许决字〔2026〕第1号", decided="2026-10-30")
    )
    read = office.publicise(
        host, office.permit(work, subjects, number="沪司许决字〔2026〕第2号", decided="2026-10-30")
    )
    with work.write(office.OFFICE) as session:
        entry = select(NoticeVersion.position).join(Notice).where(Notice.public_id == read)
        index = session.scalars(entry).one()
        receipts.accept(session, office.OFFICE, items=[Item(index, "rejected", "9", "许可内容为空")])
        receipts.accept(session, office.OFFICE, items=[Item(index, "accepted")])
    clock.set(datetime(2026, 11, 20, 10, tzinfo=SHANGHAI))
    assert telling.states(work, refused) == ["rejected"]
    return City(channel, subjects)


def slowly(session: WorkSession, first: date, last: date, kind: str, channel: bool) -> Figures:
    """The same, by looking at every row."""
    total = Figures()
    for event in find.events(session, session.scalars(select(EventRow.public_id)).all()).values():
        if event.kind.code != kind or event.annulled_by or not first <= event.decided_on <= last:
            continue
        release = session.scalar(select(Release).where(Release.event_id == event.id))
        notice = release and session.scalar(select(Notice).where(Notice.release_id == release.id))
        told = answers(session, notice, channel) if notice else []
        taken = sorted(at for result, at, _ in told if result == "accepted" and at)
        doubted = any(result == "rejected" and is_last for result, _, is_last in told)
        late_from = add_workdays(session, event.decided_on, 7).day
        late = bool(taken) and taken[0].astimezone(SHANGHAI).date() > late_from
        total += Figures(
            produced=1,
            published=int(notice is not None),
            told=int(bool(told)),
            accepted=int(bool(taken)),
            compliant=int(bool(taken) and not doubted),
            refused=int(doubted),
            late=int(late),
            overdue=int(not taken and session.today > late_from),
        )
    return total


def answers(session: WorkSession, notice: Notice, channel: bool) -> list[tuple[str, datetime | None, bool]]:
    """(result, when, whether about the last version) of each version that went out."""
    rows = session.scalars(select(DeliveryRow).where(DeliveryRow.record == notice.public_id)).all()
    last = max((row.position for row in rows), default=0)
    states = ("sent", "accepted", "rejected", "superseded")
    went = [row for row in rows if not row.ends and row.attempts and row.state in states]
    found = [(row.state, row.settled_at, row.position == last) for row in went]
    for version in [] if channel else notice.versions:
        given = session.scalars(
            select(Receipt).where(Receipt.position == version.position).order_by(Receipt.id)
        ).all()
        found += [(given[-1].result, given[-1].received_at, version is notice.versions[-1])] if given else []
    return found  # fmt: skip


def test_the_figures_reasons_and_columns_are_those_of_a_slow_count(work: Work, city: City) -> None:
    edges = [FIRST, date(2026, 10, 8), date(2026, 10, 30), LAST]
    with work.read() as session:
        for (first, last), channel in product(combinations_with_replacement(edges, 2), (None, city.channel)):
            counted = count.figures(session, first=first, last=last, channel=channel)
            for kind in ("permit", "penalty"):
                expected = slowly(session, first, last, kind, channel is not None)
                assert counted.total(kind=kind) == expected, (kind, first, last, channel)
        whole = count.figures(session, first=FIRST, last=LAST).total()
    assert whole == Figures(
        produced=8, published=6, told=5, accepted=4, compliant=4, refused=1, late=1, overdue=4
    )
    assert whole.compliance == 4 / 5
    assert whole.lateness == 1 / 4
    listed_with_reasons(work)
    columns_counted(work)


def listed_with_reasons(work: Work) -> None:
    """What was never told, and why."""
    with work.read() as session:
        found = candidates.candidates(session, first=FIRST, last=LAST)
        figures = count.figures(session, first=FIRST, last=LAST).total()
        assert len(found) == figures.untold
    assert {one.document_number: (one.reason, one.late, one.days, one.lawful) for one in found} == {
        "第6号": ("公开流程：待提出", True, 30, False),
        "第7号": ("公开流程：待提出", True, 18, False),
        "沪司许决字〔2026〕第1号": ("已公开，尚未报送", True, 21, False),
    }


def columns_counted(work: Work) -> None:
    """Columns that nobody has, or that a platform doubts."""
    with work.read() as session:
        found = {one.code: one for one in quality.quality(session, first=FIRST, last=LAST)}
    assert (found["CF_YXQ"].decisions, found["CF_YXQ"].missing) == (6, 6)
    assert found["XK_XDR_LB"].missing == 2
    assert found["CF_XDR_SHXYM"].doubted == 1


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
class TestPages:
    def test_the_page_the_json_the_spreadsheet_and_the_gauges_say_the_same(
        self, host: Host, city: City, sign_in: Callable[..., Person]
    ) -> None:
        clerk = sign_in("clerk")
        page = clerk.get("/staff/feed/grades").text
        for words in ("瞒报候选", "沪司许决字〔2026〕第1号", "80.00%", "25.00%", "处罚有效期"):
            assert words in page
        told = clerk.get("/staff/feed/grades.json").json
        assert told is not None
        months = {month["month"]: month for month in told["months"]}
        assert (months["2026-10"]["produced"], months["2026-10"]["late"]) == (6, 1)
        assert sum(month["accepted"] for month in told["months"]) == 4
        sheet = load_workbook(io.BytesIO(clerk.get("/staff/feed/grades.xlsx").data)).worksheets[0]
        lines = list(sheet.iter_rows(values_only=True))
        assert lines[-1] == ("合计", 8, 6, 5, 4, 4, 1, 1, 4, "80.00%", "25.00%")
        assert lines[10][:2] == ("2026-10", 6)
        untold = load_workbook(io.BytesIO(clerk.get("/staff/feed/grades/untold.xlsx").data)).worksheets[0]
        assert untold.max_row == 4
        assert "25.00%" not in clerk.get("/staff/feed/grades?year=2025").text
        [job] = [job for job in host.jobs if job.name == "grades"]
        assert job.run(host.work)["candidates"] == 3
        measured = metrics.exposition()[0].decode()
        for line in (
            'legalcredit_graded_decisions{figure="late",kind="penalty"} 1.0',
            'legalcredit_graded_share{kind="penalty",share="compliant"} 0.75',
            "legalcredit_graded_candidates 3.0",
        ):
            assert line in measured, line
        assert (
            measure.months(count.Counted({}), first=date(2026, 1, 1), last=date(2026, 3, 1))[2].first.month
            == 3
        )


OCTOBER = date(2026, 10, 1)
FORM: dict[str, Any] = {"city.permit": "2", "city.penalty": "", "problems": "", "version": "1"}


def test_it_has_the_form_that_platforms_hand_out() -> None:
    """The county's own file, row by row: title, note, two rows of headers with their merged cells."""
    side = Side(5, 4, 3, 2, "依法不公示 1", 2)
    given = Return(OCTOBER, "苏州市", "https://sfj.example", side, side, "市平台上报服务（SOAP）", "无")
    files = [io.BytesIO(), io.BytesIO()]
    for file in files:
        sheet.write(file, given, at=datetime(2026, 11, 3, tzinfo=SHANGHAI))
    assert files[0].getvalue() == files[1].getvalue()
    made = CalamineWorkbook.from_filelike(io.BytesIO(files[0].getvalue())).get_sheet_by_index(0)
    theirs = CalamineWorkbook.from_path(TEMPLATES / "monthly-return.xls")
    form = theirs.get_sheet_by_index(0)
    assert made.name == theirs.sheet_names[0]
    assert sorted(made.merged_cell_ranges or []) == sorted(form.merged_cell_ranges or [])
    rows, expected = made.to_python(), form.to_python()
    assert rows[0][0] == "苏州市双公示工作2026/10-2026/10数据统计表"
    assert str(expected[0][0]).replace("2017", "2026") == rows[0][0]
    assert rows[2][0] == expected[2][0]
    # The old format repeats a merged cell's text, the new one has it once.
    for (top, left), (bottom, right) in made.merged_cell_ranges or []:
        for row in rows[top : bottom + 1]:
            row[left : right + 1] = [rows[top][left]] * (right + 1 - left)
    assert rows[3:5] == [row[:18] for row in expected[3:5]]
    assert rows[5][0] == expected[5][0] == "合计数"
    assert rows[6][:9] == ["苏州市", "https://sfj.example", 5, 4, 3, 2, "依法不公示 1", 2, 2]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
class TestReturn:
    def test_a_month_is_counted_handed_in_and_compared(
        self, host: Host, city: City, sign_in: Callable[..., Person], clock: SetClock
    ) -> None:
        clerk = sign_in("clerk")
        assert "未上报" in clerk.get("/staff/feed/returns").text
        page = clerk.get("/staff/feed/returns/2026-10").text
        assert "示范市司法局双公示工作2026/10-2026/10数据统计表" in page
        assert "公开流程：待提出 1" in page
        assert clerk.post("/staff/feed/returns/2026-10", **{**FORM, "city.permit": "二"}).status_code == 422
        handed = clerk.post(
            "/staff/feed/returns/2026-10",
            **FORM,
        )
        assert handed.status_code == 303, handed.text
        assert clerk.post("/staff/feed/returns/2026-10", **FORM).status_code == 409
        page = clerk.get("/staff/feed/returns/2026-10").text
        assert "测试clerk 于" in page
        assert "与上报的数字相同" in page
        first = clerk.get("/staff/feed/returns/2026-10.xlsx?version=1").data
        clock.advance(timedelta(hours=1))
        office.penalty(host.work, city.subjects, number="第9号", decided="2026-10-26")
        page = clerk.get("/staff/feed/returns/2026-10").text
        assert "与上报时不同" in page
        assert "行政处罚：产生数量" in page
        assert clerk.get("/staff/feed/returns/2026-10.xlsx?version=1").data == first, (
            "what is handed in is frozen"
        )
        rows = CalamineWorkbook.from_filelike(io.BytesIO(first)).get_sheet_by_index(0).to_python()
        assert rows[6][2:6] + rows[6][7:9] == [2, 2, 1, 1, 1, 2]
        assert rows[6][9:13] + rows[6][14:16] == [4, 3, 3, 1, 3, ""]
        again = {**FORM, "version": "2"}
        assert clerk.post("/staff/feed/returns/2026-10", **again).status_code == 422
        assert clerk.post("/staff/feed/returns/2026-10", **again, reason="补录一件").status_code == 303
        assert "已上报 2 次" in clerk.get("/staff/feed/returns").text
        assert clerk.get("/staff/feed/returns/2026-10.xlsx?version=3").status_code == 404
        assert sign_in("auditor").post("/staff/feed/returns/2026-10", **again).status_code == 403

    @pytest.mark.parametrize("month", ["2026-13", "1999-01", "2026-12", "2026-1x"])
    def test_what_is_no_month_is_not_found(self, sign_in: Callable[..., Person], month: str) -> None:
        assert sign_in("clerk").get(f"/staff/feed/returns/{month}").status_code == 404

    def test_a_month_that_runs_is_not_handed_in_and_none_twice_at_once(self, work: Work) -> None:
        given: dict[str, Any] = {"unit": "局", "address": "", "city": {}, "problems": ""}
        with work.write(office.OFFICE) as session, pytest.raises(Invalid) as refusal:
            returns.hand_in(session, office.OFFICE, month=date(2026, 11, 5), **given)
        assert [fault.rule for fault in refusal.value.fields] == ["not_over"]
        with work.write(office.OFFICE) as session:
            returns.hand_in(session, office.OFFICE, month=OCTOBER, **given)
        with work.write(office.OFFICE) as session, pytest.raises(Conflict):
            returns.hand_in(session, office.OFFICE, month=OCTOBER, **given)
