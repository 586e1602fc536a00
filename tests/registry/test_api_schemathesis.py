"""Whatever is sent to any JSON interface, it answers as its document says: no failure, no status, field or type that the
document does not know, and nothing wrong that is taken for right."""

from collections.abc import Iterator, Sequence
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.config import SchemathesisConfig
from schemathesis.core.result import Ok
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from registry.kernel.host import Host
from tests.registry.programs import Program
from tests.registry.register import Register, filled

_CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
]


# The tool's own list lacks 413, which a body of wrong fields may be too large for.
_REFUSED = ["400", "401", "403", "404", "405", "406", "409", "412", "413", "415", "422"]


def _operations(app: Flask) -> Iterator[APIOperation[Any, Any, Any, Any]]:
    config = SchemathesisConfig.from_dict(
        {"checks": {"negative_data_rejection": {"expected-statuses": _REFUSED}}}
    )
    described = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app, config=config)
    for result in described.get_all_operations():
        assert isinstance(result, Ok)
        yield result.ok()


def _try(
    operation: APIOperation[Any, Any, Any, Any],
    mode: GenerationMode,
    examples: int,
    headers: dict[str, str],
    known: Sequence[str],
) -> None:
    """Sends `examples` requests that fit the document, or do not; half of them about what there is."""

    @settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode), meant=st.booleans(), one=st.sampled_from(known))
    def sent(case: Case, meant: bool, one: str) -> None:
        if meant and mode is GenerationMode.POSITIVE:
            case.path_parameters = dict.fromkeys(case.path_parameters or {}, one)
        answer = case.call(headers=headers)
        case.validate_response(answer, checks=_CHECKS)

    try:
        sent()
    except Unsatisfiable:
        # Nothing can be wrong in a request that has nothing in it.
        assert mode is GenerationMode.NEGATIVE
        assert not list(operation.query) + list(operation.body), operation.label


def _send_everything(app: Flask, examples: int) -> None:
    host: Host = app.extensions["legalcredit"]
    register: Register = filled(host)
    program = Program(app.test_client(), host.work, *host.scopes)
    operations = list(_operations(app))
    assert len(operations) > 30
    for operation in operations:
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            # The tool offers to take gzip, and without a socket it does not unpack it.
            headers = {"Authorization": f"Bearer {program.token}", "Accept-Encoding": "identity"}
            _try(operation, mode, examples, headers, register.ids)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_every_interface_answers_as_its_document_says(app: Flask) -> None:
    _send_everything(app, examples=5)


@pytest.mark.slow
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_so_it_does_for_long_on_postgresql(app: Flask) -> None:
    _send_everything(app, examples=60)
