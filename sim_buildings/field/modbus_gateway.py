"""The Modbus TCP gateway of the simulated building: blinds, lights, light sensors, the meters.

Modbus knows neither priorities nor release. So each command has three places: the wished value
(holding), whether it is wanted (coil), and what is in force (input). A heartbeat register keeps
the wishes alive: without a move all coils drop and the building's own values are in force again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial

from pymodbus.constants import ExcCodes
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

from hvac_rl.errors import DeviceError
from hvac_rl.units import UNITS
from sim_buildings.field.lease import Lease
from sim_buildings.field.modbus_registers import (
    Cell,
    CoilTable,
    IllegalAddressError,
    IllegalValueError,
    RegisterTable,
)
from sim_buildings.field.point_list import (
    HEARTBEAT_REGISTER,
    TIME_OUT_REGISTER,
    FieldPoint,
    ModbusPlace,
)

UNIT_ID = 1
# The function codes of each table; the same code asks for reading and for writing.
_COILS, _HOLDING, _INPUT = (1, 5, 15), (3, 6, 16, 22, 23), (4,)
_MOST_TIME_OUT = 65_535


@dataclass(slots=True)
class _Command:
    """What commands one output, strongest first: the switch on the wall, the remote, the BMS.
    In the point's own unit."""

    scheduled: float = 0.0
    remote: float = 0.0
    wanted: bool = False
    by_hand: float | None = None

    def override(self) -> float | None:
        if self.by_hand is not None:
            return self.by_hand
        return self.remote if self.wanted else None

    def in_force(self) -> float:
        override = self.override()
        return self.scheduled if override is None else override

    def get_remote(self) -> float:
        return self.remote

    def set_remote(self, value: float) -> None:
        self.remote = value

    def is_wanted(self) -> bool:
        return self.wanted

    def set_wanted(self, wanted: bool) -> None:
        self.wanted = wanted


class ModbusGateway:
    """Sensors and commands by point name, in SI, towards the simulation; Modbus on the wire."""

    def __init__(
        self, name: str, points: Iterable[FieldPoint], lease: Lease, now_s: Callable[[], float]
    ) -> None:
        self.name = name
        self.lease = lease
        self.address = ""
        self._now_s = now_s
        self._units = {}
        self._commands: dict[str, _Command] = {}
        self._sensed: dict[str, float] = {}
        places: dict[str, ModbusPlace] = {}
        spans = {}
        for point in points:
            if not isinstance(point.place, ModbusPlace):
                raise TypeError(f"{point.name} is not on Modbus")
            places[point.name] = point.place
            self._units[point.name] = UNITS[point.meaning.unit]
            if point.meaning.write is None:
                self._sensed[point.name] = 0.0
            else:
                self._commands[point.name] = _Command()
                spans[point.name] = (point.meaning.write.minimum, point.meaning.write.maximum)
        self._tables = {
            "holding": RegisterTable(self._holding(places, spans)),
            "input": RegisterTable(self._input(places)),
        }
        self._coils = CoilTable(
            {
                places[name].coil or 0: (command.is_wanted, command.set_wanted)
                for name, command in self._commands.items()
            }
        )
        self._server: ModbusTcpServer | None = None

    async def start(self, host: str, port: int) -> None:
        """Listen; raises DeviceError when the port cannot be had."""
        # pymodbus logs every refused request as an error; refusing is this device's work.
        logging.getLogger("pymodbus.logging").setLevel(logging.CRITICAL)
        bits = [SimData(0, values=[False] * self._coils.size, datatype=DataType.BITS)]
        no_bits = [SimData(0, values=[False] * 16, datatype=DataType.BITS)]
        device = SimDevice(
            UNIT_ID,
            simdata=(
                bits,
                no_bits,
                _blank(self._tables["holding"].size),
                _blank(self._tables["input"].size),
            ),
            action=self._serve,
        )
        self._server = ModbusTcpServer([device], address=(host, port))
        try:
            await self._server.serve_forever(background=True)
        except RuntimeError as error:
            raise DeviceError(self.name, f"cannot listen on {host}:{port} (TCP)") from error
        self.address = f"{host}:{port}"

    async def stop(self) -> None:
        if self._server is not None:
            server, self._server = self._server, None
            await server.shutdown()  # type: ignore[no-untyped-call]

    def sense(self, values: Mapping[str, float]) -> None:
        """New sensor values (SI), by point name."""
        for name in self._sensed:
            self._sensed[name] = self._units[name].from_si(values[name])

    def schedule(self, values: Mapping[str, float]) -> None:
        """What the BMS itself wants (SI), by point name."""
        for name, command in self._commands.items():
            command.scheduled = self._units[name].from_si(values[name])

    def overrides(self) -> dict[str, float | None]:
        """What is commanded over the BMS (SI), by point name."""
        found = {}
        for name, command in self._commands.items():
            raw = command.override()
            found[name] = None if raw is None else self._units[name].to_si(raw)
        return found

    def check_lease(self) -> bool:
        """Drop all remote values once the heartbeat stands still; True if there were any."""
        if self.lease.holds(self._now_s()):
            return False
        held = [command for command in self._commands.values() if command.wanted]
        for command in held:
            command.wanted = False
        return bool(held)

    def operate(self, point: str, value: float | None) -> None:
        """Somebody uses the switch on the wall (SI), or sets it back to automatic."""
        by_hand = None if value is None else self._units[point].from_si(value)
        self._commands[point].by_hand = by_hand

    def _beat(self, value: float) -> None:
        self.lease.beat(int(value), self._now_s())

    def _holding(
        self, places: Mapping[str, ModbusPlace], spans: Mapping[str, tuple[float, float]]
    ) -> list[Cell]:
        cells = [Cell(HEARTBEAT_REGISTER, "uint16", lambda: self.lease.value, self._beat)]
        for name, command in self._commands.items():
            cells.append(
                Cell(
                    places[name].register,
                    places[name].datatype,
                    get=command.get_remote,
                    put=command.set_remote,
                    accepts=partial(_inside, *spans[name]),
                )
            )
        return cells

    def _input(self, places: Mapping[str, ModbusPlace]) -> list[Cell]:
        time_out_s = min(round(self.lease.length_s), _MOST_TIME_OUT)
        cells = [Cell(TIME_OUT_REGISTER, "uint16", lambda: time_out_s)]
        for name, command in self._commands.items():
            cells.append(Cell(places[name].register, places[name].datatype, command.in_force))
        for name in self._sensed:
            place = places[name]
            cells.append(
                Cell(place.register, place.datatype, partial(self._sensed.__getitem__, name))
            )
        return cells

    async def _serve(
        self,
        function: int,
        start: int,
        address: int,
        count: int,
        memory: list[int],
        values: list[int] | list[bool] | None,
    ) -> ExcCodes | None:
        """pymodbus asks this before it touches its ``memory`` (which begins at ``start``)."""
        try:
            if function in _COILS:
                self._serve_coils(address, memory, values)
            elif function in _HOLDING or function in _INPUT:
                table = self._tables["holding" if function in _HOLDING else "input"]
                if values is None:
                    words = table.read(address, count)
                    memory[address - start : address - start + count] = words
                else:
                    table.write(address, [int(value) for value in values])
            else:
                return ExcCodes.ILLEGAL_ADDRESS
        except IllegalAddressError:
            return ExcCodes.ILLEGAL_ADDRESS
        except IllegalValueError:
            return ExcCodes.ILLEGAL_VALUE
        return None

    def _serve_coils(
        self, address: int, memory: list[int], values: list[int] | list[bool] | None
    ) -> None:
        if values is not None:
            self._coils.write(address, [bool(value) for value in values])
            return
        # Coils come packed, sixteen a word, and the block asked for is not told: all of them.
        for coil, value in enumerate(self._coils.render()):
            word, bit = divmod(coil, 16)
            memory[word] = memory[word] & ~(1 << bit) | (int(value) << bit)


def _inside(low: float, high: float, value: float) -> bool:
    return low <= value <= high  # NaN is inside no range


def _blank(size: int) -> list[SimData]:
    return [SimData(0, values=[0] * size, datatype=DataType.REGISTERS)]
