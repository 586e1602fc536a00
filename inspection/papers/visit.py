"""Papers of a visit: 检查通知书, which announces it, and 检查记录, which is signed on the spot (行政处罚法第四十二条、第四十七条)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from inspection.ceremony import sealed
from inspection.ceremony.find import Substituted, draw_page
from inspection.ceremony.tables import SelectionRow
from inspection.draw import door
from inspection.papers import noted
from inspection.visits import find, joint
from inspection.visits.codes import Codes, table
from inspection.visits.fieldwork import find as fieldwork
from inspection.visits.fieldwork import presence
from inspection.visits.fieldwork.find import Fieldwork
from inspection.visits.find import VisitPage
from inspection.visits.joint import Together
from inspection.visits.tables import VisitRow
from registry.kernel.clock import local_text
from registry.kernel.paper import Block, Code, Facts, Heading, Mark, Paper, Signatures, Steps, Table, Text
from registry.kernel.work import WorkSession

LETTER = "检查通知书"
RECORD = "检查记录"


@dataclass(frozen=True)
class Sheet:
    """A visit with the draw that led to it; `basis` is the law it rests on, in the words of the draw's day."""

    visit: VisitPage
    basis: str
    substitutions: Sequence[Substituted]
    codes: Codes
    token: str
    """The code on the letter, which shows it to be genuine; `typed` is its end, for cameras that fail."""
    typed: str
    noted: Fieldwork
    together: Sequence[Together]
    proof: str | None
    """Of a sealed draw: the fragment that proves at the door that this subject was drawn (specification section 9.4)."""
    opens_after: date | None


def sheet(session: WorkSession, public_id: str) -> Sheet:
    """Raises NotFound."""
    visit = find.visit(session, public_id)
    draw = draw_page(session, visit.draw, on=session.today)
    own = [step for step in draw.substitutions if step.unit == visit.unit]
    return Sheet(
        visit,
        visit.basis,
        own,
        table(),
        presence.token(session.keys, public_id),
        presence.typed(session.keys, public_id),
        fieldwork.of(session, public_id),
        joint.of(session, public_id),
        _proof(session, public_id) if draw.seal is not None else None,
        draw.seal.opens_after if draw.seal is not None else None,
    )


def _proof(session: WorkSession, visit: str) -> str | None:
    selection = session.scalars(
        select(SelectionRow)
        .join(VisitRow, VisitRow.selection_id == SelectionRow.id)
        .where(VisitRow.public_id == visit)
    ).one()
    proof = sealed.proof_of(session, selection)
    return door.fragment(proof) if proof is not None else None


def letter(sheet: Sheet, *, bureau: str, public_url: str) -> Paper:
    """What the subject gets before or at the door: who comes, why this subject, what is looked at, which rights."""
    visit = sheet.visit
    you = "你" if visit.subject_kind == "practitioner" else "你单位"
    draw, address = f"{public_url}/draws/{visit.draw}", f"{public_url}{presence.PATH}{sheet.token}"
    day = sheet.noted.planned_on
    planned = day.isoformat() if day else f"{visit.deadline.isoformat()} 前"
    return Paper(
        title=LETTER,
        name=f"{LETTER} {visit.public_id}",
        bureau=bureau,
        address=address,
        blocks=[
            *_void(visit),
            Text(f"{visit.subject_name}{_firm(visit)}："),
            Text(
                f"经双随机抽取，{you}被抽中为“{visit.task_title}”的检查对象。现将检查事项通知如下，请予配合。"
            ),
            Facts(
                [
                    ("检查事项", visit.matter),
                    ("检查内容", visit.content),
                    ("检查依据", sheet.basis),
                    ("检查人员（执法证号）", "、".join(visit.inspectors)),
                    ("检查日期", planned),
                    ("完成时限", visit.deadline.isoformat()),
                    ("抽取时间", local_text(visit.drawn_at) if visit.drawn_at else ""),
                ]
            ),
            *_together(sheet.together),
            *_substituted(sheet.substitutions),
            Heading(f"{you}的权利"),
            Steps(
                [
                    "检查人员不少于二人，应当主动出示执法证件；未出示的，有权拒绝检查（行政处罚法第四十二条、第五十五条）。",
                    f"认为检查人员与{you}有直接利害关系或者有其他关系可能影响公正的，有权申请回避（行政处罚法第四十三条），扫描右上角的二维码即可提出；接替的人员由抽取种子确定。",
                    "对检查结果有异议的，可以陈述、申辩；结果公示后可以提出异议。",
                ]
            ),
            Heading("怎样核验"),
            Text(
                f"扫描右上角的二维码（检查码 {sheet.typed}），可以核对这份通知书是否属实、来人的执法证号是否一致；"
                "检查人员到场后扫描同一个码签到。"
            ),
            *_drawn(sheet, draw, you),
            Signatures(["送达人", "签收人", "签收日期"]),
        ],
    )


def _drawn(sheet: Sheet, draw: str, you: str) -> list[Block]:
    """How the reader makes sure of the draw; of a sealed one its record is not public yet, and the proof stands here."""
    if sheet.proof is None or sheet.opens_after is None:
        return [
            Text(f"抽取记录在 {draw}：任何人都可以重算，抽中的对象和检查人员由事先公布的规则和随机数确定。")
        ]
    address = f"{draw}/door"
    return [
        Heading("抽中证明"),
        Text(
            f"这次检查依法不预先通知，抽取是密封的：抽中了哪些对象，最迟 {sheet.opens_after.isoformat()} 之后全部公布，"
            f"届时任何人都可以在 {draw} 重算。"
        ),
        Code(
            f"{address}#{sheet.proof}",
            f"扫描左边的二维码，可以当场核对{you}（编号 {sheet.visit.unit}）和上列检查人员在抽取时就已写入公开存证日志，"
            f"不是临时指定；看不到其他对象。证明在网址“#”之后，不会发送给本局。也可以打开 {address}，由检查人员出示证明。",
        ),
    ]


def record(sheet: Sheet, *, bureau: str, public_url: str) -> Paper:
    """The sheet that is filled in and signed; what is on record already stands in it."""
    visit = sheet.visit
    found = set(visit.codes)
    rows = [["√" if code.code in found else "□", code.title] for code in sheet.codes.findings.values()]
    return Paper(
        title=RECORD,
        name=f"{RECORD} {visit.public_id}",
        bureau=bureau,
        address=f"{public_url}/draws/{visit.draw}",
        blocks=[
            *_void(visit),
            Facts(
                [
                    ("检查对象", f"{visit.subject_name}{_firm(visit)}"),
                    ("任务", visit.task_title),
                    ("检查事项", visit.matter),
                    ("检查内容", visit.content),
                    ("检查依据", sheet.basis),
                    ("检查人员（执法证号）", "、".join(visit.inspectors)),
                    ("检查日期", visit.visited_on.isoformat() if visit.visited_on else ""),
                ]
            ),
            *_substituted(sheet.substitutions),
            *noted.answers(sheet.noted),
            *noted.scene(sheet.noted),
            Heading("检查结果"),
            Table(["", "结果"], rows, [1, 14]),
            Facts([("处理", visit.measure_title or ""), ("情况说明", visit.note or "")]),
            *noted.signatures(sheet.noted, visit.inspectors),
        ],
    )


def _firm(visit: VisitPage) -> str:
    """Where a person is found; an organisation is its own place."""
    known = visit.subject_kind == "practitioner" and visit.organisation_name
    return f"（{visit.organisation_name}）" if known else ""


def _void(visit: VisitPage) -> list[Block]:
    if visit.draw_voided:
        return [Mark("抽取已作废，这次检查不再进行。")]
    return [Mark("这个检查对象已更换，这次检查不再进行。")] if visit.state == "replaced" else []


def _together(others: Sequence[Together]) -> list[Block]:
    """综合查一次: one letter tells all that is looked into on one day."""
    if not others:
        return []
    rows = [[one.task_title, one.matter, "、".join(one.certificates)] for one in others]
    return [
        Text("以下抽查也抽中了同一检查对象，与本次检查同日一并进行，计为一次检查："),
        Table(["抽查任务", "检查事项", "检查人员（执法证号）"], rows, [3, 3, 2]),
    ]


def _substituted(steps: Sequence[Substituted]) -> list[Block]:
    """A team other than the one first drawn says so, and why: the public record does too."""
    if not steps:
        return []
    rows = [[step.ground_title, "、".join(step.came_in) or "无人可以接替"] for step in steps]
    return [Text("抽取之后有人更换，接替者由抽取种子确定："), Table(["事由", "接替"], rows, [1, 1])]
