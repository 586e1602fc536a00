"""What the forms of inspections send, as the use cases want it; their refusals, as the forms show them."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from werkzeug.datastructures import MultiDict

from inspection.plan.strata import Rule
from registry.kernel.clock import SHANGHAI
from registry.kernel.faults import Fault, FieldFault, Invalid
from registry.web.forms import faults_by_path

_TEAM: Mapping[str, str] = {
    "size": "2",
    "reserve": "2",
    "yearly_cap": "2",
    "lead_required": "1",
    "cross_district": "1",
}
_FIELD_OF = {"rate_bp": "rate", "min": "min", "max": "max"}


def task_begins(rule: Rule) -> dict[str, str]:
    """What the form of a task begins with: the figures of the rule of strata."""
    values = dict(_TEAM)
    for stratum in rule.strata:
        values |= {
            f"rate_{stratum.id}": str(stratum.rate_bp // 100),
            f"min_{stratum.id}": str(stratum.least),
            f"max_{stratum.id}": "" if stratum.most is None else str(stratum.most),
        }
    return values


def task_fields(form: Mapping[str, str], rule: Rule) -> dict[str, Any]:
    """What `plan.draft.create_task` takes, but for its matters. Raises Invalid naming every field that is empty, no number
    or no day."""
    faults: list[FieldFault] = []

    def number(path: str, *, optional: bool = False, scale: int = 1) -> int | None:
        try:
            return None if optional and not form.get(path) else whole_number(form.get(path, ""), path, scale)
        except Invalid as invalid:
            faults.extend(invalid.fields)
            return None

    for path, wanted in (
        ("code", "请填写任务编号"),
        ("title", "请填写任务名称"),
    ):
        if not form.get(path, "").strip():
            faults.append(FieldFault(path, "missing", wanted))
    try:
        deadline = day(form.get("deadline", ""), "deadline")
    except Invalid as invalid:
        faults.extend(invalid.fields)
    strata = [
        {
            "id": name,
            "rate_bp": number(f"rate_{name}", scale=100),
            "min": number(f"min_{name}"),
            "max": number(f"max_{name}", optional=True),
        }
        for name in rule.ids
    ]
    size, reserve = number("size"), number("reserve")
    max_load, cap = number("max_load", optional=True), number("yearly_cap", optional=True)
    if faults:
        raise Invalid("抽查任务填写有误", faults)
    return {
        "code": form["code"].strip(),
        "title": form["title"],
        "strata": strata,
        "reserve": reserve,
        "team": {
            "size": size,
            "lead_required": "lead_required" in form,
            "cross_district": "cross_district" in form,
            "max_load": max_load,
        },
        "yearly_cap": cap,
        "deadline": deadline,
    }


def plan_of_chance(form: MultiDict[str, str]) -> list[dict[str, str]]:
    """The plan that the form of a task asks for: dice, then reveals, then the beacon, which nobody can know before.

    Raises Invalid for a beacon without its source, its round, the moment of its publication (office time) or whoever
    reads it out.
    """
    plan = [{"kind": "dice", "by": name} for name in form.getlist("by") if name]
    plan += [{"kind": "reveal", "by": name} for name in form.getlist("reveal") if name]
    beacon = {key: form.get(f"beacon_{key}", "").strip() for key in ("by", "source", "round", "due")}
    if any(beacon.values()):
        faults = [
            FieldFault(f"beacon_{key}", "id", f"{title}只能用字母、数字、点、下划线和连字符，至多 64 个")
            for key, title in (("source", "来源"), ("round", "期号"))
            if not re.fullmatch(r"[A-Za-z0-9._-]{1,64}", beacon[key])
        ]
        if not beacon["by"]:
            faults.append(FieldFault("beacon_by", "missing", "请选择由谁录入公共随机源"))
        try:
            beacon["due"] = datetime.fromisoformat(beacon["due"]).replace(tzinfo=SHANGHAI).isoformat()
        except ValueError:
            faults.append(FieldFault("beacon_due", "missing", "请填写公共随机源的公布时间"))
        if faults:
            raise Invalid("公共随机源填写有误", faults)
        plan.append({"kind": "beacon", **beacon})
    return plan


def task_faults(refused: Fault, rule: Rule) -> dict[str, list[str]]:
    """A refusal by the fields of the form: `strata[0].max` of the specification is its field `max_A`."""
    if refused.rule == "code_used":
        return {"code": [refused.title]}
    return {_task_field(path, rule): messages for path, messages in told(refused).items()}


def told(fault: Fault) -> dict[str, list[str]]:
    """Any refusal as the page shows it, beside the thing that was tried."""
    return faults_by_path(fault) if isinstance(fault, Invalid) else {"": [fault.title]}


def whole_number(text: str, path: str, scale: int = 1) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 6):
        raise Invalid.field(path, "not_a_number", "请填写非负整数")
    return int(text) * scale


def row_before(text: str | None) -> int | None:
    """Where a page of a list starts; what is no number that a row can have starts at the beginning."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 16 else None


def day(text: str, path: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Invalid.field(path, "not_a_date", "请填写日期") from error


def _task_field(path: str, rule: Rule) -> str:
    stratum = re.fullmatch(r"strata\[(\d)\]\.(rate_bp|min|max)", path)
    if stratum is not None:
        return f"{_FIELD_OF[stratum[2]]}_{sorted(rule.ids)[int(stratum[1])]}"
    return path.removeprefix("team.")
