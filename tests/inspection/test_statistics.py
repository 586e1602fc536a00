"""What a year of inspections came to: for the office, for the public, and as the annual report."""

import csv
import json
from collections.abc import Callable
from datetime import date, timedelta
from io import BytesIO, StringIO

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from inspection.visits import find
from inspection.visits.after import figures
from inspection.visits.after.figures import Fact
from registry.kernel.clock import SetClock
from registry.kernel.host import Host
from registry.roster.kinds import district_name
from tests.inspection import bureau, followed
from tests.papers import pages, unembedded
from tests.people import Person
from tests.publicity import office

one_database = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
TODAY = date(2026, 11, 20)

_facts = st.lists(
    st.builds(
        Fact,
        draw=st.just("d"),
        subject=st.sampled_from("abc"),
        district=st.sampled_from(["310101", "310104", ""]),
        matters=st.sampled_from([[("LS-01", "甲")], [("LS-02", "乙")]]),
        visited_on=st.none() | st.just(TODAY),
        closed=st.booleans(),
        codes=st.sampled_from([["1"], ["B"], ["B", "D"]]),
        due=st.none() | st.dates(date(2026, 11, 1), date(2026, 12, 31)),
        published_on=st.none() | st.dates(date(2026, 11, 1), date(2026, 12, 31)),
        rectified=st.sampled_from(["none", "waiting", "overdue", "done", "undone"]),
        outcomes=st.sampled_from([[], ["sent"], ["penalty"]]),
    ),
    max_size=20,
)


@given(_facts)
def test_groups_add_up_to_the_whole_and_no_part_is_larger_than_its_whole(facts: list[Fact]) -> None:
    total = figures.count(facts, today=TODAY)
    groups = figures.by_matter(facts, today=TODAY)
    districts = figures.by_district(facts, {}, today=TODAY)
    for name in (
        "selected",
        "visited",
        "closed",
        "with_problems",
        "ordered",
        "corrected",
        "penalties",
        "late",
    ):
        assert sum(getattr(one, name) for one in groups) == getattr(total, name)
        assert sum(getattr(one, name) for one in districts) == getattr(total, name)
    assert total.with_problems <= total.closed <= total.visited <= total.selected
    assert total.corrected + total.uncorrected + total.overdue <= total.ordered
    for rate in (total.visit_rate, total.problem_rate, total.rectification_rate, total.timeliness):
        assert rate is None or 0 <= rate <= 1


def test_a_visit_for_several_matters_counts_in_each() -> None:
    fact = Fact("d", "a", "", [("LS-01", "甲"), ("LS-02", "乙")], TODAY, True, ["1"], None, None, "none")
    assert [(one.code, one.visited) for one in figures.by_matter([fact], today=TODAY)] == [
        ("LS-01", 1),
        ("LS-02", 1),
    ]


@one_database
def test_the_public_counts_what_is_public_and_the_office_everything(
    host: Host, client: FlaskClient, sign_in: Callable[..., Person]
) -> None:
    visit = followed.close(host.work, followed.visit(host.work).public_id)
    followed.ordered(host.work, visit.public_id)
    clerk = sign_in("clerk")
    inside = clerk.get("/staff/inspection/statistics.json?year=2026").json
    outside = client.get("/inspections/statistics.json?year=2026").json
    assert inside
    assert outside
    assert (inside["total"]["closed"], inside["total"]["ordered"]) == (1, 1)
    assert (outside["total"]["closed"], outside["total"]["ordered"]) == (0, 0)
    assert outside["total"]["selected"] == inside["total"]["selected"]
    office.publicise(host, visit.event or "")
    outside = client.get("/inspections/statistics.json").json
    assert outside
    assert outside["total"]["by_code"] == {"B": 1, "D": 1}
    assert outside["codes"]["B"] == "未按规定公示应当公示的信息"
    assert client.get("/staff/inspection/statistics.json").status_code in (302, 303, 401)


@one_database
def test_the_page_its_chart_and_its_files_say_the_same(
    host: Host, client: FlaskClient, sign_in: Callable[..., Person]
) -> None:
    followed.close(host.work, followed.visit(host.work).public_id)
    page = client.get("/inspections/statistics?year=2026")
    assert page.status_code == 200
    assert "<svg" in page.text
    assert "LS-01" in page.text
    lines = list(
        csv.reader(StringIO(client.get("/inspections/statistics.csv?year=2026").text.lstrip("\ufeff")))
    )
    sheet = load_workbook(BytesIO(client.get("/inspections/statistics.xlsx?year=2026").data)).active
    assert sheet is not None
    cells = list(sheet.iter_rows(values_only=True))
    assert [["" if cell is None else str(cell) for cell in row] for row in cells] == lines
    assert sheet.title == "抽查统计"
    total = dict(zip(cells[0], cells[1], strict=True))
    assert all(isinstance(total[name], int) for name in ("抽中", "已检查", "移送", "按期公开")), (
        "adds up in Excel"
    )
    told = client.get("/inspections/statistics.json?year=2026").json
    assert told
    assert lines[1][lines[0].index("抽中")] == str(told["total"]["selected"])
    for strange in ("year=abc", "year=-1", "year=99999", "year=1999"):
        assert client.get(f"/inspections/statistics?{strange}").status_code == 200
    assert client.get("/inspections/statistics.json?year=1999").status_code == 400
    assert "这一年还没有" in sign_in("clerk").get("/staff/inspection/statistics?year=2019").text


@one_database
def test_a_voided_draw_and_a_replaced_subject_count_for_nothing(host: Host, client: FlaskClient) -> None:
    started = bureau.found(host.work)
    draw = bureau.committed(host.work, started)
    bureau.void(host.work, draw, "frame_fault")
    told = client.get("/inspections/statistics.json").json
    assert told
    assert (told["draws"], told["voided"], told["total"]["selected"]) == (0, 1, 0)


@one_database
def test_the_annual_report_is_frozen_published_by_another_and_the_same_for_ever(
    host: Host, client: FlaskClient, clock: SetClock, sign_in: Callable[..., Person]
) -> None:
    visit = followed.close(host.work, followed.visit(host.work).public_id)
    clerk, head = sign_in("clerk"), sign_in("head")
    page = clerk.post("/staff/inspection/reports", year="2026").headers["Location"]
    draft = "".join(pages(clerk.get(f"{page}.pdf").data))
    assert "草稿" in draft
    assert client.get("/inspections/reports/2026").status_code == 404
    assert client.get("/inspections/reports/2026.pdf").status_code == 404
    assert clerk.post(f"{page}/publish").status_code == 403
    assert head.post(f"{page}/publish").status_code == 303
    assert head.post("/staff/inspection/reports", year="2026").status_code == 409
    paper = client.get("/inspections/reports/2026.pdf").data
    assert unembedded(paper) == set()
    printed = "".join(pages(paper))
    for expected in (
        "双随机抽查情况年度报告",
        "律师事务所执业管理抽查",
        district_name(visit.district),
        "违反执业管理其他规定",
        "仅现场见证的骰子",
        "没有作废的抽取",
        "每个对象被抽中的次数",
        "第1页共",
    ):
        assert expected in printed, expected
    clock.advance(timedelta(days=40))
    followed.record(host.work, _other(host, visit.public_id), visited_on=date(2026, 12, 30))
    assert client.get("/inspections/reports/2026.pdf").data == paper, "figures of a published report stay"
    assert "2026 年度双随机抽查情况报告" in client.get("/inspections/statistics?year=2026").text


@one_database
def test_whoever_prepared_a_report_does_not_publish_it(host: Host, sign_in: Callable[..., Person]) -> None:
    head = sign_in("head")
    page = head.post("/staff/inspection/reports", year="2026").headers["Location"]
    assert head.post(f"{page}/publish").status_code == 403
    assert head.post("/staff/inspection/reports", year="2031").status_code == 422
    figures_ = json.dumps(head.get(page).text, ensure_ascii=False)
    assert "还没有可以检验的抽取" in figures_


def _other(host: Host, visit: str) -> str:
    with host.work.read() as session:
        listed, _ = find.worklist(session, limit=9)
        return next(one.public_id for one in listed if one.public_id != visit)
