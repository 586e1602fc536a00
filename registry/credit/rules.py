"""The rules for one row of double publicity, as the layout that it stands in asks for them. Pure."""

from collections.abc import Mapping
from datetime import date

from registry.credit import checks
from registry.credit.checks import LEGAL_CODES, PREFIX, Asked, Form, Kind, Standard
from registry.credit.columns import FIELDS, ID_TYPES, Field
from registry.credit.words import (
    State,
    penalty_kinds,
    read_cell,
    read_state,
    write_state,
)
from registry.roster.cells import CellFault
from registry.roster.layout import Layout


class Row:
    """The work on one row: values by code, and what is wrong with them."""

    def __init__(self, layout: Layout, cells: Mapping[str, str], today: date | None = None) -> None:
        self.layout = layout
        self.cells = cells
        self.today = today
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
        return value

    def check_uscc(self, code: str, value: str) -> None:
        if found := checks.of_uscc(code, value):
            if found.rule == "uscc-checksum" and code.endswith("_XDR_SHXYM"):
                self.warnings.append(found)
            else:
                raise CellFault(found.rule, found.message)

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
            coded = any(self.value(short) for short in LEGAL_CODES)
            return "person" if self.value("XDR_ZJHM") and not coded else "organisation"
        return "organisation" if organisation else "person"

    def check(self, form: Form) -> None:
        """Holds the row to the rules between its columns."""
        standard: Standard = "2018" if self.of_2018 else "2015" if self.of_2015 else "template"
        for found in checks.broken(Asked(self.kind, form, standard, self.values, self.today)):
            self.fault(*found)

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
