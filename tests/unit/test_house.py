"""Rules of the house that no linter knows: sizes of files, one error body, one list of settings."""

import re
import subprocess
from dataclasses import fields
from pathlib import Path

import pytest

from statusmonitor import config, errors
from statusmonitor.http.resolver import error_answer

ROOT = Path(__file__).parents[2]
LIMITS = {".py": 300, ".js": 200, ".css": 400, ".html": 150}
TEST_LIMIT = 400


def tracked_files() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    return [ROOT / name for name in listed.splitlines() if "/vendor/" not in name and (ROOT / name).is_file()]


def test_no_file_grows_beyond_its_limit():
    too_long = {}
    for path in tracked_files():
        limit = TEST_LIMIT if "tests" in path.parts else LIMITS.get(path.suffix)
        if path.suffix not in LIMITS or limit is None or path.name.endswith(".min.js"):
            continue
        lines = len(path.read_text("utf-8").splitlines())
        if lines > limit:
            too_long[str(path.relative_to(ROOT))] = lines
    assert too_long == {}


def subclasses(kind: type) -> list[type]:
    return [kind] + [each for sub in kind.__subclasses__() for each in subclasses(sub)]


@pytest.mark.parametrize("kind", subclasses(errors.MonitorError), ids=lambda kind: kind.__name__)
def test_every_error_has_the_one_body(kind):
    options = {"retry_after_seconds": 7} if kind is errors.TooManyRequestsError else {}

    answer = error_answer(kind("what is wrong", field="why", **options))

    assert answer.status_code == kind.status >= 400
    assert answer.body == f'{{"error":{{"code":"{kind.code}","message":"what is wrong","details":{{"field":"why"}}}}}}'


def test_what_a_retry_may_cure_says_when():
    assert error_answer(errors.DatabaseUnavailableError("gone")).headers["Retry-After"] == "5"
    assert error_answer(errors.TooManyRequestsError("slower", retry_after_seconds=7)).headers["Retry-After"] == "7"


def test_every_setting_is_in_the_readme_and_nothing_else():
    table = re.findall(r"^\| `([A-Z_]+)` \|", (ROOT / "README.md").read_text("utf-8").split("## Settings")[1], re.MULTILINE)

    assert sorted(table) == sorted(field.name.upper() for field in fields(config.Settings))


@pytest.mark.parametrize(
    ("environment", "field", "value"),
    [
        ({"DATABASE_PREPARE": "off"}, "database_prepare", False),
        ({"SESSION_DAYS": "3"}, "session_days", 3),
        ({"DATABASE_URL": "  "}, "database_url", ""),
        (
            {"DB_HOST": "db", "DB_USER": "u", "DB_PASSWORD": "p@/:", "DB_NAME": "n"},
            "database_url",
            "postgresql://u:p%40%2F%3A@db:5432/n",
        ),
    ],
)
def test_settings_are_read(environment, field, value):
    assert getattr(config.read_settings(environment), field) == value


@pytest.mark.parametrize("environment", [{"SESSION_DAYS": "soon"}, {"SESSION_DAYS": "-1"}, {"DATABASE_PREPARE": "perhaps"}])
def test_a_setting_of_the_wrong_form_is_named(environment):
    with pytest.raises(errors.ConfigurationError, match=next(iter(environment))):
        config.read_settings(environment)
