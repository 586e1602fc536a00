"""A lease with a fencing token: one process at a time may run jobs, and one that was overtaken cannot write.

A lease alone does not stop a process that slept through its end (a paused machine, a long collection). So every
transaction of a job checks the token as its last act and in itself: either the lease is still ours when it commits,
or it rolls back. Clocks of several hosts may differ; then a lease changes hands early or late, never twice at once.
"""

import os
import secrets
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm import Session

from registry.kernel import logs
from registry.kernel.tables import JobLease
from registry.kernel.work import Work, WorkSession


class Overtaken(Exception):
    """Another process holds the lease now; what this one was doing is rolled back."""


def holder_name() -> str:
    """Names this process for people who look for it: host, process id, and chance against reuse."""
    return f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"


class Lease:
    """The right to do what `name` says, until it is released or not renewed for `length`."""

    def __init__(self, work: Work, name: str, *, length: timedelta, holder: str) -> None:
        self._work = work
        self.name = name
        self.length = length
        self.holder = holder
        self.token = 0

    def acquire(self) -> bool:
        """Takes the lease if it is free or run out. The token of every new holder is one more than the last one's."""
        try:
            with self._work.housekeeping() as session:
                row = session.scalar(select(JobLease).where(JobLease.name == self.name).with_for_update())
                if row is None:
                    row = JobLease(name=self.name, token=0, until=session.now)
                    session.add(row)
                elif row.until > session.now:
                    return False
                row.holder, row.token, row.until = self.holder, row.token + 1, session.now + self.length
                self.token = row.token
        except IntegrityError:
            # Two saw no row; the other was first.
            return False
        return True

    def renew(self) -> None:
        """Extends the lease from now. Raises Overtaken if another holds it."""
        with self._work.housekeeping() as session:
            self.fence(session)

    def fence(self, session: Session) -> None:
        """The closing step of whatever is written under the lease: extends it in the same transaction, or raises Overtaken.

        The row lock that it takes makes a successor wait until the transaction has ended.
        """
        extended = session.scalar(
            update(JobLease)
            .where(JobLease.name == self.name, JobLease.token == self.token)
            .values(until=self._work.clock.now() + self.length)
            .returning(JobLease.token)
        )
        if extended is None:
            raise Overtaken(self.name)

    @contextmanager
    def kept(self) -> Iterator[threading.Event]:
        """Renews the lease from a thread while the body runs, and releases it afterwards.

        Gives an event that is set once the lease is lost: overtaken, or not renewed for its length because the
        database did not answer. What the body then still writes is refused by the fence.
        """
        lost, done = threading.Event(), threading.Event()
        keeper = threading.Thread(
            target=self._keep, args=(lost, done), name=f"lease {self.name}", daemon=True
        )
        keeper.start()
        try:
            yield lost
        finally:
            done.set()
            keeper.join()
            self.release()

    def _keep(self, lost: threading.Event, done: threading.Event) -> None:
        # Measured on the monotonic clock: the office's may be set back while we run.
        renewed = time.monotonic()
        while not done.wait(self.length.total_seconds() / 3):
            try:
                self.renew()
                renewed = time.monotonic()
            except Overtaken:
                lost.set()
                return
            except SQLAlchemyError as error:
                logs.crash("lease not renewed", error, lease=self.name)
                if time.monotonic() - renewed > self.length.total_seconds():
                    lost.set()
                    return

    def release(self) -> None:
        """Lets the next holder in at once. Nothing happens if another holds it already."""
        with self._work.housekeeping() as session:
            session.execute(
                update(JobLease)
                .where(JobLease.name == self.name, JobLease.token == self.token)
                .values(until=session.now)
            )


def live(session: WorkSession, name: str, token: int) -> bool:
    """Whether `token` is the lease's newest and has not run out."""
    row = session.get(JobLease, name)
    return row is not None and row.token == token and row.until > session.now
