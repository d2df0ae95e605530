"""Log-sum-exp and softmax over parts: of a concatenation, one logit at a time, over devices.

Main results: ``logsumexp_of_concatenation``, ``logsumexp_of_pairs_associative``,
``logsumexp_one_more``.
"""

from derive import *
from derive.language.letters import *

first, second = Sum(exp(z[k]), (k, 1, V)), Sum(exp(z[k]), (k, V + 1, V + n))
some = [1 <= V, 1 <= n]


def joined(one, two):
    """The log-sum-exp of two numbers."""
    return log(exp(one) + exp(two))


@theorem(
    shows=Eq(logsumexp(V + n, z), joined(log(first), log(second))),
    given=some,
    phrase="log-sum-exp of a concatenation",
    catalogue="49",
)
def logsumexp_of_concatenation(calc):
    """The log-sum-exp of a concatenation is that of the two log-sum-exps."""
    calc.eq(log(Sum(exp(z[k]), (k, 1, V + n))), by=logsumexp)
    calc.eq(log(first + second), by=sum_split_at)
    calc.eq(joined(log(first), log(second)), by=reverse(exp_log))


@theorem(
    shows=Eq(joined(joined(a, b), c), joined(a, joined(b, c))),
    phrase="log-sum-exp is associative",
    catalogue="49",
)
def logsumexp_of_pairs_associative(calc):
    """Parts may be grouped in any way: the log-sum-exp of two numbers is associative."""
    calc.eq(log(exp(a) + exp(b) + exp(c)))
    calc.eq(log(exp(a) + (exp(b) + exp(c))), says="addition is associative")
    calc.eq(joined(a, joined(b, c)))


scaled = Sum(exp(z[k] - a), (k, 1, n))
more = scaled * exp(a - b) + exp(z[n + 1] - b)


@theorem(
    shows=Eq(logsumexp(n + 1, z), b + log(more)),
    given=[0 <= n],
    phrase="log-sum-exp with one logit more",
    catalogue="49",
)
def logsumexp_one_more(calc):
    """One pass over the logits: the sum is kept relative to the largest logit so far, a, and is rescaled where that becomes
    b.  It holds for all a and b; the largest ones keep the exponentials small."""
    whole = Sum(exp(z[k]), (k, 1, n)) + exp(z[n + 1])
    rescaled = calc.have(Eq(whole, exp(b) * more), by=because("take out exp(b)", auto))
    calc.eq(log(whole), by=[logsumexp, sum_last])
    calc.eq(log(exp(b) * more), by=rescaled)
    calc.eq(b + log(more), by=[log_mul, log_exp])


# --- what people get wrong -------------------------------------------------------------------------------------------


@false_claim(
    claims=Eq(logsumexp(V + n, z), log(first) + log(second)),
    given=some,
    instead="logsumexp_of_concatenation",
)
def logsumexps_are_added():
    """The log-sum-exp of a concatenation is the sum of the two."""


@false_claim(
    claims=Eq(logsumexp(n + 1, z), b + log(scaled + exp(z[n + 1] - b))),
    given=[1 <= n],
    instead="logsumexp_one_more",
)
def old_sum_need_not_be_rescaled():
    """Where a new logit is the largest, only it is taken relative to the new one."""


@false_claim(
    claims=Eq(exp(z[y]) / first, exp(z[y]) / (first + second)),
    given=[*some, *in_vocabulary(y, V)],
    instead="logsumexp_of_concatenation",
)
def softmax_of_a_part():
    """Each device may normalise by the logits that it has."""
