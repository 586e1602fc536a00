"""An officer with every right in the office plays against the draw, in any order: a state machine, and the office it is
played in, as new for each play."""

import json
from collections import Counter
from datetime import timedelta
from itertools import pairwise
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)
from sqlalchemy import func, select

from inspection.ceremony import announce, conduct, void
from inspection.ceremony.rows import beacon_due, chance_of
from inspection.ceremony.tables import AnnouncementRow, DrawRow
from inspection.draw import record as records
from inspection.draw.chance import commitment, seed
from inspection.draw.frame import check
from inspection.draw.rules import Invalid as Unfit
from inspection.draw.verify import verify
from inspection.plan import draft
from inspection.plan.tables import InspectorRow
from inspection.visits import assign, replace
from inspection.visits.tables import VisitRow
from registry.kernel.access import Actor
from registry.kernel.faults import Conflict, Invalid, NotFound, Refused
from registry.ledger.tables import EntryRow
from registry.roster.enrol import change_organisation_state
from tests.inspection.bureau import OFFICE
from tests.inspection.office import Office

SECOND = Actor.command("second")
REFUSALS = (Conflict, Invalid, NotFound, Refused)
PARTIES = ("witness", "witness2", "witness3", "witness4")
GROUNDS = tuple(void.GROUNDS)
# What each party has sealed, for whatever draw; and what the lottery will bring, which nobody knows before.
SEALED = {name: (f"{n}a" * 16, f"{n}b" * 16) for n, name in enumerate(PARTIES)}
LOTTERY = "08271530"
KINDS = (("dice", "dice"), ("reveal", "reveal"), ("dice", "reveal"), ("reveal", "dice"))


class DishonestOfficer(RuleBasedStateMachine):
    """Everything that the office can do to one task, in any order, with the office's own permissions."""

    office: Office

    @initialize(
        stage=st.integers(0, 5), kinds=st.sampled_from(KINDS), lottery=st.sampled_from((None, None, 2))
    )
    def begins(self, stage: int, kinds: tuple[str, str], lottery: int | None) -> None:
        """Everything as it should be up to some stage of a first draw, so that each is played against often."""
        self.work, self.clock, self.firms, self.task = self.office.again()
        self.seen: dict[str, bytes] = {}
        self.settled: dict[str, str] = {}
        if stage:
            self.announces(list(PARTIES[:2]), kinds, lottery, True)
            self.collects_the_commitments()
            self.freezes()
            self.goes_on_honestly(stage - 1, 0, 3)

    def teardown(self) -> None:
        self.office.close()

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

    @rule(
        parties=st.lists(st.sampled_from(PARTIES), min_size=1, max_size=2),
        kinds=st.sampled_from(KINDS),
        lottery=st.sampled_from((None, None, -1, 2, 20)),
        honest=st.booleans(),
    )
    def announces(
        self, parties: list[str], kinds: tuple[str, str], lottery: int | None, honest: bool
    ) -> None:
        drawn = self.draws()
        last = drawn[-1] if drawn else None
        supersedes = last.public_id if last is not None and (last.state == "voided") == honest else None
        plan = [{"kind": kind, "by": name} for kind, name in zip(kinds, parties, strict=False)]
        if lottery is not None:
            due = (self.clock.now() + timedelta(days=lottery)).isoformat()
            beacon = {"kind": "beacon", "by": PARTIES[0], "source": "lottery", "round": "1", "due": due}
            plan = [*plan[:1], beacon] if honest else [beacon, *plan[:1]]
        self.attempt(
            lambda session, actor: announce.announce(
                session, actor, task=self.task, plan=plan, supersedes=supersedes
            )
        )

    @rule()
    def collects_the_commitments(self) -> None:
        """Each party hands over what binds it; the officer sees them all, and may call the draw off afterwards."""
        draw, awaited = self.announced(), []
        with self.work.read() as session:
            if (found := announce.announced(session, self.task)) is not None:
                awaited = [party.by for party in found.parties if party.awaited]
        for name in awaited:
            value, nonce = SEALED[name]
            bound = commitment(draw, name, nonce=nonce, value=value)
            self.attempt(
                lambda session, actor, bound=bound: announce.hand_over(
                    session, actor, draw_id=draw, commitment=bound
                ),
                Actor.command(name),
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
                self.announces([PARTIES[first], PARTIES[first + 1]], KINDS[digit % 4], None, True)
                self.collects_the_commitments()
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
        """Dice of the officer's liking; a value that was sealed can only be revealed as it is."""
        draw = self.draws()[-1]
        plan = json.loads(draw.frame)["entropy"]
        item = plan[min(position, len(plan) - 1)]
        value, nonce = f"{digit}1415926535897932384{position}", None
        if item["kind"] == "reveal":
            value, nonce = SEALED[item["by"]] if digit else (f"{digit}f" * 16, SEALED[item["by"]][1])
        elif item["kind"] == "beacon":
            value = LOTTERY
        self.attempt(
            lambda session, actor: conduct.supply(
                session, actor, draw_id=draw.public_id, position=position, value=value, nonce=nonce
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
            self.gives_a_successor_up_before_its_dice(again)
            self.announces([PARTIES[again], PARTIES[again + 1]], KINDS[0], None, True)
            self.freezes()

    @precondition(lambda self: self.draws())
    @rule(again=st.integers(0, 2))
    def gives_a_successor_up_before_its_dice(self, again: int) -> None:
        """A draw on which nothing depends yet, between the one that was disliked and the one that is to count."""
        self.announces([PARTIES[again], PARTIES[again + 1]], KINDS[0], None, True)
        self.freezes()
        self.voids_with_an_accomplice("frame_fault")

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

    @precondition(lambda self: self.draws())
    @rule(race=st.sampled_from(("twice", "job", "void")))
    def presses_while_something_else_happens(self, race: str) -> None:
        """The outcome is computed and in hand; then a second press, the nightly job, or an accomplice comes first."""
        draw = self.draws()[-1].public_id
        try:
            with self.work.read() as session:
                record = conduct.compute(conduct.inputs(session, draw))
        except REFUSALS:
            return
        if race == "twice":
            assert self.attempt(lambda s, actor: assign.carry_out(s, actor, draw_id=draw, record=record))
        elif race == "job":
            assign.settle(self.work)
        else:
            for ground in GROUNDS:
                self.voids_with_an_accomplice(ground)
        went = self.attempt(lambda s, actor: assign.carry_out(s, actor, draw_id=draw, record=record))
        assert went == (race == "void")

    @precondition(lambda self: self.draws())
    @rule(digit=st.integers(0, 9))
    def publishes_a_record_of_other_dice(self, digit: int) -> None:
        """Computed as it should be, from chance that was never supplied."""
        draw = self.draws()[-1]
        document = json.loads(draw.frame)
        value = f"{digit}7182818284590452353"
        try:
            record = records.draw(
                check(document),
                [{"kind": "dice", "by": one["by"], "value": value} for one in document["entropy"]],
            )
        except Unfit:
            return
        assert not self.attempt(
            lambda session, actor: assign.carry_out(session, actor, draw_id=draw.public_id, record=record)
        )

    @rule(days=st.sampled_from((-1, 1, 2, 29, 31)))
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

    @rule(firm=st.integers(0, 7))
    def recuses_everybody_from_one_firm(self, firm: int) -> None:
        for inspector in range(6):
            self.recuses(inspector, firm)

    @rule(inspector=st.integers(0, 5), firm=st.integers(0, 7))
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
        ground = "not_operating" if seat is None else "recused"

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

    @precondition(lambda self: self.draws() and self.draws()[-1].state == "drawn")
    @rule(friend=st.integers(0, 5), seat=st.integers(0, 1))
    def replaces_until_a_friend_comes(self, friend: int, seat: int) -> None:
        for _ in range(6):
            steps = json.loads(self.draws()[-1].record or b"{}")["substitutions"]
            if steps and steps[-1].get("inspector_in") in (f"09{friend:04d}", None):
                break
            self.replaces(seat)

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
    def what_chance_has_settled_is_drawn_and_nothing_else(self) -> None:
        """From the last item on anybody can compute the outcome: it is carried out, with these numbers and no others."""
        for row in self.draws():
            if row.state == "ready" and row.public_id not in self.settled:
                with self.work.read() as session:
                    given = conduct.inputs(session, row.public_id)
                self.settled[row.public_id] = seed(row.public_id, row.frame_sha256, given.entropy)
            if row.public_id in self.settled:
                assert row.state in ("ready", "drawn", "unassignable")
            if row.record is not None:
                drawn = json.loads(row.record)["seed"]
                assert drawn == self.settled.setdefault(row.public_id, drawn)

    @invariant()
    def nobody_who_knows_the_beacon_settles_anything(self) -> None:
        for row in self.draws():
            with self.work.read() as session:
                due, supplied = beacon_due(session, row), chance_of(session, row)
            if due is not None:
                assert row.committed_at is None or row.committed_at < due
                for planned, given in zip(json.loads(row.frame)["entropy"], supplied, strict=False):
                    assert (given.supplied_at >= due) == (planned["kind"] == "beacon")

    @invariant()
    def whoever_is_replaced_shows_in_the_log_and_does_not_come_back(self) -> None:
        for row in self.draws():
            steps = json.loads(row.record)["substitutions"] if row.record else []
            with self.work.read() as session:
                logged = session.scalar(
                    select(func.count())
                    .select_from(EntryRow)
                    .where(
                        EntryRow.book == "public",
                        EntryRow.action == "other",
                        EntryRow.record == row.public_id,
                    )
                )
            assert logged == len(steps)
            came_in = Counter(
                (step["unit"], step["inspector_in"]) for step in steps if step.get("inspector_in") is not None
            )
            assert all(times == 1 for times in came_in.values())

    @invariant()
    def once_chance_began_the_frame_stays_and_whoever_withheld_does_not_come_back(self) -> None:
        rows = self.draws()
        kept: dict[str, Any] | None = None
        for before, after in pairwise(rows):
            barred = {row.void_party for row in rows[: rows.index(after)]} - {None}
            document = json.loads(after.frame)
            assert not barred & {item["by"] for item in document["entropy"]}
            with self.work.read() as session:
                supplied, due = chance_of(session, before), beacon_due(session, before)
            is_known = due is not None and before.voided_at is not None and before.voided_at >= due
            if before.state == "voided" and (supplied or (is_known and before.commit_index is not None)):
                kept = kept or json.loads(before.frame)
            if kept is not None:
                assert (kept["units"], kept["inspectors"]) == (document["units"], document["inspectors"])
