"""Mail is written with its cause, handed over outside, once as far as anybody can tell, and forgotten when it was."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.kernel import mail, smtp
from registry.kernel.access import Actor
from registry.kernel.clock import SetClock
from registry.kernel.faults import Conflict, Invalid
from registry.kernel.host import Host
from registry.kernel.lease import Overtaken
from registry.kernel.mail_tables import MailRow
from registry.kernel.settings import Settings, SettingsInvalid
from registry.kernel.smtp import Mail
from registry.kernel.work import Work, WorkSession
from tests.mail_server import MailServer, certificate
from tests.people import Person

READER = "reader@example.cn"
OFFICE = Actor.command("tests")


@pytest.fixture
def server() -> Iterator[MailServer]:
    with MailServer() as running:
        yield running


def at(server: MailServer, **changes: object) -> smtp.MailServer:
    read = smtp.load(server.settings, "示范市司法局", [])
    assert read
    return replace(read, **changes)  # type: ignore[arg-type]


def write(work: Work, cause: str = "alert:1", **changes: object) -> str:
    written = Mail(READER, "法律服务信用公示：一条更新", "您订阅的公示有更新。\n.\n再见", **changes)  # type: ignore[arg-type]
    with work.write(OFFICE) as session:
        session.act("test", "x")
        return mail.post(session, written, kind="提醒", cause=cause)


def states(work: Work) -> dict[str, str]:
    with work.read() as session:
        return {row.cause: row.state for row in session.scalars(select(MailRow))}


def test_a_mail_arrives_in_chinese_and_says_that_a_program_wrote_it(work: Work, server: MailServer) -> None:
    link = "https://credit.example.cn/alerts/" + "k" * 120
    written = write(work, unsubscribe=link)
    assert mail.deliver(work, server=at(server)) == {"sent": 1, "left": 0}
    [taken] = server.taken
    message = taken.message
    assert (taken.sender, taken.to) == ("no-reply@credit.example.cn", READER)
    assert message["Subject"] == "法律服务信用公示：一条更新"
    assert message["From"] == "示范市司法局 <no-reply@credit.example.cn>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Message-ID"] == f"<{written}@credit.example.cn>"
    assert f"List-Unsubscribe: <{link}>\r\n".encode() in taken.content, (
        "in one piece, as mail programs look for it"
    )
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert taken.text == "您订阅的公示有更新。\r\n.\r\n再见\r\n"


def test_no_mail_goes_without_its_cause(work: Work, server: MailServer) -> None:
    def undone(session: WorkSession) -> None:
        mail.post(session, Mail(READER, "x", "y"), kind="提醒", cause="undone")
        raise Conflict("别人先办了")

    with pytest.raises(Conflict), work.write(OFFICE) as session:
        undone(session)
    assert mail.deliver(work, server=at(server)) == {"left": 0}
    assert write(work) == write(work), "the same cause is the same mail"
    mail.deliver(work, server=at(server))
    assert write(work)
    assert mail.deliver(work, server=at(server)) == {"left": 0}
    assert len(server.taken) == 1


def test_a_line_that_breaks_after_the_content_is_tried_again_under_the_same_name(
    work: Work, server: MailServer, clock: SetClock
) -> None:
    write(work)
    server.will("drop", "lost")
    assert mail.deliver(work, server=at(server)) == {"waiting": 1, "left": 1}
    assert mail.deliver(work, server=at(server)) == {"left": 1}, "not at once"
    clock.advance(timedelta(seconds=60))
    mail.deliver(work, server=at(server))
    clock.advance(timedelta(seconds=119))
    assert mail.deliver(work, server=at(server)) == {"left": 1}, "twice as long each time"
    clock.advance(timedelta(seconds=1))
    assert mail.deliver(work, server=at(server)) == {"sent": 1, "left": 0}
    first, again = server.taken
    assert first.content == again.content, "byte for byte, Message-ID and date too"


@pytest.mark.parametrize(
    ("mood", "state", "code"),
    [
        ("later", "waiting", "451"),
        ("busy", "waiting", "421"),
        ("lost", "waiting", "line"),
        ("never", "parked", "550"),
        ("refuse", "parked", "554"),
    ],
)
def test_a_refusal_for_now_waits_and_one_for_good_waits_for_a_person(
    work: Work, server: MailServer, mood: str, state: str, code: str
) -> None:
    write(work)
    write(work, "alert:2")
    server.will(mood)
    mail.deliver(work, server=at(server))
    assert states(work) == {"alert:1": state, "alert:2": "sent"}, "one mail holds up no other"
    with work.read() as session:
        row = session.scalars(select(MailRow).where(MailRow.cause == "alert:1")).one()
        assert (row.code, row.attempts) == (code, 1)


def test_patience_ends_after_five_days(work: Work, server: MailServer, clock: SetClock) -> None:
    write(work)
    tries = 0
    while states(work)["alert:1"] == "waiting":
        server.will("later")
        mail.deliver(work, server=at(server))
        clock.advance(timedelta(hours=4))
        tries += 1
        assert tries < 100
    assert states(work) == {"alert:1": "parked"}
    assert 25 < tries <= 40
    with work.write(OFFICE) as session:
        [parked], _ = mail.mails(session, state="parked", before=None, limit=5)
        mail.resend(session, OFFICE, mail=parked.public_id)
    assert mail.deliver(work, server=at(server))["sent"] == 1


def test_a_server_that_does_not_encrypt_gets_nothing(work: Work, server: MailServer, tmp_path: Path) -> None:
    write(work)
    write(work, "alert:2")
    assert mail.deliver(work, server=at(server, security="starttls")) == {"waiting": 2, "left": 2}
    assert mail.deliver(work, server=at(server, security="tls", host="127.0.0.1"))["left"] == 2
    assert server.taken == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_the_line_is_encrypted_and_the_certificate_known(work: Work, tmp_path: Path, security: str) -> None:
    known, other, past = (
        certificate(tmp_path),
        certificate(tmp_path, address="127.0.0.2"),
        certificate(tmp_path, days=-1),
    )
    password = tmp_path / "password"
    password.write_text("a long word\n", "utf-8")
    login = {"user": "legalcredit", "password": password, "security": security}
    for path, trusted, code in (
        (known, None, "tls"),
        (other, other, "tls"),
        (past, past, "tls"),
        (known, known, "250"),
    ):
        with MailServer(
            certificate=path, implicit=security == "tls", login=("legalcredit", "a long word")
        ) as office:
            with smtp.Line(at(office, **login, authorities=trusted), timeout=10) as line:
                assert line.send(READER, b"Subject: x\r\n\r\ny").code == code
            assert len(office.taken) == (code == "250")
    password.write_text("another", "utf-8")
    with (
        MailServer(
            certificate=known, implicit=security == "tls", login=("legalcredit", "a long word")
        ) as office,
        smtp.Line(at(office, **login, authorities=known), timeout=10) as line,
    ):
        assert line.send(READER, b"Subject: x\r\n\r\ny") == smtp.Outcome("later", "auth", broken=True)


def test_a_server_that_is_away_costs_no_mail(work: Work, server: MailServer, clock: SetClock) -> None:
    with MailServer() as gone:
        closed = at(gone)
    for number in range(5):
        write(work, f"alert:{number}")
    assert mail.deliver(work, server=closed) == {"waiting": 2, "left": 5}, "the rest is not even tried"
    assert mail.deliver(work, server=None) == {"left": 5}, "and none is lost where mail is switched off"
    clock.advance(timedelta(minutes=1))
    assert mail.deliver(work, server=at(server)) == {"sent": 5, "left": 0}


def test_whoever_was_killed_while_sending_leaves_the_mail_to_the_next(
    work: Work, server: MailServer, clock: SetClock
) -> None:
    write(work)
    calls = count()

    def fence(_: Session) -> None:
        if next(calls) > 1:  # the third unit of work notes that it was sent
            raise Overtaken("mail")

    with pytest.raises(Overtaken):
        mail.deliver(work.fenced_by(fence), server=at(server))
    assert states(work) == {"alert:1": "claimed"}
    assert len(server.taken) == 1
    assert mail.deliver(work, server=at(server)) == {"left": 1}, "somebody may still be at it"
    clock.advance(timedelta(minutes=10))
    assert mail.deliver(work, server=at(server)) == {"sent": 1, "left": 0}
    assert server.taken[0].message["Message-ID"] == server.taken[1].message["Message-ID"]


def test_what_is_pointless_by_now_is_not_sent(work: Work, server: MailServer, clock: SetClock) -> None:
    with work.read() as session:
        until = session.now + timedelta(hours=1)
    write(work, until=until)
    write(work, "alert:2")
    clock.advance(timedelta(hours=1))
    assert mail.deliver(work, server=None) == {"dropped": 1, "left": 1}, "also where mail is switched off"
    assert mail.deliver(work, server=at(server)) == {"sent": 1, "left": 0}


def test_addresses_and_words_are_sealed_and_go_with_delivery(
    work: Work, server: MailServer, clock: SetClock
) -> None:
    write(work)
    write(work, "alert:2")

    def stored() -> str:
        with work.read() as session:
            return repr([vars(row) for row in session.scalars(select(MailRow))])

    assert READER not in stored()
    assert "您订阅" not in stored()
    server.will("never")
    mail.deliver(work, server=at(server))
    with work.read() as session:
        kept = {row.cause: (row.content, row.recipient) for row in session.scalars(select(MailRow))}
    assert kept["alert:2"] == (None, None)
    assert None not in kept["alert:1"]
    with work.write(OFFICE) as session:
        session.act("test", "x")
        assert mail.forget(session, READER.upper()) == 1
    assert states(work)["alert:1"] == "dropped"
    clock.advance(timedelta(days=31))
    mail.deliver(work, server=at(server))
    assert states(work) == {}


@given(subject=st.text(), to=st.text())
def test_no_text_becomes_a_header_of_its_own(subject: str, to: str) -> None:
    server = smtp.MailServer("127.0.0.1", 25, "none", "no-reply@credit.example.cn", "示范市司法局")
    for given_to, given_subject in ((to, "x"), (READER, subject), (f"a@b.cn{to}", "x")):
        try:
            written = Mail(smtp.address(given_to), given_subject, "y")
        except (Invalid, ValueError):
            continue
        from_wire = smtp.composed(
            written, server, message_id="a" * 16, written=datetime(2026, 11, 20, tzinfo=UTC)
        )
        head = from_wire.partition(b"\r\n\r\n")[0].decode("ascii")
        names = [line.partition(":")[0] for line in head.split("\r\n") if not line.startswith(" ")]
        assert names == [
            "Message-ID", "Date", "From", "To", "Subject", "Auto-Submitted", "Content-Type",
            "Content-Transfer-Encoding", "MIME-Version",
        ]  # fmt: skip


@pytest.mark.parametrize(
    "typed",
    ["", "x", "a@b", "a b@c.cn", "a@b.cn\r\nBcc: d@e.cn", "<a@b.cn>", '"a"@b.cn', "a@b.cn,c@d.cn", "@b.cn"],
)
def test_what_is_no_address_is_refused(typed: str) -> None:
    with pytest.raises(Invalid, match="电子邮件地址"):
        smtp.address(typed)


def test_addresses_come_in_the_form_of_the_wire() -> None:
    assert smtp.address(" Zhang.San+x@Example.CN ") == "Zhang.San+x@example.cn"
    assert smtp.address("a@例子.中国") == "a@xn--fsqu00a.xn--fiqs8s"


def test_half_a_setting_is_told(tmp_path: Path) -> None:
    base = {"LEGALCREDIT_HOME": str(tmp_path), "LEGALCREDIT_SMTP_HOST": "mail.example.cn"}
    for wrong, told in (
        ({}, "LEGALCREDIT_MAIL_FROM"),
        ({"LEGALCREDIT_SMTP_SECURITY": "ssl"}, "LEGALCREDIT_SMTP_SECURITY"),
        ({"LEGALCREDIT_SMTP_PORT": "0"}, "LEGALCREDIT_SMTP_PORT"),
        ({"LEGALCREDIT_SMTP_USER": "u"}, "LEGALCREDIT_SMTP_PASSWORD_FILE"),
        ({"LEGALCREDIT_SMTP_CA": "/nowhere.pem"}, "LEGALCREDIT_SMTP_CA"),
        ({"LEGALCREDIT_SMTP_USER": "u", "LEGALCREDIT_SMTP_SECURITY": "none"}, "LEGALCREDIT_SMTP_SECURITY"),
    ):
        given_ = base | wrong | ({"LEGALCREDIT_MAIL_FROM": "a@b.cn"} if wrong else {})
        with pytest.raises(SettingsInvalid, match=told):
            Settings.load(given_)
    assert Settings.load({"LEGALCREDIT_HOME": str(tmp_path)}).mail is None


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_an_administrator_sees_what_was_put_aside_and_decides(
    host: Host, server: MailServer, sign_in: Callable[..., Person]
) -> None:
    admin, auditor = sign_in("admin"), sign_in("auditor")
    assert "没有设置邮件服务器" in admin.get("/staff/mails").text
    for number in range(2):
        write(host.work, f"alert:{number}")
    server.will("never", "never")
    mail.deliver(host.work, server=at(server))
    page = admin.get("/staff/mails?state=parked").text
    assert "550" in page
    assert READER not in page
    assert "邮件没有送达" in admin.get("/staff").text
    with host.work.read() as session:
        (first, second), _ = mail.mails(session, state="parked", before=None, limit=5)
    assert auditor.post(f"/staff/mails/{first.public_id}/resend").status_code == 403
    assert admin.post(f"/staff/mails/{first.public_id}/resend").status_code == 303
    assert admin.post(f"/staff/mails/{second.public_id}/drop").status_code == 303
    assert admin.post(f"/staff/mails/{second.public_id}/drop").status_code == 409
    assert states(host.work) == {"alert:1": "waiting", "alert:0": "dropped"}
