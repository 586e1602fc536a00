"""Somebody finds an error on a public page and says so; a clerk answers; whoever has the number reads the answer."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from publicity.reports import handle
from publicity.reports.tables import ErrorReportRow
from registry.credit.objection import handle as objections
from registry.kernel.access import ANONYMOUS
from registry.kernel.clock import SetClock
from registry.kernel.faults import Conflict
from registry.kernel.host import Host
from tests.people import Person
from tests.publicity import office

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
WORDS = {"ground": "state", "statement": "章程律师早已转所", "name": "路人甲", "contact": "13800001111"}
SECRETS = ("早已转所", "路人甲", "13800001111")


def said(client: FlaskClient, about: str, public_id: str, **words: str) -> TestResponse:
    form = client.get(f"/report-error?about={about}&id={public_id}").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', form)
    assert token
    return client.post(
        "/report-error", data={"csrf_token": token[1], "about": about, "id": public_id, **words}
    )


@pytest.fixture
def subjects(host: Host) -> office.Subjects:
    return office.enrol(host.work)


def test_a_report_reaches_a_clerk_and_its_answer_whoever_made_it(
    host: Host, client: FlaskClient, sign_in: Callable[..., Person], subjects: office.Subjects
) -> None:
    here = f"/practitioners/{subjects.lawyer.public_id}"
    assert f"/report-error?about=practitioner&amp;id={subjects.lawyer.public_id}" in client.get(here).text
    sent = said(client, "practitioner", subjects.lawyer.public_id, **WORDS)
    assert sent.status_code == 303
    number = sent.location.rsplit("/", 1)[1]
    waiting = client.get(sent.location).text
    assert "报告已经收到" in waiting
    assert f'<a href="{here}">章程</a>' in waiting, "the page that was reported, by its name"
    assert "2026-11-27" in waiting, "five working days from Friday 20 November"
    assert not any(secret in waiting for secret in SECRETS), "the number is no key to what somebody wrote"

    clerk = sign_in("clerk")
    assert "从业人员 · 执业状态不对" in clerk.get("/staff").text
    page = clerk.get(f"/staff/reports/{number}").text
    assert all(secret in page for secret in SECRETS)
    refused = clerk.post(f"/staff/reports/{number}", outcome="", reply="")
    assert refused.status_code == 422
    assert (
        clerk.post(f"/staff/reports/{number}", outcome="corrected", reply="已按转所决定更正").status_code
        == 303
    )
    assert clerk.post(f"/staff/reports/{number}", outcome="correct", reply="又一次").status_code == 409
    answered = client.get(sent.location).text
    assert "已按转所决定更正" in answered
    assert "已更正" in answered
    assert "已更正" in clerk.get("/staff/reports?state=answered").text
    auditor = sign_in("auditor")
    assert auditor.post(f"/staff/reports/{number}", outcome="correct", reply="x").status_code == 403


def test_what_was_written_is_sealed_and_goes_when_its_time_is_over(
    host: Host,
    client: FlaskClient,
    clock: SetClock,
    sign_in: Callable[..., Person],
    subjects: office.Subjects,
) -> None:
    number = said(client, "practitioner", subjects.lawyer.public_id, **WORDS).location.rsplit("/", 1)[1]
    sign_in("clerk").post(f"/staff/reports/{number}", outcome="correct", reply="核实无误")
    with host.engine.connect() as connection:
        stored = str([tuple(row) for row in connection.execute(select(ErrorReportRow.__table__))])
    assert number in stored
    assert not any(secret in stored for secret in SECRETS)
    clock.advance(timedelta(days=729))
    assert handle.purge(host.work) == {"purged": 0}
    clock.advance(timedelta(days=3))
    assert handle.purge(host.work) == {"purged": 1}
    assert handle.purge(host.work) == {"purged": 0}
    assert "已按期删除" in client.get(f"/report-error/{number}").text
    assert "已按期删除" in sign_in("head").get(f"/staff/reports/{number}").text


def test_an_objection_answers_only_where_somebody_objected(
    host: Host, client: FlaskClient, sign_in: Callable[..., Person], subjects: office.Subjects
) -> None:
    event = office.penalty(host.work, subjects)
    notice = office.publicise(host, event)
    sent = said(client, "notice", notice, **{**WORDS, "ground": "content"})
    number = sent.location.rsplit("/", 1)[1]
    clerk = sign_in("clerk")
    assert f"/staff/objections/new?event={event}" in clerk.get(f"/staff/reports/{number}").text
    early = clerk.post(f"/staff/reports/{number}", outcome="objection", reply="请看公示")
    assert early.status_code == 422
    assert "还没有受理过" in early.text
    with host.work.write(clerk.actor) as session:
        objections.receive(
            session, session.actor, event=event, number=office.FIRM_CODE, region="310000", received_on=session.today,
            asked="correct", statement="金额不对", contact="来人",
        )  # fmt: skip
    assert (
        clerk.post(f"/staff/reports/{number}", outcome="objection", reply="已按异议办理").status_code == 303
    )


def test_bad_reports_come_back_filled_in_and_store_nothing(
    host: Host, client: FlaskClient, subjects: office.Subjects
) -> None:
    me = subjects.lawyer.public_id
    for words, told in (
        ({"ground": "state", "statement": " "}, "请写明哪里不对"),
        ({"ground": "nothing", "statement": "甲乙丙"}, "请选择哪一类错误"),
        ({"ground": "state", "statement": "长" * 2001}, "不超过 2000 字"),
        ({"ground": "state", "statement": "x", "contact": "1" * 201}, "不超过 200 字"),
    ):
        answer = said(client, "practitioner", me, **words)
        assert answer.status_code == 422
        assert told in answer.text
        assert words["statement"].strip() in answer.text
    with host.engine.connect() as connection:
        assert connection.execute(select(ErrorReportRow.id)).all() == []
    for query in (
        "",
        "?about=practitioner&id=aaaaaaaaaaaaaaaa",
        f"?about=staff&id={me}",
        f"?about=notice&id={me}",
    ):
        assert client.get(f"/report-error{query}").status_code == 404
    assert client.post("/report-error", data={"about": "practitioner", "id": me}).status_code == 400, (
        "no token"
    )
    assert client.get("/report-error/aaaaaaaaaaaaaaaa").status_code == 404


def test_the_same_report_twice_is_one_and_one_page_takes_no_flood(
    host: Host, subjects: office.Subjects
) -> None:
    def receive(statement: str) -> str:
        with host.work.write(ANONYMOUS) as session:
            return handle.receive(
                session,
                session.actor,
                about="organisation",
                about_id=subjects.firm.public_id,
                ground="other",
                written={"statement": statement},
            )

    first = receive("双击")
    assert receive("双击") == first
    for serial in range(19):
        receive(f"第{serial}件")
    with pytest.raises(Conflict, match="许多报告"):
        receive("又一件")


def test_one_address_cannot_report_all_day(client: FlaskClient, subjects: office.Subjects) -> None:
    answers = [
        said(
            client, "organisation", subjects.firm.public_id, ground="other", statement=f"第{serial}件"
        ).status_code
        for serial in range(11)
    ]
    assert answers == [303] * 10 + [429]
