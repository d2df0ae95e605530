"""Notation: how the letters and constants of a formula are written.

A notation is a small TOML file; those that come with derive are in ``notations/``.  It says nothing about any target:
its templates are in the little language of ``templates``, and each target draws the layout that they make.

A variable is described by its name and its indices: "p(t, k)" is a family p at a position t and a token k, "p(t, _)"
the same family at t only, "p(_)" a distribution p that is not applied.  A Greek index, as in "p(theta, t, k)", stands
for one that is not an integer.  A definition is described by its name, with brackets where it is a family at an index:
``softmax`` and ``"softmax[k]"``.  Where a list of templates is given, the first one is taken that leaves out only
arguments named as the definition names them, and puts no k |-> .. before brackets; where none fits, the name is printed
with all its arguments.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NoReturn

from derive.render.formula.names import GREEK
from derive.render.formula.nodes import Shape
from derive.render.formula.templates import Template, TemplateError, template

DEFAULT = "compact"


class Variable(Shape):
    """How a variable with these indices is written.  ``sorts``: i integer, a any other; None stands for any indices."""

    sorts: str | None
    given: int  # how many of the indices are there
    params: tuple[str, ...]
    template: Template


_CHOICES = {
    "sums": ("bounds", "set"),
    "indicator": ("iverson", "kronecker", "indicator"),
    "log": ("log", "ln"),
    "exp": ("auto", "power", "function"),
}


class Notation(Shape):
    """A way of writing.  ``settings`` has every key of the section [settings]."""

    name: str
    doc: str = ""
    sums: str = "bounds"
    vocabulary: str = "V"  # the size whose range 1..V is written as the set, where sums = set
    vocabulary_set: Template = template("cal{V}")
    indicator: str = "iverson"
    log: str = "log"
    exp: str = "auto"
    variables: Mapping[str, tuple[Variable, ...]] = MappingProxyType({})
    definitions: Mapping[str, tuple[Template, ...]] = MappingProxyType({})  # by name, with [] for each index
    indices: Mapping[str, tuple[str, ...]] = MappingProxyType({})  # the names of those indices
    reasons: Mapping[str, str] = MappingProxyType({})  # other words for a reason, by its name as in by=

    def variable(self, name: str, sorts: str, given: int) -> Variable | None:
        """How ``name``, a function of indices of these sorts, is written at the first ``given`` of them."""
        for v in self.variables.get(name, ()):
            if v.sorts is None:
                if not given:
                    return v
            elif v.given == given and len(v.sorts) == len(sorts) and v.sorts[:given] == sorts[:given]:
                return v
        return None


_LOADED: dict[str, Notation] = {}


def load_notation(name_or_path: str | Notation | None = None) -> Notation:
    """The notation of that name, or in that TOML file; the default one for None.

    Raises UserError when there is none, or the file is not a notation: the message says what to mend.
    """
    if isinstance(name_or_path, Notation):
        return name_or_path
    name = name_or_path or DEFAULT
    if name in _LOADED:
        return _LOADED[name]
    folder = _folder()
    is_path = name.endswith(".toml") or "/" in name or os.sep in name
    path = name if is_path else os.path.join(folder, f"{name}.toml")
    if not is_path and name not in notation_names():
        known = ", ".join(notation_names())
        _refuse(f"there is no notation called {name}; there are {known}, or give the path of a .toml file")
    try:
        with open(path, encoding="utf-8") as file:
            source = file.read()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        _refuse(f"the notation {name} cannot be read: {reason}")
    notation = read_notation(source, os.path.splitext(os.path.basename(path))[0])
    if not is_path:
        _LOADED[name] = notation
    return notation


def notation_names() -> tuple[str, ...]:
    """The names of the notations that come with derive, the default one first."""
    names = sorted(f[:-5] for f in os.listdir(_folder()) if f.endswith(".toml"))
    return (DEFAULT, *(n for n in names if n != DEFAULT))


def read_notation(source: str, name: str) -> Notation:
    """A notation from the text of a TOML file.  Raises UserError when it is not one."""
    import tomllib

    try:
        data = tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        _refuse(f"the notation {name} is not valid TOML: {error}")
    known = {"doc", "extends", "settings", "variables", "definitions", "reasons"}
    for key in data:
        if key not in known:
            _refuse(f"the notation {name} has an unknown entry {key}; it may have {', '.join(sorted(known))}")
    for key in ("settings", "variables", "definitions", "reasons"):
        if not isinstance(data.get(key, {}), dict):
            _refuse(f"in the notation {name}, {key} must be a section: write [{key}]")
    for key in ("doc", "extends"):
        if not isinstance(data.get(key, ""), str):
            _refuse(f"in the notation {name}, {key} must be a text, not {data[key]!r}")
    if "extends" in data and data["extends"] not in notation_names():
        known_names = ", ".join(notation_names())
        _refuse(f"the notation {name} extends {data['extends']}, which is none of {known_names}")
    base = Notation("") if name == DEFAULT and "extends" not in data else load_notation(data.get("extends", DEFAULT))
    settings = {k: getattr(base, k) for k in ("sums", "vocabulary", "vocabulary_set", "indicator", "log", "exp")}
    for key, value in data.get("settings", {}).items():
        if key not in settings:
            _refuse(f"the notation {name} has an unknown setting {key}; the settings are {', '.join(settings)}")
        if not isinstance(value, str) or value not in _CHOICES.get(key, (value,)):
            choices = " or ".join(repr(c) for c in _CHOICES.get(key, ("a text",)))
            _refuse(f"in the notation {name}, {key} must be {choices}, not {value!r}")
        settings[key] = _template(name, key, value) if key == "vocabulary_set" else value
    variables = dict(base.variables)
    for key, value in data.get("variables", {}).items():
        letter, variable = _variable(name, key, value)
        rest = tuple(v for v in variables.get(letter, ()) if _place(v) != _place(variable))
        variables[letter] = (*rest, variable)
    definitions, indices = dict(base.definitions), dict(base.indices)
    for key, value in data.get("definitions", {}).items():
        m = re.fullmatch(r"(\w+)((?:\[\w+\])*)", key)
        if m is None:
            _refuse(f"in the notation {name}, {key!r} is not a definition; write its name, or name[k]")
        letters = tuple(re.findall(r"\w+", m[2]))
        place = m[1] + "[]" * len(letters)
        sources = value if isinstance(value, list) else [value]
        definitions[place] = tuple(_template(name, key, s) for s in sources)
        indices[place] = letters
    reasons = dict(base.reasons)
    for key, value in data.get("reasons", {}).items():
        if not isinstance(value, str) or not value.strip():
            _refuse(f"in the notation {name}, the reason {key} must be words in quotation marks, not {value!r}")
        reasons[key] = " ".join(value.split())
    return Notation(
        name, data.get("doc", ""), **settings,
        variables=variables, definitions=definitions, indices=indices, reasons=reasons,
    )  # fmt: skip


def _place(v: Variable) -> tuple[str | None, int]:
    return (None if v.sorts is None else v.sorts[: v.given] + "_" * (len(v.sorts) - v.given), v.given)


def _variable(notation: str, key: str, value: Any) -> tuple[str, Variable]:
    m = re.fullmatch(r"(\w+)\s*(?:\(([\w\s,]*)\))?", key)
    if m is None:
        _refuse(f"in the notation {notation}, {key!r} is not a variable; write p, or p(t, k) with its indices")
    if m[2] is None:
        return m[1], Variable(None, 0, (), _template(notation, key, value))
    params = [p.strip() for p in m[2].split(",")]
    given = params.index("_") if "_" in params else len(params)
    if any(p != "_" for p in params[given:]) or not all(params):
        _refuse(f"in the notation {notation}, {key!r} must have the indices that are left out, _, at its end")
    sorts = "".join("a" if p in GREEK else "i" for p in params)
    read = _template(notation, key, value)
    for slot in read.slots:
        if slot not in params[:given] and not (slot.isdigit() and 1 <= int(slot) <= given):
            _refuse(f"in the notation {notation}, the template of {key!r} uses ${slot}, which is none of its indices")
    return m[1], Variable(sorts, given, tuple(params[:given]), read)


def _template(notation: str, key: str, value: Any) -> Template:
    if not isinstance(value, str):
        _refuse(f"in the notation {notation}, {key!r} must be a template in quotation marks, not {value!r}")
    try:
        return template(value)
    except TemplateError as error:
        _refuse(f"in the notation {notation}, the template {value!r} of {key!r} cannot be read: {error}")


def _folder() -> str:
    return os.path.join(os.path.dirname(__file__), "notations")


def refuse_template(notation: Notation, t: Template, place: str, slot: str, params: list[str]) -> NoReturn:
    """Refuse a template that uses an argument which its definition does not have."""
    _refuse(
        f"in the notation {notation.name}, the template {t.source!r} of {place} uses ${slot}; "
        f"its arguments are {', '.join(params) or 'none'}"
    )


def _refuse(message: str) -> NoReturn:
    from derive.errors import UserError

    raise UserError(message) from None
