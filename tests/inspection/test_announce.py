"""A draw is announced before its frame exists, so that parties can seal a value for it and reveal it after the commitment."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from inspection.ceremony import announce, conduct
from inspection.ceremony.tables import DrawRow
from inspection.draw.chance import commitment
from inspection.draw.verify import verify
from inspection.plan.tables import TaskRow
from registry.kernel.access import Actor
from registry.kernel.clock import SetClock
from registry.kernel.faults import Conflict, Invalid, Refused
from registry.kernel.host import Host
from registry.kernel.work import Work
from tests.inspection import bureau
from tests.inspection.bureau import DICE, OFFICE, SECOND_DICE
from tests.people import Person

SEALED = {"bar": ("ab" * 16, "cd" * 16), "press": ("12" * 32, "34" * 16)}
PARTIES = [{"kind": "reveal", "by": "bar"}, {"kind": "reveal", "by": "press"}]
BEACON = {
    "kind": "beacon",
    "by": "bar",
    "source": "lottery-3d",
    "round": "2026300",
    "due": "2026-11-21T21:15:00+08:00",
}


def _announced(work: Work, task: str, plan: list[dict[str, str]]) -> str:
    with work.write(OFFICE) as session:
        return announce.announce(session, OFFICE, task=task, plan=plan).public_id


def _sealed(work: Work, draw: str, party: str) -> None:
    value, nonce = SEALED[party]
    actor = Actor.command(party)
    with work.write(actor) as session:
        announce.hand_over(
            session, actor, draw_id=draw, commitment=commitment(draw, party, nonce=nonce, value=value)
        )


def _freeze(work: Work, draw: str) -> None:
    with work.write(OFFICE) as session:
        conduct.freeze(session, OFFICE, draw_id=draw)


def _reveal(work: Work, draw: str, position: int, value: str, nonce: str | None) -> None:
    with work.write(OFFICE) as session:
        conduct.supply(session, OFFICE, draw_id=draw, position=position, value=value, nonce=nonce)


def _number_shown(page: str) -> str:
    return page.split("抽取编号 <code>")[1].partition("<")[0]


def test_two_parties_seal_their_values_in_their_own_sessions_and_the_draw_rests_on_them(
    host: Host, client: FlaskClient, sign_in: Callable[..., Person]
) -> None:
    place = bureau.found(host.work)
    officer = sign_in("draw")
    parties = {name: sign_in("witness", username=name) for name in ("bar", "press")}
    page = f"/staff/inspection/tasks/{place.task}"
    announced = officer.post(f"{page}/freeze", reveal=["bar", "press"])
    assert (announced.status_code, announced.headers["Location"]) == (303, page), announced.text
    draw = _number_shown(officer.get(page).text)
    assert officer.post(f"{page}/freeze").headers["Location"] == page, "frozen without commitments"
    refused = officer.post(f"{page}/commitment", draw=draw, commitment="a" * 64)
    assert refused.status_code == 403, "the officer holds no chance"
    for name, (value, nonce) in SEALED.items():
        party = parties[name]
        assert "请您提交承诺值" in party.get(page).text
        hashed = commitment(draw, name, nonce=nonce, value=value)
        assert party.post(f"{page}/commitment", draw=draw, commitment=hashed).status_code == 303
        assert party.post(f"{page}/commitment", draw=draw, commitment="b" * 64).status_code == 409
        assert "请您提交承诺值" not in party.get(page).text
    here = f"/staff/inspection/draws/{draw}"
    assert officer.post(f"{page}/freeze").headers["Location"] == here
    assert officer.post(f"{here}/commit").status_code == 303
    for position, (name, (value, nonce)) in enumerate(SEALED.items()):
        given = {"position": position, "value": value, "nonce": nonce}
        assert parties[name].post(f"{here}/chance", **given).status_code == 303
    assert officer.post(f"{here}/run").status_code == 303
    record = json.loads(client.get(f"/draws/{draw}/record.json").data)
    assert (verify(record), record["assurance"]) == ([], "parties")


def test_dice_a_reveal_and_a_beacon_of_the_future_make_one_seed(work: Work, clock: SetClock) -> None:
    place = bureau.found(work)
    draw = _announced(work, place.task, [{"kind": "dice", "by": "witness"}, PARTIES[0], BEACON])
    _sealed(work, draw, "bar")
    _freeze(work, draw)
    bureau.commit(work, draw)
    bureau.throw(work, draw, DICE)
    for given in ((SEALED["bar"][1], SEALED["bar"][0]), (SEALED["bar"][0], None)):
        with pytest.raises(Invalid):
            _reveal(work, draw, 1, *given)
    with pytest.raises(Conflict, match="尚未全部提供"):
        bureau.run(work, draw)
    _reveal(work, draw, 1, *SEALED["bar"])
    with pytest.raises(Conflict, match="尚未到公布时间"):
        _reveal(work, draw, 2, "08271530", None)
    clock.advance(timedelta(days=2))
    _reveal(work, draw, 2, "08271530", None)
    record = bureau.run(work, draw)
    assert (verify(record), record["assurance"]) == ([], "beacon")
    assert [item["kind"] for item in record["entropy"]] == ["dice", "reveal", "beacon"]


def test_a_frame_waits_for_every_commitment_and_no_two_are_alike(work: Work) -> None:
    draw = _announced(work, bureau.found(work).task, PARTIES)
    _sealed(work, draw, "bar")
    with pytest.raises(Conflict) as missing:
        _freeze(work, draw)
    assert missing.value.rule == "commitment_missing"
    copied = commitment(draw, "bar", nonce=SEALED["bar"][1], value=SEALED["bar"][0])
    press, stranger = Actor.command("press"), Actor.command("stranger")
    for actor, given, fault in (
        (press, copied, Conflict),
        (press, "A" * 64, Invalid),
        (press, "a" * 63, Invalid),
        (stranger, "a" * 64, Refused),
    ):
        with pytest.raises(fault), work.write(actor) as session:
            announce.hand_over(session, actor, draw_id=draw, commitment=given)


def test_an_announcement_is_one_at_a_time_and_may_be_called_off_until_the_frame_is_frozen(work: Work) -> None:
    place = bureau.found(work)
    first = _announced(work, place.task, PARTIES)
    with pytest.raises(Conflict) as second:
        _announced(work, place.task, PARTIES)
    assert second.value.rule == "announced"
    with work.write(OFFICE) as session:
        announce.call_off(session, OFFICE, draw_id=first)
    with pytest.raises(Conflict):
        _sealed(work, first, "bar")
    draw = _announced(work, place.task, PARTIES)
    for party in SEALED:
        _sealed(work, draw, party)
    _freeze(work, draw)
    for attempt in (_freeze, _call_off):
        with pytest.raises(Conflict):
            attempt(work, draw)
    with pytest.raises(Conflict) as live:
        _announced(work, place.task, PARTIES)
    assert live.value.rule == "live_draw"


def _call_off(work: Work, draw: str) -> None:
    with work.write(OFFICE) as session:
        announce.call_off(session, OFFICE, draw_id=draw)


def test_whoever_holds_chance_does_not_freeze_the_frame(host: Host, sign_in: Callable[..., Person]) -> None:
    place = bureau.found(host.work)
    draw = _announced(host.work, place.task, [{"kind": "dice", "by": "both"}, {"kind": "dice", "by": "w"}])
    both = sign_in("draw", "witness", username="both")
    with pytest.raises(Refused), host.work.write(both.actor) as session:
        conduct.freeze(session, both.actor, draw_id=draw)


def test_when_nobody_can_be_assigned_the_first_random_stands_and_a_new_draw_staffs_the_same_units(
    work: Work,
) -> None:
    """Specification section 5.4: also after the follow-up itself was voided."""
    place = bureau.found(
        work, team={"size": 2, "lead_required": True, "cross_district": False, "max_load": 1}
    )
    _draw_everything(work, place.task)
    first = bureau.committed(work, place)
    bureau.throw(work, first, DICE, SECOND_DICE)
    record = bureau.run(work, first)
    assert record["assignments"] is None
    drawn = {entry["unit"] for entry in record["selected"]}
    with work.write(OFFICE) as session:
        task = session.scalars(select(TaskRow).where(TaskRow.public_id == place.task)).one()
        task.team = {**task.team, "max_load": None}
        session.act("task.create", task.public_id)
    voided = bureau.frozen(work, place)
    bureau.void(work, voided, "frame_fault")
    second = bureau.committed(work, place, supersedes=voided)
    bureau.throw(work, second, SECOND_DICE, DICE)
    record = bureau.run(work, second)
    assert verify(record) == []
    assert {entry["unit"] for entry in record["assignments"]} == drawn
    grounds = {unit["id"]: unit["ground"] for unit in record["frame"]["units"]}
    assert {unit for unit, ground in grounds.items() if ground == "drawn"} == drawn
    with work.read() as session:
        states = session.scalars(select(DrawRow.state).order_by(DrawRow.id)).all()
    assert states == ["unassignable", "voided", "drawn"]


def _draw_everything(work: Work, task: str) -> None:
    with work.write(OFFICE) as session:
        row = session.scalars(select(TaskRow).where(TaskRow.public_id == task)).one()
        row.strata = [{"id": name, "rate_bp": 10000, "min": 0, "max": None} for name in "ABCD"]
        session.act("task.create", row.public_id)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("form", "path"),
    [
        ({"beacon_by": "witness"}, "来源"),
        ({"beacon_by": "witness", "beacon_source": "lottery", "beacon_round": "1"}, "公布时间"),
        (
            {"beacon_by": "witness", "beacon_source": "lottery", "beacon_round": "1"}
            | {"beacon_due": "2026-11-20T09:00"},
            "此刻之后",
        ),
        ({"beacon_by": "witness", "beacon_source": "福彩", "beacon_round": "1"}, "来源"),
        ({"beacon_source": "lottery", "beacon_round": "1"}, "由谁录入"),
        ({"reveal": ["witness"]}, "至少由两方"),
    ],
)
def test_a_plan_that_is_not_complete_comes_back_with_its_fields(
    host: Host, sign_in: Callable[..., Person], form: dict[str, object], path: str
) -> None:
    place = bureau.found(host.work)
    sign_in("witness")
    sign_in("witness", username="witness2")
    refused = sign_in("draw").post(f"/staff/inspection/tasks/{place.task}/freeze", **form)
    assert refused.status_code == 422
    assert path in refused.text
