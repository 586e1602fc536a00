"""What the public pages and their JSON show, read once for both."""

from collections.abc import Sequence
from dataclasses import dataclass

from publicity.lookup import masks
from publicity.lookup.masks import PublicOrganisation, PublicPractitioner
from publicity.lookup.proofs import Proof, proof
from publicity.notices import find as notices
from publicity.notices.find import Shown, Tombstone
from registry.kernel.work import WorkSession
from registry.roster import find

NOTICES_ON_A_PAGE = 100


@dataclass(frozen=True)
class PractitionerPage:
    practitioner: PublicPractitioner
    notices: Sequence[Shown]


@dataclass(frozen=True)
class OrganisationPage:
    organisation: PublicOrganisation
    notices: Sequence[Shown]


@dataclass(frozen=True)
class NoticePage:
    """A notice or what is left of it, with the proof of its latest version."""

    notice: Shown | Tombstone
    proof: Proof

    @property
    def ended(self) -> bool:
        return isinstance(self.notice, Tombstone)


def practitioner(session: WorkSession, public_id: str) -> PractitionerPage:
    """Raises NotFound."""
    person = find.practitioner(session, public_id)
    current, _ = notices.listed(session, practitioner=person.id, limit=NOTICES_ON_A_PAGE)
    return PractitionerPage(masks.practitioner(person), current)


def organisation(session: WorkSession, public_id: str) -> OrganisationPage:
    """Raises NotFound."""
    firm = find.organisation(session, public_id)
    current, _ = notices.listed(session, organisation=firm.id, limit=NOTICES_ON_A_PAGE)
    return OrganisationPage(masks.organisation(firm), current)


def notice(session: WorkSession, public_id: str) -> NoticePage:
    """Raises NotFound for an id that never was."""
    found = notices.notice(session, public_id)
    return NoticePage(found, proof(session, found.versions[-1].position))
