"""Every command of a batch's last control step held against the limits, apart from the guard.

The guard's functions are not called here: the limits are read and compared anew, so that a fault of
theirs shows. What depends on people or air is judged by what was measured before the command.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from envs.batch import Batch
from envs.control_columns import A_GUARD, C_AWAY, C_GUARD
from envs.control_step import PRESENCE_HOLD_S
from hvac_rl.safety.limits import AirHandlerLimits, ZoneLimits
from sim_buildings.buffers import columns_of
from sim_buildings.columns import B_OUTDOOR, B_WIND, Z_AIR, Z_CO2, Z_DAYLIGHT
from sim_buildings.parameter_columns import PH_OUTDOOR_AIR, PZ_AREA, PZ_FULL_LIGHT, PZ_PEOPLE

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
CYCLE_S = 900.0
TOLERANCE = 1e-3
"""In a command's own unit: batches compute in single precision."""
COMMANDS = 4
MEASURED = (Z_AIR, Z_CO2, Z_DAYLIGHT)
LONG_AGO = 1_000_000
"""Cycles."""


def rows_of(batch: Batch, rows: NDArray, first: int, count: int) -> Floats:  # type: ignore[type-arg]
    """Columns of zones or of air handlers, shape (size, number, count), in double precision."""
    return picked(batch, rows, range(first, first + count))


def picked(batch: Batch, rows: NDArray, columns: tuple[int, ...] | range) -> Floats:  # type: ignore[type-arg]
    """Like :func:`rows_of`, any columns."""
    lanes = columns_of(rows, batch.form.lanes)[:, :, list(columns)]
    moved = np.moveaxis(lanes, 3, 1)
    return moved.reshape(-1, *moved.shape[2:])[: batch.size].astype(np.float64)


def of_building(batch: Batch, column: int) -> Floats:
    """A column of the buildings' own, (size,)."""
    lanes = columns_of(batch.buffers.building, batch.form.lanes)
    return lanes[:, column].reshape(-1)[: batch.size].astype(np.float64)


class Measured(NamedTuple):
    """What the guard was told before it judged."""

    air_c: Floats
    co2_ppm: Floats
    daylight_lux: Floats
    occupied: Flags
    """(size, zones) each."""
    wind_m_s: Floats
    outdoor_c: Floats
    """(size,)"""


def measured(batch: Batch) -> Measured:
    """As it stands."""
    zone = picked(batch, batch.buffers.zones, MEASURED)
    away_s = rows_of(batch, batch.memory.zones, C_AWAY, 1)[..., 0]
    return Measured(
        zone[..., 0], zone[..., 1], zone[..., 2], away_s < PRESENCE_HOLD_S,
        of_building(batch, B_WIND), of_building(batch, B_OUTDOOR),
    )  # fmt: skip


def zone_breaches(said: Floats, was: Measured, full_light_lux: Floats, limits: ZoneLimits) -> Flags:
    """(size, zones, 4) whether a command lies outside its limits; ``said`` has the same shape."""
    heating, cooling, blind, light = np.moveaxis(said, -1, 0)
    inside = was.occupied
    low = np.where(inside, limits.occupied_min_c, limits.unoccupied_min_c)
    high = np.where(inside, limits.occupied_max_c, limits.unoccupied_max_c)
    # A room beyond its limits is fetched back to the comfort band.
    rescued_low = np.where(was.air_c < low - TOLERANCE, limits.comfort_min_c, low)
    rescued_high = np.where(was.air_c > high + TOLERANCE, limits.comfort_max_c, high)
    apart = cooling - heating >= limits.setpoint_deadband_k - TOLERANCE
    stormy = (was.wind_m_s >= limits.blind_wind_limit_m_s + TOLERANCE) | (
        was.outdoor_c < limits.blind_frost_c - TOLERANCE
    )
    needed = (limits.light_floor_lux - np.maximum(was.daylight_lux, 0.0)) / full_light_lux
    floor = np.where(inside, np.clip(needed, limits.light_occupied_min, 1.0), 0.0)
    kept = np.stack(
        [
            _between(heating, rescued_low, limits.heating_setpoint_max_c) & apart,
            _between(cooling, limits.cooling_setpoint_min_c, rescued_high) & apart,
            _between(blind, 0.0, np.where(stormy, 0.0, 1.0)[:, None]),
            _between(light, floor, 1.0),
        ],
        axis=-1,
    )
    return ~kept


def handler_breaches(
    said: Floats,
    was: Measured,
    serves: Flags,
    required_m3_s: Floats,
    design_m3_s: Floats,
    zone_limits: ZoneLimits,
    limits: AirHandlerLimits,
) -> Flags:
    """(size, handlers, 4) likewise. ``serves`` (handlers, zones); ``required_m3_s`` (zones,) what
    each needs with people in it; ``design_m3_s`` (handlers,)."""
    enable, supply, static, outdoor = np.moveaxis(said, -1, 0)
    asked = (was.occupied * required_m3_s) @ serves.T
    co2 = np.where(serves[None], was.co2_ppm[:, None, :], 0.0).max(axis=2)
    least = np.minimum(asked, design_m3_s)
    above = np.clip((co2 - limits.co2_ceiling_ppm) / limits.co2_span_ppm, 0.0, 1.0)
    least = np.where(asked > 0.0, least + (design_m3_s - least) * above, 0.0)
    kept = np.stack(
        [
            np.isin(enable, (0.0, 1.0)) & ((enable > 0.5) | ~needed(was, serves, zone_limits)),
            _between(supply, limits.supply_air_min_c, limits.supply_air_max_c),
            _between(static, limits.static_pressure_min_pa, limits.static_pressure_max_pa),
            _between(outdoor, least, design_m3_s),
        ],
        axis=-1,
    )
    return ~kept


def needed(was: Measured, serves: Flags, limits: ZoneLimits) -> Flags:
    """(size, handlers) whether people or a room clearly beyond its limits keep the fan running."""
    low = np.where(was.occupied, limits.occupied_min_c, limits.unoccupied_min_c)
    high = np.where(was.occupied, limits.occupied_max_c, limits.unoccupied_max_c)
    beyond = (was.air_c < low - TOLERANCE) | (was.air_c > high + TOLERANCE)
    return (was.occupied | beyond) @ serves.T


def _between(value: Floats, low: Floats | float, high: Floats | float) -> Flags:
    return (value >= low - TOLERANCE) & (value <= high + TOLERANCE)


class Watch:
    """Counts, control step by control step, what breaks a limit."""

    def __init__(self, batch: Batch, zones: ZoneLimits, handlers: AirHandlerLimits) -> None:
        """Judges ``batch`` by these limits, whatever its own are. One building, no variants."""
        self._batch, self._zones, self._handlers = batch, zones, handlers
        params = batch.setting.params
        self._full_light_lux = np.asarray(params.zones, dtype=float)[:, PZ_FULL_LIGHT]
        own = np.asarray(params.zones, dtype=float)
        self._required_m3_s = (
            handlers.outdoor_air_per_person_m3_s * own[:, PZ_PEOPLE]
            + handlers.outdoor_air_per_area_m3_s_m2 * own[:, PZ_AREA]
        )
        self._design_m3_s = np.asarray(params.handlers, dtype=float)[:, PH_OUTDOOR_AIR]
        number = len(self._design_m3_s)
        self._serves = np.arange(number)[:, None] == np.asarray(params.handler_of)[None, :]
        self._was = measured(batch)
        self._zone_said, self._handler_said = self._said()
        self._since_start = np.full((batch.size, number), LONG_AGO)
        self._since_blind = np.full((batch.size, batch.zones), LONG_AGO)
        self.commands = 0
        self.breaches = 0

    def _said(self) -> tuple[Floats, Floats]:
        memory = self._batch.memory
        return (
            rows_of(self._batch, memory.zones, C_GUARD, COMMANDS),
            rows_of(self._batch, memory.handlers, A_GUARD, COMMANDS),
        )

    def before(self) -> None:
        """To be called before each step of one cycle."""
        self._was = measured(self._batch)

    def after(self) -> None:
        """To be called after it."""
        zone_said, handler_said = self._said()
        zones = zone_breaches(zone_said, self._was, self._full_light_lux, self._zones)
        handlers = handler_breaches(
            handler_said, self._was, self._serves, self._required_m3_s, self._design_m3_s,
            self._zones, self._handlers,
        )  # fmt: skip
        handlers[..., 0] |= self._too_soon(handler_said[..., 0])
        zones[..., 2] |= self._blind_too_soon(zone_said[..., 2])
        self._zone_said, self._handler_said = zone_said, handler_said
        self.commands += zones.size + handlers.size
        self.breaches += int(zones.sum() + handlers.sum())

    def _too_soon(self, enable: Floats) -> Flags:
        """Starts closer together than permitted that neither people nor a room demand."""
        self._since_start += 1
        started = (enable > 0.5) & (self._handler_said[..., 0] < 0.5)
        early = self._since_start * CYCLE_S < 3600.0 / self._handlers.starts_per_h
        self._since_start[started] = 0
        too_soon: Flags = started & early & ~needed(self._was, self._serves, self._zones)
        return too_soon

    def _blind_too_soon(self, blind: Floats) -> Flags:
        """Moves sooner after another than permitted that do not retract."""
        self._since_blind += 1
        moved = blind != self._zone_said[..., 2]
        early = self._since_blind * CYCLE_S < self._zones.blind_min_interval_s
        self._since_blind[moved] = 0
        too_soon: Flags = moved & early & (blind > 0.0)
        return too_soon
