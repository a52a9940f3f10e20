"""What is measured is what is meant: every path is run once, and what comes out is checked."""

import asyncio
import time
from collections.abc import Sequence

import pytest
from openvc.errors import OpenvcError

from bench import (
    allocation_paths,
    credential_paths,
    flow_paths,
    http_paths,
    jwe_paths,
    jws_paths,
    presentation_paths,
    status_list_paths,
)
from bench.allocation_paths import Lists
from bench.example import NAMES, Example
from bench.figures import Figure
from bench.http_paths import Load
from bench.interleave import Effort
from bench.load import post, run_load
from bench.reference import OtherVerifier, Reference
from specs.jose import Encryption
from specs.sd_jwt_vc.credential import parse_credential
from tests.patience import until

ONCE = Effort(rounds=1, slice_seconds=0.0001)


def paths(figures: Sequence[Figure]) -> set[str]:
    assert all(figure.median > 0 and figure.best > 0 for figure in figures)
    return {figure.path.partition(",")[0] for figure in figures}


def test_the_example_has_18_claims_of_which_12_are_disclosable() -> None:
    example = Example.create()
    held = example.open(example.issue())
    assert len(held.processed.disclosed) == len(NAMES) == 12
    assert len(held.processed.claims) == 18 + len({"cnf", "status"})


def test_what_is_presented_is_verified_and_shows_what_was_chosen() -> None:
    example = Example.create()
    presentation = example.present(example.open(example.issue()), 4)
    assert len(parse_credential(presentation).sd_jwt.disclosures) == 4
    credential_paths.verifying(example, presentation)()


def test_a_presentation_that_does_not_verify_is_no_measurement() -> None:
    example = Example.create()
    presentation = example.present(example.open(example.issue()), 4)
    signature = presentation.rpartition(".")[2]
    forged = presentation.removesuffix(signature) + signature[::-1][:-1] + "A"
    with pytest.raises(AssertionError):
        credential_paths.verifying(example, forged)()


def test_the_peer_does_the_same_to_the_same_claims() -> None:
    example = Example.create()
    reference = Reference(example)
    credential = reference.issue()
    theirs = reference.verify(reference.present(reference.open(credential), 12))
    held = example.open(example.issue())
    # But for the holder's key, which is each one's own.
    assert theirs | {"cnf": None} == held.processed.claims | {"cnf": None}
    unverified = parse_credential(credential)
    assert unverified.sd_jwt.payload.keys() == held.sd_jwt.payload.keys()
    assert unverified.header == held.sd_jwt.jws.header


def test_the_other_verifier_reads_the_same_claims_and_refuses_a_changed_one() -> None:
    example = Example.create()
    presentation = example.present(example.open(example.issue()), 4)
    other = OtherVerifier(example)
    assert set(NAMES[:4]) <= other.verify(presentation).claims.keys()
    with pytest.raises(OpenvcError):
        other.verify(presentation[:-20] + presentation[-20:].swapcase())


def test_signatures_and_credentials_are_measured() -> None:
    assert paths([*jws_paths.figures(ONCE)]) == {"sign", "verify"}
    assert "verify 4 shown + key binding" in paths([*credential_paths.figures(ONCE)])


def test_encrypted_messages_are_measured() -> None:
    assert paths([*jwe_paths.figures(ONCE)]) == {"encrypt", "decrypt"}


@pytest.mark.parametrize("encryption", sorted(Encryption))
def test_the_peer_encrypts_and_decrypts_the_same_message(encryption: Encryption) -> None:
    parties = jwe_paths.Parties(encryption)
    for message in (parties.encrypting()(), parties.joserfc_encrypting()()):
        assert parties.decrypting(message)() == jwe_paths.MESSAGE
        assert parties.joserfc_decrypting(message)() == jwe_paths.MESSAGE


def test_status_lists_are_measured() -> None:
    assert "set one of 2^20 → signed token" in paths([*status_list_paths.figures(ONCE, large=False)])


def test_allocation_is_measured_in_lists_that_are_almost_full() -> None:
    [figure] = allocation_paths.figures(Lists(size=2**12, rounds=1, places=16))
    assert figure.path == "take and record one, lists of 4096 98.5% full"


def test_whole_requests_are_measured_and_each_is_answered_with_200() -> None:
    found = paths([*http_paths.figures(Load(rounds=1, requests=10))])
    assert found == {"credential", "credential in batches of 10"}


def test_whole_flows_are_measured_beside_another_issuer() -> None:
    """Each flow of each side ends with credentials, ours and those of the peer."""
    found = [*flow_paths.figures(Load(rounds=1, requests=60))]
    assert paths(found) == {"one copy", "batch of 10"}
    assert sum("credo-ts" in figure.against for figure in found) == 4


def test_presentations_are_measured_beside_another_verifier() -> None:
    """Every answer is taken by its verifier, in the clear and encrypted."""
    found = [*presentation_paths.figures(Load(rounds=1, requests=40))]
    assert paths(found) == {"direct_post", "direct_post.jwt"}
    assert sum("credo-ts" in figure.against for figure in found) == 1


async def test_a_refused_request_is_no_measurement() -> None:
    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 2\r\n\r\nno")
        await reader.read()
        writer.close()

    async with await asyncio.start_server(refuse, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(RuntimeError, match="1 of 1 requests were refused"):
            await asyncio.to_thread(run_load, port, [post("/", "text/plain", b"")], 1, time.process_time)


async def test_what_connecting_costs_is_not_what_requests_cost() -> None:
    """The server's clock is read when all connections are there, and again before one of them is closed."""
    diary = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        diary.append("opened")
        while await reader.read(1000):
            diary.append("asked")
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        diary.append("closed")
        writer.close()

    def clock() -> float:
        diary.append("read")
        return float(len(diary))

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        requests = [post("/", "text/plain", b"")] * 3
        outcome = await asyncio.to_thread(run_load, port, requests, 2, clock)
        await until(lambda: diary.count("closed") == 2)
    assert diary == ["opened"] * 2 + ["read"] + ["asked"] * 3 + ["read"] + ["closed"] * 2
    assert outcome.processor_seconds == 4.0
