"""Worlds as the compiled code reads them: one table of surroundings, one of people, by row.

Worlds that share their weather share its table: a world is a pair of numbers, which surroundings
and which people.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim_buildings.buffers import Buffers, Floats
from sim_buildings.columns import FACADE_SUN, WEATHER, Z_PEOPLE
from sim_buildings.lanes import LANES, at
from sim_buildings.sun_course import ROWS_PER_DAY, ROWS_PER_HOUR
from sim_buildings.world import World, WorldRows

Ints = NDArray[np.int64]


class WorldTables(NamedTuple):
    """Several worlds of one year at one place in time."""

    weather: Floats
    """(S, R, weather columns): the surroundings by row of 300 s."""
    people: NDArray[np.uint16]
    """(P, R, Z)"""


class WorldIndex(NamedTuple):
    """Which tables each world uses, shape (worlds,)."""

    weather: Ints
    people: Ints


def tables_of(
    worlds: Sequence[World],
    real: type = np.float64,
    orders: Sequence[Ints] | None = None,
    hours: Sequence[tuple[float, float]] | None = None,
) -> tuple[WorldTables, WorldIndex, list[int]]:
    """(tables, each world's place in them, the world that each table of surroundings is from).

    ``orders``: for each world the column of sun that takes each place
    (:func:`sim_buildings.variants.sun_columns`). ``hours``: of each world's building; where they
    differ, so do the clocks, and worlds do not share a table. Raises ValueError for worlds of
    different lengths or buildings.
    """
    first = worlds[0]
    if any(
        world.n_rows != first.n_rows or world.rows.people.shape != first.rows.people.shape
        for world in worlds
    ):
        raise ValueError("worlds side by side need the same number of rows and zones")
    sources: list[int] = []
    place: dict[tuple[object, ...], int] = {}
    turned = [tuple(order) for order in orders] if orders else [()] * len(worlds)
    of: list[int] = []
    for k, world in enumerate(worlds):
        # Worlds of one weather share its very arrays; prices may still differ.
        key = (
            id(world.rows.facade_beam_w_m2),
            world.rows.price_per_kwh.tobytes(),
            turned[k],
            hours[k] if hours else None,
        )
        if key not in place:
            place[key] = len(sources)
            sources.append(k)
        of.append(place[key])
    weather = np.stack([_weather(worlds[k].rows, real, turned[k]) for k in sources])
    people = np.stack([world.rows.people.astype(np.uint16) for world in worlds])
    index = WorldIndex(np.array(of, dtype=np.int64), np.arange(len(worlds), dtype=np.int64))
    return WorldTables(weather, people), index, sources


def _weather(rows: WorldRows, real: type, order: Sequence[int]) -> Floats:
    n = rows.outdoor_c.shape[0]
    facades = rows.facade_beam_w_m2.shape[1]
    table = np.empty((n, len(WEATHER) + len(FACADE_SUN) * facades), dtype=real)
    columns = {
        "sky_loss_w_m2": rows.sky_loss_w_m2,
        "roof_m2_k_w": rows.roof_m2_k_w,
        "window_m2_k_w": rows.window_m2_k_w,
        "ground_c": rows.ground_c,
        "price_per_kwh": rows.price_per_kwh,
        "gas_price_per_kwh": rows.gas_price_per_kwh,
        "carbon_kg_per_kwh": rows.carbon_kg_per_kwh,
        "hour": (np.arange(n) % ROWS_PER_DAY) / ROWS_PER_HOUR,
        "workday": rows.workday,
        "outdoor_c": rows.outdoor_c,
        "humidity_kg_kg": rows.humidity_kg_kg,
        "wind_m_s": rows.wind_m_s,
        "ghi_w_m2": rows.ghi_w_m2,
    }
    for k, name in enumerate(WEATHER):
        table[:, k] = columns[name]
    sun = (
        rows.facade_beam_w_m2,
        rows.facade_diffuse_w_m2,
        rows.window_beam_w_m2,
        rows.profile_tan,
        rows.wall_m2_k_w * rows.wall_sun_w_m2,
        rows.wall_m2_k_w * rows.sky_loss_w_m2[:, None],
    )
    for k, columns_by_facade in enumerate(sun):
        in_order = columns_by_facade[:, list(order)] if order else columns_by_facade
        table[:, len(WEATHER) + k :: len(FACADE_SUN)] = in_order
    return table


def fetch(
    tables: WorldTables, weather_of: Ints, people_of: Ints, row: Ints, rows: int, buffers: Buffers
) -> None:
    """The surroundings and the people of ``rows`` rows from each lane's ``row`` on.

    All of shape (lanes,). Lane by lane, so that what lies side by side is read at once: memory is
    the slowest part of a step.
    """
    n_rows = tables.weather.shape[1]
    for lane in range(LANES):
        for k in range(rows):
            here = row[lane] + k
            here = here if here < n_rows else here - n_rows
            source = tables.weather[weather_of[lane], here]
            target = buffers.weather[k]
            for column in range(source.shape[0]):
                target[at(column, lane)] = source[column]
            present = tables.people[people_of[lane], here]
            for z in range(present.shape[0]):
                buffers.people[k, z, lane] = present[z]


def enter(k: int, buffers: Buffers) -> None:
    """The people of row ``k`` of those that were fetched come into their zones."""
    for z in range(buffers.zones.shape[0]):
        settle(buffers.people[k, z], buffers.zones[z])


def settle(people: Floats, zone: Floats) -> None:
    """A zone's people."""
    for lane in range(LANES):
        zone[at(Z_PEOPLE, lane)] = people[lane]
