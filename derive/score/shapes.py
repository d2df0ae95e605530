"""Where servers and people write the log-probabilities of a sequence: one row each.

A path leads to one log-probability: ``[]`` is any entry of a list, ``*`` any field, ``[0]`` the head of a pair or
triple, ``[+]`` each entry of a list inside an entry, ``[content]`` that entry whose text is the field ``content``.  The last
``[]`` is the sequence.  The names before it are recognised wherever they stand, so a response may
be wrapped (as in a batch file) or taken apart.  To add a server is to add its row here, and an example to
``tests/examples/responses``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import Flag, auto
from typing import Any, NamedTuple


class May(Flag):
    """What the list of a row may be besides a full list of log-probabilities."""

    FIRST_NULL = auto()  # nothing comes before the first token, so a server that scores the prompt leaves it out
    EMPTY = auto()
    NULL = auto()  # as it is where it was not asked for
    TEXT = auto()  # a number may be in quotation marks
    OTHER = auto()  # lists of other things have this name too (a message's `content`): the entries tell


class Row(NamedTuple):
    """One shape.

    ``inside``: where ``path`` usually begins.  ``passed_over``: fields, wherever they stand, with what might have been
    said instead.  ``texts``: the field beside the list that has the texts of the tokens, one each.  ``ids``: the field beside
    it that says which token was taken, where a position lists several.  ``note``: what is to be said of such a sequence.
    """

    name: str
    inside: str
    path: str
    passed_over: tuple[str, ...] = ()
    may: May = May(0)
    texts: str = ""
    ids: str = ""
    note: str = ""

    @property
    def place(self) -> tuple[str, ...]:
        """The names that lead to the list, with ``[]`` for the entry of a list on the way."""
        return tuple(re.findall(r"[^.\[\]]+|\[\]", self.path.rpartition("[]")[0]))

    @property
    def entry(self) -> str:
        """What leads from an entry of the list to its log-probability."""
        return self.path.rpartition("[]")[2]

    @property
    def field(self) -> str:
        """The field of an entry that has the log-probability, or where ``[+]`` stands the log-probabilities."""
        return self.entry.rpartition(".")[2].removesuffix("[+]") if "." in self.entry else ""


_PROBABILITIES = "the file has probabilities, as they were after sampling; what was added are their logarithms"
_WHOLE = (
    "each number here is the log-likelihood of a whole continuation, and the file does not say of how many tokens: the total is "
    "right, and whatever is said to be per token is per continuation"
)

TABLE = (
    Row("plain list", "", "[]", may=May.FIRST_NULL),
    Row("token objects", "", "[].logprob", may=May.FIRST_NULL),
    Row("object with logprobs", "", "logprobs[]", may=May.FIRST_NULL, texts="tokens"),
    Row("object with log_probs", "", "log_probs[]", may=May.FIRST_NULL),
    Row("object with logps", "", "logps[]", may=May.FIRST_NULL),
    Row("OpenAI chat completions", "choices[]", "logprobs.content[].logprob", ("top_logprobs", "refusal"), May.EMPTY),
    Row("OpenAI chat, logprobs alone", "", "content[].logprob", ("topLogprobs",), May.EMPTY | May.OTHER),
    Row("OpenAI responses", "output[].content[]", "logprobs[].logprob", ("top_logprobs",), May.FIRST_NULL),
    Row("OpenAI completions", "choices[].logprobs", "token_logprobs[]", ("top_logprobs",), May.FIRST_NULL, "tokens"),
    Row(
        "vLLM prompt",
        "",
        "prompt_logprobs[].*.logprob",
        (),
        May.FIRST_NULL | May.EMPTY | May.NULL,
        "",
        "prompt_token_ids",
    ),
    Row("vLLM sample", "outputs[]", "logprobs[].*.logprob", may=May.FIRST_NULL, ids="token_ids"),
    Row("Gemini", "candidates[].logprobsResult", "chosenCandidates[].logProbability", ("topCandidates",)),
    Row("Gemini SDK", "candidates[].logprobs_result", "chosen_candidates[].log_probability", ("top_candidates",)),
    Row("text-generation-inference", "details", "tokens[].logprob", ("top_tokens",), May.EMPTY | May.OTHER),
    Row("TGI prefill", "details", "prefill[].logprob", (), May.FIRST_NULL | May.EMPTY | May.OTHER),
    Row("llama.cpp", "", "completion_probabilities[].logprob", ("top_logprobs", "top_probs")),
    Row("llama.cpp, after sampling", "", "completion_probabilities[].prob", ("top_probs",), note=_PROBABILITIES),
    Row("llama.cpp before 2025", "", "completion_probabilities[].probs[content].prob", note=_PROBABILITIES),
    Row("Cohere", "", "logprobs[].logprobs[+]", may=May.FIRST_NULL),
    Row("Cohere generate", "generations[]", "token_likelihoods[].likelihood"),
    Row("lm-evaluation-harness", "", "resps[][][0]", ("filtered_resps",), May.TEXT, note=_WHOLE),
    Row("SGLang output", "meta_info", "output_token_logprobs[][0]", ("output_top_logprobs",)),
    Row("SGLang input", "meta_info", "input_token_logprobs[][0]", ("input_top_logprobs",), May.FIRST_NULL | May.EMPTY),
    Row("Ollama", "", "logprobs[].logprob", ("top_logprobs",), May.FIRST_NULL),
)

PASSED_OVER = frozenset(name for row in TABLE for name in row.passed_over)
SPELLINGS = frozenset({"logprob", "logProbability", "log_probability", "log_prob"})
"""In a path, each of these stands for all: people who write such lists by hand use any."""


class Shape(NamedTuple):
    """A list in one place: what the rows with that place agree on, and the names that they give together.

    ``values``: fields of an entry with its log-probability; ``parts``: with a list of them; ``probabilities``: with a
    probability, or candidates that have one.
    """

    place: tuple[str, ...]
    may: May
    values: frozenset[str]
    heads: bool = False
    texts: str = ""
    ids: str = ""
    parts: frozenset[str] = frozenset()
    probabilities: frozenset[str] = frozenset()
    note: str = ""


def shapes_of(table: Sequence[Row]) -> list[Shape]:
    """The shapes of a table, the longest place first."""
    places: dict[tuple[str, ...], list[Row]] = {}
    for row in table:
        places.setdefault(row.place, []).append(row)
    shapes = []
    for place, rows in sorted(places.items(), key=lambda item: -len(item[0])):
        linear = {row for row in rows if row.field == "prob"}
        parts = {row.field for row in rows if row.entry.endswith("[+]")}
        values = {row.field for row in rows if row.field and row not in linear} - parts or set(SPELLINGS)
        values |= SPELLINGS if values & SPELLINGS else set()
        shapes.append(
            Shape(
                place,
                rows[0].may,
                frozenset(values),
                any(row.entry == "[0]" for row in rows),
                max(row.texts for row in rows),
                max(row.ids for row in rows),
                frozenset(parts),
                frozenset(row.entry.split("[")[0].split(".")[1] for row in linear),
                max(row.note for row in rows),
            )
        )
    return shapes


*_NAMED, WHOLE = shapes_of(TABLE)  # WHOLE: a list that is all there is
_BY_NAME = {name: [s for s in _NAMED if s.place[-1] == name] for name in {s.place[-1] for s in _NAMED}}
BESIDE = frozenset(shape.ids for shape in _NAMED if shape.ids)


def shape_at(path: Sequence[Any]) -> Shape | None:
    """The shape of what stands at a path of names and indices."""
    for shape in _BY_NAME.get("[]" if isinstance(path[-1], int) else path[-1], ()):
        end = path[-len(shape.place) :]
        if tuple("[]" if isinstance(step, int) else step for step in end) == shape.place:
            return shape
    return None
