"""Notations: the ones that come with derive, the template language, user files, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from derive.board.catalogue import find_theorem, theorems
from derive.board.definitions import define
from derive.board.wording import notation_for
from derive.errors import UserError
from derive.kernel.definitions import Definition
from derive.kernel.sorts import FAMILY, INT, REAL, Base
from derive.kernel.terms import Num, Term, Var
from derive.language import definitions as language_definitions
from derive.language.definitions import (
    conditional,
    cross_entropy,
    kl,
    log_likelihood,
    logsumexp,
    one_hot,
    sequence_probability,
    smoothed,
    softmax,
    surprisal,
    uniform,
)
from derive.language.syntax import Eq, ForAll, Sum, argmin, delta, exp, family, function, integer, log, real
from derive.record import Derivation
from derive.render.formula import honest
from derive.render.formula import notation as notation_module
from derive.render.formula.names import name_node
from derive.render.formula.notation import Notation, Variable, load_notation, notation_names, read_notation
from derive.render.formula.templates import TemplateError, template
from derive.render.pages.clashes import refuse_clashes
from derive.render.pages.html import derivation_html
from derive.render.pages.latex import derivation_latex
from derive.render.pages.readback import FORMS, read_back
from derive.render.pages.text import derivation_text
from derive.render.pens.latex import term_latex
from derive.render.pens.text import term_text
from derive.slides.deck.build import Choice, build
from derive.slides.deck.template import Template
from derive.slides.readback import refuse_misread

V, T, y, k, t = (integer(s) for s in "VTykt")
eps = real("eps")
p, q, z, Pr = (family(s) for s in ("p", "q", "z", "Pr"))
ps, ys = function("p", INT, FAMILY), function("y", INT, INT)
theta = Var("theta", Base("Theta"))
pth = function("p", Base("Theta"), INT, FAMILY)

SHOWN: dict[str, list[tuple[Term, str]]] = {
    "compact": [
        (ps[t][ys[t]], "p_t(y_t)"),
        (ps[t], "p_t"),
        (pth[theta][t][k], r"p_{\theta,t}(k)"),
        (delta(k, y), "[k = y]"),
        (Sum(log(p[k]), (k, 1, V)), r"\sum_{k=1}^V \log p(k)"),
        (kl(V, q, p), r"\operatorname{KL}(q \parallel p)"),
    ],
    "pr": [
        (ps[t][ys[t]], r"\Pr(y_t \mid \mathbf{x}, \mathbf{y}_{<t})"),
        (ps[t], r"\Pr(\cdot \mid \mathbf{x}, \mathbf{y}_{<t})"),
        (pth[theta][t][k], r"\operatorname{Pr}_{\theta}(k \mid \mathbf{x}, \mathbf{y}_{<t})"),
        (delta(k, ys[t]), r"\mathbf{1}[k = y_t]"),
        (2 * delta(k, y), r"2 \cdot \mathbf{1}[k = y]"),
        (Sum(log(p[k]), (k, 1, V)), r"\sum_{k \in \mathcal{V}} \log p(k)"),
        (Sum(log(p[k]), (k, 1, T)), r"\sum_{k=1}^T \log p(k)"),
        (Sum(log(p[k]), (k, 2, V)), r"\sum_{k=2}^V \log p(k)"),
        (sequence_probability(T, ps, ys), r"\Pr(\mathbf{y} \mid \mathbf{x})"),
        (conditional(Pr, t), r"\Pr(y_t \mid \mathbf{x}, \mathbf{y}_{<t})"),
        (kl(V, q, p), r"D_{\mathrm{KL}}(q \parallel p)"),
    ],
    "theta": [
        (ps[t][ys[t]], r"p_{\theta}(y_t \mid x, y_{<t})"),
        (pth[theta][t][ys[t]], r"p_{\theta}(y_t \mid x, y_{<t})"),
        (sequence_probability(T, ps, ys), r"p_{\theta}(y \mid x)"),
        (sequence_probability(T, pth[theta], ys), r"p_{\theta}(y \mid x)"),
        (Pr[t], r"p_{\theta}(y_{\le t} \mid x)"),
    ],
    "hat": [
        (ps[t][k], r"\hat{y}_{t,k}"),
        (ps[t][ys[t]], r"\hat{y}_{t,y_t}"),
        (p[k], r"\hat{y}_k"),
        (q[k] * log(p[k]), r"q_k \ln \hat{y}_k"),
        (delta(k, ys[t]), r"\delta_{k,y_t}"),
        (one_hot(y)[k], r"\mathbf{e}_{y,k}"),
        (uniform(V)[k], "u_k"),
    ],
}


@pytest.mark.parametrize(("name", "term", "latex"), [(n, t, s) for n, pairs in SHOWN.items() for t, s in pairs])
def test_profiles(name: str, term: Term, latex: str) -> None:
    assert term_latex(term, name) == latex


def test_no_double_struck_one() -> None:
    for name in notation_names():
        assert "mathbb" not in term_latex(delta(k, y), name)


def test_default_is_compact() -> None:
    assert notation_names()[0] == "compact"
    assert load_notation() is load_notation("compact")
    assert load_notation(load_notation("pr")).name == "pr"
    assert all(load_notation(n).doc for n in notation_names())


def test_an_argument_that_a_template_leaves_out_is_shown_when_it_is_another() -> None:
    assert term_text(cross_entropy(V, q, p)) == "H(q, p)"
    assert term_text(cross_entropy(T, q, p)) == "H_T(q, p)"
    assert term_text(smoothed(T, eps, y)[k]) == "q_{y,T}^ε(k)"
    assert term_text(logsumexp(T, z)) == "LSE_T(z)"
    assert term_text(conditional(family("P"), t)) == "P(yₜ | x, y_<t)"
    assert term_text(log_likelihood(Num(2), ps, ys)) == "ℒ₂(p, y)"


def test_every_definition_of_the_library_has_a_template() -> None:
    library = [d for d in vars(language_definitions).values() if isinstance(d, Definition)]
    assert len(library) > 10
    assert {d.name for d in library} <= set(load_notation().definitions)


def test_a_definition_that_no_template_knows() -> None:
    bare = Notation.bare("bare")
    assert term_text(cross_entropy(V, q, p), bare) == "cross_entropy(V, q, p)"
    assert term_latex(softmax(V, z)[k], bare) == r"\operatorname{softmax}(V, z)(k)"
    assert term_text(surprisal(p, y), bare) == "surprisal(p, y)"


@pytest.mark.parametrize(
    ("written", "doubled", "squared", "equated"),
    [
        ("$q - $p", "2 (q − p)", "(q − p)²", "q − p = 1"),
        ("-$p", "2 · (−p)", "(−p)²", "−p = 1"),
        ("$q $p", "2 (q p)", "(q p)²", "q p = 1"),
        ("H($q) + KL($q || $p)", "2 (H(q) + KL(q ∥ p))", "(H(q) + KL(q ∥ p))²", "H(q) + KL(q ∥ p) = 1"),
        ("$q = $p", "2 (q = p)", "(q = p)²", "(q = p) = 1"),
        ("log $p", "2 log p", "(log p)²", "log p = 1"),
        ("H($q, $p)", "2 H(q, p)", "H(q, p)²", "H(q, p) = 1"),
    ],
)
def test_what_a_template_writes_gets_the_brackets_that_its_signs_need(
    written: str, doubled: str, squared: str, equated: str
) -> None:
    """Without them 2 (q - p) would read 2 q - p: false, and with the kernel's word for it."""
    n = written_so("cross_entropy", written)
    h = cross_entropy(V, q, p)
    assert [term_text(t, n) for t in (2 * h, h**2, Eq(h, 1))] == [doubled, squared, equated]


def written_so(name: str, *sources: str) -> Notation:
    """The usual notation with other templates for a definition, as no file may have them: what a file may say is tested below."""
    usual = load_notation()
    return usual.with_(definitions=usual.definitions | {name: tuple(template(s) for s in sources)})


def test_a_letter_written_as_a_sum_gets_brackets() -> None:
    one = Variable("i", 1, ("k",), template("1 + u_$k"))
    n = load_notation().with_(variables={"p": (one,)})
    assert term_text(2 * p[k], n) == "2 (1 + uₖ)"
    assert term_text(log(p[k]), n) == "log(1 + uₖ)"


@pytest.mark.parametrize("name", notation_names())
def test_a_notation_that_comes_with_derive_is_as_honest_as_any(name: str) -> None:
    """It is not looked at when a command loads it, so it is here, as somebody's own would be."""
    source = Path(notation_module.__file__).with_name("notations").joinpath(f"{name}.toml").read_text("utf-8")
    assert read_notation(source, name).unchecked == set()


def test_a_profile_that_extends_nothing_differs_from_the_usual_one() -> None:
    assert term_text(surprisal(p, y), read_notation("", "empty")) == term_text(surprisal(p, y))


def test_a_notation_that_writes_two_things_of_a_page_alike_is_refused() -> None:
    """H(q) <= H(q, q) is what the reader of such a page would believe."""
    d = find_theorem("cross_entropy_eq_entropy_add_kl").derivation
    notation = read_notation('[variables]\n"p(_)" = "q"', "course")
    for printer in (derivation_text, derivation_latex):
        with pytest.raises(UserError, match=r"are both written .*; a reader could not tell them apart"):
            printer(d, notation)


@pytest.mark.parametrize("printer", [derivation_text, derivation_latex, derivation_html])
def test_two_letters_of_one_name_are_refused_and_both_are_named(printer: Callable[[Derivation], str]) -> None:
    """y <= Pr(y | x), where y is a token and y is a sequence, says nothing to a reader."""
    d = Derivation("clash", "", "", "", (), y <= sequence_probability(y, ps, ys), ())
    with pytest.raises(UserError) as refusal:
        printer(d)
    assert str(refusal.value) == (
        "in the notation compact, y of sort (integer -> integer) and y of sort integer, which are different things in "
        "clash, are both written y; a reader could not tell them apart, so rename one of them"
    )


def test_the_profiles_tell_everything_in_the_catalogue_apart() -> None:
    for entry in theorems():
        for name in notation_names():
            refuse_clashes(entry.derivation, load_notation(name))


@pytest.mark.parametrize(
    ("name", "latex"),
    [
        ("x", "x"), ("eps", r"\varepsilon"), ("lam", r"\lambda"), ("Theta", r"\Theta"), ("x_1", "x_1"), ("x12", "x_{12}"),
        ("x_max", r"x_{\mathrm{max}}"), ("p_hat", r"\hat{p}"), ("p_bar_t", r"\bar{p}_t"), ("k'", "k'"), ("k_prime", "k'"),
        ("score", r"\mathrm{score}"), ("n_1_2", "n_{1,2}"), ("lambda_", r"\lambda"), ("my_loss", r"\mathrm{my}_{\mathrm{loss}}"),
        ("50%", r"\mathrm{50\%}"),
    ],
)  # fmt: skip
def test_names(name: str, latex: str) -> None:
    assert term_latex(Var(name, REAL)) == latex
    assert name_node(name) == name_node(name)


# --- templates -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "latex"),
    [
        ("H($q, $p)", "H(q, p)"),
        ("hat{H}_$V^{2}($q)", r"\hat{H}_V^2(q)"),
        ("bf{H}'[$q || $p]", r"\mathbf{H}'[q \parallel p]"),
        ("cal{L}_{$q; $p}", r"\mathcal{L}_{q;p}"),
        ("CE_theta($q : $p)", r"\operatorname{CE}_{\theta}(q\colon p)"),
        ("E_{@k ~ $q}[- log $p[@k]]", r"E_{k \sim q}[-\log p(k)]"),
        ("tilde{q} + 2 $3", r"\tilde{q} + 2 p"),
    ],
)
def test_templates(source: str, latex: str) -> None:
    notation = written_so("cross_entropy", source, f"$V; {source}")
    assert term_latex(cross_entropy(V, q, p), notation) in (latex, f"V; {latex}")


def test_an_argument_gets_brackets_where_it_needs_them() -> None:
    notation = written_so("surprisal", "s $y ($y, -$y) $p_{<$y}")
    assert term_text(surprisal(p, y + 1), notation) == "s (y + 1) (y + 1, −(y + 1)) p_{<y+1}"


@pytest.mark.parametrize(
    "source",
    ["H(", "H)", "", "{}", "$", "@", "x__y", "x^a^b", "foo{x}", "bf{x y}", "$f[x]", "$f[@k", "\\alpha", "a & b"],
)
def test_templates_that_cannot_be_read(source: str) -> None:
    with pytest.raises(TemplateError):
        template(source)


# --- user files ------------------------------------------------------------------------------------------------------


def test_a_file_of_ones_own(tmp_path: Path) -> None:
    path = tmp_path / "course.toml"
    path.write_text(
        'doc = "My course."\nextends = "compact"\n[settings]\nlog = "ln"\nexp = "function"\nindicator = "indicator"\n'
        '[variables]\n"p(t, k)" = "pi_$t($k)"\n"w(k)" = "omega^{($k)}"\n[definitions]\ncross_entropy = "CE($q; $p)"\n',
        encoding="utf-8",
    )
    notation = load_notation(str(path))
    assert notation.name == "course"
    assert term_text(log(ps[t][k]), notation) == "ln πₜ(k)"
    assert term_latex(exp(family("w")[k]), notation) == r"\exp(\omega^{(k)})"
    assert term_latex(cross_entropy(V, q, p), notation) == r"\operatorname{CE}(q; p)"
    assert term_latex(delta(k, y), notation) == r"\mathbf{1}[k = y]"
    assert term_text(softmax(V, z)[k], notation) == "softmax(z)ₖ"


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("[settings", "the notation mine is not valid TOML"),
        ("[colours]", "the notation mine has an unknown entry colours"),
        ("settings = 1", "settings must be a section: write [settings]"),
        ("[settings]\nlogarithm = 'ln'", "the notation mine has an unknown setting logarithm; the settings are sums,"),
        ("[settings]\nlog = 'lg'", "log must be 'log' or 'ln', not 'lg'"),
        ("[settings]\nlog = 2", "log must be 'log' or 'ln', not 2"),
        ("[variables]\np = 1", "'p' must be a template in quotation marks, not 1"),
        ("[variables]\n'p(k' = 'p'", "'p(k' is not a variable; write p, or p(t, k) with its indices"),
        ("[variables]\n'p(_, k)' = 'p'", "must have the indices that are left out, _, at its end"),
        ("[variables]\n'p(k)' = 'p_$j'", 'p(k) = "p_$j" uses $j; its arguments are k'),
        ("[definitions]\n'entropy(q)' = 'H'", "'entropy(q)' is not a definition; write its name, or name[k]"),
        ("[definitions]\nentropy = 'H('", "the template 'H(' of 'entropy' cannot be read: ')' is missing"),
        ("extends = 'mine'", "the notation mine extends mine, which is none of compact,"),
        ("extends = 3", "extends must be a text, not 3"),
    ],
)
def test_what_is_refused(source: str, message: str) -> None:
    with pytest.raises(UserError) as refused:
        read_notation(source, "mine")
    assert message in str(refused.value)


def test_a_template_for_a_definition_to_come_is_checked_when_it_is_used() -> None:
    notation = read_notation("[definitions]\nto_come = 'C($x)'", "mine")
    own = define("to_come", (real("a"), real("b")), real("a") - real("b"))
    with pytest.raises(UserError, match=r'to_come = "C\(\$x\)" uses \$x; its arguments are a, b'):
        term_text(own(real("a"), real("b")), notation)


def test_files_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(
        UserError, match=f"there is no notation called latex; there are {', '.join(sorted(notation_names()))}"
    ):
        load_notation("latex")
    with pytest.raises(UserError, match="there is no such file"):
        load_notation(str(tmp_path / "none.toml"))
    (tmp_path / "bad.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(UserError, match="it is not UTF-8 text"):
        load_notation(str(tmp_path / "bad.toml"))


# --- a notation may not lie --------------------------------------------------------------------------------------------

SWAPPED = "[definitions]\nkl = 'KL($p || $q)'\n"


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (SWAPPED, 'kl = "KL($p || $q)" shows p before q, where other notations show q before p: a reader would take one for the other; '
         'exchange them, or, where a course means it so, declare it under [order]: kl = ["p", "q"]'),
        ("[variables]\n'q(t, k)' = 'q_$k($t)'", "shows k before t, where other notations show t before k"),
        (SWAPPED + "[order]\nkl = ['q', 'p']", "[order] says that kl shows q, p, and the template \"KL($p || $q)\" shows p, q; let them"),
        ("[order]\nkl = ['p', 'q']", "[order] names kl, for which the file has no template"),
        (SWAPPED + "[order]\nkl = 'p, q'", '[order] kl must list arguments, such as ["p", "q"], not'),
        ("[definitions]\nsmoothed = 'q_$y'", 'smoothed = "q_$y" leaves out eps: two values would be written alike; write $y, $eps'),
        ("[definitions]\ncross_entropy = 'H($q)'", 'cross_entropy = "H($q)" leaves out p'),
        ("[variables]\n'p(t, k)' = 'p($k)'", 'p(t, k) = "p($k)" leaves out t'),
        ("[settings]\nvocabulary_set = '$V'", 'vocabulary_set = "$V" uses $V; its arguments are none'),
    ],
)  # fmt: skip
def test_a_template_shows_each_argument_in_the_usual_order(source: str, message: str) -> None:
    with pytest.raises(UserError) as refused:
        read_notation(source, "course")
    assert message in str(refused.value)


@pytest.mark.parametrize(
    ("key", "source", "reading"),
    [
        ("cross_entropy", "-H($q, $p)", "a negative number"), ("entropy", "1 + H($q)", "a sum or difference"),
        ("cross_entropy", "$q = $p", "a relation"), ("cross_entropy", "$q, $p", "a list"), ("cross_entropy", "$q $p", "a product"),
        ("cross_entropy", "$q . $p", "a product"), ("entropy", "2 H($q)", "a product"), ("entropy", "H^2($q)", "a power"),
        ("entropy", "u^$q", "a power"), ("perplexity", "e^{L($p, $y)}", "a power"), ("entropy", "$q", "its argument"),
        ("entropy", "($q)", "its argument"), ("surprisal", "$p($y)", "$p itself"), ("surprisal", "$p_$y", "$p itself"),
        ("surprisal", "log($p, $y)", "the function log"), ("surprisal", "max($p, $y)", "the function max"),
        ("log_likelihood", "2", "a number"), ("surprisal", "[$p = $y]", "an indicator"), ("surprisal", "delta_{$p,$y}", "the indicator"),
        ("surprisal", "bf{1}[$p = $y]", "an indicator"), ("surprisal", "H(1 - $p, $y)", "a sum or difference"),
        ("expectation", "E_{@k ~ $q}[2 $f[@k]]", "a product"),
    ],
)  # fmt: skip
def test_no_template_looks_like_an_operation(key: str, source: str, reading: str) -> None:
    with pytest.raises(UserError) as refused:
        read_notation(f"[definitions]\n{key} = '{source}'", "course")
    assert f'{key} = "{source}" reads as {reading}' in str(refused.value)
    assert "write a name with its arguments" in str(refused.value)


@pytest.mark.parametrize(
    ("profile", "name"),
    [
        ("expectation = 'bf{M}_{@k ~ $q}[$f[@k]]'\nvariance = 'bf{E}_{@k ~ $q}[$f[@k]]'", "E"),
        ("variance = 'std_{@k ~ $q}[$f[@k]]'", "std"), ("variance = 'Cov_{@k ~ $q}[$f[@k]]'", "cov"),
        ("softplus = 'relu($x)'", "relu"), ("softplus = 'ReLU($x)'", "relu"), ("softplus = 'bf{relu}($x)'", "relu"),
        ("softplus = 'hat{relu}($x)'", "relu"), ("softplus = 'F(relu($x))'", "relu"), ("softplus = 'logit($x)'", "logit"),
        ("softmax = 'sm($z)'\nsigmoid = 'softmax($x)'", "softmax"), ("sigmoid = 'LSE($x)'", "lse"), ("sigmoid = 'GM($x)'", "gm"),
        ("cross_entropy = 'CE($q, $p)'\nminimum = 'H($a, $b)'", "H"), ("minimum = 'Var($a, $b)'", "var"), ("minimum = 'Pr($a, $b)'", "pr"),
        ("kl = 'KL($q || $p)'\ncross_entropy = 'D_{KL}($q || $p)'", "kl"), ("entropy = 'CE($q)'", "ce"), ("entropy = 'tr($q)'", "tr"),
    ],
)  # fmt: skip
def test_no_template_has_the_name_of_something_else(profile: str, name: str) -> None:
    with pytest.raises(UserError) as refused:
        read_notation(f"[definitions]\n{profile}", "course")
    assert f"reads as the name {name}, which it does not stand for; write a name with its arguments" in str(
        refused.value
    )


@pytest.mark.parametrize("letter", ["'w(k)' = 'relu($k)'", "'w(k)' = 'softmax($k)'", "p = 'Var'"])
def test_a_letter_has_no_such_name_either(letter: str) -> None:
    with pytest.raises(UserError, match=r"reads as the name (relu|softmax|var), which it does not stand for"):
        read_notation(f"[variables]\n{letter}", "course")


@pytest.mark.parametrize(
    "profile",
    [
        "positive_part = 'ReLU($x)'", "cross_entropy = 'CE($q, $p)'", "cross_entropy = 'L_{CE}($q, $p)'", "kl = 'D_{KL}($q || $p)'",
        "softmax = 'sm($z)'", "sigmoid = 'expit($x)'\nsoftmax = 'sigma($z)'", "expectation = 'mean_{@k ~ $q}[$f[@k]]'",
        "binary_cross_entropy = 'H_b($r, $x)'", "entropy = 'cal{H}($q)'", "surprisal = 'I($p, $y)'", "maximum = 'max($a, $b)'",
        "mean_loss = 'L_{mean}($p)'", "relu = 'ReLU($x)'",  # of one's own, to be defined
    ],
)  # fmt: skip
def test_a_template_may_have_a_name_that_the_field_gives_it(profile: str) -> None:
    read_notation(f"[definitions]\n{profile}", "course")


def test_a_definition_of_ones_own_has_the_words_of_its_name() -> None:
    x = real("x")
    own = define("logit_of", (x,), log(x) - log(1 - x))
    assert term_text(own(x), read_notation("[definitions]\nlogit_of = 'logit($x)'", "course")) == "logit(x)"
    with pytest.raises(UserError, match="reads as the name relu"):
        term_text(own(x), read_notation("[definitions]\nlogit_of = 'relu($x)'", "course"))


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("[definitions]\nkl = 'KL($q[$p] || $p)'", "has $q[$p], but $q is of sort (integer -> real) and $p of sort (integer -> real)"),
        ("[definitions]\nkl = 'KL($2[$3] || $3)'", "has $2[$3], but $2 is of sort"),
        ("[definitions]\nkl = 'KL($q[@k][@k] || $p)'", "has $q[@k][@k], but $q is of sort (integer -> real) and @k of sort integer"),
        ("[definitions]\nsoftplus = 'SP($x[@k])'", "has $x[@k], but $x is of sort real"),
        ("[definitions]\n'softmax[k]' = 'sm($z)_{$k[@j]}'", "has $k[@j], but $k is of sort integer"),
        ("[variables]\n'w(k)' = 'w_{$k[@j]}'", "has $k[@j], but $k is of sort integer"),
        ("[variables]\n'w(t, k)' = 'w_{$t[$k]}'", "has $t[$k], but $t is of sort integer"),
    ],
)  # fmt: skip
def test_an_argument_stands_at_what_it_takes(source: str, message: str) -> None:
    with pytest.raises(UserError) as refused:
        read_notation(source, "course")
    assert message in str(refused.value) and "so it cannot stand there" in str(refused.value)


def test_a_definition_to_come_is_looked_at_for_that_too() -> None:
    x = real("x")
    notation = read_notation("[definitions]\nlater_on = 'C($x[@k])'", "course")
    own = define("later_on", (x,), 2 * x)
    with pytest.raises(UserError, match=r'later_on = "C\(\$x\[@k\]\)" has \$x\[@k\], but \$x is of sort real'):
        term_text(own(x), notation)


@pytest.mark.parametrize("letter", ["p(k)", "w(k)"])
def test_a_letter_is_not_written_as_an_operation_either(letter: str) -> None:
    with pytest.raises(UserError, match="reads as a sum or difference"):
        read_notation(f"[variables]\n'{letter}' = '1 - p($k)'", "course")


@pytest.mark.parametrize(
    "profile",
    [
        "[variables]\n'p(k)' = 'q($k)'",  # a family at an index
        "[variables]\na = 'x'\nb = 'x'",  # two letters
        "[definitions]\nentropy = 'H($q)'\nlogsumexp = 'H($z)'",  # two definitions
        "[definitions]\nentropy = 'q($q)'",  # a definition and a letter
        "[definitions]\nentropy = 'H($q)'\nlogsumexp = 'cal{H}($z)'",  # alike in plain text
        "[definitions]\nkl = ['D($q, $p)', 'D($V, $q, $p)', 'D($p, $V, $q)']\n[order]\nkl = ['p', 'V', 'q']",
    ],
)
def test_no_two_templates_look_alike(profile: str) -> None:
    with pytest.raises(UserError):
        read_notation(profile, "course")


def test_two_that_differ_in_style_only_are_alike_in_plain_text() -> None:
    with pytest.raises(UserError) as refused:
        read_notation("[definitions]\nlogsumexp = 'cal{H}($z)'", "course")
    assert "look alike in plain text, which has no bold and no script letters" in str(refused.value)


def test_a_letter_for_numbers_is_not_renamed_to_one_for_integers() -> None:
    with pytest.raises(UserError, match='a = "k" writes a number as k, which a reader takes for an integer'):
        read_notation("[variables]\na = 'k'", "course")


@pytest.mark.parametrize("letter", ["ℓ", "ell"])
def test_the_letter_of_a_loss(letter: str) -> None:
    notation = read_notation(f"[definitions]\ncross_entropy = '{letter}($q, $p)'", "course")
    d = find_theorem("cross_entropy_one_hot").derivation
    assert "claim  ℓ(δ_y, p) = −log p(y)" in derivation_text(d, notation)
    for form in FORMS:
        read_back(d, notation, form)
    for target in ("pptx", "mathml", "pdf", "html", "beamer"):
        refuse_misread(build([(d.name, d)], Choice(notation), Template()), [(d.name, d)], target, notation)
    with pytest.raises(UserError, match=r"script letters are capitals.*write ell"):
        read_notation("[definitions]\ncross_entropy = 'cal{l}($q, $p)'", "course")


def test_a_declared_order_prints_and_the_page_says_what_it_means() -> None:
    notation = read_notation(SWAPPED + "[order]\nkl = ['p', 'q']", "course")
    page = derivation_text(find_theorem("kl_nonneg").derivation, notation)
    assert "claim  0 ≤ KL(p ∥ q)" in page
    assert "where  KL(p ∥ q) = ∑ₖ₌₁ⱽ q(k) log(q(k)/p(k))" in page


@pytest.mark.parametrize(
    ("theorem", "template", "stated"),
    [
        ("one_le_perplexity", "perplexity = 'Acc($p, $y)'", "where  Acc(p, y) = exp("),
        ("residual_zero_iff", "geometric_mean = 'AM($p)'", "where  AM(p) = exp("),
        ("cross_entropy_one_hot", "cross_entropy = 'l($q, $p)'", "where  l(q, p) = "),
        ("cross_entropy_one_hot", "one_hot = 'h_$y'\n'one_hot[k]' = 'h_$y($k)'", "where  h_y(k) = [k = y]"),
        ("cross_entropy_one_hot", "cross_entropy = 'CE($q, $p)'", ""),
        ("kl_nonneg", "kl = 'D_{KL}($q || $p)'", ""),
    ],
)
def test_a_page_says_what_a_name_of_the_notations_own_stands_for(theorem: str, template: str, stated: str) -> None:
    page = derivation_text(find_theorem(theorem).derivation, read_notation(f"[definitions]\n{template}", "course"))
    assert stated in page
    assert stated or "where" not in page


STANDS_FOR = {
    "maximum": "the function max",
    "minimum": "the function min",
    "absolute": "an absolute value",
    "log_base": "the function log",
}  # those functions are what they define


def test_the_default_notation_shows_arguments_as_the_definitions_name_them() -> None:
    """Its order is the one that others are held against."""
    usual = load_notation()
    for d in (d for d in vars(language_definitions).values() if isinstance(d, Definition)):
        params = [p.name for p in d.params]
        for t in usual.definitions[d.name]:
            assert t.slots <= set(params)
            assert honest.reads_as(t.body) == STANDS_FOR.get(d.name)


def test_a_bound_letter_is_written_at_its_sign_as_in_the_formula() -> None:
    """The sum over k of p(j) would be another number."""
    notation = read_notation("[variables]\nk = 'j'", "course")
    assert term_text(p[k] + Sum(p[k], (k, 1, V)), notation) == "p(j) + ∑_{k′=1}^{V} p(k′)"
    assert term_text(Sum(p[k], (k, 1, V)), notation) == "∑ₖ₌₁ⱽ p(k)"
    assert term_text(argmin(p, cross_entropy(V, q, p)), "hat") == "arg min_ŷ H(q, ŷ)"
    assert term_text(ForAll(p, 0 < p[k]), "hat") == "0 < ŷₖ  for all ŷ"


def test_a_bound_letter_is_not_written_as_a_free_one() -> None:
    j = integer("j")
    d = Derivation("both", "", "", "", (), Eq(Sum(delta(j, k), (j, 1, V)), 1), ())
    with pytest.raises(UserError, match="k and j, which are different things in both, are both written j"):
        derivation_text(d, read_notation("[variables]\nk = 'j'", "course"))


def test_integers_that_the_notation_writes_with_a_letter_for_numbers_are_said_to_be_integers() -> None:
    course = read_notation("[variables]\n'y(t)' = 'c_$t'", "course")
    page = derivation_text(find_theorem("cross_entropy_is_nll").derivation, course)
    assert "given  cₜ integer" in page


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("[reasons]\nsum_dleta = 'only k = y is left'", "[reasons] has words for sum_dleta, and no reason is called so; did you mean sum_delta"),
        ("[reasons]\nkl_nonneg = 'algebra'", "[reasons] kl_nonneg = 'algebra' are the words for ring, so a reader would take one reason for"),
        ("[reasons]\nring = 'by assumption'", "are the words for condition"),
        ("[definitions]\ncross_entrpy = 'H($q, $p)'", "[definitions] has a template for cross_entrpy, and no definition is called so; did you"),
    ],
)  # fmt: skip
def test_words_and_templates_are_for_what_there_is(source: str, message: str) -> None:
    with pytest.raises(UserError) as refused:
        notation_for(read_notation(source, "course"))
    assert message in str(refused.value)


@pytest.mark.parametrize("sign", ["\\u0000", "\\u0007", "\\u001b", "\\u007f", "\\u0085x\\u009b", "\\u202e", "\\u200b"])
def test_words_for_a_reason_have_no_control_characters(sign: str) -> None:
    with pytest.raises(
        UserError, match=r"in the notation course, the reason ring = .* has the control character U\+[0-9A-F]{4}; write"
    ):
        read_notation(f'[reasons]\nring = "by {sign}algebra"', "course")


def test_words_for_a_reason() -> None:
    course = read_notation(
        "[reasons]\nsum_delta = 'only k = y is left'\nkl_nonneg = 'Gibbs'\nring = 'by algebra'", "course"
    )
    assert notation_for(course) is course


@pytest.mark.parametrize("template", ["{" * 2000 + "x" + "}" * 2000, "hat " * 2000 + "x", "x_{" * 500, "(" * 9999])
def test_a_template_that_is_nested_very_deeply_is_refused(template: str) -> None:
    with pytest.raises(UserError, match="cannot be read: it has more than 150 signs and words"):
        read_notation(f'[variables]\n"p(k)" = "{template}"', "mine")


@pytest.mark.parametrize("place", ["doc", "[settings]\nlog", "[variables]\np", "[reasons]\nring"])
def test_a_number_too_long_to_be_written_is_refused_in_words(place: str) -> None:
    with pytest.raises(UserError, match="not a number of thousands of digits"):
        read_notation(f"{place} = 0x{'9' * 5000}", "mine")


@pytest.mark.parametrize("template", ["9" * 5000, "$" + "9" * 5000, "a" * 5000])
def test_a_word_or_number_in_a_template_has_a_greatest_length(template: str) -> None:
    with pytest.raises(UserError, match="is longer than 40 letters or digits"):
        read_notation(f'[variables]\n"p(k)" = "{template}"', "mine")
