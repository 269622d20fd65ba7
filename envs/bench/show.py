"""The results for people: one list of figures, as a table in colour or in Markdown."""

from __future__ import annotations

from dataclasses import dataclass

from rich.table import Table

from envs.bench.run import Results
from envs.bench.summary import Ratios, ratios
from envs.bench.timing import Rate

NOT_MEASURED = "–"


@dataclass(frozen=True, slots=True)
class Line:
    """One figure; ``median`` where there are repeats."""

    what: str
    best: str
    median: str = ""
    unit: str = ""


def lines(results: Results) -> list[list[Line]]:
    """The figures, in groups."""
    steps = "building-steps/s"
    batched = [
        line
        for one in results.batched
        for line in (
            _rate(f"batch of {one.buildings:,}, {_threads(one.threads)}",
                  one.building_steps_per_s, steps),
            _rate("  with joined observations", one.joint_building_steps_per_s, steps),
        )
    ]  # fmt: skip
    envs = [
        _rate("BuildingEnv", results.single_env, "steps/s"),
        *(
            _rate(f"BuildingVectorEnv of {one.buildings:,}, {_threads(one.threads)}",
                  one.building_steps_per_s, steps)
            for one in results.vector_env
        ),
        Line(f"reset of one of {results.reset.buildings:,}, known start",
             _number(results.reset.known_start_s * 1e3), unit="ms"),
        Line("  new start", _number(results.reset.new_start_s * 1e3), unit="ms"),
    ]  # fmt: skip
    other = results.energyplus
    energyplus = [
        _rate("EnergyPlusEnv, small office", other.steps_per_s if other else None, "steps/s"),
        _rate("  the plant alone", other.plant_steps_per_s if other else None, "steps/s"),
    ]
    return [
        batched, envs, _scaling(results), energyplus, _holds(results), _ratios(ratios(results))
    ]  # fmt: skip


def table(results: Results) -> Table:
    """For a console."""
    shown = Table(title=_title(results), title_justify="left")
    shown.add_column("figure")
    shown.add_column("best", justify="right")
    shown.add_column("median", justify="right")
    shown.add_column("unit")
    for group in lines(results):
        for line in group:
            shown.add_row(line.what, line.best, line.median, line.unit)
        shown.add_section()
    return shown


def markdown(results: Results) -> str:
    """For a document."""
    rows = [f"{_title(results)}.", "", "| figure | best | median | unit |", "|---|--:|--:|---|"]
    rows += [
        f"| {line.what.strip()} | {line.best} | {line.median} | {line.unit} |"
        for group in lines(results)
        for line in group
    ]
    return "\n".join(rows) + "\n"


def _title(results: Results) -> str:
    machine = results.machine
    return (
        f"{machine.cpu} ({machine.target}), {machine.cores} cores, "
        f"Python {machine.python}, numba {machine.numba}"
    )


def _scaling(results: Results) -> list[Line]:
    found = []
    for one in results.scaling:
        name = f"{one.building}, {one.zones} zones, batch of {one.buildings:,}"
        found.append(_rate(name, one.building_steps_per_s, "building-steps/s"))
        found.append(Line("  zones of it", _number(one.zone_steps_per_s), unit="zone-steps/s"))
        found.append(Line("  memory of it", _number(one.memory_bytes_a_building), unit="B"))
    return found


def _holds(results: Results) -> list[Line]:
    machine, memory, operations = results.machine, results.memory, results.operations
    one = results.instructions
    return [
        Line("memory of a building", _number(memory.a_building), unit="B"),
        Line("memory of a world's people", _number(memory.a_world / 1e6), unit="MB"),
        Line("memory of a weather", _number(memory.a_weather / 1e6), unit="MB"),
        Line("operations of a zone in a substep", _number(operations.a_zone_substep), unit="flop"),
        Line("operations of a zone in a step", _number(operations.a_zone_step), unit="flop"),
        Line("packed instructions", _number(one.packed) if one else NOT_MEASURED),
        Line("scalar instructions", _number(one.scalar) if one else NOT_MEASURED),
        Line("peak, one thread", _number(machine.peak_gflops_one_thread), unit="Gflop/s"),
        Line("peak, all threads", _number(machine.peak_gflops), unit="Gflop/s"),
        Line("copy, one thread", _number(machine.copy_gb_per_s_one_thread), unit="GB/s"),
        Line("copy, all threads", _number(machine.copy_gb_per_s), unit="GB/s"),
    ]


RATIOS = {
    "batched_to_energyplus": "batch to EnergyPlusEnv",
    "single_env_to_energyplus": "BuildingEnv to EnergyPlusEnv",
    "batched_to_single_env": "batch to BuildingEnv",
    "batched_joint_to_batched": "joined observations to live ones",
    "vector_env_to_batched": "BuildingVectorEnv to batch",
    "threads_to_one_thread": "all threads to one",
    "zone_steps_largest_to_smallest_building": "zone-steps, largest building to smallest",
    "share_of_peak_one_thread": "of the arithmetic peak, one thread",
    "share_of_copy_bandwidth": "of the copying speed, largest batch",
    "packed_share_of_instructions": "packed among the instructions",
}


def _ratios(found: Ratios) -> list[Line]:
    return [
        Line(f"ratio: {RATIOS[name]}", NOT_MEASURED if value is None else _number(value))
        for name, value in found.items()
    ]


def _rate(what: str, rate: Rate | None, unit: str) -> Line:
    if rate is None:
        return Line(what, NOT_MEASURED, unit=unit)
    return Line(what, _number(rate.best), _number(rate.median), unit)


def _threads(count: int) -> str:
    return "1 thread" if count == 1 else f"{count} threads"


def _number(value: float) -> str:
    """Three digits at least, and thousands apart."""
    return f"{value:,.0f}" if abs(value) >= 100.0 else f"{value:.3g}"
