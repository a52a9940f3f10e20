"""Sphereon's client 0.20.1 receives from our issuer, as far as it follows OpenID4VCI 1.0.

It speaks of one key in the `proof` of old drafts, not in `proofs` (interop.md section 1). The sandbox takes
that at its border and counts it; a server without that switch refuses it with `invalid_proof`.
"""

import json
import subprocess
from typing import Any
from urllib.parse import urlsplit

from tests.interop.desks import IssuingDesk
from tests.interop.register import MAYA, claims_of
from tests.interop.sd_jwt_text import read_sd_jwt
from tests.interop.server_process import ServerProcess
from tests.interop.wallet_process import HERE, find_node, search_path
from tests.patience import PATIENCE_S


def receive(server: ServerProcess, offer: dict[str, Any], configuration: str) -> dict[str, Any]:
    """Runs the wallet once."""
    command = [find_node(search_path()), str(HERE / "sphereon_wallet.mjs"), server.origin]
    command += [
        offer["credential_offer_link"],
        configuration,
        *([offer["tx_code"]] if offer["tx_code"] else []),
    ]
    ran = subprocess.run(command, cwd=HERE, capture_output=True, text=True, timeout=PATIENCE_S, check=True)
    answer = json.loads(ran.stdout)
    assert "error" not in answer, answer["error"]
    return dict(answer)


def test_receives_with_a_transaction_code(server: ServerProcess, desk: IssuingDesk) -> None:
    """4.02 at the appended well-known path, 4.12, 4.18, 4.29: one card, bound to the wallet's key."""
    offer = desk.offer(MAYA, "photo-card", tx_code=True)
    answer = receive(server, offer, "photo-card")
    credentials = answer["result"]["response"]["credentials"]
    [credential] = [one["credential"] for one in credentials]
    card = read_sd_jwt(credential)
    assert card.payload["cnf"]["jwk"] == answer["result"]["jwk"]
    assert card.disclosed["family_name"] == claims_of(MAYA)["family_name"]
    assert desk.offer_state(offer) == "redeemed"
    paths = [urlsplit(exchange["url"]).path for exchange in answer["exchanges"]]
    assert "/issuer/.well-known/openid-credential-issuer" in paths
    assert "/issuer/.well-known/oauth-authorization-server" in paths
