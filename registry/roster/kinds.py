"""The words of the roster: kinds of organisation, professions, states, and what each of them implies. Pure."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypeVar


@dataclass(frozen=True)
class OrganisationKind:
    """`forms` are the forms of organisation that the sector's law knows; `prefix` begins the codes issued to it."""

    code: str
    title: str
    forms: tuple[str, ...]
    prefix: str


@dataclass(frozen=True)
class Profession:
    """`workplaces` are the kinds of organisation it practises at, `categories` a closed list, or empty if free text.

    A licence of a category in `outside` is practised within a public body or a company, at none of our organisations.
    """

    code: str
    title: str
    number_title: str
    workplaces: tuple[str, ...]
    categories: tuple[str, ...] = ()
    outside: frozenset[str] = frozenset()


@dataclass(frozen=True)
class State:
    """A state of practice. `practising`: work may be taken on. `ended`: the licence itself is gone."""

    code: str
    title: str
    practising: bool = False
    ended: bool = False


Item = TypeVar("Item", OrganisationKind, Profession, State)


def _table(*items: Item) -> Mapping[str, Item]:
    return {item.code: item for item in items}


ORGANISATION_KINDS: Mapping[str, OrganisationKind] = _table(
    OrganisationKind(
        "law_firm",
        "律师事务所",
        ("普通合伙", "特殊的普通合伙", "个人", "国家出资", "分所", "外国代表机构"),
        "31",
    ),
    OrganisationKind("notary_office", "公证处", ("事业体制", "合作制", "行政体制"), "32"),
    OrganisationKind(
        "forensic_institution",
        "司法鉴定机构",
        ("独立设置", "高校设立", "医院设立", "科研机构设立", "其他"),
        "34",
    ),
    OrganisationKind("legal_aid_centre", "法律援助中心", ("行政机关", "参公事业单位", "事业单位"), "12"),
    OrganisationKind("grassroots_office", "基层法律服务所", ("事业单位", "普通合伙", "其他"), "33"),
)

PROFESSIONS: Mapping[str, Profession] = _table(
    Profession(
        "lawyer",
        "律师",
        "律师执业证号",
        ("law_firm", "legal_aid_centre"),
        ("专职", "兼职", "香港", "澳门", "台湾", "公职", "公司", "法律援助", "军队"),
        frozenset({"公职", "公司", "军队"}),
    ),
    Profession("notary", "公证员", "公证员执业证号", ("notary_office",)),
    Profession("forensic_appraiser", "司法鉴定人", "司法鉴定人执业证号", ("forensic_institution",)),
    Profession("legal_aid_worker", "法律援助工作人员", "法律援助工作证号", ("legal_aid_centre",)),
    Profession(
        "grassroots_worker", "基层法律服务工作者", "基层法律服务工作者执业证号", ("grassroots_office",)
    ),
)

ORGANISATION_STATES: Mapping[str, State] = _table(
    State("normal", "正常", practising=True),
    State("rectifying", "限期整改", practising=True),
    State("suspended", "停业整顿"),
    State("liquidating", "终止清算"),
    State("cancelled", "注销", ended=True),
    State("revoked", "吊销", ended=True),
)

LICENCE_STATES: Mapping[str, State] = _table(
    State("practising", "正常执业", practising=True),
    State("suspended", "停止执业"),
    State("paused", "暂停执业"),
    State("failed_assessment", "未通过考核"),
    State("transferring", "转所中"),
    State("moved_out", "转往外地", ended=True),
    State("cancelled", "注销", ended=True),
    State("revoked", "吊销", ended=True),
    State("rescinded", "撤销许可", ended=True),
    State("retired", "退休", ended=True),
    State("deceased", "死亡", ended=True),
)

States = Mapping[str, State]


def titles() -> dict[str, str]:
    """Kinds of organisation and professions with their titles, by code."""
    return {item.code: item.title for table in (ORGANISATION_KINDS, PROFESSIONS) for item in table.values()}


def practising(state: str) -> bool:
    """Whether an organisation or a licence in this state may take on work. Raises KeyError for an unknown one."""
    return (ORGANISATION_STATES.get(state) or LICENCE_STATES[state]).practising


RESIDENT_ID = "身份证"
ID_TYPES = (RESIDENT_ID, "护照号", "港澳居民来往内地通行证", "台湾居民来往大陆通行证", "外国人永久居留身份证")
"""The kinds of identity paper that the double-publicity standard knows (发改办财金〔2018〕424号)."""

NOTARY_ALONE = "公证法第二十三条"
"""公证员不得同时在二个以上公证机构执业，不得从事有报酬的其他职业: no licence may run beside a notary's."""


def incompatible(one: str, other: str) -> str | None:
    """Why two licences may not run at one time (the rule, in Chinese), or None if they may.

    Nobody holds two licences of one profession (律师法第十条: one firm; the other professions alike).
    """
    if "notary" in (one, other):
        return NOTARY_ALONE
    if one == other:
        return "律师法第十条" if one == "lawyer" else "同一职业不得同时持有两个执业许可"
    return None


def by_title(table: Mapping[str, Item], text: str) -> str | None:
    """The code whose code or Chinese title is `text`, or None."""
    if text in table:
        return text
    return next((code for code, item in table.items() if item.title == text), None)


@dataclass(frozen=True)
class Region:
    name: str
    districts: Mapping[str, str]


@cache
def regions() -> Mapping[str, Region]:
    """The cities of districts.toml: code of GB/T 2260 → name and districts (code → name)."""
    table = tomllib.loads(Path(__file__).with_name("districts.toml").read_text("utf-8"))
    return {code: Region(city["name"], city["districts"]) for code, city in table.items()}


@cache
def _all_districts() -> Mapping[str, str]:
    names = {code: region.name for code, region in regions().items()}
    for region in regions().values():
        names.update(region.districts)
    return names


def district_name(code: str | None) -> str:
    """The district's name, the code itself where no table has it, "" for None."""
    return _all_districts().get(code, code) if code else ""


def district_code(text: str) -> str | None:
    """The six digits for a name (浦东新区, 浦东, 上海市浦东新区) or for the digits themselves; None if unknown."""
    if len(text) == 6 and text.isascii() and text.isdigit():
        return text
    for region in regions().values():
        text = text.removeprefix(region.name)
    return _short_names().get(text) or _short_names().get(text.rstrip("区县市"))


@cache
def _short_names() -> Mapping[str, str]:
    names: dict[str, str] = {}
    for code, name in _all_districts().items():
        for spelling in (name, name.rstrip("区县市"), name.removesuffix("新区")):
            names.setdefault(spelling, code)
    return names
