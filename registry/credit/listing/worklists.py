"""What waits on the lists, and for whom: one work list for each permission, with the clocks of lists.toml."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, true

from registry.credit.listing import find, moves
from registry.credit.listing.find import Listed
from registry.credit.listing.tables import ListingRow
from registry.kernel.part import Duty, Worklist
from registry.kernel.work import WorkSession

_HEARD = (moves.WINDOW, moves.ANSWERED)


def _proposed(session: WorkSession, limit: int) -> list[Duty]:
    return _duties(session, limit, (moves.PROPOSED,), true(), "审核列入建议", "warn")


def _unserved(session: WorkSession, limit: int) -> list[Duty]:
    return _duties(session, limit, (moves.WARNED,), true(), "送达列入事先告知书", None)


def _defended(session: WorkSession, limit: int) -> list[Duty]:
    return _duties(session, limit, (moves.DEFENDED,), true(), "答复陈述申辩（异议）", "answer")


def _for_legal(session: WorkSession, limit: int) -> list[Duty]:
    return _duties(session, limit, _HEARD, _window_over(session) & _coloured("black"), "法制审核", "legal")


def _for_leader(session: WorkSession, limit: int) -> list[Duty]:
    red = _duties(session, limit, _HEARD, _window_over(session) & _coloured("red"), "决定列入", "decide")
    others = _duties(session, limit, (moves.REVIEWED,), true(), "决定列入", "decide")
    return sorted(red + others, key=lambda duty: duty.due or session.today)[:limit]


def _removals(session: WorkSession, limit: int) -> list[Duty]:
    return _duties(session, limit, (moves.REMOVING,), true(), "决定移出", "decide")


def _window_over(session: WorkSession) -> ColumnElement[bool]:
    return ListingRow.window_until < session.today


def _coloured(colour: str) -> ColumnElement[bool]:
    return ListingRow.colour == colour


def _duties(
    session: WorkSession,
    limit: int,
    states: Sequence[str],
    condition: ColumnElement[bool],
    what: str,
    step: str | None,
) -> list[Duty]:
    found = find.in_state(session, states, condition, limit=limit)
    return [_duty(listed, taken, what, step) for listed, taken in found]


def _duty(listed: Listed, taken: Sequence[moves.Taken], what: str, step: str | None) -> Duty:
    barred = {one.actor for one in taken if step is not None and one.step != step}
    return Duty(
        title=f"{what}：{listed.subject.name}（{listed.list_title}）",
        endpoint="listings.case",
        values={"public_id": listed.public_id},
        since=listed.state_since,
        due=listed.due_on,
        provisional=listed.due_provisional,
        barred=frozenset(barred),
    )


WORKLISTS = (
    Worklist("名单：审核列入建议", "listing.warn", _proposed),
    Worklist("名单：送达告知书", "listing.serve", _unserved),
    Worklist("名单：答复陈述申辩", "listing.answer", _defended),
    Worklist("名单：法制审核", "listing.legal", _for_legal),
    Worklist("名单：决定列入", "listing.decide", _for_leader),
    Worklist("名单：决定移出", "listing.decide", _removals),
)
