"""信用承诺书: a pledge on paper, to be signed by whoever makes it."""

from registry.credit.pledge.find import Pledge
from registry.kernel.paper import Block, Facts, Heading, Paper, Signatures, Text

TITLE = "信用承诺书"


def paper(pledge: Pledge, *, bureau: str, public_url: str) -> Paper:
    """The pledge with lines to sign on. Its QR code leads to the pledge's page in the office."""
    listed = pledge.listed
    blocks: list[Block] = [
        Facts(
            [
                ("承诺编码", listed.code),
                ("承诺人", listed.promiser_name),
                ("承诺人类别", pledge.promiser_kind),
                ("承诺人代码", pledge.promiser_hint),
                ("承诺类型", listed.kind),
                ("承诺事由", pledge.reason),
            ]
        ),
        Heading("承诺内容"),
        Text(pledge.content),
        Heading("违诺责任"),
        Text(pledge.liability),
        Heading("期限与公开"),
        Facts(
            [
                ("承诺作出日期", listed.given_on.isoformat()),
                ("承诺有效期", f"至 {listed.valid_until.isoformat()}" if listed.valid_until else "未定期限"),
                ("承诺受理单位", f"{pledge.accepted_by}（{pledge.accepted_by_code}）"),
                ("公开类型", pledge.disclosure),
            ]
        ),
        Heading("签署"),
        Text(
            "本承诺人已阅知以上内容，自愿作出承诺；履行状态由受理单位认定并记入信用记录，"
            "未履行的依约定承担违诺责任。"
        ),
        Signatures(["承诺人（签名或盖章）", "签署日期"]),
    ]
    return Paper(
        title=TITLE,
        name=f"{TITLE} {listed.code}",
        bureau=bureau,
        address=f"{public_url}/staff/pledges/{listed.public_id}",
        blocks=blocks,
    )
