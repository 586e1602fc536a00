"""Drafts of what is to be enrolled, and the rules that one draft must keep by itself. Pure: no database, no clock."""

from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from typing import Any, NamedTuple, Protocol

from registry.kernel import identifiers
from registry.kernel.faults import FieldFault
from registry.roster import kinds
from registry.roster.cells import CellFault, read_code, read_name, read_text

FIRST_YEAR = 1979
"""The professions were restored in 1979; an earlier day is a slip."""


class Identified(Protocol):
    """Anything that stands for a stored row: what `find` and `enrol` return."""

    @property
    def id(self) -> int: ...


@dataclass(frozen=True, kw_only=True)
class NewOrganisation:
    """An organisation to be enrolled.

    With `authoritative` (the numbers were copied from the certificate, or come from the office's own register) a code
    with a wrong check character is kept and noted in `doubts` instead of refused: a few were issued so (GB 32100).
    """

    kind: str
    name: str
    district: str
    uscc: str | None = None
    form: str | None = None
    head: str | None = None
    head_office: Identified | None = None
    address: str | None = None
    phone: str | None = None
    established_on: date | None = None
    licence_number: str | None = None
    authority: str | None = None
    state: str | None = None
    state_since: date | None = None
    authoritative: bool = False
    doubts: tuple[str, ...] = ()


class EarlierNumber(NamedTuple):
    """A number under which a licence was practised before the present one, from the day `since`."""

    number: str
    since: date


@dataclass(frozen=True, kw_only=True)
class NewPractitioner:
    """A person with one licence to be enrolled. `joined_on` is the first day at `organisation`, if later than the grant.

    `state` None is not told: practising. `state_since` is the first day of another state; until then it was practised.
    With `authoritative` an identity number whose check digit or date does not hold is kept and noted in
    `identity_doubts` instead of refused: people bear what they were once issued. Who moves into the city brings
    `origin`, the place left, and the `earlier` numbers, the first with the grant.
    """

    name: str
    profession: str
    licence_number: str
    granted_on: date
    organisation: Identified | None = None
    id_type: str = kinds.RESIDENT_ID
    id_number: str | None = None
    category: str | None = None
    phone: str | None = None
    joined_on: date | None = None
    state: str | None = None
    state_since: date | None = None
    origin: str | None = None
    earlier: tuple[EarlierNumber, ...] = ()
    authoritative: bool = False
    doubts: tuple[str, ...] = ()
    identity_doubts: tuple[str, ...] = ()


def check_organisation(new: NewOrganisation) -> tuple[NewOrganisation, list[FieldFault]]:
    """The draft with tidied texts and `doubts`, and what is wrong with it; it may be enrolled if nothing is."""
    faults: list[FieldFault] = []
    doubts: list[str] = []
    kind = kinds.ORGANISATION_KINDS.get(new.kind)
    if kind is None:
        faults.append(FieldFault("kind", "unknown-kind", "机构类型不在五类法律服务机构之列"))
    name = _name(new.name, "name", "机构名称", faults)
    if new.head:
        _name(new.head, "head", "负责人", faults)
    uscc = _uscc(new, faults, doubts) if new.uscc else None
    number = read_code(new.licence_number or "") or None
    if number and new.kind == "forensic_institution":
        forensic = identifiers.parse_forensic_institution(number)
        doubts += _say("许可证号", forensic.faults + forensic.warnings)
    if not (len(new.district) == 6 and new.district.isascii() and new.district.isdigit()):
        faults.append(FieldFault("district", "unknown-district", "所在区应为 GB/T 2260 的六位行政区划代码"))
    form = read_text(new.form or "") or None
    if form and kind and form not in kind.forms:
        faults.append(
            FieldFault("form", "unknown-form", f"{kind.title}的组织形式应为：{'、'.join(kind.forms)}")
        )
    if new.state is not None and new.state not in kinds.ORGANISATION_STATES:
        faults.append(FieldFault("state", "unknown-state", "机构状态未知"))
    _day(new.established_on, "established_on", faults)
    texts = _texts(new, ("head", "address", "phone", "authority"), faults)
    tidy = replace(new, name=name, uscc=uscc, form=form, licence_number=number, doubts=tuple(doubts), **texts)
    return tidy, faults


def check_practitioner(new: NewPractitioner) -> tuple[NewPractitioner, list[FieldFault]]:
    """The draft with tidied texts and `doubts`, and what is wrong with it; it may be enrolled if nothing is."""
    faults: list[FieldFault] = []
    doubts: list[str] = []
    profession = kinds.PROFESSIONS.get(new.profession)
    if profession is None:
        faults.append(FieldFault("profession", "unknown-profession", "职业不在五类法律服务职业之列"))
    name = _name(new.name, "name", "姓名", faults)
    id_number, wrong, identity_doubts = check_identity(
        new.id_type, new.id_number or "", authoritative=new.authoritative
    )
    faults += wrong
    number, category = _licence(new, faults, doubts)
    earlier = _earlier(new, number, faults)
    if profession and category:
        if profession.categories and category not in profession.categories:
            faults.append(
                FieldFault(
                    "category", "unknown-category", f"执业类别应为：{'、'.join(profession.categories)}"
                )
            )
        elif new.organisation is not None and category in profession.outside:
            faults.append(
                FieldFault("organisation", "works-outside", f"{category}律师在本单位执业，不登记执业机构")
            )
    if profession and new.organisation is None and category not in profession.outside:
        faults.append(FieldFault("organisation", "required", "应登记执业机构"))
    if new.state is not None and new.state not in kinds.LICENCE_STATES:
        faults.append(FieldFault("state", "unknown-state", "执业状态未知"))
    _day(new.granted_on, "granted_on", faults)
    if new.joined_on and new.joined_on < new.granted_on:
        faults.append(FieldFault("joined_on", "before-grant", "入职日期早于准予执业日期"))
    if new.state_since and new.state_since < new.granted_on:
        faults.append(FieldFault("state_since", "before-grant", "状态日期早于准予执业日期"))
    texts = _texts(new, ("phone", "origin"), faults)
    tidy = replace(
        new,
        name=name,
        id_number=id_number or None,
        licence_number=number,
        category=category,
        earlier=earlier,
        doubts=tuple(doubts),
        identity_doubts=tuple(identity_doubts),
        **texts,
    )
    return tidy, faults


def lawyer_serial(profession: str, number: str) -> str | None:
    """The last six digits of a lawyer's number, which stay through every transfer; None where there are none."""
    return (identifiers.parse_lawyer_licence(number).serial or None) if profession == "lawyer" else None


def check_number(profession: str, number: str) -> tuple[str, list[FieldFault], list[str]]:
    """A licence number tidied, its faults and the doubts about it."""
    tidy = read_code(number)
    if profession == "lawyer":
        lawyer = identifiers.parse_lawyer_licence(tidy)
        return (
            tidy,
            _faults("licence_number", "律师执业证号", lawyer.faults),
            _say("执业证号", lawyer.warnings),
        )
    if profession == "forensic_appraiser":
        # The structure is known from samples only, so another form is a doubt and no refusal.
        appraiser = identifiers.parse_forensic_appraiser(tidy)
        return tidy, _loose(tidy), _say("执业证号", appraiser.faults + appraiser.warnings)
    return tidy, _loose(tidy), []


def _loose(number: str) -> list[FieldFault]:
    """For professions whose numbers have no published structure: something that can be a number at all."""
    if 4 <= len(number) <= 40 and any(sign.isdigit() for sign in number):
        return []
    return [FieldFault("licence_number", "number-form", "执业证号应为 4 至 40 个字符并含有数字")]


def _licence(new: NewPractitioner, faults: list[FieldFault], doubts: list[str]) -> tuple[str, str | None]:
    number, wrong, doubtful = check_number(new.profession, new.licence_number)
    faults += wrong
    doubts += doubtful
    category = read_text(new.category or "") or None
    if new.profession != "lawyer":
        return number, category
    lawyer = identifiers.parse_lawyer_licence(number)
    if category and lawyer.category and category != lawyer.category:
        doubts.append(f"执业证号第十位表示{lawyer.category}，登记为{category}")
    if new.id_type == kinds.RESIDENT_ID and new.id_number and lawyer.sex:
        sex = identifiers.parse_resident_id(new.id_number).sex
        if sex and sex != lawyer.sex:
            doubts.append("执业证号与身份证号表示的性别不一致")
    return number, category or lawyer.category or None


def _uscc(new: NewOrganisation, faults: list[FieldFault], doubts: list[str]) -> str | None:
    code = identifiers.parse_uscc(new.uscc or "", authoritative=new.authoritative)
    if "placeholder" in code.warnings:
        faults.append(FieldFault("uscc", "placeholder", identifiers.WORDS["placeholder"]))
    faults += _faults("uscc", "统一社会信用代码", code.faults)
    doubts += _say("统一社会信用代码", code.warnings)
    return code.text or None


def _earlier(new: NewPractitioner, number: str, faults: list[FieldFault]) -> tuple[EarlierNumber, ...]:
    """The earlier numbers tidied, in their order. A lawyer's last six digits stay for life."""
    tidy: list[EarlierNumber] = []
    serial = lawyer_serial(new.profession, number)
    for former in new.earlier:
        code, wrong, _ = check_number(new.profession, former.number)
        faults += [FieldFault("earlier", fault.rule, f"转入前的{fault.message}") for fault in wrong]
        if serial and not wrong and lawyer_serial(new.profession, code) not in (None, serial):
            faults.append(FieldFault("earlier", "serial-changed", f"末六位终身不变，应为 {serial}"))
        tidy.append(EarlierNumber(code, former.since))
    days = [former.since for former in tidy]
    if any(later <= earlier for earlier, later in pairwise(days)):
        faults.append(FieldFault("earlier", "order", "转入前的号码应按启用日期先后填写"))
    if days and days[0] < new.granted_on:
        faults.append(FieldFault("earlier", "before-grant", "转入前的号码早于准予执业日期"))
    if days and (new.joined_on is None or days[-1] >= new.joined_on):
        faults.append(FieldFault("joined_on", "required", "请填写转入日期，并晚于转入前号码的启用日期"))
    if days and not (new.origin or "").strip():
        faults.append(FieldFault("origin", "required", "请填写转入前的执业地"))
    return tuple(tidy)


_KEPT = frozenset({"checksum", "date"})


def check_identity(
    id_type: str, id_number: str, *, authoritative: bool
) -> tuple[str, list[FieldFault], list[str]]:
    """An identity number tidied ("" for none), what is wrong with the paper, and the doubts about it."""
    faults: list[FieldFault] = []
    if id_type not in kinds.ID_TYPES:
        faults.append(FieldFault("id_type", "unknown-id-type", f"证件类型应为：{'、'.join(kinds.ID_TYPES)}"))
    number = read_code(id_number)
    if not number:
        return "", faults, []
    if id_type == kinds.RESIDENT_ID:
        parsed = identifiers.parse_resident_id(number)
        if authoritative and _KEPT.issuperset(parsed.faults):
            return number, faults, _say("身份证号", parsed.faults + parsed.warnings)
        return (
            number,
            faults + _faults("id_number", "身份证号", parsed.faults),
            _say("身份证号", parsed.warnings),
        )
    if not (number.isascii() and number.isalnum() and 5 <= len(number) <= 20):
        faults.append(FieldFault("id_number", "id-form", "证件号码应为 5 至 20 位字母或数字"))
    return number, faults, []


def check_name(text: str, path: str = "name", title: str = "姓名") -> tuple[str, list[FieldFault]]:
    """A name tidied, and what is wrong with it."""
    faults: list[FieldFault] = []
    return _name(text, path, title, faults), faults


def _name(text: str, path: str, title: str, faults: list[FieldFault]) -> str:
    try:
        name = read_name(text)
    except CellFault as fault:
        faults.append(FieldFault(path, fault.rule, fault.message))
        return text
    if not name:
        faults.append(FieldFault(path, "required", f"{title}未填写"))
    elif len(name) > 200:
        faults.append(FieldFault(path, "too-long", f"{title}超过 200 字"))
    return name


def _texts(new: object, names: tuple[str, ...], faults: list[FieldFault]) -> dict[str, Any]:
    texts: dict[str, Any] = {name: read_text(getattr(new, name) or "") or None for name in names}
    for name, text in texts.items():
        if text and len(text) > (100 if name == "head" else 200):
            faults.append(FieldFault(name, "too-long", "内容过长"))
    return texts


def _day(day: date | None, path: str, faults: list[FieldFault]) -> None:
    if day is not None and day.year < FIRST_YEAR:
        faults.append(FieldFault(path, "too-early", f"日期早于 {FIRST_YEAR} 年"))


def _faults(path: str, title: str, codes: tuple[str, ...]) -> list[FieldFault]:
    return [FieldFault(path, code, f"{title}{identifiers.WORDS[code]}") for code in codes]


def _say(title: str, codes: tuple[str, ...]) -> list[str]:
    return [f"{title}{identifiers.WORDS[code]}" for code in codes]
