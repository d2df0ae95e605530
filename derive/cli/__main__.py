"""Where the command starts."""

import atexit
import gc

from derive.cli.interrupt import install


def run() -> None:
    install()  # before the imports below, which are most of a short run
    spare_collections()
    from derive.cli.commands import main

    try:
        main(prog_name="derive")
    except OSError as error:  # as of a help text, which is printed before a command is run
        from derive.cli.common import complain
        from derive.errors import message

        complain(message(error) or str(error))
        raise SystemExit(2) from None


def spare_collections() -> None:
    """A command builds many small immutable terms and ends.  Looking for cycles among them on the way costs time and finds next to
    nothing; nor need Python look through all of them at the end, when the system takes the memory back anyway."""
    gc.set_threshold(200_000, 20, 20)
    atexit.register(gc.freeze)


if __name__ == "__main__":
    run()
