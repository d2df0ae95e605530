"""The exercises of the lecture, worked: what is asked, what is true, and what the wrong answers are.

1 scoring a sequence, 2 a flawed calculation, 3 comparing confidence, 4 two identical plots, 5 the chain of objectives
(see ``objectives``), 6 comparing objectives, 7 does the equivalence hold however the labels are represented?
"""

from derive.proofs.cross_entropy import mean_cross_entropy_is_mean_nll
from derive.proofs.probability import log_likelihood_is_log_probability

from derive import *
from derive.language.letters import *

tokens = tokens_in_vocabulary(ys, T, V)
models = positive_at_each_position(ps, T, V)
normalised = ForAll((t, 1, T), Eq(Sum(ps[t][k], (k, 1, V)), 1))


@theorem(
    shows=Eq(log(sequence_probability(2, ps, ys)), log(ps[1][ys[1]]) + log(ps[2][ys[2]])),
    given=[tokens_in_vocabulary(ys, 2, V), positive_at_each_position(ps, 2, V)],
    phrase="scoring two tokens",
    subject="exercises",
)
def exercise_1_score_two_tokens(calc):
    """Exercise 1: the log-probability of a two-token answer is the sum of its two conditional log-probabilities."""
    calc.eq(log_likelihood(2, ps, ys), by=reverse(log_likelihood_is_log_probability))
    calc.eq(Sum(log(ps[t][ys[t]]), (t, 1, 2)), by=log_likelihood)
    calc.eq(Sum(log(ps[t][ys[t]]), (t, 1, 1)) + log(ps[2][ys[2]]), by=sum_split_last)
    calc.eq(Sum(log(ps[t][ys[t]]), (t, 1, 0)) + log(ps[1][ys[1]]) + log(ps[2][ys[2]]), by=sum_split_last)
    calc.eq(log(ps[1][ys[1]]) + log(ps[2][ys[2]]), by=sum_empty)


first = real("a")  # Pr(y_1 | x)
right, wrong = real("b"), real("c")  # Pr(y_2 | x, y_1) and Pr(y_2 | x)


@theorem(
    shows=Eq((log(first) + log(wrong)) - (log(first) + log(right)), log(wrong / right)),
    given=[0 < first, 0 < right, 0 < wrong],
    phrase="the error of a forgotten condition",
    subject="exercises",
)
def exercise_2_forgotten_condition(calc):
    """Exercise 2: with y_1 missing from the second condition, a = Pr(y_1|x), b = Pr(y_2|x,y_1), c = Pr(y_2|x), the
    sum is off by log(c/b)."""
    calc.eq(log(wrong) - log(right), by=ring, says="log a cancels")
    calc.eq(log(wrong / right), by=reverse(log_div))


@theorem(
    shows=Iff(Eq(log(wrong / right), 0), Eq(wrong, right)),
    given=[0 < right, 0 < wrong],
    phrase="when the forgotten condition does no harm",
    subject="exercises",
)
def exercise_2_when_harmless(calc):
    """Exercise 2: the error vanishes exactly when the second token does not depend on the first."""
    calc.iff(Eq(log(wrong) - log(right), 0), by=log_div)
    calc.iff(Eq(log(wrong), log(right)), by=order)
    calc.iff(Eq(wrong, right), by=log_eq_iff)


s1, s2 = real("s1"), real("s2")


@theorem(
    shows=Iff(s1 < s2, 1 / T * s1 < 1 / T * s2),
    given=[1 <= T],
    phrase="at equal length, sum and mean rank alike",
    subject="exercises",
)
def exercise_3_equal_length(calc):
    """Exercise 3: for answers of the same length, the sum and the mean of the log-probabilities rank alike."""
    calc.iff(0 < s2 - s1, by=order)
    calc.iff(0 < 1 / T * (s2 - s1), by=reverse(mul_pos_iff))
    calc.iff(1 / T * s1 < 1 / T * s2, by=order)


@false_claim(
    claims=Implies(s1 < s2, s1 / n <= s2 / m),
    given=[1 <= n, 1 <= m, s1 < 0, s2 < 0],
    instead="exercise_3_equal_length",
    subject="exercises",
)
def exercise_3_any_length():
    """Exercise 3: the sum and the mean rank answers alike, also at different lengths n and m."""


mean_loss = 1 / T * Sum(cross_entropy(V, one_hot(ys[t]), ps[t]), (t, 1, T))
mean_nll = -(1 / T) * log(sequence_probability(T, ps, ys))


@theorem(
    shows=Eq(mean_loss - mean_nll, 0),
    given=[1 <= T, tokens, models],
    phrase="the two plots are one",
    subject="exercises",
)
def exercise_4_identical_plots(calc):
    """Exercise 4: mean one-hot cross-entropy and mean negative log-likelihood are the same curve; their difference
    is 0."""
    calc.eq(mean_nll - mean_nll, by=mean_cross_entropy_is_mean_nll)
    calc.eq(0, by=ring, says="a number less itself")


@false_claim(
    claims=Eq(1 / T * Sum(cross_entropy(V, smoothed(V, eps, ys[t]), ps[t]), (t, 1, T)), mean_nll),
    given=[1 <= T, 2 <= V, 0 < eps, eps < 1, tokens, models, normalised],
    instead="exercise_4_identical_plots",
    subject="exercises",
)
def exercise_4_with_smoothed_targets():
    """Exercise 4: the plots stay identical with smoothed targets."""


@false_claim(
    claims=Eq(mean_loss, mean_nll / log(2)),
    given=[1 <= T, tokens, models, normalised],
    instead="exercise_4_identical_plots",
    subject="exercises",
)
def exercise_4_in_bits():
    """Exercise 4: the plots stay identical when one of them is in bits."""


@false_claim(
    claims=Eq(mean_loss, 1 / (T + 1) * -log(sequence_probability(T, ps, ys))),
    given=[1 <= T, tokens, models, normalised],
    instead="exercise_4_identical_plots",
    subject="exercises",
)
def exercise_4_other_denominator():
    """Exercise 4: the plots stay identical when one of them counts the start token in its mean."""


likelihood_a = real("L")  # the mean log-likelihood of model A
loss_a, likelihood_b = real("c"), real("l")


@theorem(
    shows=Iff(likelihood_b < likelihood_a, loss_a < -likelihood_b),
    given=[Eq(loss_a, -likelihood_a)],
    phrase="comparing a loss with a log-likelihood",
    subject="exercises",
)
def exercise_6_comparing_objectives(calc):
    """Exercise 6: A reports its cross-entropy c, B its mean log-likelihood l (same tokens, natural logs); A is
    better iff c < -l."""
    calc.iff(likelihood_b < -loss_a, by=order, says="L is −c")
    calc.iff(loss_a < -likelihood_b, by=order, says="both sides times −1")


@false_claim(
    claims=Iff(
        -log(p[1]) < -log(q[1]), cross_entropy(3, smoothed(3, eps, 1), p) < cross_entropy(3, smoothed(3, eps, 1), q)
    ),
    given=[0 < eps, eps < 1, *positive_distribution(p, 3), *positive_distribution(q, 3)],
    instead="label_smoothing_residual",
    subject="exercises",
)
def exercise_7_any_labels():
    """Exercise 7: the equivalence of the objectives holds however the labels are represented."""
