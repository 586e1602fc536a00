"""Staff's forms read into drafts: texts as they were typed, days as people write them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from registry.kernel.faults import FieldFault, Invalid
from registry.kernel.work import WorkSession
from registry.roster import find, kinds
from registry.roster.amend import Grounds
from registry.roster.cells import CellFault, read_date, read_text
from registry.roster.drafts import EarlierNumber, NewOrganisation, NewPractitioner
from registry.roster.names import fold


@dataclass(frozen=True)
class StateChange:
    state: str
    on: date
    reason: str
    destination: str


@dataclass(frozen=True)
class Move:
    """A transfer: where to, under which number (None: the same), from which day."""

    organisation: find.Found | None
    number: str | None
    on: date


def organisation_draft(form: Mapping[str, str]) -> NewOrganisation:
    """Raises Invalid for days that cannot be read."""
    days, faults = _days(form, "established_on")
    _refuse(faults)
    return NewOrganisation(
        kind=form.get("kind", ""),
        name=form.get("name", ""),
        uscc=read_text(form.get("uscc", "")) or None,
        district=form.get("district", ""),
        form=form.get("form"),
        head=form.get("head"),
        authority=form.get("authority"),
        licence_number=form.get("licence_number"),
        address=form.get("address"),
        phone=form.get("phone"),
        established_on=days["established_on"],
        authoritative=form.get("authoritative") == "yes",
    )


def grounds(form: Mapping[str, str]) -> Grounds:
    """From which day, why, and whether a slip is corrected. Raises Invalid for a day that cannot be read."""
    days, faults = _days(form, "on")
    _refuse(faults)
    return Grounds(on=days["on"], reason=form.get("reason", ""), correction=form.get("correction") == "yes")


def amended_organisation(
    session: WorkSession, form: Mapping[str, str], place: find.Organisation
) -> tuple[NewOrganisation, find.Found | None]:
    """What an organisation is told to be, and the person of the roster who heads it.

    The head is looked for among its people by name, where namesakes need the licence number; an unchanged name keeps the
    person it has. Raises Invalid for days, head offices and licence numbers that cannot be.
    """
    draft = organisation_draft({**form, "kind": place.kind})
    office, faults = _organisation(session, form.get("head_office", ""), "head_office")
    head, unknown = _head(session, form, place)
    _refuse(faults + unknown)
    return replace(draft, head_office=office), head


def _head(
    session: WorkSession, form: Mapping[str, str], place: find.Organisation
) -> tuple[find.Found | None, list[FieldFault]]:
    name, number = read_text(form.get("head", "")), read_text(form.get("head_licence", ""))
    if number:
        bearers = [one for one in find.by_licence(session, number) if one.kind == "practitioner"]
        if len(bearers) == 1 and fold(bearers[0].name) == fold(name):
            return bearers[0], []
        message = "名册中没有以此执业证号登记的这位负责人"
        return None, [FieldFault("head_licence", "unknown-head", message)]
    if place.head_person and place.head_person[1] and fold(name) == fold(place.head or ""):
        kept = find.practitioner(session, place.head_person[0])
        return find.Found("practitioner", kept.id, kept.public_id, kept.name), []
    return find.member_named(session, place.id, name), []


def practitioner_draft(session: WorkSession, form: Mapping[str, str]) -> NewPractitioner:
    """Raises Invalid for days that cannot be read and for an organisation that is not on the roster."""
    days, faults = _days(form, "joined_on", required=("granted_on",))
    organisation, unknown = _organisation(session, form.get("organisation", ""))
    earlier, unread = _earlier(form.get("earlier", ""))
    faults += unknown + unread
    _refuse(faults)
    return NewPractitioner(
        name=form.get("name", ""),
        profession=form.get("profession", ""),
        licence_number=form.get("licence_number", ""),
        granted_on=days["granted_on"] or date.min,
        organisation=organisation,
        id_type=form.get("id_type") or kinds.RESIDENT_ID,
        id_number=form.get("id_number"),
        category=form.get("category"),
        phone=form.get("phone"),
        joined_on=days["joined_on"],
        origin=form.get("origin"),
        earlier=earlier,
        authoritative=form.get("authoritative") == "yes",
    )


def state_change(form: Mapping[str, str]) -> StateChange:
    """Raises Invalid for a day that cannot be read."""
    days, faults = _days(form, required=("on",))
    _refuse(faults)
    return StateChange(
        form.get("state", ""), days["on"] or date.min, form.get("reason", ""), form.get("destination", "")
    )


def move(session: WorkSession, form: Mapping[str, str]) -> Move:
    """Raises Invalid for a day that cannot be read and for an organisation that is not on the roster."""
    days, faults = _days(form, required=("on",))
    organisation, unknown = _organisation(session, form.get("organisation", ""))
    _refuse(faults + unknown)
    return Move(organisation, read_text(form.get("licence_number", "")) or None, days["on"] or date.min)


def _organisation(
    session: WorkSession, text: str, path: str = "organisation"
) -> tuple[find.Found | None, list[FieldFault]]:
    """An organisation by its credit code or its whole name; none for an empty field."""
    text = read_text(text)
    if not text:
        return None, []
    found = find.by_uscc(session, text)
    if found is not None:
        return found, []
    named = find.by_name(session, text)
    if len(named) == 1:
        return named[0], []
    if named:
        message = "有几家同名机构，请填写统一社会信用代码"
        return None, [FieldFault(path, "ambiguous-organisation", message)]
    message = "名册中没有这家机构，请填写全称或统一社会信用代码"
    return None, [FieldFault(path, "unknown-organisation", message)]


def _earlier(text: str) -> tuple[tuple[EarlierNumber, ...], list[FieldFault]]:
    """A number and its first day on each line."""
    numbers: list[EarlierNumber] = []
    for line in filter(None, map(read_text, text.splitlines())):
        number, _, day = line.rpartition(" ")
        try:
            since = read_date(day)
        except CellFault:
            since = ""
        if not number or not since:
            message = "每行填写一个号码和启用日期，中间空一格，例如 13205201010123456 2010-05-01"
            return (), [FieldFault("earlier", "line", message)]
        numbers.append(EarlierNumber(number, date.fromisoformat(since)))
    return tuple(numbers), []


def _days(
    form: Mapping[str, str], *names: str, required: tuple[str, ...] = ()
) -> tuple[dict[str, date | None], list[FieldFault]]:
    days: dict[str, date | None] = {}
    faults: list[FieldFault] = []
    for name in (*names, *required):
        try:
            text = read_date(form.get(name, ""))
        except CellFault as fault:
            faults.append(FieldFault(name, fault.rule, fault.message))
            continue
        days[name] = date.fromisoformat(text) if text else None
        if name in required and not text:
            faults.append(FieldFault(name, "required", "请填写日期"))
    return days, faults


def _refuse(faults: list[FieldFault]) -> None:
    if faults:
        raise Invalid("；".join(fault.message for fault in faults), faults)
