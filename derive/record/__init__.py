"""The record of a checked derivation: data that printers, checkers and exporters read."""

from derive.record.derivation import JUST_SHOWN, Block, Derivation, Line, Reason, Shape

__all__ = ["JUST_SHOWN", "Block", "Derivation", "Line", "Reason", "Shape"]
