"""The library of losses at one position: what a program may be held against."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import NamedTuple

from derive.audit.inputs import Inputs
from derive.audit.model.values import ZERO
from derive.audit.roles import ONE, WEIGHT, Missing, Place, Role
from derive.errors import UserError
from derive.kernel.definitions import Definition
from derive.kernel.terms import App, Term, as_term, at, spine
from derive.language.definitions import (
    binary_cross_entropy,
    cross_entropy,
    entropy,
    kl,
    logsumexp,
    maximum,
    minimum,
    one_hot,
    positive_part,
    sigmoid,
    smoothed,
    smoothed_off,
    softmax,
)
from derive.language.syntax import Sum, delta, exp, fun, log

Arguments = Mapping[str, Fraction | int]
Loss = Callable[[Place, Arguments], Term]


class Kind(NamedTuple):
    """A loss at one position: how it is built, its arguments with their usual values, and a line of prose."""

    build: Loss
    arguments: Mapping[str, Fraction | int]
    doc: str
    shifts: bool = True  # whether next-token makes sense of it
    needs: Callable[[Place], list[Term]] = lambda p: []  # conditions under which it has a value
    alone: bool = True  # whether it is a loss, and not only something that is added to one
    rows: bool = True  # whether it takes a row of logits at each position; else one number


ROLE = {
    "policy_chosen_logps": Role("policy_chosen_logps", r"^(?!ref).*chosen"),
    "policy_rejected_logps": Role("policy_rejected_logps", r"^(?!ref).*rejected"),
    "reference_chosen_logps": Role("reference_chosen_logps", r"ref.*chosen"),
    "reference_rejected_logps": Role("reference_rejected_logps", r"ref.*rejected"),
    "logprobs": Role("logprobs", r"^(?!ref)(?!old).*(log|new)"),
    "old_logprobs": Role("old_logprobs", r"old"),
    "ref_logprobs": Role("ref_logprobs", r"ref"),
    "advantages": Role("advantages", r"adv"),
    "target": Role("target", r"target|label"),
    "logits": Role("logits", r"input|logit|pred|score|^x$"),
    "student_logits": Role("student_logits", r"student|^logits"),
    "teacher_logits": Role("teacher_logits", r"teacher|^ref"),
    "kl": Role("kl", r"kl"),
    WEIGHT.name: WEIGHT,
}
"""The inputs that losses look for by name, with the names by which they are known."""


def check_roles(inputs: Inputs) -> None:
    """Raises UserError where an input is said to have a role that no loss looks for."""
    stray = next((x for x in inputs.inputs if x.role and x.role not in ROLE), None)
    if stray is not None:
        raise UserError(f"{stray.name}: {stray.role!r} is no role in a loss; the roles are {', '.join(ROLE)}")


def _ratio(p: Place) -> Term:
    return exp(p.value(ROLE["logprobs"]) - p.value(ROLE["old_logprobs"]))


def _margin(p: Place) -> Term:
    chosen = p.value(ROLE["policy_chosen_logps"]) - p.value(ROLE["reference_chosen_logps"])
    return chosen - (p.value(ROLE["policy_rejected_logps"]) - p.value(ROLE["reference_rejected_logps"]))


def _surrogate(p: Place, a: Arguments) -> Term:
    """-min(r A, clip(r, 1 - low, 1 + high) A)."""
    r, gain = _ratio(p), p.value(ROLE["advantages"])
    clipped = minimum(maximum(r, as_term(1 - a["eps"])), as_term(1 + a.get("high", a["eps"])))
    return -minimum(r * gain, clipped * gain)


def _k3(p: Place, a: Arguments) -> Term:
    d = p.value(ROLE["ref_logprobs"]) - p.value(ROLE["logprobs"])
    return exp(d) - d - 1


def _unfolded(t: Term) -> Term:
    """A softmax at a token, as the quotient that programs write."""
    head, args = spine(t)
    return at(head.op.unfolded(head.args), *args) if isinstance(head, App) and isinstance(head.op, Definition) else t


def _true(p: Place) -> Term:
    return p.model[p.token]


def _focal_binary(p: Place, a: Arguments) -> Term:
    """alpha_t (1 - p_t)^gamma times binary cross-entropy, for targets that are 0 or 1."""
    x, y = p.value(ROLE["logits"]), p.value(ROLE["target"])
    s = sigmoid(x)
    right = s * y + (1 - s) * (1 - y)
    loss = binary_cross_entropy(y, s) * (1 - right) ** as_term(a["gamma"])
    return (as_term(a["alpha"]) * y + (1 - as_term(a["alpha"])) * (1 - y)) * loss if a["alpha"] >= 0 else loss


F = Fraction
LOSSES: dict[str, Kind] = {
    "one-hot": Kind(lambda p, a: cross_entropy(p.vocabulary, one_hot(p.token), p.model), {}, "cross-entropy with the true token"),
    "soft": Kind(lambda p, a: cross_entropy(p.vocabulary, p.soft, p.model), {}, "cross-entropy with a given distribution"),
    "smoothed": Kind(
        lambda p, a: cross_entropy(p.vocabulary, smoothed(p.vocabulary, as_term(a["eps"]), p.token), p.model), {"eps": F(1, 10)},
        "label smoothing over all V tokens",
    ),
    "smoothed-off": Kind(
        lambda p, a: cross_entropy(p.vocabulary, smoothed_off(p.vocabulary, as_term(a["eps"]), p.token), p.model), {"eps": F(1, 10)},
        "label smoothing over the V - 1 wrong tokens",
    ),
    "smoothed-rest": Kind(lambda p, a: _smoothed_rest(p, as_term(a["eps"])), {"eps": F(1, 10)}, "1 - eps for the true token, eps/V for each other one"),
    "weighted one-hot": Kind(
        lambda p, a: p.roles.named(WEIGHT).at((p.token,)) * cross_entropy(p.vocabulary, one_hot(p.token), p.model), {}, "with a weight for each class"
    ),
    "z-loss": Kind(lambda p, a: as_term(a["coef"]) * logsumexp(p.vocabulary, p.logits()) ** 2, {"coef": F(1, 10000)}, "the square of the log of the normaliser", alone=False),
    "focal": Kind(lambda p, a: (1 - _true(p)) ** as_term(a["gamma"]) * -log(_true(p)), {"gamma": 2}, "surprisal with a weight (1 - p)^gamma"),
    "unlikelihood": Kind(lambda p, a: -log(1 - _unfolded(_true(p))), {}, "minus the log of 1 - p of a token", needs=lambda p: [_unfolded(_true(p)) < 1]),
    "poly1": Kind(
        lambda p, a: cross_entropy(p.vocabulary, one_hot(p.token), p.model) + as_term(a["eps"]) * (1 - _true(p)), {"eps": 1}, "cross-entropy with a first term of its own"
    ),
    "minus-p": Kind(lambda p, a: -_true(p), {}, "minus the probability of the true token"),
    "entropy": Kind(lambda p, a: entropy(p.vocabulary, p.model), {}, "the entropy of the model, to be added with a factor", alone=False),
    "reverse-kl": Kind(lambda p, a: kl(p.vocabulary, *reversed(_student_and_teacher(p, ONE))), {}, "divergence of the student from the teacher"),
    "distillation": Kind(lambda p, a: _distillation(p, as_term(a["tau"])), {"tau": 1}, "divergence of the teacher at a temperature, times its square"),
    "binary": Kind(
        lambda p, a: binary_cross_entropy(p.value(ROLE["target"]), sigmoid(p.value(ROLE["logits"]))), {}, "binary cross-entropy of a logit", False, rows=False
    ),
    "binary focal": Kind(_focal_binary, {"gamma": 2, "alpha": F(1, 4)}, "focal loss of a logit, with alpha", False, rows=False),
    "one-vs-rest": Kind(
        lambda p, a: _one_vs_rest(p, as_term(a["eps"])), {"eps": 0}, "binary cross-entropy of each class against a smoothed target, summed"
    ),
    "contrastive": Kind(lambda p, a: _contrastive(p, as_term(a["tau"])), {"tau": 1}, "the row's own column is the true one", False),
    "clip": Kind(lambda p, a: _both_ways(p, as_term(a["tau"])), {"tau": 1}, "contrastive, the mean over rows and columns", False),
    "dpo": Kind(lambda p, a: -log(sigmoid(as_term(a["beta"]) * _margin(p))), {"beta": F(1, 10)}, "direct preference optimisation", False),
    "cdpo": Kind(lambda p, a: _conservative(p, as_term(a["beta"]), as_term(a["eps"])), {"beta": F(1, 10), "eps": F(1, 10)}, "DPO with labels that may be wrong", False),
    "ipo": Kind(lambda p, a: (_margin(p) - 1 / (2 * as_term(a["beta"]))) ** 2, {"beta": F(1, 10)}, "the squared distance from a margin", False),
    "slic": Kind(lambda p, a: positive_part(1 - as_term(a["beta"]) * _margin(p)), {"beta": F(1, 10)}, "a hinge on the margin", False),
    "reinforce": Kind(lambda p, a: -p.value(ROLE["advantages"]) * p.value(ROLE["logprobs"]), {}, "log-probabilities times advantages", False),
    "ppo": Kind(_surrogate, {"eps": F(1, 5)}, "the clipped surrogate", False),
    "grpo": Kind(lambda p, a: _surrogate(p, a) + as_term(a["beta"]) * _k3(p, a) if a["beta"] else _surrogate(p, a), {"eps": F(1, 5), "beta": F(1, 25)}, "the clipped surrogate with a divergence", False),
    "simpo": Kind(
        lambda p, a: -log(sigmoid(as_term(a["beta"]) * _preference(p) - as_term(a["gamma"]))), {"beta": 2, "gamma": 1}, "preference without a reference", False
    ),
    "bradley-terry": Kind(lambda p, a: -log(sigmoid(_preference(p))), {}, "the chosen reward above the rejected one", False),
    "odds-ratio": Kind(lambda p, a: -log(sigmoid(_log_odds(p))), {}, "the odds of the chosen above those of the rejected", False, lambda p: _below_one(p)),
    "kto": Kind(lambda p, a: _kto(p, a), {"beta": F(1, 10)}, "the mean of a chosen and of a rejected answer against a reference point", False),
    "k1": Kind(lambda p, a: p.value(ROLE["logprobs"]) - p.value(ROLE["ref_logprobs"]), {}, "the plain estimator of a divergence", False),
    "k2": Kind(lambda p, a: (p.value(ROLE["logprobs"]) - p.value(ROLE["ref_logprobs"])) ** 2 / 2, {}, "half the square of the log-ratio", False),
    "k3": Kind(_k3, {}, "the estimator exp(d) - d - 1", False),
}  # fmt: skip


def _smoothed_rest(p: Place, eps: Term) -> Term:
    k = p.bound("k")
    d = delta(k, p.token)
    return cross_entropy(p.vocabulary, fun(k, (1 - eps) * d + eps / p.vocabulary * (1 - d)), p.model)


def _one_vs_rest(p: Place, eps: Term) -> Term:
    k = p.bound("k")
    target = smoothed(p.vocabulary, eps, p.token) if eps != ZERO else one_hot(p.token)
    return Sum(binary_cross_entropy(target[k], sigmoid(p.logits()[k])), (k, 1, p.vocabulary))


def _student_and_teacher(p: Place, tau: Term) -> list[Term]:
    """Both models at a temperature, the teacher first."""
    rows = [p.roles.row(p.roles.named(ROLE[f"{who}_logits"]), p.here) for who in ("teacher", "student")]
    return [_cooled(p, x, tau) for x in rows]


def _cooled(p: Place, logits: Term, tau: Term) -> Term:
    """The softmax of logits at a temperature."""
    k = p.bound("k")
    return softmax(p.vocabulary, fun(k, logits[k] / tau) if tau != ONE else logits)


def _distillation(p: Place, tau: Term) -> Term:
    loss = kl(p.vocabulary, *_student_and_teacher(p, tau))
    return tau**2 * loss if tau != ONE else loss


def _diagonal(p: Place) -> Term:
    """The row's own column, where the logits are a square."""
    shapes = [s.input.dims for s in p.roles.all if s.input.kind == "real"]
    if not any(len(dims) == 2 and dims[0] == dims[1] for dims in shapes):
        raise Missing(
            "this loss takes a square of logits, such as logits=B,B; of a function of two matrices, audit the part that is given their product"
        )
    return p.here[-1]


def _contrastive(p: Place, tau: Term) -> Term:
    return cross_entropy(p.vocabulary, one_hot(_diagonal(p)), _cooled(p, p.logits(), tau))


def _both_ways(p: Place, tau: Term) -> Term:
    """The mean of the losses of a row and of a column of a square of logits."""
    k, i = p.bound("k"), _diagonal(p)
    column = fun(k, p.roles.logits().at((k, i)))
    return (_contrastive(p, tau) + cross_entropy(p.vocabulary, one_hot(i), _cooled(p, column, tau))) / 2


def _preference(p: Place) -> Term:
    return p.value(ROLE["policy_chosen_logps"]) - p.value(ROLE["policy_rejected_logps"])


def _log_odds(p: Place) -> Term:
    chosen, rejected = p.value(ROLE["policy_chosen_logps"]), p.value(ROLE["policy_rejected_logps"])
    return chosen - rejected - (log(1 - exp(chosen)) - log(1 - exp(rejected)))


def _below_one(p: Place) -> list[Term]:
    return [exp(p.value(ROLE[f"policy_{which}_logps"])) < 1 for which in ("chosen", "rejected")]


def _kto(p: Place, a: Arguments) -> Term:
    chosen = p.value(ROLE["policy_chosen_logps"]) - p.value(ROLE["reference_chosen_logps"])
    rejected = p.value(ROLE["policy_rejected_logps"]) - p.value(ROLE["reference_rejected_logps"])
    beta, kl_term = as_term(a["beta"]), p.roles.named(ROLE["kl"]).at(())
    return (1 - sigmoid(beta * (chosen - kl_term)) + (1 - sigmoid(beta * (kl_term - rejected)))) / 2


def _conservative(p: Place, beta: Term, eps: Term) -> Term:
    return -(1 - eps) * log(sigmoid(beta * _margin(p))) - eps * log(sigmoid(-(beta * _margin(p))))
