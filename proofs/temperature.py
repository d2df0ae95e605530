"""How far a softmax at a temperature is from what it tends to: the uniform distribution when hot, the largest logit when cold.

The limits are stated as bounds that hold at every temperature.  As tau grows, exp(b/tau) and exp(-b/tau) tend to 1; as tau falls
to 0, exp(-b/tau) tends to 0.

Main results: ``tempered_ratio``, ``tempered_at_most``, ``tempered_at_least``, ``tempered_largest_at_least``.
"""

from derive.proofs.softmax import softmax_positive, softmax_sums_to_one

from derive import *
from derive.language.letters import *

tau = real("tau")
tempered, every = softmax(V, fun(k, z[k] / tau)), (k, 1, V)
odds = exp((z[i] - z[k]) / tau)


@theorem(
    shows=Eq(tempered[i], odds * tempered[k]),
    given=[1 <= V, 0 < tau],
    phrase="the odds at a temperature",
    catalogue="29",
)
def tempered_ratio(calc):
    """At the temperature tau the odds of two tokens are the exponential of the difference of their logits, divided by tau."""
    whole = Sum(exp(z[j] / tau), (j, 1, V))
    calc.eq(exp(z[i] / tau) / whole, by=softmax)
    calc.eq(exp((z[i] - z[k]) / tau + z[k] / tau) / whole, by=ring, says="add and take off z_k in the exponent")
    calc.eq(odds * exp(z[k] / tau) / whole, by=exp_add)
    calc.eq(odds * tempered[k], by=reverse(softmax))


@theorem(
    shows=tempered[i] <= exp(b / tau) / V,
    given=[*in_vocabulary(i, V), 0 < tau, ForAll(every, z[i] - z[k] <= b)],
    phrase="hot is nearly uniform, from above",
    catalogue="29",
)
def tempered_at_most(calc):
    """Where no logit is more than b below its own, a token has at most exp(b/tau) times its uniform probability."""
    calc.have(ForAll(every, 0 < tempered[k]), by=softmax_positive)
    calc.have(ForAll(every, (z[i] - z[k]) / tau <= b / tau), by=div_le_div_right)
    calc.have(ForAll(every, odds <= exp(b / tau)), by=exp_le)
    more = calc.have(ForAll(every, odds * tempered[k] <= exp(b / tau) * tempered[k]), by=mul_le_mul_right)
    ratio = calc.have(ForAll(every, Eq(tempered[i], odds * tempered[k])), by=tempered_ratio)
    calc.have(ForAll(every, tempered[i] <= exp(b / tau) * tempered[k]), by=[ratio, more, order])
    less = calc.have(Sum(tempered[i], every) <= Sum(exp(b / tau) * tempered[k], every), by=sum_le)
    calc.eq(Sum(tempered[i], every) / V, by=sums)
    calc.le(Sum(exp(b / tau) * tempered[k], every) / V, by=[div_le_div_right, less])
    calc.eq(exp(b / tau) * Sum(tempered[k], every) / V, by=sum_mul)
    calc.eq(exp(b / tau) / V, by=softmax_sums_to_one)


@theorem(
    shows=exp(-b / tau) / V <= tempered[i],
    given=[*in_vocabulary(i, V), 0 < tau, ForAll(every, z[k] - z[i] <= b)],
    phrase="hot is nearly uniform, from below",
    catalogue="29",
)
def tempered_at_least(calc):
    """Where no logit is more than b above its own, a token has at least exp(-b/tau) times its uniform probability."""
    calc.begin(tempered[i])
    calc.have(ForAll(every, 0 < tempered[k]), by=softmax_positive)
    calc.have(ForAll(every, -b / tau <= (z[i] - z[k]) / tau), by=div_le_div_right)
    calc.have(ForAll(every, exp(-b / tau) <= odds), by=exp_le)
    more = calc.have(ForAll(every, exp(-b / tau) * tempered[k] <= odds * tempered[k]), by=mul_le_mul_right)
    ratio = calc.have(ForAll(every, Eq(tempered[i], odds * tempered[k])), by=tempered_ratio)
    calc.have(ForAll(every, exp(-b / tau) * tempered[k] <= tempered[i]), by=[ratio, more, order])
    less = calc.have(Sum(exp(-b / tau) * tempered[k], every) <= Sum(tempered[i], every), by=sum_le)
    calc.eq(Sum(tempered[i], every) / V, by=sums)
    calc.ge(Sum(exp(-b / tau) * tempered[k], every) / V, by=[div_le_div_right, less])
    calc.eq(exp(-b / tau) * Sum(tempered[k], every) / V, by=sum_mul)
    calc.eq(exp(-b / tau) / V, by=softmax_sums_to_one)


rare = exp(-b / tau)
odds_to_best = exp((z[k] - z[y]) / tau)


@theorem(
    shows=1 - (V - 1) * rare <= tempered[y],
    given=[2 <= V, *in_vocabulary(y, V), 0 < tau, ForAll(every, Implies(Ne(k, y), z[k] + b <= z[y]))],
    phrase="cold is nearly certain",
    catalogue="29",
)
def tempered_largest_at_least(calc):
    """Where one logit leads all others by b, its token has all probability but (V - 1) exp(-b/tau) at most."""
    calc.begin(tempered[y])
    calc.have(ForAll(every, 0 < tempered[k]), by=softmax_positive)
    calc.have(tempered[y] <= 1, by=because("a probability is at most 1", softmax))
    calc.have(ForAll(every, Implies(Ne(k, y), (z[k] - z[y]) / tau <= -b / tau)), by=div_le_div_right)
    calc.have(ForAll(every, Implies(Ne(k, y), odds_to_best <= rare)), by=exp_le)
    less = calc.have(ForAll(every, Implies(Ne(k, y), odds_to_best * tempered[y] <= rare * 1)), by=mul_le_mul_left)
    ratio = calc.have(ForAll(every, Eq(tempered[k], odds_to_best * tempered[y])), by=tempered_ratio)
    small = calc.have(ForAll(every, Implies(Ne(k, y), tempered[k] <= rare)), by=[ratio, less, order])
    outside = 1 - delta(k, y)
    calc.have(ForAll(every, outside * tempered[k] <= outside * rare), by=[by_cases(Eq(k, y)), small])
    rest = calc.have(Sum(tempered[k], every, where=Ne(k, y)) <= Sum(rare, every, where=Ne(k, y)), by=sum_le)
    calc.eq(1 - Sum(tempered[k], every, where=Ne(k, y)), by=[sum_except, softmax_sums_to_one])
    calc.ge(1 - Sum(rare, every, where=Ne(k, y)), by=[rest, order])
    calc.eq(1 - (V - 1) * rare, by=auto, says="the sum of V − 1 equal terms")


# --- what people get wrong -------------------------------------------------------------------------------------------


@false_claim(
    claims=1 - (V - 1) * rare <= tempered[y],
    given=[*in_vocabulary(y, V), 0 < tau, 0 < b, ForAll(every, z[k] <= z[y])],
    instead="tempered_largest_at_least",
)
def cold_is_certain_where_logits_tie():
    """However many logits are as large, one token has nearly all probability when it is cold: as if a tie were a lead."""
