"""The issuer over HTTP. Everything that is not listed here refuses a stranger."""

PUBLIC_ROUTES: frozenset[tuple[str, str]] = frozenset(
    {
        ("POST", "/nonce"),
        ("POST", "/token"),
        ("POST", "/par"),
        ("POST", "/challenge"),
        ("GET", "/status-lists/{list_id}"),
        ("GET", "/offers/{reference}"),
        ("GET", "/types/{type}/{version}"),
        ("GET", "/jwks"),
        ("GET", "/.well-known/openid-credential-issuer"),
        ("GET", "/.well-known/oauth-authorization-server"),
        ("GET", "/.well-known/jwt-vc-issuer"),
        ("GET", "/openapi.json"),
        ("GET", "/health"),
        ("GET", "/readyz"),
        ("GET", "/offer/{page}"),
        ("GET", "/offer/{page}/state"),
        ("GET", "/authorize"),
        ("POST", "/authorize"),
        ("GET", "/sign-in"),
        ("GET", "/sign-in/start"),
        ("GET", "/sign-in/return"),
        ("POST", "/sign-in/leave"),
        ("GET", "/consent"),
        ("POST", "/consent"),
        ("GET", "/static/runtime/{path:path}"),
        ("GET", "/static/issuer/{path:path}"),
    }
)
