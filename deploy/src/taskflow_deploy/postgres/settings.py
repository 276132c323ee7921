"""What is configured: who may connect, from where, and how much is kept in memory."""

from collections.abc import Sequence

ROLE = DATABASE = "taskflow"


def server_settings(port: int, listen: Sequence[str]) -> str:
    """Return postgresql.conf: sane for a laptop, and never less durable than the default."""
    addresses = ",".join(listen)
    return f"""# Written by TaskFlow at every start.
listen_addresses = '{addresses}'
port = {port}
unix_socket_directories = ''
password_encryption = 'scram-sha-256'
max_connections = 100
shared_buffers = '64MB'
timezone = 'UTC'
log_min_messages = 'warning'
log_line_prefix = '%m [%p] '
"""


def access_rules(allow: Sequence[str]) -> str:
    """Return pg_hba.conf: a password for everybody, and nobody but our role from ``allow``."""
    lines = ["# Written by TaskFlow at every start.", "host all all 127.0.0.1/32 scram-sha-256"]
    lines += [f"host {DATABASE} {ROLE} {network} scram-sha-256" for network in allow]
    return "\n".join(lines) + "\n"
