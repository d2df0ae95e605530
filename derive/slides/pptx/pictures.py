"""How large the formulas of a deck are, and a picture of each, all made by one run of Typst.

The pictures are what a program shows that does not know PowerPoint's equations, such as Google Slides.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from derive.errors import UserError
from derive.render.formula.nodes import Node, first
from derive.slides.deck.colours import TERMS

ABOVE, BELOW = 0.78, 0.22  # em that a line of letters takes above and below its baseline, however low they are
POINTS = 24  # at which they are drawn
PIXELS = 200  # per inch


class Formula(NamedTuple):
    """A formula's width, its height above the baseline and its depth below, in em; and a picture, transparent PNG."""

    width: float
    above: float
    below: float
    png: bytes


def drawn(
    nodes: Iterable[Node], color: str, changed: str, terms: Sequence[str] = (), pictures: bool = True
) -> dict[Node, Formula]:
    """Every formula in the text's colour, its marked parts in that of changes, ``terms`` in theirs (all "#rrggbb"); without ``pictures`` only
    how large they are."""
    from derive.render.pens.typst import node_typst

    try:
        import typst
    except ImportError:
        raise UserError(
            "pictures of formulas are made with typst, which is not installed: pip install '.[slides]' in derive's folder"
        ) from None
    wanted = tuple(dict.fromkeys(nodes))
    if not wanted:
        return {}
    # an empty word in front of a sign keeps the space before it, as in a = b
    names = TERMS[: len(terms)]
    inks = "\n".join(
        f'#let {n}(x) = text(fill: rgb("{c}"), x)' for n, c in zip(("changed", *names), (changed, *terms), strict=True)
    )
    bodies = (
        ("" if _operand_first(n) else '""') + node_typst(n, mark="changed", tints=names, legible=True) for n in wanted
    )
    formulas = "#pagebreak()\n".join(f"#formula(${body}$)\n" for body in bodies)
    source = f'''#set page(width: auto, height: auto, margin: 0pt, fill: none)
#set text(size: {POINTS}pt, fill: rgb("{color}"), top-edge: "bounds", bottom-edge: "bounds")
#set math.lr(size: 1em)
{inks}
#let formula(it) = {{
  let line = box(width: 0pt, height: {ABOVE + BELOW}em, baseline: {BELOW}em)
  let it = {{ math.equation(block: false, math.display(it.body)); line }}
  it
  context {{
    let strut = box(width: 0pt, height: 100pt, baseline: 100pt)
    let (width, height) = measure(it)
    [#metadata((width.pt(), height.pt(), measure(box({{ it; strut }})).height.pt() - 100))<size>]
  }}
}}
{formulas}'''.encode()
    try:
        pages = typst.compile(source, format="png", ppi=PIXELS, ignore_system_fonts=True) if pictures else b""
        sizes = _sizes(typst, source)
    except RuntimeError as error:
        raise UserError(f"Typst cannot draw the formulas of this deck: {error}") from None
    pngs = [bytes(p) for p in pages] if isinstance(pages, list) else [bytes(pages)] * len(wanted)
    return {
        n: Formula(width / POINTS, above / POINTS, (height - above) / POINTS, png)
        for n, png, (width, height, above) in zip(wanted, pngs, sizes, strict=True)
    }


def _operand_first(node: Node) -> bool:
    start = first(node)
    return start is None or start.kind not in ("rel", "op")


def _sizes(typst: Any, source: bytes) -> list[tuple[float, float, float]]:
    import json

    found: list[tuple[float, float, float]] = json.loads(
        typst.query(source, "<size>", field="value", ignore_system_fonts=True)
    )
    return found


def picture(svg: bytes, width: float, height: float) -> bytes:
    """An SVG as PNG, as large as it can be within a width and a height in points."""
    from derive.slides.typst import typeset

    source = f"""#set page(width: auto, height: auto, margin: 0pt, fill: none)
#context {{
  let natural = measure(image("logo.svg"))
  let scale = calc.min({width}pt / natural.width, {height}pt / natural.height)
  image("logo.svg", width: scale * natural.width, height: scale * natural.height)
}}"""
    try:
        import typst

        return typeset({"main.typ": source.encode(), "logo.svg": svg}, "png", ppi=3 * PIXELS, ignore_system_fonts=True)[
            0
        ]
    except ImportError:
        raise UserError(
            "an SVG is drawn with typst, which is not installed: pip install '.[slides]' in derive's folder"
        ) from None
    except typst.TypstError as error:
        raise UserError(f"the SVG cannot be drawn: {error}") from None
