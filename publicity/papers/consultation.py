"""征求意见书 and 告知书: what the office writes to a third party before and after it decides to publish."""

from datetime import date

from publicity.release.consultation import rules
from publicity.release.consultation.find import Consultation
from registry.kernel.paper import Block, Facts, Heading, Paper, Seal, Signatures, Steps, Text

ASKED, TOLD = "征求第三方意见书", "向第三方告知书"


def asking(asked: Consultation, title: str, *, bureau: str, public_url: str) -> Paper:
    """征求意见书（政府信息公开条例第三十二条）."""
    return _paper(
        ASKED,
        asked,
        bureau,
        public_url,
        [
            Text(
                f"{asked.name}：本机关拟公开下列信息，其中有的内容可能涉及你（单位）的{asked.concern}。依照{rules.BASIS}，现书面征求意见。"
            ),
            Heading("拟公开的信息"),
            Facts([("信息名称", title), ("涉及的内容", asked.about), ("涉及", asked.concern)]),
            Heading("怎样答复"),
            Steps(
                [
                    f"请自收到本意见书之日起{rules.WORKDAYS}个工作日内书面答复，写明是否同意公开；不同意的，请说明理由。",
                    "不同意公开并且有合理理由的，本机关不予公开。",
                    "逾期没有答复的，不视为同意，由本机关依法决定是否公开。",
                    "不公开可能对公共利益造成重大影响的，本机关可以决定公开，并把公开的内容和理由书面告知你（单位）。",
                ]
            ),
            Heading("答复"),
            Facts([("是否同意公开", "□ 同意　　□ 不同意"), ("理由", "")]),
            Signatures(["第三方签名或者盖章", "日期"]),
            Seal(bureau, asked.asked_on.isoformat()),
        ],
    )


def telling(asked: Consultation, title: str, *, bureau: str, public_url: str, today: date) -> Paper:
    """告知书 after a decision to publish against an objection (条例第三十二条)."""
    return _paper(
        TOLD,
        asked,
        bureau,
        public_url,
        [
            Text(
                f"{asked.name}：本机关就下列信息征求过你（单位）的意见，你（单位）不同意公开。经审查，本机关认为不公开可能对公共利益造成重大影响，"
                f"依照{rules.BASIS}决定如下。"
            ),
            Facts(
                [
                    ("信息名称", title),
                    ("涉及的内容", asked.about),
                    ("决定", asked.decision or ""),
                    ("理由", asked.reason),
                    ("决定日期", (asked.decided_on or today).isoformat()),
                ]
            ),
            Text("对本决定不服的，可以依法申请行政复议或者提起行政诉讼。"),
            Seal(bureau, today.isoformat()),
        ],
    )


def _paper(title: str, asked: Consultation, bureau: str, public_url: str, blocks: list[Block]) -> Paper:
    return Paper(
        title=title, name=f"{title} {asked.public_id}", bureau=bureau, address=f"{public_url}/", blocks=blocks
    )
