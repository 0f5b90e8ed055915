"""SQL_XML_QUERY: values inside an XML column of the node's SQL Server; run by the PowerShell agents only."""

from __future__ import annotations

from statusmonitor_agent.step_type import Parameter, ResultField, StepType

STEP_TYPE = StepType(
    name="SQL_XML_QUERY",
    description="Reads values out of an XML column of the node's SQL Server (PowerShell agents only).",
    parameters={
        "sql_database": Parameter(str, "Database", required=True, minimum=1, maximum=128),
        "sql_query": Parameter(str, "Query", required=True, minimum=1, maximum=20_000),
        "xml_column_name": Parameter(str, "Column that holds the XML", required=True, minimum=1, maximum=128),
        "keys_to_extract": Parameter(list, "Names of the XML elements", required=True, minimum=1, maximum=100, item_type=str),
        "sql_username": Parameter(str, "SQL login; without it the agent's own account is used", maximum=128),
        "sql_password": Parameter(str, "Password of the SQL login", maximum=256, is_secret=True),
        "query_timeout_sec": Parameter(int, "Time limit", 30, unit="s", minimum=1, maximum=3600),
    },
    result_fields={
        "server_instance": ResultField(str, "Server asked"),
        "database_name": ResultField(str, "Database asked"),
        "query_executed": ResultField(str, "The query"),
        "xml_source_column": ResultField(str, "Column read"),
        "rows_returned": ResultField(int, "Number of rows"),
        "extracted_data": ResultField(dict, "Value by key"),
        "xml_content_sample": ResultField(str, "Beginning of the XML"),
        "message": ResultField(str, "Remark"),
        "error": ResultField(str, "What went wrong"),
    },
)
