"""The catalogue's own pages, read back as notes: what derive has proved, it does not call false."""

from __future__ import annotations

import pytest
from click.testing import CliRunner
from sweep import sample

from derive.board import catalogue
from derive.cli.commands import main
from derive.notes.check import check_document
from derive.notes.document.read import document_of

NAMES = sorted(e.name for e in catalogue.theorems())


@pytest.mark.parametrize("name", sample(NAMES, 4))
def test_a_page_of_the_catalogue_is_not_called_false(name: str) -> None:
    shown = CliRunner().invoke(main, ["show", name, "--as", "latex"])
    assert shown.exit_code == 0
    assert not check_document(document_of("page.tex", shown.output)).counts()["false"]
