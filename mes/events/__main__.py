"""`python -m mes.events [--host 127.0.0.1] [--port 8001]`: run it. SIGTERM ends the streams, then the process."""

import argparse
import logging.config
import os
import socket

import uvicorn


class Server(uvicorn.Server):
    """Uvicorn waits for open responses when it stops; a stream would go on for as long as its pass."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self.config.app.hub.close()  # type: ignore[union-attr]
        await super().shutdown(sockets)


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mes.settings.demo")
    parser = argparse.ArgumentParser(prog="python -m mes.events", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8001)
    given = parser.parse_args()

    from django.conf import settings

    from mes.events.application import Application

    logging.config.dictConfig(settings.LOGGING)
    application = Application(
        database_url=settings.DATABASE_URL,
        most_streams=settings.MES_EVENTS_STREAMS,
        any_origin="://" in settings.MES_EVENTS_URL,
    )
    config = uvicorn.Config(
        application,
        host=given.host,
        port=given.port,
        lifespan="on",
        log_config=None,
        access_log=False,  # an address holds a pass
        server_header=False,
        ws="none",
        timeout_graceful_shutdown=5,
    )
    Server(config).run()


if __name__ == "__main__":
    main()
