"""Faults of the engine that a caller can tell apart by type."""

from __future__ import annotations


class EngineError(Exception):
    """Anything the engine refuses or cannot do."""


class StateError(EngineError):
    """The state file is unreadable, too new, locked by another run, or the passphrase is wrong. Nothing was changed."""


class ConfigError(EngineError):
    """A value of the stack's configuration that the engine cannot read. Nothing was changed."""


class Unsupported(EngineError):
    """A feature of Pulumi that this engine does not have. The message begins with the name of the feature."""


class PackError(EngineError):
    """A policy pack that cannot be read, started or asked."""


class Protected(EngineError):
    """The deletion of a protected resource."""


class StepFailed(EngineError):
    """A resource could not be registered; the reasons have been reported as diagnostics already."""


class ProgramError(EngineError):
    """The program could not be started."""
