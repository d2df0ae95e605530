"""Reading numbers: TOML and JSON files in, exact numbers out."""

from __future__ import annotations

import json
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

from derive.errors import UserError

MOST = 200  # a written-out sum with more terms helps nobody


def read_numbers(path: str) -> dict[str, Any]:
    """The table of names in a TOML or JSON file (``-``: standard input, either).  Numbers become exact; nothing is
    evaluated."""
    try:
        raw = sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
    except FileNotFoundError:
        raise UserError(
            f"{path}: there is no such file; write one with the numbers, such as V = 2, y = 1, p = [0.5, 0.5]"
        ) from None
    except IsADirectoryError:
        raise UserError(f"{path} is a directory; name a TOML or JSON file") from None
    except OSError as error:
        raise UserError(f"{path}: {error.strerror}") from None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UserError(f"{path} is not a text file in UTF-8") from None
    is_json = path.endswith(".json") or (path == "-" and text.lstrip().startswith("{"))
    try:
        data = _json(text, path) if is_json else _toml(text, path)
    except RecursionError:
        raise UserError(f"{path}: lists are nested too deeply; a family of distributions is a list of lists") from None
    if not isinstance(data, dict):
        raise UserError(f'{path}: the top must be a table of names, such as {{"V": 2, "y": 1, "p": [0.5, 0.5]}}')
    return data


def _json(text: str, path: str) -> Any:
    def refuse(name: str) -> Any:
        raise UserError(f"{path}: {name} is not a number that can be calculated with")

    try:
        return json.loads(
            text, parse_float=_exact, parse_int=_whole, parse_constant=refuse, object_pairs_hook=_no_repeats
        )
    except json.JSONDecodeError as error:
        raise UserError(f"{path}:{error.lineno}: this is not JSON: {error.msg}") from None


def _no_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for name, value in pairs:
        if name in out:
            raise UserError(f"{name} is given twice; keep one")
        out[name] = value
    return out


def _toml(text: str, path: str) -> Any:
    import tomllib

    try:
        return tomllib.loads(text, parse_float=_exact)
    except tomllib.TOMLDecodeError as error:
        raise UserError(f"{path}: this is not TOML: {error}") from None
    except ValueError as error:
        raise UserError(f"{path}: {error}") from None


def _whole(text: str) -> int:
    if len(text) > 400:
        raise UserError(f"a number with {len(text)} digits is too long")
    return int(text)


def _exact(text: str) -> Fraction:
    lowered = text.lower().strip("+-")
    if lowered in ("nan", "inf", "infinity"):
        raise UserError(f"{text} is not a number that can be calculated with; give a finite number")
    _, _, exponent = lowered.partition("e")
    if len(text) > 400 or (exponent and abs(int(exponent)) > 400):
        raise UserError(f"the number {text[:40]} is too large, too small or too long to be worked out exactly")
    return Fraction(text)


def number(value: Any, where: str) -> Fraction:
    """The exact number at ``where``; UserError when it is none."""
    if isinstance(value, bool) or not isinstance(value, (int, Fraction, str)):
        raise UserError(f"{where} must be a number, not {_kind(value)}")
    if isinstance(value, str):
        try:
            if len(value) > 200:
                raise ValueError
            return Fraction(value)
        except (ValueError, ZeroDivisionError):
            raise UserError(f'{where} must be a number or a fraction such as "1/3", not {value[:40]!r}') from None
    return Fraction(value)


def listed(value: Any, where: str) -> list[Any]:
    """The list at ``where``, of 1 to MOST entries."""
    if not isinstance(value, list):
        raise UserError(f"{where} must be a list, not {_kind(value)}")
    if not value:
        raise UserError(f"{where} is empty; give at least one number")
    if len(value) > MOST:
        raise UserError(
            f"{where} has {len(value)} entries; a worked example writes every term out, so it takes at most {MOST}. "
            "'derive score' adds up long sequences"
        )
    return value


def _kind(value: Any) -> str:
    names = {bool: "true or false", str: "text", list: "a list", dict: "a table", type(None): "null"}
    return names.get(type(value), type(value).__name__)
