"""Published BESTEST results of ANSI/ASHRAE Standard 140-2020, to compare with.

Read in the user's guide and the case models of LBNL's Modelica Buildings Library
(github.com/lbl-srg/modelica-buildings, ThermalZones.Detailed.Validation.BESTEST), which take
them from RESULTS5-2A.xlsx of the standard's supplemental files (six programs: BSIMAC, CSE, DeST,
EnergyPlus, ESP-r, TRNSYS) and, for the acceptance limits, from Addendum b, tables A3-1 to A3-4.

All hold for Denver International Airport (WMO 725650, TMY3) and for no other weather. The span of
the six programs is informative in the standard; the acceptance limits alone are normative.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

STANDARD_WMO = "725650"


@dataclass(frozen=True)
class Span:
    """One output: what six programs gave, and the limits that the standard sets, if any."""

    low: float
    high: float
    energyplus: float | None
    """What EnergyPlus gave among the six; None where not read."""
    accept_low: float | None = None
    accept_high: float | None = None


@dataclass(frozen=True)
class Published:
    """Outputs of one case; None where the case has none or the figure was not read."""

    heating_mwh: Span | None = None
    cooling_mwh: Span | None = None
    peak_heating_kw: Span | None = None
    peak_cooling_kw: Span | None = None
    max_air_c: Span | None = None
    min_air_c: Span | None = None
    mean_air_c: Span | None = None


PUBLISHED = MappingProxyType(
    {
        "600": Published(
            heating_mwh=Span(3.993, 4.504, 4.324, 3.75, 4.98),
            cooling_mwh=Span(5.432, 6.162, 6.027, 5.00, 6.83),
            peak_heating_kw=Span(3.020, 3.359, 3.204),
            peak_cooling_kw=Span(5.422, 6.481, 6.352),
        ),
        "620": Published(
            heating_mwh=Span(4.094, 4.719, 4.485, 3.67, 5.38),
            cooling_mwh=Span(3.841, 4.404, 4.060, 2.76, 5.19),
            peak_heating_kw=Span(3.038, 3.385, 3.229),
            peak_cooling_kw=Span(3.955, 4.797, 4.797),
        ),
        "640": Published(
            heating_mwh=Span(2.403, 2.682, 2.662, 1.58, 3.76),
            cooling_mwh=Span(5.237, 5.893, 5.763, 4.44, 6.86),
            peak_heating_kw=Span(4.039, 4.658, 4.559),
            peak_cooling_kw=Span(5.365, 6.429, 6.297),
        ),
        "650": Published(
            cooling_mwh=Span(4.186, 4.945, 4.817, 3.46, 5.88),
            peak_cooling_kw=Span(5.045, 6.290, 6.138),
        ),
        "900": Published(
            heating_mwh=Span(1.379, 1.814, 1.664, 1.04, 2.28),
            cooling_mwh=Span(2.267, 2.714, 2.489, 2.35, 2.60),
            peak_heating_kw=Span(2.443, 2.778, 2.687),
            peak_cooling_kw=Span(2.556, 3.376, 3.040),
        ),
        "920": Published(
            heating_mwh=Span(2.956, 3.607, 3.337, 2.55, 4.20),
            cooling_mwh=Span(2.549, 3.128, 2.731, 2.43, 3.08),
            peak_heating_kw=Span(2.512, 2.895, 2.770),
            peak_cooling_kw=Span(2.710, 3.481, 3.260),
        ),
        "940": Published(
            heating_mwh=Span(0.863, 1.389, 1.067, 0.22, 1.91),
            cooling_mwh=Span(2.203, 2.613, 2.424, 2.24, 3.14),
            peak_heating_kw=Span(3.052, 3.882, 3.143),
            peak_cooling_kw=Span(2.556, 3.376, 3.040),
        ),
        "950": Published(
            cooling_mwh=Span(0.586, 0.707, 0.707, 0.43, 1.52),
            peak_cooling_kw=Span(2.054, 2.388, 2.388),
        ),
        "600FF": Published(
            max_air_c=Span(62.4, 68.4, 63.8),
            min_air_c=Span(-13.8, -9.9, -12.6),
            mean_air_c=Span(24.3, 26.1, None),
        ),
        "650FF": Published(
            max_air_c=Span(61.1, 66.8, 62.5),
            min_air_c=Span(-17.8, -16.7, -17.1),
            mean_air_c=Span(17.6, 18.9, None),
        ),
        "900FF": Published(
            max_air_c=Span(43.3, 46.0, 44.3),
            min_air_c=Span(0.6, 2.2, 1.2),
            mean_air_c=Span(24.5, 25.7, None),
        ),
        "950FF": Published(
            max_air_c=Span(36.1, 37.1, 36.7),
            min_air_c=Span(-13.4, -12.5, -12.8),
        ),
    }
)


def is_standard_weather(epw: Path) -> bool:
    """Whether the file's LOCATION line names the station that the published figures hold for."""
    with epw.open(encoding="latin-1") as file:
        fields = file.readline().split(",")
    return len(fields) > 5 and fields[0] == "LOCATION" and fields[5].strip() == STANDARD_WMO
