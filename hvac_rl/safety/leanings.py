"""Which way an air handler leans: whether its rooms ask more for cooling or for heating."""

from __future__ import annotations

from collections.abc import Mapping

from hvac_rl.safety.memory import GuardMemory
from hvac_rl.safety.rules import leaning
from hvac_rl.safety.values import NAN, ZoneFacts
from hvac_rl.zones import Plant


def leanings(
    plant: Plant,
    memory: GuardMemory,
    known: Mapping[str, ZoneFacts],
    wishes: Mapping[str, float],
) -> dict[str, float]:
    """1 cooling, -1 heating, 0 neither, for each air handler by name.

    Rooms that cannot be read ask for nothing; setpoints that somebody holds count as they are.
    """
    cooling_k = dict.fromkeys((handler.name for handler in plant.air_handlers), 0.0)
    heating_k = dict(cooling_k)
    for zone in plant.zones:
        facts = known.get(zone.name)
        if facts is None or zone.served_by not in cooling_k:
            continue
        last = memory.zones[zone.name]
        heating, cooling = zone.commands.get("heating"), zone.commands.get("cooling")
        held = any(point is not None and point.name in memory.holds for point in (heating, cooling))
        if cooling is not None:
            wish_c = last.cooling_c if held else wishes.get(cooling.name, NAN)
            cooling_k[zone.served_by] = _larger(facts.air_c - wish_c, cooling_k[zone.served_by])
        if heating is not None:
            wish_c = last.heating_c if held else wishes.get(heating.name, NAN)
            heating_k[zone.served_by] = _larger(wish_c - facts.air_c, heating_k[zone.served_by])
    return {name: leaning(cooling_k[name], heating_k[name]) for name in cooling_k}


def _larger(asked_k: float, most_k: float) -> float:
    """What is no number asks for nothing."""
    return asked_k if asked_k > most_k else most_k
