"""A card checked field by field, with messages that name the field, what was found and what is expected."""

from __future__ import annotations

import dataclasses
import re
import types
from difflib import get_close_matches
from typing import Any, Union, get_args, get_origin, get_type_hints

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_WORDS = {int: "a whole number", float: "a number", str: "a text", bool: "true or false"}


def card_problems(kind: type, plain: dict[str, Any]) -> list[str]:
    """Everything wrong with the plain card, in words; empty when :func:`from_plain` will take it."""
    problems = _dataclass_problems(kind, plain, "")
    return problems or _meaning_problems(plain)


def _dataclass_problems(kind: Any, plain: Any, path: str) -> list[str]:
    if not isinstance(plain, dict):
        return [_found(path, plain, "an object in braces")]
    fields = {f.name: f for f in dataclasses.fields(kind)}
    hints = get_type_hints(kind)
    problems = []
    for name in sorted(set(plain) - set(fields)):
        close = get_close_matches(name, fields, n=1)
        guess = f" (did you mean {close[0]!r}?)" if close else ""
        problems.append(f"unknown field {path}{name}{guess}")
    for name, f in fields.items():
        if name in plain:
            problems += _problems(hints[name], plain[name], f"{path}{name}")
        elif f.default is dataclasses.MISSING and f.default_factory is dataclasses.MISSING:
            problems.append(f"{path}{name} is missing")
    return problems


def _problems(kind: Any, plain: Any, path: str) -> list[str]:
    origin, args = get_origin(kind), get_args(kind)
    if kind is Any:
        return []
    if origin in (Union, types.UnionType):
        return [] if plain is None else _problems(args[0], plain, path)
    if dataclasses.is_dataclass(kind):
        return _dataclass_problems(kind, plain, f"{path}.")
    if origin is dict:
        if not isinstance(plain, dict):
            return [_found(path, plain, "an object in braces")]
        return [p for key, item in plain.items() for p in _problems(args[1], item, f"{path}.{key}")]
    if origin is tuple:
        return _tuple_problems(args, plain, path)
    right = isinstance(plain, (int, float) if kind is float else kind) and (
        kind is bool or not isinstance(plain, bool)
    )
    return [] if right else [_found(path, plain, _WORDS[kind])]


def _tuple_problems(args: tuple[Any, ...], plain: Any, path: str) -> list[str]:
    if not isinstance(plain, list):
        return [_found(path, plain, "a list")]
    if args[-1] is not Ellipsis and len(plain) != len(args):
        return [_found(path, plain, f"a list of {len(args)}")]
    kinds = [args[0]] * len(plain) if args[-1] is Ellipsis else args
    return [
        p
        for index, (kind, item) in enumerate(zip(kinds, plain, strict=True))
        for p in _problems(kind, item, f"{path}[{index}]")
    ]


def _meaning_problems(plain: dict[str, Any]) -> list[str]:
    """What types cannot say."""
    shape, labels = plain["input"], plain["labels"]
    stretch = shape["normalisation"]
    side, multiple = shape["side_px"], shape.get("multiple", 16)
    checks = {
        f"name is {plain['name']!r}, expected small letters, digits, '-', '_' or '.'": _NAME.fullmatch(
            plain["name"]
        ),
        f"input.multiple is {multiple}, expected 1 or more": multiple >= 1,
        f"input.side_px is {side}, expected a multiple of {multiple} from 32 to 4096": 32 <= side <= 4096
        and multiple >= 1
        and side % multiple == 0,
        f"input.padding is {shape['padding']!r}, expected 'square', 'centre_crop' or 'grid'": shape["padding"]
        in ("square", "centre_crop", "grid"),
        **_ct_checks(shape),
        "input.normalisation: expected 0 <= low_percentile < high_percentile <= 100": 0
        <= stretch["low_percentile"]
        < stretch["high_percentile"]
        <= 100,
        "input.normalisation.range: expected two numbers, the smaller one first": stretch["range"][0]
        < stretch["range"][1],
        f"labels are {labels}, expected the values 0 to {len(labels) - 1}, each once": sorted(labels.values())
        == list(range(len(labels)))
        and len(labels) >= 2,
        "licence is empty": plain["licence"].strip(),
        "limits is empty: every network has some": plain["limits"],
    }
    for key in ("weights_sha256", "onnx_sha256"):
        value = plain.get(key, "")
        checks[f"{key} is {value!r}, expected 64 hexadecimal digits"] = not value or _SHA256.fullmatch(value)
    return [problem for problem, fine in checks.items() if not fine]


def _ct_checks(shape: dict[str, Any]) -> dict[str, Any]:
    dimensions, deep = shape.get("dimensions", 2), shape.get("depth_multiple", 1)
    window, step = shape.get("window_hu"), shape.get("in_plane_mm", 0.0)
    return {
        f"input.dimensions is {dimensions}, expected 2 or 3": dimensions in (2, 3),
        f"input.depth_multiple is {deep}, expected 1 or more": deep >= 1,
        f"input.window_hu is {window}, expected two numbers, the smaller one first": window is None
        or window[0] < window[1],
        f"input.in_plane_mm is {step}, expected 0.2 to 5 with the padding 'grid', else 0": 0.2 <= step <= 5
        if shape["padding"] == "grid"
        else step == 0,
        f"input.slab_mm is {shape.get('slab_mm', 0.0)}, expected 0 to 10": 0
        <= shape.get("slab_mm", 0.0)
        <= 10,
    }


def _found(path: str, plain: Any, expected: str) -> str:
    shown = repr(plain)
    return f"{path.rstrip('.')} is {shown if len(shown) <= 40 else shown[:37] + '...'}, expected {expected}"
