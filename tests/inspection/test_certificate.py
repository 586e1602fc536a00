"""The draw certificate: after the draw anybody takes it home, and finds in it what the public page says."""

from dataclasses import replace
from hashlib import sha256

from flask.testing import FlaskClient

from inspection.ceremony import find
from inspection.ceremony.void import TITLES
from inspection.papers.certificate import TITLE, certificate, paper
from registry.kernel.paper import typeset
from registry.kernel.settings import Settings
from registry.kernel.work import Work
from registry.ledger import book
from registry.ledger.checkpoint import parse_checkpoint
from tests.inspection import bureau
from tests.inspection.bureau import DICE, OFFICE, SECOND_DICE
from tests.papers import described, pages, unembedded


def test_the_certificate_holds_the_whole_draw_and_how_to_check_it(
    work: Work, client: FlaskClient, settings: Settings
) -> None:
    draw = bureau.drawn(work, bureau.found(work))
    answer = client.get(f"/draws/{draw}.pdf")
    assert answer.content_type == "application/pdf"
    told = client.get(f"/draws/{draw}.json").json or {}
    record = client.get(f"/draws/{draw}/record.json").data
    printed = "".join(pages(answer.data))
    for expected in (
        TITLE,
        settings.bureau,
        told["task"],
        told["matter"],
        told["basis"],
        told["frame_sha256"],
        told["seed"],
        sha256(record).hexdigest(),
        DICE,
        SECOND_DICE,
        f"公开存证日志第{told['commit_index']}条",
        f"公开存证日志第{told['record_index']}条",
        f"{settings.public_url}/draws/{draw}/record.json",
        "legalcreditdrawverify",
    ):
        assert expected in printed
    assert told["assurance"] in printed
    assert told["selected"]
    for selected in told["selected"]:
        assert selected["name"] in printed
        assert "、".join(selected["inspectors"]) in printed
    assert "检查员" not in printed, "inspectors are named by their certificates alone"
    assert unembedded(answer.data) == set()


def test_its_checkpoint_covers_the_record_and_the_certificate_never_changes(
    work: Work, client: FlaskClient
) -> None:
    draw = bureau.drawn(work, bureau.found(work))
    checkpoint = client.get("/log/checkpoint").text
    assert parse_checkpoint(checkpoint.split("\n\n")[0] + "\n").size == (
        (client.get(f"/draws/{draw}.json").json or {})["record_index"] + 1
    )
    before = client.get(f"/draws/{draw}.pdf").data
    assert "".join(checkpoint.split()) in "".join(pages(before))
    with work.write(OFFICE) as session:
        session.act("notice.publish", "a" * 16)
        book.append(session, "public", [book.Entry("publish", "a" * 16, 1, {"kind": "permit"})])
    assert client.get("/log/checkpoint").text != checkpoint
    assert client.get(f"/draws/{draw}.pdf").data == before, "the log went on"


def test_there_is_no_certificate_before_the_draw(work: Work, client: FlaskClient) -> None:
    draw = bureau.committed(work, bureau.found(work))
    assert client.get(f"/draws/{draw}.pdf").status_code == 404
    assert ".pdf" not in client.get(f"/draws/{draw}").text
    assert client.get(f"/draws/{'a' * 16}.pdf").status_code == 404
    bureau.throw(work, draw, DICE, SECOND_DICE)
    bureau.run(work, draw)
    assert f"/draws/{draw}.pdf" in client.get(f"/draws/{draw}").text
    assert client.get(f"/draws/{draw}.pdf").status_code == 200


def test_a_voided_draw_says_so_on_its_certificate(work: Work) -> None:
    draw = bureau.drawn(work, bureau.found(work))
    with work.read() as session:
        drawn = certificate(session, draw)
        voided = find.Voided("record_invalid", TITLES["record_invalid"], None, None, None, session.now)
    for page, marked in ((drawn.draw, False), (replace(drawn.draw, voided=voided), True)):
        sheet = paper(replace(drawn, draw=page), bureau="示范市司法局", public_url="https://credit.example")
        assert ("本次抽取已作废：抽取记录经核验无效" in pages(typeset(sheet))[0]) is marked


def test_the_certificate_is_in_the_description_of_the_interface(client: FlaskClient) -> None:
    document = client.get("/api/v1/openapi.json").json or {}
    answers = document["paths"]["/draws/{public_id}.pdf"]["get"]["responses"]
    assert list(answers["200"]["content"]) == ["application/pdf"]


def test_the_file_says_which_draw_it_is_of(work: Work, client: FlaskClient) -> None:
    draw = bureau.drawn(work, bureau.found(work))
    answer = client.get(f"/draws/{draw}.pdf")
    assert described(answer.data)["/Title"] == f"{TITLE} {draw}"
    assert answer.headers["Content-Disposition"] == f'inline; filename="draw-{draw}.pdf"'
