"""Our own device on the network: to be read by everybody, and written by nobody.

The one exception is the kill point, which can be tripped and never reset. What could change,
restart or silence us (DeviceCommunicationControl, ReinitializeDevice, files, object and list
services, WritePropertyMultiple, time synchronisation) is rejected as a service that is not there.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from bacpypes3.apdu import SimpleAckPDU, confirmed_request_types, unconfirmed_request_types
from bacpypes3.basetypes import ServicesSupported
from bacpypes3.errors import ObjectError, PropertyError
from bacpypes3.local.binary import BinaryValueObject
from bacpypes3.local.multistate import MultiStateValueObject
from bacpypes3.local.object import Object
from bacpypes3.object import CharacterStringValueObject, PositiveIntegerValueObject

from hvac_rl import __version__
from hvac_rl.panel import PanelMode, PanelState

log = logging.getLogger(__name__)

SERVICES = {
    "WhoIsRequest": "who-is",
    "IAmRequest": "i-am",
    "WhoHasRequest": "who-has",
    "IHaveRequest": "i-have",
    "ReadPropertyRequest": "read-property",
    "ReadPropertyMultipleRequest": "read-property-multiple",
    "ReadRangeRequest": "read-range",
    "SubscribeCOVRequest": "subscribe-cov",
    "ConfirmedCOVNotificationRequest": "confirmed-cov-notification",
    "UnconfirmedCOVNotificationRequest": "unconfirmed-cov-notification",
    "WritePropertyRequest": "write-property",
}
"""All that we answer to, and their names among the services; writes only as ``_write`` allows."""
MODES = tuple(PanelMode)
NO_ALARM = "none"


class TextValue(Object, CharacterStringValueObject):  # type: ignore[misc]
    """A line of text for the BMS's graphics."""


class CounterValue(Object, PositiveIntegerValueObject):  # type: ignore[misc]
    """A whole number for the BMS's graphics."""


class OwnDevice:
    """A ``hvac_rl.panel.Panel`` on a bacpypes3 application."""

    def __init__(self, app: Any) -> None:
        self._told: Callable[[], None] | None = None
        device = app.device_object
        instance = int(device.objectIdentifier[1])
        device.objectName = f"hvac-rl-{instance}"
        device.modelName = "hvac-rl"
        device.description = "supervisory optimiser; commands at one priority and gives back"
        device.applicationSoftwareVersion = device.firmwareRevision = __version__
        self._mode = MultiStateValueObject(
            **_common("multi-state-value", 1, "MODE", "what hvac-rl does"),
            presentValue=1,
            numberOfStates=len(MODES),
            stateText=[str(mode) for mode in MODES],
        )
        self._reason = TextValue(
            **_common("characterstring-value", 1, "REASON", "why it is in this mode"),
            presentValue="",
        )
        self._alarm_text = TextValue(
            **_common("characterstring-value", 2, "ALARM-TEXT", "what is wrong, one a line"),
            presentValue=NO_ALARM,
        )
        self._alarm = BinaryValueObject(
            **_common("binary-value", 2, "ALARM", "something is wrong"),
            presentValue="inactive",
            inactiveText="normal",
            activeText="alarm",
        )
        self._alarms = CounterValue(
            **_common("positive-integer-value", 2, "ALARMS", "how many things are wrong"),
            presentValue=0,
            units="no-units",
        )
        self._heartbeat = CounterValue(
            **_common("positive-integer-value", 1, "HEARTBEAT", "rises while hvac-rl lives"),
            presentValue=0,
            units="no-units",
        )
        self._kill = BinaryValueObject(
            **_common(
                "binary-value",
                1,
                "KILL",
                "write active to give everything back and stop; cannot be reset from here",
            ),
            presentValue="inactive",
            inactiveText="armed",
            activeText="killed",
        )
        for shown in (
            self._kill,
            self._alarm,
            self._mode,
            self._reason,
            self._alarm_text,
            self._heartbeat,
            self._alarms,
        ):
            app.add_object(shown)
        self._app = app
        _offer_only(app)
        app.do_WritePropertyRequest = self._write

    @property
    def killed(self) -> bool:
        return bool(int(self._kill.presentValue))

    def show(self, state: PanelState) -> None:
        self._mode.presentValue = MODES.index(state.mode) + 1
        self._reason.presentValue = state.reason
        self._alarm.presentValue = "active" if state.alarms else "inactive"
        self._alarms.presentValue = len(state.alarms)
        self._alarm_text.presentValue = "\n".join(state.alarms) or NO_ALARM
        self._heartbeat.presentValue = state.heartbeat

    def trip(self) -> None:
        self._kill.presentValue = "active"

    def arm(self) -> None:
        self._kill.presentValue = "inactive"

    def on_kill(self, told: Callable[[], None]) -> None:
        self._told = told

    async def _write(self, apdu: Any) -> None:
        """Raises the error that the client gets, except for the kill point's one value."""
        target = self._app.get_object_id(apdu.objectIdentifier)
        if target is None:
            raise ObjectError("unknownObject")
        if target is not self._kill or str(apdu.propertyIdentifier) != "present-value":
            raise PropertyError("writeAccessDenied")
        if not self._means_kill(apdu):
            raise PropertyError("writeAccessDenied")
        was_killed = self.killed
        self.trip()
        await self._app.response(SimpleAckPDU(context=apdu))
        if not was_killed:
            log.warning("the kill point was pulled by %s", apdu.pduSource)
            if self._told is not None:
                self._told()

    def _means_kill(self, apdu: Any) -> bool:
        datatype = self._kill.get_property_type(apdu.propertyIdentifier)
        try:
            value = apdu.propertyValue.cast_out(datatype, null=True)
        except Exception as error:
            # Whatever the decoder trips over, it is not a value of this type.
            raise PropertyError("invalidDataType") from error
        return isinstance(value, int) and int(value) == 1


def _offer_only(app: Any) -> None:
    """Takes every other service from the application, and from what it says it supports."""
    for kinds in (confirmed_request_types, unconfirmed_request_types):
        for request in kinds.values():
            if request.__name__ not in SERVICES:
                setattr(app, f"do_{request.__name__}", None)
    offered = ServicesSupported(list(SERVICES.values()))
    app.get_services_supported = lambda: offered


def _common(kind: str, instance: int, name: str, description: str) -> dict[str, Any]:
    return {
        "objectIdentifier": (kind, instance),
        "objectName": name,
        "description": description,
        "statusFlags": [0, 0, 0, 0],
        "eventState": "normal",
        "outOfService": False,
    }
