"""The credential endpoint with nothing around it: what framework and middleware are measured against."""

import orjson
from starlette.types import ASGIApp, Receive, Scope, Send

from issuer.app.issuing import Issuing
from issuer.services.issue_credential import IssuedCredentials
from specs.openid4vci import create_credential_response, parse_credential_request

_BEARER = len("Bearer ")


def bare_credential_endpoint(issuing: Issuing) -> ASGIApp:
    """The same service calls in ten lines: no routes, no limits, no log, no errors."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await receive()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await send({"type": "lifespan.shutdown.complete"})
            return
        token = next(value for name, value in scope["headers"] if name == b"authorization").decode()[_BEARER:]
        grant = issuing.authorize.grant_of(token)
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        issued = await issuing.credentials(grant, parse_credential_request(body))
        assert isinstance(issued, IssuedCredentials)
        answer = orjson.dumps(create_credential_response(issued.credentials))
        length = (b"content-length", str(len(answer)).encode())
        await send({"type": "http.response.start", "status": 200, "headers": [length]})
        await send({"type": "http.response.body", "body": answer})

    return app
