"""Large type, light and dark: kept without script, and nobody is led away by the link that keeps them."""

import pytest
from flask.testing import FlaskClient

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_large_type_and_dark_are_kept_from_page_to_page(client: FlaskClient) -> None:
    assert '<html lang="zh-Hans">' in client.get("/").text
    back = client.get("/look?type=large&next=/notices?kind=permit")
    assert (back.status_code, back.location) == (303, "/notices?kind=permit")
    client.get("/look?scheme=dark&next=/")
    page = client.get("/notices")
    assert 'data-scheme="dark" data-type="large"' in page.text
    assert "Cookie" in page.headers["Vary"]
    assert "标准字号" in page.text
    client.get("/look?type=normal&scheme=auto&next=/")
    assert '<html lang="zh-Hans">' in client.get("/").text


def test_the_choice_stays_on_this_site_and_means_only_what_is_known(client: FlaskClient) -> None:
    for elsewhere in ("//evil.example/", "/\\evil.example", "https://evil.example/", "evil", ""):
        assert client.get("/look", query_string={"type": "large", "next": elsewhere}).location == "/"
    client.get('/look?type="><script>&scheme=nothing')
    client.set_cookie("legalcredit-look", 'large."><b>.x')
    page = client.get("/").text
    assert 'data-type="large"' in page
    assert "<b>" not in page
