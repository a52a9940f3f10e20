"""Nothing about a person, and nothing that fetches a credential, is kept while a request waits or afterwards.

The same search as for the issuer's whole life: every byte of its databases and its log, for the values of the
register and for the secrets of the transaction.
"""

import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from tests.issuer.deferred_types import DEFERRED, types_with
from tests.issuer.test_planted_values import LINE, MARKERS, NUMBER
from tests.issuer.wallet import request_body
from tests.issuer.web.running_issuer import RunningIssuer, running_issuer
from tests.issuer.web.waiting import decide, fetch, post
from trillium.runtime.logs import configure_logging

FREE_TEXT = "Quintessa could not store it"


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """The log as a server writes it; afterwards logging is as it was."""
    handlers, level = logging.root.handlers, logging.root.level
    stream = io.StringIO()
    configure_logging("json", stream=stream, level=logging.DEBUG)
    structlog.configure(cache_logger_on_first_use=False)  # or every later test would log to this stream
    yield stream
    logging.root.handlers, logging.root.level = handlers, level
    structlog.reset_defaults()


def places(issuer: RunningIssuer, log: io.StringIO, planted: dict[str, str]) -> list[str]:
    """Where any of it is; the register's own files and the wallet's are not looked at."""
    contents = {
        str(path.relative_to(issuer.folder)): path.read_bytes()
        for path in issuer.folder.rglob("*")
        if path.is_file() and not path.name.startswith("register.db") and "credential_types" not in path.parts
    } | {"log": log.getvalue().encode()}
    return [
        f"{place}: {name}"
        for place, content in contents.items()
        for name, value in planted.items()
        if value.encode() in content
        or json.dumps(value)[1:-1].encode() in content
        or value.encode("utf-16-le") in content
    ]


async def token_for(issuer: RunningIssuer, configuration_id: str = "photo-card") -> str:
    """Of the person with the planted values."""
    request = {
        "subject_ref": await issuer.subject_ref(NUMBER),
        "credential_configuration_ids": [configuration_id],
    }
    offer = await issuer.manage("POST", "/offers", json=request)
    return str((await issuer.redeem(offer.json() | {"tx_code": None})).json()["access_token"])


async def test_a_request_that_waits_is_fetched_and_told_about_leaves_neither_values_nor_secrets(
    tmp_path: Path, log: io.StringIO
) -> None:
    types = types_with(tmp_path, photo_card=DEFERRED)
    async with running_issuer(tmp_path, credential_types_dir=types) as issuer:
        assert (await issuer.import_residents(LINE)).status_code == 200
        token, nonce = await token_for(issuer), await issuer.nonce()
        body = request_body(issuer.prover().proofs(nonce, 3))
        transaction_id = (await issuer.request(token, body)).json()["transaction_id"]
        planted = MARKERS | {"transaction": transaction_id, "token": token, "nonce": nonce}
        planted |= {f"proof-{number}": proof for number, proof in enumerate(body["proofs"]["jwt"])}
        assert (await fetch(issuer, token, transaction_id)).status_code == 202
        assert not places(issuer, log, planted)
        assert (await decide(issuer, transaction_id, "approve")).status_code == 200
        fetched = (await fetch(issuer, token, transaction_id)).json()
        age = await token_for(issuer, "proof-of-age")
        body = request_body(issuer.prover().proofs(await issuer.nonce(), 1), "proof-of-age")
        notification_id = (await issuer.request(age, body)).json()["notification_id"]
        planted |= {"notification": notification_id, "description": FREE_TEXT}
        planted |= {
            f"credential-{number}": entry["credential"].partition("~")[0]
            for number, entry in enumerate(fetched["credentials"])
        }
        told = {
            "notification_id": notification_id,
            "event": "credential_failure",
            "event_description": FREE_TEXT,
        }
        assert (await post(issuer, "/notification", age, told)).status_code == 204
        # what callers put where they can
        name = MARKERS["family_name"]
        await fetch(issuer, token, name)
        await post(issuer, "/notification", token, told | {"notification_id": name, name: name})
        await post(issuer, "/notification", token, told | {"event": name})
        await post(issuer, "/deferred-credential", token, {name: name})
        await issuer.manage("GET", f"/deferrals/{NUMBER}")
        await issuer.manage("GET", "/deferrals", params={"subject_ref": NUMBER})
        await issuer.manage("POST", f"/deferrals/{NUMBER}/deny", json={"reason": name, name: name})
        assert not places(issuer, log, planted)
        [waited] = issuer.rows()["issuer_deferred"]
        assert "jwk" not in repr(waited)
        assert "kty" not in repr(waited)
    assert not places(issuer, log, planted)
    assert log.getvalue().count("\n") > 15
