"""Whether a device answers, and how little a dead one may cost.

A device that says nothing during a whole call costs that call's deadline once. For the next few
deadlines every further call fails at once; then one call may try again. One log line tells of the
loss, one of the recovery.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from time import monotonic

from adapters.answers import SilentError
from hvac_rl.ports import DeviceHealth

log = logging.getLogger(__name__)

QUIET_DEADLINES = 3.0
"""How long a silent device is left alone, in deadlines. A control cycle makes a handful of calls
in a row; this spares it all but the first, and is over long before the next cycle."""


class Presence:
    def __init__(
        self, device: str, deadline_s: float, now_s: Callable[[], float] = monotonic
    ) -> None:
        self.device = device
        self.deadline_s = deadline_s
        self._now_s = now_s
        self._answers = 0
        self._reachable: bool | None = None
        self._detail = "not tried yet"
        self._leave_alone_until_s = float("-inf")

    @property
    def may_try(self) -> bool:
        return self._now_s() >= self._leave_alone_until_s

    @property
    def detail(self) -> str:
        """Why the device counts as silent; empty when it answers."""
        return self._detail

    def health(self) -> DeviceHealth:
        return DeviceHealth(self.device, bool(self._reachable), self._detail)

    def heard(self) -> None:
        """Any answer, a refusal included, shows that the device is there."""
        self._answers += 1
        if self._reachable is False:
            log.info("%s answers again", self.device)
        self._reachable = True
        self._detail = ""
        self._leave_alone_until_s = float("-inf")

    @asynccontextmanager
    async def call(self, budget_s: float | None = None) -> AsyncIterator[None]:
        """Bounds one call by the device's deadline, or by ``budget_s`` [s], the rest of it.

        Silence ends the block without an error: what the block had collected until then stands,
        and whatever lacks an answer is for the caller to report as NO_ANSWER. Silence during a
        mere rest is not held against the device.
        """
        before = self._answers
        why = f"no answer within {self.deadline_s:g} s"
        try:
            async with asyncio.timeout(self.deadline_s if budget_s is None else budget_s):
                yield
        except TimeoutError:
            pass
        except SilentError as silence:
            why = str(silence) or why
        if self._answers == before and budget_s is None:
            self._lost(why)

    def _lost(self, why: str) -> None:
        if self._reachable is not False:
            log.warning("%s does not answer: %s", self.device, why)
        self._reachable = False
        self._detail = why
        self._leave_alone_until_s = self._now_s() + QUIET_DEADLINES * self.deadline_s
