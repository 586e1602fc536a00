"""信用修复告知书, which goes with every decision (两书同达, 国办发〔2025〕22号), and 信用修复决定书. Pure."""

from collections.abc import Iterator
from datetime import date

from registry.credit.casework.steps import Step
from registry.credit.catalogue import Term
from registry.credit.find import Event
from registry.credit.repair.find import Prospect, Repair
from registry.credit.repair.rules import Regime
from registry.kernel.clock import local_day
from registry.kernel.faults import NotFound
from registry.kernel.paper import Block, Facts, Heading, Paper, Steps, Table, Text

GUIDE = "信用修复告知书"
_TITLES = {
    "grant": "准予信用修复决定书",
    "refuse": "不予信用修复决定书",
    "decline": "不予受理信用修复申请决定书",
}


def guide(prospect: Prospect, *, bureau: str, public_url: str) -> Paper:
    """What goes with the decision: the class, how long it is public, from when and how repair may be asked for."""
    event, regime = prospect.event, prospect.regime
    return _paper(
        GUIDE,
        event,
        event.public_id,
        [
            Text(
                f"{event.subject.name}：下列决定产生的信用信息将依法记录和公示。现将公示期限和申请信用修复的条件、"
                "途径一并告知您。"
            ),
            Heading("信用信息"),
            Facts(list(about(event))),
            Heading("公示期限"),
            Facts(list(_terms(event, event.term, prospect.first))),
            Heading("信用修复的条件"),
            Text("同时具备下列条件的，可以申请信用修复："),
            Table(
                ["条件", "依据"],
                [[condition.title, condition.basis] for condition in prospect.conditions],
                [2, 5],
            ),
            Heading("怎样申请"),
            Steps(list(_how(bureau, regime))),
            Text("达到最长公示期的，公示自行停止，不需要申请。"),
            Text(f"依据：{regime.title}；国办发〔2025〕22号。"),
            Heading("送达"),
            Facts([("受送达人（签名或盖章）", ""), ("送达日期", "")]),
        ],
        bureau=bureau,
        public_url=public_url,
    )


def decision(repair: Repair, *, bureau: str, public_url: str) -> Paper:
    """How the request ended, why, and what can be done. Raises NotFound before it did."""
    ended = repair.decision
    if ended is None:
        raise NotFound("还没有决定")
    return _paper(
        _TITLES[ended.step],
        repair.event,
        repair.listed.public_id,
        [
            Text(
                f"{repair.event.subject.name}：您于{repair.listed.applied_on.isoformat()}就下列信用信息提出信用修复申请。"
                "经审查，决定如下。"
            ),
            Heading("信用信息"),
            Facts([("申请编号", repair.listed.public_id), *about(repair.event)]),
            Heading("条件审查"),
            Table(
                ["条件", "审查情况", "依据"],
                [[condition.title, condition.found, condition.basis] for condition in repair.conditions],
                [2, 3, 4],
            ),
            Heading("决定"),
            *_outcome(ended),
        ],
        bureau=bureau,
        public_url=public_url,
    )


def about(event: Event) -> Iterator[tuple[str, str]]:
    """The event in the words of a paper."""
    yield "信息主体", event.subject.name
    yield "信息类别", event.kind.title
    yield "文书号", event.document_number or ""
    yield "决定日期", event.decided_on.isoformat()
    yield "作出机关", event.authority or ""
    yield "摘要", event.summary


def _terms(event: Event, term: Term, first: date | None) -> Iterator[tuple[str, str]]:
    yield "失信程度", event.severity or "一般（未分级的按一般）"
    yield "是否公示", "公示" if term.public else "原则上不予公示"
    yield (
        "最短公示期",
        f"{(term.min_until - event.decided_on).days} 天，至 {term.min_until}"
        if term.min_until
        else "没有规定",
    )
    yield (
        "最长公示期",
        f"{(term.max_until - event.decided_on).days} 天，至 {term.max_until}"
        if term.max_until
        else "没有规定",
    )
    yield "可以申请修复", f"自 {first.isoformat()} 起" if first else "履行义务后即可申请"
    yield "依据", term.basis


def _how(bureau: str, regime: Regime) -> Iterator[str]:
    yield f"向{bureau}（作出决定的机关）提出申请，或者通过“信用中国”网站提出。"
    yield "提交履行义务、纠正失信行为的证明材料和签署的信用承诺书；机构出示统一社会信用代码，个人出示身份证件。"
    yield (
        f"本机关在 {regime.accept} 个工作日内决定是否受理，自受理之日起 {regime.decide} 个工作日内作出决定；"
        f"案情复杂的可以延长一次，不超过 {regime.extend} 个工作日。"
    )
    yield "准予修复的，公示在决定的同时停止，并停止共享和使用；不予修复的，书面说明理由和救济途径。"


def _outcome(ended: Step) -> Iterator[Block]:
    said = {
        "grant": "准予信用修复。自本决定作出之时起，本机关终止该信息的公示，并停止共享和使用。",
        "refuse": "不予信用修复。",
        "decline": "不予受理信用修复申请。",
    }
    yield Facts(
        [
            ("决定", said[ended.step]),
            ("理由", ended.note),
            ("作出日期", local_day(ended.at).isoformat()),
        ]
    )
    if ended.step != "grant":
        yield Heading("救济途径")
        yield Text(
            "条件具备后可以再次申请。不服本决定的，可以自收到本决定书之日起六十日内申请行政复议（行政复议法第二十条），"
            "或者六个月内向人民法院提起行政诉讼（行政诉讼法第四十六条）。"
        )


def _paper(
    title: str, event: Event, number: str, blocks: list[Block], *, bureau: str, public_url: str
) -> Paper:
    kind, subject, _ = event.subject
    return Paper(
        title=title,
        name=f"{title} {number}",
        bureau=bureau,
        address=f"{public_url}/{kind}s/{subject}" if kind else f"{public_url}/",
        blocks=blocks,
    )
