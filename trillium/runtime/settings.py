"""Settings that every application has, the two profiles, and what production refuses to start with.

Each application derives a class with its own prefix (`ISSUER_…`). It is read once, in `create_app`; nothing
else reads the environment. Every field has a default that works on a laptop.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final, Literal, TypeAlias
from urllib.parse import urlsplit

import structlog
from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from trillium.runtime.i18n import Language

log: Final = structlog.get_logger()


class Profile(StrEnum):
    """What this installation is for."""

    SANDBOX = "sandbox"
    PRODUCTION = "production"


class SharedSettings(BaseSettings):
    """The shared fields. `TRILLIUM_…` ones hold for all applications of an installation."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", populate_by_name=True)

    profile: Profile = Field(Profile.SANDBOX, validation_alias="TRILLIUM_PROFILE")
    log_format: Literal["json", "console"] = Field("console", validation_alias="TRILLIUM_LOG_FORMAT")
    default_locale: Language = Field(Language.ENGLISH, validation_alias="TRILLIUM_DEFAULT_LOCALE")
    var_dir: Path = Field(Path("var"), validation_alias="TRILLIUM_VAR_DIR")
    """Where databases, keys and the management token live."""
    database_url: str = Field(
        default_factory=lambda data: f"sqlite:///{data['var_dir']}/trillium.db",
        repr=False,  # it may hold a password
    )
    public_url: str = "http://localhost:8000"
    """How others reach the application: scheme, host, perhaps a port and a path; no slash at the end."""
    loopback_origins: Annotated[tuple[str, ...], NoDecode] = ()
    """Exact origins that calls to strangers may reach although they are local (comma-separated)."""
    rate_limits: bool = True
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = ()
    """Addresses of proxies whose word on the client's address is believed (comma-separated)."""
    outgoing_ca_file: Path | None = None
    """Certificate authorities for outgoing calls, instead of the usual public ones."""

    @field_validator("loopback_origins", "trusted_proxies", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return (
            [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value
        )

    @field_validator("loopback_origins")
    @classmethod
    def _origins(cls, origins: tuple[str, ...]) -> tuple[str, ...]:
        for origin in origins:
            if origin != origin_of(origin):
                raise ValueError(f"{origin} is not an origin: scheme, host and port, nothing after it")
        return origins

    @field_validator("public_url")
    @classmethod
    def _plain_url(cls, url: str) -> str:
        return parse_public_url(url)

    @field_validator("default_locale", mode="before")
    @classmethod
    def _language(cls, value: object) -> object:
        return value.split("-")[0].lower() if isinstance(value, str) else value

    @property
    def is_production(self) -> bool:
        return self.profile is Profile.PRODUCTION

    @property
    def https(self) -> bool:
        """Whether browsers reach us that way: for cookies, HSTS and the like."""
        return self.public_url.startswith("https://")

    @property
    def base_path(self) -> str:
        """The path of the public URL, empty at the root."""
        return urlsplit(self.public_url).path

    @classmethod
    def setting_name(cls, field: str) -> str:
        """The environment variable of `field`, as an operator knows it."""
        alias = cls.model_fields[field].validation_alias
        if isinstance(alias, str):
            return alias
        return f"{cls.model_config.get('env_prefix', '')}{field}".upper()


def parse_public_url(url: str) -> str:
    """`url` without a slash at the end. Raises ValueError for what cannot begin our own addresses."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("a public URL begins with https://, or http:// on a laptop, and names a host")
    if parts.username is not None or "?" in url or "#" in url:
        raise ValueError("a public URL has no user, no query and no fragment")
    if url != url.strip() or parts.netloc != parts.netloc.lower():
        raise ValueError("a public URL is written in lower case and without spaces")
    return url.rstrip("/")


def origin_of(url: str) -> str:
    """Scheme, host and port (left out when it is the scheme's own), as browsers compare them."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    host = f"[{host}]" if ":" in host else host
    usual = {"https": 443, "http": 80}.get(parts.scheme)
    port = "" if parts.port in (None, usual) else f":{parts.port}"
    return f"{parts.scheme}://{host}{port}"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A setting that production does not start with."""

    setting: str
    reason: str


class ProductionRefusal(Exception):
    """Everything that keeps this installation from starting in production, each with its setting."""

    def __init__(self, refusals: Sequence[Refusal]) -> None:
        self.refusals = tuple(refusals)
        lines = [f"  {refusal.setting}: {refusal.reason}" for refusal in self.refusals]
        super().__init__("\n".join(["This installation must not run in production:", *lines]))


Check: TypeAlias = Callable[[], Iterable[Refusal]]


def refuse_in_production(profile: Profile, checks: Iterable[Check]) -> None:
    """Run every check and raise ProductionRefusal with all that was found; nothing in the sandbox."""
    if profile is not Profile.PRODUCTION:
        return
    refusals = [refusal for check in checks for refusal in check()]
    if refusals:
        raise ProductionRefusal(refusals)


def check_shared(settings: SharedSettings) -> Check:
    """The shared fields: http public URLs and loopback origins."""

    def check() -> Iterable[Refusal]:
        if not settings.https:
            yield Refusal(settings.setting_name("public_url"), "must begin with https://")
        if settings.loopback_origins:
            yield Refusal(settings.setting_name("loopback_origins"), "must be empty")
        for field in insecure_fields(settings):
            yield Refusal(settings.setting_name(field), "must be off")

    return check


def check_origins_differ(public_urls: Mapping[str, str]) -> Check:
    """`public_urls`: setting → URL. On one origin, a hole in one application would be a hole in all."""

    def check() -> Iterable[Refusal]:
        taken: dict[str, str] = {}
        for setting, url in public_urls.items():
            other = taken.setdefault(origin_of(url), setting)
            if other != setting:
                yield Refusal(setting, f"must not share the origin of {other}")

    return check


def check_off(settings: SharedSettings, field: str, value: Any, reason: str) -> Check:
    """`value` of `field` must be empty or false in production."""
    return lambda: [Refusal(settings.setting_name(field), reason)] if value else []


def insecure_fields(settings: SharedSettings) -> list[str]:
    """Fields with a long, unsafe name that somebody has switched on."""
    return [name for name in type(settings).model_fields if "insecure" in name and getattr(settings, name)]


def warn_of_insecure(settings: SharedSettings) -> None:
    """One warning per unsafe setting, at every start."""
    for field in insecure_fields(settings):
        log.warning("insecure_setting", setting=settings.setting_name(field))
