"""Light: daylight on the workplane and at the eye, electric light and glare."""

from __future__ import annotations

# Littlefair 1985, The luminous efficacy of daylight: a review, Lighting Res. Technol. 17(4):
# global daylight lies around 105-120 lm/W.
DAYLIGHT_EFFICACY_LM_W = 110.0
# Share of the flux through the windows that reaches the workplane, in the manner of the IES
# sidelighting lumen method: E = E_v tau CU with windows and floor as the areas. 0.4 stands for a
# 5 m deep zone with light surfaces; it is an average over the zone, not a point in it.
UTILISATION = 0.4
# Assumed: somebody who sits two window heights away and looks at the window sees it under a
# quarter of the hemisphere, weighted by the cosine.
WINDOW_IN_VIEW = 0.25
# Wienold 2009, Dynamic daylight glare evaluation, Building Simulation 2009: the simplified DGP,
# DGPs = 6.22e-5 E_v + 0.184 with the vertical illuminance at the eye [lx]; 0.40 disturbs.
DGPS_SLOPE = 6.22e-5
DGPS_BASE = 0.184
DGPS_DISTURBING = 0.40


def daylight_lux_per_w_m2(window_m2: float, visible: float, floor_m2: float) -> float:
    """Mean workplane illuminance for each W/m2 on the facade [lx per W/m2], blinds open.

    E_wp = K E_e tau A_w CU / A_f with K the luminous efficacy.
    """
    return DAYLIGHT_EFFICACY_LM_W * visible * window_m2 * UTILISATION / floor_m2


def eye_lux(transmitted_w_m2: float) -> float:
    """Vertical illuminance at an eye that looks at the window [lx]."""
    return DAYLIGHT_EFFICACY_LM_W * WINDOW_IN_VIEW * transmitted_w_m2


def glare_probability(at_eye_lux: float) -> float:
    """Simplified daylight glare probability DGPs [-]; it holds where no sun is in sight."""
    return DGPS_SLOPE * at_eye_lux + DGPS_BASE


def glares(at_eye_lux: float) -> bool:
    """Whether the light at the eye [lx] disturbs people: DGPs above 0.40."""
    return glare_probability(at_eye_lux) > DGPS_DISTURBING


def electric_light(level: float, full_w: float, full_lux: float) -> tuple[float, float]:
    """Dimmed light: (electric power [W], illuminance [lx]) at ``level`` 0 .. 1.

    LED drivers dim close to linearly; standby power is neglected.
    """
    return level * full_w, level * full_lux
