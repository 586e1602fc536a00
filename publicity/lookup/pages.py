"""What the public pages and their JSON show, read once for both."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from publicity.lookup import looked_up, masks, policy
from publicity.lookup.asked import Asked
from publicity.lookup.masks import (
    PublicLate,
    PublicMember,
    PublicOrganisation,
    PublicPlace,
    PublicPractitioner,
)
from publicity.lookup.proofs import Proof, proof
from publicity.notices import find as notices
from publicity.notices.chosen import Chosen, by_month, months_until
from publicity.notices.find import Shown, Tombstone
from registry.kernel.faults import Invalid
from registry.kernel.work import WorkSession
from registry.roster import find
from registry.roster.cells import CellFault, read_date

NOTICES_ON_A_PAGE = 100
PEOPLE_ON_A_PAGE = 50
COLLEAGUES = 12
DOUBLE = ("permit", "penalty")
MONTHS = 12
SEARCHED = 200
"""Of a saved search so many are followed; who searches for half of the city follows the lists."""

_ORDER = (
    "penalty", "listing", "complaint_upheld", "finding", "annual_assessment", "red_listing", "award", "pro_bono",
    "legal_aid", "pledge", "permit",
)  # fmt: skip
"""What whoever looks somebody up asks for first; kinds that are not named come last."""


@dataclass(frozen=True)
class Colleagues:
    """Some of those who practise at a person's organisation; `more` says that there are others."""

    organisation: PublicPlace
    people: Sequence[PublicMember]
    more: bool


@dataclass(frozen=True)
class PractitionerPage:
    """A person as of today, or as of the day `on`; `late` is what of that was recorded only after the day.

    `notices` are today's, whatever the day, and `more` says that there are more of them than are shown.
    """

    practitioner: PublicPractitioner
    on: date | None
    late: Sequence[PublicLate]
    notices: Sequence[Shown]
    more: bool
    colleagues: Sequence[Colleagues]


@dataclass(frozen=True)
class OrganisationPage:
    """As PractitionerPage. `people` practise there on that day, a page of them; `next` is the cursor behind it."""

    organisation: PublicOrganisation
    on: date | None
    late: Sequence[PublicLate]
    notices: Sequence[Shown]
    more: bool
    people: Sequence[PublicMember]
    next: int | None


@dataclass(frozen=True)
class NoticePage:
    """A notice or what is left of it, with the proof of its latest version."""

    notice: Shown | Tombstone
    proof: Proof

    @property
    def ended(self) -> bool:
        return isinstance(self.notice, Tombstone)


def day(text: str, *, today: date) -> date | None:
    """The past day that an address or a form asks for, None for none or today. Raises Invalid."""
    try:
        written = read_date(text)
    except CellFault as fault:
        raise Invalid.field("on", fault.rule, fault.message) from fault
    if not written:
        return None
    asked = date.fromisoformat(written)
    if asked > today:
        raise Invalid.field("on", "date-range", "只能查询今天或以前的日子")
    return asked if asked < today else None


def practitioner(session: WorkSession, public_id: str, *, on: date | None = None) -> PractitionerPage:
    """Raises NotFound, with the rule `not-yet` for a day before the first licence."""
    person = find.practitioner(session, public_id, on=on)
    current, following = notices.listed(session, practitioner=person.id, limit=NOTICES_ON_A_PAGE)
    return PractitionerPage(
        masks.practitioner(person),
        on,
        masks.late(find.late(person, on)) if on else (),
        current,
        following is not None,
        tuple(_colleagues(session, person, on)),
    )


def _colleagues(session: WorkSession, person: find.Practitioner, on: date | None) -> Sequence[Colleagues]:
    places = {
        licence.organisation.id: licence.organisation
        for licence in person.licences
        if licence.organisation and licence.ended_on is None
    }
    found = []
    for place in places.values():
        listed = find.members(session, place.id, limit=COLLEAGUES + 2, on=on)
        others = [masks.member(one) for one in listed if one.public_id != person.public_id]
        if others:
            where = PublicPlace(place.public_id, place.name)
            found.append(Colleagues(where, others[:COLLEAGUES], len(others) > COLLEAGUES))
    return found


def organisation(
    session: WorkSession, public_id: str, *, on: date | None = None, after: int = 0
) -> OrganisationPage:
    """Raises NotFound, with the rule `not-yet` for a day before it was established."""
    firm = find.organisation(session, public_id, on=on)
    current, following = notices.listed(session, organisation=firm.id, limit=NOTICES_ON_A_PAGE)
    people = find.members(session, firm.id, limit=PEOPLE_ON_A_PAGE + 1, after=after, on=on)
    return OrganisationPage(
        masks.organisation(firm),
        on,
        masks.late(find.late(firm, on)) if on else (),
        current,
        following is not None,
        tuple(masks.member(one) for one in people[:PEOPLE_ON_A_PAGE]),
        people[PEOPLE_ON_A_PAGE - 1].next if len(people) > PEOPLE_ON_A_PAGE else None,
    )


def grouped(shown: Sequence[Shown]) -> Mapping[str, Sequence[Shown]]:
    """Notices by kind, what matters most first."""
    found: dict[str, list[Shown]] = {}
    for one in shown:
        found.setdefault(one.kind, []).append(one)
    place = {kind: number for number, kind in enumerate(_ORDER)}
    return dict(sorted(found.items(), key=lambda group: place.get(group[0], len(place))))


@dataclass(frozen=True)
class NoticeList:
    """A page of current notices, the latest first; `next` is the cursor behind it. `subject` names whom it is kept to."""

    notices: Sequence[Shown]
    next: int | None
    subject: tuple[str, PublicPlace] | None = None


def notice_list(
    session: WorkSession,
    *,
    chosen: Chosen,
    subject: tuple[str, str] | None = None,
    among: Collection[str] | None = None,
    before: int | None = None,
    limit: int,
) -> NoticeList:
    """Of everybody without what no list shows (publicity.lookup.policy), or all of one subject: ("practitioner" or
    "organisation", public id). Raises NotFound for an unknown subject."""
    if subject is None:
        unlisted = policy.on(session.today).asked
        shown, following = notices.listed(
            session, chosen=chosen, unlisted=unlisted, among=among, before=before, limit=limit
        )
        return NoticeList(shown, following)
    whose, public_id = subject
    found = _subject(session, whose, public_id)
    shown, following = notices.listed(
        session,
        chosen=chosen,
        practitioner=found.id if whose == "practitioner" else None,
        organisation=found.id if whose == "organisation" else None,
        among=among,
        before=before,
        limit=limit,
    )
    return NoticeList(shown, following, (whose, PublicPlace(found.public_id, found.name)))


def named(session: WorkSession, subject: tuple[str, str] | None) -> str | None:
    """The name of whom a list is kept to. Raises NotFound."""
    return _subject(session, *subject).name if subject else None


def _subject(session: WorkSession, whose: str, public_id: str) -> find.Practitioner | find.Organisation:
    return (find.practitioner if whose == "practitioner" else find.organisation)(session, public_id)


@dataclass(frozen=True)
class DoublePage:
    """双公示: permits and penalties by month, of the months before today too, whatever has expired since; and a page of
    the current ones. `months` are first days, `counts` are by kind."""

    listed: NoticeList
    months: Sequence[date]
    counts: Mapping[str, Sequence[int]]


def double(session: WorkSession, chosen: Chosen, *, before: int | None, limit: int) -> DoublePage:
    """The page of both lists, kept to what was chosen; other kinds than the two are not in it."""
    kinds = tuple(kind for kind in DOUBLE if not chosen.kinds or kind in chosen.kinds) or DOUBLE
    kept = replace(chosen, kinds=kinds)
    months = months_until(session.today, MONTHS)
    counts = by_month(session, months, replace(kept, first=None, last=None))
    return DoublePage(
        notice_list(session, chosen=kept, before=before, limit=limit),
        months,
        {kind: counts.get(kind, [0] * len(months)) for kind in kinds},
    )


def notices_of_search(
    session: WorkSession, asked: Asked, *, among: Collection[str] | None = None, limit: int
) -> NoticeList:
    """What is public about the first `SEARCHED` whom a search finds. Raises Invalid as the search does."""
    hits = looked_up.search(session, asked, after=None, limit=SEARCHED).hits
    unlisted = policy.on(session.today).asked
    whom = [hit.public_id for hit in hits]
    return NoticeList(*notices.listed(session, of=whom, among=among, unlisted=unlisted, limit=limit))


def notice(session: WorkSession, public_id: str) -> NoticePage:
    """Raises NotFound for an id that never was."""
    found = notices.notice(session, public_id)
    return NoticePage(found, proof(session, found.versions[-1].position))
