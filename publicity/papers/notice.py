"""公示信息: a current notice on paper, from the same public record as its page."""

from collections.abc import Iterator
from dataclasses import dataclass

from publicity.lookup import wording
from publicity.notices.find import Shown
from registry.kernel.clock import local_text
from registry.kernel.paper import Block, Facts, Heading, Mark, Paper, Steps, Table, Text
from registry.kernel.work import WorkSession
from registry.ledger import book

TITLE = "公示信息"


@dataclass(frozen=True)
class Sheet:
    """A current notice; `checkpoint` is the first signed head of the public book that covers its latest version."""

    notice: Shown
    checkpoint: str


def sheet(session: WorkSession, notice: Shown) -> Sheet:
    return Sheet(notice, book.first_checkpoint(session, "public", notice.versions[-1].position))


def paper(sheet: Sheet, *, bureau: str, public_url: str) -> Paper:
    """The notice as it is printed."""
    notice = sheet.notice
    address = f"{public_url}/notices/{notice.public_id}"
    return Paper(
        title=TITLE,
        name=f"{TITLE} {notice.public_id}",
        bureau=bureau,
        address=address,
        blocks=[
            Heading(notice.title),
            *(Mark(f"{mark}。处理期间本公示继续显示，结果以更正或撤下为准。") for mark in notice.marks),
            Facts(list(_about(notice))),
            Heading("公示内容"),
            Facts(list(_content(notice, public_url))),
            *_evidence(sheet, address),
        ],
    )


def _about(notice: Shown) -> Iterator[tuple[str, str]]:
    subject = notice.subject
    facts = {
        "类别": notice.kind_title,
        "相对人": subject["name"],
        "统一社会信用代码": subject.get("uscc", ""),
        "执业证号": subject.get("licence_number", ""),
        "决定日期": notice.decided_on.isoformat(),
        "公开时间": local_text(notice.published_at),
        "公示截止": notice.until.isoformat() if notice.until else "长期",
    }
    yield from ((label, text) for label, text in facts.items() if text)


def _content(notice: Shown, public_url: str) -> Iterator[tuple[str, str]]:
    for code, text in notice.columns.items():
        yield wording.column_title(code), wording.column_text(text, code)
    for name, value in notice.detail.items():
        if title := wording.detail_title(name):
            yield title, value if isinstance(value, str) else "；".join(value)
    if draw := notice.detail.get("draw"):
        yield "抽取记录", f"{public_url}/draws/{draw}"


def _evidence(sheet: Sheet, address: str) -> list[Block]:
    rows = [
        [str(version.number), version.title, str(version.position), local_text(version.at)]
        for version in sheet.notice.versions
    ]
    return [
        Heading("存证"),
        Text("这条公示的每个版本都写入了公开存证日志：公开之后如被改动，任何人都能发现。"),
        Table(["版本", "操作", "日志序号", "时间"], rows, [1, 1, 1, 2]),
        Facts([("检查点", sheet.checkpoint.rstrip("\n"))]),
        Heading("怎样核验"),
        Steps(
            [
                f"扫描右上角的二维码，或打开 {address}：以公开页面为准；公示结束后本页所载不再公开。",
                f"证明材料在 {address}.json，含叶、盐、内容的原始字节和路径；同页写明核验步骤，不需要信任本站。",
            ]
        ),
    ]
