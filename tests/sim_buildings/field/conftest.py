"""A small building without physics, a clock that tests turn by hand, and independent clients."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from bacpypes3.apdu import (
    ErrorRejectAbortNack,
    SimpleAckPDU,
    WritePropertyMultipleRequest,
    WritePropertyRequest,
)
from bacpypes3.app import Application
from bacpypes3.basetypes import PropertyValue, WriteAccessSpecification
from bacpypes3.constructeddata import Any as AnyValue
from bacpypes3.local.device import DeviceObject
from bacpypes3.local.networkport import NetworkPortObject
from bacpypes3.pdu import Address
from bacpypes3.primitivedata import ObjectIdentifier
from pymodbus.client import AsyncModbusTcpClient

from hvac_rl.service.site_file import Site, load_site
from sim_buildings.field.building import (
    FieldAirHandler,
    FieldBuilding,
    FieldSchedule,
    FieldTariff,
    FieldZone,
)
from sim_buildings.field.network import FieldNetwork
from sim_buildings.field.simulated_building import ForecastHour, Overrides
from sim_buildings.field.site_writer import site_yaml

START_S = 1_784_005_200.0  # 2026-07-14 00:00 at UTC-5
LEASE_S = 180.0


class DrivenClock:
    """Wall or site time that moves only when told."""

    def __init__(self, now_s: float) -> None:
        self.now = now_s

    def __call__(self) -> float:
        return self.now

    def pass_s(self, seconds: float) -> None:
        self.now += seconds


class FakeBuilding:
    """Every sensor shows the step number, every schedule a constant; it records its orders."""

    dt_s = 60.0

    def __init__(self, building: FieldBuilding, network: FieldNetwork) -> None:
        self.field = building
        self.time_s = START_S
        self.orders: list[Overrides] = []
        self._points = network.points

    def step(self, overrides: Overrides) -> None:
        self.orders.append(overrides)
        self.time_s += self.dt_s

    def sensors(self) -> Mapping[str, float]:
        steps = float(len(self.orders))
        return {
            p.name: steps % 2 if p.meaning.unit == "bool" else steps
            for p in self._points
            if p.meaning.write is None
        }

    def scheduled(self) -> Mapping[str, float]:
        wanted = {"heating": 20.0, "cooling": 26.0, "blind": 0.25, "light": 0.5, "enable": 1.0}
        wanted |= {"supply_air": 13.0, "static_pressure": 250.0, "outdoor_air": 0.2}
        return {p.name: wanted[p.role] for p in self._points if p.meaning.write is not None}

    def truth_columns(self) -> Sequence[str]:
        return ["steps"]

    def truth(self) -> Sequence[float]:
        return [float(len(self.orders))]

    def forecast(self) -> Sequence[ForecastHour]:
        hour = self.time_s // 3600.0 * 3600.0
        return [ForecastHour(hour + 3600.0 * h, 20.0 + h, 100.0) for h in range(30)]


class BacnetClient:
    """Speaks raw requests, so that a wrong datatype really goes onto the wire."""

    def __init__(self, app: Application, address: str) -> None:
        self._app = app
        self._address = Address(address)

    async def read(self, target: str, name: str = "present-value", index: int | None = None) -> Any:
        return await self._app.read_property(self._address, ObjectIdentifier(target), name, index)

    async def read_multiple(self, asked: list[Any]) -> list[Any]:
        found: list[Any] = await self._app.read_property_multiple(self._address, asked)
        return found

    async def who_is(self) -> list[Any]:
        found: list[Any] = await self._app.who_is(address=self._address, timeout=0.3)
        return found

    async def write(
        self,
        target: str,
        value: Any,
        priority: int | None = None,
        name: str = "present-value",
        index: int | None = None,
    ) -> str:
        """ "ok", or what the device answered, as the standard spells it."""
        request = WritePropertyRequest(
            objectIdentifier=ObjectIdentifier(target),
            propertyIdentifier=name,
            propertyArrayIndex=index,
            propertyValue=AnyValue(value),
            priority=priority,
            destination=self._address,
        )
        return await self._answer(request)

    async def write_multiple(self, target: str, value: Any, priority: int) -> str:
        wanted = PropertyValue(
            propertyIdentifier="present-value", value=AnyValue(value), priority=priority
        )
        target_id = ObjectIdentifier(target)
        specification = WriteAccessSpecification(
            objectIdentifier=target_id, listOfProperties=[wanted]
        )
        return await self._answer(
            WritePropertyMultipleRequest(
                listOfWriteAccessSpecs=[specification], destination=self._address
            )
        )

    async def slots(self, target: str) -> dict[int, float]:
        """The filled slots of the priority array."""
        entries = await self.read(target, "priority-array")
        return {
            i + 1: float(getattr(entry, entry._choice))
            for i, entry in enumerate(entries)
            if entry._choice != "null"
        }

    async def _answer(self, request: Any) -> str:
        try:
            answer = await self._app.request(request)
        except ErrorRejectAbortNack as refusal:
            answer = refusal
        if isinstance(answer, SimpleAckPDU) or answer is None:
            return "ok"
        code = getattr(answer, "errorCode", None)
        return str(code if code is not None else answer.apduAbortRejectReason)


@pytest.fixture
def clock() -> DrivenClock:
    return DrivenClock(START_S)


@pytest.fixture
def building() -> FieldBuilding:
    return FieldBuilding(
        name="two_rooms",
        title="Two rooms",
        utc_offset_h=-5.0,
        zones=(
            FieldZone(
                name="south",
                served_by="ahu-1",
                area_m2=100.0,
                design_people=5.0,
                full_light_lux=550.0,
                azimuth_deg=180.0,
                has_blind=True,
            ),
            FieldZone(
                name="core",
                served_by="ahu-1",
                area_m2=150.0,
                design_people=8.0,
                full_light_lux=550.0,
            ),
        ),
        air_handlers=(
            FieldAirHandler(
                name="ahu-1",
                design_outdoor_air_m3_s=0.2,
                design_supply_air_m3_s=1.55,
                design_static_pressure_pa=250.0,
            ),
        ),
        schedule=FieldSchedule(
            workdays=(0, 1, 2, 3, 4),
            start_h=8.0,
            end_h=18.0,
            holidays=(date(2026, 1, 1),),
        ),
        tariff=FieldTariff(
            workdays=(0, 1, 2, 3, 4),
            holidays=(date(2026, 1, 1),),
            workday=(0.2,) * 24,
            other=(0.1,) * 24,
            carbon_kg_per_kwh=(0.4,) * 24,
        ),
    )


@pytest.fixture
async def network(building: FieldBuilding, clock: DrivenClock) -> AsyncIterator[FieldNetwork]:
    """All devices on free ports, with the fake building's first values in them."""
    network = FieldNetwork(building, LEASE_S, clock)
    await network.start("127.0.0.1")
    simulated = FakeBuilding(building, network)
    network.push(simulated.sensors(), simulated.scheduled())
    yield network
    await network.stop()


@pytest.fixture
def load_unwired(tmp_path: Path) -> Callable[[FieldBuilding], Site]:
    """The site file of a building as the daemon reads it, its devices at made-up addresses."""

    def load(building: FieldBuilding) -> Site:
        network = FieldNetwork(building, LEASE_S, lambda: START_S)
        for port, device in enumerate(network.devices, 40_000):
            device.address = f"127.0.0.1:{port}"
        path = tmp_path / f"{building.name}.yaml"
        path.write_text(site_yaml(network))
        return load_site(path)

    return load


@pytest.fixture
def simulated(building: FieldBuilding) -> FakeBuilding:
    return FakeBuilding(building, FieldNetwork(building, LEASE_S, lambda: START_S))


def _free_udp_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
async def bacnet_app() -> AsyncIterator[Application]:
    app = Application.from_object_list(
        [
            DeviceObject(objectIdentifier=("device", 3999), objectName="client"),
            NetworkPortObject(
                f"127.0.0.1/32:{_free_udp_port()}",
                objectIdentifier=("network-port", 1),
                objectName="port",
            ),
        ]
    )
    yield app
    app.close()


@pytest.fixture
def bacnet_client(bacnet_app: Application) -> Callable[[str], BacnetClient]:
    """Makes a client of the controller at an address."""
    return partial(BacnetClient, bacnet_app)


@pytest.fixture
def south(network: FieldNetwork, bacnet_client: Callable[[str], BacnetClient]) -> BacnetClient:
    """A client of the south room's controller."""
    return bacnet_client(network.controllers[1].address)


@pytest.fixture
def air_handler(
    network: FieldNetwork, bacnet_client: Callable[[str], BacnetClient]
) -> BacnetClient:
    return bacnet_client(network.controllers[0].address)


@pytest.fixture
async def modbus(network: FieldNetwork) -> AsyncIterator[AsyncModbusTcpClient]:
    host, port = network.gateways[0].address.split(":")
    client = AsyncModbusTcpClient(host, port=int(port))
    await client.connect()
    yield client
    client.close()
