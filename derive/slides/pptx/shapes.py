"""The XML of what stands on a slide: text boxes, equations with the picture that stands in for them, plots, and the
animation that shows one line a click.

The order of elements is that of the schemas (PresentationML, DrawingML); PowerPoint calls a file with another order
damaged.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from xml.sax.saxutils import escape, quoteattr

from derive.render.pens.omml import node_omml
from derive.render.words.prose import clean
from derive.slides.pptx.layout import Box, Equation, Grid, Text
from derive.slides.pptx.text import BREAK, SUB, Span

EMU = 12700
NAMESPACES = " ".join(
    f'xmlns:{prefix}="{uri}"'
    for prefix, uri in {
        "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
        "p": "http://schemas.openxmlformats.org/presentationml/2006/main",
        "r": "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
        "mc": "http://schemas.openxmlformats.org/markup-compatibility/2006",
    }.items()
)
EQUATIONS = "http://schemas.microsoft.com/office/drawing/2010/main"
MATH_FONT = "Cambria"  # of letters in a sentence; Cambria Math would push the lines apart
MORPH = 700  # ms that shapes move
Fills = Mapping[str, str]


def words(items: Sequence[Span], fills: Fills, size: float | None = None) -> str:
    """Runs of text; ``size`` in points, or the one that is usual there."""
    out = ""
    for s in items:
        line, *more = s.text.split(BREAK)
        out += _run(s._replace(text=line), fills, size)
        out += "".join(f"<a:br/>{_run(s._replace(text=line), fills, size)}" for line in more)
    return out


def _run(s: Span, fills: Fills, size: float | None) -> str:
    attributes = f' sz="{round(100 * size)}"' if size is not None else ""
    attributes += ' b="1"' if s.bold else ""
    attributes += ' i="1"' if s.italic else ""
    if s.shift:
        # the size of shifted text is PowerPoint's own choice, about two thirds
        attributes += ' baseline="-25000"' if s.shift == SUB else ' baseline="30000"'
    font = f'<a:latin typeface="{MATH_FONT}"/><a:ea typeface="{MATH_FONT}"/>' if s.math else ""
    inside = fills.get(s.color, "") + font
    return f'<a:r><a:rPr lang="en-US"{attributes}>{inside}</a:rPr><a:t>{escape(clean(s.text))}</a:t></a:r>'


def text_box(number: int, text: Text, fills: Fills) -> str:
    fill = fills.get(text.color, "")
    colored = tuple(s if s.color or not fill else s._replace(color=text.color) for s in text.spans)
    runs = words(colored, fills, text.size)
    return (
        f'<p:sp {NAMESPACES}><p:nvSpPr><p:cNvPr id="{number}" name={quoteattr(text.name)}/><p:cNvSpPr txBox="1"/><p:nvPr/>'
        f'</p:nvSpPr><p:spPr>{_place(text.box)}<a:prstGeom prst="rect"><a:avLst/></a:prstGeom><a:noFill/></p:spPr>'
        f'<p:txBody><a:bodyPr wrap="square" lIns="0" tIns="0" rIns="0" bIns="0" rtlCol="0" anchor="{text.anchor}"><a:noAutofit/>'
        "</a:bodyPr>"
        f'<a:lstStyle/><a:p><a:pPr marL="0" indent="0" algn="{text.align}"><a:buNone/></a:pPr>{runs}</a:p></p:txBody></p:sp>'
    )


def equation_box(
    number: int, e: Equation, name: str, alt: str, inks: Sequence[str], picture: str, dark: bool, record: str = ""
) -> str:
    """An equation, in the colours ``inks`` of what is new and of terms; ``picture`` is the relation to the picture that stands in for
    it; ``record`` is what the name would say if it did not say which term moves.

    LibreOffice draws equations black, so on dark slides it should show the picture.  It does when the namespace that the
    equation needs has another prefix than a14; PowerPoint goes by the namespace.
    """
    a14 = "equations" if dark else "a14"
    title = f" title={quoteattr(record)}" if record else ""
    about = f'<p:cNvPr id="{number}" name={quoteattr(name)} descr={quoteattr(clean(alt))}{title}/>'
    place = _place(e.box)
    side = {"l": "left", "r": "right", "ctr": "center"}[e.align]
    body = (
        '<a:bodyPr wrap="none" lIns="0" tIns="0" rIns="0" bIns="0" rtlCol="0" anchor="ctr"><a:noAutofit/></a:bodyPr>'
        "<a:lstStyle/>"
    )
    paragraph = f'<a:pPr marL="0" indent="0" algn="{e.align}"><a:buNone/></a:pPr>'
    formula = node_omml(e.node, mark_color=inks[0], tints=inks[1:], size=e.size, legible=True)
    return (
        f'<mc:AlternateContent {NAMESPACES} xmlns:{a14}="{EQUATIONS}"><mc:Choice Requires="{a14}"><p:sp><p:nvSpPr>{about}<p:cNvSpPr txBox="1"/><p:nvPr/>'
        f'</p:nvSpPr><p:spPr>{place}<a:prstGeom prst="rect"><a:avLst/></a:prstGeom><a:noFill/></p:spPr><p:txBody>{body}'
        "<a:p>"
        + paragraph
        + f'<{a14}:m><m:oMathPara xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math">'
        f'<m:oMathParaPr><m:jc m:val="{side}"/></m:oMathParaPr>{formula}</m:oMathPara></{a14}:m>'
        f'<a:endParaRPr lang="en-US" sz="{round(100 * e.size)}"/></a:p></p:txBody></p:sp></mc:Choice>'
        f'<mc:Fallback><p:sp><p:nvSpPr>{about}<p:cNvSpPr txBox="1"><a:spLocks noRot="1" noChangeAspect="1" noTextEdit="1"/>'
        f'</p:cNvSpPr><p:nvPr/></p:nvSpPr><p:spPr>{place}<a:prstGeom prst="rect"><a:avLst/></a:prstGeom><a:blipFill>'
        f'<a:blip r:embed="{picture}"/><a:stretch><a:fillRect/></a:stretch></a:blipFill></p:spPr>'
        f'<p:txBody>{body}<a:p>{paragraph}<a:r><a:rPr lang="en-US"/><a:t> </a:t></a:r></a:p></p:txBody></p:sp></mc:Fallback>'
        "</mc:AlternateContent>"
    )


def plot_box(number: int, box: Box, name: str, alt: str, png: str, svg: str) -> str:
    """A picture; ``png`` and ``svg`` are relations, the latter may be empty."""
    vector = (
        '<a:extLst><a:ext uri="{96DAC541-7B7A-43D3-8B79-37D633B846F1}"><asvg:svgBlip '
        f'xmlns:asvg="http://schemas.microsoft.com/office/drawing/2016/SVG/main" r:embed="{svg}"/></a:ext></a:extLst>'
        if svg
        else ""
    )
    return (
        f'<p:pic {NAMESPACES}><p:nvPicPr><p:cNvPr id="{number}" name={quoteattr(clean(name))} descr={quoteattr(clean(alt))}/>'
        '<p:cNvPicPr><a:picLocks noChangeAspect="1"/></p:cNvPicPr><p:nvPr/></p:nvPicPr><p:blipFill>'
        f'<a:blip r:embed="{png}">{vector}</a:blip><a:stretch><a:fillRect/></a:stretch></p:blipFill>'
        f'<p:spPr>{_place(box)}<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></p:spPr></p:pic>'
    )


def table_box(number: int, grid: Grid, fills: Fills, name: str) -> str:
    """A table that can be edited; its head is in the accent's colour, with rules under it and above a total."""
    columns = "".join(f'<a:gridCol w="{round(w * EMU)}"/>' for w in grid.widths)
    rows = ""
    high = round(grid.box.height / len(grid.rows) * EMU)
    for i, row in enumerate(grid.rows):
        ruled = ("lnB",) if i == 0 else ("lnT",) if grid.total and i == len(grid.rows) - 1 else ()
        color = "muted" if i else "accent"
        cells = "".join(
            _cell(cell, grid.size, fills, "l" if j == 0 else "r", color if not i else "text", ruled)
            for j, cell in enumerate(row)
        )
        rows += f'<a:tr h="{high}">{cells}</a:tr>'
    return (
        f'<p:graphicFrame {NAMESPACES}><p:nvGraphicFramePr><p:cNvPr id="{number}" name={quoteattr(name)}/>'
        f'<p:cNvGraphicFramePr><a:graphicFrameLocks noGrp="1"/></p:cNvGraphicFramePr><p:nvPr/></p:nvGraphicFramePr>'
        f"{_place(grid.box).replace('a:xfrm', 'p:xfrm')}"
        '<a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/table">'
        f'<a:tbl><a:tblPr firstRow="1"/><a:tblGrid>{columns}</a:tblGrid>{rows}</a:tbl></a:graphicData></a:graphic></p:graphicFrame>'
    )


def _cell(cell: Sequence[Span], size: float, fills: Fills, side: str, color: str, ruled: Sequence[str]) -> str:
    fill = fills.get(color, "")
    runs = words([s if s.color or not fill else s._replace(color=color) for s in cell], fills, size)
    lines = "".join(
        f'<a:{edge} w="{12700 if edge in ruled else 0}">{fills.get("muted", "") if edge in ruled else "<a:noFill/>"}</a:{edge}>'
        for edge in ("lnL", "lnR", "lnT", "lnB")
    )
    return (
        f'<a:tc><a:txBody><a:bodyPr/><a:lstStyle/><a:p><a:pPr algn="{side}"/>{runs}<a:endParaRPr lang="en-US" sz="{round(100 * size)}"/>'
        f'</a:p></a:txBody><a:tcPr marL="0" marR="91440" marT="0" marB="0" anchor="ctr">{lines}<a:noFill/></a:tcPr></a:tc>'
    )


def placeholder(number: int, kind: str, index: str, inside: str) -> str:
    """A placeholder of the layout that python-pptx does not copy: the footer and the slide's number."""
    return (
        f'<p:sp {NAMESPACES}><p:nvSpPr><p:cNvPr id="{number}" name="{kind}"/><p:cNvSpPr><a:spLocks noGrp="1"/></p:cNvSpPr>'
        f'<p:nvPr><p:ph type="{kind}" sz="quarter" idx="{index}"/></p:nvPr></p:nvSpPr><p:spPr/>'
        f"<p:txBody><a:bodyPr/><a:lstStyle/><a:p>{inside}</a:p></p:txBody></p:sp>"
    )


SLIDE_NUMBER = (
    '<a:fld id="{C1FF6DA9-008F-8B48-92A6-B652298478BF}" type="slidenum"><a:rPr lang="en-US"/><a:t>‹#›</a:t></a:fld>'
    '<a:endParaRPr lang="en-US"/>'
)


def _place(b: Box) -> str:
    x, y, width, height = (round(v * EMU) for v in (b.x, b.y, b.width, b.height))
    return f'<a:xfrm><a:off x="{x}" y="{y}"/><a:ext cx="{width}" cy="{height}"/></a:xfrm>'


def morph() -> str:
    """The transition to a slide in which shapes of one name move to where they stand now; a fade where a program has no Morph."""
    main = "http://schemas.microsoft.com/office/powerpoint"
    return (
        f'<mc:AlternateContent {NAMESPACES}><mc:Choice xmlns:p159="{main}/2015/09/main" Requires="p159">'
        f'<p:transition xmlns:p14="{main}/2010/main" spd="med" p14:dur="{MORPH}"><p159:morph option="byObject"/></p:transition>'
        '</mc:Choice><mc:Fallback><p:transition spd="med"><p:fade/></p:transition></mc:Fallback></mc:AlternateContent>'
    )


def timing(clicks: Sequence[Sequence[int]]) -> str:
    """Shows at each click the shapes of the next group, given by their numbers."""
    numbers = count(3)
    steps = "".join(_click(group, numbers) for group in clicks)
    built = "".join(f'<p:bldP spid="{shape}" grpId="0"/>' for group in clicks for shape in group)
    events = "".join(
        f'<p:{which}CondLst><p:cond evt="{event}" delay="0"><p:tgtEl><p:sldTgt/></p:tgtEl></p:cond></p:{which}CondLst>'
        for which, event in (("prev", "onPrev"), ("next", "onNext"))
    )
    return (
        f'<p:timing {NAMESPACES}><p:tnLst><p:par><p:cTn id="1" dur="indefinite" restart="never" nodeType="tmRoot">'
        '<p:childTnLst><p:seq concurrent="1" nextAc="seek"><p:cTn id="2" dur="indefinite" nodeType="mainSeq">'
        f"<p:childTnLst>{steps}</p:childTnLst></p:cTn>{events}</p:seq></p:childTnLst></p:cTn></p:par></p:tnLst>"
        f"<p:bldLst>{built}</p:bldLst></p:timing>"
    )


def _click(group: Sequence[int], numbers: Iterator[int]) -> str:
    outer, inner = next(numbers), next(numbers)
    effects = ""
    for i, shape in enumerate(group):
        effect, change = next(numbers), next(numbers)
        effects += (
            f'<p:par><p:cTn id="{effect}" presetID="1" presetClass="entr" presetSubtype="0" fill="hold" grpId="0" '
            f'nodeType="{"withEffect" if i else "clickEffect"}"><p:stCondLst><p:cond delay="0"/></p:stCondLst><p:childTnLst>'
            f'<p:set><p:cBhvr><p:cTn id="{change}" dur="1" fill="hold"><p:stCondLst><p:cond delay="0"/></p:stCondLst></p:cTn>'
            f'<p:tgtEl><p:spTgt spid="{shape}"/></p:tgtEl><p:attrNameLst><p:attrName>style.visibility</p:attrName>'
            '</p:attrNameLst></p:cBhvr><p:to><p:strVal val="visible"/></p:to></p:set></p:childTnLst></p:cTn></p:par>'
        )
    return (
        f'<p:par><p:cTn id="{outer}" fill="hold"><p:stCondLst><p:cond delay="indefinite"/></p:stCondLst><p:childTnLst>'
        f'<p:par><p:cTn id="{inner}" fill="hold"><p:stCondLst><p:cond delay="0"/></p:stCondLst><p:childTnLst>{effects}'
        "</p:childTnLst></p:cTn></p:par></p:childTnLst></p:cTn></p:par>"
    )
