"""Says in our words which rule of the schema a write broke."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg2

from statusmonitor.errors import BadRequestError, ConflictError

# constraint → the field that broke it, and what is wrong with it
_TAKEN = {
    "subdivisions_object_id_key": ("object_id", "another subdivision has this object_id"),
    "subdivisions_transport_system_code_key": ("transport_system_code", "another subdivision has this code"),
    "node_types_parent_type_id_name_key": ("name", "there is a type of this name at this place"),
    "nodes_parent_subdivision_id_name_key": ("name", "the subdivision has a node of this name"),
    "assignments_same_job_key": ("pipeline", "the node has this very job already"),
    "users_username_key": ("username", "there is a user of this name"),
}
_MISSING = {
    "nodes_parent_subdivision_id_fkey": ("parent_subdivision_id", "there is no such subdivision"),
    "nodes_node_type_id_fkey": ("node_type_id", "there is no such node type"),
    "assignments_method_id_fkey": ("method_id", "there is no such check method"),
    "node_properties_property_type_id_fkey": ("property_type_id", "there is no such property type"),
}


@contextmanager
def translated() -> Iterator[None]:
    """Turn the violations that callers can cause into errors that name the field.

    Raises:
        ConflictError: a value is taken.
        BadRequestError: a value refers to something that is not there.
    """
    try:
        yield
    except psycopg2.errors.UniqueViolation as error:
        field, text = _known(_TAKEN, error)
        raise ConflictError(f"{field}: {text}", **{field: text}) from error
    except psycopg2.errors.ForeignKeyViolation as error:
        field, text = _known(_MISSING, error)
        raise BadRequestError(f"{field}: {text}", **{field: text}) from error


def _known(texts: dict[str, tuple[str, str]], error: psycopg2.Error) -> tuple[str, str]:
    name = error.diag.constraint_name
    if name not in texts:
        raise error
    return texts[name]
