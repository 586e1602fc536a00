"""A bureau that inspects: firms, inspectors, one matter, one task. Names are fictional."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from inspection.ceremony import announce, conduct
from inspection.ceremony import void as voiding
from inspection.plan import draft
from inspection.plan.tables import InspectorRow
from inspection.visits import assign
from registry.accounts.tables import StaffRow
from registry.kernel.access import Actor
from registry.kernel.work import Work, WorkSession
from registry.roster.drafts import NewOrganisation
from registry.roster.enrol import Organisation, enrol_organisations
from seed.numbers import uscc

OFFICE = Actor.command("tests")
DICE = "31415926535897932384"
SECOND_DICE = "27182818284590452353"
TWO_DICE = [{"kind": "dice", "by": "witness"}, {"kind": "dice", "by": "witness2"}]


@dataclass(frozen=True)
class Bureau:
    firms: list[Organisation]
    task: str


def found(work: Work, *, firms: int = 12, inspectors: int = 8, **task: Any) -> Bureau:
    """A register of `firms` firms, a directory of `inspectors` inspectors, and a task on them."""
    with work.write(OFFICE) as session:
        enrolled = enrol(session, range(firms))
        draft.enlist(
            session,
            OFFICE,
            [
                draft.Enlisted(
                    certificate=f"09{n:04d}",
                    valid_until=date(2028, 1, 1),
                    name=f"检查员{n}",
                    unit="示范市司法局",
                    kinds=("law_firm",),
                    district=("310107", "310109")[n % 2],
                    lead=n % 2 == 0,
                )
                for n in range(inspectors)
            ],
        )
        matter = draft.publish_matter(
            session,
            OFFICE,
            code="LS-01",
            name="律师事务所执业管理抽查",
            content="内部管理制度",
            object_kind="law_firm",
            category="一般检查事项",
            method="现场检查",
            basis="《律师法》第五十二条",
            rate="25%",
            frequency="每年 1 次",
            valid_from=session.today,
        )
        settings: dict[str, Any] = {
            "code": "2026-LS-01",
            "title": "律师事务所双随机抽查",
            "strata": [{"id": name, "rate_bp": 2500, "min": 1, "max": None} for name in "ABCD"],
            "reserve": 1,
            "team": {"size": 2, "lead_required": True, "cross_district": True, "max_load": None},
            "yearly_cap": 2,
            "deadline": session.today + timedelta(days=30),
        }
        row = draft.create_task(session, OFFICE, matter=matter.public_id, **{**settings, **task})
        return Bureau(enrolled, row.public_id)


def enrol(session: WorkSession, numbers: Iterable[int]) -> list[Organisation]:
    """Firms by these numbers, on the register for years."""
    return enrol_organisations(
        session,
        OFFICE,
        [
            NewOrganisation(
                kind="law_firm",
                name=f"示范市第{n + 1}试验律师事务所",
                district=("310101", "310104", "310106")[n % 3],
                uscc=uscc("31", "310101", 80_000_000 + n),
                established_on=date(2010, 1, 4),
            )
            for n in numbers
        ],
    )


def frozen(
    work: Work, bureau: Bureau, plan: list[dict[str, str]] | None = None, *, supersedes: str | None = None
) -> str:
    """A frozen frame of which the log knows nothing yet; the id of its draw."""
    with work.write(OFFICE) as session:
        announced = announce.announce(
            session, OFFICE, task=bureau.task, plan=plan or TWO_DICE, supersedes=supersedes
        )
        return conduct.freeze(session, OFFICE, draw_id=announced.public_id).public_id


def committed(
    work: Work, bureau: Bureau, plan: list[dict[str, str]] | None = None, *, supersedes: str | None = None
) -> str:
    """A frozen frame whose digest stands in the log; the id of its draw."""
    draw = frozen(work, bureau, plan, supersedes=supersedes)
    commit(work, draw)
    return draw


def commit(work: Work, draw: str) -> None:
    with work.write(OFFICE) as session:
        conduct.commit(session, OFFICE, draw_id=draw)


def throw(work: Work, draw: str, *values: str) -> None:
    with work.write(OFFICE) as session:
        for position, value in enumerate(values):
            conduct.supply(session, OFFICE, draw_id=draw, position=position, value=value)


def run(work: Work, draw: str) -> dict[str, Any]:
    """Draws, and gives the published record."""
    return dict(json.loads(assign.draw_now(work, OFFICE, draw_id=draw).record or b"{}"))


def drawn(work: Work, bureau: Bureau) -> str:
    """A draw that was carried out, from its frame to its visits; its id."""
    draw = committed(work, bureau)
    throw(work, draw, DICE, SECOND_DICE)
    run(work, draw)
    return draw


def void(work: Work, draw: str, ground: str) -> None:
    """Two people void the draw."""
    with work.write(OFFICE) as session:
        voiding.propose(session, OFFICE, draw_id=draw, ground=ground, note="见会议纪要")
    second = Actor.command("second")
    with work.write(second) as session:
        voiding.confirm(session, second, draw_id=draw)


def link(work: Work, certificate: str, username: str) -> None:
    """Lets the account record the visits of the certificate's holder."""
    with work.write(OFFICE) as session:
        staff = session.scalars(select(StaffRow.id).where(StaffRow.username == username)).one()
        inspector = session.scalars(
            select(InspectorRow.public_id).where(InspectorRow.certificate == certificate)
        ).one()
        draft.link_account(session, OFFICE, inspector=inspector, staff_id=staff)
