"""All of Type Metadata or nothing (SD-JWT VC section 5.7).

A consumer that looks at Type Metadata at all must look at the whole of it, parents and claim rules included,
before it shows a label or accepts the credential. So there is one function that does it in that order.
"""

from collections.abc import Mapping

from specs.sd_jwt.process import ProcessedClaims
from specs.sd_jwt_vc.claim_rules import Reader, verify_claim_rules
from specs.sd_jwt_vc.errors import InvalidTypeMetadata
from specs.sd_jwt_vc.extends import EffectiveTypeMetadata, TypeReference, resolve_type_metadata


def type_reference_of(processed: ProcessedClaims) -> TypeReference:
    """`vct` and `vct#integrity` of a credential; raises InvalidTypeMetadata when they are no strings."""
    vct = processed.claims.get("vct")
    integrity = processed.claims.get("vct#integrity")
    if not isinstance(vct, str) or not (integrity is None or isinstance(integrity, str)):
        raise InvalidTypeMetadata("vct or vct#integrity is no string")
    return TypeReference(vct, integrity)


def process_type_metadata(
    processed: ProcessedClaims, documents: Mapping[str, bytes], reader: Reader
) -> EffectiveTypeMetadata:
    """The effective description of the credential's type, after the credential was found to obey it.

    `documents`: the octets of every document of the chain by `vct` (`next_document` tells which are needed).
    Raises a TypeMetadataError: the credential is to be rejected, and nothing of the description used.
    """
    metadata = resolve_type_metadata(type_reference_of(processed), documents)
    verify_claim_rules(metadata.claims, processed, reader)
    return metadata
