"""政府信息公开申请答复书 (政府信息公开条例第三十六条): the answer on paper, with the remedies."""

from publicity.requests import rules
from publicity.requests.find import Answer
from registry.kernel.paper import Block, Facts, Heading, Mark, Paper, Seal, Text

TITLE = "政府信息公开申请答复书"


def paper(answer: Answer, *, bureau: str, public_url: str) -> Paper:
    """The letter to the applicant; of an answer that nobody signed yet it says so."""
    listed = answer.listed
    decision = listed.decision
    signed = listed.answered_on is not None
    blocks: list[Block] = []
    if not signed:
        blocks.append(Mark("拟稿，未经审签，不得送达。"))
    about = {
        "登记编号": listed.number,
        "申请人": answer.name,
        "收到申请": listed.received_on.isoformat(),
        "申请内容": answer.description,
    }
    blocks += [Facts(list(about.items())), Heading("答复")]
    if decision:
        blocks.append(Facts([("处理决定", decision.title), ("依据", decision.basis)]))
    blocks += [Text(part) for part in answer.reply.splitlines() if part.strip()]
    if decision and decision.remedy:
        blocks += [Heading("救济途径"), Text(decision.remedy)]
    if not rules.CHECKED:
        blocks.append(Text("（依据和救济途径的表述待与现行条文核对。）"))
    blocks.append(Seal(bureau, listed.answered_on.isoformat() if listed.answered_on else "未审签"))
    return Paper(
        title=TITLE,
        name=f"{TITLE} {listed.number}",
        bureau=bureau,
        address=f"{public_url}/requests/status",
        blocks=blocks,
    )
