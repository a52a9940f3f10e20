"""A real server on a loopback port, with or without TLS, for the tests of outgoing calls."""

import asyncio
import datetime
import socket
import ssl
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from starlette.types import ASGIApp


class LocalServer(uvicorn.Server):
    """Ends at once when it is told to, whatever is under way; uvicorn's own looks ten times a second."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self._loop, self._end = asyncio.get_running_loop(), asyncio.Event()
        await super().startup(sockets)

    async def main_loop(self) -> None:
        await self.on_tick(0)
        await self._end.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        for task in list(self.server_state.tasks):
            task.cancel()
        await asyncio.gather(*self.server_state.tasks, return_exceptions=True)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are for the tests."""
        yield

    def end(self) -> None:
        """From any thread, once it has started."""
        self._loop.call_soon_threadsafe(self._end.set)


@asynccontextmanager
async def serving(app: ASGIApp, tls: "TlsFiles | None" = None) -> AsyncIterator[int]:
    """In a thread of its own. Yields the port."""
    with _listening() as (listening, port):
        server = _server(app, tls)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            while not server.started:
                assert thread.is_alive(), "the server did not start"
                await asyncio.sleep(0.001)
            yield port
        finally:
            if server.started:
                server.end()
            await asyncio.to_thread(thread.join)


@asynccontextmanager
async def serving_beside(app: ASGIApp) -> AsyncIterator[int]:
    """In the event loop of the test, for what both touch. Yields the port."""
    with _listening() as (listening, port):
        server = _server(app, None)
        running = asyncio.create_task(server.serve([listening]))
        try:
            while not server.started:
                assert not running.done(), "the server did not start"
                await asyncio.sleep(0)
            yield port
        finally:
            if server.started:
                server.end()
            await running


@contextmanager
def _listening() -> Iterator[tuple[socket.socket, int]]:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        yield listening, listening.getsockname()[1]


def _server(app: ASGIApp, tls: "TlsFiles | None") -> LocalServer:
    files = {} if tls is None else {"ssl_keyfile": str(tls.key), "ssl_certfile": str(tls.certificate)}
    return LocalServer(
        uvicorn.Config(app, log_config=None, access_log=False, lifespan="off", ws="none", **files)  # type: ignore[arg-type]  # texts
    )


@dataclass(frozen=True)
class TlsFiles:
    key: Path
    certificate: Path
    ca: Path

    def client_context(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self.ca)


def create_tls_files(folder: Path, *names: str) -> TlsFiles:
    """A throw-away authority and a certificate of it for `names`."""
    ca_key, leaf_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test authority")])
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
    ca = _builder(issuer, issuer, ca_key).add_extension(x509.BasicConstraints(True, 0), critical=True)
    ca = ca.add_extension(_usage(signs_certificates=True), critical=True)
    leaf = _builder(subject, issuer, leaf_key).add_extension(
        x509.SubjectAlternativeName([x509.DNSName(name) for name in names]), critical=False
    )
    leaf = leaf.add_extension(
        x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key()), critical=False
    )
    files = TlsFiles(folder / "leaf.key", folder / "leaf.pem", folder / "ca.pem")
    pem = serialization.Encoding.PEM
    files.ca.write_bytes(ca.sign(ca_key, hashes.SHA256()).public_bytes(pem))
    files.certificate.write_bytes(leaf.sign(ca_key, hashes.SHA256()).public_bytes(pem))
    plain = serialization.NoEncryption()
    files.key.write_bytes(leaf_key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))
    return files


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey
) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.UTC)
    day = datetime.timedelta(days=1)
    builder = x509.CertificateBuilder(issuer, subject, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - day).not_valid_after(now + day)
    return builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )
