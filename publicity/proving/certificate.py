"""What can be said of a subject's public penalties on a day, with everything that is needed to check it offline."""

import base64
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from publicity.lookup import proofs
from publicity.proving import merkle_map, penalties
from publicity.proving.statement import FORMAT, Live, key
from registry.kernel.faults import Conflict
from registry.kernel.work import WorkSession
from registry.roster import find

Kind = Literal["practitioner", "organisation"]


@dataclass(frozen=True)
class Statement:
    """Whether penalties of the subject are public on `day`, and which; `document` proves it.

    `numbers` are the licence numbers of a person, or the unified social credit code of an institution.
    """

    kind: Kind
    public_id: str
    name: str
    numbers: tuple[str, ...]
    day: date
    live: tuple[Live, ...]
    index: int
    checkpoint: str
    document: dict[str, Any]


def statement(session: WorkSession, *, kind: Kind, public_id: str) -> Statement:
    """Raises NotFound, and Conflict (`renewing`) for the moments between a change and the root that covers it."""
    subject, name, numbers = _subject(session, kind, public_id)
    public = penalties.current(session)
    entries = penalties.entries(public)
    newest = penalties.newest(session)
    if newest is None or (newest.root, newest.day) != (merkle_map.root(entries).hex(), session.today):
        raise Conflict("公示刚有变动，证明所依据的存证正在更新，请一分钟后再试", rule="renewing")
    way = merkle_map.prove(entries, key(subject))
    live = tuple(sorted(public.get(subject, [])))
    proof = proofs.proof(session, newest.position)
    if proof.stored.body is None:
        raise Conflict("证明所依据的存证暂不可用", rule="renewing")
    return Statement(
        kind=kind,
        public_id=subject,
        name=name,
        numbers=numbers,
        day=newest.day,
        live=live,
        index=newest.position,
        checkpoint=proof.checkpoint,
        document={
            "format": FORMAT,
            "subject": {"kind": kind, "id": subject, "name": name, "numbers": list(numbers)},
            "date": newest.day.isoformat(),
            "penalties": [live_._asdict() for live_ in live],
            "map": {
                "key": key(subject).hex(),
                "siblings": [hash_.hex() for hash_ in way.siblings],
                "terminal": way.terminal
                and {"key": way.terminal.key.hex(), "value": way.terminal.value.hex()},
            },
            "root": {
                "index": proof.stored.index,
                "leaf": base64.b64encode(proof.stored.leaf).decode(),
                "salt": proof.stored.salt,
                "body": base64.b64encode(proof.stored.body).decode(),
                "inclusion": [base64.b64encode(hash_).decode() for hash_ in proof.inclusion],
                "checkpoint": proof.checkpoint,
            },
        },
    )


def _subject(session: WorkSession, kind: Kind, public_id: str) -> tuple[str, str, tuple[str, ...]]:
    if kind == "organisation":
        firm = find.organisation(session, public_id)
        return firm.public_id, firm.name, tuple(filter(None, [firm.uscc]))
    person = find.practitioner(session, public_id)
    return person.public_id, person.name, tuple(licence.number for licence in person.licences)
