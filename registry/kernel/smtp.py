"""The office's mail server: who it is, what a mail looks like on the wire, and one line to it (RFC 5321, RFC 8314)."""

import re
import smtplib
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Literal, Self

from registry.kernel.faults import Invalid

Security = Literal["starttls", "tls", "none"]
_PORTS: Mapping[str, int] = {"starttls": 587, "tls": 465, "none": 25}
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LOCAL = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_LINK = re.compile(r"https?://[!-;=?-~]{1,900}")


@dataclass(frozen=True)
class MailServer:
    """Where mail is handed over, and as whom. The password stays in its file and is read for each connection.

    `authorities` are certificates to trust instead of the system's, where the office has an authority of its own.
    """

    host: str
    port: int
    security: Security
    sender: str
    name: str
    user: str = ""
    password: Path | None = None
    authorities: Path | None = None


@dataclass(frozen=True)
class Mail:
    """One mail to one address (as `address` gives it), in plain text. It is pointless after `until`. `unsubscribe` is where
    a mail program may POST to for its reader (RFC 8058). ValueError for what would end a header before its line does."""

    to: str
    subject: str
    text: str
    until: datetime | None = None
    unsubscribe: str | None = None

    def __post_init__(self) -> None:
        if self.to != address(self.to) or not self.subject.isprintable():
            raise ValueError("no header holds this")
        if self.unsubscribe is not None and not _LINK.fullmatch(self.unsubscribe):
            raise ValueError("no address to unsubscribe at")


@dataclass(frozen=True)
class Outcome:
    """What came of one attempt. `code` is the server's number or a word of ours, never its text, which may quote the
    address. `broken`: the line failed, not the mail."""

    verdict: Literal["sent", "later", "refused"]
    code: str
    broken: bool = False


def address(text: str, path: str = "email") -> str:
    """A mail address as people type it, its domain in the form of the wire (RFC 5321 section 4.1.2, without quoting;
    RFC 5891). Raises Invalid naming `path`."""
    typed = text.strip()
    local, _, domain = typed.rpartition("@")
    try:
        labels = domain.encode("idna").decode("ascii").lower().split(".")
    except UnicodeError:
        labels = []
    known = len(labels) > 1 and all(_LABEL.fullmatch(label) for label in labels)
    if not known or not _LOCAL.fullmatch(local) or len(local) > 64 or len(typed) > 254:
        raise Invalid.field(path, "email", "应为电子邮件地址，例如 name@example.cn")
    return f"{local}@{'.'.join(labels)}"


def load(environ: Mapping[str, str], bureau: str, faults: list[str]) -> MailServer | None:
    """The server of the variables LEGALCREDIT_SMTP_… and LEGALCREDIT_MAIL_FROM; None where no host is set."""
    host = environ.get("LEGALCREDIT_SMTP_HOST", "")
    if not host:
        return None
    security = environ.get("LEGALCREDIT_SMTP_SECURITY", "starttls")
    if security not in _PORTS:
        faults.append("LEGALCREDIT_SMTP_SECURITY: 应为 · one of these is expected: starttls, tls, none")
        return None
    port = environ.get("LEGALCREDIT_SMTP_PORT", str(_PORTS[security]))
    if not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        faults.append("LEGALCREDIT_SMTP_PORT: 应为端口 · a port is expected")
        return None
    user = environ.get("LEGALCREDIT_SMTP_USER", "")
    if user and security == "none":
        faults.append(
            "LEGALCREDIT_SMTP_SECURITY: 密码不得明文传送 · a password is not sent over a line that anybody reads"
        )
    try:
        sender = address(environ.get("LEGALCREDIT_MAIL_FROM", ""))
    except Invalid:
        sender = ""
        faults.append("LEGALCREDIT_MAIL_FROM: 应为发件地址 · the sender's address is expected")
    return MailServer(
        host,
        int(port),
        security,  # type: ignore[arg-type]
        sender,
        bureau,
        user,
        _file(environ, "LEGALCREDIT_SMTP_PASSWORD_FILE", faults, wanted=bool(user)),
        _file(environ, "LEGALCREDIT_SMTP_CA", faults, wanted=False),
    )


def _file(environ: Mapping[str, str], name: str, faults: list[str], *, wanted: bool) -> Path | None:
    path = Path(environ[name]).expanduser().resolve() if environ.get(name) else None
    if (path is not None or wanted) and not (path and path.is_file()):
        faults.append(f"{name}: 没有这个文件 · there is no such file")
    return path


def composed(mail: Mail, server: MailServer, *, message_id: str, written: datetime) -> bytes:
    """The mail as it goes over the wire, the same bytes at every attempt."""
    message = EmailMessage(policy.SMTP)
    message["Message-ID"] = f"<{message_id}@{server.sender.rpartition('@')[2]}>"
    message["Date"] = format_datetime(written)
    message["From"] = Address(display_name=server.name, addr_spec=server.sender)
    message["To"] = Address(addr_spec=mail.to)
    message["Subject"] = mail.subject
    # RFC 3834: whoever answers mail by itself leaves this one alone.
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text, charset="utf-8", cte="base64")
    return _unsubscribing(mail.unsubscribe) + message.as_bytes()


def _unsubscribing(link: str | None) -> bytes:
    """RFC 2369, RFC 8058. Written by hand: the library wraps a long address as an encoded word, which no reader opens."""
    if link is None:
        return b""
    return f"List-Unsubscribe: <{link}>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n".encode()


class Line:
    """A connection to the server, made with the first mail and kept for the next as long as all goes well."""

    def __init__(self, server: MailServer, *, timeout: float) -> None:
        self._server = server
        self._timeout = timeout
        self._connection: smtplib.SMTP | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._hang_up()

    def send(self, to: str, content: bytes) -> Outcome:
        """Hands one mail over. A line that broke after the content was sent leaves unknown whether it was taken; it is
        sent again, under the same Message-ID."""
        outcome = self._send(to, content)
        if outcome.verdict != "sent":
            self._hang_up()
        return outcome

    def _send(self, to: str, content: bytes) -> Outcome:
        try:
            if self._connection is None:
                self._connection = self._connect()
        except ssl.SSLError:
            return Outcome("later", "tls", broken=True)
        except smtplib.SMTPNotSupportedError:
            return Outcome("later", "starttls", broken=True)
        except smtplib.SMTPAuthenticationError:
            return Outcome("later", "auth", broken=True)
        except (smtplib.SMTPException, OSError):
            return Outcome("later", "line", broken=True)
        try:
            self._connection.sendmail(self._server.sender, [to], content)
        except smtplib.SMTPRecipientsRefused as refused:
            [(code, _)] = refused.recipients.values()
            return _answered(code)
        except smtplib.SMTPResponseException as refused:
            return _answered(refused.smtp_code)
        except (smtplib.SMTPException, OSError):
            return Outcome("later", "line", broken=True)
        return Outcome("sent", "250")

    def _connect(self) -> smtplib.SMTP:
        server = self._server
        context = ssl.create_default_context(cafile=str(server.authorities) if server.authorities else None)
        # The sender's domain for EHLO: asking for our own name may wait for a name server that is not there.
        domain = server.sender.rpartition("@")[2]
        if server.security == "tls":
            connection: smtplib.SMTP = smtplib.SMTP_SSL(
                server.host, server.port, domain, timeout=self._timeout, context=context
            )
        else:
            connection = smtplib.SMTP(server.host, server.port, domain, timeout=self._timeout)
        try:
            if server.security == "starttls":
                connection.starttls(context=context)
            if server.user and server.password:
                connection.login(server.user, server.password.read_text("utf-8").strip())
        except BaseException:
            connection.close()
            raise
        return connection

    def _hang_up(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                connection.quit()
            except (smtplib.SMTPException, OSError):
                connection.close()


def _answered(code: int) -> Outcome:
    """RFC 5321 section 4.2.1: 4yz may come out otherwise later, 5yz will not."""
    return Outcome("refused" if code >= 500 else "later", str(code))
