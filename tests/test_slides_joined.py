"""A long PDF is set in pieces; the whole says the same, page by page, to those who read, listen and search."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from needs import need
from test_cli import run
from test_render_typst import typst
from test_slides_typst import deck, pages_of

from derive.board.catalogue import theorems
from derive.errors import UserError
from derive.slides import typst as printer
from derive.slides.deck import Deck, Options
from derive.slides.typst import write
from derive.slides.typst.source import title_slides
from derive.values import replace

pypdf = pytest.importorskip("pypdf", reason="pip install '.[slides]' has pypdf")


@pytest.fixture(scope="module")
def course() -> Deck:
    typst()
    return deck(*(t.name for t in theorems("perplexity")))


@pytest.fixture(scope="module")
def both(course: Deck) -> tuple[Any, Any]:
    """Set at once, and in pieces of ten pages."""
    with pytest.MonkeyPatch.context() as patch:
        out = []
        for most in (10_000, 10):
            patch.setattr(printer, "PAGES", most)
            data = write(course, "a.pdf", Options())["a.pdf"]
            out.append(pypdf.PdfReader(io.BytesIO(data), strict=True))
    return out[0], out[1]


def catalog(reader: Any) -> Any:
    return reader.trailer["/Root"]


def parts(element: Any, reader: Any) -> Iterator[tuple[str, str, list[int]]]:
    """The tagged parts in the order in which they are read: kind, words, and the pages of what is marked."""
    pages = {p.indirect_reference.idnum: i for i, p in enumerate(reader.pages)}

    def go(e: Any, page: int) -> Iterator[tuple[str, str, list[int]]]:
        page = pages[e.raw_get("/Pg").idnum] if "/Pg" in e else page
        kids = e.get("/K", [])
        kids = [k.get_object() for k in (kids if isinstance(kids, list) else [kids])]
        own = [page for k in kids if not isinstance(k, dict)]
        own += [
            pages[k.raw_get("/Pg").idnum] if "/Pg" in k else page for k in kids if isinstance(k, dict) and "/MCID" in k
        ]
        yield str(e.get("/S")), str(e.get("/Alt", "")), own
        for k in kids:
            if isinstance(k, dict) and "/S" in k:
                yield from go(k, page)

    yield from go(element, -1)


def test_each_page_says_and_looks_the_same(both: tuple[Any, Any], course: Deck, tmp_path: Path) -> None:
    whole, pieces = both
    assert len(whole.pages) == len(pieces.pages) == course.pages + len(title_slides(course)) > 20
    looks: tuple[list[bytes], list[bytes]] = ([], [])
    says: tuple[list[bytes], list[bytes]] = ([], [])
    for n, reader in enumerate(both):
        file = tmp_path / f"{n}.pdf"
        file.write_bytes(reader.stream.getvalue())
        text = subprocess.run([need("pdftotext", "poppler-utils"), file, "-"], check=True, capture_output=True)
        says[n].extend(text.stdout.split(b"\f"))
        subprocess.run([need("pdftoppm", "poppler-utils"), "-r", "30", file, tmp_path / f"{n}"], check=True)
        looks[n].extend(f.read_bytes() for f in sorted(tmp_path.glob(f"{n}-*.ppm")))
    assert says[0] == says[1]
    assert looks[0] == looks[1]
    assert len(set(looks[0])) > 20


def test_those_who_listen_hear_the_same(both: tuple[Any, Any]) -> None:
    first, second = ([*parts(catalog(r)["/StructTreeRoot"]["/K"][0], r)] for r in both)
    assert first == second
    assert sum(kind == "/Formula" and alt != "" for kind, alt, _ in first) > 50


def test_what_is_marked_on_a_page_finds_its_part(both: tuple[Any, Any]) -> None:
    """The tree by which readers go from a page to what is what: a list for each page, of parts of that page."""
    pieces = both[1]
    numbers = catalog(pieces)["/StructTreeRoot"]["/ParentTree"]["/Nums"]
    lists = dict(zip(map(int, numbers[::2]), numbers[1::2], strict=True))
    assert list(lists) == list(range(len(pieces.pages)))
    for n, page in enumerate(pieces.pages):
        assert page["/StructParents"] == n
        marked = [e.get_object() for e in lists[n].get_object()]
        assert marked
        assert {e.raw_get("/Pg").idnum for e in marked if "/Pg" in e} <= {page.indirect_reference.idnum}
        for e in marked:
            while e["/S"] != "/Document":
                e = e["/P"]
            assert e.indirect_reference == catalog(pieces)["/StructTreeRoot"]["/K"][0].indirect_reference


def test_the_bookmarks_are_those_of_all(both: tuple[Any, Any]) -> None:
    first, second = ([(m.title, r.get_destination_page_number(m)) for m in r.outline] for r in both)
    assert first == second
    assert len(first) >= len(theorems("perplexity"))
    assert [catalog(r)["/Outlines"]["/Count"] for r in both] == [len(first)] * 2


def test_it_says_what_it_is(both: tuple[Any, Any]) -> None:
    whole, pieces = both
    for key in ("/Lang", "/MarkInfo", "/ViewerPreferences"):
        assert catalog(whole)[key] == catalog(pieces)[key]
    assert whole.metadata["/Title"] == pieces.metadata["/Title"]
    assert whole.metadata["/Keywords"] == pieces.metadata["/Keywords"]
    about = catalog(pieces)["/Metadata"].get_data().decode()
    assert f"<xmpTPg:NPages>{len(pieces.pages)}</xmpTPg:NPages>" in about
    assert "<pdfuaid:part>1</pdfuaid:part>" in about


def test_a_sign_that_no_font_has_is_shown_by_its_number_in_pieces_too(monkeypatch: pytest.MonkeyPatch) -> None:

    some = replace(deck("cross_entropy_is_nll"), title="Course 𒀀")
    monkeypatch.setattr(printer, "PAGES", 2)
    first = pypdf.PdfReader(io.BytesIO(write(some, "a.pdf", Options())["a.pdf"])).pages[0].extract_text()
    assert "U+12000" in first.replace("\n", "")


def test_a_process_that_dies_is_said(course: Deck, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\necho no memory >&2\nexit 137\n")
    python.chmod(0o755)
    monkeypatch.setattr(printer, "PAGES", 10)
    monkeypatch.setattr(printer.sys, "executable", str(python))
    with pytest.raises(UserError, match="Typst breaks down on these slides \\(no memory\\)"):
        write(course, "a.pdf", Options())


@pytest.mark.parametrize("name", ["kl_eq_zero_iff", "label_smoothing_minimiser", "cross_entropy_one_hot"])
def test_the_pages_of_a_deck_are_counted_before_it_is_set(name: str) -> None:
    some = deck(name)
    assert pages_of(write(some, "a.pdf", Options())["a.pdf"]) == some.pages


def test_all_details_are_announced_with_their_size(tmp_path: Path) -> None:
    out = run("slides", "cross_entropy_one_hot", "--detail", "full", "-o", str(tmp_path / "a.typ"))
    assert out.exit_code == 0
    assert "derive: --detail full shows every primitive step: " in out.stderr
    assert "pages" not in out.stderr
    out = run("slides", "cross_entropy_one_hot", "--detail", "full", "-o", str(tmp_path / "a.pdf"))
    some = deck("cross_entropy_one_hot", detail="full")
    assert f"{len(some.slides)} slides, {some.pages} pages, in about" in out.stderr
    assert "full" not in run("slides", "cross_entropy_one_hot", "-o", str(tmp_path / "b.typ")).stderr
