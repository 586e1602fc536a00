"""The national service and a city's upload service: one row a call, and answers that nobody can trust."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from defusedxml.ElementTree import fromstring

from publicity.feed import configure
from publicity.feed.configure import COLUMNS, Wanted
from registry.kernel.clock import SetClock
from registry.kernel.faults import Invalid
from registry.kernel.work import Work
from tests.publicity import office, telling
from tests.publicity.soap_platform import SoapPlatform
from tests.publicity.telling import correct, deliver_all, publish_one, states, withdraw

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
HOUR = timedelta(hours=1)


@pytest.fixture
def platform() -> Iterator[SoapPlatform]:
    with SoapPlatform() as platform:
        yield platform


@pytest.fixture
def tell(work: Work, platform: SoapPlatform) -> Callable[..., str]:
    def opened(kind: str, **options: Any) -> str:
        url = platform.url
        settings = {
            "national": {"permit": f"{url}/permit", "penalty": f"{url}/penalty", "region": "310000"},
            "city": {
                "url": f"{url}/upload", "department": "0015", "version": "v3", "region": "310000",
                "penalty_organisation": "FRCF", "penalty_person": "ZRRCF",
                "permit_organisation": "FRXK", "permit_person": "ZRRXK",
            },
        }[kind]  # fmt: skip
        wanted = Wanted(
            name="平台", kind=kind, settings={**settings, "timeout": "5"}, columns=COLUMNS, entitled=True,
            secret="t0ken" if kind == "national" else "", **{"layout": "2015", "kinds": ("penalty",), **options},
        )  # fmt: skip
        with work.write(office.OFFICE) as session:
            row = configure.add(session, office.OFFICE, wanted=wanted)
            configure.resume(session, office.OFFICE, channel=row.public_id)
            return row.public_id

    return opened


@pytest.mark.parametrize("kind", ["national", "city"])
def test_a_row_is_taken_changed_and_taken_back(
    work: Work, platform: SoapPlatform, tell: Callable[..., str], kind: str
) -> None:
    tell(kind)
    notice = publish_one(work)
    assert deliver_all(work) == {"accepted": 1}
    [row] = platform.rows.values()
    assert (row["CF_JDRQ"], row["CF_JG"], row["CF_ZT"]) == ("2026/11/12", "罚款二万元", "0")
    correct(work, notice)
    deliver_all(work)
    assert [row["CF_JG"] for row in platform.rows.values()] == ["罚款二万元整"]
    withdraw(work, notice)
    deliver_all(work)
    assert platform.rows == {}
    assert states(work, notice) == ["accepted"] * 3


def test_the_national_service_gets_its_token_and_rowdata(
    work: Work, platform: SoapPlatform, tell: Callable[..., str]
) -> None:
    tell("national")
    publish_one(work)
    deliver_all(work)
    [call] = platform.calls
    assert (call["operation"], call["token"]) == ("importPenalyXml", "t0ken")
    assert call["xml"].startswith('<?xml version="1.0" encoding="UTF-8"?><ROWDATA><ROW><CF_WSH>')
    assert len(fromstring(call["xml"])[0]) == 20


def test_the_city_gets_codes_and_a_json_body_that_no_sign_breaks(
    work: Work, platform: SoapPlatform, tell: Callable[..., str]
) -> None:
    tell("city", layout="2018")
    notice = publish_one(work)
    correct(work, notice, '<罚款> & "二万元"')
    deliver_all(work)
    call = platform.calls[1]
    assert (call["tableCode"], call["departmentCode"], call["tableVersionId"]) == ("FRCF", "0015", "v3")
    assert platform.rows["FRCF", ("上海明理律师事务所", "沪司罚决字〔2026〕第1号", "2026/11/12")][
        "CF_NR"
    ] == ('<罚款> & "二万元"')


BEHAVIOUR = [
    # mood, state after it, whether the row stands there after the platform behaves again and time has passed
    ("refuse", "rejected", False),
    ("later", "waiting", True),
    ("drop", "waiting", True),
    ("fault", "waiting", True),
    ("garbage", "waiting", True),
    ("bomb", "waiting", True),
    ("entity", "waiting", True),
    ("soap_fault", "waiting", True),
]


@pytest.mark.parametrize("kind", ["national", "city"])
@pytest.mark.parametrize(("mood", "state", "stands"), BEHAVIOUR)
def test_whatever_it_answers_the_row_stands_once(
    work: Work, clock: SetClock, platform: SoapPlatform, tell: Callable[..., str],
    kind: str, mood: str, state: str, stands: bool,
) -> None:  # fmt: skip
    tell(kind)
    notice = publish_one(work)
    platform.will(mood)
    deliver_all(work)
    assert states(work, notice) == [state]
    assert "root:" not in str(telling.rows(work)[0].answer), "no file of ours is read into an answer"
    clock.advance(HOUR)
    deliver_all(work)
    assert len(platform.rows) == int(stands)


@pytest.mark.parametrize("kind", ["national", "city"])
def test_a_publication_in_doubt_is_gone_after_its_withdrawal(
    work: Work, clock: SetClock, platform: SoapPlatform, tell: Callable[..., str], kind: str
) -> None:
    tell(kind)
    notice = publish_one(work)
    platform.will("drop")
    deliver_all(work)
    assert len(platform.rows) == 1
    withdraw(work, notice)
    clock.advance(HOUR)
    deliver_all(work)
    clock.advance(HOUR)
    deliver_all(work)
    assert platform.rows == {}
    assert states(work, notice) == ["superseded", "accepted"]


def test_a_catalogue_that_the_city_does_not_know_is_parked(
    work: Work, platform: SoapPlatform, tell: Callable[..., str]
) -> None:
    tell("city")
    notice = publish_one(work)
    platform.will("unknown_table")
    deliver_all(work)
    assert (states(work, notice), telling.rows(work)[0].code) == (["parked"], "3002")


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("national", {"permit": "https://x.example/", "region": "310000"}),
        ("national", {"permit": "http://x.example/", "penalty": "https://x.example/", "region": "310000"}),
        ("city", {"url": "https://x.example/", "region": "31"}),
    ],
)
def test_a_channel_that_cannot_work_is_refused(work: Work, kind: str, given: dict[str, str]) -> None:
    wanted = Wanted(name="x", kind=kind, layout="2015", settings=given, secret="t")
    with work.write(office.OFFICE) as session, pytest.raises(Invalid):
        configure.add(session, office.OFFICE, wanted=wanted)
