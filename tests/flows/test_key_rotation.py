"""Rotating the credential key under a running server: old cards stay good, and can still be revoked."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing

import httpx
import pytest

from tests.patience import PATIENCE_S
from trillium.cli.demo.api import DemoApi
from trillium.cli.demo.report import Report
from trillium.cli.demo.server import DemoServer, own_server
from trillium.cli.demo.story import ADAEZE, MAYA, Story


def rotate(server: DemoServer) -> None:
    """An operator's act, in another process than the server."""
    command = [sys.executable, "-m", "trillium", "keys", "rotate", "credential", "--without-publication-lead"]
    environment = {**os.environ, "TRILLIUM_VAR_DIR": str(server.var_dir)}
    subprocess.run(command, env=environment, check=True, capture_output=True, timeout=PATIENCE_S)


def published_keys(server: DemoServer) -> set[str]:
    """Of the credentials, as verifiers read them (SD-JWT VC section 4)."""
    address = f"{server.base_url}/.well-known/jwt-vc-issuer/issuer"
    document = httpx.get(address, timeout=PATIENCE_S, trust_env=False).json()
    return {key["kid"] for key in document["jwks"]["keys"]}


@pytest.fixture(scope="module")
def server() -> Iterator[DemoServer]:
    with own_server() as running:
        yield running


def test_7_07_cards_of_the_old_and_of_the_new_key_are_accepted_and_revoked(server: DemoServer) -> None:
    with closing(DemoApi(server)) as api:
        story = Story(api, Report(None))
        api.import_residents()
        api.register_service(["age-19-or-over"])
        story.equip(MAYA, ["proof-of-age"], tx_code=False)
        before = published_keys(server)
        rotate(server)
        deadline = time.monotonic() + PATIENCE_S
        while published_keys(server) == before:
            assert time.monotonic() < deadline, "the server did not read its ring again"
            time.sleep(0.2)
        assert before < published_keys(server)  # the old key stays published for its cards
        story.equip(ADAEZE, ["proof-of-age"], tx_code=False)
        for number in (MAYA, ADAEZE):
            result = story.present(number, "age-19-or-over")
            assert result["outcome"] == "accepted", result["reasons"]
        # the list of the old key is still signed: by that key, which signs nothing else any more
        api.change_status(story.people[MAYA]["subject_ref"], "revoke", "lost")
        deadline = time.monotonic() + PATIENCE_S
        while story.present(MAYA, "age-19-or-over")["clerk_outcome"] != "revoked":
            assert time.monotonic() < deadline, "the revocation was not published"
            time.sleep(0.2)
        assert story.present(ADAEZE, "age-19-or-over")["outcome"] == "accepted"
