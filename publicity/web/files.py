"""Every list and record of the public site as CSV and xlsx."""

import io
from collections.abc import Callable

from flask import Blueprint, Response, request, send_file
from flask.typing import ResponseReturnValue

from publicity.lookup import files, pages
from publicity.lookup.asked import Asked
from publicity.lookup.files import Table
from publicity.notices import find as notices
from publicity.notices.find import Tombstone
from publicity.web import public as site
from registry.kernel.access import public
from registry.kernel.delimited import csv_lines
from registry.kernel.host import settings, work
from registry.kernel.work import WorkSession
from registry.kernel.workbook import write_sheet
from registry.roster import find

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMS = "<any(csv, xlsx):form>"

blueprint = Blueprint("files", __name__)


def sent(table: Table, form: str) -> Response:
    """A table as a file; where the list goes on, the header `X-More` says so and the page leads to the rest."""
    if form == "csv":
        answer = Response(
            b"".join(csv_lines(table.headers, table.rows)), content_type="text/csv; charset=utf-8"
        )
        answer.headers["Content-Disposition"] = f'attachment; filename="{table.name}.csv"'
    else:
        book = io.BytesIO()
        write_sheet(book, table.headers, table.rows, name=table.title)
        book.seek(0)
        answer = send_file(book, XLSX, as_attachment=True, download_name=f"{table.name}.xlsx")
    if table.more:
        answer.headers["X-More"] = "true"
    return answer


def _answer(form: str, read: Callable[[WorkSession, str], Table]) -> Response:
    with work().read() as session:
        table = read(session, settings().public_url)
    return sent(table, form)


@blueprint.get(f"/notices.{FORMS}")
@public
def notice_list(form: str) -> ResponseReturnValue:
    chosen, subject, before = site.chosen_asked(), site.subject_asked(), site.number("before")

    def read(session: WorkSession, public_url: str) -> Table:
        listed = pages.notice_list(
            session, chosen=chosen, subject=subject, before=before, limit=files.MOST_NOTICES
        )
        return files.notices(listed, public_url=public_url)

    return _answer(form, read)


@blueprint.get(f"/notices/withdrawn.{FORMS}")
@public
def withdrawn(form: str) -> ResponseReturnValue:
    before = site.number("before")

    def read(session: WorkSession, public_url: str) -> Table:
        listed, following = notices.withdrawn(session, before=before, limit=files.MOST_NOTICES)
        return files.withdrawn(listed, more=following is not None, public_url=public_url)

    return _answer(form, read)


@blueprint.get(f"/search.{FORMS}")
@public
def search(form: str) -> ResponseReturnValue:
    asked = Asked.given(request.args)
    return _answer(form, lambda session, public_url: files.hits(session, asked, public_url=public_url))


@blueprint.get(f"/practitioners/<string(length=16):public_id>.{FORMS}")
@public
def practitioner(public_id: str, form: str) -> ResponseReturnValue:
    def read(session: WorkSession, public_url: str) -> Table:
        on = pages.day(request.args.get("on", ""), today=session.today)
        return files.practitioner(pages.practitioner(session, public_id, on=on), public_url=public_url)

    return _answer(form, read)


@blueprint.get(f"/organisations/<string(length=16):public_id>.{FORMS}")
@public
def organisation(public_id: str, form: str) -> ResponseReturnValue:
    def read(session: WorkSession, public_url: str) -> Table:
        on = pages.day(request.args.get("on", ""), today=session.today)
        return files.organisation(pages.organisation(session, public_id, on=on), public_url=public_url)

    return _answer(form, read)


@blueprint.get(f"/organisations/<string(length=16):public_id>/people.{FORMS}")
@public
def people(public_id: str, form: str) -> ResponseReturnValue:
    def read(session: WorkSession, public_url: str) -> Table:
        on = pages.day(request.args.get("on", ""), today=session.today)
        page = pages.organisation(session, public_id, on=on)
        return files.people(session, page, find.organisation(session, public_id).id, public_url=public_url)

    return _answer(form, read)


@blueprint.get(f"/notices/<string(length=16):public_id>.{FORMS}")
@public
def notice(public_id: str, form: str) -> ResponseReturnValue:
    """Gone with the notice: 410 and what may be said of its end."""
    with work().read() as session:
        page = pages.notice(session, public_id)
    if isinstance(page.notice, Tombstone):
        return site.tombstone(page), 410
    return sent(files.notice(page.notice, public_url=settings().public_url), form)
