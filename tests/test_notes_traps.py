r"""Lines that a person reads one way and a careless reader another: none that is false is proved, none that is true is false.

Each row stands alone on a page, under the declarations of its table.
"""

from __future__ import annotations

import pytest

from derive.notes.document.read import document_of
from derive.notes.judge.judge import judge_notes
from derive.notes.judge.verdict import Verdict
from derive.notes.meaning.notes import read_notes


def judged(row: str, *declared: str) -> Verdict:
    page = "".join(f"%: {d}\n" for d in declared) + f"\\[{row}\\]\n"
    (one,) = [r.verdict for r in judge_notes(read_notes(document_of("page.tex", page))) if r.verdict is not None]
    return one


def verdict(row: str, *declared: str) -> str:
    return judged(row, *declared).kind


LAW = "p positive distribution over x"
RATIO = "p, q positive distribution over x"
CLASSES = "k = 1..K", "p, q positive distribution over k"
JOINT_LAW = "p positive joint distribution over x, y"
SEQUENCE = r"\pi positive joint distribution over y_1, ..., y_T given x"
TRUE = [
    # a power behind a bracket is one of the whole
    (r"\exp(u)^2 = \exp(u)\exp(u)",),
    (r"\exp(u)^{-1} = \exp(-u)",),
    (r"\log(u)^2 = (\log(u))^2",),
    (r"\mathbb{1}[k=j]^2 = \mathbb{1}[k=j]",),
    # the thousands
    (r"1{,}000 = 1000",),
    (r"1,000 = 1000",),
    (r"50{,}257 = 50257",),
    (r"1{,}000.5 = 1{,}000 + 1/2",),
    # a comma for a point
    (r"0{,}5 = 1/2",),
    (r"0{,}125 u = u/8",),
    (r"1{,}5^2 = 2.25",),
    (r"a_{1,128} = a_{1,128}",),
    # pairs of letters below a sum
    (r"(\sum_i a_i)^2 = \sum_i a_i^2 + \sum_{i \ne j} a_i a_j", "a vector of length n"),
    (r"\sum_{i \ne j} a_i a_j = a_j \sum_i a_i - a_j^2", "a vector of length n"),
    (r"\sum_{i \le j} a_i b_j = \sum_{j=1}^n \sum_{i=1}^{j} a_i b_j", "a, b vectors of length n"),
    (
        r"\frac1n \sum_{i=1}^n \sum_{j \ne i} a_{ij} = \frac1n \sum_{i=1}^n \Bigl(\sum_{j=1}^n a_{ij} - a_{ii}\Bigr)",
        "i, j = 1..n",
    ),
    (r"\sum_j \delta_{ij} \delta_{jk} = \delta_{ik}", "k = 1..K"),
    # means, and what is made of them
    (r"\operatorname{Var}_{x \sim p}[2 f(x)] = 4 \operatorname{Var}_p[f(x)]", LAW),
    (r"\operatorname{Var}(X + Y) = \operatorname{Var}(X) + \operatorname{Var}(Y) + 2 \operatorname{Cov}(X, Y)",),
    (r"\|a - b\|^2 = \|a\|^2 - 2 a \cdot b + \|b\|^2", "a, b vectors of length n"),
    # what is declared besides hides no inequality
    (r"N\sum_{i=1}^N P_i^2 \ge (\sum_{i=1}^N P_i)^2", "P distribution over i", "i = 1..N"),
    # probabilities of sequences
    (r"\log \pi(y_1, \ldots, y_T | x) = \sum_{t=1}^T \log \pi(y_t | x, y_{<t})", SEQUENCE),
    (r"\log \pi(y_1, \ldots, y_T | x) \le 0", SEQUENCE),
    # ln is natural, whatever base log has, and so is log_e; a T above a sum is a number in powers, too
    (r"\frac{d}{dx} \log x = \frac{1}{x \ln 2}", r"\log base 2"),
    (r"\log_e x = \ln x", r"\log base 2"),
    (r"\sum_{t=0}^T \gamma^T = (T + 1) \gamma^T", r"0 < \gamma < 1"),
    (r"\sum_k 1 = 3", "k=1..3"),
    # what comes before
    (r"p(y_t \mid y_{\le t}) = p(y_t \mid y_{<t+1})",),
    # functions by their names, and the index of a family of which all are summed
    (r"\operatorname{abs}(x) = |x|",),
    (r"\mathrm{ReLU}(x) = \max(0, x)",),
    (r"\tanh(x) = 2 \sigma(2 x) - 1",),
    (r"\tanh'(x) = 1 - \tanh^2(x)",),
    (r"\sigma''(x) = \sigma'(x) (1 - 2 \sigma(x))",),
    # labels of one family are two, also where something is declared of it
    (r"\frac{\partial}{\partial r_w} \log \sigma(r_w - r_l) = \sigma(r_l - r_w)", r"r_w, r_l \in \mathbb{R}"),
    (r"\|x\|_1 = \sum_i |x_i|",),
    (r"\frac{\partial}{\partial w_j} \frac{\lambda}{2} \sum_i w_i^2 = \lambda w_j",),
    # a law that is declared without its parameter is one for each
    (
        r"\nabla_\theta \mathbb{E}_{x\sim p_\theta}[f(x)] = \mathbb{E}_{x\sim p_\theta}[(f(x) - b) \nabla_\theta \log p_\theta(x)]",
        LAW,
    ),
    (r"\sum_x p_{t,x} = 1", LAW),
    (r"\sum_y p_\theta(x, y) = p_\theta(x)", JOINT_LAW),
    # a mixture by its entries, beside a law
    (
        r"\mathrm{KL}(m \| q) = \sum_k m_k \log \frac{m_k}{q_k}",
        *CLASSES,
        r"0 < \lambda < 1",
        r"m_k := \lambda p_k + (1 - \lambda) q_k",
    ),
    # random variables and laws of which no value is written, and optima that a constant does not move
    (r"\mathrm{KL}(p \| q_\theta) = H(p, q_\theta) - H(p)",),
    (r"I(X; Y) = H(X) + H(Y) - H(X, Y)",),
    (r"\arg\min_\theta \mathrm{KL}(p \| q_\theta) = \arg\max_\theta \sum_x p(x) \log q_\theta(x)",),
    # a letter of a definition is that of the sum in which its name stands
    (r"\mathbb{E}_{x \sim q}[r] = 1", RATIO, r"r := \frac{p(x)}{q(x)}"),
    (r"\mathbb{E}_q[-k_1] = -\mathrm{KL}(q \| p)", RATIO, r"r := \frac{p(x)}{q(x)}", r"k_1 := -\log r"),
    (r"\sum_k p_k a = \sum_k p_k z_k", *CLASSES, "z vector of length K", "a := z_k"),
    # what is defined by itself holds as an equation
    (r"m_t - m_{t-1} = (1 - \beta)(g_t - m_{t-1})", r"m_t := \beta m_{t-1} + (1 - \beta) g_t"),
    # a variable beside itself
    (r"H(X, X) = H(X)", JOINT_LAW),
    (r"I(X; X) = H(X)", JOINT_LAW),
]
FALSE = [
    (r"\frac{d}{dx} \log x = \frac{1}{x}", r"\log base 2"),
    (r"\log x = \ln x", r"\log base 2"),
    (r"\pi(y_1, \ldots, y_T | x) = \prod_{t=1}^{T-1} \pi(y_t | x, y_{<t})", SEQUENCE),
    (r"\pi(y_1, \ldots, y_T | x) = \prod_{t=1}^T \pi(y_t | y_{<t})", SEQUENCE),
    (r"(\sum_i a_i)^2 = \sum_i a_i^2 + \sum_{i < j} a_i a_j", "a vector of length n"),
    (r"(\sum_i a_i)^2 = \sum_{i \ne j} a_i a_j", "a vector of length n"),
    (r"\mathbb{V}_p[2 f(x)] = 2 \mathbb{V}_p[f(x)]", LAW),
    (r"\mathrm{foo}[2 a] = 2\, \mathrm{foo}[a]",),
    (r"\operatorname{Var}(X + Y) = \operatorname{Var}(X) + \operatorname{Var}(Y)",),
    (r"a \cdot b = \|a\| \|b\|", "a, b vectors of length n"),
    (r"\frac{d^2}{dx^2} x^3 = 3 x^2",),
    (r"H(Y|X) = H(X|Y)", JOINT_LAW),
    (r"H(X, Y) = H(X) + H(Y)", JOINT_LAW),
    (r"\arg\min_w ((w - a)^2 + w) = \arg\min_w (w - a)^2",),
    (r"\mathrm{KL}(p \| q_\theta) = H(p) - H(p, q_\theta)",),
    (r"H(X, Y) = H(X) + H(X | Y)",),
    (r"\exp(u)^2 = \exp(u^2)",),
    (r"\exp(u)^{-1} = \exp(1/u)",),
    (r"\log(u)^2 = 2\log u",),
    (r"\mathbb{E}_{x\sim p}[f(x)^2] = \mathbb{E}_{x\sim p}[f(x)]^2", LAW),
    (r"\mathbb{E}_{x\sim p}[f(x)^2] \le \mathbb{E}_{x\sim p}[f(x)]^2", LAW),
    (r"\sigma(u)^2 = \sigma(u^2)",),
    (r"\max(a,b)^2 = \max(a,b)",),
    (r"5{,}000 = 0",),
    (r"1{,}000 = 1",),
    (r"0{,}125 = 125",),
    (r"p(y_t \mid y_{<t}) = p(y_t \mid y_{>t})",),
    (r"p(y_t \mid y_{<t}) = p(y_t \mid y_{\le t})",),
]
NOT_FALSE = [
    (r"\pi(y_1, \ldots, y_T | x) \le \pi(y_1 | x)", SEQUENCE),
    (r"\pi(y_2 | y_1, x) \le 1", SEQUENCE),
    # a fraction before a sum belongs to it
    (r"\log \frac1K \sum_k e^{z_k} \ge \frac1K \sum_k z_k", "k = 1..K", "z vector of length K"),
    # what stands behind a slash may all be below it
    (r"1/2\pi u = \frac{1}{2\pi u}", "u > 0", r"\pi > 0"),
    (r"1/2(u + v) = \frac{1}{2(u + v)}", "u > 0", "v > 0"),
    # of what is defined by itself one step is known
    (r"G_t = r_t + \gamma r_{t+1} + \gamma^2 G_{t+2}", r"G_t := r_t + \gamma G_{t+1}"),
    # an index of a definition may be another than that of the sum around its name
    (
        r"\sum_i \frac{\partial L}{\partial z_i} = 0",
        "i = 1..n",
        "z vector of length n",
        r"L := \log \sum_k e^{z_k} - z_i",
    ),
    # what stands behind a sum may be a factor of the logarithm, and behind a product one of the whole
    (
        r"\log\sum_j e^{z_j}\, p_k = p_k \log\sum_j e^{z_j}",
        "k = 1..K",
        "z vector of length K",
        r"p := \mathrm{softmax}(z)",
    ),
    (r"\prod_t p_t\, c = c \prod_t p_t", "t = 1..T", "p_t > 0", "c > 0"),
]


UNREAD = [
    (r"a^\top = a", "a vector of length n"),  # a row is no column
    (r"a^\top = b^\top + b", "a, b vectors of length n"),
    (r"p(x, x') = p(x) p(x')", JOINT_LAW),  # two values of one variable
    (r"\mathrm{KL}(p(x, y) \| p(x) p(y)) = I(X; Y)", "p, q positive joint distribution over x, y"),  # of p or of q
    (r"\tanh x = x \tanh",),
    # relations that say too little
    (r"\epsilon \ll 1",),
    (r"x \leftarrow x - 1",),
    (r"a \lesssim a",),
    # what may be one number or two
    (r"1,5 u = 1.5 u",),
    (r"u/2 = 0,5 u",),
    (r"1.000{,}5 = 1000.5",),
    (r"1\,000 = 0",),
    (r"2 3 = 6",),
    (r"1\frac{1}{2} = \frac{1}{2}",),
]
JOINT = "%: p joint distribution over x, y\n"
BETA = "%: \\beta > 0\n%: x > 0\n"
LAWS = "%: k = 1..K\n%: p, q positive distribution over k\n"
CLASSES_K = "%: k = 1..K\n"
PROSE = [
    # what a sentence denies is not assumed
    ("We never let $x = 1$.", r"x^2 = 1", "unproved"),
    ("Unlike the case with $a_k = 1$, in general", r"\sum_{k=1}^K a_k = K", "unproved"),
    # it ends at its full stop, within braces, too; what is listed behind "under" is supposed
    ("\\textit{This is not new.} Under $s_0 = 0$ and $a \\le 1$, we have", r"s_1 - s_0 = s_1", "proved"),
    ("At $a = 2$ in particular,", r"a^2 = 2 a", "unproved"),
    # what is said of names in words: of those before it or behind it, of the pair, of what a noun is elsewhere
    (CLASSES_K + "The gates $g_k$ sum to 1.", r"\sum_k g_k c = c", "proved"),
    (CLASSES_K + "We write $g_k$ for the gates. The gates sum to 1.", r"\sum_k g_k c = c", "proved"),
    (CLASSES_K + "The gates $g_k$ do not sum to 1.", r"\sum_k g_k c = c", "unproved"),
    (CLASSES_K + "The vector $g$ lies in the simplex.", r"\sum_k g_k = 1", "proved"),
    ("Let $a$ and $b$ be numbers. Both are positive.", r"a + b \ge a", "proved"),
    ("For positive numbers $a$, $b$,", r"a + b \ge a", "proved"),
    ("If $a$ and $b$ are positive, we stop.", r"a + b \ge a", "unproved"),
    ("The loss of $a$ and that of $b$ are positive.", r"a \ge 0", "unproved"),
    (BETA + "%: a \\in \\mathbb{R}\nSuppose that $a$ is positive.", r"\sqrt{a^2} = a", "unproved"),
    (BETA + "%: a \\in \\mathbb{R}\nSuppose that $a$ is positive.", r"a = 2 a", "false"),
    # independence is read of declared laws, too, and only where it is said of these variables
    (JOINT + "Here $X$ and $Y$ are independent.", "p(x, y) = p(x) p(y)", "proved"),
    (JOINT + "If $x$ and $y$ are independent, then", "H(X, Y) = H(X) + H(Y)", "proved"),
    (JOINT + "For independent $X$ and $Y$,", "I(X; Y) = 0", "proved"),
    (JOINT + "If $x$ and $y$ are independent, we stop. Else", "p(x, y) = p(x) p(y)", "false"),
    (JOINT + "Here $X$ and $Y$ are conditionally independent.", "p(x, y) = p(x) p(y)", "false"),
    (JOINT + "The result is independent of $X$ and $Y$.", "p(x, y) = p(x) p(y)", "false"),
    (JOINT + "For non-independent $X$ and $Y$,", "p(x, y) = p(x) p(y)", "false"),
    # what the paragraph supposes of declared names is a condition of the display
    (BETA + "Setting $\\beta = 1$ gives", r"\beta x = x", "proved"),
    (BETA + "For small $x$, and at $\\beta = 1$ in particular,", r"\beta x = x", "unproved"),
    (BETA + "For small $x$, and at $\\beta = 1$ in particular,", r"\beta x = 2 x", "false"),
    (BETA + "For all $x$ other than $x = 1$,", r"x^2 = 1", "unproved"),
    (BETA + "Unless $x = 1$,", r"x^2 = 2", "unproved"),
    (BETA + "When $\\beta$ is $1$,", r"\beta x = x", "unproved"),
    (BETA + "Setting $\\beta = 1$ gave a name.\n\nIn general\n", r"\beta x = x", "false"),
    (LAWS + "If $p$ is uniform, then", r"H(p) = \log K", "unproved"),
    (LAWS + "Equality holds for $p = q$:", r"\mathrm{KL}(p \| q) = 0", "unproved"),
    (LAWS + "Suppose $p_k = q_k$ for all $k$. Then", r"\mathrm{KL}(p \| q) = 0", "unproved"),
    (LAWS + "It is not negative, and", r"\mathrm{KL}(p \| q) = 0", "false"),
]


def test_a_name_that_a_later_display_brings_in_anew_is_not_held_against_it() -> None:
    page = "For regression\n\\[L = (y - z)^2\\]\nFor classification\n\\[L = -y \\log z\\]\nAlways\n\\[L + 1 = (y - z)^2\\]\n"
    kinds = [r.verdict.kind for r in judge_notes(read_notes(document_of("page.tex", page))) if r.verdict is not None]
    assert kinds == ["definition", "unproved", "false"]


SQUARE, LOG = r"\frac{\partial L}{\partial z} = -2(y - z)", r"\frac{\partial L}{\partial z} = -\frac{y}{z}"
TWICE = "\\[L = (y - z)^2\\]\nFor classification\n\\[L = -y \\log z\\]\n"
NOW = "%: y > 0\n%: z > 0\n%: L := (y - z)^2\nNow let $L = -y \\log z$. Then\n"
ANEW = [
    (TWICE, LOG, "proved"),
    (TWICE, SQUARE, "unproved"),
    ("%: y > 0\n%: z > 0\n" + TWICE, LOG, "proved"),
    (NOW, LOG, "proved"),
    (NOW, SQUARE, "unproved"),
    (NOW, r"\frac{\partial L}{\partial z} = y", "false"),
    ("%: y > 0\n%: L := y^2\nWe now write $L$ for a half of it.\n", "L = y^2 / 2", "unproved"),
]


@pytest.mark.parametrize(("before", "row", "kind"), ANEW, ids=range(len(ANEW)))
def test_rows_behind_a_name_that_is_brought_in_anew_take_it_for_what_it_is_now(
    before: str, row: str, kind: str
) -> None:
    page = f"{before}\\[{row}\\]\n"
    *_, last = [r.verdict for r in judge_notes(read_notes(document_of("page.tex", page))) if r.verdict is not None]
    assert last.kind == kind


GAMMA = "%: \\beta > 0\n%: x > 0\n"
SECOND = [
    # the first equation, the words between, the second one: what is said of the latter
    (r"r = \beta x + \log x", "So", r"r = \beta x - \log x", "false"),
    (r"r = \beta x + \log x", "", r"r = \log x + x \beta", "proved"),
    (r"r = \beta x", "", "r = 0", "false"),
    (r"f(x) = \beta x", "", r"f(x) = 2 \beta x", "false"),
    (r"r = \beta x", "We now define $r$ otherwise:", "r = x", "definition"),
    (r"r = \beta x", "For classification", "r = x", "unproved"),
    (r"r = \beta x", "\\section{Next}", "r = x", "unproved"),
    (r"v_t = \beta v_{t-1} + x^2", "", r"v_t = \beta v_{t-1} + x", "unproved"),
    # of what is not read only that is known which holds of all numbers
    (r"L = \oint x \, dx", "", r"x \le L", "unproved"),
    (r"L = \oint x \, dx", "", r"L = 3", "unproved"),
    (r"L = \oint x \, dx", "", r"x + L \ge L", "proved"),
]
FIRST = [
    # equations that say what a name is, and a row that follows from it
    (r"m_t = \beta m_{t-1} + x", r"m_t - x = \beta m_{t-1}"),
    (r"m_{t+1} = m_t - \beta x", r"m_{t+1} - m_t = -\beta x"),
    (r"x_t = (1-t) x_0 + t x_1", r"\frac{d}{dt} x_t = x_1 - x_0"),
    (r"x_t = \sqrt{\beta} x_0 + u", r"x_0 = \frac{x_t - u}{\sqrt{\beta}}"),
    (r"N = \sum_{k=1}^K N_k", r"N - \sum_{k=1}^K N_k = 0"),
    (r"q_\beta = (1-\beta) q + \beta u", r"q_\beta - q = \beta (u - q)"),
    (r"q_\beta(k) = (1-\beta) q(k) + \beta u(k)", r"q_\beta(k) - q(k) = \beta (u(k) - q(k))"),
]


@pytest.mark.parametrize(("one", "words", "other", "kind"), SECOND, ids=range(len(SECOND)))
def test_a_second_equation_for_a_name_is_a_claim(one: str, words: str, other: str, kind: str) -> None:
    page = f"{GAMMA}\\[{one}\\]\n{words}\n\\[{other}\\]\n"
    kinds = [r.verdict.kind for r in judge_notes(read_notes(document_of("page.tex", page))) if r.verdict is not None]
    assert kinds == ["unread" if "oint" in one else "definition", kind]


@pytest.mark.parametrize(("one", "other"), FIRST, ids=[one for one, _ in FIRST])
def test_an_equation_that_says_what_a_name_is_is_a_definition(one: str, other: str) -> None:
    page = f"{GAMMA}\\[{one}\\]\n\\[{other}\\]\n"
    kinds = [r.verdict.kind for r in judge_notes(read_notes(document_of("page.tex", page))) if r.verdict is not None]
    assert kinds == ["definition", "proved"]


def test_of_conditions_that_no_model_has_is_said_so_once_a_display() -> None:
    page = (
        "%: k = 1..K\n%: p positive distribution over k\n%: p_k > 1\n\\[ x = x \\]\\[ p_1 = p_2 = p_1 + p_2 - p_1 \\]"
    )
    doubts = [r.verdict.doubt for r in judge_notes(read_notes(document_of("page.tex", page))) if r.verdict is not None]
    assert ["no model" in d for d in doubts] == [False, True, False]


@pytest.mark.parametrize(("prose", "row", "kind"), PROSE, ids=[p[0] for p in PROSE])
def test_a_sentence_counts_for_what_it_says(prose: str, row: str, kind: str) -> None:
    page = f"{prose}\n\\[{row}\\]\n"
    (one,) = [r.verdict for r in judge_notes(read_notes(document_of("page.tex", page))) if r.verdict is not None]
    assert one.kind == kind


@pytest.mark.parametrize("row", TRUE, ids=[r[0] for r in TRUE])
def test_a_true_line_is_not_called_false(row: tuple[str, ...]) -> None:
    assert verdict(*row) == "proved"


@pytest.mark.parametrize("row", FALSE, ids=[r[0] for r in FALSE])
def test_a_false_line_is_not_proved(row: tuple[str, ...]) -> None:
    assert verdict(*row) in ("false", "unproved", "unread")


MATRICES = [
    (r"A B = B A", "unread"),
    (r"A^{-1} B = B A^{-1}", "unread"),
    (r"W^\top W = W W^\top", "unread"),
    (r"(A B)^{-1} = A^{-1} B^{-1}", "unread"),
    (r"(A + B)^2 = A^2 + 2 A B + B^2", "unread"),
    (r"W_2 W_1 x = W_1 W_2 x", "unread"),
    (r"\sigma(W X) = \sigma(X W)", "unread"),
    # what matrices do, too, and what only numbers can be
    (r"(A + B)^2 = A^2 + A B + B A + B^2", "proved"),
    (r"(A B)^{-1} = B^{-1} A^{-1}", "proved"),
    (r"A N^{-\alpha} - B = N^{-\alpha} A - B", "proved"),
    (r"A R - 1 = R A - 1", "proved"),
    (r"\log (A B) = \log (B A)", "proved"),
]


@pytest.mark.parametrize(("row", "kind"), MATRICES, ids=[r for r, _ in MATRICES])
def test_capitals_that_may_be_matrices_are_not_swapped(row: str, kind: str) -> None:
    assert verdict(row) == kind
    assert kind == "proved" or verdict(row, r"A, B, W, W_1, W_2, X \in \mathbb{R}") != "unread"


@pytest.mark.parametrize("row", UNREAD, ids=[r[0] for r in UNREAD])
def test_a_line_that_says_too_little_is_not_judged_and_not_passed_over(row: tuple[str, ...]) -> None:
    assert verdict(*row) == "unread"


@pytest.mark.parametrize("row", NOT_FALSE, ids=[r[0] for r in NOT_FALSE])
def test_a_line_that_holds_by_rules_that_no_page_states_or_in_one_reading_is_not_called_false(
    row: tuple[str, ...],
) -> None:
    assert verdict(*row) in ("proved", "unproved")


TWO = [
    (r"|a + b| \le |a| + |b|", "proved"),
    (r"|a| - |b| \le |a - b|", "proved"),
    (r"|x|^2 = x^2", "proved"),
    (r"\max(a, b) = \frac{a + b + |a - b|}{2}", "proved"),
    (r"\min(r A, (1 + \epsilon) A) \le r A", "proved"),
    (r"\max(a, b) + \min(a, b) = a - b", "false"),
    (r"|a| - |b| = |a - b|", "false"),
    (r"|x| = x", "false"),
]


@pytest.mark.parametrize(("row", "kind"), TWO, ids=[r for r, _ in TWO])
def test_the_larger_of_two_is_told_case_by_case(row: str, kind: str) -> None:
    assert verdict(row) == kind


LOGITS = "k = 1..K", "z vector of length K"
BOUNDS = [
    (r"\max_k z_k \le \log \sum_k e^{z_k}", "proved"),
    (r"\log \sum_k e^{z_k} \le \max_k z_k + \log K", "proved"),
    (r"\log \sum_k e^{z_k} - \log K \le \max_k z_k", "proved"),
    (r"\log \sum_k e^{z_k} \le \max_k z_k", "false"),
    (r"\max_k z_k + \log K \le \log \sum_k e^{z_k}", "false"),
]


@pytest.mark.parametrize(("row", "kind"), BOUNDS, ids=[r for r, _ in BOUNDS])
def test_an_inequality_is_proved_by_a_theorem_of_the_catalogue(row: str, kind: str) -> None:
    assert verdict(row, *LOGITS) == kind


POWERS = [
    (r"\sum_{t=0}^{T-1} \gamma^t = \frac{1 - \gamma^T}{1 - \gamma}", "proved", r"0 < \gamma < 1"),
    (r"\sum_{t=0}^{T} \gamma^t = \frac{1 - \gamma^T}{1 - \gamma}", "false", r"0 < \gamma < 1"),
    (
        r"\sum_{t=0}^{T-1} \gamma^t (r_t + \gamma v_{t+1} - v_t) = \sum_{t=0}^{T-1} \gamma^t r_t + \gamma^T v_T - v_0",
        "proved",
        r"0 < \gamma < 1",
    ),
    (
        r"\sum_{t=0}^{T-1} \gamma^t (r_t + \gamma v_{t+1} - v_t) = \sum_{t=0}^{T-1} \gamma^t r_t + v_T - v_0",
        "false",
        r"0 < \gamma < 1",
    ),
    (
        r"\sum_{k=t}^{n} \gamma^{k-t} r_k = r_t + \gamma \sum_{k=t+1}^{n} \gamma^{k-t-1} r_k",
        "proved",
        r"0 < \gamma < 1",
        r"t \le n",
    ),
    (r"\sum_{k=1}^{n} \frac{1}{k(k+1)} = 1 - \frac{1}{n+1}", "proved"),
    (r"\sum_{t=1}^{n} r \gamma^t = r \frac{\gamma - \gamma^{n+1}}{1 - \gamma}", "proved", r"0 < \gamma < 1"),
    (r"e^{H(p)} \le K", "proved", "k = 1..K", "p positive distribution over k"),
    (r"e^{H(p)} \ge K", "false", "k = 1..K", "p positive distribution over k"),
    (r"\frac{\partial p_j}{\partial z_i} = p_i ([i = j] - p_j)", "proved", *LOGITS, r"p := \mathrm{softmax}(z)"),
    (r"\frac{\partial p_j}{\partial z_i} = p_j ([i = j] - p_j)", "false", *LOGITS, r"p := \mathrm{softmax}(z)"),
]


@pytest.mark.parametrize(("row", "kind", "declared"), [(r, kind, d) for r, kind, *d in POWERS], ids=str)
def test_sums_of_powers_exponentials_and_indicators(row: str, kind: str, declared: list[str]) -> None:
    assert verdict(row, *declared) == kind


PARAMETERS = [
    (r"\sum_x \frac{\pi_\theta(x)^2}{\pi_o(x)} = 1", r"\pi_\theta, \pi_o positive distribution over x"),
    (
        r"\mathrm{KL}(p_\theta \| q_\eta) = \mathrm{KL}(q_\eta \| p_\theta)",
        r"p_\theta, q_\eta positive distribution over x",
    ),
    (r"p_\theta(x | z) = p_\theta(z | x)", r"p_\theta positive joint distribution over x, z"),
    (r"p_\theta(x) = p_\eta(x)", "p positive distribution over x"),
    (
        r"\nabla_\phi \mathrm{KL}(p_\theta \| q_\phi) = \sum_x p_\theta(x) \nabla_\phi \log q_\phi(x)",
        r"p_\theta, q_\phi positive distribution over x",
    ),
]


@pytest.mark.parametrize("row", PARAMETERS, ids=[r[0] for r in PARAMETERS])
def test_a_row_on_laws_with_parameters_is_refuted(row: tuple[str, ...]) -> None:
    assert verdict(*row) == "false"


INFORMATION = [
    (r"I(X; Y) \ge 0", "proved", JOINT_LAW),
    (r"I(X; Y) \ge 0", "proved", "p joint distribution over x, y"),
    (r"H(Y | X) \le H(Y)", "proved", JOINT_LAW),
    (r"H(X, Y) \le H(X) + H(Y)", "proved", JOINT_LAW),
    (r"H(X, Y) \le H(X)", "false", JOINT_LAW),
    (r"H(Y | X) \ge 0", "proved", JOINT_LAW),
    (r"I(X; Y) \le H(X)", "proved", JOINT_LAW),
    (r"H(Y | X) \le H(X | Y)", "false", JOINT_LAW),
    (r"\max_k p_k \ge \frac1K", "proved", *CLASSES),
    (r"\max_k p_k \le \frac1K", "false", *CLASSES),
    (r"\sum_k \sqrt{p_k q_k} \le 1", "proved", *CLASSES),
    (r"H(p) \le \log_2 K", "proved", *CLASSES, "H base 2"),
    (r"H(p) \le \log K", "false", *CLASSES, "H base 2"),
]


@pytest.mark.parametrize(("row", "kind", "declared"), [(r, kind, d) for r, kind, *d in INFORMATION], ids=str)
def test_an_inequality_of_entropies_is_proved(row: str, kind: str, declared: list[str]) -> None:
    assert verdict(row, *declared) == kind


HIDDEN = [
    (r"p_k \propto e^{z_k}", "checked: the factor does not depend on k", *LOGITS, r"p := \mathrm{softmax}(z)"),
    (r"p_k \propto e^{2 z_k}", "the factor depends on k: K=2", *LOGITS, r"p := \mathrm{softmax}(z)"),
    (r"\log p_k = z_k + \text{const}", "checked: the constant does not", *LOGITS, r"p := \mathrm{softmax}(z)"),
    (r"\log p_k = 2 z_k + \text{const}", "the constant depends on k", *LOGITS, r"p := \mathrm{softmax}(z)"),
    (r"p(y | x) \propto p(x | y) p(y)", "checked: the factor does not depend on y", JOINT_LAW),
    (r"p(y | x) \propto p(x | y)", "the factor depends on y", JOINT_LAW),
    (r"f(x) \propto g(x)", "not checked: up to a factor", "x > 0"),
]


@pytest.mark.parametrize(("row", "why", "declared"), [(r, why, d) for r, why, *d in HIDDEN], ids=str)
def test_what_a_proportion_leaves_out_depends_on_no_value_of_the_law(row: str, why: str, declared: list[str]) -> None:
    one = judged(row, *declared)
    assert one.reason.startswith(why)
    assert one.kind == ("false" if " depends on " in why else "approximate")


NOT_BROUGHT_IN = {
    "what an entropy is at most it is not": ("%: k = 1..K\n%: p positive distribution over k\n", r"H = -\sum_k p_k \log p_k", r"H \le \log K", r"e^H = K"),
    "nor a function what it lies below": ("%: x > 0\n", r"f(x) = \log x", r"f(x) \le x - 1", r"f'(x) = 1"),
    "a row that fails is no premise": ("%: k = 1..K\n%: p positive distribution over k\n", r"F = \sum_k p_k^2", r"F \ge 1", r"F + 1 \ge 2"),
    "nor is one that says a name is nought": (LAWS, r"D = \sum_k q_k \log \frac{q_k}{p_k}", r"D = 0", r"e^{-D} = 1"),
    "equality holds iff": ("Equality holds iff $p = q$. By Jensen's inequality\n%: k = 1..K\n%: p, q positive distribution over k\n", r"\sum_k p_k^2 = \sum_k q_k^2"),
    "it is zero for": ("This is zero for $a = b$, and otherwise\n", r"a^2 - b^2 = (a - b)^2"),
    "both agree for": ("Both sides agree for $x = y$. In general,\n", r"\frac{x + y}{2} = \sqrt{x y}"),
    "cannot happen": ("Since $x = y$ cannot happen here\n", r"x^2 = x y"),
}  # fmt: skip


@pytest.mark.parametrize("what", NOT_BROUGHT_IN)
def test_what_a_page_does_not_say_of_a_name_proves_nothing(what: str) -> None:
    head, *rows = NOT_BROUGHT_IN[what]
    page = head + "".join(f"\\[{row}\\]\n" for row in rows)
    *_, last = [r.verdict for r in judge_notes(read_notes(document_of("page.tex", page))) if r.verdict is not None]
    assert last.kind in ("false", "unproved"), last


def test_a_name_that_is_compared_first_is_compared_and_not_defined() -> None:
    page = "%: b > 0\n\\[A > b\\]\n\\[A - b > 0\\]\n"
    verdicts = [r.verdict for r in judge_notes(read_notes(document_of("page.tex", page))) if r.verdict is not None]
    assert {v.kind for v in verdicts} == {"unproved"}
