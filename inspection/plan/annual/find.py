"""Reads of annual plans: their versions, and what became of each entry."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from inspection.plan.annual.open import SEALED, grounds
from inspection.plan.annual.tables import PlanEntryRow, PlanRow, TaskOriginRow
from inspection.plan.exclusions import Scope
from inspection.plan.find import MatterPage, in_words, matter_page
from inspection.plan.tables import TaskRow
from registry.kernel.faults import NotFound
from registry.kernel.work import WorkSession

HEADINGS = (
    "序号",
    "抽查项目",
    "抽查内容",
    "检查对象",
    "事项类别",
    "检查方式",
    "检查依据",
    "抽查比例",
    "抽查频次",
    "开始日期",
    "完成时限",
    "抽查类型",
    "牵头处室",
)
"""The columns under which bureaus publish their plans, and those that a plan with days needs beside them."""


@dataclass(frozen=True)
class EntryPage:
    """A planned inspection. `scope` in words, None for 不定向."""

    public_id: str
    number: str
    code: str
    title: str
    matters: Sequence[MatterPage]
    rate: str
    times: int
    starts_on: date
    ends_on: date
    section: str
    scope: str | None
    districts: Sequence[str]
    strata: Sequence[str]

    @property
    def object_title(self) -> str:
        return self.matters[0].object_title

    def cells(self) -> list[str]:
        """The entry under HEADINGS; several matters of one visit stand one below the other."""

        def each(*texts: str) -> str:
            return "\n".join(dict.fromkeys(texts))

        return [
            self.code,
            each(self.title, *(matter.name for matter in self.matters)),
            each(*(matter.content for matter in self.matters)),
            self.object_title,
            each(*(matter.category for matter in self.matters)),
            each(*(matter.method for matter in self.matters)),
            each(*(matter.basis for matter in self.matters)),
            self.rate,
            f"{self.times} 次/年",
            self.starts_on.isoformat(),
            self.ends_on.isoformat(),
            f"定向：{self.scope}" if self.scope else "不定向",
            self.section,
        ]


@dataclass(frozen=True)
class PlanPage:
    """One version of a plan. `held` says that it is the one in force."""

    public_id: str
    number: str
    version: int
    year: int
    title: str
    section: str
    reason: str
    state: str
    held: bool
    drafted_by: str
    published_at: datetime | None
    log_index: int | None
    entries: Sequence[EntryPage]


@dataclass(frozen=True)
class Origin:
    """Where a task comes from: an entry of a plan (`number`, `code`), or a ground outside it. `reason` is for the office."""

    number: str | None
    code: str | None
    title: str
    reason: str | None


def plans(session: Session, *, drafts: bool = False) -> list[PlanPage]:
    """The versions in force, the latest year first; with `drafts` also what is not published yet."""
    rows = session.scalars(
        select(PlanRow)
        .where(PlanRow.state.in_(("published", "draft") if drafts else ("published",)))
        .order_by(PlanRow.year.desc(), PlanRow.number, PlanRow.version.desc())
    ).all()
    held = _held(rows)
    return [_page(row, held) for row in rows if row.state == "draft" or row.id in held]


def versions(session: Session, number: str) -> list[PlanPage]:
    """All published versions of a plan, the one in force first. Raises NotFound."""
    rows = session.scalars(
        select(PlanRow)
        .where(PlanRow.number == number, PlanRow.state == "published")
        .order_by(PlanRow.version.desc())
    ).all()
    if not rows:
        raise NotFound("没有这份年度抽查计划")
    held = _held(rows)
    return [_page(row, held) for row in rows]


def plan(session: Session, public_id: str) -> PlanPage:
    """One version, drafts too. Raises NotFound."""
    row = session.scalar(select(PlanRow).where(PlanRow.public_id == public_id))
    if row is None:
        raise NotFound("没有这份年度抽查计划")
    others = session.scalars(
        select(PlanRow)
        .where(PlanRow.number == row.number, PlanRow.state == "published")
        .order_by(PlanRow.version.desc())
    ).all()
    return _page(row, _held(others))


def startable(session: Session, *, on: date) -> list[EntryPage]:
    """The entries of plans in force whose time has come."""
    return [
        entry for page in plans(session) for entry in page.entries if entry.starts_on <= on <= entry.ends_on
    ]


def entry(session: Session, public_id: str) -> EntryPage:
    """One entry. Raises NotFound."""
    row = session.scalar(select(PlanEntryRow).where(PlanEntryRow.public_id == public_id))
    if row is None:
        raise NotFound("没有这一计划项目")
    return _entry(row)


def tasks(session: Session, number: str) -> Mapping[str, Sequence[tuple[str, str]]]:
    """By entry (code), the tasks (public id, title) that were opened from it through all versions of the plan."""
    rows = session.execute(
        select(PlanEntryRow.code, TaskRow.public_id, TaskRow.title)
        .join(TaskOriginRow, TaskOriginRow.entry_id == PlanEntryRow.id)
        .join(TaskRow, TaskRow.id == TaskOriginRow.task_id)
        .join(PlanRow, PlanRow.id == PlanEntryRow.plan_id)
        .where(PlanRow.number == number)
        .order_by(TaskRow.id)
    )
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for row in rows:
        found[row.code].append((row.public_id, row.title))
    return found


def origin(session: WorkSession, task: str) -> Origin | None:
    """Where the task with public id `task` comes from; None for those that are older than plans."""
    row = session.scalar(
        select(TaskOriginRow)
        .join(TaskRow, TaskRow.id == TaskOriginRow.task_id)
        .where(TaskRow.public_id == task)
    )
    if row is None:
        return None
    if row.entry is not None:
        held = row.entry.plan
        return Origin(held.number, row.entry.code, f"{held.title}第 {row.entry.code} 项", None)
    reason = session.keys.decrypt(row.reason, SEALED) if row.reason is not None else None
    return Origin(None, None, f"临时任务：{grounds().get(row.ground or '', row.ground)}", reason)


def _held(rows: Sequence[PlanRow]) -> set[int]:
    """The first published row of each number; the rows come with the highest version first."""
    first: dict[str, int] = {}
    for row in rows:
        if row.state == "published":
            first.setdefault(row.number, row.id)
    return set(first.values())


def _page(row: PlanRow, held: set[int]) -> PlanPage:
    return PlanPage(
        row.public_id,
        row.number,
        row.version,
        row.year,
        row.title,
        row.section,
        row.reason,
        row.state,
        row.id in held,
        row.drafted_by,
        row.published_at,
        row.log_index,
        [_entry(one) for one in row.entries],
    )


def _entry(row: PlanEntryRow) -> EntryPage:
    scope = Scope.read(row.scope)
    return EntryPage(
        row.public_id,
        row.plan.number,
        row.code,
        row.title,
        [matter_page(matter) for matter in row.matters],
        row.rate,
        row.times,
        row.starts_on,
        row.ends_on,
        row.section,
        in_words(scope),
        scope.districts,
        scope.strata,
    )
