"""Marks that follow from what is on record below: an open objection, or that what an inspection found was put right."""

from collections.abc import Collection, Mapping

from sqlalchemy import ColumnElement, or_

from inspection.visits.after import followup
from registry.credit import disclosure
from registry.kernel.work import WorkSession


def marks(session: WorkSession, events: Collection[int]) -> Mapping[int, list[str]]:
    """The marks that each of the events (row ids) carries in public."""
    rectified = followup.rectified(session, events)
    return {
        event: [*names, *(["rectified"] if event in rectified else [])]
        for event, names in disclosure.marks(session, events).items()
    }


def may_have_changed() -> ColumnElement[bool]:
    """The condition that an event's marks may ever have changed."""
    return or_(disclosure.was_objected_to(), followup.was_ordered())
