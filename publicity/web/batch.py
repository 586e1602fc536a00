"""The batch check: paste numbers or hand in a spreadsheet, read the result here or take it along."""

from collections.abc import Mapping

from flask import Blueprint, Flask, render_template, request
from flask.typing import ResponseReturnValue

from publicity.lookup import batch
from publicity.lookup.batch import Line
from publicity.web.files import sent
from publicity.web.limits import limit
from registry.kernel.access import public
from registry.kernel.faults import Invalid
from registry.kernel.host import Host, settings, work
from registry.roster.sheet import read_sheets
from registry.web.forms import faults_by_path

RATE = "30/hour;200/day"
"""A legal department checks its counsel; whoever wants the whole register has the files of the lists."""
LARGEST = 2 << 20
"""Bytes of a form with its file."""

TONES = {
    "good": "good",
    "inactive": "attention",
    "former": "attention",
    "ended": "bad",
    "other_name": "bad",
    "unknown": "bad",
    "numberless": "attention",
}

blueprint = Blueprint("batch", __name__)


def install(_host: Host, app: Flask) -> None:
    limit(app, "batch", RATE, ["batch.check"])


@blueprint.get("/check")
@public
def form() -> ResponseReturnValue:
    return _form({})


@blueprint.post("/check")
@public
def check() -> ResponseReturnValue:
    try:
        lines = _lines()
    except Invalid as fault:
        return _form(request.form, faults_by_path(fault)), fault.status
    with work().read() as session:
        checked = batch.check(session, lines)
    if (form_asked := request.form.get("form")) in ("csv", "xlsx"):
        return sent(batch.table(checked, public_url=settings().public_url), form_asked)
    return render_template(
        "publicity/checked.html",
        checked=checked,
        verdicts=batch.VERDICTS,
        tones=TONES,
        numbers="\n".join(" ".join(filter(None, line)) for line in lines),
    )


def _lines() -> list[Line]:
    """Raises Invalid for nothing, too much, or a file that is no spreadsheet."""
    if (request.content_length or 0) > LARGEST:
        raise Invalid.field("file", "too-large", "文件不能超过 2 MB")
    handed = request.files.get("file")
    if handed is None or not handed.filename:
        return batch.typed(request.form.get("numbers", ""))
    try:
        sheets = read_sheets(handed.stream, handed.filename)  # type: ignore[arg-type]
        return batch.of_rows(cells for sheet in sheets[:1] for _, cells in sheet.rows())
    except Invalid as fault:
        raise fault if fault.fields else Invalid.field("file", fault.rule, fault.title) from fault


def _form(values: Mapping[str, str], faults: dict[str, list[str]] | None = None) -> str:
    return render_template("publicity/check.html", values=values, faults=faults or {}, most=batch.MOST)
