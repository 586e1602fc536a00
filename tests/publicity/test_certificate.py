"""The certificate of no published penalty: whoever holds it can check it without us, and nobody can make a false one."""

import copy
import json
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest

from publicity.notices import end
from publicity.proving import certificate, penalties
from publicity.proving.statement import Unproven, check
from registry.kernel.clock import SetClock
from registry.kernel.faults import Conflict, NotFound
from registry.kernel.host import Host
from registry.ledger import book
from registry.ledger.note import Verifier
from tests.publicity import office
from tests.publicity.office import Subjects


@pytest.fixture
def subjects(host: Host) -> Subjects:
    return office.enrol(host.work)


@pytest.fixture
def verifier(host: Host) -> Verifier:
    with host.work.read() as session:
        keys = session.keys
        return Verifier(keys.origin("public"), keys.signing_key("public").public_key())


def stated(host: Host, kind: certificate.Kind, public_id: str) -> certificate.Statement:
    with host.work.read() as session:
        return certificate.statement(session, kind=kind, public_id=public_id)


def test_the_firm_has_a_public_penalty_and_its_lawyer_has_none(
    host: Host, subjects: Subjects, verifier: Verifier
) -> None:
    notice = office.publicise(host, office.penalty(host.work, subjects))
    assert penalties.run(host.work) == {"renewed": 1}
    firm = stated(host, "organisation", subjects.firm.public_id)
    lawyer = stated(host, "practitioner", subjects.lawyer.public_id)
    assert [live.record for live in firm.live] == [notice]
    assert lawyer.live == ()
    assert lawyer.numbers == (office.LAWYER_NUMBER,)
    # As it is kept: text on somebody's disk.
    kept = json.loads(json.dumps(lawyer.document))
    assert check(kept, verifier).penalties == 0
    assert check(json.loads(json.dumps(firm.document)), verifier).penalties == 1


def test_after_the_penalty_fell_the_firm_gets_its_certificate_and_the_old_one_still_verifies(
    host: Host, subjects: Subjects, verifier: Verifier
) -> None:
    notice = office.publicise(host, office.penalty(host.work, subjects))
    penalties.run(host.work)
    before = stated(host, "organisation", subjects.firm.public_id)
    with host.work.write(office.person(host.permissions, "leader")) as session:
        end.withdraw(session, session.actor, notice=notice, ground="quashed")
    with pytest.raises(Conflict) as renewing:
        stated(host, "organisation", subjects.firm.public_id)
    assert renewing.value.rule == "renewing"
    penalties.run(host.work)
    after = stated(host, "organisation", subjects.firm.public_id)
    assert check(after.document, verifier).penalties == 0
    assert check(before.document, verifier).penalties == 1


def test_nothing_is_certified_on_a_day_whose_root_is_not_written_yet(
    host: Host, subjects: Subjects, clock: SetClock
) -> None:
    """The last day of a penalty passes at midnight without anybody's doing."""
    office.publicise(host, office.penalty(host.work, subjects))
    penalties.run(host.work)
    clock.set(clock.now().replace(year=clock.now().year + 2))
    with pytest.raises(Conflict):
        stated(host, "organisation", subjects.firm.public_id)
    penalties.run(host.work)
    assert stated(host, "organisation", subjects.firm.public_id).live == ()


def test_a_root_is_written_once_a_day_and_after_every_change_alone(host: Host, subjects: Subjects) -> None:
    assert penalties.run(host.work) == {"renewed": 1}
    assert penalties.run(host.work) == {"renewed": 0}
    with host.work.read() as session:
        assert not penalties.stale(session)
    office.publicise(host, office.permit(host.work, subjects))
    with host.work.read() as session:
        assert penalties.stale(session)
    # A permit is no penalty: the map is the same.
    assert penalties.run(host.work) == {"renewed": 0}


def test_whoever_never_was_has_no_certificate(host: Host) -> None:
    penalties.run(host.work)
    for kind in ("practitioner", "organisation"):
        with pytest.raises(NotFound):
            stated(host, kind, "A" * 16)


def _paths(document: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Every value of the document."""
    if isinstance(document, dict):
        for name, value in document.items():
            yield from _paths(value, (*path, name))
    elif isinstance(document, list):
        for at, value in enumerate(document):
            yield from _paths(value, (*path, at))
    else:
        yield path


def _altered(document: dict[str, Any], path: tuple[str | int, ...]) -> dict[str, Any]:
    done = copy.deepcopy(document)
    place: Any = done
    for step in path[:-1]:
        place = place[step]
    old = place[path[-1]]
    place[path[-1]] = (
        old + 1 if isinstance(old, int) else "x" if old is None else "21"[old[0] == "2"] + old[1:]
    )
    return done


def test_no_value_of_the_document_can_be_altered(host: Host, subjects: Subjects, verifier: Verifier) -> None:
    """But the name and the numbers, which the bureau's seal on the paper covers, and not the log."""
    office.publicise(host, office.penalty(host.work, subjects))
    penalties.run(host.work)
    covered_by_the_seal = {("subject", "kind"), ("subject", "name"), ("subject", "numbers", 0)}
    for subject in (("organisation", subjects.firm.public_id), ("practitioner", subjects.lawyer.public_id)):
        document = stated(host, *subject).document
        survived = set()
        for path in _paths(document):
            try:
                check(_altered(document, path), verifier)
            except Unproven:
                continue
            survived.add(path)
        assert survived == covered_by_the_seal


def test_a_list_that_leaves_one_out_is_not_believed(
    host: Host, subjects: Subjects, verifier: Verifier
) -> None:
    for number in ("沪司罚决字〔2026〕第7号", "沪司罚决字〔2026〕第8号"):
        office.publicise(host, office.penalty(host.work, subjects, number=number))
    penalties.run(host.work)
    document = stated(host, "organisation", subjects.firm.public_id).document
    assert check(document, verifier).penalties == 2
    forgeries: list[Callable[[dict[str, Any]], None]] = [
        lambda forged: forged["penalties"].pop(),
        lambda forged: forged["penalties"].clear(),
        lambda forged: forged.update(penalties=[], map={**forged["map"], "terminal": None}),
    ]
    for forge in forgeries:
        forged = copy.deepcopy(document)
        forge(forged)
        with pytest.raises(Unproven):
            check(forged, verifier)


def test_another_logs_key_proves_nothing(host: Host, subjects: Subjects) -> None:
    penalties.run(host.work)
    document = stated(host, "practitioner", subjects.lawyer.public_id).document
    with host.work.read() as session:
        other = Verifier(session.keys.origin("public"), session.keys.signing_key("audit").public_key())
    with pytest.raises(Unproven) as unproven:
        check(document, other)
    assert unproven.value.rule == "checkpoint"


def test_a_root_in_the_book_names_nobody(host: Host, subjects: Subjects) -> None:
    office.publicise(host, office.penalty(host.work, subjects))
    penalties.run(host.work)
    with host.work.read() as session:
        size = book.head(session, "public").size
        root = book.entry(session, "public", size - 1, on=date(2026, 11, 20))
    assert root.action == "other"
    assert set(json.loads(root.body or b"{}")) == {"kind", "format", "root", "date"}
    for text in (subjects.firm.public_id, "上海明理律师事务所", office.FIRM_CODE):
        assert text.encode() not in (root.body or b"") + root.leaf
