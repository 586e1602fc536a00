"""年度双随机抽查情况报告: prepared from the figures of a year, which are frozen then, and published by a second person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from inspection.ceremony import find as draws
from inspection.ceremony.tables import DrawRow
from inspection.health import find as health
from inspection.health.assess import TITLES
from inspection.visits.after import figures, statistics
from inspection.visits.after.tables import AnnualReportRow
from registry.kernel.access import Actor
from registry.kernel.clock import SHANGHAI, local_day
from registry.kernel.faults import Conflict, Invalid, NotFound, Refused
from registry.kernel.work import Work, WorkSession

PREPARE, PUBLISH = "report.prepare", "report.publish"
_FIRST = 2000


@dataclass(frozen=True)
class Report:
    """A report; `figures` as `_figures` froze them, `published_on` None while it is inside."""

    public_id: str
    year: int
    figures: dict[str, Any]
    prepared_at: datetime
    prepared_by: str
    published_on: date | None


def prepare(work: Work, actor: Actor, *, year: int) -> str:
    """Takes the figures of `year` as they stand now; again, as long as it is not public. Gives the public id.

    The health of the draws is computed outside the write. Raises Refused, Invalid for a year without draws or to come,
    Conflict once it is public.
    """
    actor.require(PREPARE)
    with work.read() as session:
        if not _FIRST <= year <= session.today.year:
            raise Invalid.field("year", "out_of_range", "请选择已经开始的年度")
        taken = _figures(session, year)
    with work.write(actor) as session:
        row = session.scalar(select(AnnualReportRow).where(AnnualReportRow.year == year).with_for_update())
        if row is not None and row.published_at is not None:
            raise Conflict("年度报告已经公布，不能更改", rule="published")
        if row is None:
            row = AnnualReportRow(public_id=session.new_id(), year=year)
            session.add(row)
        row.figures, row.prepared_at, row.prepared_by = taken, session.now, actor.id
        session.act("report.prepare", row.public_id, year=year)
        return row.public_id


def publish(session: WorkSession, actor: Actor, *, report: str) -> AnnualReportRow:
    """Makes a report public, by somebody who did not prepare it. Raises NotFound, Refused (`four_eyes`), Conflict."""
    actor.require(PUBLISH)
    row = session.scalar(select(AnnualReportRow).where(AnnualReportRow.public_id == report).with_for_update())
    if row is None:
        raise NotFound("没有这份年度报告")
    if row.published_at is not None:
        raise Conflict("年度报告已经公布", rule="published")
    if row.prepared_by == actor.id:
        raise Refused("年度报告须由编制人以外的人公布", rule="four_eyes")
    row.published_at, row.published_by = session.now, actor.id
    session.act("report.publish", row.public_id, year=row.year)
    return row


def reports(session: WorkSession, *, public: bool) -> list[Report]:
    """All reports, or the public ones alone, the latest year first."""
    wanted = select(AnnualReportRow).order_by(AnnualReportRow.year.desc())
    if public:
        wanted = wanted.where(AnnualReportRow.published_at.is_not(None))
    return [_report(row) for row in session.scalars(wanted)]


def report(session: WorkSession, public_id: str) -> Report:
    """One report, public or not. Raises NotFound."""
    row = session.scalar(select(AnnualReportRow).where(AnnualReportRow.public_id == public_id))
    if row is None:
        raise NotFound("没有这份年度报告")
    return _report(row)


def published(session: WorkSession, year: int) -> Report:
    """The public report of a year. Raises NotFound."""
    row = session.scalar(
        select(AnnualReportRow).where(AnnualReportRow.year == year, AnnualReportRow.published_at.is_not(None))
    )
    if row is None:
        raise NotFound("没有这一年度的报告，或者尚未公布")
    return _report(row)


def _report(row: AnnualReportRow) -> Report:
    on = local_day(row.published_at) if row.published_at else None
    return Report(row.public_id, row.year, row.figures, row.prepared_at, row.prepared_by, on)


def _figures(session: WorkSession, year: int) -> dict[str, Any]:
    """Texts and whole numbers alone, so that the paper is the same bytes for ever."""
    known = statistics.of_year(session, year, public=False)
    overview = health.overview(session, on=session.today)
    ended = [one for one in overview.ended if one.at is not None and local_day(one.at).year == year]
    return {
        "as_of": session.today.isoformat(),
        "lines": [[str(cell) for cell in line] for line in known.lines()],
        "headings": list(figures.HEADINGS),
        "codes": [[title, known.total.by_code[code]] for code, title in known.codes.items()],
        "planned": [
            [f"{one.number} 第 {one.code} 项", one.title, one.times, one.carried_out] for one in known.planned
        ],
        "draws": _drawn(session, year),
        "voids": [[one.public_id, one.title, one.ground] for one in ended],
        "health": [
            [TITLES[one.test], f"{one.p:.3g}", "报警" if overview.health.is_alarm(one) else "没有报警"]
            for one in overview.health.results
            if overview.health.looks
        ],
        "health_draws": overview.draws,
    }


def _drawn(session: WorkSession, year: int) -> Sequence[list[Any]]:
    """Draws of the year that stand and are open: task, matters, day, what they rest on, how many there were and drawn."""
    rows = session.execute(
        select(DrawRow.public_id)
        .where(
            DrawRow.record.is_not(None),
            DrawRow.state != "voided",
            DrawRow.drawn_at >= datetime(year, 1, 1, tzinfo=SHANGHAI),
            DrawRow.drawn_at < datetime(year + 1, 1, 1, tzinfo=SHANGHAI),
        )
        .order_by(DrawRow.id)
    )
    found = []
    for (public_id,) in rows.all():
        page = draws.draw_page(session, public_id, on=session.today)
        day = local_day(page.drawn_at).isoformat() if page.drawn_at else ""
        found.append(
            [page.public_id, page.task_title, page.matter, day, page.assurance, page.units, len(page.chosen)]
        )
    return found
