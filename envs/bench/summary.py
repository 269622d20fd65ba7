"""The results as JSON: headline figures, ratios between them, and everything measured."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import Any

import hvac_rl
from envs.bench.engine import Batched
from envs.bench.run import Results

Ratios = dict[str, float | None]


def fastest(results: Results) -> Batched:
    """The batch with the most control steps a second."""
    return max(results.batched, key=lambda one: one.building_steps_per_s.best)


def ratios(results: Results) -> Ratios:
    """What is how many times as fast as what; None where one of the two was not measured."""
    top = fastest(results)
    batched = top.building_steps_per_s.best
    vector = max(one.building_steps_per_s.best for one in results.vector_env)
    single = results.single_env.best
    other = results.energyplus.steps_per_s.best if results.energyplus else None
    flops = results.operations.a_zone_step * results.zones
    alone = [one for one in results.batched if one.threads == 1]
    alone_best = max(one.building_steps_per_s.best for one in alone)
    machine = results.machine
    largest = max(results.batched, key=lambda one: (one.buildings, one.building_steps_per_s.best))
    look = results.instructions
    # Each step reads and writes everything that a building holds at least once.
    streamed = largest.building_steps_per_s.best * 2.0 * results.memory.a_building / 1e9
    return {
        "batched_to_energyplus": batched / other if other else None,
        "single_env_to_energyplus": single / other if other else None,
        "batched_to_single_env": batched / single,
        "batched_joint_to_batched": max(
            one.joint_building_steps_per_s.best for one in results.batched
        )
        / batched,
        "vector_env_to_batched": vector / batched,
        "threads_to_one_thread": _threads_to_one(results),
        "zone_steps_largest_to_smallest_building": _largest_to_smallest(results),
        "share_of_peak_one_thread": alone_best * flops / 1e9 / machine.peak_gflops_one_thread,
        "share_of_copy_bandwidth": streamed / machine.copy_gb_per_s,
        "packed_share_of_instructions": look.packed / (look.packed + look.scalar) if look else None,
    }


def _threads_to_one(results: Results) -> float | None:
    """At the largest batch; None where there was but one thread."""
    size = max(one.buildings for one in results.batched)
    by_threads = {
        one.threads: one.building_steps_per_s.best
        for one in results.batched
        if one.buildings == size
    }
    return by_threads[max(by_threads)] / by_threads[1] if len(by_threads) > 1 else None


def _largest_to_smallest(results: Results) -> float:
    by_zones = sorted(results.scaling, key=lambda one: one.zones)
    return by_zones[-1].zone_steps_per_s / by_zones[0].zone_steps_per_s


def summary(results: Results) -> dict[str, Any]:
    """Everything, ready for json.dumps; no NaN."""
    top = fastest(results)
    other, instructions = results.energyplus, results.instructions
    table: dict[str, Any] = {
        "version": hvac_rl.__version__,
        "batched_building_steps_per_s": top.building_steps_per_s.best,
        "batched_joint_building_steps_per_s": max(
            one.joint_building_steps_per_s.best for one in results.batched
        ),
        "single_env_steps_per_s": results.single_env.best,
        "vector_env_building_steps_per_s": max(
            one.building_steps_per_s.best for one in results.vector_env
        ),
        "vector_reset_known_start_s": results.reset.known_start_s,
        "vector_reset_new_start_s": results.reset.new_start_s,
        "energyplus_steps_per_s": other.steps_per_s.best if other else None,
        "energyplus_plant_steps_per_s": other.plant_steps_per_s.best if other else None,
        "zones": top.zones,
        "buildings": top.buildings,
        "threads": top.threads,
        "memory_bytes_a_building": results.memory.a_building,
        "memory_bytes_a_world": results.memory.a_world,
        "memory_bytes_a_weather": results.memory.a_weather,
        "flops_a_zone_substep": results.operations.a_zone_substep,
        "flops_a_zone_step": results.operations.a_zone_step,
        "packed_instructions": instructions.packed if instructions else None,
        "scalar_instructions": instructions.scalar if instructions else None,
        "ratios": ratios(results),
        "batched": [asdict(one) for one in results.batched],
        "single_env": asdict(results.single_env),
        "vector_env": [asdict(one) for one in results.vector_env],
        "energyplus": asdict(other) if other else None,
        "scaling": [asdict(one) for one in results.scaling],
        "machine": asdict(results.machine),
    }
    assert all(math.isfinite(v) for v in table.values() if isinstance(v, float))
    return table
