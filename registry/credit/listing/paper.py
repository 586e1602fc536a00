"""The papers of a listing: 列入事先告知书, 列入决定书, 移出决定书, and the notice of a red list's candidates."""

from collections.abc import Mapping, Sequence

from registry.credit.listing import moves
from registry.credit.listing.find import Case, Step
from registry.kernel.faults import NotFound
from registry.kernel.paper import Block, Facts, Heading, Paper, Signatures, Steps, Text

WARNING, NOTICE, DECISION, REMOVAL = "warning", "notice", "decision", "removal"
TITLES: Mapping[str, str] = {
    WARNING: "列入名单事先告知书",
    NOTICE: "拟列入守信红名单公示",
    DECISION: "列入名单决定书",
    REMOVAL: "移出名单决定书",
}
_SIGNED: Mapping[str, Sequence[str]] = {
    WARNING: ("送达人", "收件人（签名或盖章）", "收到日期"),
    NOTICE: ("经办人",),
    DECISION: ("签发人", "收件人（签名或盖章）", "送达人", "收到日期"),
    REMOVAL: ("签发人", "收件人（签名或盖章）", "送达人", "收到日期"),
}
_ACTS: Mapping[str, Sequence[str]] = {
    WARNING: ("warn",), NOTICE: ("announce",), DECISION: ("decide",), REMOVAL: ("remove", moves.LAPSE),
}  # fmt: skip
_UNNUMBERED = "（不另编文书号）"


def papers_of(case: Case) -> list[tuple[str, str]]:
    """The papers that the case has so far, by kind, with their titles."""
    return [(kind, TITLES[kind]) for kind in _ACTS if _step(case, kind) is not None]


def _step(case: Case, kind: str) -> Step | None:
    return next((step for act in _ACTS.get(kind, ()) if (step := case.step(act)) is not None), None)


def paper(
    case: Case, kind: str, *, identity: str, measures: Sequence[str], bureau: str, public_url: str
) -> Paper:
    """One paper of a case. `identity` is the subject's public number, `measures` what the list brings with it.

    Raises NotFound for a paper whose step was not taken.
    """
    step = _step(case, kind)
    if step is None:
        raise NotFound("还没有这份文书")
    head = Facts(
        [
            ("文书号", step.document_number or _UNNUMBERED),
            ("当事人", case.listed.subject.name),
            ("统一社会信用代码或执业证号", identity),
            *((role, name) for role, name in case.responsible),
            ("名单", case.rules.title),
            ("日期", step.on.isoformat()),
        ]
    )
    return Paper(
        title=TITLES[kind],
        name=f"{TITLES[kind]} {case.listed.public_id}",
        bureau=bureau,
        address=f"{public_url}/staff/listings/{case.listed.public_id}",
        blocks=[
            head,
            *_BODIES[kind](case, measures),
            Signatures(_SIGNED[kind]),
            Text(f"{case.authority}（印章）　　{step.on.isoformat()}"),
        ],
    )


def _grounds(case: Case) -> list[Block]:
    return [
        Heading("事由和依据"),
        Facts(
            [
                ("列入事由", case.cause),
                ("事实和证据", case.facts),
                ("列入标准", "；".join(case.criteria)),
                ("依据", case.rules.basis_text),
            ]
        ),
    ]


def _consequences(case: Case, measures: Sequence[str]) -> list[Block]:
    public = "名单信息、移出条件和救济途径一并向社会公开" if case.rules.public else "不公开"
    blocks: list[Block] = [
        Heading("列入的后果"),
        Facts([("列入期限", f"{case.rules.term_months} 个月，自决定之日起算"), ("公开", public)]),
    ]
    if measures:
        blocks += [Heading("列入后适用的措施"), Steps(list(measures))]
    return blocks


def _warning(case: Case, measures: Sequence[str]) -> list[Block]:
    days = case.rules.workdays["window"]
    return [
        Heading("告知"),
        Text(f"本机关拟将你（单位）列入{case.rules.title}，现将事实、理由、依据和你（单位）的权利告知如下。"),
        *_grounds(case),
        *_consequences(case, measures),
        Heading("你（单位）的权利"),
        Text(
            f"你（单位）可以自收到本告知书之日起 {days} 个工作日内向本机关提出陈述、申辩，并提交证据。"
            "提出的事实、理由成立的，本机关予以采纳，不因陈述、申辩加重处理；逾期未提出的，视为放弃。"
        ),
    ]


def _notice(case: Case, measures: Sequence[str]) -> list[Block]:
    posted = case.step("announce")
    until = case.listed.window_until
    return [
        Heading("公示"),
        Text(f"现将拟列入{case.rules.title}的对象予以公示，接受社会监督。"),
        Facts(
            [
                ("拟列入理由", case.cause),
                ("列入标准", "；".join(case.criteria)),
                ("依据", case.rules.basis_text),
                (
                    "公示期",
                    f"{posted.on.isoformat() if posted else ''} 至 {until.isoformat() if until else ''}",
                ),
            ]
        ),
        Text("对公示对象有异议的，请在公示期内以书面方式向本机关提出，并写明事实和联系方式。"),
    ]


def _decision(case: Case, measures: Sequence[str]) -> list[Block]:
    answer = case.step("reject") or case.step("dismiss")
    defence = case.step("defend") or case.step("object")
    what = "陈述、申辩" if case.rules.colour == "black" else "异议"
    heard = f"期限内没有收到{what}。"
    if defence is not None:
        heard = f"{defence.on.isoformat()} 收到{what}，经复核：{answer.text if answer else '已答复'}"
    until = case.listed.until
    return [
        Heading("决定"),
        Text(f"本机关决定将你（单位）列入{case.rules.title}。"),
        *_grounds(case),
        Heading(f"{what}和复核"),
        Text(heard),
        *_consequences(case, measures),
        Heading("移出和救济"),
        Facts(
            [
                ("列入期限至", until.isoformat() if until else ""),
                *([("最早可提前移出日期", f"{case.earliest}")] if case.rules.early_months else []),
                ("移出条件", case.rules.removal),
                ("救济途径和期限", case.rules.remedies),
                ("决定方式", case.rules.decided_by),
            ]
        ),
    ]


def _removal(case: Case, measures: Sequence[str]) -> list[Block]:
    sought, listed = case.step("seek"), case.step("decide")
    return [
        Heading("决定"),
        Text(f"本机关决定将你（单位）移出{case.rules.title}，自本决定之日起停止公示，相关措施同时解除。"),
        Facts(
            [
                ("原决定文书号", (listed.document_number or "") if listed else ""),
                ("列入日期", case.listed.listed_on.isoformat() if case.listed.listed_on else ""),
                ("移出理由", case.listed.removal_title),
                *([("事实", sought.text)] if sought else []),
                ("移出日期", case.listed.removed_on.isoformat() if case.listed.removed_on else ""),
                ("依据", case.rules.basis_text),
            ]
        ),
        Heading("救济途径"),
        Text(case.rules.remedies),
    ]


_BODIES = {WARNING: _warning, NOTICE: _notice, DECISION: _decision, REMOVAL: _removal}
