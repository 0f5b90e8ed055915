"""The check methods that the step catalogue and the field know."""

from alembic import op

revision = "0004"
down_revision = "0003"

SQL = """
INSERT INTO check_methods (method_name, is_primary, description) VALUES
    ('PING', true, 'answers to ICMP echo; decides between available and unavailable'),
    ('TCP_PORT', false, 'a TCP port accepts connections'),
    ('HTTP_CHECK', false, 'a web address answers as expected'),
    ('DNS', false, 'a name resolves as expected'),
    ('CERT_EXPIRY', false, 'days left of certificates'),
    ('DISK_USAGE', false, 'free space of disks'),
    ('MEMORY', false, 'free memory'),
    ('PROCESS_LIST', false, 'running processes'),
    ('SERVICE_STATUS', false, 'state of a system service'),
    ('FILE_AGE', false, 'age and size of files'),
    ('EXECUTE_COMMAND', false, 'exit code and output of a command the agent allows'),
    ('NAGIOS_PLUGIN', false, 'a monitoring plug-in from a folder the agent allows'),
    ('SQL_QUERY_EXECUTE', false, 'result of an SQL query'),
    ('SQL_XML_QUERY', false, 'values from XML in an SQL result'),
    ('POWERSHELL_EXECUTE', false, 'result of a PowerShell script'),
    ('KASPERSKY_STATUS', false, 'state of the virus protection'),
    ('CERTIFICATES', false, 'certificates of a store'),
    ('JSON_ANALYZE', false, 'values from a JSON file'),
    ('REGISTRY_KEY', false, 'values of a registry key'),
    ('EVENT_LOG', false, 'entries of the Windows event log'),
    ('LOG_FILE_ANALYZE', false, 'lines of a log file'),
    ('USB_DEVICES', false, 'attached USB devices');
"""


def upgrade() -> None:
    op.get_bind().exec_driver_sql(SQL)
