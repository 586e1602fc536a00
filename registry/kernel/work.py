"""Units of work: the only code that begins or commits a transaction.

What is guaranteed, on both databases:

- A read sees one snapshot from its first statement to its last, and cannot write (SQLite: a WAL snapshot, query_only;
  PostgreSQL: REPEATABLE READ, READ ONLY).
- A write commits whole or not at all, acts and audit entry included.
- Writes do not lose updates. SQLite has one writer at a time: BEGIN IMMEDIATE waits for the other, at most 30 s.
  PostgreSQL runs writes READ COMMITTED: each statement sees what was committed before it, and what a decision rests
  on must be locked, `select(…).with_for_update()`, which SQLite reads as a plain select; what it gives is read anew,
  even where the unit held the row already. Locks are taken in one order,
  rows of the case first and the ledger's head last, so that writers wait for each other instead of deadlocking.

A unit that fails is never retried here. At these levels nothing fails for the database's own sake but a lock wait or
a lost connection; run again, a use case would decide a second time, on other data and with other random numbers, while
the person who asked still believes in the first. Whoever asked sees the fault and asks again; jobs come back by cron.
"""

import base64
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import Engine, event
from sqlalchemy.orm import ORMExecuteState, Session, UOWTransaction

from registry.kernel.access import ANONYMOUS, Actor
from registry.kernel.clock import Clock, local_day
from registry.kernel.secrets import Keyring

Chance = Callable[[int], bytes]


@dataclass(frozen=True)
class Act:
    """One thing done: `verb` as `roster.enrol`, `record` the public id it was done to, `detail` a JSON object."""

    verb: str
    record: str
    detail: Mapping[str, object]


class UnrecordedWrite(Exception):
    """A unit of work changed rows and named no act. It is rolled back: nothing may be written that nobody can trace."""


class WorkSession(Session):
    """One unit of work. It carries what may not be taken from the air: the moment, the actor, chance, the keys."""

    now: datetime
    actor: Actor
    keys: Keyring
    acts: list[Act]
    wrote: bool
    """Whether rows were sent to the database."""
    reading: bool = False
    """Whether this unit can only read, for whoever `actor` is."""
    _chance: Chance

    @property
    def today(self) -> date:
        """The office's calendar day, one for the whole unit."""
        return local_day(self.now)

    def random(self, size: int) -> bytes:
        return self._chance(size)

    def new_id(self) -> str:
        """A public id: 80 random bits as 16 characters of [a-z2-7]. It says nothing about whom it names."""
        return base64.b32encode(self._chance(10)).decode().lower()

    def act(self, verb: str, record: str, **detail: object) -> None:
        """Names what this unit does; the closing step writes it into the audit book in the same transaction."""
        self.acts.append(Act(verb, record, detail))

    def commit(self) -> None:
        """Refused: a use case that commits would leave its later faults half stored, and its acts unrecorded."""
        raise TypeError("only a unit of work commits, on leaving")


@event.listens_for(WorkSession, "after_flush")
def _flushed(session: WorkSession, _context: UOWTransaction) -> None:
    session.wrote = True


@event.listens_for(WorkSession, "do_orm_execute")
def _executed(state: ORMExecuteState) -> None:
    if state.is_insert or state.is_update or state.is_delete:
        state.session.wrote = True  # type: ignore[attr-defined]
    # A lock is taken to decide on the row as it is now. One that this unit read before would else be given as it was.
    if getattr(state.statement, "_for_update_arg", None) is not None:
        state.update_execution_options(populate_existing=True)


Closing = Callable[[WorkSession], None]


class Work:
    """Opens units of work on one engine.

    `closing` steps run at the end of every write, in their order and inside its transaction: what the kernel must do
    but may not import, such as the audit entry. `fences` run after them, and at the end of housekeeping too. `home` is
    the installation's folder, for those whose rows stand for files; a composition without files has none.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        clock: Clock,
        keys: Keyring,
        chance: Chance = os.urandom,
        closing: Sequence[Closing] = (),
        fences: Sequence[Closing] = (),
        home: Path | None = None,
    ) -> None:
        self.engine = engine
        self.clock = clock
        self.keys = keys
        self._chance = chance
        self._closing = tuple(closing)
        self._fences = tuple(fences)
        self.home = home
        self._writing = engine.execution_options(unit="write")
        self._reading = engine.execution_options(unit="read", **_SNAPSHOT.get(engine.dialect.name, {}))

    def fenced_by(self, fence: Closing) -> "Work":
        """The same units of work, in which `fence` has the last word: by raising it refuses the commit."""
        return Work(
            self.engine,
            clock=self.clock,
            keys=self.keys,
            chance=self._chance,
            closing=self._closing,
            fences=(*self._fences, fence),
            home=self.home,
        )

    @contextmanager
    def write(self, actor: Actor) -> Iterator[WorkSession]:
        """A transaction that commits on leaving and rolls back on any exception.

        Raises UnrecordedWrite if rows changed and `session.act` was never called.
        """
        with self._session(self._writing, actor) as session:
            yield session
            session.flush()
            if session.wrote and not session.acts:
                raise UnrecordedWrite("rows changed, and no act was named")
            for step in (*self._closing, *self._fences):
                step(session)
            Session.commit(session)

    @contextmanager
    def housekeeping(self) -> Iterator[WorkSession]:
        """A write that names no act and leaves no audit entry, for rows that say nothing about anybody's case:
        leases, the history of job runs, counters of failed sign-ins. It commits and rolls back as `write` does."""
        with self._session(self._writing, ANONYMOUS) as session:
            yield session
            for fence in self._fences:
                fence(session)
            Session.commit(session)

    @contextmanager
    def read(self, actor: Actor = ANONYMOUS) -> Iterator[WorkSession]:
        """A transaction that sees one snapshot and never commits; the database refuses to write in it. `actor` is for whom
        is read, where rows are closed to others."""
        with self._session(self._reading, actor) as session:
            session.reading = True
            yield session

    @contextmanager
    def _session(self, engine: Engine, actor: Actor) -> Iterator[WorkSession]:
        session = WorkSession(engine, expire_on_commit=False)
        session.actor = actor
        session.keys = self.keys
        session.acts = []
        session.wrote = False
        session._chance = self._chance
        try:
            # Begun before the clock is read: a writer that waited for another's lock must not carry the earlier time.
            session.connection()
            session.now = self.clock.now()
            yield session
        finally:
            session.close()


# SQLite needs no option: a plain BEGIN reads one snapshot.
_SNAPSHOT = {"postgresql": {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}}
