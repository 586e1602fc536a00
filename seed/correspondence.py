"""What the public wrote to the demo city's bureau: complaints and tips, requests for disclosure, and what became of them."""

from datetime import date

from sqlalchemy import select

from publicity.letters import handle as letters
from publicity.letters import receive as letter_box
from publicity.letters import results
from publicity.letters.tables import LetterRow
from publicity.requests import conversion
from publicity.requests import handle as requests
from publicity.requests import receive as request_box
from publicity.requests.tables import RequestRow
from registry.kernel.access import ANONYMOUS
from registry.roster.find import Found
from registry.roster.tables import OrganisationRow
from seed.office import Office

_FIRST = (
    ("fees", "签合同以后又另外要了三千元“办案费”，没有给发票。", "市民 赵女士", "13800000001"),
    ("service", "开庭前两个月没有联系过我，材料也没有按时交。", "市民 周先生", "zhou@example.cn"),
    ("conduct", "在同一个案子里先后替双方提供咨询。", "", ""),
)
_LATER = (
    ("unlicensed", "街边有人挂着律师事务所的牌子收钱，查不到执业许可。", "", ""),
    ("fees", "公证费比公示的标准多收了一百元。", "市民 吴先生", "13800000002"),
)
_ANSWERS = {
    "fees": (
        "proven",
        "经查属实，已责令退还并约谈负责人。",
        "反映另行收费的情况属实，已责令退还，并约谈负责人。",
    ),
    "service": (
        "partly",
        "经查，沟通不及时属实，已责令改进；材料均在期限内提交。",
        "沟通不及时属实，已责令改进；反映逾期交材料不属实。",
    ),
    "conduct": (
        "unproven",
        "经调阅卷宗，没有查到为双方提供咨询的事实。",
        "反映利益冲突，经调阅卷宗没有查实。",
    ),
}
_ASKED = (
    ("2025年度律师事务所年度检查考核结果", "person", "郑某", "AB1234567"),
    ("近三年律师行政处罚的统计数字", "research", "示范法学研究所", "CD7654321"),
)


def begun(office: Office, _day: date) -> None:
    """Letters and requests come in and are accepted."""
    for place, (kind, statement, name, contact) in enumerate(_FIRST):
        letter = _write(office, kind, statement, name, contact, place)
        with office.work.write(office.actors["clerk"]) as session:
            letters.accept(session, session.actor, letter=letter)
            letters.assign(session, session.actor, letter=letter, section="律师工作处")
    for description, applicant, name, number in _ASKED:
        _ask(office, description, applicant, name, number)


def answered(office: Office, _day: date) -> None:
    """They are answered by two people; results are published, and one answer to everybody."""
    clerk, head, leader = (office.actors[name] for name in ("clerk", "head", "leader"))
    with office.work.read() as session:
        waiting = session.execute(
            select(LetterRow.public_id, LetterRow.kind)
            .where(LetterRow.state == "handling")
            .order_by(LetterRow.id)
        ).all()
        asked = session.scalars(
            select(RequestRow.public_id).where(RequestRow.state == "handling").order_by(RequestRow.id)
        ).all()
    for letter, kind in waiting:
        outcome, reply, summary = _ANSWERS[kind]
        with office.work.write(clerk) as session:
            letters.draft(session, clerk, letter=letter, outcome=outcome, reply=reply)
        with office.work.write(head) as session:
            letters.answer(session, head, letter=letter)
        with office.work.write(clerk) as session:
            results.summarise(session, clerk, letter=letter, summary=summary)
        with office.work.write(leader) as session:
            results.publish(session, leader, letter=letter)
    for request in asked:
        with office.work.write(clerk) as session:
            requests.draft(
                session, clerk, request=request, outcome="disclosed", reply="现将您申请的信息随本答复提供。"
            )
        with office.work.write(head) as session:
            requests.answer(session, head, request=request)
    with office.work.write(clerk) as session:
        where = "年度考核结果已在本站公示"
        conversion.assess(session, clerk, request=asked[0], converted=conversion.YES, where=where)


def waiting(office: Office, _day: date) -> None:
    """What lies on the desks today."""
    for place, (kind, statement, name, contact) in enumerate(_LATER):
        _write(office, kind, statement, name, contact, place + len(_FIRST))
    clerk = office.actors["clerk"]
    unclear = _ask(office, "有关律师的材料", "person", "王某", "EF1112223")
    with office.work.write(clerk) as session:
        requests.demand(session, clerk, request=unclear, wanted="请写明是哪一年、哪一类材料。")
    _ask(office, "2026年司法鉴定机构质量评查情况的通报", "legal", "示范市某律师事务所", "GH3332221")


def _write(office: Office, kind: str, statement: str, name: str, contact: str, place: int) -> str:
    with office.work.write(ANONYMOUS) as session:
        wanted = "notary_office" if "公证" in statement else "law_firm"
        firm = session.scalars(
            select(OrganisationRow)
            .where(OrganisationRow.kind == wanted, OrganisationRow.ended_on.is_(None))
            .order_by(OrganisationRow.id)
            .offset(place)
            .limit(1)
        ).first()
        about = (
            Found("organisation", firm.id, firm.public_id, firm.name)
            if firm and kind != "unlicensed"
            else None
        )
        return letter_box.receive(
            session,
            session.actor,
            kind=kind,
            about=about,
            written={"subject": "某“律师事务所”", "statement": statement, "name": name, "contact": contact},
            once=f"seed-{place}",
        ).public_id


def _ask(office: Office, description: str, applicant: str, name: str, number: str) -> str:
    written = {
        "applicant_kind": applicant,
        "name": name,
        "id_kind": "passport",
        "id_number": number,
        "contact": "演示",
        "description": description,
        "delivery": "online",
    }
    with office.work.write(ANONYMOUS) as session:
        return request_box.receive(session, session.actor, written=written, once=number).public_id
