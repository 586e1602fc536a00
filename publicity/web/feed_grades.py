"""Staff pages of what the office is graded on: figures by month, what was never told, the quality of the columns."""

from collections.abc import Sequence
from dataclasses import asdict

from flask import Blueprint, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from publicity.feed import find
from publicity.feed.configure import READ
from publicity.feed.graded import candidates, count, measure, quality
from publicity.feed.graded.candidates import Candidate
from publicity.feed.graded.count import Counted, Figures
from publicity.feed.graded.measure import Month
from publicity.feed.graded.quality import Quality
from publicity.lookup.files import Table
from publicity.web.files import sent
from registry.kernel.access import current_actor, requires
from registry.kernel.host import work
from registry.kernel.work import WorkSession
from registry.web import charts

blueprint = Blueprint("feed_grades", __name__, url_prefix="/staff/feed", template_folder="templates")

TITLES = {
    "produced": "决定", "published": "已公示", "told": "已报送", "accepted": "入库", "compliant": "合规", "refused": "疑问",
    "late": "迟报", "overdue": "逾期",
}  # fmt: skip
_SHOWN = 200


class _Asked:
    """The year and channel that the address asks for, and their figures."""

    def __init__(self, session: WorkSession) -> None:
        asked = request.args.get("year", type=int)
        this = session.today.year
        self.year = asked if asked and 2000 <= asked <= this else this
        self.years = range(this, this - 3, -1)
        self.first, self.last = measure.year(session, self.year)
        self.channels = [(one.public_id, one.name) for one in find.channels(session)]
        channel = request.args.get("channel", "")
        self.channel = channel if channel in dict(self.channels) else None
        self.counted: Counted = count.figures(session, first=self.first, last=self.last, channel=self.channel)
        self.months: Sequence[Month] = measure.months(self.counted, first=self.first, last=self.last)
        self.untold: Sequence[Candidate] = candidates.candidates(
            session, first=self.first, last=self.last, channel=self.channel
        )
        self.quality: Sequence[Quality] = quality.quality(session, first=self.first, last=self.last)


@blueprint.get("/grades")
@requires(READ)
def index() -> ResponseReturnValue:
    with work().read(current_actor()) as session:
        asked = _Asked(session)
    open_ = [one for one in asked.untold if not one.lawful]
    return render_template(
        "publicity/feed_grades.html",
        asked=asked,
        total=asked.counted.total(),
        kinds=[(candidates.title_of_kind(kind), asked.counted.total(kind=kind)) for kind in count.kinds()],
        titles=TITLES,
        meanings=count.meanings(),
        chart=charts.bars(
            "各月的决定、入库和迟报数",
            [
                (
                    f"{month.first.month} 月",
                    [month.figures.produced, month.figures.accepted, month.figures.late],
                )
                for month in asked.months
            ],
            ("决定", "入库", "迟报"),
        ),
        candidates=open_[:_SHOWN],
        more=len(open_) - _SHOWN,
        excused=candidates.by_reason([one for one in asked.untold if one.lawful]),
    )


@blueprint.get("/grades.json")
@requires(READ)
def as_json() -> ResponseReturnValue:
    with work().read(current_actor()) as session:
        asked = _Asked(session)
    return jsonify(
        {
            "first": asked.first.isoformat(),
            "last": asked.last.isoformat(),
            "kinds": {kind: _figures(asked.counted.total(kind=kind)) for kind in count.kinds()},
            "months": [
                {"month": f"{month.first:%Y-%m}", **_figures(month.figures)} for month in asked.months
            ],
            "candidates": [
                {**one._asdict(), "decided_on": one.decided_on.isoformat()} for one in asked.untold
            ],
            "columns": [{**one._asdict(), "share": one.share} for one in asked.quality],
        }
    )


@blueprint.get("/grades.xlsx")
@requires(READ)
def as_xlsx() -> ResponseReturnValue:
    with work().read(current_actor()) as session:
        asked = _Asked(session)
    headers = ("月份", *TITLES.values(), "合规率", "迟报率")
    lines = [(f"{month.first:%Y-%m}", month.figures) for month in asked.months]
    lines.append(("合计", asked.counted.total()))
    rows = [
        (
            title,
            *(getattr(figures, name) for name in TITLES),
            _percent(figures.compliance),
            _percent(figures.lateness),
        )
        for title, figures in lines
    ]
    return sent(Table(f"grades-{asked.year}", "分级指标", headers, rows), "xlsx")


@blueprint.get("/grades/untold.xlsx")
@requires(READ)
def untold() -> ResponseReturnValue:
    """Every decision that no platform was told of, with the reason."""
    with work().read(current_actor()) as session:
        asked = _Asked(session)
    headers = ("类别", "文书号", "决定日期", "天数", "是否逾期", "未报送的原因", "依法可以不报")
    rows = [
        (
            one.kind_title,
            one.document_number,
            one.decided_on.isoformat(),
            one.days,
            "逾期" if one.late else "",
            one.reason,
            "是" if one.lawful else "",
        )
        for one in asked.untold
    ]
    return sent(Table(f"untold-{asked.year}", "未报送的决定", headers, rows), "xlsx")


def _figures(figures: Figures) -> dict[str, int | float | None]:
    return {
        **asdict(figures),
        "untold": figures.untold,
        "compliance": figures.compliance,
        "lateness": figures.lateness,
    }


def _percent(share: float | None) -> str | None:
    return None if share is None else f"{100 * share:.2f}%"
