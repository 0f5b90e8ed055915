"""The language of `success_criteria`: one definition for agent, editor, validation and try-out.

`evaluate` says true, false or None (undetermined: an error in the criteria or the data), `explain` says it for every leaf,
`validate` finds what is wrong with criteria before they are stored.
"""

from __future__ import annotations

from statusmonitor_agent.criteria.evaluation import evaluate, explain
from statusmonitor_agent.criteria.outcome import CriteriaOutcome
from statusmonitor_agent.criteria.validation import validate

__all__ = ["CriteriaOutcome", "evaluate", "explain", "validate"]
