"""`python -m tests.equipment.collection.collector_program URL SPOOL`: a collector in a process that can be killed."""

import asyncio
import logging
import signal
import sys
from pathlib import Path

from equipment.collection.program import Collector, Rhythm

QUICK = Rhythm(lease_s=0.9, flush_s=0.03)


async def main(url: str, spool: str) -> None:
    collector = Collector(url, Path(spool), QUICK)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, collector.stop)
    await collector.run()


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO)
    asyncio.run(main(*sys.argv[1:]))
