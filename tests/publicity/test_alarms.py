"""What goes amiss is told once, by mail and webhook, and once more when it is over."""

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from publicity.alarms import recipients, sound, terms, watch
from publicity.alarms.tables import CallRow, RecipientRow
from publicity.alarms.watch import Watched
from publicity.feed import deliver
from registry.kernel import jobs
from registry.kernel.access import Actor
from registry.kernel.clock import SetClock
from registry.kernel.faults import Conflict
from registry.kernel.host import Host
from registry.kernel.lease import Overtaken
from registry.kernel.part import Job
from registry.kernel.work import Work, WorkSession
from tests.mail_server import MailServer, certificate
from tests.people import Person
from tests.publicity import telling
from tests.publicity.platform import SECRET, Platform

ADMIN = Actor.command("tests")
ADDRESS = "duty@example.cn"
NOTHING = Watched({}, {})
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


class Hook:
    """A webhook on a real socket. `moods` are the states that it answers the next calls with; drop takes the call and
    breaks the line."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, dict[str, Any]]] = []
        self.moods: list[int | str] = []
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                identifier = self.headers["webhook-id"]
                signed = f"{identifier}.{self.headers['webhook-timestamp']}.".encode() + body
                key = base64.b64decode(SECRET.removeprefix("whsec_"))
                mac = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
                assert self.headers["webhook-signature"] == f"v1,{mac}"
                mood = hook.moods.pop(0) if hook.moods else 204
                if mood in ("drop", 204):
                    hook.heard.append((identifier, json.loads(body)))
                if mood == "drop":
                    self.connection.close()
                    return
                self.send_response(int(mood))
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Says nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}/alarms"
        self._thread = threading.Thread(target=self._server.serve_forever, name="hook")

    @property
    def told(self) -> list[tuple[str, str]]:
        return [(message["type"], message["data"]["kind"]) for _, message in self.heard]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def hook() -> Iterator[Hook]:
    with Hook() as running:
        yield running


@pytest.fixture
def server() -> Iterator[MailServer]:
    with MailServer() as running:
        yield running


@pytest.fixture
def environment(environment: dict[str, str], server: MailServer) -> dict[str, str]:
    return environment | server.settings


@pytest.fixture
def told(host: Host, hook: Hook) -> None:
    """Alarms go to an address and to a webhook."""
    with host.work.write(ADMIN) as session:
        recipients.add(session, ADMIN, way="mail", target=ADDRESS)
        recipients.add(session, ADMIN, way="webhook", target=hook.url, secret=SECRET)


def look(work: Work, watched: Watched = NOTHING) -> dict[str, int]:
    return dict(
        sound.run(
            work, watched=lambda: watched, bureau="示范市司法局", public_url="https://credit.example.cn"
        )
    )


def amiss(work: Work, watched: Watched = NOTHING) -> set[str]:
    with work.read() as session:
        return {one.kind for one in watch.amiss(session, watched)}


def test_a_platform_that_is_away_is_told_once_and_again_when_it_is_back(
    host: Host, told: None, hook: Hook, server: MailServer, clock: SetClock
) -> None:
    work = host.work
    with Platform() as platform:
        telling.channel(work, platform, name="市信用平台")
        notice = telling.publish_one(work)
        platform.will(*["later"] * 20)
        assert look(work) == {"opened": 0, "closed": 0}
        clock.advance(terms.QUEUE + timedelta(minutes=1))
        deliver.run(work)
        clock.advance(terms.QUEUE + timedelta(minutes=1))
        assert look(work) == {"opened": 1, "closed": 0, "sent": 1}
        assert look(work) == {"opened": 0, "closed": 0}, "while it lasts nothing is said again"
        platform.moods.clear()
        clock.advance(timedelta(hours=1))
        deliver.run(work)
        assert look(work) == {"opened": 0, "closed": 1, "sent": 1}
    assert hook.told == [("alarm.opened", "queue"), ("alarm.resolved", "queue")]
    (_, opened), (_, resolved) = hook.heard
    assert opened["data"]["id"] == resolved["data"]["id"]
    assert (opened["data"]["name"], opened["data"]["closed_at"]) == ("市信用平台", None)
    assert notice not in json.dumps(opened)
    {job.name: job for job in host.jobs}["mail"].run(work)
    subjects = [str(taken.message["Subject"]) for taken in server.to(ADDRESS)]
    assert subjects == ["[告警] 归集积压超过时限：市信用平台", "[已解除] 归集积压超过时限：市信用平台"]
    assert "https://credit.example.cn/staff/feed/channels/" in server.taken[0].text


@ON_SQLITE
def test_every_sort_of_trouble_is_seen(
    host: Host, clock: SetClock, tmp_path: Any, server: MailServer
) -> None:
    work = host.work
    with Platform() as platform:
        telling.channel(work, platform)
        telling.publish_one(work)
        assert amiss(work) == set()
        for _ in range(terms.SILENT):
            platform.will("later")
            deliver.run(work)
            clock.advance(timedelta(hours=1))
        assert amiss(work) == {"silent", "queue"}
        platform.will("closed")
        deliver.run(work)
        assert amiss(work) == {"parked"}
    title = {"reconcile": "与信用平台对账"}
    for counts, kinds in (
        ({"missing": 0, "left": 1}, {"difference"}),
        ({"missing": 0, "left": 0}, set()),
        (None, {"job"}),
    ):
        clock.advance(timedelta(minutes=1))
        _run_job(work, counts)
        assert amiss(work, Watched(title, {})) == kinds | {"parked"}
    with work.read() as session:
        now = session.now
    good, soon = certificate(tmp_path, days=4000), certificate(tmp_path, days=1)
    for ends, kinds in (
        (now + terms.CERTIFICATE + timedelta(days=1), set()),
        (now + terms.CERTIFICATE - timedelta(days=1), {"certificate"}),
        (None, {"certificate"}),
        (good, set()),
        (soon, {"certificate"}),
        (tmp_path / "nowhere.pem", {"certificate"}),
    ):
        assert amiss(work, Watched({}, {"电子印章": ends})) == kinds | {"parked"}


def _run_job(work: Work, counts: dict[str, int] | None) -> None:
    def run(_: Work) -> dict[str, int]:
        if counts is None:
            raise Conflict("坏了")
        return counts

    job = Job("reconcile", "与信用平台对账", run, "* * * * *")
    if counts is None:
        with pytest.raises(Conflict):
            jobs.run_by_hand(work, job)
    else:
        jobs.run_by_hand(work, job)


def test_a_webhook_is_called_until_it_answers_always_as_the_same_message(
    host: Host, told: None, hook: Hook, clock: SetClock
) -> None:
    hook.moods = [500, "drop", 429]
    broken = Watched({}, {"电子印章": None})
    assert look(host.work, broken) == {"opened": 1, "closed": 0, "waiting": 1}
    assert look(host.work) == {"opened": 0, "closed": 1}, "no end is told before its beginning"
    for _ in range(4):
        clock.advance(timedelta(minutes=5))
        look(host.work)
    assert hook.told == [("alarm.opened", "certificate")] * 2 + [("alarm.resolved", "certificate")]
    assert hook.heard[0][0] == hook.heard[1][0] != hook.heard[2][0]


@ON_SQLITE
def test_a_webhook_that_never_answers_is_given_up_in_the_end(
    host: Host, told: None, hook: Hook, clock: SetClock
) -> None:
    hook.moods = [500] * 100
    look(host.work, Watched({}, {"电子印章": None}))
    for _ in range(terms.MOST_ATTEMPTS + 5):
        clock.advance(timedelta(hours=1))
        look(host.work, Watched({}, {"电子印章": None}))
    with host.work.read() as session:
        kinds = {call.alarm.kind: call for call in session.scalars(select(CallRow))}
        assert set(kinds) == {"certificate", "mail"}, "nobody took the mails either"
        call = kinds["certificate"]
        assert (call.state, call.attempts, call.code) == ("parked", terms.MOST_ATTEMPTS, "http_500")


def test_an_alarm_is_told_once_whoever_dies_in_between(
    host: Host, told: None, hook: Hook, server: MailServer
) -> None:
    broken = Watched({}, {"电子印章": None})

    def dying(_: WorkSession) -> None:
        raise Overtaken("alarms")

    with pytest.raises(Overtaken):
        look(host.work.fenced_by(dying), broken)
    assert hook.heard == []
    look(host.work, broken)
    look(host.work, broken)
    {job.name: job for job in host.jobs}["mail"].run(host.work)
    assert (len(hook.heard), len(server.taken)) == (1, 1)


@ON_SQLITE
def test_an_administrator_says_who_is_told(
    host: Host, client: FlaskClient, sign_in: Callable[..., Person], hook: Hook
) -> None:
    admin, clerk = sign_in("admin"), sign_in("clerk")
    assert "没有接收人时" in admin.get("/staff/alarms").text
    for form, told in (
        ({"way": "mail", "target": "x"}, "电子邮件地址"),
        ({"way": "webhook", "target": "http://example.cn/", "secret": SECRET}, "须用 https"),
        ({"way": "webhook", "target": hook.url, "secret": "x"}, "应为 whsec_"),
        ({"way": "pigeon", "target": "x"}, "请选择怎样告知"),
    ):
        answer = admin.post("/staff/alarms/recipients", **form)
        assert answer.status_code == 422
        assert told in answer.text
    good = {"way": "mail", "target": ADDRESS}
    assert clerk.post("/staff/alarms/recipients", **good).status_code == 403
    assert admin.post("/staff/alarms/recipients", **good).status_code == 303
    assert admin.post("/staff/alarms/recipients", **good).status_code == 409
    assert ADDRESS in admin.get("/staff/alarms").text
    assert ADDRESS not in clerk.get("/staff/alarms").text
    look(host.work, Watched({}, {"电子印章": None}))
    page = clerk.get("/staff/alarms").text
    assert "证书即将到期或者不能使用" in page
    assert 'legalcredit_alarms_open{kind="certificate"} 1.0' in client.get("/metrics").text
    with host.work.read() as session:
        row = session.scalars(select(RecipientRow)).one()
        assert row.target is not None
        assert ADDRESS.encode() not in row.target
    assert admin.post(f"/staff/alarms/recipients/{row.public_id}/end").status_code == 303
    with host.work.read() as session:
        assert session.scalars(select(RecipientRow)).one().target is None
    {job.name: job for job in host.jobs}["alarms"].run(host.work)
    assert "已解除的告警" in clerk.get("/staff/alarms").text
