"""Which way an air handler leans: whether its rooms ask more for cooling or for heating."""

from __future__ import annotations

from collections.abc import Mapping

from hvac_rl.safety.memory import GuardMemory
from hvac_rl.safety.rules import leaning
from hvac_rl.safety.values import ZoneFacts
from hvac_rl.zones import Plant


def leanings(plant: Plant, memory: GuardMemory, known: Mapping[str, ZoneFacts]) -> dict[str, float]:
    """1 cooling, -1 heating, 0 neither, for each air handler by name, by the setpoints in force.

    Rooms that cannot be read, or whose setpoints nobody knows, ask for nothing. Wishes have no
    say, so that what was permitted is permitted again.
    """
    cools_k = {handler.name: 0.0 for handler in plant.air_handlers}
    heats_k = dict(cools_k)
    for zone in plant.zones:
        facts = known.get(zone.name)
        if facts is None or zone.served_by not in cools_k:
            continue
        last = memory.zones[zone.name]
        if facts.air_c - last.cooling_c > cools_k[zone.served_by]:
            cools_k[zone.served_by] = facts.air_c - last.cooling_c
        if last.heating_c - facts.air_c > heats_k[zone.served_by]:
            heats_k[zone.served_by] = last.heating_c - facts.air_c
    return {name: leaning(cools_k[name], heats_k[name]) for name in cools_k}
