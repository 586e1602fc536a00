"""Was I in the drum? For people and for programs. A person's number comes in the body of a POST, never in an address."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, cast

from flask import Blueprint, Flask, Response, jsonify, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_smorest import Blueprint as ApiBlueprint
from marshmallow import Schema, fields, validate

from inspection.ceremony import places
from inspection.plan import pseudonyms, strata
from inspection.plan.frame import GROUNDS
from inspection.web.public import grounds
from registry.kernel.access import public
from registry.kernel.clock import local_day
from registry.kernel.faults import Fault
from registry.kernel.host import Host, work
from registry.web.api.fields import Body, text
from registry.web.api.ground import readable_json

if TYPE_CHECKING:
    from flask.typing import RouteCallable

blueprint = Blueprint("places", __name__, template_folder="templates")
api = ApiBlueprint("places-api", __name__, description="我在名录里吗")

_LONGEST = 100
_LIMITED = ("places.look_up", "places-api.look_up_json")


def install(host: Host, app: Flask) -> None:
    """Licence numbers run in series: whoever tries them all is slowed down, process by process."""
    limiter = Limiter(get_remote_address, app=app, storage_uri="memory://")

    def rate() -> str:
        rule = pseudonyms.rule_on(local_day(host.work.clock.now()))
        return f"{rule.look_ups_per_minute}/minute"

    slowed = limiter.shared_limit(rate, scope="places")
    for endpoint in _LIMITED:
        app.view_functions[endpoint] = cast("RouteCallable", slowed(app.view_functions[endpoint]))


@blueprint.get("/draws/<string(length=16):public_id>/places")
@public
def page(public_id: str) -> ResponseReturnValue:
    """The form; a firm's answer has an address of its own, which can be passed on."""
    return _page(public_id, request.args.get("q", "").strip()[:_LONGEST], of_firms=True)


@blueprint.post("/draws/<string(length=16):public_id>/places")
@public
def look_up(public_id: str) -> ResponseReturnValue:
    response = make_response(_page(public_id, request.form.get("q", "").strip()[:_LONGEST], of_firms=False))
    response.headers["Cache-Control"] = "no-store"
    return response


def _page(public_id: str, asked: str, *, of_firms: bool) -> str:
    with work().read() as session:
        answer = places.answer(session, public_id, asked, of_firms=of_firms)
    return render_template(
        "inspection/places.html",
        answer=answer,
        asked="" if of_firms and answer.of_persons else asked,
        rule=strata.rule(answer.as_of),
        grounds=grounds(),
    )


class PlacesQuery(Schema):
    q = fields.String(
        required=True,
        validate=validate.Length(1, _LONGEST),
        metadata={"description": "机构的编号、许可证号、统一社会信用代码或名称"},
    )


class LookUpSchema(Body):
    example: ClassVar = {"q": "13101201210700001"}

    q = text(
        _LONGEST,
        shortest=1,
        required=True,
        metadata={
            "description": "检查对象是个人时为执业证号；是机构时为编号、许可证号、统一社会信用代码或名称"
        },
    )


class OddsSchema(Schema):
    numerator = fields.Integer(required=True)
    denominator = fields.Integer(required=True)


class FramePlaceSchema(Schema):
    unit = fields.String(
        required=True, allow_none=True, metadata={"description": "名录中的编号；没有抽中的个人不给出"}
    )
    name = fields.String(required=True, allow_none=True, metadata={"description": "没有抽中的个人不给出"})
    status = fields.String(required=True, validate=validate.OneOf(("eligible", "mandatory", "excluded")))
    ground = fields.String(required=True, allow_none=True)
    ground_title = fields.String(required=True, allow_none=True)
    stratum = fields.String(required=True, metadata={"description": "排除的个人一律列在第一层"})
    eligible = fields.Integer(required=True, metadata={"description": "该层可抽取的数目"})
    quota = fields.Integer(required=True, metadata={"description": "该层应抽取的数目"})
    chance = fields.Nested(OddsSchema, required=True, metadata={"description": "被抽中的机会，精确值"})
    outcome = fields.String(required=True, allow_none=True, validate=validate.OneOf((*places.OUTCOMES, None)))
    ticket = fields.String(required=True, allow_none=True)
    rank = fields.Integer(required=True, allow_none=True, metadata={"description": "签在本层中的名次"})
    reserve = fields.Integer(required=True, allow_none=True, metadata={"description": "在候补中的次序"})


class FramePlacesSchema(Schema):
    draw = fields.String(required=True)
    drawn = fields.Boolean(required=True)
    of_persons = fields.Boolean(required=True, metadata={"description": "检查对象是个人"})
    results = fields.List(fields.Nested(FramePlaceSchema), required=True)
    more = fields.Boolean(required=True, metadata={"description": "还有更多，请写得更准确"})


@api.route("/draws/<string(length=16):public_id>/places.json")
@public
@api.arguments(PlacesQuery, location="query", error_status_code=400)
@api.response(200, FramePlacesSchema)
def places_json(query: Mapping[str, Any], public_id: str) -> dict[str, Any]:
    """某一机构在名录中的位置、被抽中的确切机会和结果

    检查对象是个人的抽取须用 POST，号码不放在网址里。
    """
    with work().read() as session:
        answer = places.answer(session, public_id, query["q"].strip(), of_firms=True)
    if answer.of_persons:
        raise Fault("检查对象是个人：请用 POST 在请求体中给出执业证号", rule="number_in_address")
    return _told(answer)


@api.route("/draws/<string(length=16):public_id>/places.json", methods=["POST"])
@public
@api.arguments(LookUpSchema, example=LookUpSchema.example)
@api.response(200, FramePlacesSchema)
@api.alt_response(429, response="TOO_MANY_REQUESTS")
def look_up_json(given: Mapping[str, Any], public_id: str) -> Response:
    """某一机构或个人在名录中的位置、被抽中的确切机会和结果

    没有抽中的个人只告知状态、层和机会，不给出其在名录中的编号。每分钟的次数有限。
    """
    with work().read() as session:
        answer = places.answer(session, public_id, given["q"].strip(), of_firms=False)
    response = jsonify(FramePlacesSchema().dump(_told(answer)))
    response.headers["Cache-Control"] = "no-store"
    return response


@api.before_request
def _readable() -> None:
    if request.method == "POST":
        readable_json()


def _told(answer: places.Answer) -> dict[str, Any]:
    results = [
        {
            **vars(one.place),
            "unit": one.unit,
            "name": one.name,
            "ground_title": GROUNDS.get(one.place.ground, one.place.ground) if one.place.ground else None,
        }
        for one in answer.found
    ]
    return {**vars(answer), "results": results}
