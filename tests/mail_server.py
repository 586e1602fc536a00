"""A stand-in for the office's mail server, on a real socket: it speaks SMTP (RFC 5321), keeps what it takes, and
misbehaves as told."""

import base64
import contextlib
import ipaddress
import socketserver
import ssl
import threading
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import NamedTuple, Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


class Taken(NamedTuple):
    sender: str
    to: str
    content: bytes

    @property
    def message(self) -> EmailMessage:
        read = message_from_bytes(self.content, policy=policy.SMTP)
        assert isinstance(read, EmailMessage)
        return read

    @property
    def text(self) -> str:
        return str(self.message.get_content())


class MailServer:
    """`moods` are what it does with the next mails, one each: later (451 to the address), never (550 to the address),
    refuse (554 to the content), busy (421), drop (takes it and breaks the line without an answer), lost (breaks the line
    and takes nothing). It takes the mail once the moods are used up. `login` is the user and password it wants."""

    def __init__(
        self, *, certificate: Path | None = None, implicit: bool = False, login: tuple[str, str] | None = None
    ) -> None:
        self.taken: list[Taken] = []
        self.moods: list[str] = []
        self.login = login
        self.tls = None
        if certificate is not None:
            self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.tls.load_cert_chain(certificate)
        stand_in = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                talk = _Talk(stand_in, self)
                with contextlib.suppress(OSError, EOFError):
                    talk.talk(implicit=implicit)
                talk.close()

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True
            allow_reuse_address = True

        self._server = Server(("127.0.0.1", 0), Handler)
        self.port: int = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, name="mail-server")

    def will(self, *moods: str) -> Self:
        self.moods.extend(moods)
        return self

    def to(self, address: str) -> list[Taken]:
        return [one for one in self.taken if one.to == address]

    @property
    def settings(self) -> dict[str, str]:
        """The variables of an installation that hands its mail over here, unencrypted."""
        return {
            "LEGALCREDIT_SMTP_HOST": "127.0.0.1",
            "LEGALCREDIT_SMTP_PORT": str(self.port),
            "LEGALCREDIT_SMTP_SECURITY": "none",
            "LEGALCREDIT_MAIL_FROM": "no-reply@credit.example.cn",
        }

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Talk:
    """One connection."""

    def __init__(self, server: MailServer, handler: socketserver.StreamRequestHandler) -> None:
        self._server = server
        self._socket = handler.request
        self._file = handler.rfile
        self._secure = self._known = False
        self._sender = self._to = self._mood = ""

    def talk(self, *, implicit: bool) -> None:
        if implicit:
            self._secured()
        self._say("220 stand-in ESMTP")
        while True:
            word, _, rest = self._line().partition(" ")
            if word.upper() == "QUIT":
                self._say("221 bye")
                return
            answer = getattr(self, f"_{word.lower()}", None)
            if answer is None:
                self._say("502 not known")
            else:
                answer(rest)

    def close(self) -> None:
        self._file.close()
        self._socket.close()

    def _ehlo(self, _: str) -> None:
        offered = ["stand-in"]
        if self._server.tls and not self._secure:
            offered.append("STARTTLS")
        if self._server.login:
            offered.append("AUTH PLAIN")
        for one in offered[:-1]:
            self._say(f"250-{one}")
        self._say(f"250 {offered[-1]}")

    def _starttls(self, _: str) -> None:
        self._say("220 go on")
        self._secured()

    def _secured(self) -> None:
        assert self._server.tls
        self._socket = self._server.tls.wrap_socket(self._socket, server_side=True)
        self._file = self._socket.makefile("rb")
        self._secure = True

    def _auth(self, rest: str) -> None:
        _, user, password = base64.b64decode(rest.split(" ")[1]).decode().split("\0")
        self._known = (user, password) == self._server.login
        self._say("235 welcome" if self._known else "535 no")

    def _mail(self, rest: str) -> None:
        if self._server.login and not self._known:
            self._say("530 who are you")
            return
        self._mood = self._server.moods.pop(0) if self._server.moods else ""
        self._sender = _between(rest)
        self._say("421 too many" if self._mood == "busy" else "250 ok")

    def _rcpt(self, rest: str) -> None:
        self._to = _between(rest)
        # A server that quotes the address in its answer, as many do.
        told = {"later": f"451 <{self._to}> later", "never": f"550 <{self._to}> unknown"}
        self._say(told.get(self._mood, "250 ok"))

    def _rset(self, _: str) -> None:
        self._say("250 ok")

    def _data(self, _: str) -> None:
        self._say("354 go on")
        lines = []
        while (line := self._file.readline()) != b".\r\n":
            if not line:
                raise EOFError
            lines.append(line[1:] if line.startswith(b".") else line)
        if self._mood == "lost":
            raise EOFError
        if self._mood == "refuse":
            self._say("554 spam")
            return
        self._server.taken.append(Taken(self._sender, self._to, b"".join(lines)))
        if self._mood == "drop":
            raise EOFError
        self._say("250 taken")

    def _line(self) -> str:
        line = self._file.readline()
        if not line:
            raise EOFError
        return line.decode().rstrip("\r\n")

    def _say(self, line: str) -> None:
        self._socket.sendall(f"{line}\r\n".encode())


def _between(text: str) -> str:
    return text[text.index("<") + 1 : text.index(">")]


def certificate(folder: Path, *, address: str = "127.0.0.1", days: int = 30) -> Path:
    """A self-signed certificate with its key, for `address`, as one PEM file: to serve with, and to trust."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "stand-in")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=400))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{address}-{days}.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path
