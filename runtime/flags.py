"""Flags of a step, declared once as a dataclass: the fields are the flags, and what the step gets is typed.

A value comes from the flag, else from the environment variable, else from the default.
"""

import argparse
import os
from collections.abc import Callable, Sequence
from dataclasses import MISSING, field, fields
from typing import Any, NoReturn, TypeVar

from runtime.errors import InputError

Options = TypeVar("Options")


def flag(
    text: str,
    *,
    default: Any = MISSING,
    env: str = "",
    kind: Callable[[str], Any] = str,
    choices: Sequence[str] = (),
    many: bool = False,
) -> Any:
    """A flag with help ``text``; required where it has no ``default``.

    Args:
        env: Environment variable that gives the value where the flag is left out.
        many: Whether the flag may be given more than once; the value is then a tuple.
    """
    metadata = {"text": text, "env": env, "kind": kind, "choices": choices, "many": many}
    if many:
        return field(default=(), metadata=metadata)
    return field(default=default, metadata=metadata)


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Raise instead of printing the whole usage: one fault, one line."""
        raise InputError(f"{self.prog}: {message}; see {self.prog} --help")


def parse(step: str, about: str, options: type[Options], arguments: Sequence[str]) -> Options:
    """The options of ``step``.

    Raises:
        InputError: for an unknown, missing or unreadable flag.
    """
    parser = _Parser(prog=f"python -m runtime {step}", description=about, allow_abbrev=False)
    for each in fields(options):  # type: ignore[arg-type]
        data = each.metadata
        note = f" [env {data['env']}]" if data["env"] else ""
        parser.add_argument(
            f"--{each.name.replace('_', '-')}",
            dest=each.name,
            help=data["text"].replace("%", "%%") + note,
            choices=data["choices"] or None,
            action="append" if data["many"] else "store",
            type=data["kind"],
        )
    given = vars(parser.parse_args(list(arguments)))
    values: dict[str, Any] = {}
    for each in fields(options):  # type: ignore[arg-type]
        data, value = each.metadata, given[each.name]
        variable = data["env"]
        if value is None and variable and os.environ.get(variable):
            value = _of_environment(parser, variable, data)
        if value is not None:
            values[each.name] = tuple(value) if data["many"] else value
        elif each.default is MISSING:
            also = f" (or {variable})" if variable else ""
            parser.error(f"--{each.name.replace('_', '-')}{also} is required")
    return options(**values)


def _of_environment(parser: _Parser, variable: str, data: Any) -> Any:
    text = os.environ[variable]
    try:
        value = data["kind"](text)
    except ValueError:
        parser.error(f"{variable}: invalid value {text!r}")
    if data["choices"] and value not in data["choices"]:
        parser.error(f"{variable}: {text!r} is not one of {', '.join(data['choices'])}")
    return [value] if data["many"] else value


def positive(text: str) -> float:
    """A number above 0."""
    number = float(text)
    if not 0 < number < float("inf"):
        raise ValueError(text)
    return number


def count(text: str) -> int:
    """A whole number, 0 or above."""
    number = int(text)
    if number < 0:
        raise ValueError(text)
    return number
