"""Where the command starts."""

from derive.cli.interrupt import install


def run() -> None:
    install()  # before the imports below, which are most of a short run
    from derive.cli.commands import main

    main(prog_name="derive")


if __name__ == "__main__":
    run()
