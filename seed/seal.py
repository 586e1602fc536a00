"""A seal for the demo city: a key under a test authority of its own, which says in its name that it is worth nothing."""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, pkcs12
from cryptography.x509.oid import NameOID

from seed.office import PASSWORD

_YEARS = timedelta(days=5 * 365)


def make(folder: Path, *, office: str, today: date) -> None:
    """Makes `folder` as registry.kernel.sealing.Sealer.open reads it; the authority's certificate lies in it too."""
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    since = datetime.combine(today, time(), UTC) - timedelta(days=1)
    root_name = _name("演示用测试根证书（无法律效力）")
    root = (
        _certificate(root_name, root_name, root_key, since)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .sign(root_key, hashes.SHA256())
    )
    own = (
        _certificate(_name(f"{office}（演示）"), root_name, key, since)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .sign(root_key, hashes.SHA256())
    )
    folder.mkdir(mode=0o700, parents=True)
    sealed = BestAvailableEncryption(PASSWORD.encode())
    files = {
        "seal.p12": pkcs12.serialize_key_and_certificates(b"seal", key, own, [root], sealed),
        "password": PASSWORD.encode(),
        "authority.crt": root.public_bytes(Encoding.PEM),
    }
    for name, content in files.items():
        (folder / name).touch(mode=0o600)
        (folder / name).write_bytes(content)


def _certificate(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, since: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(since)
        .not_valid_after(since + _YEARS)
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=not signs_certificates,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )
