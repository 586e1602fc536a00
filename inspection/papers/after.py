"""Papers of what follows a visit: 责令改正通知书 with its 送达回证, and 复查记录 (行政处罚法第二十八条、第四十七条)."""

from inspection.visits.after.find import Recheck, Rectification
from inspection.visits.after.terms import on, terms
from inspection.visits.find import VisitPage
from registry.kernel.clock import local_text
from registry.kernel.paper import Block, Facts, Heading, Mark, Paper, Signatures, Steps, Table, Text

ORDER = "责令改正通知书"
RECHECK = "复查记录"
SERVICE = "送达回证"
_BLANK = "\u3000"
"""Room to write by hand."""


def order(found: Rectification, visit: VisitPage, *, bureau: str, public_url: str) -> Paper:
    """What the subject gets: what was found, what to put right by when, which rights; and the receipt of its service."""
    basis = on(terms().rectifications, found.issued_on).basis
    you = "你" if visit.subject_kind == "practitioner" else "你单位"
    by = f"{found.due_on.isoformat()} 前（含当日）"
    return Paper(
        title=ORDER,
        name=f"{ORDER} {found.listed.public_id}",
        bureau=bureau,
        address=f"{public_url}/draws/{visit.draw}",
        blocks=[
            Text(found.listed.number or ""),
            Text(f"{visit.subject_name}："),
            Text(
                f"经双随机抽查（{visit.task_title}），{_day(visit)}的检查发现{you}存在下列问题。"
                f"依据{basis}，责令{you}于 {by}改正。"
            ),
            Heading("要改正的问题"),
            Steps(list(found.problems)),
            Heading("改正要求"),
            Text(found.demands),
            Heading("告知"),
            Steps(
                [
                    f"请在 {by}书面报告改正情况，附证明材料；期限内确有困难的，应当在期满前申请延期。",
                    "期满后将复查；逾期不改正的，依法处理。复查结果依法公示，已改正的在原公示中标注。",
                    "对本通知有异议的，可以陈述、申辩，也可以依法申请行政复议或者提起行政诉讼。",
                ]
            ),
            Facts(
                [("抽查事项", visit.matter), ("下达日期", found.issued_on.isoformat()), ("下达机关", bureau)]
            ),
            Heading(SERVICE),
            Facts(
                [
                    ("送达文书", f"{ORDER} {found.listed.number or ''}"),
                    ("受送达人", visit.subject_name),
                    ("送达方式和地点", _BLANK),
                    ("代收理由", _BLANK),
                ]
            ),
            Signatures(["送达人", "送达人", "受送达人或代收人", "送达日期"]),
        ],
    )


def recheck(found: Rectification, visit: VisitPage, *, bureau: str, public_url: str) -> Paper:
    """The sheet of a re-check; what is on record already stands in it, one to be filled in while nothing is."""
    blocks: list[Block] = [
        Facts(
            [
                ("文书号", found.listed.number or ""),
                ("检查对象", visit.subject_name),
                ("任务", visit.task_title),
                ("抽查事项", visit.matter),
                ("改正期限", found.due_on.isoformat()),
                ("收到改正报告", found.reported_on.isoformat() if found.reported_on else ""),
            ]
        ),
        Heading("改正要求"),
        Text(found.demands),
    ]
    made = [one for one in found.rechecks if one.state != "returned"]
    for one in made:
        blocks += _checked(found, one)
    if not made:
        blocks += _to_fill_in(found)
    return Paper(
        title=RECHECK,
        name=f"{RECHECK} {found.listed.public_id}",
        bureau=bureau,
        address=f"{public_url}/draws/{visit.draw}",
        blocks=[
            *blocks,
            Heading("签名"),
            Text("以上记录经核对无误。"),
            Signatures(["检查人员", "检查人员", "检查对象在场人员", "日期"]),
        ],
    )


def _to_fill_in(found: Rectification) -> list[Block]:
    rows = [["□ 已改正　□ 未改正", problem] for problem in found.problems]
    return [
        Heading("复查结果"),
        Table(["结果", "问题"], rows, [2, 5]),
        Facts([("复查日期", _BLANK), ("检查人员（执法证号）", _BLANK), ("复查情况", _BLANK)]),
    ]


def _checked(found: Rectification, one: Recheck) -> list[Block]:
    rows = [["未改正" if problem in one.remaining else "已改正", problem] for problem in found.problems]
    blocks: list[Block] = [
        Heading("复查结果"),
        Table(["结果", "问题"], rows, [2, 5]),
        Facts(
            [
                ("复查日期", one.checked_on.isoformat()),
                ("检查人员（执法证号）", "、".join(one.inspectors)),
                ("复查情况", one.note),
                ("复核", local_text(one.confirmed_at) if one.confirmed_at else ""),
            ]
        ),
    ]
    if one.confirmed_at is None:
        blocks.insert(0, Mark("复查结果尚未复核。"))
    return blocks


def _day(visit: VisitPage) -> str:
    return visit.visited_on.isoformat() if visit.visited_on else ""
