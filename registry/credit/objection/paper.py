"""异议受理回执 and 异议处理结果告知书: what the subject takes home, from the same rows as the page. Pure."""

from collections.abc import Iterator

from registry.credit.find import Event
from registry.credit.objection import states
from registry.credit.objection.find import Objection
from registry.credit.objection.terms import Name
from registry.kernel.clock import local_day
from registry.kernel.faults import NotFound
from registry.kernel.paper import Block, Facts, Heading, Paper, Steps, Text

RECEIPT, ANSWER = "异议受理回执", "异议处理结果告知书"


def receipt(objection: Objection, *, bureau: str, public_url: str) -> Paper:
    """What was received when, that the record is marked, and by which day which step is due."""
    return _paper(
        RECEIPT,
        objection,
        [
            Text(
                f"{objection.event.subject.name}：您对下列信用信息提出的异议，本机关已于{objection.listed.received_on.isoformat()}收到"
                "并受理。自受理登记之时起，该信息在公示中带有“异议处理中”标注，直至处理结果告知您为止。"
            ),
            Heading("异议的信息"),
            Facts([("受理编号", objection.listed.public_id), *about(objection.event)]),
            Heading("您的请求"),
            Facts(
                [
                    ("请求事项", objection.asked_title),
                    ("内容和理由", objection.statement),
                    ("身份核验", objection.identified_by_title),
                ]
            ),
            Heading("办理时限"),
            Steps(list(_terms(objection))),
            Text(f"依据：{objection.terms.basis}。时限按工作日计算，自收到的次日起算。"),
        ],
        bureau=bureau,
        public_url=public_url,
    )


def answer(objection: Objection, *, bureau: str, public_url: str) -> Paper:
    """The latest decision with its reason and what can be done against it. Raises NotFound before there is one."""
    decision = objection.decision
    if decision is None or decision.outcome is None:
        raise NotFound("还没有处理决定")
    final = decision.step == "review"
    return _paper(
        ANSWER,
        objection,
        [
            Text(
                f"{objection.event.subject.name}：您于{objection.listed.received_on.isoformat()}对下列信用信息提出的异议"
                f"{'（复核申请）' if final else ''}，本机关已处理完毕，现将结果告知您。"
            ),
            Heading("异议的信息"),
            Facts([("受理编号", objection.listed.public_id), *about(objection.event)]),
            Heading("复核结果" if final else "处理结果"),
            Facts(
                [
                    ("结果", states.OUTCOMES[decision.outcome]),
                    ("事实和理由", decision.note),
                    ("作出日期", local_day(decision.at).isoformat()),
                    *([("核查单位", objection.source_unit)] if objection.source_unit else []),
                    ("依据", objection.terms.basis),
                ]
            ),
            Heading("救济途径"),
            Text(_remedy(objection, final=final)),
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


def _terms(objection: Objection) -> Iterator[str]:
    terms = objection.terms
    said: tuple[tuple[Name, str], ...] = (
        ("mark", "收到后 {} 个工作日内作出异议标注"),
        ("own", "属于本机关记录的，收到后 {} 个工作日内作出处理决定"),
        ("transfer", "属于其他单位的，收到后 {} 个工作日内转来源单位核查"),
        ("source", "来源单位自转办之日起 {} 个工作日内作出处理决定"),
        ("tell", "处理决定作出后 {} 个工作日内告知您"),
    )
    for name, text in said:
        own = "（本机关承诺时限）" if name in terms.own else ""
        yield text.format(terms.days[name]) + own + "。"


def _remedy(objection: Objection, *, final: bool) -> str:
    if final:
        return "本决定为复核决定。对原行政决定不服的，可以依法申请行政复议或者提起行政诉讼。"
    days = objection.terms.days["appeal"]
    return (
        f"对本处理结果不服的，可以自收到本告知书之日起 {days} 个工作日内向本机关申请复核。"
        "对原行政决定不服的，可以依法申请行政复议或者提起行政诉讼。"
    )


def _paper(title: str, objection: Objection, blocks: list[Block], *, bureau: str, public_url: str) -> Paper:
    kind, subject, _ = objection.event.subject
    page = f"{public_url}/{kind}s/{subject}" if kind else f"{public_url}/"
    return Paper(
        title=title,
        name=f"{title} {objection.listed.public_id}",
        bureau=bureau,
        address=page,
        blocks=blocks,
    )
