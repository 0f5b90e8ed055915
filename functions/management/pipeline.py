"""Judges a pipeline by the step catalogue and makes it the text that is stored."""

import json
from typing import Any

from statusmonitor.http.body import refuse


def canonical_pipeline(pipeline: list[Any]) -> str:
    """Return compact JSON with the author's order of keys.

    Raises:
        ValidationError: the catalogue finds errors; warnings are let through.
    """
    from statusmonitor_agent.catalogue import validate_pipeline
    from statusmonitor_agent.problems import ERROR

    errors = [each.below("pipeline") for each in validate_pipeline(pipeline) if each.severity == ERROR]
    if errors:
        refuse({each.path: each.message for each in errors})
    return json.dumps(pipeline, separators=(",", ":"), ensure_ascii=False)
