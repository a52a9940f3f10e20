"""What a request asks for (OpenID4VP 1.0 sections 5.1 to 5.6), whoever asks and whichever way it came."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from specs.dcql import DcqlQuery, parse_dcql_query
from specs.openid4vp.client_metadata import (
    ClientMetadata,
    ResponseEncryption,
    choose_response_encryption,
    parse_client_metadata,
)
from specs.openid4vp.errors import (
    InvalidRequestNonce,
    MissingQuery,
    ScopeNotSupported,
    UnsupportedResponseType,
)
from specs.openid4vp.request_parameters import RESPONSE_TYPE
from specs.openid4vp.response_mode import ResponseMode
from specs.openid4vp.transaction_data import TransactionData, TransactionDataType, parse_transaction_data
from specs.openid4vp.url_safe import is_url_safe
from specs.openid4vp.verifier_info import VerifierInfo, parse_verifier_info


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """The presentations that are asked for. `encryption`: how the answer is encrypted, None for a plain one.

    `verifier_info`: of any format; nothing in it is known to be true.
    """

    response_mode: ResponseMode
    nonce: str
    query: DcqlQuery
    client_metadata: ClientMetadata | None
    encryption: ResponseEncryption | None = None
    transaction_data: tuple[TransactionData, ...] = ()
    verifier_info: tuple[VerifierInfo, ...] = field(default=(), repr=False)


def parse_question(
    claims: Mapping[str, Any],
    mode: ResponseMode,
    *,
    transaction_data_types: Mapping[str, TransactionDataType],
) -> Question:
    """Unknown parameters are ignored, `transaction_data` never is (5.09).

    `transaction_data_types`: those that this wallet can show and sign; an empty mapping refuses all. Raises
    subclasses of RequestError, and specs.dcql's InvalidQuery.
    """
    if claims.get("response_type") != RESPONSE_TYPE:
        raise UnsupportedResponseType
    nonce = claims.get("nonce")
    if not is_url_safe(nonce):
        raise InvalidRequestNonce
    query = _parse_query(claims)
    found = claims.get("client_metadata")
    metadata = None if found is None else parse_client_metadata(found)
    transactions: tuple[TransactionData, ...] = ()
    if "transaction_data" in claims:
        transactions = parse_transaction_data(
            claims["transaction_data"],
            known=transaction_data_types,
            # Section B.3.3: only a presentation with holder binding can authorise anything.
            credential_query_ids={one.id for one in query.credentials if one.require_holder_binding},
        )
    about: tuple[VerifierInfo, ...] = ()
    if "verifier_info" in claims:
        ids = {one.id for one in query.credentials}
        about = parse_verifier_info(claims["verifier_info"], credential_query_ids=ids)
    return Question(
        response_mode=mode,
        nonce=nonce,
        query=query,
        client_metadata=metadata,
        # Before anybody is asked: an answer that cannot be encrypted will never be sent.
        encryption=choose_response_encryption(metadata) if mode.encrypted else None,
        transaction_data=transactions,
        verifier_info=about,
    )


def _parse_query(claims: Mapping[str, Any]) -> DcqlQuery:
    query, scope = claims.get("dcql_query"), claims.get("scope")
    if (query is None) == (scope is None):
        raise MissingQuery
    if query is None:
        raise ScopeNotSupported
    return parse_dcql_query(query)
