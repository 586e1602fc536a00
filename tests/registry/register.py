"""A small register with something in every corner, for whoever sends anything to it."""

from dataclasses import dataclass
from datetime import date

from registry.accounts.roles import permissions_of
from registry.credit.complaint import handle as complaint
from registry.credit.listing.propose import Proposal, propose
from registry.credit.objection import handle as objection
from registry.credit.pledge.give import give
from registry.credit.record import Subject, record
from registry.credit.repair import handle as repair
from registry.credit.standing import adopt, upkeep
from registry.kernel.access import Actor
from registry.kernel.host import Host
from registry.roster.find import Found
from tests.registry import roster_facts as facts
from tests.registry.programs import COMMAND
from tests.registry.standing_rules import SMALL

CODE = facts.code()
BUREAU, BUREAU_CODE = "示范市司法局", "11310000MB00000009"
RULES = SMALL.replace("from: 2026-01-01", "from: 2026-11-22").replace("[lawyer]", "[lawyer, law_firm]")
SECRET = "张三电话13900001234"


@dataclass(frozen=True)
class Register:
    """Public ids, each of one thing in the register; the objection is to `penalty`, the repair of `old_penalty`."""

    firm: str
    notaries: str
    lawyer: str
    licence: str
    penalty: str
    old_penalty: str
    objection: str
    repair: str
    complaint: str
    pledge: str
    listing: str

    @property
    def ids(self) -> list[str]:
        return list(vars(self).values())


def filled(host: Host) -> Register:
    """The register on 20 November 2026; rules of standing hold from the 22nd."""
    with host.work.write(COMMAND) as session:
        firm = facts.firm(session, uscc=CODE, phone="021-12345678")
        notaries = facts.firm(session, "上海市东方公证处", kind="notary_office", district="310115")
        lawyer = facts.advocate(session, firm, 1, id_number=facts.resident(7), phone="13900001234")
        facts.advocate(session, firm, 2, name="甲二")
        old, new = (
            record(
                session,
                COMMAND,
                kind="penalty",
                subject=Subject(organisation=firm.id),
                decided_on=day,
                summary=SECRET,
                document_number=f"沪司罚决〔2026〕{day.month}号",
                authority="上海市司法局",
                severity="一般",
                columns={"CF_CFLB": "警告;罚款", "CF_NR": SECRET},
            ).public_id
            for day in (date(2026, 5, 6), date(2026, 11, 6))
        )
        objected = objection.receive(
            session,
            COMMAND,
            event=new,
            number=CODE,
            region="310000",
            received_on=date(2026, 11, 19),
            asked="delete",
            statement=SECRET,
            contact=SECRET,
        )
        repaired = repair.apply(session, COMMAND, event=old, number=CODE, duties=SECRET, contact=SECRET)
        complained = complaint.receive(
            session,
            COMMAND,
            complaint=complaint.NewComplaint(
                number="GD20261120001",
                channel="12348",
                received_on=date(2026, 11, 20),
                subject=Subject(practitioner=lawyer.id, name="单勇"),
                complainant="郝来信",
                contact=SECRET,
                facts=SECRET,
            ),
        )
        pledge = give(
            session,
            COMMAND,
            subject=Subject(organisation=firm.id),
            kind="主动型",
            reason="年度检查",
            content=SECRET,
            liability="接受失信惩戒",
            given_on=date(2026, 11, 1),
            accepted_by=BUREAU,
            accepted_by_code=BUREAU_CODE,
        )
        rules = adopt.propose(session, Actor.command("head"), source=RULES.encode()).public_id
    with host.work.write(Actor.command("leader")) as session:
        adopt.adopt(session, session.actor, rules=rules)
    upkeep.apply(host.work)
    clerk = Actor("staff", "clerk", "clerk", permissions_of(["clerk"], host.permissions))
    with host.work.write(clerk) as session:
        listed = propose(
            session,
            clerk,
            subject=Found("organisation", firm.id, firm.public_id, "上海明理律师事务所"),
            proposal=Proposal(
                list_code="serious-dishonesty",
                criteria=["refusal"],
                cause="拒不履行行政处罚决定",
                facts=SECRET,
            ),
            authority=BUREAU,
        )
    return Register(
        firm=firm.public_id,
        notaries=notaries.public_id,
        lawyer=lawyer.public_id,
        licence=lawyer.licence.public_id,
        penalty=new,
        old_penalty=old,
        objection=objected.public_id,
        repair=repaired.public_id,
        complaint=complained.public_id,
        pledge=pledge.public_id,
        listing=listed,
    )
