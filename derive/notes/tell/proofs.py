"""Chains that are proved as a program: a @theorem for each, with the reasons that were found, which checks as it stands.

Rows are joined into one theorem where each begins with what the one before ends with; of what is known there it has the conditions
that its proof uses.  The program is run before it is written: a theorem that does not check, or that has no words in a program, is
left out, and a comment says which, why, and what to do.
"""

from __future__ import annotations

import json
import keyword
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import import_module
from itertools import groupby
from pathlib import PurePath
from typing import Any

from derive.board.find import find
from derive.board.goal import Goal
from derive.board.justify import Success
from derive.board.program import Import, Program, UnwrittenError
from derive.board.reasons import auto, normal
from derive.board.withheld import spots
from derive.errors import MisreadError, UserError
from derive.kernel import terms as k
from derive.kernel.sorts import INT, REAL, Base, Fn, Sort
from derive.kernel.terms import Lam, Num, Term, Var
from derive.lemmas import xlogy_eq_mul_log
from derive.notes.judge.verdict import Row
from derive.notes.tell.letters import readable
from derive.notes.tell.saying import Named, Sides, brought_in, said, texts
from derive.notes.tell.titles import titles_of
from derive.notes.tell.view import Line, Shown, View, document_title
from derive.record.letters import definitions_in
from derive.render.formula.alphabets import GREEK_NAMES
from derive.tactics.context import Context
from derive.tactics.defined import undefined_part

_CALLS = {"=": "eq", "<=": "le", "<": "lt", ">=": "ge", ">": "gt"}
_STATEMENTS = {"=": "Eq({}, {})", "<=": "{} <= {}", "<": "{} < {}", ">=": "{} >= {}", ">": "{} > {}"}


@dataclass(frozen=True, slots=True)
class Link:
    """A proved relation.  ``reasons``: those that carry it, the normal form where none are known; ``hints``: what may carry it then."""

    row: Row
    left: Term
    right: Term
    given: tuple[Term, ...]
    reasons: tuple[Any, ...]
    hints: tuple[tuple[Any, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Way:
    """A chain with letters that read as they are meant; ``told``: which of them stand for which of the notes; ``subject``: what the
    notes are about."""

    links: tuple[Link, ...]
    told: dict[Var, str]
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Written:
    """The text of a theorem, or why there is none."""

    name: str
    title: str
    lines: str
    text: str
    imports: frozenset[str] = frozenset()
    why: str = ""
    uses: tuple[Term, ...] = ()  # of its conditions
    goals: tuple[Goal, ...] = ()  # of its lines
    told: dict[Var, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Proofs:
    """The program, and what is said of it: how many theorems it has, which letters are not those of the notes, what it lacks."""

    text: str
    count: int
    letters: tuple[str, ...]
    left: tuple[str, ...]


def proofs(view: View) -> Proofs:
    """The program.  A file without a proved chain gives one that says so."""
    stem = re.sub(r"\W+", "_", PurePath(view.path).stem).strip("_").lower() or "notes"
    stem = f"notes_{stem}" if not stem.isidentifier() or keyword.iskeyword(stem) else stem
    chains = list(_chains(view))
    sides, known = texts(view), list(brought_in(view))
    titles = titles_of(view.document.text, [(shown, [link.row for link in chain]) for shown, chain in chains], sides)
    subject = document_title(view.document.text)
    ways = [[replace(way, subject=subject) for way in _ways(chain, sides, known)] for _, chain in chains]
    names = _letters(t for some in ways for way in some for x in way.links for t in (x.left, x.right, *x.given))
    written: list[Written] = []
    for title, some in zip(titles, ways, strict=True):
        written += _checked(stem, title, some, names, sum(not w.why for w in written))
    return _file(view, names, written)


def _ways(chain: list[Link], sides: Sides, known: Sequence[tuple[Line, Named]]) -> Iterator[Way]:
    """How a chain may be written, the best first: with the names that the notes have; with these written out; with plainer letters,
    where those of the notes read as something else."""
    named = _named(chain, sides, known)
    if named != chain:
        yield _readable(named)
    yield _readable(chain)
    yield _readable(chain, plain=True)


def _named(chain: Sequence[Link], sides: Sides, known: Sequence[tuple[Line, Named]]) -> list[Link]:
    """The chain in which a side that is written with a name has that name."""
    start = chain[0].row.step.span.start
    before = [x for line, x in known if line.printed.span.start < start]
    left, used = said(chain[0].left, sides.get(id(chain[0].row), ("", ""))[0], before)
    out: list[Link] = []
    for x in chain:
        right, more = said(x.right, sides.get(id(x.row), ("", ""))[1], before)
        used += more
        same = (left, right) == (x.left, x.right)
        one_side = [y for y in used if (y.head in left.free) != (y.head in right.free)]
        words = [op for op in definitions_in([left, right]) if op not in definitions_in([x.left, x.right])]
        says = tuple(dict.fromkeys(y.says for y in one_side))
        hints = ((*words, *says), (*words, *says, xlogy_eq_mul_log), (*words, *says, auto))
        out.append(x if same else replace(x, left=left, right=right, reasons=(normal,), hints=hints))
        left = right
    given = tuple(dict.fromkeys(y.says for y in used))
    return [replace(x, given=(*given, *x.given)) for x in out] if given else out


def _checked(stem: str, title: str, ways: Sequence[Way], names: dict[str, Any], before: int) -> list[Written]:
    """A chain as a theorem, in the first way that checks; where none does as a whole, its parts between the rows for which no reason
    was found."""
    whole, way = Written("", "", "", ""), ways[0]
    for n, way in enumerate(ways):
        if way.links not in [w.links for w in ways[:n]]:
            whole = _shortest(f"{stem}_{before + 1}", title, way, names)
        if not whole.why:
            return [whole]
    way = ways[-2]
    parts = [
        tuple(links)
        for _, links in groupby(way.links, key=lambda link: bool(link.row.verdict and link.row.verdict.reasons))
    ]
    if len(parts) == 1 or whole.why == _MISREAD:
        return [whole]
    out: list[Written] = []
    for n, part in enumerate(parts, 1):
        name = f"{stem}_{before + sum(not w.why for w in out) + 1}"
        out.append(_shortest(name, f"{title}, part {n}", replace(way, links=part), names))
    return out


def _shortest(name: str, title: str, way: Way, names: dict[str, Any]) -> Written:
    """The theorem with the conditions that its proof uses, or its formulas so that they have a value, where it checks with these."""
    whole = _proved(_theorem(name, title, way, names), names)
    if whole.why:
        return whole
    needed = _needed(way, whole.uses)
    used = replace(way, links=tuple(replace(x, given=tuple(g for g in x.given if g in needed)) for x in way.links))
    told = replace(used, links=tuple(_told_better(used.links, whole.goals)))
    for better in (told, used) if told != used else (used,):
        short = _proved(_theorem(name, title, better, names), names, page=True)
        if short.why in ("", _MISREAD):
            return short
    return short if used.links == way.links else _proved(whole, names, page=True)


FEW = 60
"""How many reasons are tried for a row of which the normal form is known."""


def _told_better(links: Sequence[Link], goals: Sequence[Goal]) -> Iterator[Link]:
    """The links with reasons that say more than the normal form, where there are some."""
    steps = [x for x in links if x.left != x.right] or links[:1]
    known = dict(zip(map(id, steps), goals, strict=True)) if len(steps) == len(goals) else {}
    for x in links:
        goal = known.get(id(x))
        if goal is None or x.reasons != (normal,):
            yield x
            continue
        reasons = next((r for r in x.hints if r and _carries(r, goal)), None)
        if reasons is None and (found := find(goal, FEW)) is not None:
            reasons = tuple(found.reasons)
        yield x if reasons is None else replace(x, reasons=reasons)


def _carries(reasons: Sequence[Any], goal: Goal) -> bool:
    out = goal.judge(reasons)
    return isinstance(out, Success) and goal.confirms(reasons, out)


def _needed(way: Way, uses: Sequence[Term]) -> list[Term]:
    """The conditions without those that nothing rests on, the later ones first."""
    sides = [t for x in way.links for t in (x.left, x.right)]
    kept = list(dict.fromkeys(g for x in way.links for g in x.given))
    for g in reversed(kept):
        rest = [x for x in kept if x is not g]
        context = Context.of(rest)
        if g not in uses and not any(undefined_part(t, context) for t in (*rest, *sides)):
            kept = rest
    return kept


def _chains(view: View) -> Iterator[tuple[Shown, list[Link]]]:
    """The longest runs of proved rows that fit together, each with the display in which it stands."""
    for shown in view.shown:
        run: list[Link] = []
        for line in shown.lines:
            for row in line.judged:
                link = _link(row)
                if run and (link is None or link.left != run[-1].right or not _chained(run, link)):
                    yield shown, run
                    run = []
                if link is not None:
                    run.append(link)
        if run:
            yield shown, run


def _link(row: Row) -> Link | None:
    verdict = row.verdict
    if verdict is None or verdict.kind != "proved" or not row.step.readings or row.relation not in _CALLS:
        return None
    reading = row.step.readings[verdict.reading]
    return Link(row, reading.left, reading.right, reading.given, verdict.reasons or (normal,))


def _readable(chain: Sequence[Link], plain: bool = False) -> Way:
    """The chain with letters that read as what they are."""
    terms, told = readable([t for link in chain for t in (link.left, link.right, *link.given)], plain)
    new = iter(terms)
    links = []
    for x in chain:
        left, right, given = next(new), next(new), tuple(next(new) for _ in x.given)
        put = dict(zip(x.given, given, strict=True))
        reasons, *hints = (
            tuple(put.get(r, r) if isinstance(r, Term) else r for r in rs) for rs in (x.reasons, *x.hints)
        )
        links.append(Link(x.row, left, right, given, reasons, tuple(hints)))
    return Way(tuple(links), told)


def _chained(run: Sequence[Link], link: Link) -> bool:
    """Whether the relations point one way."""
    signs = {x.row.relation[0] for x in (*run, link)} - {"="}
    return len(signs) < 2


# --- one theorem


class _Program(Program):
    """In which a fraction has one way to be written."""

    def term(self, term: Term, place: int = 0) -> str:
        if isinstance(term, Num) and term.value.denominator != 1:
            self.imports[Import("derive.kernel.terms", "Num")] = self.imports[Import("fractions", "Fraction")] = None
            return f"Num(Fraction({term.value.numerator}, {term.value.denominator}))"
        return super().term(term, place)


def _theorem(name: str, title: str, way: Way, names: dict[str, Any]) -> Written:
    chain = way.links
    first, last = chain[0].row.line, chain[-1].row.line
    where = f"line {first}" if first == last else f"lines {first} to {last}"
    code = _Program(names)
    try:
        signs = [link.row.relation for link in chain]
        strict = [s for s in signs if s in ("<", ">")] or [s for s in signs if s != "="] or ["="]
        shows = _STATEMENTS[strict[0]].format(code.term(chain[0].left), code.term(chain[-1].right))
        if strict[0] == "=":
            code._own("Eq")
        given = [code.term(g) for g in dict.fromkeys(g for link in chain for g in link.given)]
        begin = [f"calc.begin({code.term(chain[0].left)})"] if strict[0] in (">", ">=") else []
        steps = [_step(code, link) for link in chain if link.left != link.right] or [_step(code, chain[0])]
    except UnwrittenError as error:
        return Written(name, title, where, "", why=f"{error}; write this theorem by hand")
    subject = f"    subject={json.dumps(way.subject, ensure_ascii=False)},\n" if way.subject else ""
    head = f"@theorem(\n    shows={shows},\n{_listed(given)}{subject})"
    words = f'    """{title}.\n\n    From {where} of the notes.\n    """\n'
    text = f"{head}\ndef {name}(calc):\n{words}" + "".join(f"    {s}\n" for s in (*begin, *steps))
    imports = frozenset(f"{i.module}:{i.name}" for i in code.imports)
    return Written(name, title, where, text, imports, told=way.told)


def _listed(given: Sequence[str]) -> str:
    """The argument with the conditions, one a line where they are long."""
    line = f"    given=[{', '.join(given)}],\n"
    if len(line) > 100:
        return "    given=[\n" + "".join(f"        {g},\n" for g in given) + "    ],\n"
    return line if given else ""


def _step(code: Program, link: Link) -> str:
    return f"calc.{_CALLS[link.row.relation]}({code.term(link.right)}, by={code.by(link.reasons)})"


# --- letters


def _letters(terms: Iterable[Term]) -> dict[str, Any]:
    """A name of the program for each letter, free or bound."""
    own: dict[Var, None] = {}
    for term in dict.fromkeys(terms):
        for v in sorted(term.free, key=repr):
            own[v] = None
        for t in k.subterms(term):
            if isinstance(t, Lam):
                own[Var(t.hint, t.dom)] = None
    names: dict[str, Any] = {}
    for v in own:
        names[_name(v.name, names)] = v
    return names


def _name(letter: str, taken: dict[str, Any]) -> str:
    spelled = "".join(f"{GREEK_NAMES[c]}_" if c in GREEK_NAMES else c for c in letter.replace("'", "_prime"))
    base = re.sub(r"\W+", "_", spelled, flags=re.ASCII).strip("_") or "x"
    base = f"x_{base}" if base[0].isdigit() else base
    reserved = {"calc", *keyword.kwlist, *_given_names()}
    n, name = 1, base if base not in reserved else f"{base}_"
    while name in taken or name in reserved:
        n += 1
        name = f"{base}_{n}"
    return name


@cache
def _given_names() -> frozenset[str]:
    """What ``from derive import *`` gives."""
    return frozenset(dir(import_module("derive")))


def _made(v: Var) -> str:
    """How a letter is made, by the function that authors use."""
    name = json.dumps(v.name, ensure_ascii=False)
    if v.sort == INT:
        return f"integer({name})"
    if v.sort == REAL:
        return f"real({name})"
    if v.sort == Fn(INT, REAL):
        return f"family({name})"
    if isinstance(v.sort, Fn):
        return f"function({name}, {', '.join(_sorts(v.sort))})"
    return f"Var({name}, {_sort(v.sort)})"


def _sorts(sort: Sort) -> list[str]:
    out = []
    while isinstance(sort, Fn):
        out.append(_sort(sort.dom))
        sort = sort.cod
    return [*out, _sort(sort)]


def _sort(sort: Sort) -> str:
    if sort == INT:
        return "INT"
    if sort == REAL:
        return "REAL"
    if isinstance(sort, Fn):
        return f"Fn({_sort(sort.dom)}, {_sort(sort.cod)})"
    return f"Base({sort.name!r})" if isinstance(sort, Base) else repr(sort)


# --- the file


def _file(view: View, names: dict[str, Any], written: Sequence[Written]) -> Proofs:
    name = re.sub(r'[\\"\x00-\x1f]', "_", PurePath(view.path).name)
    good = [w for w in written if not w.why]
    text = " ".join(w.text for w in good)
    letters = _told(good, names)
    left = tuple(
        f"{w.lines}{f' ({w.title})' if w.title.casefold() != w.lines else ''}: {' '.join(w.why.split())}"
        for w in written
        if w.why
    )
    out = [f'"""What is proved in {name}."""', "", *_head(frozenset[str]().union(*(w.imports for w in good))), ""]
    out += (
        ["# One letter stands for one thing here; not as in the notes are:", *(f"# {x}" for x in letters)]
        if letters
        else []
    )
    out += _makes(names, text)
    for w in good:
        out += ["", "", w.text.rstrip("\n")]
    out += ["", "", "# Proved, and not written here:", *(f"# {x}" for x in left)] if left else []
    out += [] if written else ["# No chain of this file is proved."]
    return Proofs("\n".join(out) + "\n", len(good), letters, left)


def _told(written: Sequence[Written], names: dict[str, Any]) -> tuple[str, ...]:
    """Which letters of the theorems stand for which of the notes."""
    out: dict[str, None] = {}
    for w in written:
        words = set(re.findall(r"\w+", w.text))
        for name, v in names.items():
            if name in words and v in w.told:
                out[f"{v.name} for {w.told[v]}"] = None
    return tuple(out)


def _head(imports: frozenset[str]) -> list[str]:
    own = sorted(i.replace(":", " import ") for i in imports if not i.startswith("derive:"))
    return ["from derive import *", *(f"from {i}" for i in own)]


def _makes(names: dict[str, Any], text: str) -> list[str]:
    """The lines that make the letters of a text."""
    words = set(re.findall(r"\w+", text))
    return [f"{name} = {_made(v)}" for name, v in names.items() if name in words]


def _proved(written: Written, names: dict[str, Any], page: bool = False) -> Written:
    """The theorem, or why there is none, when the program is run: its proof must check, and its ``page`` read as what is proved."""
    import tempfile
    from pathlib import Path

    from derive.board import catalogue
    from derive.board.entries import TheoremEntry
    from derive.render.pages.readback import read_back

    if written.why:
        return written
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, f"{written.name}.py")
        file.write_text(
            "\n".join([*_head(written.imports), *_makes(names, written.text), "", "", written.text]), "utf-8"
        )
        try:
            (entry,) = (e for e in catalogue.load_file(str(file)) if isinstance(e, TheoremEntry))
            entry.check()
            for form in ("latex", "text") if page else ():
                read_back(entry.derivation, None, form)
        except MisreadError:
            return replace(written, text="", why=_MISREAD)
        except UserError as error:
            first = re.sub(rf"^\S*{written.name}\.py:\d+:? ", "", str(error).partition("\n")[0])
            step = re.sub(rf"line (\d+) of {written.name}", r"step \1", first)
            return replace(
                written,
                text="",
                why=f"the proof that was found does not check as a theorem of its own: {step}; {_BY_HAND}",
            )
        goals = tuple(spot.goal for spot in spots(entry)) if f"by={normal.name}" in written.text and not page else ()
    return replace(written, uses=tuple(entry.theorem.hyps), goals=goals)


_MISREAD = "its letters, as pages write them, read as something else; give those with two indices, or with a word below, plainer names"
_BY_HAND = "write this theorem by hand, with a line for each step"
