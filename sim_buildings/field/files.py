"""The files of a site, and how one is replaced that another process reads at any moment."""

from __future__ import annotations

import os
from pathlib import Path

TRUTH, CLOCK, FORECAST, SITE_FILE = "truth.csv", "clock.json", "forecast.csv", "site.yaml"


def replace_file(path: Path, text: str) -> None:
    """Write beside ``path``, then rename: a reader sees the old text or the new."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)
