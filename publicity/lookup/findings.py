"""Public results of random inspections by task, laid out as the national enterprise publicity system does.

What was found is read from the notice in the ledger, as every page does; the task, its plan and its matters come from the
inspection behind it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, Text, cast, false, literal, or_, select, union_all

from inspection.ceremony.tables import DrawRow, SelectionRow
from inspection.plan.annual.tables import PlanEntryRow, PlanRow, TaskOriginRow
from inspection.plan.tables import MatterRow, TaskMatterRow, TaskRow
from inspection.visits.after.tables import RecheckRow, RectificationRow
from inspection.visits.tables import VisitRow
from publicity.lookup import policy
from publicity.notices import find as notices
from publicity.notices.find import Shown
from publicity.notices.tables import Notice
from publicity.release.tables import Release
from registry.kernel.canon import canonical
from registry.kernel.work import WorkSession
from registry.roster.tables import OrganisationRow

UNPLANNED = "临时任务"
FIRST, LAST = 2000, 2100
RESULTS = {"none": "未发现问题", "problems": "发现问题"}
HEADINGS = (
    "抽查计划编号", "计划名称", "任务编号", "任务名称", "抽查类型", "抽查机关", "检查对象", "完成日期", "抽查事项", "检查结果", "处理方式",
    "复查", "标注", "公示编号",
)  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """What is asked for; None asks for all. `year` is that of the inspection, `result` a key of RESULTS."""

    year: int | None = None
    matter: str | None = None
    district: str | None = None
    result: str | None = None

    @classmethod
    def given(cls, given: Mapping[str, str]) -> "Asked":
        """From an address; what nobody could have chosen filters nothing."""
        result, year = given.get("result"), given.get("year", "")
        known = len(year) == 4 and year.isascii() and year.isdigit() and FIRST <= int(year) <= LAST
        return cls(
            year=int(year) if known else None,
            matter=given.get("matter", "")[:32] or None,
            district=given.get("district", "")[:6] or None,
            result=result if result in RESULTS else None,
        )

    @property
    def parameters(self) -> dict[str, str]:
        """What it is in an address."""
        return {name: str(value) for name, value in vars(self).items() if value is not None}


@dataclass(frozen=True)
class Finding:
    """One public result. `directed`: the task was limited to some (定向). `matters` are those of its task."""

    notice: Shown
    plan_number: str | None
    plan_title: str
    task_code: str
    task_title: str
    directed: bool
    matters: Sequence[str]
    recheck: bool

    @property
    def results(self) -> Sequence[str]:
        return list(self.notice.detail.get("results", ()))

    @property
    def details(self) -> list[dict[str, object]]:
        """Numbered matters with the results; a visit looks at all matters of its task together."""
        told = "；".join(self.results)
        return [
            {"seqno": number, "item": name, "result": told}
            for number, name in enumerate(self.matters, start=1)
        ]

    @property
    def type_title(self) -> str:
        return "定向" if self.directed else "不定向"

    def cells(self, authority: str) -> list[str]:
        """The line under HEADINGS."""
        return [
            self.plan_number or "",
            self.plan_title,
            self.task_code,
            self.task_title,
            self.type_title,
            authority,
            self.notice.subject.get("name", ""),
            self.notice.decided_on.isoformat(),
            "；".join(self.matters),
            "；".join(self.results),
            str(self.notice.detail.get("measure", "")),
            "复查" if self.recheck else "",
            "；".join(self.notice.marks),
            self.notice.public_id,
        ]


def results(
    session: WorkSession,
    asked: Asked,
    *,
    among: Collection[str] | None = None,
    limit: int,
    before: int | None = None,
) -> tuple[list[Finding], int | None]:
    """Public results, the latest published first, and the cursor of the next page."""
    query = _query(session.today).where(*_wanted(asked)).order_by(Notice.id.desc()).limit(limit + 1)
    if among is not None:
        query = query.where(Notice.public_id.in_(among))
    rows = session.execute(query if before is None else query.where(Notice.id < before)).all()
    page = rows[:limit]
    shown = notices.of_releases(session, [row.Notice.release_id for row in page])
    matters = _matters(session, {row.TaskRow.id for row in page})
    found = [_finding(row, shown[row.Notice.release_id], matters[row.TaskRow.id]) for row in page]
    return [one for one in found if one is not None], page[-1].Notice.id if len(rows) > limit else None


def choices(session: WorkSession) -> dict[str, Any]:
    """What can be asked for: years and matters of results that are public."""
    rows = session.execute(
        _query(session.today).with_only_columns(Release.decided_on, TaskRow.id).distinct()
    ).all()
    names = session.execute(
        select(MatterRow.code, MatterRow.name)
        .join(TaskMatterRow, TaskMatterRow.matter_id == MatterRow.id)
        .where(TaskMatterRow.task_id.in_({row.id for row in rows}))
        .order_by(MatterRow.code, MatterRow.id)
    )
    return {
        "years": sorted({row.decided_on.year for row in rows}, reverse=True),
        "matters": {row.code: row.name for row in names},
    }


def _finding(row: Row[*tuple[Any, ...]], shown: object, matters: Sequence[str]) -> Finding | None:
    if not isinstance(shown, Shown):
        return None
    return Finding(
        notice=shown,
        plan_number=row.number,
        plan_title=row.plan_title or UNPLANNED,
        task_code=row.TaskRow.code,
        task_title=row.TaskRow.title,
        directed=row.TaskRow.scope is not None,
        matters=matters,
        recheck=bool(row.recheck),
    )


def _query(today: date) -> Select[*tuple[Any, ...]]:
    of = union_all(
        select(
            VisitRow.event_id.label("event_id"), VisitRow.id.label("visit_id"), literal(0).label("recheck")
        ).where(VisitRow.event_id.is_not(None)),
        select(RecheckRow.event_id, RectificationRow.visit_id, literal(1))
        .join(RectificationRow, RectificationRow.id == RecheckRow.rectification_id)
        .where(RecheckRow.event_id.is_not(None)),
    ).subquery()
    return (
        select(Notice, TaskRow, PlanRow.number, PlanRow.title.label("plan_title"), of.c.recheck)
        .join(Release, Release.id == Notice.release_id)
        .join(of, of.c.event_id == Release.event_id)
        .join(VisitRow, VisitRow.id == of.c.visit_id)
        .join(SelectionRow, SelectionRow.id == VisitRow.selection_id)
        .join(DrawRow, DrawRow.id == SelectionRow.draw_id)
        .join(TaskRow, TaskRow.id == DrawRow.task_id)
        .outerjoin(TaskOriginRow, TaskOriginRow.task_id == TaskRow.id)
        .outerjoin(PlanEntryRow, PlanEntryRow.id == TaskOriginRow.entry_id)
        .outerjoin(PlanRow, PlanRow.id == PlanEntryRow.plan_id)
        .outerjoin(OrganisationRow, OrganisationRow.id == SelectionRow.organisation_id)
        .where(
            Notice.kind == "finding",
            Notice.state == "current",
            or_(Notice.until.is_(None), Notice.until >= today),
            *([Notice.practitioner_id.is_(None)] if "finding" in policy.on(today).asked else ()),
        )
    )


def _wanted(asked: Asked) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if asked.year is not None:
        wanted.append(Release.decided_on.between(date(asked.year, 1, 1), date(asked.year, 12, 31)))
    if asked.district is not None:
        wanted.append(OrganisationRow.district == asked.district)
    if asked.matter is not None:
        of_matter = (
            select(TaskMatterRow.task_id)
            .join(MatterRow, MatterRow.id == TaskMatterRow.matter_id)
            .where(MatterRow.code == asked.matter)
        )
        wanted.append(TaskRow.id.in_(of_matter))
    if asked.result is not None:
        nothing = cast(VisitRow.codes, Text) == canonical(["1"]).decode()
        wanted.append({"none": nothing, "problems": ~nothing}.get(asked.result, false()))
    return wanted


def _matters(session: WorkSession, tasks: Collection[int]) -> Mapping[int, list[str]]:
    found: dict[int, list[str]] = {task: [] for task in tasks}
    rows = session.execute(
        select(TaskMatterRow.task_id, MatterRow.name)
        .join(MatterRow, MatterRow.id == TaskMatterRow.matter_id)
        .where(TaskMatterRow.task_id.in_(tasks))
        .order_by(TaskMatterRow.task_id, TaskMatterRow.position)
    )
    for row in rows:
        found[row.task_id].append(row.name)
    return found
