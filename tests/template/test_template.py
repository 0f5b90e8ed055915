"""template.yaml says what is in the tree, and what clients call."""

import importlib
import re
from dataclasses import fields
from itertools import chain

import pytest

from infra.local.gateway import RouteTable, Target
from infra.local.template_routes import read_routes, read_schedules
from statusmonitor.config import Settings
from tests.template.reading import (
    FUNCTIONS,
    GLOBALS,
    LAYERS,
    ROOT,
    TEMPLATE,
    built_by_make,
    layers_of,
    resources,
    source_folder,
    variables_of,
)

API_GIVES_UP_SECONDS = 30
SCHEDULE_SECONDS = 60
LOCK_FILES = ["requirements/sam.txt", "requirements/ric.txt", "layers/core/requirements.txt", "functions/ui/requirements.txt"]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_handler_imports(function):
    module, _, name = FUNCTIONS[function]["Properties"]["Handler"].rpartition(".")

    assert callable(getattr(importlib.import_module(module), name))


@pytest.mark.parametrize("name", [*FUNCTIONS, *LAYERS])
def test_every_source_folder_exists(name):
    assert source_folder(name).is_dir()


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_handler_has_the_same_name_on_lambda_as_here(function):
    folder = source_folder(function).relative_to(ROOT)
    package = ".".join(folder.parts)

    assert FUNCTIONS[function]["Properties"]["Handler"] == f"{package}.app.lambda_handler"
    if function not in built_by_make():
        assert FUNCTIONS[function]["Metadata"]["BuildProperties"] == {"ParentPackageMode": "explicit", "ParentPackages": package}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_is_called_like_its_folder(function):
    words = source_folder(function).name.split("_")

    assert function == "".join(word.capitalize() for word in words) + "Function"


def test_every_function_of_the_tree_is_in_the_template():
    in_tree = {path.parent for path in (ROOT / "functions").glob("*/app.py")}

    assert in_tree <= {source_folder(function) for function in FUNCTIONS}


def test_every_layer_is_used():
    assert set(LAYERS) == set(chain.from_iterable(map(layers_of, FUNCTIONS)))


@pytest.mark.parametrize("name", built_by_make())
def test_a_makefile_builds_its_resource_for_the_python_of_the_template(name):
    text = (source_folder(name) / "Makefile").read_text()
    version = GLOBALS["Runtime"].removeprefix("python")

    assert f"\nbuild-{name}:" in text
    assert set(re.findall(r"--python-version (\S+)", text)) <= {version}
    assert text.count("pip install") == text.count("--require-hashes") == text.count("--python-version")
    if "pip install" in text:  # pip judges environment markers by the Python it runs under
        assert f"\nPYTHON ?= {GLOBALS['Runtime']}\n" in text


def test_layers_fit_the_functions():
    for layer in LAYERS.values():
        assert layer["Properties"]["CompatibleRuntimes"] == [GLOBALS["Runtime"]]
        assert layer["Properties"]["CompatibleArchitectures"] == GLOBALS["Architectures"]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_environment_variables_are_settings(function):
    settings = {field.name.upper() for field in fields(Settings)}

    assert {name for name in variables_of(function) if not name.startswith("POWERTOOLS_")} <= settings


def test_no_two_routes_are_equal():
    routes = [(route.method, route.path) for route in read_routes(TEMPLATE)]
    twice = {path for method, path in routes if method != "ANY" and ("ANY", path) in routes}

    assert len(set(routes)) == len(routes)
    assert not twice


@pytest.mark.parametrize(
    ("request_line", "function"),
    [
        ("GET /api/v1/assignments", "AgentJobsFunction"),
        ("POST /api/v1/checks", "ResultIngestFunction"),
        ("POST /api/v1/checks/bulk", "OfflineLoadFunction"),
        ("GET /api/v1/events", "EventsFunction"),
        ("POST /api/v1/events", "EventsFunction"),
        ("GET /health", "ManagementFunction"),
        ("GET /api/v1/dashboard", "ManagementFunction"),
        ("GET /api/v1/status_detailed", "ManagementFunction"),
        ("GET /api/v1/check_methods", "ManagementFunction"),
        ("GET /api/v1/nodes/7/checks_history", "ManagementFunction"),
        ("GET /api/v1/node_checks/7/details", "ManagementFunction"),
        ("GET /api/v1/assignments/all", "ManagementFunction"),
        ("POST /api/v1/assignments/bulk_create", "ManagementFunction"),
        ("GET /api/v1/checks", "ManagementFunction"),
        ("DELETE /api/v1/api_keys/7", "ManagementFunction"),
        ("GET /", "UiFunction"),
        ("POST /login", "UiFunction"),
        ("GET /nodes/7", "UiFunction"),
        ("GET /static/css/base.css", "UiFunction"),
    ],
)
def test_a_request_reaches_its_function(request_line, function):
    table = RouteTable(Target(route, dict) for route in read_routes(TEMPLATE))

    target, _ = table.find(*request_line.split())

    assert target.route.function == function


def test_a_function_ends_before_the_api_or_the_next_tick():
    for name, function in FUNCTIONS.items():
        kinds = {event["Type"] for event in function["Properties"]["Events"].values()}
        limit = API_GIVES_UP_SECONDS if "HttpApi" in kinds else SCHEDULE_SECONDS
        assert function["Properties"].get("Timeout", GLOBALS["Timeout"]) < limit, name


def test_the_sweep_runs_every_minute():
    assert [(each.expression, each.function) for each in read_schedules(TEMPLATE)] == [("rate(1 minute)", "StatusSweepFunction")]


def test_functions_may_read_one_secret_and_write_their_log_and_nothing_else():
    (role,) = resources("IAM::Role").values()
    statements = [one for policy in role["Properties"]["Policies"] for one in policy["PolicyDocument"]["Statement"]]
    granted = {action: one["Resource"].value for one in statements for action in _list(one["Action"])}

    assert all(function["Properties"]["Role"].value == "FunctionRole.Arn" for function in FUNCTIONS.values())
    assert set(granted) == {"logs:CreateLogStream", "logs:PutLogEvents", "secretsmanager:GetSecretValue"}
    assert granted["logs:PutLogEvents"] == "LogGroup.Arn"
    assert granted["secretsmanager:GetSecretValue"].endswith(":secret:${DatabaseSecret}-??????")


@pytest.mark.parametrize("path", LOCK_FILES)
def test_lock_files_hold_exact_versions_and_hashes(path):
    entries = re.split(r"\n(?=\S)", (ROOT / path).read_text().strip())

    assert entries
    for entry in entries:
        assert re.match(r"[a-z0-9._-]+==\S+( ; .+)? \\\n    --hash=sha256:[0-9a-f]{64}", entry), entry.partition("\n")[0]


def _list(value):
    return value if isinstance(value, list) else [value]
