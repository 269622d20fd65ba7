"""A small Modbus controller: holding registers and coils wish, input registers show.

On TCP, on TCP with RTU frames, or on a serial line.
"""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Sequence

from pymodbus.constants import ExcCodes
from pymodbus.framer import FramerType
from pymodbus.server import ModbusSerialServer, ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

READS = {1: "coil", 2: "discrete", 3: "holding", 4: "input"}
WRITES = {5: "coil", 6: "holding", 15: "coil", 16: "holding", 22: "holding"}
FUNCTION = {"coil": 1, "discrete": 2, "holding": 3, "input": 4}


def float_words(value: float) -> list[int]:
    return list(struct.unpack(">2H", struct.pack(">f", value)))


def words_float(words: Sequence[int]) -> float:
    return float(struct.unpack(">f", struct.pack(">2H", *words))[0])


class ModbusDevice:
    """Registers as the site's map says; play it through the dictionaries and switches.

    ``follows`` maps the first register of a float32 input to (holding register, coil, the
    building's own value): the input shows the holding value while the coil is set.
    """

    def __init__(
        self, port: int | str, size: int = 400, *, rtu: bool = False, units: Sequence[int] = (1,)
    ) -> None:
        self.port = port
        """A TCP port, or the name of a serial one."""
        self._rtu = rtu
        self._units = tuple(units)
        self.silent = False
        self.refusing = False
        self.keeps_coils = False
        self.clamps_at: float | None = None
        """What the inputs show instead of what was commanded."""
        self.local_switch = False
        """Somebody set the controller to local: it acknowledges coils and drops them."""
        self.knows_masks = True
        self.single_function: int | None = None
        """The only function that writes one register, where the device is so strict."""
        self.garbling = False
        """Answers something that is no Modbus."""
        self.unmapped: set[tuple[str, int]] = set()
        self.follows: dict[int, tuple[int, int, float]] = {}
        self.requests: list[tuple[str, int, int]] = []
        self._size = size
        self._server: ModbusTcpServer | ModbusSerialServer | None = None
        self._stopping = asyncio.Event()
        self._memory: dict[str, list[int]] = {
            "coil": [0] * size,
            "discrete": [0] * size,
            "holding": [0] * size,
            "input": [0] * size,
        }

    async def start(self) -> None:
        self._stopping = asyncio.Event()
        bits = [SimData(0, values=[False] * self._size, datatype=DataType.BITS)]
        words = [SimData(0, values=[0] * self._size, datatype=DataType.REGISTERS)]
        devices = [
            SimDevice(unit, simdata=(bits, bits, words, words), action=self._action)
            for unit in self._units
        ]
        if isinstance(self.port, str):
            self._server = ModbusSerialServer(
                devices, framer=FramerType.RTU, port=self.port, baudrate=115_200,
                trace_packet=self._on_packet,
            )  # fmt: skip
        else:
            framer = FramerType.RTU if self._rtu else FramerType.SOCKET
            self._server = ModbusTcpServer(
                devices, framer=framer, address=("127.0.0.1", self.port),
                trace_packet=self._on_packet,
            )  # fmt: skip
        await self._server.serve_forever(background=True)
        for table in ("coil", "holding", "input"):
            await self._push(table, 0, self._memory[table])

    async def stop(self) -> None:
        self._stopping.set()
        if self._server is not None:
            await self._server.shutdown()
            self._server = None

    def _on_packet(self, sending: bool, packet: bytes) -> bytes:
        if not sending:
            return packet
        framed = self._rtu or isinstance(self.port, str)
        if packet[0 if framed else 6] not in self._units:
            return b""  # pymodbus answers for units that are not there; a wire does not.
        # Head, unit and length are right; there is no function 85.
        return b"\x00\x01\x00\x00\x00\x04\x01\x55\xff\xff" if self.garbling else packet

    def connections(self) -> set[str]:
        return set(self._server.active_connections) if self._server is not None else set()

    def reset_connections(self) -> None:
        """Forget the clients as a rebooted controller does: their next request meets a reset."""
        if self._server is not None:
            for connection in list(self._server.active_connections.values()):
                connection.transport.abort()

    async def put(self, table: str, start: int, values: Sequence[int]) -> None:
        self._memory[table][start : start + len(values)] = values
        await self._push(table, start, values)

    def get(self, table: str, start: int, count: int = 1) -> list[int]:
        return self._memory[table][start : start + count]

    async def _push(self, table: str, start: int, values: Sequence[int]) -> None:
        if self._server is None:
            return
        server, quiet = self._server, self.silent
        self.silent = False
        as_bits = table in ("coil", "discrete")
        typed = [bool(value) for value in values] if as_bits else list(values)
        code = 15 if table == "coil" else 16
        if table in ("input", "discrete"):
            code = FUNCTION[table]
        self._pushing = True
        await server.async_setValues(self._units[0], code, start, typed)
        self._pushing = False
        self.silent = quiet

    _pushing = False

    async def _action(
        self,
        function_code: int,
        start_address: int,
        address: int,
        count: int,
        registers: list[int],
        values: list[int] | list[bool] | None,
    ) -> ExcCodes | None:
        if self._pushing or (function_code in WRITES and values is None):
            # Ours, or the server reading back what it has just written.
            return None
        if self.silent:
            await self._stopping.wait()
        if function_code == 22 and not self.knows_masks:
            return ExcCodes.ILLEGAL_FUNCTION
        table = READS.get(function_code) or WRITES[function_code]
        asked = count if values is None else len(values)
        self.requests.append((table, address, asked))
        if any((table, address + offset) in self.unmapped for offset in range(asked)):
            return ExcCodes.ILLEGAL_ADDRESS
        if values is not None:
            if self.refusing:
                return ExcCodes.ILLEGAL_VALUE
            single = table == "holding" and len(values) == 1
            if single and self.single_function not in (None, function_code):
                return ExcCodes.ILLEGAL_FUNCTION
            if table == "coil" and self.keeps_coils and not values[0]:
                values[:] = [True]
            if table == "coil" and self.local_switch:
                values[:] = [False]
            self._memory[table][address : address + len(values)] = [int(v) for v in values]
        elif table == "input":
            for first, (holding, coil, own) in self.follows.items():
                wanted = self.get("holding", holding, 2)
                if self.clamps_at is not None:
                    wanted = float_words(self.clamps_at)
                shown = wanted if self.get("coil", coil)[0] else float_words(own)
                registers[first - start_address : first - start_address + 2] = shown
        return None
