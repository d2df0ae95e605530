"""Notation: how the letters and constants of a formula are written.

A notation is a small TOML file; those that come with derive are in ``notations/``.  It says nothing about any target:
its templates are in the little language below, and each target draws the layout that they make.

    $q            the argument called q; $1 is the first one
    $p[$y]        the argument p at the argument y
    @k            a fresh bound letter, k if it is free; $f[@k] is the argument f at it
    x, eps, KL    a letter, a Greek letter, a word
    2 $x          a product: a space between two parts that are not signs
    _{..} ^{..}   subscript and superscript; braces may be left out round one sign
    hat{..} bar{..} tilde{..} bf{..} cal{..}
    ( [ | || , ; : ~ < <= = + - . '

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
from dataclasses import dataclass, field
from typing import Any, NoReturn

from derive.render.formula.nodes import MINUS, TIMES, Accent, Node, Row, Script, Symbol, row, subscript

DEFAULT = "compact"

GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "eps": "ε", "epsilon": "ε", "zeta": "ζ", "eta": "η",
    "theta": "θ", "iota": "ι", "kappa": "κ", "lam": "λ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "pi": "π",
    "rho": "ρ", "sigma": "σ", "tau": "τ", "phi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω", "Gamma": "Γ", "Delta": "Δ",
    "Theta": "Θ", "Lambda": "Λ", "Xi": "Ξ", "Pi": "Π", "Sigma": "Σ", "Phi": "Φ", "Psi": "Ψ", "Omega": "Ω",
}  # fmt: skip
_GREEK_SIGNS = frozenset(GREEK.values())
MARKS = {"hat": "hat", "bar": "bar", "tilde": "tilde"}


# --- names -----------------------------------------------------------------------------------------------------------


def name_node(name: str, kind: str = "name") -> Node:
    """How a name is written: letters in italics, Greek names in Greek, words upright, parts after ``_`` as subscripts.

    ``kind`` is that of a word: name, or fn for the name of a function.
    """
    bare = name.rstrip("'")
    primes = len(name) - len(bare)
    head, *parts = [p for p in bare.split("_") if p] or [bare or "x"]
    digits = re.fullmatch(r"([A-Za-z])(\d+)", head)
    if digits:
        head, parts = digits[1], [digits[2], *parts]
    base: Node = _letter(head, kind)
    while parts and (parts[0] in MARKS or parts[0] == "prime"):
        part = parts.pop(0)
        if part == "prime":
            primes += 1
        else:
            base = Accent(MARKS[part], base)
    if primes:
        base = row(base, *[Symbol("′", "ord")] * primes)
    for part in parts:
        base = subscript(base, Symbol(part, "num") if part.isdigit() else _letter(part, "name"))
    return base


def _letter(word: str, kind: str) -> Symbol:
    if word in GREEK:
        return Symbol(GREEK[word], "var")
    if len(word) == 1:
        return Symbol(word, "num" if word.isdigit() else "var")
    return Symbol(word, kind)


# --- templates -------------------------------------------------------------------------------------------------------


class TemplateError(ValueError):
    """A template that cannot be read."""


@dataclass(frozen=True, slots=True)
class Slot:
    """An argument of the template, at other arguments (names) and fresh letters (names that start with @)."""

    name: str
    at: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fresh:
    letter: str


@dataclass(frozen=True, slots=True)
class Seq:
    items: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Scripted:
    base: Part
    sub: Part | None
    sup: Part | None


@dataclass(frozen=True, slots=True)
class Bracketed:
    open: str
    body: Part
    close: str


@dataclass(frozen=True, slots=True)
class Marked:
    mark: str  # hat, bar, tilde
    body: Part


Part = Symbol | Row | Script | Accent | Slot | Fresh | Seq | Scripted | Bracketed | Marked


@dataclass(frozen=True, slots=True)
class Template:
    source: str
    body: Part
    slots: frozenset[str]
    heads: frozenset[str] = frozenset()  # the slots that stand as a function before brackets


_TOKEN = re.compile(r"\s*(\$[A-Za-z0-9]+|@[A-Za-z]+|[A-Za-z]+|\d+|\|\||<=|>=|[-+_^{}()\[\]|,;:~<>=.'])")
_STYLES = ("bf", "cal")
_SIGNS = {
    "|": ("∣", "rel"), "||": ("∥", "rel"), "<=": ("≤", "rel"), ">=": ("≥", "rel"), "<": ("<", "rel"), ">": (">", "rel"),
    "=": ("=", "rel"), "~": ("∼", "rel"), ",": (",", "punct"), ";": (";", "punct"), ":": (":", "punct"),
    ".": ("·", "ord"), "'": ("′", "ord"), "+": ("+", "op"),
}  # fmt: skip
_CLOSING = {"(": ")", "[": "]", "{": "}"}


class _Reader:
    def __init__(self, source: str) -> None:
        self.source = source
        self.tokens: list[tuple[str, bool]] = []  # the token, and whether it touches the one before
        self.slots: set[str] = set()
        self.heads: set[str] = set()
        self.i = 0
        end = 0
        text = source.rstrip()
        while end < len(text):
            m = _TOKEN.match(text, end)
            if m is None:
                raise TemplateError(f"{text[end:].strip()[:10]!r} is not part of the template language")
            self.tokens.append((m[1], m.start(1) == end))
            end = m.end()

    def peek(self) -> str:
        return self.tokens[self.i][0] if self.i < len(self.tokens) else ""

    def take(self) -> str:
        token = self.peek()
        self.i += 1
        return token

    def touches(self) -> bool:
        return self.i < len(self.tokens) and self.tokens[self.i][1]

    def seq(self, closing: str) -> Part:
        items: list[Part] = []
        while self.peek() and self.peek() != closing:
            touches = self.touches()
            item = self.scripted(bool(items) and not is_sign(items[-1]))
            if items and not touches and not is_sign(items[-1]) and not is_sign(item) and not _is_word(items[-1]):
                items.append(Symbol(TIMES, "times"))
            items.append(item)
        if self.peek() != closing:
            raise TemplateError(f"{closing!r} is missing")
        if not items:
            raise TemplateError("a group is empty")
        return items[0] if len(items) == 1 else Seq(tuple(items))

    def group(self) -> Part:
        if self.peek() == "{":
            self.take()
            out = self.seq("}")
            self.take()
            return out
        return self.atom(False)

    def scripted(self, after: bool) -> Part:
        base = self.scripts(self.atom(after))
        # a word or letter that touches a bracket is a function at its arguments, and scripts after it belong to both
        while self.peek() in ("(", "[") and self.touches() and not is_sign(base):
            if isinstance(base, Slot):
                self.heads.add(base.name)
            opening = self.take()
            body = self.seq(_CLOSING[opening])
            close = self.take()
            base = self.scripts(Seq((_as_function(base), Bracketed(opening, body, close))))
        return base

    def scripts(self, base: Part) -> Part:
        sub: Part | None = None
        sup: Part | None = None
        while self.peek() in ("_", "^", "'"):
            sign = self.take()
            if sign == "'":
                base = Seq((base, Symbol("′", "ord")))
            elif sign == "_" and sub is None:
                sub = self.group()
            elif sign == "^" and sup is None:
                sup = self.group()
            else:
                raise TemplateError("two subscripts or two superscripts")
        return base if sub is None and sup is None else Scripted(base, sub, sup)

    def atom(self, after: bool) -> Part:
        token = self.take()
        if not token:
            raise TemplateError("it ends too early")
        if token[0] == "$":
            name = token[1:]
            self.slots.add(name)
            at: list[str] = []
            while self.peek() == "[" and self.touches():
                self.take()
                index = self.take()
                if index[:1] not in ("$", "@") or self.take() != "]":
                    raise TemplateError(f"after ${name}[ there must be one $name or @letter, then ]")
                if index[0] == "$":
                    self.slots.add(index[1:])
                at.append(index[1:] if index[0] == "$" else index)
            return Slot(name, tuple(at))
        if token[0] == "@":
            return Fresh(token[1:])
        if token in ("(", "["):
            body = self.seq(_CLOSING[token])
            return Bracketed(token, body, self.take())
        if token == "{":
            self.i -= 1
            return self.group()
        if token == "-":
            return Symbol(MINUS, "op" if after else "neg")
        if token in _SIGNS:
            return Symbol(*_SIGNS[token])
        if token.isdigit():
            return Symbol(token, "num")
        if token[0].isalpha():
            if self.peek() == "{" and self.touches():
                if token in _STYLES:
                    letter = self.group()
                    if not isinstance(letter, Symbol):
                        raise TemplateError(f"{token}{{..}} takes one letter or word")
                    return Symbol(letter.text, {"bf": "bold", "cal": "cal"}[token])
                if token in MARKS:
                    return Marked(MARKS[token], self.group())
                raise TemplateError(f"{token}{{..}} is none of bf, cal, hat, bar, tilde")
            return _letter(token, "fn" if token in ("Pr", "log", "ln", "exp") else "name")
        raise TemplateError(f"{token!r} stands in the wrong place")


def separates(part: Part) -> bool:
    """Whether a part keeps its neighbours apart, so that they need no brackets."""
    return isinstance(part, Symbol) and part.kind in ("rel", "punct")


def is_sign(part: Part) -> bool:
    return isinstance(part, Symbol) and part.kind in ("rel", "punct", "op", "neg", "times")


def _is_word(part: Part) -> bool:
    return isinstance(part, Symbol) and part.kind == "fn"


def _as_function(part: Part) -> Part:
    if isinstance(part, Symbol) and part.kind == "name":
        return Symbol(part.text, "fn")
    if isinstance(part, Scripted):
        return Scripted(_as_function(part.base), part.sub, part.sup)
    return part


def template(source: str) -> Template:
    """Read a template.  Raises TemplateError when it cannot be read."""
    reader = _Reader(source)
    body = reader.seq("")
    return Template(source, body, frozenset(reader.slots), frozenset(reader.heads))


# --- profiles --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Variable:
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


@dataclass(frozen=True, slots=True)
class Notation:
    """A way of writing.  ``settings`` has every key of the section [settings]."""

    name: str
    doc: str = ""
    sums: str = "bounds"
    vocabulary: str = "V"  # the size whose range 1..V is written as the set, where sums = set
    vocabulary_set: Template = field(default_factory=lambda: template("cal{V}"))
    indicator: str = "iverson"
    log: str = "log"
    exp: str = "auto"
    variables: dict[str, tuple[Variable, ...]] = field(default_factory=dict)
    definitions: dict[str, tuple[Template, ...]] = field(default_factory=dict)  # by name, with [] for each index
    indices: dict[str, tuple[str, ...]] = field(default_factory=dict)  # the names of those indices
    reasons: dict[str, str] = field(default_factory=dict)  # other words for a reason, by its name as in by=

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
