"""The rows of docs/reference.md: each form with its arguments, and an example that is run and printed."""

from __future__ import annotations

from typing import Any

import derive.api
from derive.board.reasons import describe
from derive.cli.library import sort_words
from derive.kernel.definitions import Definition
from derive.kernel.sorts import FAMILY, INT, REAL
from derive.kernel.terms import Term, Var
from derive.language import conditions, letters, syntax
from derive.language.arguments import EXAMPLES
from derive.language.syntax import function
from derive.lemmas import LEMMAS
from derive.operators.finite_sets import set_name
from derive.render.pens.text import conditions_text, term_text
from derive.render.words.where import equation

NAMES = {
    **vars(derive.api), **{n: v for n, v in vars(letters).items() if isinstance(v, Var)},
    "loss": function("L", letters.THETA, REAL), "score": function("s", letters.THETA, REAL),
    "g": function("g", REAL, REAL), "slope": letters.b,
    "P": function("P", INT, FAMILY), "X": syntax.finite_set("X"), "Y": syntax.finite_set("Y"),
}  # fmt: skip


def code(text: object) -> str:
    return f"`{text}`".replace("|", r"\|") if str(text) else ""


def _of(names: Any) -> dict[str, tuple[str, ...]]:
    """The functions of these names: an example, what the arguments are, and what the example prints."""
    out = {}
    for name in names:
        example, arguments = EXAMPLES[name]
        out[name] = (code(example), "; ".join(arguments), code(printed(eval(example, dict(NAMES)))))
    return out


def printed(made: Any) -> str:
    if isinstance(made, list):
        return "; ".join(conditions_text(made))
    return term_text(made) if isinstance(made, Term) else describe(made).phrase


def syntax_rows() -> dict[str, tuple[str, ...]]:
    rows = _of(n for n in syntax.__all__ if n in EXAMPLES)
    every = "ForAll((t, 1, T), ys[t] <= V)"
    rows["ForAll"] = (
        code(every),
        "scope: a letter, a range of one, or a list of these; statement: a statement, or a list of them",
        code(printed(eval(every, dict(NAMES)))),
    )
    return dict(sorted(rows.items(), key=lambda row: row[0].casefold()))


def condition_rows() -> dict[str, tuple[str, ...]]:
    return _of(n for n in vars(conditions) if n in EXAMPLES and n not in syntax.__all__)


def reason_rows() -> dict[str, tuple[str, ...]]:
    return _of(n for n in ("reverse", "because", "by_cases", "gap"))


def definition_rows() -> dict[str, tuple[str, ...]]:
    from derive.language import definitions

    own = [d for d in vars(definitions).values() if isinstance(d, Definition)]
    out = {}
    for d in own:
        left = equation(d)
        arguments = "; ".join(f"{set_name(p) or p.name}: {_what(p)}" for p in d.params)
        out[d.name] = (code(d(*d.params)), arguments, code(term_text(left.args[0])))  # type: ignore[attr-defined]
    return out


def _what(p: Var) -> str:
    return "a finite set" if set_name(p) else sort_words(p.sort)


def lemma_rows() -> dict[str, tuple[str, ...]]:
    out = {}
    for name, lemma in LEMMAS.items():
        if hasattr(derive.api, name):
            by_sort: dict[str, list[str]] = {}
            for v in sorted({v for s in (*lemma.given, lemma.shows) for v in s.free}, key=lambda v: v.name):
                by_sort.setdefault(sort_words(v.sort), []).append(v.name)
            said = "; ".join(f"{', '.join(names)}: {words}" for words, names in by_sort.items())
            out[name] = (said, code(term_text(lemma.shows)), code("; ".join(conditions_text(lemma.given))))
    return out
