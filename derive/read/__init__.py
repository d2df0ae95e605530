"""Reading what is printed: from each target back to terms.

It is written against what someone sees who reads the page, or hears who listens, and shares nothing with the printers but
the notation: which templates a course writes its letters and definitions with.  It is told nothing of the theorem.

* ``page`` is what stands on a page, the same for all targets: letters, words and signs, their scripts, brackets, fractions.
* ``latex``, ``text``, ``mathml``, ``omml``, ``typst`` and ``speech`` each read one target into it.
* ``grammar`` reads the page into terms, with ``ranges`` for what a statement holds for; ``patterns`` has the templates, run
  backwards, and ``sequences`` what a template says by itself.
* ``greek`` has the names of letters; ``names`` and ``letters`` say which letters stand on a page and what the field takes
  them for; ``joint`` reads all formulas of a page together.
* ``canonical`` says what is written alike on purpose.
* ``latex_page`` and ``text_page`` take a whole page apart into a ``sheet``; ``check`` holds it against the record of a proof.
"""
