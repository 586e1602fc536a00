"""Draws for inspections that nobody may be told of: closed while visits are made, open by themselves afterwards."""

import json
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest
from sqlalchemy import select

from inspection.ceremony import conduct, deposits, find, sealed, void
from inspection.ceremony import listed as lists
from inspection.ceremony.past import past
from inspection.ceremony.sealed_tables import DepositRow, SealRow
from inspection.ceremony.tables import ChanceRow, SelectionRow
from inspection.draw import door
from inspection.draw.sealed import verify_sealed
from inspection.draw.verify import verify
from inspection.visits import assign, findings, opening, replace
from inspection.visits import find as visits
from registry.kernel.access import Actor
from registry.kernel.clock import SetClock
from registry.kernel.faults import Conflict, Invalid, NotFound, Refused
from registry.kernel.host import Host
from registry.kernel.work import Work
from registry.ledger import book
from registry.ledger.verify import verify as verify_ledger
from tests.inspection import bureau, sealed_bureau
from tests.inspection.bureau import DICE, OFFICE, Bureau
from tests.inspection.sealed_bureau import VALUES
from tests.people import Person

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def auditor(work: Work, sign_in: Callable[..., Person]) -> Person:
    """Somebody who holds deposits under a key of their own."""
    person = sign_in("auditor")
    sealed_bureau.hold(work, person)
    return person


@pytest.fixture
def place(work: Work, auditor: Person) -> Bureau:
    return bureau.found(work)


def entries(work: Work, draw: str) -> list[book.Stored]:
    """What the public log shows of a draw, as the feed hands it out."""
    with work.read() as session:
        size = book.head(session, "public").size
        stored = book.read(session, "public", start=0, limit=size, on=session.today)
    return [one for one in stored if one.record == draw]


def test_at_the_draw_only_commitments_go_into_the_log(work: Work, place: Bureau) -> None:
    draw = sealed_bureau.drawn(work, place)
    frame, drawn = entries(work, draw)
    assert (frame.action, drawn.action, drawn.version) == ("frame", "draw", 2)
    assert set(json.loads(frame.body or b"{}")) == {"draw", "frame_sha256"}
    assert (drawn.body, drawn.salt) == (None, None)
    with work.read() as session:
        document = sealed.document(session, draw)
        with pytest.raises(NotFound):
            find.record_bytes(session, draw)
        with pytest.raises(NotFound):
            find.frame_bytes(session, draw)
        assert verify_ledger(session, "public") == []
    assert document["record"] is None
    assert verify_sealed(document) == []
    assert document["roots"][0]["log"] is not None


def test_the_draw_opens_by_itself_when_the_last_visit_was_made_and_everything_verifies(
    work: Work, place: Bureau
) -> None:
    draw = sealed_bureau.drawn(work, place)
    inside = sealed_bureau.record(work, draw)
    to_make = sealed_bureau.visits(work, draw)
    assert len(to_make) == len(inside["selected"]) > 1
    for unit in to_make:
        assert opening.settle(work) == {"opened": 0}
        sealed_bureau.visit(work, to_make[unit])
    assert opening.settle(work) == {"opened": 1}
    assert opening.settle(work) == {"opened": 0}
    with work.read() as session:
        record = json.loads(find.record_bytes(session, draw))
        document = sealed.document(session, draw)
        page = find.draw_page(session, draw, on=session.today)
        assert verify_ledger(session, "public") == []
    assert record == inside
    assert verify(record) == []
    assert verify_sealed(document) == []
    assert document["record"] == record
    assert (page.state, page.seed, len(page.chosen)) == ("drawn", record["seed"], len(to_make))
    assert [item.value for item in page.plan] == [VALUES["witness"][0], VALUES["witness2"][0], DICE]
    assert page.seal is not None
    assert not page.seal.closed
    told = entries(work, draw)
    assert [(one.action, one.version) for one in told] == [("frame", 1), ("draw", 2), ("open", 3)]
    root, opened = (json.loads(one.body or b"{}") for one in told[1:])
    assert root["root"] == document["roots"][0]["root"]
    assert (
        opened["record_sha256"]
        == sha256(
            json.dumps(record, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
        ).hexdigest()
    )
    assert opened["seed"] == record["seed"]


@on_sqlite
def test_the_deadline_opens_it_although_visits_are_missing(
    work: Work, place: Bureau, clock: SetClock
) -> None:
    draw = sealed_bureau.drawn(work, place)
    clock.advance(timedelta(days=30))
    assert opening.settle(work) == {"opened": 0}
    clock.advance(timedelta(days=1))
    with work.read() as session:
        [listed], _ = lists.draws(session, on=session.today, limit=5)
        assert listed.seal is not None
        assert listed.seal.overdue
    assert opening.settle(work) == {"opened": 1}
    with work.read() as session:
        [listed], _ = lists.draws(session, on=session.today, limit=5)
        assert listed.seal is not None
        assert not listed.seal.overdue
        assert verify_sealed(sealed.document(session, draw)) == []


@on_sqlite
def test_a_finding_waits_for_the_opening_before_it_is_public_business(work: Work, place: Bureau) -> None:
    draw = sealed_bureau.drawn(work, place)
    first, *rest = sealed_bureau.visits(work, draw).values()
    sealed_bureau.visit(work, first)
    reviewer = Actor.command("reviewer")
    with pytest.raises(Conflict) as refused, work.write(reviewer) as session:
        findings.close(session, reviewer, visit=first)
    assert refused.value.rule == "sealed"
    for visit in rest:
        sealed_bureau.visit(work, visit)
    opening.settle(work)
    with work.write(reviewer) as session:
        findings.close(session, reviewer, visit=first)


@on_sqlite
def test_a_proof_at_the_door_stands_on_the_root_in_the_log(work: Work, place: Bureau) -> None:
    draw = sealed_bureau.drawn(work, place)
    with work.read() as session:
        public = sealed.document(session, draw)
    with work.read(OFFICE) as session:
        for selection in session.scalars(select(SelectionRow)):
            proof = sealed.proof_of(session, selection)
            assert proof is not None
            assert door.check(proof) == []
            assert proof["unit"] == selection.unit
            assert proof["inspectors"] == selection.inspectors
            assert door.read_fragment(door.fragment(proof), public) | {"log": proof["log"]} == proof


@on_sqlite
def test_an_ordinary_draw_has_no_proof_at_the_door(work: Work, place: Bureau) -> None:
    draw = bureau.drawn(work, place)
    with work.read(OFFICE) as session:
        assert sealed.proof_of(session, session.scalars(select(SelectionRow).limit(1)).one()) is None
        with pytest.raises(NotFound):
            sealed.document(session, draw)


@on_sqlite
@pytest.mark.parametrize("whole", [False, True], ids=["a seat", "a subject"])
def test_a_substitution_while_sealed_is_a_new_root_and_nothing_else_in_public(
    work: Work, place: Bureau, whole: bool
) -> None:
    draw = sealed_bureau.drawn(work, place)
    unit, visit = next(iter(sealed_bureau.visits(work, draw).items()))
    with work.write(OFFICE) as session:
        asked = replace.ask(
            session,
            OFFICE,
            visit=visit,
            seat=None if whole else 1,
            ground="not_operating" if whole else "recused",
            reason="近亲属",
        )
    second = Actor.command("second")
    with work.write(second) as session:
        goes_on = replace.decide(session, second, substitution=asked.public_id, granted=True)
    told = entries(work, draw)
    assert [(one.action, one.version, one.body) for one in told[1:]] == [
        ("draw", 2, None),
        ("other", 3, None),
    ]
    with work.read(OFFICE) as session:
        document = sealed.document(session, draw)
        assert [root["version"] for root in document["roots"]] == [2, 3]
        assert document["roots"][0]["root"] != document["roots"][1]["root"]
        assert visits.visit(session, goes_on).unit == unit or whole
    for visit in sealed_bureau.visits(work, draw).values():
        sealed_bureau.visit(work, visit)
    assert opening.settle(work) == {"opened": 1}
    with work.read() as session:
        assert verify_sealed(sealed.document(session, draw)) == []
        assert verify(json.loads(find.record_bytes(session, draw))) == []
    assert [one.version for one in entries(work, draw)] == [1, 2, 3, 4]


def test_a_substitution_after_the_opening_leaves_the_sealed_document_as_it_was(
    work: Work, place: Bureau, clock: SetClock
) -> None:
    draw = sealed_bureau.drawn(work, place)
    visit = next(iter(sealed_bureau.visits(work, draw).values()))
    clock.advance(timedelta(days=31))
    opening.settle(work)
    with work.read() as session:
        opened = sealed.document(session, draw)
    with work.write(OFFICE) as session:
        asked = replace.ask(session, OFFICE, visit=visit, seat=0, ground="recused", reason="近亲属")
    second = Actor.command("second")
    with work.write(second) as session:
        replace.decide(session, second, substitution=asked.public_id, granted=True)
    with work.read() as session:
        now = sealed.document(session, draw)
        record = json.loads(find.record_bytes(session, draw))
    assert len(record["substitutions"]) == 1
    assert verify(record) == verify_sealed(now) == []
    assert now["record"] == opened["record"]
    assert [(one.action, one.version) for one in entries(work, draw)][-2:] == [("open", 3), ("other", 4)]


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"ground": "whim"}, "seal_ground"),
        ({"plan": [{"kind": "dice", "by": "a"}, {"kind": "reveal", "by": "b"}]}, "reveal"),
        ({"depositary": "witness"}, "depositary"),
        ({"depositary": "nobody"}, "depositary"),
    ],
)
def test_a_sealed_draw_wants_a_reason_two_closed_values_and_a_depositary(
    work: Work, place: Bureau, changes: dict[str, Any], path: str
) -> None:
    with pytest.raises(Invalid) as refused:
        sealed_bureau.announced(work, place, **changes)
    assert refused.value.fields[0].path == path


@on_sqlite
def test_an_auditor_without_a_key_can_hold_nothing(work: Work, sign_in: Callable[..., Person]) -> None:
    place = bureau.found(work)
    sign_in("auditor")
    with pytest.raises(Invalid) as refused:
        sealed_bureau.announced(work, place)
    assert refused.value.fields[0].rule == "no_deposit_key"


@on_sqlite
def test_closed_values_come_before_the_dice_so_that_nobody_withholds_what_they_dislike(
    work: Work, place: Bureau
) -> None:
    draw = sealed_bureau.committed(work, place)
    with work.read() as session:
        plan = find.draw_page(session, draw, on=session.today).plan
    assert [item.kind for item in plan] == ["reveal", "reveal", "dice"]
    with pytest.raises(Conflict), work.write(OFFICE) as session:
        conduct.supply(session, OFFICE, draw_id=draw, position=2, value=DICE)


@on_sqlite
def test_a_closed_value_is_kept_encrypted_for_the_service_and_for_the_depositary_alone(
    work: Work, place: Bureau, auditor: Person
) -> None:
    private = sealed_bureau.hold(work, auditor)
    draw = sealed_bureau.committed(work, place)
    sealed_bureau.supply(work, draw)
    with work.read(OFFICE) as session:
        kept = session.execute(select(DepositRow.item, DepositRow.for_depositary)).all()
        shown = [row.value for row in session.scalars(select(ChanceRow).order_by(ChanceRow.position))]
        handed = deposits.handed_out(session, auditor.actor, draw_id=draw)
    assert shown == ["", "", DICE]
    assert not any(
        bytes.fromhex(value) in blob or value.encode() in blob
        for row in kept
        for blob in row
        for value, _ in VALUES.values()
    )
    for deposit, (by, (value, nonce)) in zip(handed, VALUES.items(), strict=True):
        content = bytes.fromhex(str(deposit["sealed"]))
        position = int(str(deposit["position"]))
        opened = json.loads(deposits.decrypt(private, content, draw=draw, position=position))
        assert opened == {"kind": "reveal", "by": by, "value": value, "nonce": nonce}
        with pytest.raises(deposits.Unopened):
            deposits.decrypt(bytes(32), content, draw=draw, position=position)
        with pytest.raises(deposits.Unopened):
            deposits.decrypt(private, content[:-1] + b"\0", draw=draw, position=position)
        with pytest.raises(deposits.Unopened):
            deposits.decrypt(private, content, draw=draw, position=position + 1)


@on_sqlite
def test_deposits_are_handed_to_their_depositary_alone(
    work: Work, place: Bureau, sign_in: Callable[..., Person]
) -> None:
    draw = sealed_bureau.drawn(work, place)
    for person in (sign_in("auditor", username="other"), sign_in("leader")):
        with work.read(person.actor) as session, pytest.raises(Refused):
            deposits.handed_out(session, person.actor, draw_id=draw)


@on_sqlite
def test_a_closed_value_that_does_not_give_its_commitment_is_refused_at_once(
    work: Work, place: Bureau
) -> None:
    draw = sealed_bureau.committed(work, place)
    with pytest.raises(Invalid), work.write(OFFICE) as session:
        conduct.supply(session, OFFICE, draw_id=draw, position=0, value="00" * 32, nonce="b1" * 16)


def test_the_team_sees_its_visits_the_leader_all_and_nobody_else_any(
    host: Host, place: Bureau, sign_in: Callable[..., Person]
) -> None:
    draw = sealed_bureau.drawn(host.work, place)
    to_make = sealed_bureau.visits(host.work, draw)
    team = sealed_bureau.record(host.work, draw)["assignments"][0]
    inspector = sign_in("inspector")
    bureau.link(host.work, team["inspectors"][1], "inspector")
    own = {
        to_make[entry["unit"]]
        for entry in sealed_bureau.record(host.work, draw)["assignments"]
        if team["inspectors"][1] in entry["inspectors"]
    }
    everybody = {
        name: sign_in(name) for name in ("head", "clerk", "draw", "witness", "secrecy", "leader", "admin")
    }
    seen = {}
    for name, person in {**everybody, "inspector": inspector}.items():
        with host.work.read(person.actor) as session:
            listed, _ = visits.worklist(session, limit=100)
        seen[name] = {visit.public_id for visit in listed}
    assert seen.pop("leader") == set(to_make.values())
    assert seen.pop("inspector") == own
    assert set().union(*seen.values()) == set()
    with host.work.read() as session:
        assert visits.worklist(session, limit=100)[0] == []
        assert visits.progress(session, [draw]) == {}
    stranger = next(iter(set(to_make.values()) - own))
    with host.work.read(inspector.actor) as session, pytest.raises(NotFound):
        visits.visit(session, stranger)
    for person in (inspector, everybody["head"]):
        with pytest.raises(NotFound), host.work.write(person.actor) as session:
            findings.locked(session, stranger)


def test_a_later_frame_does_not_tell_whom_the_closed_draw_hit(
    work: Work, place: Bureau, clock: SetClock
) -> None:
    """With a cap of one visit a year the drawn firms would stand out as excluded; they do once the draw is open."""
    draw = sealed_bureau.drawn(work, place)
    with work.write(OFFICE) as session:
        counted = past(session, on=session.today)
    assert counted == {}
    clock.advance(timedelta(days=31))
    opening.settle(work)
    with work.write(OFFICE) as session:
        counted = past(session, on=session.today)
    assert set(counted) == {entry["unit"] for entry in sealed_bureau.record(work, draw)["selected"]}


@on_sqlite
def test_without_enough_inspectors_nobody_is_told_and_the_next_draw_is_sealed_too(
    work: Work, auditor: Person
) -> None:
    place = bureau.found(
        work,
        inspectors=2,
        team={"size": 2, "lead_required": False, "cross_district": False, "max_load": 1},
    )
    first = sealed_bureau.drawn(work, place)
    assert sealed_bureau.record(work, first)["assignments"] is None
    with work.read() as session:
        assert find.draw_page(session, first, on=session.today).state == "sealed"
        [listed] = lists.of_task(session, place.task, on=session.today)
        assert (listed.state, listed.lacks_inspectors) == ("sealed", True)
    with pytest.raises(Conflict) as refused:
        bureau.frozen(work, place)
    assert refused.value.rule == "must_be_sealed"


@on_sqlite
def test_before_the_draw_it_lapses_like_any_other_and_hides_nothing_any_more(
    work: Work, place: Bureau, clock: SetClock
) -> None:
    draw = sealed_bureau.committed(work, place)
    with work.read() as session, pytest.raises(NotFound):
        find.frame_bytes(session, draw)
    clock.advance(timedelta(days=31))
    assert assign.settle(work) == {"drawn": 0, "lapsed": 1}
    with work.read() as session:
        assert find.frame_bytes(session, draw)
        page = find.draw_page(session, draw, on=session.today)
        assert page.state == "voided"
        assert page.seal is not None
        assert not page.seal.closed
    assert [one.action for one in entries(work, draw)] == ["frame", "void"]
    assert opening.settle(work) == {"opened": 0}


@on_sqlite
def test_a_sound_record_is_not_voided_because_it_is_sealed(work: Work, place: Bureau) -> None:
    draw = sealed_bureau.drawn(work, place)
    with pytest.raises(Invalid) as refused, work.write(OFFICE) as session:
        void.propose(session, OFFICE, draw_id=draw, ground="record_invalid", note="不满意")
    assert refused.value.fields[0].rule == "record_valid"


@on_sqlite
def test_a_record_called_invalid_is_opened_with_its_voiding(work: Work, place: Bureau) -> None:
    draw = sealed_bureau.drawn(work, place)
    with work.write(OFFICE) as session:
        row = session.scalars(select(SealRow)).one()
        spoilt = sealed_bureau.record(work, draw) | {"seed": "00" * 32}
        row.record = session.keys.encrypt(json.dumps(spoilt), "insp_seals.record")
        session.act("tests", draw)
    bureau.void(work, draw, "record_invalid")
    with work.read() as session:
        assert json.loads(find.record_bytes(session, draw))["seed"] == "00" * 32
        assert find.draw_page(session, draw, on=session.today).state == "voided"
    assert [(one.action, one.version) for one in entries(work, draw)] == [
        ("frame", 1),
        ("draw", 2),
        ("open", 3),
        ("void", 4),
    ]


@on_sqlite
def test_an_opening_that_cannot_be_carried_out_stays_closed_and_shows_red(
    work: Work, place: Bureau, clock: SetClock
) -> None:
    draw = sealed_bureau.drawn(work, place)
    with work.write(OFFICE) as session:
        row = session.scalars(select(SealRow)).one()
        row.record = b"\x00\x63" + (row.record or b"")[2:]  # under a key that is not installed
        session.act("tests", draw)
    clock.advance(timedelta(days=31))
    assert opening.settle(work) == {"opened": 0}
    with work.read() as session:
        page = find.draw_page(session, draw, on=session.today)
        assert page.seal is not None
        assert (page.seal.closed, page.seal.overdue) == (True, True)


def test_two_who_open_at_once_open_once(work: Work, place: Bureau, clock: SetClock) -> None:
    draw = sealed_bureau.drawn(work, place)
    clock.advance(timedelta(days=31))
    job = Actor.job("openings")
    with work.write(job) as session:
        sealed.open_now(session, job, draw_id=draw)
    with pytest.raises(Conflict), work.write(job) as session:
        sealed.open_now(session, job, draw_id=draw)
    assert [one.action for one in entries(work, draw)].count("open") == 1
