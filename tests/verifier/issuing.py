"""An issuer in memory that signs whatever it is told to: good credentials, and every forgery."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Self
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from specs.encoding import b64url_encode, create_json
from specs.jose import Algorithm, PublicJwk, TrustAnchors, create_x5c, public_jwk_of, sign_with, trust_anchors
from specs.sd_jwt import DisclosurePlan, entropy_length, prepare_sd_jwt
from specs.token_status_list import StatusList, StatusReference, create_status_claim, create_status_list
from tests.specs.jose.certificates import CA, LEAF, Issued, self_signed
from verifier.domain.trust import TrustedIssuer

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
ISSUER = "https://issuer.example"
PHOTO_CARD = f"{ISSUER}/types/photo-card/1"
PROOF_OF_AGE = f"{ISSUER}/types/proof-of-age/1"
LIST = f"{ISSUER}/status-lists/7"
ENTRY = StatusReference(LIST, 42)
PERSON: dict[str, Any] = {
    "given_name": "Planted-Maya",
    "family_name": "Planted-Tremblay",
    "birthdate": "1994-06-14",
    "portrait": "data:image/png;base64,UGxhbnRlZA==",
    "age_equal_or_over": {"18": True, "19": True, "65": False},
    "address": {"street_address": "118 Planted Ave", "locality": "Planted-Sudbury", "region": "ON"},
    "nationalities": ["CA", "FR"],
    "issuing_country": "CA",
}
PLAN = DisclosurePlan(
    (
        ("given_name",),
        ("family_name",),
        ("birthdate",),
        ("portrait",),
        ("age_equal_or_over", "18"),
        ("age_equal_or_over", "19"),
        ("age_equal_or_over", "65"),
        ("address",),
        ("address", "street_address"),
        ("address", "locality"),
        ("address", "region"),
        ("nationalities", None),
    )
)
AGE = {"age_equal_or_over": PERSON["age_equal_or_over"]}
AGE_PLAN = DisclosurePlan(tuple(("age_equal_or_over", age) for age in ("18", "19", "65")))


@cache
def private_key(who: str) -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def public_key(who: str) -> PublicJwk:
    return public_jwk_of(private_key(who).public_key())


@cache
def authority(who: str) -> Issued:
    """A root that is valid around NOW and for years."""
    wish = CA.but(name=who, key=private_key(f"{who} root"))
    return self_signed(wish.but(not_before=NOW - timedelta(days=90), not_after=NOW + timedelta(days=3000)))


def leaf_below(root: Issued, who: str, *, uris: Sequence[str] = (), hosts: Sequence[str] = ()) -> Issued:
    """The certificate of a signer: its names are what ties it to an issuer."""
    names: list[x509.GeneralName] = [x509.DNSName(host) for host in hosts]
    names += [x509.UniformResourceIdentifier(uri) for uri in uris]
    wish = LEAF.but(
        name=who,
        key=private_key(who),
        alternative_names=x509.SubjectAlternativeName(names) if names else None,
        not_before=NOW - timedelta(days=90),
        not_after=NOW + timedelta(days=1000),
    )
    return root.issue(wish)


def sign(header: Mapping[str, Any], payload: bytes, key: ec.EllipticCurvePrivateKey) -> str:
    """A compact JWS with any header at all; always an ES256 signature, whatever the header says."""
    signed = f"{b64url_encode(create_json(dict(header)))}.{b64url_encode(payload)}"
    return f"{signed}.{b64url_encode(sign_with(key, Algorithm.ES256, signed.encode()))}"


@dataclass(frozen=True)
class Draft:
    """A credential before it is signed; everything in it can still be changed."""

    header: dict[str, Any]
    payload: dict[str, Any]
    disclosures: tuple[str, ...]

    def but(self, header: Mapping[str, Any] | None = None, **payload: Any) -> Self:
        """Members changed; ``None`` leaves a member out."""
        return replace(
            self,
            header=_without_none(self.header | dict(header or {})),
            payload=_without_none(self.payload | payload),
        )

    def signed_by(self, key: ec.EllipticCurvePrivateKey) -> str:
        return "~".join((sign(self.header, create_json(self.payload), key), *self.disclosures, ""))


@dataclass(frozen=True)
class SimulatedIssuer:
    """``root``: whom the verifier is told to trust. ``leaf``: who signs, credentials and lists alike."""

    identifier: str = ISSUER
    root: Issued = field(default_factory=lambda: authority("issuer"))
    leaf: Issued = field(
        default_factory=lambda: leaf_below(
            authority("issuer"), "issuer", uris=[ISSUER], hosts=[str(urlsplit(ISSUER).hostname)]
        )
    )

    @property
    def anchors(self) -> TrustAnchors:
        return trust_anchors([self.root.certificate])

    @property
    def x5c(self) -> list[str]:
        return create_x5c([self.leaf.certificate])

    def trusted(self, *vcts: str) -> TrustedIssuer:
        """As the verifier's configuration names it."""
        return TrustedIssuer(self.identifier, self.anchors, frozenset(vcts or (PHOTO_CARD, PROOF_OF_AGE)))

    def draft(
        self,
        claims: Mapping[str, Any] = PERSON,
        plan: DisclosurePlan = PLAN,
        *,
        vct: str = PHOTO_CARD,
        holder: str = "holder",
        status: StatusReference | None = ENTRY,
        now: datetime = NOW,
    ) -> Draft:
        """A good credential, ready to be spoilt."""
        jwk = {name: public_key(holder).members[name] for name in ("kty", "crv", "x", "y")}
        registered: dict[str, Any] = {
            "iss": self.identifier,
            "vct": vct,
            "iat": int((now - timedelta(days=1)).timestamp()),
            "exp": int((now + timedelta(days=90)).timestamp()),
            "cnf": {"jwk": jwk},
        }
        if status is not None:
            registered["status"] = create_status_claim(status)
        header = {"alg": "ES256", "typ": "dc+sd-jwt", "x5c": self.x5c}
        everything = {**registered, **claims}
        salts = os.urandom(entropy_length(everything, plan))
        prepared = prepare_sd_jwt(everything, plan, header=header, salts=salts)
        return Draft(header, prepared.payload, prepared.disclosures)

    def sign(self, draft: Draft) -> str:
        return draft.signed_by(self.leaf.key)

    def issue(self, claims: Mapping[str, Any] = PERSON, plan: DisclosurePlan = PLAN, **more: Any) -> str:
        """A good credential."""
        return self.sign(self.draft(claims, plan, **more))

    def issue_proof_of_age(self, claims: Mapping[str, Any] = AGE, **more: Any) -> str:
        """A good proof of age."""
        return self.issue(claims, AGE_PLAN, vct=PROOF_OF_AGE, **more)

    def status_list(
        self,
        entries: StatusList | None = None,
        *,
        now: datetime = NOW,
        header: Mapping[str, Any] | None = None,
        **claims: Any,
    ) -> bytes:
        """The token of LIST: all valid, unless told otherwise; ``claims`` as in Draft.but."""
        entries = entries or StatusList.empty(size=128, bits=2)
        body: dict[str, Any] = {
            "sub": LIST,
            "iat": int(now.timestamp()),
            "exp": int((now + timedelta(hours=12)).timestamp()),
            "ttl": 3600,
            "status_list": create_status_list(entries),
        }
        head = {"alg": "ES256", "typ": "statuslist+jwt", "x5c": self.x5c}
        payload = create_json(_without_none(body | claims))
        return sign(_without_none(head | dict(header or {})), payload, self.leaf.key).encode()


def list_with(status: int, *, index: int = ENTRY.index) -> StatusList:
    """Everybody valid but one."""
    entries = StatusList.empty(size=128, bits=8)
    entries.set(index, status)
    return entries


def stranger(identifier: str = ISSUER) -> SimulatedIssuer:
    """An attacker with an authority of its own that certifies whatever it likes."""
    root = authority("stranger")
    host = str(urlsplit(identifier).hostname)
    return SimulatedIssuer(identifier, root, leaf_below(root, "stranger", uris=[identifier], hosts=[host]))


def _without_none(members: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}
