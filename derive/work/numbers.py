"""Reading numbers: TOML and JSON files in, exact numbers out."""

from __future__ import annotations

import json
import sys
from fractions import Fraction
from typing import Any

from derive.errors import UserError
from derive.files import SETTINGS, read_within, refuse_larger, toml_table

MOST = 200  # a written-out sum with more terms helps nobody
DIGITS = 400  # before the point of a number, and after it


def read_numbers(path: str) -> dict[str, Any]:
    """The table of names in a TOML or JSON file (``-``: standard input, either).  Numbers become exact; nothing is
    evaluated."""
    if path == "-":
        raw = sys.stdin.buffer.read(SETTINGS + 1)
        refuse_larger("the standard input", len(raw), SETTINGS)
    else:
        raw = read_within(path)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UserError(f"{path} is not a text file in UTF-8") from None
    is_json = path.endswith(".json") or (path == "-" and text.lstrip().startswith("{"))
    data = _json(text, path) if is_json else _toml(text, path)
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
    except RecursionError:
        raise UserError(f"{path}: lists are nested too deeply; a family of distributions is a list of lists") from None


def _no_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for name, value in pairs:
        if name in out:
            raise UserError(f"{name} is given twice; keep one")
        out[name] = value
    return out


def _toml(text: str, path: str) -> Any:
    try:
        return toml_table(text, _exact)
    except ValueError as error:
        raise UserError(f"{path}: this is not TOML: {error}") from None


def _whole(text: str) -> int:
    if len(text) > DIGITS:
        raise _beyond(text)
    return int(text)


def _exact(text: str) -> Fraction:
    """The number that a text is.  Raises UserError for one beyond what is worked out, ValueError where it is none."""
    lowered = text.lower().strip("+-")
    if lowered in ("nan", "inf", "infinity"):
        raise UserError(f"{text} is not a number that can be calculated with; give a finite number")
    _, _, exponent = lowered.partition("e")
    if len(text) > DIGITS or len(exponent) > 5 or (exponent and abs(int(exponent)) > DIGITS):
        raise _beyond(text)
    return Fraction(text)


def _beyond(text: str) -> UserError:
    start = text if len(text) <= 24 else text[:20] + "..."
    return UserError(
        f"the number {start} is too large, too small or too long: numbers are worked out exactly, with at most {DIGITS} "
        "digits before the point and after it; give a shorter one"
    )


def number(value: Any, where: str) -> Fraction:
    """The exact number at ``where``; UserError when it is none, or beyond what is worked out."""
    if isinstance(value, bool) or not isinstance(value, (int, Fraction, str)):
        raise UserError(f"{where} must be a number, not {_kind(value)}")
    if isinstance(value, int) and value.bit_length() > 3.33 * DIGITS:  # hexadecimal, in TOML
        raise UserError(f"{where}: {_beyond(hex(value))}")
    if isinstance(value, str):
        try:
            return _exact(value.strip())
        except UserError as error:
            raise UserError(f"{where}: {error}") from None
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
