"""The verifier over HTTP. Everything that is not listed here refuses a stranger."""

PUBLIC_ROUTES: frozenset[tuple[str, str]] = frozenset(
    {
        ("GET", "/request-objects/{request_id}"),
        ("POST", "/request-objects/{request_id}"),
        ("POST", "/responses"),
        ("POST", "/responses/{request_id}"),
        ("POST", "/receipts"),
        # Pages are opened by their unguessable addresses, and kept to one browser by a cookie.
        ("GET", "/present/{page}"),
        ("GET", "/present/{page}/state"),
        ("POST", "/present/{page}/cancel"),
        ("POST", "/present/{page}/code"),
        ("POST", "/present/{page}/continue"),
        ("POST", "/present/{page}/receipt"),
        ("POST", "/present/{page}/browser-requests"),
        ("POST", "/present/{page}/browser-response"),
        ("GET", "/return"),
        ("POST", "/return/receipt"),
        ("GET", "/static/runtime/{path:path}"),
        ("GET", "/static/verifier/{path:path}"),
        ("GET", "/jwks"),
        # Clients send people's browsers here; where they come back to is registered.
        ("GET", "/openid/authorize"),
        ("POST", "/openid/authorize"),
        # What ends is this browser's own, or what the client's own ID token names; else the person is asked.
        ("GET", "/openid/logout"),
        ("POST", "/openid/logout"),
        # Clients say who they are in the form; those without a secret get no more than through the browser.
        ("POST", "/openid/par"),
        ("GET", "/openid/.well-known/openid-configuration"),
        ("GET", "/openid/jwks"),
        # Clients without a secret name themselves; codes are good with their verifier only.
        ("POST", "/openid/token"),
        # Whoever registers speaks for nobody but themselves, and in production waits for an administrator.
        ("POST", "/openid/register"),
        ("GET", "/openid/services/new"),
        ("POST", "/openid/services/new"),
        ("GET", "/receipt-check"),
        ("POST", "/receipt-check"),
        ("GET", "/openapi.json"),
        ("GET", "/health"),
        ("GET", "/readyz"),
    }
)
