"""Ports for servers in processes of their own that have to know their address before they start."""

import socket

_KEPT: list[socket.socket] = []


def keep_ports(count: int) -> list[int]:
    """Ports of this machine that stay ours until this process ends, for servers that we start.

    A port that is only looked up can be taken before the server listens, by another server or as the near end
    of any connection. A socket that is bound and does not listen keeps both away; a server that sets
    SO_REUSEADDR, as all of ours and Node do, may listen there all the same, and once more after it has ended.
    """
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        one.bind(("127.0.0.1", 0))
    _KEPT.extend(sockets)
    return [one.getsockname()[1] for one in sockets]
