"""The commands, in one group."""

from __future__ import annotations

import click

from derive.cli.certificates import certify
from derive.cli.check import check
from derive.cli.common import Group, utf8
from derive.cli.listing import ledger, list_
from derive.cli.numbers import refute, score, work
from derive.cli.show import show
from derive.cli.slides import slides
from derive.version import __version__


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="derive")
def main() -> None:
    """Checked, step-by-step derivations of language-model training objectives."""
    utf8()


for command in (list_, show, slides, check, refute, work, score, certify, ledger):
    main.add_command(command)
