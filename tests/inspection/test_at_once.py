"""Two people do it in the same moment: each act of the ceremony happens once, and nobody is told that both did."""

import json
import threading
from collections.abc import Callable

import pytest
from sqlalchemy import func, select

from inspection.ceremony import announce, conduct, find, void
from inspection.ceremony.tables import AnnouncementRow, DrawRow, SubstitutionRow
from inspection.draw.verify import verify as verify_record
from inspection.visits import assign, replace
from inspection.visits import find as visits
from inspection.visits.tables import VisitRow
from registry.kernel.access import Actor
from registry.kernel.faults import Fault
from registry.kernel.work import Work, WorkSession
from registry.ledger import book, verify
from tests.inspection import bureau
from tests.inspection.bureau import DICE, OFFICE, SECOND_DICE, TWO_DICE

SECOND = Actor.command("second")
Act = Callable[[], object]


def at_once(*acts: Act) -> list[str]:
    """What comes of acts that begin together, in their order: "done", or the rule that refused."""
    start = threading.Barrier(len(acts))
    outcomes = [""] * len(acts)

    def run(place: int, act: Act) -> None:
        start.wait()
        try:
            act()
            outcomes[place] = "done"
        except Fault as refused:
            outcomes[place] = refused.rule

    people = [threading.Thread(target=run, args=one) for one in enumerate(acts)]
    for person in people:
        person.start()
    for person in people:
        person.join()
    return outcomes


def by(work: Work, step: Callable[[WorkSession], object], actor: Actor = OFFICE) -> Act:
    def act() -> None:
        with work.write(actor) as session:
            step(session)

    return act


def test_everything_is_pressed_twice_and_happens_once(work: Work) -> None:
    place = bureau.found(work)

    def announces(session: WorkSession) -> None:
        announce.announce(session, OFFICE, task=place.task, plan=TWO_DICE)

    assert sorted(at_once(*[by(work, announces)] * 2)) == ["announced", "done"]
    with work.read() as session:
        [draw] = session.scalars(select(AnnouncementRow.public_id)).all()
    freezes = by(work, lambda session: conduct.freeze(session, OFFICE, draw_id=draw))
    assert sorted(at_once(freezes, freezes)) == ["done", "not_announced"]
    commits = by(work, lambda session: conduct.commit(session, OFFICE, draw_id=draw))
    assert sorted(at_once(commits, commits)) == ["done", "state"]
    for position, others in ((0, "order"), (1, "state")):
        throws = [_throws(work, draw, position, value) for value in (DICE, SECOND_DICE)]
        assert sorted(at_once(*throws)) == sorted(["done", others])
    pressed = at_once(
        lambda: assign.draw_now(work, OFFICE, draw_id=draw),
        lambda: assign.draw_now(work, SECOND, draw_id=draw),
        lambda: assign.settle(work),
    )
    assert sorted(pressed) in (["done", "done", "state"], ["done", "state", "state"]), (
        "the job never complains"
    )
    with work.read() as session:
        record = json.loads(find.record_bytes(session, draw))
        assert verify_record(record) == []
        assert session.scalar(select(func.count()).select_from(VisitRow)) == len(record["selected"])
        leaves = book.read(session, "public", start=0, limit=9, on=session.today)
        assert [leaf.action for leaf in leaves if leaf.record == draw] == ["frame", "draw"]
        assert [list(verify.verify(session, name)) for name in book.BOOKS] == [[], []]


def test_the_last_dice_and_the_voiding_for_want_of_them_do_not_both_happen(work: Work) -> None:
    draw = bureau.committed(work, bureau.found(work))
    bureau.throw(work, draw, DICE)
    with work.write(OFFICE) as session:
        void.propose(session, OFFICE, draw_id=draw, ground="chance_withheld", note="见纪要")
    thrown, voided = at_once(
        _throws(work, draw, 1, SECOND_DICE),
        by(work, lambda session: void.confirm(session, SECOND, draw_id=draw), SECOND),
    )
    with work.read() as session:
        state = session.scalars(select(DrawRow.state)).one()
    assert (thrown, voided, state) in [("done", "ground_gone", "ready"), ("state", "done", "voided")]


@pytest.mark.parametrize("other", ["grants", "refuses"])
def test_a_replacement_is_decided_once(work: Work, other: str) -> None:
    draw = bureau.drawn(work, bureau.found(work))
    with work.write(OFFICE) as session:
        [visit, *_], _ = visits.worklist(session, limit=1)
        asked = replace.ask(
            session, OFFICE, visit=visit.public_id, seat=0, ground="recused", reason="亲属关系"
        ).public_id
    decisions = [
        _decides(work, asked, Actor.command("second"), granted=True),
        _decides(work, asked, Actor.command("third"), granted=other == "grants"),
    ]
    assert sorted(at_once(*decisions)) == ["decided", "done"]
    with work.read() as session:
        state = session.scalars(select(SubstitutionRow.state)).one()
        record = json.loads(find.record_bytes(session, draw))
    assert len(record["substitutions"]) == (state == "granted")
    assert verify_record(record) == []


def _throws(work: Work, draw: str, position: int, value: str) -> Act:
    return by(
        work,
        lambda session: conduct.supply(session, OFFICE, draw_id=draw, position=position, value=value),
    )


def _decides(work: Work, asked: str, actor: Actor, *, granted: bool) -> Act:
    return by(
        work, lambda session: replace.decide(session, actor, substitution=asked, granted=granted), actor
    )
