"""A request comes in over the site (政府信息公开条例第二十九条)."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

from publicity import tracking
from publicity.requests import rules
from publicity.requests.tables import RequestRow
from registry.credit.sealing import seal
from registry.kernel.access import Actor
from registry.kernel.faults import FieldFault, Invalid
from registry.kernel.identifiers import parse_resident_id, parse_uscc
from registry.kernel.work import WorkSession
from registry.kernel.workdays import add_workdays
from registry.roster.cells import read_code

WORDING_SEAL = "pub_requests.wording"
LONGEST = 2_000
_TEXTS = {
    "name": ("请填写姓名或者名称", 100),
    "id_number": ("请填写证件号码", 40),
    "contact": ("请填写联系方式，答复时要用", 200),
    "description": ("请写明要哪些信息：名称、文号或者便于查找的特征", LONGEST),
}
_CHOICES = {
    "applicant_kind": (rules.APPLICANTS, "请选择申请人类别"),
    "id_kind": (rules.ID_KINDS, "请选择证件类别"),
    "delivery": (rules.DELIVERIES, "请选择获取信息的方式"),
}


@dataclass(frozen=True)
class Received:
    """What the applicant keeps. `created` is False when the same form had come in before."""

    public_id: str
    number: str
    code: str
    created: bool


def receive(session: WorkSession, actor: Actor, *, written: Mapping[str, str], once: str) -> Received:
    """收到申请. `written` holds the fields of 第二十九条: `applicant_kind`, `name`, `id_kind`, `id_number`, `contact`,
    `description`, `delivery`; `once` is the form's own mark.

    The receipt tells both sides the day, so it is the day of receipt (第三十一条第三项: 以双方确认之日为收到申请之日). Anybody
    may ask. Raises Invalid naming fields. The act is `request.receive`.
    """
    texts = _read(written)
    form = session.keys.blind("\n".join((once, *texts.values())), "pub_requests.form")
    known = session.execute(
        select(RequestRow.public_id, RequestRow.number).where(RequestRow.form == form)
    ).one_or_none()
    if known is not None:
        return Received(known.public_id, known.number, tracking.code(session, known.public_id), created=False)
    due = add_workdays(session, session.today, rules.TERMS["answer"])
    kind, delivery = texts.pop("applicant_kind"), texts.pop("delivery")
    row = RequestRow(
        public_id=session.new_id(),
        number=tracking.number(session, rules.PREFIX),
        form=form,
        applicant_kind=kind,
        applicant=session.keys.blind(f"{texts['id_kind']}\n{texts['id_number']}", "pub_requests.applicant"),
        delivery=delivery,
        wording=seal(session, texts, WORDING_SEAL),
        received_at=session.now,
        received_on=session.today,
        state="handling",
        clock_from=session.today,
        extended=0,
        paused=0,
        due_on=due.day,
        due_provisional=due.provisional,
        corrected=False,
    )
    session.add(row)
    session.flush()
    session.act("request.receive", row.public_id, applicant=kind)
    return Received(row.public_id, row.number, tracking.code(session, row.public_id), created=True)


def _read(written: Mapping[str, str]) -> dict[str, str]:
    texts = {name: written.get(name, "").strip() for name in (*_CHOICES, *_TEXTS)}
    texts["id_number"] = read_code(texts["id_number"])
    faults = [
        FieldFault(name, "required", wanted)
        for name, (known, wanted) in _CHOICES.items()
        if texts[name] not in known
    ]
    for name, (wanted, longest) in _TEXTS.items():
        if not texts[name]:
            faults.append(FieldFault(name, "required", wanted))
        elif len(texts[name]) > longest:
            faults.append(FieldFault(name, "too_long", "太长，请写短一些"))
    if texts["id_number"] and _misread(texts["id_kind"], texts["id_number"]):
        faults.append(FieldFault("id_number", "invalid", "号码不对，请核对"))
    if written.get("website"):
        # People do not see the field; a program fills in whatever a form has.
        faults.append(FieldFault("website", "not_empty", "请把“网址”一栏留空后重新提交"))
    if faults:
        raise Invalid("填写有误，请更正后重新提交", faults)
    return texts


def _misread(kind: str, number: str) -> bool:
    """Whether a number of a kind that has check characters cannot be one."""
    if kind == "identity":
        return bool(parse_resident_id(number).faults)
    return kind == "credit_code" and bool(parse_uscc(number).faults)
