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
from collections.abc import Iterator, Mapping
from typing import Any, NoReturn
from unicodedata import category

from derive.files import read_within, shown, toml_table
from derive.kernel.definitions import Definition, definitions
from derive.kernel.sorts import INT
from derive.kernel.terms import At, SortError, Term, Var
from derive.render.formula import honest
from derive.render.formula.names import GREEK, reads_as_integer
from derive.render.formula.templates import Slot, Template, TemplateError, template, walk
from derive.values import Value

DEFAULT = "compact"


class Variable(Value):
    """How a variable with these indices is written.  ``sorts``: i integer, a any other; None stands for any indices."""

    sorts: str | None
    given: int  # how many of the indices are there
    params: tuple[str, ...]
    template: Template
    key: str = ""  # as it stands in the file


_CHOICES = {
    "sums": ("bounds", "set"),
    "indicator": ("iverson", "kronecker", "indicator"),
    "log": ("log", "ln"),
    "exp": ("auto", "power", "function"),
}


class Notation(Value):
    """A way of writing.  ``settings`` has every key of the section [settings]."""

    name: str
    variables: dict[str, tuple[Variable, ...]]
    definitions: dict[str, tuple[Template, ...]]  # by name, with [] for each index
    indices: dict[str, tuple[str, ...]]  # the names of those indices
    reasons: dict[str, str]  # other words for a reason, by its name as in by=
    order: dict[str, tuple[str, ...]]  # in which arguments are shown, by key, where that is unusual
    unchecked: set[str]  # places of definitions that are not made yet
    doc: str = ""
    sums: str = "bounds"
    vocabulary: str = "V"  # the size whose range 1..V is written as the set, where sums = set
    vocabulary_set: Template = template("cal{V}")
    indicator: str = "iverson"
    log: str = "log"
    exp: str = "auto"

    @classmethod
    def bare(cls, name: str) -> Notation:
        """The notation without a template."""
        return cls(name, {}, {}, {}, {}, {}, set())

    def key(self, place: str) -> str:
        """How the file names a definition at its indices: softmax[k]."""
        return place.partition("[")[0] + "".join(f"[{letter}]" for letter in self.indices.get(place, ()))

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
    from derive.errors import UserError

    try:
        source = read_within(path).decode("utf-8")
    except UnicodeDecodeError:
        _refuse(f"the notation {name} cannot be read: it is not UTF-8 text")
    except UserError as error:
        _refuse(f"the notation {error}")
    notation = read_notation(source, os.path.splitext(os.path.basename(path))[0], builtin=not is_path)
    if not is_path:
        _LOADED[name] = notation
    return notation


def notation_names() -> tuple[str, ...]:
    """The names of the notations that come with derive, the default one first."""
    names = sorted(f[:-5] for f in os.listdir(_folder()) if f.endswith(".toml"))
    return (DEFAULT, *(n for n in names if n != DEFAULT))


def read_notation(source: str, name: str, builtin: bool = False) -> Notation:
    """A notation from the text of a TOML file.  Raises UserError when it is not one, or when a template of it would lie.

    Those that come with derive are read by every command, and the tests have them looked at as if they were somebody's own.
    """
    try:
        data = toml_table(source)
    except ValueError as error:
        _refuse(f"the notation {name} is not valid TOML: {error}")
    _sections_are_known(name, data)
    base = Notation.bare("") if builtin and name == DEFAULT else load_notation(data.get("extends", DEFAULT))
    out = Notation(
        name, dict(base.variables), dict(base.definitions), dict(base.indices), dict(base.reasons), dict(base.order), set(),
        doc=data.get("doc", ""), **_settings(name, data, base),
    )  # fmt: skip
    own = _order(name, data)
    changed = [_set_variable(out, key, value) for key, value in data.get("variables", {}).items()]
    places = [_set_definition(out, key, value) for key, value in data.get("definitions", {}).items()]
    for key, value in data.get("reasons", {}).items():
        if not isinstance(value, str) or not value.strip():
            _refuse(f"in the notation {name}, the reason {key} must be words in quotation marks, not {shown(value)}")
        unseen = [c for c in value if category(c) in ("Cc", "Cf", "Cs") and not c.isspace()]
        if unseen:
            _refuse(
                f"in the notation {name}, the reason {key} = {shown(value)} has the control character U+{ord(unseen[0]):04X}; "
                "write it without"
            )
        out.reasons[key] = " ".join(value.split())
    keys = {v.key for v in changed} | {out.key(p) for p in places}
    stray = own.keys() - keys
    if stray:
        _refuse(
            f"in the notation {name}, [order] names {min(stray)}, for which the file has no template; write it as it stands there"
        )
    for key in keys - own.keys():  # what is written anew has its own order
        out.order.pop(key, None)
    out.order.update(own)
    made = {d.name: d for d in definitions()}
    if builtin:
        out.unchecked.update(p for p in places if p.partition("[")[0] not in made)
        return out
    taken = _names_of_others(load_notation(), "")
    for v in changed:
        thing = honest.Shown(
            v.key,
            (v.template,),
            v.params,
            {str(i + 1): p for i, p in enumerate(v.params)},
            name=v.key.partition("(")[0].strip(),
            is_letter=True,
            taken=taken,
        )
        honest.check(name, thing, own.get(v.key))
        _fits(name, v.key, v.template, {})
        if v.sorts is None and reads_as_integer(honest.letter_of(v.template)) and not reads_as_integer(v.key):
            _refuse(
                f'in the notation {name}, {v.key} = "{v.template.source}" writes a number as {v.template.source}, which a reader takes '
                "for an integer; choose a letter such as a, b, c or x"
            )
    out.unchecked.update(places)
    for place in places:
        if (definition := made.get(place.partition("[")[0])) is not None:
            _check_definition(out, place, definition)
    honest.refuse_alike(name, _things(out))
    return out


def check_definition(notation: Notation, place: str, definition: Definition) -> None:
    """The templates of a definition that was not made when the notation was loaded.  Raises UserError when they lie."""
    if place in notation.unchecked:
        _check_definition(notation, place, definition)
        honest.refuse_alike(notation.name, _things(notation))


def _check_definition(notation: Notation, place: str, definition: Definition) -> None:
    thing = _shown(notation, place, definition)
    honest.check(notation.name, thing, notation.order.get(thing.key))
    slots = {p.name: p for p in definition.params}
    slots |= {str(i + 1): p for i, p in enumerate(definition.params)}
    for t in thing.templates:
        _fits(notation.name, thing.key, t, slots)
    notation.unchecked.discard(place)


def _fits(notation: str, key: str, t: Template, slots: Mapping[str, Var]) -> None:
    """Raises UserError when an argument stands at what it does not take: $q[$p], where q is a family and p no index.  What is no
    argument is an index, at which nothing stands."""
    for part in walk(t.body):
        if not isinstance(part, Slot):
            continue
        term: Term = slots.get(part.name, _INDEX)
        for a in part.at:
            try:
                term = At(term, slots.get(a, _INDEX))
            except SortError:
                index = a if a[:1] == "@" else f"${a}"
                written = f"${part.name}" + "".join(f"[{x if x[:1] == '@' else '$' + x}]" for x in part.at)
                _refuse(
                    f'in the notation {notation}, {key} = "{t.source}" has {written}, but ${part.name} is of sort {slots.get(part.name, _INDEX).sort} '
                    f"and {index} of sort {slots.get(a, _INDEX).sort}, so it cannot stand there; write ${part.name} alone"
                )


_INDEX = Var("k", INT)


def turns_round(notation: Notation, definition: Definition) -> bool:
    """Whether arguments of one sort stand in an order that the file had to declare: KL(p || q), where others write KL(q || p)."""
    key = definition.name
    if key not in notation.order or key not in notation.definitions:
        return False
    sorts = {p.name: p.sort for p in definition.params}
    return any(sorts[a] == sorts[b] for a, b in honest.turned(_shown(notation, key, definition)))


def named_otherwise(notation: Notation, definition: Definition) -> bool:
    """Whether a template of the file's own has another name for a definition than those that come with derive and the field have: a
    reader could take it for something else, or not know it."""
    usual = {t for n in notation_names() for ts in _places(load_notation(n), definition) for t in ts}
    own = {t for ts in _places(notation, definition) for t in ts} - usual
    known = {honest.name_of(t) for t in usual}
    return not all(honest.name_of(t) in known or honest.is_name_of(t, definition.name) for t in own)


def _places(notation: Notation, definition: Definition) -> Iterator[tuple[Template, ...]]:
    return (ts for place, ts in notation.definitions.items() if place.partition("[")[0] == definition.name)


def _shown(notation: Notation, place: str, definition: Definition) -> honest.Shown:
    """The templates of a definition at its indices, beside those of the default notation."""
    default = _LOADED.get(DEFAULT, notation)
    letters = notation.indices.get(place, ())
    params = [p.name for p in definition.params]
    synonyms = {str(i + 1): p for i, p in enumerate(params)}
    # the index of a family has the letter that the file gives it
    synonyms |= dict(zip(default.indices.get(place, ()), letters, strict=False))
    usual = default.definitions.get(place, ())
    return honest.Shown(
        notation.key(place),
        notation.definitions[place],
        (*params, *letters),
        synonyms,
        usual,
        definition.name,
        taken=_names_of_others(default, definition.name),
    )


def _names_of_others(default: Notation, name: str) -> set[str]:
    """What the default notation calls the other definitions."""
    return honest.heads(t for place, ts in default.definitions.items() if place.partition("[")[0] != name for t in ts)


def _things(notation: Notation) -> Iterator[tuple[str, str, Template]]:
    """The templates that must look different, each with the name of what it is for and its key."""
    for place, templates in notation.definitions.items():
        if place in notation.unchecked:
            continue
        yield from ((f"definition {place}", notation.key(place), t) for t in templates)
    for letter, written in notation.variables.items():
        for v in written:
            if v.sorts is None or len(v.sorts) == v.given:
                yield f"letter {letter}", v.key, v.template


def _sections_are_known(name: str, data: dict[str, Any]) -> None:
    sections = ("settings", "variables", "definitions", "order", "reasons")
    for key in data:
        if key not in (*sections, "doc", "extends"):
            known = ", ".join(sorted((*sections, "doc", "extends")))
            _refuse(f"the notation {name} has an unknown entry {key}; it may have {known}")
    for key in sections:
        if not isinstance(data.get(key, {}), dict):
            _refuse(f"in the notation {name}, {key} must be a section: write [{key}]")
    for key in ("doc", "extends"):
        if not isinstance(data.get(key, ""), str):
            _refuse(f"in the notation {name}, {key} must be a text, not {shown(data[key])}")
    if "extends" in data and data["extends"] not in notation_names():
        known = ", ".join(notation_names())
        _refuse(f"the notation {name} extends {data['extends']}, which is none of {known}")


def _settings(name: str, data: dict[str, Any], base: Notation) -> dict[str, Any]:
    settings = {k: getattr(base, k) for k in ("sums", "vocabulary", "vocabulary_set", "indicator", "log", "exp")}
    for key, value in data.get("settings", {}).items():
        if key not in settings:
            _refuse(f"the notation {name} has an unknown setting {key}; the settings are {', '.join(settings)}")
        if not isinstance(value, str) or value not in _CHOICES.get(key, (value,)):
            choices = " or ".join(repr(c) for c in _CHOICES.get(key, ("a text",)))
            _refuse(f"in the notation {name}, {key} must be {choices}, not {shown(value)}")
        settings[key] = value
        if key == "vocabulary_set":
            settings[key] = _template(name, key, value)
            honest.check(name, honest.Shown(key, (settings[key],), ()), None)
    return settings


def _order(name: str, data: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    out: dict[str, tuple[str, ...]] = {}
    for key, value in data.get("order", {}).items():
        if not isinstance(value, list) or len(value) < 2 or not all(isinstance(v, str) for v in value):
            _refuse(
                f'in the notation {name}, [order] {key} must list arguments, such as ["p", "q"], not {shown(value)}'
            )
        out[key] = tuple(v.removeprefix("$") for v in value)
    return out


def _set_variable(out: Notation, key: str, value: Any) -> Variable:
    letter, variable = _variable(out.name, key, value)
    rest = tuple(v for v in out.variables.get(letter, ()) if _place(v) != _place(variable))
    out.variables[letter] = (*rest, variable)
    return variable


def _set_definition(out: Notation, key: str, value: Any) -> str:
    m = re.fullmatch(r"(\w+)((?:\[\w+\])*)", key)
    if m is None:
        _refuse(f"in the notation {out.name}, {key!r} is not a definition; write its name, or name[k]")
    letters = tuple(re.findall(r"\w+", m[2]))
    place = m[1] + "[]" * len(letters)
    sources = value if isinstance(value, list) else [value]
    out.definitions[place] = tuple(_template(out.name, key, s) for s in sources)
    out.indices[place] = letters
    return place


def _place(v: Variable) -> tuple[str | None, int]:
    return (None if v.sorts is None else v.sorts[: v.given] + "_" * (len(v.sorts) - v.given), v.given)


def _variable(notation: str, key: str, value: Any) -> tuple[str, Variable]:
    m = re.fullmatch(r"(\w+)\s*(?:\(([\w\s,]*)\))?", key)
    if m is None:
        _refuse(f"in the notation {notation}, {key!r} is not a variable; write p, or p(t, k) with its indices")
    if m[2] is None:
        return m[1], Variable(None, 0, (), _template(notation, key, value), key)
    params = [p.strip() for p in m[2].split(",")]
    given = params.index("_") if "_" in params else len(params)
    if any(p != "_" for p in params[given:]) or not all(params):
        _refuse(f"in the notation {notation}, {key!r} must have the indices that are left out, _, at its end")
    sorts = "".join("a" if p in GREEK else "i" for p in params)
    return m[1], Variable(sorts, given, tuple(params[:given]), _template(notation, key, value), key)


def _template(notation: str, key: str, value: Any) -> Template:
    if not isinstance(value, str):
        _refuse(f"in the notation {notation}, {key!r} must be a template in quotation marks, not {shown(value)}")
    try:
        return template(value)
    except TemplateError as error:
        _refuse(f"in the notation {notation}, the template {shown(value)} of {key!r} cannot be read: {error}")


def _folder() -> str:
    return os.path.join(os.path.dirname(__file__), "notations")


def _refuse(message: str) -> NoReturn:
    from derive.errors import UserError

    raise UserError(message) from None
