"""A wine shop that lets people in who are 19 or over: a whole relying service, with an ordinary library.

Its settings are SHOP_… variables; README.md beside this file says how to get and run them.
"""

from authlib.integrations.starlette_client import OAuth, OAuthError
from starlette.applications import Starlette
from starlette.config import Config
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

PRESET = "age-19-or-over"
config = Config(env_prefix="SHOP_")
ISSUER = config("ISSUER", default="http://localhost:8000/verifier/openid")
ORIGIN = config("ORIGIN", default="http://localhost:5000")
PAGE = "<!doctype html><html lang='en-CA'><title>Wine shop</title><h1>Wine shop</h1><p>{}</p>"

provider = OAuth().register(
    "ontario",
    server_metadata_url=f"{ISSUER}/.well-known/openid-configuration",
    client_id=config("CLIENT_ID"),
    client_secret=config("CLIENT_SECRET"),
    client_kwargs={"scope": f"openid {PRESET}", "code_challenge_method": "S256"},
)


async def home(request: Request) -> Response:
    if request.session.get("is_adult"):
        return HTMLResponse(PAGE.format("Welcome. <a href='/logout'>Leave</a>"))
    return HTMLResponse(PAGE.format("<a href='/login'>Show that you are 19 or over</a>"))


async def login(request: Request) -> Response:
    return await provider.authorize_redirect(request, f"{ORIGIN}/callback")


async def callback(request: Request) -> Response:
    try:
        token = await provider.authorize_access_token(request)
    except OAuthError as error:  # such as access_denied: nothing was shown
        return HTMLResponse(PAGE.format(f"You were not let in ({error.error})."), 403)
    # Whoever sits at the browser can change what was asked for, so we look at what was answered.
    if request.query_params.get("iss") != ISSUER or token["userinfo"].get("preset") != PRESET:
        return HTMLResponse(PAGE.format("This is not what we asked for."), 403)
    request.session["is_adult"] = (await provider.userinfo(token=token)).get("age_19_or_over") is True
    return RedirectResponse("/")


async def logout(request: Request) -> Response:
    request.session.clear()
    return RedirectResponse("/")


ROUTES = [Route("/", home), Route("/login", login), Route("/callback", callback), Route("/logout", logout)]
SESSIONS = Middleware(SessionMiddleware, secret_key=config("SESSION_KEY"), https_only="https:" in ORIGIN)
app = Starlette(routes=ROUTES, middleware=[SESSIONS])
