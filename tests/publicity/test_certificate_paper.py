"""The certificate and the credit report as a citizen takes them home: sealed, readable, and worth nothing once altered."""

import json
from datetime import date
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from publicity.notices import end, find
from publicity.proving import penalties
from registry.kernel.host import Host
from registry.kernel.sealing import Sealer, SealUnusable, Unsealed, opened
from registry.ledger.note import Verifier
from seed import seal
from tests import papers
from tests.commands import Commands
from tests.publicity import office
from tests.publicity.office import Subjects

TODAY = date(2026, 11, 20)

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def authority(host: Host) -> bytes:
    """The certificate of the authority that gave the office its seal."""
    assert host.settings.seal is not None
    seal.make(host.settings.seal, office=host.settings.bureau, today=TODAY)
    return (host.settings.seal / "authority.crt").read_bytes()


@pytest.fixture
def subjects(host: Host) -> Subjects:
    """A firm with a public penalty, and its lawyer who has none."""
    subjects = office.enrol(host.work)
    office.publicise(host, office.penalty(host.work, subjects))
    penalties.run(host.work)
    return subjects


def test_the_lawyers_certificate_is_sealed_carries_its_proof_and_survives_no_altered_byte(
    host: Host,
    client: FlaskClient,
    subjects: Subjects,
    authority: bytes,
    legalcredit: Commands,
    tmp_path: Path,
) -> None:
    answer = client.get(f"/practitioners/{subjects.lawyer.public_id}/certificate.pdf")
    assert answer.status_code == 200
    text = "".join(papers.pages(answer.data))
    for said in ("无公开行政处罚证明", "章程", office.LAWYER_NUMBER, "没有上述主体正在公示的行政处罚信息"):
        assert said in text
    assert not any(private in text for private in office.PRIVATE)

    paper = opened(answer.data, authorities=authority)
    assert (paper.intact, paper.trusted) == (True, True)
    assert host.settings.bureau in paper.signer
    assert json.loads(paper.attached["certificate.json"])["subject"]["id"] == subjects.lawyer.public_id

    kept, key, root = tmp_path / "kept.pdf", tmp_path / "vkey", tmp_path / "root.crt"
    kept.write_bytes(answer.data)
    root.write_bytes(authority)
    with host.work.read() as session:
        signer = session.keys.signing_key("public").public_key()
        key.write_text(Verifier(session.keys.origin("public"), signer).vkey)
    checked = legalcredit("certificate", "verify", kept, "--vkey", key, "--authority", root)
    assert checked.returncode == 0, checked.stderr
    assert checked.stdout.splitlines()[-1] == "verified"
    assert "没有公示中的行政处罚" in checked.stdout

    at = answer.data.index(b"/Producer")
    kept.write_bytes(answer.data[:at] + b"/Produces" + answer.data[at + 9 :])
    assert not opened(kept.read_bytes(), authorities=authority).intact


def test_no_certificate_while_a_penalty_is_public_but_the_proof_names_it(
    client: FlaskClient, subjects: Subjects, authority: bytes
) -> None:
    firm = f"/organisations/{subjects.firm.public_id}"
    refused = client.get(f"{firm}/certificate.pdf")
    assert refused.status_code == 409
    assert "1 件行政处罚正在公示" in refused.text
    assert "他人改变" not in refused.text, "nobody edits here"
    page = client.get(firm).text
    assert "有 1 件行政处罚正在公示" in page
    assert "不能出具无公开行政处罚证明" in page
    free = client.get(f"/practitioners/{subjects.lawyer.public_id}").text
    assert "没有公示中的行政处罚" in free
    document = client.get(f"{firm}/penalties.json").get_json()
    assert len(document["penalties"]) == 1
    assert client.get(f"/notices/{document['penalties'][0]['record']}").status_code == 200


def test_while_the_proof_is_renewed_a_visitor_is_told_to_ask_again(
    host: Host, client: FlaskClient, subjects: Subjects
) -> None:
    with host.work.write(office.person(host.permissions, "leader")) as session:
        [notice] = [shown.public_id for shown in find.listed(session, limit=2)[0]]
        end.withdraw(session, session.actor, notice=notice, ground="quashed")
    address = f"/organisations/{subjects.firm.public_id}/certificate.pdf"
    waiting = client.get(address)
    assert waiting.status_code == 409
    assert f'<a href="{address}">再试一次</a>' in waiting.text
    penalties.run(host.work)
    assert client.get(address).status_code == 200


def test_the_credit_report_tells_what_the_pages_tell(
    client: FlaskClient, subjects: Subjects, authority: bytes
) -> None:
    answer = client.get(f"/organisations/{subjects.firm.public_id}/report.pdf")
    assert answer.status_code == 200
    text = "".join(papers.pages(answer.data))
    for said in (
        "信用报告",
        "上海明理律师事务所",
        office.FIRM_CODE,
        "罚款二万元",
        "沪司罚决字〔2026〕第7号",
        "检查点",
    ):
        assert said in text, said
    assert not any(private in text for private in office.PRIVATE)
    assert opened(answer.data, authorities=authority).intact


def test_an_office_without_a_seal_says_so_on_the_paper(client: FlaskClient, subjects: Subjects) -> None:
    answer = client.get(f"/practitioners/{subjects.lawyer.public_id}/certificate.pdf")
    assert "未配置电子印章" in "".join(papers.pages(answer.data))
    with pytest.raises(Unsealed):
        opened(answer.data)


@pytest.mark.parametrize("address", ["certificate.pdf", "report.pdf", "penalties.json"])
def test_whoever_never_was_has_no_papers(client: FlaskClient, address: str) -> None:
    assert client.get(f"/practitioners/{'A' * 16}/{address}").status_code == 404
    assert client.get(f"/organisations/{'A' * 16}/{address}").status_code == 404


def test_a_seal_with_another_password_is_told_and_not_taken_for_none(host: Host, authority: bytes) -> None:
    assert host.settings.seal is not None
    (host.settings.seal / "password").write_text("guess")
    with pytest.raises(SealUnusable):
        Sealer.open(host.settings.seal)


def test_rubbish_is_no_sealed_paper(host: Host) -> None:
    for rubbish in (b"", b"%PDF-1.4 and no more", b"rubbish"):
        with pytest.raises(Unsealed):
            opened(rubbish)
