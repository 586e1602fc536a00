"""The code on the letter: anybody may ask whether it is genuine, and it shows that the inspectors were there."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from inspection.visits import find as visits
from inspection.visits import replace
from inspection.visits.fieldwork import find, presence
from registry.kernel.access import Actor
from registry.kernel.clock import SetClock
from registry.kernel.host import Host
from registry.kernel.work import Work
from tests.inspection import bureau
from tests.inspection.bureau import OFFICE
from tests.inspection.phone import Phone
from tests.papers import pages
from tests.people import Person

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def visit(work: Work) -> visits.VisitPage:
    bureau.drawn(work, bureau.found(work))
    with work.read() as session:
        return visits.worklist(session, limit=1)[0][0]


def test_the_letter_leads_to_a_page_that_says_it_is_genuine_and_names_nobody(
    host: Host, visit: visits.VisitPage, client: FlaskClient, sign_in: Callable[..., Person]
) -> None:
    token = presence.token(host.keys, visit.public_id)
    letter = "".join(pages(sign_in("clerk").get(f"/staff/visits/{visit.public_id}/letter.pdf").data))
    assert f"{presence.PATH}{token}" in letter.replace("\n", "")
    assert presence.typed(host.keys, visit.public_id).replace(" ", "") + "）" in letter
    page = client.get(f"{presence.PATH}{token}")
    assert (
        "通知书属实" in page.text,
        "、".join(visit.inspectors) in page.text,
        visit.matter in page.text,
    ) == (
        True,
        True,
        True,
    )
    assert visit.subject_name not in page.text
    assert (page.headers["Referrer-Policy"], page.headers["X-Robots-Tag"]) == ("no-referrer", "noindex")
    forged = token[:-1] + ("a" if token[-1] != "a" else "b")
    assert client.get(f"{presence.PATH}{forged}").status_code == 404
    assert client.get(f"{presence.PATH}{visit.public_id}{'a' * 16}").status_code == 404


def test_a_letter_of_a_visit_that_was_called_off_says_so(
    work: Work, visit: visits.VisitPage, client: FlaskClient
) -> None:
    with work.write(OFFICE) as session:
        asked = replace.ask(
            session, OFFICE, visit=visit.public_id, seat=None, ground="not_operating", reason="已停业"
        )
    second = Actor.command("second")
    with work.write(second) as session:
        replace.decide(session, second, substitution=asked.public_id, granted=True)
    page = client.get(f"{presence.PATH}{presence.token(work.keys, visit.public_id)}").text
    assert ("这次检查已经取消" in page, "现场码" in page) == (True, False)


def test_what_a_code_shows_depends_on_which_it_is_and_when_it_was_read(
    work: Work,
    visit: visits.VisitPage,
    client: FlaskClient,
    clock: SetClock,
    sign_in: Callable[..., Person],
) -> None:
    inspector = sign_in("inspector")
    bureau.link(work, visit.inspectors[0], inspector.username)
    token = presence.token(work.keys, visit.public_id)
    shown = client.get(f"{presence.PATH}{token}").text
    live, _ = presence.live(work.keys, visit.public_id, at=clock.now())
    assert f"{live[:3]} {live[3:]}" in shown
    ours = inspector.get(f"{presence.PATH}{token}").text
    assert (
        f"{live[:3]} {live[3:]}" in ours,
        f"/staff/visits/{visit.public_id}/field#code={token}" in ours,
    ) == (
        False,
        True,
    )
    phone = Phone(inspector, visit.public_id, clock)
    phone.note("check_in", code=f"http://127.0.0.1{presence.PATH}{token}")
    phone.note("check_in", code=presence.typed(work.keys, visit.public_id).upper())
    phone.note("check_in", code=f"{live[:3]} {live[3:]}")
    phone.note("check_in", code="000 000" if live != "000000" else "111 111")
    phone.note("check_in", reason="通知书已丢失，负责人在场")
    # Noted at the door without a network, and handed over in the evening: what counts is when it was read.
    clock.advance(timedelta(hours=6))
    assert {one["status"] for one in phone.sync()} == {"stored"}
    phone.note("check_in", code=live)
    phone.sync()
    with work.read() as session:
        found = [one.shown for one in find.of(session, visit.public_id).check_ins]
    assert found == ["letter", "letter", "live", "unverified", "none", "unverified"]


def test_a_subject_objects_to_an_inspector_by_the_letter_alone(
    work: Work, visit: visits.VisitPage, client: FlaskClient, sign_in: Callable[..., Person]
) -> None:
    address = f"{presence.PATH}{presence.token(work.keys, visit.public_id)}"
    page = client.get(address).text
    token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
    form = {
        "csrf_token": token,
        "certificate": visit.inspectors[1],
        "name": "王主任",
        "reason": "是对方当事人的亲属",
    }
    empty = client.post(f"{address}/objection", data={**form, "reason": ""})
    assert (empty.status_code, "请写明理由" in empty.text, "王主任" in empty.text) == (422, True, True)
    assert client.post(f"{address}/objection", data=form).status_code == 303
    assert client.post(f"{address}/objection", data=form).status_code == 409, "asked twice"
    forged = client.post(f"{presence.PATH}{'a' * 32}/objection", data=form)
    assert forged.status_code == 404
    assert "是对方当事人的亲属" not in client.get(address).text
    head = sign_in("head")
    shown = head.get(f"/staff/visits/{visit.public_id}").text
    assert ("检查对象申请回避" in shown, "是对方当事人的亲属" in shown) == (True, True)
    decide = f"/staff/visits/{visit.public_id}/requests/" + shown.partition("/requests/")[2].partition('"')[0]
    assert head.post(decide, granted="yes").status_code == 303
    assert visit.inspectors[1] not in client.get(address).text
