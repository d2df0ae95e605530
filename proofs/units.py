"""Units: nats and bits, per token and per byte; entropy and perplexity in any base.

Main results: ``bits_per_token``, ``bits_per_byte``, ``same_probability_same_bits_per_byte``, ``entropy_in_base``,
``exp_entropy``, ``perplexity_of_distribution_any_base``.
"""

from derive import *
from derive.language.letters import *

tokens = tokens_in_vocabulary(ys, T, V)
models = positive_at_each_position(ps, T, V)
nll = -log(sequence_probability(T, ps, ys))
B = integer("B")  # the number of bytes of the text


@theorem(
    shows=Eq(nll / (T * log(2)), log_base(2, perplexity(T, ps, ys))),
    given=[1 <= T, tokens, models],
    phrase="bits per token",
    catalogue="26",
)
def bits_per_token(calc):
    """The negative log-likelihood in bits per token is the logarithm of the perplexity in base 2."""
    calc.eq(-log(Prod(ps[t][ys[t]], (t, 1, T))) / (T * log(2)), by=sequence_probability)
    calc.eq(-Sum(log(ps[t][ys[t]]), (t, 1, T)) / (T * log(2)), by=log_prod)
    calc.eq(-(1 / T) * Sum(log(ps[t][ys[t]]), (t, 1, T)) / log(2), by=ring, says="divide above and below by T")
    calc.eq(log(exp(-(1 / T) * Sum(log(ps[t][ys[t]]), (t, 1, T)))) / log(2), by=reverse(log_exp))
    calc.eq(log(perplexity(T, ps, ys)) / log(2), by=reverse(perplexity))
    calc.eq(log_base(2, perplexity(T, ps, ys)), by=reverse(log_base))


@theorem(
    shows=Eq(nll / (B * log(2)), T / B * log_base(2, perplexity(T, ps, ys))),
    given=[1 <= T, 1 <= B, tokens, models],
    phrase="bits per byte",
    catalogue="26",
)
def bits_per_byte(calc):
    """Bits per byte are bits per token times the tokens per byte."""
    calc.eq(T / B * (nll / (T * log(2))), by=ring, says="multiply and divide by T")
    calc.eq(T / B * log_base(2, perplexity(T, ps, ys)), by=bits_per_token)


base = real("b")
in_base = [0 < base, Ne(base, 1)]


@theorem(
    shows=Eq(-Sum(p[k] * log_base(base, p[k]), (k, 1, V)), entropy(V, p) / log(base)),
    given=[positive(p, V), *in_base],
    phrase="entropy in another base",
    catalogue="56",
)
def entropy_in_base(calc):
    """In base b the entropy is that in nats over log b; in bits, over log 2."""
    calc.eq(-Sum(p[k] * (log(p[k]) / log(base)), (k, 1, V)), by=log_base)
    calc.eq(-Sum(p[k] * log(p[k]), (k, 1, V)) / log(base), by=sum_mul)
    calc.eq(entropy(V, p) / log(base), by=[reverse(entropy), reverse(xlogy_eq_mul_log)])


@theorem(
    shows=Eq(-Sum(q[k] * log_base(base, p[k]), (k, 1, V)), cross_entropy(V, q, p) / log(base)),
    given=[positive(p, V), *in_base],
    phrase="cross-entropy in another base",
    catalogue="56",
)
def cross_entropy_in_base(calc):
    """In base b the cross-entropy is that in nats over log b; in bits, over log 2."""
    calc.eq(-Sum(q[k] * (log(p[k]) / log(base)), (k, 1, V)), by=log_base)
    calc.eq(-Sum(q[k] * log(p[k]), (k, 1, V)) / log(base), by=sum_mul)
    calc.eq(cross_entropy(V, q, p) / log(base), by=reverse(cross_entropy))


@theorem(
    shows=Eq(exp(entropy(V, p)), Prod(p[k] ** -p[k], (k, 1, V))),
    given=[positive(p, V)],
    phrase="the perplexity of a distribution",
    catalogue="56",
)
def exp_entropy(calc):
    """The exponential of the entropy, the perplexity of a distribution, is the product of its probabilities, each to the
    power of its negative."""
    calc.eq(exp(-Sum(p[k] * log(p[k]), (k, 1, V))), by=[entropy, xlogy_eq_mul_log])
    calc.eq(exp(Sum(-p[k] * log(p[k]), (k, 1, V))), by=because("the sign goes into the sum", sum_mul))
    calc.eq(Prod(exp(-p[k] * log(p[k])), (k, 1, V)), by=reverse(prod_exp))
    calc.eq(Prod(p[k] ** -p[k], (k, 1, V)), by=reverse(pow_eq_exp))


@theorem(
    shows=Eq(base ** -Sum(p[k] * log_base(base, p[k]), (k, 1, V)), exp(entropy(V, p))),
    given=[positive(p, V), *in_base],
    phrase="the perplexity of a distribution does not depend on the base",
    catalogue="56",
)
def exp_entropy_any_base(calc):
    """The perplexity of a distribution is the same in every base."""
    calc.eq(base ** (entropy(V, p) / log(base)), by=entropy_in_base)
    calc.eq(exp(entropy(V, p) / log(base) * log(base)), by=pow_eq_exp)
    calc.eq(exp(entropy(V, p)), by=ring, says="log b cancels")


# --- one text, two tokenizers: T tokens y_t under p, and m tokens s_t under q ----------------------------------------

ss = function("s", INT, INT)
other = [1 <= m, *tokens_in_vocabulary(ss, m, n), *positive_at_each_position(qs, m, n)]
same_probability = Eq(sequence_probability(T, ps, ys), sequence_probability(m, qs, ss))


@theorem(
    shows=Eq(T / B * log_base(2, perplexity(T, ps, ys)), m / B * log_base(2, perplexity(m, qs, ss))),
    given=[1 <= T, 1 <= B, tokens, models, *other, same_probability],
    phrase="bits per byte do not depend on the tokenizer",
    catalogue="26",
)
def bits_per_byte_any_tokenizer(calc):
    """Where two models with different tokenizers give a text the same probability, its bits per byte are the same."""
    calc.eq(nll / (B * log(2)), by=reverse(bits_per_byte))
    calc.eq(
        -log(sequence_probability(m, qs, ss)) / (B * log(2)),
        by=because("both give the text the same probability", same_probability),
    )
    calc.eq(m / B * log_base(2, perplexity(m, qs, ss)), by=bits_per_byte)


# --- what people get wrong -------------------------------------------------------------------------------------------
normalised = [
    ForAll((t, 1, T), Eq(Sum(ps[t][k], (k, 1, V)), 1)),
    ForAll((t, 1, m), Eq(Sum(qs[t][k], (k, 1, n)), 1)),
]


@false_claim(
    claims=Eq(perplexity(T, ps, ys), perplexity(m, qs, ss)),
    given=[1 <= T, tokens, models, *other, same_probability, *normalised],
    instead="bits_per_byte_any_tokenizer",
)
def perplexity_does_not_depend_on_the_tokenizer():
    """Where two models with different tokenizers give a text the same probability, its perplexity is the same."""


@false_claim(
    claims=Eq(nll / (B * log(2)), log_base(2, perplexity(T, ps, ys))),
    given=[1 <= T, 1 <= B, tokens, models],
    instead="bits_per_byte",
)
def bits_per_byte_are_bits_per_token():
    """The logarithm of the perplexity per token, in base 2, is the number of bits per byte."""


@false_claim(
    claims=Eq(exp(entropy(V, p) / log(2)), exp(entropy(V, p))),
    given=[2 <= V, *positive_distribution(p, V)],
    instead="exp_entropy_any_base",
)
def perplexity_from_bits_by_exp():
    """The perplexity is exp of the entropy also where the entropy is in bits; but then it is a power of 2."""
