"""Pledges from files and into files, on the headings of the template (see registry.roster.intake)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO

import xlsxwriter
from sqlalchemy import select

from registry.credit.pledge import template
from registry.credit.pledge.give import GIVE, blind, put, put_outcome, stored
from registry.credit.pledge.tables import OutcomeRow, PledgeRow
from registry.credit.pledge.template import TEMPLATE, Outcome, Promise
from registry.credit.subjects import Described, bind
from registry.kernel.access import Actor
from registry.kernel.faults import Fault, Invalid
from registry.kernel.work import WorkSession
from registry.roster.intake import Accepted, Checked, Column, Importer, Layout, RowFault, Stored

_ALSO = {
    "assessed_by_code": ("认定单位代码",),
    "accepted_by_code": ("受理单位代码",),
    "code": ("承诺书编码",),
}
LAYOUT = Layout(
    "pledges",
    "信用承诺信息表",
    tuple(
        Column(
            field.name,
            (field.title, *_ALSO.get(field.name, ())),
            required=field.need == "must",
            personal=field.personal,
        )
        for field in TEMPLATE
    ),
)


@dataclass(frozen=True)
class Written:
    """A row of the table, checked; `outcome` is None where nobody has found the performance yet."""

    promise: Promise
    outcome: Outcome | None


def _check(layout: Layout, cells: Mapping[str, str]) -> Checked[Written]:
    promise, faults = template.promise(cells)
    outcome, more = template.outcome(cells)
    if promise is None or more:
        return Checked(None, (*faults, *more))
    return Checked(Written(promise, outcome))


def _store(session: WorkSession, actor: Actor, rows: Sequence[Accepted[Written]]) -> Stored:
    """A row without a code is given one; the same row again is known by what it says, one with a code by that."""
    actor.require(GIVE)
    subjects = bind(session, [_described(row.value.promise) for row in rows])
    codes = {row.value.promise.code for row in rows if row.value.promise.code}
    known = {row.code: row for row in stored(session, codes)}
    new = changed = unchanged = 0
    faults: list[RowFault] = []
    for row, subject in zip(rows, subjects, strict=True):
        promise = row.value.promise
        if promise.given_on > session.today:
            faults.append(row.fault("given_on", "future", "承诺作出日期晚于今天"))
            continue
        held = known.get(promise.code)
        if held is not None and held.content != blind(session, promise):
            message = "该承诺编码已有记录，内容不同；未作更改"
            faults.append(row.fault("code", "known-record-differs", message))
            continue
        given = put(session, subject, promise)
        if promise.code and promise.code != given.code:
            message = f"同一承诺已登记，编码为 {given.code}"
            faults.append(row.fault("code", "known-under-another-code", message))
            continue
        pledge = session.get_one(PledgeRow, given.id)
        known[pledge.code] = pledge
        try:
            found = row.value.outcome is not None and _found(session, actor, pledge, row.value.outcome)
        except Fault as refused:
            fields = refused.fields if isinstance(refused, Invalid) else ()
            place = fields[0].path if fields else "performance"
            faults.append(row.fault(place, refused.rule, refused.title))
            continue
        new, changed = new + given.created, changed + (found and not given.created)
        unchanged += not given.created and not found
    return Stored(new=new, changed=changed, unchanged=unchanged, faults=faults)


def _found(session: WorkSession, actor: Actor, pledge: PledgeRow, outcome: Outcome) -> bool:
    """Whether the outcome is news. One that differs from what stands is decided on the pledge's page, with a reason."""
    standing = session.execute(
        select(OutcomeRow.performance, OutcomeRow.assessed_on)
        .where(OutcomeRow.pledge_id == pledge.id)
        .order_by(OutcomeRow.id.desc())
        .limit(1)
    ).one_or_none()
    if standing is not None:
        same = standing.performance == outcome.performance
        if same and outcome.assessed_on in (None, standing.assessed_on):
            return False
        raise Invalid.field("performance", "assessed", "该承诺已有不同的认定，请在承诺页面重新认定并写明理由")
    put_outcome(session, actor, pledge, outcome, reason="")
    return True


def _described(promise: Promise) -> Described:
    person = promise.promiser_kind == template.PERSON
    return Described(
        promise.promiser_name,
        uscc="" if person else promise.promiser_code,
        resident_id=promise.promiser_code if person else "",
        person=person,
    )


def workbook(rows: Sequence[Mapping[str, str]]) -> bytes:
    """The rows (texts by field) as xlsx under the template's headings; read again, they are the same rows."""
    written = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(written, options) as book:
        sheet = book.add_worksheet("信用承诺")
        sheet.freeze_panes(1, 1)
        sheet.set_column(0, len(TEMPLATE) - 1, 22)
        bold = book.add_format({"bold": True})
        sheet.write_row(0, 0, [field.title for field in TEMPLATE], bold)
        for number, row in enumerate(rows, 1):
            sheet.write_row(number, 0, [row[field.name] for field in TEMPLATE])
    return written.getvalue()


PLEDGES: Importer[Written] = Importer((LAYOUT,), _check, _store)
