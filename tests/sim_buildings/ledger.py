"""Books of a simulated building, kept substep by substep from its outputs alone.

Each account adds up what was left over of its balance in every substep, taken absolutely, so that
errors cannot cancel, and all flows, taken absolutely. A closed account has next to nothing left
over. Equations are written out here anew, not taken from the engine.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim_buildings.buffers import Buffers
from sim_buildings.columns import (
    B_COOLING,
    B_EQUIPMENT,
    B_FAN,
    B_HEATING,
    B_LIGHTS,
    B_PUMPS,
    B_REHEAT,
    B_TOTAL,
    BEFORE_AIR,
    BEFORE_CO2,
    BEFORE_HUMIDITY,
    H_COOLING_COIL,
    H_FAN,
    H_LATENT,
    H_OUTDOOR_FLOW,
    H_RETURN_AIR,
    H_SUPPLY_AIR,
    H_SUPPLY_CO2,
    H_SUPPLY_FLOW,
    H_SUPPLY_HUMIDITY,
    H_VENTILATION,
    STATE_AIR,
    STATE_CO2,
    STATE_ENVELOPE,
    STATE_HUMIDITY,
    STATE_MASS,
    W_INFILTRATION,
    X_HUMIDITY,
    Z_AIR_SUPPLY_HEAT,
    Z_AIRFLOW,
    Z_EQUIPMENT,
    Z_FLOOR_HEAT,
    Z_IDEAL_HEAT,
    Z_INFILTRATION_HEAT,
    Z_INTERZONE_HEAT,
    Z_LIGHTS,
    Z_OPAQUE_HEAT,
    Z_PEOPLE,
    Z_PEOPLE_HEAT,
    Z_REHEAT,
    Z_SLAB_HEAT,
    Z_SOLAR,
    Z_WINDOW_HEAT,
)
from sim_buildings.compiled import compiled
from sim_buildings.parameter_columns import (
    PE_MIXING,
    PZ_AIR,
    PZ_AIR_HEAT,
    PZ_ENVELOPE,
    PZ_MASS,
    PZ_MOISTURE_BUFFER,
    PZ_PERSON_VAPOUR,
    PZ_VOLUME,
)
from sim_buildings.parameters import Params
from sim_buildings.simulation import Simulation, run_block
from sim_buildings.world_tables import WorldTables

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# ASHRAE 62.1-2016, appendix D, and the NOAA's global mean, as the engine states them.
PERSON_CO2_PPM_M3_S = 0.31e-3 / 60.0 * 1e6
OUTDOOR_PPM = 420.0
VAPOUR_J_KG = 2.465e6
AIR_J_KG_K = 1006.0

# Columns of every account.
LEFT, FLOWS, SIGNED = range(3)
# A zone's accounts, an air handler's, the building's.
HEAT, CO2, MOISTURE = range(3)
AIR_HEAT, BOXES, AIR_MOISTURE, AIR_CO2 = range(4)
DRAWN_FLOW, DRAWN_HEAT, DRAWN_CO2, DRAWN_HUMIDITY, DRAWN_WARMED = range(5)
METER, BUILDING_HEAT, BUILDING_CO2, BUILDING_MOISTURE, INTERZONE = range(5)


class Books(NamedTuple):
    """Accounts of shape (number, accounts, 3); J, ppm m3 and kg."""

    zones: Floats
    handlers: Floats
    building: Floats
    drawn: Floats
    """(H, 5): what each handler's boxes draw, by DRAWN_..., of the last substep."""

    @property
    def worst(self) -> dict[str, float]:
        """The largest share left over of each kind of account."""
        names = {
            "zone heat": self.zones[:, HEAT],
            "zone CO2": self.zones[:, CO2],
            "zone moisture": self.zones[:, MOISTURE],
            "handler heat": self.handlers[:, AIR_HEAT],
            "handler boxes": self.handlers[:, BOXES],
            "handler moisture": self.handlers[:, AIR_MOISTURE],
            "handler CO2": self.handlers[:, AIR_CO2],
            "meter": self.building[METER : METER + 1],
            "building heat": self.building[BUILDING_HEAT : BUILDING_HEAT + 1],
            "interzone": self.building[INTERZONE : INTERZONE + 1],
        }
        return {
            name: float((book[:, LEFT] / np.maximum(book[:, FLOWS], 1e-9)).max())
            for name, book in names.items()
        }

    def drift(self, account: int) -> float:
        """What a building's account is off in the end, signed, over all flows."""
        return float(self.building[account, SIGNED] / self.building[account, FLOWS])


def open_books(simulation: Simulation) -> Books:
    """Empty books."""
    building = simulation.building
    return Books(
        np.zeros((len(building.zones), 3, 3)),
        np.zeros((len(building.air_handlers), 4, 3)),
        np.zeros((5, 3)),
        np.zeros((len(building.air_handlers), 5)),
    )


def keep(simulation: Simulation, books: Books, steps: int) -> None:
    """``steps`` substeps under the overrides that are there, entered into ``books``."""
    since_s = simulation.time_s - simulation.world.start_s
    masses = np.zeros((len(simulation.building.zones), 2))
    block = (
        simulation._tables,
        simulation._index.weather,
        simulation._index.people,
        simulation._row,
    )
    if simulation.engine == "compiled":
        _keep_block(
            simulation.params, *block, since_s, simulation.dt_s, steps, simulation.ideal,
            simulation.buffers, books, masses,
        )  # fmt: skip
    else:
        for k in range(steps):
            masses[:] = simulation.zones[:, [STATE_ENVELOPE, STATE_MASS]]
            run_block(
                simulation.params, *block, since_s + k * simulation.dt_s, simulation.dt_s, 1,
                simulation.ideal, simulation.buffers,
            )  # fmt: skip
            enter_all(simulation.params, simulation.buffers, books, masses, simulation.dt_s)
    simulation.time_s += steps * simulation.dt_s


@compiled
def enter(account: Floats, left: float, flows: float) -> None:
    """One substep into an account."""
    account[LEFT] += abs(left)
    account[FLOWS] += flows
    account[SIGNED] += left


@compiled
def stored_heat(own: Floats, zone: Floats, before: Floats, masses: Floats) -> float:
    """What a zone's three nodes took up during a substep [J]."""
    return (
        own[PZ_AIR] * (zone[STATE_AIR] - before[BEFORE_AIR])
        + own[PZ_ENVELOPE] * (zone[STATE_ENVELOPE] - masses[0])
        + own[PZ_MASS] * (zone[STATE_MASS] - masses[1])
    )


@compiled
def zone_accounts(
    params: Params, buffers: Buffers, books: Books, masses: Floats, z: int, dt_s: float
) -> None:
    """Heat, CO2 and moisture of one zone: what it stores against what flowed in."""
    own, zone, before = params.zones[z], buffers.zones[z], buffers.before[z]
    handler = buffers.handlers[params.handler_of[z]]
    stored = stored_heat(own, zone, before, masses[z])
    flow = 0.0
    flows = 0.0
    for column in (
        Z_PEOPLE_HEAT,
        Z_LIGHTS,
        Z_EQUIPMENT,
        Z_SOLAR,
        Z_AIR_SUPPLY_HEAT,
        Z_WINDOW_HEAT,
        Z_INFILTRATION_HEAT,
        Z_OPAQUE_HEAT,
        Z_SLAB_HEAT,
        Z_INTERZONE_HEAT,
        Z_FLOOR_HEAT,
        Z_IDEAL_HEAT,
    ):
        flow += dt_s * zone[column]
        flows += dt_s * abs(zone[column])
    enter(books.zones[z, HEAT], stored - flow, flows)

    mixed_co2 = 0.0
    mixed_kg = 0.0
    for k in range(params.link_start[z], params.link_start[z + 1]):
        other = buffers.before[params.link_other[k]]
        mixing = params.edges[params.link_edge[k], PE_MIXING]
        mixed_co2 += mixing * (other[BEFORE_CO2] - before[BEFORE_CO2])
        mixed_kg += mixing * (other[BEFORE_HUMIDITY] - before[BEFORE_HUMIDITY])
    supply, cracks = zone[Z_AIRFLOW], zone[W_INFILTRATION]
    people = zone[Z_PEOPLE]
    supplied = supply * (handler[H_SUPPLY_CO2] - zone[STATE_CO2])
    leaked = cracks * (OUTDOOR_PPM - zone[STATE_CO2])
    breathed = people * PERSON_CO2_PPM_M3_S
    stored = own[PZ_VOLUME] * (zone[STATE_CO2] - before[BEFORE_CO2])
    enter(
        books.zones[z, CO2],
        stored - dt_s * (supplied + leaked + breathed + mixed_co2),
        dt_s * (abs(supplied) + abs(leaked) + breathed + abs(mixed_co2)),
    )
    density = own[PZ_AIR_HEAT] / AIR_J_KG_K
    supplied = supply * (handler[H_SUPPLY_HUMIDITY] - zone[STATE_HUMIDITY])
    leaked = cracks * (buffers.weather[0, X_HUMIDITY] - zone[STATE_HUMIDITY])
    breathed = density * people * own[PZ_PERSON_VAPOUR]
    capacity = density * own[PZ_VOLUME] * own[PZ_MOISTURE_BUFFER]
    stored = capacity * (zone[STATE_HUMIDITY] - before[BEFORE_HUMIDITY])
    enter(
        books.zones[z, MOISTURE],
        stored - dt_s * (density * (supplied + leaked + mixed_kg) + breathed),
        dt_s * (density * (abs(supplied) + abs(leaked) + abs(mixed_kg)) + breathed),
    )


@compiled
def handler_accounts(params: Params, buffers: Buffers, books: Books, h: int, dt_s: float) -> None:
    """The stream from return to supply, and what its boxes hand on."""
    handler, book = buffers.handlers[h], books.handlers[h]
    drawn = books.drawn[h]
    flow, carried, warmed = drawn[DRAWN_FLOW], drawn[DRAWN_HEAT], drawn[DRAWN_WARMED]
    co2, humidity = drawn[DRAWN_CO2], drawn[DRAWN_HUMIDITY]
    air_j = params.zones[0, PZ_AIR_HEAT]
    supply_c, return_c = handler[H_SUPPLY_AIR], handler[H_RETURN_AIR]
    sensible_w = handler[H_COOLING_COIL] - handler[H_LATENT]
    gain_w = handler[H_VENTILATION] + handler[H_FAN] - sensible_w
    stream_w = air_j * flow * (supply_c - return_c)
    gross_w = abs(handler[H_VENTILATION]) + handler[H_FAN] + sensible_w
    enter(book[AIR_HEAT], dt_s * (stream_w - gain_w), dt_s * gross_w)
    # All boxes together: what came less what went, and the return air is their mean.
    boxes_w = air_j * (handler[H_SUPPLY_FLOW] * supply_c - carried)
    enter(book[BOXES], dt_s * (boxes_w - warmed), dt_s * gross_w)

    outdoor = handler[H_OUTDOOR_FLOW]
    density = air_j / AIR_J_KG_K
    mixed = humidity + outdoor * (
        buffers.weather[0, X_HUMIDITY] - humidity / (flow if flow > 0.0 else 1.0)
    )
    dried = handler[H_LATENT] / VAPOUR_J_KG
    left = density * (flow * handler[H_SUPPLY_HUMIDITY] - mixed) + dried
    enter(book[AIR_MOISTURE], dt_s * left, dt_s * density * mixed)
    mixed = co2 + outdoor * (OUTDOOR_PPM - co2 / (flow if flow > 0.0 else 1.0))
    enter(book[AIR_CO2], dt_s * (flow * handler[H_SUPPLY_CO2] - mixed), dt_s * mixed)


@compiled
def building_accounts(
    params: Params, buffers: Buffers, books: Books, masses: Floats, dt_s: float
) -> None:
    """The meter against its parts, and the whole building as one box."""
    out, book = buffers.building, books.building
    parts = out[B_FAN] + out[B_COOLING] + out[B_HEATING] + out[B_PUMPS]
    parts += out[B_LIGHTS] + out[B_EQUIPMENT]
    enter(book[METER], dt_s * (out[B_TOTAL] - parts), dt_s * parts)

    stored = 0.0
    outside = 0.0
    gross = 0.0
    between = 0.0
    between_gross = 0.0
    ppm = 0.0
    ppm_gross = 0.0
    kg = 0.0
    kg_gross = 0.0
    for z in range(buffers.zones.shape[0]):
        own, zone, before = params.zones[z], buffers.zones[z], buffers.before[z]
        stored += stored_heat(own, zone, before, masses[z])
        for column in (
            Z_PEOPLE_HEAT,
            Z_LIGHTS,
            Z_EQUIPMENT,
            Z_SOLAR,
            Z_WINDOW_HEAT,
            Z_INFILTRATION_HEAT,
            Z_OPAQUE_HEAT,
            Z_SLAB_HEAT,
            Z_IDEAL_HEAT,
        ):
            outside += zone[column]
            gross += abs(zone[column])
        between += zone[Z_INTERZONE_HEAT]
        between_gross += abs(zone[Z_INTERZONE_HEAT])
        people, cracks = zone[Z_PEOPLE], zone[W_INFILTRATION]
        ppm += people * PERSON_CO2_PPM_M3_S + cracks * (OUTDOOR_PPM - zone[STATE_CO2])
        ppm -= own[PZ_VOLUME] * (zone[STATE_CO2] - before[BEFORE_CO2]) / dt_s
        ppm_gross += people * PERSON_CO2_PPM_M3_S
        density = own[PZ_AIR_HEAT] / AIR_J_KG_K
        breathed = density * people * own[PZ_PERSON_VAPOUR]
        leaked = density * cracks * (buffers.weather[0, X_HUMIDITY] - zone[STATE_HUMIDITY])
        capacity = density * own[PZ_VOLUME] * own[PZ_MOISTURE_BUFFER]
        kg += breathed + leaked
        kg -= capacity * (zone[STATE_HUMIDITY] - before[BEFORE_HUMIDITY]) / dt_s
        kg_gross += breathed + abs(leaked)
    services = out[B_REHEAT]
    for h in range(buffers.handlers.shape[0]):
        handler = buffers.handlers[h]
        services += handler[H_FAN] + handler[H_VENTILATION]
        services -= handler[H_COOLING_COIL] - handler[H_LATENT]
        gross += handler[H_FAN] + abs(handler[H_VENTILATION]) + handler[H_COOLING_COIL]
        drawn = books.drawn[h]
        flow, co2, humidity = drawn[DRAWN_FLOW], drawn[DRAWN_CO2], drawn[DRAWN_HUMIDITY]
        density = params.zones[0, PZ_AIR_HEAT] / AIR_J_KG_K
        one_flow = flow if flow > 0.0 else 1.0
        outdoor = handler[H_OUTDOOR_FLOW]
        ppm += outdoor * (OUTDOOR_PPM - co2 / one_flow)
        fresh = density * outdoor * (buffers.weather[0, X_HUMIDITY] - humidity / one_flow)
        kg += fresh - handler[H_LATENT] / VAPOUR_J_KG
        kg_gross += abs(fresh) + handler[H_LATENT] / VAPOUR_J_KG
    enter(
        book[BUILDING_HEAT],
        dt_s * (outside + services) - stored,
        dt_s * (gross + out[B_REHEAT]),
    )
    enter(book[BUILDING_CO2], dt_s * ppm, dt_s * ppm_gross)
    enter(book[BUILDING_MOISTURE], dt_s * kg, dt_s * kg_gross)
    enter(book[INTERZONE], dt_s * between, dt_s * between_gross)


@compiled
def enter_all(params: Params, buffers: Buffers, books: Books, masses: Floats, dt_s: float) -> None:
    """One substep into every account; ``masses`` (Z, 2): the masses at its start."""
    for h in range(buffers.handlers.shape[0]):
        for k in range(books.drawn.shape[1]):
            books.drawn[h, k] = 0.0
    for z in range(buffers.zones.shape[0]):
        zone_accounts(params, buffers, books, masses, z, dt_s)
        zone, before = buffers.zones[z], buffers.before[z]
        drawn = books.drawn[params.handler_of[z]]
        drawn[DRAWN_FLOW] += zone[Z_AIRFLOW]
        drawn[DRAWN_HEAT] += zone[Z_AIRFLOW] * before[BEFORE_AIR]
        drawn[DRAWN_CO2] += zone[Z_AIRFLOW] * before[BEFORE_CO2]
        drawn[DRAWN_HUMIDITY] += zone[Z_AIRFLOW] * before[BEFORE_HUMIDITY]
        drawn[DRAWN_WARMED] += zone[Z_AIR_SUPPLY_HEAT] - zone[Z_REHEAT]
    for h in range(buffers.handlers.shape[0]):
        handler_accounts(params, buffers, books, h, dt_s)
    building_accounts(params, buffers, books, masses, dt_s)


@compiled
def _keep_block(
    params: Params,
    tables: WorldTables,
    weather_of: Ints,
    people_of: Ints,
    row: Ints,
    since_s: float,
    dt_s: float,
    steps: int,
    ideal: bool,
    buffers: Buffers,
    books: Books,
    masses: Floats,
) -> None:
    for k in range(steps):
        for z in range(buffers.zones.shape[0]):
            masses[z, 0] = buffers.zones[z, STATE_ENVELOPE]
            masses[z, 1] = buffers.zones[z, STATE_MASS]
        run_block(
            params, tables, weather_of, people_of, row, since_s + k * dt_s, dt_s, 1, ideal, buffers
        )
        enter_all(params, buffers, books, masses, dt_s)
