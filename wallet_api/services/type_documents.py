"""Type Metadata of a credential, fetched as far as its type extends others (SD-JWT VC section 5)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from specs.sd_jwt import ProcessedClaims
from specs.sd_jwt_vc import TypeReference, next_document, type_reference_of
from specs.sd_jwt_vc.errors import TypeMetadataUnavailable
from specs.sd_jwt_vc.type_metadata import MAX_TYPE_METADATA_BYTES
from wallet_api.errors import NoAnswer
from wallet_api.ports import Internet

JSON: Final = "application/json"
_WEB: Final = ("https://", "http://")


def has_document(vct: str) -> bool:
    """Whether a type has an address to fetch its description from; a URN has none (section 5.3)."""
    return vct.startswith(_WEB)


@dataclass(frozen=True, slots=True)
class TypeDocuments:
    """Which addresses are called at all (https, public) is the Internet's rule."""

    internet: Internet

    async def of(self, processed: ProcessedClaims, known: Mapping[str, bytes]) -> Mapping[str, bytes]:
        """Every document of the type's chain by ``vct``; those that are ``known`` are not fetched again.

        Raises:
            specs.sd_jwt_vc.errors.TypeMetadataError: one cannot be had, or does not fit its reference; then
                nothing more is fetched.
        """
        reference = type_reference_of(processed)
        documents = dict(known)
        while (missing := next_document(reference, documents)) is not None:
            documents[missing.vct] = await self._fetch(missing)
        return documents

    async def _fetch(self, reference: TypeReference) -> bytes:
        if not has_document(reference.vct):
            raise TypeMetadataUnavailable("no address")
        try:
            answer = await self.internet.get(
                reference.vct, accept=JSON, max_bytes=MAX_TYPE_METADATA_BYTES, follow=True
            )
        except NoAnswer as error:
            raise TypeMetadataUnavailable(error.detail) from error
        if answer.status != 200 or answer.media_type != JSON:
            raise TypeMetadataUnavailable(f"status {answer.status}, {answer.media_type[:80]}")
        return answer.body
