"""The lemma library: what everybody may use as a reason, proved from the axioms of the kernel.

Everything here is derived; the module ``base`` says how.  ``all_lemmas()`` gives the lemmas by name.
"""

from derive.lemmas.arithmetic import (
    delta_comm,
    delta_diff,
    delta_same,
    delta_sq,
    le_antisymm,
    le_trans,
    mul_le_mul_left,
    mul_le_mul_right,
    mul_eq_zero_iff,
    mul_pos_iff,
)
from derive.lemmas.base import LEMMAS, Lemma
from derive.lemmas.divergence import sub_le_xlogy, sub_lt_xlogy, sum_eq_zero_iff, xlogy_div, xlogy_gap_eq_zero_iff
from derive.lemmas.logs import (
    exp_add,
    exp_log,
    exp_neg,
    exp_pos,
    exp_sub,
    exp_zero,
    log_div,
    log_eq_iff,
    log_le_iff,
    log_lt_iff,
    log_exp,
    log_inj,
    log_inv,
    log_le,
    log_le_sub_one,
    log_lt,
    log_lt_sub_one,
    log_mul,
    log_one,
    log_pow,
    log_prod,
    one_add_le_exp,
    pow_eq_exp,
    xlogy_eq_mul_log,
    zero_log_zero,
)
from derive.lemmas.optima import (
    SortedLemma,
    argmax_affine,
    argmax_log,
    argmax_neg,
    argmax_scale,
    argmax_shift,
    argmin_affine,
    argmin_log,
    argmin_neg,
    argmin_scale,
    argmin_shift,
    mem_argmax,
    mem_argmin,
)
from derive.lemmas.sums import (
    prod_empty,
    prod_exp,
    prod_last,
    sum_add,
    sum_const,
    sum_delta,
    sum_div,
    sum_empty,
    sum_last,
    sum_le,
    sum_mul,
    sum_mul_right,
    sum_neg,
    sum_nonneg,
    sum_one,
    sum_pos,
    sum_shift,
    sum_split_at,
    sum_split_last,
    sum_sub,
    sum_swap,
    sum_zero,
    terms_zero_of_sum_zero,
)


def all_lemmas() -> dict[str, Lemma]:
    return dict(LEMMAS)


__all__ = [
    "Lemma", "SortedLemma", "all_lemmas", "argmax_affine", "argmax_log", "argmax_neg", "argmax_scale", "argmax_shift",
    "argmin_affine", "argmin_log", "argmin_neg", "argmin_scale", "argmin_shift", "delta_comm", "delta_diff", "delta_same", "delta_sq",
    "exp_add", "exp_log", "exp_neg", "exp_pos", "sum_pos", "exp_sub", "exp_zero", "le_antisymm", "le_trans", "log_div", "log_exp", "log_inj", "log_inv",
    "log_le", "log_le_sub_one", "log_lt", "log_lt_sub_one", "log_mul", "log_one", "log_pow", "log_prod", "mem_argmax", "mem_argmin",
    "mul_eq_zero_iff", "mul_pos_iff", "log_eq_iff", "log_le_iff", "log_lt_iff", "mul_le_mul_left", "mul_le_mul_right", "one_add_le_exp", "pow_eq_exp", "prod_empty", "prod_exp", "prod_last", "sum_add",
    "sum_const", "sum_delta", "sum_div", "sum_empty", "sum_last", "sum_le", "sum_mul", "sum_mul_right", "sum_neg", "sum_nonneg",
    "sum_one", "sum_shift", "sum_split_at", "sum_split_last", "sum_sub", "sum_swap", "sum_zero", "sub_le_xlogy", "sub_lt_xlogy", "sum_eq_zero_iff", "xlogy_div", "xlogy_gap_eq_zero_iff", "terms_zero_of_sum_zero", "xlogy_eq_mul_log",
    "zero_log_zero",
]  # fmt: skip
