"""The public pages in English: no message and no word of the register without a translation, and the choice is kept."""

import gettext
import io
import re
from collections.abc import Callable, Iterator
from datetime import date

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import Flask
from flask.testing import FlaskClient

from inspection.ceremony import find as draws
from inspection.ceremony import frames, places, stand, substitute, void
from inspection.ceremony import sealed as seals
from inspection.health import assess as health
from inspection.plan import strata
from inspection.plan.frame import GROUNDS
from inspection.plan.matters.drafts import CATEGORIES
from inspection.visits import codes as finding_codes
from inspection.web import script_texts, sealed, verification
from publicity.catalogue import listed
from publicity.catalogue.schema import SCHEMAS
from publicity.disclosure import attributes
from publicity.letters import rules as letter_rules
from publicity.letters import states as letter_states
from publicity.links import walk as link_faults
from publicity.lookup import batch, findings, proofs, wording
from publicity.notices import content
from publicity.notices import find as notices
from publicity.proving import received
from publicity.release.allowed import PUBLIC_COLUMNS, PUBLIC_DETAIL
from publicity.release.draft import title_of_kind
from publicity.reports import rules
from publicity.requests import annual as request_report
from publicity.requests import rules as request_rules
from publicity.requests import states as request_states
from publicity.web.catalogue import OTHERS
from registry.credit import columns
from registry.credit.complaint import states as complaints
from registry.credit.pledge import template as pledges
from registry.kernel import problems
from registry.kernel.host import Host
from registry.kernel.settings import Settings
from registry.roster import amend, kinds
from registry.roster.cells import LONG_TERM
from registry.roster.drafts import NewOrganisation
from registry.roster.find import STANDINGS
from tests.people import Person
from tests.publicity import everything, office, routes, spoken
from tests.registry import roster_facts

OFFICE = {"registry/_office_account.html", "registry/_office_menu.html"}
"""Pieces of the frame that only the office sees, which speaks Chinese."""
DISTRICTS = {name for region in kinds.regions().values() for name in region.districts.values()}
LAWS = {*(law for ground in attributes.GROUNDS.values() for law in ground.basis.split("；"))}
WRITTEN = {strata.rule(date(2026, 11, 20)).text, "违反执业管理其他规定", "申请"}
"""Texts that stand as they were published: the rule of strata, the end of a notice's title, a step of a guide."""
PROGRAMS = (
    "registry/kernel/access.py",
    "registry/kernel/edge.py",
    "registry/kernel/idempotency.py",
    "registry/web/api/*.py",
    "registry/roster/records.py",
    "registry/roster/search.py",
    "inspection/web/*_api.py",
    "publicity/feed/receipts.py",
    "publicity/web/*_api.py",
)
"""Where programs are answered."""
CHOICE = "中文"
"""What leads back to Chinese says so in Chinese."""


def words() -> Iterator[str]:
    """Titles that the pages take from the registers."""
    yield from kinds.titles().values()
    yield from (form for kind in kinds.ORGANISATION_KINDS.values() for form in kind.forms)
    yield from (category for kind in kinds.PROFESSIONS.values() for category in kind.categories)
    yield from (*CATEGORIES, *proofs.HOW_TO_VERIFY, *received.VERDICTS.values())
    codes = finding_codes.table()
    yield from (*(code.title for code in codes.findings.values()), *codes.measures.values())
    yield from STANDINGS.values()
    yield from (
        state.title for table in (kinds.ORGANISATION_STATES, kinds.LICENCE_STATES) for state in table.values()
    )
    yield from (profession.number_title for profession in kinds.PROFESSIONS.values())
    yield from (title_of_kind(kind) for kind in attributes.KINDS)
    yield from (ground.title for ground in attributes.GROUNDS.values())
    yield from (*columns.SUBJECT_KINDS, *columns.PERMIT_KINDS, *columns.PENALTY_KINDS)
    yield from (*pledges.KINDS, *pledges.PERFORMANCES, complaints.OUTCOMES["proven"])
    yield from {
        wording.column_text(*coded) for coded in (("1", "XK_ZT"), ("2", "XK_ZT"), (LONG_TERM, "CF_YXQ"))
    }
    for table in (
        content.MARKS,
        content.GROUNDS,
        notices.ACTIONS,
        batch.VERDICTS,
        rules.GROUNDS,
        rules.OUTCOMES,
        rules.ABOUT,
        GROUNDS,
        draws.ASSURANCE,
        draws.ENTROPY_KINDS,
        frames.STATUSES,
        health.TITLES,
        places.OUTCOMES,
        seals.GROUNDS,
        stand.STATES,
        substitute.GROUNDS,
        void.TITLES,
        findings.RESULTS,
        problems.TITLES,
        link_faults.FAULTS,
        letter_rules.KINDS,
        letter_rules.OUTCOMES,
        letter_states.STATES,
        {code: letter_rules.result(code) for code in letter_rules.REFUSALS},
        request_states.STATES,
        request_rules.APPLICANTS,
        request_rules.ID_KINDS,
        request_rules.DELIVERIES,
        {code: one.title for code, one in request_rules.DECISIONS.items()},
        {line.title: line.title for line in request_report.report([], year=2026).lines},
    ):
        yield from table.values()
    for schema in SCHEMAS.values():
        yield from (schema.title, schema.lede, *(column.title for column in schema.columns))
        yield from (option for column in schema.columns for option in column.options)
    yield from (*listed.TITLES.values(), *listed.LEDES.values(), *(word for line in OTHERS for word in line))
    yield from (wording.column_title(code) for codes in PUBLIC_COLUMNS.values() for code in codes)
    yield from filter(
        None, (wording.detail_title(name) for names in PUBLIC_DETAIL.values() for name in names)
    )


one_database = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def shown(host: Host, sign_in: Callable[..., Person]) -> routes.Ids:
    return everything.published(host, sign_in("auditor"))


def _errors_of(shown: routes.Ids) -> Iterator[str]:
    """Where an error of each page can be reported."""
    for about in rules.ABOUT:
        for public_id in shown[f"{about}s"]:
            yield f"/report-error?about={about}&id={public_id}"


def _token(client: FlaskClient) -> str:
    """What lets a visitor hand in a form."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/check").text)
    assert found
    return found[1]


@one_database
def test_every_public_page_speaks_english_throughout(
    app: Flask, client: FlaskClient, settings: Settings, shown: routes.Ids
) -> None:
    """Every page that anybody can open or be refused, with all the templates it is made of."""
    client.get("/look?lang=en&next=/")
    token = _token(client)
    with spoken.rendered(app) as seen:
        answers = {path: client.get(path) for path in routes.public_paths(app, shown)}
        answers |= {
            f"POST {path}": client.post(path, data={"csrf_token": token}) for path in routes.forms(app, shown)
        }
        answers |= {path: client.get(path) for path in _errors_of(shown)}
    pages = {
        path: answer.text
        for path, answer in answers.items()
        if answer.mimetype == "text/html" and answer.status_code not in (301, 302, 303)
    }
    assert len(pages) > 80, "the pages were rendered"
    assert [path for path, page in pages.items() if '<html lang="en">' not in page] == []

    public = spoken.with_parts(app.jinja_env, seen) - OFFICE
    outside = [text for name in sorted(public) for text in spoken.outside_the_catalogue(app.jinja_env, name)]
    assert [text for text in outside if CHOICE not in text] == [], (
        "Chinese in public templates outside of _()"
    )

    said = {message: name for name in public for message in spoken.messages(app.jinja_env, name)}
    assert len(said) > 800, "the templates were read"
    english = spoken.english()
    missing = {f"{where}: {message}" for message, where in said.items() if not english.get(message)}
    assert missing == set(), "messages without English"

    recorded = {settings.bureau, CHOICE, *DISTRICTS, *LAWS, *WRITTEN}
    left = {path: found for path, page in pages.items() if (found := spoken.still_chinese(page) - recorded)}
    assert left == {}, "texts of our own code in Chinese"


def test_every_word_of_the_registers_and_of_the_scripts_is_translated() -> None:
    scripts = {
        message
        for script in (*verification.SCRIPTS, *sealed.SCRIPTS)
        for message in script_texts.messages(script)
    }
    assert len(scripts) > 120, "the scripts were read"
    english = spoken.english()
    assert {message for message in (*words(), *scripts) if not english.get(message)} == set()


def test_what_programs_are_refused_with_has_its_english() -> None:
    """Whoever asks for English (RFC 9110 section 12.5.4) reads it; casework has rules that only the office meets."""
    sentences = set(spoken.refusals(PROGRAMS))
    assert len(sentences) > 30, "the modules were read"
    english = spoken.english()
    assert {sentence for sentence in sentences if not english.get(sentence)} == set()


def test_translations_keep_what_is_filled_in_and_the_compiled_ones_are_theirs() -> None:
    for message, english in spoken.english().items():
        assert sorted(re.findall(r"%\(\w+\)\w", message)) == sorted(re.findall(r"%\(\w+\)\w", english)), (
            message
        )
    for path in spoken.CATALOGUES:
        compiled = io.BytesIO()
        with path.open("rb") as file:
            write_mo(compiled, read_po(file))
        compiled.seek(0)
        with path.with_suffix(".mo").open("rb") as kept:
            assert gettext.GNUTranslations(kept)._catalog == gettext.GNUTranslations(compiled)._catalog  # type: ignore[attr-defined]


@one_database
def test_a_visitor_reads_english_from_page_to_page_and_the_office_chinese(
    host: Host, app: Flask, client: FlaskClient, sign_in: Callable[..., Person]
) -> None:
    subjects = office.enrol(host.work)
    penalty = office.publicise(host, office.penalty(host.work, subjects))
    client.get("/look?lang=en&next=/")
    home = client.get("/").text
    assert '<html lang="en">' in home
    left = set(re.findall("[\u4e00-\u9fff]+", home)) - {
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
            ("Administrative penalty (1)", "Unified social credit code"),
        ),
        (
            f"/notices/{penalty}",
            ("Legal basis", "Verify it yourself", "Legal person or other organisation", "CNY 20,000"),
        ),
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


@one_database
def test_namesakes_are_told_apart_in_english(host: Host, client: FlaskClient) -> None:
    """Under a result, and under the field while somebody types. Programs are told the same as ever."""
    renamed = amend.Grounds(on=date(2026, 3, 1), reason="示司许决字〔2026〕第31号")
    told = NewOrganisation(
        kind="law_firm", name="上海明德律师事务所", district="310101", established_on=date(2001, 2, 3)
    )
    with host.work.write(office.OFFICE) as session:
        firm = roster_facts.firm(session, established_on=told.established_on)
        roster_facts.advocate(session, firm, name="章程")
        amend.amend_organisation(
            session, office.OFFICE, organisation=firm, told=told, head_person=None, grounds=renamed
        )
    client.get("/look?lang=en&next=/")
    assert "Lawyer · 上海明德律师事务所" in client.get("/search?q=章程").text
    assert "Law firm · 黄浦区 · formerly 上海明理律师事务所" in client.get("/search?q=明德").text
    place = client.get(f"/organisations/{firm.public_id}").text
    assert "Project-Id-Version" not in place, "what is not known of it is no message"
    [hit] = client.get("/search/suggest.json?q=章程").get_json()["suggestions"]
    assert hit["line"] == "Lawyer · 上海明德律师事务所 · Practising"
    assert (hit["detail"], hit["state"]) == ("律师 · 上海明德律师事务所", "正常执业")
