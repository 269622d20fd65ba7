"""In single precision every number is a single: literals, constants, results, and in between."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from numba.core import compiler, typed_passes, types
from numba.core.registry import cpu_target

from sim_buildings import air, air_handler, glass, lighting, plant, thermal, vav_box
from sim_buildings.bms import night_cycle, overridden
from sim_buildings.buffers import make_buffers
from sim_buildings.building import Building
from sim_buildings.compiled import Form, compiled
from sim_buildings.parameters import as_type, parameters
from sim_buildings.simulation import run_block
from sim_buildings.single_precision import single, single_precision
from sim_buildings.step import command_block, step_block
from sim_buildings.world import World
from sim_buildings.world_tables import tables_of
from sim_buildings.zone_step import floor_wish_w

ONE_SINGLE = Form(1, single=True, faulty=False)
BATCH = Form(64, single=True, faulty=False)
RATIO = 0.1
WHOLE = 3
PAIR = (0.1, 0.2)


def with_literals(value: float, factor: float = 2.0) -> float:
    """A docstring with 1.5 in it."""
    limit: float = 7.25
    return min(value * 0.1 + factor * 2.0, limit) + RATIO + PAIR[1]


def with_an_integer(value: float) -> float:
    return value * 2


def test_literals_become_singles_and_integers_stay() -> None:
    code, singles = single_precision(with_literals)
    assert sorted(float(one) for one in singles.values()) == [float(np.float32(0.1)), 2.0, 7.25]
    assert all(type(one) is np.float32 for one in singles.values())
    assert not any(isinstance(one, float) for one in code.co_consts)
    # Errors still point at the source.
    assert code.co_firstlineno == with_literals.__code__.co_firstlineno
    code, singles = single_precision(with_an_integer)
    assert 2 in code.co_consts
    assert not singles


def test_constants_of_modules() -> None:
    assert type(single(RATIO, "sim_buildings.x")) is np.float32
    assert [type(one) for one in single(PAIR, "sim_buildings.x")] == [np.float32] * 2
    assert type(single(WHOLE, "sim_buildings.columns")) is int
    assert type(single(WHOLE, "hvac_rl.control.x")) is np.int32
    assert single(True, "hvac_rl.control.x") is True
    assert single((1, 2.0), "envs.x") == (1, 2.0)
    assert single(np.nan, "envs.x").dtype == np.float32


def test_a_result_is_rounded_as_singles_are() -> None:
    one = np.float32
    twin = compiled(with_literals, ONE_SINGLE)
    found = twin(one(3.0), one(2.0))
    expected = one(one(one(3.0) * one(0.1) + one(2.0) * one(2.0)) + one(0.1)) + one(0.2)
    assert twin.nopython_signatures[0].return_type == types.float32  # type: ignore[attr-defined]
    assert found == expected


SCALARS: list[tuple[Any, int]] = [
    (air.infiltration_m3_s, 6),
    (air.carried_after, 8),
    (air.saturation_pa, 1),
    (air.saturation_humidity, 1),
    (air_handler.fan_power_w, 5),
    (glass.slats, 1),
    (glass.beam_between_slats, 2),
    (glass.through_blind, 3),
    (lighting.electric_light, 3),
    (lighting.eye_lux, 1),
    (lighting.glare_probability, 1),
    (plant.cubic, 7),
    (plant.input_w, 4),
    (thermal.convection, 2),
    (thermal.coupled_nodes, 12),
    (thermal.air_equation, 12),
    (vav_box.open_damper, 2),
    (vav_box.box_action, 13),
    (night_cycle, 6),
    (overridden, 4),
    (floor_wish_w, 3),
]


def named(one: Any) -> str:
    """A test's name: the function's, not where it lies in memory."""
    return getattr(one, "__name__", str(one))


@pytest.mark.parametrize(("function", "arguments"), SCALARS, ids=named)
def test_singles_in_singles_out(function: Any, arguments: int) -> None:
    twin: Any = compiled(function, ONE_SINGLE)
    twin(*(np.float32(0.5 + 0.1 * k) for k in range(arguments)))
    returned = twin.nopython_signatures[0].return_type
    parts = getattr(returned, "types", (getattr(returned, "dtype", returned),))
    assert set(parts) == {types.float32}, returned


def test_no_double_sneaks_into_a_substep(building: Building, world: World) -> None:
    """The type of every variable of every function that a substep of a batch calls."""
    real = np.float32
    tables, index, _ = tables_of([world], real)
    lanes = np.zeros(BATCH.lanes, dtype=np.int64)
    buffers = make_buffers(5, 1, len(building.azimuths_deg), lanes=BATCH.lanes, real=real)
    run: Any = compiled(run_block, BATCH)
    params = as_type(parameters(building), real)
    run(params, tables, lanes, lanes, lanes.copy(), 0.0, real(300.0), 1, False, buffers)
    assert (index.weather == 0).all()
    twins: list[Any] = [compiled(step_block, BATCH), compiled(command_block, BATCH)]
    twins[0](params, buffers, buffers.weather[0], real(300.0), False)
    twins[1](params, buffers, buffers.weather[0])
    seen: dict[str, int] = {}
    for twin in twins:
        for name, variables in typed(twin, seen):
            doubles = [v for v, kind in variables.items() if "float64" in str(kind)]
            assert not doubles, f"{name}: {doubles}"
    assert len(seen) > 40
    assert sum(seen.values()) > 1000


def typed(twin: Any, seen: dict[str, int]) -> Iterator[tuple[str, dict[str, Any]]]:
    """(name, type of each variable) of a compiled function and of what it calls."""
    if twin.__qualname__ in seen:
        return
    seen[twin.__qualname__] = 0
    context, target = cpu_target.typing_context, cpu_target.target_context
    for signature in twin.nopython_signatures:
        ir = compiler.run_frontend(twin.py_func)
        found = typed_passes.type_inference_stage(context, target, ir, signature.args, None)
        seen[twin.__qualname__] += len(found.typemap)
        yield twin.__qualname__, found.typemap
    for value in twin.py_func.__globals__.values():
        if hasattr(value, "nopython_signatures"):
            yield from typed(value, seen)


def test_the_check_finds_a_double() -> None:
    """A single times an integer is a double."""
    twin = compiled(with_an_integer, ONE_SINGLE)
    twin(np.float32(1.0))
    ((_, variables),) = typed(twin, {})
    assert any("float64" in str(kind) for kind in variables.values())
