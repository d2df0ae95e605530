"""Maximum likelihood as a divergence: from the frequencies of the data to the model; and the chain rule of divergences.

Main results: ``mean_nll_is_empirical_cross_entropy``, ``argmin_cross_entropy_eq_argmin_kl``,
``argmax_likelihood_eq_argmin_kl``, ``kl_chain_rule``.
"""

from derive.proofs.information import cross_entropy_eq_entropy_add_kl

from derive import *
from derive.language.letters import *

data = [ForAll((i, 1, n), 1 <= ys[i]), ForAll((i, 1, n), ys[i] <= V)]
frequency = fun(k, Sum(delta(k, ys[i]), (i, 1, n)) / n)
p_of = function("p", THETA, INT, REAL)  # p_theta(k)
every_model = ForAll([theta, (k, 1, V)], 0 < p_of[theta][k])
r = family("r")


@theorem(
    shows=Eq(-(1 / n) * Sum(log(p[ys[i]]), (i, 1, n)), cross_entropy(V, frequency, p)),
    given=[1 <= n, data, positive(p, V)],
    phrase="the mean negative log-likelihood of data is a cross-entropy",
    catalogue="28",
)
def mean_nll_is_empirical_cross_entropy(calc):
    """The mean negative log-likelihood of n data is the cross-entropy of the model under their frequencies."""
    calc.eq(-(1 / n) * Sum(Sum(delta(k, ys[i]) * log(p[k]), (k, 1, V)), (i, 1, n)), by=reverse(sum_delta))
    calc.eq(-(1 / n) * Sum(Sum(delta(k, ys[i]) * log(p[k]), (i, 1, n)), (k, 1, V)), by=sum_swap)
    calc.eq(-(1 / n) * Sum(Sum(delta(k, ys[i]), (i, 1, n)) * log(p[k]), (k, 1, V)), by=sum_mul_right)
    calc.eq(
        -Sum(Sum(delta(k, ys[i]), (i, 1, n)) / n * log(p[k]), (k, 1, V)),
        by=because("the constant factor goes into the sum", sum_mul),
    )
    calc.eq(cross_entropy(V, frequency, p), by=reverse(cross_entropy))


@theorem(
    shows=Eq(argmin(theta, cross_entropy(V, q, p_of[theta])), argmin(theta, kl(V, q, p_of[theta]))),
    given=[nonnegative(q, V), every_model],
    phrase="the least cross-entropy is the least divergence",
    catalogue="28",
)
def argmin_cross_entropy_eq_argmin_kl(calc):
    """Minimising the cross-entropy under fixed targets q is minimising the divergence of q from p_theta: the entropy of q
    does not depend on the parameters."""
    calc.eq(
        argmin(theta, kl(V, q, p_of[theta]) + entropy(V, q)),
        by=[cross_entropy_eq_entropy_add_kl, ring],
        says="cross-entropy is divergence plus entropy",
    )
    calc.eq(argmin(theta, kl(V, q, p_of[theta])), by=argmin_shift)


@theorem(
    shows=Eq(argmax(theta, Sum(log(p_of[theta][ys[i]]), (i, 1, n))), argmin(theta, kl(V, frequency, p_of[theta]))),
    given=[1 <= n, data, every_model],
    phrase="maximum likelihood minimises how far the data diverge from the model",
    catalogue="28",
)
def argmax_likelihood_eq_argmin_kl(calc):
    """Maximum likelihood minimises how far the frequencies of the data diverge from the model."""
    calc.have(ForAll((k, 1, V), 0 <= frequency[k]), by=because("frequencies are not negative", order))
    likelihood = Sum(log(p_of[theta][ys[i]]), (i, 1, n))
    calc.eq(argmin(theta, -likelihood), by=reverse(argmin_neg))
    calc.eq(argmin(theta, 1 / n * -likelihood), by=reverse(argmin_scale))
    calc.eq(argmin(theta, -(1 / n) * likelihood), by=ring, says="the sign comes out")
    calc.eq(argmin(theta, cross_entropy(V, frequency, p_of[theta])), by=mean_nll_is_empirical_cross_entropy)
    calc.eq(argmin(theta, kl(V, frequency, p_of[theta])), by=argmin_cross_entropy_eq_argmin_kl)


# --- the chain rule: i = 1..n first, then k = 1..V; g(i) and h(i) for i, w_i(k) and v_i(k) for k after i -------------

g, h = family("g"), family("h")
w, v = function("w", INT, FAMILY), function("v", INT, FAMILY)
pair = xlogy(g[i] * w[i][k], g[i] * w[i][k] / (h[i] * v[i][k]))
second_sums_to_one = ForAll((i, 1, n), Eq(Sum(w[i][k], (k, 1, V)), 1))
normalised = ForAll((i, 1, n), Eq(Sum(v[i][k], (k, 1, V)), 1))
pairs = [
    ForAll((i, 1, n), 0 <= g[i]),
    ForAll((i, 1, n), 0 < h[i]),
    ForAll([(i, 1, n), (k, 1, V)], 0 <= w[i][k]),
    ForAll([(i, 1, n), (k, 1, V)], 0 < v[i][k]),
    second_sums_to_one,
]


@theorem(
    shows=Eq(Sum(Sum(pair, (k, 1, V)), (i, 1, n)), kl(n, g, h) + Sum(g[i] * kl(V, w[i], v[i]), (i, 1, n))),
    given=pairs,
    phrase="the chain rule of divergences",
    catalogue="28",
)
def kl_chain_rule(calc):
    """The divergence of two distributions of pairs is that of the first parts, plus the mean divergence of the second parts
    given the first; the mean is taken under the distribution on the left."""
    first, second = xlogy(g[i], g[i] / h[i]), xlogy(w[i][k], w[i][k] / v[i][k])
    calc.eq(Sum(Sum(w[i][k] * first + g[i] * second, (k, 1, V)), (i, 1, n)), by=xlogy_mul_div)
    calc.eq(Sum(Sum(w[i][k], (k, 1, V)) * first + g[i] * Sum(second, (k, 1, V)), (i, 1, n)), by=sums)
    calc.eq(
        Sum(first + g[i] * Sum(second, (k, 1, V)), (i, 1, n)),
        by=because("each conditional sums to 1", [second_sums_to_one, ring]),
    )
    calc.eq(Sum(first, (i, 1, n)) + Sum(g[i] * Sum(second, (k, 1, V)), (i, 1, n)), by=sum_add)
    calc.eq(kl(n, g, h) + Sum(g[i] * kl(V, w[i], v[i]), (i, 1, n)), by=reverse(kl))


# --- sequences: the strings of t tokens are numbered 1..m_t, and string i followed by token k has the number (i - 1)V + k ---

size = function("m", INT, INT)
a_t, b_t = function("a", INT, INT, FAMILY), function("b", INT, INT, FAMILY)
longer = (i - 1) * V + k
every_prefix = [(t, 0, T - 1), (i, 1, size[t])]
every_token = [*every_prefix, (k, 1, V)]
n_grows = ForAll((t, 0, T - 1), Eq(size[t + 1], size[t] * V))
p_grows = ForAll(every_token, Eq(ps[t + 1][longer], ps[t][i] * a_t[t][i][k]))
q_grows = ForAll(every_token, Eq(qs[t + 1][longer], qs[t][i] * b_t[t][i][k]))
strings = [
    0 <= T,
    1 <= V,
    ForAll((t, 0, T), 0 <= size[t]),
    n_grows,
    p_grows,
    q_grows,
    ForAll([(t, 0, T), (i, 1, size[t])], 0 <= ps[t][i]),
    ForAll([(t, 0, T), (i, 1, size[t])], 0 < qs[t][i]),
    ForAll(every_token, 0 <= a_t[t][i][k]),
    ForAll(every_token, 0 < b_t[t][i][k]),
    ForAll(every_prefix, Eq(Sum(a_t[t][i][k], (k, 1, V)), 1)),
]
mean_divergence = Sum(ps[t][i] * kl(V, a_t[t][i], b_t[t][i]), (i, 1, size[t]))


@theorem(
    shows=Eq(kl(size[T], ps[T], qs[T]), kl(size[0], ps[0], qs[0]) + Sum(mean_divergence, (t, 0, T - 1))),
    given=strings,
    phrase="the chain rule of divergences for sequences",
    catalogue="28",
)
def kl_chain_rule_sequence(calc):
    """The divergence of two distributions of sequences is that of the prompts, plus for each position the mean divergence of
    the next token given what stands before it, under the distribution on the left.

    The m_t sequences with t tokens after the prompt are numbered; the one with number i, followed by the token k, has the
    number (i - 1)V + k.
    """
    parts = calc.induction(T, 0)
    base, step = parts.base, parts.step
    base.eq(base.end, by=sum_empty)
    before, new = ps[n][i] * a_t[n][i][k], qs[n][i] * b_t[n][i][k]
    after = ps[n + 1][longer], qs[n + 1][longer]
    last = Sum(ps[n][i] * kl(V, a_t[n][i], b_t[n][i]), (i, 1, size[n]))
    start = kl(size[0], ps[0], qs[0])
    step.eq(Sum(xlogy(ps[n + 1][j], ps[n + 1][j] / qs[n + 1][j]), (j, 1, size[n + 1])), by=kl)
    step.eq(
        Sum(xlogy(ps[n + 1][j], ps[n + 1][j] / qs[n + 1][j]), (j, 1, size[n] * V)),
        by=because("one token more", [n_grows]),
    )
    step.eq(Sum(Sum(xlogy(after[0], after[0] / after[1]), (k, 1, V)), (i, 1, size[n])), by=sum_blocks)
    step.eq(
        Sum(Sum(xlogy(before, before / new), (k, 1, V)), (i, 1, size[n])),
        by=because("a token more", [p_grows, q_grows]),
    )
    step.eq(kl(size[n], ps[n], qs[n]) + last, by=kl_chain_rule)
    step.eq(start + Sum(mean_divergence, (t, 0, n - 1)) + last, by=because("induction hypothesis", parts.hypothesis))
    step.eq(start + Sum(mean_divergence, (t, 0, n)), by=sum_split_last)
    step.eq(step.end, by=ring)


# --- what people get wrong -------------------------------------------------------------------------------------------


@false_claim(
    claims=Implies(kl(V, q, p) <= kl(V, q, r), kl(V, p, q) <= kl(V, r, q)),
    given=[Eq(V, 2), *positive_distribution(q, V), *positive_distribution(p, V), *positive_distribution(r, V)],
    instead="argmin_cross_entropy_eq_argmin_kl",
)
def maximum_likelihood_minimises_the_reverse_divergence():
    """The model from which the data diverge less also diverges less from the data: so maximum likelihood would minimise the
    reverse divergence."""


@false_claim(
    claims=Eq(Sum(Sum(pair, (k, 1, V)), (i, 1, n)), kl(n, g, h) + Sum(h[i] * kl(V, w[i], v[i]), (i, 1, n))),
    given=[2 <= n, 2 <= V, *pairs, Eq(Sum(g[i], (i, 1, n)), 1), Eq(Sum(h[i], (i, 1, n)), 1), normalised],
    instead="kl_chain_rule",
)
def chain_rule_under_the_model():
    """In the chain rule the mean divergence of the second parts is taken under the model: as if prefixes were its own."""
