"""To which sector a client belongs (OpenID Connect Core section 8.1, Registration section 5)."""

from specs.oauth.client_registration import ClientMetadata
from specs.openid_connect import check_sector_list, sector_of
from specs.openid_connect.errors import InvalidSector
from verifier.domain.openid.registration import problem
from verifier.domain.openid.registration_texts import ProblemKind
from verifier.openid_errors import RegistrationRefused
from verifier.ports_openid import SectorLists

PLACE = "sector_identifier_uri"


async def sector_for(metadata: ClientMetadata, lists: SectorLists) -> str:
    """The sector; a list of redirect URIs is fetched from its owner, who thereby vouches for the client.

    Raises:
        RegistrationRefused: no sector, or one that the client does not belong to.
    """
    try:
        sector = sector_of(metadata.redirect_uris, metadata.sector_identifier_uri)
    except InvalidSector as error:
        raise _refused(ProblemKind.SEVERAL_HOSTS) from error
    if metadata.sector_identifier_uri is not None:
        listed = await lists.listed(metadata.sector_identifier_uri)
        try:
            check_sector_list(metadata.redirect_uris, listed)
        except InvalidSector as error:
            raise _refused(ProblemKind.SECTOR_LIST) from error
    return sector


def _refused(kind: ProblemKind) -> RegistrationRefused:
    return RegistrationRefused(PLACE, (problem(kind, PLACE),))
