"""The public pages in English: no message and no word of the register without a translation, and the choice is kept."""

import gettext
import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import Flask
from flask.testing import FlaskClient
from jinja2.ext import babel_extract

import publicity
import registry
from publicity.letters import rules as letter_rules
from publicity.lookup import batch, wording
from publicity.notices import content
from publicity.notices import find as notices
from publicity.release.allowed import PUBLIC_COLUMNS, PUBLIC_DETAIL
from publicity.release.draft import NOTICE_KINDS, title_of_kind
from publicity.reports import rules
from registry.credit.catalogue import KINDS
from registry.kernel.host import Host
from registry.roster import kinds
from registry.roster.find import STANDINGS
from tests.people import Person
from tests.publicity import office

WEB = [Path(str(package.__file__)).parent / "web" for package in (registry, publicity)]
CATALOGUES = [folder / "translations/en/LC_MESSAGES/messages.po" for folder in WEB]
OFFICE = {"feed.html", "feed_channel.html", "feed_delivery.html", "feed_kinds.html", "feed_settings.html", "release.html",
          "releases.html", "report.html", "reports.html", "sites.html", "staff_notice.html", "staff_notices.html",
          "staff_letter.html", "staff_letters.html", "staff_handover.html"}  # fmt: skip
"""Pages of the office, which speak Chinese."""
CHINESE = re.compile("[\u4e00-\u9fff]+")


def translated() -> dict[str, str]:
    found: dict[str, str] = {}
    for path in CATALOGUES:
        with path.open("rb") as file:
            found |= {str(message.id): str(message.string) for message in read_po(file) if message.id}
    return found


def said() -> Iterator[str]:
    """The messages of the frame and of the public templates that speak by catalogue."""
    frame = [WEB[0] / "templates/registry" / name for name in ("base.html", "macros.html")]
    for path in (*frame, *(WEB[1] / "templates/publicity").glob("*.html")):
        if path.name not in OFFICE:
            with path.open("rb") as file:
                for _line, _function, message, _comments in babel_extract(
                    file, ("_",), [], {"encoding": "utf-8"}
                ):
                    # What is filled in comes with it as a tuple; of a title that is passed on, nothing does.
                    yield str((message[0] if isinstance(message, tuple) else message) or "")


def words() -> Iterator[str]:
    """Titles that the pages take from the registers."""
    yield from kinds.titles().values()
    yield from STANDINGS.values()
    yield from (
        state.title for table in (kinds.ORGANISATION_STATES, kinds.LICENCE_STATES) for state in table.values()
    )
    yield from (profession.number_title for profession in kinds.PROFESSIONS.values())
    yield from (
        title_of_kind(NOTICE_KINDS.get(kind.code, kind.code)) for kind in KINDS.values() if kind.releasable
    )
    for table in (
        content.MARKS,
        content.GROUNDS,
        notices.ACTIONS,
        batch.VERDICTS,
        rules.GROUNDS,
        rules.OUTCOMES,
        letter_rules.KINDS,
        letter_rules.OUTCOMES,
    ):
        yield from table.values()
    yield from (wording.column_title(code) for codes in PUBLIC_COLUMNS.values() for code in codes)
    yield from filter(
        None, (wording.detail_title(name) for names in PUBLIC_DETAIL.values() for name in names)
    )


def test_everything_that_the_public_pages_say_is_translated() -> None:
    english = translated()
    assert {message for message in (*said(), *words()) if message and not english.get(message)} == set()
    assert len(set(said())) > 150, "the templates were read"


def test_translations_keep_what_is_filled_in_and_the_compiled_ones_are_theirs() -> None:
    for message, english in translated().items():
        assert sorted(re.findall(r"%\(\w+\)\w", message)) == sorted(re.findall(r"%\(\w+\)\w", english)), (
            message
        )
    for path in CATALOGUES:
        compiled = io.BytesIO()
        with path.open("rb") as file:
            write_mo(compiled, read_po(file))
        compiled.seek(0)
        with path.with_suffix(".mo").open("rb") as kept:
            assert gettext.GNUTranslations(kept)._catalog == gettext.GNUTranslations(compiled)._catalog  # type: ignore[attr-defined]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_visitor_reads_english_from_page_to_page_and_the_office_chinese(
    host: Host, app: Flask, client: FlaskClient, sign_in: Callable[..., Person]
) -> None:
    subjects = office.enrol(host.work)
    penalty = office.publicise(host, office.penalty(host.work, subjects))
    client.get("/look?lang=en&next=/")
    home = client.get("/").text
    assert '<html lang="en">' in home
    left = set(CHINESE.findall(home)) - {
        "中文",
        "张伟",
        "浦东",
        "律师",
        "示范市司法局",
        "上海明理律师事务所",
        "行政处罚决定",
        "沪司罚决字",
        "第",
        "号",
    }
    assert left == set()
    for path, told in (
        ("/search?q=明理", ("Results for", "In good standing")),
        (
            f"/practitioners/{subjects.lawyer.public_id}?on=2015-01-01",
            ("As registered on 2015-01-01", "Practising (since"),
        ),
        (
            f"/organisations/{subjects.firm.public_id}",
            ("Administrative penalties", "Unified social credit code"),
        ),
        (f"/notices/{penalty}", ("Legal basis", "Verify it yourself")),
        ("/check", ("Check licence numbers in bulk",)),
        (f"/report-error?about=notice&id={penalty}", ("What is wrong?",)),
    ):
        page = client.get(path).text
        assert all(text in page for text in told), (path, told)
    assert '<html lang="zh-Hans">' in app.test_client().get("/").text
    assert '<html lang="en">' in app.test_client().get("/?lang=en").text, "a link can show a page in English"
    clerk = sign_in("clerk")
    clerk.get("/look?lang=en&next=/")
    assert "工作台" in clerk.get("/staff").text
    assert "Search" not in clerk.get("/staff").text
