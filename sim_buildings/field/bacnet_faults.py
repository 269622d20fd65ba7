"""The ways in which a real controller goes wrong, as switches; all off to begin with."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from enum import StrEnum

LARGEST_APDU = 1476


class Garbage(StrEnum):
    """What comes instead of an answer."""

    NONE = "none"
    PAYLOAD = "payload"
    """A well-formed acknowledgement around bytes that mean nothing."""
    WRONG_TYPE = "wrong_type"
    """The service's own answer, with text where a number belongs."""


@dataclass(slots=True)
class BacnetFaults:
    """Change them while the device runs. Fractions are of requests, drawn from ``seed``."""

    silent: bool = False
    answers_after_s: float = 0.0
    drops: float = 0.0
    """Fraction of requests that are lost."""
    garbage: Garbage = Garbage.NONE
    garbled: float = 1.0
    """Fraction of answers that become ``garbage``."""
    error: tuple[str, str] | None = None
    """Error class and code that every confirmed request gets, as ("device", "internal-error")."""
    largest_apdu: int = LARGEST_APDU
    """Longer requests are lost, longer answers are aborted (or segmented)."""
    segments: bool = False
    drops_too_long: bool = False
    """A longer answer is not aborted but lost, as some controllers do."""
    seed: int = 1
    _draws: random.Random | None = field(default=None, repr=False)

    def loses_this(self) -> bool:
        return self.silent or self._happens(self.drops)

    def garbles_this(self) -> bool:
        return self.garbage is not Garbage.NONE and self._happens(self.garbled)

    def _happens(self, fraction: float) -> bool:
        if fraction <= 0.0:
            return False
        if self._draws is None:
            self._draws = random.Random(self.seed)
        return self._draws.random() < fraction
