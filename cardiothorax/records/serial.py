"""Frozen dataclasses to plain JSON values and back, exactly.

Floats keep every digit (``repr``); tuples come back as tuples, enumerations as members. NaN and
infinities are refused: a number that does not exist is ``None`` in a result.
"""

from __future__ import annotations

import dataclasses
import math
import types
import typing
from enum import Enum
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")


def to_plain(value: Any) -> Any:
    """Dicts, lists, strings, numbers, booleans and None only."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: to_plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, dict):
        return {str(key): to_plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [to_plain(item) for item in value]
    if value is None or isinstance(value, (bool, str, int)):
        return value
    number = float(value)  # numpy scalars too
    if not math.isfinite(number):
        raise ValueError(f"{number} cannot be kept in a result; use None for a missing number")
    return number


def from_plain(kind: type[T], plain: Any) -> T:
    """The value of type ``kind`` that :func:`to_plain` turned into ``plain``.

    Unknown and missing fields raise ``ValueError`` that names them.
    """
    return typing.cast(T, _restore(kind, plain))


def _restore(kind: Any, plain: Any) -> Any:
    origin, args = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        if plain is None and type(None) in args:
            return None
        candidates = [a for a in args if a is not type(None)]
        if len(candidates) == 1:
            return _restore(candidates[0], plain)
        return plain
    if dataclasses.is_dataclass(kind):
        return _restore_dataclass(kind, plain)
    if origin is tuple:
        kinds = [args[0]] * len(plain) if args[-1] is Ellipsis else args
        return tuple(_restore(k, item) for k, item in zip(kinds, plain, strict=True))
    if origin is list:
        return [_restore(args[0], item) for item in plain]
    if origin is dict:
        return {key: _restore(args[1], item) for key, item in plain.items()}
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(plain)
    if kind is float and isinstance(plain, int) and not isinstance(plain, bool):
        return float(plain)
    return plain


def _restore_dataclass(kind: Any, plain: dict[str, Any]) -> Any:
    hints = get_type_hints(kind)
    fields = {f.name: f for f in dataclasses.fields(kind)}
    unknown = sorted(set(plain) - set(fields))
    needed = [
        name
        for name, f in fields.items()
        if f.default is dataclasses.MISSING and f.default_factory is dataclasses.MISSING
    ]
    missing = sorted(set(needed) - set(plain))
    if unknown or missing:
        raise ValueError(f"{kind.__name__}: unknown fields {unknown}, missing fields {missing}")
    return kind(**{name: _restore(hints[name], item) for name, item in plain.items()})
