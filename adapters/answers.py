"""What a device may do besides answering well. Adapters raise these only to themselves."""

from __future__ import annotations


class SilentError(Exception):
    """No answer came in time, or there is no way to the device."""


class RefusedError(Exception):
    """The device answered, and the answer was no. The text is the protocol's own."""
