"""`python -m mes.embedded demo` runs the demo; `keep` is what `sessions` starts to hold the servers."""

import argparse
import sys
from pathlib import Path

from mes.embedded.home import EmbeddedError, Home


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m mes.embedded", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("demo", help="run the demo until Ctrl-C")
    keep = commands.add_parser("keep", help="hold the servers while somebody uses them (started by the others)")
    keep.add_argument("servers", nargs="+", choices=("postgres", "broker"))
    keep.add_argument("--home", type=Path, required=True)
    keep.add_argument("--for-tests", action="store_true")
    keep.add_argument("--unsafe", action="store_true", help="no fsync")
    arguments = parser.parse_args()
    if arguments.command == "keep":
        from mes.embedded.keeper import keep as run_keeper
        from mes.embedded.keeper import step_aside

        step_aside()
        home = Home(arguments.home, for_tests=arguments.for_tests, durable=not arguments.unsafe)
        return run_keeper(home, set(arguments.servers))
    from mes.embedded.demo import run

    try:
        return run(Home.from_environment())
    except EmbeddedError as failure:
        print(f"\n{failure}", file=sys.stderr)
        return 1
    except PermissionError as refused:
        print(f"\n{refused.filename} belongs to another account. Use that one, or set MES_HOME.", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
