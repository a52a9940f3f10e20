"""The file of registered wallets, written by the operator and read at start."""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from issuer.domain.authorization import ClientAuthentication, ClientId
from issuer.domain.client import Client
from specs.oauth import InvalidRedirectUri
from specs.oauth.redirect_uri import check_redirect_uri

MAX_FILE_BYTES = 4 * 1024 * 1024


class WalletsFileError(ValueError):
    """The file is not what it should be; the text names the place and no content."""


class _Wallet(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    client_id: str = Field(pattern=r"^[\x21-\x7e]{1,512}$")
    name: dict[Literal["en", "fr"], str] = Field(min_length=2)
    redirect_uris: list[str] = Field(min_length=1)
    authentication: ClientAuthentication = ClientAuthentication.ATTESTATION

    @field_validator("redirect_uris")
    @classmethod
    def _usable(cls, uris: list[str]) -> list[str]:
        try:
            return [check_redirect_uri(uri) for uri in uris]
        except InvalidRedirectUri as error:
            raise ValueError(f"not a redirect URI: {error.detail}") from error


class _Wallets(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    wallets: list[_Wallet]


def read_wallets(file: Path | None) -> Mapping[str, Client]:
    """The registered wallets by ``client_id``; none without a file.

    A wallet authenticates itself by attestation unless the file says otherwise (6.05); of an attested one the
    ``client_id`` is the ``sub`` of its attestations.

    Raises:
        WalletsFileError: the file cannot be read, or is wrong somewhere.
    """
    if file is None:
        return {}
    try:
        with file.open("rb") as stream:
            content = stream.read(MAX_FILE_BYTES + 1)
        if len(content) > MAX_FILE_BYTES:
            raise WalletsFileError(f"{file}: larger than {MAX_FILE_BYTES} bytes")
        wallets = _Wallets.model_validate_json(content).wallets
    except OSError as error:
        raise WalletsFileError(f"{file}: {error.strerror}") from error
    except ValidationError as error:
        raise WalletsFileError(f"{file}: {_places(error)}") from None
    found = {one.client_id: _client(one) for one in wallets}
    if len(found) != len(wallets):
        raise WalletsFileError(f"{file}: a client_id twice")
    return found


def _client(wallet: _Wallet) -> Client:
    return Client(
        ClientId(wallet.client_id),
        frozenset(wallet.redirect_uris),
        {language: name for language, name in wallet.name.items()},  # noqa: C416  # plain strings as keys
        wallet.authentication,
    )


def _places(error: ValidationError) -> str:
    found = error.errors(include_input=False, include_url=False)
    return "; ".join(".".join(str(part) for part in one["loc"]) + f": {one['msg']}" for one in found[:5])
