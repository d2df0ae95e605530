"""The commands, in one group."""

from __future__ import annotations

from importlib import import_module

import click

from derive.cli.common import Group, utf8
from derive.version import __version__

PLACES = {
    "audit": "audit.audit", "embed": "embed.embed", "list": "listing.list_", "show": "show.show", "slides": "slides.slides", "check": "check.check", "find": "finding.find", "handout": "handout.handout", "refute": "numbers.refute",
    "work": "numbers.work", "score": "numbers.score", "certify": "certificates.certify", "ledger": "listing.ledger", "lsp": "server.lsp",
}  # where each command stands in derive.cli  # fmt: skip


class Commands(Group):
    """The commands, each loaded when it is called, or when its help is asked for: to load all of them takes a tenth of a short run."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(PLACES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in PLACES:
            return None
        module, _, name = PLACES[cmd_name].partition(".")
        command: click.Command = getattr(import_module(f"derive.cli.{module}"), name)
        return command


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="derive")
def main() -> None:
    """Checked, step-by-step derivations of language-model training objectives."""
    utf8()
