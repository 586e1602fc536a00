"""RFC 9457 problem documents: the words of every refusal, in Chinese, and in English for whoever asks for that first. Pure.

What programs are refused with has its English in the catalogues. A rule of the office's casework that has none there is told in
Chinese whoever asks; its `rule` is stable English.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from http import HTTPStatus
from typing import Any, Literal, NamedTuple

from registry.kernel.faults import FieldFault

MEDIA_TYPE = "application/problem+json"
Language = Literal["zh-CN", "en"]
LANGUAGES: tuple[Language, ...] = ("zh-CN", "en")

TITLES: Mapping[int, str] = {
    400: "请求有误",
    401: "需要登录或有效的访问令牌",
    403: "您没有此项权限",
    404: "没有找到",
    405: "不支持的请求方法",
    406: "只提供 application/json",
    409: "与现状冲突",
    410: "已经撤下",
    412: "内容已被他人修改",
    413: "文件过大",
    415: "不支持的内容类型",
    422: "填写有误",
    429: "请求过于频繁，请稍后再试",
    500: "服务出现故障，已记录；请稍后再试，或把请求编号告诉管理员",
    503: "服务暂时不可用，请稍后再试",
}


def document(
    status: int,
    rule: str,
    title: str,
    *,
    language: Language,
    errors: Iterable[FieldFault] = (),
    more: Mapping[str, object],
) -> dict[str, object]:
    """The members of a problem; `title` and `errors` come in `language`. In English the `title` is that of the status, and the
    sentence stands in `detail`."""
    said: dict[str, object] = {"title": title}
    if language == "en":
        said = {"title": HTTPStatus(status).phrase, "detail": title}
    listed = [{"path": fault.path, "rule": fault.rule, "message": fault.message} for fault in errors]
    return {
        "type": f"urn:legalcredit:{rule}",
        **said,
        "status": status,
        "rule": rule,
        **({"errors": listed} if listed else {}),
        **more,
    }


def schema_faults(messages: Mapping[str, Any], language: Language) -> list[FieldFault]:
    """What marshmallow says of a request, by location and field, as faults: `{"query": {"limit": ["Not a …"]}}`."""
    return [
        _translated(_path(location, keys), message, language)
        for location, fields in messages.items()
        for keys, message in _flatten(fields, ())
    ]


def _path(location: str, keys: tuple[str, ...]) -> str:
    """As in FieldFault: `items[3].index`; `json` or `query` where that is wrong as a whole."""
    named = "".join(f"[{key}]" if key.isdecimal() else f".{key}" for key in keys if key != "_schema")
    # A key may hold a lone surrogate, which the answer could not be sent with.
    return named.removeprefix(".").encode(errors="backslashreplace").decode() or location


def _flatten(fields: object, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(fields, dict):
        for key, value in fields.items():
            yield from _flatten(value, (*path, str(key)))
    elif isinstance(fields, list):
        for message in fields:
            yield path, str(message)
    else:
        yield path, str(fields)


class _Sentence(NamedTuple):
    pattern: re.Pattern[str]
    rule: str
    chinese: str


def _sentences(*rows: tuple[str, str, str]) -> tuple[_Sentence, ...]:
    return tuple(_Sentence(re.compile(pattern, re.DOTALL), rule, chinese) for pattern, rule, chinese in rows)


_SENTENCES = _sentences(
    (r"Missing data for required field\.", "required", "缺少此项"),
    (r"Field may not be null\.", "null", "不能为 null"),
    (r"Unknown field\.", "unknown-field", "没有此项"),
    (r"Invalid input type\.", "type", "应为 JSON 对象"),
    (r"Not a valid string\.", "type", "应为文字"),
    (r"Not a valid integer\.", "type", "应为整数"),
    (r"Not a valid number\.", "type", "应为数字"),
    (r"Number too large\.", "range", "数字过大"),
    (r"Not a valid boolean\.", "type", "应为 true 或 false"),
    (r"Not a valid list\.", "type", "应为数组"),
    (r"Not a valid mapping type\.", "type", "应为 JSON 对象"),
    (r"Not a valid date\.", "date-form", "应为日期，如 2026-03-01"),
    (r"Not a valid (?:aware |naive )?(?:datetime|time)\.", "time-form", "应为带时区的时间，如 2026-03-01T09:00:00+08:00"),
    (r"Must be greater than or equal to (\S+) and less than or equal to (\S+)\.", "range", r"应在 \1 至 \2 之间"),
    (r"Must be greater than or equal to (\S+)\.", "range", r"不能小于 \1"),
    (r"Must be less than or equal to (\S+)\.", "range", r"不能大于 \1"),
    (r"Length must be between (\S+) and (\S+)\.", "length", r"长度应为 \1 至 \2"),
    (r"Shorter than minimum length (\S+)\.", "length", r"长度不能小于 \1"),
    (r"Longer than maximum length (\S+)\.", "length", r"长度不能超过 \1"),
    (r"Length must be (\S+)\.", "length", r"长度应为 \1"),
    (r"Must be one of: (.+)\.", "enum", r"应为：\1"),
    (r"String does not match expected pattern\.", "pattern", "格式不符"),
    (r"Must be equal to (.+)\.", "enum", r"应为 \1"),
    (r"Invalid JSON body\.", "json", "请求体不是可读的 JSON"),
)  # fmt: skip


def _translated(path: str, message: str, language: Language) -> FieldFault:
    for sentence in _SENTENCES:
        if found := sentence.pattern.fullmatch(message):
            chinese = found.expand(sentence.chinese)
            return FieldFault(path, sentence.rule, message if language == "en" else chinese)
    return FieldFault(path, "invalid", message)
