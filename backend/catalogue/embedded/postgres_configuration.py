"""The configuration of the embedded PostgreSQL, fitted to the machine's memory."""

import os
from pathlib import Path

_MEGABYTE = 1024 * 1024
_CGROUP_LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))


def configuration(*, socket_directory: Path, durable: bool) -> str:
    """The text of a configuration file. Without `durable` a crash of the machine may lose everything."""
    settings = _fixed(socket_directory) | _memory(memory_bytes() // _MEGABYTE)
    if not durable:
        settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    return "".join(f"{name} = '{_escape(value)}'\n" for name, value in settings.items())


def memory_bytes() -> int:
    """The memory this process may use: the machine's, or its container's limit where that is lower."""
    physical = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    limits = [path.read_text().strip() for path in _CGROUP_LIMITS if path.exists()]
    return min([physical, *(int(limit) for limit in limits if limit.isdigit())])


def _memory(available_mb: int) -> dict[str, str]:
    shared_mb = _between(32, available_mb // 4, 1024)
    return {
        "shared_buffers": f"{shared_mb}MB",
        "effective_cache_size": f"{max(shared_mb, available_mb // 2)}MB",
        "maintenance_work_mem": f"{_between(64, available_mb // 8, 512)}MB",
    }


def _fixed(socket_directory: Path) -> dict[str, str]:
    return {
        "listen_addresses": "",
        "unix_socket_directories": f'"{socket_directory}"',
        "unix_socket_permissions": "0700",
        "cluster_name": "catalogue",
        "max_connections": "200",
        "work_mem": "32MB",
        "min_dynamic_shared_memory": "64MB",
        "max_wal_size": "4GB",
        "checkpoint_timeout": "15min",
        "random_page_cost": "1.1",
        "jit": "off",
        "timezone": "UTC",
        "log_timezone": "UTC",
    }


def _between(lowest: int, value: int, highest: int) -> int:
    return max(lowest, min(value, highest))


def _escape(value: str) -> str:
    return value.replace("\\", "\\\\").replace("'", "''")
