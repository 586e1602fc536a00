"""A notice on paper: what the public page says, never more, and only as long as the page says it."""

from datetime import timedelta

from flask.testing import FlaskClient

from publicity.notices import end, publish
from registry.kernel.clock import SetClock
from registry.kernel.host import Host
from registry.kernel.settings import Settings
from tests.papers import described, pages, unembedded
from tests.publicity import office


def test_a_notice_on_paper_holds_the_record_its_place_in_the_log_and_no_persons_number(
    host: Host, client: FlaskClient, settings: Settings
) -> None:
    subjects = office.enrol(host.work)
    for event, expected in (
        (
            office.permit(host.work, subjects),
            ["章程", office.LAWYER_NUMBER, "沪司许决字〔2026〕第101号", "长期"],
        ),
        (office.penalty(host.work, subjects), ["上海明理律师事务所", office.FIRM_CODE, "私自收费", "2万元"]),
        (office.finding(host.work, subjects), ["2026年第四季度律师事务所抽查", "未发现问题"]),
    ):
        notice = office.publicise(host, event)
        answer = client.get(f"/notices/{notice}.pdf")
        assert answer.status_code == 200
        assert answer.content_type == "application/pdf"
        printed = "".join(pages(answer.data))
        told = client.get(f"/notices/{notice}.json").json or {}
        checkpoint = "".join(told["ledger"]["checkpoint"].split())
        for text in (*expected, told["record"]["until"] or "长期", checkpoint, settings.bureau):
            assert text in printed
        assert f"{settings.public_url}/notices/{notice}" in printed
        assert not any(secret in printed for secret in office.PRIVATE)
        assert not any(secret.encode() in answer.data for secret in office.PRIVATE)
        assert unembedded(answer.data) == set()
        assert described(answer.data)["/Title"] == f"公示信息 {notice}", "the file's own title names nobody"
        assert f"/notices/{notice}.pdf" in client.get(f"/notices/{notice}").text
        assert client.get(f"/notices/{notice}.pdf").data == answer.data


def test_the_facts_of_a_penalty_are_told_without_the_numbers_they_quote(
    host: Host, client: FlaskClient
) -> None:
    notice = office.publicise(host, office.penalty(host.work, office.enrol(host.work)))
    assert "身份证号码略" in "".join(pages(client.get(f"/notices/{notice}.pdf").data))


def test_a_mark_stands_at_the_head_of_the_paper_until_it_is_cleared(host: Host, client: FlaskClient) -> None:
    notice = office.publicise(host, office.penalty(host.work, office.enrol(host.work)))
    head = office.person(host.permissions, "head")
    for marks, shown in ((["objection"], True), ([], False)):
        with host.work.write(head) as session:
            publish.mark(session, head, notice=notice, marks=marks)
        assert ("异议处理中" in pages(client.get(f"/notices/{notice}.pdf").data)[0]) is shown


def test_after_its_end_the_paper_is_gone_exactly_as_the_page_is(host: Host, client: FlaskClient) -> None:
    notice = office.publicise(host, office.penalty(host.work, office.enrol(host.work)))
    leader = office.person(host.permissions, "leader")
    with host.work.write(leader) as session:
        end.withdraw(session, leader, notice=notice, ground="mistaken")
    page, paper = client.get(f"/notices/{notice}"), client.get(f"/notices/{notice}.pdf")
    assert (paper.status_code, paper.content_type) == (410, page.content_type)
    # The switches of the look lead back to where they stand.
    assert paper.text.replace(f"{notice}.pdf", notice) == page.text
    assert "明理" not in paper.text


def test_past_its_last_day_there_is_no_paper_though_no_job_has_run(
    host: Host, client: FlaskClient, clock: SetClock
) -> None:
    notice = office.publicise(host, office.penalty(host.work, office.enrol(host.work)))
    assert client.get(f"/notices/{notice}.pdf").status_code == 200
    clock.advance(timedelta(days=4 * 366))
    assert client.get(f"/notices/{notice}.pdf").status_code == 410


def test_an_unknown_notice_has_no_paper(client: FlaskClient) -> None:
    assert client.get(f"/notices/{'a' * 16}.pdf").status_code == 404


def test_the_paper_is_in_the_description_of_the_interface(client: FlaskClient) -> None:
    document = client.get("/api/v1/openapi.json").json or {}
    answers = document["paths"]["/notices/{public_id}.pdf"]["get"]["responses"]
    assert list(answers["200"]["content"]) == ["application/pdf"]
    assert "410" in answers
