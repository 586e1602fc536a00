"""The health of all draws, for people and for programs."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_smorest import Blueprint as ApiBlueprint
from marshmallow import Schema, fields, validate

from inspection.ceremony import sealed
from inspection.health import find
from inspection.health.assess import TESTS, TITLES
from registry.kernel.access import public
from registry.kernel.host import work

blueprint = Blueprint("draw-health", __name__, template_folder="templates")
api = ApiBlueprint("draw-health-api", __name__, description="全部抽取的统计检验")


class Bar(NamedTuple):
    """One group of the chart: units drawn so many times, seen and expected; lengths in per cent of the chart's."""

    times: int
    seen: int
    expected: float
    middle: float
    seen_height: float
    expected_height: float


class Chart(NamedTuple):
    """`bar` is how wide each bar is, in per cent."""

    bar: float
    bars: Sequence[Bar]


@blueprint.get("/draws/health")
@public
def page() -> ResponseReturnValue:
    with work().read() as session:
        overview = find.overview(session, on=session.today)
        unopened = sealed.due_at_latest(session, on=session.today)
    return render_template(
        "inspection/health.html",
        overview=overview,
        unopened=unopened,
        titles={test: gettext(title) for test, title in TITLES.items()},
        chart=_chart(overview.times),
    )


def _chart(times: Sequence[tuple[int, int, float]]) -> Chart:
    top = max([1.0, *(max(seen, expected) for _, seen, expected in times)])
    step = 100 / max(1, len(times))
    bars = [
        Bar(n, seen, expected, (place + 0.5) * step, 100 * seen / top, 100 * expected / top)
        for place, (n, seen, expected) in enumerate(times)
    ]
    return Chart(min(7.5, step * 0.4), bars)


class SeenSchema(Schema):
    name = fields.String(required=True)
    observed = fields.Integer(required=True)
    expected = fields.Float(required=True)
    p = fields.Float(required=True)


class TestResultSchema(Schema):
    test = fields.String(required=True, validate=validate.OneOf(TESTS))
    title = fields.String(required=True)
    p = fields.Float(required=True, metadata={"description": "诚实的抽取至少如此反常的概率"})
    alarm = fields.Boolean(required=True)
    observed = fields.Integer(required=True, allow_none=True)
    expected = fields.Float(required=True, allow_none=True)
    cases = fields.Integer(required=True)
    extremes = fields.List(fields.Nested(SeenSchema), required=True)


class EndedDrawSchema(Schema):
    draw = fields.String(required=True)
    ground = fields.String(required=True)
    party = fields.String(required=True, allow_none=True)
    with_chance = fields.Boolean(required=True, metadata={"description": "作废前已有随机源提供"})


class TimesSchema(Schema):
    times = fields.Integer(required=True)
    units = fields.Integer(required=True)
    expected = fields.Float(required=True)


class DrawHealthSchema(Schema):
    alarms = fields.List(fields.String(validate=validate.OneOf(TESTS)), required=True)
    level = fields.Float(required=True, metadata={"description": "低于此数即报警"})
    unopened = fields.List(
        fields.String(), required=True, metadata={"description": "应当启封而没有启封的密封抽取"}
    )
    draws = fields.Integer(required=True)
    selections = fields.Integer(required=True)
    visits = fields.Integer(required=True)
    results = fields.List(fields.Nested(TestResultSchema), required=True)
    voided = fields.List(fields.Nested(EndedDrawSchema), required=True)
    times_drawn = fields.List(fields.Nested(TimesSchema), required=True)


@api.route("/draws/health.json")
@public
@api.response(200, DrawHealthSchema)
def health_json() -> dict[str, Any]:
    """全部抽取是否只由偶然决定：各项检验的概率与报警"""
    with work().read() as session:
        overview = find.overview(session, on=session.today)
        unopened = sealed.due_at_latest(session, on=session.today)
    health = overview.health
    return {
        **vars(overview),
        "unopened": unopened,
        "alarms": health.alarms,
        "level": health.level,
        "results": [
            {**vars(result), "title": TITLES[result.test], "alarm": health.is_alarm(result)}
            for result in health.results
        ],
        "voided": [{**vars(one), "draw": one.public_id} for one in overview.ended],
        "times_drawn": [
            {"times": times, "units": seen, "expected": expected} for times, seen, expected in overview.times
        ],
    }
