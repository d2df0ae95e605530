r"""What the text beside a display says counts: definitions of names of which a declaration only says what holds."""

from __future__ import annotations

import pytest

from derive.notes.document.read import document_of
from derive.notes.judge.judge import judge_notes
from derive.notes.judge.verdict import Verdict
from derive.notes.meaning.notes import read_notes


def judged(text: str) -> list[Verdict]:
    """The verdicts on a page.  What stands between bars is a display; ; ends a line, which declarations need."""
    pieces = text.replace("; ", "\n").split("|")
    page = "\n".join(f"\\[ {p} \\]" if n % 2 else p for n, p in enumerate(pieces)) + "\n"
    notes = read_notes(document_of("page.tex", page))
    assert not notes.problems
    return [r.verdict for r in judge_notes(notes) if r.verdict is not None]


def verdicts(text: str) -> list[str]:
    return [v.kind for v in judged(text)]


P = r"%: p positive distribution over k; %: k = 1..K; %: j = 1..K; "
Z = r"%: Z > 0; %: k = 1..V; %: i = 1..V; "
SOFTMAX = r"e^{z_k}/\sum_{l=1}^K e^{z_l}"
MEAN_LOGIT = r"\frac{\partial}{\partial z_j} \sum_{k=1}^K p_k z_k"
LOG_Z = r"\frac{\partial}{\partial z_i} (z_i - \log Z)"
# A page that declares and defines a name, a row that holds only for a name of its own, what is said of it, and the row that holds.
DEFINED = {
    "a square": (r"%: Z > 0; Let $Z = x^2$.", r"\frac{d}{dx} Z =", "0", "false", "2x"),
    "softmax in the text": (
        P + r"Let $p = \mathrm{softmax}(z)$ be the prediction.",
        MEAN_LOGIT + "=", "p_j", "false", r"p_j (1 + z_j - \sum_k p_k z_k)",
    ),
    "softmax in a display": (
        P + f"The prediction is | p_k = {SOFTMAX} | and so",
        MEAN_LOGIT + "=", "p_j", "false", r"p_j (1 + z_j - \sum_k p_k z_k)",
    ),
    "softmax with bounds": (
        rf"%: k = 1..K; %: j = 1..K; %: 0 < p_k < 1; The prediction is $p_k = {SOFTMAX}$.",
        MEAN_LOGIT + "=", "p_j", "unproved", r"p_j (1 + z_j - \sum_k p_k z_k)",
    ),
    "two laws": (
        r"%: p, q positive distribution over k; Here $p = \mathrm{softmax}(z)$.",
        r"\frac{\partial}{\partial z_i} (-\sum_k q_k \log p_k) =", "0", "false", "p_i - q_i",
    ),
    "a sum": (Z + r"Let $Z = \sum_{k=1}^V e^{z_k}$.", LOG_Z + "=", "1", "false", r"1 - \frac{e^{z_i}}{Z}"),
    "a weight": (
        r"%: \alpha > 0; The weight is $\alpha = (1-\sigma(x))^2$ as in focal loss.",
        r"\frac{d}{dx} \alpha =", "0", "unproved", r"-2 \alpha \sigma(x)",
    ),
    "a mean": (
        r"%: m > 0; Here $m = \frac{1}{n}\sum_{i=1}^n x_i$ is the batch mean.",
        r"\frac{\partial}{\partial x_j} (x_j - m)^2 =", "2 (x_j - m)", "false", r"2 (x_j - m) (1 - \frac1n)",
    ),
    "a product held fixed": (
        r"%: N > 0; %: D > 0; %: C > 0; The compute $C$ is fixed. With $D = C/(6N)$ its derivative is",
        r"\frac{d}{dN} (\frac{A}{N^2} + \frac{B}{D}) =", r"-\frac{2A}{N^3}", "unproved", r"-\frac{2A}{N^3} + \frac{6B}{C}",
    ),
    "no derivative": (
        r"%: \pi positive distribution over a; %: b > 0; Let $b = R(a)$ be the baseline.",
        r"\mathbb{E}_{a\sim\pi}[R(a) b] =", r"b\, \mathbb{E}_{a\sim\pi}[R(a)]", "unproved", r"\mathbb{E}_{a\sim\pi}[R(a)^2]",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", DEFINED)
def test_a_declared_name_is_what_the_text_says_it_is(name):
    text, row, wrong, verdict, right = DEFINED[name]
    assert verdicts(f"{text}|{row} {wrong}|")[-1] == verdict
    assert verdicts(f"{text}|{row} {right}|")[-1] == "proved"


def test_a_definition_behind_the_display_or_before_the_declaration():
    assert verdicts(Z + rf"|{LOG_Z} = 1| where $Z = \sum_{{k=1}}^V e^{{z_k}}$ is the partition function.") == ["false"]
    assert verdicts(r"Let $\lambda = x^2$. |\frac{d}{dx} (\lambda x) = \lambda|; %: \lambda > 0") == ["false"]


def test_a_true_row_that_the_definition_makes_true():
    (one,) = judged("%: C > 0; %: N > 0; The cost is $C = 6N$. |\\frac{C}{N} = 6|")
    assert (one.kind, one.where) == ("proved", ("C = 6N (from the text)",))


def test_a_law_that_is_declared_and_brought_in_by_a_row():
    policy = r"\pi(y) = \frac1Z q(y) e^{r(y)/\beta}, \qquad Z = \sum_y q(y) e^{r(y)/\beta}"
    logs = r"\log \pi(y) = \log q(y) + \frac1\beta r(y) - \log Z | so | r(y) = \beta \log \frac{\pi(y)}{q(y)} + \beta\log Z"
    page = r"%: \beta > 0; %: q, \pi positive distribution over y; The optimal policy is "
    assert verdicts(f"{page}|{policy}| and |{logs}|") == ["definition", "definition", "proved", "proved"]


# --- derivatives that hold a letter fixed


def reason(text: str) -> str:
    (one,) = judged(text)
    assert one.kind == "unproved"
    return one.reason


def test_a_declared_equation_says_what_is_held_fixed():
    assert verdicts(r"%: y = x^2; |\frac{d}{dx} y = 0| and |\frac{d}{dx} y = 2x|") == ["false", "proved"]
    page = r"%: Z = \sum_{k=1}^V e^{z_k}; %: i = 1..V; |\frac{\partial}{\partial z_i} \log Z = "
    assert verdicts(page + "0|") == ["false"]
    assert verdicts(page + "e^{z_i}/Z|") == ["proved"]


HELD = {
    "a condition": r"%: a + b = 1; |\frac{d}{da} (a b) = b|",
    "a condition in the text": r"%: a > 0; %: b > 0; The two are such that $a + b = 1$. |\frac{d}{da} (a b) = b|",
    "a result": r"%: a > 0; %: b > 0; We take $a$, so $b = 1 - a$. |\frac{d}{da} (a b) = b|",
    "said further down": r"%: D > 0; |\frac{d}{dN} (\frac{1}{N} + \frac{1}{D}) = -\frac{1}{N^2}|; Now let $D = 6/N$.",
    "an entry in another form": P
    + rf"Let $p_k = {SOFTMAX}$. |\frac{{\partial}}{{\partial z_j}} \sum_k p(k) z_k = p(j)|",
    "in a circle": r"%: x > 0; Let $C = N D$ and $D = C/N$. |\frac{d}{dN} (\frac{1}{N} + \frac{1}{D}) = -\frac{1}{N^2}|",
}


@pytest.mark.parametrize("name", HELD)
def test_nothing_is_said_of_a_derivative_that_holds_fixed_what_moves(name):
    assert "fixed, but" in reason(HELD[name])


def test_two_functions_of_one_name_are_not_held_against_each_other():
    score = r"\nabla_\phi \log P(w;\phi) = \nabla_\phi \log \rho_\phi(w) + \nabla_\phi \log P(s, a, w)"
    page = r"%: P(w;\phi) := \rho_\phi(w) P(s, a, w); %: \rho_\phi(w) > 0; %: P(s, a, w) > 0; "
    assert verdicts(f"{page}|{score}|") == ["proved"]


def test_what_only_moves_itself_is_held_fixed_by_nobody():
    entropy = r"\frac{\partial}{\partial p_k} (-\sum_k p_k \log p_k) = -\log p_k - 1"
    assert verdicts(rf"%: k = 1..K; %: p_k > 0; |{entropy}| The solution is $p_k = e^{{-1-\lambda}}$.") == ["proved"]


def test_definitions_in_a_circle_are_conditions():
    (one,) = judged(r"%: x > 0; Let $C = N D$ and $D = C/N$, where $N > 0$. |\frac{C}{N} + x = D + x|")
    assert one.kind == "proved"
    assert any("D = C/N" in w or "C = N D" in w for w in one.where)


def test_a_law_that_only_a_mean_names_is_over_what_the_mean_is_over():
    page = r"With $r=q(x)/p(x)$: |\mathbb{E}_{x\sim p}[r - 1 - \log r] = \mathrm{KL}(p \Vert q)|"
    assert verdicts(page) == ["proved"]


# --- what the text does not say


DENIED = [
    r"Students often assume that $\sum_k w_k = 1$. This is wrong in general. Still",
    r"One might think that, since $\sum_k w_k = 1$, it is easy.",
    r"Suppose, for contradiction, that all is well with $\sum_k w_k = 1$.",
    r"We could work with $\sum_k w_k = 1$. However, it does not hold here.",
    r"Naively, with $\sum_k w_k = 1$, we find",
]


@pytest.mark.parametrize("text", DENIED)
def test_what_is_denied_or_only_thought_is_no_condition(text):
    assert verdicts(text + r"|\log \sum_k w_k = 0|") == ["unproved"]


def test_a_condition_counts_though_a_later_sentence_is_about_something_else():
    assert verdicts(r"We assume that $\sum_k w_k = 1$. The rest is not needed. |\log \sum_k w_k = 0|") == ["proved"]


UNREAD = [
    r"|\mathrm{KL}(\pi(\cdot \mid x) \Vert q(\cdot \mid x)) = 0|",
    r"%: \pi positive joint distribution over y_1, ..., y_T given x; |\log \pi(y_1, y_2 \mid x) = 0|",
]


@pytest.mark.parametrize("text", UNREAD)
def test_what_stands_for_an_unknown_number_of_values_is_not_read(text):
    assert verdicts(text) in (["unread"], ["unproved"])


def test_a_constraint_of_the_text_ties_whatever_word_stands_before_it():
    page = r"On the circle we have $x^2 + y^2 = 1$. "
    assert verdicts(page + r"|\frac{d}{dx} (x^2 + y^2) = 2x|") == ["unproved"]
    assert verdicts(page + r"|\frac{d}{dx} (x^2 + x) = 2x + 1|") == ["proved"]


def test_what_the_text_says_in_words_ties_too():
    row = r"|\frac{\partial}{\partial x_j} (x_j - m)^2 = 2(x_j - m)|"
    assert verdicts(r"Here $m$ is the mean of the batch $x_1, \dots, x_n$. " + row) == ["unproved"]
    assert verdicts(r"Here $m$ is the target, which is constant in $x_j$. " + row) == ["proved"]


def test_a_draw_without_its_law_is_named():
    notes = read_notes(document_of("page.tex", "%: \\mathbb{E} over x \\sim p, y\n\\[ \\mathbb{E}[x] = 1 \\]\n"))
    assert "needs its law" in notes.problems[0].why


# --- numbers of something


def test_the_number_of_values_is_what_the_letter_runs_through():
    page = r"%: p positive distribution over x; "
    number = r"$K$ be the number of values of $x$."
    assert verdicts(page + f"Let {number} |H(p) \\le \\log K| and |H(p) \\le \\log K - 1|") == ["proved", "false"]
    assert verdicts(page + r"|H(p) \le \log K| where $K$ is the number of values of $x$.") == ["proved"]
    assert verdicts(page + f"%: x = 1..N; Let {number} |H(p) \\le \\log K|") == ["proved"]
    assert verdicts(page + r"Let $K$ be the number of classes. |H(p) \le \log K|") == ["unproved"], (
        "of what, is not read"
    )


# --- whole laws


@pytest.mark.parametrize("q", ["q", r"q_\varepsilon"])
@pytest.mark.parametrize("declared_first", [True, False])
def test_a_mixture_of_whole_laws_is_one_of_their_probabilities(q, declared_first):
    laws = r"%: k = 1..V; %: p positive distribution over k; %: \delta one-hot over k; %: u distribution over k; "
    text = rf"Let ${q} = (1-\varepsilon) \delta + \varepsilon u$ be the target. "
    page = laws + text if declared_first else text + "; " + laws
    first, second = rf"|H({q}, p) = -\sum_k {q}(k) \log p(k)", r"= (1-\varepsilon) H(\delta, p) + \varepsilon H(u, p)|"
    assert verdicts(page + first + second) == ["proved", "proved"]
    assert verdicts(page + first + second.replace("(1-", "(1+"))[1] in ("false", "unproved")


def test_the_definition_of_a_mixture_is_said_where_the_proof_uses_it():
    page = "%: p, u positive distribution over k; Let $m = (p+u)/2$. |H(m) \\ge \\frac12 H(p) + \\frac12 H(u)|"
    (verdict,) = judged(page)
    assert verdict.kind == "proved" and any("m = (p+u)/2" in w for w in verdict.where)


LAWS = {
    "Let $p$ and $q$ be distributions over $x$.": "pq",
    "Here $p$ is the draft model's distribution and $q$ the target distribution.": "pq",
    "Suppose that $p$ is a distribution. For any distribution $q$,": "pq",
    "A token is drawn from the distribution $p$; $q$ is a score.": "p",
    "Let $p$ be an unnormalised distribution, and $q$ the mean of a distribution.": "",
    "Here $p$ is not a distribution. Is $q$ near a distribution?": "",
    "The distribution of $p$ and $q$ is unknown.": "",
    "If $p$ is a distribution, so is $q$.": "",
}


@pytest.mark.parametrize("text", LAWS)
def test_what_the_text_calls_a_distribution(text):
    found = verdicts(text + r"|\sum_x p(x) = 1||\sum_x q(x) = 1|")
    assert found == ["proved" if law in LAWS[text] else "unproved" for law in "pq"]


def test_a_distribution_without_arguments_and_those_of_which_a_row_has_values():
    assert verdicts(r"Let $p$ be a distribution over the tokens.|\sum_k p_k^2 \le 1|") == ["proved"]
    row = r"|\sum_x \min(p(x), q(x)) = 2 - \sum_x \max(p(x), q(x))|"
    assert verdicts("Let $p$ and $q$ be distributions over $x$." + row) == ["proved"]


def test_an_index_counts_what_a_whole_vector_has():
    (row,) = judged(r"Let $p_k = \mathrm{softmax}(a)_k$.|\frac{\partial \log p_j}{\partial a_i} = [i=j] - p_i|")
    assert row.kind == "proved" and "i is within the range of the entries of a" in str(row.where)


def test_a_recursion_of_vectors_keeps_no_page_from_being_read():
    text = r"|m_t = \beta m_{t-1} + (1 - \beta) g_t|with $m_0 = 0$. If $g_t = g$ for all $t$, then|m_t = (1 - \beta^t) g||w_{t+1} = w_t - \eta (g_t + \lambda w_t) = (1 - \eta\lambda) w_t - \eta g_t|"
    assert verdicts(text)[-1] == "proved"
