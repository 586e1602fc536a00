"""Whom an event is recorded about, with what its form must know of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from registry.credit.columns import ID_TYPES
from registry.credit.find import events_of
from registry.credit.penalties import read as read_penalty
from registry.credit.record import Subject
from registry.credit.statutes import Penalty
from registry.kernel.faults import NotFound
from registry.kernel.work import WorkSession
from registry.roster import find, kinds


@dataclass(frozen=True)
class Party:
    """A person or an organisation of the roster. `subjects` are the professions of all their licences, or the kind of the
    organisation; `since` is the day of the first licence, or of the establishment."""

    kind: Literal["practitioner", "organisation"]
    id: int
    public_id: str
    name: str
    subjects: frozenset[str]
    since: date | None
    uscc: str | None = None
    head: str | None = None
    paper: find.Identity | None = None

    @property
    def subject(self) -> Subject:
        if self.kind == "practitioner":
            return Subject(practitioner=self.id)
        return Subject(organisation=self.id)

    @property
    def title(self) -> str:
        """What they are, in the office's words."""
        tables = (kinds.PROFESSIONS, kinds.ORGANISATION_KINDS)
        return "、".join(table[code].title for table in tables for code in table if code in self.subjects)

    def cells(self, prefix: str) -> dict[str, str]:
        """The columns of double publicity that name the subject; `prefix` is XK or CF."""
        if self.kind == "practitioner":
            paper = self.paper or find.Identity(ID_TYPES[0], "")
            own = {"MC": self.name, "LB": "自然人", "ZJLX": paper.type, "ZJHM": paper.number}
            cells = {f"{prefix}_XDR_{short}": value for short, value in own.items()}
        else:
            cells = {
                f"{prefix}_XDR_MC": self.name,
                f"{prefix}_XDR_LB": "法人及非法人组织",
                f"{prefix}_XDR_SHXYM": self.uscc or "",
                f"{prefix}_FRDB": self.head or "",
            }
        return {code: value for code, value in cells.items() if value}


def party(session: WorkSession, public_id: str) -> Party:
    """The person or organisation with this public id. Raises NotFound."""
    try:
        person = find.practitioner(session, public_id)
    except NotFound:
        return _organisation(find.organisation(session, public_id))
    return Party(
        "practitioner",
        person.id,
        person.public_id,
        person.name,
        frozenset(licence.profession for licence in person.licences),
        min((licence.granted_on for licence in person.licences), default=None),
        paper=find.identity(session, person.id),
    )


def _organisation(found: find.Organisation) -> Party:
    return Party(
        "organisation",
        found.id,
        found.public_id,
        found.name,
        frozenset({found.kind}),
        found.established_on,
        uscc=found.uscc,
        head=found.head,
    )


def penalties_of(session: WorkSession, of: Party, *, but: Sequence[str] = ()) -> list[Penalty]:
    """The penalties of a party that stand, without those named by public id."""
    practitioner = of.id if of.kind == "practitioner" else None
    organisation = of.id if of.kind == "organisation" else None
    return [
        read_penalty(
            event.columns,
            event.detail,
            subjects=of.subjects,
            decided_on=event.decided_on,
            authority=event.authority,
            reference=event.public_id,
        )
        for event in events_of(session, practitioner=practitioner, organisation=organisation)
        if event.kind.code == "penalty"
        and event.annulled_by is None
        and event.state != "撤销"
        and event.public_id not in but
    ]
