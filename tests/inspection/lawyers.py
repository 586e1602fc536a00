"""A bureau that inspects persons: lawyers at the firms of tests.inspection.bureau, and a task on them. Names are fictional."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from inspection.plan import draft
from registry.kernel.work import Work, WorkSession
from registry.roster.drafts import NewPractitioner
from registry.roster.enrol import Organisation, Practitioner, enrol_practitioners
from seed.numbers import lawyer_licence
from tests.inspection import bureau
from tests.inspection.bureau import OFFICE, Bureau

_SURNAMES = ["欧阳", "上官", "司马", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容", "令狐"]
_NAMES = ["清和", "明远", "若谷", "思齐", "致知", "景行"]


@dataclass(frozen=True)
class Chamber:
    """`at` draws from the lawyers, who practise in turn at the firms of `bureau`."""

    bureau: Bureau
    people: Sequence[Practitioner]
    matter: str
    at: Bureau


def found(work: Work, *, lawyers: int = 24, firms: int = 4, inspectors: int = 8, **task: Any) -> Chamber:
    """A register of `lawyers` lawyers at `firms` firms, inspectors certified for firms, and a task on the lawyers."""
    place = bureau.found(work, firms=firms, inspectors=inspectors)
    with work.write(OFFICE) as session:
        people = enrol(session, place.firms, range(lawyers))
        matter = draft.publish_matter(
            session,
            OFFICE,
            code="LS-11",
            name="律师执业行为抽查",
            content="利益冲突审查、收费",
            object_kind="lawyer",
            category="一般检查事项",
            method="现场检查",
            basis="《律师法》第五十二条",
            rate="25%",
            frequency="每年 1 次",
            valid_from=session.today,
        )
        first = _task(session, matter.public_id, **{"code": "2026-LS-11", **task})
        return Chamber(place, people, matter.public_id, Bureau(place.firms, first))


def next_task(work: Work, chamber: Chamber, **task: Any) -> Bureau:
    """Another task on the same lawyers."""
    with work.write(OFFICE) as session:
        row = _task(session, chamber.matter, **{"code": "2026-LS-12", **task})
        return Bureau(chamber.bureau.firms, row)


def _task(session: WorkSession, matter: str, **task: Any) -> str:
    settings: dict[str, Any] = {
        "title": "律师执业行为双随机抽查",
        "strata": [{"id": name, "rate_bp": 2500, "min": 1, "max": None} for name in "ABCD"],
        "reserve": 2,
        "team": {"size": 2, "lead_required": True, "cross_district": False, "max_load": None},
        "yearly_cap": 1,
        "deadline": session.today + timedelta(days=30),
    }
    return draft.create_task(session, OFFICE, matter=matter, **{**settings, **task}).public_id


def enrol(session: WorkSession, firms: Sequence[Organisation], numbers: range) -> list[Practitioner]:
    """Lawyers by these numbers, in practice for years."""
    return enrol_practitioners(
        session,
        OFFICE,
        [
            NewPractitioner(
                name=_SURNAMES[n % len(_SURNAMES)] + _NAMES[n // len(_SURNAMES) % len(_NAMES)],
                profession="lawyer",
                licence_number=licence(n),
                granted_on=date(2012, 3, 1),
                organisation=firms[n % len(firms)],
                category="专职",
            )
            for n in numbers
        ],
    )


def licence(number: int) -> str:
    """A practising certificate's number (17 digits)."""
    return lawyer_licence("310101", 2012, 1, 700_000 + number, female=number % 2 == 0)
