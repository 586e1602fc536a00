"""What runs by itself, for those who answer for it: the process, its jobs, and every run there was."""

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry.kernel import runs
from registry.kernel.access import requires
from registry.kernel.faults import Invalid
from registry.kernel.host import host, work
from registry.kernel.runs import CAUSES, OUTCOMES, READ

blueprint = Blueprint("jobs", __name__, url_prefix="/staff/jobs")

PAGE = 50
_TONES = {"running": "info", "done": "good", "failed": "bad", "lost": "bad", "skipped": "neutral"}


@blueprint.get("")
@requires(READ)
def index() -> ResponseReturnValue:
    job, before = request.args.get("job") or None, _position(request.args.get("before"))
    jobs = sorted(host().jobs, key=lambda job: job.name)
    with work().read() as session:
        listed = runs.history(session, job=job, before=before, limit=PAGE + 1)
        latest = runs.latest(session)
        leader = runs.leader(session)
    shown = listed[:PAGE]
    older = url_for(".index", job=job, before=shown[-1].id) if len(listed) > PAGE else None
    return render_template(
        "registry/jobs.html",
        jobs=jobs,
        titles={job.name: job.title for job in jobs},
        asked={"job": job},
        runs=shown,
        latest=latest,
        leader=leader,
        when=runs.when,
        outcomes=OUTCOMES,
        causes=CAUSES,
        tones=_TONES,
        older=older,
        newest=url_for(".index", job=job) if before else None,
    )


def _position(text: str | None) -> int | None:
    if not text:
        return None
    if text.isascii() and text.isdigit() and len(text) < 19:
        return int(text)
    raise Invalid.field("before", "format", "翻页位置有误")
