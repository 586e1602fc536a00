"""What a search is kept to: kinds and professions, a district, whether somebody practises, a workplace; and its facets."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, String, and_, bindparam, literal, or_, select

from registry.kernel.faults import Invalid
from registry.kernel.work import WorkSession
from registry.roster.kinds import LICENCE_STATES, ORGANISATION_KINDS, ORGANISATION_STATES, PROFESSIONS, State
from registry.roster.names import search_key
from registry.roster.tables import LicenceRow, NameRow, OrganisationRow

STANDINGS: Mapping[str, str] = {"active": "正常执业", "inactive": "暂不能执业", "ended": "已终止"}
"""What the states of firms and licences come to for whoever asks: may they work, not now, or no more."""

_WHOLE = frozenset({"organisation", "practitioner"})


def standing(state: State) -> str:
    """The key of `STANDINGS` for a state."""
    return "active" if state.practising else "ended" if state.ended else "inactive"


@dataclass(frozen=True)
class Narrowed:
    """Those of any of `kinds` (`organisation`, `practitioner`, kinds of organisation, professions), in a district (six
    digits), of a key of `STANDINGS`, and, as people, at a workplace whose name contains `at`. Empty means any.

    A person is kept when one licence of theirs meets all of it.
    """

    kinds: frozenset[str] = frozenset()
    district: str = ""
    standing: str = ""
    at: str = field(default="", repr=False)

    @classmethod
    def to(
        cls, kinds: Collection[str] = (), *, district: str = "", standing: str = "", at: str = ""
    ) -> "Narrowed":
        """Raises Invalid for an unknown kind or standing; a district that nobody knows finds nobody."""
        if not set(kinds) <= {*_WHOLE, *ORGANISATION_KINDS, *PROFESSIONS}:
            raise Invalid.field("kind", "unknown-kind", "没有这个类别")
        if standing and standing not in STANDINGS:
            raise Invalid.field("state", "unknown-state", "没有这种状态")
        return cls(frozenset(kinds), district, standing, search_key(at)[:60])

    def __bool__(self) -> bool:
        return bool(self.kinds or self.district or self.standing or self.at)

    @property
    def shape(self) -> "Narrowed":
        """The same with its texts left out: what the statement depends on, of which there are few."""
        return replace(self, district=self.district and "*", at=self.at and "*")

    @property
    def bound(self) -> dict[str, str]:
        """The texts, as the statement's parameters."""
        bound = {"district": self.district} if self.district else {}
        return {**bound, "at": like(self.at)} if self.at else bound

    def condition(self) -> ColumnElement[bool]:
        """What a NameRow has to meet."""
        choices = []
        if (kinds := self._of(ORGANISATION_KINDS, "organisation")) is not None and not self.at:
            choices.append(self._organisations(kinds))
        if (professions := self._of(PROFESSIONS, "practitioner")) is not None:
            choices.append(self._people(professions))
        return or_(*choices) if choices else literal(0) == 1

    def _of(self, table: Mapping[str, object], whole: str) -> Collection[str] | None:
        """The kinds of `table` asked for, empty for all of them, None for none of them."""
        if not self.kinds or whole in self.kinds:
            return ()
        return sorted(self.kinds & set(table)) or None

    def _organisations(self, kinds: Collection[str]) -> ColumnElement[bool]:
        own: list[ColumnElement[bool]] = [OrganisationRow.id == NameRow.organisation_id]
        if kinds:
            own.append(OrganisationRow.kind.in_(kinds))
        if self.district:
            own.append(OrganisationRow.district == bindparam("district", type_=String))
        if self.standing:
            own.append(OrganisationRow.state.in_(_states(ORGANISATION_STATES, self.standing)))
        return (
            select(literal(1)).where(*own).exists() if len(own) > 1 else NameRow.organisation_id.is_not(None)
        )

    def _people(self, professions: Collection[str]) -> ColumnElement[bool]:
        held: list[ColumnElement[bool]] = [LicenceRow.practitioner_id == NameRow.practitioner_id]
        if professions:
            held.append(LicenceRow.profession.in_(professions))
        if self.standing:
            held.append(LicenceRow.state.in_(_states(LICENCE_STATES, self.standing)))
        if self.district:
            place = OrganisationRow.id == LicenceRow.organisation_id
            here = and_(place, OrganisationRow.district == bindparam("district", type_=String))
            held.append(select(literal(1)).where(here).exists())
        if self.at:
            named = NameRow.__table__.alias("workplace")
            contains = named.c.key.like(bindparam("at", type_=String), escape="/")
            held.append(
                select(literal(1))
                .where(named.c.organisation_id == LicenceRow.organisation_id, contains)
                .exists()
            )
        return (
            select(literal(1)).where(*held).exists()
            if len(held) > 1
            else NameRow.practitioner_id.is_not(None)
        )


def like(text: str) -> str:
    """The pattern for LIKE … ESCAPE '/' of what contains a text."""
    for sign in "/%_":
        text = text.replace(sign, f"/{sign}")
    return f"%{text}%"


def _states(table: Mapping[str, State], asked: str) -> list[str]:
    return [state.code for state in table.values() if standing(state) == asked]


class Facets(NamedTuple):
    """How many of the names looked at are of each kind, district and standing, were only that one choice taken back."""

    kinds: Mapping[str, int]
    districts: Mapping[str, int]
    standings: Mapping[str, int]


class _Trait(NamedTuple):
    name_id: int
    kind: str
    district: str
    standing: str


def facets(session: WorkSession, names: Sequence[int], narrowed: Narrowed) -> Facets:
    """The facets of names (row ids) beside what they are narrowed to; its `at` is left out of account."""
    traits = [
        _Trait(row.id, row.kind, row.district, standing(ORGANISATION_STATES[row.state]))
        for row in session.execute(
            select(NameRow.id, OrganisationRow.kind, OrganisationRow.district, OrganisationRow.state)
            .join(OrganisationRow, OrganisationRow.id == NameRow.organisation_id)
            .where(NameRow.id.in_(names))
        )
    ] + [
        _Trait(row.id, row.profession, row.district or "", standing(LICENCE_STATES[row.state]))
        for row in session.execute(
            select(NameRow.id, LicenceRow.profession, OrganisationRow.district, LicenceRow.state)
            .join(LicenceRow, LicenceRow.practitioner_id == NameRow.practitioner_id)
            .outerjoin(OrganisationRow, OrganisationRow.id == LicenceRow.organisation_id)
            .where(NameRow.id.in_(names))
        )
    ]
    return Facets(
        _tally(traits, replace(narrowed, kinds=frozenset()), lambda trait: trait.kind),
        _tally(traits, replace(narrowed, district=""), lambda trait: trait.district),
        _tally(traits, replace(narrowed, standing=""), lambda trait: trait.standing),
    )


def _tally(traits: Sequence[_Trait], kept: Narrowed, key: Callable[[_Trait], str]) -> dict[str, int]:
    found: dict[str, set[int]] = {}
    for trait in traits:
        if _meets(trait, kept) and key(trait):
            found.setdefault(key(trait), set()).add(trait.name_id)
    return {value: len(names) for value, names in sorted(found.items(), key=_most)}


def _most(entry: tuple[str, Collection[Any]]) -> tuple[int, str]:
    return -len(entry[1]), entry[0]


def _meets(trait: _Trait, kept: Narrowed) -> bool:
    whole = "organisation" if trait.kind in ORGANISATION_KINDS else "practitioner"
    return (
        (not kept.kinds or trait.kind in kept.kinds or whole in kept.kinds)
        and (not kept.district or trait.district == kept.district)
        and (not kept.standing or trait.standing == kept.standing)
    )
