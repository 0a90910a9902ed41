"""Shapes as the installed SDKs declare them, read by introspection of the generated classes.

Used when the catalogue is built and when it is compared with what is installed, never in a simulation: the SDKs take
seconds to import. The token index is the registration table every generated SDK carries in its ``__init__.py``; it is
read as text, so that asking for one type imports one module and nothing else.
"""

from __future__ import annotations

import enum
import functools
import importlib
import importlib.util
import inspect
import json
import re
import sys
import threading
import typing
import warnings
from collections import abc
from pathlib import Path
from types import MappingProxyType, ModuleType, UnionType
from typing import Any, Final, ForwardRef, Union

import pulumi
from pulumi import _types as pulumi_types

from simulator.catalogue import aws_ids, gcp_ids, packages
from simulator.catalogue.shapes import Shape
from simulator.catalogue.types import ANY, Kind, ObjectType, Property, WireType
from simulator.model import CloudError

_IMPORTING = threading.RLock()
_TABLE = re.compile(r'resource_modules="""\s*(\[.*?\])\s*"""', re.DOTALL)
_SECRETS = re.compile(r"additional_secret_outputs=\[([^\]]*)\]")
_SECRET_INPUT = re.compile(r'__props__\.__dict__\["(\w+)"\] = None if \w+ is None else pulumi\.Output\.secret')
_API_VERSION = re.compile(r"Uses Azure REST API version (\S+?)\.\s")
_CONSTANT = re.compile(r"Expected value is '([^']*)'")
_DEFAULT = re.compile(r"[Dd]efaults? (?:to|is|value is) `\"?([\w.:-]*)\"?`")
_SCALARS: Final = MappingProxyType({str: Kind.STRING, int: Kind.INTEGER, float: Kind.NUMBER, bool: Kind.BOOLEAN})
_OUTPUT_REFERENCE = ForwardRef("Output[T]")


@functools.cache
def resource_index(package: str) -> MappingProxyType[str, tuple[str, str]]:
    """Return type token -> (Python module, class) of every resource of a package."""
    distribution = packages.PACKAGES[package]
    spec = importlib.util.find_spec(distribution)
    if spec is None or spec.origin is None:
        raise CloudError("PackageNotInstalled", f"{distribution} is not installed; install it beside pulumi")
    found = _TABLE.search(Path(spec.origin).read_text(encoding="utf-8"))
    if found is None:
        raise CloudError("PackageUnreadable", f"{distribution} registers no resource modules")
    index: dict[str, tuple[str, str]] = {}
    for module in json.loads(found.group(1)):
        for token, class_name in module["classes"].items():
            index[token] = (module["fqn"], class_name)
    return MappingProxyType(index)


def resource_class(token: str) -> tuple[type, ModuleType]:
    """Return the resource class of a token and the module that defines it.

    Raises :class:`CloudError` ``UnknownType`` when the installed SDK has no such type.
    """
    package = packages.package_of(token)
    index = resource_index(package)
    if token not in index:
        raise CloudError("UnknownType", f"'{token}' is no resource type of {packages.PACKAGES[package]}")
    module_name, class_name = index[token]
    # One at a time: modules of an SDK import each other, and threads that do so at once see them half made.
    with _IMPORTING, warnings.catch_warnings():
        # Importing a module of an SDK warns of every deprecated class in it, used or not.
        warnings.simplefilter("ignore", DeprecationWarning)
        cls = getattr(importlib.import_module(module_name), class_name)
        return cls, importlib.import_module(cls.__module__)


@functools.cache
def sdk_shape(token: str) -> Shape:
    """Return the shape of a type with its documentation; raises :class:`CloudError` if the SDK does not have it."""
    cls, module = resource_class(token)
    package = packages.package_of(token)
    arguments = next((value for value in (vars(module)[name] for name in module.__all__) if _is_input(value)), None)
    inputs = _properties(arguments) if arguments is not None else MappingProxyType({})
    doc = _documentation(cls)
    api_version = _API_VERSION.search(doc)
    shape = Shape(
        token=token,
        package=package,
        version=packages.installed_version(package) or "",
        inputs=inputs,
        outputs=_properties(cls),
        secrets=_secrets(cls, inputs),
        api_version=api_version.group(1) if api_version else None,
        doc=doc,
    )
    return _with_identity(shape)


def config_keys(package: str) -> dict[str, bool]:
    """Return the configuration keys of a provider; the value says whether they are written as JSON."""
    module = importlib.import_module(f"{packages.PACKAGES[package]}.provider")
    plain = (Kind.STRING, Kind.ANY)
    return {name: prop.type.kind not in plain for name, prop in _properties(module.ProviderArgs).items()}


def _with_identity(shape: Shape) -> Shape:
    fields = {name: getattr(shape, name) for name in Shape.__dataclass_fields__}
    match shape.package:
        case "aws":
            read = aws_ids.documented(shape)
            return Shape(**{**fields, "id_template": read.id, "arn_template": read.arn})
        case "gcp":
            return Shape(**{**fields, "id_template": gcp_ids.documented(shape)})
        case _:
            return shape


def _is_input(value: object) -> bool:
    return isinstance(value, type) and pulumi_types.is_input_type(value)


def _documentation(cls: type) -> str:
    """Return the documentation of a type, with its Import section; empty when Python strips docstrings."""
    for overload in typing.get_overloads(cls.__init__):  # type: ignore[misc]
        if overload.__doc__:
            return str(overload.__doc__)
    return ""


def _secrets(cls: type, inputs: abc.Mapping[str, Property]) -> frozenset[str]:
    source = inspect.getsource(cls._internal_init)  # type: ignore[attr-defined]
    listed = {name.strip().strip("\"'") for text in _SECRETS.findall(source) for name in text.split(",")}
    python = set(_SECRET_INPUT.findall(source))
    return frozenset(listed - {""}) | {p.name for p in inputs.values() if p.python_name in python}


@functools.cache
def _object_type(cls: type) -> ObjectType:
    # pulumi_aws.sagemaker._inputs -> sagemaker.X; pulumi_aws.sagemaker.outputs -> sagemaker.outputs.X
    module = cls.__module__.split(".", 1)[1].removesuffix("._inputs")
    return ObjectType(f"{module}.{cls.__name__}", lambda: _properties(cls))


@functools.cache
def _properties(cls: type) -> MappingProxyType[str, Property]:
    """Return the properties of a generated input, output or resource class by wire name."""
    namespace = {**vars(sys.modules[cls.__module__])}
    required = _required_arguments(cls) if pulumi_types.is_input_type(cls) else None
    found: dict[str, Property] = {}
    for python_name, wire_name, prop in pulumi_types._py_properties(cls):
        if python_name in ("id", "urn", "pulumi_resource_name") and python_name not in vars(cls):
            continue
        getter = inspect.unwrap(prop.fget) if prop.fget is not None else None
        annotation = getattr(getter, "__annotations__", {}).get("return", Any)
        doc = getattr(getter, "__doc__", None) or ""
        constant = _CONSTANT.search(doc)
        default = _DEFAULT.search(doc)
        type_, optional = from_annotation(annotation, namespace)
        found[wire_name] = Property(
            name=wire_name,
            python_name=python_name,
            type=type_,
            required=python_name in required if required is not None else not optional,
            constant=constant.group(1) if constant else None,
            default=default.group(1) if default and required is not None else None,
            doc=doc,
        )
    return MappingProxyType(found)


def _required_arguments(cls: type) -> frozenset[str]:
    parameters = inspect.signature(cls.__init__).parameters.values()  # type: ignore[misc]
    return frozenset(p.name for p in parameters if p.kind is p.KEYWORD_ONLY and p.default is p.empty)


def from_annotation(annotation: Any, namespace: dict[str, Any]) -> tuple[WireType, bool]:
    """Return the wire type of an annotation and whether it admits None.

    ``Input``, ``Output``, ``Optional`` and ``Awaitable`` are unwrapped; forward references are looked up in
    ``namespace``. An annotation that cannot be read is ``any``: it is accepted rather than refused.
    """
    members: list[WireType] = []
    optional = False
    for part in _flatten(annotation, namespace):
        if part is type(None):
            optional = True
            continue
        type_ = _single(part, namespace)
        if type_ not in members:
            members.append(type_)
    if not members or ANY in members:
        return ANY, optional
    if len(members) == 1:
        return members[0], optional
    if all(member.kind is Kind.ASSET for member in members):
        return WireType(Kind.ASSET), optional
    return WireType(Kind.UNION, members=tuple(members)), optional


def _flatten(annotation: Any, namespace: dict[str, Any]) -> abc.Iterator[Any]:
    if isinstance(annotation, ForwardRef | str):
        text = annotation if isinstance(annotation, str) else annotation.__forward_arg__
        try:
            resolved = eval(text, namespace)
        except (NameError, AttributeError):
            resolved = Any
        yield from _flatten(resolved, namespace)
        return
    origin = typing.get_origin(annotation)
    if origin is Union or origin is UnionType:
        for argument in typing.get_args(annotation):
            # Input[T] is Union[T, Awaitable[T], "Output[T]"]: the first member says it all.
            if typing.get_origin(argument) is not abc.Awaitable and argument != _OUTPUT_REFERENCE:
                yield from _flatten(argument, namespace)
        return
    if origin is pulumi.Output:
        for argument in typing.get_args(annotation):
            yield from _flatten(argument, namespace)
        return
    yield annotation


def _single(annotation: Any, namespace: dict[str, Any]) -> WireType:
    origin = typing.get_origin(annotation)
    arguments = typing.get_args(annotation)
    if origin in (abc.Sequence, list):
        return WireType(Kind.ARRAY, element=from_annotation(arguments[0], namespace)[0])
    if origin in (abc.Mapping, dict):
        return WireType(Kind.MAP, element=from_annotation(arguments[1], namespace)[0] if len(arguments) == 2 else ANY)
    if not isinstance(annotation, type):
        return ANY
    if annotation in _SCALARS:
        return WireType(_SCALARS[annotation])
    if issubclass(annotation, enum.Enum):
        return WireType(Kind.ENUM, literals=tuple(member.value for member in annotation))
    if issubclass(annotation, pulumi.Asset | pulumi.Archive):
        return WireType(Kind.ASSET)
    if pulumi_types.is_input_type(annotation) or pulumi_types.is_output_type(annotation):
        return WireType(Kind.OBJECT, cls=_object_type(typing.cast(type, annotation)))
    return ANY
