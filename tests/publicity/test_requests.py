"""Somebody asks for government information; the office answers within the terms of the regulation, and counts what it did."""

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from werkzeug.test import TestResponse

from publicity.requests import annual, handle, rules
from publicity.requests.annual import Handled
from publicity.requests.tables import RequestRow
from registry.accounts import audit
from registry.kernel.clock import SetClock
from registry.kernel.host import Host
from registry.kernel.store import Base
from registry.kernel.work import Work
from registry.kernel.workdays import days_of, workdays_between
from tests.papers import pages
from tests.people import Person
from tests.publicity import office
from tests.publicity.public_forms import kept, sent

sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
WORDS = {
    "applicant_kind": "person",
    "name": "孙申请",
    "id_kind": "identity",
    "id_number": office.LAWYER_ID,
    "contact": "13987654321",
    "description": "2025年度律师事务所年度检查考核的通知",
    "delivery": "email",
}
SECRETS = (WORDS["name"], WORDS["id_number"], WORDS["contact"], WORDS["description"])


def made(client: FlaskClient, **words: str) -> tuple[str, str]:
    receipt = sent(client, "/requests", **{**WORDS, **words})
    assert receipt.status_code == 201, receipt.text
    assert (words.get("description") or WORDS["description"]) in receipt.text, "what was asked"
    assert WORDS["id_number"] not in receipt.text
    return kept(receipt)


def asked(client: FlaskClient, number: str, code: str) -> TestResponse:
    return sent(client, "/requests/status", number=number, code=code)


def page_of(host: Host, number: str) -> str:
    with host.work.read() as session:
        return (
            "/staff/requests/"
            + session.scalars(select(RequestRow.public_id).where(RequestRow.number == number)).one()
        )


@pytest.mark.parametrize(
    ("month", "yuan"),
    [(1, 0), (10, 0), (11, 100), (30, 100), (31, 200), (40, 200), (41, 300), (51, 400)],
)
def test_fee_by_count_of_the_requests_of_a_month(month: int, yuan: int) -> None:
    """国办函〔2020〕109号第三条：10件以下不收费，11—30件每件100元，31件以上以10件为一档，每档每件提高100元。"""
    assert rules.by_count(month) == yuan


@pytest.mark.parametrize(
    ("pages", "yuan"),
    [(0, 0), (30, 0), (31, 10), (100, 700), (101, 720), (200, 2_700), (201, 2_740)],
)
def test_fee_by_pages_of_one_request(pages: int, yuan: int) -> None:
    """国办函〔2020〕109号第四条：30页以下不收费，31—100页每页10元，101—200页每页20元，201页以上每页40元。"""
    assert rules.by_pages(pages) == yuan


@pytest.mark.parametrize(
    ("code", "article", "row", "first"),
    [
        ("disclosed", "第三十六条第二项", "（一）", "choice"),
        ("already_public", "第三十六条第一项", "（一）", "choice"),
        ("partial", "第三十七条", "（二）", "choice"),
        ("state_secret", "第十四条", "（三）不予公开：1", "review"),
        ("third_party", "第十五条", "（三）不予公开：4", "review"),
        ("internal", "第十六条第一款", "（三）不予公开：5", "review"),
        ("case_file", "第十六条第二款", "（三）不予公开：7", "review"),
        ("not_existing", "第三十六条第四项", "（四）无法提供：1", "choice"),
        ("not_ours", "第三十六条第五项", "（四）无法提供：1", "choice"),
        ("to_be_made", "第三十八条", "（四）无法提供：2", "choice"),
        ("petition", "第三十九条第一款", "（五）不予处理：1", "choice"),
        ("repeated", "第三十六条第六项", "（五）不予处理：2", "choice"),
        ("excessive", "第三十五条", "（五）不予处理：4", "choice"),
        ("not_corrected", "第三十条", "（六）其他处理：1", None),
    ],
)
def test_a_decision_names_its_article_its_line_of_the_report_and_its_remedy(
    code: str, article: str, row: str, first: str | None
) -> None:
    """政府信息公开条例第十四条至第十六条、第三十条至第三十九条；行政复议法（2023年）第二十三条第一款第四项。"""
    decision = rules.DECISIONS[code]
    assert article in decision.basis
    assert rules.ROWS[decision.row].startswith(row)
    if first is None:
        assert decision.remedy is None
    else:
        assert ("应当先" in str(decision.remedy)) == (first == "review")


REQUESTS = st.lists(
    st.builds(
        lambda applicant, received, lasted, outcome: Handled(
            applicant,
            received,
            received + timedelta(days=lasted) if lasted is not None else None,
            outcome if lasted is not None else None,
        ),
        st.sampled_from(list(rules.APPLICANTS)),
        st.dates(date(2024, 1, 1), date(2027, 12, 31)),
        st.none() | st.integers(0, 900),
        st.sampled_from(list(rules.DECISIONS)),
    )
)


@given(REQUESTS, st.integers(2024, 2027))
def test_what_came_in_is_what_ended_and_what_goes_on(requests: list[Handled], year: int) -> None:
    """国办公开办函〔2021〕30号：第一项加第二项之和，等于第三项加第四项之和；结转的数字前后年相接。"""
    lines = {line.title: line.figures for line in annual.report(requests, year=year).lines}
    new, before, after = (lines[title] for title in (annual.NEW, annual.CARRIED_IN, annual.CARRIED_OUT))
    total = lines[annual.RESULT + annual.TOTAL]
    results = [lines[annual.RESULT + title] for title in rules.ROWS.values()]
    for place in range(len(rules.APPLICANTS) + 1):
        assert new[place] + before[place] == total[place] + after[place]
        assert total[place] == sum(figures[place] for figures in results)
    following = {line.title: line.figures for line in annual.report(requests, year=year + 1).lines}
    assert after == following[annual.CARRIED_IN]
    assert new[-1] == sum(one.received_on.year == year for one in requests)


@sqlite
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    extended=st.integers(0, 20),
    asked_for=st.lists(st.tuples(st.integers(0, 6), st.integers(0, 25)), max_size=2),
)
def test_the_answer_has_its_working_days_however_long_others_were_asked(
    work: Work, extended: int, asked_for: list[tuple[int, int]]
) -> None:
    """第三十三条第二款、第三款：20个工作日，延长不超过20个，征求第三方意见所需时间不计算在内。"""
    with work.read() as session:
        start = day = session.today
        row = RequestRow(clock_from=start, extended=extended, paused=0)
        stood: set[date] = set()
        for after, lasted in asked_for:
            since, until = day + timedelta(days=after), day + timedelta(days=after + lasted)
            days = days_of(session, since + timedelta(days=1), until)
            stood |= {one.day for one in days if one.works}
            row.paused += workdays_between(session, since, until).days
            day = until
        due = handle.term(session, row).day
        if due >= day:
            days = days_of(session, start + timedelta(days=1), due)
            counted = [one.day for one in days if one.works and one.day not in stood]
            assert len(counted) == rules.TERMS["answer"] + extended


def later(clock: SetClock, days: int, *people: Person) -> None:
    """Days go by, and the people of the office sign in again."""
    clock.advance(timedelta(days=days))
    for person in people:
        person.sign_in()


@pytest.fixture
def clerk(sign_in: Callable[..., Person]) -> Person:
    return sign_in("clerk")


@pytest.fixture
def head(sign_in: Callable[..., Person]) -> Person:
    return sign_in("head")


@sqlite
def test_a_request_goes_from_the_form_to_a_signed_answer_on_paper_and_into_the_figures(
    host: Host, client: FlaskClient, clerk: Person, head: Person
) -> None:
    number, code = made(client)
    assert "2026-12-18" in asked(client, number, code).text, "twenty working days from Friday 20 November"
    page = page_of(host, number)
    assert number in clerk.get("/staff").text
    shown = clerk.get(page).text
    assert WORDS["description"] in shown
    assert WORDS["name"] not in shown
    assert WORDS["id_number"] in clerk.post(f"{page}/applicant").text
    with host.work.read() as session:
        [look] = audit.find(session, verb="request.view", record=page.rsplit("/", 1)[1], limit=5)
    assert look.actor_id == clerk.id
    assert clerk.post(f"{page}/draft", outcome="", reply="给").status_code == 422
    reply = "现提供《关于开展2025年度检查考核的通知》。"
    assert clerk.post(f"{page}/draft", outcome="disclosed", reply=reply).status_code == 303
    assert reply not in asked(client, number, code).text, "what is drafted is not decided"
    assert clerk.post(f"{page}/answer").status_code == 403
    assert "未经审签" in text_of(head.get(f"{page}/answer.pdf"))
    assert head.post(f"{page}/answer").status_code == 303
    assert reply in asked(client, number, code).text

    letter = sent(client, "/requests/answer.pdf", form="/requests/status", number=number, code=code)
    assert letter.headers["Cache-Control"] == "no-store"
    words = text_of(letter)
    for told in (number, WORDS["name"], "予以公开", "第三十六条第二项", "六十日内", "六个月内"):
        assert told in words, told
    assert "未经审签" not in words
    wrong = sent(client, "/requests/answer.pdf", form="/requests/status", number=number, code="AAAA")
    assert wrong.status_code == 404

    assert "研判转主动公开" in clerk.get("/staff").text
    assert clerk.post(f"{page}/convert", converted="yes", notice="a" * 16).status_code == 422
    assert clerk.post(f"{page}/convert", converted="yes").status_code == 422
    notice = office.publicise(host, office.penalty(host.work, office.enrol(host.work)))
    assert clerk.post(f"{page}/convert", converted="yes", notice=notice).status_code == 303
    assert f"/notices/{notice}" in clerk.get(page).text
    told = client.get("/requests/statistics.json?year=2026").get_json()
    assert told["conversion"] == {"given": 1, "converted": 1, "percent": 100.0, "wanted": 20}
    figures = {line["title"]: line["figures"] for line in told["lines"]}
    assert figures[annual.NEW] == [1, 0, 0, 0, 0, 0, 1]
    assert figures["三、本年度办理结果（一）予以公开"][-1] == 1
    assert "100.0%" in client.get("/requests/statistics").text
    assert "一、本年新收政府信息公开申请数量,1,0" in client.get("/requests/statistics.csv").text


@sqlite
def test_a_correction_is_demanded_once_within_seven_working_days_and_starts_the_term_anew(
    host: Host, client: FlaskClient, clock: SetClock, clerk: Person, head: Person
) -> None:
    """第三十条。"""
    number, code = made(client)
    page = page_of(host, number)
    later(clock, 11, clerk)
    late = made(client, description="另一件")
    assert clerk.post(f"{page}/correct", wanted="请写明年份").status_code == 303, "the seventh working day"
    told = asked(client, number, code).text
    assert "请写明年份" in told
    assert "2026-12-22" in told, "fifteen working days to correct it"
    assert clerk.post(f"{page}/draft", outcome="not_corrected", reply="视为放弃").status_code == 422
    later(clock, 4, clerk)
    correction = sent(
        client,
        "/requests/correction",
        form="/requests/status",
        number=number,
        code=code,
        description="要2025年的",
    )
    assert correction.status_code == 200
    assert "2027-01-0" in correction.text, "the whole term from the day of the correction"
    assert "要2025年的" in clerk.get(page).text
    again = clerk.post(f"{page}/correct", wanted="再补正")
    assert again.status_code == 409
    assert "只能一次性" in again.text
    other = page_of(host, late[0])
    later(clock, 14, clerk)
    too_late = clerk.post(f"{other}/correct", wanted="请补正")
    assert too_late.status_code == 409
    assert "不能再要求补正" in too_late.text


@sqlite
def test_whoever_does_not_correct_in_time_gives_the_request_up(
    host: Host, client: FlaskClient, clock: SetClock, clerk: Person, head: Person
) -> None:
    """第三十条：无正当理由逾期不补正的，视为放弃申请。"""
    number, code = made(client)
    page = page_of(host, number)
    clerk.post(f"{page}/correct", wanted="请写明年份")
    later(clock, 60, clerk, head)
    assert clerk.post(f"{page}/draft", outcome="disclosed", reply="给").status_code == 422
    assert clerk.post(f"{page}/draft", outcome="not_corrected", reply="不再处理").status_code == 303
    assert head.post(f"{page}/send_back", reason="请再问一次").status_code == 303
    assert "待申请人补正" in clerk.get(page).text
    clerk.post(f"{page}/draft", outcome="not_corrected", reply="不再处理")
    assert head.post(f"{page}/answer").status_code == 303
    assert "逾期不补正" in asked(client, number, code).text


@sqlite
def test_the_term_stands_still_while_a_third_party_is_asked_and_is_put_off_by_twenty_days_at_most(
    host: Host, client: FlaskClient, clock: SetClock, clerk: Person, head: Person
) -> None:
    """第三十二条、第三十三条。"""
    number, code = made(client)
    page = page_of(host, number)
    clerk.post(f"{page}/consult", whom="甲律师事务所")
    told = asked(client, number, code).text
    assert "征求第三方意见" in told
    assert "甲律师事务所" not in told
    assert "2026-12-11" in told, "the third party has fifteen working days"
    later(clock, 7, clerk, head)
    assert clerk.post(f"{page}/consulted", opinion="").status_code == 422, "its term is not over"
    assert clerk.post(f"{page}/consulted", opinion="同意公开").status_code == 303
    assert "2026-12-25" in asked(client, number, code).text, "five working days were not counted"
    assert clerk.post(f"{page}/extend", days="5", reason="检索量大").status_code == 403
    assert head.post(f"{page}/extend", days="21", reason="检索量大").status_code == 422
    assert head.post(f"{page}/extend", days="15", reason="检索量大").status_code == 303
    assert head.post(f"{page}/extend", days="6", reason="检索量大").status_code == 422
    told = asked(client, number, code).text
    assert "检索量大" in told
    assert "已延长" in told


@sqlite
def test_nothing_is_charged_until_the_quantity_is_out_of_reason(
    host: Host, client: FlaskClient, work: Work, clock: SetClock, clerk: Person, head: Person
) -> None:
    """第四十二条；国办函〔2020〕109号。"""
    number, code = made(client)
    page = page_of(host, number)
    for by, count in (("count", ""), ("pages", "30")):
        free = head.post(f"{page}/charge", by=by, pages=count)
        assert free.status_code == 409
        assert "不收费" in free.text
    assert clerk.post(f"{page}/charge", by="pages", pages="100").status_code == 403
    assert head.post(f"{page}/charge", by="pages", pages="100").status_code == 303
    assert "700 元" in asked(client, number, code).text
    later(clock, 3, clerk, head)
    assert clerk.post(f"{page}/paid").status_code == 303
    assert "2026-12-21" in asked(client, number, code).text, "anew from the day after the payment"
    assert head.post(f"{page}/charge", by="pages", pages="100").status_code == 409


@sqlite
def test_bad_requests_come_back_filled_in_and_one_form_is_one_request(
    host: Host, client: FlaskClient
) -> None:
    for words, told in (
        ({"id_number": "310000198403121367"}, "号码不对"),
        ({"delivery": "carrier pigeon"}, "请选择获取信息的方式"),
        ({"description": ""}, "请写明要哪些信息"),
        ({"website": "x"}, "留空"),
    ):
        answer = sent(client, "/requests", **{**WORDS, **words})
        assert answer.status_code == 422, words
        assert told in answer.text
        assert WORDS["name"] in answer.text
    page = client.get("/requests").text
    marks = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    assert len({kept(client.post("/requests", data={**marks, **WORDS})) for _ in range(2)}) == 1
    answers = {
        re.sub(r'value="[^"]*"', "", asked(client, *pair).text)
        for pair in (("SQ20261120-AAAAAA", "AAAA-AAAA-AAAA"), ("", ""))
    }
    assert len(answers) == 1
    assert client.get("/requests/answer.pdf").status_code == 303


@sqlite
def test_who_asked_is_sealed_and_goes_when_its_term_is_over(
    host: Host, client: FlaskClient, clock: SetClock, clerk: Person, head: Person
) -> None:
    number, code = made(client)
    page = page_of(host, number)
    clerk.post(f"{page}/consult", whom="证人老周")
    clerk.post(f"{page}/consulted", opinion="不同意")
    clerk.post(f"{page}/draft", outcome="third_party", reply="涉及个人隐私。")
    head.post(f"{page}/answer")
    with host.engine.connect() as connection:
        stored = "".join(
            str([tuple(row) for row in connection.execute(table.select())])
            for table in Base.metadata.sorted_tables
        )
    assert number in stored
    assert not any(secret in stored for secret in (*SECRETS, "个人隐私。", "老周", code))
    clock.advance(timedelta(days=5 * 365 + 1))
    assert handle.purge(host.work) == {"purged": 0}
    later(clock, 1, head)
    assert handle.purge(host.work) == {"purged": 1}
    assert handle.purge(host.work) == {"purged": 0}
    assert "已按期删除" in asked(client, number, code).text
    assert "老周" not in head.get(page).text
    assert (
        sent(client, "/requests/answer.pdf", form="/requests/status", number=number, code=code).status_code
        == 404
    )


def text_of(answer: TestResponse) -> str:
    assert answer.status_code == 200, answer.text
    return "".join(pages(answer.data))
