"""What policies are told from outside: the day, the settings, the file to configure them; and what is wrong with it.

Imports no SDK and no component, so that ``tripod check --state`` and ``tripod waivers`` start at once.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from components.core.errors import Fault, TripodError
from policies.bad_input import SettingsError
from policies.native import UNDETERMINED_GUARD, WAIVED_LIST
from policies.pack_config import configured, parse
from policies.registry import controls
from policies.settings import Profile, Settings, Unknowns, stricter
from policies.waiver_checks import BUILT_IN


def today() -> date:
    """The day on which waivers are judged (UTC)."""
    return datetime.now(UTC).date()


@contextmanager
def bad_input() -> Iterator[None]:
    """Turn what policies say of their settings into faults of the command line."""
    try:
        yield
    except SettingsError as error:
        faults = [fault.rsplit(": ", 1) for fault in error.faults]
        raise TripodError([Fault(where=place, what=what) for place, what in faults]) from error


def tightened(settings: Settings, profile: Profile | None, pack_config: Path | None, strict: bool) -> Settings:
    """The settings under a stricter profile, tightened by a configuration file of the pack; ``strict``: unknowns fail.

    Raises:
        TripodError: where the profile is looser, or the file is wrong or loosens anything.
    """
    order = list(Profile)
    if profile is not None and order.index(profile) < order.index(settings.profile):
        raise TripodError(
            Fault(
                where="--profile",
                what=f"{profile.value} is looser than {settings.profile.value}, the stack's own",
                allowed=", ".join(order[order.index(settings.profile) :]),
                remedy="name a stricter one",
            )
        )
    if profile is not None:
        settings = stricter(settings, Settings.of(profile))
    if pack_config is not None:
        built_in = [*BUILT_IN, UNDETERMINED_GUARD, WAIVED_LIST]
        with bad_input():
            given = parse(text(str(pack_config), "configuration"), str(pack_config))
            settings = configured(settings, given, [c.id for c in controls()], built_in, str(pack_config))
    return replace(settings, unknowns=Unknowns.FAIL) if strict else settings


def text(file: str, what: str, stdin: bytes | None = None) -> str:
    """The text of a file, or of what was read from standard input.

    Raises:
        TripodError: where it cannot be read or is not UTF-8.
    """
    shown = file if stdin is None else "standard input"
    try:
        data = Path(file).read_bytes() if stdin is None else stdin
        return data.decode("utf-8-sig")
    except OSError as error:
        raise TripodError(
            Fault(where=shown, what=f"the {what} cannot be read: {error.strerror or error}", remedy="name a file")
        ) from error
    except UnicodeDecodeError as error:
        raise TripodError(
            Fault(where=shown, what=f"the {what} is not UTF-8 text", remedy="save or export it again as UTF-8")
        ) from error
