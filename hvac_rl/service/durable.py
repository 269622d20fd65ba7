"""Small files of the state folder, replaced whole: a reader sees the old text or the new."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from hvac_rl.errors import HvacRlError


def replace_text(path: Path, text: str, *, durable: bool = True) -> None:
    """Write beside ``path``, then rename; ``durable`` survives a power cut. Raises OSError."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with beside.open("w", encoding="utf-8") as file:
            file.write(text)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    if durable:
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def read_json(path: Path) -> Any | None:
    """The document in ``path``, None without one; raises HvacRlError for what is not JSON."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise HvacRlError(
            str(path), f"cannot be read: {error}", "Look at it, then remove or repair it."
        ) from error
