"""The engine's own process: takes orders from a pipe and answers each.

The engine keeps state that no other run may meet and can end a process by itself: it lives alone.
When the other end of the pipe closes, by whatever death, the run is stopped, the folder removed
and the process ends.
"""

from __future__ import annotations

import difflib
import importlib
import shutil
import signal
import traceback
from collections.abc import Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from sim_buildings.energyplus.exchange import (
    Answer,
    Convert,
    Converted,
    Ended,
    Failed,
    Order,
    Readings,
    Run,
    Started,
    Stop,
    Write,
)

WEATHER_RUN_PERIOD = 3
"""``kind_of_sim`` of the period itself; sizing runs come first and have other numbers."""
OVERRIDDEN = 1e-6
MOST_LINES = 12


class _Refused(Exception):
    """A name that the engine does not know; its text is for the user."""


def main(descriptor: int, folder: str) -> None:
    """Serve the pipe behind ``descriptor`` until it closes; ``folder`` is ours to remove."""
    # Ctrl-C reaches the whole terminal; our end of the pipe decides what becomes of this one.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    link: Connection[Answer, Order] = Connection(descriptor)
    api = importlib.import_module("pyenergyplus.api").EnergyPlusAPI()
    count = 0
    try:
        while True:
            order = link.recv()
            count += 1
            at = Path(folder) / f"run{count}"
            at.mkdir()
            if isinstance(order, Run):
                link.send(_Simulation(api, link, order, at).run())
            elif isinstance(order, Convert):
                link.send(_convert(api, order, at))
            elif isinstance(order, Stop):
                link.send(Ended())
            else:
                link.send(Failed("nothing runs that could be written to"))
            shutil.rmtree(at, ignore_errors=True)
    except (EOFError, ConnectionError):
        pass
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _convert(api: Any, order: Convert, folder: Path) -> Answer:
    state = api.state_manager.new_state()
    api.runtime.set_console_output_status(state, False)
    code = api.runtime.run_energyplus(state, ["--convert-only", "-d", str(folder), order.model])
    api.state_manager.delete_state(state)
    made = list(folder.glob("*.epJSON"))
    if code != 0 or not made:
        return Failed(f"cannot be converted to epJSON{error_lines(folder)}")
    return Converted(made[0].read_text(encoding="utf-8"))


def error_lines(folder: Path) -> str:
    """The severe and fatal lines of the engine's error file, each with what continues it."""
    path = folder / "eplusout.err"
    if not path.is_file():
        return ""
    found: list[str] = []
    taking = False
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        if "** Severe" in line or "**  Fatal" in line:
            taking = True
        elif "**   ~~~   **" not in line:
            taking = False
        if taking:
            found.append(line.strip())
    fatal = [line for line in found if "**  Fatal" in line]
    kept = found
    if len(found) > MOST_LINES:
        kept = [*found[:MOST_LINES], f"... and {len(found) - MOST_LINES} lines more", *fatal]
    return "".join(f"\n  {line}" for line in kept)


class _Simulation:
    """One run: what its callbacks need to remember."""

    def __init__(self, api: Any, link: Connection[Answer, Order], order: Run, folder: Path) -> None:
        self._api = api
        self._exchange = api.exchange
        self._link = link
        self._order = order
        self._folder = folder
        self._state = api.state_manager.new_state()
        self._written: tuple[float, ...] = (float("nan"),) * len(order.actuators)
        self._fresh: list[int] = []
        self._failure = ""
        self._closed = False
        self._over = False
        self._begun = False

    def run(self) -> Answer:
        state, runtime, order = self._state, self._api.runtime, self._order
        runtime.set_console_output_status(state, False)
        for name, key in order.variables:
            self._exchange.request_variable(state, name, key)
        runtime.callback_after_new_environment_warmup_complete(state, self._after_warm_up)
        runtime.callback_end_zone_timestep_after_zone_reporting(state, self._after_step)
        arguments = ["-d", str(self._folder), "-w", order.weather, order.model]
        code = runtime.run_energyplus(state, arguments)
        runtime.clear_callbacks()
        self._api.state_manager.delete_state(state)
        if self._closed:
            raise EOFError
        if self._failure:
            return Failed(self._failure)
        if code != 0:
            return Failed(f"the engine stopped with {code}{error_lines(self._folder)}")
        if not self._begun:
            return Failed(f"the run period never began{error_lines(self._folder)}")
        return Ended()

    # An exception does not leave a callback: each is kept, and the run is ended.

    def _after_warm_up(self, state: Any) -> None:
        if self._over or self._exchange.kind_of_sim(state) != WEATHER_RUN_PERIOD:
            return
        try:
            internals = self._look_up()
            self._link.send(Started(internals))
            self._begun = True
            self._trade()
        except Exception as error:
            self._end(error)

    def _after_step(self, state: Any) -> None:
        exchange = self._exchange
        if self._over or not self._begun or exchange.warmup_flag(state):
            return
        try:
            if exchange.api_error_flag(state):
                raise _Refused(f"the engine met an error{error_lines(self._folder)}")
            self._check_written()
            self._trade()
        except Exception as error:
            self._end(error)

    def _end(self, error: Exception) -> None:
        if isinstance(error, EOFError | ConnectionError):
            self._closed = True
        elif isinstance(error, _Refused):
            self._failure = str(error)
        else:
            self._failure = "an exception in a callback:\n" + "".join(
                traceback.format_exception(error)
            )
        self._stop()

    def _stop(self) -> None:
        self._over = True
        self._api.runtime.stop_simulation(self._state)

    def _look_up(self) -> tuple[float, ...]:
        """Handles of everything that is asked for; answers the internal variables' values."""
        exchange, state, order = self._exchange, self._state, self._order
        self._variables = [exchange.get_variable_handle(state, *v) for v in order.variables]
        self._meters = [exchange.get_meter_handle(state, name) for name in order.meters]
        self._actuators = [exchange.get_actuator_handle(state, *a) for a in order.actuators]
        self._refuse_unknown("OutputVariable", order.variables, self._variables)
        self._refuse_unknown("OutputMeter", [(m,) for m in order.meters], self._meters)
        self._refuse_unknown("Actuator", order.actuators, self._actuators)
        self._meters += [exchange.get_meter_handle(state, name) for name in order.optional_meters]
        handles = [exchange.get_internal_variable_handle(state, *i) for i in order.internals]
        return tuple(
            exchange.get_internal_variable_value(state, handle) if handle != -1 else float("nan")
            for handle in handles
        )

    def _refuse_unknown(
        self, kind: str, asked: Sequence[tuple[str, ...]], handles: Sequence[int]
    ) -> None:
        missing = [" / ".join(a) for a, handle in zip(asked, handles, strict=True) if handle == -1]
        if not missing:
            return
        known = set()
        for point in self._exchange.get_api_data(self._state):
            if point.what == kind:
                parts = (point.name, point.type, point.key) if kind == "Actuator" else (
                    point.name, point.key)  # fmt: skip
                known.add(" / ".join(part for part in parts if part))
        lines = []
        for name in missing:
            near = difflib.get_close_matches(name.upper(), [k.upper() for k in known], 3, 0.6)
            lines.append(f"\n  {name}" + (f" (near: {'; '.join(near)})" if near else ""))
        words = {"OutputVariable": "output variable", "OutputMeter": "meter"}
        raise _Refused(f"the model has no such {words.get(kind, 'actuator')}:{''.join(lines)}")

    def _trade(self) -> None:
        """Send the readings, take the next order, write."""
        exchange, state = self._exchange, self._state
        values = [exchange.get_variable_value(state, handle) for handle in self._variables]
        values += [
            exchange.get_meter_value(state, handle) if handle != -1 else 0.0
            for handle in self._meters
        ]
        self._link.send(Readings(tuple(values)))
        order = self._link.recv()
        if isinstance(order, Stop):
            self._stop()
            return
        if not isinstance(order, Write) or len(order.values) != len(self._actuators):
            raise TypeError(f"a run takes {len(self._actuators)} values or a stop, not {order!r}")
        # An actuator keeps its value: only what changed is written.
        self._fresh = [
            k
            for k, (value, last) in enumerate(zip(order.values, self._written, strict=True))
            if value != last and (value == value or last == last)
        ]
        for k in self._fresh:
            if order.values[k] == order.values[k]:
                exchange.set_actuator_value(state, self._actuators[k], order.values[k])
            else:
                exchange.reset_actuator(state, self._actuators[k])
        self._written = order.values

    def _check_written(self) -> None:
        """What was just written must stand after the step: nothing else may write there."""
        for k in self._fresh:
            value = self._written[k]
            if value == value:
                stands = self._exchange.get_actuator_value(self._state, self._actuators[k])
                if abs(stands - value) > OVERRIDDEN:
                    name = " / ".join(self._order.actuators[k])
                    raise _Refused(
                        f"{name} was written as {value:g} but stood at {stands:g} after the step: "
                        "something else in the model commands it"
                    )
