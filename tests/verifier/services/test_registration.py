"""What the verifier says of the service it asks for (5.10): signed, complete, nothing about the person."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from specs.jose import Use, WrongType, parse_jws, parse_x5c, verify_chain, verify_jws
from tests.verifier.issuing import NOW
from tests.verifier.surroundings import PUBLIC_URL, Desk, claims_of
from verifier.domain.preset import Retention
from verifier.services.registration import FORMAT, TYPE, Registrations

KEPT = Retention(30, {"en-CA": "To answer complaints.", "fr-CA": "Pour répondre aux plaintes."})


async def create(**changed: Any) -> tuple[Desk, str]:
    desk = Desk()
    service = await desk.register("identity")
    preset = replace(desk.verifier.presets["identity"], **changed)
    signer = desk.verifier.start.links.contents.identity.signer(NOW)
    until = NOW + timedelta(minutes=5)
    info = await Registrations(PUBLIC_URL).create(service, preset, signer, now=NOW, until=until)
    assert info.format == FORMAT
    assert info.credential_ids is None
    assert isinstance(info.data, str)
    return desk, info.data


async def test_it_is_signed_with_the_key_and_certificate_of_the_request() -> None:
    desk, text = await create()
    jws = parse_jws(text, max_bytes=16_384)
    assert set(jws.header) == {"alg", "typ", "x5c"}
    chain = verify_chain(parse_x5c(jws.header["x5c"]), desk.verifier.ring.anchors(), now=NOW)
    claims = verify_jws(jws, chain.key, use=Use.REQUEST_OBJECT, typ=TYPE).claims()
    assert claims["iss"] == PUBLIC_URL
    assert claims["exp"] - claims["iat"] == 300
    assert chain.san_dns == ("verifier.example",)


async def test_it_names_service_purpose_retention_and_evidence() -> None:
    _, text = await create(retention=KEPT, evidence=replace(KEPT, days=400))
    claims = claims_of(text)
    assert set(claims) == {"iss", "iat", "exp", "service", "preset", "purposes", "retention", "evidence"}
    assert set(claims["service"]) == {"client_id", "names"}
    assert claims["retention"] == {"days": 30, "purposes": dict(KEPT.purposes)}
    assert claims["evidence"]["days"] == 400


@pytest.mark.parametrize("evidence", [None, KEPT])
async def test_evidence_is_announced_exactly_where_it_is_made(evidence: Retention | None) -> None:
    _, text = await create(evidence=evidence)
    assert ("evidence" in claims_of(text)) == (evidence is not None)


async def test_it_is_not_a_request_object() -> None:
    """The same key signs both: the type keeps one from being taken for the other."""
    desk, text = await create()
    jws = parse_jws(text, max_bytes=16_384)
    chain = verify_chain(parse_x5c(jws.header["x5c"]), desk.verifier.ring.anchors(), now=NOW)
    with pytest.raises(WrongType):
        verify_jws(jws, chain.key, use=Use.REQUEST_OBJECT, typ="oauth-authz-req+jwt")
