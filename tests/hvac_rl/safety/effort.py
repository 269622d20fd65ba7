"""How hard properties are tried: as they say, or, on each of thousands of mutants, a share of it.

A mutant that a property has caught is caught: what Hypothesis does then to find a smaller example
takes minutes and tells nothing here.
"""

from __future__ import annotations

import os

from hypothesis import Phase, settings

MUTATING = bool(os.environ.get("HVAC_RL_MUTATING"))
SHARE = 20

if MUTATING:
    settings.register_profile(
        "mutating",
        phases=(Phase.explicit, Phase.generate),
        derandomize=True,
        database=None,
        print_blob=False,
    )
    settings.load_profile("mutating")


def examples(usual: int) -> int:
    """How many examples: ``usual``, or a share of them while mutants are tried."""
    return max(10, usual // SHARE) if MUTATING else usual
