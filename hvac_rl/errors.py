"""Errors a user can act on: one message that says where, what, and what to do."""

from __future__ import annotations


class HvacRlError(Exception):
    """Base of every error whose message is meant for the person at the keyboard.

    The command line prints ``str(error)`` without a traceback and exits with ``exit_code``.
    """

    exit_code = 2

    def __init__(self, where: str, message: str, hint: str = "") -> None:
        self.where = where
        self.message = message
        self.hint = hint
        super().__init__(f"{where}: {message}" + (f"\n  {hint}" if hint else ""))


class ConfigError(HvacRlError):
    """A wrong or missing key; ``where`` is "file: key"."""


class DeviceError(HvacRlError):
    """A device or a point on it is not as the site file says; ``where`` is "device point"."""


class PolicyRefused(HvacRlError):
    """A policy bundle that must not run here; ``where`` is the bundle's path."""


class StartAnew(HvacRlError):
    """The building was given back, and only a new process can go on; ``exit_code`` is
    EX_TEMPFAIL, which a service manager takes as "start me again"."""

    exit_code = 75


class MissingExtra(HvacRlError):
    """A command whose optional packages are not installed; ``where`` is the command."""
