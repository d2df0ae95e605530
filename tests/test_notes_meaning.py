"""What rows mean: kernel terms for every habit, declarations, reading rules, what is assumed, what is refused."""

from __future__ import annotations

from fractions import Fraction

import pytest

from derive.falsify import Counterexample, Model, evaluate, find_counterexample
from derive.kernel.sorts import FAMILY, INT, REAL, Fn
from derive.kernel.terms import Var
from derive.notes.document.read import document_of
from derive.notes.meaning.chain import Notes, Step
from derive.notes.meaning.notes import read_notes


def notes(*lines: str) -> Notes:
    return read_notes(document_of("page.tex", "\n".join(lines)))


def steps(*lines: str) -> list[Step]:
    return [s for chain in notes(*lines).chains for s in chain.steps]


def claim(formula: str, *declared: str) -> str:
    """What a row says that is all of a page with these declarations."""
    (step,) = steps(*(f"%: {d}" for d in declared), rf"\[ {formula} \]")
    assert step.unread is None, step.unread
    return str(step.readings[0].claim)


def right(formula: str, *declared: str) -> str:
    return claim(f"0 \\ne {formula}", *declared).removeprefix("0 != ")


def given(formula: str, *declared: str) -> list[str]:
    (step,) = steps(*(f"%: {d}" for d in declared), rf"\[ {formula} \]")
    return [str(g) for g in step.readings[0].given]


def why(*lines: str) -> str:
    found = [s.unread for s in steps(*lines) if s.unread is not None]
    return f"{found[0].what}: {found[0].why}" if found else ""


MEANING = {
    # formula: (its term, declarations)
    r"\sum_{i=1}^n x_i": ("sum(i=1..n, x[i])", ()),
    r"\sum_k p_k": ("sum(k=1..K, p[k])", ("k = 1..K",)),
    r"\sum_{j \ne i} a_j": ("sum(j=1..n, (1 - [j = i])*a[j])", ("a vector of length n",)),
    r"\sum_{t=0}^{T-1} \gamma^t r_t": ("sum(t=0..T - 1, gamma^t*r[t])", ()),
    r"\prod_{j \ne i} a_j": ("prod(j=1..n, [j = i] + (1 - [j = i])*a[j])", ("a vector of length n",)),
    r"x_1 + x_2 + \cdots + x_n": ("sum(i_=1..n, x[i_])", ()),
    r"-t_1 + t_2 q + t_3 q + ... + t_m q": ("-t[1] + sum(i_=2..m, t[i_]*q)", ()),
    r"\mathbb{E}_{x \sim p}[f(x)]": ("sum(x=1..N_x, p[x]*f[x])", ("p distribution over x",)),
    r"\mathbb{E}_p[f(x)]": ("sum(x=1..N_x, p[x]*f[x])", ("p distribution over x",)),
    r"\mathbb{E}_{z \sim q(\cdot|x)}[f(z)]": ("sum(z=1..N_z, q[x][z]*f[z])", ("q distribution over z given x",)),
    r"\mathbb{E}_{x \sim p}[x]": ("sum(x=1..N_x, p[x]*x_value[x])", ("p distribution over x",)),
    r"\mathbb{E}[f(x)]": ("sum(x=1..N_x, p[x]*f[x])", ("p distribution over x", r"\mathbb{E} over x \sim p")),
    r"\int p(x) f(x)\,dx": ("sum(x=1..N_x, p[x]*f[x])", ("p distribution over x",)),
    r"H(p)": ("-sum(x=1..N_x, xlogy(p[x], p[x]))", ("p distribution over x",)),
    r"H(q, p)": ("-sum(x=1..N_x, q[x]*log(p[x]))", ("p, q positive distribution over x",)),
    r"D_{KL}(q \| p)": ("sum(x=1..N_x, q[x]*log(q[x]/p[x]))", ("p, q positive distribution over x",)),
    r"KL(q(z|x), p(z|x))": (
        "sum(z=1..N_z, q[x][z]*log(q[x][z]/p[x][z]))",
        ("p, q positive distribution over z given x",),
    ),
    r"H(t, q)": ("-sum(k=1..n, t[k]*log(q[k]))", ("t, q vectors of length n",)),
    r"H(p) ": ("-sum(x=1..N_x, p[x]*log_base(2, p[x]))", ("p positive distribution over x", "H base 2")),
    r"\mathrm{softmax}(z)_k": ("softmax(n, z)[k]", ("z vector of length n",)),
    r"\mathrm{softmax}(z/\tau)_k": ("softmax(n, (k |-> z[k]/tau))[k]", ("z vector of length n",)),
    r"\sigma(x)": ("sigmoid(x)", ()),
    r"\sigma'(x)": ("derivative((x |-> sigmoid(x)), x)", ()),
    r"\log_2 x": ("log_base(2, x)", ()),
    r"\sqrt[n]{x}": ("x^(1/n)", ()),
    r"w^\top x": ("sum(i=1..D, w[i]*x[i])", ("w, x vectors of length D",)),
    r"\|w - x\|^2": ("sum(i=1..D, (w[i] - x[i])*(w[i] - x[i]))", ("w, x vectors of length D",)),
    r"\mathbb{1}[y=k] a": ("[y = k]*a", ()),
    r"\begin{cases} a & k = y \\ b & k \ne y \end{cases}": ("[k = y]*a + (1 - [k = y])*b", ()),
    r"\max_{1 \le k \le n} z_k": ("max(k=1..n, z[k])", ()),
    r"\min_{1 \le k \le n} z_k": ("-max(k=1..n, -z[k])", ()),
    r"\frac{d}{dx} x^2": ("derivative((x |-> x^2), x)", ()),
    r"\frac{\partial}{\partial z_j} \sum_{k=1}^n z_k": ("partial((z |-> sum(k=1..n, z[k])), z, j)", ()),
    r"\frac{\partial}{\partial z_{t,k}} z_{t,k}": ("partial_at((z |-> z[t][k]), z, t, k)", ()),
    r"\frac{d^2 x^3}{dx^2}": ("derivative((x |-> derivative((x_1 |-> x_1^3), x)), x)", ()),
    r"a \cdot b": ("sum(i=1..n, a[i]*b[i])", ("a, b vectors of length n",)),
    r"\sum_{i < j} a_i": ("sum(i=1..j - 1, a[i])", ("a vector of length n",)),
    r"\sum_{t' \ge t} r_{t'}": ("sum(t'=t..T, r[t'])", ("t = 1..T",)),
    r"\sum_j a_j I(j = k)": ("sum(j=1..n, a[j]*[j = k])", ("a vector of length n",)),
    r"H(Y | X)": ("-sum(y=1..N_y, sum(x=1..N_x, p[x][y]*log(p[x][y]/p_x[x])))", ("p joint distribution over x, y",)),
    r"JS(p \| q)": (
        "sum(x=1..N_x, (p[x]*log(p[x]/((p[x] + q[x])/2)) + q[x]*log(q[x]/((p[x] + q[x])/2)))/2)",
        ("p, q positive distribution over x",),
    ),
    r"H(\frac{p + q}{2})": (
        "-sum(x=1..N_x, xlogy((p[x] + q[x])/2, (p[x] + q[x])/2))",
        ("p, q positive distribution over x",),
    ),
    r"p_\theta(y_t \mid x, y_{<t})": (
        "p[x][t - 1][y[t]][theta]",
        (r"\nabla := \nabla_\theta", r"f := \nabla_\theta p_\theta(y_t \mid x, y_{<t})"),
    ),
}


@pytest.mark.parametrize("formula", list(MEANING))
def test_a_habit_is_a_term(formula):
    term, declared = MEANING[formula]
    assert right(formula, *declared) == term


ALIKE = [
    (r"KL(p \| q)", r"D_{\mathrm{KL}}(p || q)", r"\mathrm{KL}\left[p \,\|\, q\right]", r"D_{KL}(p(x) \| q(x))", r"\mathbb{E}_{x \sim p}\left[\log\frac{p(x)}{q(x)}\right]"),
    (r"\mathbb{E}_{x\sim p} f(x)", r"\mathbb{E}_{p(x)}[f(x)]", r"E_{x \sim p(x)}[f(x)]", r"\sum_x p(x) f(x)", r"\sum_{x \in \mathcal{X}} p(x) f(x)"),
    (r"\ln a", r"\log a", r"log a", r"\log(a)", r"\log{a}"),
    (r"p(x_t | s, x_{<t})", r"p(x_t | x_{<t}, s)", r"p(x_t | s, x_{1:t-1})", r"p(x_t \mid s, x_1, \ldots, x_{t-1})"),
]  # fmt: skip


@pytest.mark.parametrize("row", range(len(ALIKE)))
def test_habits_that_say_the_same_are_one_term(row):
    first, *others = ALIKE[row]
    for other in others:
        (step,) = steps("%: p, q positive distribution over x" if row < 2 else "", rf"\[ {first} = {other} \]")
        assert step.readings[0].left == step.readings[0].right, other


# --- values: a term is what the page says in a small world


def test_a_row_has_the_value_that_a_person_computes():
    (step,) = steps("%: z vector of length n", r"\[ \sum_{j \ne i} z_j = \sum_j z_j - z_i \]")
    n, i, z = Var("n", INT), Var("i", INT), Var("z", FAMILY)
    model = Model({n: 3, i: 2, z: (5, Fraction(1, 2), 7)})
    assert evaluate(step.readings[0].left, model) == 12
    assert evaluate(step.readings[0].right, model) == 12


def test_marginals_and_conditionals_are_those_of_one_joint_law():
    (step,) = steps("%: p positive joint distribution over x, y", r"\[ p(x|y) p(y) = p(x,y) \]")
    reading = step.readings[0]
    assert str(reading.claim) == "p[x][y]/p_y[y]*p_y[y] = p[x][y]"
    assert "for all y: 1 <= y => y <= N_y => p_y[y] = sum(x=1..N_x, p[x][y])" in map(str, reading.given)
    p, p_y, x, y, N_x, N_y = (
        Var("p", Fn(INT, FAMILY)),
        Var("p_y", FAMILY),
        *(Var(v, INT) for v in ("x", "y", "N_x", "N_y")),
    )
    half = (Fraction(1, 2), Fraction(1, 2))
    model = Model(
        {p: ((Fraction(1, 4), Fraction(1, 4)), (Fraction(1, 4), Fraction(1, 4))), p_y: half, x: 1, y: 2, N_x: 2, N_y: 2}
    )
    free = set(reading.claim.free) | {N_x, N_y}
    assert all(evaluate(g, model) for g in reading.given if g.free <= free)


# --- declarations


DECLARED = {
    r"J := \sum_{k=1}^n a_k": (r"J = b", "sum(k=1..n, a[k]) = b"),
    r"f(x) := x^2": (r"f(a) = f(b)", "a^2 = b^2"),
    r"q_k := \frac{1}{K}": (r"\sum_{k=1}^K q_k = 1", "sum(k=1..K, 1/K) = 1"),
    r"k = 1..K": (r"\sum_k a_k = 1", "sum(k=1..K, a[k]) = 1"),
    r"p distribution over x given u": (r"\sum_x p(x|u) = 1", "sum(x=1..N_x, p[u][x]) = 1"),
    r"a, b vectors of length K": (r"a = b", "a[i_] = b[i_]"),
    r"\mathbb{E} over x \sim p": (r"\mathbb{E}[f(x)] = 1", "sum(x=1..N_x, p[x]*f[x]) = 1"),
    r"\log base 2": (r"\log x = 1", "log_base(2, x) = 1"),
}


@pytest.mark.parametrize("line", list(DECLARED))
def test_a_declaration_says_what_is_meant(line):
    row, meant = DECLARED[line]
    assert claim(f"0 + {row}" if line.startswith("J") else row, line).removeprefix("0 + ") == meant


def test_facts_hold_for_each_value_of_a_letter_that_runs():
    assert "for all k: 1 <= k => k <= K => 0 < a[k]" in given(r"0 = a_k", "k = 1..K", "a_k > 0")
    assert "k != c" in given(r"0 = a_k + a_c", "a vector of length K", r"k \ne c")
    assert given(r"0 = t + c", r"t \in \{0,1\}")[:2] == ["0 <= t", "t <= 1"]


def test_facts_about_values_with_an_index_hold_for_each_value():
    facts = given(
        r"0 = Q(X_1=x_1)", "Q joint distribution over X_1=x_1, X_2=x_2", "Q(X_1=x_1, X_2=x_2) = Q(X_1=x_1) Q(X_2=x_2)"
    )
    assert (
        "for all x_1: 1 <= x_1 => x_1 <= N_x1 => (for all x_2: 1 <= x_2 => x_2 <= N_x2 => Q[x_1][x_2] = Q_X1[x_1]*Q_X2[x_2])"
        in facts
    )


def test_one_hot_and_distributions_bring_their_facts():
    facts = given(r"0 = \sum_k t_k", "k = 1..K", "t one-hot over k")
    assert "for all k: 1 <= k => k <= K => t[k] = [k = hot_t]" in facts
    assert "1 <= hot_t" in facts
    facts = given(r"0 = p(x|u)", "p positive distribution over x given u")
    assert "for all u: 1 <= u => u <= N_u => (for all x: 1 <= x => x <= N_x => 0 < p[u][x])" in facts
    assert "for all u: 1 <= u => u <= N_u => sum(x=1..N_x, p[u][x]) = 1" in facts


def test_a_declaration_holds_from_its_line_on():
    before, after = steps(r"\[ 0 \ne J \]", r"%: J := a + b", r"\[ 0 \ne J \]")
    assert [str(s.readings[0].claim) for s in (before, after)] == ["0 != J", "0 != a + b"]


@pytest.mark.parametrize("line", ["p is nice", "k = 1...", r"p distribution over", r"x \sim", "a := "])
def test_a_line_that_fits_no_form_is_a_problem(line):
    (problem,) = notes(f"%: {line}", r"\[ a = b \]").problems
    assert "forms" in problem.why or problem.why


def test_a_declared_fact_that_is_not_read_stops_refutations():
    page = notes(r"%: x \in \mathcal{S}_{odd} \cup T", r"\[ 2 x = 3 x \]")
    assert page.problems
    (step,) = page.chains[0].steps
    assert step.unread is not None or not step.readings[0].refutable


# --- names brought in by rows


def test_a_name_alone_on_the_left_is_said_by_its_row_and_means_that_from_there_on():
    first, second = steps(r"\begin{align} \ell(\phi) &= \log a \\ \ell(\phi) + b &= c \end{align}")
    assert first.readings[0].kind == "definition"
    assert str(second.readings[0].claim) == "log(a) + b = c"


def test_a_name_may_be_explained_behind_the_row_that_uses_it():
    first, second, third = steps(r"\[ L = \log u_k, \quad u_k = e^{a_k} \]", r"\[ 0 \ne L \]")
    assert [s.readings[0].kind for s in (first, second)] == ["definition", "definition"]
    (claim_, _) = steps(r"\[ a + b = 2 u, \quad u = \frac{a + b}{2} \]")
    assert str(claim_.readings[0].right) == "2*((a + b)/2)", "and the row before it speaks of that"
    assert str(third.readings[0].claim) == "0 != log(exp(a[k]))"


def test_what_is_declared_or_has_a_standard_meaning_is_not_brought_in():
    (step,) = steps("%: p distribution over x", r"\[ p(x) = a \]")
    assert step.readings[0].kind == "step"
    (step,) = steps(r"\[ \sigma(x) = a \]")
    assert step.readings[0].kind == "step"


def test_an_equation_to_be_solved_is_a_condition():
    assert steps("%: solve for k", r"\[ 2 k - a = 0 \]")[0].readings[0].kind == "condition"
    assert steps(r"\[ a \approx 3.14 \]")[0].readings[0].kind == "approximate"
    assert steps(r"\[ a \propto b \]")[0].readings[0].kind == "proportional"


# --- two readings


def test_a_row_with_two_readings_has_both_and_says_which_sides_they_take():
    (step,) = steps("%: p positive joint distribution over x, y", r"\[ \log p(x|y) p(y) = \log p(x,y) \]")
    assert [r.choice for r in step.readings] == [(0, 0), (1, 0)]
    assert find_counterexample(step.readings[1].claim, step.readings[1].given)


def test_a_chain_knows_its_right_sides_from_the_start():
    _, second = steps(r"\begin{align} 2 a + b &= c \\ &\le d \end{align}")
    assert [str(r.claim) for r in second.from_start] == ["2*a + b <= d"]


# --- what is assumed and what is not refuted


def test_what_the_page_needs_to_be_defined_is_assumed_and_listed():
    (step,) = steps(r"\[ \log (a b) + c = \log a + \log b + c \]")
    assert set(step.readings[0].assumed) == {"0 < a", "0 < b"}
    (step,) = steps("%: G_j > 0", "%: j = 1..M", r"\[ 0 = \sum_j \log G_j \]")
    assert step.readings[0].assumed == ("1 <= M, since j = 1..M is declared",), (
        "what follows from what is declared is not"
    )


NOT_REFUTED = {
    "a name on one side only": (r"\[ \log L(\phi) = a + b \]",),
    "a condition in words that is not read": ("%: a > 0", r"\[ a + a = a \quad \text{for small $a$ otherwise} \]"),
    "a condition behind another row": (
        "%: a > 0",
        r"\begin{align} 2 a &= b a \\ a &= c a \quad \text{if } b = 2 \end{align}",
    ),
    "a page without declarations": (r"\[ \sum_{k=1}^K p_k = 1 \]",),
    "a letter on one side of such a page": (r"\[ p + q = p + (1 - p) \]",),
    "sizes of which nothing says whether they are one": (
        "%: q positive distribution over k",
        r"\[ \sum_{j=1}^n q_j = \sum_{k=1}^V q_k \]",
    ),
    "a mean over several draws": (
        r"%: \mathbb{E} over x_i \sim p",
        r"\[ \mathbb{E}[f(x_1)] = 2\, \mathbb{E}[f(x_1)] \]",
    ),
}


@pytest.mark.parametrize("case", list(NOT_REFUTED))
def test_a_reading_that_knows_less_than_the_page_is_not_refutable(case):
    step = steps(*NOT_REFUTED[case])[0]
    assert not any(r.refutable for r in step.readings)


def test_a_row_brings_in_what_only_use_has_called_a_law():
    row = r"\[ q'(k) = (1-\epsilon) \delta_{k,y} + \frac{\epsilon}{K} \]"
    later = r"\[ H(q', p) = -\sum_{k=1}^K q'(k) \log p(k) \]"
    first, second = steps(row, later)
    assert first.readings[0].kind == "definition"
    assert "epsilon" in str(second.readings[0].claim), "and it means that from there on"
    first, second = steps("%: q' distribution over k", row, later)
    assert first.readings[0].kind == "definition", "also of a declared law, which it must be, then"
    assert [r.former for r in second.readings] == [False, True], "the declaration alone is not enough to prove a row"
    (first,) = steps(r"\[ p(x, y) = p(x) p(y \mid x) \]")
    assert first.readings[0].kind == "step", "a law in terms of itself is no definition"


def test_one_letter_has_one_size():
    (step,) = steps(
        "%: q distribution over k", r"\[ H(q, \mathrm{softmax}(z)) = -\sum_{k=1}^V q_k \log \mathrm{softmax}(z)_k \]"
    )
    assert {v.name for r in step.readings for v in r.claim.free} == {"V", "q", "z"}, "the sum says how many k are"
    (step,) = steps(r"%: 1 \le j \le V", r"\[ \partial_{z_j} \log \sum_k e^{z_k} = z_j \]")
    assert "sum(k=1..V" in str(step.readings[0].claim), "a bound on an index is its range"


def test_an_event_and_its_letter_are_one_value():
    row = r"\[ P(Y = y) = \sum_x P(x, y) \]"
    for page in ([row], ["%: P joint distribution over x, y", row]):
        (step,) = steps(*page)
        assert step.unread is None and len({v.name[:1] for v in step.readings[0].claim.free} - {"N"}) == 2
        assert all("P_Yx" not in str(r.claim) for r in step.readings)


def test_a_false_row_of_numbers_is_refuted_on_any_page():
    (step,) = steps(r"\[ (a+b)^2 = a^2 + b^2 \]")
    assert step.readings[0].refutable
    assert isinstance(find_counterexample(step.readings[0].claim, step.readings[0].given), Counterexample)


def test_conditions_behind_a_row_hold_for_it():
    first, condition, second = steps(
        r"\begin{align} \delta_{ij} &= b, \quad i \ne j \\ \delta_{ij} &= 1 \quad \text{if $i = j$} \end{align}"
    )
    assert "i != j" in map(str, first.readings[0].given)
    assert condition.readings[0].kind == "case"
    assert "i = j" in map(str, second.readings[0].given)


PROSE = {
    r"With $\lambda > 0$ we have": "0 < lambda",
    r"the label $t\in\{0,1\}$ is": "t <= 1",
    r"For $0<\eta<1$ the target is": "eta < 1",
}


@pytest.mark.parametrize("text", list(PROSE))
def test_bounds_in_the_prose_are_assumed_and_listed(text):
    page = notes(text, r"\[ 0 \ne \lambda + t + \eta \]")
    reading = page.chains[0].steps[0].readings[0]
    assert PROSE[text] in map(str, reading.given)
    assert any("from the text" in a for a in reading.assumed)
    assert len(page.phrases) == 1


FACTS = {
    r"The sum is $s$, where $\sum_k y_k = 1$.": "sum(k=1..K, y[k]) = 1",
    r"With $y_k > 0$ we have": "0 < y[",
    r"Let $K$ be the number of classes.": "1 <= K",
}


@pytest.mark.parametrize("text", list(FACTS))
def test_relations_behind_where_with_and_let_are_facts(text):
    reading = notes(text, r"\[ 0 \ne \sum_{k=1}^K y_k \]").chains[0].steps[0].readings[0]
    assert any(FACTS[text] in str(g) for g in reading.given)
    assert any("from the text" in a for a in reading.assumed)


def test_a_sentence_that_goes_on_behind_a_display_speaks_of_it():
    row = r"\[ 0 \ne \sum_{k=1}^K y_k \]"
    (step,) = steps(row, r"where $\sum_k y_k = 1$.")
    assert len(step.readings[0].assumed) == 2
    (step,) = steps(row, r"Then, in another part, where $\sum_k y_k = 1$.")
    assert step.readings[0].assumed == ("1 <= K",)
    (step,) = steps(row, r"We show that $\sum_k y_k = 1$.")
    assert step.readings[0].assumed == ("1 <= K",)


def test_uniform_says_what_each_value_is():
    (step,) = steps(r"Here $u$ is uniform.", r"\[ 0 \ne \sum_{x=1}^n u(x) \]")
    assert str(step.readings[0].claim) == "0 != sum(x=1..n, 1/sum(x_1=1..n, 1))"


def test_a_definition_in_the_prose_is_used_and_listed():
    page = notes(r"Let $h = \sigma(a)$ be the output.", r"\[ 0 \ne h \]")
    reading = page.chains[0].steps[0].readings[0]
    assert str(reading.claim) == "0 != sigmoid(a)"
    assert reading.assumed == (r"h = \sigma(a) (from the text)",)


def test_a_condition_right_before_a_display_is_one_of_its_rows():
    first, second = steps("If $i \\ne j$, then", r"\[ 0 \ne a_i \]", "and so on.", r"\[ 0 \ne a_j \]")
    assert "i != j (from the text)" in [w.replace("\\ne", "!=") for w in first.readings[0].assumed]
    assert not second.readings[0].assumed


def test_of_names_of_which_nothing_is_declared_the_text_is_heard():
    page = ("%: a > 0", "Let $h = \\sigma(a)$ with $a < 1$.", r"\[ 0 \ne h \]")
    reading = steps(*page)[0].readings[0]
    assert str(reading.claim) == "0 != sigmoid(a)"
    assert "a < 1" not in map(str, reading.given), "what is declared of a is all that is known of it"


def test_a_sequence_is_a_law_step_by_step_whatever_else_it_is_given():
    page = (
        "For the response $y = (y_1, \\ldots, y_T)$:",
        r"\[ \log \pi_\theta(y | x) = \sum_{t=1}^T \log \pi_\theta(y_t | x, y_{<t}) \]",
    )
    reading = steps(*page)[0].readings[0]
    assert str(reading.left) == "log(pi[x][theta][T])"
    assert str(reading.right) == "sum(t=1..T, log(conditional(pi[x][theta], t)))"
    (step,) = steps(r"\[ \sum_y \pi(y | x) = \sum_{t=1}^T \pi(y_t | x, y_{<t}) \]")
    assert "sum(y=1.." in str(step.readings[0].left), "where the page sums over y it is one value"
    (step,) = steps(r"\[ P(w_1) P(w_2 | w_1) \cdots P(w_n | w_1, \ldots, w_{n-1}) = P(w_{1:n}) \]")
    assert str(step.readings[0].claim) == "prod(i_=1..n, conditional(P, i_)) = P[n]"


def test_a_function_of_letters_may_be_named_without_them():
    (step,) = steps(r"%: L(w) := w^2", r"\[ \frac{\partial L}{\partial w} = 2 w \]")
    assert str(step.readings[0].left) == "derivative((w |-> w^2), w)"


def test_results_questions_and_conditions_in_the_prose_are_left_alone():
    for text in (r"We show that $h = a$.", r"If $h > 0$ then", r"It follows that $h = b$.", r"Suppose $h > 0$"):
        assert notes(text, r"\[ 0 \ne h \]").phrases == (), text


# --- refusals


REFUSED = {
    (r"\[ \frac{\partial E}{\partial a_m} = b \]",): "nothing says how E depends on a",
    (r"\[ \mathbb{E}[3] = 3 \]",): "nothing says over what this mean is",
    (r"\[ a + b + ... + c = 1 \]",): "",
    (r"\[ \int x^2 p(x)\,dx = 1 \]",): "an integral of a formula in x",
    ("%: a, b vectors of length n", r"\[ \frac{a}{b} = 1 \]"): "a vector is divided by a vector",
    ("%: a, b vectors of length n", r"\[ a b = 1 \]"): "neither lies nor stands",
    (
        "%: a vector of length n",
        "%: b vector of length m",
        r"\[ \sum_k a_k + \sum_k a_k b_k = 1 \]",
    ): "different lengths",
    ("%: p joint distribution over x, y", r"\[ p(c) = 1 \]"): "which value of p",
    (r"%: P joint distribution over v_1, \ldots, v_M", r"\[ P(v_k | v_2, \ldots, v_{k-1}) = 1 \]"): "the first of v_1",
    (
        r"%: P joint distribution over v_1, \ldots, v_M",
        r"\[ P(v_k | v_1, \ldots, v_{k-2}) = 1 \]",
    ): "all that come before",
    ("%: f := g + 1", "%: g := f - 1", r"\[ f = g \]"): "",
}


@pytest.mark.parametrize("page", list(REFUSED), ids=[p[-1] for p in REFUSED])
def test_what_has_no_meaning_is_said_with_the_reason(page):
    assert REFUSED[page] in why(*page)


def test_no_row_of_a_page_is_lost():
    page = notes(r"\begin{align} \foo{a} &= b \\ &= c \\ \sum_k &= d \end{align}", r"\[ x = y \]")
    signs = [s.sign for chain in page.chains for s in chain.steps]
    assert signs == ["=", "=", "=", "="]
    assert [s.unread is not None for chain in page.chains for s in chain.steps] == [True, False, True, False]


def test_e_alone_is_the_number_where_the_page_has_powers_of_it():
    (step,) = steps(r"\[ e \cdot e^{x} = e^{x + 1} \]")
    assert str(step.readings[0].claim) == "exp(1)*exp(x) = exp(x + 1)"
    (step,) = steps(r"\[ e + a = a + e \]")
    assert str(step.readings[0].claim) == "e + a = a + e"


def test_a_function_without_a_meaning_is_no_product_of_letters():
    assert "has no meaning" in why(r"\[ \sin^2 x + \cos^2 x = 1 \]")
    assert claim(r"\sin(x) + c = c + \sin(x)", r"\sin(x) := 2 x") == "2*x + c = c + 2*x"


def test_what_letters_were_taken_for_is_told():
    (step,) = steps(r"\[ \sum_{i=1}^n a x_i + b = p_\theta(y | x) \]")
    told = step.readings[0].inferred
    assert "real numbers: a, b" in told
    assert "x: a real number for a whole number" in told
    (step,) = steps(r"\[ 0 \ne \int p(x) f(x)\,dx \]")
    assert "the integral over x is read as a sum over a finite set" in step.readings[0].inferred


def test_real_letters_and_indices_are_told_apart():
    (step,) = steps(r"\[ \sum_{i=1}^n a x_i + b = c \]")
    sorts = {v.name: v.sort for v in step.readings[0].claim.free}
    assert sorts == {"n": INT, "a": REAL, "x": FAMILY, "b": REAL, "c": REAL}
