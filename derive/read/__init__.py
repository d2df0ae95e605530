"""Readers of printed formulas: from each target back to terms.

They are written against what someone sees who reads the page, or hears who listens, and share nothing with the printers
but the notation: which templates a course writes its letters and definitions with.

* ``page`` is what stands on a page, the same for all targets: letters, words and signs, their scripts, brackets, fractions.
* ``latex``, ``text``, ``mathml``, ``omml``, ``typst`` and ``speech`` each read one target into it.
* ``grammar`` reads the page into terms; ``patterns`` has the templates, run backwards.
* ``canonical`` says what is written alike on purpose.
"""
