"""The rules for one row of double publicity, as the layout that it stands in asks for them. Pure."""

from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Literal

from registry.credit.columns import FIELDS, ID_TYPES, Field
from registry.credit.words import (
    State,
    is_penalty_kind,
    is_permit_kind,
    penalty_kinds,
    read_cell,
    read_state,
    wanted_by_penalty,
    write_state,
)
from registry.kernel import identifiers
from registry.roster.cells import CellFault
from registry.roster.layout import Layout

Kind = Literal["permit", "penalty"]
Form = Literal["organisation", "person"]
PREFIX = {"permit": "XK", "penalty": "CF"}

_OLD_CODES = (("XDR_GSZC", (13, 15)), ("XDR_ZZJG", (9,)), ("XDR_SWDJ", (15, 18, 20)))
_LEGAL_CODES = ("XDR_SHXYM", "XDR_GSZC", "XDR_ZZJG", "XDR_SWDJ", "XDR_SYDW", "XDR_SHZZ")


class Row:
    """The work on one row: values by code, and what is wrong with them."""

    def __init__(self, layout: Layout, cells: Mapping[str, str]) -> None:
        self.layout = layout
        self.cells = cells
        self.kind: Kind = "permit" if "permit" in layout.name else "penalty"
        self.prefix = PREFIX[self.kind]
        self.of_2018 = "2018" in layout.name
        self.of_2015 = "2015" in layout.name
        self.values: dict[str, str] = {}
        self.faults: list[tuple[str, str, str]] = []
        self.warnings: list[tuple[str, str, str]] = []

    def fault(self, code: str, rule: str, message: str) -> None:
        if all(code != there for there, *_ in self.faults):
            self.faults.append((code, rule, message))

    def value(self, short: str) -> str:
        return self.values.get(f"{self.prefix}_{short}", "")

    def read_cells(self) -> None:
        for column in self.layout.columns:
            if cell := self.cells.get(column.field, ""):
                try:
                    self.values[column.field] = self.read(FIELDS[column.field], cell)
                except CellFault as fault:
                    self.fault(column.field, fault.rule, fault.message)
            if column.required and not self.values.get(column.field):
                self.fault(column.field, "required", "必填项为空")

    def read(self, field: Field, cell: str) -> str:
        value = read_cell(field, cell)
        if field.type == "uscc" and value:
            self.check_uscc(field.code, value)
        if (
            field.type == "amount"
            and value
            and not (self.of_2018 or self.of_2015)
            and Decimal(value) >= 10_000
        ):
            raise CellFault("amount-range", "单位是万元，范围为 0.00 至 9999.99")
        return value

    def check_uscc(self, code: str, value: str) -> None:
        found = _uscc(value)
        for reason in found.faults:
            message = f"统一社会信用代码{identifiers.WORDS[reason]}"
            if reason == "checksum" and code.endswith("_XDR_SHXYM"):
                self.warnings.append((code, "uscc-checksum", message))
            else:
                raise CellFault(f"uscc-{reason}", message)

    def translate(self) -> None:
        """From the words of 2015 and of the templates to the columns of 2018."""
        if self.of_2015:
            if self.value("XDR_ZJHM"):
                self.values[f"{self.prefix}_XDR_ZJLX"] = ID_TYPES[0]
            old, new = ("XK_XMMC", "XK_XKWS") if self.kind == "permit" else ("CF_CFMC", "CF_WFXW")
            self.values.setdefault(new, self.values.get(old, ""))
        if self.kind == "penalty" and not self.value("CFLB"):
            self.values["CF_CFLB"] = ";".join(filter(None, (self.value("CFLB1"), self.value("CFLB2"))))
        if kinds := self.value("CFLB"):
            self.values["CF_CFLB"] = ";".join(penalty_kinds(kinds))
        if any(column.field == f"{self.prefix}_FR_ZJHM" for column in self.layout.columns) and self.value(
            "FR_ZJHM"
        ):
            self.values.setdefault(f"{self.prefix}_FR_ZJLX", ID_TYPES[0])

    def form(self) -> Form:
        fields = {column.field for column in self.layout.columns}
        organisation = f"{self.prefix}_XDR_SHXYM" in fields
        if organisation and f"{self.prefix}_XDR_ZJHM" in fields:
            if kind := self.value("XDR_LB"):
                return "person" if kind == "自然人" else "organisation"
            coded = any(self.value(short) for short in _LEGAL_CODES)
            return "person" if self.value("XDR_ZJHM") and not coded else "organisation"
        return "organisation" if organisation else "person"

    def check_subject(self, form: Form) -> None:
        for whose in ("XDR", "FR"):
            self.check_paper(whose)
        if form == "person":
            self.check_person()
        else:
            self.check_organisation()

    def check_person(self) -> None:
        for short in ("XDR_ZJLX", "XDR_ZJHM"):
            if not self.value(short):
                self.fault(f"{self.prefix}_{short}", "required-person", "自然人须填写证件类型和证件号码")
        for short in _LEGAL_CODES:
            if self.value(short):
                self.fault(f"{self.prefix}_{short}", "blank-for-person", "自然人不填写机构代码")

    def check_organisation(self) -> None:
        code = self.value("XDR_SHXYM")
        if not any(self.value(short) for short in _LEGAL_CODES):
            self.fault(
                f"{self.prefix}_XDR_SHXYM",
                "subject-code-missing",
                "统一社会信用代码与工商注册号等代码须至少填写一项",
            )
        elif code == identifiers.PLACEHOLDER and not self.value("XDR_GSZC"):
            self.fault(
                f"{self.prefix}_XDR_GSZC", "required-if", "统一社会信用代码为占位代码时须填写工商注册号"
            )
        elif not code:
            self.check_old_codes()
        if self.of_2018 and not self.value("FRDB"):
            self.fault(
                f"{self.prefix}_FRDB", "required-if", "法人及非法人组织、个体工商户须填写法定代表人（负责人）"
            )

    def check_old_codes(self) -> None:
        """Where no credit code identifies the subject, the old ones must at least have their form."""
        for short, lengths in _OLD_CODES:
            if (value := self.value(short)) and len(value) not in lengths:
                self.fault(
                    f"{self.prefix}_{short}", "code-length", f"应为 {' 或 '.join(map(str, lengths))} 位"
                )

    def check_paper(self, whose: str) -> None:
        number = self.value(f"{whose}_ZJHM")
        kind = self.value(f"{whose}_ZJLX")
        if number and kind == ID_TYPES[0]:
            for reason in identifiers.parse_resident_id(number).faults:
                message = f"身份证号码{identifiers.WORDS[reason]}"
                self.fault(f"{self.prefix}_{whose}_ZJHM", f"id-{reason}", message)

    def check_dates(self) -> None:
        decided = self.value("JDRQ")
        start, end = self.value("YXQZ"), self.value("YXQZI")
        if start and end and start > end:
            self.fault("XK_YXQZI", "date-order", "有效期至早于有效期自")
        if decided and end and not start and end < decided:
            self.fault("XK_YXQZI", "date-order", "有效期至早于许可决定日期")
        for short, title in (("YXQ", "处罚有效期"), ("GSJZQ", "公示截止期")):
            if decided and (value := self.value(short)) and value < decided:
                self.fault(f"CF_{short}", "date-order", f"{title}早于处罚决定日期")

    def check_penalty(self) -> None:
        """The amounts and certificates that a kind of penalty asks for: rules of the 2018 sheets alone."""
        if not self.of_2018:
            return
        kinds = self.value("CFLB").split(";") if self.value("CFLB") else []
        if unknown := [kind for kind in kinds if not is_penalty_kind(kind)]:
            self.fault("CF_CFLB", "enum", f"处罚类别未知：{'、'.join(unknown)}；其他类别写作“其他-类别名称”")
        for code in wanted_by_penalty(kinds):
            if not self.values.get(code):
                self.fault(code, "required-if", f"有此类处罚时须填写{FIELDS[code].title}")
        if (kind := self.value("XKLB")) and not is_permit_kind(kind):
            self.fault("XK_XKLB", "enum", "许可类别应为普通、特许、认可、核准、登记或“其他-类别名称”")

    def state(self) -> State:
        written = self.value("ZT")
        state = read_state(written, of_2018=self.of_2018) if written else "有效"
        if state is None:
            self.fault(f"{self.prefix}_ZT", "enum", "当前状态未知")
            return "有效"
        if state == "其他" and not self.values.get("BZ"):
            self.fault("BZ", "required-if", "当前状态为其他时须在备注中说明")
        if written:
            self.values[f"{self.prefix}_ZT"] = write_state(state, of_2018=self.kind == "permit")
        return state


@lru_cache(maxsize=8_192)
def _uscc(code: str) -> identifiers.Uscc:
    return identifiers.parse_uscc(code)
