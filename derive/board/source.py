"""Reasons put into an author's program: comments and layout stay as they are.  Needs LibCST."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from derive.board.program import Import
from derive.errors import UserError

LINES = ("eq", "le", "lt", "ge", "gt", "iff", "have")
"""The methods of a calc block that write a line."""


def with_reasons(source: str, reasons: Mapping[int, str], imports: Mapping[Import, None]) -> tuple[str, list[int]]:
    """The program with ``by=...`` at the calls that stand at these lines and have none, and the lines where there was no such
    call.

    Raises UserError when LibCST is not installed.
    """
    try:
        import libcst as cst
        from libcst.codemod import CodemodContext
        from libcst.codemod.visitors import AddImportsVisitor
        from libcst.metadata import MetadataWrapper, PositionProvider
    except ImportError:
        raise UserError(
            "--write needs the package libcst, which keeps comments and layout: pip install 'derive-lm[write]'; "
            "without --write the reasons are printed, for you to copy"
        ) from None

    class Writer(cst.CSTTransformer):
        METADATA_DEPENDENCIES = (PositionProvider,)

        def __init__(self) -> None:
            super().__init__()
            self.left = dict(reasons)

        def leave_Call(self, original_node: Any, updated_node: Any) -> Any:
            func = original_node.func
            if not (isinstance(func, cst.Attribute) and func.attr.value in LINES) or _has_reason(original_node):
                return updated_node
            place = self.get_metadata(PositionProvider, original_node)
            here = [n for n in self.left if place.start.line <= n <= place.end.line]
            if not here:
                return updated_node
            by = cst.Arg(
                cst.parse_expression(self.left.pop(here[0])),
                keyword=cst.Name("by"),
                equal=cst.AssignEqual(cst.SimpleWhitespace(""), cst.SimpleWhitespace("")),
            )
            *others, last = updated_node.args
            ends = isinstance(last.comma, cst.Comma)
            tail = last.comma.whitespace_after if ends else last.whitespace_after_arg
            opening = updated_node.whitespace_before_args
            if isinstance(tail, cst.ParenthesizedWhitespace) and isinstance(opening, cst.ParenthesizedWhitespace):
                # one argument a line: so is the reason, and the comment stays where it was
                between: Any = tail.with_changes(last_line=opening.last_line)
                end = tail.with_changes(first_line=cst.TrailingWhitespace(), empty_lines=[])
                by = (
                    by.with_changes(comma=cst.Comma(whitespace_after=end))
                    if ends
                    else by.with_changes(whitespace_after_arg=end)
                )
            else:
                between = cst.SimpleWhitespace(" ")
            last = last.with_changes(
                comma=cst.Comma(whitespace_after=between), whitespace_after_arg=cst.SimpleWhitespace("")
            )
            return updated_node.with_changes(args=[*others, last, by])

    writer = Writer()
    module = MetadataWrapper(cst.parse_module(source)).visit(writer)
    context = CodemodContext()
    for module_name, name in imports:
        AddImportsVisitor.add_needed_import(context, module_name, name)
    return AddImportsVisitor(context).transform_module(module).code, sorted(writer.left)


def _has_reason(call: Any) -> bool:
    """Whether a call gives a reason, by name or as its second argument."""
    plain = [a for a in call.args if a.keyword is None and not a.star]
    return len(plain) > 1 or any(a.keyword is not None and a.keyword.value == "by" for a in call.args)
