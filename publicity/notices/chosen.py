"""What a list of notices is kept to, and how many were published month by month."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, and_, case, func, or_, select

from publicity.notices.tables import Notice
from registry.kernel.clock import SHANGHAI
from registry.kernel.work import WorkSession
from registry.roster.cells import CellFault, read_date
from registry.roster.kinds import ORGANISATION_KINDS, titles
from registry.roster.tables import LicenceRow, OrganisationRow


@dataclass(frozen=True)
class Chosen:
    """Notices of any of `kinds`, about firms of a kind or people of a profession (`calling`), in a district (six digits; of
    a person, where they practise now), published from one day to another, both included. Empty means any."""

    kinds: tuple[str, ...] = ()
    calling: str = ""
    district: str = ""
    first: date | None = None
    last: date | None = None

    @classmethod
    def given(cls, given: Mapping[str, str]) -> "Chosen":
        """From an address; a day that is none, and a calling that nobody knows, keep it to nothing."""
        calling = given.get("calling", "")
        return cls(
            tuple(kind for kind in given.get("kind", "").split(",") if kind)[:20],
            calling if calling in titles() else "",
            given.get("district", "")[:6],
            _date(given.get("first", "")),
            _date(given.get("last", "")),
        )

    @property
    def parameters(self) -> dict[str, str]:
        """What it is in an address; the empty ones are left out."""
        told = {
            "kind": ",".join(self.kinds),
            "calling": self.calling,
            "district": self.district,
            "first": self.first.isoformat() if self.first else "",
            "last": self.last.isoformat() if self.last else "",
        }
        return {name: value for name, value in told.items() if value}

    @property
    def conditions(self) -> list[ColumnElement[bool]]:
        wanted: list[ColumnElement[bool]] = []
        if self.kinds:
            wanted.append(Notice.kind.in_(self.kinds))
        if self.first:
            wanted.append(Notice.published_at >= _midnight(self.first))
        if self.last:
            wanted.append(Notice.published_at < _midnight(self.last + timedelta(days=1)))
        if self.calling or self.district:
            wanted.append(self._subjects())
        return wanted

    def _subjects(self) -> ColumnElement[bool]:
        places, people = select(OrganisationRow.id), select(LicenceRow.practitioner_id)
        if self.district:
            here = OrganisationRow.district == self.district
            places = places.where(here)
            people = people.join(OrganisationRow, OrganisationRow.id == LicenceRow.organisation_id).where(
                here
            )
        firms = Notice.organisation_id.in_(
            places.where(OrganisationRow.kind == self.calling) if self.calling else places
        )
        persons = Notice.practitioner_id.in_(
            people.where(LicenceRow.profession == self.calling) if self.calling else people
        )
        if not self.calling:
            return or_(firms, persons)
        return firms if self.calling in ORGANISATION_KINDS else persons


def by_month(session: WorkSession, months: Sequence[date], chosen: Chosen) -> Mapping[str, Sequence[int]]:
    """How many notices of each kind were published in each month (its first day), whatever became of them since."""
    counted = [
        func.sum(
            case(
                (
                    and_(
                        Notice.published_at >= _midnight(month), Notice.published_at < _midnight(_next(month))
                    ),
                    1,
                ),
                else_=0,
            )
        )
        for month in months
    ]
    rows = session.execute(select(Notice.kind, *counted).where(*chosen.conditions).group_by(Notice.kind))
    return {row[0]: [int(count or 0) for count in row[1:]] for row in rows}


def months_until(day: date, count: int) -> list[date]:
    """The first days of the last `count` months, that of `day` the last. Pure."""
    last = day.year * 12 + day.month - 1
    return [date(number // 12, number % 12 + 1, 1) for number in range(last - count + 1, last + 1)]


def _date(text: str) -> date | None:
    try:
        written = read_date(text[:20])
    except CellFault:
        return None
    return date.fromisoformat(written) if written else None


def _next(month: date) -> date:
    return (month + timedelta(days=31)).replace(day=1)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI)
