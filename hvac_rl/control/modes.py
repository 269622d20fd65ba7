"""The three modes that a person sees, for the site and for a zone, and how far Run may go.

**Off**: nothing is decided. **Watch**: reads, decides and records what would have been written;
writes nothing. **Run**: writes, at first within a narrow band around the BMS's own values.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from hvac_rl.zones import Plant


class Mode(StrEnum):
    OFF = "off"
    WATCH = "watch"
    RUN = "run"


class Band(StrEnum):
    """How far a wish may lie from the BMS's own value; the guard's limits stand in each."""

    NARROW = "narrow"
    MEDIUM = "medium"
    WIDE = "wide"
    FULL = "full"


MODES, BANDS = tuple(Mode), tuple(Band)


class Setting(NamedTuple):
    mode: Mode
    band: Band = Band.NARROW


def lower(one: Setting, other: Setting) -> Setting:
    """The more careful of both, mode and band each for itself."""
    return Setting(
        min(one.mode, other.mode, key=MODES.index), min(one.band, other.band, key=BANDS.index)
    )


def is_up(old: Setting, new: Setting) -> bool:
    """Whether ``new`` lets us do more than ``old``. The band counts in Run alone."""
    if old.mode is not new.mode:
        return MODES.index(new.mode) > MODES.index(old.mode)
    return new.mode is Mode.RUN and BANDS.index(new.band) > BANDS.index(old.band)


@dataclass(frozen=True, slots=True)
class Modes:
    """What a person has set. A zone without a setting of its own follows the site."""

    site: Setting
    zones: Mapping[str, Setting] = field(default_factory=dict)

    def of_zone(self, name: str) -> Setting:
        """The site's setting bounds each zone's."""
        return lower(self.site, self.zones.get(name, self.site))

    def by_owner(self, plant: Plant) -> dict[str, Setting]:
        """The setting in force for each zone and air handler.

        An air handler reaches every zone that it serves, so the most careful of them decides.
        """
        found = {zone.name: self.of_zone(zone.name) for zone in plant.zones}
        for handler in plant.air_handlers:
            setting = self.site
            for zone in plant.zones:
                if zone.served_by == handler.name:
                    setting = lower(setting, found[zone.name])
            found[handler.name] = setting
        return found


EVERYTHING = Modes(Setting(Mode.RUN, Band.FULL))
"""All in Run without a band: what the rehearsal and a site with waived evidence begin with."""
