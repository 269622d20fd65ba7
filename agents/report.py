"""The summary of a run against the BMS's own schedule over the same weather and presence."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from hvac_rl.control.kpis import Kpis

BMS = "BMS schedule"
RULE = "base rule alone"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one controller achieved."""

    name: str
    kpis: Kpis
    zones: int
    area_m2: float

    @property
    def discomfort_kh(self) -> float:
        """Thermal discomfort a zone [K h]."""
        return self.kpis.thermal_discomfort_kh / self.zones

    @property
    def air_quality_ppmh(self) -> float:
        """CO2 above the limit a zone [ppm h]."""
        return self.kpis.air_quality_ppmh / self.zones


@dataclass(frozen=True, slots=True)
class Service:
    """What the daemon's journal counted."""

    cycles: int
    interventions: Mapping[str, int]
    writes: int
    failed_writes: int
    meter_kwh: float
    """Energy over the reported time as the daemon read it from the meter."""


def print_summary(
    agent: Outcome, others: list[Outcome], service: Service, console: Console
) -> None:
    """The table, the verdict in words, and what the service did."""
    table = Table(
        title="The same weather and the same people under each controller", title_justify="left"
    )
    table.add_column("")
    for outcome in [*others, agent]:
        table.add_column(outcome.name, justify="right")
    everyone = [*others, agent]

    def row(name: str, values: list[str]) -> None:
        table.add_row(name, *values)

    row("energy", [f"{o.kpis.energy_kwh:.1f} kWh" for o in everyone])
    row("cost", [f"{o.kpis.cost:.2f} $" for o in everyone])
    row("emissions", [f"{o.kpis.emissions_kg:.1f} kg CO2" for o in everyone])
    row("peak power", [f"{o.kpis.peak_kw:.1f} kW" for o in everyone])
    row("thermal discomfort", [f"{o.discomfort_kh:.2f} K·h a zone" for o in everyone])
    row("CO2 over the limit", [f"{o.air_quality_ppmh:.0f} ppm·h a zone" for o in everyone])
    console.print(table)
    for other in others:
        console.print(verdict(agent, other), highlight=False)
    ruled = ", ".join(f"{name} {count}" for name, count in sorted(service.interventions.items()))
    console.print(
        f"The daemon ran {service.cycles} cycles, wrote {service.writes} values "
        f"({service.failed_writes} failed) and read {service.meter_kwh:.1f} kWh from the meter. "
        f"The guard changed {sum(service.interventions.values())} wishes"
        + (f" ({ruled})." if ruled else "."),
        highlight=False,
    )


def verdict(agent: Outcome, other: Outcome) -> str:
    """Whether the agent saved, in words, comfort beside it."""
    saved = 1.0 - agent.kpis.cost / other.kpis.cost
    warmer = agent.discomfort_kh - other.discomfort_kh
    comfort = (
        "at equal comfort"
        if abs(warmer) < 0.05
        else f"with {abs(warmer):.2f} K·h a zone {'more' if warmer > 0 else 'less'} discomfort"
    )
    if saved > 0.0005:
        energy = 1.0 - agent.kpis.energy_kwh / other.kpis.energy_kwh
        words = f"{abs(energy):.1%} {'less' if energy >= 0.0 else 'more'} energy"
        return f"Against the {other.name}: {saved:.1%} less cost, {words}, {comfort}."
    if saved < -0.0005:
        return f"Against the {other.name}: it did NOT save: {-saved:.1%} more cost, {comfort}."
    return f"Against the {other.name}: it did NOT save: the cost is the same, {comfort}."


def write_summary(path: Path, agent: Outcome, others: list[Outcome], service: Service) -> None:
    """The same as JSON."""
    document = {
        "outcomes": [
            {
                "name": outcome.name,
                **outcome.kpis._asdict(),
                "thermal_discomfort_kh_per_zone": outcome.discomfort_kh,
                "air_quality_ppmh_per_zone": outcome.air_quality_ppmh,
                "energy_kwh_per_m2": outcome.kpis.energy_kwh / outcome.area_m2,
                "cost_per_m2": outcome.kpis.cost / outcome.area_m2,
            }
            for outcome in [*others, agent]
        ],
        "service": asdict(service),
    }
    path.write_text(json.dumps(document, indent=2) + "\n")
