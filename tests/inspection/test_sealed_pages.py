"""A sealed draw as the office carries it out on its pages, and as the public and the subject at the door see it."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask.testing import FlaskClient
from playwright.sync_api import Page, Request, expect

from inspection.ceremony.sealed_tables import SealRow
from inspection.draw.chance import commitment
from inspection.draw.sealed import verify_sealed
from inspection.visits import assign, opening
from registry.accounts import staff
from registry.kernel.clock import SetClock
from registry.kernel.host import Host
from tests.browser.sessions import be
from tests.inspection import bureau, lawyers, sealed_bureau
from tests.inspection.bureau import DICE, Bureau
from tests.inspection.test_draw_command import Command, command, put
from tests.inspection.test_killed import kill
from tests.papers import pages
from tests.people import PASSWORD, Person
from tests.registry.programs import Program

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
__all__ = ["command"]

Hire = Callable[..., Person]


@pytest.fixture
def place(host: Host, sign_in: Hire) -> Bureau:
    sealed_bureau.hold(host.work, sign_in("auditor"))
    return bureau.found(host.work)


def test_the_office_draws_sealed_on_its_pages(
    host: Host, client: FlaskClient, sign_in: Hire, tmp_path: Path, command: Command
) -> None:
    """The depositary makes a key, the officer plans, two witnesses seal, dice are thrown, the button is pressed."""
    place = bureau.found(host.work)
    officer, auditor = sign_in("draw"), sign_in("auditor")
    witnesses = {name: sign_in("witness", username=name) for name in ("witness", "witness2")}
    task = f"/staff/inspection/tasks/{place.task}"
    plan = {"by": ["witness"], "reveal": ["witness", "witness2"], "seal_ground": "unannounced"}
    refused = officer.post(f"{task}/freeze", **plan, depositary="auditor")
    assert refused.status_code == 422
    assert "还没有生成保管密钥" in refused.text
    key = auditor.post("/staff/inspection/deposits/key")
    assert key.headers["Cache-Control"] == "no-store"
    assert officer.post(f"{task}/freeze", **plan, depositary="auditor").status_code == 303
    shown = officer.get(task).text
    assert "密封抽取" in shown
    [draw] = re.findall(r"抽取编号 <code>([a-z2-7]{16})</code>", shown)
    for name, person in witnesses.items():
        value, nonce = sealed_bureau.VALUES[name]
        told = commitment(draw, name, nonce=nonce, value=value)
        assert person.post(f"{task}/commitment", draw=draw, commitment=told).status_code == 303
    assert officer.post(f"{task}/freeze").status_code == 303
    page = f"/staff/inspection/draws/{draw}"
    assert officer.post(f"{page}/commit").status_code == 303
    assert "您的随机数不公开" in witnesses["witness"].get(page).text
    for position, (name, person) in enumerate(witnesses.items()):
        value, nonce = sealed_bureau.VALUES[name]
        sent = person.post(f"{page}/chance", position=str(position), value=value, nonce=nonce)
        assert sent.status_code == 303
    assert client.get(f"/draws/{draw}/stage").text.count("已封存，启封时公布") == 2
    witnesses["witness"].post(f"{page}/chance", position="2", value=DICE, again=DICE)
    assert "结果密封" in officer.get(page).text
    assert officer.post(f"{page}/run").status_code == 303
    assert "这次抽取是密封的" in client.get(f"/draws/{draw}").text
    assert "抽取密封" in officer.get(page).text

    # The depositary can open what is deposited, with own files and without the service.
    held = auditor.get(f"/staff/inspection/deposits/{draw}.json")
    put("deposit.json", held.json)
    put("key.json", key.json)
    opened = command("open-deposit", "deposit.json", "--key", "key.json")
    assert [json.loads(line)["value"] for line in opened.out.splitlines()] == [
        value for value, _ in sealed_bureau.VALUES.values()
    ]
    put("key.json", {"key": "00" * 32, "made": ""})
    refused_key = command("open-deposit", "deposit.json", "--key", "key.json")
    assert (refused_key.code, refused_key.refusal["rule"]) == (1, "not for this key")
    assert officer.get(f"/staff/inspection/deposits/{draw}.json").status_code == 403


def test_a_program_announces_a_sealed_draw(host: Host, client: FlaskClient, place: Bureau) -> None:
    program = Program(client, host.work, "draws:conduct")
    wanted = {"task": place.task, "plan": sealed_bureau.PLAN, "depositary": "auditor"}
    for by in sealed_bureau.VALUES:
        with host.work.write(bureau.OFFICE) as session:
            staff.add_staff(
                session,
                bureau.OFFICE,
                username=by,
                name=by,
                section="公证处",
                roles=("witness",),
                password=PASSWORD,
            )
    assert program.post("/draws", {**wanted, "seal_ground": "whim"}).status_code == 422
    assert (
        program.post("/draws", {**wanted, "seal_ground": "unannounced", "depositary": None}).status_code
        == 422
    )
    made = program.post("/draws", {**wanted, "seal_ground": "unannounced"})
    assert made.status_code == 201, made.text
    with host.work.read() as session:
        assert session.query(SealRow).one().draw == made.get_json()["id"]
    assert [item["kind"] for item in made.get_json()["plan"]] == ["reveal", "reveal", "dice"]


def test_overdue_openings_show_in_red_wherever_the_draw_is_listed(
    host: Host, client: FlaskClient, place: Bureau, clock: SetClock
) -> None:
    draw = sealed_bureau.drawn(host.work, place)
    with host.work.write(bureau.OFFICE) as session:
        row = session.query(SealRow).one()
        row.record = b"\x00\x63" + (row.record or b"")[2:]  # its key is gone
        session.act("tests", draw)
    clock.advance(timedelta(days=31))
    for path in ("/draws", f"/draws/{draw}"):
        assert "逾期未启封" in client.get(path).text
    assert draw in client.get("/draws/health").text
    assert client.get("/draws/health.json").json["unopened"] == [draw]  # type: ignore[index]
    assert client.get("/draws.json").json["results"][0]["opening_overdue"] is True  # type: ignore[index]
    assert client.get(f"/draws/{draw}.json").json["sealed"]["overdue"] is True  # type: ignore[index]


def test_the_letter_carries_the_proof_and_the_team_alone_gets_it(
    host: Host, client: FlaskClient, place: Bureau, sign_in: Hire
) -> None:
    draw = sealed_bureau.drawn(host.work, place)
    [first, *_] = sealed_bureau.record(host.work, draw)["assignments"]
    visit = sealed_bureau.visits(host.work, draw)[first["unit"]]
    inspector, head = sign_in("inspector"), sign_in("head")
    bureau.link(host.work, first["inspectors"][0], "inspector")
    letter = inspector.get(f"/staff/visits/{visit}/letter.pdf")
    told = "".join("".join(pages(letter.data)).split())
    assert "抽中证明" in told
    assert first["unit"] in told
    assert f"/draws/{draw}/door#v=2".encode() in letter.data
    for path in ("letter.pdf", "record.pdf", "door", "door.json"):
        assert head.get(f"/staff/visits/{visit}/{path}").status_code == 404
    proof = inspector.get(f"/staff/visits/{visit}/door.json").json
    assert proof is not None
    assert proof["unit"] == first["unit"]


def test_a_lawyer_at_the_door_sees_how_the_pseudonym_was_made_and_nobody_else_does(
    host: Host, client: FlaskClient, sign_in: Hire
) -> None:
    sealed_bureau.hold(host.work, sign_in("auditor"))
    chamber = lawyers.found(host.work)
    draw = sealed_bureau.drawn(host.work, chamber.at)
    [first, *_] = sealed_bureau.record(host.work, draw)["assignments"]
    visit = sealed_bureau.visits(host.work, draw)[first["unit"]]
    inspector, head = sign_in("inspector"), sign_in("head")
    bureau.link(host.work, first["inspectors"][0], "inspector")
    told = inspector.get(f"/staff/visits/{visit}/door").text
    subject, nonce = re.findall(r"<dd><code>([^<]+)</code></dd>", told.partition("编号是怎样")[2])[:2]
    assert sha256(f"unit|{subject}|{nonce}".encode()).hexdigest() == first["unit"]
    for path in ("/draws", f"/draws/{draw}", f"/draws/{draw}.json", f"/practitioners/{subject}.json"):
        assert nonce not in client.get(path).text
    assert head.get(f"/staff/visits/{visit}/door").status_code == 404
    assert client.get(f"/draws/{draw}/places?q={subject}").status_code == 404


def test_at_the_door_the_phone_checks_the_proof_and_the_server_learns_nothing(
    page: Page,
    live_server: str,
    host: Host,
    place: Bureau,
    sign_in: Hire,
    client: FlaskClient,
    screenshot: Callable[[Page, str], Path],
) -> None:
    draw = sealed_bureau.drawn(host.work, place)
    [first, *_] = sealed_bureau.record(host.work, draw)["assignments"]
    visit = sealed_bureau.visits(host.work, draw)[first["unit"]]
    inspector = sign_in("inspector")
    bureau.link(host.work, first["inspectors"][0], "inspector")
    be(page, live_server, inspector, {"width": 390, "height": 844})
    page.goto(f"{live_server}/staff/visits/{visit}")
    page.get_by_role("link", name="抽中证明（二维码）").click()
    expect(page.get_by_role("img", name="抽中证明的二维码")).to_be_visible()
    assert Axe().run(page).violations_count == 0
    fragment = page.locator(".door-text").text_content() or ""
    screenshot(page, "sealed-own-proof")

    page.context.clear_cookies()
    asked: list[str] = []

    def heard(request: Request) -> None:
        asked.append(request.url + (request.post_data or ""))

    page.on("request", heard)
    page.goto(f"{live_server}/draws/{draw}/door#{fragment}")
    expect(page.locator("#verdict-title")).to_contain_text("证明成立")
    expect(page.locator("#shown-unit")).to_have_text(first["unit"])
    expect(page.locator("#shown-signature")).to_contain_text("确由该公钥的持有者签署")
    assert not [sent for sent in asked if first["unit"] in sent]
    assert Axe().run(page).violations_count == 0
    screenshot(page, "sealed-door")

    # Another subject's id under the same proof is refused; so is what is typed in wrong.
    other = next(firm.public_id for firm in place.firms if firm.public_id != first["unit"])
    page.get_by_label("没有扫码时").fill(fragment.replace(first["unit"], other))
    page.get_by_role("button", name="核对").click()
    expect(page.locator("#verdict-title")).to_have_text("证明不成立")

    # Without script the form does the same.
    assert "证明成立" in _typed(client, draw, fragment)
    assert "证明不成立" in _typed(client, draw, fragment.replace(first["unit"], other))
    assert "证明不成立" in _typed(client, draw, "随便什么")


def test_an_opened_draw_is_verified_in_the_browser_with_what_was_committed_to(
    page: Page, live_server: str, host: Host, place: Bureau, tmp_path: Path
) -> None:
    draw = sealed_bureau.drawn(host.work, place)
    for visit in sealed_bureau.visits(host.work, draw).values():
        sealed_bureau.visit(host.work, visit)
    opening.settle(host.work)
    page.goto(f"{live_server}/draws/{draw}/verify")
    expect(page.locator("#verdict-title")).to_have_text("核验通过")
    expect(page.locator("#step-sealed")).to_have_attribute("data-state", "ok")
    document = json.loads(page.locator("#record").text_content() or "")
    assert verify_sealed(document) == []
    document["roots"][0]["secret"] = "00" * 32
    altered = tmp_path / "altered.json"
    altered.write_text(json.dumps(document), encoding="utf-8")
    page.get_by_label("抽取记录文件").set_input_files(altered)
    expect(page.locator("#verdict-title")).to_have_text("核验未通过")
    expect(page.locator("#step-sealed")).to_have_attribute("data-state", "bad")
    expect(page.locator("#step-seed")).to_have_attribute("data-state", "ok")


@pytest.mark.parametrize("where", ["first", "last"])
def test_killed_between_draw_and_publication_nothing_is_drawn_and_the_night_draws_it(
    host: Host, environment: dict[str, str], place: Bureau, where: str
) -> None:
    draw = sealed_bureau.committed(host.work, place)
    sealed_bureau.supply(host.work, draw)
    kill(host, environment, "draw", draw, where)
    with host.work.read() as session:
        assert session.query(SealRow).one().record is None
    assert sealed_bureau.visits(host.work, draw) == {}
    assert assign.settle(host.work) == {"drawn": 1, "lapsed": 0}
    assert len(sealed_bureau.visits(host.work, draw)) > 1


def test_an_opening_that_is_cut_off_has_not_happened_and_happens_later(
    host: Host, place: Bureau, clock: SetClock, client: FlaskClient
) -> None:
    draw = sealed_bureau.drawn(host.work, place)
    clock.advance(timedelta(days=31))

    class PowerCut(Exception):
        pass

    def cut(_session: object) -> None:
        raise PowerCut

    with pytest.raises(PowerCut):
        opening.open_due(host.work.fenced_by(cut))
    with host.work.read() as session:
        assert session.query(SealRow).one().opened_at is None
    assert opening.settle(host.work) == {"opened": 1}
    assert client.get(f"/draws/{draw}/record.json").status_code == 200


def _typed(client: FlaskClient, draw: str, proof: str) -> str:
    page = client.get(f"/draws/{draw}/door").text
    [token] = re.findall(r'name="csrf_token" value="([^"]+)"', page)[-1:]
    answer = client.post(f"/draws/{draw}/door", data={"csrf_token": token, "proof": proof})
    found = re.search(r'<div id="answer">(.*?)</div>\s*<section', answer.text, re.S)
    assert found, answer.text
    return found[1]
