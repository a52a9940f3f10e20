"""A credential issuer in memory: everything it says can be changed, by defect."""

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlsplit

from cryptography import x509

from specs.encoding import create_json, parse_json_object
from specs.jose import (
    Algorithm,
    PublicJwk,
    TrustAnchors,
    create_x5c,
    parse_jws,
    parse_public_jwk,
    trust_anchors,
)
from specs.jose.signatures import sign_with
from specs.sd_jwt import DisclosurePlan
from specs.sd_jwt_vc import (
    CredentialEnvelope,
    CredentialHeader,
    approve_claims,
    check_prepared,
    create_integrity,
    credential_entropy_length,
    prepare_credential,
)
from specs.token_status_list import StatusList, StatusReference, prepare_status_list_token
from tests.simulators.internet import NOT_FOUND, Call, SimulatedInternet, json_answer, refusal
from tests.specs.jose.certificates import CA, LEAF, Issued, self_signed
from wallet_api.ports import HttpAnswer

ORIGIN = "https://issuer.example"
ISSUER = f"{ORIGIN}/tenant"
VCT = f"{ISSUER}/types/photo-card/1"
PRE_AUTHORIZED = "urn:ietf:params:oauth:grant-type:pre-authorized_code"
MAYA = {
    "given_name": "Maya-Planted",
    "family_name": "Tremblay-Planted",
    "birthdate": "1990-04-01",
    "age_equal_or_over": {"18": True, "19": True, "65": False},
    "address": {"locality": "Planted-Sudbury", "region": "ON"},
    "issuing_country": "CA",
}
DISCLOSABLE = (
    ("given_name",),
    ("family_name",),
    ("birthdate",),
    ("age_equal_or_over", "18"),
    ("age_equal_or_over", "19"),
    ("age_equal_or_over", "65"),
    ("address",),
    ("address", "locality"),
    ("address", "region"),
)
TYPE: dict[str, Any] = {
    "vct": VCT,
    "name": "Photo card",
    "display": [
        {"locale": "en-CA", "name": "Photo card"},
        {"locale": "fr-CA", "name": "Carte-photo"},
    ],
    "claims": [
        {"path": ["family_name"], "mandatory": True, "sd": "always"},
        {"path": ["issuing_country"], "mandatory": True, "sd": "never"},
    ],
}


def authority(now: datetime) -> Issued:
    """A root that is valid around a moment."""
    return self_signed(CA.but(not_before=now - timedelta(days=30), not_after=now + timedelta(days=3000)))


def signer_below(
    root: Issued, now: datetime, host: str, *uris: str, not_after: datetime | None = None
) -> Issued:
    """A leaf for a host, valid around a moment."""
    names = x509.SubjectAlternativeName(
        [x509.DNSName(host), *(x509.UniformResourceIdentifier(uri) for uri in uris)]
    )
    wish = LEAF.but(
        name=host,
        alternative_names=names,
        not_before=now - timedelta(days=30),
        not_after=not_after or now + timedelta(days=1000),
    )
    return root.issue(wish)


@dataclass(slots=True)
class SimulatedIssuer:
    """``envelope`` changes what a copy says about itself; ``deliver`` what is sent of the finished copies."""

    now: datetime
    claims: Mapping[str, Any] = field(default_factory=lambda: dict(MAYA))
    plan: DisclosurePlan = field(default_factory=lambda: DisclosurePlan(DISCLOSABLE))
    type_metadata: bytes = field(default_factory=lambda: create_json(TYPE))
    integrity: str | None = None
    metadata: dict[str, Any] = field(default_factory=dict)
    server_metadata: dict[str, Any] = field(default_factory=dict)
    tx_code: str | None = None
    batch_size: int = 10
    bad_nonces: int = 0
    """How many of the next requests are answered with ``invalid_nonce``."""
    statuses: StatusList = field(default_factory=lambda: StatusList.empty(size=64, bits=2))
    status_reachable: bool = True
    status_signer: Issued | None = None
    token_answer: Callable[[], HttpAnswer] | None = None
    credential_answer: Callable[[], HttpAnswer] | None = None
    envelope: Callable[[CredentialEnvelope, int], CredentialEnvelope] = lambda envelope, _copy: envelope
    header: Callable[[CredentialHeader], CredentialHeader] = lambda header: header
    claims_of_copy: Callable[[Mapping[str, Any], int], Mapping[str, Any]] = lambda claims, _copy: claims
    deliver: Callable[[Sequence[str]], Sequence[str]] = lambda copies: copies
    root: Issued = field(init=False)
    signer: Issued = field(init=False)
    nonces: list[str] = field(default_factory=list)
    spent: int = 0
    redeemed: bool = False
    _indices: Any = field(default_factory=lambda: itertools.count(3))

    def __post_init__(self) -> None:
        self.root = authority(self.now)
        self.signer = signer_below(self.root, self.now, "issuer.example", ISSUER)

    @property
    def anchors(self) -> TrustAnchors:
        return trust_anchors([self.root.certificate])

    def connect(self, internet: SimulatedInternet) -> None:
        internet.sites[ORIGIN] = self.answer

    def offer(self, **changes: Any) -> dict[str, Any]:
        """The offer; a member changed to None is left out."""
        grant: dict[str, Any] = {"pre-authorized_code": "the-code"}
        if self.tx_code is not None:
            grant["tx_code"] = {"length": len(self.tx_code), "input_mode": "numeric"}
        good = {
            "credential_issuer": ISSUER,
            "credential_configuration_ids": ["photo-card"],
            "grants": {PRE_AUTHORIZED: grant},
        }
        return {name: value for name, value in (good | changes).items() if value is not None}

    def link(self, **changes: Any) -> str:
        """The offer by value."""
        return f"openid-credential-offer://?credential_offer={quote(create_json(self.offer(**changes)))}"

    def answer(self, call: Call) -> HttpAnswer:
        paths: dict[str, Callable[[Call], HttpAnswer]] = {
            "/tenant/offers/1": lambda _: json_answer(self.offer()),
            "/.well-known/openid-credential-issuer/tenant": lambda _: json_answer(self.issuer_document()),
            "/.well-known/oauth-authorization-server/tenant": lambda _: json_answer(self.server_document()),
            "/tenant/token": self._token,
            "/tenant/nonce": self._nonce,
            "/tenant/credential": self._credential,
            "/tenant/types/photo-card/1": lambda _: HttpAnswer(200, "application/json", self.type_metadata),
        }
        path = urlsplit(call.url).path
        found = self._status_list if path.startswith("/tenant/status/") else paths.get(path)
        return NOT_FOUND if found is None else found(call)

    def issuer_document(self) -> dict[str, Any]:
        configuration = {
            "format": "dc+sd-jwt",
            "scope": "photo-card",
            "vct": VCT,
            "cryptographic_binding_methods_supported": ["jwk"],
            "proof_types_supported": {"jwt": {"proof_signing_alg_values_supported": ["ES256"]}},
            "credential_metadata": {"display": [{"name": "Photo\u202e card", "locale": "en-CA"}]},
        }
        good = {
            "credential_issuer": ISSUER,
            "credential_endpoint": f"{ISSUER}/credential",
            "nonce_endpoint": f"{ISSUER}/nonce",
            "credential_configurations_supported": {"photo-card": configuration},
        }
        if self.batch_size > 1:
            good["batch_credential_issuance"] = {"batch_size": self.batch_size}
        return good | self.metadata

    def server_document(self) -> dict[str, Any]:
        good = {
            "issuer": ISSUER,
            "token_endpoint": f"{ISSUER}/token",
            "grant_types_supported": [PRE_AUTHORIZED],
            "pre-authorized_grant_anonymous_access_supported": True,
        }
        return good | self.server_metadata

    def _token(self, call: Call) -> HttpAnswer:
        if self.token_answer is not None:
            return self.token_answer()
        fields = dict(call.fields)
        if self.redeemed or fields["pre-authorized_code"] != "the-code":
            return refusal("invalid_grant")
        if fields.get("tx_code") != self.tx_code:
            return refusal("invalid_grant")
        self.redeemed = True
        return json_answer({"access_token": "the-token", "token_type": "Bearer", "expires_in": 300})

    def _nonce(self, _call: Call) -> HttpAnswer:
        self.nonces.append(f"nonce-{len(self.nonces)}")
        return json_answer({"c_nonce": self.nonces[-1]})

    def _credential(self, call: Call) -> HttpAnswer:
        if self.credential_answer is not None:
            return self.credential_answer()
        if call.bearer != "the-token":
            return refusal("invalid_token", 401)
        if self.bad_nonces:
            self.bad_nonces -= 1
            return refusal("invalid_nonce")
        proofs = [
            parse_jws(one, max_bytes=9999)
            for one in parse_json_object(call.body, max_bytes=10**6)["proofs"]["jwt"]
        ]
        for proof in proofs:
            claims = parse_json_object(proof.payload, max_bytes=9999)
            assert claims["aud"] == ISSUER
            if self.nonces and claims["nonce"] not in self.nonces[self.spent :]:
                return refusal("invalid_nonce")
        self.spent += 1
        keys = [parse_public_jwk(proof.header["jwk"]) for proof in proofs]
        copies = [self.issue(key, number) for number, key in enumerate(keys)]
        return json_answer({"credentials": [{"credential": one} for one in self.deliver(copies)]})

    def issue(self, holder_key: PublicJwk, number: int = 0) -> str:
        """One signed copy."""
        envelope = CredentialEnvelope(
            vct=VCT,
            issuer=ISSUER,
            issued_at=self.now - timedelta(hours=1),
            expires_at=self.now + timedelta(days=30),
            holder_key=holder_key,
            status=StatusReference(f"{ISSUER}/status/1", next(self._indices)),
            vct_integrity=self.integrity or create_integrity(self.type_metadata),
        )
        header = CredentialHeader(Algorithm.ES256, x5c=tuple(create_x5c([self.signer.certificate])))
        claims = self.claims_of_copy(self.claims, number)
        prepared = prepare_credential(
            claims,
            self.plan,
            envelope=self.envelope(envelope, number),
            header=self.header(header),
            salts=_salts(number, credential_entropy_length(claims, self.plan)),
        )
        checked = check_prepared(prepared, approve_claims(prepared, lambda _processed: None))
        return checked.attach(sign_with(self.signer.key, Algorithm.ES256, checked.signing_input.data))

    def _status_list(self, call: Call) -> HttpAnswer:
        if not self.status_reachable:
            return HttpAnswer(503, "text/plain", b"")
        signer = self.status_signer or self.signer
        prepared = prepare_status_list_token(
            self.statuses,
            uri=call.url,
            issued_at=self.now,
            expires_at=self.now + timedelta(days=7),
            ttl=timedelta(hours=1),
            algorithm=Algorithm.ES256,
            key_id=None,
            x5c=create_x5c([signer.certificate]),
        )
        token = prepared.attach(sign_with(signer.key, Algorithm.ES256, prepared.data))
        return HttpAnswer(200, "application/statuslist+jwt", token.encode())


def _salts(number: int, count: int) -> bytes:
    return b"".join((number * 100_000 + place).to_bytes(8, "big") for place in range(count // 8 + 1))[:count]


def without(envelope: CredentialEnvelope, **changes: Any) -> CredentialEnvelope:
    """The envelope of a copy, changed."""
    return replace(envelope, **changes)
