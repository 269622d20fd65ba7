"""One simulated hour of one building under modes: the compiled counterpart of the daemon's cycles.

Each 15 minutes: look (readings, slow filter, rule), act (modes, guard), and let the physics run.
At the full hour the observation for the next choice is written.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from envs.control_step import (
    AIR,
    CO2,
    DAYLIGHT,
    FACADE,
    OCCUPIED,
    BuildingData,
    act,
    observe,
    propose,
)
from hvac_rl.control.base_rule import RuleParameters, SiteFacts
from hvac_rl.control.encoding import slow_filter
from hvac_rl.control.kpis import KpiLimits, co2_excess_ppm, thermal_discomfort_k
from hvac_rl.control.schedule import TimeFacts, time_facts
from hvac_rl.safety.limits import AirHandlerLimits, ZoneLimits
from sim_buildings.buffers import Buffers, one_of
from sim_buildings.columns import (
    B_CARBON,
    B_COOLING,
    B_FAN,
    B_GHI,
    B_HEATING,
    B_OUTDOOR,
    B_PRICE,
    B_REHEAT,
    B_SUPPLY_FLOW,
    B_TOTAL,
    B_WIND,
    Z_AIR,
    Z_AIRFLOW,
    Z_CO2,
    Z_DAYLIGHT,
    Z_FACADE,
    Z_LIGHTS,
    Z_PEOPLE,
    Z_REHEAT,
)
from sim_buildings.parameters import Params
from sim_buildings.step import step_building
from sim_buildings.weather import ROWS_PER_DAY, ROWS_PER_HOUR
from sim_buildings.world import WorldRows, forecast, hour_of_day

Floats = NDArray[np.float64]

CYCLE_S = 900.0
CYCLES_PER_HOUR = 4
JOULES_PER_KWH = 3.6e6

# Columns of the totals of one building over one hour.
(
    T_DISCOMFORT_KH,
    T_AIR_QUALITY_PPMH,
    T_ENERGY_KWH,
    T_COST,
    T_EMISSIONS_KG,
    T_PEAK_KW,
    T_GUARD_CHANGES,
) = range(7)
N_TOTALS = 7
# Columns of one zone's share: its cost and its discomfort [K h].
S_COST, S_DISCOMFORT_KH = range(2)
N_SHARES = 2


class Setting(NamedTuple):
    """What stays the same over a batch: the building, its rule, its limits."""

    params: Params
    building: BuildingData
    rule: RuleParameters
    zone_limits: ZoneLimits
    handler_limits: AirHandlerLimits
    kpi_limits: KpiLimits
    start_h: float
    end_h: float
    price_mean: float
    dt_s: float
    supervised: bool
    """False leaves everything to the BMS's own schedule: the baseline."""


class Worlds(NamedTuple):
    """Several worlds of one place: the weather once, the people of each seed.

    ``rows`` carries the weather; people (W, R, Z), presence (W, R, Z) and forecast errors (W, H)
    differ. ``next_workday``: days from each day of the year to its next later workday.
    """

    rows: WorldRows
    people: Floats
    presence: Floats
    temperature_eta: Floats
    ghi_eta: Floats
    next_workday: Floats


class Memory(NamedTuple):
    """What a controller of many buildings remembers and is shown; leading axis of buildings."""

    facts: Floats
    air_slow_c: Floats
    proposals: Floats
    zone_guard: Floats
    handler_guard: Floats
    observations: Floats
    totals: Floats
    shares: Floats
    scratch: Floats
    """Forecasts and prices, (B, 3, 24)."""


def world_of(worlds: Worlds, w: int) -> WorldRows:
    """The rows of world ``w``."""
    rows = worlds.rows
    return WorldRows(
        rows.outdoor_c,
        rows.wind_m_s,
        rows.ghi_w_m2,
        rows.facade_w_m2,
        rows.window_w_m2,
        worlds.people[w],
        rows.price_per_kwh,
        rows.carbon_kg_per_kwh,
        rows.workday,
        rows.outdoor_hour_c,
        rows.ghi_hour_w_m2,
        worlds.temperature_eta[w],
        worlds.ghi_eta[w],
        rows.humidity_kg_kg,
        rows.pressure_pa,
        rows.sky_c,
        rows.ground_c,
        rows.facade_beam_w_m2,
        rows.facade_diffuse_w_m2,
        rows.window_beam_w_m2,
        rows.window_diffuse_w_m2,
        rows.profile_tan,
        rows.outdoor_window_c,
        rows.ghi_window_w_m2,
        rows.price_window,
        rows.gas_price_per_kwh,
    )


def time_of(row: int, worlds: Worlds, setting: Setting) -> TimeFacts:
    """The schedule's facts at the beginning of a row."""
    n_rows = worlds.rows.workday.shape[0]
    tomorrow = (row + ROWS_PER_DAY) % n_rows
    return time_facts(
        hour_of_day(row),
        worlds.rows.workday[row] > 0.5,
        worlds.rows.workday[tomorrow] > 0.5,
        worlds.next_workday[row // ROWS_PER_DAY],
        setting.start_h,
        setting.end_h,
    )


def site_of(row: int, worlds: Worlds, buffers: Buffers) -> SiteFacts:
    """The site's sensors at the beginning of a row: what the last substep left."""
    out = buffers.building_out
    return SiteFacts(out[B_OUTDOOR], out[B_WIND], out[B_GHI], worlds.rows.price_per_kwh[row])


def look(
    row: int, w: int, setting: Setting, worlds: Worlds, buffers: Buffers, memory: Memory, b: int
) -> None:
    """Readings into facts, the slow filter, and the rule's proposals."""
    n_rows = worlds.rows.workday.shape[0]
    facts = memory.facts[b]
    for z in range(facts.shape[0]):
        out = buffers.zone_out[z]
        facts[z, AIR] = out[Z_AIR]
        facts[z, CO2] = out[Z_CO2]
        # The presence detector knows the five minutes that have passed, not those that come.
        facts[z, OCCUPIED] = worlds.presence[w, (row - 1) % n_rows, z]
        facts[z, DAYLIGHT] = out[Z_DAYLIGHT]
        facts[z, FACADE] = out[Z_FACADE]
        memory.air_slow_c[b, z] = slow_filter(memory.air_slow_c[b, z], out[Z_AIR], CYCLE_S / 3600.0)
    propose(
        facts,
        setting.building,
        site_of(row, worlds, buffers),
        time_of(row, worlds, setting),
        setting.rule,
        memory.proposals[b],
    )


def show(
    row: int, w: int, setting: Setting, worlds: Worlds, buffers: Buffers, memory: Memory, b: int
) -> None:
    """The observation of every zone at the beginning of ``row``, a full hour."""
    rows = world_of(worlds, w)
    n_rows = rows.price_per_kwh.shape[0]
    scratch = memory.scratch[b]
    forecast(rows, row, scratch[0], scratch[1])
    for k in range(scratch.shape[1]):
        scratch[2, k] = rows.price_per_kwh[(row + k * ROWS_PER_HOUR) % n_rows]
    observe(
        memory.facts[b],
        memory.air_slow_c[b],
        setting.building,
        site_of(row, worlds, buffers),
        time_of(row, worlds, setting),
        scratch[0],
        scratch[1],
        scratch[2],
        setting.price_mean,
        memory.proposals[b],
        memory.observations[b],
    )


def count(dt_s: float, limits: KpiLimits, buffers: Buffers, totals: Floats, shares: Floats) -> None:
    """Add one substep to the building's totals and the zones' shares.

    A zone bears its light, and of the plant's power its share of reheat and of airflow.
    """
    out = buffers.building_out
    hours = dt_s / 3600.0
    kwh = dt_s / JOULES_PER_KWH
    price = out[B_PRICE]
    moved_w = out[B_FAN] + out[B_COOLING]
    for z in range(shares.shape[0]):
        zone = buffers.zone_out[z]
        occupied = zone[Z_PEOPLE] > 0.0
        discomfort_kh = thermal_discomfort_k(zone[Z_AIR], occupied, limits) * hours
        totals[T_DISCOMFORT_KH] += discomfort_kh
        totals[T_AIR_QUALITY_PPMH] += co2_excess_ppm(zone[Z_CO2], occupied, limits) * hours
        power_w = zone[Z_LIGHTS]
        if out[B_REHEAT] > 0.0:
            power_w += out[B_HEATING] * zone[Z_REHEAT] / out[B_REHEAT]
        if out[B_SUPPLY_FLOW] > 0.0:
            power_w += moved_w * zone[Z_AIRFLOW] / out[B_SUPPLY_FLOW]
        shares[z, S_COST] += power_w * kwh * price
        shares[z, S_DISCOMFORT_KH] += discomfort_kh
    totals[T_ENERGY_KWH] += out[B_TOTAL] * kwh
    totals[T_COST] += out[B_TOTAL] * kwh * price
    totals[T_EMISSIONS_KG] += out[B_TOTAL] * kwh * out[B_CARBON]
    power_kw = out[B_TOTAL] / 1000.0
    if power_kw > totals[T_PEAK_KW]:
        totals[T_PEAK_KW] = power_kw


def control_hour(
    modes: NDArray[np.int64],
    row: int,
    now_s: float,
    w: int,
    setting: Setting,
    worlds: Worlds,
    buffers: Buffers,
    memory: Memory,
    b: int,
) -> None:
    """One hour of building ``b`` from ``row`` on, under ``modes``, shape (zones,).

    ``now_s`` is the same moment in seconds that never wrap with the year: timers need that.
    """
    rows = world_of(worlds, w)
    n_rows = rows.workday.shape[0]
    rows_per_cycle = ROWS_PER_HOUR // CYCLES_PER_HOUR
    substeps = int(CYCLE_S / setting.dt_s)
    memory.totals[b, :] = 0.0
    memory.shares[b, :, :] = 0.0
    at = row
    for cycle in range(CYCLES_PER_HOUR):
        at = (row + cycle * rows_per_cycle) % n_rows
        if cycle > 0:
            look(at, w, setting, worlds, buffers, memory, b)
        if setting.supervised:
            memory.totals[b, T_GUARD_CHANGES] += act(
                modes,
                memory.facts[b],
                memory.proposals[b],
                setting.building,
                site_of(at, worlds, buffers),
                time_of(at, worlds, setting),
                now_s + cycle * CYCLE_S,
                setting.rule,
                setting.zone_limits,
                setting.handler_limits,
                memory.zone_guard[b],
                memory.handler_guard[b],
                buffers.zone_override,
                buffers.handler_override,
            )
        for k in range(substeps):
            step_building(
                setting.params, rows, (at + int(k * setting.dt_s // 300.0)) % n_rows,
                setting.dt_s, buffers,
            )  # fmt: skip
            count(setting.dt_s, setting.kpi_limits, buffers, memory.totals[b], memory.shares[b])
    following = (row + ROWS_PER_HOUR) % n_rows
    look(following, w, setting, worlds, buffers, memory, b)
    show(following, w, setting, worlds, buffers, memory, b)


def hour_of_batch(
    modes: NDArray[np.int64],
    row: NDArray[np.int64],
    now_s: Floats,
    world: NDArray[np.int64],
    setting: Setting,
    worlds: Worlds,
    batch: Buffers,
    memory: Memory,
    active: NDArray[np.bool_],
    first: int,
    end: int,
) -> None:
    """One hour of every active building in [first, end); modes (B, zones), the rest (B,)."""
    for b in range(first, end):
        if active[b]:
            control_hour(
                modes[b], row[b], now_s[b], world[b], setting, worlds, one_of(batch, b), memory, b
            )


def first_look_of_batch(
    row: NDArray[np.int64],
    world: NDArray[np.int64],
    setting: Setting,
    worlds: Worlds,
    batch: Buffers,
    memory: Memory,
    active: NDArray[np.bool_],
    first: int,
    end: int,
) -> None:
    """Facts, proposals and observations of every active building in [first, end) as it stands."""
    for b in range(first, end):
        if active[b]:
            look(row[b], world[b], setting, worlds, one_of(batch, b), memory, b)
            show(row[b], world[b], setting, worlds, one_of(batch, b), memory, b)
