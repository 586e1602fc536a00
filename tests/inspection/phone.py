"""An inspector's phone, as the service sees it: an outbox, and photos."""

import hashlib
import io
from datetime import datetime, timedelta
from typing import Any

import orjson
from PIL import Image

from registry.kernel.clock import SetClock
from tests.people import Person

STROKES = [[[100, 100], [200, 180], [300, 90], [380, 200], [400, 210], [500, 120], [520, 130]]]


class Phone:
    """An outbox: it makes the ids, and hands over what it holds when asked to, as often as asked."""

    def __init__(self, person: Person, visit: str, clock: SetClock) -> None:
        self.person, self.visit, self.clock = person, visit, clock
        self.token = person.get("/staff/visits/field.json").get_json()["csrf"]
        self.outbox: list[dict[str, Any]] = []

    def note(self, kind: str, **content: Any) -> str:
        number = f"{self.person.username}-{len(self.outbox):08d}-phone"
        self.outbox.append(
            {
                "id": number,
                "visit": self.visit,
                "kind": kind,
                "content": content,
                "noted_at": self.clock.now().isoformat(),
                "base": 0,
            }
        )
        return number

    def answer(self, item: str, value: str, note: str = "") -> str:
        return self.note("answer", matter="LS-01", item=item, value=value, note=note)

    def sync(self, *, fast: timedelta = timedelta(0)) -> list[dict[str, Any]]:
        """What the service answers; a phone whose clock is `fast` says so with every time it tells."""
        operations = [
            {**one, "noted_at": (datetime.fromisoformat(one["noted_at"]) + fast).isoformat()}
            for one in self.outbox
        ]
        body = {"sent_at": (self.clock.now() + fast).isoformat(), "operations": operations}
        sent = self.person.client.post(
            "/staff/visits/sync", data=orjson.dumps(body), headers={"X-CSRFToken": self.token}
        )
        assert sent.status_code == 200, sent.text
        return list(sent.get_json()["answers"])

    def taken(self) -> Any:
        """The visit as the phone takes it along; None once it is not its owner's any more."""
        along = self.person.get("/staff/visits/field.json").get_json()["visits"]
        return next((one for one in along if one["id"] == self.visit), None)

    def upload(self, content: bytes, *, digest: str | None = None) -> Any:
        digest = digest or hashlib.sha256(content).hexdigest()
        return self.person.client.put(
            f"/staff/visits/{self.visit}/files/{digest}",
            data=content,
            headers={
                "X-CSRFToken": self.token,
                "X-File-Name": "%E7%8E%B0%E5%9C%BA.jpg",
                "Accept": "application/json",
            },
        )


def photo(shade: int = 90) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (64, 48), (shade, 120, 60)).save(written, "JPEG")
    return written.getvalue()
