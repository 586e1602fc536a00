"""Who of the office may see what of a letter: whoever it is about sees nothing, and only its section who wrote it."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, exists, select

from publicity.letters import states
from publicity.letters.tables import LetterRecusalRow, LetterRow
from registry.accounts.tables import StaffRow
from registry.kernel.access import Actor
from registry.kernel.faults import NotFound, Refused
from registry.kernel.work import WorkSession


def held(session: WorkSession, actor: Actor, letter: str) -> LetterRow:
    """The letter's row, locked. Raises NotFound, for whoever is recused too: that there is a letter is not theirs to know."""
    return _found(session, actor, letter, lock=True)


def seen(session: WorkSession, actor: Actor, letter: str) -> LetterRow:
    """As `held`, for reading."""
    return _found(session, actor, letter, lock=False)


def _found(session: WorkSession, actor: Actor, letter: str, *, lock: bool) -> LetterRow:
    wanted = select(LetterRow).where(LetterRow.public_id == letter, not_recused(actor))
    row = session.scalar(wanted.with_for_update() if lock else wanted)
    if row is None:
        raise NotFound("没有这件来信")
    return row


def not_recused(actor: Actor) -> ColumnElement[bool]:
    """The letters that the actor is not kept out of."""
    return ~exists().where(LetterRecusalRow.letter_id == LetterRow.id, LetterRecusalRow.staff == actor.id)


def opens(session: WorkSession, actor: Actor, row: LetterRow) -> bool:
    """Whether the actor may read what was written: whoever signs answers, and of the others the section it was given to."""
    if actor.may(states.DECIDE):
        return True
    return actor.may(states.HANDLE) and (row.section is None or row.section == _section(session, actor))


def require_handler(session: WorkSession, actor: Actor, row: LetterRow) -> None:
    """Raises Refused (`other_section`) for whoever handles letters, but not this one."""
    actor.require(states.HANDLE)
    if not opens(session, actor, row):
        raise Refused(f"这件来信已分办给{row.section}", rule="other_section")


def barred(session: WorkSession, rows: Collection[LetterRow]) -> dict[int, frozenset[str]]:
    """By row id, who may not handle each letter: recused, or of another section than it was given to."""
    recused: dict[int, set[str]] = {row.id: set() for row in rows}
    found = select(LetterRecusalRow.letter_id, LetterRecusalRow.staff)
    for letter, staff in session.execute(found.where(LetterRecusalRow.letter_id.in_(recused))):
        recused[letter].add(staff)
    people = session.execute(
        select(StaffRow.public_id, StaffRow.section).where(StaffRow.ended_at.is_(None))
    ).all()
    return {
        row.id: frozenset(
            recused[row.id] | {who for who, section in people if row.section and section != row.section}
        )
        for row in rows
    }


def recused(session: WorkSession, row: LetterRow) -> frozenset[str]:
    """Who is kept out, by public id."""
    return frozenset(
        session.scalars(select(LetterRecusalRow.staff).where(LetterRecusalRow.letter_id == row.id))
    )


def _section(session: WorkSession, actor: Actor) -> str | None:
    return session.scalar(select(StaffRow.section).where(StaffRow.public_id == actor.id))
