"""How much one ReadPropertyMultiple may ask of a device: guessed from its own words, then learned.

The answer must fit one APDU where a device cannot segment, and many say less of themselves than
they can or more. So a batch is measured in bytes of the expected answer; a device that calls one
too big halves the measure for good, one that drops it silently halves it for a while, and an
object that spoils a batch is read property by property from then on.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from adapters.bacnet_wire import (
    DESCRIPTION,
    OBJECT_NAME,
    PRESENT_VALUE,
    PRIORITY_ARRAY,
    STATE_TEXT,
    BacnetAddress,
)

LARGEST_APDU = 1476
"""Bytes on BACnet/IP (ANSI/ASHRAE 135, annex J)."""
SMALLEST_APDU = 50
"""Bytes that every device accepts (clause 20.1.2.5)."""
APDU_HEAD = 16
"""Room for the answer's own head."""
OBJECT_HEAD = 7
"""Bytes of an object identifier and the two tags around its results."""
PROPERTY_BYTES = {
    PRESENT_VALUE: 9,
    PRIORITY_ARRAY: 36,  # sixteen entries of which a few are filled
    OBJECT_NAME: 36,
    DESCRIPTION: 48,
    STATE_TEXT: 80,
}
OTHER_PROPERTY_BYTES = 8
MOST_OBJECTS = 50
"""Objects a request: beyond that nothing is gained."""
LEAST_PART = 8
"""Part of its measure that silence alone leaves a device: some 180 bytes of 1,460, which even an
old controller's 206-byte APDU holds."""
FORGIVEN_AFTER = 20
"""Answered batches after which silence is put down to the network rather than the batch."""


@dataclass(frozen=True, slots=True)
class Ask:
    """Properties of one object that are wanted."""

    address: BacnetAddress
    properties: tuple[str, ...]

    @property
    def answer_bytes(self) -> int:
        """A guess at what they take in the answer."""
        return OBJECT_HEAD + sum(
            PROPERTY_BYTES.get(name, OTHER_PROPERTY_BYTES) for name in self.properties
        )


class Batches:
    """What one device has taught us; kept as long as the program runs."""

    def __init__(self) -> None:
        self._fits = LARGEST_APDU - APDU_HEAD
        """Bytes that it never called too big."""
        self._now = self._fits
        self._answered = 0
        self._one_by_one: set[BacnetAddress] = set()

    @property
    def answer_bytes(self) -> int:
        """The measure that holds now."""
        return self._now

    def device_says(self, max_apdu: int, *, segments: bool) -> None:
        """What the device says it can take; only ever makes batches smaller."""
        if not segments:
            self._fits = min(self._fits, max(SMALLEST_APDU, max_apdu) - APDU_HEAD)
            self._now = min(self._now, self._fits)

    def split(self, asks: Sequence[Ask]) -> tuple[list[list[Ask]], list[Ask]]:
        """Batches, and what is to be asked one by one."""
        batches: list[list[Ask]] = []
        size = 0
        for ask in asks:
            if ask.address in self._one_by_one:
                continue
            bytes_ = ask.answer_bytes
            if not batches or size + bytes_ > self._now or len(batches[-1]) == MOST_OBJECTS:
                batches.append([])
                size = 0
            batches[-1].append(ask)
            size += bytes_
        return batches, [ask for ask in asks if ask.address in self._one_by_one]

    def too_big(self, asks: Iterable[Ask]) -> None:
        self._fits = max(1, min(self._fits, _bytes(asks) // 2))
        self._now = min(self._now, self._fits)

    def silent(self, asks: Sequence[Ask], *, lives: bool) -> None:
        """No answer: perhaps the device dropped what was too big for it.

        ``lives``: it answered something else meanwhile. One that is dead altogether teaches
        less, or an outage would leave us with single reads.
        """
        if len(asks) > 1:
            least = 1 if lives else self._fits // LEAST_PART
            self._now = max(least, min(self._now, _bytes(asks) // 2))
            self._answered = 0

    def answered(self) -> None:
        if self._now < self._fits:
            self._answered += 1
            if self._answered >= FORGIVEN_AFTER:
                self._answered = 0
                self._now = min(self._fits, 2 * self._now)

    def spoils(self, address: BacnetAddress) -> None:
        """This object's answer cannot stand in a batch."""
        self._one_by_one.add(address)


def _bytes(asks: Iterable[Ask]) -> int:
    return sum(ask.answer_bytes for ask in asks)
