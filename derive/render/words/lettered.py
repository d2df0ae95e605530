"""Words in the page's letters.  Authors write titles, reasons, notes and labels in the letters of their proof, as the default notation
writes them; where the notation of a page writes a letter or a definition otherwise, so do its words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple
from unicodedata import normalize

from derive.errors import UserError
from derive.kernel.sorts import INT, Fn, Sort
from derive.kernel.terms import Term, Var
from derive.language import letters as field
from derive.record import Block, Derivation, Line
from derive.record.letters import Letter, definitions_in, letters_in
from derive.render.formula import templates as tpl
from derive.render.formula.alphabets import ACCENTS, SUBSCRIPTS, SUPERSCRIPTS, in_bold, in_script
from derive.render.formula.honest import head_of
from derive.render.formula.names import GREEK, letter_symbol
from derive.render.formula.nodes import PRODUCT, Node, Row, Script, Symbol
from derive.render.formula.notation import Notation, load_notation
from derive.render.words.prose import ACCENTED, parts


class PageWords(str):
    """Words that are in the page's letters already, such as those that a notation has for a reason."""


class Rule(NamedTuple):
    """How authors write something, and how the page does."""

    form: re.Pattern[str]
    written: tpl.Part


def lettered(d: Derivation, notation: Notation) -> Derivation:
    """The derivation with its words in the letters of the notation.

    Raises UserError where a letter that the notation writes otherwise cannot be told from the words round it.
    """
    say = Lettering(d.terms, notation, d.name).words

    def labels(pairs: Iterable[tuple[Term, str]]) -> tuple[tuple[Term, str], ...]:
        return tuple((term, say(words)) for term, words in pairs)

    def line(x: Line) -> Line:
        return x._replace(reasons=tuple(r._replace(phrase=say(r.phrase)) for r in x.reasons), labels=labels(x.labels))

    def block(b: Block) -> Block:
        return b._replace(lines=tuple(map(line, b.lines)), title=say(b.title), labels=labels(b.labels))

    return d._replace(
        summary=say(d.summary), blocks=tuple(map(block, d.blocks)), labels=labels(d.labels), notes=tuple(map(say, d.notes))
    )  # fmt: skip


def in_letters(words: str, terms: Iterable[Term], notation: Notation, name: str) -> str:
    """What is said of the terms, which stand under this name, in the letters of the notation.  Raises UserError as ``lettered`` does."""
    return Lettering(terms, notation, name).words(words)


class Lettering:
    """The letters of a page.  ``terms``: what stands on it; ``name``: of what it shows."""

    def __init__(self, terms: Iterable[Term], notation: Notation, name: str) -> None:
        self.notation, self.name = notation, name
        usual = load_notation()
        terms = tuple(terms)
        self.renamed: dict[str, str] = {}  # letters, and what the page has for them
        self.rules: list[Rule] = []
        if notation is not usual:
            self.rules = [*_definitions(terms, notation, usual), *self._letters(terms, usual)]

    def words(self, words: str) -> str:
        if self.notation is load_notation() or not words or isinstance(words, PageWords):
            return words
        out = ""
        for formula, part in parts(words):
            if not formula:
                self._refuse_hidden(part, words)
            out += self.formula(part) if formula else part
        return PageWords(out)

    def formula(self, text: str) -> str:
        """A small formula in the page's letters."""
        out, i = "", 0
        while i < len(text):
            found = ((r.written, m) for r in self.rules if (m := r.form.match(text, i)))
            written, match = next(found, (None, _WORD.match(text, i)))
            if written is not None and match is not None:
                out += write(written, {n: self.formula(v) for n, v in match.groupdict().items() if v})
            elif match is not None:
                out += self.notation.log if match[0] == "log" else match[0]
            else:
                out += text[i]
            i = match.end() if match is not None else i + 1
        return out

    def _refuse_hidden(self, plain: str, words: str) -> None:
        """A letter that the page writes otherwise, in words that are set as they are: p's."""
        for letter, written in self.renamed.items():
            found = (
                None if letter in _ARTICLES else re.search(rf"(?<![\w.]){letter}(?![^\W_{_RAISED}]|\.[A-Za-z])", plain)
            )
            if found is not None:
                raise UserError(
                    f"{self.name} says {words[:120]!r}, and the notation {self.notation.name} writes {letter} as {written}, but there "
                    f"{letter} does not stand as a letter by itself: write it so, as in “of {letter}”, or name no letter in these words"
                )

    def _letters(self, terms: tuple[Term, ...], usual: Notation) -> Iterator[Rule]:
        """The letters that the notation writes otherwise, of the sorts that they have on the page, or may have."""
        found = [x for t in terms for x in letters_in(t) if isinstance(x, Letter)]
        for name in dict.fromkeys(x.name for x in found if "_" in x.name):
            yield Rule(re.compile(_spelled(name)), Symbol(_sign(name), "text"))  # n_s is no n
        for name, variables in self.notation.variables.items():
            before = {(v.sorts, v.given): v.template.source for v in usual.variables.get(name, ())}
            changed = [v for v in variables if v.template.source != before.get((v.sorts, v.given))]
            here = [_kinds(x.sort) for x in found if x.name == name]
            free = not here or any(not x.bound for x in found if x.name == name)
            sorts = list(dict.fromkeys(here or map(_kinds, _field(name)))) or [v.sorts or "" for v in variables]
            alone = sorts if here else sorts[:1]  # what a letter that stands nowhere else is taken for
            fitting = [v for s in sorts for v in changed if v.sorts == s and (v.given or s in alone)]
            fitting += [v for v in changed if v.sorts is None and free]
            if not fitting:
                continue
            fitting.sort(key=lambda v: -v.given)
            for v in fitting:
                yield from (Rule(re.compile(_spelled(name) + form), v.template.body) for form in _forms(v.params))
            first = fitting[0]
            head = head_of(first.template.body)
            stated = any(self.notation.variable(name, s, 0) for s in sorts)
            if not stated and not isinstance(head, (tpl.Slot, tpl.Fresh)):  # p, where the page has P_t alone
                yield Rule(re.compile(_spelled(name)), head)
            if len(_sign(name)) == 1 and head != letter_symbol(name, "name"):
                bare = fitting[-1]
                self.renamed[_sign(name)] = normalize("NFC", write(bare.template.body, {p: p for p in bare.params}))


_ARTICLES = ("a", "A", "I")
_RAISED = "".join((*SUBSCRIPTS.values(), *SUPERSCRIPTS.values()))  # p² has the letter p
_WORD = re.compile(r"[^\W\d_]+")
_ONE = r"[^\W_]"  # what stands alone below a letter
_MORE = r"[^{}]+"
_ARGUMENT = r"(?:[^(),|{}]|\([^()]*\)|\{[^{}]*\})+?"


def _sign(name: str) -> str:
    """A name as small formulas in words have it: n_s, θ."""
    return "_".join(GREEK.get(part, part) for part in name.split("_"))


def _spelled(name: str) -> str:
    return re.escape(_sign(name)) + rf"(?![^\W\d_]|{ACCENTED})"


def _kinds(sort: Sort) -> str:
    """The sorts of the indices, as a notation has them."""
    out = ""
    while isinstance(sort, Fn):
        out, sort = out + ("i" if sort.dom is INT else "a"), sort.cod
    return out


def _field(name: str) -> list[Sort]:
    """The sorts that a letter has in the field."""
    return [v.sort for v in vars(field).values() if isinstance(v, Var) and v.name == name]


def _forms(params: tuple[str, ...]) -> Iterator[str]:
    """How authors write a letter at its indices, behind it: p_t(k), p(t, k), p(t)(k), p_{t,k}."""
    if not params:
        yield ""
        return
    args = [f"(?P<{p}>{_ARGUMENT})" for p in params]
    behind = rf"\({', ?'.join(args[1:])}\)" if args[1:] else ""
    yield rf"_(?P<{params[0]}>{_ONE}){behind}"
    yield rf"_\{{(?P<{params[0]}>{_MORE})\}}{behind}"
    yield rf"\({', ?'.join(args)}\)"
    if behind:
        yield "".join(rf"\({a}\)" for a in args)
        yield rf"_\{{{', ?'.join(args)}\}}"


def _definitions(terms: Iterable[Term], notation: Notation, usual: Notation) -> Iterator[Rule]:
    """The definitions on the page: how the default notation writes them, and how this one does, be it the same."""
    for definition in definitions_in(terms):
        params = [p.name for p in definition.params]
        for place in (p for p in usual.definitions if p.partition("[")[0] == definition.name):
            forms, written = usual.definitions[place], notation.definitions.get(place, ())
            names = {str(i): p for i, p in enumerate(params, 1)}
            names |= dict(zip(usual.indices.get(place, ()), notation.indices.get(place, ()), strict=False))
            for form in forms:
                shown = {names.get(s, s) for s in form.slots}
                to = next((t for t in written if {names.get(s, s) for s in t.slots} <= shown), None)
                if to is not None and not any(isinstance(x, tpl.Fresh) for t in (form, to) for x in tpl.walk(t.body)):
                    yield Rule(re.compile(_Pattern(names).of(form.body)), to.body)


class _Pattern:
    """What reads a small formula that is written as a template."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self.names = names
        self.seen: set[str] = set()

    def of(self, part: tpl.Part, what: str = _ARGUMENT) -> str:
        if isinstance(part, tpl.Slot):
            name = self.names.get(part.name, part.name)
            if name in self.seen:
                return f"(?P={name})"
            self.seen.add(name)
            return f"(?P<{name}>{what})"
        if isinstance(part, tpl.Seq):
            return "".join(map(self.of, part.items))
        if isinstance(part, tpl.Bracketed):
            return rf"\{part.open}{self.of(part.body)}\{part.close}"
        if isinstance(part, tpl.Scripted):
            scripts = ((sign, s) for sign, s in (("_", part.sub), (r"\^", part.sup)) if s is not None)
            return self.of(part.base) + "".join(sign + self.script(s) for sign, s in scripts)
        if isinstance(part, tpl.Marked):
            return self.of(part.body) + ACCENTS[part.mark]
        if isinstance(part, Symbol) and part.text.isalpha():
            return re.escape(write(part, {})) + r"(?![^\W\d_])"
        return rf"\s?{re.escape(part.text.replace('∣', '|'))}\s?" if isinstance(part, Symbol) else "(?!)"

    def script(self, part: tpl.Part) -> str:
        if isinstance(part, tpl.Slot):
            return rf"(?:(?=[^{{]){self.of(part, _ONE)})"
        return rf"\{{?{self.of(part)}\}}?"


def write(part: tpl.Part | Node, slots: Mapping[str, str]) -> str:
    """A template with its arguments as a small formula in words, which ``sentence`` reads."""
    if isinstance(part, tpl.Slot):
        return slots.get(part.name, part.name) + "".join(f"({slots.get(a, a)})" for a in part.at)
    if isinstance(part, tpl.Fresh):
        return part.letter
    if isinstance(part, (tpl.Seq, Row)):
        return "".join(write(x, slots) for x in part.items)
    if isinstance(part, tpl.Bracketed):
        return f"{part.open}{write(part.body, slots)}{part.close}"
    if isinstance(part, (tpl.Scripted, Script)):
        scripts = ((sign, s) for sign, s in (("_", part.sub), ("^", part.sup)) if s is not None)
        return write(part.base, slots) + "".join(
            sign + _braced(write(s, slots).replace(" ", "")) for sign, s in scripts
        )
    if isinstance(part, tpl.Marked):
        return write(part.body, slots) + ACCENTS[part.mark]
    assert isinstance(part, Symbol)
    if part == PRODUCT:
        return " "
    drawn = {"bold": in_bold, "cal": in_script}.get(part.kind, str)(part.text).replace("∣", "|")
    return f" {drawn} " if part.kind == "rel" else f"{drawn} " if part.kind == "punct" else drawn


def _braced(script: str) -> str:
    return script if len(script) == 1 else f"{{{script}}}"
