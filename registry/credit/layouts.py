"""The layouts that clerks really get: the county templates, the sheets of 2018, the columns of 2015. Pure.

Every layout names its columns by the codes of registry.credit.columns; the older ones are translated when a row is read.
"""

from registry.credit.columns import FIELDS, STANDARD, Field
from registry.roster.layout import Column, Layout

_TITLES = {
    "XK": {field.code: field for field in STANDARD["permit"]},
    "CF": {field.code: field for field in STANDARD["penalty"]},
}


def _column(code: str, *titles: str, required: bool = False) -> Column:
    """The column of the standard; own `titles` replace its names, as one name means different things in two layouts."""
    field: Field = FIELDS[code]
    return Column(code, titles or (field.title, *field.also), required=required, personal=field.restricted)


def _sheet(name: str, title: str, prefix: str, codes: str, optional: str) -> Layout:
    """A sheet of 2018: `codes` without their prefix, in order; all required but those in `optional`."""
    free = frozenset(optional.split())
    fields = _TITLES[prefix]
    columns = []
    for short in codes.split():
        code = (
            short
            if short in fields
            else f"{prefix}_{short}"
            if f"{prefix}_{short}" in fields
            else f"{prefix}_XDR_{short}"
        )
        columns.append(_column(code, required=short not in free))
    return Layout(name, title, tuple(columns))


_CODES = "SHXYM GSZC ZZJG SWDJ SYDW SHZZ"
_PERMIT = "XKWS WSH XKLB XKZS XKBH NR JDRQ YXQZ YXQZI XKJG XKJGDM ZT LYDW LYDWDM BZ"
_PENALTY = "WSH WFXW SY YJ CFLB NR NR_FK NR_WFFF NR_ZKDX JDRQ YXQ GSJZQ CFJG CFJGDM SJLY SJLYDM BZ"
_OPTIONAL = f"{_CODES} FRDB FR_ZJLX FR_ZJHM ZJLX ZJHM XKZS XKBH NR_FK NR_WFFF NR_ZKDX GSJZQ BZ"
_PERSON_OPTIONAL = "XKZS XKBH NR_FK NR_WFFF NR_ZKDX GSJZQ BZ"

PERMIT_2018 = (
    _sheet("permit-2018", "行政许可（2018）", "XK",
           f"MC LB {_CODES} FRDB FR_ZJLX FR_ZJHM ZJLX ZJHM {_PERMIT}", _OPTIONAL),
    _sheet("permit-2018-organisation", "法人行政许可（2018）", "XK",
           f"MC {_CODES} FRDB FR_ZJHM {_PERMIT}", _OPTIONAL),
    _sheet("permit-2018-person", "自然人行政许可（2018）", "XK", f"MC ZJLX ZJHM {_PERMIT}", _PERSON_OPTIONAL),
)  # fmt: skip
PENALTY_2018 = (
    _sheet("penalty-2018", "行政处罚（2018）", "CF",
           f"MC LB {_CODES} FRDB FR_ZJLX FR_ZJHM ZJLX ZJHM {_PENALTY}", _OPTIONAL),
    _sheet("penalty-2018-organisation", "法人行政处罚（2018）", "CF",
           f"MC {_CODES} FRDB FR_ZJHM {_PENALTY}", _OPTIONAL),
    _sheet("penalty-2018-person", "自然人行政处罚（2018）", "CF", f"MC ZJLX ZJHM {_PENALTY}", _PERSON_OPTIONAL),
)  # fmt: skip

_LEGAL_PERSON = ("XDR_SHXYM", "XDR_GSZC", "XDR_ZZJG", "XDR_SWDJ")

PERMIT_2015 = Layout("permit-2015", "行政许可（2015）", (
    _column("XK_WSH", "行政许可决定书文号", "行政许可决定文书号", required=True),
    _column("XK_XMMC", "项目名称", required=True),
    Column("XK_XKLB", ("审批类别", "XK_SPLB"), required=True),
    _column("XK_NR", "许可内容"),
    Column("XK_XDR_MC", ("行政相对人名称", "相对人名称", "XK_XDR"), required=True),
    _column("XK_XDR_SHXYM", "统一社会信用代码", "行政相对人代码_1"),
    Column("XK_XDR_ZZJG", ("组织机构代码", "XK_XDR_ZDM", "行政相对人代码_2")),
    Column("XK_XDR_GSZC", ("工商登记码", "XK_XDR_GSDJ", "行政相对人代码_3")),
    _column("XK_XDR_SWDJ", "税务登记号", "行政相对人代码_4"),
    Column("XK_XDR_ZJHM", ("居民身份证号", "XK_XDR_SFZ", "行政相对人代码_5"), personal=True),
    Column("XK_FRDB", ("法定代表人姓名", "法定代表人", "XK_FR")),
    _column("XK_JDRQ", "许可决定日期", required=True),
    Column("XK_YXQZI", ("许可截止期", "许可有效期", "XK_JZQ")),
    Column("XK_XKJG", ("许可机关", "XK_XZJG"), required=True),
    _column("XK_ZT", "当前状态"),
    _column("DFBM"), _column("SJC"), _column("BZ"),
))  # fmt: skip
PENALTY_2015 = Layout("penalty-2015", "行政处罚（2015）", (
    _column("CF_WSH", "行政处罚决定书文号", "行政处罚决定文书号", required=True),
    _column("CF_CFMC", "处罚名称", "案件名称", "CF_AJMC", required=True),
    _column("CF_CFLB1", "处罚类别1", required=True), _column("CF_CFLB2", "处罚类别2"),
    _column("CF_SY", "处罚事由"), _column("CF_YJ", "处罚依据"),
    _column("CF_XDR_MC", "行政相对人名称", "相对人名称", required=True),
    _column("CF_XDR_SHXYM", "统一社会信用代码", "行政相对人代码_1"),
    Column("CF_XDR_ZZJG", ("组织机构代码", "CF_XDR_ZDM", "行政相对人代码_2")),
    Column("CF_XDR_GSZC", ("工商登记码", "CF_XDR_GSDJ", "行政相对人代码_3")),
    _column("CF_XDR_SWDJ", "税务登记号", "行政相对人代码_4"),
    Column("CF_XDR_ZJHM", ("居民身份证号", "CF_XDR_SFZ", "行政相对人代码_5"), personal=True),
    Column("CF_FRDB", ("法定代表人姓名", "法定代表人", "CF_FR")),
    Column("CF_NR", ("处罚结果", "CF_JG"), required=True),
    _column("CF_JDRQ", "处罚决定日期", required=True),
    Column("CF_CFJG", ("处罚机关", "CF_XZJG"), required=True),
    _column("CF_ZT", "当前状态"),
    _column("CF_BM"), _column("CF_SYFW"), _column("CF_GSJZQ"), _column("CF_CFDJ"),
    _column("CF_SXQ"),
    _column("DFBM"), _column("SJC"), _column("BZ"),
))  # fmt: skip


def _template(name: str, title: str, *columns: Column) -> Layout:
    return Layout(name, title, columns)


def _must(code: str, *titles: str) -> Column:
    return _column(code, *titles, required=True)


_PERMIT_TAIL = (
    _column("XK_XKZS"), _column("XK_XKBH", "许可证书编号"), _column("XK_XKWS", "许可文书名称"),
    _column("XK_XKJGDM"), _column("XK_LYDW"), _column("XK_LYDWDM"),
)  # fmt: skip
_PERMIT_DATES = (
    _must("XK_JDRQ"), _column("XK_YXQZ", "许可有效期始"), _column("XK_YXQZI", "许可有效期终"),
)  # fmt: skip
_PENALTY_MIDDLE = (
    _column("CF_GSRQ"), _column("CF_GSJZQ"), _must("CF_CFJG"), _must("CF_CFLB1"), _column("CF_CFLB2"),
    _must("CF_SY"), _must("CF_YJ"), _must("CF_NR"), _column("BZ"), _must("CF_SYFW"), _must("CF_CFDJ"), _must("CF_ZT"),
)  # fmt: skip
_PENALTY_TAIL = (
    _column("CF_WFXW"), _column("CF_NR_FK"), _column("CF_NR_WFFF"), _column("CF_NR_ZKDX"),
    _column("CF_CFJGDM"), _column("CF_SJLY"), _column("CF_SJLYDM"),
)  # fmt: skip

TEMPLATE_PERMIT_ORGANISATION = _template(
    "template-permit-organisation", "法人行政许可导入模板",
    _must("XK_XDR_MC", "许可相对人"),
    *(_column(f"XK_{short}", *FIELDS[f"XK_{short}"].also) for short in _LEGAL_PERSON),
    _must("XK_XKLB", "审批类别"), _must("XK_FRDB"), _must("XK_FR_ZJLX", "证件类型"), _column("XK_FR_ZJHM", "法人证件号"),
    _must("XK_XMMC"), _must("XK_WSH", "许可文书号"), _column("XK_ITEM_BM"), *_PERMIT_DATES,
    _must("XK_XKJG", "许可机构"), _must("XK_NR"), _must("XK_SYFW"), _must("XK_ZT", "许可状态"), _column("BZ"),
    _column("XK_XDR_SYDW", "事业单位证书号"), _column("XK_XDR_SHZZ", "社会组织登记证号"), *_PERMIT_TAIL,
)  # fmt: skip
TEMPLATE_PERMIT_PERSON = _template(
    "template-permit-person", "自然人行政许可导入模板",
    _must("XK_XDR_MC", "许可相对人"), _must("XK_XDR_ZJLX"), _must("XK_XDR_ZJHM", "证件号"),
    _must("XK_XKLB", "审批类别"), _must("XK_XMMC"), _must("XK_WSH", "许可文书号"), _column("XK_ITEM_BM"),
    _must("XK_NR"), _must("XK_XKJG", "许可机构"), *_PERMIT_DATES,
    _must("XK_SYFW"), _must("XK_ZT", "许可状态"), _column("BZ"), *_PERMIT_TAIL,
)  # fmt: skip
TEMPLATE_PENALTY_ORGANISATION = _template(
    "template-penalty-organisation", "法人行政处罚导入模板",
    _must("CF_XDR_MC", "行政相对人"),
    *(_column(f"CF_{short}", *FIELDS[f"CF_{short}"].also) for short in _LEGAL_PERSON),
    _must("CF_FRDB"), _must("CF_FR_ZJLX", "证件类型"), _must("CF_FR_ZJHM", "法人证件号"), _must("CF_CFMC"),
    _column("CF_BM"), _must("CF_WSH", "文书号"), _must("CF_JDRQ"), *_PENALTY_MIDDLE,
    _column("CF_XDR_SYDW", "事业单位证书号"), _column("CF_XDR_SHZZ", "社会组织登记证号"), *_PENALTY_TAIL,
)  # fmt: skip
TEMPLATE_PENALTY_PERSON = _template(
    "template-penalty-person", "自然人行政处罚导入模板",
    _must("CF_XDR_MC", "行政相对人"), _must("CF_XDR_ZJLX"), _must("CF_XDR_ZJHM", "证件号"), _must("CF_CFMC"),
    _column("CF_BM"), _must("CF_WSH", "文书号"), _must("CF_JDRQ"), *_PENALTY_MIDDLE, *_PENALTY_TAIL,
)  # fmt: skip

LAYOUTS = {
    "permit": (TEMPLATE_PERMIT_ORGANISATION, TEMPLATE_PERMIT_PERSON, *PERMIT_2018, PERMIT_2015),
    "penalty": (TEMPLATE_PENALTY_ORGANISATION, TEMPLATE_PENALTY_PERSON, *PENALTY_2018, PENALTY_2015),
}
