"""Every statement of the repositories is planned against the migrated schema, and holds constants only."""

import importlib
import pkgutil
import re

import psycopg2
import pytest

import statusmonitor.repositories as package

FRAGMENTS = {"states.RECORD_CHANGES"}  # parts of other statements


def statements() -> list:
    found = []
    for module in pkgutil.iter_modules(package.__path__):
        members = vars(importlib.import_module(f"{package.__name__}.{module.name}"))
        for name, value in members.items():
            if (
                name.isupper()
                and name[0] != "_"
                and isinstance(value, str)
                and re.match(r"\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\b", value)
            ):
                found.append(pytest.param(value, id=f"{module.name}.{name}"))
    return [each for each in found if each.id not in FRAGMENTS]


@pytest.mark.parametrize("statement", statements())
def test_a_statement_fits_the_schema(database, statement):
    names = re.findall(r"%\((\w+)\)s", statement)

    with psycopg2.connect(database) as connection, connection.cursor() as cur:
        cur.execute("EXPLAIN " + statement, dict.fromkeys(names))
        assert cur.fetchall()
    connection.close()
