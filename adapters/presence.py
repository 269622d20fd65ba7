"""Whether a device answers, and how little a dead one may cost.

A device that says nothing during a whole call costs that call's deadline once. Then its breaker is
open: for the next few deadlines every further call fails at once; after that one call at a time
may probe, at growing distances. One log line tells of the loss, one of the recovery.

A call's deadline is the time that the *device* takes. While a request still waits for its turn
(``limits``), the clock stands: a busy trunk is not a dead controller.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from contextvars import ContextVar
from time import monotonic

from adapters.answers import SilentError
from adapters.limits import UNLIMITED, Route, Turn
from hvac_rl.ports import DeviceHealth

log = logging.getLogger(__name__)

QUIET_DEADLINES = 3.0
"""How long a silent device is left alone at first, in deadlines. A control cycle makes a handful
of calls in a row; this spares it all but the first, and is over long before the next cycle."""
MOST_QUIET_DEADLINES = 24.0
"""The quiet time doubles with each vain probe up to this."""
PATIENCE_DEADLINES = 10.0
"""How long the requests of one call may wait for their turn in all, in deadlines: a cycle ends
whatever happens on the network."""
STALL_S = 0.02
"""A timer that comes later than this tells of a process that was busy or held up itself."""


class Call:
    """One call under way: what is left of its deadline, and whether the clock runs."""

    def __init__(self, timeout: asyncio.Timeout, budget_s: float, patience_s: float) -> None:
        self.urgent = False
        self.insist = False
        self.starved = False
        """It ended while it only waited for its turn."""
        self.turned_away = False
        """Somebody else found the device silent while it waited."""
        self.ended = False
        self._timeout = timeout
        self._left_s = budget_s
        self._patience_s = patience_s
        self._waiting = 0
        self._on_wire = 0
        self._runs = True
        self._since_s = _loop_s()
        self._stalls_s = budget_s
        self._timer = self._arm(budget_s)

    @property
    def left_s(self) -> float:
        """What the device has left [s]."""
        return max(0.0, self._left_s - (_loop_s() - self._since_s if self._runs else 0.0))

    @property
    def stands(self) -> bool:
        return not self._runs

    def count(self, *, waiting: int = 0, on_wire: int = 0) -> None:
        """Requests that begin (1) or end (-1) to wait for their turn or to be on the wire."""
        self._waiting += waiting
        self._on_wire += on_wire
        runs = self._on_wire > 0 or self._waiting == 0
        if runs == self._runs or self.ended or self._timeout.expired():
            return
        now_s = _loop_s()
        if runs:
            self._patience_s -= now_s - self._since_s
        else:
            self._left_s -= now_s - self._since_s
        self._runs = runs
        self._since_s = now_s
        self._timer.cancel()
        self._timer = self._arm(max(0.0, self._left_s if runs else self._patience_s))

    def end(self) -> None:
        self.ended = True
        self._timer.cancel()

    def _arm(self, delay_s: float) -> asyncio.TimerHandle:
        loop = asyncio.get_running_loop()
        when_s = loop.time() + delay_s
        return loop.call_at(when_s, self._due, when_s)

    def _due(self, when_s: float) -> None:
        """Time is up; but if this comes late, we were the slow ones: the answer may be here
        already, unread behind the work of hundreds of others. At most doubles the deadline."""
        late_s = min(_loop_s() - when_s, self._stalls_s)
        if late_s > STALL_S:
            self._stalls_s -= late_s
            self._timer = self._arm(late_s)
        else:
            self._timeout.reschedule(_loop_s())


_current: ContextVar[Call | None] = ContextVar("call", default=None)
"""The call that a request belongs to; the tasks that a call starts inherit it."""


class Presence:
    def __init__(
        self,
        device: str,
        deadline_s: float,
        now_s: Callable[[], float] = monotonic,
        route: Route = UNLIMITED,
    ) -> None:
        self.device = device
        self.deadline_s = deadline_s
        self._now_s = now_s
        self._route = route
        self._answers = 0
        self._reachable: bool | None = None
        self._detail = "not tried yet"
        self._starved = ""
        self._quiet_deadlines = QUIET_DEADLINES
        self._leave_alone_until_s = float("-inf")
        self._probing = False

    @property
    def may_try(self) -> bool:
        return self._now_s() >= self._leave_alone_until_s and not self._probing

    @property
    def detail(self) -> str:
        """Why the last call brought nothing; empty when the device answers."""
        return self._starved or self._detail

    def health(self) -> DeviceHealth:
        return DeviceHealth(self.device, bool(self._reachable), self._detail)

    def heard(self) -> None:
        """Any answer, a refusal included, shows that the device is there."""
        self._answers += 1
        if self._reachable and not self._starved:
            return
        if self._reachable is False:
            log.info("%s answers again", self.device)
        self._reachable = True
        self._detail = self._starved = ""
        self._quiet_deadlines = QUIET_DEADLINES
        self._leave_alone_until_s = float("-inf")

    @asynccontextmanager
    async def call(
        self, budget_s: float | None = None, *, urgent: bool = False, insist: bool = False
    ) -> AsyncIterator[Call]:
        """Bounds one call by the device's deadline, or by ``budget_s`` [s], the rest of it.

        Silence ends the block without an error: what the block had collected until then stands,
        and whatever lacks an answer is for the caller to report as NO_ANSWER. Silence during a
        mere rest is not held against the device. ``urgent`` requests overtake those that wait;
        ``insist`` asks even a device that turns out silent while the call waits for its turn.
        """
        before = self._answers
        given_s = self.deadline_s if budget_s is None else budget_s
        why = f"no answer within {self.deadline_s:g} s"
        probes = self._reachable is False and not self._probing
        self._probing = self._probing or probes
        call: Call | None = None
        try:
            async with asyncio.timeout(None) as timeout:
                call = Call(timeout, given_s, PATIENCE_DEADLINES * self.deadline_s)
                call.urgent = urgent
                call.insist = insist or probes
                token = _current.set(call)
                try:
                    yield call
                finally:
                    call.end()
                    _current.reset(token)
        except TimeoutError:
            pass
        except SilentError as silence:
            why = str(silence) or why
        finally:
            if probes:
                self._probing = False
        if self._answers != before or budget_s is not None or call is None or call.turned_away:
            return
        if call.starved:
            self._starved = f"no turn on the network within {PATIENCE_DEADLINES:g} deadlines"
            log.warning("%s was not asked: %s", self.device, self._starved)
        else:
            self._lost(why, vain_probe=probes)

    @asynccontextmanager
    async def turn(self, points: int = 1) -> AsyncIterator[None]:
        """Around one request for ``points`` values: waits until device and network have room.

        Raises SilentError when the device proves silent to somebody else meanwhile.
        """
        call = _current.get()
        turn = self._route.turn(points, urgent=call is not None and call.urgent)
        if call is None:
            async with turn:
                yield
            return
        if not turn.at_once():
            await self._wait(call, turn)
        call.count(on_wire=1)
        try:
            yield
        finally:
            turn.leave()
            call.count(on_wire=-1)

    async def _wait(self, call: Call, turn: Turn) -> None:
        call.count(waiting=1)
        try:
            await turn.__aenter__()
        except BaseException:
            call.starved = call.stands
            raise
        finally:
            call.count(waiting=-1)
        if not call.insist and self._now_s() < self._leave_alone_until_s:
            turn.leave()
            call.turned_away = True
            raise SilentError(self._detail)

    def _lost(self, why: str, *, vain_probe: bool) -> None:
        if self._reachable is not False:
            log.warning("%s does not answer: %s", self.device, why)
        elif vain_probe:
            self._quiet_deadlines = min(2 * self._quiet_deadlines, MOST_QUIET_DEADLINES)
        self._reachable = False
        self._starved = ""
        self._detail = why
        self._leave_alone_until_s = self._now_s() + self._quiet_deadlines * self.deadline_s


def _loop_s() -> float:
    return asyncio.get_running_loop().time()
