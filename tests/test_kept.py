"""A counterexample that was kept counts only when it is one: its model is evaluated anew.

After a change of a false claim ``DERIVE_GOLDEN=write python -m pytest -n 0 tests/test_kept.py`` writes the models that come with
the catalogue.
"""

import copy
import json
import os
from pathlib import Path

import pytest

from derive import *
from derive import proofs
from derive.board import catalogue
from derive.board.entries import FalseClaim
from derive.falsify import Counterexample, find_counterexample
from derive.falsify.search.kept import as_data, is_counterexample
from derive.kernel.terms import Num
from derive.language.letters import *

CLAIMS = [e for e in catalogue.all_entries() if isinstance(e, FalseClaim)]
MODELS = Path(proofs.__path__[0]) / "counterexamples.json"
CLAIM, GIVEN = Eq(entropy(V, q), log(V)), tuple(distribution(q, V))


def with_the_catalogue():
    return json.loads(MODELS.read_text(encoding="utf-8")) if MODELS.exists() else {}


def kept(claim=CLAIM, given=GIVEN):
    found = find_counterexample(claim, given)
    assert isinstance(found, Counterexample)
    return json.loads(json.dumps(as_data(found)))


@pytest.mark.parametrize("e", CLAIMS, ids=lambda e: e.name)
def test_a_model_with_fractions_is_kept_and_is_one(e):
    found = e.refute()
    data = json.loads(json.dumps(as_data(found)))
    exact = "log" not in str(found.model) and "e^" not in str(found.model)
    assert is_counterexample(data, e.claims, e.given) is exact
    assert (data is not None) is exact
    if os.environ.get("DERIVE_GOLDEN") == "write":
        models = {x.name: data if x is e else with_the_catalogue().get(x.name) for x in CLAIMS}
        lines = [f" {json.dumps(name)}: {json.dumps(model)}" for name, model in models.items() if model is not None]
        MODELS.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
    assert with_the_catalogue().get(e.name) == data


def test_a_model_of_another_claim_is_none():
    data = kept()
    assert is_counterexample(data, CLAIM, GIVEN)
    assert not is_counterexample(data, Eq(entropy(V, q), entropy(V, q)), GIVEN)  # it is true there
    assert not is_counterexample(data, CLAIM, (*GIVEN, V < 0))  # the conditions do not hold there
    assert not is_counterexample(data, Eq(entropy(V, p), log(V)), GIVEN)  # it says nothing of p


def _changed(change):
    data = copy.deepcopy(kept())
    change(data)
    return data


@pytest.mark.parametrize(
    "data",
    [
        None, [], 3, "V=1", {}, {"values": 3, "sizes": {}}, {"values": [], "sizes": []}, {"values": [["V"]], "sizes": {}},
        {"values": [["V", [], 1, 2]], "sizes": {}},  # half a class
        {"values": [["V", [], 1, 0]], "sizes": {}}, {"values": [["V", [], 10**200, 1]], "sizes": {}},
        {"values": [["V", [], True, 1]], "sizes": {}}, {"values": [["V", [1], 1, 1]], "sizes": {}},
        _changed(lambda d: d["values"].pop()), _changed(lambda d: d.pop("sizes")), _changed(lambda d: d["sizes"].update(Theta=0)),
        _changed(lambda d: d["values"].append(["q", ["1"], 1, 1])), _changed(lambda d: d["values"].append(["w", [], 1, 1])),
    ],
)  # fmt: skip
def test_damaged_data_is_no_counterexample(data):
    assert not is_counterexample(data, CLAIM, GIVEN)


def test_a_forged_integer_or_empty_sort_refutes_nothing():
    half = {"values": [["n", [], 1, 2]], "sizes": {}}
    assert not is_counterexample(half, 1 <= n, (0 < n,))  # true for integers
    nobody = {"values": [], "sizes": {"Theta": 0}}
    assert not is_counterexample(nobody, Num(1) < 1, (ForAll(theta, p_theta[theta][1][1] < p_theta[theta][1][1]),))
