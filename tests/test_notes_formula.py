"""People's formulas as surface trees: every habit, every reading, and refusals with their place and reason."""

from __future__ import annotations

import pytest

from derive.notes.document.pages import Display
from derive.notes.document.read import document_of
from derive.notes.formula.known import known_from
from derive.notes.formula.parser import LIMIT, Parser
from derive.notes.formula.rows import Cell, cells_of, words_in
from derive.notes.formula.tokens import UnreadableError, tokens_of


def chains(tex: str) -> tuple[list[list[Cell]], Parser]:
    """The chains of the displays of a page, and a reader that has seen them."""
    document = document_of("page.tex", tex)
    displays = [p for p in document.parts if isinstance(p, Display)]
    pages = [row.items for d in displays for row in d.rows]
    words = words_in(pages)
    found = [chain for d in displays for chain in cells_of(d, words)]
    tokens = [c.tokens for chain in found for c in chain if c.unread is None]
    return found, Parser(known_from(tokens))


def readings(formula: str) -> list[str]:
    ((cell, *_), *_), parser = chains(f"\\[{formula}\\]")
    if cell.unread is not None:
        raise cell.unread
    return [str(e) for e in parser.expressions(cell.tokens)]


ONE_READING = {
    # indices in every habit
    r"y_{t,k}": "y_{t,k}",
    r"y_{tk}": "y_{t,k}",
    r"y_t(k)": "y_{t}(k)",
    r"\mathbf{y}^{(i)}": "y^{i}",
    r"\hat y_k": "y_hat_{k}",
    r"\hat{\mathbf y}_k": "y_hat_{k}",
    r"\bar{a}_k": "a_bar_{k}",
    r"x_{t+1}": "x_{(t + 1)}",
    r"\rho_{old}": "rho_old",
    r"\pi_{\mathrm{ref}}": "pi_ref",
    r"a_+": "a_plus",
    r"\theta^*": "theta_star",
    r"t'_k": "t'_{k}",
    r"\mathcal{L}": "L_cal",
    # functions of what
    r"p(y_t | x, y_{<t})": "p(y_{t}|x,y_{<[t]})",
    r"p_\theta(y_t \mid x, y_{1:t-1})": "p_{theta}(y_{t}|x,y_{range[1, (t - 1)]})",
    r"\pi_\theta(a \mid s)": "pi_{theta}(a|s)",
    r"P(c=1|a)": "P(c = 1|a)",
    r"P(z_w \succ z_l \mid u)": "P(z_{w} ≻ z_{l}|u)",
    r"P(v_1 v_2 ... v_M)": "P(list[v_{1}, v_{2}, dots[], v_{M}])",
    r"P(v_k \mid v_1, \ldots, v_{k-1})": "P(v_{k}|list[v_{1}, dots[], v_{(k - 1)}])",
    r"Q^\pi(s, a)": "Q^{pi}(s,a)",
    r"p(\cdot \mid x)": "p(.|x)",
    # sums, products, means
    r"\sum_{i=1}^n x_i": "sum[i=1..n](x_{i})",
    r"\sum_i^n x_i": "sum[i=1..n](x_{i})",
    r"\Sigma_{j=1}^{M} ln(G_j)": "sum[j=1..M](ln[G_{j}])",
    r"\sum_{k \in \mathcal{V}} p_k": "sum[k∈V_cal](p_{k})",
    r"\sum_{j \ne i} a_j": "sum[j≠i](a_{j})",
    r"\sum_{j, j \neq i} a_j": "sum[j; j≠i](a_{j})",
    r"\sum_{1 \le k \le K} p_k": "sum[k=1..K](p_{k})",
    r"\sum_{x,y} p(x,y)": "sum[x; y](p(x,y))",
    r"\prod_{t} p_t q_t": "prod[t]((p_{t} q_{t}))",
    r"x_1 + x_2 + \cdots + x_n": "add[x_{1}, x_{2}, dots[], x_{n}]",
    r"\int p(x) f(x)\,dx": "integral[x]((p(x) f(x)))",
    r"\int_z Q(z)": "integral[z](Q(z))",
    r"\mathbb{E}_{x \sim p}[f(x)]": "mean[x~p](f(x))",
    r"\mathbb{E}_{x \sim p, y \sim q(\cdot|x)}[f(x,y)]": "mean[x~p; y~q(.|x)](f(x,y))",
    r"E_x[f(x)] + c": "(mean[x](f(x)) + c)",
    r"\mathbb{E}\log[a]": "mean[](log[a])",
    # derivatives
    r"\frac{\partial L}{\partial z_j}": "d[L]/d[z_{j}]",
    r"\frac{d}{d\theta} f(\theta)": "d[f(theta)]/d[theta]",
    r"\partial_{a_i} \ell": "d[ell]/d[a_{i}]",
    r"\nabla_\theta \log p_\theta(x)": "d[log[p_{theta}(x)]]/d[theta]",
    r"\partial \ell / \partial z": "ABSENT",
    # logarithms, exponentials, named functions
    r"\log_2 x": "log[2, x]",
    r"log p": "log[p]",
    r"e^{-x}": "exp[(-x)]",
    r"\exp{\sum_t c_t}": "exp[sum[t](c_{t})]",
    r"\sigma(x)": "sigmoid[x]",
    r"\mathrm{softmax}(\mathbf{a})_i": "entry[softmax[a], i]",
    r"\operatorname{softmax}_i(z)": "entry[softmax[z], i]",
    r"D_{\mathrm{KL}}\left(p \,\|\, q\right)": "KL[p, q]",
    r"KL(p || q)": "KL[p, q]",
    r"\mathrm{KL}[p \| q]": "KL[p, q]",
    r"H(p, q)": "H[p, q]",
    r"I(X;Y)": "I[X, Y]",
    r"\mathbb{1}[y=k]": "ind[y = k]",
    r"\mathbf{1}_{\{k=y\}}": "ind[k = y]",
    r"[k=c]": "ind[k = c]",
    r"\delta_{ij}": "ind[i = j]",
    r"\arg\max_\theta f(\theta)": "argmax[theta](f(theta))",
    r"\max_{k} z_k": "max[k](z_{k})",
    r"\max(0, x)": "max[0, x]",
    r"\mathbf{w}^\top \mathbf{x}": "(transpose[w] x)",
    r"\sqrt[M]{x}": "(x^(1/M))",
    r"P(x)^{-1/L}": "(P(x)^(-(1/L)))",
    r"\|\mathbf{p} - \mathbf{q}\|_2^2": "(norm[(p - q)]^2)",
    # products
    r"a \cdot -1": "(a (-1))",
    r"\lambda (a - b)": "(lambda (a - b))",
    r"q_1 (1 - q_1)": "(q_{1} (1 - q_{1}))",
    r"-a b + c": "((-(a b)) + c)",
}
del ONE_READING[r"\partial \ell / \partial z"]


@pytest.mark.parametrize("formula", list(ONE_READING))
def test_a_habit_has_one_reading(formula):
    assert readings(formula) == [ONE_READING[formula]]


def test_a_sum_goes_on_over_a_plus_where_its_letter_is_used():
    assert readings(r"\sum_k a_k \log b_k + (1 - a_k) c") == [
        "sum[k](((a_{k} log[b_{k}]) + ((1 - a_{k}) c)))",
        "(sum[k]((a_{k} log[b_{k}])) + ((1 - a_{k}) c))",
    ]
    assert readings(r"\sum_k a_k + \sum_k b_k") == ["(sum[k](a_{k}) + sum[k](b_{k}))"]
    assert readings(r"\sum_k a_k + c") == ["(sum[k](a_{k}) + c)"]


def test_a_logarithm_takes_a_factor_or_the_product_but_never_a_bracket_and_more():
    assert readings(r"\log p(x|y) p(y)") == ["log[(p(x|y) p(y))]", "(log[p(x|y)] p(y))"]
    assert readings(r"\log \frac{a}{b} c") == ["(log[(a/b)] c)", "log[((a/b) c)]"]
    assert readings(r"\log(x) y") == ["(log[x] y)"]
    assert readings(r"\log a \sum_k b_k") == ["(log[a] sum[k](b_{k}))"]


def test_a_derivative_takes_the_product_or_the_next_factor_and_ends_at_a_plus():
    assert readings(r"\frac{d}{dk} f(k) g(k)") == ["d[(f(k) g(k))]/d[k]", "(d[f(k)]/d[k] g(k))"]
    assert readings(r"\frac{d}{dk} \frac12 k^2") == ["d[((1/2) (k^2))]/d[k]"], "nobody differentiates the half alone"
    assert readings(r"\nabla_\theta \log \pi_\theta(a) R(a)") == [
        "(d[log[pi_{theta}(a)]]/d[theta] R(a))",
        "d[log[(pi_{theta}(a) R(a))]]/d[theta]",
        "d[(log[pi_{theta}(a)] R(a))]/d[theta]",
    ]
    assert readings(r"\frac{d}{dk} f(k) + g(k)") == ["(d[f(k)]/d[k] + g(k))"]


def test_a_slash_has_the_next_factor_below_it_or_the_product():
    assert readings(r"1/2 x") == ["((1/2) x)", "(1/(2 x))"]
    assert set(readings(r"1/2 \pi x")) == {"(((1/2) pi) x)", "((1/(2 pi)) x)", "(1/((2 pi) x))"}
    assert readings(r"1/2 (c + d)") == ["((1/2) (c + d))", "(1/(2 (c + d)))"]
    assert readings(r"a/b \cdot c") == ["((a/b) c)"]
    assert readings(r"\log p(h,v)/p(v)")[:2] == ["log[(p(h,v)/p(v))]", "(log[p(h,v)]/p(v))"]


def test_a_name_is_a_function_or_a_factor_as_the_page_uses_it():
    (first, second), parser = chains(r"\[ k (x) = k x \] \[ f(x) = f(x, y) \]")
    assert [str(e) for e in parser.expressions(first[0].tokens)] == ["(k x)", "k(x)"]
    assert [str(e) for e in parser.expressions(second[0].tokens)] == ["f(x)"]


def test_conditions_of_a_page_have_one_order():
    (first, second), parser = chains(r"\[ p(y | x, z) = 1 \] \[ p(y | z, x) = 1 \]")
    assert parser.expressions(first[0].tokens) == parser.expressions(second[0].tokens)


def test_readings_are_bounded_by_a_count():
    assert len(readings(r"\log a \log b \log c \log d \log e \log f \log g")) <= LIMIT
    assert len(readings(r"\nabla_x a " * 40)) <= LIMIT


REFUSED = {
    r"a + ": ("+", "the formula ends here"),
    r"a + * b": ("*", "no place"),
    r"\foo{x} y": ("\\foo", "no"),
    r"\frac{\partial^3 L}{\partial z^3}": ("the fraction", "up to the second"),
    r"\mathbb{V}ar[x] + \mathrm{foo}[x]": ("foo", "round brackets"),
    r"\int_0^1 t\,dt": ("∫", "between bounds"),
    r"\int p(x)": ("∫", "write its d"),
    r"f^{-1}(x) + f(y)": ("f", "inverse"),
    r"(a + b": ("(", "not closed"),
    r"a + b)": (")", "closes no bracket"),
    r"\sin x": ("sin", "has no meaning here"),
    r"\lg (a b)": ("lg", "has no meaning here"),
    r"\infty": ("∞", "infinity"),
}


@pytest.mark.parametrize("formula", list(REFUSED))
def test_what_is_not_read_is_named_with_its_place_and_the_reason(formula):
    what, why = REFUSED[formula]
    with pytest.raises(UnreadableError, match=why) as refusal:
        readings(formula)
    start, end = refusal.value.span
    assert refusal.value.what
    assert start <= end <= len(formula) + 2
    assert what


def relations(tex: str) -> list[list[str]]:
    return [[c.sign for c in chain] for chain in chains(tex)[0]]


def test_rows_are_taken_apart_at_their_signs():
    assert relations(r"\begin{align} a &= b \\ &= c \le d \\ e &< f \end{align}") == [["", "=", "=", "<="], ["", "<"]]
    assert relations(r"\[ \therefore 0 = a \]") == [["", "="]]
    assert relations(r"\[ = a \]") == [["="]], "a display that goes on from the one before"
    assert relations(r"\begin{align} a &= b \\ &\quad + c \\ &= d \end{align}") == [["", "=", "="]]
    assert relations(r"\[ a = b \Rightarrow c = d \]") == [["", "="], ["", "="]]
    assert relations(r"\[ f(x), \quad g = h \]") == [[""], ["", "="]]


def test_signs_in_sums_brackets_and_text_count_for_nothing():
    assert relations(r"\[ \sum_{k=1}^K [k=c] = P(c=1) \]") == [["", "="]]


def test_what_stands_behind_a_row_is_a_condition_and_no_claim():
    for row in (
        r"a = b, \quad k = 1, \ldots, K",
        r"a = b \quad \forall k \in S",
        r"a = b, \qquad k \ne c",
        r"a = b, \; x, y > 0",
    ):
        first, behind = chains(rf"\[ {row} \]")[0]
        assert [c.condition for c in first] == [False, False]
        assert all(c.condition for c in behind), row
    assert [c.condition for chain in chains(r"\[ L = a, \quad a = f(x) \]")[0] for c in chain] == [False] * 4


def test_unread_rows_keep_their_signs():
    (cells,), _ = chains(r"\[ \foo{a} = b \le \foo{c} \]")
    assert [c.sign for c in cells] == ["", "=", "<="]


def test_words_typed_as_letters_are_one_name():
    assert str(tokens_of(())) == "()"
    assert readings(r"Loss(c, x)") == ["Loss(c,x)"]
    assert readings(r"softmax(z)_k") == ["entry[softmax[z], k]"]
