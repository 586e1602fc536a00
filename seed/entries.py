"""What clerks of the demo city type into the one form: legal aid, court appearances, a firm's penalty with its head, a breach."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from io import BytesIO
from random import Random

from sqlalchemy import select

from registry.credit import catalogue, correction, entry, evidence, find, override
from registry.credit.entry import Entry
from registry.credit.entry_columns import Office
from registry.credit.evidence_store import Store
from registry.credit.party import party
from registry.credit.record import NewEvent, Subject
from registry.credit.tables import EventRow
from registry.kernel.paper import Facts, Paper, Text, typeset
from registry.kernel.work import WorkSession
from registry.roster.enrol import Practitioner
from registry.roster.tables import OrganisationRow
from seed import office as demo
from seed.city import Person
from seed.facts import BUREAU, BUREAU_USCC

_BUREAU = Office(BUREAU, BUREAU_USCC)
_ACTS = ("接受指派", "质量评估", "受援人回访", "补贴发放")
_PENALTY = {
    "authority": BUREAU,
    "level": "设区的市级",
    "circumstances": "一般",
    "CF_YXQ": "长期",
    "CF_CFJGDM": BUREAU_USCC,
    "scope": "公示",
    "CF_SY": "经查属实，当事人对违法事实无异议。",
}


def typed(office: demo.Office, people: Mapping[int, Practitioner]) -> None:
    """A few dozen events of the last year, a correction, and a penalty that waits for the leader."""
    chance = Random(f"demo-entries|{office.city.today.isoformat()}")
    clerk = office.actors["clerk2"]
    with office.work.write(clerk) as session:
        for person, kind, values in _services(chance, office.city.people, office.city.today):
            made = entry.enter(session, clerk, _read(session, people[person.key].public_id, kind, values))
            if kind == "court_appearance":
                _attach(office, session, made.public_id, "人民法院反馈函")
    _firm_with_its_head(office)
    _corrected(office)
    _breach(office, next(one for one in office.city.people if one.profession == "lawyer"), people)


def _services(
    chance: Random, everybody: Sequence[Person], today: date
) -> list[tuple[Person, str, Mapping[str, object]]]:
    early = [one for one in everybody if one.granted_on < today - timedelta(days=800)]
    lawyers = chance.sample([one for one in early if one.profession == "lawyer"], 24)
    appraisers = chance.sample([one for one in early if one.profession == "forensic_appraiser"], 6)
    made: list[tuple[Person, str, Mapping[str, object]]] = []
    for number, person in enumerate(lawyers, 1):
        day = (today - timedelta(days=chance.randint(20, 300))).isoformat()
        act = _ACTS[number % len(_ACTS)]
        made.append((person, "legal_aid", {
            "decided_on": day, "authority": "示范市法律援助中心", "act": act, "case": f"示援〔{day[:4]}〕{number:04d}",
            "matter": chance.choice(("刑事", "民事", "劳动仲裁")), "grade": chance.choice(("优秀", "良好", "合格")),
            "method": ["案卷检查", "庭审旁听"], "satisfaction": "满意", "amount": str(chance.randrange(1200, 2600, 100)),
            "scope": "仅政府部门内部共享",
        }))  # fmt: skip
    for number, person in enumerate(appraisers, 1):
        day = (today - timedelta(days=chance.randint(20, 300))).isoformat()
        made.append((person, "court_appearance", {
            "decided_on": day, "authority": "示范市中级人民法院", "court": "示范市中级人民法院",
            "case": f"（{day[:4]}）示01民终{number:03d}号", "appeared": "按通知出庭",
            "adopted": chance.choice(("采信", "采信", "部分采信")), "scope": "仅政府部门内部共享",
        }))  # fmt: skip
    return made


def _firm_with_its_head(office: demo.Office) -> None:
    """律师法第五十条第二款, for the first firm whose head practises there."""
    clerk = office.actors["clerk"]
    with office.work.write(clerk) as session:
        firms = select(OrganisationRow.public_id).where(
            OrganisationRow.kind == "law_firm", OrganisationRow.head_id.is_not(None)
        )
        for firm in session.scalars(firms.order_by(OrganisationRow.id).limit(10)):
            read = _read(session, firm, "penalty", {
                **_PENALTY, "decided_on": (office.city.today - timedelta(days=6)).isoformat(),
                "document_number": f"示司罚决字〔{office.city.today.year}〕第901号", "statute": "lawyers.50#1",
                "CF_WFXW": "违反规定接受委托、收取费用", "CF_CFLB": ["警告"], "CF_NR": "警告", "head_penalty": "警告",
            })  # fmt: skip
            if read.new is not None and not read.breaches:
                made = entry.enter(session, clerk, read)
                _attach(office, session, made.public_id, "行政处罚决定书")
                return


def _corrected(office: demo.Office) -> None:
    """A clerk had misread the fine of a published penalty; its notice now waits to be corrected too."""
    clerk = office.actors["clerk"]
    with office.work.write(clerk) as session:
        rows = session.scalars(
            select(EventRow.public_id)
            .where(EventRow.kind == "penalty", EventRow.severity == "一般")
            .order_by(EventRow.decided_on.desc(), EventRow.id)
            .offset(20)
            .limit(20)
        )
        before = next(
            found
            for found in (find.event(session, public_id) for public_id in rows)
            if "CF_NR_FK" in found.columns and found.annulled_by is None and found.subject.public_id
        )
        now = NewEvent(
            kind="penalty",
            subject=Subject(),
            decided_on=before.decided_on,
            summary=before.summary,
            document_number=before.document_number,
            authority=before.authority,
            columns={**before.columns, "CF_SY": f"{before.columns['CF_SY']}当事人已退还所收费用。"},
            restricted=find.restricted(session, before.public_id),
            severity=before.severity,
            detail=before.detail,
            scope=before.scope,
        )
        reason = "录入时漏写决定书认定的从轻情节。"
        correction.correct(session, clerk, event=before.public_id, now=now, reason=reason)


def _breach(office: demo.Office, person: Person, people: Mapping[int, Practitioner]) -> None:
    clerk = office.actors["clerk"]
    with office.work.write(clerk) as session:
        read = _read(session, people[person.key].public_id, "penalty", {
            **_PENALTY, "decided_on": (office.city.today - timedelta(days=3)).isoformat(),
            "document_number": f"示司罚决字〔{office.city.today.year}〕第902号", "statute": "lawyers.47#2",
            "CF_WFXW": "以不正当手段承揽业务", "CF_CFLB": ["警告", "罚款"], "CF_NR_FK": "8000", "CF_NR": "警告，罚款 8000 元",
        })  # fmt: skip
        override.draft(session, clerk, entry=read, why="决定书原文为 8000 元，请审核是否更正决定。")


def _read(session: WorkSession, subject: str, kind: str, values: Mapping[str, object]) -> Entry:
    sent = {name: value if isinstance(value, list) else [str(value)] for name, value in values.items()}
    return entry.read(
        session, kind=catalogue.kind(kind), party=party(session, subject), typed=sent, office=_BUREAU
    )


def _attach(office: demo.Office, session: WorkSession, owner: str, title: str) -> None:
    sheet = Paper(
        title=title,
        name=title,
        bureau=BUREAU,
        address="https://legalcredit.example/",
        blocks=[Text("演示材料，内容均为虚构。"), Facts([("编号", owner)])],
    )
    evidence.attach(
        session,
        session.actor,
        store=Store.of(office.work),
        owner=owner,
        name=f"{title}.pdf",
        stream=BytesIO(typeset(sheet)),
    )
