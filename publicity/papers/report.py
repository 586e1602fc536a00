"""信用报告: what the public may know of somebody, on one paper: licences, standing with its reasons, notices, checkpoint."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from publicity.lookup import pages
from publicity.lookup.masks import PublicLicence
from publicity.lookup.pages import OrganisationPage, PractitionerPage
from publicity.notices import find as notices
from publicity.notices.find import Shown
from registry.credit import catalogue
from registry.credit.standing import find as standing
from registry.credit.standing.find import Reason, Standing
from registry.kernel.clock import local_text
from registry.kernel.paper import Block, Facts, Heading, Mark, Paper, Seal, Table, Text
from registry.kernel.work import WorkSession
from registry.ledger import book
from registry.roster import find

TITLE = "信用报告"
MOST = 500
"""So many notices are listed on paper, what matters most first; of the others it is said how many there are, and where."""
_PAGE = 200


@dataclass(frozen=True)
class Grade:
    """A standing as the public may know it: `told` are the reasons whose record is public, `others` the points of the rest."""

    standing: Standing
    told: Sequence[Reason]
    others: int


@dataclass(frozen=True)
class Report:
    """`notices` are all that are public, the latest first."""

    page: PractitionerPage | OrganisationPage
    day: date
    at: datetime
    grades: Sequence[Grade]
    notices: Sequence[Shown]
    size: int
    checkpoint: str


def practitioner(session: WorkSession, public_id: str) -> Report:
    """Raises NotFound."""
    row = find.practitioner(session, public_id).id
    page = pages.practitioner(session, public_id)
    return _report(session, page, practitioner=row)


def organisation(session: WorkSession, public_id: str) -> Report:
    """Raises NotFound."""
    row = find.organisation(session, public_id).id
    page = pages.organisation(session, public_id)
    return _report(session, page, organisation=row)


def _report(
    session: WorkSession,
    page: PractitionerPage | OrganisationPage,
    *,
    practitioner: int | None = None,
    organisation: int | None = None,
) -> Report:
    current: list[Shown] = []
    before: int | None = None
    while True:
        some, before = notices.listed(
            session, practitioner=practitioner, organisation=organisation, before=before, limit=_PAGE
        )
        current += some
        if before is None:
            break
    courses = standing.course(session, practitioner=practitioner, organisation=organisation, on=session.today)
    public = notices.events_of(session, [shown.public_id for shown in current])
    head = book.head(session, "public")
    return Report(
        page=page,
        day=session.today,
        at=session.now,
        grades=[_grade(course.now, public) for course in courses],
        notices=current,
        size=head.size,
        checkpoint=head.checkpoint,
    )


def _grade(now: Standing, public: frozenset[str]) -> Grade:
    told = [reason for reason in now.reasons if reason.event in public and reason.points]
    return Grade(now, told, sum(reason.points for reason in now.reasons if reason.event not in public))


def paper(report: Report, *, bureau: str, public_url: str, sealed: bool) -> Paper:
    """The report as it is printed; with `sealed` a place for the office's seal is left."""
    page = report.page
    if isinstance(page, PractitionerPage):
        place, subject_id, about = "practitioners", page.practitioner.id, [("姓名", page.practitioner.name)]
        licences = [_licence(licence) for licence in page.practitioner.licences]
    else:
        place, subject_id, about = "organisations", page.organisation.id, list(_organisation(page))
        licences = []
    address = f"{public_url}/{place}/{subject_id}"
    day = f"{report.day.year}年{report.day.month}月{report.day.day}日"
    end: Block = (
        Seal(bureau, day) if sealed else Text(f"{bureau}　{day}（本机关未配置电子印章，请以公开页面为准）")
    )
    return Paper(
        title=TITLE,
        name=f"{TITLE} {subject_id}",
        bureau=bureau,
        address=address,
        blocks=[
            Heading("主体"),
            Facts(about),
            *_licences(licences),
            *_graded(report.grades),
            *_listed(report.notices, address),
            end,
            Heading("存证与核验"),
            Text(
                "每条公示的每个版本都写入公开存证日志，公开之后如被改动，任何人都能发现。本报告只含截至出具之时可以公开的信息；"
                "已到期、已修复或已撤下的不再列出。请扫描右上角二维码，与当前公示核对；每条公示页面都附有可离线核验的证明。"
            ),
            Facts(
                [
                    ("出具时间", local_text(report.at)),
                    ("日志条数", str(report.size)),
                    ("检查点", report.checkpoint.rstrip("\n")),
                ]
            ),
        ],
    )


def _organisation(page: OrganisationPage) -> Iterator[tuple[str, str]]:
    firm = page.organisation
    yield "名称", firm.name
    yield "类型", firm.kind
    yield "统一社会信用代码", firm.uscc or ""
    yield "许可证号", firm.licence_number or ""
    yield "负责人", firm.head or ""
    yield "所在区", firm.district
    yield "状态", f"{firm.state}（自 {firm.state_since.isoformat()}）"


def _licence(licence: PublicLicence) -> Sequence[str]:
    where = licence.organisation.name if licence.organisation else ""
    return [
        licence.profession,
        licence.number,
        f"{licence.state}（自 {licence.state_since.isoformat()}）",
        where,
    ]


def _licences(licences: Sequence[Sequence[str]]) -> Iterator[Block]:
    if licences:
        yield Heading("执业许可")
        yield Table(["职业", "执业证号", "状态", "执业机构"], licences, [2, 3, 3, 4])


def _graded(grades: Sequence[Grade]) -> Iterator[Block]:
    for grade in grades:
        now = grade.standing
        yield Heading("信用等级")
        yield Facts(
            [
                ("等级", now.title),
                ("分数", f"{now.points} 分（基础 {now.base} 分）"),
                ("规则", now.rules_title),
            ]
        )
        rows = [
            [
                reason.decided_on.isoformat(),
                catalogue.kind(reason.kind).title,
                reason.rule or "",
                f"{reason.points:+d} 分",
                reason.until.isoformat() if reason.until else "",
            ]
            for reason in grade.told
        ]
        if grade.others:
            rows.append(["", "未公开的记录", "", f"{grade.others:+d} 分", ""])
        if rows:
            yield Table(["日期", "事项", "规则", "分值", "计至"], rows, [2, 3, 4, 2, 2])


def _listed(shown: Sequence[Shown], address: str) -> Iterator[Block]:
    if not shown:
        yield Heading("公示信息")
        yield Text("没有正在公示的信息。")
    for mark in sorted({mark for one in shown for mark in one.marks}):
        yield Mark(f"有公示{mark}，详见该条公示。")
    left = MOST
    for some in pages.grouped(shown).values():
        if left:
            yield Heading(f"公示：{some[0].kind_title}（{len(some)} 条）")
            yield _table(some[:left])
        left -= min(left, len(some))
    if len(shown) > MOST:
        yield Text(f"以上列出 {MOST} 条；其余 {len(shown) - MOST} 条见公开页面 {address}。")


def _table(some: Sequence[Shown]) -> Table:
    return Table(
        ["决定日期", "内容", "文号", "公示至", "日志"],
        [
            [
                one.decided_on.isoformat(),
                _content(one),
                one.document_number or "",
                one.until.isoformat() if one.until else "长期",
                str(one.versions[-1].position),
            ]
            for one in some
        ],
        [2, 6, 4, 2, 1],
    )


def _content(shown: Shown) -> str:
    """What it is about in a line; what a penalty was for says more than that it is one."""
    what = "：".join(filter(None, [shown.columns.get("CF_WFXW"), shown.columns.get("CF_NR")])) or shown.title
    return what + "".join(f"【{mark}】" for mark in shown.marks)
