"""The server: uvicorn with our protocols, and with a door wide enough for a crowd."""

import contextlib
import sys

import uvicorn
from uvicorn.supervisors import Multiprocess

DOORS = 64
"""The loop lets in one client at each of its turns through each listening socket, and under load a turn takes long: whoever
came anew, such as a display after its network was gone, would wait until all the others are done. So there are many, shared
among the processes: what one of them lets in at once, the others do not get."""


def run(host: str, port: int, workers: int, trusted_proxy: str) -> None:
    """Serve until told to stop."""
    config = uvicorn.Config(
        "app.main:create_app",
        factory=True,
        host=host,
        port=port,
        workers=workers,
        loop="uvloop",
        http="app.live.protocol:HttpProtocol",
        ws="app.live.protocol:SocketProtocol",
        ws_max_size=65_536,
        ws_per_message_deflate=False,
        ws_ping_interval=None,  # our own beat says more: it reaches the page
        access_log=False,
        log_level="warning",
        proxy_headers=bool(trusted_proxy),
        forwarded_allow_ips=trusted_proxy or None,
        timeout_graceful_shutdown=3,
    )
    door = config.bind_socket()
    doors = [door, *(door.dup() for _ in range(DOORS // workers - 1))]
    with contextlib.suppress(KeyboardInterrupt):
        if workers > 1:
            Multiprocess(config, sockets=doors).run()
            return
        config.load_app()
        server = uvicorn.Server(config)
        server.run(sockets=doors)
        if not server.started:
            sys.exit(3)
