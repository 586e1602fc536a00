"""A second person looks at what a visit found: sends it back with a reason, or closes it; and the days to publication count."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import text

from inspection.visits import find, replace
from inspection.visits.after import review
from inspection.visits.after.clock import publish_by, timing
from registry.kernel.clock import SetClock
from registry.kernel.faults import Conflict, Invalid, Refused
from registry.kernel.host import Host
from registry.kernel.work import Work
from tests.inspection import bureau, followed
from tests.inspection.bureau import OFFICE
from tests.inspection.followed import REVIEWER
from tests.people import Person

one_database = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@one_database
def test_the_head_sends_a_finding_back_and_the_inspector_mends_it(
    host: Host, sign_in: Callable[..., Person]
) -> None:
    visit = followed.visit(host.work)
    inspector, head = sign_in("inspector"), sign_in("head")
    bureau.link(host.work, visit.inspectors[0], inspector.username)
    page = f"/staff/visits/{visit.public_id}"
    shown = head.get(f"{page}/review").text
    assert "收费标准没有公示" in shown
    assert "复核无误，办结" in shown
    assert head.post(f"{page}/send-back", reason=" ").status_code == 422
    assert head.post(f"{page}/send-back", reason="请补充照片").status_code == 303
    assert "退回补正" in inspector.get(page).text
    assert "请补充照片" in inspector.get(f"{page}/review").text
    assert visit.subject_name in inspector.get("/staff/work").text
    assert head.post(f"{page}/close").status_code == 409, "there is nothing to close"
    mended = {"visited_on": "2026-11-20", "codes": ["B"], "measure": "rectify", "note": "照片已补"}
    assert inspector.post(page, **mended).status_code == 303
    again = head.get(f"{page}/review").text
    assert ("请补充照片" in again, "照片已补" in again) == (True, True)
    assert head.post(f"{page}/close").status_code == 303
    assert inspector.post(f"{page}/send-back", reason="不行").status_code == 403


def test_whoever_recorded_does_not_send_back_and_nothing_else_can_be(work: Work) -> None:
    visit = followed.visit(work)
    with pytest.raises(Refused) as refused, work.write(OFFICE) as session:
        review.send_back(session, OFFICE, visit=visit.public_id, reason="再看看")
    assert refused.value.rule == "four_eyes"
    followed.close(work, visit.public_id)
    with pytest.raises(Conflict), work.write(REVIEWER) as session:
        review.send_back(session, REVIEWER, visit=visit.public_id, reason="再看看")
    with pytest.raises(Invalid), work.write(REVIEWER) as session:
        review.send_back(session, REVIEWER, visit=visit.public_id, reason="")


@one_database
def test_what_was_found_is_not_escaped_by_replacing_anybody_after_it_was_sent_back(work: Work) -> None:
    visit = followed.visit(work)
    with work.write(REVIEWER) as session:
        review.send_back(session, REVIEWER, visit=visit.public_id, reason="请补充")
    with pytest.raises(Conflict), work.write(OFFICE) as session:
        replace.ask(session, OFFICE, visit=visit.public_id, seat=None, ground="closed", reason="已停业")


@one_database
def test_what_inspectors_wrote_is_sealed_and_older_notes_are_still_read(work: Work) -> None:
    visit = followed.visit(work)
    with work.engine.connect() as connection:
        row = connection.execute(text("SELECT * FROM insp_visits WHERE sealed_note IS NOT NULL")).one()
    assert row.note is None
    assert "收费标准".encode() not in bytes(row.sealed_note)
    with work.engine.begin() as connection:
        connection.execute(text("UPDATE insp_visits SET note = '旧的说明', sealed_note = NULL"))
    assert followed.again(work, visit.public_id).note == "旧的说明"


@pytest.mark.parametrize(
    ("visited", "due"),
    [
        (date(2026, 11, 20), date(2026, 12, 18)),
        (date(2026, 9, 21), date(2026, 10, 26)),  # 国庆节 and its make-up days lie between
    ],
)
@one_database
def test_the_result_is_public_within_twenty_working_days(work: Work, visited: date, due: date) -> None:
    """国发〔2019〕5号; 政府信息公开条例第二十六条; the days are those of the State Council's notice."""
    with work.read() as session:
        assert publish_by(session, [visited])[visited].day == due


@pytest.mark.parametrize(
    ("published", "today", "expected"),
    [
        (None, date(2026, 12, 18), "waiting"),
        (None, date(2026, 12, 19), "late"),
        (date(2026, 12, 18), date(2027, 1, 1), "in_time"),
        (date(2026, 12, 19), date(2027, 1, 1), "published_late"),
    ],
)
def test_the_last_day_is_in_time_and_what_was_late_stays_late(
    published: date | None, today: date, expected: str
) -> None:
    assert timing(date(2026, 12, 18), published_on=published, today=today) == expected


@one_database
def test_a_late_publication_is_red_on_the_list_of_visits(
    host: Host, clock: SetClock, sign_in: Callable[..., Person]
) -> None:
    visit = followed.visit(host.work)
    clock.advance(timedelta(days=28))
    assert "逾期 1 天" not in sign_in("head").get(f"/staff/visits/{visit.public_id}").text
    clock.advance(timedelta(days=1))
    head = sign_in("head", username="head2")
    assert "逾期 1 天" in head.get(f"/staff/visits/{visit.public_id}").text
    assert "逾期 1 天" in head.get("/staff/visits?state=recorded").text
    with host.work.read() as session:
        assert find.visit(session, visit.public_id).timing(session.today) == "late"
