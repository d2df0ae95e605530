"""What slides are put on: a presentation of our own in the template's colours, or one that a lecturer has already.

Sizes are in points.  Our own is the empty presentation of python-pptx with its theme, master and layouts redone, so that
whoever gets the deck can change the theme in PowerPoint and everything follows.
"""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

from derive.errors import UserError
from derive.slides.deck import Deck
from derive.slides.deck.template import DARK, LIGHT, Template, contrast
from derive.slides.pptx.layout import LINE, Box, title_size
from derive.slides.pptx.pictures import picture
from derive.slides.pptx.text import Spans, lines

EMU = 12700  # to a point
EM = 24.0  # size of formulas
FONT = "Arial"  # everywhere there, or a font with the same widths
HEADING = 28.0
UNKNOWN_FONT = 1.15
LARGEST = 1_000_000_000  # bytes of a presentation, unpacked
MARGINS = {"16:9": 48.0, "4:3": 36.0}
WIDTHS = {"16:9": 960.0, "4:3": 720.0}
HEIGHT = 540.0
TOP, FOOT = 22.0, 26.0  # above the heading; height of the strip at the bottom
LOGO = (110.0, 44.0)  # its greatest width and height
_NAMES = {"text": "tx1", "background": "bg1", "muted": "tx2", "accent": "accent1", "changed": "accent2"}
_OTHERS = ("e69f00", "56b4e9", "009e73", "cc79a7")  # accents 3 to 6: Okabe and Ito's, told apart by everybody


@dataclass(frozen=True, slots=True)
class Ground:
    presentation: Any
    layout: Any  # with a title and nothing else
    title_layout: Any  # for the title slide
    body: Box  # below a heading of full height
    foot: Box  # the strip for the provenance
    em: float
    text: str  # "#rrggbb", of formulas in pictures
    changed: str
    dark: bool  # the text is light
    fills: dict[str, str]  # of text: the XML for each role; empty where it is the theme's own colour
    own: bool
    stretch: float  # words in a font that we do not know may be so much wider than in ours
    heading: float  # size of headings
    numbered: bool = True  # the slides have their number


def solid(inside: str) -> str:
    return f"<a:solidFill>{inside}</a:solidFill>"


def _is_light(color: str) -> bool:
    return contrast(color, "#ffffff") < contrast(color, "#000000")


def _fresh() -> Any:
    try:
        from pptx import Presentation
    except ImportError:
        raise UserError(
            "PowerPoint files are written with python-pptx, which is not installed: pip install '.[slides]' in derive's folder"
        ) from None
    return Presentation()


# --- our own ---------------------------------------------------------------------------------------------------------


def own_ground(deck: Deck) -> Ground:
    """A presentation of our own, without slides."""
    t = deck.template
    presentation = _fresh()
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
    master = presentation.slide_master
    _theme(master, t)
    _master(master, t, inner, foot)
    _layouts(layout, title_layout, t, inner)
    colors = t.colors
    fills = {role: solid(f'<a:schemeClr val="{name}"/>') for role, name in _NAMES.items() if role != "text"}
    return Ground(
        presentation, layout, title_layout, body, foot, EM, colors.text, colors.changed, _is_light(colors.text), {"text": "", **fills}, True,
        1.0 if t.font in ("", FONT) else UNKNOWN_FONT, HEADING
    )  # fmt: skip


def _theme(master: Any, t: Template) -> None:
    """The template's colours and font as the theme's.  Dark slides have dark and light exchanged in the master, as
    PowerPoint's own dark themes do."""
    from pptx.opc.constants import RELATIONSHIP_TYPE
    from pptx.opc.oxml import serialize_part_xml
    from pptx.oxml import parse_xml

    part = master.part.part_related_by(RELATIONSHIP_TYPE.THEME)
    theme = parse_xml(part.blob)
    c = t.colors
    front, back = [c.text, c.muted], [c.background, _mixed(c.background, c.muted, 0.12)]
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


def _mixed(a: str, b: str, share: float) -> str:
    pairs = ((int(a[i : i + 2], 16), int(b[i : i + 2], 16)) for i in (1, 3, 5))
    return "#" + "".join(f"{round(x + (y - x) * share):02x}" for x, y in pairs)


def _master(master: Any, t: Template, inner: float, foot: Box) -> None:
    """Where title, footer and number stand, and how they look."""
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
            f'</a:spcBef><a:buNone/><a:defRPr sz="{round(100 * HEADING)}" b="1" kern="1200"><a:solidFill>'
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
        data = picture(data, LOGO[1])
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


# --- somebody else's -------------------------------------------------------------------------------------------------


def found_ground(data: bytes, deck: Deck) -> Ground:
    """A presentation that there is already, with its theme, size and layouts.  Raises UserError when it is none."""
    presentation = opened(data)
    width, height = presentation.slide_width / EMU, presentation.slide_height / EMU
    layout = _layout(presentation, "titleOnly")
    title_layout = _layout(presentation, "title")
    title = placed(_placeholder(layout, "TITLE", "CENTER_TITLE"))
    bottom = min([height * 0.94, *(s.top / EMU for s in layout.placeholders if s.top and s.top > 0.8 * height * EMU)])
    left, right, top = 0.05 * width, 0.95 * width, 0.05 * height
    if title is not None:
        left, right = max(left, title.x), min(right, title.x + title.width)
        top = min(title.y + title.height, 0.35 * height)
    if right - left < 0.5 * width:  # a title in a corner says nothing about the room below it
        left, right = 0.05 * width, 0.95 * width
    top += 0.012 * height
    body = Box(left, top, right - left, bottom - top)
    t = deck.template
    em = min(EM * height / HEIGHT * 1.2, body.width / t.width, body.height / t.height)
    text = _text_color(presentation.slide_master)
    dark = _is_light(text)
    changed = t.colors.changed if dark == t.dark else (DARK if dark else LIGHT).changed
    muted = solid('<a:schemeClr val="tx1"><a:lumMod val="75000"/><a:lumOff val="25000"/></a:schemeClr>')
    fills = {"text": "", "muted": muted, "accent": "", "changed": solid(f'<a:srgbClr val="{changed[1:].upper()}"/>')}
    slides = list(presentation.slides)
    numbered = not slides or any(_placeholder(slide, "SLIDE_NUMBER") is not None for slide in slides)
    foot = Box(left, max(bottom, height - FOOT), right - left, height - 8 - max(bottom, height - FOOT))
    return Ground(
        presentation,
        layout,
        title_layout,
        body,
        foot,
        em,
        text,
        changed,
        dark,
        fills,
        False,
        UNKNOWN_FONT,
        44.0,
        numbered,
    )


def opened(data: bytes) -> Any:
    """A presentation from its bytes.  Raises UserError when it is none."""
    _fresh()
    from pptx import Presentation

    try:
        size = sum(item.file_size for item in zipfile.ZipFile(io.BytesIO(data)).infolist())
    except zipfile.BadZipFile:
        size = 0
    if size > LARGEST:
        raise UserError(
            f"this presentation takes {size // 10**6} MB when it is unpacked, more than {LARGEST // 10**6} MB"
        )
    try:
        return Presentation(io.BytesIO(data))
    except (
        Exception
    ):  # not a zip file, a part missing, not XML, a Word document: there are many ways to be no presentation
        raise UserError("this is not a PowerPoint presentation (.pptx)") from None


def _layout(presentation: Any, kind: str) -> Any:
    """The layout of that type; else one with a title and as little else as there is."""
    layouts = list(presentation.slide_layouts)
    if not layouts:
        raise UserError("the presentation has no layout to make a slide with")
    for layout in layouts:
        if layout._element.get("type") == kind:
            return layout

    def others(layout: Any) -> tuple[bool, int]:
        kinds = [p.placeholder_format.type.name for p in layout.placeholders]
        small = ("DATE", "FOOTER", "SLIDE_NUMBER")
        titled = any(k in ("TITLE", "CENTER_TITLE") for k in kinds)
        return not titled, sum(k not in small for k in kinds)

    return min(layouts, key=others)


def placed(shape: Any) -> Box | None:
    """Where a placeholder stands, if it or what it inherits from says so."""
    if shape is None or None in (shape.left, shape.top, shape.width, shape.height):
        return None
    return Box(shape.left / EMU, shape.top / EMU, shape.width / EMU, shape.height / EMU)


def _placeholder(shapes: Any, *kinds: str) -> Any:
    return next((p for p in shapes.placeholders if p.placeholder_format.type.name in kinds), None)


def _text_color(master: Any) -> str:
    """The colour of text in a theme, black where it does not say."""
    from pptx.opc.constants import RELATIONSHIP_TYPE
    from pptx.oxml import parse_xml

    mapping = master._element.find("{*}clrMap")
    name = mapping.get("tx1", "dk1") if mapping is not None else "dk1"
    try:
        theme = parse_xml(master.part.part_related_by(RELATIONSHIP_TYPE.THEME).blob)
    except KeyError:
        return "#000000"
    color = theme.find(f".//{{*}}clrScheme/{{*}}{name}/*")
    value = (color.get("lastClr") or color.get("val") or "") if color is not None else ""
    return f"#{value.lower()}" if len(value) == 6 and all(c in "0123456789abcdefABCDEF" for c in value) else "#000000"


def fitted_title(ground: Ground, shape: Any, words: Spans) -> tuple[float | None, float]:
    """The size of a heading in points, None for the layout's own, and the height that is left free below it."""
    box = placed(shape)
    if box is None:
        return None, 0.0
    width, height = box.width / ground.stretch, box.height
    if ground.own:
        words = tuple(w._replace(bold=True) for w in words)
        size = title_size(words, width, height, ground.heading, rows=2)
        free = height - LINE * size * lines(words, width / size)
        return (None if size == ground.heading else size), free
    usual = _inherited_size(shape, ground) or ground.heading
    size = title_size(words, width - 14.4, height - 7.2, usual)
    return (None if size == usual else size), 0.0


def _inherited_size(shape: Any, ground: Ground) -> float | None:
    """The size of a placeholder's text, from its layout and master."""
    layout, master = ground.layout, ground.layout.slide_master
    near = _placeholder(layout, "TITLE", "CENTER_TITLE")
    far = _placeholder(master, "TITLE")
    found = [s._element.find(".//{*}lstStyle/{*}lvl1pPr/{*}defRPr") for s in (near, far) if s is not None]
    found.append(master._element.find(".//{*}titleStyle/{*}lvl1pPr/{*}defRPr"))
    for properties in found:
        if properties is not None and properties.get("sz"):
            return int(properties.get("sz")) / 100
    return None


def aspect_of(data: bytes) -> str:
    """The aspect ratio of the two that is nearer to that of a presentation.  Raises UserError when it is none."""
    presentation = opened(data)
    return "4:3" if presentation.slide_width < 1.55 * presentation.slide_height else "16:9"
