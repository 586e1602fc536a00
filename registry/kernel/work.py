"""Units of work: the only code that begins or commits a transaction."""

import base64
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Engine, event
from sqlalchemy.orm import ORMExecuteState, Session

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


Closing = Callable[[WorkSession], None]


class Work:
    """Opens units of work on one engine.

    `closing` steps run at the end of every write, inside its transaction: what the kernel must do but may not import,
    such as the audit entry.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        clock: Clock,
        keys: Keyring,
        chance: Chance = os.urandom,
        closing: Sequence[Closing] = (),
    ) -> None:
        self.engine = engine
        self.clock = clock
        self.keys = keys
        self._chance = chance
        self._closing = tuple(closing)
        self._writing = engine.execution_options(writes=True)

    @contextmanager
    def write(self, actor: Actor) -> Iterator[WorkSession]:
        """A transaction that commits on leaving and rolls back on any exception.

        Raises UnrecordedWrite if rows changed and `session.act` was never called.
        """
        with self._session(self._writing, actor) as session:
            changed = False

            def flushed(*_: object) -> None:
                nonlocal changed
                changed = True

            def executed(state: ORMExecuteState) -> None:
                nonlocal changed
                changed = changed or state.is_insert or state.is_update or state.is_delete

            event.listen(session, "after_flush", flushed)
            event.listen(session, "do_orm_execute", executed)
            yield session
            session.flush()
            if changed and not session.acts:
                raise UnrecordedWrite("rows changed, and no act was named")
            for step in self._closing:
                step(session)
            session.commit()

    @contextmanager
    def read(self) -> Iterator[WorkSession]:
        """A transaction that never commits."""
        with self._session(self.engine, ANONYMOUS) as session:
            yield session

    @contextmanager
    def _session(self, engine: Engine, actor: Actor) -> Iterator[WorkSession]:
        session = WorkSession(engine, expire_on_commit=False)
        session.now = self.clock.now()
        session.actor = actor
        session.keys = self.keys
        session.acts = []
        session._chance = self._chance
        try:
            yield session
        finally:
            session.close()
