"""What goes wrong with the engine."""

from __future__ import annotations

from hvac_rl.errors import HvacRlError


class EnergyPlusError(HvacRlError):
    """The engine stopped, hung or refused; ``where`` is the model's file."""
