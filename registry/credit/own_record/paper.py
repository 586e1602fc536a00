"""本人信用记录: the whole record on paper, for its subject alone. Pure."""

from collections.abc import Iterator

from registry.credit.own_record.find import OwnRecord
from registry.kernel.clock import local_text
from registry.kernel.paper import Block, Facts, Heading, Mark, Paper, Table, Text

TITLE = "本人信用记录"
RIGHTS = (
    "认为记录有错误、遗漏的，可以向本机关提出异议；行政处罚和列入名单的记录符合条件的，可以申请信用修复。"
    "查询记录只保存规定的年限，期满清除。"
)


def paper(record: OwnRecord, *, number: str, bureau: str, public_url: str) -> Paper:
    """`number` is the public id of the request that opened the record."""
    return Paper(
        title=TITLE,
        name=f"{TITLE} {number}",
        bureau=bureau,
        address=f"{public_url}/{record.subject.kind}s/{record.subject.public_id}",
        blocks=list(_blocks(record, number)),
    )


def _blocks(record: OwnRecord, number: str) -> Iterator[Block]:
    yield Mark("本记录含未公开的信息，仅供信息主体本人使用，请妥善保管。")
    yield Facts([("查询编号", number), ("出具时间", local_text(record.compiled_at))])
    yield Heading("登记内容")
    yield Facts(record.particulars)
    yield from _table("登记的经过", ["事项", "内容"], [list(change) for change in record.changes], [2, 5])
    yield from _table(
        "信用事件",
        ["日期", "类别", "文书号", "内容", "使用范围", "后续"],
        [
            [
                line.event.decided_on.isoformat(),
                line.event.kind.title,
                line.event.document_number or "",
                line.event.summary,
                line.event.scope,
                "；".join(line.notes),
            ]
            for line in record.events
        ],
        [3, 3, 4, 5, 3, 4],
    )
    for graded in record.standings:
        yield Heading(f"信用等级（{graded.kind}）")
        yield Facts([("等级", graded.grade), ("规则", graded.rules)])
        if graded.reasons:
            rows = [[day.isoformat(), kind, points, why] for day, kind, points, why in graded.reasons]
            yield Table(["日期", "类别", "计分", "理由"], rows, [2, 2, 1, 5])
    yield from _table(
        "异议",
        ["收到日期", "记录", "状态", "结果"],
        [
            [
                one.received_on.isoformat(),
                f"{one.event_title} {one.document_number or ''}",
                one.state_title,
                one.outcome_title or "",
            ]
            for one in record.objections
        ],
        [2, 4, 2, 3],
    )
    yield from _table(
        "信用修复",
        ["申请日期", "记录", "状态"],
        [
            [one.applied_on.isoformat(), f"{one.event_title} {one.document_number or ''}", one.state_title]
            for one in record.repairs
        ],
        [2, 4, 2],
    )
    yield from _table(
        "信用承诺",
        ["承诺编码", "类型", "作出日期", "履行情况"],
        [[one.code, one.kind, one.given_on.isoformat(), one.state_title] for one in record.pledges],
        [3, 2, 2, 2],
    )
    yield from _table(
        "谁查看过",
        ["时间", "查看人", "事项", "事由"],
        [
            [local_text(look.at), look.name or "已清除", look.title, look.purpose or ""]
            for look in record.looks
        ],
        [3, 2, 3, 4],
    )
    yield Heading("您的权利")
    yield Text(RIGHTS)


def _table(title: str, headings: list[str], rows: list[list[str]], widths: list[int]) -> Iterator[Block]:
    yield Heading(title)
    yield Table(headings, rows, widths) if rows else Text("没有记录。")
