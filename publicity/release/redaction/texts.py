"""The texts of a draft that people wrote themselves, by path: `title`, `columns.CF_SY`, `detail.results.0`. Pure."""

from collections.abc import Mapping
from typing import NamedTuple

from publicity.release.redaction.words import WRITTEN, WRITTEN_DETAIL


class Said(NamedTuple):
    """What a notice says, or will: title, columns of the standard, detail of a fact without columns."""

    title: str
    columns: Mapping[str, str]
    detail: Mapping[str, object]


def texts_of(kind: str, said: Said) -> dict[str, str]:
    """The written texts, by path, in the order of the notice."""
    texts = {"title": said.title}
    for code in WRITTEN.get(kind, ()):
        if said.columns.get(code):
            texts[f"columns.{code}"] = said.columns[code]
    for name in WRITTEN_DETAIL:
        value = said.detail.get(name)
        if isinstance(value, str):
            texts[f"detail.{name}"] = value
        elif isinstance(value, list):
            texts |= {
                f"detail.{name}.{place}": one for place, one in enumerate(value) if isinstance(one, str)
            }
    return texts


def replaced(said: Said, texts: Mapping[str, str]) -> Said:
    """The same with these texts at their paths."""
    columns = {code: texts.get(f"columns.{code}", text) for code, text in said.columns.items()}
    detail: dict[str, object] = {}
    for name, value in said.detail.items():
        if isinstance(value, list):
            detail[name] = [texts.get(f"detail.{name}.{place}", one) for place, one in enumerate(value)]
        else:
            detail[name] = texts.get(f"detail.{name}", value)
    return Said(texts.get("title", said.title), columns, detail)
