"""Puts organisations and practitioners on the roster, one from a form or many from a file, by the same code."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy.exc import IntegrityError

from registry.kernel.access import Actor
from registry.kernel.faults import Conflict, FieldFault, Invalid
from registry.kernel.work import WorkSession
from registry.roster import admission
from registry.roster.changes import EDIT, change_organisation_state, change_state, transfer
from registry.roster.drafts import NewOrganisation, NewPractitioner, check_organisation, check_practitioner
from registry.roster.inscribe import (
    Licence,
    Organisation,
    Practitioner,
    inscribe_organisations,
    inscribe_practitioners,
)

__all__ = [
    "Admission",
    "Licence",
    "Organisation",
    "Practitioner",
    "Taken",
    "admit_organisations",
    "admit_practitioners",
    "change_organisation_state",
    "change_state",
    "enrol_organisation",
    "enrol_organisations",
    "enrol_practitioner",
    "enrol_practitioners",
    "transfer",
]

CHUNK = 500


Subject = TypeVar("Subject", Organisation, Practitioner)
Draft = TypeVar("Draft", NewOrganisation, NewPractitioner)


@dataclass(frozen=True)
class Admission:
    """What became of one draft: `subject` if it was enrolled, `same` (public id) if it was there already, or `faults`."""

    subject: Organisation | Practitioner | None = None
    same: str | None = None
    faults: tuple[FieldFault, ...] = ()


def enrol_organisation(session: WorkSession, actor: Actor, **draft: Any) -> Organisation:
    """Enrols one organisation; the arguments are the fields of NewOrganisation.

    Raises Invalid naming every field, or Conflict if the code or the name of the kind is on the roster.
    """
    return enrol_organisations(session, actor, [NewOrganisation(**draft)])[0]


def enrol_practitioner(session: WorkSession, actor: Actor, **draft: Any) -> Practitioner:
    """Enrols a person with a licence; the arguments are the fields of NewPractitioner.

    Somebody known by the same identity number gets a further licence. Raises Invalid naming every field, or Conflict if
    the number is taken or the licence would run beside one that excludes it.
    """
    return enrol_practitioners(session, actor, [NewPractitioner(**draft)])[0]


def enrol_organisations(
    session: WorkSession, actor: Actor, drafts: Iterable[NewOrganisation]
) -> list[Organisation]:
    """As `enrol_organisation`, for many; the first that cannot be enrolled raises."""
    actor.require(EDIT)
    return _all(admit_organisations(session, actor, drafts, acts=True))  # type: ignore[return-value]


def enrol_practitioners(
    session: WorkSession, actor: Actor, drafts: Iterable[NewPractitioner]
) -> list[Practitioner]:
    """As `enrol_practitioner`, for many; the first that cannot be enrolled raises."""
    actor.require(EDIT)
    return _all(admit_practitioners(session, actor, drafts, acts=True))  # type: ignore[return-value]


def admit_organisations(
    session: WorkSession, actor: Actor, drafts: Iterable[NewOrganisation], *, acts: bool
) -> list[Admission]:
    """Enrols what can be enrolled and says of each draft what became of it; nothing raises but a lost race (Conflict).

    With `acts` each enrolment is one act; without, the caller names one act for all (an import).
    """
    return _admit(
        session,
        list(drafts),
        check_organisation,
        admission.organisation_keys,
        admission.judge_organisations,
        lambda some, _verdicts: inscribe_organisations(session, some, acts=acts),
    )


def admit_practitioners(
    session: WorkSession, actor: Actor, drafts: Iterable[NewPractitioner], *, acts: bool
) -> list[Admission]:
    """As `admit_organisations`."""
    return _admit(
        session,
        list(drafts),
        check_practitioner,
        admission.practitioner_keys,
        admission.judge_practitioners,
        lambda some, verdicts: inscribe_practitioners(session, some, verdicts, acts=acts),
    )


def _admit(
    session: WorkSession,
    drafts: Sequence[Draft],
    check: Callable[[Draft], tuple[Draft, list[FieldFault]]],
    keys: Callable[[Draft], set[object]],
    judge: Callable[[WorkSession, Sequence[Draft]], list[admission.Verdict]],
    write: Callable[[Sequence[Draft], Sequence[admission.Verdict]], Sequence[Subject]],
) -> list[Admission]:
    outcome: dict[int, Admission] = {}
    sound: list[tuple[int, Draft]] = []
    for position, draft in enumerate(drafts):
        tidy, faults = check(draft)
        if faults:
            outcome[position] = Admission(faults=tuple(faults))
        else:
            sound.append((position, tidy))
    for start in range(0, len(sound), CHUNK):
        chunk = sound[start : start + CHUNK]
        for wave in admission.waves([keys(draft) for _, draft in chunk]):
            some = [chunk[place] for place in wave]
            verdicts = judge(session, [draft for _, draft in some])
            fresh: list[tuple[int, Draft, admission.Verdict]] = []
            for (position, draft), verdict in zip(some, verdicts, strict=True):
                if verdict.faults or verdict.same:
                    outcome[position] = Admission(same=verdict.same, faults=verdict.faults)
                else:
                    fresh.append((position, draft, verdict))
            if fresh:
                try:
                    made = write([draft for _, draft, _ in fresh], [verdict for *_, verdict in fresh])
                except IntegrityError as taken:
                    raise Conflict("刚刚有人登记了相同的号码或名称，请重试", rule="taken") from taken
                outcome.update(
                    (position, Admission(subject))
                    for (position, *_), subject in zip(fresh, made, strict=True)
                )
    return [outcome[position] for position in range(len(drafts))]


def _all(admissions: Sequence[Admission]) -> list[Organisation | Practitioner]:
    for admission_ in admissions:
        if admission_.same:
            raise Conflict("名册中已有相同的登记", rule="enrolled")
        if admission_.faults:
            # What the roster holds stands against it: each fault still names its field.
            taken = [fault for fault in admission_.faults if fault.rule in _TAKEN]
            if taken:
                raise Taken(taken)
            raise Invalid(_title(admission_.faults), admission_.faults)
    return [made.subject for made in admissions if made.subject is not None]


_TAKEN = frozenset(
    {
        "name-taken",
        "differs",
        "id-taken",
        "serial-taken",
        "former-number",
        "overlap",
        "ended",
        "organisation-ended",
    }
)


class Taken(Conflict):
    """The roster holds something that excludes the draft; `fields` says what, by field."""

    def __init__(self, fields: Sequence[FieldFault]) -> None:
        super().__init__(_title(fields), rule=fields[0].rule)
        self.fields = tuple(fields)


def _title(faults: Sequence[FieldFault]) -> str:
    return "；".join(fault.message for fault in faults)
