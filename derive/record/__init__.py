"""The record of a checked derivation: data that printers, checkers and exporters read."""

from derive.record.derivation import Block, Derivation, Line, Reason, Shape

__all__ = ["Block", "Derivation", "Line", "Reason", "Shape"]
