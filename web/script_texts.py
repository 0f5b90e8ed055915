"""The texts that scripts show, in the language of the page."""

from web.language import current, gettext
from web.words import WORST_FIRST, status_name


def script_texts() -> dict[str, object]:
    """Return the texts by the keys that the scripts know."""
    return {
        "language": current(),
        "status": {status: status_name(status) for status in WORST_FIRST},
        "wentDown": gettext("Down: %s"),
        "cameUp": gettext("Up again: %s"),
        "needAttention": gettext("Need attention: %s"),
        "andMore": gettext("and %s more"),
        "live": gettext("live"),
        "paused": gettext("paused"),
        "offline": gettext("connection lost"),
        "pause": gettext("Pause live updates"),
        "resume": gettext("Resume live updates"),
        "dataAsOf": gettext("Connection lost, data as of %s. Trying again…"),
        "dataNow": gettext("Data as of %s"),
        "ago": gettext("%s ago"),
        "units": {"d": gettext("d"), "h": gettext("h"), "min": gettext("min"), "s": gettext("s")},
        "copied": gettext("Copied"),
        "newRows": gettext("New entries: %s"),
        "cell": gettext("Node %s"),
        "groups": gettext("subdivisions: %s"),
        "noProblems": gettext("Every node is up"),
        "changed": gettext("changed within 30 minutes"),
    }
