"""An entry of a list as the public sees it: its reasons, its end and the remedies; and nothing once it is taken off."""

from datetime import date

import pytest
from flask.testing import FlaskClient

from registry.kernel.clock import SetClock
from registry.kernel.host import Host
from tests.publicity import office
from tests.registry.listing_bureau import BLACK, RED, Bureau

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def bureau(host: Host, clock: SetClock) -> Bureau:
    return Bureau(host, clock)


def published(host: Host, bureau: Bureau, listing: str) -> str:
    return office.publicise(host, bureau.case(listing).event or "")


def test_the_public_reads_why_until_when_and_what_can_be_done(
    host: Host, bureau: Bureau, client: FlaskClient
) -> None:
    """上海市社会信用条例第二十五条、第三十三条."""
    notice = published(host, bureau, bureau.listed())
    page = client.get(f"/notices/{notice}").text
    for told in (
        BLACK.cause,
        "示司信决〔2026〕1号",
        "提前移出",
        "行政复议",
        "何为",
        "2029-12-01",
        "上海市社会信用条例",
    ):
        assert told in page, told
    assert BLACK.facts not in page
    assert '"until": "2029-12-01"' in client.get(f"/notices/{notice}.json").text.replace('":"', '": "')


def test_an_entry_that_is_taken_off_leaves_the_public_in_the_same_moment(
    host: Host, bureau: Bureau, client: FlaskClient
) -> None:
    listing = bureau.listed()
    notice = published(host, bureau, listing)
    bureau.take(listing, "clerk", "seek", ground="revoked", text="处罚决定经复议撤销")
    assert BLACK.cause in client.get(f"/notices/{notice}").text
    bureau.take(listing, "leader", "remove", document_number="示司信移〔2026〕1号")
    for address in (
        f"/notices/{notice}",
        f"/notices/{notice}.json",
        f"/organisations/{bureau.firm.public_id}",
        "/notices?kind=listing",
    ):
        assert BLACK.cause not in client.get(address).text


def test_an_entry_ends_on_its_own_day_even_if_its_kind_may_be_public_longer(
    host: Host, bureau: Bureau, client: FlaskClient
) -> None:
    """Red entries run 24 months, while the catalogue would let their kind be public for 36."""
    listing = bureau.propose(RED)
    bureau.take(listing, "head", "announce", on=date(2026, 11, 20), text="局网站")
    bureau.to(date(2026, 12, 2))
    bureau.take(listing, "leader", "decide", document_number="乙", on=date(2026, 12, 2))
    notice = published(host, bureau, listing)
    assert RED.cause in client.get(f"/notices/{notice}").text
    bureau.to(date(2028, 12, 2))
    assert RED.cause in client.get(f"/notices/{notice}").text
    bureau.to(date(2028, 12, 3))
    assert RED.cause not in client.get(f"/notices/{notice}").text
