"""A page in LaTeX without what only TeX itself has, and back again, so that it can be read."""

from __future__ import annotations

import re

_BELOW = r"\qquad{}\text{"  # a reason below its line; braces that show nothing tell it from a part of the formula


def for_the_web(page: str) -> str:
    """MathJax and KaTeX know no boxes of a width, and no sizes in words."""
    page = re.sub(r"\\parbox\[t\]\{[\d.]+em\}\{\\raggedright ?", r"\\text{", page)
    page = re.sub(r"\\rlap\{\$\\displaystyle (.*?)\$\}(?= *(?:\\\\)?$)", r"\1", page, flags=re.MULTILINE)
    page = re.sub(r"\\qquad ?\\text\{\\small ", lambda m: _BELOW, page)
    return re.sub(r"\\emergencystretch=\w+|\\allowbreak\{\}", "", page)


def from_the_web(page: str) -> str:
    """What ``for_the_web`` made, with what the reader of pages goes by."""
    return page.replace(_BELOW, r"\qquad\text{\small ")
