"""Why a node has its status, in words: from the machine-readable reason that the status rule left."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from statusmonitor.domain.status import JobCondition
from statusmonitor.services.node_page import JobView, NodeView, ReasonView
from web.criteria_text import wanted_of_pipeline
from web.formats import duration
from web.language import gettext
from web.result_steps import StepView


@dataclass(frozen=True, slots=True)
class Why:
    """The headline, what the agent said, and facts as pairs of a label and a text."""

    headline: str
    message: str | None
    facts: list[tuple[str, str]]


def headline(reason: Mapping[str, Any], method_name: str | None) -> str:
    """Return one line for a list: the agent's message where there is one, else what is the matter."""
    return reason.get("message") or _headline(reason["rule"], reason.get("condition"), method_name)


def explain(node: NodeView, steps: Sequence[StepView]) -> Why:
    """Return the answer to "why?" for the page of a node; `steps` are those of the result that explains its status."""
    reason = node.reason
    condition = reason.condition.value if reason.condition else None
    job = next((each for each in node.jobs if each.id == reason.assignment_id), None)
    facts = [(gettext("Rule"), _rule_text(reason.rule))]
    if job:
        facts += _job_facts(job, reason, steps)
    rule = reason.rule if node.jobs or reason.rule != "no_data" else "no_jobs"
    return Why(_headline(rule, condition, reason.method_name), reason.message, facts)


def _job_facts(job: JobView, reason: ReasonView, steps: Sequence[StepView]) -> list[tuple[str, str]]:
    facts = [(gettext("Job"), _job_text(job))]
    wanted = _wanted(job, steps)
    if wanted and reason.condition is not JobCondition.GOOD:
        facts.append((gettext("Wanted"), "; ".join(wanted)))
    if reason.stale_limit_seconds is not None:
        facts.append((gettext("Outdated after"), _limit_text(reason)))
    return facts


def _wanted(job: JobView, steps: Sequence[StepView]) -> list[str]:
    """Return the criteria of the first step that is not good; of the whole job where no step tells."""
    bad = next((step for step in steps if step.look in ("unavailable", "warning")), None)
    if bad is None:
        return wanted_of_pipeline(job.pipeline)
    return [f"{each.field} {each.wanted}" for each in bad.expectations]


def _job_text(job: JobView) -> str:
    text = gettext("%(method)s, every %(interval)s", method=job.method_name, interval=duration(job.check_interval_seconds))
    return f"{text} · {job.description}" if job.description else text


def _headline(rule: str, condition: str | None, method_name: str | None) -> str:
    if rule in ("no_data", "never_reported"):
        return _no_data_headline(rule)
    if method_name is None:
        return _nameless_headline(condition)
    method = method_name
    known = {
        "good": gettext("All jobs report good results"),
        "outdated": gettext("The last result of %(method)s is too old", method=method),
        "silent": gettext("%(method)s has never sent a result", method=method),
        "unclear": gettext("The criteria of %(method)s could not be judged", method=method),
        "criteria_failed": gettext("%(method)s does not meet its criteria", method=method),
        "not_available": gettext("%(method)s got no answer", method=method),
    }
    return known.get(condition or "", gettext("The status comes from %(method)s", method=method))


def _nameless_headline(condition: str | None) -> str:
    """Where the name of the job is not at hand, or the job is deleted."""
    known = {
        "good": gettext("All jobs report good results"),
        "outdated": gettext("The last result is too old"),
        "silent": gettext("A job has never sent a result"),
        "unclear": gettext("The criteria could not be judged"),
        "criteria_failed": gettext("The criteria are not met"),
        "not_available": gettext("The check got no answer"),
    }
    return known.get(condition or "", gettext("The job that decided is deleted"))


def _no_data_headline(rule: str) -> str:
    if rule == "never_reported":
        return gettext("The jobs should have sent results by now, and have not")
    return gettext("No job has sent a result yet")


def _rule_text(rule: str) -> str:
    return {
        "primary_job": gettext("the worst primary job decides whether the node is up or down"),
        "other_job": gettext("the primary jobs are not bad; another job is not good, so the node needs attention"),
        "worst_job": gettext("the node has no primary job, so the worst of all jobs decides"),
        "never_reported": gettext("jobs are there, results are not: the status is not known"),
    }.get(rule, gettext("without results the status is not known"))


def _limit_text(reason: ReasonView) -> str:
    limit = duration(reason.stale_limit_seconds or 0)
    if reason.stale_limit_source == "type" and reason.limit_type_name:
        return gettext("%(limit)s, inherited from the node type “%(type)s”", limit=limit, type=reason.limit_type_name)
    if reason.stale_limit_source == "interval":
        return gettext("%(limit)s, twice the interval of the job", limit=limit)
    return gettext("%(limit)s, the default of the server", limit=limit)
