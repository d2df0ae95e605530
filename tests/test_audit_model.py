"""Tensors of terms, the values of their entries, and what users write: no framework is needed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from derive.audit.asked import LOSSES, read_asked, target_of
from derive.audit.inputs import Inputs, read_input
from derive.audit.measure import least_squares
from derive.audit.model import choosing, functions, shaping, tensor
from derive.audit.model.trace import Trace, Unread
from derive.audit.model.values import ONE, ZERO, Choice, add, apply, as_term, cases, choice, div, guards, mul, sub
from derive.audit.program import arguments, literal, picked
from derive.audit.repository import read_list
from derive.audit.roles import Missing
from derive.errors import UserError
from derive.falsify import Model, evaluate
from derive.kernel.sorts import FAMILY, INT
from derive.kernel.terms import Num, Term, Var
from derive.language.letters import T, V, k, t

ROOT = Path(__file__).parent.parent
W, M = Var("w", INT), Var("m", INT)


def trace_of(*texts: str, ignore: int | None = -100) -> tuple[Inputs, Trace]:
    inputs = Inputs([read_input(x) for x in texts], ignore)
    return inputs, Trace((*inputs.conditions(), *inputs.some_kept()))


# --- values -----------------------------------------------------------------------------------------------------------

numbers = st.integers(-3, 3).map(Num)
values = st.recursive(
    numbers, lambda inner: st.builds(choice, st.sampled_from([W, M]), inner, inner), max_leaves=6
)  # choices by two guards


def at(value, w: int, m: int) -> Fraction:
    return Fraction(evaluate(as_term(value), Model({W: w, M: m})))


@given(values, values, st.integers(0, 1), st.integers(0, 1))
def test_what_is_done_to_values_is_done_in_every_case(a, b, w, m) -> None:
    assert at(apply(mul, a, b), w, m) == at(a, w, m) * at(b, w, m)
    assert at(apply(add, a, b), w, m) == at(a, w, m) + at(b, w, m)


@given(values)
def test_a_guard_stands_once_on_a_way_and_in_order(a) -> None:
    names = list(map(repr, guards(a)))
    assert len(list(cases(a))) <= 4
    if isinstance(a, Choice):
        assert repr(a.guard) not in [*map(repr, guards(a.yes)), *map(repr, guards(a.no))]
        assert names[0] == min(names)


@given(values, values)
def test_equal_values_are_equal_objects(a, b) -> None:
    same = all(at(a, w, m) == at(b, w, m) for w in (0, 1) for m in (0, 1))
    assert (a == b) == same


@pytest.mark.parametrize(
    ("made", "plain"),
    [
        (sub(add(T, ONE), ONE), T),
        (add(sub(T, Num(2)), ONE), sub(T, ONE)),
        (sub(add(T, V), V), T),
        (mul(ZERO, T), ZERO),
        (div(T, ONE), T),
    ],
)
def test_arithmetic_folds_what_is_exact(made, plain) -> None:
    assert made == plain


def test_zero_over_a_size_is_not_folded() -> None:
    assert div(ZERO, T) != ZERO


# --- tensors ----------------------------------------------------------------------------------------------------------


def logits_and_labels(*shapes: str):
    inputs, trace = trace_of(*shapes)
    return trace, [inputs.tensor(trace, n) for n in inputs.symbols]


def test_a_view_keeps_products_of_sizes_and_comes_back() -> None:
    _trace, (z,) = logits_and_labels("logits=B,T,V")
    flat = shaping.reshape(z, [-1, V])
    assert [repr(d) for d in flat.shape] == ["B T", "V"]
    assert [repr(d) for d in shaping.reshape(flat, [Var("B", INT), T, V]).shape] == ["B", "T", "V"]
    assert repr(as_term(tensor.total(flat).entry(()))).count("sum(") == 3


def test_a_view_across_dimensions_is_refused() -> None:
    _trace, (z,) = logits_and_labels("logits=T,V")
    with pytest.raises(Unread, match="does not keep whole dimensions together"):
        shaping.reshape(z, [V, -1, T])


def test_padding_and_slicing_cut_the_sum() -> None:
    _trace, (y,) = logits_and_labels("labels=T", "logits=T,V")[0], logits_and_labels("labels=T", "logits=T,V")[1][:1]
    padded = shaping.pad(y, -1, 0, 1, Num(-100))
    ahead = shaping.narrow(padded, 0, 1, None)
    kept = choosing.negated(choosing.equals(ahead, tensor.scalar(y.trace, Num(-100), "int")))
    assert repr(tensor.total(kept).entry(())) == "sum(t=1..T - 1, w[t + 1])"


def test_a_mask_that_is_used_twice_is_one_mask() -> None:
    trace, (_z, y) = logits_and_labels("logits=T,V", "labels=T")
    kept = choosing.negated(choosing.equals(y, tensor.scalar(trace, Num(-100), "int")))
    squared = tensor.pointwise(trace, mul, kept, kept)
    assert repr(tensor.total(squared).entry(())) == "sum(t=1..T, w[t])"


def test_a_mask_that_leaves_positions_out_counts_them() -> None:
    trace, (z, y) = logits_and_labels("logits=T,V", "labels=T")
    kept = choosing.negated(choosing.equals(y, tensor.scalar(trace, Num(-100), "int")))
    left = choosing.kept(z, kept)
    assert repr(tensor.count(left.shape[0], trace)) == "sum(t=1..T, w[t])"


def test_gather_at_an_ignored_label_is_refused_with_the_way_out() -> None:
    _trace, (z, y) = logits_and_labels("logits=T,V", "labels=T")
    with pytest.raises(Unread, match="--ignore none"):
        tensor.total(choosing.gather(z, -1, shaping.unsqueeze(y, -1))).entry(())


def test_softmax_of_minus_infinity_is_zero_and_it_gets_nowhere_else() -> None:
    assert functions.exponential(functions.exact(float("-inf"))) == ZERO
    with pytest.raises(Unread, match="infinity is no number"):
        functions.minus(T, functions.exact(float("-inf")))


@given(st.fractions(min_value=-2, max_value=2, max_denominator=10**4))
def test_a_float_is_the_decimal_that_was_written(q) -> None:
    x = round(float(q), 4)
    assert functions.exact(x) == Num(Fraction(repr(x)))


def test_sizes_that_may_differ_are_not_broadcast() -> None:
    trace, (a, b) = logits_and_labels("logits=T", "other=S")
    with pytest.raises(Unread, match="the same letter"):
        tensor.pointwise(trace, add, a, b)


# --- what users write -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("logits=B,T,V", "real"), ("labels=B,T", "label"), ("target=T", "label"), ("target=T,V", "distribution"), ("attention_mask=B,T", "mask"),
        ("weight=V", "positive"), ("num_items_in_batch=", "count"), ("target=T:probability", "probability"),
    ],
)  # fmt: skip
def test_the_kind_of_an_input_is_told_by_its_name(text, kind) -> None:
    assert read_input(text).kind == kind


WRONG_INPUTS = {
    "logits": "NAME=SIZES",
    "logits=t": "no size",
    "logits=T,V:odd": "the kinds are",
    "2=T": "names no input",
    "pi_w=B:odd:kl": "the kinds are",
}


@pytest.mark.parametrize("text", WRONG_INPUTS)
def test_a_wrong_input_is_said_with_the_form(text) -> None:
    with pytest.raises(UserError, match=WRONG_INPUTS[text]):
        read_input(text)


def in_roles(loss: str, roles: Iterable[str]) -> Term:
    """A loss of inputs with names that say nothing, each with its role."""
    sizes = {"teacher_logits": "B,V", "student_logits": "B,V", "weight": "V", "kl": ""}
    texts = [f"a{n}={sizes.get(r, 'B')}:real:{r}" for n, r in enumerate(roles)]
    rows = ["x=B,V", "labels=B"] if LOSSES[loss].rows else []
    return target_of(read_asked(f"{loss}, sum"), Inputs([read_input(t) for t in texts + rows], None)).term


def test_the_roles_of_inputs_are_those_that_the_documentation_lists() -> None:
    text = (
        (ROOT / "docs" / "audit.md")
        .read_text()
        .partition("| loss | roles of its inputs |\n|---|---|\n")[2]
        .partition("\n\n")[0]
    )
    four = re.search(r"\| dpo.* \| (.+) \|", text)
    assert four is not None
    table = dict(re.findall(r"\| (.+) \| (.+) \|", text.replace("the same four, and", f"{four[1]},")))
    listed = {loss: roles.split(", ") for losses, roles in table.items() for loss in losses.split(", ")}
    for loss, roles in listed.items():
        in_roles(loss, roles)
        for left_out in roles:
            with pytest.raises(Missing, match=f"named like {left_out}.*NAME=SIZES:real:{left_out}"):
                in_roles(loss, [r for r in roles if r != left_out])
    for loss in {*LOSSES} - {*listed, "soft", "contrastive", "clip"}:
        in_roles(loss, [])


def test_a_loss_of_a_square_says_so_where_there_is_none() -> None:
    inputs = Inputs([read_input("a=N,D"), read_input("b=N,D")], None)
    with pytest.raises(Missing, match="takes a square of logits, such as logits=B,B; of a function of two matrices"):
        target_of(read_asked("clip, mean"), inputs)


def test_a_role_decides_before_the_name_and_must_be_one() -> None:
    swapped = Inputs([read_input("logprobs=B:logp:ref_logprobs"), read_input("ref_logprobs=B:logp:logprobs")], None)
    plain = Inputs([read_input("ref_logprobs=B:logp"), read_input("logprobs=B:logp")], None)
    k1 = read_asked("k1, sum")
    assert repr(target_of(k1, swapped).term) != repr(target_of(k1, plain).term)
    with pytest.raises(UserError, match="'chosen' is no role in a loss; the roles are policy_chosen_logps"):
        target_of(k1, Inputs([read_input("logprobs=B:logp:chosen")], None))


WRONG_LOSSES = {
    "one-hott, mean": "is no loss of the library", "one-hot, average": "is no reduction", "smoothed(eps=x), mean": "no exact number",
    "one-hot(eps=1), mean": "takes no arguments", "next-token dpo, mean": "does not predict tokens",
}  # fmt: skip


@pytest.mark.parametrize("text", WRONG_LOSSES)
def test_a_wrong_loss_is_said_with_what_there_is(text) -> None:
    with pytest.raises(UserError, match=WRONG_LOSSES[text]):
        read_asked(text)


@pytest.mark.parametrize("name", LOSSES)
def test_a_loss_is_read_back_as_it_is_written(name) -> None:
    asked = read_asked(f"{name}, mean over kept")
    assert read_asked(str(asked)) == asked


def test_a_loss_is_a_term_in_the_letters_of_the_inputs() -> None:
    inputs, _ = trace_of("logits=T,V", "labels=T")
    target = target_of(read_asked("next-token one-hot, sum"), inputs)
    z, y, w = Var("z", FAMILY), inputs.symbols["labels"].letter, inputs.symbols["labels"].kept
    assert repr(target.term) == "sum(t=1..T - 1, w[t + 1]*cross_entropy(V, one_hot(y[t + 1]), softmax(V, z[t])))"
    assert {y, w} <= target.term.free and z.name in {v.name for v in target.term.free}


def test_literals_are_read_and_not_run() -> None:
    assert literal("eps=0.1") == ("eps", 0.1)
    assert literal("vocab_size=V") == ("vocab_size", "V")
    assert literal("x=__import__('os')") == ("x", "__import__('os')")
    with pytest.raises(UserError, match="NAME=VALUE"):
        literal("eps")


def test_inputs_are_grouped_and_the_loss_is_picked() -> None:
    def f(batches, other): ...

    _, kwargs = arguments(f, {"batches.0.x": 1, "batches.1.x": 2, "other": 3}, {})
    assert kwargs == {"batches": [{"x": 1}, {"x": 2}], "other": 3}
    assert picked({"loss": 1, "x": 2}) == 1
    assert picked((5, 6)) == 5
    assert picked({"a": {"b": 7}}, "a.b") == 7
    with pytest.raises(UserError, match="has no c"):
        picked({"a": 1}, "c")


WRONG_LISTS = {
    "x = 1": "has no audits",
    "[[audit]]\nfunction = 'a.py::f'": "has no shapes",
    "[[audit]]\nfunction = 'a.py::f'\nshapes = 'x=T'\nis = 'one-hott, mean'": "is no loss",
    "[[audit]]\nwhat = 1": "the keys are",
    "[[audit": "is no TOML",
}


@pytest.mark.parametrize("text", WRONG_LISTS)
def test_a_wrong_list_is_said_with_its_entry(text, tmp_path) -> None:
    file = tmp_path / "audits.toml"
    file.write_text(text)
    with pytest.raises(UserError, match=WRONG_LISTS[text]):
        read_list(str(file))


@given(st.lists(st.floats(-2, 2), min_size=3, max_size=3), st.integers(0, 99))
def test_least_squares_finds_what_was_there(solution, seed) -> None:
    random = Random(seed)
    rows = [[random.uniform(-1, 1) for _ in solution] for _ in range(12)]
    found = least_squares(rows, [sum(a * b for a, b in zip(row, solution, strict=True)) for row in rows])
    assert found == pytest.approx(solution, abs=1e-6)


def test_bounds_that_the_conditions_keep_are_left_out_and_noted() -> None:
    trace, (_z, y) = logits_and_labels("logits=T,V", "labels=T")
    kept = choosing.negated(choosing.equals(y, tensor.scalar(trace, Num(-100), "int")))
    bounded = choosing.bounded(tensor.total(kept), tensor.scalar(trace, ONE, "int"), None)
    assert repr(bounded.entry(())) == "sum(t=1..T, w[t])"
    assert list(trace.notes) == ["a lower bound of 1 does nothing"]
    assert trace.idle_clamps == []
    assert k != t
