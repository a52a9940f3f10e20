"""Presets that keep evidence, relying services that can read it, and cards for them."""

import json
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from specs.encoding import parse_json_object
from specs.jose import Encryption, create_encryption_jwk, decrypt_jwe, parse_jwe, public_jwk_of
from tests.verifier.holder import present
from tests.verifier.issuing import SimulatedIssuer, private_key
from tests.verifier.surroundings import Asked, Desk, settings_for_tests
from verifier.domain.event import Actor
from verifier.domain.relying_service import RelyingService
from verifier.domain.service_addresses import Addresses

DAYS = 30
PRESET = "identity-with-evidence"
RETURN_URL = "https://shop.example/back"
WHO = (("given_name",), ("family_name",), ("birthdate",))
CREDENTIAL = SimulatedIssuer().issue()
KEY = public_jwk_of(private_key("evidence of the shop").public_key(), kid="shop-2026")
PUBLIC_KEY = create_encryption_jwk(KEY)


def write_presets(folder: Path, **changed: Any) -> Path:
    """The shipped preset of the same claims, once as it is and once with evidence."""
    folder.mkdir(exist_ok=True)
    shipped = Path(__file__).parents[2] / "verifier" / "presets" / "identity.json"
    members = json.loads(shipped.read_bytes())
    (folder / "identity.json").write_text(json.dumps(members))
    purposes = {"en-CA": "To answer an audit.", "fr-CA": "Répondre à une vérification."}
    evidence = {"evidence": {"days": DAYS, "purposes": purposes}}
    (folder / f"{PRESET}.json").write_text(json.dumps(members | evidence | changed))
    return folder


def keeping_desk(folder: Path, **settings: Any) -> Desk:
    """A verifier with those presets."""
    return Desk(settings=settings_for_tests(presets_dir=write_presets(folder / "presets"), **settings))


async def with_key(desk: Desk, *presets: str) -> RelyingService:
    """A relying service that can read evidence."""
    registered = await desk.verifier.clients.register(
        {"en-CA": "Shop", "fr-CA": "Boutique"},
        presets or (PRESET,),
        actor=Actor("management"),
        addresses=Addresses(evidence_key=KEY, return_urls=(RETURN_URL,)),
    )
    return registered.service


def card(asked: Asked, **binding: Any) -> dict[str, list[str]]:
    """A photo card, shown honestly unless told otherwise."""
    return {"photo_card": [present(CREDENTIAL, asked.binding(**binding), *WHO)]}


def opened(text: str, who: str = "evidence of the shop") -> dict[str, Any]:
    """Evidence, as the service that holds this key reads it."""
    jwe = parse_jwe(text, max_bytes=1_000_000)
    assert isinstance(jwe.epk.key, ec.EllipticCurvePublicKey)
    shared = private_key(who).exchange(ec.ECDH(), jwe.epk.key)
    payload = decrypt_jwe(jwe, shared, encryptions=(Encryption.A256GCM,))
    return parse_json_object(payload, max_bytes=1_000_000)
