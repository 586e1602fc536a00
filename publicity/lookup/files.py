"""The lists and records of the public site as tables, for files that people take with them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from publicity.lookup import looked_up, wording
from publicity.lookup.asked import Asked
from publicity.lookup.pages import NoticeList, OrganisationPage, PractitionerPage
from publicity.notices.find import Shown, Tombstone
from registry.kernel.clock import local_text
from registry.kernel.delimited import Cell
from registry.kernel.work import WorkSession
from registry.roster import find
from registry.roster.find import Hit
from registry.roster.kinds import LICENCE_STATES

MOST_NOTICES = 10_000
"""In one file; the rest is in the next, from its cursor on."""
MOST_HITS = 1_000

Row = Sequence[Cell]


@dataclass(frozen=True)
class Table:
    """`name` is the file's, without its ending, `title` what it holds; `more` says that the list goes on behind these rows."""

    name: str
    title: str
    headers: Sequence[str]
    rows: Sequence[Row]
    more: bool = False


def notices(listed: NoticeList, *, public_url: str) -> Table:
    headers = (
        "公示编号", "类别", "标题", "相对人", "统一社会信用代码", "执业证号", "决定文书号", "决定日期", "公开时间", "公示截止", "标注", "地址",
    )  # fmt: skip
    rows = [
        (
            one.public_id,
            one.kind_title,
            one.title,
            one.subject.get("name"),
            one.subject.get("uscc"),
            one.subject.get("licence_number"),
            one.document_number,
            one.decided_on.isoformat(),
            local_text(one.published_at),
            one.until.isoformat() if one.until else "长期",
            "；".join(one.marks),
            f"{public_url}/notices/{one.public_id}",
        )
        for one in listed.notices
    ]
    return Table("notices", "公示信息", headers, rows, listed.next is not None)


def withdrawn(tombstones: Sequence[Tombstone], *, more: bool, public_url: str) -> Table:
    rows = [
        (one.public_id, one.document_number, one.ground_title, one.ended_on.isoformat(), f"{public_url}/notices/{one.public_id}")
        for one in tombstones
    ]  # fmt: skip
    return Table("withdrawn", "已撤下的公示", ("公示编号", "文书号", "理由", "撤下日期", "地址"), rows, more)


def hits(session: WorkSession, asked: Asked, *, public_url: str) -> Table:
    """Whom a search finds, up to `MOST_HITS`. Raises Invalid as the search does."""
    found = looked_up.search(session, asked, after=None, limit=MOST_HITS)
    rows = [_hit(hit, public_url) for hit in found.hits]
    return Table(
        "search", "查询结果", ("编号", "名称", "类别和机构", "状态", "地址"), rows, found.next is not None
    )


def _hit(hit: Hit, public_url: str) -> Row:
    return hit.public_id, hit.name, hit.detail, hit.state, f"{public_url}/{hit.kind}s/{hit.public_id}"


def people(session: WorkSession, page: OrganisationPage, organisation_id: int, *, public_url: str) -> Table:
    """Everybody who practises at an organisation on the page's day."""
    rows: list[Row] = []
    after = 0
    while listed := find.members(session, organisation_id, limit=500, after=after, on=page.on):
        after = listed[-1].next
        rows += [
            (
                one.public_id,
                one.name,
                one.number,
                _state(one.state),
                f"{public_url}/practitioners/{one.public_id}",
            )
            for one in listed
        ]
    return Table(
        f"people-{page.organisation.id}", "执业人员", ("编号", "姓名", "执业证号", "状态", "地址"), rows
    )


def _state(code: str) -> str:
    return LICENCE_STATES[code].title


def practitioner(page: PractitionerPage, *, public_url: str) -> Table:
    person = page.practitioner
    return Table(f"practitioner-{person.id}", "执业人员信用信息", _FACTS, [*_head(person.id, "practitioners", page.on, public_url), ("姓名", person.name), *_licences(page), *_notices(page.notices)])  # fmt: skip


def _licences(page: PractitionerPage) -> Iterator[Row]:
    for one in page.practitioner.licences:
        yield f"{one.profession} · {one.number_title}", one.number
        yield f"{one.profession} · 执业机构", one.organisation.name if one.organisation else None
        yield f"{one.profession} · 执业类别", one.category
        yield f"{one.profession} · 首次许可", one.granted_on.isoformat()
        yield f"{one.profession} · 状态", f"{one.state}（自 {one.state_since.isoformat()}）"


def organisation(page: OrganisationPage, *, public_url: str) -> Table:
    firm = page.organisation
    rows: list[Row] = [
        *_head(firm.id, "organisations", page.on, public_url),
        ("名称", firm.name),
        ("类别", firm.kind),
        ("统一社会信用代码", firm.uscc),
        ("执业许可证号", firm.licence_number),
        ("组织形式", firm.form),
        ("负责人", firm.head),
        ("所在区", firm.district),
        ("主管机关", firm.authority),
        ("曾用名", "、".join(firm.former_names)),
        ("设立日期", firm.established_on.isoformat() if firm.established_on else None),
        ("状态", f"{firm.state}（自 {firm.state_since.isoformat()}）"),
        ("总所", firm.head_office.name if firm.head_office else None),
        *(("分所", branch.name) for branch in firm.branches),
        *_notices(page.notices),
    ]
    return Table(f"organisation-{firm.id}", "机构信用信息", _FACTS, rows)


_FACTS = ("项目", "内容")


def _head(public_id: str, kind: str, on: date | None, public_url: str) -> Iterable[Row]:
    yield "编号", public_id
    yield "地址", f"{public_url}/{kind}/{public_id}"
    if on:
        yield "登记情况截至", on.isoformat()


def _notices(shown: Iterable[Shown]) -> Iterator[Row]:
    return (
        (f"当前公示 · {one.kind_title}", f"{one.title}（{one.decided_on.isoformat()} 决定）") for one in shown
    )


def notice(shown: Shown, *, public_url: str) -> Table:
    rows: list[Row] = [
        ("", "公示编号", shown.public_id),
        ("", "地址", f"{public_url}/notices/{shown.public_id}"),
        ("", "类别", shown.kind_title),
        ("", "标题", shown.title),
        ("", "相对人", shown.subject.get("name")),
        ("", "决定日期", shown.decided_on.isoformat()),
        ("", "公开时间", local_text(shown.published_at)),
        ("", "公示截止", shown.until.isoformat() if shown.until else "长期"),
        *(("", "标注", mark) for mark in shown.marks),
        *(
            (code, wording.column_title(code), wording.column_text(text, code))
            for code, text in shown.columns.items()
        ),
    ]
    for name, value in shown.detail.items():
        if title := wording.detail_title(name):
            rows.append(("", title, value if isinstance(value, str) else "；".join(map(str, value))))
    return Table(f"notice-{shown.public_id}", shown.kind_title, ("代码", "项目", "内容"), rows)
