"""The client of a verifier: answers requests as a wallet does, by `direct_post` or `direct_post.jwt`.

What is in a request is handed over as it stands in the request object, whoever made it.
"""

import os
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

from cryptography.hazmat.primitives.asymmetric import ec

from bench.load import post
from specs.jose import Algorithm
from specs.jose.jwe import IV_BYTES
from specs.jose.signatures import signing_function
from specs.openid4vp import (
    ResponseMode,
    choose_response_encryption,
    create_direct_post,
    create_direct_post_jwt,
    parse_client_metadata,
)
from specs.sd_jwt import HeldSdJwt, prepare_key_binding, select_disclosures
from trillium.runtime.bodies import FORM
from trillium.runtime.clock import SystemClock

QUERY_ID = "photo_card"
PATHS = (("given_name",), ("family_name",), ("birthdate",))


def answers(
    requests: Iterable[Mapping[str, Any]], held: HeldSdJwt, key: ec.EllipticCurvePrivateKey
) -> Iterator[bytes]:
    """One HTTP request for each: three claims, a key binding of its own, encrypted where it is asked for."""
    selected = select_disclosures(held, PATHS)
    sign = signing_function(key, Algorithm.ES256)
    now = SystemClock().now()
    for request in requests:
        prepared = prepare_key_binding(
            selected,
            nonce=request["nonce"],
            audience=request["client_id"],
            issued_at=now,
            algorithm=Algorithm.ES256,
        )
        presentation = prepared.attach(sign(prepared.signing_input.data))
        address = urlsplit(request["response_uri"])
        path = f"{address.path}?{address.query}" if address.query else address.path
        yield post(path, FORM, urlencode(_form(request, presentation)).encode())


def _form(request: Mapping[str, Any], presentation: str) -> list[tuple[str, str]]:
    vp_token, state = {QUERY_ID: [presentation]}, request["state"]
    if request["response_mode"] == ResponseMode.DIRECT_POST:
        return create_direct_post(vp_token, state)
    return create_direct_post_jwt(
        vp_token,
        state,
        encryption=choose_response_encryption(parse_client_metadata(request["client_metadata"])),
        ephemeral=ec.generate_private_key(ec.SECP256R1()),
        iv=os.urandom(IV_BYTES),
    )
