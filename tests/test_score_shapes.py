"""The table of shapes that `derive score` reads: one row and one example for each, and no name with two meanings."""

from __future__ import annotations

import io
import json
import math
import re
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from derive.errors import UserError
from derive.score import SequenceScore, score_stream, shapes
from derive.score.shapes import TABLE, May, Row, shapes_of

EXAMPLES = Path(__file__).parent / "examples" / "responses"
"""Small responses as each server writes them, restated, with numbers that add up without rounding."""

PLACE_TOKENS_TOTAL: dict[str, list[tuple[str, int, float]]] = {
    "plain list": [("", 4, -2.25)],
    "token objects": [("", 2, -0.75)],
    "object with logprobs": [("logprobs", 3, -0.875)],
    "object with log_probs": [("log_probs", 2, -2.5)],
    "object with logps": [("logps", 3, -2.5)],
    "OpenAI chat completions": [("choices[0].logprobs.content", 2, -0.75)],
    "OpenAI chat, logprobs alone": [("content", 2, -1.0)],
    "OpenAI responses": [("output[1].content[0].logprobs", 2, -1.75)],
    "OpenAI completions": [("choices[0].logprobs.token_logprobs", 3, -2.25)],
    "vLLM prompt": [("prompt_logprobs", 2, -3.0)],
    "vLLM sample": [("outputs[0].logprobs", 2, -2.25)],
    "Gemini": [("candidates[0].logprobsResult.chosenCandidates", 2, -1.25)],
    "Gemini SDK": [("candidates[0].logprobs_result.chosen_candidates", 2, -1.0)],
    "text-generation-inference": [("details.tokens", 2, -1.5)],
    "TGI prefill": [("details.prefill", 1, -2.5), ("details.tokens", 1, -1.25)],
    "llama.cpp": [("completion_probabilities", 2, -1.625)],
    "llama.cpp, after sampling": [("completion_probabilities", 2, math.log(0.25) + math.log(0.5))],
    "llama.cpp before 2025": [("completion_probabilities", 2, math.log(0.25) + math.log(0.5))],
    "Cohere": [("logprobs", 3, -1.75)],
    "Cohere generate": [("generations[0].token_likelihoods", 2, -1.5)],
    "lm-evaluation-harness": [("resps[0]", 1, -1.25), ("resps[1]", 1, -3.5)],
    "SGLang output": [("meta_info.output_token_logprobs", 2, -1.0)],
    "SGLang input": [("meta_info.input_token_logprobs", 2, -3.0), ("meta_info.output_token_logprobs", 1, -1.75)],
    "Ollama": [("logprobs", 2, -1.75)],
}

each_row = pytest.mark.parametrize("row", TABLE, ids=[row.name for row in TABLE])


def example(row: Row) -> Path:
    """The file that has the name of the row in small letters: "llama.cpp" is in llama_cpp.json."""
    return EXAMPLES / (re.sub(r"\W+", "_", row.name.lower()) + ".json")


def read(content: Any) -> list[SequenceScore]:
    return list(score_stream(io.BytesIO(json.dumps(content).encode()), "example"))


def test_every_row_has_an_example_and_every_example_a_row() -> None:
    assert sorted(example(row) for row in TABLE) == sorted(EXAMPLES.iterdir())
    assert [row.name for row in TABLE] == list(PLACE_TOKENS_TOTAL)


@each_row
def test_the_example_of_a_row_is_read(row: Row) -> None:
    with example(row).open("rb") as file:
        found = list(score_stream(file, "example"))
    assert [(s.where, s.tokens, s.total) for s in found] == PLACE_TOKENS_TOTAL[row.name]


@each_row
def test_the_example_has_its_sequence_where_the_row_says(row: Row) -> None:
    where = re.sub(r"\[\d+\]", "[]", PLACE_TOKENS_TOTAL[row.name][0][0]) + "[]"
    assert f"{row.inside}.{row.path}".removeprefix(".") == where + row.entry


@each_row
def test_a_response_is_recognised_wherever_it_stands(row: Row) -> None:
    content = json.loads(example(row).read_text("utf-8"))
    if not row.place:
        assert read({"logprobs": content})  # a list that is all there is has no name to be recognised by
        return
    batch = {"custom_id": "a", "response": {"status_code": 200, "body": content}}
    if row.ids:  # which say which token was taken, and stand beside the list
        assert [s.total for s in read([batch])] == [s.total for s in read(content)]
        return
    assert [s.total for s in read([batch])] == [s.total for s in read(content)]
    list_alone: Any = content
    for step in re.findall(r"\w+", PLACE_TOKENS_TOTAL[row.name][0][0]):
        list_alone = list_alone[int(step) if step.isdigit() else step]
    by_its_name: Any = list_alone
    for step in reversed(row.place):
        by_its_name = {step: by_its_name} if step != "[]" else [by_its_name]
    assert read(by_its_name)[0].total == read(content)[0].total


@each_row
def test_a_first_null_is_read_where_the_row_says_so_and_refused_elsewhere(row: Row) -> None:
    whole: dict[str, Any] = {"": -1, "[0]": [-1, 2, "b"], ".logprobs[+]": {"logprobs": [-1]}}
    nothing = {"": None, "[0]": [None, 1, "a"], ".logprobs[+]": {"logprobs": [None]}}
    entry: Any = nothing.get(row.entry, {row.field: None})
    rest: Any = whole.get(row.entry, {row.field: -1})
    content: Any = [entry, rest]
    for step in reversed(row.place):
        content = {step: content} if step != "[]" else [content]
    if May.FIRST_NULL in row.may:
        (score,) = read(content)
        assert (score.tokens, score.total) == (1, -1)
    else:
        with pytest.raises(UserError, match="null is not a log-probability"):
            read(content)


@each_row
def test_an_empty_list_is_passed_over_where_the_row_says_so_and_refused_elsewhere(row: Row) -> None:
    content: Any = []
    for step in reversed(row.place):
        content = {step: content} if step != "[]" else [content]
    with pytest.raises(UserError) as caught:
        read(content)
    assert ("this sequence is empty" in str(caught.value)) == (May.EMPTY not in row.may)


# -- one meaning for a name ------------------------------------------------------------------------


def conflicts(table: Sequence[Row]) -> list[str]:
    """What two rows of a table, or two columns of one, say differently about a name."""
    found = [f"two rows are called {name}" for name in {a.name for a, b in combinations(table, 2) if a.name == b.name}]
    for a, b in combinations(table, 2):
        outer, inner = sorted((a, b), key=lambda row: len(row.place))
        if outer.place != inner.place[len(inner.place) - len(outer.place) :] or (inner.place and not outer.place):
            continue
        # `content` may be anything and `logprobs.content` not; in all else a longer place means the same
        unlike = (a.may ^ b.may) & ~(May(0) if outer.place == inner.place else May.OTHER)
        if unlike:
            found.append(f"{a.name} and {b.name} do not agree on {unlike}")
        if (a.entry == "[0]") != (b.entry == "[0]"):
            found.append(f"{a.name} and {b.name} do not agree on pairs")
        if a.texts and b.texts and a.texts != b.texts:
            found.append(f"{a.name} and {b.name} do not agree on {a.texts}")
    lists = {row.place[-1] for row in table if row.place}
    anything = {row.place[-1] for row in table if May.OTHER in row.may}
    roles = {
        "a list": lists,
        "a log-probability": {row.field for row in table if row.field and "[+]" not in row.entry} | shapes.SPELLINGS,
        "passed over": {name for row in table for name in row.passed_over},
        "the texts": {row.texts for row in table if row.texts} - anything,
    }
    for (one, names), (other, others) in combinations(roles.items(), 2):
        found += [f"{name} is {one} and {other}" for name in sorted(names & others)]
    return found


def test_no_name_has_two_meanings() -> None:
    assert conflicts(TABLE) == []


@pytest.mark.parametrize(
    "row",
    [
        Row("Ollama", "", "other_logprobs[]"),
        Row("a", "", "logprobs[].logprob"),  # whose first may not be null
        Row("a", "", "token_logprobs[][0]", may=May.FIRST_NULL),
        Row("a", "", "content[].logprob", may=May.EMPTY | May.OTHER | May.FIRST_NULL),
        Row("a", "", "message.content[].logprob", may=May.EMPTY | May.FIRST_NULL),
        Row("a", "", "top_logprobs[].logprob"),
        Row("a", "", "scores[].token_logprobs"),
        Row("a", "", "scores[].refusal"),
        Row("a", "", "scores[].lp", ("content",)),
        Row("a", "", "scores[].lp", ("logprob",)),
        Row("a", "", "logprobs[]", may=May.FIRST_NULL, texts="words"),
        Row("a", "", "scores[].lp", texts="logprob"),
    ],
    ids=str,
)
def test_a_row_that_gives_a_name_a_second_meaning_is_found(row: Row) -> None:
    assert conflicts([*TABLE, row])


# -- one row more ----------------------------------------------------------------------------------

NEW = Row("a new server", "results[]", "steps[].scores[].lp", may=May.FIRST_NULL)


def test_a_new_server_is_one_row() -> None:
    assert not conflicts([*TABLE, NEW])
    (shape,) = shapes_of([NEW])
    assert shape.place == ("steps", "[]", "scores")
    response = {"results": [{"steps": [{"scores": [{"lp": None}, {"lp": -0.5}, {"lp": -1}], "lp": "high"}]}]}
    with pytest.raises(UserError, match="no token log-probabilities in this object"):
        read(response)
    with mock.patch.dict(shapes._BY_NAME, scores=[shape]):
        (score,) = read(response)
        assert (score.where, score.tokens, score.total) == ("results[0].steps[0].scores", 2, -1.5)
        with pytest.raises(UserError, match="no token log-probabilities in this object"):
            read({"scores": [{"lp": -1}]})  # not in steps
        with pytest.raises(UserError, match=r"this entry has no logprob \(its fields: logprob\)"):
            read({"steps": [{"scores": [{"logprob": -1}]}]})  # the row says which field counts


def test_the_longest_place_is_the_one_that_counts() -> None:
    with pytest.raises(UserError, match=r"logprobs\.content\[0\]: this entry has no logprob"):
        read({"logprobs": {"content": [{"type": "text"}]}})
    assert [s.total for s in read({"message": {"content": [{"type": "text"}]}, "logprobs": [-1]})] == [-1]


def test_what_a_row_passes_over_may_hold_anything() -> None:
    for row in TABLE:
        for name in row.passed_over:
            junk = {name: [{"logprob": 7, "token_logprobs": [None]}, "x"]}
            assert [s.total for s in read({**junk, "logprobs": [-1], "z": {**junk}})] == [-1]
            assert [s.total for s in read([{"logprob": -1, **junk}, {**junk, "logprob": -2}])] == [-3]
