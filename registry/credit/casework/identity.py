"""Who stands at the desk: the subject of a record, told by a number that only they and the register have."""

from typing import Literal

from registry.credit import find as credit
from registry.credit.find import Event
from registry.kernel.faults import Invalid, Refused
from registry.kernel.work import WorkSession
from registry.roster import find
from registry.roster.cells import read_code
from registry.roster.find import Found

By = Literal["identity", "credit_code", "licence"]
TITLES: dict[str, str] = {"identity": "身份证件", "credit_code": "统一社会信用代码", "licence": "执业证号"}
_CODES = {
    "credit_code": ("XK_XDR_SHXYM", "CF_XDR_SHXYM"),
    "identity": ("XK_XDR_ZJHM", "CF_XDR_ZJHM"),
}


def verify(session: WorkSession, event: Event, number: str) -> By:
    """What the number tells that the person at the desk is the event's subject: their papers, their code, their licence.

    Raises Invalid for an empty number, and Refused (`not_subject`) when it is somebody else's: a record is challenged and
    repaired by those whom it is about alone (上海市社会信用条例第三十六条、信用修复管理办法).
    """
    code = read_code(number)
    if not code:
        raise Invalid.field("number", "required", "请填写证件号码、统一社会信用代码或执业证号")
    told = _registered(session, event, code) or _named(session, event, code)
    if told is None:
        raise Refused(
            "号码与该记录的信息主体不符：异议和信用修复只能由信息主体本人提出（上海市社会信用条例第三十六条）",
            rule="not_subject",
        )
    return told


def whose(session: WorkSession, number: str) -> tuple[Found, By] | None:
    """Whom in the register a number of theirs names, and what kind of number it is. None where it is not one's alone."""
    code = read_code(number)
    if not code:
        raise Invalid.field("number", "required", "请填写证件号码、统一社会信用代码或执业证号")
    if person := find.by_id_number(session, code):
        return person, "identity"
    if place := find.by_uscc(session, code):
        return place, "credit_code"
    holders = find.by_licence(session, code)
    return (holders[0], "licence") if len(holders) == 1 else None


def _registered(session: WorkSession, event: Event, code: str) -> By | None:
    kind, public_id, _ = event.subject
    if kind == "practitioner":
        person = find.by_id_number(session, code)
        if person is not None and person.public_id == public_id:
            return "identity"
    if kind == "organisation":
        place = find.by_uscc(session, code)
        if place is not None and place.public_id == public_id:
            return "credit_code"
    holders = find.by_licence(session, code) if kind else []
    return "licence" if any((one.kind, one.public_id) == (kind, public_id) for one in holders) else None


def _named(session: WorkSession, event: Event, code: str) -> By | None:
    """Somebody whom the register does not know is told by the numbers in the record itself."""
    if event.subject.kind is not None:
        return None
    columns = {**event.columns, **credit.restricted(session, event.public_id)}
    if any(read_code(columns.get(name, "")) == code for name in _CODES["credit_code"]):
        return "credit_code"
    return (
        "identity" if any(read_code(columns.get(name, "")) == code for name in _CODES["identity"]) else None
    )
