"""The papers that an inspector takes along: the letter for the subject, the record sheet to be signed."""

from collections.abc import Callable

import pytest

from inspection.papers.visit import LETTER, RECORD
from inspection.visits import find
from registry.kernel.host import Host
from tests.inspection import bureau
from tests.inspection.test_replace import asked, grant
from tests.papers import pages, unembedded
from tests.people import Person

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def _printed(person: Person, path: str) -> str:
    answer = person.get(path)
    assert (answer.status_code, answer.content_type) == (200, "application/pdf")
    assert unembedded(answer.data) == set()
    return "".join(pages(answer.data))


def test_the_letter_says_who_comes_why_and_which_rights_the_subject_has(
    host: Host, sign_in: Callable[..., Person]
) -> None:
    bureau.drawn(host.work, bureau.found(host.work))
    with host.work.read() as session:
        visit = find.worklist(session, limit=1)[0][0]
    inspector = sign_in("inspector")
    printed = _printed(inspector, f"/staff/visits/{visit.public_id}/letter.pdf")
    for expected in (
        LETTER,
        visit.organisation_name,
        visit.matter,
        f"/draws/{visit.draw}",
        "申请回避",
        "签收人",
    ):
        assert expected in printed
    assert "、".join(visit.inspectors) in printed
    assert "检查员" not in printed, "inspectors are named by their certificates alone"
    assert sign_in("admin").get(f"/staff/visits/{visit.public_id}/letter.pdf").status_code == 403
    assert inspector.get("/staff/visits/aaaaaaaaaaaaaaaa/letter.pdf").status_code == 404


def test_the_record_sheet_is_empty_before_the_visit_and_full_after_it(
    host: Host, sign_in: Callable[..., Person]
) -> None:
    bureau.drawn(host.work, bureau.found(host.work))
    with host.work.read() as session:
        visit = find.worklist(session, limit=1)[0][0]
    inspector = sign_in("inspector")
    path = f"/staff/visits/{visit.public_id}/record.pdf"
    empty = _printed(inspector, path)
    assert (RECORD in empty, "检查对象在场人员" in empty, "√" in empty) == (True, True, False)
    bureau.link(host.work, visit.inspectors[0], "inspector")
    noted = inspector.post(
        f"/staff/visits/{visit.public_id}",
        visited_on="2026-11-20",
        codes="1",
        measure="none",
        note="资料齐全",
    )
    assert noted.status_code == 303, noted.text
    full = _printed(inspector, path)
    assert ("√" in full, "资料齐全" in full, "2026-11-20" in full) == (True, True, True)


def test_a_replaced_inspector_stands_on_the_letter_with_the_ground(
    host: Host, sign_in: Callable[..., Person]
) -> None:
    bureau.drawn(host.work, bureau.found(host.work))
    with host.work.read() as session:
        visit = find.worklist(session, limit=1)[0][0]
    grant(host.work, asked(host.work, visit.public_id, 0, "recused"))
    with host.work.read() as session:
        now = find.visit(session, visit.public_id).inspectors
    printed = _printed(sign_in("inspector"), f"/staff/visits/{visit.public_id}/letter.pdf")
    assert ("检查人员回避" in printed, "、".join(now) in printed) == (True, True)
