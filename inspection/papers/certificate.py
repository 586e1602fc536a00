"""抽取证书: one draw on paper, with all that its reader needs to run it again."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from inspection.ceremony import find
from inspection.ceremony.find import Chosen, DrawPage
from registry.kernel.clock import local_text
from registry.kernel.faults import NotFound
from registry.kernel.paper import Block, Facts, Heading, Mark, Paper, Signatures, Steps, Table, Text
from registry.kernel.work import WorkSession
from registry.ledger import book

TITLE = "双随机抽取证书"


@dataclass(frozen=True)
class Certificate:
    """A draw that has happened; `checkpoint` is the first signed head of the public book that covers its record."""

    draw: DrawPage
    record_sha256: str
    checkpoint: str


def certificate(session: WorkSession, public_id: str) -> Certificate:
    """Raises NotFound before the draw has happened."""
    draw = find.draw_page(session, public_id, on=session.today)
    record = find.record_bytes(session, public_id)
    if draw.record_index is None:
        raise NotFound("没有这次抽取，或尚未抽取")
    checkpoint = book.first_checkpoint(session, "public", draw.record_index)
    return Certificate(draw, sha256(record).hexdigest(), checkpoint)


def paper(certificate: Certificate, *, bureau: str, public_url: str) -> Paper:
    """The certificate as it is printed."""
    draw = certificate.draw
    address = f"{public_url}/draws/{draw.public_id}"
    return Paper(
        title=TITLE,
        name=f"{TITLE} {draw.public_id}",
        bureau=bureau,
        address=address,
        blocks=[
            *_voided(draw),
            *_draw(draw),
            *_result(draw),
            *_chance(draw),
            *_evidence(certificate, address),
        ],
    )


def _voided(draw: DrawPage) -> list[Block]:
    if draw.voided is None:
        return []
    when = f"，{local_text(draw.voided.at)}" if draw.voided.at else ""
    return [Mark(f"本次抽取已作废：{draw.voided.title}{when}。结果不作为检查依据。")]


def _draw(draw: DrawPage) -> list[Block]:
    each = _each(draw)
    return [
        Facts(
            [
                ("任务", draw.task_title),
                ("抽查事项", draw.matter),
                ("检查依据", draw.matter_basis),
                ("抽取时间", _moment(draw.drawn_at)),
                ("检查完成时限", draw.visits_by.isoformat()),
                ("名录基准日", draw.as_of.isoformat()),
                ("名录", f"检查对象 {draw.units} {each}，可参加的检查人员 {draw.inspectors} 人"),
                ("抽中", f"{len(draw.chosen)} {each}"),
            ]
        )
    ]


def _result(draw: DrawPage) -> list[Block]:
    if not draw.chosen:
        return [Heading("抽取结果"), Text("没有抽中任何对象：各层应抽取数均为零。")]
    blocks: list[Block] = [Heading("抽取结果")]
    if draw.unassignable:
        blocks.append(Mark("抽中的对象有效，但检查人员无法全部安排。"))
    rows = [
        [
            str(number),
            _named(chosen) + ("（定向）" if chosen.mandatory else ""),
            chosen.stratum,
            "、".join(chosen.team) or "—",
            chosen.ticket[:16],
        ]
        for number, chosen in enumerate(draw.chosen, start=1)
    ]
    blocks.append(
        Table(["序号", "检查对象", "层", "检查人员（执法证号）", "签（前 16 位）"], rows, [6, 34, 5, 30, 25])
    )
    if draw.reserves:
        blocks.append(Text(f"另有候补 {len(draw.reserves)} {_each(draw)}，按签的次序递补，见抽取记录。"))
    return blocks


def _chance(draw: DrawPage) -> list[Block]:
    rows = [[item.title, item.by, item.value or "—", _moment(item.supplied_at)] for item in draw.plan]
    return [
        Heading("随机源"),
        Text(f"本次抽取依据：{draw.assurance}。各项按下列次序提供。"),
        Table(["种类", "提供者", "数值", "提供时间"], rows, [14, 18, 46, 22]),
    ]


def _evidence(certificate: Certificate, address: str) -> list[Block]:
    draw = certificate.draw
    return [
        Heading("存证"),
        Facts(
            [
                ("名录摘要（SHA-256）", draw.frame_sha256),
                ("名录存证", f"公开存证日志第 {draw.commit_index} 条，{_moment(draw.committed_at)}"),
                ("种子", draw.seed or ""),
                ("记录摘要（SHA-256）", certificate.record_sha256),
                ("记录存证", f"公开存证日志第 {draw.record_index} 条，{_moment(draw.drawn_at)}"),
                ("检查点", certificate.checkpoint.rstrip("\n")),
            ]
        ),
        Heading("怎样核验"),
        Steps(
            [
                f"扫描右上角的二维码，或打开 {address}，核对本证书与公开页面是否一致。",
                f"下载名录 {address}/frame.json，其 SHA-256 应等于名录摘要；摘要在提供随机源之前已写入公开存证日志。",
                f"下载抽取记录 {address}/record.json，其 SHA-256 应等于记录摘要；用 legalcredit draw verify 重算，不需要访问本站。",
                "对照现场录像中的骰子点数与上面的随机源。",
            ]
        ),
        Signatures(["主持人", "见证人", "见证人", "日期"]),
    ]


def _each(draw: DrawPage) -> str:
    return "人" if draw.of_persons else "家"


def _named(chosen: Chosen) -> str:
    """A person with number and firm, as two may bear one name."""
    if chosen.person is None:
        return chosen.name
    firm = f"，{chosen.person.firm}" if chosen.person.firm else ""
    return f"{chosen.name}（{chosen.person.licence_number}{firm}）"


def _moment(moment: datetime | None) -> str:
    return local_text(moment) if moment else "—"
