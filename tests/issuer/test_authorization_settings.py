"""What production refuses of the authorization code flow."""

from typing import Any

import pytest

from issuer.app.authorization import build_clients, check_authorization
from issuer.settings import Settings
from trillium.runtime.settings import Profile

PRODUCTION: dict[str, Any] = {"profile": "production", "login_issuer": "https://login.example"}


def refused(**settings: Any) -> list[str]:
    return [refusal.setting for refusal in check_authorization(Settings(**settings))()]


def test_4_16_production_does_not_start_where_requests_need_not_be_pushed() -> None:
    assert refused(**PRODUCTION, require_pushed_requests=False) == ["ISSUER_REQUIRE_PUSHED_REQUESTS"]
    assert refused(**PRODUCTION) == []


@pytest.mark.parametrize(("profile", "anybody"), [(Profile.SANDBOX, True), (Profile.PRODUCTION, False)])
def test_wallets_that_nobody_registered_are_for_the_sandbox(profile: Profile, anybody: bool) -> None:
    assert build_clients(Settings(profile=profile)).anybody is anybody
