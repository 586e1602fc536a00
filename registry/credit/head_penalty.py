"""The penalty of a law firm that also falls on its head (律师法 art. 50 par. 2): a second record, about the head."""

from collections.abc import Mapping
from dataclasses import dataclass

from registry.credit.breaches import judged
from registry.credit.catalogue_fields import Value
from registry.credit.entry_columns import Office, read_columns
from registry.credit.party import Party, party
from registry.credit.record import NewEvent
from registry.credit.statutes import Breach
from registry.kernel.faults import FieldFault
from registry.kernel.work import WorkSession
from registry.roster import find

ARTICLE = "lawyers.50-2"


@dataclass(frozen=True)
class Along:
    """The head's record with its own breaches, or the fault that keeps it from being made."""

    new: NewEvent | None = None
    breaches: tuple[Breach, ...] = ()
    fault: FieldFault | None = None


def head_penalty(
    session: WorkSession, firm: Party, of_firm: NewEvent, values: Mapping[str, Value], office: Office
) -> Along:
    """What the head of a firm is to bear: a warning, or a fine (`head_penalty`, `head_fine` of the form)."""
    found = find.head_of(session, firm.id)
    if found is None:
        return Along(
            fault=FieldFault(
                "head_penalty", "no-head", "名册中没有确定这家机构的负责人，请先在机构档案中登记"
            )
        )
    head = party(session, found.public_id)
    kind, fine = str(values["head_penalty"]), values.get("head_fine")
    content = f"对负责人{kind}" + (f" {fine} 元" if fine is not None else "")
    shared = {
        code: of_firm.columns[code] for code in ("CF_WFXW", "CF_SY", "CF_CFJGDM") if code in of_firm.columns
    }
    typed: dict[str, Value] = {
        **shared,
        "statute": ARTICLE,
        "CF_CFLB": [kind],
        "CF_NR": content,
        "CF_YXQ": of_firm.columns.get("CF_YXQ", ""),
    }
    if fine is not None:
        typed["CF_NR_FK"] = fine
    columns = read_columns(
        "penalty",
        head,
        typed,
        office,
        document_number=of_firm.document_number or "",
        decided_on=of_firm.decided_on,
        authority=of_firm.authority or "",
        before=None,
        restricted_before={},
    )
    if columns.faults:
        first = columns.faults[0]
        return Along(fault=FieldFault("head_penalty", first.rule, f"对负责人的处罚：{first.message}"))
    detail = {
        "statute": ARTICLE,
        **{name: of_firm.detail[name] for name in ("level", "conduct_on") if name in of_firm.detail},
    }
    new = NewEvent(
        kind="penalty",
        subject=head.subject,
        decided_on=of_firm.decided_on,
        summary=f"{firm.name}受到处罚，负责人一并处罚：{of_firm.summary}"[:500],
        document_number=of_firm.document_number,
        authority=of_firm.authority,
        columns=columns.columns,
        restricted=columns.restricted,
        severity=of_firm.severity,
        detail=detail,
        missing=columns.missing,
        scope=of_firm.scope,
    )
    return Along(new, judged(session, head, new).breaches)
