"""Plants that the tests share: an engine's process costs half a second."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sim_buildings.energyplus.exchange import Variable
from sim_buildings.energyplus.mapping import kept_mappings, load_mapping
from sim_buildings.energyplus.objects import load_model
from sim_buildings.energyplus.package import weather_path
from sim_buildings.energyplus.plant import EnergyPlusPlant
from sim_buildings.energyplus.worker import Worker


@pytest.fixture(scope="session")
def engine() -> None:
    pytest.importorskip("pyenergyplus", reason="the EnergyPlus engine is not installed")


@pytest.fixture(scope="session")
def worker(engine: None) -> Iterator[Worker]:
    made = Worker()
    yield made
    made.close()


def plant_of(building: str, *extra: Variable) -> EnergyPlusPlant:
    worker = Worker()
    mapping = load_mapping(kept_mappings()[building])
    model = load_model(building, worker)
    weather = weather_path("usa_il_chicago")
    return EnergyPlusPlant(model, mapping, weather, extra=extra, worker=worker)


@pytest.fixture(scope="session")
def small_office(engine: None) -> Iterator[EnergyPlusPlant]:
    plant = plant_of(
        "small_office",
        Variable("Zone Lights Electricity Rate", "Perimeter_ZN_1"),
        Variable("Enclosure Windows Total Transmitted Solar Radiation Rate", "Perimeter_ZN_2"),
        Variable("Fan Electricity Rate", "PSZ-AC:2_Fan"),
        Variable("Fan Electricity Rate", "PSZ-AC:3_Fan"),
        Variable("System Node Mass Flow Rate", "PSZ-AC:2_OAInlet Node"),
    )
    yield plant
    plant.close()


@pytest.fixture(scope="session")
def medium_office(engine: None) -> Iterator[EnergyPlusPlant]:
    plant = plant_of(
        "medium_office",
        *(Variable("System Node Temperature", f"VAV_{k} Supply Equipment Outlet Node")
          for k in (1, 2)),
        *(Variable("System Node Mass Flow Rate", f"VAV_{k}_OAInlet Node") for k in (1, 2)),
        *(Variable("Fan Electricity Rate", f"VAV_{k}_Fan") for k in (2, 3)),
    )  # fmt: skip
    yield plant
    plant.close()
