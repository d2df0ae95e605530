"""Damaged files: an example of each kind of file that derive reads, what reads it, and ways to spoil it.

``spoiled`` makes one damaged file from an example, by a seed; the same seed gives the same file.  ``python damaged.py READER SEED
COUNT`` reads so many in a row and prints how much memory that took, in bytes.
"""

from __future__ import annotations

import io
import json
import random
import re
import sys
import tempfile
import warnings
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from derive.errors import UserError

ROOT = Path(__file__).parent.parent
RESPONSES = sorted((ROOT / "tests/examples/responses").iterdir())
GIVEN = sorted(p for p in (ROOT / "docs/examples").iterdir() if p.suffix in (".toml", ".json"))
NOTATIONS = sorted((ROOT / "derive/render/formula/notations").glob("*.toml"))
STREAM = (
    b'data: {"choices": [{"index": 0, "logprobs": {"content": [{"token": "a", "logprob": -0.5}]}}]}\n\n' * 3
    + b"data: [DONE]\n"
)
TEXTS = [b"-0.7 -0.4\n\n-0.3, -0.3\n-0.6\n", STREAM, b"[-0.5, -0.25]\n[-1]\n" * 5, b"[-0.5,\n -0.25]\n"]
TEMPLATE = b'aspect = "4:3"\ndark = true\nfont = "DejaVu Sans"\nfooter = "CS 224"\n[colors]\naccent = "#FFD166"\n'
SVG = b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg" width="20" height="10" viewBox="0 0 20 10"><g><rect width="2" height="1"/></g></svg>'
THEOREM = "cross_entropy_one_hot"


class Reader(NamedTuple):
    """``read`` gets the path of a file with this ending; UserError is all that it may raise."""

    ending: str
    examples: Callable[[], list[bytes]]
    read: Callable[[str], object]


# --- what reads ------------------------------------------------------------------------------------------------------


def _score(path: str) -> None:
    from derive.score import compare, diagnose, format_report, open_data, score_stream

    with open_data(path) as stream:
        scores = list(score_stream(stream, path))
    format_report(scores, compare(scores), [diagnose("-1.1", s) for s in scores])


def _tokens(path: str) -> None:
    from derive.score import score_stream

    response = json.dumps({"logprobs": [{"7": {"logprob": -3.0}, "12": {"logprob": -1}}, {"3": {"logprob": -0.5}}]})
    list(score_stream(io.BytesIO(response.encode()), "response", tokens=path))


def _given(path: str) -> None:
    from derive.work import read_numbers, work_out, worked_text

    worked_text(work_out(_derivation("exercise_1_score_two_tokens"), read_numbers(path)))


def _notation(path: str) -> None:
    from derive.render.formula.notation import load_notation
    from derive.render.pages.text import derivation_text

    derivation_text(_derivation(THEOREM), load_notation(path))


def _template(path: str) -> None:
    from derive.slides.deck.template import load_template

    load_template(path)


def _logo(path: str) -> None:
    """Whatever is let through must be one that Typst and PowerPoint take."""
    from derive.slides.deck.template import load_template
    from derive.slides.pptx.own import own_ground

    own_ground(_deck(load_template(logo=path)))


def _check(path: str) -> None:
    from derive.board import catalogue
    from derive.slides.verify import check_deck

    check_deck(path, lambda name: catalogue.find_theorem(name).derivation)


def _into(path: str) -> None:
    from derive.slides.deck import Options
    from derive.slides.pptx import about, write

    data = Path(path).read_bytes()
    about(data, "new.pptx")
    write(_deck(), "new.pptm", Options(into=data))


def _cached(path: str) -> None:
    """What is damaged does not count; only in the key and the value of a whole entry may there be anything."""
    from derive.certify.cache import _result
    from derive.store import Store

    _result(Store(Path(path).parent).get(Path(path).stem, "key"))


def _notes(path: str) -> None:
    from derive.notes.document import read_document

    read_document(path)


# --- what is read ----------------------------------------------------------------------------------------------------


NOTES = rb"""\documentclass{article}
\newcommand{\E}[2][x]{\mathbb{E}_{#1}\left[#2\right]}
\def\be{\begin{equation}} \def\ee{\end{equation}}
\begin{document}
Let $q_k > 0$ and \verb|$| so on.
%: k = 1..K
%: \sum_k q_k = 1
\begin{align*}
H(q) &= -\sum_{k=1}^K q_k \log q_k \label{eq:h} \\
     &= \E[k]{-\log q_k} & \text{for all $k$} \tag{3}
\end{align*}
\be \begin{aligned} a &= \frac{1}{2} \\ &= \underbrace{0.5}_{\text{half}} \end{aligned} \ee
\input{rest}
\end{document}
"""
MARKDOWN_NOTES = b"""---\ntitle: x\n---\n# A\n\n<!--: k = 1..K -->\n$$\na = b\n$$ {#eq-a}\n\n> $$ c = d $$\n
```py\n$$ x $$\n```\n\n- one $y$\n  \\begin{align}\n  e &= f\n  \\end{align}\n\n| a | $b$ |\n|---|---|\n"""
NOTEBOOK = json.dumps(
    {"cells": [{"cell_type": "markdown", "source": ["# A\n", "$$ a = b $$"], "metadata": {}},
               {"cell_type": "code", "source": "1", "outputs": [], "metadata": {}, "execution_count": None}],
     "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1,
).encode()  # fmt: skip


@cache
def _derivation(name: str) -> Any:
    from derive.board import catalogue

    return catalogue.find_theorem(name).derivation


def _deck(template: Any = None) -> Any:
    from derive.render.formula.notation import load_notation
    from derive.slides.deck.build import Choice, build
    from derive.slides.deck.template import Template

    return build([(THEOREM, _derivation(THEOREM))], Choice(load_notation("compact"), "compact"), template or Template())


@cache
def _written(target: str) -> bytes:
    from derive.slides.deck import Options
    from derive.slides.targets import TARGETS

    t = TARGETS[target]
    data: bytes = next(iter(t.printer.write(_deck(), f"deck{t.ending}", Options()).values()))
    if target == "html":  # without what KaTeX and reveal.js bring, which is no business of a reader's
        data = re.sub(rb"(<(script|style)\b[^>]*>).*?(</\2>)", rb"\1\3", data, flags=re.DOTALL)
    return data


@cache
def _presentation() -> bytes:
    from pptx import Presentation

    presentation = Presentation()
    presentation.slides.add_slide(presentation.slide_layouts[5]).shapes.title.text = "Mine"
    out = io.BytesIO()
    presentation.save(out)
    return out.getvalue()


@cache
def _png() -> bytes:
    from PIL import Image

    out = io.BytesIO()
    Image.new("RGBA", (13, 7), "red").save(out, "PNG")
    return out.getvalue()


def _entry() -> bytes:
    from derive.store import Store

    with tempfile.TemporaryDirectory() as folder:
        Store(Path(folder)).keep({"x": ("key", {"name": THEOREM, "ok": True, "assumptions": ["a"]})})
        return Path(folder, "x.json").read_bytes()


def _files(*paths: Path) -> Callable[[], list[bytes]]:
    return lambda: [p.read_bytes() for p in paths]


READERS = {
    "score": Reader(".json", lambda: [*_files(*RESPONSES)(), *TEXTS], _score),
    "tokens": Reader(".json", lambda: [b"[7, 3]", b'[["7", "3"]]', b"7 3\n"], _tokens),
    "given, TOML": Reader(".toml", _files(*(p for p in GIVEN if p.suffix == ".toml")), _given),
    "given, JSON": Reader(".json", _files(*(p for p in GIVEN if p.suffix == ".json")), _given),
    "notation": Reader(".toml", _files(*NOTATIONS), _notation),
    "template": Reader(".toml", lambda: [TEMPLATE], _template),
    "logo, PNG": Reader(".png", lambda: [_png()], _logo),
    "logo, SVG": Reader(".svg", lambda: [SVG], _logo),
    "deck, HTML": Reader(".html", lambda: [_written("html")], _check),
    "deck, Markdown": Reader(".md", lambda: [_written("markdown")], _check),
    "deck, Beamer": Reader(".tex", lambda: [_written("beamer")], _check),
    "deck, notebook": Reader(".ipynb", lambda: [_written("notebook")], _check),
    "deck, PowerPoint": Reader(".pptx", lambda: [_written("pptx")], _check),
    "into": Reader(".pptx", lambda: [_presentation()], _into),
    "notes, LaTeX": Reader(".tex", lambda: [NOTES], _notes),
    "notes, Markdown": Reader(".md", lambda: [MARKDOWN_NOTES], _notes),
    "notes, notebook": Reader(".ipynb", lambda: [NOTEBOOK], _notes),
    "results that were kept": Reader(".json", lambda: [_entry()], _cached),
}
"""Every kind of file that derive reads, but Python files, which are programs."""


# --- ways to spoil it ------------------------------------------------------------------------------------------------

ODD = ["NaN", "-Infinity", "1e999", "-1e999", "9" * 5000, "1e30", "1e999999999", "-1", "0", "null", "true", '""', "[]", "{}", "'", '"',
       "[" * 2000, "{" * 2000, "<" * 2000, "<div " * 2000, "<!--", "-->", "\\", "\x00", "\ufeff", "\r\n", "\ud7ff", "$", "${", "$9", "{$t",
       "=" * 3000, "\n" * 3000, " " * 3000, "a." * 3000, "../" * 50, "../../etc/passwd", "%00", "\u202e"]  # fmt: skip
VALUES: list[Any] = [None, True, False, 0, -1, 1.5, 1e308, 10**400, float("nan"), float("inf"), "", "x" * 1000, "-0.5", [], {}, [[]],
                     [None], {"a": None}, ["x"] * 300, {str(i): i for i in range(300)}]  # fmt: skip


def spoiled(example: bytes, rng: random.Random) -> bytes:
    """The example with some damage."""
    for _ in range(rng.choice((1, 1, 1, 2, 4))):
        kinds = [_bytes, _bytes, _text]
        if example.startswith(b"PK\x03\x04"):
            kinds = [_bytes, _zip, _zip, _zip, _zip]
        elif example.lstrip()[:1] in (b"{", b"["):
            kinds += [_json, _json, _json]
        elif example.lstrip().startswith(b"<"):
            kinds += [_xml, _xml]
        example = rng.choice(kinds)(example, rng)
    return example


def _bytes(data: bytes, rng: random.Random) -> bytes:
    at, length = rng.randrange(len(data) + 1), rng.choice((1, 2, 8, 100))
    other = rng.randrange(len(data) + 1)
    return rng.choice(
        (
            lambda: data[:at] + bytes(rng.randrange(256) for _ in range(length)) + data[at + length :],
            lambda: data[:at] + data[at + length :],
            lambda: data[:at],
            lambda: data + data,
            lambda: data[:at] + data[other : other + 200] + data[at:],
            lambda: data[:at] + rng.choice((b"\x00", b"\xff", b"\xed\xa0\x80", b"\xc3", b"\xf0\x9f")) + data[at:],
            lambda: b"\xef\xbb\xbf" + data,
            lambda: data.replace(b"\n", b"\r\n"),
            lambda: data.decode("latin-1").encode("utf-16"),
            lambda: b"",
        )
    )()


def _text(data: bytes, rng: random.Random) -> bytes:
    """A word, number or sign replaced by an odd one, or an odd one put between."""
    places = list(re.finditer(rb"[\w.+-]+|[^\w\s]", data)) or [re.match(b"", data)]
    place = rng.choice(places)
    assert place is not None
    end = place.end() if rng.random() < 0.7 else place.start()
    return data[: place.start()] + rng.choice(ODD).encode() + data[end:]


def _json(data: bytes, rng: random.Random) -> bytes:
    """A value of another type somewhere in the tree, a field left out, or another name for one."""
    try:
        tree = json.loads(data)
    except (ValueError, RecursionError):
        return _text(data, rng)
    nodes = [
        (holder, key)
        for holder in _holders(tree)
        for key in (holder if isinstance(holder, dict) else range(len(holder)))
    ]
    if not nodes:
        return json.dumps(rng.choice(VALUES)).encode()
    holder, key = rng.choice(nodes)
    roll = rng.random()
    if roll < 0.6:
        holder[key] = rng.choice(VALUES)
    elif roll < 0.7:
        del holder[key]
    elif roll < 0.85:
        other, where = rng.choice(nodes)
        holder[key] = json.loads(json.dumps(other[where]))
    elif isinstance(holder, dict):
        holder[
            rng.choice(["logprobs", "logprob", "content", "cells", "metadata", "token_ids", "prompt_logprobs", "a"])
        ] = holder.pop(key)
    else:
        holder += holder * rng.choice((1, 50))
    return json.dumps(tree, ensure_ascii=rng.random() < 0.5).encode("utf-8", "surrogatepass")


def _holders(tree: Any) -> Iterator[Any]:
    if isinstance(tree, dict | list):
        yield tree
        for entry in tree.values() if isinstance(tree, dict) else tree:
            yield from _holders(entry)


LAUGHS = "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 10 if i else "ha"}">' for i in range(10))


def _xml(data: bytes, rng: random.Random) -> bytes:
    """Entities that stand for more than there is, elements very deep, an attribute or element changed."""
    tags = list(re.finditer(rb"<[\w:]+(?:\s[^<>]*)?>", data))
    if not tags:
        return _text(data, rng)
    tag = rng.choice(tags)
    roll = rng.random()
    if roll < 0.2:
        first = tags[0].start()
        return (
            data[:first] + f"<!DOCTYPE x [{LAUGHS}]>".encode() + data[first : tag.end()] + b"&a9;" + data[tag.end() :]
        )
    if roll < 0.35:
        deep = rng.choice((90, 300, 20_000))
        return data[: tag.end()] + b"<g>" * deep + b"</g>" * (deep if rng.random() < 0.5 else 0) + data[tag.end() :]
    if roll < 0.5:
        return data[: tag.start()] + data[tag.end() :]
    if roll < 0.6:
        return data[: tag.end()] + tag[0] * rng.choice((1, 500)) + data[tag.end() :]
    attributes = list(re.finditer(rb'="([^"]*)"', tag[0]))
    if not attributes:
        return _text(data, rng)
    one = rng.choice(attributes)
    value = rng.choice(
        ("", "0", "-1", "1e30", "nan", "9" * 400, "99999999999", "x", "rId99", "&a9;", "\u0660")
    ).encode()
    return data[: tag.start() + one.start(1)] + value + data[tag.start() + one.end(1) :]


def _zip(data: bytes, rng: random.Random) -> bytes:
    """A part left out, doubled, renamed, blown up or spoiled itself."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            if sum(item.file_size for item in file.infolist()) > 10_000_000:
                return data  # blown up before
            parts = [(item.filename, file.read(item)) for item in file.infolist()]
    except Exception:
        return _bytes(data, rng)
    if not parts:
        return data
    likely = [
        i for i, (name, _) in enumerate(parts) if re.search(r"presentation|slide\d|Content_Types|rels|theme1", name)
    ]
    at = rng.choice(likely or range(len(parts))) if rng.random() < 0.8 else rng.randrange(len(parts))
    name, content = parts[at]
    roll = rng.random()
    if roll < 0.15:
        parts.pop(at)
    elif roll < 0.2:
        parts.append(rng.choice(parts))
    elif roll < 0.25:
        parts[at] = rng.choice(parts)[0] + "x", content
    elif roll > 0.28:  # below that, it is blown up where it is written
        parts[at] = name, rng.choice((_xml, _xml, _xml, _bytes, _text))(content, rng)
    blown = parts[at][0] if 0.25 <= roll <= 0.28 else ""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as file:
        seen = set[str]()
        for name, content in parts:
            if name not in seen or roll < 0.2:
                _store(file, name, content, 120 if name == blown else 0)
            seen.add(name)
    return out.getvalue()


def _store(file: zipfile.ZipFile, name: str, content: bytes, more: int) -> None:
    """A part, with so many megabytes of nothing behind it."""
    with warnings.catch_warnings(), suppress(ValueError, UnicodeEncodeError):
        warnings.simplefilter("ignore")  # of a name that is there twice
        with file.open(name, "w") as part:
            part.write(content)
            for _ in range(more):
                part.write(bytes(1_000_000))


# --- one damaged file ------------------------------------------------------------------------------------------------


def read_spoiled(name: str, seed: int, folder: str) -> Path:
    """Make a damaged file of this kind and read it.  Returns it; whatever is raised but UserError is a fault."""
    reader, rng = READERS[name], random.Random(f"{name} {seed}")
    path = Path(folder, f"x{reader.ending}")
    path.write_bytes(spoiled(rng.choice(reader.examples()), rng))
    with suppress(UserError):
        reader.read(str(path))
    return path


def main(name: str, first: int, count: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(first, first + count):
            read_spoiled(name, seed, folder)
    peak = re.search(
        r"VmHWM:\s*(\d+) kB", Path("/proc/self/status").read_text()
    )  # getrusage counts what a parent had too
    assert peak is not None
    print(1024 * int(peak[1]))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
