"""The version of derive; said here only."""

__version__ = "0.1.0"
