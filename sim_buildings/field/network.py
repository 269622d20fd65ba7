"""All devices of the building together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from sim_buildings.field.bacnet_device import BacnetDevice
from sim_buildings.field.building import FieldBuilding
from sim_buildings.field.lease import Lease
from sim_buildings.field.modbus_gateway import ModbusGateway
from sim_buildings.field.point_list import FieldPoint, controller_of, gateways, point_list
from sim_buildings.field.ports import bacnet_ports, modbus_ports

FIRST_INSTANCE = 1001
"""BACnet device instance of the first air handler's controller; the others follow."""


class FieldDevice(Protocol):
    """A device as the simulation sees it: point names and SI."""

    name: str
    address: str
    lease: Lease

    def sense(self, values: Mapping[str, float]) -> None: ...
    def schedule(self, values: Mapping[str, float]) -> None: ...
    def overrides(self) -> dict[str, float | None]: ...
    def check_lease(self) -> bool: ...
    def operate(self, point: str, value: float | None) -> None: ...
    async def stop(self) -> None: ...


class FieldNetwork:
    """The controllers and the gateways; each point lives on exactly one of them."""

    def __init__(
        self, building: FieldBuilding, lease_length_s: float, now_s: Callable[[], float]
    ) -> None:
        self.building = building
        self.points: list[FieldPoint] = point_list(building)
        controllers = [
            *(handler.name for handler in building.air_handlers),
            *(controller_of(zone.name) for zone in building.zones),
        ]
        # Every device has a lease of its own: a supervisor may lose one of them alone.
        self.controllers = [
            BacnetDevice(name, FIRST_INSTANCE + i, self._on(name), Lease(lease_length_s), now_s)
            for i, name in enumerate(controllers)
        ]
        self.gateways = [
            ModbusGateway(name, self._on(name), Lease(lease_length_s), now_s)
            for name in gateways(building)
        ]
        by_name = {device.name: device for device in self.devices}
        self._device_of = {point.name: by_name[point.device] for point in self.points}

    @property
    def devices(self) -> list[FieldDevice]:
        return [*self.controllers, *self.gateways]

    async def start(
        self, host: str, bacnet_base: int | None = None, modbus_wanted: int | None = None
    ) -> None:
        """All listen, or none: raises DeviceError naming the device whose port is taken."""
        names = [device.name for device in self.controllers]
        udp = bacnet_ports(host, names, bacnet_base)
        tcp = modbus_ports(host, [gateway.name for gateway in self.gateways], modbus_wanted)
        try:
            for device, port in zip(self.controllers, udp, strict=True):
                await device.start(host, port)
            for gateway, port in zip(self.gateways, tcp, strict=True):
                await gateway.start(host, port)
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        for device in self.devices:
            await device.stop()

    def push(self, sensors: Mapping[str, float], scheduled: Mapping[str, float]) -> None:
        for device in self.devices:
            device.sense(sensors)
            device.schedule(scheduled)

    def overrides(self) -> dict[str, float | None]:
        found: dict[str, float | None] = {}
        for device in self.devices:
            found |= device.overrides()
        return found

    def lapsed(self) -> list[str]:
        """Names of the devices that take the supervisor's values back at this check."""
        return [device.name for device in self.devices if device.check_lease()]

    def operate(self, point: str, value: float | None) -> None:
        """An operator commands a point (SI) past the supervisor, or lets it go."""
        self._device_of[point].operate(point, value)

    def _on(self, device: str) -> list[FieldPoint]:
        return [point for point in self.points if point.device == device]
