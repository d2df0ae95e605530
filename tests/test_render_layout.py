"""How terms are laid out: what they look like, and that brackets can be read back to the same term."""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction
from functools import cache

import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from derive.errors import UserError
from derive.kernel.definitions import Definition
from derive.kernel.sorts import FAMILY, INT, PROP, REAL, Base, Fn, Sort
from derive.kernel.terms import (
    ADD,
    DIV,
    EXP,
    LOG,
    MUL,
    NEG,
    POW,
    PROD,
    SUB,
    SUM,
    App,
    At,
    Lam,
    Num,
    Term,
    Var,
    abstract,
    app,
    ne,
    rebuild,
)
from derive.language import definitions as vocabulary
from derive.language.definitions import (
    conditional,
    cross_entropy,
    entropy,
    expectation,
    geometric_mean,
    kl,
    log_likelihood,
    logsumexp,
    one_hot,
    perplexity,
    sequence_probability,
    smoothed,
    smoothed_off,
    softmax,
    surprisal,
    uniform,
)
from derive.language.syntax import (
    Eq,
    ForAll,
    Iff,
    Implies,
    Member,
    Ne,
    Prod,
    Sum,
    argmax,
    argmin,
    delta,
    exp,
    family,
    fun,
    function,
    integer,
    log,
    partial,
    real,
    xlogy,
)
from derive.record import Block, Derivation, Line, Reason
from derive.render.formula.notation import load_notation, notation_names
from derive.render.pages.jupyter import mimebundle
from derive.render.pages.latex import derivation_latex
from derive.render.pages.sequences import refuse_other_sequences
from derive.render.pages.text import derivation_text
from derive.render.pens.latex import sentence_latex, term_latex
from derive.render.pens.text import conditions_text, term_text
from derive.render.words.sentence import conditions_said

V, T, y, k, t, j, m, n = (integer(s) for s in "VTyktjmn")
a, b, c, eps, beta = (real(s) for s in ("a", "b", "c", "eps", "beta"))
p, q, z, f, Pr = (family(s) for s in ("p", "q", "z", "f", "Pr"))
ps, ys, zs = function("p", INT, FAMILY), function("y", INT, INT), function("z", INT, FAMILY)
Theta = Base("Theta")
theta, phi = Var("theta", Theta), Var("phi", Theta)
pth = function("p", Theta, INT, FAMILY)
L = function("L", Theta, REAL)

LOOKS: list[tuple[Term, str, str]] = [
    # signs and order, as the author wrote them
    (a - (b - c), "a − (b − c)", "a - (b - c)"),
    (a - b - c, "a − b − c", "a - b - c"),
    (a + (b + c), "a + (b + c)", "a + (b + c)"),
    (-(a + b), "−(a + b)", "-(a + b)"),
    (-app(NEG, a), "−(−a)", "-(-a)"),
    (a + -b, "a + (−b)", "a + (-b)"),
    (a * -b, "a · (−b)", r"a \cdot (-b)"),
    (-a * b, "−a b", r"-a\,b"),
    (-(a * b), "−a b", r"-a\,b"),
    (b + a, "b + a", "b + a"),
    # products
    (2 * a, "2 a", "2 a"),
    (a * 2, "a · 2", r"a \cdot 2"),
    (Num(2) * 3, "2 · 3", r"2 \cdot 3"),
    (eps * log(V), "ε log V", r"\varepsilon \log V"),
    (a * (b * c), "a (b c)", r"a\,(b\,c)"),
    ((a + b) * c, "(a + b) c", r"(a + b)\,c"),
    (p[k] * q[k], "p(k) q(k)", r"p(k)\,q(k)"),
    # fractions
    (Num(Fraction(1, 2)) * a, "(1/2) a", r"\tfrac{1}{2} a"),
    (1 / V * Sum(log(p[k]), (k, 1, V)), "(1/V) ∑ₖ₌₁ⱽ log p(k)", r"\frac{1}{V} \sum_{k=1}^V \log p(k)"),
    (-(1 / T) * a, "−(1/T) a", r"-\frac{1}{T} a"),
    ((a + b) / (a - b), "(a + b)/(a − b)", r"\frac{a + b}{a - b}"),
    (a / b / c, "(a/b)/c", r"\frac{a/b}{c}"),
    (a / b * (a / c), "(a/b) (a/c)", r"\frac{a}{b} \frac{a}{c}"),
    # logarithms
    (log(p[k]), "log p(k)", r"\log p(k)"),
    (log(a * b), "log(a b)", r"\log(a\,b)"),
    (log(a) * b, "(log a) b", r"(\log a)\,b"),
    (log(a) + b, "log a + b", r"\log a + b"),
    (log(a + b), "log(a + b)", r"\log(a + b)"),
    (log(q[k] / p[k]), "log(q(k)/p(k))", r"\log \frac{q(k)}{p(k)}"),
    (log(a) ** 2, "(log a)²", r"(\log a)^2"),
    (log(a**2), "log(a²)", r"\log(a^2)"),
    (log(delta(k, y)), "log [k = y]", r"\log [k = y]"),
    (log(log(a)), "log log a", r"\log \log a"),
    (xlogy(q[k], q[k] / p[k]), "q(k) log(q(k)/p(k))", r"q(k) \log \frac{q(k)}{p(k)}"),
    # powers and exponentials
    (a**b, "aᵇ", "a^b"),
    ((a + b) ** 2, "(a + b)²", "(a + b)^2"),
    (z[k] ** 2, "zₖ²", "z_k^2"),
    ((-a) ** 2, "(−a)²", "(-a)^2"),
    (p[y] ** (1 / V), "p(y)^{1/V}", "p(y)^{1/V}"),
    ((a**b) ** c, "(aᵇ)ᶜ", "(a^b)^c"),
    (exp(-z[k]), "exp(−zₖ)", "e^{-z_k}"),
    (exp(a) ** 2, "exp(a)²", "(e^a)^2"),
    (exp(1 / V * Sum(z[k], (k, 1, V))), "exp((1/V) ∑ₖ₌₁ⱽ zₖ)", r"\exp\Bigl(\frac{1}{V} \sum_{k=1}^V z_k\Bigr)"),
    # sums and products: a factor after one is not swallowed
    (Sum(p[k], (k, 1, V)) * a, "(∑ₖ₌₁ⱽ p(k)) a", r"\Bigl(\sum_{k=1}^V p(k)\Bigr)\,a"),
    (a * Sum(p[k], (k, 1, V)), "a ∑ₖ₌₁ⱽ p(k)", r"a \sum_{k=1}^V p(k)"),
    (a * Sum(p[k], (k, 1, V)) * b, "(a ∑ₖ₌₁ⱽ p(k)) b", r"\Bigl(a \sum_{k=1}^V p(k)\Bigr)\,b"),
    (Sum(p[k], (k, 1, V)) + a, "∑ₖ₌₁ⱽ p(k) + a", r"\sum_{k=1}^V p(k) + a"),
    (Sum(p[k] + a, (k, 1, V)), "∑ₖ₌₁ⱽ (p(k) + a)", r"\sum_{k=1}^V (p(k) + a)"),
    (Sum(-p[k], (k, 1, V)), "∑ₖ₌₁ⱽ (−p(k))", r"\sum_{k=1}^V (-p(k))"),
    (-Sum(p[k], (k, 1, V)), "−∑ₖ₌₁ⱽ p(k)", r"-\sum_{k=1}^V p(k)"),
    (Sum(p[k], (k, 1, V)) ** 2, "(∑ₖ₌₁ⱽ p(k))²", r"\Bigl(\sum_{k=1}^V p(k)\Bigr)^2"),
    (
        Sum(Sum(q[k] * p[j], (j, 1, V)), (k, 1, V)),
        "∑ₖ₌₁ⱽ ∑ⱼ₌₁ⱽ q(k) p(j)",
        r"\sum_{k=1}^V \sum_{j=1}^V q(k)\,p(j)",
    ),
    (log(Prod(ps[t][ys[t]], (t, 1, T))), "log ∏ₜ₌₁ᵀ pₜ(yₜ)", r"\log \prod_{t=1}^T p_t(y_t)"),
    (Prod(ps[t][ys[t]], (t, 1, n + 1)), "∏ₜ₌₁ⁿ⁺¹ pₜ(yₜ)", r"\prod_{t=1}^{n+1} p_t(y_t)"),
    # bound letters are the author's, primed where they would clash
    (k * Sum(p[k], (k, 1, V)), "k ∑_{k′=1}^{V} p(k′)", r"k \sum_{k'=1}^V p(k')"),
    (
        Sum(p[k] * Sum(q[k], (k, 1, V)), (k, 1, V)),
        "∑ₖ₌₁ⱽ p(k) ∑_{k′=1}^{V} q(k′)",
        r"\sum_{k=1}^V p(k) \sum_{k'=1}^V q(k')",
    ),
    # families
    (zs[t][k], "z_{t,k}", "z_{t,k}"),
    (pth[theta][t][k], "p_{θ,t}(k)", r"p_{\theta,t}(k)"),
    (L[theta], "L(θ)", r"L(\theta)"),
    (function("x_1", INT, INT)[t], "x_{1,t}", "x_{1,t}"),
    (family("w")[k], "wₖ", "w_k"),
    (family("score")[k], "score(k)", r"\operatorname{score}(k)"),
    (real("p_max"), "pₘₐₓ", r"p_{\mathrm{max}}"),
    (real("q_hat"), "q̂", r"\hat{q}"),
    (real("tau"), "τ", r"\tau"),
    # definitions
    (cross_entropy(V, one_hot(y), p), "H(δ_y, p)", r"H(\delta_y, p)"),
    (cross_entropy(V, one_hot(ys[t]), ps[t]), "H(δ_{y_t}, pₜ)", r"H(\delta_{y_t}, p_t)"),
    (cross_entropy(V + 1, q, p), "H_{V+1}(q, p)", "H_{V+1}(q, p)"),
    (one_hot(y)[k], "δ_y(k)", r"\delta_y(k)"),
    (uniform(V)[k], "u(k)", "u(k)"),
    (smoothed(V, eps, y)[k], "q_y^ε(k)", r"q_y^{\varepsilon}(k)"),
    (smoothed_off(V, eps, y), "q̃_y^ε", r"\tilde{q}_y^{\varepsilon}"),
    (entropy(V, q), "H(q)", "H(q)"),
    (kl(V, q, p), "KL(q ∥ p)", r"\operatorname{KL}(q \parallel p)"),
    (surprisal(p, y), "NLL(p, y)", r"\operatorname{NLL}(p, y)"),
    (expectation(V, q, f), "E_{k∼q}[f(k)]", r"\mathbf{E}_{k \sim q}[f(k)]"),
    (expectation(V, q, fun(j, log(p[j]))), "E_{j∼q}[log p(j)]", r"\mathbf{E}_{j \sim q}[\log p(j)]"),
    (geometric_mean(V, p), "GM(p)", r"\operatorname{GM}(p)"),
    (softmax(V, z)[j], "softmax(z)ⱼ", r"\operatorname{softmax}(z)_j"),
    (logsumexp(V, z), "LSE(z)", r"\operatorname{LSE}(z)"),
    (sequence_probability(T, ps, ys), "Pr(y | x)", r"\Pr(y \mid x)"),
    (sequence_probability(T + 1, ps, ys), "Pr(y_{≤T+1} | x)", r"\Pr(y_{\le T+1} \mid x)"),
    (sequence_probability(T, pth[theta], ys), "p_θ(y | x)", r"p_{\theta}(y \mid x)"),
    (log_likelihood(T, ps, ys), "ℒ", r"\mathcal{L}"),
    (log_likelihood(T, pth[theta], ys), "ℒ(p_θ, y)", r"\mathcal{L}(p_{\theta}, y)"),
    (logsumexp(V, fun(k, log(p[k]))), "LSE(k ↦ log p(k))", r"\operatorname{LSE}(k \mapsto \log p(k))"),
    (
        sequence_probability(T, fun(t, softmax(V, zs[t])), ys),
        "Pr(y | x; (t ↦ softmax(zₜ)))",
        r"\Pr(y \mid x; (t \mapsto \operatorname{softmax}(z_t)))",
    ),
    (perplexity(T, ps, ys), "PPL(p, y)", r"\operatorname{PPL}(p, y)"),
    (conditional(Pr, t), "Pr(yₜ | x, y_<t)", r"\Pr(y_t \mid x, y_{<t})"),
    (Pr[t], "Pr(y_≤t | x)", r"\Pr(y_{\le t} \mid x)"),
    # optima, derivatives, statements
    (argmin(theta, L[theta]), "arg min_θ L(θ)", r"\operatorname*{arg\,min}_{\theta} L(\theta)"),
    (argmin(theta, L[theta] + a), "arg min_θ (L(θ) + a)", r"\operatorname*{arg\,min}_{\theta} (L(\theta) + a)"),
    (Member(theta, argmax(phi, L[phi])), "θ ∈ arg max_φ L(φ)", r"\theta \in \operatorname*{arg\,max}_{\phi} L(\phi)"),
    (
        partial(cross_entropy(V, q, softmax(V, z)), z, j),
        "∂/∂zⱼ H(q, softmax(z))",
        r"\frac{\partial}{\partial z_j}\,H(q, \operatorname{softmax}(z))",
    ),
    (
        partial(z[k] + a, z, j) * a,
        "(∂/∂zⱼ (zₖ + a)) a",
        r"\Bigl(\frac{\partial}{\partial z_j}\,(z_k + a)\Bigr)\,a",
    ),
    (ForAll((t, 1, T), ys[t] <= V), "yₜ ≤ V  for t = 1, …, T", r"y_t \le V\quad \text{for }t = 1, \dots, T"),
    (ForAll(theta, a <= L[theta]), "a ≤ L(θ)  for all θ", r"a \le L(\theta)\quad \text{for all }\theta"),
    (
        Iff(Eq(a, b), ForAll((k, 1, V), p[k] <= a)),
        "a = b ⟺ p(k) ≤ a  for k = 1, …, V",
        r"a = b \iff p(k) \le a\quad \text{for }k = 1, \dots, V",
    ),
    (
        Iff(ForAll((k, 1, V), p[k] <= a), Eq(a, b)),
        "(p(k) ≤ a  for k = 1, …, V) ⟺ a = b",
        r"(p(k) \le a\quad \text{for }k = 1, \dots, V) \iff a = b",
    ),
    (
        ForAll((k, 1, V), Iff(Eq(p[k], a), Eq(q[k], b))),
        "for k = 1, …, V: p(k) = a ⟺ q(k) = b",
        r"\text{for }k = 1, \dots, V\colon p(k) = a \iff q(k) = b",
    ),
    (Implies(0 < a, 0 < b, 0 < a * b), "0 < a ⟹ 0 < b ⟹ 0 < a b", r"0 < a \implies 0 < b \implies 0 < a\,b"),
    (Ne(a, 0), "a ≠ 0", r"a \ne 0"),
]


@pytest.mark.parametrize(("term", "text", "latex"), LOOKS, ids=[t for _, t, _ in LOOKS])
def test_looks(term: Term, text: str, latex: str) -> None:
    assert term_text(term) == text
    assert term_latex(term) == latex


def test_derivative_at_a_point_that_is_no_variable() -> None:
    term = partial(z[j], z, j)
    assert isinstance(term, App)
    moved = App(term.op, (term.args[0], softmax(V, z), j))
    assert term_text(moved) == "(∂/∂z′ⱼ z′ⱼ)_{z′=softmax(z)}"
    # the point also occurs as a constant, so the derivative must not be written in it
    constant = App(term.op, (Lam("w", FAMILY, abstract(family("w")[j] * z[j], family("w"))), z, j))
    assert term_text(constant) == "(∂/∂wⱼ (wⱼ zⱼ))_{w=z}"


def test_names_that_would_look_the_same_are_told_apart() -> None:
    assert term_text(real("eps") + real("epsilon")) == "eps + epsilon"
    assert term_text(real("x1") - real("x_1")) == "x1 − x_1"
    assert term_text(real("lam") + Sum(integer("lambda") * a, (integer("lambda"), 1, V))) == "λ + ∑_{λ′=1}^{V} λ′ a"


def test_letters_that_other_lines_use_are_avoided() -> None:
    assert term_text(Sum(p[k], (k, 1, V)), avoid=("k",)) == "∑_{k′=1}^{V} p(k′)"


def test_ascii() -> None:
    term = -Sum((1 - eps) * delta(k, y) * log(ps[t][k]), (k, 1, V))
    shown = term_text(term, ascii=True)
    assert shown == "-sum_{k=1}^{V} (1 - eps) [k = y] log p_t(k)"
    assert shown.isascii()


# --- conditions ------------------------------------------------------------------------------------------------------


def test_conditions_are_merged_and_turned() -> None:
    stated = (
        1 <= y,
        ForAll((t, 1, T), ys[t] <= V),
        y <= V,
        1 <= V,
        0 <= eps,
        ForAll((t, 1, T), 1 <= ys[t]),
        eps < 1,
        ForAll([(t, 1, T), (k, 1, V)], 0 < ps[t][k]),
        Eq(Sum(p[k], (k, 1, V)), 1),
        a <= b,
        ForAll(theta, ForAll((t, 1, T), 0 < pth[theta][t][1])),
        ForAll((k, 1, V), Implies(ne(k, y), p[k] <= p[y])),
    )
    assert conditions_text(stated) == [
        "1 ≤ y ≤ V",
        "1 ≤ yₜ ≤ V for t = 1, …, T",
        "V ≥ 1",
        "0 ≤ ε < 1",
        "pₜ(k) > 0 for t = 1, …, T and k = 1, …, V",
        "∑ₖ₌₁ⱽ p(k) = 1",
        "a ≤ b",
        "p_{θ,t}(1) > 0 for all θ, for t = 1, …, T",
        "p(k) ≤ p(y) for k = 1, …, V, where k ≠ y",
    ]
    assert sentence_latex(conditions_said(stated, load_notation("pr"))[4]) == (
        r"$\Pr(k \mid \mathbf{x}, \mathbf{y}_{<t}) > 0$ for $t = 1, \dots, T$ and $k \in \mathcal{V}$"
    )


def test_conditions_under_different_ranges_stay_apart() -> None:
    assert conditions_text((ForAll((t, 1, T), 1 <= ys[t]), ForAll((t, 1, m), ys[t] <= V))) == [
        "yₜ ≥ 1 for t = 1, …, T",
        "yₜ ≤ V for t = 1, …, m",
    ]


# --- reading formulas back -------------------------------------------------------------------------------------------


class Reader:
    """Reads the arithmetic of ``term_text(.., ascii=True)`` and ``term_latex``: numbers, letters, p, q and z."""

    TOKEN = re.compile(r"\\[a-z]+|[a-z]{2,}|[A-Za-z]'*|\d+|[-+*/^_(){}\[\]=]")

    def __init__(self, text: str) -> None:
        text = re.sub(r"\\(big|Big|bigg|Bigg)[lr]|\\,", " ", text)
        self.tokens = self.TOKEN.findall(text)
        assert "".join(self.tokens) == re.sub(r"\s", "", text)
        self.bound: list[Var] = []

    def peek(self) -> str:
        return self.tokens[0] if self.tokens else ""

    def take(self, *expected: str) -> str:
        token = self.tokens.pop(0)
        assert not expected or token in expected, f"{token} instead of {expected}"
        return token

    def read(self) -> Term:
        out = self.sum()
        assert not self.tokens
        return out

    def sum(self) -> Term:
        if self.peek() == "-":
            self.take()
            out = app(NEG, self.product())
        else:
            out = self.product()
        while self.peek() in ("+", "-"):
            op = ADD if self.take() == "+" else SUB
            out = app(op, out, self.product())
        return out

    def product(self) -> Term:
        out = self.quotient()
        while self.peek() not in ("", "+", "-", ")", "}", "]", "="):
            if self.peek() in ("*", r"\cdot"):
                self.take()
            out = out * self.quotient()
        return out

    def quotient(self) -> Term:
        out = self.factor()
        if self.peek() == "/":
            self.take()
            out = out / self.factor()
        return out

    def factor(self) -> Term:
        token = self.peek().lstrip("\\")
        if token in ("sum", "prod"):
            self.take()
            for t_ in "_{":
                self.take(t_)
            letter = Var(self.take(), INT)
            self.take("=")
            low = self.sum()
            self.take("}")
            self.take("^")
            high = self.group()
            self.bound.append(letter)
            body = self.product()
            self.bound.pop()
            return app(SUM if token == "sum" else PROD, low, high, Lam(letter.name, INT, abstract(body, letter)))
        if token == "log":
            self.take()
            return log(self.factor() if self.peek().lstrip("\\") in ("sum", "prod", "log") else self.primary())
        out = self.primary()
        if self.peek() == "^":
            self.take()
            out = out ** self.group()
        return out

    def group(self) -> Term:
        if self.peek() == "{":
            return self.bracketed("{", "}")
        token = self.take()
        return Num(int(token)) if token.isdigit() else self.letter(token)

    def bracketed(self, open: str, close: str) -> Term:
        self.take(open)
        out = self.sum()
        self.take(close)
        return out

    def primary(self) -> Term:
        token = self.peek()
        if token == "(":
            return self.bracketed("(", ")")
        if token == "[":
            self.take()
            left = self.sum()
            self.take("=")
            right = self.sum()
            self.take("]")
            return delta(left, right)
        self.take()
        if token in (r"\frac", r"\tfrac"):
            top = self.bracketed("{", "}")
            return top / self.bracketed("{", "}")
        if token.lstrip("\\") == "exp":
            return exp(self.bracketed("(", ")"))
        if token == "e":
            self.take("^")
            return exp(self.group())
        if token in ("p", "q"):
            return family(token)[self.bracketed("(", ")")]
        if token == "z":
            self.take("_")
            return z[self.group()]
        return Num(int(token)) if token.isdigit() else self.letter(token)

    def letter(self, token: str) -> Term:
        for v in self.bound:
            if v.name == token:
                return v
        return integer(token) if token in ("V", "k", "j") else real(token)


def plain(term: Term) -> Term:
    """The term without the differences that are not printed: -a b, and numbers that are negative or fractions."""
    if isinstance(term, Num) and term.value < 0:
        return app(NEG, plain(Num(-term.value)))
    if isinstance(term, Num) and term.value.denominator != 1:
        return Num(term.value.numerator) / Num(term.value.denominator)
    if isinstance(term, App):
        args = tuple(Lam(x.hint, x.dom, plain(x.body)) if isinstance(x, Lam) else plain(x) for x in term.args)
        return outside(*args) if term.op is MUL else app(term.op, *args)
    if isinstance(term, At):
        return rebuild(term, (term.fn, plain(term.arg)))
    return term


def outside(left: Term, right: Term) -> Term:
    if isinstance(left, App) and left.op is NEG:
        return app(NEG, outside(left.args[0], right))
    return left * right


def arithmetic() -> st.SearchStrategy[Term]:
    index = st.sampled_from([integer("V"), integer("k"), integer("j"), integer("a")])
    letters = [integer("V"), integer("j"), a, b, c]
    leaf = st.one_of(
        st.sampled_from(letters),
        st.integers(-3, 12).map(Num),
        st.sampled_from([Num(Fraction(1, 2)), Num(Fraction(-2, 3))]),
        st.builds(lambda g, i: g[i], st.sampled_from([p, q, z]), index),
        st.builds(delta, index, index),
    )

    def more(inner: st.SearchStrategy[Term]) -> st.SearchStrategy[Term]:
        binary = st.sampled_from([ADD, SUB, MUL, DIV, POW, MUL, SUB])
        return st.one_of(
            st.builds(app, binary, inner, inner),
            st.builds(app, st.sampled_from([NEG, LOG, EXP, LOG]), inner),
            st.builds(
                lambda op, i, high, body: app(op, Num(1), high, Lam(i.name, INT, abstract(body, i))),
                st.sampled_from([SUM, PROD]),
                index,
                st.sampled_from([integer("V"), integer("j"), integer("j") + 1]),
                inner,
            ),
        )

    return st.recursive(leaf, more, max_leaves=9).map(close)


def close(term: Term) -> Term:
    """Rename the free integer a, which has the name of a real."""
    from derive.kernel.terms import substitute

    return substitute(term, {integer("a"): integer("k")})


@settings(max_examples=200, deadline=None)
@given(arithmetic())
def test_brackets_in_text(term: Term) -> None:
    shown = term_text(term, ascii=True)
    assert plain(Reader(shown).read()) == plain(term), shown


@settings(max_examples=200, deadline=None)
@given(arithmetic())
def test_brackets_in_latex(term: Term) -> None:
    shown = term_latex(term)
    assert plain(Reader(shown).read()) == plain(term), shown


# --- every term prints everywhere ------------------------------------------------------------------------------------


@cache
def of_sort(
    sort: Sort, depth: int, bound: tuple[Var, ...] = (), *, page: tuple[Var, ...] | None = None
) -> st.SearchStrategy[Term]:
    """Terms of any shape: operators, binders, families and all definitions, in all letters.

    With ``page`` they are in these letters only, definitions are applied to letters, and the V and T that a notation may
    leave out are V and T.
    """
    free = FREE if page is None else page
    leaves: list[Term] = [v for v in (*bound, *free) if v.sort == sort]
    if sort == REAL:
        leaves += [Num(Fraction(1, 3)), Num(-1), *(v for v in bound if v.sort == INT)]
    choices = [st.sampled_from(leaves)] if leaves else []
    if depth == 0:
        return st.one_of(choices)

    def sub(s: Sort, *more: Var) -> st.SearchStrategy[Term]:
        return st.deferred(lambda: of_sort(s, depth - 1, (*bound, *more), page=page))

    def argument(param: Var) -> st.SearchStrategy[Term]:
        if page is None:
            return sub(param.sort)
        return st.just(param) if param in (V, T) else of_sort(param.sort, 0, bound, page=page)

    if sort == REAL:
        for op in (ADD, SUB, MUL, DIV, POW):
            choices.append(st.builds(lambda x, w, op=op: app(op, x, w), sub(REAL), sub(REAL)))
        choices += [
            st.builds(log, sub(REAL)),
            st.builds(exp, sub(REAL)),
            st.builds(lambda x: -x, sub(REAL)),
            st.builds(xlogy, sub(REAL), sub(REAL)),
            st.builds(delta, sub(INT), sub(INT)),
            st.builds(lambda x: Sum(x, (k, 1, V)), sub(REAL, k)),
            st.builds(lambda x: Prod(x, (t, 1, T + 1)), sub(REAL, t)),
            st.builds(lambda x, i: partial(x, z, i), sub(REAL), sub(INT)),
            st.builds(lambda g, i: g[i], sub(FAMILY), sub(INT)),
        ]
        if ps in free:
            choices.append(st.builds(lambda i, w: ps[i][w], sub(INT), sub(INT)))
        if pth in free:
            choices.append(st.builds(lambda i, w: pth[theta][i][w], sub(INT), sub(INT)))
    if sort == INT:
        choices.append(st.builds(lambda i: i + 1, sub(INT)))
        if ys in free:
            choices.append(st.builds(lambda i: ys[i], sub(INT)))
    if sort == FAMILY:
        choices.append(st.builds(lambda x: fun(k, x), sub(REAL, k)))
        if ps in free:
            choices.append(st.builds(lambda i: ps[i], sub(INT)))
    if sort == PROP:
        choices += [
            st.builds(lambda x, w: x <= w, sub(REAL), sub(REAL)),
            st.builds(Eq, sub(FAMILY), sub(FAMILY)),
            st.builds(Iff, sub(PROP), sub(PROP)),
            st.builds(Implies, sub(PROP), sub(PROP)),
            st.builds(lambda x: ForAll((t, 1, T), x), sub(PROP, t)),
            st.builds(lambda x: ForAll(theta, x), sub(PROP, theta)),
            st.builds(lambda x: Eq(argmin(theta, x), argmax(theta, -x)), sub(REAL, theta)),
        ]
    for d in VOCABULARY:
        if d.body.sort == sort and all(x.sort in KNOWN for x in d.params):
            choices.append(st.builds(lambda *args, d=d: d(*args), *(argument(x) for x in d.params)))
    return st.one_of(choices)


def on_one_page(*wanted: tuple[Sort, int]) -> st.SearchStrategy[tuple[Term, ...]]:
    """Terms of these sorts and depths that may stand in one derivation: letters and definitions that differ print apart.

    All are about one token, a sequence, its joint probabilities, or a model with parameters, since y the token prints as
    y the sequence does, and p and Pr are the same in some notation.  Definitions are applied to letters, since the page
    does not tell every two terms apart: (-a) b and -(a b), or the convention 0 log 0 = 0 and a plain product.
    """
    return st.sampled_from(PAGES).flatmap(
        lambda page: st.tuples(*(of_sort(sort, depth, page=page) for sort, depth in wanted))
    )


COMMON = (V, T, k, t, j, a, b, eps, q, z, f)
PAGES = ((*COMMON, y, p), (*COMMON, ys, ps), (*COMMON, Pr), (*COMMON, theta, pth))
FREE = tuple(dict.fromkeys(v for page in PAGES for v in page))
VOCABULARY = tuple(d for d in vars(vocabulary).values() if isinstance(d, Definition))
KNOWN: tuple[Sort, ...] = (INT, REAL, FAMILY, ps.sort, ys.sort)
PRINTERS: list[Callable[..., str]] = [
    term_text,
    term_latex,
    lambda t, n: term_text(t, n, ascii=True),
]


@settings(max_examples=60, deadline=None)
@given(st.one_of(of_sort(REAL, 3), of_sort(PROP, 3), of_sort(Fn(INT, REAL), 2)))
def test_every_term_prints_in_every_notation(term: Term) -> None:
    for name in notation_names():
        notation = load_notation(name)
        for show in PRINTERS:
            shown = show(term, notation)
            assert shown
            assert not re.search("[\ue000-\uf8ff]|None|#", shown)
        assert term_text(term, notation, ascii=True).isascii()
        braces = re.sub(r"\\[{}]", "", term_latex(term, notation))
        assert braces.count("{") == braces.count("}")


@settings(max_examples=30, deadline=None)
@given(on_one_page((PROP, 2), (REAL, 2), (REAL, 3)), st.text(max_size=30))
def test_every_derivation_prints(terms: tuple[Term, Term, Term], words: str) -> None:
    claim, start, end = terms
    line = Line("=", end, (Reason("x_y", words, "theorem", True),), labels=((end, words),))
    d = Derivation("some_name", "", words, words, (claim,), claim, (Block(start, (line,), words, (claim,)),))
    try:
        refuse_other_sequences(d, load_notation())
    except UserError:  # a page that would mislead, as where y is a token and a sequence: refused, and tested elsewhere
        reject()
    for name in notation_names():
        derivation_text(d, name, 60)
        derivation_text(d, name, 60, ascii=True)
        derivation_latex(d, name, standalone=True)
        assert mimebundle(d, name)["text/latex"].count("$$") == 2
