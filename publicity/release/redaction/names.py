"""Finds people's names in a Chinese sentence: after a word that says who they are, or because the register knows them. Pure."""

import re
from collections.abc import Collection, Iterator

from publicity.release.redaction import words

Place = tuple[int, int]

_HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U0003134f]")
_BETWEEN = "|".join(re.escape(word) for word in words.BETWEEN)


def _following(roles: Collection[str]) -> re.Pattern[str]:
    longest_first = sorted(roles, key=len, reverse=True)
    return re.compile(rf"(?:{'|'.join(longest_first)})(?:(?:{_BETWEEN}){{1,3}}|(?=[\u3400-\u9fff]))")


_THIRD, _MINOR = _following(words.ROLES), _following(words.MINORS)


def third_persons(text: str, known: Collection[str], public: Collection[str]) -> Iterator[Place]:
    """Names after 投诉人, 证人 and the like, and names of `known` wherever they stand; not those of `public`."""
    yield from _after(_THIRD, text, public)
    for name in known:
        if len(name) > 1 and name not in public:
            yield from ((found.start(), found.end()) for found in re.finditer(re.escape(name), text))


def minors(text: str, public: Collection[str]) -> Iterator[Place]:
    """Names after 未成年人, 其子 and the like."""
    yield from _after(_MINOR, text, public)


def family_of(name: str) -> str:
    """The family name of a name, its first character where the tables do not know it."""
    return name[:2] if name[:2] in words.COMPOUND and len(name) > 2 else name[:1]


def _after(leading: re.Pattern[str], text: str, public: Collection[str]) -> Iterator[Place]:
    for found in leading.finditer(text):
        begin = found.end()
        while end := _name_at(text, begin):
            if text[begin:end] not in public and not any(name.startswith(text[begin:end]) for name in public):
                yield begin, end
            # 证人张三、李四: the word leads to all of them.
            if text[end : end + 1] not in ("、", "和", "与", "及"):
                break
            begin = end + 1


def _name_at(text: str, begin: int) -> int | None:
    """Where the name that begins here ends, or None if none begins here."""
    if text.startswith(words.NEVER, begin):
        return None
    compound = text[begin : begin + 2] in words.COMPOUND
    if not compound and text[begin : begin + 1] not in words.SURNAMES:
        return None
    given = begin + (2 if compound else 1)
    if not _HAN.match(text, given) or text[given] in ("某", "的", "们"):
        return None
    end = given + 1
    if _HAN.match(text, end) and text[end] not in words.AFTER and not text.startswith(words.ROLES, end):
        end += 1
    ambiguous = not compound and text[begin] in words.AMBIGUOUS
    return None if ambiguous and _HAN.match(text, end) else end
