"""A simulated machine in a process of its own: `python -m tests.bench.opcua_machine ITEMS CHANGES`.

Says its address; for each line that comes in, every item changes CHANGES times at once.
"""

import sys

from equipment.drivers.base import ValueType
from equipment.drivers.simulator.opcua_server import OpcUaServer, Variable


def variables(items: int) -> list[Variable]:
    return [Variable(f"Many/{number}", -1.0, ValueType.FLOAT64) for number in range(items)]


def main(items: int, changes: int) -> None:
    paths = [variable.path for variable in variables(items)]
    with OpcUaServer(variables(items)) as server:
        print(server.address, flush=True)
        for number, _ in enumerate(sys.stdin):
            first = number * changes
            server.set_all([(path, float(value)) for value in range(first, first + changes) for path in paths])


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
