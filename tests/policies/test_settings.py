"""Settings of a stack file: tightening only, every fault at once."""

from __future__ import annotations

import pytest

from policies.environment import PROFILE_VARIABLE, settings_of
from policies.packs import level_of, levels
from policies.settings import Level, Profile, Settings, SettingsError, Unknowns, settings_from

BASE = levels("standard")


def test_tightening_is_taken() -> None:
    given = {"log_retention_days": 400, "key_rotation_days": 30, "regions": ["eu-west-1"], "unknowns": "fail"}
    chosen = settings_from("standard", given, BASE)
    assert (chosen.limit("log_retention_days"), chosen.limit("key_rotation_days")) == (400, 30)
    assert chosen.regions == frozenset({"eu-west-1"})
    assert chosen.unknowns is Unknowns.FAIL
    raised = settings_from("sandbox", {"levels": {"key-rotation": "mandatory"}}, levels("sandbox"))
    assert level_of("key-rotation", raised) is Level.MANDATORY


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"log_retention_days": 30}, "log_retention_days: 30 is looser than profile standard; allowed is at least 180"),
        ({"key_rotation_days": 400}, "key_rotation_days: 400 is looser than profile standard; allowed is at most 90"),
        ({"unknowns": "warn"}, "unknowns: warn is looser than profile standard"),
        ({"unknowns": "maybe"}, "unknowns: 'maybe' is not allowed; use one of warn, defer, fail"),
        ({"levels": {"key-rotation": "advisory"}}, "key-rotation: advisory is looser than mandatory"),
        ({"levels": {"key-rotation": False}}, "key-rotation: off is looser than mandatory"),
        ({"levels": {"key-rotations": "mandatory"}}, "key-rotations: no control has this id"),
        ({"levels": {"key-rotation": "hard"}}, "key-rotation: 'hard' is not a level"),
        ({"levels": ["key-rotation"]}, "levels: must map control ids to off, advisory or mandatory"),
        ({"regions": "eu-west-1"}, "regions: must be a list of one or more names"),
        ({"log_retention_days": True}, "log_retention_days: True is not a positive number"),
        ({"colour": 1}, "colour: unknown setting; allowed are unknowns, levels"),
    ],
)
def test_what_is_wrong_or_looser_is_refused(given: dict[str, object], words: str) -> None:
    with pytest.raises(SettingsError) as error:
        settings_from("standard", given, BASE)
    assert [words in fault for fault in error.value.faults] == [True]
    assert all(fault.startswith("tripod:policy.") for fault in error.value.faults)


def test_every_fault_is_named_at_once() -> None:
    with pytest.raises(SettingsError) as error:
        settings_from("regulated", {"colour": 1, "unknowns": "warn", "log_retention_days": 1}, levels("regulated"))
    assert len(error.value.faults) == 3


def test_the_pack_reads_the_stack_and_is_standard_without_one() -> None:
    assert settings_of({}, {}) == Settings.of("standard")
    assert settings_of({"tripod:profile": "sandbox"}, {}).profile is Profile.SANDBOX
    chosen = settings_of({"tripod:profile": "regulated", "tripod:policy": '{"regions": ["europe-west4"]}'}, {})
    assert chosen.regions == frozenset({"europe-west4"})


def test_the_environment_can_only_make_it_stricter() -> None:
    assert settings_of({"tripod:profile": "regulated"}, {PROFILE_VARIABLE: "sandbox"}).profile is Profile.REGULATED
    assert settings_of({"tripod:profile": "sandbox"}, {PROFILE_VARIABLE: "standard"}).profile is Profile.STANDARD


@pytest.mark.parametrize("config", [{"tripod:profile": "lax"}, {"tripod:policy": "["}, {"tripod:policy": "[1]"}])
def test_an_unreadable_configuration_stops_the_pack(config: dict[str, str]) -> None:
    with pytest.raises(SettingsError):
        settings_of(config, {})
