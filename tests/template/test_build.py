"""`sam validate` and `sam build`: the template is sound, and what is deployed fits Lambda."""

import re
import shutil

import pytest

from tests.template.reading import FUNCTIONS, LAYERS, layers_of
from tests.template.tools import run, skip_unless_ci

MAX_UNZIPPED_BYTES = 250 * 1024 * 1024  # of a function with all its layers
LAMBDA_GLIBC = (2, 26)  # Amazon Linux 2, under python3.11


def test_the_template_passes_the_linter(sam):
    assert "is a valid SAM Template" in sam.run("validate", "--lint")


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_built_function_holds_its_handler(artifacts, function):
    module = FUNCTIONS[function]["Properties"]["Handler"].removesuffix(".lambda_handler")

    assert (artifacts / function / module.replace(".", "/")).with_suffix(".py").is_file()


@pytest.mark.parametrize("layer", LAYERS)
def test_a_built_layer_holds_packages_where_python_looks(artifacts, layer):
    assert list((artifacts / layer / "python").glob("*/__init__.py"))


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_and_its_layers_fit_lambda(artifacts, function):
    folders = [artifacts / name for name in (function, *layers_of(function))]

    assert sum(path.lstat().st_size for folder in folders for path in folder.rglob("*")) < MAX_UNZIPPED_BYTES


def test_nothing_goes_in_that_only_serves_here(artifacts):
    names = {path.name for path in artifacts.rglob("*")}

    assert not {name for name in names if name.endswith(".pyc") or name in {"__pycache__", "Makefile", "tests", ".env"}}


def test_flask_goes_into_the_pages_only(artifacts):
    assert [path.parent.name for path in artifacts.glob("**/flask") if path.is_dir()] == ["UiFunction"]


def test_binaries_run_on_the_c_library_of_lambda(artifacts):
    if not shutil.which("objdump"):
        skip_unless_ci("objdump (package binutils) is not installed")
    binaries = [path for path in artifacts.rglob("*") if re.search(r"\.so(\.|$)", path.name)]

    newest = {path: max(_glibc_versions(run("objdump", "-T", path)), default=(0, 0)) for path in binaries}

    assert binaries
    assert {path.name: version for path, version in newest.items() if version > LAMBDA_GLIBC} == {}


def _glibc_versions(symbols: str) -> list[tuple[int, ...]]:
    return [tuple(map(int, version.split("."))) for version in re.findall(r"\bGLIBC_([0-9.]+)", symbols)]
