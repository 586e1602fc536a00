"""Every form of the service, whichever package it belongs to: no act without a session, none without the form's token."""

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import AnyConverter, IntegerConverter, Rule

from registry.accounts.roles import ROLES
from registry.kernel.access import PUBLIC, declared
from registry.kernel.host import Host
from tests.people import Person

_UNSAFE = ("POST", "PUT", "PATCH", "DELETE")


class Form(NamedTuple):
    method: str
    path: str
    access: str | None
    by_secret: bool


def test_no_form_is_accepted_without_its_token(
    app: Flask, host: Host, sign_in: Callable[..., Person]
) -> None:
    """A foreign page can make the browser send the cookie, but cannot read the token."""
    everyone = sign_in(*[role.code for role in ROLES], username="everyone")
    forms = list(_forms(app))
    assert len(forms) > 10
    for form in forms:
        if form.access in host.scopes or form.by_secret:
            continue
        for fields in ({}, {"csrf_token": "made up"}):
            answer = everyone.client.open(form.path, method=form.method, data=fields)
            assert answer.status_code == 400, form
            assert "页面已过期" in answer.text or (answer.json or {})["rule"] == "csrf", form


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_no_form_but_a_public_one_is_accepted_from_nobody(app: Flask, client: FlaskClient) -> None:
    for form in _forms(app):
        answer = client.open(form.path, method=form.method)
        if form.by_secret:
            assert answer.status_code == 404, "the address that holds the secret is none without it"
        elif form.access == PUBLIC:
            assert answer.status_code == 400, form
        else:
            assert answer.status_code in (303, 401), form
            assert answer.status_code == 401 or answer.location.startswith("/staff/login"), form


def test_what_only_a_token_may_do_no_member_of_staff_may(
    app: Flask, host: Host, sign_in: Callable[..., Person]
) -> None:
    everyone = sign_in(*[role.code for role in ROLES], username="everyone")
    scoped = [form for form in _forms(app) if form.access in host.scopes]
    assert scoped
    for form in scoped:
        assert everyone.client.open(form.path, method=form.method).status_code == 403, form


def _value(rule: Rule, name: str) -> str | int:
    """A part of the address that it takes: public ids have 16 characters, digests 64."""
    converter = rule._converters[name]
    if isinstance(converter, IntegerConverter):
        return 1
    if isinstance(converter, AnyConverter):
        return min(converter.items)
    wanted = re.search(r"\{(\d+)\}", converter.regex)
    return "a" * (int(wanted[1]) if wanted else 16)


def _forms(app: Flask) -> Iterator[Form]:
    for rule in app.url_map.iter_rules():
        for method in sorted((rule.methods or set()).intersection(_UNSAFE)):
            values = {name: _value(rule, name) for name in rule.arguments}
            with app.test_request_context():
                _, path = rule.build(values) or ("", "")
            by_secret = getattr(app.view_functions[rule.endpoint], "by_secret", False)
            yield Form(method, path, declared(app, rule.endpoint, method), by_secret)
