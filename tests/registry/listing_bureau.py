"""An office of one person for each role that a listing needs, and the clock by which they act."""

from datetime import date

from registry.accounts.roles import permissions_of
from registry.credit.listing import find
from registry.credit.listing.proceed import Said, take
from registry.credit.listing.propose import Proposal, Responsible, propose
from registry.kernel.access import Actor
from registry.kernel.clock import SetClock
from registry.kernel.host import Host
from registry.roster.find import Found
from tests.registry.roster_facts import advocate, code, firm, resident

BUREAU = "示范市司法局"
BLACK = Proposal(
    list_code="serious-dishonesty",
    criteria=["refusal"],
    cause="拒不履行行政处罚决定",
    facts="2026 年 3 月处罚决定生效，经催告仍未缴纳罚款，有能力履行。",
    responsible=[Responsible("法定代表人或主要负责人", "何为")],
)
RED = Proposal(list_code="integrity", criteria=["award"], cause="全国优秀律师事务所", facts="表彰文件。")


class Bureau:
    """An office of one person for each role, and the clock by which they act."""

    def __init__(self, host: Host, clock: SetClock) -> None:
        self.work, self.clock = host.work, clock
        self.people = {
            name: Actor("staff", name, name, permissions_of([name.rstrip("2")], host.permissions))
            for name in ("clerk", "clerk2", "head", "legal", "leader", "leader2")
        }
        with self.work.write(Actor.command("tests")) as session:
            place = firm(session, uscc=code())
            self.firm = Found("organisation", place.id, place.public_id, "上海明理律师事务所")
            person = advocate(session, place, id_number=resident(1))
            self.lawyer = Found("practitioner", person.id, person.public_id, "单勇")

    def propose(self, proposal: Proposal = BLACK, subject: Found | None = None, by: str = "clerk") -> str:
        with self.work.write(self.people[by]) as session:
            return propose(
                session, session.actor, subject=subject or self.firm, proposal=proposal, authority=BUREAU
            )

    def take(self, listing: str, by: str, act: str, **said: object) -> None:
        with self.work.write(self.people[by]) as session:
            seen = find.case(session, listing).revision
            take(session, session.actor, listing=listing, revision=seen, act=act, said=Said(**said))  # type: ignore[arg-type]

    def case(self, listing: str) -> find.Case:
        with self.work.read() as session:
            return find.case(session, listing)

    def to(self, day: date) -> None:
        self.clock.set(self.clock.now().replace(year=day.year, month=day.month, day=day.day))

    def served(self, listing: str) -> None:
        self.take(listing, "head", "warn", document_number="示司信告〔2026〕1号")
        self.take(listing, "clerk2", "serve", on=date(2026, 11, 20), text="直接送达")

    def listed(self, number: str = "示司信决〔2026〕1号", subject: Found | None = None) -> str:
        """A black listing from proposal to decision, on 1 December 2026."""
        self.to(date(2026, 11, 20))
        listing = self.propose(subject=subject)
        self.take(listing, "head", "warn", document_number=f"告{number}")
        self.take(listing, "clerk2", "serve", on=date(2026, 11, 20), text="直接送达")
        self.to(date(2026, 11, 30))
        self.take(listing, "legal", "legal_pass")
        self.to(date(2026, 12, 1))
        self.take(listing, "leader", "decide", document_number=number, on=date(2026, 12, 1))
        return listing

    def on(self, day: date, subject: Found | None = None) -> list[str]:
        with self.work.read() as session:
            return [one.list_code for one in find.standing_on(session, subject or self.firm, day)]
