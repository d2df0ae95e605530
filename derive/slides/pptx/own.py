"""A presentation of our own in the template's colours.

It is the empty presentation of python-pptx with its theme, master and layouts redone, so that whoever gets the deck can
change the theme in PowerPoint and everything follows.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

from derive.errors import UserError
from derive.slides.deck import Deck
from derive.slides.deck.template import Template, mixed, term_colors
from derive.slides.pptx.ground import (
    EM,
    EMU,
    FONT,
    FOOT,
    HEADING,
    HEIGHT,
    LOWEST,
    TOP,
    UNKNOWN_FONT,
    Ground,
    is_light,
    new_presentation,
    solid,
)
from derive.slides.pptx.layout import LINE, Box, heading, title_size
from derive.slides.pptx.pictures import picture
from derive.slides.pptx.text import bold

MARGINS = {"16:9": 48.0, "4:3": 36.0}
WIDTHS = {"16:9": 960.0, "4:3": 720.0}
LOGO = (110.0, 44.0)  # its greatest width and height
_NAMES = {"text": "tx1", "background": "bg1", "muted": "tx2", "accent": "accent1", "changed": "accent2"}
_OTHERS = ("e69f00", "56b4e9", "009e73", "cc79a7")  # accents 3 to 6: Okabe and Ito's, told apart by everybody


def own_ground(deck: Deck) -> Ground:
    """A presentation of our own, without slides."""
    t = deck.template
    presentation = new_presentation()
    from pptx.util import Pt

    width, margin = WIDTHS[t.aspect], MARGINS[t.aspect]
    presentation.slide_width, presentation.slide_height = Pt(width), Pt(HEIGHT)
    if t.aspect != "4:3":
        presentation.part._element.sldSz.attrib.pop("type", None)  # it says that the screen is 4:3
    layouts = presentation.slide_layouts
    title_layout, layout = layouts[0], layouts[5]
    for other in list(layouts):
        if other not in (title_layout, layout):
            layouts.remove(other)
    for rel in [r for r in presentation.part.rels.values() if r.reltype.endswith("/printerSettings")]:
        presentation.part.rels.pop(rel.rId)
    inner = width - 2 * margin
    top = TOP + 2 * LINE * HEADING + 18
    body = Box(margin, top, inner, HEIGHT - FOOT - 2 - top)
    foot = Box(margin, HEIGHT - FOOT, inner, FOOT - 8)
    stretch = 1.0 if t.font in ("", FONT) else UNKNOWN_FONT
    size = _heading_size(deck, (inner - (LOGO[0] + 16 if t.logo else 0)) / stretch)
    master = presentation.slide_master
    _theme(master, t)
    _master(master, t, inner, foot, size)
    _layouts(layout, title_layout, t, inner)
    colors = t.colors
    fills = {role: solid(f'<a:schemeClr val="{name}"/>') for role, name in _NAMES.items() if role != "text"}
    return Ground(
        presentation, layout, title_layout, body, foot, EM, colors.text, colors.changed, term_colors(colors), is_light(colors.text), {"text": "", **fills}, True,
        stretch, size
    )  # fmt: skip


def _heading_size(deck: Deck, width: float) -> float:
    """The size at which all headings of the deck stand on two lines, but for the very long ones."""
    words = {bold(heading(s)) for s in deck.slides}
    return max(LOWEST, min((title_size(w, width, 2 * LINE * HEADING, HEADING, rows=2) for w in words), default=HEADING))


def _theme(master: Any, t: Template) -> None:
    """The template's colours and font as the theme's.  Dark slides have dark and light exchanged in the master, as
    PowerPoint's own dark themes do."""
    from pptx.opc.constants import RELATIONSHIP_TYPE
    from pptx.opc.oxml import serialize_part_xml
    from pptx.oxml import parse_xml

    part = master.part.part_related_by(RELATIONSHIP_TYPE.THEME)
    theme = parse_xml(part.blob)
    c = t.colors
    front, back = [c.text, c.muted], [c.background, mixed(c.background, c.muted, 12)]
    dark, light = (back, front) if t.dark else (front, back)
    values = dict(zip(("dk1", "lt1", "dk2", "lt2"), (dark[0], light[0], dark[1], light[1]), strict=True))
    values |= {"accent1": c.accent, "accent2": c.changed, "hlink": c.accent, "folHlink": c.muted}
    values |= {f"accent{i + 3}": other for i, other in enumerate(_OTHERS)}
    theme.set("name", "derive")
    scheme = theme.find(".//{*}clrScheme")
    scheme.set("name", "derive")
    for entry in scheme:
        value = values[entry.tag.rpartition("}")[2]].lstrip("#").upper()
        entry.replace(entry[0], _parsed(f'<a:srgbClr val="{value}"></a:srgbClr>'))
    for font in theme.iterfind(".//{*}fontScheme/*/{*}latin"):
        font.set("typeface", t.font or FONT)
    part._blob = serialize_part_xml(theme)
    if t.dark:
        mapping = master._element.find("p:clrMap", master._element.nsmap)
        for name, value in (("bg1", "dk1"), ("tx1", "lt1"), ("bg2", "dk2"), ("tx2", "lt2")):
            mapping.set(name, value)


def _master(master: Any, t: Template, inner: float, foot: Box, size: float) -> None:
    """Where title, footer and number stand, and how they look; ``size``: of headings."""
    from pptx.oxml import parse_xml

    logo = _logo(master, t) if t.logo else 0.0
    places = {
        "TITLE": Box(foot.x, TOP, inner - (logo + 16 if logo else 0), 2 * LINE * HEADING),
        "BODY": Box(foot.x, TOP + 2 * LINE * HEADING + 8, inner, 390),
        "FOOTER": Box(foot.x + 0.55 * inner, foot.y, 0.45 * inner - 48, foot.height),
        "SLIDE_NUMBER": Box(foot.x + inner - 40, foot.y, 40, foot.height),
    }
    for shape in list(master.placeholders):
        place = places.get(shape.placeholder_format.type.name)
        if place is None:
            shape._element.getparent().remove(shape._element)
            continue
        _put(shape, place)
        properties = shape._element.txBody.bodyPr
        for side in ("lIns", "tIns", "rIns", "bIns"):
            properties.set(side, "0")
        if place.height < FOOT:
            for defaults in shape._element.iter("{*}defRPr"):
                defaults.set("sz", "1000")
                for fill in list(defaults):
                    defaults.remove(fill)
                defaults.append(_parsed(solid('<a:schemeClr val="tx2"/>')))
            for level in shape._element.iter("{*}lvl1pPr"):
                level.set("algn", "r")
        else:
            properties.set("anchor", "t")
    level = master._element.find(".//p:titleStyle/a:lvl1pPr", {**master._element.nsmap, "a": _A})
    level.getparent().replace(
        level,
        parse_xml(
            f'<a:lvl1pPr xmlns:a="{_A}" algn="l"><a:lnSpc><a:spcPct val="95000"/></a:lnSpc><a:spcBef><a:spcPct val="0"/>'
            f'</a:spcBef><a:buNone/><a:defRPr sz="{round(100 * size)}" b="1" kern="1200"><a:solidFill>'
            '<a:schemeClr val="accent1"/></a:solidFill><a:latin typeface="+mj-lt"/><a:ea typeface="+mj-ea"/>'
            '<a:cs typeface="+mj-cs"/></a:defRPr></a:lvl1pPr>'
        ),
    )


_A = "http://schemas.openxmlformats.org/drawingml/2006/main"


def _parsed(xml: str) -> Any:
    from pptx.oxml import parse_xml

    return parse_xml(xml.replace(">", f' xmlns:a="{_A}">', 1))


def _layouts(layout: Any, title_layout: Any, t: Template, inner: float) -> None:
    margin = MARGINS[t.aspect]
    for which in (layout, title_layout):
        for shape in list(which.placeholders):
            if shape.placeholder_format.type.name == "DATE":
                shape._element.getparent().remove(shape._element)
    title, subtitle = title_layout.placeholders[0], title_layout.placeholders[1]
    _put(title, Box(margin, 90, inner, 96))
    _put(subtitle, Box(margin, 200, inner, HEIGHT - 200 - FOOT - 12))
    body = title._element.txBody
    body.bodyPr.set("anchor", "b")
    body.replace(
        body.find("{*}lstStyle"), _parsed('<a:lstStyle><a:lvl1pPr><a:defRPr sz="4000"/></a:lvl1pPr></a:lstStyle>')
    )
    body = subtitle._element.txBody
    muted = solid('<a:schemeClr val="tx2"/>')
    body.replace(
        body.find("{*}lstStyle"),
        _parsed(
            '<a:lstStyle><a:lvl1pPr marL="0" indent="0" algn="l"><a:buNone/>'
            f'<a:defRPr sz="2000">{muted}</a:defRPr></a:lvl1pPr></a:lstStyle>'
        ),
    )


def _put(shape: Any, box: Box) -> None:
    shape.left, shape.top = round(box.x * EMU), round(box.y * EMU)
    shape.width, shape.height = round(box.width * EMU), round(box.height * EMU)


def _logo(master: Any, t: Template) -> float:
    """Puts the logo into the master, at the right of the headings; how wide it is."""
    from pptx.oxml import parse_xml

    try:
        data = Path(t.logo).read_bytes()
    except OSError as error:
        raise UserError(f"the logo {t.logo} cannot be read: {error.strerror}") from None
    if t.logo.lower().endswith(".svg"):
        data = picture(data, *LOGO)
    try:
        part, rid = master.part.get_or_add_image_part(io.BytesIO(data))
    except Exception:  # Pillow has many ways to say that it cannot read a picture
        raise UserError(f"the logo {t.logo} is not a picture that can be read") from None
    across, down = part.image.size
    scale = min(LOGO[0] / across, LOGO[1] / down)
    width, height = across * scale, down * scale
    box = Box(WIDTHS[t.aspect] - MARGINS[t.aspect] - width, TOP, width, height)
    place = f'<a:off x="{round(box.x * EMU)}" y="{round(box.y * EMU)}"/><a:ext cx="{round(width * EMU)}" cy="{round(height * EMU)}"/>'
    master.shapes._spTree.append(
        parse_xml(
            f'<p:pic xmlns:p={quoteattr(master._element.nsmap["p"])} xmlns:a="{_A}" xmlns:r={quoteattr(master._element.nsmap["r"])}>'
            '<p:nvPicPr><p:cNvPr id="99" name="Logo" descr="Logo"/><p:cNvPicPr/><p:nvPr userDrawn="1"/></p:nvPicPr>'
            f'<p:blipFill><a:blip r:embed="{rid}"/><a:stretch><a:fillRect/></a:stretch></p:blipFill>'
            f'<p:spPr><a:xfrm>{place}</a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom></p:spPr></p:pic>'
        )
    )
    return float(width)
