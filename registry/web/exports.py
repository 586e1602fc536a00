"""Downloads of the roster and of what was decided, as files that can be imported again, and roster sheets to print.

Identity numbers and private telephones leave the service only by a form that says for what, and every person whose they
are is named in the record of look-ups.
"""

import tempfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import BinaryIO, cast

from flask import Blueprint, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from registry.accounts import lookups
from registry.credit import export as decisions
from registry.kernel.access import current_actor, requires
from registry.kernel.delimited import Cell
from registry.kernel.faults import Invalid, NotFound
from registry.kernel.host import settings, work
from registry.kernel.paper import Paper
from registry.kernel.work import WorkSession
from registry.kernel.workbook import write_sheet
from registry.roster import export, find, kinds
from registry.roster.cells import CellFault, read_date
from registry.roster.export import Chosen
from registry.roster.paper import MOST, roster_sheet
from registry.web.forms import faults_by_path
from registry.web.papers import pdf
from registry.web.roster import READ, districts

CREDIT = "credit.read"
RESTRICTED = "export.restricted"
MOST_PERSONS = 5_000
"""Of so many persons identity numbers may leave in one file: each is named in the audit book."""
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

blueprint = Blueprint("exports", __name__, url_prefix="/staff/exports")


@blueprint.get("")
@requires(READ)
def index() -> ResponseReturnValue:
    return _page({"kind": "law_firm"})


def _page(values: Mapping[str, str], faults: dict[str, list[str]] | None = None) -> str:
    return render_template(
        "registry/roster/exports.html",
        values=values,
        faults=faults or {},
        kinds=kinds.titles(),
        districts=districts(),
        sheets=[(name, layout.title) for name, (_, _, layout) in decisions.SHEETS.items()],
        purposes=list(lookups.PURPOSES.items()),
        may_read_events=current_actor().may(CREDIT),
        may_restricted=current_actor().may(RESTRICTED),
    )


@blueprint.get("/roster.xlsx")
@requires(READ)
def roster() -> ResponseReturnValue:
    with work().read() as session:
        chosen, title = _chosen(session, request.args)
        return _file(title, export.headers(chosen), export.rows(session, chosen))


@blueprint.get("/roster.pdf")
@requires(READ)
def paper() -> ResponseReturnValue:
    with work().read() as session:
        chosen, title = _chosen(session, request.args)
        sheet = _paper(session, chosen, title)
    return pdf(sheet, "roster.pdf")


@blueprint.post("/roster")
@requires(RESTRICTED)
def restricted_roster() -> ResponseReturnValue:
    """With identity numbers and telephones."""
    try:
        with work().write(current_actor()) as session:
            chosen, title = _chosen(session, request.form)
            if chosen.organisations:
                raise Invalid.field("kind", "people-only", "只有人员名册含有证件号码")
            _note(session, export.persons(session, chosen, limit=MOST_PERSONS + 1))
    except Invalid as refusal:
        return _page(request.form, faults_by_path(refusal)), refusal.status
    with work().read() as session:
        cells = export.rows(session, chosen, restricted=True)
        return _file(title, export.headers(chosen, restricted=True), cells)


@blueprint.get("/decisions.xlsx")
@requires(CREDIT)
def decided() -> ResponseReturnValue:
    try:
        sheet, first, last = _asked(request.args)
    except Invalid as refusal:
        return _page(request.args, faults_by_path(refusal)), refusal.status
    with work().read() as session:
        cells = decisions.rows(session, sheet, first=first, last=last)
        return _file(decisions.SHEETS[sheet][2].title, decisions.headers(sheet), cells)


@blueprint.post("/decisions")
@requires(RESTRICTED)
def restricted_decisions() -> ResponseReturnValue:
    """As the exchange of the authorities wants them, identity numbers and all."""
    try:
        sheet, first, last = _asked(request.form)
        with work().write(current_actor()) as session:
            session.actor.require(CREDIT)
            _note(session, decisions.persons(session, sheet, first=first, last=last))
    except Invalid as refusal:
        return _page(request.form, faults_by_path(refusal)), refusal.status
    with work().read() as session:
        cells = decisions.rows(session, sheet, first=first, last=last, restricted=True)
        return _file(decisions.SHEETS[sheet][2].title, decisions.headers(sheet), cells)


def _note(session: WorkSession, persons: Sequence[str]) -> None:
    """One look-up for each person, before the file is written. Raises Invalid without a purpose or for too many."""
    session.actor.require(RESTRICTED)
    if len(persons) > MOST_PERSONS:
        raise Invalid.field("kind", "too-many", f"一次最多导出 {MOST_PERSONS} 人的证件号码，请缩小范围")
    purpose = request.form.get("purpose", "")
    for person in persons or ["none"]:
        lookups.note(session, "roster.export", person, purpose=purpose)


def _chosen(session: WorkSession, asked: Mapping[str, str]) -> tuple[Chosen, str]:
    """What is to be exported, and its title. Raises NotFound for what cannot be."""
    if asked.get("organisation"):
        place = find.organisation(session, asked["organisation"])
        return Chosen(organisation=place.id), f"{place.name}从业人员名册"
    kind = asked.get("kind", "")
    if kind not in kinds.titles():
        raise NotFound("没有这类名册")
    state = asked.get("state") or None
    states: kinds.States = (
        kinds.ORGANISATION_STATES if kind in kinds.ORGANISATION_KINDS else kinds.LICENCE_STATES
    )
    state = state if state in states else None
    return Chosen(kind, asked.get("district") or None, state), f"{kinds.titles()[kind]}名册"


def _asked(asked: Mapping[str, str]) -> tuple[str, date, date]:
    sheet = asked.get("sheet", "")
    if sheet not in decisions.SHEETS:
        raise Invalid.field("sheet", "required", "请选择表格")
    days = []
    for path in ("first", "last"):
        try:
            days.append(date.fromisoformat(read_date(asked.get(path, ""))))
        except (CellFault, ValueError) as unread:
            raise Invalid.field(path, "required", "请填写起止日期") from unread
    if days[1] < days[0]:
        raise Invalid.field("last", "order", "截止日期早于起始日期")
    return sheet, days[0], days[1]


def _file(title: str, headers: Sequence[str], rows: Iterable[Sequence[Cell]]) -> ResponseReturnValue:
    """Written to a file without a name, so that no list is held in memory and nothing stays behind."""
    target = cast(BinaryIO, tempfile.TemporaryFile())  # noqa: SIM115 - the answer closes it
    try:
        write_sheet(target, headers, rows, name=title)
    except BaseException:
        target.close()
        raise
    target.seek(0)
    answer = send_file(target, mimetype=XLSX, as_attachment=True, download_name=f"{title}.xlsx")
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _paper(session: WorkSession, chosen: Chosen, title: str) -> Paper:
    wanted = ("机构名称", "统一社会信用代码", "所在区", "负责人", "机构状态") if chosen.organisations else (
        "姓名", "执业证号", "执业机构", "首次执业日期", "执业状态"
    )  # fmt: skip
    headings = export.headers(chosen)
    places = [headings.index(name) for name in wanted]
    lines: list[list[str]] = []
    for cells in export.rows(session, chosen):
        if len(lines) == MOST:
            raise Invalid(f"超过 {MOST} 行，请缩小范围，或者导出表格", rule="too-many")
        lines.append([cells[place] for place in places])
    filters = [("所在区", kinds.district_name(chosen.district))] if chosen.district else []
    if chosen.state:
        states: kinds.States = kinds.ORGANISATION_STATES if chosen.organisations else kinds.LICENCE_STATES
        filters.append(("状态", states[chosen.state].title))
    asked = {name: request.args.get(name) for name in ("kind", "district", "state", "organisation")}
    return roster_sheet(
        title=title,
        bureau=settings().bureau,
        address=settings().public_url + url_for("exports.paper", **asked),  # type: ignore[arg-type]
        on=session.today,
        filters=filters,
        headings=wanted,
        widths=(5, 4, 2, 2, 2) if chosen.organisations else (2, 4, 5, 2, 2),
        lines=lines,
    )
