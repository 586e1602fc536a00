"""An officer with every right in the office plays against the draw: whatever is tried, no draw is removed, repeated or
steered (specification section 8)."""

import json
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from inspection.ceremony import announce, conduct, void
from inspection.ceremony.rows import chance_of
from inspection.ceremony.tables import AnnouncementRow, DrawRow
from inspection.draw.verify import verify
from inspection.plan import draft
from inspection.plan.tables import InspectorRow
from inspection.visits import assign, replace
from inspection.visits.tables import VisitRow
from publicity.app import PARTS
from registry.kernel.access import Actor
from registry.kernel.clock import SHANGHAI, SetClock
from registry.kernel.faults import Conflict, Invalid, NotFound, Refused
from registry.kernel.host import Host
from registry.kernel.settings import Settings
from registry.kernel.store import make_engine
from registry.kernel.work import Work
from registry.ledger.tables import EntryRow
from registry.migrations import upgrade
from registry.roster.enrol import Organisation, change_organisation_state
from tests.inspection import bureau
from tests.inspection.bureau import OFFICE

SECOND = Actor.command("second")
REFUSALS = (Conflict, Invalid, NotFound, Refused)
PARTIES = ("witness", "witness2", "witness3", "witness4")
GROUNDS = tuple(void.GROUNDS)


class DishonestOfficer(RuleBasedStateMachine):
    """Everything that the office can do to one task, in any order, with the office's own permissions."""

    work: Work
    clock: SetClock
    started: datetime
    firms: Sequence[Organisation]
    tasks = 0

    @initialize()
    def begins(self) -> None:
        cls = type(self)
        cls.tasks += 1
        self.clock.set(self.started)
        with self.work.write(OFFICE) as session:
            matter = draft.publish_matter(
                session,
                OFFICE,
                code=f"LS-{cls.tasks:04d}",
                name="律师事务所执业管理抽查",
                content="内部管理制度",
                object_kind="law_firm",
                category="一般检查事项",
                method="现场检查",
                basis="《律师法》第五十二条",
                rate="25%",
                frequency="每年 1 次",
                valid_from=session.today,
            )
            self.task = draft.create_task(
                session,
                OFFICE,
                matter=matter.public_id,
                code=f"2026-{cls.tasks:04d}",
                title="律师事务所双随机抽查",
                strata=[{"id": name, "rate_bp": 4000, "min": 1, "max": None} for name in "ABCD"],
                reserve=1,
                team={"size": 2, "lead_required": False, "cross_district": False, "max_load": None},
                yearly_cap=None,
                deadline=session.today + timedelta(days=200),
            ).public_id
        self.proposed = False
        self.seen: dict[str, bytes] = {}
        self.first_frames: dict[str, Any] = {}

    def attempt(self, step: Any, actor: Actor = OFFICE) -> bool:
        """What the service refuses changes nothing; every other fault is ours and fails the test."""
        try:
            with self.work.write(actor) as session:
                step(session, actor)
        except REFUSALS:
            return False
        return True

    def draws(self) -> list[DrawRow]:
        with self.work.read() as session:
            return list(
                session.scalars(
                    select(DrawRow)
                    .join(DrawRow.task)
                    .where(DrawRow.task.has(public_id=self.task))
                    .order_by(DrawRow.id)
                )
            )

    @rule(parties=st.lists(st.sampled_from(PARTIES), min_size=1, max_size=2), honest=st.booleans())
    def announces(self, parties: list[str], honest: bool) -> None:
        drawn = self.draws()
        last = drawn[-1] if drawn else None
        supersedes = last.public_id if last is not None and (last.state == "voided") == honest else None
        plan = [{"kind": "dice", "by": name} for name in parties]
        self.attempt(
            lambda session, actor: announce.announce(
                session, actor, task=self.task, plan=plan, supersedes=supersedes
            )
        )

    @rule(steps=st.integers(1, 3), first=st.integers(0, 2), digit=st.integers(0, 9))
    def goes_on_honestly(self, steps: int, first: int, digit: int) -> None:
        """Some of the next steps as they should be, so that every stage of a draw is reached and played against."""
        for _ in range(steps):
            rows = self.draws()
            state = rows[-1].state if rows else "voided"
            if state in ("frozen", "committed", "ready"):
                self.takes_the_next_step(rows[-1], digit)
            elif state == "drawn":
                self.replaces(digit % 2)
            else:
                self.announces([PARTIES[first], PARTIES[first + 1]], True)
                self.freezes()

    def takes_the_next_step(self, draw: DrawRow, digit: int) -> None:
        if draw.state == "frozen":
            self.commits(0)
        elif draw.state == "ready":
            self.draws_it()
        else:
            with self.work.read() as session:
                supplied = len(chance_of(session, draw))
            self.throws(supplied, digit)

    @rule()
    def calls_off(self) -> None:
        self.attempt(lambda session, actor: announce.call_off(session, actor, draw_id=self.announced()))

    @rule()
    def freezes(self) -> None:
        self.attempt(lambda session, actor: conduct.freeze(session, actor, draw_id=self.announced()))

    def announced(self) -> str:
        with self.work.read() as session:
            found = session.scalars(
                select(AnnouncementRow.public_id)
                .where(AnnouncementRow.task.has(public_id=self.task))
                .order_by(AnnouncementRow.id.desc())
            ).first()
        return found or "none"

    @precondition(lambda self: self.draws())
    @rule(back=st.integers(0, 1))
    def commits(self, back: int) -> None:
        draw = self.draws()[-1 - min(back, len(self.draws()) - 1)].public_id
        self.attempt(lambda session, actor: conduct.commit(session, actor, draw_id=draw))

    @precondition(lambda self: self.draws())
    @rule(position=st.integers(0, 1), digit=st.integers(0, 9))
    def throws(self, position: int, digit: int) -> None:
        draw = self.draws()[-1].public_id
        value = f"{digit}1415926535897932384{position}"
        self.attempt(
            lambda session, actor: conduct.supply(
                session, actor, draw_id=draw, position=position, value=value
            )
        )

    @precondition(lambda self: self.draws())
    @rule(ground=st.sampled_from(GROUNDS), back=st.integers(0, 2))
    def proposes_to_void(self, ground: str, back: int) -> None:
        draw = self.draws()[-1 - min(back, len(self.draws()) - 1)].public_id
        self.attempt(
            lambda session, actor: void.propose(session, actor, draw_id=draw, ground=ground, note="见纪要")
        )

    @precondition(lambda self: self.draws())
    @rule(ground=st.sampled_from(GROUNDS))
    def voids_with_an_accomplice(self, ground: str) -> None:
        self.proposes_to_void(ground, 0)
        self.finds_an_accomplice_to_void(0)

    @rule(first=st.integers(0, 2), again=st.integers(0, 2), number=st.integers(0, 3))
    def gives_up_a_party_that_dislikes_the_outcome(self, first: int, again: int, number: int) -> None:
        """The party whose dice come last knows the outcome and may keep them back; then the office tries once more."""
        self.goes_on_honestly(3, first, 0)
        if self.draws() and self.draws()[-1].state == "committed":
            self.throws(0, 1)
            self.voids_with_an_accomplice("chance_withheld")
            self.edits_the_directory(number, "suspended")
            self.announces([PARTIES[again], PARTIES[again + 1]], True)
            self.freezes()

    @precondition(lambda self: self.draws())
    @rule(back=st.integers(0, 2))
    def finds_an_accomplice_to_void(self, back: int) -> None:
        draw = self.draws()[-1 - min(back, len(self.draws()) - 1)].public_id
        self.attempt(lambda session, actor: void.confirm(session, actor, draw_id=draw), SECOND)

    @precondition(lambda self: self.draws())
    @rule()
    def draws_it(self) -> None:
        try:
            assign.draw_now(self.work, OFFICE, draw_id=self.draws()[-1].public_id)
        except REFUSALS:
            return

    @rule(days=st.sampled_from((1, 29, 31)))
    def waits(self, days: int) -> None:
        self.clock.advance(timedelta(days=days))
        assign.settle(self.work)

    @rule(number=st.integers(0, 3), state=st.sampled_from(("suspended", "normal")))
    def edits_the_directory(self, number: int, state: str) -> None:
        firm = self.firms[number]
        self.attempt(
            lambda session, actor: change_organisation_state(
                session, actor, organisation=firm, state=state, on=session.today, reason="见纪要"
            )
        )

    @rule(inspector=st.integers(0, 1), firm=st.integers(0, 7))
    def recuses(self, inspector: int, firm: int) -> None:
        def declare(session: Any, actor: Actor) -> None:
            public_id = session.scalars(
                select(InspectorRow.public_id).where(InspectorRow.certificate == f"09{inspector:04d}")
            ).one()
            draft.declare_recusal(
                session,
                actor,
                inspector=public_id,
                organisation=self.firms[firm].public_id,
                reason="亲属关系",
            )

        self.attempt(declare)

    @rule(seat=st.sampled_from((0, 1, None)))
    def replaces(self, seat: int | None) -> None:
        ground = "ended" if seat is None else "recused"

        def asks(session: Any, actor: Actor) -> None:
            visit = session.scalars(
                select(VisitRow.public_id).order_by(VisitRow.id.desc()).limit(1)
            ).one_or_none()
            if visit is None:
                raise Conflict("没有检查")
            self.asked = replace.ask(
                session, actor, visit=visit, seat=seat, ground=ground, reason="见纪要"
            ).public_id

        if self.attempt(asks):
            self.attempt(
                lambda session, actor: replace.decide(session, actor, substitution=self.asked, granted=True),
                SECOND,
            )

    @invariant()
    def one_draw_lives_at_a_time(self) -> None:
        states = Counter(row.state in ("frozen", "committed", "ready") for row in self.draws())
        assert states[True] <= 1

    @invariant()
    def one_draw_counts_at_most(self) -> None:
        drawn = [row for row in self.draws() if row.state == "drawn"]
        assert len(drawn) <= 1
        for row in drawn:
            assert row.public_id == self.draws()[-1].public_id
            assert verify(json.loads(row.record or b"{}")) == []

    @invariant()
    def nothing_that_was_drawn_or_committed_goes_or_changes(self) -> None:
        rows = {row.public_id: row for row in self.draws()}
        assert self.seen.keys() <= rows.keys()
        for public_id, frame in self.seen.items():
            assert rows[public_id].frame == frame
        self.seen = {public_id: row.frame for public_id, row in rows.items()}
        committed = {public_id for public_id, row in rows.items() if row.commit_index is not None}
        with self.work.read() as session:
            logged = set(
                session.scalars(
                    select(EntryRow.record).where(EntryRow.book == "public", EntryRow.action == "frame")
                )
            )
        assert committed <= logged

    @invariant()
    def after_the_first_dice_the_frame_stays_and_whoever_withheld_does_not_come_back(self) -> None:
        rows = self.draws()
        for before, after in pairwise(rows):
            barred = {row.void_party for row in rows[: rows.index(after)]} - {None}
            document = json.loads(after.frame)
            assert not barred & {item["by"] for item in document["entropy"]}
            if before.state == "voided" and before.void_party is not None:
                earlier = json.loads(before.frame)
                with self.work.read() as session:
                    supplied = chance_of(session, before)
                if supplied:
                    assert earlier["units"] == document["units"]
                    assert earlier["inspectors"] == document["inspectors"]


@pytest.fixture
def office(tmp_path: Path) -> Any:
    """One database for all plays of the machine: each is a task of its own."""
    home = tmp_path / "officer"
    home.mkdir()
    installation = Settings.load(
        {"LEGALCREDIT_HOME": str(home), "DATABASE_URL": f"sqlite:///{home}/legalcredit.db"}
    )
    engine = make_engine(installation.database_url)
    upgrade(engine)
    engine.dispose()
    clock = SetClock(datetime(2026, 11, 20, 10, 0, tzinfo=SHANGHAI))
    host = Host(installation, PARTS, clock=clock)
    yield host.work, clock
    host.engine.dispose()


def _play(office: Any, *, examples: int, steps: int) -> None:
    work, clock = office
    place = bureau.found(work, firms=8, inspectors=6)
    machine = type(
        "Machine",
        (DishonestOfficer,),
        {"work": work, "clock": clock, "started": clock.now(), "firms": place.firms, "tasks": 0},
    )
    run_state_machine_as_test(
        machine, settings=settings(max_examples=examples, stateful_step_count=steps, deadline=None)
    )


def test_no_sequence_of_acts_removes_repeats_or_steers_a_draw(office: Any) -> None:
    _play(office, examples=12, steps=25)


@pytest.mark.slow
def test_no_long_sequence_of_acts_removes_repeats_or_steers_a_draw(office: Any) -> None:
    _play(office, examples=400, steps=50)
