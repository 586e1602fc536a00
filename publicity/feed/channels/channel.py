"""What a channel is to the queue: it sends items and says what came of each. It knows neither the database nor the clock."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NamedTuple, Protocol

from publicity.feed.states import Outcome

Found = Literal["there", "taken", "absent", "untold"]
"""there: the platform has this version (of an end: no version any more). taken: it was handed over, and the receipt is still
to come. absent: it has not. untold: it cannot be asked, or did not answer."""


NOTICE_KINDS = ("permit", "penalty", "finding", "listing", "red_listing", "pledge", "complaint_upheld")
"""The kinds of notice that a platform may be told of."""


@dataclass(frozen=True)
class Item:
    """One entry for one channel. `key` is the same at every attempt; `content` holds what the channel may have, of an end
    its ground and day; `identity` is the natural key of the record (name, document_number, decided_on, authority)."""

    key: str
    position: int
    action: str
    record: str
    version: int
    kind: str
    ends: bool
    content: Mapping[str, Any]
    identity: Mapping[str, str]


class Answers(NamedTuple):
    """A receipt that lies with the platform: its name there, and (result, code, message, platform id) by index."""

    name: str
    items: Mapping[int, tuple[str, str | None, str | None, str | None]]


class Held(NamedTuple):
    """Something that the platform shows: by our public id where it keeps ids, else by natural key."""

    record: str = ""
    name: str = ""
    document_number: str = ""
    decided_on: str = ""

    @property
    def title(self) -> str:
        return self.record or f"{self.document_number} {self.decided_on}"


class Unanswered(Exception):
    """The platform did not go on answering; what was asked for stays unknown."""


class Channel(Protocol):
    """One channel, open. `batch` is how many items it takes at a time."""

    batch: int

    def send(self, items: Sequence[Item], *, now: datetime) -> Sequence[Outcome]:
        """One attempt for each, in their order; never raises for what the platform or the line does."""
        ...

    def look_up(self, items: Sequence[Item]) -> Sequence[Found]:
        """What became of each; never raises for what the platform or the line does."""
        ...

    def holds(self) -> Iterator[Held] | None:
        """Everything of ours that the platform shows, None where it cannot be asked. May raise Unanswered on the way."""
        ...

    def receipts(self) -> Iterable[Answers]:
        """Receipts that are to be fetched, none where the platform brings them."""
        ...

    def taken(self, receipt: str) -> None:
        """Tells that a receipt was stored, so that it is not given again."""
        ...


@dataclass(frozen=True)
class Setting:
    """One field of a channel's form. `check` gives a Chinese message for what cannot be, None for what can."""

    name: str
    title: str
    hint: str = ""
    required: bool = True
    check: Callable[[str], str | None] = lambda _text: None


def _check_timeout(text: str) -> str | None:
    return None if text.isascii() and text.isdigit() and 1 <= int(text) <= 60 else "应为 1 至 60 的整数"


TIMEOUT = Setting("timeout", "等待回答的秒数", "1 至 60；不填为 20。", required=False, check=_check_timeout)


@dataclass(frozen=True)
class Kind:
    """A kind of channel. `secret` is the title of what is kept sealed, "" where there is none; `check_secret` as a
    setting's check; `kinds` are the notices that it can carry; `open` makes the channel of its settings with the `layout`
    among them, its secret, and the seconds to wait for an answer."""

    name: str
    title: str
    settings: Sequence[Setting]
    secret: str
    check_secret: Callable[[str], str | None]
    layouts: Sequence[str]
    kinds: Sequence[str]
    open: Callable[[Mapping[str, str], str, float], Channel]
