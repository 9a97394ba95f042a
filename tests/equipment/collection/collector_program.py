"""`python -m tests.equipment.collection.collector_program URL SPOOL [LEASE_S FLUSH_S]`: a collector to be killed."""

import asyncio
import logging
import signal
import sys
from pathlib import Path

import uvloop

from equipment.collection.program import Collector, Rhythm

QUICK = Rhythm(lease_s=0.9, flush_s=0.03)


async def main(url: str, spool: str, *seconds: str) -> None:
    rhythm = Rhythm(*map(float, seconds)) if seconds else QUICK
    collector = Collector(url, Path(spool), rhythm)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, collector.stop)
    await collector.run()


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO)
    uvloop.run(main(*sys.argv[1:]))
