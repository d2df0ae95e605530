"""What letters stand for on a page: no reading of a letter makes a false row true, or a true one false."""

from __future__ import annotations

import pytest

from derive.notes.document.read import document_of
from derive.notes.judge.judge import judge_notes
from derive.notes.judge.verdict import Row
from derive.notes.meaning.notes import read_notes


def rows(*lines: str) -> list[Row]:
    """The judged rows of a page; a line without % is a display."""
    page = "\n".join(line if line.startswith("%") else f"\\[ {line} \\]" for line in lines)
    return list(judge_notes(read_notes(document_of("page.tex", page))))


def verdicts(*lines: str) -> list[str]:
    return [row.verdict.kind for row in rows(*lines) if row.verdict is not None]


def reasons(*lines: str) -> list[str]:
    return [row.verdict.reason for row in rows(*lines) if row.verdict is not None]


# --- distributions


def test_a_distribution_is_real_valued_where_only_a_mean_speaks_of_it():
    p = "%: p positive distribution over x"
    assert verdicts(p, r"\mathbb{E}_{x\sim p}[1] \ge \sum_x 1", r"\mathbb{E}_{x\sim p}[1] = 1") == ["false", "proved"]


# --- optima


def test_the_least_over_a_vector_is_not_read_as_the_least_over_an_index():
    page = ("%: k = 1..K", "%: z vector of length K", r"\min_z \sum_k (z_k-1)^2 = 0")
    assert verdicts(*page) == ["unread"]
    assert "z is a vector" in reasons(*page)[0]


# --- ranges


def test_a_value_of_a_joint_law_has_a_range_of_its_own():
    p = ("%: z = 1..Z", "%: p positive joint distribution over x, z")
    assert verdicts(*p, r"\sum_x p(x)/p(x) = Z") == ["false"]
    true = (r"\sum_x p(x|z) = 1", r"\sum_z p(z|x) = 1", r"\sum_z p(z)/p(z) = Z", r"\sum_x p(x) = 1")
    assert verdicts(*p, *true) == ["proved"] * 4
    assert verdicts(*p, r"p(z|x) = \frac{p(x|z)p(z)}{\sum_{z'} p(x|z')p(z')}") == ["proved"]


def test_a_mean_over_another_letter_has_the_range_of_the_law():
    q = ("%: k = 1..K", "%: q positive distribution over k")
    true = (r"\mathbb{E}_{j\sim q}[1] = 1", r"\mathbb{E}_{j\sim q}[f(j)] = \mathbb{E}_{k\sim q}[f(k)]")
    assert verdicts(*q, *true, r"\sum_j q(j) = 1", r"\mathbb{E}_{j\sim q}[j] = \sum_k k q(k)") == ["proved"] * 4
    assert verdicts(*q, "%: j = 1..J", true[0], r"\mathbb{E}_{j\sim q}[1] = J") == ["proved", "false"]
    p = "%: p positive distribution over x"
    assert verdicts(p, r"\mathbb{E}_{x\sim p}[x] = \mathbb{E}_{y\sim p}[y]") == ["proved"]
    pq = ("%: p positive distribution over x", "%: q positive distribution over y")
    assert verdicts(*pq, r"\mathbb{E}_{y\sim p}[1] = \mathbb{E}_{x\sim q}[1]", r"\mathbb{E}_{y\sim p}[2] = 3") == [
        "proved",
        "false",
    ]


def test_a_declared_range_is_not_empty_which_is_listed_as_assumed():
    split = r"\sum_{t=1}^T \pi_t = \pi_T + \sum_{t=1}^{T-1} \pi_t"
    (row,) = rows("%: t = 1..T", split)
    assert row.verdict is not None
    assert row.verdict.kind == "proved"
    assert row.verdict.assumed == ("1 <= T, since t = 1..T is declared",)
    assert verdicts("%: a > 0", split) != ["proved"]


# --- rows with left sides of their own


def align(*lines: str) -> list[str]:
    page = document_of("page.tex", "\\begin{align}\n" + " \\\\\n".join(lines) + "\n\\end{align}")
    return [row.verdict.kind for row in judge_notes(read_notes(page)) if row.verdict is not None]


def test_a_left_side_that_begins_with_a_minus_is_no_further_term_of_the_row_before():
    left = r"-\log\prod_{t=1}^T p(y_t|y_{<t},x)"
    true, wrong = r"-\sum_{t=1}^T \log p(y_t|y_{<t},x)", r"-\sum_{t=1}^T \log p(y_t|y_{\le t},x)"
    early = r"-\sum_{t=1}^T \log p(y_t|y_{<t+1},x)"
    assert align(*(f"{left} &= {side}" for side in (early, wrong, true))) == ["unproved", "unproved", "proved"]
    assert align(*(f"{left} = {side}" for side in (early, wrong, true))) == ["unproved", "unproved", "proved"]
    assert align("-(a - b) &= b - a", "-(a + b) &= -b - a", "-(a + b) &= b - a") == ["proved", "proved", "false"]


def test_a_row_that_begins_with_a_minus_behind_the_mark_is_a_further_term():
    assert align("(a - b)^2 &= a^2 - 2 a b", "& - b^2 + 2 b^2", "&= a^2 - 2 a b + b^2") == ["proved", "proved"]
    assert align("(a - b)^2 &= a^2 + b^2", "- 2 a b") == ["proved"]


# --- primes


def test_a_prime_at_a_defined_function_is_its_derivative():
    f = "%: f(x) := x^2"
    assert verdicts(f, "f'(a) = 5") == ["false"]
    assert verdicts(f, "f'(a) = 2 a", "f''(a) = 2", "f''(a) = 3", "f'(3) = 6") == [
        "proved",
        "proved",
        "false",
        "proved",
    ]
    assert verdicts("f(x) = x^3 + x", "f'(x) = 3 x^2 + 1", "f'(x) = 3 x^2") == ["definition", "proved", "false"]


def test_a_prime_that_is_declared_is_what_it_is_declared():
    assert verdicts("%: f(x) := x^2", "%: f'(x) := x + 1", "f'(a) = a + 1", "f'(a) = 2 a") == ["proved", "false"]
    assert verdicts("%: a' := 3", "%: a := 2", "a' = a + 1") == ["proved"]


# --- bold


def test_a_bold_letter_is_another_name_where_the_page_has_both():
    assert "proved" not in verdicts(r"p(\mathbf{x}) = p(x)", r"\mathbf{x} - x = 0", r"\boldsymbol{\theta} = \theta")
    assert (
        verdicts(
            "%: a > 0",
            r"\mathbf{x} + x = x + \mathbf{x}",
            r"\sum_{i=1}^n (x + \mathbf{x}_i) = n x + \sum_i \mathbf{x}_i",
        )
        == ["proved"] * 2
    )


def test_a_bold_letter_is_the_vector_whose_entries_are_plain():
    n = "%: w, x vectors of length n"
    assert verdicts(n, r"\mathbf{w}^\top \mathbf{x} = \sum_{i=1}^n w_i x_i") == ["proved"]
    softmax = r"\mathrm{softmax}(\mathbf{a})_i = \frac{e^{a_i}}{\sum_{m=1}^n e^{a_m}}"
    assert verdicts(r"%: \mathbf{a} vector of length n", softmax) == ["proved"], "no letter of a word is a name"
    assert verdicts(n, r"\mathbf{w}^\top \mathbf{x} = x^\top w") == ["proved"], "declared as the vector"


# --- labels


LABELS = [
    (r"L_\beta = D + \beta K", r"\beta"),
    (r"\mathcal{L}_\beta(w) = L(w) + \beta R(w)", r"\beta"),
    (r"p^{(\tau)}_k = \frac{\exp(z_k/\tau)}{\sum_j \exp(z_j/\tau)}", r"\tau"),
    (r"\pi_\beta(y) = \frac{\exp(r(y)/\beta)}{Z_\beta}", r"\beta"),
    (r"f(x_c) = c u", "c"),
]


@pytest.mark.parametrize(("row", "letter"), LABELS, ids=[r for r, _ in LABELS])
def test_a_label_that_is_calculated_with_is_no_whole_number(row, letter):
    for said in (rf"%: {letter} > 0", rf"%: {letter} \in \mathbb{{R}}"):
        assert verdicts(said, row, rf"{letter}^2 \ge {letter}") == ["definition", "false"]


def test_an_interval_or_a_fraction_says_that_a_letter_is_no_whole_number():
    assert verdicts(r"%: t \in (0, 2)", "a_t = u", "t = 1") == ["definition", "false"]
    assert verdicts(r"%: t > 0.5", "a_t = u", r"t \ge 1") == ["definition", "false"]


def test_letters_by_which_people_count_are_whole_numbers_which_is_said():
    (_, row) = [r.verdict for r in rows("%: s > 0", "a_s = s / 2", r"s \ge 1") if r.verdict is not None]
    assert (row.kind, row.where) == ("proved", ("s is a whole number",))
    (_, row) = [r.verdict for r in rows("%: n > 0", r"s_n = \sum_{i=1}^n x_i", r"n \ge 1") if r.verdict is not None]
    assert (row.kind, row.where) == ("proved", ()), "a sum ends at n"


def test_a_matrix_that_is_declared_by_its_entries_is_read_whole():
    page = ("%: i, j = 1..n", "%: x vector of length n", r"%: (A)_{ij} := x_i x_j", r"(A x)_i = x_i \sum_j x_j^2")
    assert verdicts(*page) == ["proved"]


# --- sets


SETS = [
    (r"%: a \in (0, 1]", "a < 1", "false"),
    (r"%: a \in (0, 1]", r"a \le 1", "proved"),
    (r"%: a \in [0, 1)", "a < 1", "proved"),
    (r"%: a \in [0, 1)", "a > 0", "false"),
    (r"%: a \in \mathbb{R}_{>0}", r"a^2 \ge a", "false"),
    (r"%: a \in \mathbb{R}_+", r"a \ge 0", "proved"),
    (r"%: a \in \mathbb{R}_+", r"a > 0", "unproved"),  # by some it has 0
    (r"%: n \in \mathbb{N}", r"n \ge 0", "proved"),
    (r"%: n \in \mathbb{N}", r"n \ge 1", "unproved"),
    (r"%: n \in \mathbb{N}", r"n \ge 2", "false"),
    (r"%: z \in \mathbb{Z}", r"z \ge 0", "false"),
]


@pytest.mark.parametrize(("said", "row", "kind"), SETS, ids=[f"{a} {b}" for a, b, _ in SETS])
def test_a_set_says_which_numbers_a_letter_may_be(said, row, kind):
    assert verdicts(said, row) == [kind]


# --- two roles


ROLES = [
    (("%: a > 0", r"N_{\mathrm{eff}} + a = a + N_{\mathrm{eff}}", r"2 N_{\mathrm{eff}} \ge 1 + N_{\mathrm{eff}}"), "false"),
    ((r"%: 0 < \alpha < 1", r"\alpha_t = \alpha^t", r"\alpha_1 = \alpha"), "proved"),
    ((r"%: \pi positive distribution over a given s", r"\sum_a \pi(a|s) = 1", r"\pi > 3"), "unproved"),
    (("%: l > 0", "h_l = W_l h_{l-1}", r"l = -\log p"), "unproved"),
]  # fmt: skip


@pytest.mark.parametrize(("page", "kind"), ROLES, ids=[p[-1] for p, _ in ROLES])
def test_a_letter_with_two_roles_is_judged_in_neither_alone(page, kind):
    assert verdicts(*page)[-1] == kind


def test_a_length_that_divides_below_an_exponential_may_be_a_temperature():
    page = ("%: k = 1..K", "%: T > 0", r"q_k = e^{z_k/T}", r"\sum_{t=1}^T c = T c", r"T \ge 1")
    assert [r.verdict.where for r in rows(*page) if r.verdict is not None][-1] == ("T is a whole number",)


# --- laws of several things


def test_mutual_information_has_conditions_and_several_variables_on_a_side():
    law = "%: p positive joint distribution over x, y, z"
    true = (r"I(X;Y|Z) = H(Y|Z) - H(Y|X,Z)", r"I(X;Y,Z) = I(X;Z) + I(X;Y|Z)")
    assert verdicts(law, *true, r"I(X;Y|Z) = I(X;Y)") == ["proved", "proved", "false"]


def test_delta_among_laws_is_at_one_value():
    page = ("%: k = 1..K", "%: p positive distribution over k", r"%: y \in \{1, \dots, K\}")
    assert verdicts(*page, r"H(\delta_y, p) = -\log p_y", r"H(\delta_y, p) = -\log p_k") == ["proved", "false"]
