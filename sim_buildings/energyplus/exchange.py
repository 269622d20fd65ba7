"""What the engine's process and ours say to each other: orders and answers, plain data."""

from __future__ import annotations

from typing import NamedTuple


class Variable(NamedTuple):
    """An output variable, e.g. ("Zone Mean Air Temperature", "Core_ZN")."""

    name: str
    key: str


class Actuator(NamedTuple):
    """What can be written, e.g. ("Zone Temperature Control", "Heating Setpoint", "Core_ZN")."""

    component: str
    control: str
    key: str


class Internal(NamedTuple):
    """A number fixed before the run, e.g. ("Zone Floor Area", "Core_ZN")."""

    name: str
    key: str


class Run(NamedTuple):
    """Order: simulate; answered by Started, then by Readings for every order that follows."""

    model: str
    weather: str
    variables: tuple[Variable, ...] = ()
    meters: tuple[str, ...] = ()
    optional_meters: tuple[str, ...] = ()
    """Read 0 where the model has none, as gas in an all-electric building."""
    actuators: tuple[Actuator, ...] = ()
    internals: tuple[Internal, ...] = ()


class Convert(NamedTuple):
    """Order: an IDF into epJSON; answered by Converted."""

    model: str


class Write(NamedTuple):
    """Order: write all actuators (NaN gives one back to the model) and go on for one time step."""

    values: tuple[float, ...]


class Stop(NamedTuple):
    """Order: end this run; answered by Ended."""


class Started(NamedTuple):
    """``internals``: NaN where the model has none. The first readings follow by themselves."""

    internals: tuple[float, ...]


class Readings(NamedTuple):
    """Variables, then meters, then optional meters [J in the time step]."""

    values: tuple[float, ...]


class Ended(NamedTuple):
    """The run is over: stopped, or at the end of its period."""


class Converted(NamedTuple):
    text: str
    """The model as JSON."""


class Failed(NamedTuple):
    reason: str


Order = Run | Convert | Write | Stop
Answer = Started | Readings | Ended | Converted | Failed
