"""On which of derive's own sources it depends whether a theorem is proved, and what is read off its page."""

SOURCES = (
    "derive.api", "derive.board", "derive.bridge", "derive.errors", "derive.falsify", "derive.files", "derive.kernel", "derive.language",
    "derive.lemmas", "derive.operators", "derive.read", "derive.record", "derive.render", "derive.store", "derive.tactics", "derive.values", "derive.version",
)  # fmt: skip
