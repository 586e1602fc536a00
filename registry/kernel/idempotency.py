"""Requests that are carried out once, however often they are sent (draft-ietf-httpapi-idempotency-key-header).

The key is stored in the transaction of the act that it names, so there is no moment at which one exists without the
other: a process that is killed leaves neither, and the next attempt does it. Two attempts at one moment meet at a lock
that the database lets go of with the transaction; on PostgreSQL the second is told, on SQLite, which has one writer, it
waits and finds the answer. A refusal changes nothing and is not kept: the same key may be sent again, corrected.
"""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import delete, func, select

from registry.kernel.faults import Conflict, Invalid
from registry.kernel.part import Job
from registry.kernel.tables import IdempotencyKeyRow
from registry.kernel.work import Work, WorkSession

KEPT = timedelta(hours=24)
_ANSWER = "reg_idempotency_keys.answer"


class Answer(NamedTuple):
    """What was answered: status, the headers that belong to the content, and the content, which is JSON."""

    status: int
    headers: Mapping[str, str]
    content: bytes


class Attempt(NamedTuple):
    """A request under a key. Both are blind; `caller` is the actor's public id, and keys of two callers never meet."""

    caller: str
    key: str
    request: str


def attempt(session: WorkSession, *, key: str, request: bytes) -> Attempt:
    """The actor's attempt at `request` (all that makes it this request, as bytes) under `key`."""
    blind = session.keys.blind
    return Attempt(
        session.actor.id,
        blind(key, "reg_idempotency_keys.key"),
        blind(request.hex(), "reg_idempotency_keys.request"),
    )


def answered(session: WorkSession, made: Attempt) -> Answer | None:
    """The answer that an earlier attempt got, or None, and then the key is this unit's until it ends.

    Raises Conflict while another attempt under the key is under way, Invalid if the key was used for another request.
    """
    if session.get_bind().dialect.name == "postgresql":
        number = int.from_bytes(bytes.fromhex(made.key)[:8], "big", signed=True)
        if not session.scalar(select(func.pg_try_advisory_xact_lock(number))):
            raise Conflict("同一 Idempotency-Key 的请求正在办理，请稍后再试", rule="idempotency-key-in-use")
    row = session.get(IdempotencyKeyRow, (made.caller, made.key))
    if row is None:
        return None
    if row.request != made.request:
        raise Invalid("这个 Idempotency-Key 已用于另一请求", rule="idempotency-key-reused")
    kept = json.loads(session.keys.decrypt(row.answer, _ANSWER))
    return Answer(kept["status"], kept["headers"], kept["content"].encode())


def keep(session: WorkSession, made: Attempt, answer: Answer) -> None:
    """Keeps the answer with what this unit did."""
    sealed = {"status": answer.status, "headers": dict(answer.headers), "content": answer.content.decode()}
    session.add(
        IdempotencyKeyRow(
            caller=made.caller,
            key=made.key,
            request=made.request,
            answer=session.keys.encrypt(json.dumps(sealed, ensure_ascii=False), _ANSWER),
            at=session.now,
        )
    )


def purge(work: Work) -> Mapping[str, int]:
    """The hourly job: forgets the answers that were kept for a day."""
    with work.housekeeping() as session:
        old = delete(IdempotencyKeyRow).where(IdempotencyKeyRow.at < session.now - KEPT)
        return {"deleted": len(session.scalars(old.returning(IdempotencyKeyRow.key)).all())}


PURGE = Job("idempotency.purge", "清除过期的接口幂等键", purge, "25 * * * *")
