"""What was noted at a visit, as the record sheet prints it: answers, what was seen and said, files, signatures."""

from collections.abc import Sequence

from inspection.visits.fieldwork import checklists
from inspection.visits.fieldwork.find import CheckIn, Fieldwork, Noted, Signature
from registry.kernel.clock import local_text
from registry.kernel.paper import Block, Drawn, Facts, Heading, Mark, Signatures, Table, Text

_SUBJECT = "检查对象在场人员"


def answers(noted: Fieldwork) -> list[Block]:
    """The checklists of all matters; empty boxes while nobody answered."""
    if not noted.answers:
        return []
    boxes = "　".join(f"□ {title}" for title in checklists.table().answers.values())
    rows = [
        [
            one.matter_name,
            f"{one.text}（{one.basis}）",
            one.value_title or boxes,
            one.note,
        ]
        for one in noted.answers
    ]
    return [Heading("检查表"), Table(["事项", "检查项", "答复", "说明"], rows, [4, 9, 4, 5])]


def scene(noted: Fieldwork) -> list[Block]:
    """Who was there when, what was seen, what the subject said to it (行政处罚法第四十五条), and the files by digest."""
    blocks: list[Block] = [
        Heading("现场情况"),
        Facts(
            [
                ("到场", "；".join(map(_check_in, noted.check_ins))),
                ("现场情况", _said(noted.scene)),
                ("检查对象的陈述申辩", _said(noted.statement)),
            ]
        ),
    ]
    if noted.attachments:
        rows = [
            [one.name, one.caption, local_text(one.noted.noted_at), one.digest] for one in noted.attachments
        ]
        blocks.append(Table(["照片和材料", "说明", "时间", "SHA-256"], rows, [5, 5, 4, 8]))
    return blocks


def signatures(noted: Fieldwork, inspectors: Sequence[str]) -> list[Block]:
    """A line for each who has to sign, with what was drawn on the screen; who refused is said in words."""
    by_role = {one.role: one for one in noted.signatures}
    wanted = [(f"inspector:{certificate}", f"检查人员（{certificate}）") for certificate in inspectors]
    wanted += [("subject", _SUBJECT)]
    wanted += [(role, one.role_title) for role, one in by_role.items() if role not in dict(wanted)]
    blocks: list[Block] = [Heading("签名"), Text("以上记录经核对无误。")]
    blocks += [_refused(one) for one in noted.signatures if one.refused]
    if any(not one.stands for one in noted.signatures):
        blocks.append(Mark("有人签名之后，记录又有改动；须重新签名。"))
    signed = {role: one for role, one in by_role.items() if not one.refused and one.strokes}
    if signed:
        blocks.append(Text("在屏幕上签名：" + "；".join(_when(one) for one in signed.values()) + "。"))
    drawn = [
        Drawn(signed[role].strokes, signed[role].height) if role in signed else None for role, _ in wanted
    ]
    return [*blocks, Signatures([*(title for _, title in wanted), "日期"], drawn)]


def _when(one: Signature) -> str:
    return f"{one.role_title}{one.name}，{local_text(one.noted.noted_at)}"


def _refused(one: Signature) -> Block:
    witness = f"，见证人 {one.witness}" if one.witness else ""
    return Text(f"{one.role_title}{one.name}拒绝签名：{one.reason}{witness}。")


def _check_in(one: CheckIn) -> str:
    reason = f"（{one.reason}）" if one.reason else ""
    who = f"检查人员 {one.noted.certificate}" if one.noted.certificate else one.noted.by
    return f"{who}，{local_text(one.noted.noted_at)}，{one.shown_title}{reason}"


def _said(one: Noted | None) -> str:
    if one is None:
        return ""
    return "没有陈述申辩" if one.content.get("waived") else str(one.content["text"])
