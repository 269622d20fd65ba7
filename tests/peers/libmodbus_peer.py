"""libmodbus (Debian: libmodbus5) by ctypes, as a device or as a client, in a process of its own.

    python tests/peers/libmodbus_peer.py device tcp PORT | device rtu SERIAL | client PORT

The device has 64 coils and discrete inputs and 200 holding and input registers; input registers
0 to 3 hold 22.75 and -1.5 as float32, discrete input 3 is on. The client takes JSON lines. Both
say {"ready": true} first and end with their standard input.
"""

from __future__ import annotations

import ctypes
import json
import os
import sys
import threading
from typing import Any

LIBRARY = "libmodbus.so.5"
BITS, REGISTERS = 64, 200


class Mapping(ctypes.Structure):
    """``modbus_mapping_t`` of libmodbus 3.1."""

    _fields_ = (
        ("nb_bits", ctypes.c_int),
        ("start_bits", ctypes.c_int),
        ("nb_input_bits", ctypes.c_int),
        ("start_input_bits", ctypes.c_int),
        ("nb_input_registers", ctypes.c_int),
        ("start_input_registers", ctypes.c_int),
        ("nb_registers", ctypes.c_int),
        ("start_registers", ctypes.c_int),
        ("tab_bits", ctypes.POINTER(ctypes.c_uint8)),
        ("tab_input_bits", ctypes.POINTER(ctypes.c_uint8)),
        ("tab_input_registers", ctypes.POINTER(ctypes.c_uint16)),
        ("tab_registers", ctypes.POINTER(ctypes.c_uint16)),
    )


def library() -> Any:
    found = ctypes.CDLL(LIBRARY, use_errno=True)
    found.modbus_new_tcp.restype = ctypes.c_void_p
    found.modbus_new_rtu.restype = ctypes.c_void_p
    found.modbus_new_rtu.argtypes = (
        ctypes.c_char_p, ctypes.c_int, ctypes.c_char, ctypes.c_int, ctypes.c_int,
    )  # fmt: skip
    found.modbus_mapping_new.restype = ctypes.POINTER(Mapping)
    return found


def say(answer: dict[str, Any]) -> None:
    print(json.dumps(answer), flush=True)


def device(kind: str, where: str) -> None:
    lib = library()
    mapping = lib.modbus_mapping_new(BITS, BITS, REGISTERS, REGISTERS)
    for at, word in enumerate((0x41B6, 0x0000, 0xBFC0, 0x0000)):
        mapping.contents.tab_input_registers[at] = word
    mapping.contents.tab_input_bits[3] = 1
    request = (ctypes.c_uint8 * 260)()
    threading.Thread(target=_end_with_input, daemon=True).start()
    if kind == "rtu":
        context = ctypes.c_void_p(lib.modbus_new_rtu(where.encode(), 115_200, b"N", 8, 1))
        lib.modbus_set_slave(context, 1)
        assert lib.modbus_connect(context) == 0
        say({"ready": True})
        while True:
            length = lib.modbus_receive(context, request)
            if length > 0:
                lib.modbus_reply(context, request, length, mapping)
    context = ctypes.c_void_p(lib.modbus_new_tcp(b"127.0.0.1", int(where)))
    listening = ctypes.c_int(lib.modbus_tcp_listen(context, 1))
    assert listening.value >= 0
    say({"ready": True})
    while True:
        lib.modbus_tcp_accept(context, ctypes.byref(listening))
        while (length := lib.modbus_receive(context, request)) >= 0:
            if length > 0:
                lib.modbus_reply(context, request, length, mapping)
        lib.modbus_close(context)


def _end_with_input() -> None:
    sys.stdin.read()
    os._exit(0)


def client(port: str) -> None:
    lib = library()
    context = ctypes.c_void_p(lib.modbus_new_tcp(b"127.0.0.1", int(port)))
    lib.modbus_set_response_timeout(context, 15, 0)
    lib.modbus_set_slave(context, 1)
    assert lib.modbus_connect(context) == 0
    say({"ready": True})
    for line in sys.stdin:
        command = json.loads(line)
        kind, at = command["do"], command["register"]
        if kind == "write":
            words = (ctypes.c_uint16 * len(command["words"]))(*command["words"])
            done = lib.modbus_write_registers(context, at, len(words), words)
            say({"done": done} if done >= 0 else {"error": _error(lib)})
        elif kind == "writeCoil":
            done = lib.modbus_write_bit(context, at, int(command["on"]))
            say({"done": done} if done >= 0 else {"error": _error(lib)})
        else:
            read = {"input": lib.modbus_read_input_registers, "holding": lib.modbus_read_registers}
            data = (ctypes.c_uint16 * command["count"])()
            done = read[kind](context, at, command["count"], data)
            say({"data": list(data)} if done >= 0 else {"error": _error(lib)})


def _error(lib: Any) -> str:
    lib.modbus_strerror.restype = ctypes.c_char_p
    return str(lib.modbus_strerror(ctypes.get_errno()).decode())


if __name__ == "__main__":
    if sys.argv[1] == "device":
        device(sys.argv[2], sys.argv[3])
    else:
        client(sys.argv[2])
