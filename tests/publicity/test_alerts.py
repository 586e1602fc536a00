"""A reader follows what the public site shows by mail: asked first, told once, never of more than the page tells today."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text

from publicity.alerts import digest, terms, topics
from publicity.alerts.tables import AlertReaderRow, AlertRequestRow, AlertRow, AlertToldRow
from publicity.alerts.wording import Site
from publicity.notices import end
from publicity.web import alerts as pages
from registry.kernel import mail
from registry.kernel.clock import SHANGHAI, SetClock
from registry.kernel.host import Host
from registry.kernel.lease import Overtaken
from registry.kernel.work import WorkSession
from tests.mail_server import MailServer, Taken
from tests.publicity import office

READER = "reader@example.cn"
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def server() -> Iterator[MailServer]:
    with MailServer() as running:
        yield running


@pytest.fixture
def environment(environment: dict[str, str], server: MailServer) -> dict[str, str]:
    return environment | server.settings


@pytest.fixture
def subjects(host: Host) -> office.Subjects:
    return office.enrol(host.work)


def token(client: FlaskClient, path: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get(path).text)
    assert found
    return found[1]


def ask(client: FlaskClient, topic: str = "notices", email: str = READER, **fields: str) -> str:
    """Sends the form, and gives the page that answers it."""
    path = f"/alerts/new?topic={topic}"
    form = {"csrf_token": token(client, path), "topic": topic, "email": email, "frequency": "at_once"}
    answer = client.post("/alerts", data={**form, **fields})
    assert answer.status_code == 303, answer.text
    return client.get(answer.location).text


def posted(host: Host) -> None:
    mail.deliver(host.work, server=host.settings.mail)


def tick(host: Host) -> None:
    """What the jobs do in a minute."""
    jobs = {job.name: job for job in host.jobs}
    jobs["alerts"].run(host.work)
    jobs["mail"].run(host.work)


def link(host: Host, taken: Taken, before: str = "") -> str:
    found = re.search(rf"{re.escape(before)}{re.escape(host.settings.public_url)}(/alerts/\S+)", taken.text)
    assert found, taken.text
    return found[1]


def confirm(host: Host, client: FlaskClient, server: MailServer) -> str:
    """Opens the last mail and presses the button; gives the address of the reader's page."""
    path = link(host, server.taken[-1])
    answer = client.post(path, data={"csrf_token": token(client, path)})
    assert answer.status_code == 303, answer.text
    return answer.location


def follow(host: Host, client: FlaskClient, server: MailServer, topic: str = "notices", **fields: str) -> str:
    ask(client, topic, **fields)
    posted(host)
    return confirm(host, client, server)


@ON_SQLITE
def test_a_reader_is_asked_first_and_told_of_what_becomes_public(
    host: Host, client: FlaskClient, server: MailServer, subjects: office.Subjects
) -> None:
    office.publicise(host, office.permit(host.work, subjects))
    assert "请查收确认邮件" in ask(client, organisation=subjects.firm.public_id)
    tick(host)
    [asked] = server.taken
    assert asked.to == READER
    assert "上海明理律师事务所 · 全部公示 · 即时" in asked.text
    path = link(host, asked)
    assert "按下确认" in client.get(path).text
    tick(host)
    assert server.taken == [asked], "who only opens the link, as a scanner does, has not confirmed"
    page = client.get(confirm(host, client, server)).text
    assert "上海明理律师事务所 · 全部公示" in page
    assert "已经确认过了" in client.get(path).text
    confirm(host, client, server)
    tick(host)
    assert server.taken == [asked], "what was public before is no news"
    notice = office.publicise(host, office.penalty(host.work, subjects))
    tick(host)
    tick(host)
    _, told = server.taken
    assert told.message["Subject"] == "法律服务信用公示：1 条更新"
    assert f"- 2026-11-20 · 公开 · 行政处罚\r\n  {host.settings.public_url}/notices/{notice}" in told.text
    for kept in ("沪司罚决字", "章程", "2 万元", *office.PRIVATE):
        assert kept not in told.text, "a mailbox keeps for ever what it got"


def test_of_an_end_the_reader_hears_that_it_was_and_nothing_else(
    host: Host, client: FlaskClient, server: MailServer, subjects: office.Subjects
) -> None:
    follow(host, client, server, organisation=subjects.firm.public_id)
    never_told = office.publicise(host, office.penalty(host.work, subjects))
    leader = office.person(host.permissions, "leader")

    def withdraw(notice: str) -> None:
        with host.work.write(leader) as session:
            end.withdraw(session, leader, notice=notice, ground="mistaken")

    withdraw(never_told)
    tick(host)
    assert len(server.taken) == 1, "what came and went unheard is no news"
    notice = office.publicise(host, office.penalty(host.work, subjects, number="沪司罚决字〔2026〕第8号"))
    tick(host)
    with host.work.read() as session:
        kept = session.scalars(select(AlertToldRow.record)).all()
        assert len(kept) == 1
        assert notice not in kept[0]
    withdraw(notice)
    tick(host)
    assert f"已结束 · 一条公示\r\n  {host.settings.public_url}/notices/{notice}" in server.taken[-1].text
    assert len(server.taken) == 3
    with host.work.read() as session:
        assert session.scalars(select(AlertToldRow)).all() == []


@ON_SQLITE
@pytest.mark.parametrize(
    ("frequency", "moment", "due"),
    [
        ("at_once", (2026, 11, 20, 10), (2026, 11, 20, 10)),
        ("daily", (2026, 11, 20, 7), (2026, 11, 20, 8)),
        ("daily", (2026, 11, 20, 8), (2026, 11, 21, 8)),
        ("weekly", (2026, 11, 20, 10), (2026, 11, 23, 8)),
        ("weekly", (2026, 11, 23, 8), (2026, 11, 30, 8)),
    ],
)
def test_daily_and_weekly_mail_is_due_at_eight(
    frequency: str, moment: tuple[int, int, int, int], due: tuple[int, int, int, int], database_url: str
) -> None:
    assert terms.due_after(frequency, datetime(*moment, tzinfo=SHANGHAI)) == datetime(*due, tzinfo=SHANGHAI)


@ON_SQLITE
def test_one_mail_tells_everything_that_is_due(
    host: Host, client: FlaskClient, server: MailServer, subjects: office.Subjects, clock: SetClock
) -> None:
    follow(host, client, server, frequency="daily", kind="penalty")
    follow(host, client, server, frequency="daily", practitioner=subjects.lawyer.public_id)
    follow(host, client, server, "search", frequency="weekly", q="明理")
    asked = len(server.taken)
    office.publicise(host, office.penalty(host.work, subjects))
    office.publicise(host, office.permit(host.work, subjects))
    tick(host)
    assert len(server.taken) == asked, "not before the morning"
    clock.set(datetime(2026, 11, 21, 8, 1, tzinfo=SHANGHAI))
    tick(host)
    told = server.taken[asked].text
    assert "行政处罚\r\n- " in told
    assert "您关注的执业人员 · 全部公示\r\n- " in told
    assert "章程" not in told, "a mailbox keeps what it was told for ever"
    assert "明理" not in told
    clock.set(datetime(2026, 11, 22, 8, 1, tzinfo=SHANGHAI))
    tick(host)
    assert len(server.taken) == asked + 1, "a day without news is a day without mail"
    clock.set(datetime(2026, 11, 23, 8, 1, tzinfo=SHANGHAI))
    tick(host)
    assert "一次查询的结果\r\n- " in server.taken[-1].text


@ON_SQLITE
def test_nobody_learns_whether_an_address_is_known(
    host: Host, client: FlaskClient, server: MailServer, subjects: office.Subjects
) -> None:
    first = ask(client)
    posted(host)
    confirm(host, client, server)
    assert ask(client) == first
    for _ in range(8):
        assert ask(client) == first
    tick(host)
    assert len(server.to(READER)) == terms.OPEN_REQUESTS, "and nobody's mailbox is flooded"
    again = client.post(
        "/alerts", data={"csrf_token": token(client, "/alerts/new?topic=notices"), "topic": "notices"}
    )
    assert again.status_code == 429
    with host.work.read() as session:
        stored = repr(
            [
                vars(row)
                for table in (AlertReaderRow, AlertRequestRow, AlertRow)
                for row in session.scalars(select(table))
            ]
        )
    assert READER not in stored


def test_who_wants_no_more_is_forgotten_at_once(
    host: Host, client: FlaskClient, server: MailServer, subjects: office.Subjects, app: Flask
) -> None:
    page = follow(host, client, server)
    follow(host, client, server, "draws")
    office.publicise(host, office.penalty(host.work, subjects))
    digest.run(host.work, site=pages.site(host), mailing=True)
    assert "我的邮件提醒" in client.get(page).text
    alerts = re.findall(r'name="alert" value="([a-z2-7]{16})"', client.get(page).text)
    assert len(alerts) == 2
    form = {"csrf_token": token(client, page), "alert": alerts[1]}
    assert client.post(page, data={**form, "frequency": "weekly"}).status_code == 303
    assert client.post(page, data={**form, "frequency": "hourly"}).status_code == 422
    assert client.post(page, data={**form, "do": "end"}).location == page
    # As a mail program does for its reader: no cookie, no page before it.
    answer = app.test_client().post(f"{page}/end", data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    before = len(server.taken)
    tick(host)
    assert len(server.taken) == before, "what still waited is dropped"
    assert client.get(page).status_code == 404
    with host.work.read() as session:
        for table in ("pub_alert_readers", "pub_alerts", "pub_alerts_told", "pub_alert_requests"):
            assert session.scalar(text(f"SELECT count(*) FROM {table}")) == 0, table
        assert session.scalar(text("SELECT count(*) FROM reg_mails WHERE recipient IS NOT NULL")) == 0


@ON_SQLITE
def test_the_mail_itself_tells_how_to_end_it(
    host: Host, client: FlaskClient, server: MailServer, subjects: office.Subjects, app: Flask
) -> None:
    follow(host, client, server)
    office.publicise(host, office.penalty(host.work, subjects))
    tick(host)
    message = server.taken[-1].message
    address = str(message["List-Unsubscribe"]).strip("<>").removeprefix(host.settings.public_url)
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "全部停止" in app.test_client().get(address).text, "opened by hand it asks first"
    assert app.test_client().post(address).status_code == 200
    assert app.test_client().post(address).status_code == 404
    wrong = address.replace(address.split("/")[3], "0" * 32)
    assert app.test_client().post(wrong).status_code == 404


@ON_SQLITE
def test_a_link_is_good_for_two_days_and_the_address_goes_with_it(
    host: Host, client: FlaskClient, server: MailServer, clock: SetClock
) -> None:
    ask(client)
    posted(host)
    path = link(host, server.taken[0])
    ask(client, email="another@example.cn")
    clock.advance(timedelta(hours=48))
    assert client.get(path).status_code == 410
    assert (
        client.post(path, data={"csrf_token": token(client, "/alerts/new?topic=notices")}).status_code == 410
    )
    tick(host)
    assert len(server.taken) == 1, "a link that is over is not sent any more"
    with host.work.read() as session:
        assert session.scalars(select(AlertRequestRow)).all() == []


def test_a_change_is_told_once_whoever_dies_in_between(
    host: Host, client: FlaskClient, server: MailServer, subjects: office.Subjects
) -> None:
    follow(host, client, server)
    notices = [office.publicise(host, office.penalty(host.work, subjects))]

    def dying(_: WorkSession) -> None:
        raise Overtaken("alerts")

    site: Site = pages.site(host)
    with pytest.raises(Overtaken):
        digest.run(host.work.fenced_by(dying), site=site, mailing=True)
    notices.append(office.publicise(host, office.permit(host.work, subjects)))
    digest.run(host.work, site=site, mailing=False)
    digest.run(host.work, site=site, mailing=True)
    digest.run(host.work, site=site, mailing=True)
    posted(host)
    told = re.findall(r"/notices/(\w{16})", "".join(one.text for one in server.taken))
    assert sorted(told) == sorted(notices)


@ON_SQLITE
def test_a_flood_of_notices_is_one_mail_that_leads_to_the_list(
    host: Host, client: FlaskClient, server: MailServer, subjects: office.Subjects
) -> None:
    follow(host, client, server, kind="permit")
    for serial in range(terms.LINES + 2):
        office.publicise(
            host, office.permit(host.work, subjects, number=f"沪司许决字〔2026〕第{serial + 1}号")
        )
    tick(host)
    assert len(server.taken) == 2
    told = server.taken[-1]
    assert len(re.findall(r"/notices/\w{16}", told.text)) == terms.LINES
    assert f"更多见：{host.settings.public_url}/notices?kind=permit" in told.text


@ON_SQLITE
def test_the_mails_speak_english_to_those_who_chose_it(
    host: Host, client: FlaskClient, server: MailServer, subjects: office.Subjects
) -> None:
    client.get("/look?lang=en&next=/")
    ask(client)
    posted(host)
    path = link(host, server.taken[0])
    assert server.taken[0].message["Subject"] == "Please confirm your e-mail alert"
    assert not re.search("[\u4e00-\u9fff]", server.taken[0].text.replace(host.settings.bureau, ""))
    client.post(path, data={"csrf_token": token(client, path)})
    office.publicise(host, office.penalty(host.work, subjects))
    tick(host)
    assert "published · Administrative penalty" in server.taken[1].text


@ON_SQLITE
def test_bad_requests_come_back_filled_in(client: FlaskClient, subjects: office.Subjects) -> None:
    key = token(client, "/alerts/new?topic=notices")
    for email, frequency, told in (("x@", "daily", "电子邮件地址"), (READER, "hourly", "多久提醒一次")):
        answer = client.post(
            "/alerts", data={"csrf_token": key, "topic": "draws", "email": email, "frequency": frequency}
        )
        assert answer.status_code == 422
        assert told in answer.text
        assert f'value="{email}"' in answer.text
    for path in ("?topic=nothing", "?topic=notices&practitioner=aaaaaaaaaaaaaaaa"):
        assert client.get(f"/alerts/new{path}").status_code == 404
    assert "全部公示" in client.get("/alerts/new").text, "without a list it is that of all"


@ON_SQLITE
def test_whatever_has_a_feed_has_an_alert(app: Flask, client: FlaskClient) -> None:
    feeds = {
        re.sub(r"/<any\(.*", "", rule.rule.removesuffix(".atom"))
        for rule in app.url_map.iter_rules()
        if rule.rule.endswith(".atom")
    }
    assert feeds == set(topics.PAGES.values())
    for name in topics.PAGES:
        assert client.get(f"/alerts/new?topic={name}").status_code == 200
    for address in ("catalogues&listing=powers", "notices&kind=penalty,permit", "search&q=张&kind=lawyer"):
        page = client.get(f"/alerts/new?topic={address}").text
        feed = re.search(r'href="([^"]+)">Atom<', page)
        assert feed
        assert client.get(unescape(feed[1])).content_type.startswith("application/atom+xml")
    assert client.get("/alerts/new?topic=catalogues&listing=nothing").status_code == 404


@ON_SQLITE
class TestWithoutMailServer:
    @pytest.fixture
    def environment(self, environment: dict[str, str]) -> dict[str, str]:
        return {name: value for name, value in environment.items() if "SMTP" not in name}

    def test_the_site_says_that_it_sends_no_mail(
        self, client: FlaskClient, subjects: office.Subjects
    ) -> None:
        page = client.get("/alerts/new?topic=notices").text
        assert "本站现在不发送邮件" in page
        assert 'name="email"' not in page
        assert "/alerts/new" not in client.get(f"/practitioners/{subjects.lawyer.public_id}").text
        key = token(client, "/check")
        assert (
            client.post("/alerts", data={"csrf_token": key, "topic": "notices", "email": READER}).status_code
            == 404
        )
