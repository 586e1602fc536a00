"""The audit book for those who audit: who did what, when."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from urllib.parse import urlencode

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry.accounts import audit, clients, staff
from registry.accounts.audit import READ, AuditEntry
from registry.kernel.access import requires
from registry.kernel.faults import FieldFault, Invalid
from registry.kernel.host import host, work
from registry.kernel.work import WorkSession
from registry.web import audit_words
from registry.web.forms import faults_by_path

blueprint = Blueprint("audit", __name__, url_prefix="/staff/audit")

PAGE = 50
_KINDS = {"job": "定时任务", "command": "命令行", "anonymous": "未登录"}


@blueprint.app_template_filter("detail")
def detail(content: Mapping[str, object]) -> list[tuple[str, str]]:
    """Label and text of each part of an act's detail."""
    return [(audit_words.label(key), audit_words.text(key, value)) for key, value in content.items()]


@blueprint.get("")
@requires(READ)
def index() -> ResponseReturnValue:
    asked = {name: request.args.get(name, "").strip() for name in ("actor", "verb", "record", "day")}
    titles = host().acts
    try:
        day, before = _read(asked["day"], request.args.get("before", ""))
    except Invalid as refusal:
        page = render_template(
            "registry/audit.html", asked=asked, titles=titles, faults=faults_by_path(refusal), entries=[]
        )
        return page, refusal.status
    with work().read() as session:
        found = audit.find(
            session,
            actor_id=asked["actor"] or None,
            verb=asked["verb"] or None,
            record=asked["record"] or None,
            day=day,
            before=before,
            limit=PAGE + 1,
        )
        entries = found[:PAGE]
        context = {
            "names": _names(session, entries),
            "people": staff.everybody(session),
            "size": audit.size(session),
        }
    kept = {name: value for name, value in asked.items() if value}
    older = _address(kept | {"before": str(entries[-1].position)}) if len(found) > PAGE else None
    newest = _address(kept) if before is not None else None
    return render_template(
        "registry/audit.html",
        asked=asked,
        titles=titles,
        entries=entries,
        older=older,
        newest=newest,
        **context,
    )


def _address(asked: Mapping[str, str]) -> str:
    return f"{url_for('audit.index')}?{urlencode(asked)}"


def _read(day: str, before: str) -> tuple[date | None, int | None]:
    try:
        return (date.fromisoformat(day) if day else None), (
            int(before) if re.fullmatch(r"\d{1,18}", before) else None
        )
    except ValueError:
        raise Invalid("筛选条件有误", [FieldFault("day", "date", "日期应为 2026-11-20 这样的格式")]) from None


def _names(session: WorkSession, entries: Sequence[AuditEntry]) -> dict[str, str]:
    """How each actor of `entries` is called, by id."""
    by_kind: dict[str, set[str]] = {}
    for entry in entries:
        if entry.actor_kind and entry.actor_id:
            by_kind.setdefault(entry.actor_kind, set()).add(entry.actor_id)
    names = staff.names(session, by_kind.get("staff", ())) | clients.names(session, by_kind.get("client", ()))
    for kind, title in _KINDS.items():
        names |= {
            actor_id: title if kind == actor_id else f"{title} {actor_id}"
            for actor_id in by_kind.get(kind, ())
        }
    return names
