"""The larger and the smaller of two numbers, the absolute value and the positive part.

Main definitions: ``maximum``, ``minimum``, ``absolute``, ``positive_part``.
Main results: ``left_le_maximum``, ``right_le_maximum``, ``maximum_le``, ``maximum_of_le``, ``maximum_add_minimum``,
``absolute_triangle``, ``mean_le_largest``, ``positive_part_le_softplus``, ``hinge_slope_inside_the_margin``,
``clipped_slope``.
"""

from derive import *
from derive.language.letters import *

x, minus_a = real("x"), -a
between = (2 - k) * a + (k - 1) * b
each_of_two = fun(k, between)
largest = Max(between, (k, 1, 2))


@theorem(shows=a <= maximum(a, b), phrase="the larger of two is at least the first")
def left_le_maximum(calc):
    """The larger of two numbers is at least the first."""
    calc.eq(each_of_two[1], by=ring, says="the value at k = 1")
    calc.le(largest, by=max_upper)
    calc.eq(maximum(a, b), by=reverse(maximum))


@theorem(shows=b <= maximum(a, b), phrase="the larger of two is at least the second")
def right_le_maximum(calc):
    """The larger of two numbers is at least the second."""
    calc.eq(each_of_two[2], by=ring, says="the value at k = 2")
    calc.le(largest, by=max_upper)
    calc.eq(maximum(a, b), by=reverse(maximum))


@theorem(
    shows=maximum(a, b) <= c,
    given=[a <= c, b <= c],
    phrase="the larger of two is at most what bounds both",
)
def maximum_le(calc):
    """The larger of two numbers is at most what bounds both."""
    each = calc.have(ForAll((k, 1, 2), between <= c), by=mul_le_mul_left)
    calc.eq(largest, by=maximum)
    calc.le(c, by=[max_least, each])


@theorem(shows=Eq(maximum(a, b), b), given=[a <= b], phrase="the larger of two is the larger")
def maximum_of_le(calc):
    """The larger of two numbers is the second where that is at least the first."""
    upper = calc.have(maximum(a, b) <= b, by=maximum_le)
    lower = calc.have(b <= maximum(a, b), by=right_le_maximum)
    calc.eq(b, by=[le_antisymm, upper, lower])


@theorem(shows=Eq(maximum(a, b), a), given=[b <= a], phrase="the larger of two is the larger")
def maximum_of_ge(calc):
    """The larger of two numbers is the first where that is at least the second."""
    upper = calc.have(maximum(a, b) <= a, by=maximum_le)
    lower = calc.have(a <= maximum(a, b), by=left_le_maximum)
    calc.eq(a, by=[le_antisymm, upper, lower])


@theorem(shows=Eq(minimum(a, b), a), given=[a <= b], phrase="the smaller of two is the smaller")
def minimum_of_le(calc):
    """The smaller of two numbers is the first where that is at most the second."""
    calc.eq(-maximum(-a, -b), by=minimum)
    calc.eq(-minus_a, by=maximum_of_ge)
    calc.eq(a, by=ring, says="two minus signs cancel")


@theorem(shows=Eq(absolute(x), x), given=[0 <= x], phrase="the absolute value of what is not negative")
def absolute_of_nonnegative(calc):
    """The absolute value of a number that is not negative is the number."""
    calc.eq(maximum(x, -x), by=absolute)
    calc.eq(x, by=maximum_of_ge)


@theorem(shows=Eq(absolute(x), -x), given=[x <= 0], phrase="the absolute value of what is not positive")
def absolute_of_nonpositive(calc):
    """The absolute value of a number that is not positive is its negative."""
    calc.eq(maximum(x, -x), by=absolute)
    calc.eq(-x, by=maximum_of_le)


@theorem(shows=x <= absolute(x), phrase="a number is at most its absolute value")
def le_absolute(calc):
    """A number is at most its absolute value."""
    calc.le(maximum(x, -x), by=left_le_maximum)
    calc.eq(absolute(x), by=reverse(absolute))


@theorem(shows=-x <= absolute(x), phrase="the negative is at most the absolute value")
def neg_le_absolute(calc):
    """The negative of a number is at most its absolute value."""
    calc.le(maximum(x, -x), by=right_le_maximum)
    calc.eq(absolute(x), by=reverse(absolute))


@theorem(shows=absolute(a + b) <= absolute(a) + absolute(b), phrase="the triangle inequality")
def absolute_triangle(calc):
    """The absolute value of a sum is at most the sum of the absolute values."""
    up = calc.have(a + b <= absolute(a) + absolute(b), by=le_absolute)
    first = calc.have(-a <= absolute(a), by=neg_le_absolute)
    second = calc.have(-b <= absolute(b), by=neg_le_absolute)
    down = calc.have(-(a + b) <= absolute(a) + absolute(b), by=[first, second])
    calc.eq(maximum(a + b, -(a + b)), by=absolute)
    calc.le(absolute(a) + absolute(b), by=[maximum_le, up, down])


@theorem(shows=positive_part(x) <= softplus(x), phrase="softplus is at least the positive part")
def positive_part_le_softplus(calc):
    """Softplus is at least the positive part."""
    zero = calc.have(0 <= log(1 + exp(x)), by=[log_nonneg, exp_pos])
    own = calc.have(x <= log(1 + exp(x)), by=le_log_iff)
    calc.eq(maximum(0, x), by=positive_part)
    calc.le(log(1 + exp(x)), by=[maximum_le, zero, own])
    calc.eq(softplus(x), by=reverse(softplus))


@theorem(
    shows=Eq(log(1 + exp(-absolute(x))), softplus(x) - positive_part(x)),
    phrase="softplus without an exponential that overflows",
)
def softplus_of_magnitude(calc):
    """Softplus is the positive part and the log of 1 plus an exponential that is at most 1."""
    turned = calc.have(Eq(log(1 + exp(-x)), log(1 + exp(x)) - x), by=because("take the factor exp(-x) out", normal))
    calc.eq(
        softplus(x) - positive_part(x),
        by=because(
            "the two cases 0 <= x and x <= 0",
            [by_cases(0 <= x), absolute_of_nonnegative, absolute_of_nonpositive, positive_part, maximum_of_le, maximum_of_ge, softplus, turned],
        ),
    )  # fmt: skip


@theorem(
    shows=Eq(Max(f[k], (k, 1, n)), f[j]),
    given=[*in_vocabulary(j, n), ForAll((k, 1, n), f[k] <= f[j])],
    phrase="the largest value is attained where no other is greater",
)
def largest_at_its_place(calc):
    """The largest of the values is the value at an index where none is exceeded."""
    calc.eq(f[j])


# --- slopes, away from where the two are equal -----------------------------------------------------------------------


@theorem(
    shows=Sum(f[k], (k, 1, n)) / n <= Max(f[k], (k, 1, n)),
    given=[1 <= n],
    phrase="the mean is at most the largest",
)
def mean_le_largest(calc):
    """The mean of some numbers is at most the largest of them; so the largest of V probabilities is at least 1/V."""
    top = Max(f[k], (k, 1, n))
    each = calc.have(ForAll((k, 1, n), f[k] <= top), by=max_upper)
    total = calc.have(Sum(f[k], (k, 1, n)) <= Sum(top, (k, 1, n)), by=[sum_le, each])
    calc.le(Sum(top, (k, 1, n)) / n, by=[div_le_div_right, total])
    calc.eq(n * top / n, by=sums, says="the sum of a constant")
    calc.eq(top, by=ring, says="n cancels")


@theorem(shows=Eq(partial(absolute(x), x), 1), given=[0 < x], phrase="the slope of the absolute value")
def absolute_slope_of_positive(calc):
    """The absolute value rises with slope 1 to the right of 0."""
    calc.eq(1)


@theorem(shows=Eq(partial(absolute(x), x), -1), given=[x < 0], phrase="the slope of the absolute value")
def absolute_slope_of_negative(calc):
    """The absolute value falls with slope -1 to the left of 0."""
    calc.eq(-1)


@theorem(
    shows=Eq(partial(positive_part(1 - a * x), x), -a),
    given=[a * x < 1],
    phrase="the slope of the hinge loss",
)
def hinge_slope_inside_the_margin(calc):
    """The hinge loss has a slope while the margin is less than 1."""
    calc.eq(-a)


@theorem(
    shows=Eq(partial(minimum(a * x, b), x), 0),
    given=[b < a * x],
    phrase="the slope of a clipped objective",
)
def clipped_slope(calc):
    """An objective that is clipped from above has no gradient beyond the clip."""
    calc.eq(0)


# --- what people get wrong -------------------------------------------------------------------------------------------


@false_claim(claims=Eq(absolute(a + b), absolute(a) + absolute(b)), instead="absolute_triangle")
def absolute_value_is_additive():
    """The absolute value of a sum is the sum of the absolute values."""


@false_claim(
    claims=Eq(partial(positive_part(1 - a * x), x), -a),
    given=[Ne(a * x, 1)],
    instead="hinge_slope_inside_the_margin",
)
def hinge_always_has_a_slope():
    """The hinge loss has the same slope beyond the margin."""


@false_claim(claims=Eq(partial(minimum(a * x, b), x), a), given=[b < a * x], instead="clipped_slope")
def clip_passes_the_gradient():
    """The gradient of an objective passes through its clip."""


@false_claim(
    claims=Eq(Max(f[k], (k, 1, n)), f[n]),
    given=[1 <= n],
    instead="largest_at_its_place",
)
def largest_is_the_last():
    """The largest of the values is the last."""


@false_claim(
    claims=Max(f[k], (k, 1, n)) <= Sum(f[k], (k, 1, n)) / n,
    given=[1 <= n],
    instead="mean_le_largest",
)
def largest_is_at_most_the_mean():
    """The largest of some numbers is at most their mean."""


@false_claim(claims=Eq(maximum(a, b), minimum(a, b)), given=[a <= b], instead="maximum_of_le")
def maximum_is_minimum():
    """The larger of two numbers is the smaller."""


@false_claim(claims=softplus(x) <= positive_part(x), instead="positive_part_le_softplus")
def softplus_below_the_positive_part():
    """Softplus is at most the positive part."""
