"""The audit book for those who audit: who did what, when."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from urllib.parse import urlencode

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry.accounts import audit, clients, staff
from registry.accounts.audit import READ, AuditEntry
from registry.accounts.lookups import PURPOSES
from registry.accounts.roles import TITLES
from registry.kernel.access import requires
from registry.kernel.faults import FieldFault, Invalid
from registry.kernel.host import host, work
from registry.kernel.work import WorkSession
from registry.web.forms import faults_by_path

blueprint = Blueprint("audit", __name__, url_prefix="/staff/audit")

PAGE = 50
_KINDS = {"job": "定时任务", "command": "命令行", "anonymous": "未登录"}

# The words of details that any act may use; a rarer one is shown as it stands in the book.
_WORDS = {
    "address": "网络地址",
    "by": "由",
    "certificate": "证书",
    "code": "代码",
    "codes": "代码",
    "columns": "数据项",
    "count": "数量",
    "created": "新增",
    "date": "日期",
    "day": "日期",
    "district": "区划",
    "drafted": "新增待提出",
    "document_number": "文书号",
    "file": "文件",
    "event": "信用事件",
    "form": "组织形式",
    "frame_sha256": "名录摘要",
    "granted_on": "许可日期",
    "ground": "依据",
    "kind": "种类",
    "licence": "执业许可",
    "marks": "标注",
    "matter": "抽查事项",
    "minutes": "分钟",
    "name": "名称",
    "notice": "公示",
    "number": "号码",
    "on": "日期",
    "organisation": "执业机构",
    "practitioner": "从业人员",
    "profession": "专业",
    "position": "存证序号",
    "purpose": "事由",
    "look_ups": "查询记录",
    "otherwise": "其他记录",
    "reason": "理由",
    "release": "公开流程",
    "roles": "角色",
    "roles_before": "原角色",
    "rows": "行数",
    "scopes": "权限范围",
    "section": "处室",
    "sha256": "文件摘要",
    "seed": "种子",
    "since": "起",
    "staff": "工作人员",
    "state": "状态",
    "step": "步骤",
    "stored": "存入",
    "subject": "对象",
    "task": "抽查任务",
    "through": "止",
    "title": "标题",
    "until": "期限",
    "username": "用户名",
    "version": "版本",
}


@blueprint.app_template_filter("detail")
def detail(content: Mapping[str, object]) -> list[tuple[str, str]]:
    """Label and text of each part of an act's detail."""
    return [(_WORDS.get(key, key), _text(key, value)) for key, value in content.items()]


def _text(key: str, value: object) -> str:
    if isinstance(value, list):
        return "、".join(_text(key, item) for item in value) or "无"
    if isinstance(value, dict):
        return "，".join(f"{_WORDS.get(name, name)} {_text(name, item)}" for name, item in value.items())
    if value is None:
        return "无"
    if isinstance(value, bool):
        return "是" if value else "否"
    if key.startswith("roles"):
        return TITLES.get(str(value), str(value))
    return PURPOSES.get(str(value), str(value)) if key == "purpose" else str(value)


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
