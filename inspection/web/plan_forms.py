"""What the forms of the plan send, as its use cases want it."""

from collections.abc import Callable
from datetime import date
from typing import TypeVar

from werkzeug.datastructures import MultiDict

from inspection.plan.annual.drafts import Entry
from inspection.plan.directory.change import Particulars
from inspection.plan.matters.drafts import Matter
from inspection.web.forms import day, whole_number
from registry.kernel.faults import FieldFault, Invalid

Form = MultiDict[str, str]
Read = TypeVar("Read", date, int)
_MATTER_TEXTS = (
    "code",
    "name",
    "content",
    "object_kind",
    "category",
    "method",
    "basis",
    "basis_version",
    "rate",
    "frequency",
    "complete_by",
)


class Typed:
    """Reads fields one by one and keeps every fault, so that a form is told all of them at once."""

    def __init__(self, form: Form) -> None:
        self.form = form
        self.faults: list[FieldFault] = []

    def text(self, path: str) -> str:
        return self.form.get(path, "").strip()

    def day(self, path: str) -> date:
        return self._read(lambda: day(self.text(path), path), date.min)

    def number(self, path: str) -> int:
        return self._read(lambda: whole_number(self.text(path), path), 0)

    def optional_number(self, path: str) -> int | None:
        return self.number(path) if self.text(path) else None

    def checked(self, title: str) -> None:
        """Raises Invalid for what could not be read."""
        if self.faults:
            raise Invalid(title, self.faults)

    def _read(self, read: Callable[[], Read], instead: Read) -> Read:
        try:
            return read()
        except Invalid as invalid:
            self.faults.extend(invalid.fields)
            return instead


def matter(form: Form) -> tuple[Matter, date]:
    """A version of a matter and the day on which it takes effect. Raises Invalid naming each field."""
    typed = Typed(form)
    texts = {name: typed.text(name) for name in _MATTER_TEXTS}
    repeat_months = typed.optional_number("repeat_months")
    effective_on = typed.day("effective_on")
    if not texts["basis_version"]:
        typed.faults.append(FieldFault("basis_version", "missing", "请写明各部依据现行文本的修正或施行日期"))
    typed.checked("抽查事项填写有误")
    return Matter(**texts, repeat_months=repeat_months), effective_on


def entry(form: Form) -> Entry:
    """An entry of a plan. Raises Invalid naming each field that is no number or no day."""
    typed = Typed(form)
    times, starts_on, ends_on = typed.number("times"), typed.day("starts_on"), typed.day("ends_on")
    typed.checked("计划项目填写有误")
    scope = {name: form.getlist(name) for name in ("districts", "strata")}
    return Entry(
        code=typed.text("code"),
        title=typed.text("title"),
        matters=form.getlist("matters"),
        rate=typed.text("rate"),
        times=times,
        starts_on=starts_on,
        ends_on=ends_on,
        section=typed.text("section"),
        scope=scope if any(scope.values()) else None,
    )


def particulars(form: Form) -> Particulars:
    """Particulars of an inspector. Raises Invalid naming each field."""
    typed = Typed(form)
    valid_until = typed.day("valid_until")
    typed.checked("检查人员信息填写有误")
    return Particulars(
        name=typed.text("name"),
        valid_until=valid_until,
        unit=typed.text("unit"),
        district=typed.text("district") or None,
        lead="lead" in form,
        kinds=form.getlist("kinds"),
    )
