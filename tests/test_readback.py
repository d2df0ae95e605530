"""Pages are read back before they are written: what they say must be what was proved, and nothing else.

The guards that refuse misleading letters, definitions and notations (test_letters.py, test_clashes.py) are switched off
here.  A record that would print as a falsehood is refused all the same, by a reader who knows only the page.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from broken_printers import BROKEN
from sweep import dealt, sample

from derive import *
from derive.board.catalogue import find_theorem, theorems
from derive.errors import MisreadError
from derive.kernel import definitions as kernel_definitions
from derive.kernel.terms import EQ, App, Term, Var
from derive.language.letters import *
from derive.read import latex
from derive.read.page import UnreadableError
from derive.record import Block, Derivation, Line
from derive.render.formula import statements
from derive.render.formula.notation import load_notation, notation_names
from derive.render.pages import latex as latex_pages
from derive.render.pages import text as text_pages
from derive.render.pages.latex import derivation_latex
from derive.render.pages.readback import FORMS, read_back, refuse_misread
from derive.render.pages.text import derivation_text
from derive.render.words import prose, where, written
from derive.slides.command import Wish, make_deck, save
from derive.slides.deck import Deck, Slide
from derive.slides.readback import READ_BACK
from derive.slides.readback import refuse_misread as refuse_misread_slides
from derive.slides.targets import TARGETS
from derive.values import replace

each_form = pytest.mark.parametrize("form", FORMS)


@pytest.fixture
def unguarded(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Printers that look at no letter: what is an integer is not said, and what looks alike is not seen."""
    for room in (latex_pages, text_pages):
        monkeypatch.setattr(room, "refuse_clashes", lambda *_: None)
    for room in (statements, prose):
        monkeypatch.setattr(room, "reads_as_integer", lambda _: True)
    return monkeypatch


def record(claim: Term, given: Any = (), **more: Any) -> Derivation:
    """A record as a proof in one line would leave it; no board has looked at it."""
    if isinstance(claim, App) and claim.op is EQ:
        block = Block(claim.args[0], (Line("=", claim.args[1], ()),))
    else:
        block = Block(claim, (Line("", claim, ()),))
    return Derivation("crafted", "", "A crafted theorem.", "", tuple(given), claim, (block,), **more)


def refusal(claim: Term, given: Any = (), notation: str = "compact", form: str = "latex") -> str:
    """Why the page of a claim is refused; "" where it is written."""
    try:
        read_back(record(claim, given), notation, form)
    except MisreadError as error:
        return str(error)
    return ""


x, g = real("x"), function("g", REAL, REAL)
whole, w, K = integer("x"), function("w", INT, INT), real("k")


@each_form
@pytest.mark.parametrize(
    ("claim", "given"),
    [
        (Eq(Sum(k * p[k], (k, 1, V)), Sum(p[k] * k, (k, 1, V))), [1 <= V]),
        (Eq(a * (b + c), a * b + a * c), []),
        (Eq(x * (n + 1), x * n + x), []),
        (ForAll((k, 1, V), 0 <= p[k] ** 2), []),
        (ForAll(x, 0 <= x**2), []),
        (Eq(g(x), g(x) + 0), []),
        (Iff(Eq(a, b), ForAll(x, Eq(a * x, b * x))), []),
        (Iff(ForAll(x, Eq(a * x, b * x)), Eq(a, b)), []),
        (ForAll(x, Iff(Eq(a * x, b), Eq(b, a * x))), []),
        (ForAll((k, 1, V), Iff(Eq(a, b), ForAll(x, Eq(a * x + p[k], b * x + p[k])))), []),
        (Eq(a, b), [ForAll([(k, 1, V), (j, 1, V)], Implies(Ne(k, j), a < b, Eq(p[k], p[j])))]),
        (Eq(real("x_1") + real("x_2"), real("x_2") + real("x_1")), []),
        (Eq(real("s_hat"), real("s_hat") + 0), []),
        (Eq(family("w")[k], family("w")[k] + 0), []),
        (Eq(real("epsilon"), real("epsilon") + 0), []),
        (Eq(cross_entropy(V, q, p), -Sum(q[k] * log(p[k]), (k, 1, V))), []),
        (Eq(exp(a) ** 2, exp(2 * a)), []),
        (Eq(real("theta") * 2, 2 * real("theta")), []),
        (ForAll(real("theta"), 0 <= g[real("theta")]), []),
        (ForAll(theta, 0 <= function("f", THETA, REAL)[theta]), []),
        (ForAll((t, 1, T), ForAll((k, 1, V), 0 <= ps[t][k])), []),
        (ForAll((t, 1, T), Implies(0 <= ps[t][1], ForAll((k, 1, V), 0 <= ps[t][k]))), [1 <= V]),
        (ForAll((K, 0, 1), g[K] <= b), []),
        (ForAll(whole, Implies(0 < whole, 1 <= whole)), []),
        (ForAll((k, 1, n), 1 <= w[k]), [ForAll((k, 1, n), 0 < w[k])]),
    ],
)
def test_an_honest_page_is_written(claim: Term, given: Any, form: str) -> None:
    assert refusal(claim, given, form=form) == ""


# --- letters -----------------------------------------------------------------------------------------------------------

X_K = real("x_k")


@each_form
@pytest.mark.parametrize(
    ("claim", "given"),
    [
        (Eq(Sum(X_K**2, (k, 1, n)) / n, (Sum(X_K, (k, 1, n)) / n) ** 2), [1 <= n]),
        (Eq(family("p_t")[k], family("p_t")[k] + 0), []),
        (Eq(real("f_k") + a, a + real("f_k")), []),
        (Eq(real("sin") * (a + b), real("sin") * a + real("sin") * b), []),
        (Eq(real("max") * (a + b), real("max") * a + real("max") * b), []),
        (Eq(real("ln") * a, a * real("ln")), []),
        (ForAll(real("log"), 0 <= real("log") ** 2), []),
        (Eq(real("2"), real("2") + 0), []),
        (Eq(integer("2") + integer("3"), 5), []),
        (Eq(integer("k) = 0 + f(k"), integer("k) = 0 + f(k") + 0), []),
        (real("e") ** a < exp(a), []),
        (Eq(Var("\u0440", REAL), p[k]), []),  # a Cyrillic p
        (Eq(Var("\u212a", REAL), a), []),  # a Kelvin sign
        (Eq(Var("\u03b1", REAL), real("alpha")), []),
        (Eq(real("eps") + real("epsilon"), a), []),
        (Eq(integer("theta"), integer("theta") + 0), []),
    ],
    ids=str,
)
def test_a_letter_that_reads_as_something_else(unguarded: object, claim: Term, given: Any, form: str) -> None:
    assert refusal(claim, given, form=form)


def test_the_message_shows_both_readings(unguarded: object) -> None:
    claim = Eq(Sum(X_K**2, (k, 1, n)) / n, (Sum(X_K, (k, 1, n)) / n) ** 2)
    assert refusal(claim, [1 <= n]) == (
        "the claim of crafted, in LaTeX in the notation compact, reads as sum(k=1..n, x[k]^2)/n = (sum(k=1..n, x[k])/n)^2; what was "
        "proved is sum(k=1..n, x_k^2)/n = (sum(k=1..n, x_k)/n)^2; rename x_k, or choose another notation"
    )
    two = refusal(Eq(u[k] * b, b * u[k]))
    assert "can be read as u[k]*b = b*u[k] and as u[k]*b = b*uniform(V)[k]; what was proved is" in two
    assert two.endswith("rename u, or choose another notation")


# --- sorts -------------------------------------------------------------------------------------------------------------

theta_whole = integer("theta")


@each_form
@pytest.mark.parametrize(
    ("claim", "given"),
    [
        (ForAll(whole, Implies(0 < whole, 1 <= whole)), []),
        (1 <= integer("eps"), [0 < integer("eps")]),
        (1 <= integer("b"), [0 < integer("b")]),
        (ForAll((k, 1, n), 1 <= w[k]), [ForAll((k, 1, n), 0 < w[k])]),
        (Eq(argmin(theta_whole, theta_whole * theta_whole), argmin(theta_whole, theta_whole**2)), []),
    ],
    ids=str,
)
def test_a_sort_that_cannot_be_seen(unguarded: object, claim: Term, given: Any, form: str) -> None:
    assert refusal(claim, given, form=form)


def _as_integers(r: Any) -> Any:
    """The range of a letter that is said to be an integer."""
    fields = {name: getattr(r, name) for name in r._fields}
    return type(r)(**fields | {"integer": True, "kind": ""})


@each_form
def test_a_real_range_that_is_printed_as_a_list(monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    claim, drawn = ForAll((K, 0, 1), g[K] <= b), statements._range
    assert refusal(claim, form=form) == ""
    monkeypatch.setattr(statements, "_range", lambda b, r, *more: drawn(b, _as_integers(r), *more))
    assert "k an integer" in refusal(claim, form=form)


# --- definitions, sequences, look-alikes -------------------------------------------------------------------------------


Define = Callable[[str, tuple[Var, ...], Term], Any]


@pytest.fixture
def defined(monkeypatch: pytest.MonkeyPatch) -> Define:
    """Definitions that no board has looked at, and that are gone after the test."""
    monkeypatch.setattr(kernel_definitions, "_DEFINED", dict(kernel_definitions._DEFINED))
    return kernel_definitions.define


@each_form
def test_a_definition_that_reads_as_something_else(unguarded: object, defined: Define, form: str) -> None:
    r = real("r")
    assert refusal(Eq(defined("2", (), Sum(3, (k, 1, 1)))(), 3), form=form)
    assert refusal(Eq(defined("log_", (r,), r)(b), b), form=form)
    assert refusal(Eq(defined("ln", (r,), r)(b), b), form=form)
    assert refusal(Eq(defined("sqrt", (r,), r)(b), b), form=form)
    assert refusal(Eq(defined("H", (q,), q[1])(p), p[1]), [1 <= V], form=form)
    assert refusal(Eq(defined("cross entropy", (r,), r)(b), b), form=form)


@each_form
def test_a_definition_of_the_author_s_must_be_stated(
    monkeypatch: pytest.MonkeyPatch, defined: Define, form: str
) -> None:
    sg = defined("sg", (b,), 1 / (1 + exp(-b)))
    claim = Eq(sg(a), 1 / (1 + exp(-a)))
    assert refusal(claim, form=form) == ""
    for page in (latex_pages.Page, text_pages._Page):
        monkeypatch.setattr(page, "where", lambda *_, **__: [])
    assert "uses sg, and does not say what that is" in refusal(claim, form=form)


@each_form
def test_a_definition_that_is_stated_as_another(monkeypatch: pytest.MonkeyPatch, defined: Define, form: str) -> None:
    sg, cube = defined("sg", (b,), 1 / (1 + exp(-b))), defined("sg_minus", (b,), 1 / (1 - exp(-b)))
    told = where.equation
    monkeypatch.setattr(where, "equation", lambda f: Eq(told(f).args[0], told(cube).args[1]))
    assert "states a definition that reads as sg(b) = 1/(1 - exp(-b))" in refusal(Eq(sg(a), sg(a) + 0), form=form)


@each_form
@pytest.mark.parametrize("notation", ["pr", "theta"])
def test_a_model_that_has_seen_another_sequence(monkeypatch: pytest.MonkeyPatch, notation: str, form: str) -> None:
    for room in (latex_pages, text_pages):
        monkeypatch.setattr(room, "refuse_clashes", lambda *_: None)
    words = function("w", INT, INT)
    product = Eq(sequence_probability(T, ps, words), Prod(ps[t][words[t]], (t, 1, T)))
    assert (
        refusal(Eq(sequence_probability(T, ps, ys), Prod(ps[t][ys[t]], (t, 1, T))), notation=notation, form=form) == ""
    )
    assert refusal(product, notation=notation, form=form)
    assert refusal(Eq(ps[t][words[t]], ps[t][words[t]] + 0), [1 <= words[t]], notation=notation, form=form)


def test_letters_that_look_alike_in_ascii(unguarded: object) -> None:
    claim = real("L") < log_likelihood(T, ps, ys)
    tokens = tokens_in_vocabulary(ys, T, V) + positive_at_each_position(ps, T, V)
    assert refusal(claim, tokens) == ""
    assert refusal(claim, tokens, form="ascii")


# --- pages that are not those of the record ----------------------------------------------------------------------------


def _block(d: Derivation, n: int, **changes: Any) -> Derivation:
    blocks = list(d.blocks)
    blocks[n] = blocks[n]._replace(**changes)
    return d._replace(blocks=tuple(blocks))


def _longest(d: Derivation) -> int:
    return max(range(len(d.blocks)), key=lambda n: len(d.blocks[n].lines))


def _lines(d: Derivation, change: Callable[[list[Line]], Any]) -> Derivation:
    n = _longest(d)
    lines = list(d.blocks[n].lines)
    change(lines)
    return _block(d, n, lines=tuple(lines))


def _relation(lines: list[Line]) -> None:
    lines[-1] = lines[-1]._replace(relation="<=" if lines[-1].relation != "<=" else "<")


def _swapped(lines: list[Line]) -> None:
    lines[-2:] = reversed(lines[-2:])


WRONG: dict[str, Callable[[Derivation], Derivation]] = {
    "the first condition is missing": lambda d: d._replace(given=d.given[1:]),
    "the last condition is missing": lambda d: d._replace(given=d.given[:-1]),
    "a condition more": lambda d: d._replace(given=(*d.given, 0 < V)),
    "another claim": lambda d: d._replace(claim=App(d.claim.op, tuple(reversed(d.claim.args)))),
    "a line is missing": lambda d: _lines(d, lambda lines: lines.pop(-2)),
    "two lines are swapped": lambda d: _lines(d, _swapped),
    "a line stands there twice": lambda d: _lines(d, lambda lines: lines.append(lines[-1])),
    "another relation": lambda d: _lines(d, _relation),
    "the start is another": lambda d: _block(d, _longest(d), start=d.blocks[_longest(d)].lines[-1].term),
    "a part is missing": lambda d: d._replace(blocks=d.blocks[1:]),
    "a title is missing": lambda d: _block(d, 0, title="Elsewhere"),
    "an assumption is missing": lambda d: _block(d, -1, assumes=d.blocks[-1].assumes[1:]),
}


@each_form
@pytest.mark.parametrize("what", WRONG)
@pytest.mark.parametrize("name", ["chain_rule", "cross_entropy_is_nll", "residual_nonneg_of_most_probable"])
def test_a_page_of_another_record(name: str, what: str, form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(written, "refuse_changed", lambda *_, **__: None)
    d = find_theorem(name).derivation
    other = WRONG[what](d)
    if other == d or not other.blocks:
        return  # it has no parts with titles, or nothing is assumed
    page = derivation_latex(other) if form == "latex" else derivation_text(other, ascii=form == "ascii")
    with pytest.raises(MisreadError):
        refuse_misread(page, d, load_notation(None), form)


# --- broken printers ---------------------------------------------------------------------------------------------------

PAGES = [(form, what) for form in FORMS for what in BROKEN[form]]
SLIDES = [
    (pen, target, what)
    for pen, target in (("omml", "pptx"), ("typst", "pdf"), ("latex", "beamer"))
    for what in BROKEN[pen]
]
CHOSEN = (
    "chain_rule",
    "cross_entropy_eq_entropy_add_kl",
    "label_smoothing_residual",
    "argmin_cross_entropy_iff",
    "log_softmax",
)


@pytest.mark.parametrize(("form", "what"), PAGES)
def test_a_page_by_a_broken_printer(form: str, what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    BROKEN[form][what](monkeypatch)
    assert any(_refused(read_back, find_theorem(n).derivation, p, form) for n in CHOSEN for p in notation_names())


@pytest.mark.parametrize(("pen", "target", "what"), SLIDES)
def test_slides_by_a_broken_printer(pen: str, target: str, what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    BROKEN[pen][what](monkeypatch)
    assert any(_refused(_slides, n, target, p) for n in CHOSEN for p in notation_names())


def _slides(name: str, target: str, notation: str, change: Callable[[Deck], Deck] = lambda deck: deck) -> None:
    wish = Wish(notation=notation)
    named = [(name, find_theorem(name).derivation)]
    refuse_misread_slides(change(make_deck(named, wish, ())), named, target, wish.choice().notation)


def _refused(check: Callable[..., None], *args: Any) -> bool:
    try:
        check(*args)
    except UserError:
        return True
    return False


@each_form
@pytest.mark.parametrize("notation", notation_names())
def test_the_catalogue_is_read_back(notation: str, form: str) -> None:
    for e in dealt(sample(theorems(), 80), notation, notation_names()):
        read_back(e.derivation, notation, form)


@each_form
def test_numbers_of_conditions_are_no_part_of_them(form: str) -> None:
    for e in sample(theorems(), 10):
        numbered = {"where": True, "conditions": True}
        page = (
            derivation_latex(e.derivation, **numbered)
            if form == "latex"
            else derivation_text(e.derivation, ascii=form == "ascii", **numbered)
        )
        refuse_misread(page, e.derivation, load_notation(None), form)


@pytest.mark.parametrize("target", sorted(READ_BACK - {"svg", "png", "pdf"}))
@pytest.mark.parametrize("notation", notation_names())
def test_slides_of_the_catalogue_are_read_back(notation: str, target: str) -> None:
    for e in dealt(sample(theorems(), 40), notation, notation_names()):
        _slides(e.name, target, notation)


def test_a_colour_may_begin_before_a_bracket_and_end_within_it() -> None:
    """So it is on the lines of a broken formula; other braces of colours keep what stands in them together."""
    parts = r"\htmlClass{changed}{-\Bigl(a} {}+\htmlClass{changed}{b\Bigr)}"
    assert latex.page(parts) == latex.page(r"-\Bigl(a +b\Bigr)")
    assert latex.page(r"\htmlClass{changed}{z_t}_k") == latex.page(r"{z_t}_k")
    with pytest.raises(UnreadableError):
        latex.page(r"\htmlClass{changed}{z_t}\Bigr)")


def test_every_target_of_slides_is_read_back_but_the_spoken_one() -> None:
    assert set(TARGETS) - READ_BACK == {"speech"}


@pytest.mark.parametrize(
    "change",
    [
        lambda s: replace(s, given=s.given[:1]),
        lambda s: replace(s, given=()),
        lambda s: replace(s, steps=s.steps[:-1]),
        lambda s: replace(s, steps=(*s.steps[:-2], s.steps[-1], s.steps[-2])),
        lambda s: replace(s, steps=(*s.steps[:-1], replace(s.steps[-1], relation="<"))),
        lambda s: replace(s, steps=(*s.steps[:-1], replace(s.steps[-1], parts=s.steps[-2].parts))),
        lambda s: replace(s, claim=s.steps[0].parts),
    ],
)
def test_slides_of_another_record(change: Callable[[Slide], Slide]) -> None:
    def changed(deck: Deck) -> Deck:
        return replace(deck, slides=tuple(change(s) for s in deck.slides))

    _slides("cross_entropy_is_nll", "beamer", "compact")
    with pytest.raises(MisreadError):
        _slides("cross_entropy_is_nll", "beamer", "compact", changed)


def test_a_deck_that_is_misread_is_not_written(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    named = "entropy_le_cross_entropy"
    BROKEN["latex"]["another relation"](monkeypatch)
    with pytest.raises(MisreadError):
        save([(named, find_theorem(named).derivation)], str(tmp_path / "deck.tex"), Wish())
    assert list(tmp_path.iterdir()) == []


@each_form
@pytest.mark.parametrize("letter", ["y", "i", "j", "t"])
def test_sums_that_leave_out_an_index_whose_letter_is_also_a_sequence_s(letter: str, form: str) -> None:
    """y is a token, and with an index the tokens of a sequence."""
    left_out = Sum(p[k], (k, 1, V), where=Ne(k, integer(letter)))
    for claim in (
        left_out <= 1,
        Prod(p[k], (k, 1, V), where=Ne(k, integer(letter))) <= 1,
        Eq(left_out, 1 - p[integer(letter)]),
    ):
        read_back(record(claim), "compact", form)
