"""An office that has published something of every sort: what its public pages show when they show something."""

from inspection.visits import find as visits
from inspection.visits.fieldwork import presence
from publicity.catalogue import uses
from publicity.notices import end
from registry.kernel.host import Host
from tests.inspection import bureau, followed, lawyers, sealed_bureau
from tests.people import Person
from tests.publicity import catalogues, office, routes


def published(host: Host, auditor: Person) -> routes.Ids:
    """Ids by the name that the routes give them: subjects, notices current and ended, draws that are carried out (of firms and
    of people), void and sealed, and the letter of a visit. `auditor` keeps what the sealed draw closes."""
    subjects = office.enrol(host.work)
    current = [
        office.publicise(host, office.permit(host.work, subjects)),
        office.publicise(host, office.penalty(host.work, subjects)),
    ]
    ended = office.publicise(host, office.penalty(host.work, subjects, number="沪司罚决字〔2026〕第8号"))
    leader = office.person(host.permissions, "leader")
    with host.work.write(leader) as session:
        end.withdraw(session, leader, notice=ended, ground="quashed")
    draws, visit = _draws(host, auditor)
    closed = followed.close(host.work, visit)
    catalogues.publish_all(host)
    uses.run(host.work)
    return {
        "notices": [*current, office.publicise(host, closed.event or ""), ended],
        "practitioners": [subjects.lawyer.public_id],
        "organisations": [subjects.firm.public_id],
        "draws": draws,
        "token": [presence.token(host.keys, visit)],
    }


def _draws(host: Host, auditor: Person) -> tuple[list[str], str]:
    """The draws, and a visit that found something."""
    chamber = lawyers.found(host.work)
    drawn = bureau.drawn(host.work, chamber.bureau)
    with host.work.read() as session:
        visit = visits.worklist(session, limit=1)[0][0].public_id
    followed.record(host.work, visit)
    people = bureau.drawn(host.work, chamber.at)
    void = bureau.committed(host.work, lawyers.next_task(host.work, chamber))
    bureau.void(host.work, void, "frame_fault")
    sealed_bureau.hold(host.work, auditor)
    sealed = sealed_bureau.drawn(host.work, lawyers.next_task(host.work, chamber, code="2026-LS-13"))
    return [drawn, people, void, sealed], visit
