"""Nothing leaves this machine while tests run."""

import socket

import pytest
from pytest_socket import SocketConnectBlockedError


def test_connection_to_another_machine_is_refused() -> None:
    warned, refused = (
        pytest.warns(UserWarning, match=r"192\.0\.2\.1"),
        pytest.raises(SocketConnectBlockedError),
    )
    with socket.socket() as outside, warned, refused:
        outside.connect(("192.0.2.1", 443))


def test_loopback_is_reachable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()):
        pass


def test_unix_socket_is_reachable() -> None:
    ours, theirs = socket.socketpair(socket.AF_UNIX)
    with ours, theirs:
        ours.send(b"x")
        assert theirs.recv(1) == b"x"
