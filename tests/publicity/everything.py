"""An office that has published something of every sort: what its public pages show when they show something."""

from datetime import date, timedelta

from inspection.plan.annual import drafts
from inspection.plan.find import matters
from inspection.visits import find as visits
from inspection.visits.fieldwork import presence
from publicity.catalogue import uses
from publicity.disclosure import register
from publicity.notices import end
from registry.credit.record import Subject, record
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
    _plan(host)
    catalogues.publish_all(host)
    uses.run(host.work)
    _sanction(host, subjects)
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


def _plan(host: Host) -> None:
    """2026-SSJ: one inspection of everybody, and one of a district and a stratum."""
    with host.work.write(bureau.OFFICE) as session:
        matter = matters(session, on=session.today)[0][0]
        tomorrow = session.today + timedelta(days=1)
        row = drafts.start(
            session,
            bureau.OFFICE,
            number="2026-SSJ",
            year=2026,
            title="2026 年度随机抽查计划",
            section="执法监督处",
        )
        directed = {"districts": ["310101"], "strata": ["C"]}
        for code, scope in (("01", None), ("02", directed)):
            entry = drafts.Entry(
                code=code,
                title=matter.name,
                matters=[matter.public_id],
                rate="25%",
                times=1,
                starts_on=tomorrow,
                ends_on=date(2026, 12, 31),
                section="律师工作处",
                scope=scope,
            )
            drafts.put(session, bureau.OFFICE, plan=row.public_id, entry=entry)
        drafts.publish(session, bureau.OFFICE, plan=row.public_id)


def _sanction(host: Host, subjects: office.Subjects) -> None:
    """Of the profession, which is told on request alone: the counts have it, and no page what it says."""
    with host.work.write(office.OFFICE) as session:
        record(
            session,
            office.OFFICE,
            kind="bar_sanction",
            subject=Subject(organisation=subjects.firm.id),
            decided_on=date(2026, 11, 16),
            summary="训诫",
            document_number="沪律协罚〔2026〕第1号",
            authority="上海市律师协会",
        )
    register.run(host.work)
