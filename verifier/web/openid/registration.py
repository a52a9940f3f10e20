"""Clients register and look after their registration (RFC 7591, RFC 7592)."""

from datetime import timedelta
from typing import Any, Final

import orjson
from starlette.requests import Request
from starlette.responses import Response

from specs.encoding import parse_json_object
from specs.oauth.client_registration import RegistrationAnswer, create_localized, create_registration_answer
from trillium.runtime.authorization import parse_bearer
from trillium.runtime.bodies import read_json
from verifier.domain.openid.client import RegisteredClient
from verifier.domain.openid.registered import metadata_of
from verifier.domain.openid.registration import parse_registration, parse_registration_update, problem
from verifier.domain.openid.registration_texts import ProblemKind
from verifier.openid_errors import RegistrationRefused
from verifier.services.openid.register_client import ClientRegistrations, IssuedClient
from verifier.services.relying_services import LONGEST_OVERLAP

MAX_BYTES: Final = 64 * 1024
OLD_SECRET_HOURS: Final = "old_secret_hours"
_NO_STORE: Final = {"Cache-Control": "no-store", "Pragma": "no-cache"}
_MOST_HOURS: Final = LONGEST_OVERLAP // timedelta(hours=1)


class RegistrationEndpoint:
    """``/openid/register`` and, for each client, what is below it. ``issuer``: of the provider."""

    def __init__(self, registrations: ClientRegistrations, issuer: str) -> None:
        self._registrations = registrations
        self._issuer = issuer

    async def register(self, request: Request) -> Response:
        """A new client: its secret and its token are in this answer only."""
        members = await _members(request)
        asked = parse_registration(members, self._registrations.rules)
        return self._answer(await self._registrations.register(asked), 201)

    async def look(self, request: Request) -> Response:
        """What is registered, and whether it may be used."""
        client_id, token = _named(request)
        return self._answer(IssuedClient(await self._registrations.look(client_id, token)))

    async def change(self, request: Request) -> Response:
        """Everything anew; what is left out goes back to what it usually is."""
        client_id, token = _named(request)
        # Before its body is looked at: who asks at all?
        await self._registrations.look(client_id, token)
        members, rules = await _members(request), self._registrations.rules
        asked, secret = parse_registration_update(members, client_id, rules)
        return self._answer(await self._registrations.change(client_id, token, asked, secret=secret))

    async def remove(self, request: Request) -> Response:
        """The client is given up."""
        await self._registrations.remove(*_named(request))
        return Response(status_code=204, headers=_NO_STORE)

    async def rotate(self, request: Request) -> Response:
        """A new secret, in this answer only."""
        client_id, token = _named(request)
        await self._registrations.look(client_id, token)
        hours = (await _members(request)).get(OLD_SECRET_HOURS, 0)
        if type(hours) is not int or not 0 <= hours <= _MOST_HOURS:
            wrong = problem(ProblemKind.MALFORMED, OLD_SECRET_HOURS)
            raise RegistrationRefused(OLD_SECRET_HOURS, (wrong,))
        return self._answer(
            await self._registrations.rotate_secret(client_id, token, old_one_good_for=timedelta(hours=hours))
        )

    def _answer(self, issued: IssuedClient, status: int = 200) -> Response:
        body = registration_answer(issued, self._issuer)
        return Response(orjson.dumps(body), status, _NO_STORE, "application/json")


def registration_answer(issued: IssuedClient, issuer: str) -> dict[str, Any]:
    """What a client is told of itself."""
    client = issued.client
    answer = RegistrationAnswer(
        client_id=client.client_id,
        issued_at=client.openid.created_at,
        client_secret=issued.secret,
        registration_access_token=issued.registration_token,
        registration_client_uri=registration_address(client, issuer),
    )
    return create_registration_answer(metadata_of(client), answer) | _beyond(client)


def registration_address(client: RegisteredClient, issuer: str) -> str:
    """Where a client finds its registration."""
    return f"{issuer}/register/{client.client_id}"


def _beyond(client: RegisteredClient) -> dict[str, Any]:
    """What no standard names."""
    openid = client.openid
    members: dict[str, Any] = {
        "presets": list(client.service.presets),
        "default_preset": openid.default_preset,
        "needs": list(openid.needs),
        "subject_mode": openid.subject_mode.value,
        "require_pkce": openid.require_pkce,
        "approval": openid.approval.value,
        **create_localized("purpose", dict(openid.purposes)),
    }
    return members if openid.refusal is None else {**members, "refusal": openid.refusal}


def _named(request: Request) -> tuple[str, str]:
    """The client of the address, and the token of whoever asks. Raises NotAuthenticated."""
    return request.path_params["client_id"], parse_bearer(request.headers.get("authorization"))


async def _members(request: Request) -> dict[str, Any]:
    return parse_json_object(await read_json(request), max_bytes=MAX_BYTES)
