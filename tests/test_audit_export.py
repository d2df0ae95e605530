"""A second opinion: torch.nn.functional in PyTorch's own decomposition, read from the graph of torch.export."""

from __future__ import annotations

import pytest
from frameworks import framework

torch = framework("torch")

import audit_cases as cases
from audits import ROWS as OWN
from audits import asked

from derive.audit.model.trace import Unread

pytestmark = pytest.mark.filterwarnings("default")

F = torch.nn.functional
ROWS = "input=T,V target=T"


PROVED = {
    "mean": (F.cross_entropy, ROWS, "one-hot, mean over kept", {}),
    "smoothed": (F.cross_entropy, ROWS, "smoothed(eps=1/10), mean over kept", {"label_smoothing": 0.1}),
    "weighted": (F.cross_entropy, f"{ROWS} weight=V", "weighted one-hot, mean over weights", {}),
    "by hand": (cases.by_hand, OWN, "one-hot, mean over kept", {}),
}


@pytest.mark.parametrize("name", PROVED)
def test_pytorchs_own_decomposition_is_the_same_loss(name) -> None:
    function, shapes, wanted, fixed = PROVED[name]
    found = asked(function, shapes, wanted, front="export", **fixed)
    assert found.audit.verdict == "proved", found.audit.why


def test_a_wrong_loss_is_refuted_and_what_is_not_taken_is_said() -> None:
    assert asked(cases.softmax_twice, OWN, "one-hot, mean over kept", front="export").audit.verdict == "refuted"
    with pytest.raises(Unread, match=r"torch\.export does not take it"):
        asked(cases.branches_on_data, OWN, "one-hot, mean", front="export")
