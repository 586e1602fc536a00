"""Rosters handed in as files: organisations and practitioners. Nothing on the roster is changed by a file.

A row that is there already and agrees is passed over; one that differs is reported and left to a person.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import select

from registry.kernel.access import Actor
from registry.kernel.identifiers import parse_lawyer_licence, parse_uscc
from registry.kernel.work import WorkSession
from registry.roster import kinds
from registry.roster.admission import Differs
from registry.roster.cells import read_code, read_date, read_text
from registry.roster.drafts import NewOrganisation, NewPractitioner, check_organisation, check_practitioner
from registry.roster.enrol import Admission, admit_organisations, admit_practitioners
from registry.roster.intake import Accepted, Checked, Column, Importer, Layout, Reading, Stored
from registry.roster.names import fold
from registry.roster.tables import OrganisationRow

# What a name or a certificate says about the kind; the first that is found counts.
_KIND_WORDS = (
    ("律师事务所", "law_firm"),
    ("公证", "notary_office"),
    ("鉴定", "forensic_institution"),
    ("法律援助", "legal_aid_centre"),
    ("法律服务所", "grassroots_office"),
    ("律所", "law_firm"),
)
_PROFESSION_WORDS = (
    ("基层", "grassroots_worker"),
    ("法律服务工作者", "grassroots_worker"),
    ("法律服务所", "grassroots_worker"),
    ("法律援助工作", "legal_aid_worker"),
    ("法律援助中心", "legal_aid_worker"),
    ("公证", "notary"),
    ("鉴定", "forensic_appraiser"),
    ("律师", "lawyer"),
    ("律所", "lawyer"),
)
_STATE_WORDS = {
    "正常执业": "normal", "执业": "normal", "存续": "normal", "在业": "normal", "已注销": "cancelled", "已吊销": "revoked",
    "停业": "suspended", "整改": "rectifying", "清算": "liquidating",
}  # fmt: skip
_PRACTICE_WORDS = {
    "正常": "practising", "执业": "practising", "在职": "practising", "执业中": "practising", "停业": "suspended",
    "停止执业处罚中": "suspended", "暂停": "paused", "中止": "paused", "已注销": "cancelled", "已吊销": "revoked",
    "撤销": "rescinded", "已退休": "retired", "转所": "transferring",
}  # fmt: skip

ORGANISATION_LAYOUT = Layout(
    "organisations",
    "执业机构名册",
    (
        Column(
            "name",
            (
                "机构名称",
                "执业机构名称",
                "律师事务所名称",
                "公证机构名称",
                "鉴定机构名称",
                "单位名称",
                "名称",
            ),
            required=True,
        ),
        Column("uscc", ("统一社会信用代码", "社会信用代码", "信用代码")),
        Column("kind", ("机构类型", "机构类别", "机构种类", "类型")),
        Column("form", ("组织形式",)),
        Column("district", ("所在区", "所属区", "区县", "所在区县", "行政区划", "所在地区", "辖区")),
        Column("head", ("负责人", "主任", "机构负责人", "法定代表人")),
        Column("licence_number", ("执业许可证号", "执业许可证号码", "许可证号", "执业证号")),
        Column("authority", ("主管机关", "主管司法局", "发证机关", "登记机关")),
        Column("address", ("地址", "住所", "办公地址", "机构地址", "执业场所")),
        Column("phone", ("电话", "联系电话", "办公电话"), personal=True),
        Column("established_on", ("成立日期", "设立日期", "批准设立日期", "成立时间", "发证日期")),
        Column("state", ("机构状态", "执业状态", "状态")),
        Column("state_since", ("状态日期", "状态变更日期")),
    ),
)

PRACTITIONER_LAYOUT = Layout(
    "practitioners",
    "从业人员名册",
    (
        Column("name", ("姓名", "人员姓名", "执业人员姓名"), required=True),
        Column("id_type", ("证件类型",)),
        Column("id_number", ("身份证号", "身份证号码", "公民身份号码", "证件号码"), personal=True),
        Column("profession", ("职业", "人员类别", "执业类型", "从业类别", "职业类别", "人员类型")),
        Column("category", ("执业类别", "律师类别", "鉴定业务类别", "执业种类")),
        Column("certificate", ("资质证书名称", "证书名称")),
        Column("licence_number", ("执业证号", "执业证书号", "执业证号码", "执业许可证号", "律师执业证号", "公证员执业证号", "司法鉴定人执业证号", "编号", "证号"), required=True),
        Column("organisation", ("执业机构", "执业机构名称", "所在机构", "执业单位", "工作单位", "所在律所", "律师事务所", "机构名称")),
        Column("organisation_uscc", ("执业机构统一社会信用代码", "机构统一社会信用代码", "统一社会信用代码", "机构代码")),
        Column("granted_on", ("首次执业日期", "首次执业时间", "准予执业日期", "执业日期", "颁证日期", "发证日期"), required=True),
        Column("joined_on", ("入职日期", "到所日期", "进入本机构日期")),
        Column("state", ("执业状态", "状态", "人员状态")),
        Column("state_since", ("状态日期", "状态变更日期")),
        Column("phone", ("电话", "联系电话", "手机", "手机号码"), personal=True),
        Column("verified", ("证件已核对", "已核对证件原件")),
    ),
)  # fmt: skip


def check_organisation_row(layout: Layout, cells: Mapping[str, str]) -> Checked[NewOrganisation]:
    """One organisation as a draft. The kind and the district may stand in the name, the address or the code."""
    reading = Reading(cells)
    name, address = reading.read("name"), reading.read("address")
    uscc = reading.read("uscc", read_code)
    kind = _organisation_kind(reading.read("kind"), name, uscc)
    if kind is None:
        reading.fault("kind", "unknown-kind", "看不出是哪一类机构，请填写机构类型")
    draft = NewOrganisation(
        kind=kind or "law_firm",
        name=name,
        uscc=uscc,
        district=_district(reading, name, address, uscc),
        form=reading.read("form"),
        head=reading.read("head"),
        licence_number=reading.read("licence_number", read_code),
        authority=reading.read("authority"),
        address=address,
        phone=reading.read("phone"),
        established_on=_day(reading, "established_on"),
        state=_state(reading, kinds.ORGANISATION_STATES, _STATE_WORDS),
        state_since=_day(reading, "state_since"),
        authoritative=True,
    )
    tidy, faults = check_organisation(draft)
    _tell(reading, [(fault.path, fault.rule, fault.message) for fault in faults])
    return reading.checked(lambda: tidy)


@dataclass(frozen=True)
class _Pending:
    """Stands for an organisation until the roster is asked for it."""

    id: int = 0


@dataclass(frozen=True)
class PractitionerEntry:
    """One person of a file: the draft, and what the file says about the organisation."""

    draft: NewPractitioner
    organisation: str
    organisation_uscc: str


def check_practitioner_row(layout: Layout, cells: Mapping[str, str]) -> Checked[PractitionerEntry]:
    """One person as a draft. The profession may stand in the category, the certificate or the organisation's name."""
    reading = Reading(cells)
    organisation, code = reading.read("organisation"), reading.read("organisation_uscc", read_code)
    number = reading.read("licence_number", read_code)
    category = reading.read("category")
    profession = _profession(reading, category, organisation, number)
    if kinds.by_title(kinds.PROFESSIONS, category):
        category = ""
    granted_on = _day(reading, "granted_on")
    draft = NewPractitioner(
        name=reading.read("name"),
        profession=profession or "lawyer",
        licence_number=number,
        granted_on=granted_on or date(2000, 1, 1),
        organisation=_Pending() if organisation or code else None,
        id_type=reading.read("id_type") or kinds.RESIDENT_ID,
        id_number=reading.read("id_number", read_code),
        category=category,
        phone=reading.read("phone"),
        joined_on=_day(reading, "joined_on"),
        state=_state(reading, kinds.LICENCE_STATES, _PRACTICE_WORDS),
        state_since=_day(reading, "state_since"),
        # A wrong digit is a slip of the file, unless it says that somebody compared it with the paper.
        authoritative=reading.read("verified") in ("是", "已核对"),
    )
    tidy, faults = check_practitioner(draft)
    # Without its profession nothing can be said about a number, without its day nothing about what came later.
    unread = {"licence_number", "category", "organisation"} if profession is None else set()
    unread |= {"joined_on", "state_since"} if granted_on is None else set()
    _tell(reading, [(fault.path, fault.rule, fault.message) for fault in faults if fault.path not in unread])
    return reading.checked(lambda: PractitionerEntry(tidy, organisation, code))


def store_organisations(
    session: WorkSession, actor: Actor, rows: Sequence[Accepted[NewOrganisation]]
) -> Stored:
    return _stored(rows, admit_organisations(session, actor, [row.value for row in rows], acts=False))


def store_practitioners(
    session: WorkSession, actor: Actor, rows: Sequence[Accepted[PractitionerEntry]]
) -> Stored:
    codes, names = _workplaces(session, [row.value for row in rows])
    faults = []
    bound: list[tuple[Accepted[PractitionerEntry], NewPractitioner]] = []
    for row in rows:
        entry = row.value
        if entry.draft.organisation is None:
            bound.append((row, entry.draft))
            continue
        found = codes.get(entry.organisation_uscc, []) if entry.organisation_uscc else []
        found = found or names.get(fold(entry.organisation), [])
        if not found:
            column = "organisation" if entry.organisation else "organisation_uscc"
            faults.append(row.fault(column, "unknown-organisation", "名册中没有此机构，请先登记机构"))
        elif len(found) > 1:
            faults.append(
                row.fault(
                    "organisation", "ambiguous-organisation", "名册中有几家同名机构，请填写统一社会信用代码"
                )
            )
        else:
            bound.append((row, replace(entry.draft, organisation=_Pending(found[0]))))
    admitted = admit_practitioners(session, actor, [draft for _, draft in bound], acts=False)
    stored = _stored([row for row, _ in bound], admitted)
    return replace(stored, faults=(*faults, *stored.faults))


ORGANISATIONS = Importer((ORGANISATION_LAYOUT,), check_organisation_row, store_organisations)
PRACTITIONERS = Importer((PRACTITIONER_LAYOUT,), check_practitioner_row, store_practitioners)


def _stored(
    rows: Sequence[Accepted[NewOrganisation] | Accepted[PractitionerEntry]], admitted: Sequence[Admission]
) -> Stored:
    return Stored(
        new=sum(admission.subject is not None for admission in admitted),
        unchanged=sum(admission.same is not None for admission in admitted),
        same=[row.place for row, admission in zip(rows, admitted, strict=True) if admission.same is not None],
        faults=tuple(
            row.fault(fault.path, fault.rule, fault.message, fault.held if isinstance(fault, Differs) else "")
            for row, admission in zip(rows, admitted, strict=True)
            for fault in admission.faults
        ),
        doubts=tuple(
            (row.place, doubt)
            for row, admission in zip(rows, admitted, strict=True)
            if admission.subject is not None
            for doubt in admission.subject.doubts
        ),
    )


def _workplaces(
    session: WorkSession, entries: Sequence[PractitionerEntry]
) -> tuple[dict[str, list[int]], dict[str, list[int]]]:
    """Row ids of running organisations by credit code and by folded name."""
    codes = {entry.organisation_uscc for entry in entries if entry.organisation_uscc}
    names = {fold(entry.organisation) for entry in entries if entry.organisation}
    columns = (OrganisationRow.id, OrganisationRow.uscc, OrganisationRow.name_key)
    # Of organisations of one code or name the running one counts; an ended one only if there is no other.
    order = (OrganisationRow.ended_on.is_not(None), OrganisationRow.ended_on.desc())
    by_code: dict[str, list[int]] = {}
    for row in session.execute(select(*columns).where(OrganisationRow.uscc.in_(codes)).order_by(*order)):
        by_code.setdefault(row.uscc or "", [row.id])
    by_name: dict[str, list[int]] = {}
    running = select(*columns).where(OrganisationRow.name_key.in_(names))
    for row in session.execute(running.where(OrganisationRow.ended_on.is_(None))):
        by_name.setdefault(row.name_key, []).append(row.id)
    for row in session.execute(running.where(OrganisationRow.ended_on.is_not(None)).order_by(*order)):
        by_name.setdefault(row.name_key, [row.id])
    return by_code, by_name


def _organisation_kind(told: str, name: str, uscc: str) -> str | None:
    if told:
        return kinds.by_title(kinds.ORGANISATION_KINDS, told) or _word(told, _KIND_WORDS)
    by_code = {
        kind.prefix: code for code, kind in kinds.ORGANISATION_KINDS.items() if kind.prefix.startswith("3")
    }
    return _word(name, _KIND_WORDS) or by_code.get(uscc[:2])


def _profession(reading: Reading, category: str, organisation: str, number: str) -> str | None:
    told = (
        reading.read("profession")
        or kinds.by_title(kinds.PROFESSIONS, category)
        or reading.read("certificate")
    )
    if told:
        found = kinds.by_title(kinds.PROFESSIONS, told) or _word(told, _PROFESSION_WORDS)
    else:
        lawyer = parse_lawyer_licence(number)
        found = "lawyer" if lawyer.serial else _word(organisation, _PROFESSION_WORDS)
    if found is None:
        reading.fault("profession", "unknown-profession", "看不出是哪一种职业，请填写职业")
    return found


def _word(text: str, words: Sequence[tuple[str, str]]) -> str | None:
    return next((code for word, code in words if word in text), None)


def _district(reading: Reading, name: str, address: str, uscc: str) -> str:
    told = reading.read("district")
    if told:
        code = kinds.district_code(told)
        if code is None:
            reading.fault("district", "unknown-district", "所在区不在行政区划表中")
        return code or "000000"
    known = {title: code for region in kinds.regions().values() for code, title in region.districts.items()}
    for text in (address, name):
        if found := next((code for title, code in known.items() if title in text), None):
            return found
    region = parse_uscc(uscc).region
    if region in known.values():
        return region
    reading.fault("district", "required", "看不出所在区，请填写所在区")
    return "000000"


def _day(reading: Reading, name: str) -> date | None:
    text = reading.read(name, read_date)
    return date.fromisoformat(text) if text else None


def _state(reading: Reading, states: kinds.States, words: Mapping[str, str]) -> str | None:
    told = read_text(reading.cells.get("state", ""))
    if not told:
        return None
    state = kinds.by_title(states, told) or words.get(told)
    if state is None:
        titles = "、".join(state.title for state in states.values())
        reading.fault("state", "unknown-state", f"状态应为：{titles}")
    return state


def _tell(reading: Reading, faults: Sequence[tuple[str, str, str]]) -> None:
    """Adds faults of columns that have none yet: what could not be read is told once."""
    told = {name for name, *_ in reading.faults}
    for name, rule, message in faults:
        if name not in told:
            reading.fault(name, rule, message)
