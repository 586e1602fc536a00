"""Somebody complains or gives a tip on the site; the office accepts, handles, signs, answers and publishes the result."""

import io
import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from publicity.letters import results, rules
from publicity.letters.marks import joined, marks
from publicity.letters.tables import LetterRow
from registry.accounts import audit
from registry.credit.casework import steps
from registry.credit.complaint.tables import ComplaintRow
from registry.credit.tables import EvidenceRow
from registry.kernel.clock import SetClock
from registry.kernel.host import Host
from registry.kernel.store import Base
from tests.inspection import lawyers
from tests.people import Person
from tests.publicity import office
from tests.publicity.public_forms import kept, sent

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
NAME, CONTACT = "钱来信", "13987654321"
WORDS = {
    "kind": "fees",
    "statement": "去年秋天签合同后又另外收了五千元，没有收据。",
    "name": NAME,
    "contact": CONTACT,
}
PHOTO = b"\x89PNG\r\n\x1a\n" + b"0" * 40 + b"IEND\xaeB`\x82"


@pytest.fixture
def subjects(host: Host) -> office.Subjects:
    return office.enrol(host.work)


def written(client: FlaskClient, subjects: office.Subjects, **words: object) -> TestResponse:
    """A letter about the lawyer, from the lawyer's own page."""
    form = f"/letters?about=practitioner&id={subjects.lawyer.public_id}"
    return sent(client, "/letters", form=form, **{**WORDS, **words})


def asked(client: FlaskClient, number: str, code: str) -> TestResponse:
    return sent(client, "/letters/status", number=number, code=code)


def id_of(host: Host, number: str) -> str:
    with host.work.read() as session:
        return session.scalars(select(LetterRow.public_id).where(LetterRow.number == number)).one()


def test_a_letter_goes_from_the_phone_to_a_signed_answer_and_a_published_result(
    host: Host, client: FlaskClient, sign_in: Callable[..., Person], subjects: office.Subjects
) -> None:
    assert (
        f"/letters?about=practitioner&amp;id={subjects.lawyer.public_id}"
        in client.get(f"/practitioners/{subjects.lawyer.public_id}").text
    )
    receipt = written(client, subjects, file=(io.BytesIO(PHOTO), "收据.png"))
    assert receipt.status_code == 201
    assert receipt.headers["Cache-Control"] == "no-store"
    number, code = kept(receipt)
    assert "2026-12-07" in receipt.text, "fifteen days from 20 November end on a Saturday, so on Monday"
    letter = id_of(host, number)
    page = f"/staff/letters/{letter}"

    clerk, second = sign_in("clerk"), sign_in("head")
    assert f"{number} · 违规收费" in clerk.get("/staff").text
    assert "另外收了五千元" in clerk.get(page).text
    file = re.search(rf"{page}/files/[a-z2-7]+", clerk.get(page).text)
    assert file
    assert clerk.get(file[0]).data == PHOTO
    assert clerk.post(f"{page}/accept").status_code == 303
    assert "办理中" in asked(client, number, code).text
    assert clerk.post(f"{page}/draft", outcome="proven", reply="").status_code == 422
    assert clerk.post(f"{page}/draft", outcome="proven", reply="已责令退还五千元。").status_code == 303
    assert "已责令" not in asked(client, number, code).text, "what is drafted is not decided"
    own = sign_in("head", "clerk", username="both")
    assert own.post(f"{page}/send_back", reason="请写明依据").status_code == 303
    assert (
        own.post(f"{page}/draft", outcome="proven", reply="已依据收费办法责令退还五千元。").status_code == 303
    )
    refused = own.post(f"{page}/answer")
    assert refused.status_code == 403
    assert "不能审签自己拟的答复" in refused.text
    assert second.post(f"{page}/answer").status_code == 303
    answered = asked(client, number, code).text
    assert "已依据收费办法责令退还五千元" in answered
    assert "查证属实" in answered

    for summary, told in (
        (f"{NAME}反映的情况属实", "不能写来信人"),
        ("章程律师私自收费", "不写被投诉举报的人员"),
        ("反映人电话13912345678", "不能有证件号码"),
    ):
        answer = clerk.post(f"{page}/summarise", summary=summary)
        assert answer.status_code == 422
        assert told in answer.text
    summary = "反映某律师另行收费的情况属实，已责令退还并给予行业处分建议。"
    assert clerk.post(f"{page}/summarise", summary=summary).status_code == 303
    assert summary not in client.get("/letters/results").text
    assert clerk.post(f"{page}/publish").status_code == 403
    assert second.post(f"{page}/publish").status_code == 303
    listed = client.get("/letters/results").text
    assert summary in listed
    assert number not in listed, "nobody can tell whose letter it was"
    assert client.get("/letters/results.json").get_json()["results"][0]["summary"] == summary
    assert summary in client.get("/letters/results.csv").text
    figures = client.get("/letters/statistics.csv?year=2026").text
    assert "违规收费,1,1,1,1" in figures
    assert "2026-11,1,1,1,1" in figures
    assert second.post(f"{page}/retract", reason="文字有误").status_code == 303
    assert summary not in client.get("/letters/results").text


def test_whoever_is_complained_of_learns_neither_of_the_letter_nor_of_its_sender(
    host: Host, client: FlaskClient, sign_in: Callable[..., Person], subjects: office.Subjects
) -> None:
    clerk, accused = sign_in("clerk"), sign_in("clerk", "head", "inspector", "leader", username="accused")
    inspector = sign_in("inspector")
    number, _ = kept(
        sent(
            client,
            "/letters",
            **{**WORDS, "kind": "staff", "subject": "执法处的测试accused", "statement": "收了红包"},
        )
    )
    letter = id_of(host, number)
    assert "收了红包" in clerk.get(f"/staff/letters/{letter}").text
    assert "测试accused" in clerk.get(f"/staff/letters/{letter}").text, "who is kept out is said"
    for path in ("/staff", "/staff/letters", "/staff/letters?state=", "/staff/work"):
        assert number not in accused.get(path).text, path
    assert accused.get(f"/staff/letters/{letter}").status_code == 404
    for step, fields in (("accept", {}), ("sender", {}), ("assign", {"section": "律师工作处"})):
        assert accused.post(f"/staff/letters/{letter}/{step}", **fields).status_code == 404, step
    assert inspector.get("/staff/letters").status_code == 403
    assert inspector.get(f"/staff/letters/{letter}").status_code == 403

    number, _ = kept(written(client, subjects, file=(io.BytesIO(PHOTO), "x.png")))
    letter = id_of(host, number)
    page = f"/staff/letters/{letter}"
    clerk.post(f"{page}/accept")
    named = clerk.post(f"{page}/complaint", facts=f"{NAME}反映律师另外收费")
    assert named.status_code == 422
    assert "不能写来信人" in named.text
    assert clerk.post(f"{page}/complaint", facts="反映律师另外收费五千元").status_code == 303
    case = re.search(r"/staff/complaints/[a-z2-7]{16}", clerk.get(page).text)
    assert case
    seen = inspector.get(case[0]).text
    assert "反映律师另外收费五千元" in seen
    assert "匿名" in seen
    assert NAME not in seen
    assert CONTACT not in seen
    with host.engine.connect() as connection:
        [file] = connection.execute(
            select(EvidenceRow.public_id).where(EvidenceRow.owner == letter)
        ).scalars()
    assert inspector.get(f"/staff/evidence/{file}").status_code == 403, "a photo may tell who took it"
    assert inspector.get(f"{page}/files/{file}").status_code == 403
    for path in (
        "/",
        "/letters",
        "/letters/results",
        "/letters/results.json",
        f"/practitioners/{subjects.lawyer.public_id}",
    ):
        assert NAME not in client.get(path).text
        assert CONTACT not in client.get(path).text


def test_who_wrote_is_shown_on_request_alone_and_every_look_is_noted(
    host: Host, client: FlaskClient, sign_in: Callable[..., Person], subjects: office.Subjects
) -> None:
    letter = id_of(host, kept(written(client, subjects))[0])
    page = f"/staff/letters/{letter}"
    clerk = sign_in("clerk", section="律师工作处")
    other = sign_in("clerk", username="other", section="公证处")
    auditor = sign_in("auditor")
    assert NAME not in clerk.get(page).text
    assert NAME in clerk.post(f"{page}/sender").text
    with host.work.read() as session:
        [look] = audit.find(session, verb="complaint.view", record=letter, limit=5)
    assert look.actor_id == clerk.id
    assert clerk.post(f"{page}/assign", section="律师工作处").status_code == 303
    assert "另外收了" not in other.get(page).text, "given to a section, it is that section's"
    assert other.post(f"{page}/sender").status_code == 403
    assert other.post(f"{page}/accept").status_code == 403
    assert "另外收了" not in auditor.get(page).text
    assert auditor.post(f"{page}/sender").status_code == 403


def test_number_and_code_open_it_together_and_a_wrong_code_tells_no_more_than_a_wrong_number(
    client: FlaskClient, subjects: office.Subjects
) -> None:
    number, code = kept(written(client, subjects))
    other, other_code = kept(written(client, subjects, statement="另一件"))
    assert "待受理" in asked(client, number, code).text
    assert "待受理" in asked(client, f" {number.lower()} ", code.replace("-", " ").lower()).text
    answers = {
        re.sub(r'value="[^"]*"', "", asked(client, *pair).text)
        for pair in ((number, other_code), ("TS20261120-AAAAAA", code), ("", ""), ("x" * 4000, "y" * 4000))
    }
    assert len(answers) == 1, "every refusal reads the same"
    assert "或者查询码不对" in answers.pop()
    assert code not in asked(client, number, code).text
    assert other != number


def test_an_anonymous_tip_leaves_nothing_of_its_sender(
    host: Host, client: FlaskClient, sign_in: Callable[..., Person], subjects: office.Subjects
) -> None:
    clerk = sign_in("clerk")
    page = clerk.get(f"/letters?about=organisation&id={subjects.firm.public_id}").text
    once = re.search(r'name="once" value="([^"]+)"', page)
    assert once
    receipt = clerk.post(
        "/letters",
        about="organisation",
        id=subjects.firm.public_id,
        once=once[1],
        kind="unlicensed",
        statement="有人冒名",
    )
    letter = id_of(host, kept(receipt)[0])
    with host.work.read() as session:
        [act] = audit.find(session, verb="letter.receive", record=letter, limit=5)
        row = session.scalars(select(LetterRow).where(LetterRow.public_id == letter)).one()
        assert row.sender is None
        assert row.anonymous
    assert act.actor_id == "anonymous", "also when somebody of the office wrote it, signed in"
    assert "匿名" in sign_in("head").get(f"/staff/letters/{letter}").text


def test_bad_letters_come_back_filled_in_and_store_nothing(
    host: Host, client: FlaskClient, subjects: office.Subjects
) -> None:
    for words, told in (
        ({"statement": " "}, "发生了什么"),
        ({"kind": "nothing"}, "请选择哪一类问题"),
        ({"statement": "长" * 2001}, "太长，请写短一些"),
        ({"website": "http://spam.example"}, "留空"),
        ({"file": (io.BytesIO(b"MZ\x90\x00"), "照片.png")}, "只接受这些类型"),
        ({"file": [(io.BytesIO(PHOTO), "x.png") for _ in range(rules.FILES + 1)]}, "文件太多"),
    ):
        answer = written(client, subjects, **words)
        assert answer.status_code == 422, words
        assert told in answer.text
        assert NAME in answer.text
    assert sent(client, "/letters", **WORDS).status_code == 422, "about nobody"
    assert client.post("/letters", data=WORDS).status_code == 400, "no token"
    with host.engine.connect() as connection:
        assert connection.execute(select(LetterRow.id)).all() == []
        assert connection.execute(select(EvidenceRow.id)).all() == []


def test_one_form_sent_twice_is_one_letter_with_one_code_and_one_address_writes_no_flood(
    client: FlaskClient, subjects: office.Subjects
) -> None:
    page = client.get(f"/letters?about=practitioner&id={subjects.lawyer.public_id}").text
    marks = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    first, second = (client.post("/letters", data={**marks, **WORDS}) for _ in range(2))
    assert kept(first) == kept(second)
    statuses = [written(client, subjects, statement=f"第{n}件").status_code for n in range(9)]
    assert statuses == [201] * 8 + [429]


def test_whom_it_is_about_is_told_by_number_and_name_or_stays_a_name(
    host: Host, client: FlaskClient, subjects: office.Subjects
) -> None:
    for fields, bound in (
        (
            {"subject": "章程", "subject_number": office.LAWYER_NUMBER},
            ("practitioner_id", subjects.lawyer.id),
        ),
        ({"subject": "上海明理律师事务所"}, ("organisation_id", subjects.firm.id)),
        ({"subject": "章程"}, ("practitioner_id", None)),
    ):
        number, _ = kept(sent(client, "/letters", **WORDS, **fields))
        with host.work.read() as session:
            row = session.scalars(select(LetterRow).where(LetterRow.number == number)).one()
            assert getattr(row, bound[0]) == bound[1], fields


def test_what_is_not_accepted_is_refused_on_a_ground_by_two_people(
    host: Host, client: FlaskClient, sign_in: Callable[..., Person], subjects: office.Subjects
) -> None:
    number, code = kept(written(client, subjects))
    page = f"/staff/letters/{id_of(host, number)}"
    clerk, head = sign_in("clerk"), sign_in("head")
    assert clerk.post(f"{page}/draft", outcome="proven", reply="属实").status_code == 422, "not accepted yet"
    assert clerk.post(f"{page}/draft", outcome="court", reply="请依法向法院提出。").status_code == 303
    assert head.post(f"{page}/send_back", reason="说明理由").status_code == 303
    assert "待受理" in asked(client, number, code).text
    assert clerk.post(f"{page}/draft", outcome="court", reply="法院已经受理。").status_code == 303
    assert head.post(f"{page}/answer").status_code == 303
    assert "不予受理：已由人民法院" in asked(client, number, code).text


def test_a_letter_waits_for_the_case_that_was_opened_from_it(
    host: Host, client: FlaskClient, sign_in: Callable[..., Person], subjects: office.Subjects
) -> None:
    number, _ = kept(written(client, subjects))
    page = f"/staff/letters/{id_of(host, number)}"
    clerk, head, inspector = sign_in("clerk"), sign_in("head"), sign_in("inspector")
    clerk.post(f"{page}/accept")
    clerk.post(f"{page}/complaint", facts="反映另外收费")
    assert clerk.post(f"{page}/complaint", facts="再转一次").status_code == 409
    early = clerk.post(f"{page}/draft", outcome="proven", reply="属实")
    assert early.status_code == 409
    assert "还没有处理结果" in early.text
    found = re.search(r"/staff/complaints/[a-z2-7]{16}", clerk.get(page).text)
    assert found
    case = found[0]
    inspector.post(f"{case}/accept")
    inspector.post(f"{case}/investigate", findings="查到收据存根")
    decided = head.post(
        f"{case}/conclude", outcome="proven", reason="证据充分", summary="另行收费，已责令退还"
    )
    assert decided.status_code == 303
    assert clerk.post(f"{page}/draft", outcome="proven", reply="属实，已处理。").status_code == 303


def test_the_term_is_put_off_once_and_the_sender_sees_it(
    host: Host,
    client: FlaskClient,
    clock: SetClock,
    sign_in: Callable[..., Person],
    subjects: office.Subjects,
) -> None:
    number, code = kept(written(client, subjects))
    page = f"/staff/letters/{id_of(host, number)}"
    clerk, head = sign_in("clerk"), sign_in("head")
    clerk.post(f"{page}/accept")
    assert "2027-01-19" in asked(client, number, code).text, "sixty days"
    assert clerk.post(f"{page}/extend", reason="复杂").status_code == 403
    assert head.post(f"{page}/extend", reason="需要向外地取证").status_code == 303
    told = asked(client, number, code).text
    assert "2027-02-18" in told
    assert "已延长" in told
    assert head.post(f"{page}/extend", reason="再延").status_code == 409


def test_what_was_written_is_sealed_and_goes_when_its_term_is_over(
    host: Host,
    client: FlaskClient,
    clock: SetClock,
    sign_in: Callable[..., Person],
    subjects: office.Subjects,
) -> None:
    number, code = kept(written(client, subjects, file=(io.BytesIO(PHOTO), "钱来信的收据.png")))
    letter = id_of(host, number)
    page = f"/staff/letters/{letter}"
    clerk, head = sign_in("clerk"), sign_in("head")
    clerk.post(f"{page}/accept")
    clerk.post(f"{page}/draft", outcome="unproven", reply="没有查到五千元。")
    head.post(f"{page}/answer")
    with host.engine.connect() as connection:
        stored = "".join(
            str([tuple(row) for row in connection.execute(table.select())])
            for table in Base.metadata.sorted_tables
        )
    assert number in stored
    assert not any(secret in stored for secret in (NAME, CONTACT, "五千元", code, code.replace("-", "")))
    clock.set(clock.now() + (date(2028, 11, 20) - date(2026, 11, 20)))
    assert results.purge(host.work) == {"purged": 0, "results": 0}
    clock.advance(timedelta(days=1))
    assert results.purge(host.work) == {"purged": 1, "results": 0}
    assert results.purge(host.work) == {"purged": 0, "results": 0}
    assert "已按期删除" in asked(client, number, code).text
    with host.engine.connect() as connection:
        assert connection.execute(select(EvidenceRow.id)).all() == []
        [row] = connection.execute(select(LetterRow.sender, LetterRow.wording, LetterRow.answer))
        assert tuple(row) == (None, None, None)


def test_a_lead_goes_to_whoever_plans_inspections_without_its_sender(
    host: Host, client: FlaskClient, sign_in: Callable[..., Person], subjects: office.Subjects
) -> None:
    lawyers.found(host.work, lawyers=4, firms=2, inspectors=2)
    page = f"/staff/letters/{id_of(host, kept(written(client, subjects))[0])}"
    clerk = sign_in("clerk")
    clerk.post(f"{page}/accept")
    lead = {"matter": "LS-11", "note": "反映另外收费，没有收据"}
    assert clerk.post(f"{page}/inspection", **{**lead, "note": f"{NAME}反映"}).status_code == 422
    assert clerk.post(f"{page}/inspection", **{**lead, "matter": "没有"}).status_code == 422
    assert clerk.post(f"{page}/inspection", **lead).status_code == 303
    head = sign_in("head")
    found = re.search(r"/staff/letters/handovers/[a-z2-7]{16}", head.get("/staff/work").text)
    assert found
    shown = head.get(found[0]).text
    assert "反映另外收费，没有收据" in shown
    assert NAME not in shown
    assert clerk.get(found[0]).status_code == 403
    assert head.post(found[0], task="没有这项").status_code == 422
    assert head.post(found[0], task="2026-LS-11").status_code == 303
    assert head.post(found[0], task="2026-LS-11").status_code == 409
    assert "任务 2026-LS-11" in clerk.get(page).text
    assert found[0] not in head.get("/staff/work").text


def test_a_letter_that_somebody_is_kept_out_of_becomes_no_case_which_everybody_reads(
    host: Host, client: FlaskClient, sign_in: Callable[..., Person], subjects: office.Subjects
) -> None:
    clerk, close = sign_in("clerk"), sign_in("inspector", "head", username="close")
    page = f"/staff/letters/{id_of(host, kept(written(client, subjects))[0])}"
    clerk.post(f"{page}/accept")
    assert f'action="{page}/complaint"' in clerk.get(page).text
    assert clerk.post(f"{page}/recuse", staff=close.id).status_code == 303
    shown = clerk.get(page).text
    assert f'action="{page}/complaint"' not in shown
    assert "另行移交上级机关" in shown
    refused = clerk.post(f"{page}/complaint", facts="反映另外收费")
    assert refused.status_code == 409
    assert "不能转为投诉案件" in refused.text
    with host.engine.connect() as connection:
        assert connection.execute(select(ComplaintRow.id)).all() == []


def test_a_summary_goes_with_the_letter_unless_it_is_public_and_what_was_noted_since_with_the_result(
    host: Host,
    client: FlaskClient,
    clock: SetClock,
    sign_in: Callable[..., Person],
    subjects: office.Subjects,
) -> None:
    clerk, head = sign_in("clerk"), sign_in("head")
    letters = {}
    for sort in ("unpublished", "retracted", "public"):
        letters[sort] = id_of(host, kept(written(client, subjects, statement=sort))[0])
        page = f"/staff/letters/{letters[sort]}"
        clerk.post(f"{page}/accept")
        clerk.post(f"{page}/draft", outcome="proven", reply="已责令退还。")
        head.post(f"{page}/answer")
        assert clerk.post(f"{page}/summarise", summary="属实，已责令退还。").status_code == 303
        if sort != "unpublished":
            assert head.post(f"{page}/publish").status_code == 303
    page = f"/staff/letters/{letters['retracted']}"
    assert head.post(f"{page}/retract", reason="文字有误").status_code == 303
    assert "属实，已责令退还" not in clerk.get(page).text, "gone as soon as it is retracted"
    assert clerk.post(f"{page}/summarise", summary="属实，已经责令退还。").status_code == 303

    def left() -> set[str]:
        with host.work.read() as session:
            with_one = select(LetterRow.public_id).where(LetterRow.summary.is_not(None))
            held = set(session.scalars(with_one))
        return {sort for sort, letter in letters.items() if letter in held}

    def noted(letter: str) -> list[str]:
        with host.work.read() as session:
            return [step.note for step in steps.of(session, letter) if step.note]

    assert left() == {"unpublished", "retracted", "public"}
    clock.set(clock.now() + (date(2028, 11, 21) - date(2026, 11, 20)))
    assert results.purge(host.work) == {"purged": 3, "results": 0}
    assert left() == {"public"}
    assert noted(letters["retracted"]) == []
    clerk.sign_in()
    head.sign_in()
    late = clerk.post(f"/staff/letters/{letters['unpublished']}/summarise", summary=f"{NAME}反映的属实")
    assert late.status_code == 409, "who wrote can no longer be looked for in it"
    page = f"/staff/letters/{letters['public']}"
    assert head.post(f"{page}/retract", reason="来信人要求撤下").status_code == 303
    assert left() == set()
    assert results.purge(host.work) == {"purged": 0, "results": 0}
    assert noted(letters["public"]) == ["来信人要求撤下"], "why, as long as the result would have stood"
    clock.set(clock.now() + (date(2029, 11, 21) - date(2028, 11, 21)))
    assert results.purge(host.work) == {"purged": 0, "results": 1}
    assert noted(letters["public"]) == []
    assert results.purge(host.work) == {"purged": 0, "results": 0}


def test_who_may_not_open_a_letter_learns_neither_who_is_kept_out_nor_what_may_come_of_it(
    host: Host, client: FlaskClient, sign_in: Callable[..., Person], subjects: office.Subjects
) -> None:
    lawyers.found(host.work, lawyers=4, firms=2, inspectors=2)
    clerk, head, auditor = sign_in("clerk"), sign_in("head"), sign_in("auditor")
    close = sign_in("inspector", username="close")
    page = f"/staff/letters/{id_of(host, kept(written(client, subjects))[0])}"
    clerk.post(f"{page}/accept")
    assert clerk.post(f"{page}/complaint", facts="反映另外收费").status_code == 303
    assert clerk.post(f"{page}/inspection", matter="LS-11", note="反映另外收费").status_code == 303
    assert clerk.post(f"{page}/recuse", staff=close.id).status_code == 303
    [case] = re.findall(r"/staff/complaints/[a-z2-7]{16}", clerk.get(page).text)
    inspector = sign_in("inspector")
    inspector.post(f"{case}/refuse", ground="court", note="法院已受理")
    assert clerk.post(f"{page}/draft", outcome="withdrawn", reply="来信人撤回。").status_code == 303
    inside = ("测试close", case, "LS-11", "来信人撤回")
    assert all(told in clerk.get(page).text for told in inside)
    shown = auditor.get(page).text
    assert "待审签" in shown
    assert not [told for told in inside if told in shown]
    assert head.post(f"{page}/answer").status_code == 303
    assert clerk.post(f"{page}/summarise", summary="另行收费，当事人撤回。").status_code == 303
    assert "另行收费，当事人撤回" in clerk.get(page).text
    assert "另行收费，当事人撤回" not in auditor.get(page).text


def test_nobodys_telephone_or_mail_address_goes_on_however_it_is_written(
    host: Host, client: FlaskClient, sign_in: Callable[..., Person], subjects: office.Subjects
) -> None:
    for contact, text, names in (
        ("手机13987654321，邮箱qian@example.cn", "请联系 139-8765-4321", True),
        ("手机13987654321，邮箱qian@example.cn", "请写信到 Qian@Example.cn", True),
        ("+86 139 8765 4321", "他的电话１３９８７６５４３２１", True),
        ("微信 qianlaixin88", "微信号QianLaiXin-88", True),
        ("010-66554433", "座机 6655 4433", True),
        ("qian@example.cn", "见 example.cn 网站", False),
        ("幸福路8号", "另外收了五千元", False),
        ("", "另外收了五千元", False),
    ):
        found = marks({"name": NAME, "contact": contact})
        assert any(mark in joined(text) for mark in found) == names, (contact, text)
    assert any(mark in joined("钱 来 信反映") for mark in marks({"name": NAME, "contact": ""}))

    page = f"/staff/letters/{id_of(host, kept(written(client, subjects, contact='电话：13987654321（晚上）'))[0])}"
    clerk = sign_in("clerk")
    clerk.post(f"{page}/accept")
    for facts, told in (
        ("打 139 8765 4321 可以问到", "不能写来信人"),
        ("邻居电话13912345678", "不能有证件号码、手机号码"),
    ):
        refused = clerk.post(f"{page}/complaint", facts=facts)
        assert refused.status_code == 422, facts
        assert told in refused.text


def test_a_letter_that_everybody_who_signs_is_kept_out_of_waits_for_whoever_manages_the_staff(
    host: Host, client: FlaskClient, sign_in: Callable[..., Person], subjects: office.Subjects
) -> None:
    admin, clerk = sign_in("admin"), sign_in("clerk")
    leader = sign_in("leader", username="accused")
    number, _ = kept(
        sent(
            client,
            "/letters",
            **{**WORDS, "kind": "staff", "subject": "分管的测试accused", "statement": "收了红包"},
        )
    )
    waits = f"{number} 因回避无人可以办理或者审签"
    shown = admin.get("/staff/work").text
    assert waits in shown
    assert "测试accused" not in shown
    assert "/staff/people" in shown
    assert admin.get(f"/staff/letters/{id_of(host, number)}").status_code == 403
    assert number not in leader.get("/staff/work").text
    assert waits not in clerk.get("/staff/work").text
    sign_in("head", username="other")
    assert waits not in admin.get("/staff/work").text
