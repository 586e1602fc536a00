"""Many numbers at once: who holds each licence or credit code, and whether they may practise today."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import select

from registry.kernel.work import WorkSession
from registry.roster.kinds import (
    LICENCE_STATES,
    ORGANISATION_KINDS,
    ORGANISATION_STATES,
    PROFESSIONS,
    State,
)
from registry.roster.names import fold
from registry.roster.tables import LicenceNumberRow, LicenceRow, OrganisationRow, PractitionerRow


@dataclass(frozen=True)
class Holder:
    """Who holds a number. `calling` is a profession or a kind of organisation, `place` a person's organisation; `former`
    says that the number was theirs once and is no more."""

    kind: str
    public_id: str
    name: str
    calling: str
    place: str | None
    state: State
    former: bool

    def bears(self, name: str) -> bool:
        """Whether the holder is called so, whatever the widths and brackets."""
        return fold(name) == fold(self.name)


def holders(session: WorkSession, codes: Collection[str]) -> Mapping[str, list[Holder]]:
    """The holders of licence numbers and credit codes, written as registry.roster.cells.read_code writes them; a number
    that nobody holds is left out. Whoever holds it now comes before whoever did once."""
    found: dict[str, list[Holder]] = {}
    people = session.execute(
        select(
            LicenceNumberRow.number,
            LicenceNumberRow.until,
            PractitionerRow.public_id,
            PractitionerRow.name,
            LicenceRow.profession,
            LicenceRow.state,
            OrganisationRow.name.label("place"),
        )
        .join(LicenceRow, LicenceRow.id == LicenceNumberRow.licence_id)
        .join(PractitionerRow, PractitionerRow.id == LicenceRow.practitioner_id)
        .outerjoin(OrganisationRow, OrganisationRow.id == LicenceRow.organisation_id)
        .where(LicenceNumberRow.number.in_(codes))
        .order_by(LicenceNumberRow.until.is_not(None), LicenceRow.ended_on.is_not(None), LicenceRow.id)
    )
    for row in people:
        calling, state = PROFESSIONS[row.profession].title, LICENCE_STATES[row.state]
        holder = Holder(
            "practitioner", row.public_id, row.name, calling, row.place, state, row.until is not None
        )
        found.setdefault(row.number, []).append(holder)
    held = OrganisationRow.uscc.in_(codes) | OrganisationRow.licence_number.in_(codes)
    firms = select(OrganisationRow).where(held)
    for firm in session.scalars(firms.order_by(OrganisationRow.ended_on.is_not(None), OrganisationRow.id)):
        calling, state = ORGANISATION_KINDS[firm.kind].title, ORGANISATION_STATES[firm.state]
        holder = Holder("organisation", firm.public_id, firm.name, calling, None, state, former=False)
        for code in {firm.uscc, firm.licence_number} & set(codes):
            if code:
                found.setdefault(code, []).append(holder)
    return found
