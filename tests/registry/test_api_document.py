"""The OpenAPI document tells all of it: every operation, answer, refusal, scope and header, in the office's words."""

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openapi_spec_validator import OpenAPIV31SpecValidator, validate

from inspection.web import ceremony_shapes
from registry.kernel.host import Host
from registry.web.api import BLUEPRINTS, complaints, events, pledges, rights, roster, roster_changes
from registry.web.api.fields import Body
from registry.web.api.scopes import SCOPES

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def document(client: FlaskClient) -> dict[str, Any]:
    return dict(client.get("/api/v1/openapi.json").get_json())


def _operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (path, method, operation)
        for path, item in document["paths"].items()
        if path.startswith("/api/v1/")
        for method, operation in item.items()
        if method in ("get", "post", "put", "patch", "delete")
    ]


def test_the_document_is_valid(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    validate(document, cls=OpenAPIV31SpecValidator)


def test_every_endpoint_under_api_v1_is_in_it(app: Flask, document: dict[str, Any]) -> None:
    served = {
        (re.sub(r"<(?:[^<>]*:)?(\w+)>", r"{\1}", rule.rule), method.lower())
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1/") and rule.endpoint != "api-docs.openapi_json"
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert len(served) > 40
    assert {(path, method) for path, method, _ in _operations(document)} == served


def test_every_operation_says_what_it_does_who_may_and_how_it_refuses(
    host: Host, document: dict[str, Any]
) -> None:
    chinese = re.compile(r"[\u4e00-\u9fff]")
    offered = set(host.scopes)
    for path, method, operation in _operations(document):
        where = f"{method} {path}"
        assert chinese.search(operation["summary"]), where
        tokens = [scope for need in operation["security"] for scope in need.get("token", [])]
        # What wants a person offers no token at all.
        assert tokens or operation["security"] == [{"session": []}], where
        assert set(tokens) <= offered, where
        answers = operation["responses"]
        assert {"400", "401", "403", "406", "422", "429", "500", "503"} <= set(answers), where
        assert ("404" in answers) or "{" not in path, where
        sent = {parameter["name"] for parameter in operation.get("parameters", [])}
        if method == "get":
            look_up = "purpose" in sent
            assert ("304" in answers) == ("If-None-Match" in sent) == (not look_up), where
            assert {"session": []} in operation["security"], where
        else:
            assert {"409", "413", "415"} <= set(answers), where
            assert "Idempotency-Key" in sent, where
            assert ("If-Match" in sent) == ("412" in answers) == ("200" in answers), where
        for status, answer in answers.items():
            if status >= "400":
                assert answer["$ref"].startswith("#/components/responses/"), where
            elif status != "304":
                (content,) = answer["content"].values()
                assert content["schema"]["$ref"].startswith("#/components/schemas/"), where
                assert chinese.search(answer["description"]), where


def test_every_body_has_an_example_that_would_be_read(document: dict[str, Any]) -> None:
    assert len(_bodies()) > 10
    for body in _bodies():
        assert body().load(body.example), body
    for path, method, operation in _operations(document):
        if method == "post":
            body = operation["requestBody"]["content"]["application/json"]
            # A step that brings nothing has the empty object for its example.
            assert body["example"] or not _properties(document, body["schema"]), path


def _properties(document: dict[str, Any], schema: dict[str, str]) -> dict[str, Any]:
    return dict(document["components"]["schemas"][schema["$ref"].rpartition("/")[2]].get("properties", {}))


def _bodies() -> list[type[Body]]:
    modules = (ceremony_shapes, complaints, events, pledges, rights, roster, roster_changes)
    bodies = [one for module in modules for one in vars(module).values() if isinstance(one, type)]
    return [one for one in bodies if issubclass(one, Body) and one.example]


def test_every_refusal_is_a_problem_with_an_example(document: dict[str, Any]) -> None:
    """RFC 9457."""
    for name, answer in document["components"]["responses"].items():
        (media, content), *_ = answer["content"].items()
        assert media == "application/problem+json", name
        assert content["schema"] == {"$ref": "#/components/schemas/Problem"}
        assert set(document["components"]["schemas"]["Problem"]["required"]) <= set(content["example"])


def test_lists_have_one_shape(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    pages = {
        name: schema
        for name, schema in schemas.items()
        if name.endswith("Page") and "items" in schema["properties"]
    }
    assert len(pages) > 8
    for name, schema in pages.items():
        assert set(schema["properties"]) == {"items", "next"}, name
        assert set(schema["required"]) == {"items", "next"}, name


def test_no_answer_may_grow_a_field_unnoticed(document: dict[str, Any]) -> None:
    """An allow-list: every schema of the interface is closed."""
    schemas = document["components"]["schemas"]
    own = {
        reference.rsplit("/", 1)[1]
        for _, _, operation in _operations(document)
        for status, answer in operation["responses"].items()
        if status in ("200", "201")
        for reference in re.findall(r"#/components/schemas/\w+", str(answer))
    }
    assert own
    assert [name for name in own if schemas[name].get("additionalProperties") is not False] == []


def test_every_concern_is_described(document: dict[str, Any], host: Host) -> None:
    described = {tag["name"]: tag["description"] for tag in document["tags"]}
    assert all(described[concern.name] for concern in BLUEPRINTS)
    assert {scope.name for scope in SCOPES} <= set(host.scopes)
    for scheme in ("token", "session"):
        assert document["components"]["securitySchemes"][scheme]["description"]
