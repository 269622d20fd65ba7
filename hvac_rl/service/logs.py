"""Logs: JSON lines in the state folder, warnings on the terminal as well."""

from __future__ import annotations

import logging
from pathlib import Path

import structlog
from rich.console import Console
from rich.logging import RichHandler

_SHARED: list[structlog.typing.Processor] = [
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
]


def configure_logs(file: Path, console: Console) -> None:
    """``file`` gets everything from INFO on; ``console`` only what a person should see now."""
    to_file = logging.FileHandler(file, encoding="utf-8")
    to_file.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processor=structlog.processors.JSONRenderer(), foreign_pre_chain=_SHARED
        )
    )
    to_console = RichHandler(console=console, show_path=False, markup=False)
    to_console.setLevel(logging.WARNING)
    logging.basicConfig(level=logging.INFO, handlers=[to_file, to_console], force=True)
    for noisy in ("apscheduler", "bacpypes3", "BAC0", "BAC0_Root", "pymodbus"):
        logging.getLogger(noisy).setLevel(logging.ERROR)
