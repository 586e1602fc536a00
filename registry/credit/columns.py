"""The columns of double publicity: 行政许可 (XK) and 行政处罚 (CF), as 发改办财金〔2018〕424号 has them.

Dates stand as `yyyy-mm-dd`, amounts in 万元 with six decimals, everything as text under its code. `RESTRICTED` codes
never appear in public. What cities add to the standard (scope of use, grade, rights code) keeps its local code.
"""

from dataclasses import dataclass
from typing import Literal

Type = Literal["text", "name", "code", "uscc", "date", "end", "amount", "id_type", "id_number"]
Need = Literal["must", "if", "may"]


@dataclass(frozen=True)
class Field:
    """`need`: what the national platform asks: always, by condition, or never. `length` counts characters."""

    code: str
    title: str
    length: int
    need: Need
    type: Type = "text"
    restricted: bool = False
    also: tuple[str, ...] = ()

    @property
    def spoken(self) -> str:
        """The name that people use: for 行政相对人代码_1 to _6, which code it is."""
        return self.also[0] if self.title.startswith("行政相对人代码_") else self.title


def _subject(prefix: str) -> tuple[Field, ...]:
    """Who the decision is about: columns 1 to 13, the same for both kinds."""
    return (
        Field(f"{prefix}_XDR_MC", "行政相对人名称", 200, "must", "name"),
        Field(f"{prefix}_XDR_LB", "行政相对人类别", 16, "must"),
        Field(f"{prefix}_XDR_SHXYM", "行政相对人代码_1", 18, "if", "uscc", also=("统一社会信用代码",)),
        Field(f"{prefix}_XDR_GSZC", "行政相对人代码_2", 50, "if", "code", also=("工商注册号", "工商登记码")),
        Field(f"{prefix}_XDR_ZZJG", "行政相对人代码_3", 9, "may", "code", also=("组织机构代码",)),
        Field(f"{prefix}_XDR_SWDJ", "行政相对人代码_4", 20, "may", "code", also=("税务登记号",)),
        Field(f"{prefix}_XDR_SYDW", "行政相对人代码_5", 12, "may", "code", also=("事业单位证书号",)),
        Field(f"{prefix}_XDR_SHZZ", "行政相对人代码_6", 50, "may", "code", also=("社会组织登记证号",)),
        Field(f"{prefix}_FRDB", "法定代表人", 50, "if", also=("法定代表人姓名", "负责人")),
        Field(f"{prefix}_FR_ZJLX", "法定代表人证件类型", 64, "if", "id_type", restricted=True),
        Field(
            f"{prefix}_FR_ZJHM", "法定代表人证件号码", 64, "if", "id_number", restricted=True,
            also=(f"{prefix}_FR_SFZH", "法定代表人身份证号", "法定代表人身份证号码"),
        ),
        Field(f"{prefix}_XDR_ZJLX", "证件类型", 64, "if", "id_type", restricted=True),
        Field(f"{prefix}_XDR_ZJHM", "证件号码", 64, "if", "id_number", restricted=True, also=("证件号",)),
    )  # fmt: skip


PERMIT = (
    *_subject("XK"),
    Field("XK_XKWS", "行政许可决定文书名称", 64, "must", also=("许可文书名称",)),
    Field("XK_WSH", "行政许可决定文书号", 64, "must", also=("许可文书号",)),
    Field("XK_XKLB", "许可类别", 256, "must"),
    Field("XK_XKZS", "许可证书名称", 64, "may"),
    Field("XK_XKBH", "许可编号", 64, "may", also=("许可证书编号",)),
    Field("XK_NR", "许可内容", 4000, "must"),
    Field("XK_JDRQ", "许可决定日期", 10, "must", "date"),
    Field("XK_YXQZ", "有效期自", 10, "must", "date", also=("许可有效期始",)),
    Field("XK_YXQZI", "有效期至", 10, "must", "end", also=("许可有效期终",)),
    Field("XK_XKJG", "许可机关", 200, "must", also=("许可机构",)),
    Field("XK_XKJGDM", "许可机关统一社会信用代码", 18, "must", "uscc", also=("许可机构统一社会信用代码",)),
    Field("XK_ZT", "当前状态", 1, "must", also=("许可状态",)),
    Field("XK_LYDW", "数据来源单位", 200, "must"),
    Field("XK_LYDWDM", "数据来源单位统一社会信用代码", 18, "must", "uscc"),
    Field("BZ", "备注", 512, "may"),
)

PENALTY = (
    *_subject("CF"),
    Field("CF_WSH", "行政处罚决定书文号", 64, "must", also=("行政处罚决定文书号", "处罚决定书文号", "文书号")),
    Field("CF_WFXW", "违法行为类型", 2000, "must"),
    Field("CF_SY", "违法事实", 5000, "must", also=("处罚事由",)),
    Field("CF_YJ", "处罚依据", 2048, "must"),
    Field("CF_CFLB", "处罚类别", 64, "must"),
    Field("CF_NR", "处罚内容", 4000, "must", also=("处罚结果",)),
    Field("CF_NR_FK", "罚款金额", 25, "if", "amount"),
    Field(
        "CF_NR_WFFF", "没收违法所得、没收非法财物的金额", 25, "if", "amount",
        also=("没收违法所得没收非法财物的金额", "没收金额"),
    ),
    Field("CF_NR_ZKDX", "暂扣或吊销证照名称及编号", 200, "if"),
    Field("CF_JDRQ", "处罚决定日期", 10, "must", "date", also=("处罚日期",)),
    Field("CF_YXQ", "处罚有效期", 10, "must", "end"),
    Field("CF_GSJZQ", "公示截止期", 10, "may", "end", also=("公示截止日期",)),
    Field("CF_CFJG", "处罚机关", 200, "must"),
    Field("CF_CFJGDM", "处罚机关统一社会信用代码", 18, "must", "uscc", also=("处罚机构统一社会信用代码",)),
    Field("CF_SJLY", "数据来源单位", 200, "must"),
    Field("CF_SJLYDM", "数据来源单位统一社会信用代码", 18, "must", "uscc"),
    Field("BZ", "备注", 512, "may"),
)  # fmt: skip

LOCAL = (
    Field("XK_XMMC", "许可名称", 200, "may", also=("项目名称",)),
    Field("XK_ITEM_BM", "许可权力编码", 64, "may", "code", also=("许可权利编码", "事项编码")),
    Field("XK_SYFW", "信息使用范围", 20, "may", also=("SYFW",)),
    Field("CF_CFMC", "处罚名称", 200, "may", also=("CF_AJMC", "案件名称")),
    Field("CF_BM", "处罚权力编码", 64, "may", "code", also=("处罚权利编码", "处罚编码")),
    Field("CF_CFLB1", "处罚类别1", 64, "may"),
    Field("CF_CFLB2", "处罚类别2", 64, "may"),
    Field("CF_GSRQ", "公示日期", 10, "may", "date"),
    Field("CF_SXQ", "处罚生效期", 10, "may", "date"),
    Field("CF_SYFW", "信息使用范围", 20, "may", also=("SYFW",)),
    Field("CF_CFDJ", "失信严重程度", 20, "may"),
    Field("CF_ZT", "当前状态", 20, "may"),
    Field("DFBM", "地方编码", 12, "may", "code"),
    Field("SJC", "数据更新时间戳", 40, "may"),
)
"""Columns of the 2015 standard and of city templates that the 2018 standard has not."""

STANDARD = {"permit": PERMIT, "penalty": PENALTY}
FIELDS = {field.code: field for field in (*PERMIT, *PENALTY, *LOCAL)}
RESTRICTED = frozenset(field.code for field in FIELDS.values() if field.restricted)
"""Numbers and kinds of identity papers: for the government exchange at most."""

PUBLIC = {kind: frozenset(field.code for field in fields) - RESTRICTED for kind, fields in STANDARD.items()}
"""Codes that a public record may show, by kind: the columns of the standard without the restricted ones."""

SUBJECT_KINDS = ("法人及非法人组织", "自然人", "个体工商户")
ID_TYPES = ("身份证", "护照号", "港澳居民来往内地通行证", "台湾居民来往大陆通行证", "外国人永久居留身份证")
PERMIT_KINDS = ("普通", "特许", "认可", "核准", "登记")
SCOPES = ("公示", "仅政府部门内部共享", "仅可授权查询")
PENALTY_KINDS = frozenset({
    "警告", "通报批评", "罚款", "没收违法所得", "没收非法财物", "暂扣许可证件", "降低资质等级", "吊销许可证件",
    "限制开展生产经营活动", "责令停产停业", "责令关闭", "限制从业", "行政拘留",
    "暂扣或吊销许可证", "暂扣或吊销执照", "暂扣或者吊销许可证", "暂扣或者吊销执照",
    "停止执业", "停业整顿", "停止从事司法鉴定业务", "吊销执业证书", "吊销许可证", "撤销登记",
})  # fmt: skip
"""Kinds of penalty: 行政处罚法 art. 9 (2021), the list of 2018, and the words of the laws on legal services."""
