"""Bulk import at the browser: hand a file in, name its columns, see what would become of it, store it."""

import io
from collections.abc import Mapping
from typing import Any, cast

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from registry.kernel import runs
from registry.kernel.access import current_actor, requires
from registry.kernel.faults import Fault, Gone, Invalid, NotFound
from registry.kernel.host import host, work
from registry.roster.intake import Importer
from registry.roster.uploads import conduct, find
from registry.roster.uploads.conduct import RUN
from registry.roster.uploads.examine import STATUSES
from registry.roster.uploads.headers import Headers
from registry.roster.uploads.staging import Staging
from registry.web.forms import faults_by_path
from registry.web.rights import before

blueprint = Blueprint("imports", __name__, url_prefix="/staff/imports")

PAGE = 20
FAULTS = 200
"""Faults shown on the page; the download has them all."""
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_TONES = {
    "stored": "good",
    "refused": "bad",
    "discarded": "neutral",
    "previewed": "attention",
    "uploaded": "attention",
}


@blueprint.app_template_filter("upload_tone")
def upload_tone(state: str) -> str:
    return _TONES.get(state, "info")


@blueprint.get("")
@requires(RUN)
def index() -> ResponseReturnValue:
    return _index({})


def _index(faults: Mapping[str, list[str]]) -> str:
    with work().read() as session:
        listed = find.own(session, current_actor(), before=before(), limit=PAGE + 1)
    return render_template(
        "registry/imports/index.html",
        uploads=[upload for _, upload in listed[:PAGE]],
        more=url_for(".index", before=listed[PAGE - 1][0]) if listed[PAGE:] else None,
        first=url_for(".index") if before() else None,
        kinds=[(item.kind, item.title) for item in host().imports.values()],
        titles={item.kind: item.title for item in host().imports.values()},
        values=request.form if request.method == "POST" else request.args,
        faults=faults,
    )


@blueprint.get("/templates/<kind>.xlsx")
@requires(RUN)
def template(kind: str) -> Response:
    item = host().imports.get(kind)
    if item is None:
        raise NotFound("没有这种导入")
    return _sheet(find.template(_importer(kind)), f"{item.title}-模板.xlsx")


@blueprint.post("")
@requires(RUN)
def hand_in() -> ResponseReturnValue:
    sent = request.files.get("file")
    try:
        with work().write(current_actor()) as session:
            upload = conduct.hand_in(
                session,
                session.actor,
                staging=Staging(work()),
                imports=host().imports,
                kind=request.form.get("kind", ""),
                name=(sent.filename or "") if sent else "",
                content=sent.read() if sent else b"",
            )
    except Invalid as refusal:
        return _index(faults_by_path(refusal)), refusal.status
    with work().read() as session:
        found = find.upload(session, current_actor(), upload)
    sheets = find.headers(Staging(work()), found, _importer(found.kind))
    if sheets and all(not sheet.unknown and not sheet.missing for sheet in sheets):
        _check(upload, {})
    return redirect(url_for(".upload", public_id=upload), 303)


@blueprint.get("/<string(length=16):public_id>")
@requires(RUN)
def upload(public_id: str) -> ResponseReturnValue:
    return _page(public_id, {})


@blueprint.post("/<string(length=16):public_id>/check")
@requires(RUN)
def check(public_id: str) -> ResponseReturnValue:
    """The form gives the headers in order as `header` and the chosen field of each as `field.<place>`."""
    headers = request.form.getlist("header")
    chosen = {
        header: field
        for place, header in enumerate(headers)
        if (field := request.form.get(f"field.{place}", ""))
    }
    repeated = sorted({field for field in chosen.values() if list(chosen.values()).count(field) > 1})
    if repeated:
        faults = {
            f"field.{place}": ["同一项内容只能对应一列"]
            for place, header in enumerate(headers)
            if chosen.get(header) in repeated
        }
        return _page(public_id, faults), 422
    with work().read() as session:
        kept = find.upload(session, current_actor(), public_id).mapping
    _check(public_id, {**({} if request.form.get("anew") else kept), **chosen})
    return redirect(url_for(".upload", public_id=public_id), 303)


@blueprint.post("/<string(length=16):public_id>/confirm")
@requires(RUN)
def confirm(public_id: str) -> ResponseReturnValue:
    signature = request.form.get("signature", "")
    with work().write(current_actor()) as session:
        now = conduct.approve(
            session, session.actor, upload=public_id, signature=signature, permissions=_held()
        )
    if now and conduct.store(work(), host().imports, upload=public_id):
        flash("已按预览导入。", "good")
    return redirect(url_for(".upload", public_id=public_id), 303)


@blueprint.post("/<string(length=16):public_id>/discard")
@requires(RUN)
def discard(public_id: str) -> ResponseReturnValue:
    with work().write(current_actor()) as session:
        conduct.discard(session, session.actor, staging=Staging(work()), upload=public_id)
    flash("已放弃，上传的文件已删除。", "good")
    return redirect(url_for(".index"), 303)


@blueprint.get("/<string(length=16):public_id>/progress.json")
@requires(RUN)
def progress(public_id: str) -> ResponseReturnValue:
    """`{"state", "step", "done", "total"}`; the last three are null while there is nothing to say."""
    with work().read() as session:
        found = find.upload(session, current_actor(), public_id)
    told = find.progress(Staging(work()), found)
    step, done, total = told or (None, None, None)
    return jsonify(state=found.state, step=step, done=done, total=total)


@blueprint.get("/<string(length=16):public_id>/rejects.xlsx")
@requires(RUN)
def rejects(public_id: str) -> Response:
    with work().read() as session:
        found = find.upload(session, current_actor(), public_id)
    content = find.rejects(Staging(work()), found, _importer(found.kind))
    return _sheet(content, f"{host().imports[found.kind].title}-被拒绝的行.xlsx")


def _page(public_id: str, faults: Mapping[str, list[str]]) -> str:
    staging = Staging(work())
    with work().read() as session:
        found = find.upload(session, current_actor(), public_id)
        running = runs.leader(session) is not None
    sheets: list[Headers] = []
    if found.state in ("uploaded", "previewed"):
        try:
            sheets = find.headers(staging, found, _importer(found.kind))
        except Fault:
            # Removed after its days; the page says so by having nothing to name.
            sheets = []
    return render_template(
        "registry/imports/upload.html",
        upload=found,
        title=host().imports[found.kind].title,
        preview=find.preview(staging, found),
        sheets=sheets,
        progress=find.progress(staging, found),
        running=running,
        statuses=STATUSES,
        shown_faults=FAULTS,
        faults=faults,
        values=request.form,
    )


def _check(public_id: str, mapping: Mapping[str, str]) -> None:
    with work().write(current_actor()) as session:
        now = conduct.ask_for_check(
            session, session.actor, upload=public_id, mapping=mapping, permissions=_held()
        )
    if now:
        conduct.preview(work(), host().imports, upload=public_id)


def _held() -> frozenset[str]:
    actor = current_actor()
    return frozenset(permission.name for permission in host().permissions if actor.may(permission.name))


def _importer(kind: str) -> Importer[Any]:
    item = host().imports.get(kind)
    if item is None:
        raise Gone("这种导入已经取消")
    return cast(Importer[Any], item.importer)


def _sheet(content: bytes, name: str) -> Response:
    return send_file(io.BytesIO(content), _XLSX, as_attachment=True, download_name=name)
