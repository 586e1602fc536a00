"""无公开行政处罚证明: that no penalty of somebody is public today, on paper, with the proof in the file."""

from publicity.proving.certificate import Statement
from registry.kernel.paper import Block, Facts, Heading, Paper, Seal, Steps, Text

TITLE = "无公开行政处罚证明"
ATTACHED = "certificate.json"
_STEPS = (
    "用 PDF 阅读器打开：印章有效、文件未被改动时，阅读器显示签章有效；打印件请扫描右上角二维码，以公开页面为准。",
    "不信任本站也能核验：文件内附 {file}，载有公开存证日志的叶、路径和签名检查点。",
    "离线运行 legalcredit certificate verify，给出本文件和日志公钥，即重算全部哈希；同一个根之下，“有处罚”与“无处罚”只有一个能够通过。",
    "所依据的根是日志 {origin} 的第 {index} 条，每日及每次变动后更新；其后是否另有新根，可在公开日志中查看。",
)


def paper(stated: Statement, *, bureau: str, public_url: str, origin: str, sealed: bool) -> Paper:
    """The certificate of a statement without penalties. `sealed`: the office has a seal, and its place is left."""
    place = "practitioners" if stated.kind == "practitioner" else "organisations"
    address = f"{public_url}/{place}/{stated.public_id}"
    number = "执业证号" if stated.kind == "practitioner" else "统一社会信用代码"
    day = f"{stated.day.year}年{stated.day.month}月{stated.day.day}日"
    end: Block = (
        Seal(bureau, day) if sealed else Text(f"{bureau}　{day}（本机关未配置电子印章，请以公开页面为准）")
    )
    return Paper(
        title=TITLE,
        name=f"{TITLE} {stated.public_id}",
        bureau=bureau,
        address=address,
        blocks=[
            Facts(
                [
                    ("姓名" if stated.kind == "practitioner" else "名称", stated.name),
                    (number, "、".join(stated.numbers)),
                ]
            ),
            Text(
                f"截至{day}，在本机关的行政处罚公示中，没有上述主体正在公示的行政处罚信息。"
                "未公开、公示期已满、已依法修复或撤下的信息，以及其他机关的公示，不在本证明之内。"
            ),
            end,
            Heading("怎样核验"),
            Steps([step.format(file=ATTACHED, origin=origin, index=stated.index) for step in _STEPS]),
            Facts([("检查点", stated.checkpoint.rstrip("\n"))]),
        ],
    )
