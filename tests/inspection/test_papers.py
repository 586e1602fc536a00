"""Papers as their readers hold them: page by page, word for word, the same bytes again, with fields to sign."""

import hashlib
import re
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader

from inspection.papers import after, visit
from inspection.visits import find as visits
from inspection.visits.after import find
from inspection.visits.find import VisitPage
from registry.kernel.clock import SetClock
from registry.kernel.host import Host
from registry.kernel.paper import Paper, typeset
from registry.kernel.work import Work
from tests.inspection import bureau, followed
from tests.inspection.phone import STROKES, Phone, photo
from tests.papers import pages, unembedded
from tests.people import Person

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
GOLDEN = Path(__file__).parents[1] / "golden" / "papers"
AT = {"bureau": "示范市司法局", "public_url": "https://credit.example"}


def _text(pdf: bytes) -> str:
    """The words of each page; whom and what every run draws anew is not among them."""
    text = "".join(f"[{number}] {page}\n" for number, page in enumerate(pages(pdf), start=1))
    for drawn, instead in ((r"[a-z2-7]{16}", "<id>"), (r"第\d+试验", "第<n>试验"), (r"\b09\d{4}", "<证号>")):
        text = re.sub(drawn, instead, text)
    return text


def _fields(pdf: bytes) -> list[str]:
    fields = PdfReader(BytesIO(pdf)).get_fields() or {}
    return [str(field["/TU"]) for field in fields.values() if field["/FT"] == "/Sig"]


def _checked(name: str, paper: Paper) -> bytes:
    pdf = typeset(paper)
    assert typeset(paper) == pdf, "the same paper is the same bytes"
    assert unembedded(pdf) == set()
    assert _text(pdf) == (GOLDEN / f"{name}.txt").read_text("utf-8")
    return pdf


@pytest.fixture
def closed(work: Work) -> VisitPage:
    return followed.close(work, followed.visit(work).public_id)


def test_an_order_word_for_word(work: Work, closed: VisitPage) -> None:
    order = followed.ordered(work, closed.public_id)
    with work.read() as session:
        found = find.one_rectification(session, order.public_id)
    pdf = _checked("order", after.order(found, closed, **AT))
    assert _fields(pdf) == ["送达人", "送达人", "受送达人或代收人", "送达日期"]


def test_a_recheck_before_and_after_it_was_made(work: Work, closed: VisitPage) -> None:
    order = followed.ordered(work, closed.public_id)
    with work.read() as session:
        found = find.one_rectification(session, order.public_id)
    _checked("recheck-empty", after.recheck(found, closed, **AT))
    followed.rechecked(work, order.public_id, closed, remaining=["D"])
    with work.read() as session:
        found = find.one_rectification(session, order.public_id)
    _checked("recheck", after.recheck(found, closed, **AT))


def test_the_record_sheet_holds_what_the_phone_noted_and_the_signatures_that_were_drawn(
    host: Host, clock: SetClock, sign_in: Callable[..., Person]
) -> None:
    bureau.drawn(host.work, bureau.found(host.work))
    inspector = sign_in("inspector")
    with host.work.read() as session:
        found = visits.worklist(session, limit=1)[0][0]
    bureau.link(host.work, found.inspectors[0], inspector.username)
    phone = Phone(inspector, found.public_id, clock)
    content = photo()
    phone.upload(content)
    covers = [
        phone.answer("LF-01", "yes"),
        phone.answer("LF-04", "no", "未公示收费标准"),
        phone.note("scene", text="负责人在场"),
        phone.note("file", digest=hashlib.sha256(content).hexdigest(), form="photo", caption="公示栏"),
        phone.note("statement", text="将在三日内公示"),
        phone.note("finding", visited_on="2026-11-20", codes=["B"], measure="rectify", note="责令公示"),
    ]
    phone.note("signature", role=f"inspector:{found.inspectors[0]}", strokes=STROKES, covers=covers)
    phone.note(
        "signature", role="subject", refused=True, reason="负责人拒绝", witness="物业王某", covers=covers
    )
    assert {one["status"] for one in phone.sync()} == {"stored"}
    with host.work.read() as session:
        sheet = visit.sheet(session, found.public_id)
    pdf = typeset(visit.record(sheet, **AT))
    printed = "".join(pages(pdf))
    for expected in (
        "收费项目、标准和监督电话在执业场所公示",
        "未公示收费标准",
        "负责人在场",
        "将在三日内公示",
        "公示栏",
        hashlib.sha256(content).hexdigest(),
        "检查对象拒绝签名：负责人拒绝，见证人物业王某。",
        f"在屏幕上签名：检查人员（{found.inspectors[0]}），2026-11-20",
    ):
        assert expected in printed, expected
    assert "重新签名" not in printed
    assert _fields(pdf) == [f"检查人员（{found.inspectors[1]}）", "检查对象在场人员", "日期"]
    phone.answer("LF-04", "yes", "已当场公示")
    phone.sync()
    with host.work.read() as session:
        again = visit.sheet(session, found.public_id)
    assert "重新签名" in "".join(pages(typeset(visit.record(again, **AT))))


def test_letters_and_certificates_have_fields_to_sign(
    host: Host, closed: VisitPage, sign_in: Callable[..., Person]
) -> None:
    inspector = sign_in("inspector")
    letter = inspector.get(f"/staff/visits/{closed.public_id}/letter.pdf").data
    assert _fields(letter) == ["送达人", "签收人", "签收日期"]
    certificate = inspector.get(f"/draws/{closed.draw}.pdf").data
    assert _fields(certificate) == ["主持人", "见证人", "见证人", "日期"]
    assert "第1页共" in pages(certificate)[0]
