"""After a draw an inspector recuses, a firm objects or has closed: somebody asks, somebody else decides, the seed replaces."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from inspection.ceremony.tables import DrawRow
from inspection.draw.verify import verify
from inspection.visits import assign, find, replace
from registry.kernel.access import Actor
from registry.kernel.faults import Conflict, Invalid, Refused
from registry.kernel.host import Host
from registry.kernel.work import Work
from registry.ledger import book
from registry.roster.asof import organisation
from registry.roster.changes import change_organisation_state
from tests.inspection import bureau
from tests.inspection.bureau import OFFICE
from tests.people import Person

LEADER = Actor.command("leader")


def _record(work: Work, draw: str) -> dict[str, Any]:
    with work.read() as session:
        row = session.scalars(select(DrawRow).where(DrawRow.public_id == draw)).one()
        return dict(json.loads(row.record or b"{}"))


def _first_visit(work: Work) -> find.VisitPage:
    with work.read() as session:
        return find.worklist(session, limit=1)[0][0]


def asked(work: Work, visit: str, seat: int | None, ground: str) -> str:
    with work.write(OFFICE) as session:
        return replace.ask(
            session, OFFICE, visit=visit, seat=seat, ground=ground, reason="与负责人有亲属关系"
        ).public_id


def grant(work: Work, substitution: str, actor: Actor = LEADER) -> str:
    with work.write(actor) as session:
        return replace.decide(session, actor, substitution=substitution, granted=True)


def test_an_inspector_recuses_on_the_page_and_the_seed_says_who_comes_in(
    host: Host, client: FlaskClient, sign_in: Callable[..., Person]
) -> None:
    place = bureau.found(host.work)
    draw = bureau.drawn(host.work, place)
    visit = _first_visit(host.work)
    inspector, head, clerk = sign_in("inspector"), sign_in("head"), sign_in("clerk")
    page = f"/staff/visits/{visit.public_id}"
    form = {"seat": "1", "ground": "recused", "reason": "曾在该所任职"}
    assert inspector.post(f"{page}/ask", **form).status_code == 403, "not of the team"
    bureau.link(host.work, visit.inspectors[1], "inspector")
    assert inspector.post(f"{page}/ask", **form).status_code == 303
    assert inspector.post(f"{page}/ask", **form).status_code == 409, "asked twice"
    shown = head.get(page).text
    assert ("检查人员回避" in shown, "曾在该所任职" in shown) == (True, True)
    decide = page + "/requests/" + shown.partition("/requests/")[2].partition('"')[0]
    assert clerk.post(decide, granted="yes").status_code == 403
    assert head.post(decide, granted="yes").status_code == 303
    assert head.post(decide, granted="yes").status_code == 409, "decided twice"
    record = _record(host.work, draw)
    assert verify(record) == []
    successor = record["substitutions"][0]["inspector_in"]
    public = client.get(f"/draws/{draw}").text
    assert ("检查人员回避" in public, successor in public, "曾在该所任职" in public) == (True, True, False)
    with host.work.read() as session:
        team = find.visit(session, visit.public_id).inspectors
    assert (list(team), visit.inspectors[1] in team) == ([visit.inspectors[0], successor], False)


def test_a_closed_firm_gives_way_to_its_stratums_first_reserve(work: Work) -> None:
    draw = bureau.drawn(work, bureau.found(work))
    visit = _first_visit(work)
    with pytest.raises(Conflict, match="没有注销") as refused:
        asked(work, visit.public_id, None, "ended")
    assert refused.value.rule == "still_registered"
    with work.write(OFFICE) as session:
        firm = organisation(session, visit.organisation or "")
        change_organisation_state(
            session, OFFICE, organisation=firm, state="cancelled", on=session.today, reason="自行申请注销"
        )
    goes_on = grant(work, asked(work, visit.public_id, None, "ended"))
    record = _record(work, draw)
    assert verify(record) == []
    entry = record["substitutions"][0]
    assert (entry["unit"], entry["unit_in"]) == (visit.organisation, record["reserves"][0]["unit"])
    with work.read() as session:
        come_in = find.visit(session, goes_on)
        assert find.visit(session, visit.public_id).state == "replaced"
    assert (come_in.organisation, list(come_in.inspectors)) == (entry["unit_in"], entry["inspectors"])


def test_every_step_leaves_the_digest_of_the_new_record_in_the_public_log(work: Work) -> None:
    draw = bureau.drawn(work, bureau.found(work))
    visit = _first_visit(work)
    grant(work, asked(work, visit.public_id, 0, "unavailable"))
    grant(work, asked(work, visit.public_id, 1, "certificate_expired"))
    with work.read() as session:
        head = book.head(session, "public")
        stored = book.read(session, "public", start=0, limit=head.size, on=session.today)
    of_draw = [(one.action, one.version) for one in stored if one.record == draw]
    assert of_draw == [("frame", 1), ("draw", 2), ("other", 3), ("other", 4)]
    bodies = [json.loads(one.body or b"{}") for one in stored if (one.action, one.record) == ("other", draw)]
    assert [body["substitution"] for body in bodies] == [0, 1]
    assert len({body["record_sha256"] for body in bodies}) == 2


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_must_not_be_replaced_is_refused(work: Work) -> None:
    place = bureau.found(work)
    draw = bureau.drawn(work, place)
    visit = _first_visit(work).public_id
    for seat, ground, rule in ((0, "ended", "unknown_ground"), (None, "recused", "unknown_ground")):
        with pytest.raises(Invalid) as refused:
            asked(work, visit, seat, ground)
        assert refused.value.rule == rule
    with pytest.raises(Conflict):
        asked(work, visit, 7, "recused")
    waiting = asked(work, visit, 0, "recused")
    with pytest.raises(Refused):
        grant(work, waiting, OFFICE)
    whole = asked(work, visit, None, "not_operating")
    grant(work, whole)
    with pytest.raises(Conflict):
        grant(work, waiting)
    assert len(_record(work, draw)["substitutions"]) == 1


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_refusal_changes_nothing_and_it_may_be_asked_again(work: Work) -> None:
    draw = bureau.drawn(work, bureau.found(work))
    visit = _first_visit(work).public_id
    waiting = asked(work, visit, 0, "objected_to")
    with work.write(LEADER) as session:
        replace.decide(session, LEADER, substitution=waiting, granted=False)
    assert _record(work, draw)["substitutions"] == []
    asked(work, visit, 0, "objected_to")
    with work.read() as session:
        assert [one.state for one in replace.requests(session, visit)] == ["asked", "refused"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_drawn_record_stays_the_same_when_everybody_recuses(work: Work) -> None:
    """A seat that nobody can take stays empty, and shows; the rest of the record is never touched."""
    draw = bureau.drawn(work, bureau.found(work, inspectors=4))
    before = _record(work, draw)
    visit = _first_visit(work).public_id
    for _ in range(4):
        grant(work, asked(work, visit, 1, "recused"))
    after = _record(work, draw)
    assert verify(after) == []
    assert {**after, "substitutions": []} == before
    assert after["substitutions"][-1]["inspector_in"] is None
    with work.read() as session:
        assert None in replace.seats(session, visit)
    assert assign.settle(work) == {"drawn": 0, "lapsed": 0}
