"""Lists of trusted entities as others publish them, signed with keys of tests; everything can be spoilt."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

from specs.encoding import create_json
from specs.jose import create_x5c
from tests.specs.jose.certificates import CA, Issued, Wish, self_signed, usage
from tests.trillium.trust_list.material import operator_key
from tests.verifier.issuing import ISSUER, NOW, authority, sign

ETSI = "http://uri.etsi.org/19602"
PID = f"{ETSI}/SvcType/PID/Issuance"
PID_REVOCATION = f"{ETSI}/SvcType/PID/Revocation"
PUB_EAA = f"{ETSI}/SvcType/PubEAA/Issuance"
WRPAC = f"{ETSI}/SvcType/WRPAC/Issuance"
PID_LIST = f"{ETSI}/LoTEType/EUPIDProvidersList"
PUB_EAA_LIST = f"{ETSI}/LoTEType/EUPubEAAProvidersList"
WRPAC_LIST = f"{ETSI}/LoTEType/EUWRPACProvidersList"
NOTIFIED = f"{ETSI}/PubEAAProvidersList/SvcStatus/notified"
WITHDRAWN = f"{ETSI}/PubEAAProvidersList/SvcStatus/withdrawn"
OPERATOR, TERRITORY = "Trust Office", "EU"
DAY = timedelta(days=1)


def text_of(certificate: x509.Certificate) -> str:
    return create_x5c([certificate])[0]


def words(text: str, language: str = "en") -> dict[str, str]:
    return {"lang": language, "value": text}


def service(kind: str = PID, *certificates: x509.Certificate, **changed: Any) -> dict[str, Any]:
    """``None`` leaves a member of the information out."""
    found = certificates or (authority("issuer").certificate,)
    about = {
        "ServiceName": [words("Issuing")],
        "ServiceDigitalIdentity": {"X509Certificates": [{"val": text_of(one)} for one in found]},
        "ServiceTypeIdentifier": kind,
        "ServiceSupplyPoints": [{"uriValue": ISSUER}],
    } | changed
    return {"ServiceInformation": {name: value for name, value in about.items() if value is not None}}


def entity(*services: Mapping[str, Any], name: str = "Ministry", **changed: Any) -> dict[str, Any]:
    about = {
        "TEName": [words(name), words("Ministère", "fr")],
        "TEAddress": {"TEPostalAddress": [], "TEElectronicAddress": []},
        "TEInformationURI": [{"lang": "en", "uriValue": "https://ministry.example"}],
    } | changed
    return {"TrustedEntityInformation": about, "TrustedEntityServices": list(services or (service(),))}


def scheme(now: datetime = NOW, **changed: Any) -> dict[str, Any]:
    members = {
        "LoTEVersionIdentifier": 1,
        "LoTESequenceNumber": 7,
        "LoTEType": PID_LIST,
        "SchemeOperatorName": [words(OPERATOR)],
        "SchemeTerritory": TERRITORY,
        "ListIssueDateTime": moment(now - DAY),
        "NextUpdate": moment(now + 30 * DAY),
    } | changed
    return {name: value for name, value in members.items() if value is not ...}


def moment(when: datetime) -> str:
    return when.strftime("%Y-%m-%dT%H:%M:%SZ")


def document(*entities: Mapping[str, Any], now: datetime = NOW, **changed: Any) -> dict[str, dict[str, Any]]:
    """``changed``: members of the scheme; ``...`` leaves one out."""
    listed = list(entities or (entity(),))
    return {"LoTE": {"ListAndSchemeInformation": scheme(now, **changed), "TrustedEntitiesList": listed}}


def signed_lote(
    content: Mapping[str, Any] | bytes | None = None,
    *,
    who: Issued | str = "lote",
    chain: Sequence[x509.Certificate] = (),
    header: Mapping[str, Any] | None = None,
) -> bytes:
    """As published: a compact JWS, with the certificate of the signer where there is one."""
    key = operator_key(who) if isinstance(who, str) else who.key
    sent = chain or (() if isinstance(who, str) else (who.certificate,))
    members = {"alg": "ES256", "iat": 1, **({"x5c": create_x5c(sent)} if sent else {}), **(header or {})}
    body = content if isinstance(content, bytes) else create_json(dict(content or document()))
    return sign(members, body, key).encode()


def public_pem(who: str = "lote") -> bytes:
    return operator_key(who).public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def certificate_pem(*certificates: x509.Certificate) -> bytes:
    return b"".join(one.public_bytes(Encoding.PEM) for one in certificates)


@cache
def root_of_lists() -> Issued:
    """An authority below which more than one signer stands."""
    return self_signed(around(CA.but(name="Root of lists")))


def around(wish: Wish, now: datetime = NOW) -> Wish:
    return wish.but(not_before=now - 90 * DAY, not_after=now + 900 * DAY)


def list_signer(
    organization: str = OPERATOR, country: str = TERRITORY, *, root: Issued | None = None, now: datetime = NOW
) -> Issued:
    """A signer whose certificate is named like a list's operator."""
    root, key = root or root_of_lists(), ec.generate_private_key(ec.SECP256R1())
    name = [
        x509.NameAttribute(NameOID.COUNTRY_NAME, country),
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization),
    ]
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name(name))
        .issuer_name(root.certificate.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - 90 * DAY)
        .not_valid_after(now + 90 * DAY)
        .add_extension(usage(sign=True), critical=True)
    )
    return Issued(builder.sign(root.key, SHA256()), key)
