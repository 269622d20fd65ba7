"""What bacpypes3 (0.0.110) and BAC0 (2026.7.25) leave undone on an application, made good."""

from __future__ import annotations

import asyncio
from contextvars import ContextVar
from typing import Any

from bacpypes3.apdu import ComplexAckPDU

from adapters.bacnet_rpm import RawRequest

_answering: ContextVar[int | None] = ContextVar("answering", default=None)


def let_garbled_answers_end(app: Any) -> None:
    """An answer that cannot be decoded ends its request at once.

    bacpypes3 makes an error "communication: invalid-tag" of it but forgets whose answer it was,
    so the request would wait for its whole deadline.
    """
    deliver, confirm = app.asap.sap_response, app.confirmation

    async def sap_response(apdu: Any) -> None:
        token = _answering.set(getattr(apdu, "apduInvokeID", None))
        try:
            await deliver(apdu)
        finally:
            _answering.reset(token)

    async def confirmation(apdu: Any) -> None:
        if getattr(apdu, "apduInvokeID", None) is None:
            apdu.apduInvokeID = _answering.get()
        await confirm(apdu)

    app.asap.sap_response = sap_response
    app.confirmation = confirmation


def hand_over_raw_answers(app: Any) -> None:
    """The answer to a :class:`RawRequest` reaches whoever asked as it came, undecoded."""
    deliver = app.asap.sap_response

    async def sap_response(apdu: Any) -> None:
        if isinstance(apdu, ComplexAckPDU):
            for request, _ in app._requests.get(apdu.pduSource, ()):
                if request.apduInvokeID == apdu.apduInvokeID and isinstance(request, RawRequest):
                    await app.confirmation(apdu)
                    return
        await deliver(apdu)

    app.asap.sap_response = sap_response


def end_announcing() -> None:
    """BAC0 waits, a hundred times a second and for ever, for ``i_am`` to become a coroutine."""
    for task in asyncio.all_tasks():
        coroutine = task.get_coro()
        if getattr(coroutine, "__qualname__", "") == "Lite._i_am":
            task.cancel()
