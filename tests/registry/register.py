"""A small register with something in every corner, for whoever sends anything to it."""

from dataclasses import dataclass
from datetime import date

from registry.credit.record import Subject, record
from registry.kernel.host import Host
from tests.registry import roster_facts as facts
from tests.registry.programs import COMMAND


@dataclass(frozen=True)
class Register:
    """`ids` are public ids of everything in it."""

    ids: list[str]


def filled(host: Host) -> Register:
    with host.work.write(COMMAND) as session:
        firm = facts.firm(session, uscc=facts.code(), phone="021-12345678")
        notaries = facts.firm(session, "上海市东方公证处", kind="notary_office", district="310115")
        lawyer = facts.advocate(session, firm, 1, id_number=facts.resident(7), phone="13900001234")
        other = facts.advocate(session, firm, 2, name="甲二")
        penalty = record(
            session,
            COMMAND,
            kind="penalty",
            subject=Subject(organisation=firm.id),
            decided_on=date(2026, 5, 6),
            summary="未按规定统一接受委托",
            document_number="沪司罚决〔2026〕1号",
            authority="上海市司法局",
            severity="一般",
            columns={"CF_CFLB": "警告;罚款"},
        )
    return Register(
        [
            firm.public_id,
            notaries.public_id,
            lawyer.public_id,
            lawyer.licence.public_id,
            other.public_id,
            penalty.public_id,
        ]
    )
