"""SQL_QUERY_EXECUTE: a query on the node's SQL Server; run by the PowerShell agents only."""

from __future__ import annotations

from statusmonitor_agent.step_type import Parameter, ResultField, StepType

STEP_TYPE = StepType(
    name="SQL_QUERY_EXECUTE",
    description="Runs a query on the node's SQL Server (PowerShell agents only).",
    parameters={
        "sql_database": Parameter(str, "Database", required=True, minimum=1, maximum=128),
        "sql_query": Parameter(str, "Query", required=True, minimum=1, maximum=20_000),
        "return_format": Parameter(
            str,
            "What comes back",
            "first_row",
            choices=("first_row", "all_rows", "row_count", "scalar", "non_query"),
        ),
        "sql_username": Parameter(str, "SQL login; without it the agent's own account is used", maximum=128),
        "sql_password": Parameter(str, "Password of the SQL login", maximum=256, is_secret=True),
        "query_timeout_sec": Parameter(int, "Time limit", 30, unit="s", minimum=1, maximum=3600),
    },
    result_fields={
        "server_instance": ResultField(str, "Server asked"),
        "database_name": ResultField(str, "Database asked"),
        "query_executed": ResultField(str, "The query"),
        "return_format_used": ResultField(str, "As the parameter return_format"),
        "query_result": ResultField(dict, "The first row, or with all_rows a list of rows"),
        "rows_returned": ResultField(int, "Number of rows"),
        "row_count": ResultField(int, "With row_count: number of rows"),
        "scalar_value": ResultField(str, "With scalar: the first column of the first row"),
        "non_query_success": ResultField(bool, "With non_query: it ran"),
    },
)
