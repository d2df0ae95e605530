"""`derive score`: what it reads, what it computes, what it says about a wrong total, and how it refuses bad input."""

from __future__ import annotations

import io
import json
import math
import random
import subprocess
import sys
import tempfile
from fractions import Fraction
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

import derive
from derive.errors import UserError
from derive.score import (
    SequenceScore,
    compare,
    diagnose,
    format_report,
    lines,
    number,
    open_data,
    plain,
    score_stream,
    score_values,
    shapes,
)
from derive.score.events import Events


def as_file(text: str | bytes) -> io.BytesIO:
    return io.BytesIO(text.encode() if isinstance(text, str) else text)


def scores(text: Any, *, base: str = "e") -> list[SequenceScore]:
    """The scores of a file with this content; anything but text and bytes is written as JSON."""
    content = text if isinstance(text, str | bytes) else json.dumps(text)
    return list(score_stream(as_file(content), "in", base=base))


def totals(text: Any) -> list[float]:
    return [s.total for s in scores(text)]


def names(claimed: str, *values: float, base: str = "e") -> list[str]:
    return [m.name for m in diagnose(claimed, score_values(values, base=base)).matches]


def refusal(text: Any) -> str:
    with pytest.raises(UserError) as caught:
        scores(text)
    return str(caught.value)


log_probabilities = st.lists(st.floats(-1e6, 0, allow_subnormal=False), min_size=1, max_size=50)


# -- the quantities --------------------------------------------------------------------------------


def test_every_quantity_of_the_first_exercise() -> None:
    (s,) = scores("-0.7 -0.4")
    assert s.tokens == 2
    assert s.total == -1.1
    assert s.mean == -0.55
    assert s.nll == 1.1
    assert s.mean_nll == 0.55
    assert s.probability == pytest.approx(0.332871, abs=5e-7)
    assert s.perplexity == pytest.approx(1.73325, abs=5e-6)
    assert s.bits == pytest.approx(1.58696, abs=5e-6)
    assert s.bits_per_token == pytest.approx(0.793482, abs=5e-7)


def test_a_probability_below_the_smallest_double_is_never_printed_as_zero() -> None:
    (s,) = scores("-1000 " * 3)
    assert s.probability == 0.0
    assert s.log10_probability == pytest.approx(-1302.8834457)
    report = format_report([s])
    assert "1.30784e−1303" in report
    assert "log₁₀ Pr(y|x) = −1302.88" in report
    assert "1.97007e+434" in report  # and neither is the perplexity printed as infinity
    assert s.perplexity == math.inf


def test_even_a_probability_too_small_to_have_digits_is_printed() -> None:
    assert "10^(−8.68589e+299)" in format_report(scores("-1e300 -1e300"))


def test_certainty_has_no_minus_sign() -> None:
    (s,) = scores("0 -0.0")
    report = format_report([s])
    assert (s.total, s.perplexity, s.probability) == (0.0, 1.0, 1.0)
    assert math.copysign(1, s.total) == 1
    assert "−" not in report.replace("−log Pr(y|x)", "")


@pytest.mark.parametrize(("base", "nats"), [("e", 1.0), ("2", math.log(2)), ("10", math.log(10))])
def test_base_says_which_logarithm_the_input_was_written_in(base: str, nats: float) -> None:
    (s,) = scores("-1 -2", base=base)
    assert s.given_total == -3
    assert s.total == pytest.approx(-3 * nats)
    assert s.perplexity == pytest.approx(math.exp(1.5 * nats))


def test_three_bits_are_one_eighth() -> None:
    (s,) = scores("-1 -2", base="2")
    assert s.probability == pytest.approx(1 / 8)
    assert s.bits == pytest.approx(3)
    assert "log₂ Pr(y|x) = (−1) + (−2) = −3" in format_report([s])


@given(log_probabilities)
def test_the_total_is_the_exact_sum_rounded_once(values: list[float]) -> None:
    exact = sum(map(Fraction, values), Fraction(0))
    assert score_values(values).total == float(exact)
    assert totals(values) == [float(exact)]
    assert totals(" ".join(map(repr, values))) == [float(exact)]


@given(log_probabilities, st.randoms())
def test_the_total_does_not_depend_on_the_order(values: list[float], rng: random.Random) -> None:
    shuffled = values[:]
    rng.shuffle(shuffled)
    assert score_values(shuffled).total == score_values(values).total


@given(st.lists(log_probabilities, min_size=1, max_size=4), st.integers(1, 40))
def test_the_size_of_the_pieces_read_does_not_matter(sequences: list[list[float]], size: int) -> None:
    text = "\n\n".join(", ".join(map(repr, s)) for s in sequences)
    json_lines = "\n".join(map(json.dumps, sequences))
    expected = [math.fsum(s) for s in sequences]
    with mock.patch.object(lines, "CHUNK", size):
        assert totals(text) == totals(sequences) == totals(json_lines) == expected


@given(log_probabilities)
def test_perplexity_mean_and_bits_agree_with_the_total(values: list[float]) -> None:
    s = score_values(values)
    assert s.mean * s.tokens == pytest.approx(s.total)
    assert s.bits * math.log(2) == pytest.approx(s.nll)
    assert s.perplexity >= 1
    assert 0 <= s.probability <= 1


# -- text ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "-0.7 -0.4",
        "-0.7,-0.4",
        "-0.7, -0.4,\n",
        "-0.7\n-0.4\n",
        "-0.7\r\n-0.4\r\n",
        "\n\n-.7\t-4e-1",
        "−0.7 −0.4",  # U+2212, as copied from a slide or from our own report
        "\ufeff-0.7 -0.4",
    ],
)
def test_numbers_are_separated_by_white_space_or_one_comma(text: str) -> None:
    assert totals(text) == [-1.1]


def test_a_blank_line_separates_sequences() -> None:
    first, second = scores("-0.7 -0.4\n \n\n-0.3 -0.3\n-0.6\n")
    assert (first.tokens, first.line) == (2, 1)
    assert (second.tokens, second.line) == (3, 4)


def test_rows_that_were_joined_are_pointed_out() -> None:
    (joined,) = scores("-0.7 -0.4\n-0.3 -0.3 -0.6\n")
    assert joined.notes == (
        "2 lines were read as one sequence; a blank line between them makes them separate sequences",
    )
    assert scores("-0.7\n-0.4\n")[0].notes == ()  # a column is one sequence beyond doubt


# -- JSON ------------------------------------------------------------------------------------------

TOKENS = [{"token": "deep", "logprob": -0.7}, {"token": "learning", "logprob": -0.4}]
CHAT = {
    "object": "chat.completion",
    "choices": [
        {
            "message": {"role": "assistant", "content": "deep learning"},
            "logprobs": {
                "content": [t | {"bytes": [1, 2], "top_logprobs": [t, {"token": "x", "logprob": -9}]} for t in TOKENS],
                "refusal": None,
            },
            "finish_reason": "stop",
        }
    ],
}
GEMINI = {
    "candidates": [
        {
            "avgLogprobs": -0.55,
            "logprobsResult": {
                "topCandidates": [{"candidates": [{"token": "x", "logProbability": -9}]}],
                "chosenCandidates": [{"token": "deep", "logProbability": -0.7}, {"logProbability": -0.4}],
            },
        }
    ]
}
RESPONSES = {"output": [{"type": "message", "content": [{"type": "output_text", "text": "..", "logprobs": TOKENS}]}]}
SHAPES = {
    "list": [-0.7, -0.4],
    "lists": [[-0.7, -0.4]],
    "tokens": TOKENS,
    "lists of tokens": [TOKENS],
    "bare logprobs": {"tokens": ["deep", "learning"], "logprobs": [-0.7, -0.4]},
    "bare token_logprobs": {"token_logprobs": [-0.7, -0.4]},
    "OpenAI chat": CHAT,
    "OpenAI chat, the choice alone": CHAT["choices"][0],
    "OpenAI chat, the logprobs alone": CHAT["choices"][0]["logprobs"],  # type: ignore[index]
    "OpenAI batch": {"custom_id": "a", "response": {"body": CHAT}},
    "OpenAI responses": RESPONSES,
    "OpenAI completions": {
        "choices": [
            {"logprobs": {"tokens": ["deep", "learning"], "token_logprobs": [-0.7, -0.4], "top_logprobs": None}}
        ]
    },
    "vLLM prompt": {"prompt_logprobs": [None, {"5": {"logprob": -0.7, "rank": 1}}, {"9": {"logprob": -0.4}}]},
    "vLLM sample": {"logprobs": [{"5": {"logprob": -0.7, "rank": 1}}, {"9": {"logprob": -0.4, "rank": 2}}]},
    "Gemini": GEMINI,
    "Gemini, snake case": {"chosen_candidates": [{"log_probability": -0.7}, {"log_probability": -0.4}]},
    "text-generation-inference": {
        "details": {"prefill": [], "tokens": [{"id": 3, **t, "special": False} for t in TOKENS]}
    },
    "llama.cpp": {"completion_probabilities": [t | {"top_logprobs": TOKENS} for t in TOKENS]},
    "SGLang": {"meta_info": {"input_token_logprobs": [], "output_token_logprobs": [[-0.7, 3, None], [-0.4, 4, "x"]]}},
    "Ollama": {"model": "m", "created_at": "t", "done": True, "logprobs": TOKENS},
    "several values under two names": {"logprobs": {"content": TOKENS, "token_logprobs": [-0.7, -0.4]}},
}


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES.keys())
@pytest.mark.parametrize("indent", [None, 1])
def test_every_shape_is_read(shape: Any, indent: int | None) -> None:
    (s,) = scores(json.dumps(shape, indent=indent))
    assert (s.tokens, s.total) == (2, -1.1)


def test_json_lines_may_be_lists_or_objects() -> None:
    found = scores('[-0.5, -0.25]\n\n{"logprobs": [-1]}\n' + json.dumps(CHAT) + "\n")
    assert [(s.total, s.line, s.where) for s in found] == [
        (-0.75, 1, ""),
        (-1.0, 3, "logprobs"),
        (-1.1, 4, "choices[0].logprobs.content"),
    ]


def test_one_token_object_a_line_is_one_sequence() -> None:
    assert totals("\n".join(map(json.dumps, TOKENS))) == [-1.1]


def test_each_choice_is_a_sequence() -> None:
    found = scores({"choices": [{"logprobs": {"token_logprobs": [-1]}}, {"logprobs": {"token_logprobs": [-2, -3]}}]})
    assert [(s.where, s.total) for s in found] == [
        ("choices[0].logprobs.token_logprobs", -1),
        ("choices[1].logprobs.token_logprobs", -5),
    ]


def test_a_name_is_kept_wherever_it_stands_in_the_object() -> None:
    a, b = scores('{"name": "A", "logprobs": [-1]}\n{"logprobs": [-2], "name": "B\\u001b[31m"}')
    assert (a.name, b.name) == ("A", "B\N{REPLACEMENT CHARACTER}[31m")  # no escape reaches the terminal
    assert "  A " in format_report([a, b])


def test_a_first_null_is_not_a_token() -> None:
    (s,) = scores({"choices": [{"logprobs": {"tokens": ["a", "b", "c"], "token_logprobs": [None, -0.7, -0.4]}}]})
    assert (s.tokens, s.total) == (2, -1.1)
    assert s.notes == (
        "the first token has no log-probability (null) and is not counted: the total is conditional on it",
    )


def test_the_value_that_stands_for_too_unlikely_is_pointed_out() -> None:
    (s,) = scores([-0.5, -9999.0])
    assert s.notes[0].startswith("1 value is −9999, which OpenAI and vLLM write for a token too unlikely")


def test_what_was_not_scored_is_pointed_out() -> None:
    found = scores({"choices": [{"logprobs": {"token_logprobs": [-1]}}, {"logprobs": None}]})
    assert found[0].notes == ("not scored: choices[1].logprobs is null",)


def test_alternatives_may_be_nested_as_deep_as_they_like() -> None:
    assert totals('{"top_logprobs": ' + "[" * 50_000 + "]" * 50_000 + ', "logprobs": [-1]}') == [-1.0]


# -- which token was taken, where a position lists several -------------------------------------------

CANDIDATES = {
    "7": {"logprob": -3.0, "rank": 5, "decoded_token": " is"},
    "12": {"logprob": -0.125, "rank": 1, "decoded_token": " a"},
}
PROMPT = {"prompt_logprobs": [None, CANDIDATES, {"3": {"logprob": -0.5}}, CANDIDATES]}


def with_tokens(content: Any, tokens: str) -> list[float]:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "tokens")
        file.write_text(tokens, "utf-8")
        return [s.total for s in score_stream(as_file(json.dumps(content)), "in", tokens=str(file))]


def turned(tree: Any) -> Any:
    """The same JSON, with the fields of each object in another order, as JavaScript or a database may write them."""
    if isinstance(tree, dict):
        return {name: turned(tree[name]) for name in reversed(tree)}
    return [turned(entry) for entry in tree] if isinstance(tree, list) else tree


@pytest.mark.parametrize("taken", [([1, 7, 3, 7], -6.5), ([1, 12, 3, 12], -0.75), ([1, 12, 3, 7], -3.625)])
def test_the_ids_beside_the_list_say_which_token_was_taken_whatever_the_order(taken: tuple[list[int], float]) -> None:
    ids, total = taken
    before, after = {"prompt_token_ids": ids, **PROMPT}, {**PROMPT, "prompt_token_ids": ids}
    sample = {"outputs": [{"token_ids": ids, "logprobs": PROMPT["prompt_logprobs"]}]}
    for response in (before, after, sample, {"body": after}):
        assert totals(response) == totals(turned(response)) == [total]
        with mock.patch.object(Events, "bulk", False):
            assert totals(response) == [total]


@pytest.mark.parametrize(
    "content", [PROMPT, PROMPT["prompt_logprobs"], turned(PROMPT)], ids=["object", "list", "turned"]
)
def test_candidates_without_ids_are_refused_with_what_is_missing(content: Any) -> None:
    message = refusal(content)
    assert (
        "[1]: 2 candidates are listed, and nothing says which of them was taken: a JSON object has no order" in message
    )
    assert "a file with them, --tokens FILE" in message
    assert refusal(turned(content)) == message


@pytest.mark.parametrize(
    ("tokens", "total"),
    [
        ("[1, 7, 3, 12]", -3.625),
        ("[7, 3, 12]", -3.625),  # the first has no log-probability
        ("1 7 3 12", -3.625),
        ("7, 3, 12\n", -3.625),
        ('["AI", " is", "x", " a"]', -3.625),
        ('["1", "7", "3", "12"]', -3.625),
        ("[[1, 7, 3, 12]]", -3.625),
    ],
)
def test_a_file_may_say_which_tokens_were_taken(tokens: str, total: float) -> None:
    assert with_tokens(PROMPT, tokens) == [total]
    assert with_tokens(PROMPT["prompt_logprobs"], tokens) == [total]


def test_a_file_of_tokens_has_a_list_for_each_sequence_that_needs_one() -> None:
    several = [PROMPT, {"logprobs": [-1]}, PROMPT]
    assert with_tokens(several, "[[1, 7, 3, 12], [1, 12, 3, 12]]") == [-3.625, -1, -0.75]
    with pytest.raises(UserError, match=r"\[1\]: 2 candidates are listed"):
        with_tokens(several, "[[1, 7, 3, 12]]")
    with pytest.raises(
        UserError, match="the tokens of 1 more sequences are given than there are in in whose positions"
    ):
        with_tokens(PROMPT, "[[1, 7, 3, 12], [1]]")


@pytest.mark.parametrize(
    ("tokens", "message"),
    [
        ("[1, 8, 3, 12]", r"at prompt_logprobs\[1\]: the token taken, 8, is none of the candidates \(7, 12\)"),
        ("[1, 7]", "there are 4 positions and 2 tokens taken. Give one token for each position"),
        ("[1, 7.5]", "7.5 is neither a token id nor the text of a token"),
        ("[1, true]", "True is neither a token id"),
        ("{}", "expected token ids, one sequence a line, or a JSON list"),
        ("a b", "expected token ids"),
        ("", "expected token ids"),
        ("[1,", "the tokens are not valid JSON"),
        ("[" * 100_000, "the tokens are not valid JSON"),
        ("9" * 5000, "expected token ids"),
    ],
)
def test_tokens_that_do_not_fit_are_refused(tokens: str, message: str) -> None:
    with pytest.raises(UserError, match=message):
        with_tokens(PROMPT, tokens)


def test_a_text_that_two_candidates_have_does_not_say_which() -> None:
    same = {"1": {"logprob": -1, "decoded_token": "\ufffd"}, "2": {"logprob": -2, "decoded_token": "\ufffd"}}
    with pytest.raises(UserError, match=r"2 of the candidates are the token .*; give token ids instead of texts"):
        with_tokens({"logprobs": [same]}, '["\\ufffd"]')
    assert with_tokens({"logprobs": [same]}, "[2]") == [-2]


def test_only_the_log_probability_of_the_token_taken_is_judged() -> None:
    alternatives = {
        "7": {"logprob": -0.25},
        "8": {"logprob": -math.inf},
        "9": {"logprob": None},
        "10": {"logprob": "low"},
    }
    assert totals({"prompt_logprobs": [None, alternatives], "prompt_token_ids": [1, 7]}) == [-0.25]
    assert 'prompt_logprobs[1]["8"]: -Infinity says that' in refusal(
        {"prompt_logprobs": [None, alternatives], "prompt_token_ids": [1, 8]}
    )


# -- only what counts is judged --------------------------------------------------------------------

UNCOUNTED = ["NaN", "Infinity", "-Infinity", "1e999", "-1e999", "9" * 400, "-" + "9" * 5000, "1e99999999999999999999", "null",
             '{"a": NaN}', "[[NaN, -Infinity]]", '"NaN"', '"\\ud800"', "true", '{"a": 1, "a": NaN}', "[" * 500 + "]" * 500]  # fmt: skip


@pytest.mark.parametrize("value", UNCOUNTED)
def test_a_field_that_does_not_count_may_hold_anything(value: str) -> None:
    deep = value.startswith("[[[")  # a list of no shape may have sequences in it, so it is looked through
    for name in ("top_logprobs",) if deep else ("temperature", "a", "top_logprobs", "rank", "bytes"):
        token = f'{{"token": "x", "{name}": {value}, "logprob": -0.25}}'
        for text in (
            f'{{"{name}": {value}, "logprobs": [-0.5, -0.25]}}',
            f'{{"logprobs": [-0.5, -0.25], "{name}": {value}}}',
            f'{{"choices": [{{"{name}": {value}, "logprobs": {{"content": [{token}, {token}, {token}]}}}}]}}',
            f'{{"logprobs": [{token}, {token}, {token}], "{name}": {value}}}',
        ):
            assert totals(text) == [-0.75]
            with mock.patch.object(Events, "bulk", False):
                assert totals(text) == [-0.75]


def test_the_taken_token_is_certain_though_the_alternatives_are_impossible() -> None:
    logprobs = {"tokens": ["a"], "token_logprobs": [0.0], "top_logprobs": [{"a": 0.0, "b": -math.inf, "c": math.nan}]}
    assert totals({"choices": [{"logprobs": logprobs}]}) == [0.0]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"logprobs": [-0.5, NaN]}', "at logprobs[1]: NaN is not a log-probability."),
        ('{"logprobs": [-0.5, -Infinity]}', "at logprobs[1]: -Infinity says that this token has probability zero"),
        ('{"logprobs": [{"logprob": -Infinity}]}', "at logprobs[0].logprob: -Infinity says that"),
        ('{"logprobs": [-1e999]}', "at logprobs[0]: this number is beyond the range of a double"),
        ('{"logprobs": [-1], "logprobs": [-2]}', "at logprobs: logprobs stands twice in this object"),
    ],
)
def test_what_counts_is_judged(text: str, message: str) -> None:
    assert message in refusal(text)


def test_of_a_field_that_is_there_twice_the_last_counts_as_in_every_reader_of_json() -> None:
    for bulk in (True, False):
        with mock.patch.object(Events, "bulk", bulk):
            assert totals('{"logprobs": [{"logprob": -1, "logprob": -2}]}') == [-2]


# -- as Python prints it -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("{'logprobs': [-0.5]}", "single quotes"),
        ("[-0.5, -inf]", "-inf"),
        ("[nan]", "nan"),
        ("[None, -0.5]", "None"),
        ('{"echo": True, "logprobs": [-0.5]}', "True"),
        ("[tensor(-0.5)]", "tensor("),
        ("[np.float64(-0.5)]", "np.float64("),
    ],
)
def test_what_python_prints_is_named(text: str, shown: str) -> None:
    message = refusal(text)
    assert f": this is as Python prints it ({shown}), and that is not JSON. Write the file with json.dumps" in message


# -- streamed replies ----------------------------------------------------------------------------------


def chat_piece(*values: float, index: int = 0) -> dict[str, Any]:
    content = [{"token": "a", "logprob": v, "top_logprobs": []} for v in values]
    return {
        "object": "chat.completion.chunk",
        "choices": [{"index": index, "delta": {}, "logprobs": {"content": content}}],
    }


FIRST = {"object": "chat.completion.chunk", "choices": [{"index": 0, "delta": {"role": "assistant"}, "logprobs": None}]}
LAST = {"object": "chat.completion.chunk", "choices": [], "usage": {"total_tokens": 3}}
STREAMS: dict[str, tuple[list[Any], dict[str, float]]] = {
    "OpenAI chat": ([FIRST, chat_piece(-0.5, -0.25), chat_piece(-1), LAST], {"choices[0].logprobs.content": -1.75}),
    "two choices": (
        [chat_piece(-0.5), chat_piece(-8, index=1), chat_piece(-0.25), chat_piece(-16, index=1)],
        {"choices[0].logprobs.content": -0.75, "choices[1].logprobs.content": -24},
    ),
    "OpenAI completions": (
        [{"choices": [{"index": 0, "logprobs": {"tokens": ["a"], "token_logprobs": [v]}}]} for v in (-1, -2)],
        {"choices[0].logprobs.token_logprobs": -3},
    ),
    "OpenAI responses": (
        [
            {"type": "response.created", "response": {"output": []}},
            {
                "type": "response.output_text.delta",
                "output_index": 1,
                "content_index": 0,
                "logprobs": [{"logprob": -0.5}],
            },
            {
                "type": "response.output_text.delta",
                "output_index": 1,
                "content_index": 0,
                "logprobs": [{"logprob": -2}],
            },
            {"type": "response.output_text.done", "output_index": 1, "logprobs": [{"logprob": -0.5}, {"logprob": -2}]},
            {"type": "response.completed", "response": {"output": [{"content": [{"logprobs": [{"logprob": -9}]}]}]}},
        ],
        {"output[1].content[0].logprobs": -2.5},
    ),
    "Gemini": (
        [{"candidates": [{"logprobsResult": {"chosenCandidates": [{"logProbability": v}]}}]} for v in (-1, -2)],
        {"candidates[0].logprobsResult.chosenCandidates": -3},
    ),
    "text-generation-inference": (
        [{"token": {"id": 1, "text": "a", "logprob": v}, "generated_text": None, "details": None} for v in (-1, -2)],
        {"token": -3},
    ),
    "llama.cpp": (
        [{"content": "a", "stop": False, "completion_probabilities": [{"logprob": v}]} for v in (-1, -2)]
        + [{"stop": True}],
        {"completion_probabilities": -3},
    ),
    "SGLang, which repeats": (
        [{"meta_info": {"output_token_logprobs": [[-1, 5, None], [-2, 6, None]][:n]}} for n in (1, 2, 2)],
        {"meta_info.output_token_logprobs": -3},
    ),
    "Ollama": (
        [{"created_at": "t", "done": False, "logprobs": [{"logprob": v}]} for v in (-1, -2)]
        + [{"created_at": "t", "done": True}],
        {"logprobs": -3},
    ),
}


@pytest.mark.parametrize(("pieces", "found"), STREAMS.values(), ids=STREAMS)
@pytest.mark.parametrize("line", ["\n", "\r\n"])
def test_a_stream_of_events_is_one_reply(pieces: list[Any], found: dict[str, float], line: str) -> None:
    events = [f"data: {json.dumps(piece)}" for piece in pieces]
    for text in (
        ": a comment\n\n" + "\n\n".join(events) + "\n\ndata: [DONE]\n\n",
        "\n".join(f"event: message\nid: {n}\n{event}\n" for n, event in enumerate(events)),
        "\n".join(events) + "\ndata: [DONE]",  # without the blank lines, as people save them
        "\n\n".join(
            event.replace("data: ", "data:", 1).replace(', "', ',\ndata:"') for event in events
        ),  # one event on many lines
    ):
        for size in (7, 1 << 16):
            with mock.patch.object(lines, "CHUNK", size):
                assert {s.where: s.total for s in scores(text.replace("\n", line))} == found


@pytest.mark.parametrize("name", ["OpenAI chat", "two choices", "Ollama"])
def test_pieces_of_a_reply_may_stand_one_a_line(name: str) -> None:
    pieces, found = STREAMS[name]
    assert {s.where: s.total for s in scores("\n".join(map(json.dumps, pieces)))} == found


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("data: {}\n", "in: no token log-probabilities in this stream. Ask the server for log-probabilities"),
        ("data: [DONE]\n", "in: no token log-probabilities in this stream."),
        ("data: {\n\ndata: {}", "in, line 1: the JSON stops before it is complete"),
        ("data: {}\n\nhello", "in, line 3: “hello” is no line of a stream of events. Expected data: and JSON."),
        ('\n\ndata: {"logprobs": [-1, 2]}', "in, line 3, at logprobs[1]: 2 is positive"),
        ('data: {"choices": [{"index": 1e9}]}', "the index 1000000000.0 of a choice is none from 0 to 999"),
        ('data: {"choices": [{"index": "a"}]}', "the index a of a choice is none"),
    ],
)
def test_what_is_wrong_in_a_stream_is_located(text: str, message: str) -> None:
    assert refusal(text).startswith(message) or message in refusal(text)


def test_what_a_log_of_samples_gives_is_said_to_be_of_whole_continuations() -> None:
    line = {
        "doc_id": 0,
        "resps": [[[-1.25, True]], [["-3.5", "False"]]],
        "filtered_resps": [[-1.25, True], [-3.5, False]],
    }
    found = scores("\n".join([json.dumps(line)] * 2))
    assert [s.total for s in found] == [-1.25, -3.5] * 2
    assert all("the log-likelihood of a whole continuation" in s.notes[0] for s in found)
    assert totals({"resps": [[-123.5]]}) == [-123.5]  # a rolling log-likelihood
    assert "found the string “a generated text”" in refusal({"resps": [["a generated text"]]})


def test_a_probability_of_llama_cpp_becomes_a_logarithm_in_the_base_that_is_asked_for() -> None:
    response = {
        "completion_probabilities": [
            {"token": "a", "prob": 0.25},
            {"content": "b", "probs": [{"tok_str": "b", "prob": 0.5}]},
        ]
    }
    (bits,) = scores(response, base="2")
    assert (bits.given_total, bits.bits) == (-3, pytest.approx(3))
    assert "the file has probabilities, as they were after sampling" in bits.notes[0]
    assert "[0].prob: -Infinity says that" in refusal({"completion_probabilities": [{"prob": 0}]})
    assert "[0].prob: 1.5 is no probability" in refusal({"completion_probabilities": [{"prob": 1.5}]})
    assert "the token taken, c, is none of the candidates (b)" in refusal(
        {"completion_probabilities": [{"content": "c", "probs": [{"tok_str": "b", "prob": 0.5}]}]}
    )


# -- several sequences -----------------------------------------------------------------------------

EXERCISE_3 = "-0.7 -0.4\n\n-0.3 -0.3 -0.6"


def test_sum_and_mean_may_disagree() -> None:
    c = compare(scores(EXERCISE_3))
    assert c.rank_by_sum.every == (1, 2)
    assert c.rank_by_mean.every == (2, 1)
    assert c.disagreement == (0, 1)


def test_the_token_mean_is_not_the_mean_of_means() -> None:
    c = compare(scores(EXERCISE_3))
    assert c.tokens == 5
    assert c.total == pytest.approx(-2.3)
    assert c.token_mean == pytest.approx(-0.46)
    assert c.mean_of_means == pytest.approx(-0.475)


def test_equal_values_share_a_rank_however_they_were_rounded() -> None:
    c = compare(scores([[-0.1, -0.2], [-0.3], [-0.15, -0.15], [-0.4]]))
    assert c.rank_by_sum.every == (1, 1, 1, 4)
    assert c.rank_by_mean.every == (1, 3, 1, 4)
    assert c.disagreement is None


@given(st.lists(st.lists(st.integers(-5, 0), min_size=1, max_size=4), min_size=1, max_size=8))
def test_a_disagreement_is_found_exactly_when_there_is_one(sequences: list[list[int]]) -> None:
    found = [score_values(s) for s in sequences]
    c = compare(found)
    sums = [sum(s) for s in sequences]
    means = [Fraction(sum(s), len(s)) for s in sequences]
    pairs = [(i, j) for i in range(len(sums)) for j in range(len(sums)) if sums[i] > sums[j] and means[i] < means[j]]
    assert c.disagreement in pairs if pairs else c.disagreement is None
    if len({len(s) for s in sequences}) == 1:
        assert not pairs


@given(st.lists(st.lists(st.integers(-5, 0), min_size=1, max_size=4), min_size=1, max_size=8))
def test_the_two_means_differ_by_a_covariance(sequences: list[list[int]]) -> None:
    n = len(sequences)
    lengths, means = [len(s) for s in sequences], [Fraction(sum(s), len(s)) for s in sequences]
    mean_length, mean_mean = Fraction(sum(lengths), n), sum(means) / n
    covariance = sum((a - mean_length) * (b - mean_mean) for a, b in zip(lengths, means, strict=True)) / n
    c = compare([score_values(s) for s in sequences])
    assert c.difference == pytest.approx(float(-covariance / mean_length), abs=1e-12)


# -- a claimed total -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("claimed", "name"),
    [
        ("-1.1", "correct"),
        ("−1.10", "correct"),
        ("-11e-1", "correct"),
        ("0.28", "product of the logs"),
        ("-0.55", "mean"),
        ("0.55", "mean NLL"),
        ("0.1544", "log of summed probabilities"),
        ("1.1669", "sum of the probabilities"),
        ("+1.1", "sign"),
        ("-1.587", "base 2"),
        ("1.587", "base 2 and sign"),
        ("-0.4777", "base 10"),
        ("1.73325", "perplexity"),
        ("0.332871", "probability"),
        ("3.0042", "inverse probability"),
        ("0.57695", "geometric mean probability"),
        ("-0.53879", "log of the mean probability"),
        ("-0.4", "first token left out"),
        ("-0.7", "last token left out"),
        ("0.6703", "probability, first token left out"),
        ("-0.36667", "mean over 3 tokens"),  # a start token in the denominator
    ],
)
def test_wrong_totals_have_names(claimed: str, name: str) -> None:
    assert names(claimed, -0.7, -0.4)[0] == name


def test_every_match_is_listed_with_the_right_answer_first() -> None:
    assert names("-2", -2, 0) == ["correct", "last token left out"]
    assert names("0", 0, 0)[0] == "correct"


def test_a_middle_token_and_both_ends_may_be_left_out() -> None:
    assert names("-5.5", -1.25, -2.5, -4.25) == ["token 2 left out"]
    assert names("-2.5", -1.25, -2.5, -4.25) == ["first and last tokens left out"]


def test_in_a_long_sequence_only_the_ends_can_be_missed() -> None:
    values = [-(2.0**-k) for k in range(12)]
    total = math.fsum(values)
    assert names(repr(total - values[0]), *values) == ["first token left out"]
    assert names(repr(total - values[-1]), *values) == ["last token left out"]
    assert names(repr(total - values[5]), *values) == []


def test_a_claim_is_as_wide_as_its_last_digit() -> None:
    assert names("-1.1", -0.7, -0.44) == ["correct"]  # −1.14, rounded
    assert names("-1.10", -0.7, -0.44) == []
    (match,) = diagnose("-1.1", score_values([-0.7, -0.44])).matches
    assert match.sentence == (
        "−1.14 is log Pr(y|x), the sum of the 2 token log-probabilities, written with fewer digits as −1.1."
    )


def test_a_claim_is_in_the_base_of_the_input() -> None:
    assert names("-3", -1, -2, base="2") == ["correct"]
    assert names("-2.0794", -1, -2, base="2") == ["natural log"]
    assert names("0.125", -1, -2, base="2") == ["probability"]


def test_with_one_token_sum_mean_and_product_are_one_number() -> None:
    assert names("-0.7", -0.7) == ["correct"]


def test_a_probability_too_small_for_a_double_is_recognised() -> None:
    s = score_values([-1000.0] * 3)
    assert [m.name for m in diagnose("1.30784e-1303", s).matches] == ["probability"]
    assert [m.value for m in diagnose("1.30784e-1303", s).matches] == ["1.30784e−1303"]


def test_a_claim_that_matches_nothing_says_so() -> None:
    s = score_values([-0.7, -0.4])
    d = diagnose("-42", s)
    assert (d.matches, d.is_correct, d.correct) == ((), False, -1.1)
    assert "claimed −42: matches none of the usual slips. The correct value is log Pr(y|x) = −1.1." in format_report(
        [s], diagnoses=[d]
    )


@given(log_probabilities)
def test_the_total_itself_is_always_correct(values: list[float]) -> None:
    s = score_values(values)
    d = diagnose(repr(s.total), s)
    assert d.is_correct
    assert d.matches[0].name == "correct"
    assert all(m.sentence.endswith(".") and m.sentence[:1] == m.sentence[:1].upper() for m in d.matches)


@pytest.mark.parametrize("claimed", ["", "abc", "11/10", "log(2)", "nan", "-inf", "1_0", "__import__('os')", "9" * 500])
def test_a_claim_is_parsed_and_never_evaluated(claimed: str) -> None:
    with pytest.raises(UserError, match=r"is not a number\. Give a plain decimal"):
        diagnose(claimed, score_values([-0.7]))


# -- the report ------------------------------------------------------------------------------------


def test_the_report_of_the_first_exercise() -> None:
    (s,) = scores("-0.7 -0.4")
    assert format_report([s], diagnoses=[diagnose("0.28", s)]) == (
        """\
in: 1 sequence, 2 tokens; natural logarithms (nats)

  log Pr(y|x) = (−0.7) + (−0.4) = −1.1

  tokens T         2
  log Pr(y|x)     −1.1       nats, the sum over the tokens
  mean            −0.55      nats per token
  NLL              1.1       nats, −log Pr(y|x)
  mean NLL         0.55      nats per token
  Pr(y|x)          0.332871  exp(−1.1)
  perplexity       1.73325   exp(mean NLL)
  bits             1.58696   NLL / log 2
  bits per token   0.793482

claimed 0.28: not log Pr(y|x). The correct value is log Pr(y|x) = −1.1.
  product of the logs (0.28)
    The logs were multiplied; it is the probabilities that multiply, and the log of a product is
    the sum of the logs, log(ab) = log a + log b."""
    )


def test_the_report_of_the_third_exercise() -> None:
    assert format_report(scores(EXERCISE_3)) == (
        """\
in: 2 sequences, 5 tokens; natural logarithms (nats)

                    line 1    line 3
  tokens T               2         3
  log Pr(y|x)         −1.1      −1.2
  mean               −0.55      −0.4
  NLL                  1.1       1.2
  mean NLL            0.55       0.4
  Pr(y|x)         0.332871  0.301194
  perplexity       1.73325   1.49182
  bits             1.58696   1.73123
  bits per token  0.793482  0.577078
  rank by sum            1         2
  rank by mean           2         1

WARNING: the sum and the mean disagree.
  by sum   line 1 is ahead of line 3: −1.1 > −1.2, the higher Pr(y|x)
  by mean  line 3 is ahead of line 1: −0.4 > −0.55, the lower perplexity (1.49182 < 1.73325)
  Their lengths differ (2 and 3 tokens): every further token can only lower the sum, while
  the mean is per token. At equal length the two always agree. Say which one a ranking is by.

all sequences together
  total log-likelihood  −2.3    nats, 5 tokens
  token-level mean      −0.46   total / tokens; perplexity 1.58407
  mean of means         −0.475  the mean of the sequences' means
  The two means differ by −0.015 = −Cov(T, mean)/mean(T): the mean of means gives a token of a
  short sequence more weight. The perplexity of a corpus is the exponential of the token-level mean NLL."""
    )


def test_many_sequences_are_one_line_each_up_to_a_limit() -> None:
    report = format_report(scores([[-float(k)] for k in range(1, 31)]), limit=5)
    assert report.count("\n  [") == 5
    assert "  … and 25 more" in report
    assert "rank these sequences alike, as they always do at equal length." in report


def test_labels_tell_sequences_apart() -> None:
    two_lines = "\n".join([json.dumps({"logprobs": [-1]})] * 2)
    assert "line 1 logprobs  line 2 logprobs" in format_report(scores(two_lines))
    a, b = (next(score_stream(as_file("-1"), f)) for f in ("a.txt", "b.txt"))
    report = format_report([a, b])
    assert report.startswith("2 files: ")
    assert report.splitlines()[2].split() == ["a.txt", "b.txt"]


def test_numbers_have_up_to_six_significant_digits_and_a_true_minus() -> None:
    assert [number(x) for x in (-1.1, 1 / 3, 2.0, -0.0, 1234567.0, -1e-9)] == [
        "−1.1", "0.333333", "2", "0", "1.23457e+06", "−1e−09",
    ]  # fmt: skip


# -- bad input -------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["\n\n", " \t\r\n", "\x1c", "\u00a0\n\u3000\n"])
@pytest.mark.parametrize("size", [1, 2, 1000])
def test_a_file_of_white_space_of_any_kind_is_empty(text: str, size: int) -> None:
    with mock.patch.object(lines, "CHUNK", size):
        assert refusal(text).startswith("in: the file is empty, so there is no sequence to score.")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "",
            "in: the file is empty, so there is no sequence to score. Expected token log-probabilities "
            "such as -0.7 -0.4.",
        ),
        (
            "-0.7\nNaN",
            "in, line 2, value 1: NaN is not a log-probability. It usually comes from an earlier step "
            "(0/0, or the logarithm of a negative number); find the token that gave it and compute its "
            "log-probability again.",
        ),
        (
            "-0.7 -inf",
            "in, line 1, value 2: -Infinity says that this token has probability zero, so the whole "
            "sequence has probability zero and no mean, perplexity or rank. Check for a token that was "
            "masked or filtered (top-k, top-p) and use the unfiltered log-probabilities.",
        ),
        (
            "0.5 0.25 1",
            "in, line 1, value 1: 0.5 is positive, and so are all 3 values of this sequence, but a "
            "log-probability is at most 0. Numbers between 0 and 1 look like probabilities: take the "
            "natural logarithm of each. If they are losses (negative log-likelihoods), change their sign "
            "instead.",
        ),
        (
            "0.5 2.5",
            "in, line 1, value 1: 0.5 is positive, and so are all 2 values of this sequence, but a "
            "log-probability is at most 0. They look like losses (negative log-likelihoods): change the "
            "sign of each. If they are logits, apply log-softmax first.",
        ),
        (
            "-0.7 2",
            "in, line 1, value 2: 2 is positive, so it is not a log-probability: a probability is at most "
            "1, so its logarithm is at most 0. If it is a probability, take its logarithm; if it is "
            "rounding error, write 0.",
        ),
        (
            "-0.7 banana",
            "in, line 1, value 2: “banana” is not a number. Expected token log-probabilities such as -0.7 -0.4, or "
            "JSON that begins with [ or {.",
        ),
        (
            "-0,7",
            "in, line 1, value 2: “-0,7” looks like a number with a decimal comma. Write a decimal point; "
            "a comma separates numbers.",
        ),
        (
            [[-1], []],
            "in, line 1, at [1]: this sequence is empty: it has no numbers. An empty sequence has no mean "
            "and no perplexity; remove it, or give its token log-probabilities.",
        ),
        (
            [-1, None],
            "in, line 1, at [1]: null is not a log-probability; only the first token of a sequence may "
            "have none, because nothing comes before it. Give a number for this token, or remove the "
            "token from the sequence.",
        ),
        (
            [-1, "-2"],
            "in, line 1, at [1]: found the string “-2”, expected a number. Write numbers without "
            "quotation marks.",
        ),
        (
            "[-0.5",
            "in, line 1, at [1]: the JSON stops before it is complete: a list, an object or a string is "
            "still open. The file was probably cut off; write it again in full.",
        ),
        (
            b"-0.5\n-0.\x8b",
            "in, line 2: byte 0x8b at offset 8 is not UTF-8 text. Save it as UTF-8; if it is compressed "
            "or binary (gzip, NumPy), write it out as text.",
        ),
        (
            {"choices": [{"logprobs": {"content": [*TOKENS, {"token": "!", "logprob": 0.5}]}}]},
            "in, line 1, at choices[0].logprobs.content[2].logprob: 0.5 is positive, so it is not a "
            "log-probability: a probability is at most 1, so its logarithm is at most 0. If it is a "
            "probability, take its logarithm; if it is rounding error, write 0.",
        ),
        (
            {"choices": [{"logprobs": {"content": [{"token": "a", "prob": 0.5}]}}]},
            "in, line 1, at choices[0].logprobs.content[0]: this entry has no logprob (its fields: token, "
            "prob). "
            'Expected {"token": ..., "logprob": a number}.',
        ),
        (
            {"choices": [{"message": {"content": "hi"}, "logprobs": None}]},
            "in, line 1: no token log-probabilities in this object: choices[0].logprobs is null. Ask the "
            "server for "
            'log-probabilities (logprobs: true), or give a list of numbers, {"logprobs": [...]}, or a response with '
            "choices[].logprobs.content[].logprob, choices[].logprobs.token_logprobs, prompt_logprobs or "
            "logprobsResult.chosenCandidates[].logProbability.",
        ),
        (
            {"tokens": ["a", "b"], "logprobs": [-1]},
            "in, line 1: tokens has 2 entries but logprobs has 1. Each token needs exactly one "
            "log-probability; give lists of equal length, or leave tokens out.",
        ),
        (
            {"object": "chat.completion.chunk", "choices": []},
            "in: no token log-probabilities in this stream. Ask the server for log-probabilities (logprobs: true).",
        ),
    ],
)  # fmt: skip
def test_bad_input_is_refused_in_one_paragraph(text: Any, message: str) -> None:
    assert refusal(text) == message


@pytest.mark.parametrize("bulk", [True, False])
@pytest.mark.parametrize(
    ("text", "beginning"),
    [
        ("[-0.1, NaN]", "in, line 1, at [1]: NaN is not a log-probability."),
        ("[-0.1,\n -Infinity]", "in, line 2, at [1]: -Infinity says that"),
        ("[Infinity]", "in, line 1, at [0]: Infinity is not a log-probability"),
        ('["NaN", -1]', "in, line 1, at [0]: found the string “NaN”"),
        ("[-0.1,]", "in, line 1, at [1]: this is not valid JSON ("),
        ("[-0.1 -0.2]", "in, line 1, at [1]: this is not valid JSON ("),
        ('[-1]\n{"logprobs": [-1, -2', "in, line 2, at logprobs[2]: the JSON stops"),
        ('{"a\x1b": 1}', "in, line 1: this is not valid JSON ("),
        ('{"logprobs": [-1, true]}', "in, line 1, at logprobs[1]: found true, expected a number."),
        ("[[[-1]]]", "in, line 1, at [0][0]: found a list, expected a number."),
        ("[-1, [-2]]", "in, line 1, at [1]: a list must not mix numbers with lists"),
        ("[" * 100_000, "in, line 1, at [0][0]: found a list"),
        ('{"a": ' * 1000 + "1" + "}" * 1000, "in, line 1: lists and objects are nested more than 64 deep"),
        (
            '{"output_token_logprobs": [[]]}',
            "in, line 1, at output_token_logprobs[0][0]: found an empty list, expected",
        ),
        ("[-1]\n7", "in, line 2: found a number, expected a list or an object."),
        ('["\\ud800"]', "in, line 1, at [0]: found the string"),
    ],
)
def test_malformed_json_is_located(bulk: bool, text: str, beginning: str) -> None:
    with mock.patch.object(Events, "bulk", bulk):
        message = refusal(text)
    assert message.startswith(beginning)
    assert "\n" not in message
    message.encode()  # can be printed


@pytest.mark.parametrize(
    "text",
    ["1e999", "-1e999", "[-1e999]", "[-" + "9" * 400 + "]", "-1e308 " * 10, "[-1e308, -1e308]", "x" * 200_000, ", -1",
     "-1,,-2", "1_000", "0x1p-3", "--1", "data: {}", "<html>", "{}", "[null]", '{"logprobs": 5}', '{"logprobs": []}',
     '{"token": "a", "logprob": -1}\n[-1]', '[{"token": "a", "logprob": -1}, -2]', '{"token": {"logprob": -1}}',
     '{"prompt_logprobs": [null]}', '{"token": "a", "logprob": null}', b"\xff\xfe-\x001\x00",
     b"-1 \xe2\x88", b"\xef\xbb\xbf"],
)  # fmt: skip
def test_anything_else_is_refused_too(text: Any) -> None:
    message = refusal(text)
    assert message.startswith("in")
    assert "\n" not in message
    assert len(message) < 600


FIELDS = sorted(
    {step for row in shapes.TABLE for step in row.place if step != "[]"}
    | shapes.SPELLINGS
    | shapes.PASSED_OVER
    | {"a", "name", "rank", "choices"}
)
LEAVES = st.none() | st.booleans() | st.floats(-5, 1) | st.text(max_size=2) | st.integers(-3, 1)
TREES = st.recursive(
    LEAVES, lambda t: st.lists(t, max_size=4) | st.dictionaries(st.sampled_from(FIELDS), t, max_size=4)
)


@given(st.binary(max_size=60) | st.lists(TREES, max_size=3).map(lambda trees: "\n".join(map(json.dumps, trees))))
def test_whatever_is_read_it_is_scored_or_refused(content: bytes | str) -> None:
    try:
        found = scores(content)
    except UserError:
        return
    assert found
    assert all(s.tokens > 0 and math.isfinite(s.total) for s in found)
    format_report(found, diagnoses=[diagnose("-1", s) for s in found])


def outcome(content: bytes | str) -> Any:
    """The scores of a file, or the message with which it is refused."""
    try:
        return scores(content)
    except UserError as error:
        return str(error)


SPACES = st.sampled_from(["", " ", "\n", "\r\n", "\n\n", "\t", "\u00a0"])
NUMBERS = st.floats(-1e3, 0).map(repr) | st.sampled_from(["-1", "0", "-0", "0.5", "-1e999", "NaN", "-Infinity", "true", "null", '"-1"', "-.5", "", "1e-400", "−1", "[-1]", "{}"])  # fmt: skip


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["[", "[", "[", "", "[[", "[-1", '{"logprobs": [']),
            st.lists(NUMBERS, max_size=8),
            SPACES,
            SPACES,
        ),
        max_size=5,
    ),
    st.integers(1, 60),
)
def test_what_is_read_at_once_is_what_is_read_piece_by_piece(
    rows: list[tuple[str, list[str], str, str]], size: int
) -> None:
    """The same scores, or the same message with the same place, where some of it can be read at once and some cannot."""
    closing = {"[": "]", "": "", '{"logprobs": [': "]}", "[[": "]", "[-1": "]]"}
    text = "".join(f"{o}{space}{(',' + space).join(row)}{closing[o]}{end}" for o, row, space, end in rows)
    at_once = outcome(text)
    with mock.patch.object(lines, "CHUNK", size):
        assert outcome(text) == at_once
        with mock.patch.object(Events, "bulk", False):
            assert outcome(text) == at_once


def test_a_bracket_ends_nothing_that_was_not_begun() -> None:
    numbers = " ".join(["-0.5"] * 20)
    assert "is not a number" in refusal(f"{numbers}] {numbers}")
    assert "this is not valid JSON" in refusal("[-0.5]\n[-0.5]]\n[-0.25]\n")
    assert "this is not valid JSON" in refusal("[-0.5]\n[-0.5]],[[-1]\n[-0.25]\n")


WORDS = st.floats(-1e3, 0).map(repr) | st.sampled_from(
    ["]", "[-1]", "[", "}", "-1", "0", "-.5", "-0,5", "0.5", "−1", "x", "nan", "1e-400", "-1e999", ","]
)


@given(
    st.lists(st.tuples(st.lists(WORDS, max_size=9), st.sampled_from([" ", ",", ", ", "  ", "\n", "\t", ",\n"]),
                       st.sampled_from(["", "\n", "\n\n", " \n", "\n \n", ",", "\r\n"])), max_size=5),
    st.integers(1, 60),
)  # fmt: skip
def test_text_read_at_once_is_what_is_read_word_by_word(rows: list[tuple[list[str], str, str]], size: int) -> None:
    text = "".join(space.join(row) + end for row, space, end in rows)
    at_once = outcome(text)
    with mock.patch.object(lines, "CHUNK", size):
        assert outcome(text) == at_once
        with mock.patch.object(plain._Text, "bulk", False):
            assert outcome(text) == at_once


def test_the_errors_of_score_values_count_from_one() -> None:
    with pytest.raises(UserError, match=r"^the sequence, value 2: 0\.5 is positive"):
        score_values([-1, 0.5])
    with pytest.raises(UserError, match=r"^B: this sequence is empty"):
        score_values([], name="B")
    with pytest.raises(UserError, match=r"^base 7 is not known\. Give e"):
        score_values([-1], base="7")


def test_a_file_that_cannot_be_opened(tmp_path: Path) -> None:
    for path, why in [
        (
            tmp_path / "none.txt",
            "there is no such file. Check the spelling and the folder, or give - to read standard input.",
        ),
        (tmp_path, "this is a directory. Give the name of one file in it."),
    ]:
        with pytest.raises(UserError) as caught, open_data(str(path)):
            pass
        if sys.platform != "win32" or "none" in path.name:
            assert str(caught.value) == f"{path}: {why}"


def test_a_file_that_can_be_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.txt"
    path.write_text("-0.7 -0.4")
    with open_data(str(path)) as file:
        assert [s.total for s in score_stream(file, str(path))] == [-1.1]
    assert file.closed
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"-0.7 -0.4")))
    with open_data("-") as file:
        (s,) = score_stream(file, "-")
    assert format_report([s]).startswith("standard input: 1 sequence, 2 tokens")


# -- memory and import -----------------------------------------------------------------------------


# Reads a file made while it is read, 10^4 numbers long and then 10^6, and prints by how many bytes the peak rose.
MEASURE = """
import io, resource, sys
from derive.score import score_stream

class Made(io.RawIOBase):
    def __init__(self, before, entry, between, after, count):
        first, rest = between.join([entry] * 100), between + between.join([entry] * 100)
        self.pieces = (p for part in ([before, first], (rest for _ in range(count // 100 - 1)), [after]) for p in part)
        self.left = b""
    def readable(self):
        return True
    def readinto(self, buffer):
        while not self.left:
            self.left = next(self.pieces, None)
            if self.left is None:
                return 0
        size = min(len(buffer), len(self.left))
        buffer[:size], self.left = self.left[:size], self.left[size:]
        return size

def peak(count):
    file = io.BufferedReader(Made(*(a.encode() for a in sys.argv[1:]), count))
    (score,) = score_stream(file, "made")
    assert (score.tokens, score.total) == (count, -0.5 * count), score
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)

small = peak(10_000)
print(peak(1_000_000) - small)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="the resource module is Unix only")
@pytest.mark.parametrize(
    ("before", "entry", "between", "after"),
    [
        ("", "-0.5", " ", ""),
        ("[", "-0.5", ",", "]"),
        ('{"choices":[{"logprobs":{"content":[', '{"token":"a","logprob":-0.5}', ",", "]}}]}"),
    ],
    ids=["text, one line", "JSON list, one line", "OpenAI chat"],
)
def test_a_million_numbers_need_no_more_memory_than_ten_thousand(
    before: str, entry: str, between: str, after: str
) -> None:
    root = str(Path(derive.__file__).parents[1])
    command = [sys.executable, "-c", MEASURE, before, entry, between, after]
    result = subprocess.run(command, capture_output=True, text=True, check=True, cwd=root)
    assert int(result.stdout) < 3_000_000


def test_importing_brings_in_the_standard_library_only() -> None:
    code = (
        "import sys, types; package = types.ModuleType('derive'); package.__path__ = [sys.argv[1]]; "
        "sys.modules['derive'] = package; import derive.score; "
        "print(*sorted({'sympy', 'numpy', 'click', 'mpmath'} & set(sys.modules)))"
    )
    folder = str(Path(derive.__file__).parent)
    result = subprocess.run([sys.executable, "-c", code, folder], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == ""
