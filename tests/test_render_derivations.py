"""Whole derivations in every target, compared with what was looked at and found good (tests/golden/render).

How the files are written again, golden_files.py says; then look at the pages that pdflatex makes of it, too.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from golden_files import GOLDEN, compare
from needs import need

from derive.board.catalogue import find_theorem, theorems
from derive.kernel.sorts import FAMILY, INT, Base
from derive.kernel.terms import Num, Term, Var, substitute
from derive.language.definitions import (
    cross_entropy,
    kl,
    logsumexp,
    one_hot,
    sequence_probability,
    smoothed,
    softmax,
    surprisal,
)
from derive.language.syntax import (
    Eq,
    ForAll,
    Iff,
    Prod,
    Sum,
    argmax,
    argmin,
    delta,
    exp,
    family,
    function,
    integer,
    log,
    partial,
    real,
    xlogy,
)
from derive.record import Block, Derivation, Line, Reason
from derive.record.letters import definitions_in
from derive.render.formula.notation import notation_names
from derive.render.pages.jupyter import mimebundle
from derive.render.pages.latex import derivation_latex
from derive.render.pages.text import derivation_text
from derive.render.pens.latex import escape, prose_latex
from derive.render.words.prose import parts, reason_words

FOLDER = GOLDEN / "render"

V, T, y, k, t, j, n = (integer(s) for s in "VTyktjn")
a, eps = real("a"), real("eps")
p, q, z = (family(s) for s in ("p", "q", "z"))
ps, ys = function("p", INT, FAMILY), function("y", INT, INT)
theta = Var("theta", Base("Theta"))
pth = function("p", Base("Theta"), INT, FAMILY)

TOKEN = (1 <= y, y <= V)
TOKENS = (ForAll((t, 1, T), 1 <= ys[t]), ForAll((t, 1, T), ys[t] <= V))
POSITIVE = ForAll((k, 1, V), 0 < p[k])
Labels = tuple[tuple[Term, str], ...]


def by(phrase: str, kind: str = "theorem", name: str = "some_name", backwards: bool = False) -> Reason:
    return Reason(name, phrase, kind, backwards)


def definition(words: str) -> Reason:
    return by(f"definition of {words}", "definition")


def step(term: Term | int, *reasons: Reason, relation: str = "=", labels: Labels = ()) -> Line:
    return Line(relation, Num(term) if isinstance(term, int) else term, reasons, labels=labels)


one_hot_collapse = Derivation(
    name="cross_entropy_one_hot",
    subject="cross-entropy",
    summary="With a one-hot target, cross-entropy is the surprisal of the true token.",
    doc="",
    given=(*TOKEN, POSITIVE),
    claim=Eq(cross_entropy(V, one_hot(y), p), -log(p[y])),
    blocks=(
        Block(
            cross_entropy(V, one_hot(y), p),
            (
                step(-Sum(one_hot(y)[k] * log(p[k]), (k, 1, V)), definition("cross-entropy")),
                step(-Sum(delta(k, y) * log(p[k]), (k, 1, V)), definition("one-hot")),
                step(-log(p[y]), by("the sum picks out k = y")),
            ),
        ),
    ),
)

residual = eps * (log(p[y]) - 1 / V * Sum(log(p[k]), (k, 1, V)))
marked = ((residual, "residual"),)
smoothing = Derivation(
    name="cross_entropy_smoothed",
    subject="label smoothing",
    summary="Label smoothing adds a residual to the surprisal of the true token.",
    doc="",
    given=(*TOKEN, 0 <= eps, eps < 1, POSITIVE, Eq(Sum(p[k], (k, 1, V)), 1)),
    claim=Eq(cross_entropy(V, smoothed(V, eps, y), p), surprisal(p, y) + residual),
    labels=marked,
    blocks=(
        Block(
            cross_entropy(V, smoothed(V, eps, y), p),
            (
                step(-Sum(smoothed(V, eps, y)[k] * log(p[k]), (k, 1, V)), definition("cross-entropy")),
                step(
                    -Sum(((1 - eps) * delta(k, y) + eps / V) * log(p[k]), (k, 1, V)), definition("the smoothed target")
                ),
                step(
                    -((1 - eps) * Sum(delta(k, y) * log(p[k]), (k, 1, V)) + eps / V * Sum(log(p[k]), (k, 1, V))),
                    by("sums are linear"),
                    by("constants leave the sum"),
                ),
                step(-((1 - eps) * log(p[y]) + eps / V * Sum(log(p[k]), (k, 1, V))), by("the sum picks out k = y")),
                step(-log(p[y]) + residual, by("algebra", "tactic")),
                step(surprisal(p, y) + residual, definition("surprisal"), labels=marked),
            ),
        ),
    ),
)

factors = Prod(ps[t][ys[t]], (t, 1, n))
logs = Sum(log(ps[t][ys[t]]), (t, 1, n))
following = ps[n + 1][ys[n + 1]]
sequence = Derivation(
    name="log_sequence_probability",
    subject="sequences",
    summary="The log-probability of a sequence is the sum of the log-probabilities of its tokens.",
    doc="",
    given=(1 <= T, *TOKENS, ForAll([(t, 1, T), (k, 1, V)], 0 < ps[t][k])),
    claim=Eq(log(sequence_probability(T, ps, ys)), substitute(logs, {n: T})),
    blocks=(
        Block(
            log(substitute(factors, {n: Num(1)})),
            (
                step(log(ps[1][ys[1]]), by("a product of one factor", "axiom")),
                step(substitute(logs, {n: Num(1)}), by("a sum of one term", "axiom", backwards=True)),
            ),
            title="Base case, T = 1",
        ),
        Block(
            log(substitute(factors, {n: n + 1})),
            (
                step(log(factors * following), by("split off the last factor", "axiom")),
                step(log(factors) + log(following), by("log of a product; both factors are positive")),
                step(logs + log(following), by("induction hypothesis", "hypothesis")),
                step(substitute(logs, {n: n + 1}), by("", "axiom", "sum_last", True)),
            ),
            title="Induction step, n to n + 1",
            assumes=(1 <= n, Eq(log(factors), logs)),
        ),
    ),
)

gradient = Derivation(
    name="partial_cross_entropy_softmax",
    subject="softmax",
    summary="The gradient of cross-entropy in the logits is the softmax minus the target.",
    doc="",
    given=(1 <= j, j <= V, Eq(Sum(q[k], (k, 1, V)), 1)),
    claim=Eq(partial(cross_entropy(V, q, softmax(V, z)), z, j), softmax(V, z)[j] - q[j]),
    blocks=(
        Block(
            partial(cross_entropy(V, q, softmax(V, z)), z, j),
            (
                step(partial(-Sum(q[k] * log(softmax(V, z)[k]), (k, 1, V)), z, j), definition("cross-entropy")),
                step(partial(-Sum(q[k] * (z[k] - logsumexp(V, z)), (k, 1, V)), z, j), by("log of a softmax")),
                step(
                    partial(logsumexp(V, z) - Sum(q[k] * z[k], (k, 1, V)), z, j),
                    by("algebra, with a target that sums to 1", "tactic"),
                ),
                step(
                    exp(z[j]) / Sum(exp(z[k]), (k, 1, V)) - Sum(q[k] * delta(k, j), (k, 1, V)),
                    by("the derivative of log-sum-exp", "gap"),
                ),
                step(softmax(V, z)[j] - q[j], definition("softmax"), by("the sum picks out k = j")),
            ),
        ),
    ),
    notes=("q need not be positive: only its sum matters, so 100% of the mass may sit on one token.",),
)

gibbs = Derivation(
    name="kl_nonneg",
    subject="information",
    summary="Gibbs' inequality: the Kullback–Leibler divergence is never negative.",
    doc="",
    given=(
        POSITIVE,
        ForAll((k, 1, V), 0 <= q[k]),
        Eq(Sum(p[k], (k, 1, V)), 1),
        Eq(Sum(q[k], (k, 1, V)), 1),
    ),
    claim=0 <= kl(V, q, p),
    blocks=(
        Block(
            -kl(V, q, p),
            (
                step(Sum(xlogy(q[k], p[k] / q[k]), (k, 1, V)), definition("KL")),
                step(Sum(q[k] * (p[k] / q[k] - 1), (k, 1, V)), by("log x <= x - 1", "axiom"), relation="<="),
                step(Sum(p[k], (k, 1, V)) - Sum(q[k], (k, 1, V)), by("algebra", "tactic"), relation="<="),
                step(0, by("both sum to 1", "hypothesis")),
            ),
        ),
    ),
)

losses = Sum(cross_entropy(V, one_hot(ys[t]), pth[theta][t]), (t, 1, T))
likelihood = sequence_probability(T, pth[theta], ys)
objectives = Derivation(
    name="argmin_cross_entropy_eq_argmax_likelihood",
    subject="objectives",
    summary="Minimising one-hot cross-entropy is maximising the likelihood.",
    doc="",
    given=(*TOKENS, ForAll([theta, (t, 1, T), (k, 1, V)], 0 < pth[theta][t][k])),
    claim=Eq(argmin(theta, losses), argmax(theta, likelihood)),
    blocks=(
        Block(
            argmin(theta, losses),
            (
                step(argmin(theta, -log(likelihood)), by("one-hot cross-entropy is the negative log-likelihood")),
                step(argmax(theta, log(likelihood)), by("minimising -f is maximising f")),
                step(argmax(theta, likelihood), by("log is increasing", backwards=True)),
            ),
        ),
    ),
)

agree = ForAll((k, 1, V), Eq(q[k], p[k]))
equality = Derivation(
    name="kl_eq_zero_iff",
    subject="information",
    summary="The divergence is 0 exactly when model and target agree on every token.",
    doc="",
    given=(POSITIVE, ForAll((k, 1, V), 0 <= q[k])),
    claim=Iff(Eq(kl(V, q, p), 0), agree),
    blocks=(
        Block(
            ForAll((k, 1, V), q[k] - p[k] <= xlogy(q[k], q[k] / p[k])),
            (
                step(
                    ForAll((k, 1, V), q[k] - p[k] <= xlogy(q[k], q[k] / p[k])),
                    by("a log(a/b) >= a - b, because log x <= x - 1"),
                    relation="",
                ),
            ),
            title="First",
        ),
        Block(
            Eq(kl(V, q, p), 0),
            (step(agree, by("log x = x - 1 only at x = 1"), relation="<=>"),),
            title="Then",
        ),
    ),
)

DERIVATIONS = (one_hot_collapse, smoothing, sequence, gradient, gibbs, objectives, equality)
NAMES = [d.name for d in DERIVATIONS]


@pytest.mark.parametrize("d", DERIVATIONS, ids=NAMES)
def test_text(d: Derivation) -> None:
    compare(FOLDER / f"{d.name}.txt", derivation_text(d))


@pytest.mark.parametrize("d", DERIVATIONS, ids=NAMES)
def test_latex(d: Derivation) -> None:
    compare(FOLDER / f"{d.name}.tex", derivation_latex(d))


@pytest.mark.parametrize("notation", notation_names())
def test_notations(notation: str) -> None:
    compare(FOLDER / f"notation-{notation}.txt", "\n".join(derivation_text(d, notation) for d in (smoothing, sequence)))
    compare(
        FOLDER / f"notation-{notation}.tex", "\n".join(derivation_latex(d, notation) for d in (smoothing, sequence))
    )


def test_variants() -> None:
    compare(FOLDER / "narrow.txt", derivation_text(smoothing, width=60))
    compare(
        FOLDER / "ascii.txt", derivation_text(smoothing, ascii=True) + "\n" + derivation_text(objectives, ascii=True)
    )
    compare(FOLDER / "below.tex", derivation_latex(smoothing, reasons="below"))
    compare(FOLDER / "standalone.tex", derivation_latex(one_hot_collapse, standalone=True))


@pytest.mark.parametrize("width", [40, 60, 72, 80, 100, 140])
@pytest.mark.parametrize("d", DERIVATIONS, ids=NAMES)
def test_text_keeps_to_its_width(d: Derivation, width: int) -> None:
    for ascii_only in (False, True):
        shown = derivation_text(d, width=width, ascii=ascii_only)
        assert max(map(len, shown.splitlines())) <= max(width, 66)
        assert shown == "\n".join(s.rstrip() for s in shown.splitlines()) + "\n"
        assert not ascii_only or shown.isascii()


def test_every_condition_and_reason_is_printed() -> None:
    shown = derivation_text(gradient)
    for words in (
        "1 ≤ j ≤ V",
        "∑ₖ₌₁ⱽ q(k) = 1",
        "log of a softmax",
        "GAP: the derivative of log-sum-exp",
        "note: q need",
    ):
        assert words in shown
    latex = derivation_latex(gradient)
    for words in (r"1 \le j \le V", "GAP: the derivative of log-sum-exp", "Proof, with 1 gap.", r"so 100\% of the"):
        assert words in latex


def test_a_brace_stands_under_what_it_marks() -> None:
    lines = derivation_text(smoothing).splitlines()
    i = next(i for i, s in enumerate(lines) if "└" in s)
    start, end = lines[i].index("└"), lines[i].index("┘")
    assert lines[i - 1][start : end + 1] == "ε (log p(y) − (1/V) ∑ₖ₌₁ⱽ log p(k))"
    assert " residual " in lines[i]


def test_words_longer_than_their_brace_go_below_it() -> None:
    d = Derivation("d", "", "", "", (), Eq(a, a), (), labels=((a, "what smoothing adds"),))
    assert derivation_text(d).splitlines()[2:5] == ["  claim  a = a", "         └┘", "  what smoothing adds"]


# --- reasons and prose -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (Reason("sum_delta", "the sum picks out k = y", "theorem"), "the sum picks out k = y"),
        (Reason("sum_delta", "", "theorem"), "by sum_delta"),
        (Reason("log_prod", "log of a product", "theorem", True), "log of a product"),
        (Reason("entropy", "definition of entropy", "definition", True), "definition of entropy"),
        (Reason("gap", "Fubini", "gap"), "GAP: Fubini"),
        (Reason("gap", "", "gap"), "GAP: gap"),
    ],
)
def test_reason_words(reason: Reason, words: str) -> None:
    assert reason_words(reason) in (words, words.removesuffix(": gap"))


@pytest.mark.parametrize(
    ("words", "latex"),
    [
        ("the sum picks out k = y", "the sum picks out $k = y$"),
        ("log x <= x - 1", r"$\log x \le x - 1$"),
        ("0 log 0 = 0", r"$0 \log 0 = 0$"),
        ("minimising -f", "minimising $-f$"),
        ("(1 - eps) times", r"$(1 - \varepsilon)$ times"),
        ("at most exp(-b/tau) (of tokens)", r"at most $\exp(-b/\tau)$ (of tokens)"),
        ("the weight 1/(B n_s): less", r"the weight $1/(B n_s)$: less"),
        ("given y_<t, z-loss", r"given $y_{<t}$, $z$-loss"),
        ("a cat, e.g. this; I can't; Gibbs' x", "a cat, e.g. this; I can't; Gibbs' $x$"),
        ("losses a and b, a number for a.", "losses $a$ and $b$, a number for $a$."),
        ("when Pr(y | x, y_<t) is", r"when $\Pr(y \mid x, y_{<t})$ is"),
        ("n to n + 1", "$n$ to $n + 1$"),
        (
            "see sum_delta: 100% & #1 {~^\\}",
            r"see sum\_delta: 100\% \& \#1 \{\textasciitilde{}\textasciicircum{}\textbackslash{}\}",
        ),
        ("theta and eps", r"$\theta$ and $\varepsilon$"),
        ("H(q_y^ε, p) and x^2 < x^10", r"$H(q_y^\varepsilon, p)$ and $x^2 < x^{10}$"),
    ],
)
def test_prose(words: str, latex: str) -> None:
    assert prose_latex(words) == latex


def test_prose_loses_nothing() -> None:
    words = "In 1..V: a log(a/b) and p_t(y_t); Pr(x) is 0.5"
    assert "".join(part for _, part in parts(words)) == words
    assert [f for is_formula, f in parts("of q from p_theta and q_y^eps, no p_thetas") if is_formula] == [
        "q",
        "p_θ",
        "q_y^ε",
    ]


def test_escape() -> None:
    assert escape('a $ % & # { } ~ ^ \\ _ < > | "b" ≤ é') == (
        r"a \$ \% \& \# \{ \} \textasciitilde{} \textasciicircum{} \textbackslash{} \_ $<$ $>$ $|$ ``b'' $\le$ é"
    )


# --- Jupyter ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("d", DERIVATIONS, ids=NAMES)
def test_jupyter_has_one_block(d: Derivation) -> None:
    bundle = mimebundle(d)
    latex = bundle["text/latex"]
    assert latex.startswith("$$\\begin{aligned}\n")
    assert latex.endswith("\n\\end{aligned}$$")
    assert latex.count("$") == 4
    assert "<" not in latex
    assert "&&" not in latex
    assert bundle["text/plain"] == derivation_text(d)
    assert set(bundle) == {"text/html", "text/latex", "text/plain"}


def test_jupyter() -> None:
    compare(
        FOLDER / "jupyter.tex", "\n\n".join(mimebundle(d, "theta")["text/latex"] for d in (smoothing, sequence)) + "\n"
    )


def test_jupyter_html_is_escaped() -> None:
    html = mimebundle(sequence, "theta", html=True)["text/html"]
    assert "y_&lt;t" in html
    assert "y_<t" not in html


# --- pdflatex --------------------------------------------------------------------------------------------------------


def compiled(source: str, folder: Path) -> str:
    """Compile a document; returns what pdflatex said."""
    (folder / "it.tex").write_text(source, encoding="utf-8")
    command = [need("pdflatex", "texlive-latex-base"), "-interaction=nonstopmode", "-halt-on-error", "it.tex"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, errors="replace", check=False)
    assert done.returncode == 0, done.stdout[-2000:]
    return done.stdout


@pytest.mark.parametrize("notation", notation_names())
def test_documents_compile_and_fit_their_page(notation: str, tmp_path: Path) -> None:
    document = derivation_latex(one_hot_collapse, notation, standalone=True)
    fragments = "\n\n\\bigskip\n".join(
        derivation_latex(d, notation, reasons=reasons) for d in DERIVATIONS for reasons in ("beside", "below")
    )
    said = compiled(document.replace("\\end{document}", f"{fragments}\n\\end{{document}}"), tmp_path)
    too_wide = [float(x) for x in re.findall(r"Overfull \\hbox \(([\d.]+)pt too wide", said)]
    assert max(too_wide, default=0) < 5, said
    assert "Missing character" not in said


def test_definitions_fit_the_page_where_all_are_stated(tmp_path: Path) -> None:
    """Those of the catalogue with the most definitions."""
    most = sorted((e.derivation for e in theorems()), key=lambda d: len(definitions_in(d.terms)))[-6:]
    wanted = [find_theorem("residual_pos_iff").derivation, *most]
    document = derivation_latex(one_hot_collapse, "compact", standalone=True, where=True)
    fragments = "\n\n\\bigskip\n".join(derivation_latex(d, "compact", where=True) for d in wanted)
    said = compiled(document.replace("\\end{document}", f"{fragments}\n\\end{{document}}"), tmp_path)
    assert "Overfull \\hbox" not in said, said


def test_fragment_in_beamer(tmp_path: Path) -> None:
    done = (
        subprocess.run(["kpsewhich", "beamer.cls"], capture_output=True, check=False)
        if shutil.which("kpsewhich")
        else None
    )
    if done is None or done.returncode:
        need("beamer.cls", "texlive-latex-recommended, texlive-pictures")
    source = "\\documentclass{beamer}\n\\usepackage{amsmath}\n\\begin{document}\n"
    for d in DERIVATIONS:
        source += f"\\begin{{frame}}[allowframebreaks]\n{derivation_latex(d)}\\end{{frame}}\n"
    compiled(source + "\\end{document}\n", tmp_path)


def test_awkward_prose_compiles(tmp_path: Path) -> None:
    words = 'a $ % & # { } ~ ^ \\ _ < > | "b" ` \' -- é ε ≤ 漢 ∑ x_{y} $x$ \\end{document}'
    line = Line("=", a, (Reason(words, "", "theorem"),), labels=((a, words),))
    d = Derivation(words, words, words, words, (), Eq(a, a), (Block(a, (line,), words),), notes=(words,))
    compiled(derivation_latex(d, standalone=True), tmp_path)
