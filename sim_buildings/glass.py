"""What clear double glass does to diffuse light, and what an exterior venetian blind leaves.

The blind's one position stands for height and slats together, as a common motor drives them: it
comes down with open slats from 0 to 0.5 and then turns them until they are closed at 1. Slats are
as wide as they are apart.
"""

from __future__ import annotations

from math import sqrt
from typing import NamedTuple

from sim_buildings.bounds import within
from sim_buildings.two_panes import hemispherical_modifier

# What isotropic light passes of clear double glass, over the beam that strikes it square.
DIFFUSE_MODIFIER = hemispherical_modifier()

# Slats that turn as far as they overlap, about 80° from the horizontal.
CLOSED_SLAT_SINE = 0.985


class Slats(NamedTuple):
    """A blind at some position."""

    covered: float
    """Share of the window behind the blind [-]."""
    sine: float
    """Of the slats' angle, outer edge down; 0 is horizontal."""
    diffuse: float
    """Share of isotropic radiation that passes between the slats untouched [-]."""


def slats(position: float) -> Slats:
    """The blind at ``position``, 0 retracted .. 0.5 lowered with open slats .. 1 closed.

    Diffuse: the view factor between the two openings of a parallelogram of unit sides by Hottel's
    crossed strings, (d_1 + d_2) / 2 - 1 with diagonals d = sqrt(2 +- 2 sin phi).
    """
    twice = 2.0 * position
    covered = within(twice, 0.0, 1.0)
    sine = CLOSED_SLAT_SINE * within(twice - 1.0, 0.0, 1.0)
    diffuse = 0.5 * (sqrt(2.0 + 2.0 * sine) + sqrt(2.0 - 2.0 * sine)) - 1.0
    return Slats(covered, sine, diffuse)


def beam_between_slats(sine: float, profile_tan: float) -> float:
    """Share of the beam that passes between slats untouched [-].

    A slat at the angle phi hides sin phi + cos phi tan alpha of the opening from a sun at the
    profile angle alpha (geometry; ISO 15099:2003, section 7.4 uses the same cut-off).
    """
    hidden = sine + sqrt(1.0 - sine * sine) * profile_tan
    return within(1.0 - hidden, 0.0, 1.0)


def through_blind(covered: float, between: float, closed: float) -> float:
    """Share of radiation that passes window and blind, of what the window alone lets pass [-].

    ``between``: share that passes between the slats; ``closed``: what the closed blind still
    passes or gives on as heat (F_C of DIN 4108-2).
    """
    return 1.0 - covered * (1.0 - closed) * (1.0 - between)
