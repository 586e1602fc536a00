"""Forms of the public site as a browser sends them, by somebody without an account."""

import re
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse


def sent(client: FlaskClient, path: str, *, form: str | None = None, **fields: Any) -> TestResponse:
    """Opens the page of the form at `form` (else at `path`) and sends it with its token and hidden marks."""
    page = client.get(form or path).text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token, page
    hidden = dict(re.findall(r'<input type="hidden" name="(once|about|id)" value="([^"]*)"', page))
    return client.post(path, data={"csrf_token": token[1], **hidden, **fields})


def kept(receipt: TestResponse) -> tuple[str, str]:
    """Number and code of a receipt."""
    found = re.findall(r"data-copy>([^<]+)<", receipt.text)
    assert len(found) == 2, receipt.text
    return found[0], found[1]
