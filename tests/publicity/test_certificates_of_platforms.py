"""A platform whose certificate does not verify is told nothing, and a platform with an authority of its own can be."""

import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import NamedTuple

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from publicity.feed import configure
from publicity.feed.configure import Wanted
from publicity.feed.queue import answer_of
from publicity.sync.copy import Copy
from publicity.sync.transport import Unreachable
from registry.kernel.faults import Invalid
from registry.kernel.work import Work
from tests.publicity import office, telling
from tests.publicity.platform import SECRET
from tests.publicity.syncing import synchronise
from tests.publicity.telling import deliver_all, publish_one, states

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


class Secure(NamedTuple):
    """A platform over TLS: its address, the certificate that vouches for it, what arrived."""

    url: str
    authority: Path
    received: list[bytes]


@pytest.fixture
def secure(tmp_path: Path) -> Iterator[Secure]:
    received: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.send_header("Content-Length", "21")
            self.end_headers()
            self.wfile.write(b'{"result":"accepted"}')

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    class Quiet(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            """Whoever does not trust it breaks off."""

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_self_signed(tmp_path / "platform.pem"))
    server = Quiet(("127.0.0.1", 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield Secure(f"https://127.0.0.1:{server.server_port}", tmp_path / "platform.pem", received)
    server.shutdown()
    thread.join()
    server.server_close()


def _self_signed(path: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "platform.example")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM) + private)
    return path


def _wanted(secure: Secure, kind: str, authority: str = "") -> Wanted:
    own = {"timeout": "5", "authority": authority, "region": "310000"}
    settings = {
        "json": {"url": secure.url},
        "national": {"permit": secure.url, "penalty": secure.url},
        "city": {
            "url": secure.url, "department": "1", "version": "1", "penalty_organisation": "a", "penalty_person": "b",
            "permit_organisation": "c", "permit_person": "d",
        },
    }[kind]  # fmt: skip
    secret = {"json": SECRET, "national": "t0ken", "city": ""}[kind]
    return Wanted(name="平台", kind=kind, settings=settings | own, secret=secret, kinds=("penalty",))


@pytest.mark.parametrize("kind", ["json", "national", "city"])
def test_a_platform_whose_certificate_nobody_vouches_for_is_told_nothing(
    work: Work, secure: Secure, kind: str
) -> None:
    with work.write(office.OFFICE) as session:
        public_id = configure.add(session, office.OFFICE, wanted=_wanted(secure, kind)).public_id
        configure.resume(session, office.OFFICE, channel=public_id)
    notice = publish_one(work)
    deliver_all(work)
    [row] = telling.rows(work)
    assert (row.state, row.code, secure.received) == ("parked", "certificate", [])
    with work.read() as session:
        assert "平台的证书未通过核验" in str(answer_of(session, row))
    assert not row.doubt, "nothing was sent"
    with work.write(office.OFFICE) as session:
        trusting = _wanted(secure, kind, str(secure.authority))
        configure.change(session, office.OFFICE, channel=public_id, wanted=trusting)
        configure.resend(session, office.OFFICE, channel=public_id, position=0, reason="已装入签发机构证书")
    deliver_all(work)
    assert len(secure.received) == 1
    assert kind != "json" or states(work, notice) == ["accepted"]


def test_a_file_that_is_no_certificate_is_refused_in_the_form(
    work: Work, secure: Secure, tmp_path: Path
) -> None:
    (tmp_path / "letter.pem").write_text("no certificate")
    for path in ("/no/such/file.pem", str(tmp_path / "letter.pem")):
        with work.write(office.OFFICE) as session, pytest.raises(Invalid) as refused:
            configure.add(session, office.OFFICE, wanted=_wanted(secure, "json", path))
        assert [fault.path for fault in refused.value.fields] == ["settings.authority"]


def test_the_sync_client_gives_its_token_to_nobody_whom_it_cannot_verify(
    work: Work, secure: Secure, copy: Copy
) -> None:
    with pytest.raises(Unreachable, match="certificate"):
        synchronise(secure.url, "t0ken", copy)
    assert copy.place() is None
