"""Look up type tokens and wire paths in the installed provider packages, by their annotations."""

from __future__ import annotations

import importlib
import inspect
import typing
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import pulumi

MODULES = {"aws": "pulumi_aws", "azure-native": "pulumi_azure_native", "gcp": "pulumi_gcp"}
# Python keeps these modules under another name than the token has.
RENAMED = {"aws:cfg": "cfg", "aws:lambda": "lambda_"}


@cache
def class_of(token: str) -> type[pulumi.Resource] | None:
    """The resource class of a type token, or None."""
    package, _, rest = token.partition(":")
    module, _, name = rest.partition(":")
    folder = module.split("/")[0]
    try:
        found = importlib.import_module(f"{MODULES[package]}.{RENAMED.get(f'{package}:{folder}', folder)}")
    except (ImportError, KeyError):
        return None
    class_ = getattr(found, name, None)
    if not inspect.isclass(class_) or not issubclass(class_, pulumi.Resource):
        return None
    return class_ if package == "azure-native" or token == getattr(class_, "pulumi_type", token) else None


def _wire_types(class_: type) -> dict[str, Any]:
    """Wire name to annotation of the properties of a resource class or of an input type."""
    result: dict[str, Any] = {}
    for base in inspect.getmro(class_):
        for name, prop in vars(base).items():
            if not isinstance(prop, property) or prop.fget is None:
                continue
            wire = getattr(prop.fget, "_pulumi_name", None) or name
            hints = typing.get_type_hints(
                prop.fget, vars(inspect.getmodule(base)), {"Output": pulumi.Output, "T": typing.Any}
            )
            result.setdefault(wire, hints.get("return"))
    return result


def _args_class(class_: type) -> type:
    """The class of a resource's arguments: ``<X>InitArgs`` where a nested type took the name ``<X>Args``."""
    module = inspect.getmodule(class_)
    for name in (f"{class_.__name__}InitArgs", f"{class_.__name__}Args"):
        if inspect.isclass(found := vars(module).get(name)):
            return found
    raise LookupError(f"{class_.__name__} has no arguments class")


def inputs_of(token: str) -> set[str]:
    class_ = class_of(token)
    return set(_wire_types(_args_class(class_))) if class_ else set()


def outputs_of(token: str) -> set[str]:
    class_ = class_of(token)
    return set(_wire_types(class_)) if class_ else set()


def resolve(token: str, path: str) -> bool:
    """Whether the token is a resource type and the wire path one of its inputs; ``{}`` and ``{k}`` end the check."""
    class_ = class_of(token)
    if class_ is None:
        return False
    if not path:
        return True
    head = _args_class(class_)
    return _resolves([head], [s for s in path.replace("[]", ".[]").split(".") if s])


def _resolves(candidates: list[Any], steps: list[str]) -> bool:
    if not steps:
        return True
    step, rest = steps[0], steps[1:]
    for candidate in candidates:
        origin, arguments = typing.get_origin(candidate), typing.get_args(candidate)
        if step.startswith("{"):
            if origin is not None and issubclass(origin, Mapping):
                return not rest or _resolves(_members(arguments[1]), rest) or _opaque(arguments[1])
            if candidate is typing.Any:
                return True
        elif step == "[]":
            listed = origin is not None and issubclass(origin, Sequence)
            if listed and _resolves(_members(arguments[0]), rest):
                return True
        elif inspect.isclass(candidate):
            found = _wire_types(candidate).get(step)
            if found is not None and _resolves(_members(found), rest):
                return True
    return False


def _opaque(annotation: Any) -> bool:
    return annotation in (typing.Any, str) or not _members(annotation)


def _members(annotation: Any) -> list[Any]:
    """The alternatives that an annotation allows: unions opened; wrappers, TypedDicts and None left out."""
    origin = typing.get_origin(annotation)
    if origin is typing.Union or str(origin) == "<class 'types.UnionType'>":
        return [m for a in typing.get_args(annotation) for m in _members(a)]
    if getattr(origin, "__name__", "") in ("Output", "Awaitable"):
        return []  # the same type again, wrapped
    if annotation is type(None) or typing.is_typeddict(annotation):
        return []
    return [annotation]
