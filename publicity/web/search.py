"""The public search: its page, the same for programs, and suggestions while somebody types."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_smorest import Blueprint as ApiBlueprint
from marshmallow import Schema, fields, validate

from publicity.lookup import looked_up
from publicity.lookup.asked import LONGEST, Asked
from registry.kernel.access import public
from registry.kernel.host import settings, work
from registry.roster import kinds
from registry.roster.find import STANDINGS, Hit
from registry.web.api.fields import Count

PAGE = 20
MOST = 100

blueprint = Blueprint("search", __name__)
programs = ApiBlueprint("search-api", __name__, description="公示查询：从业人员、执业机构、公示")


@blueprint.app_template_filter("told_apart")
def told_apart(hit: Hit) -> str:
    """What tells a hit from its namesakes, in the reader's language; names stay as they are."""
    calling = gettext(hit.calling) if hit.calling else ""
    former = gettext("曾用名 %(names)s", names=gettext("、").join(hit.former)) if hit.former else ""
    return " · ".join(filter(None, (calling, hit.place, former)))


@blueprint.get("/search")
@public
def page() -> ResponseReturnValue:
    asked = Asked.given(request.args)
    with work().read() as session:
        found = looked_up.search(session, asked, after=request.args.get("after"), limit=PAGE)
    districts = dict(_districts())
    titles = {code: gettext(title) for code, title in kinds.titles().items()}
    standings = {code: gettext(title) for code, title in STANDINGS.items()}
    if found.asked.district:
        districts.setdefault(found.asked.district, kinds.district_name(found.asked.district))
    facets = found.facets
    return render_template(
        "publicity/search.html",
        found=found,
        asked=found.asked,
        typed=asked,
        kinds=looked_up.choices(facets.kinds if facets else None, titles, found.asked.kind),
        districts=looked_up.choices(facets.districts if facets else None, districts, found.asked.district),
        states=looked_up.choices(facets.standings if facets else None, standings, found.asked.state),
        more=_page_of(found.asked, found.next) if found.next else None,
        first=_page_of(found.asked) if request.args.get("after") else None,
    )


def _page_of(asked: Asked, after: str | None = None) -> str:
    return url_for("search.page", **asked.parameters, **({"after": after} if after else {}))  # type: ignore[arg-type]


def _districts() -> list[tuple[str, str]]:
    regions = kinds.regions()
    own = [regions[settings().region]] if settings().region in regions else list(regions.values())
    return [item for region in own for item in region.districts.items()]


class SuggestQuery(Schema):
    q = fields.String(load_default="", validate=validate.Length(max=LONGEST))


class SearchQuery(SuggestQuery):
    q = fields.String(
        load_default="",
        validate=validate.Length(max=LONGEST),
        metadata={"description": "名称、拼音、首字母、证号；可以加区、职业或机构，以空格分开"},
    )
    kind = fields.String(
        load_default="",
        validate=validate.OneOf(("", "organisation", "practitioner", *kinds.titles())),
        metadata={"description": "机构或人员的类别"},
    )
    district = fields.String(
        load_default="",
        validate=validate.Regexp(r"^([0-9]{6})?\Z"),
        metadata={"description": "GB/T 2260 六位代码"},
    )
    state = fields.String(load_default="", validate=validate.OneOf(("", *STANDINGS)))
    at = fields.String(
        load_default="", validate=validate.Length(max=LONGEST), metadata={"description": "执业机构名称中的字"}
    )
    limit = Count(load_default=20, validate=validate.Range(1, MOST))
    after = fields.String(load_default=None, metadata={"description": "上一页的 next"})


class HitSchema(Schema):
    id = fields.String(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(("practitioner", "organisation")))
    name = fields.String(required=True)
    detail = fields.String(required=True)
    state = fields.String(required=True)
    url = fields.String(required=True)


class AskedSchema(Schema):
    """How the query was read: with the same parameters, `after` goes on in it."""

    q = fields.String(required=True)
    kind = fields.String(required=True)
    district = fields.String(required=True)
    state = fields.String(required=True)
    at = fields.String(required=True)


class ResultsSchema(Schema):
    results = fields.List(fields.Nested(HitSchema), required=True)
    next = fields.String(required=True, allow_none=True)
    asked = fields.Nested(AskedSchema, required=True)
    similar = fields.List(
        fields.Nested(HitSchema), required=True, metadata={"description": "没有找到时，名称相近的"}
    )


class SuggestionSchema(HitSchema):
    line = fields.String(
        required=True, metadata={"description": "`detail` 和 `state`，用读者选择的语言（`lang=en` 为英文）"}
    )


class SuggestionsSchema(Schema):
    suggestions = fields.List(fields.Nested(SuggestionSchema), required=True)


@programs.route("/search.json")
@public
@programs.arguments(SearchQuery, location="query", error_status_code=400)
@programs.response(200, ResultsSchema)
def search(query: Mapping[str, Any]) -> dict[str, Any]:
    """查询从业人员和执业机构"""
    with work().read() as session:
        found = looked_up.search(session, Asked.given(query), after=query["after"], limit=query["limit"])
    return {
        "results": [_hit(hit) for hit in found.hits],
        "next": found.next,
        "asked": vars(found.asked),
        "similar": [_hit(hit) for hit in found.similar],
    }


@programs.route("/search/suggest.json")
@public
@programs.arguments(SuggestQuery, location="query", error_status_code=400)
@programs.response(200, SuggestionsSchema)
def suggest(query: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """输入时的提示：最多八条"""
    with work().read() as session:
        hits = looked_up.suggestions(session, query["q"])
    told = {
        "suggestions": [{**_hit(hit), "line": f"{told_apart(hit)} · {gettext(hit.state)}"} for hit in hits]
    }
    return told, {"Vary": "Cookie"}


def _hit(hit: Hit) -> dict[str, str]:
    return {
        "id": hit.public_id,
        "kind": hit.kind,
        "name": hit.name,
        "detail": hit.detail,
        "state": hit.state,
        "url": url_for(f"public.{hit.kind}", public_id=hit.public_id),
    }
