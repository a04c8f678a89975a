"""The diagram of a term, as SVG: its place in the hierarchy, its relations to other terms."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final
from xml.etree import ElementTree as ET

from ontology.pages import TermPage

WIDTH: Final = 400
CHILDREN_SHOWN: Final = 8
RELATIONS_SHOWN: Final = 6
_BOX: Final = 26
_ROW: Final = 34
_INDENT: Final = 22
_MARGIN: Final = 3
# Relations: a line from the left, its name above it, a box at the right.
_SPINE: Final = 14
_RIGHT: Final = 194
_RELATION_ROW: Final = 44
# Wide enough for any system font at 13 px, regular and bold.
_LETTER: Final = 8.0
_BOLD: Final = 9.4
_LONGEST: Final = 24

Link = Callable[[str], str]


@dataclass(slots=True)
class _Drawing:
    """Shapes put down so far, and the height they take."""

    pages: Mapping[str, TermPage]
    link: Link
    language: str
    root: ET.Element
    y: float = _MARGIN
    boxes: dict[str, tuple[float, float]] = field(default_factory=dict)

    def line(self, points: str, **attributes: str) -> None:
        """Draw an open line."""
        ET.SubElement(
            self.root,
            "polyline",
            {"points": points, "fill": "none", "stroke": "currentColor"} | attributes,
        )

    def rule(self) -> None:
        """Part what follows from what stands above."""
        self.y += 6
        ends = f"{_MARGIN},{self.y:g} {WIDTH - _MARGIN},{self.y:g}"
        self.line(ends, **{"stroke-dasharray": "2 4"})
        self.y += 10

    def text(self, x: float, y: float, content: str, size: int = 13, weight: str = "") -> None:
        """Write a name: a link to its page when it is one of our terms."""
        page = self.pages.get(content)
        parent = self.root
        if page is not None and not weight:
            parent = ET.SubElement(self.root, "a", {"href": self.link(content)})
            label = page.term.label_fr if self.language == "fr" else page.term.label_en
            ET.SubElement(parent, "title").text = label
        attributes = {"x": f"{x:g}", "y": f"{y:g}", "font-size": str(size), "fill": "currentColor"}
        if weight:
            attributes["font-weight"] = weight
        shown = content if len(content) <= _LONGEST else f"{content[: _LONGEST - 1]}…"
        ET.SubElement(parent, "text", attributes).text = shown

    def box(self, x: float, name: str, *, here: bool = False) -> None:
        """Draw a named box whose top is where the drawing has come to."""
        width = min(len(name) * (_BOLD if here else _LETTER) + 20, WIDTH - _MARGIN - x)
        attributes = {
            "class": "here" if here else "box",
            "x": f"{x:g}",
            "y": f"{self.y:g}",
            "width": f"{width:g}",
            "height": str(_BOX),
            "rx": "4",
            "fill": "none",
            "stroke": "currentColor",
            "stroke-width": "2.5" if here else "1",
        }
        ET.SubElement(self.root, "rect", attributes)
        self.text(x + 10, self.y + 17.5, name, weight="bold" if here else "")


def draw(
    page: TermPage, pages: Mapping[str, TermPage], language: str, title: str, link: Link
) -> str:
    """Draw a term among its neighbours.

    Args:
        page: the term.
        pages: the pages of all terms, by short name.
        language: of the names shown when a box is pointed at, `fr` or `en`.
        title: what the drawing shows, in that language.
        link: gives the address of a term's page.

    Returns:
        An SVG element 400 units wide, to be shown at that width or narrower; it has a title and a
        description, its text can be selected, and its colour is that of the text around it.
    """
    root = ET.Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "role": "group",
            "aria-labelledby": "diagram-title diagram-description",
            "lang": language,
            "font-family": "system-ui, sans-serif",
        },
    )
    ET.SubElement(root, "title", {"id": "diagram-title"}).text = title
    ET.SubElement(root, "desc", {"id": "diagram-description"}).text = describe(page)
    drawing = _Drawing(pages, link, language, root)
    name = page.term.name
    is_class = page.term.kind == "class"
    if is_class or page.lines or page.children:
        _tree(drawing, page)
    if is_class and (page.outgoing or page.incoming):
        drawing.rule()
        _relations(
            drawing,
            (name,),
            [(each, _first(pages[each].range)) for each in page.outgoing],
            [(each, _first(pages[each].domain)) for each in page.incoming],
        )
    elif page.domain or page.range:
        _relations(
            drawing,
            page.domain or ("∗",),
            [(name, each) for each in page.range or ("∗",)],
            [(each, _first(page.range)) for each in page.inverses],
        )
    elif not drawing.boxes:
        drawing.box(_MARGIN, name, here=True)
        drawing.y += _ROW
    height = drawing.y + _MARGIN
    root.set("viewBox", f"0 0 {WIDTH} {height:g}")
    root.set("width", str(WIDTH))
    root.set("height", f"{height:g}")
    return ET.tostring(root, encoding="unicode")


def describe(page: TermPage) -> str:
    """Say what the drawing of a term shows, with short names and no words of either language.

    Args:
        page: the term.

    Returns:
        Text such as `TimeBoundEntity > Deployment > Contract; Contract > ReciprocityContract`.
    """
    name = page.term.name
    said = [" > ".join((*line, name)) for line in page.lines]
    said += [f"{name} > {', '.join(page.children)}"] if page.children else []
    if page.domain or page.range:
        domain, range_ = (" | ".join(each) or "∗" for each in (page.domain, page.range))
        said.append(f"{domain} — {name} → {range_}")
    said += [f"{name} — {each}" for each in page.outgoing]
    said += [f"{each} → {name}" for each in page.incoming]
    return "; ".join(said) or name


def _first(names: tuple[str, ...]) -> str:
    if not names:
        return "∗"
    return names[0] if len(names) == 1 else f"{names[0]} | +{len(names) - 1}"


def _tree(drawing: _Drawing, page: TermPage) -> None:
    """Draw the ways from the roots to the term, then its children, each one step to the right."""
    name = page.term.name
    depth = max(map(len, page.lines), default=0)
    for line in page.lines:
        for level, each in enumerate(line):
            if each not in drawing.boxes:
                above = line[level - 1 : level]
                _branch(drawing, each, level, above)
    _branch(drawing, name, depth, page.parents, here=True)
    for each in page.children[:CHILDREN_SHOWN]:
        _branch(drawing, each, depth + 1, (name,))
    if (left := len(page.children) - CHILDREN_SHOWN) > 0:
        x = _MARGIN + (depth + 1) * _INDENT
        drawing.text(x, drawing.y + 17, f"+ {left}")
        drawing.y += _ROW


def _branch(
    drawing: _Drawing, name: str, level: int, above: tuple[str, ...], *, here: bool = False
) -> None:
    x = _MARGIN + level * _INDENT
    for each in above:
        left, top = drawing.boxes[each]
        start = f"{left + 10:g},{top + _BOX:g}"
        middle = drawing.y + _BOX / 2
        drawing.line(f"{start} {left + 10:g},{middle:g} {x:g},{middle:g}")
    drawing.boxes[name] = (x, drawing.y)
    drawing.box(x, name, here=here)
    drawing.y += _ROW


def _relations(
    drawing: _Drawing,
    subjects: tuple[str, ...],
    outgoing: list[tuple[str, str]],
    incoming: list[tuple[str, str]],
) -> None:
    """Draw arrows between the subjects and boxes at the right, each with the property's name."""
    for name in subjects:
        drawing.box(_MARGIN, name, here=name in drawing.boxes)
        drawing.y += _ROW
    top = middle = drawing.y - _ROW + _BOX
    for rows, tip, back in ((outgoing, _RIGHT, -7), (incoming, _SPINE + 1, 7)):
        for prop, other in rows[:RELATIONS_SHOWN]:
            middle = drawing.y + 24
            drawing.line(f"{_SPINE},{middle:g} {_RIGHT},{middle:g}")
            drawing.line(
                f"{tip + back:g},{middle - 4:g} {tip:g},{middle:g} {tip + back:g},{middle + 4:g}"
            )
            drawing.text(_SPINE + 8, middle - 6, prop, size=12)
            drawing.y = middle - _BOX / 2
            drawing.box(_RIGHT, other)
            drawing.y = middle - 24 + _RELATION_ROW
        if (left := len(rows) - RELATIONS_SHOWN) > 0:
            drawing.text(_SPINE + 8, drawing.y + 17, f"+ {left}")
            drawing.y += _BOX
    drawing.line(f"{_SPINE},{top:g} {_SPINE},{middle:g}")
