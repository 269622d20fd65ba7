"""The site as a drill's own daemon sees it: the same devices and points, a state of its own."""

from __future__ import annotations

import math
import shutil
from pathlib import Path
from typing import Any

import yaml

from hvac_rl.control.modes import Band, Mode, Setting
from hvac_rl.service.clocks import LEAST_WALL_S_PER_CYCLE
from hvac_rl.service.guard_memory import FILE as MEMORY
from hvac_rl.service.mode_store import Chosen, ModeState, save_modes
from hvac_rl.service.site_file import Site, load_site

FILE = ".drill-site.yaml"
LEAST_CYCLE_S = 60.0


def drill_site(site: Site, speed: float) -> Site:
    """Writes a site file beside the site's own, in Run within the narrow band, with short cycles
    so that nobody waits long. Raises ConfigError as any site file does."""
    document: dict[str, Any] = yaml.safe_load(site.path.read_text(encoding="utf-8"))
    folder = site.state_dir / "drill"
    folder.mkdir(parents=True, exist_ok=True)
    for old in (folder / "journal.db", folder / "journal.db-wal", folder / "journal.db-shm"):
        old.unlink(missing_ok=True)
    relative = Path(document.get("state", "state")) / "drill"
    document["state"] = str(relative)
    document["store"] = f"sqlite:///{relative / 'journal.db'}"
    document["cycle_s"] = min(site.cycle_s, cycle_s(speed))
    # Timers and latches hold in a drill as well.
    (folder / MEMORY).unlink(missing_ok=True)
    if (site.state_dir / MEMORY).exists():
        shutil.copy(site.state_dir / MEMORY, folder / MEMORY)
    path = site.path.with_name(FILE)
    path.write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")
    copy = load_site(path)
    save_modes(copy.state_dir, ModeState(Chosen(Setting(Mode.RUN, Band.NARROW), 0.0, "a drill")))
    return copy


def cycle_s(speed: float) -> float:
    """The shortest cycle that this clock leaves time for [s of site time]."""
    return max(LEAST_CYCLE_S, math.ceil(2.0 * LEAST_WALL_S_PER_CYCLE * speed))
