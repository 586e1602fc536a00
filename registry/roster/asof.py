"""The register read for a past day: what held then, by what is known today, and which of it was recorded only later."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar

from sqlalchemy import select

from registry.kernel.clock import local_day
from registry.kernel.faults import NotFound
from registry.kernel.work import WorkSession
from registry.roster import particulars, records
from registry.roster.records import Engagement, Licence, Organisation, Period, Practitioner, Workplace
from registry.roster.tables import OrganisationRow

NOT_YET = "not-yet"
"""The rule of the fault for a day before the subject was."""

Span = TypeVar("Span", Period, Engagement)


@dataclass(frozen=True)
class Late:
    """Something that held on the day asked for and was recorded after it."""

    title: str
    since: date | None
    recorded_on: date


def organisation(session: WorkSession, public_id: str, *, on: date | None = None) -> Organisation:
    """The organisation with this public id, with `on` as it was on that day.

    Its branches are those of today and left out of a past day. Raises NotFound, with the rule `not-yet` for a day before
    it was established.
    """
    found = records.organisation(session, public_id)
    if on is None:
        return found
    states = _until(found.states, on)
    state = _running(states)
    if state is None or (found.established_on and on < found.established_on):
        raise NotFound(f"{on.isoformat()} 这家机构尚未设立", rule=NOT_YET)

    def then(field: str, current: str | None) -> str | None:
        return particulars.value_on(found.changes, field, current, on)

    head = then("head", found.head)
    return replace(
        found,
        name=then("name", found.name) or found.name,
        uscc=then("uscc", found.uscc),
        licence_number=then("licence_number", found.licence_number),
        form=then("form", found.form),
        district=then("district", found.district) or found.district,
        head=head,
        head_person=_head_then(found, then("head_person", (found.head_person or (None,))[0]), head),
        head_office=_office_then(
            session, found, then("head_office", found.head_office.public_id if found.head_office else None)
        ),
        authority=then("authority", found.authority),
        address=then("address", found.address),
        phone=then("phone", found.phone),
        ended_on=found.ended_on if found.ended_on and found.ended_on <= on else None,
        state=state.value,
        state_since=state.since,
        state_reason=state.reason,
        states=tuple(states),
        branches=(),
        changes=_changes_until(found.changes, on),
    )


def practitioner(session: WorkSession, public_id: str, *, on: date | None = None) -> Practitioner:
    """The person with this public id or merged under it, with `on` as they were on that day, at organisations by their
    names of then. Raises NotFound, with the rule `not-yet` for a day before the first licence was granted."""
    found = records.practitioner(session, public_id)
    if on is None:
        return found
    licences = [then for licence in found.licences if (then := _licence_on(licence, on))]
    if not licences:
        raise NotFound(f"{on.isoformat()} 此人尚未取得执业许可", rule=NOT_YET)
    names = _names_on(session, [one.organisation for own in licences for one in own.engagements], on)
    return replace(
        found,
        name=particulars.value_on(found.changes, "name", found.name, on) or found.name,
        id_type=particulars.value_on(found.changes, "id_type", found.id_type, on) or found.id_type,
        licences=tuple(_named(licence, names) for licence in licences),
        changes=_changes_until(found.changes, on),
    )


def late(found: Organisation | Practitioner, on: date) -> list[Late]:
    """What of a reading of the day `on` the register learnt only afterwards (事后补记), in the order of recording. Pure."""
    entries = [
        Late(change.title, change.since, local_day(change.recorded_at))
        for change in found.changes
        if local_day(change.recorded_at) > on
    ]
    if isinstance(found, Organisation):
        entries += _late_periods("状态", found.states, on)
    else:
        for licence in found.licences:
            title = licence.profession_title
            entries += _late_periods(f"{title}执业状态", licence.states, on)
            entries += _late_periods(f"{title}执业证号", licence.numbers, on)
            entries += _late_periods(f"{title}执业机构", licence.engagements, on)
            entries += [
                Late(f"{title}{change.title}", change.since, local_day(change.recorded_at))
                for change in licence.changes
                if local_day(change.recorded_at) > on
            ]
    return sorted(entries, key=lambda entry: entry.recorded_on)


def _late_periods(title: str, periods: Iterable[Period | Engagement], on: date) -> Iterator[Late]:
    return (Late(title, one.since, one.recorded_on) for one in periods if one.recorded_on > on)


def _licence_on(licence: Licence, on: date) -> Licence | None:
    states = _until(licence.states, on)
    state = _running(states)
    if state is None or on < licence.granted_on:
        return None
    numbers, engagements = _until(licence.numbers, on), _until(licence.engagements, on)
    number, engaged = _running(numbers), _running(engagements)
    ended = licence.ended_on is not None and licence.ended_on <= on
    # An ended licence names the last place of practice.
    place = engaged or (engagements[0] if ended and engagements else None)
    return replace(
        licence,
        number=number.value if number else licence.number,
        category=particulars.value_on(licence.changes, "category", licence.category, on),
        state=state.value,
        state_since=state.since,
        state_reason=state.reason,
        ended_on=licence.ended_on if ended else None,
        destination=licence.destination if ended else None,
        organisation=place.organisation if place else None,
        numbers=tuple(numbers),
        states=tuple(states),
        engagements=tuple(engagements),
        changes=_changes_until(licence.changes, on),
    )


def _until(periods: Sequence[Span], on: date) -> list[Span]:
    """Those that had begun, with the last day as it was seen then."""
    return [
        replace(one, until=one.until if one.until and one.until <= on else None)
        for one in periods
        if one.since <= on and (one.until is None or one.since < one.until)
    ]


def _running(periods: Sequence[Span]) -> Span | None:
    return next((one for one in periods if one.until is None), None)


def _changes_until(changes: Sequence[particulars.Change], on: date) -> tuple[particulars.Change, ...]:
    return tuple(change for change in changes if change.since is None or change.since <= on)


def _head_then(found: Organisation, public_id: str | None, name: str | None) -> tuple[str, str] | None:
    if public_id is None:
        return None
    return (
        found.head_person
        if found.head_person and found.head_person[0] == public_id
        else (public_id, name or "")
    )


def _office_then(session: WorkSession, found: Organisation, public_id: str | None) -> Workplace | None:
    if public_id is None or (found.head_office and found.head_office.public_id == public_id):
        return found.head_office if public_id else None
    row = session.execute(
        select(*records.WORKPLACE).where(OrganisationRow.public_id == public_id)
    ).one_or_none()
    return records.workplace(row) if row is not None else None


def _names_on(session: WorkSession, places: Iterable[Workplace], on: date) -> dict[int, str]:
    present = {place.id: place.name for place in places}
    changes = particulars.names_of(session, list(present))
    return {
        id_: particulars.value_on(changes[id_], "name", name, on) or name
        for id_, name in present.items()
        if id_ in changes
    }


def _named(licence: Licence, names: dict[int, str]) -> Licence:
    def named(place: Workplace) -> Workplace:
        return replace(place, name=names.get(place.id, place.name))

    return replace(
        licence,
        organisation=named(licence.organisation) if licence.organisation else None,
        engagements=tuple(replace(one, organisation=named(one.organisation)) for one in licence.engagements),
    )
