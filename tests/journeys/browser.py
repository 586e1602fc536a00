"""Somebody at a browser without scripts, over a real socket: what a journey needs of one, with the standard library."""

import re
from collections.abc import Iterable
from http.cookiejar import CookieJar
from urllib.error import HTTPError
from urllib.parse import urlencode, urljoin
from urllib.request import HTTPCookieProcessor, HTTPRedirectHandler, Request, build_opener


class _Stay(HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


class Browser:
    """One person's browser. `get` gives status and text, `post` status and the address it leads to."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._opener = build_opener(HTTPCookieProcessor(CookieJar()), _Stay)

    def sign_in(self, username: str, password: str) -> "Browser":
        status, _ = self.post("/staff/login", {"username": username, "password": password})
        assert status == 303, f"{username} cannot sign in"
        return self

    def get(self, path: str) -> tuple[int, str]:
        status, body, _ = self._send(Request(urljoin(self._address, path)))
        return status, body

    def post(
        self, path: str, fields: dict[str, str] | Iterable[tuple[str, str]], *, page: str | None = None
    ) -> tuple[int, str]:
        """Sends a form of `page` (of the same address if not told), with its token."""
        _, text = self.get(page or path)
        found = re.search(r'name="csrf_token" value="([^"]+)"', text)
        assert found, f"no form on {page or path}"
        pairs = [("csrf_token", found[1]), *(fields.items() if isinstance(fields, dict) else fields)]
        status, _, location = self._send(Request(urljoin(self._address, path), urlencode(pairs).encode()))
        return status, location

    def _send(self, request: Request) -> tuple[int, str, str]:
        try:
            with self._opener.open(request, timeout=60) as answer:
                return answer.status, answer.read().decode(), answer.headers.get("Location", "")
        except HTTPError as answer:
            return answer.code, answer.read().decode(), answer.headers.get("Location", "")
