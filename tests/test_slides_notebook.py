"""The notebook of slides, and slides in a notebook's output cell.  Needs nbformat (PyPI) and chromium (Debian)."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from browser import Browser, Page
from needs import missing
from sweep import dealt

from derive.board import catalogue
from derive.errors import UserError
from derive.render.formula.nodes import Mark, Symbol, row
from derive.render.formula.notation import load_notation, notation_names
from derive.slides.deck import Deck, Options, Picture, Slide, Stamp, Step
from derive.slides.deck.build import Choice, build
from derive.slides.deck.stamps import line_digest, read_stamp
from derive.slides.deck.template import Template
from derive.slides.notebook import fragment, read_back, write
from derive.slides.view import slides_view

RESIDUAL = "label_smoothing_residual"  # two slides, with a carried line


@cache
def made(*names: str, notation: str = "compact", title: str = "") -> Deck:
    """The deck of these theorems, or of all that are tried in the notation."""
    theorems = [catalogue.find_theorem(n) for n in names] or dealt(catalogue.theorems(), notation, notation_names())
    choice = Choice(load_notation(notation), notation)
    return build([(t.name, t.derivation) for t in theorems], choice, Template(), title=title)


def notebook(deck: Deck, handout: bool = False) -> dict[str, Any]:
    """The notebook, which nbformat finds valid."""
    try:
        import nbformat
    except ImportError:
        missing("nbformat (PyPI)", "there is no nbformat")
    (data,) = write(deck, "deck.ipynb", Options(handout=handout)).values()
    nbformat.validate(nbformat.reads(data.decode(), as_version=4))
    read: dict[str, Any] = json.loads(data)
    assert (read["nbformat"], read["nbformat_minor"]) == (4, 5)
    return read


def source(cell: dict[str, Any]) -> str:
    return "".join(cell["source"])


def kinds(cells: list[dict[str, Any]]) -> list[str]:
    return [c["metadata"]["slideshow"]["slide_type"] for c in cells]


# --- the notebook ----------------------------------------------------------------------------------------------------


def test_a_cell_for_each_step() -> None:
    first, *steps, last = notebook(made("cross_entropy_is_nll"))["cells"]
    assert source(first) == (
        "## Summed over a sequence, one-hot cross-entropy is the negative log-likelihood of the output\n\n"
        "*Given* $1 \\le y_t \\le V$ for $t = 1, \\dots, T$; and $p_t(k) > 0$ for $t = 1, \\dots, T$ and $k = 1, \\dots, V$\n\n"
        "**Claim** $\\displaystyle \\sum_{t=1}^T H(\\delta_{y_t}, p_t) = -\\log \\Pr(y \\mid x)$"
    )
    assert [source(s) for s in steps] == [
        "$\\displaystyle \\sum_{t=1}^T H(\\delta_{y_t}, p_t)$",
        "$\\displaystyle = \\sum_{t=1}^T ({\\color{#a8201a}{-\\log p_t(y_t)}})$<br>\n"
        "&emsp;&emsp;*cross-entropy with a one-hot target is the surprisal of the true token*",
        "$\\displaystyle = {\\color{#a8201a}{-\\sum_{t=1}^T \\log p_t(y_t)}}$<br>\n&emsp;&emsp;*the sign comes out of the sum*",
        "$\\displaystyle = -\\,{\\color{#a8201a}{\\log \\prod_{t=1}^T p_t(y_t)}}$<br>\n"
        "&emsp;&emsp;*the log of a product is the sum of the logs*",
        "$\\displaystyle = -\\log \\,{\\color{#a8201a}{\\Pr(y \\mid x)}}$<br>\n"
        "&emsp;&emsp;*definition of the sequence's probability ∎*",
    ]
    assert re.fullmatch(r"<small>cross\\_entropy\\_is\\_nll · derive \S+ · [0-9a-f]{16}</small>", source(last))


def test_each_line_comes_at_a_click() -> None:
    assert kinds(notebook(made("cross_entropy_is_nll"))["cells"]) == ["slide", "-", *["fragment"] * 4, "-"]
    two = kinds(notebook(made(RESIDUAL))["cells"])
    assert two == [
        "slide",
        "-",
        "fragment",
        "fragment",
        "slide",
        "-",
        *["fragment"] * 3,
        "-",
    ]  # the carried line stands there
    assert "fragment" not in kinds(notebook(made(RESIDUAL), handout=True)["cells"])


def test_facts_on_the_way_share_a_slide() -> None:
    deck = made("residual_nonneg_of_most_probable")
    cells = notebook(deck)["cells"]
    assert kinds(cells).count("slide") == len(deck.sheets) < len(deck.slides)
    assert sum(source(c).count("### Next") for c in cells) == 2  # the second is below the heading of the next sheet


def test_several_theorems_have_a_title_cell() -> None:
    read = notebook(made("cross_entropy_is_nll", RESIDUAL, title="Losses & *more*"))
    assert source(read["cells"][0]).startswith("# Losses \\& \\*more\\*\n\n1. Summed over a sequence")
    assert read["metadata"]["title"] == "Losses & *more*"


@pytest.mark.parametrize("notation", notation_names())
def test_every_theorem_is_valid_and_found_again(notation: str) -> None:
    deck = made(notation=notation)
    read = notebook(deck)
    ids = [c["id"] for c in read["cells"]]
    assert len(set(ids)) == len(ids)
    (data,) = write(deck, "deck.ipynb", Options()).values()
    assert data == write(deck, "deck.ipynb", Options())["deck.ipynb"]
    stamps, shown = read_back(data)
    assert tuple(stamps) == deck.stamps
    assert sorted(s.place for s in shown if not s.beside) == sorted(place for s in deck.slides for place in s.places)
    assert [s for s in shown if line_digest(s.text) != s.digest] == []


def test_an_edited_line_is_found() -> None:
    data = write(made(RESIDUAL), "deck.ipynb", Options())["deck.ipynb"]
    for old, new, place in ((b"linearity of sums", b"magic", "3"), (b"**Claim** $", b"**Claim** $1 + ", "claim")):
        _, shown = read_back(data.replace(old, new, 1))
        assert [s.place for s in shown if line_digest(s.text) != s.digest] == [place]


@pytest.mark.parametrize(
    "data", [b"", b"[]", b"{}", b'{"metadata": {"derive": {"stamps": ["x"]}}, "cells": [1]}', b"\xff"]
)
def test_another_file_has_nothing_to_compare(data: bytes) -> None:
    if b"stamps" in data:
        with pytest.raises(UserError, match="is not a stamp"):
            read_back(data)
    else:
        assert read_back(data) == ([], [])


def test_stamps_are_in_the_metadata() -> None:
    (stamp,) = notebook(made(RESIDUAL))["metadata"]["derive"]["stamps"]
    assert read_stamp(stamp) == made(RESIDUAL).stamps[0]


def test_a_plot_is_attached_to_its_cell() -> None:
    svg = "<svg xmlns='http://www.w3.org/2000/svg'/>"
    plot = Picture("plot 1", "A curve [of x_1]", svg, b"", b"", 20, 10)
    _, cell = notebook(Deck((Slide("plot", "t", ("A plot",), picture=plot),), Template()))["cells"]
    assert source(cell) == "![A curve \\[of x\\_1\\]](attachment:plot-1.svg)"
    assert list(cell["attachments"]) == ["plot-1.svg"]


def test_hostile_text_is_escaped() -> None:
    text = "<script>alert(1)</script> $x$ *a* _b_ `c` [l](http://e.e) # \\write18{x} \u202eevil\u0007"
    x = Symbol("x", "var")
    steps = (Step("1", 1, "=", (row(Mark(Symbol(text, "name")), x), x), (text,)),)
    stamp = Stamp("<b>--></b>", "1.0", "0" * 16, "compact", "board")
    slide = Slide("steps", "t", (text,), given=(text,), steps=steps, notes=((text,),), gaps=2, stamp=stamp)
    deck = Deck((slide,), Template(footer=text), text, text, ((text,),))
    cells = "\n".join(map(source, notebook(deck)["cells"]))
    written = r"\<script\>alert(1)\</script\> <span>\$</span>x<span>\$</span> \*a\* \_b\_ \`c\` \[l\](http\://e.e) \# \\write18\{x\} evil"
    assert cells.count(written) == 8  # title, subtitle, contents, heading, condition, reason, note, footer
    rest = cells.replace(written, "")
    assert "\\text{script}\\gt" in rest  # the name in the formula
    assert not re.search("<script|[\u202e\u0007]", rest)
    assert "**2 gaps are left**" in cells


def test_a_fragment_is_the_markdown_of_the_cells() -> None:
    text = fragment(made("cross_entropy_is_nll"), Options())
    assert text.startswith("## Summed over a sequence")
    assert text.count("\n\n$\\displaystyle ") == 5


# --- in an output cell -----------------------------------------------------------------------------------------------


def test_the_view_says_what_it_is() -> None:
    view = slides_view(catalogue.find_theorem(RESIDUAL).check())
    assert repr(view) == f"<2 slides of {RESIDUAL}; .save('{RESIDUAL}.html') writes them>"
    bundle = view._repr_mimebundle_()
    assert set(bundle) == {"text/html", "text/plain"}
    assert bundle["text/plain"] == repr(view)
    assert bundle["text/html"].startswith('<iframe sandbox="allow-scripts" ')
    assert bundle["text/html"].count("<") == 2  # the page is inside an attribute, escaped


def test_the_view_takes_a_checked_derivation_and_choices() -> None:
    derivation = catalogue.find_theorem("cross_entropy_is_nll").check()
    view = slides_view(derivation, notation="pr", first=2, last=3, aspect="4:3", dark=True)
    assert [t.place for s in view.deck.slides for t in s.steps if t.relation or not s.part > 1] == ["1", "2", "3"]
    assert "aspect-ratio: 4 / 3" in view._repr_mimebundle_()["text/html"]


def test_what_cannot_be_shown_is_refused_at_once() -> None:
    with pytest.raises(UserError, match="no level of detail 'wall'"):
        slides_view(catalogue.find_theorem(RESIDUAL).check(), detail="wall")


def test_the_view_saves_every_kind_of_file(tmp_path: Path) -> None:
    view = slides_view(catalogue.find_theorem("cross_entropy_is_nll").check(), title="A talk")
    assert view.save(tmp_path / "a.ipynb") == [tmp_path / "a.ipynb"]
    assert view.save(str(tmp_path / "b.md"), flavour="slidev") == [tmp_path / "b.md", tmp_path / "b-slides.css"]
    assert view.save(tmp_path / "c.txt", target="html") == [tmp_path / "c.txt"]
    assert (tmp_path / "c.txt").read_text().lower().startswith("<!doctype html>")
    with pytest.raises(UserError, match="ending"):
        view.save(tmp_path / "d.xyz")


def settled(browser: Browser, page: Page, others: list[bytes]) -> bytes:
    """A picture that is none of the others, of a page that is drawn and does not move any more."""
    seen = [b""]

    def still() -> bool:
        page.evaluate("new Promise(done => setTimeout(done, 300))")
        seen.append(page.picture())
        return seen[-1] == seen[-2] and seen[-1] not in others and len(seen[-1]) > 10_000  # more than an empty page

    browser.wait(still, "another picture")
    return seen[-1]


def test_the_slides_play_in_the_output_cell(tmp_path: Path) -> None:
    """They fetch nothing, and the right arrow key brings the next line."""
    html = slides_view(catalogue.find_theorem("cross_entropy_is_nll").check())._repr_mimebundle_()["text/html"]
    file = tmp_path / "cell.html"
    file.write_text(f"<!doctype html><meta charset='utf-8'><body>{html}</body>", encoding="utf-8")
    with Browser(tmp_path) as browser:
        page = browser.open(file.as_uri())
        for kind in ("mousePressed", "mouseReleased"):
            page.call("Input.dispatchMouseEvent", type=kind, x=640, y=700, button="left", clickCount=1)
        page.until("document.activeElement.tagName === 'IFRAME'")
        pictures = [settled(browser, page, [])]
        for _ in range(2):
            page.press("ArrowRight")
            pictures.append(settled(browser, page, pictures))
        assert [r for r in page.requests[1:] if not r.startswith(("data:", "about:"))] == []
