"""Who stands behind the pseudonyms of a draw: sealed for everybody, opened for those who were drawn, and for them alone."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, aliased

from inspection.ceremony.tables import DrawRow, OpeningRow, PseudonymsRow
from inspection.plan import pseudonyms
from inspection.plan.pseudonyms import Pseudonym
from registry.kernel.work import WorkSession
from registry.roster.tables import LicenceRow, OrganisationRow, PractitionerRow

_CONTEXT = "insp_pseudonyms.written"
_ONE_BY_ONE = 1_000  # more than these are read with everybody else, not as thousands of ids


@dataclass(frozen=True)
class Opened:
    """A drawn person as the public sees them, under their present name, licence and firm (None for who has none).

    `unit` = SHA-256("unit|" + `subject` + "|" + `nonce`), which anybody can hash; `practitioner` is the public id now.
    """

    unit: str
    subject: str
    nonce: str
    practitioner: str
    name: str
    licence_number: str
    firm: str | None
    firm_id: int | None
    practitioner_id: int


def keep(session: WorkSession, draw: DrawRow, persons: Sequence[Pseudonym]) -> None:
    """Seals who the units of a new frame are; nothing for a frame of organisations."""
    if persons:
        text = pseudonyms.written(persons)
        session.add(PseudonymsRow(draw_id=draw.id, written=session.keys.encrypt(text, _CONTEXT)))


def of_draw(session: WorkSession, draw_id: int) -> list[Pseudonym]:
    """Everybody in the frame of a draw (row id), in no order that tells anything; empty where these are organisations.

    Not for the public: what is derived from it may leave a use case, it itself never.
    """
    sealed = session.scalar(select(PseudonymsRow.written).where(PseudonymsRow.draw_id == draw_id))
    return pseudonyms.read(session.keys.decrypt(sealed, _CONTEXT)) if sealed is not None else []


def units_of(session: WorkSession, draw_id: int, practitioner_id: int) -> list[str]:
    """The units that stand for a person (row id) in a draw (row id): none, one, or one for each of two records that were
    merged after the freezing. What a unit tells may be told to whoever names the person, the unit itself to nobody."""
    own = PractitionerRow.id == practitioner_id, PractitionerRow.merged_into_id == practitioner_id
    known = set(session.scalars(select(PractitionerRow.public_id).where(or_(*own))))
    return [one.unit for one in of_draw(session, draw_id) if one.subject in known]


def open_units(session: WorkSession, draw: DrawRow, units: Collection[str]) -> None:
    """Opens these units, once each; whoever was not drawn stays closed. Nothing for a draw from organisations."""
    done = set(session.scalars(select(OpeningRow.unit).where(OpeningRow.draw_id == draw.id)))
    wanted = set(units) - done
    chosen = [one for one in of_draw(session, draw.id) if one.unit in wanted]
    known = present(session, {one.subject for one in chosen})
    session.add_all(
        OpeningRow(
            draw_id=draw.id,
            unit=one.unit,
            practitioner_id=known[one.subject],
            subject=one.subject,
            nonce=one.nonce,
        )
        for one in chosen
    )
    session.flush()


def subjects(session: Session, draw_id: int) -> dict[str, str]:
    """The public ids of the drawn persons of a draw (row id) as they are now, by unit."""
    rows = session.execute(
        select(OpeningRow.unit, PractitionerRow.public_id)
        .join(PractitionerRow, PractitionerRow.id == OpeningRow.practitioner_id)
        .where(OpeningRow.draw_id == draw_id)
    )
    return {row.unit: row.public_id for row in rows}


def present(session: WorkSession, subjects: Collection[str]) -> Mapping[str, int]:
    """The row of the person that each public id stands for now: that of the kept record, where it was merged."""
    known = select(PractitionerRow.public_id, PractitionerRow.id, PractitionerRow.merged_into_id)
    if len(subjects) < _ONE_BY_ONE:
        known = known.where(PractitionerRow.public_id.in_(subjects))
    rows = session.execute(known)
    return {row.public_id: row.merged_into_id or row.id for row in rows if row.public_id in subjects}


def opened(session: Session, draw: str, kind: str) -> dict[str, Opened]:
    """Who was drawn, by unit, once the record is public; `kind` is the profession of the frame, `draw` a public id."""
    return _people(session, kind, (DrawRow.public_id == draw) & DrawRow.record.is_not(None))


def drawn(session: Session, draw_id: int, kind: str) -> dict[str, Opened]:
    """As `opened`, of a draw (row id) that may still be sealed: for use cases, not for pages."""
    return _people(session, kind, DrawRow.id == draw_id)


def _people(session: Session, kind: str, which: ColumnElement[bool]) -> dict[str, Opened]:
    """An ended licence is told where there is none that runs."""
    licence = aliased(LicenceRow)
    rows = session.execute(
        select(
            OpeningRow,
            PractitionerRow.public_id,
            PractitionerRow.name,
            licence.number,
            OrganisationRow.name.label("firm"),
            OrganisationRow.id.label("firm_id"),
        )
        .join(DrawRow, DrawRow.id == OpeningRow.draw_id)
        .join(PractitionerRow, PractitionerRow.id == OpeningRow.practitioner_id)
        .join(licence, (licence.practitioner_id == OpeningRow.practitioner_id) & (licence.profession == kind))
        .outerjoin(OrganisationRow, OrganisationRow.id == licence.organisation_id)
        .where(which)
        .order_by(licence.ended_on.is_(None), licence.ended_on, licence.id)
    )
    return {
        row.OpeningRow.unit: Opened(
            unit=row.OpeningRow.unit,
            subject=row.OpeningRow.subject,
            nonce=row.OpeningRow.nonce,
            practitioner=row.public_id,
            name=row.name,
            licence_number=row.number,
            firm=row.firm,
            firm_id=row.firm_id,
            practitioner_id=row.OpeningRow.practitioner_id,
        )
        for row in rows
    }
