"""When a login needs no presentation (7.02, 7.13): every condition, one at a time."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.verifier.domain.openid.clients import CLIENT_ID, client
from tests.verifier.issuing import NOW
from verifier.domain.openid.granted import granted
from verifier.domain.openid.login import Login, LoginRequest, LoginState
from verifier.domain.openid.repeat_login import may_repeat
from verifier.domain.openid.session import ReauthenticationSession, session_name
from verifier.domain.presentation import RequestId
from verifier.domain.relying_service import ClientId

WINDOW = timedelta(hours=1)
OWN = client(window=WINDOW)
ACR = "https://op.example/acr/sign-in"
REQUEST = LoginRequest(
    client_id=CLIENT_ID, redirect_uri="https://library.example/cb", preset="sign-in", acr=ACR
)
SESSION = ReauthenticationSession(
    browser_hash=b"browser",
    client_id=CLIENT_ID,
    preset="sign-in",
    sub="somebody",
    sid="sid",
    acr=ACR,
    auth_time=NOW - timedelta(minutes=10),
    expires_at=NOW + timedelta(minutes=50),
)


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"prompt": frozenset({"none"})},
        {"max_age": timedelta(minutes=10, seconds=1)},
        {"subjects": ("somebody else", "somebody")},
        {"prompt": frozenset({"none"}), "wants_claims": True},
        {"wants_auth_time": True, "nonce": "n"},
    ],
)
def test_what_is_remembered_is_enough(changed: dict[str, Any]) -> None:
    assert may_repeat(replace(REQUEST, **changed), OWN, SESSION, NOW)


@pytest.mark.parametrize(
    "changed",
    [
        {"prompt": frozenset({"login"})},
        {"prompt": frozenset({"consent"})},
        {"prompt": frozenset({"select_account", "login"})},
        {"max_age": timedelta(minutes=10)},
        {"max_age": timedelta(0)},
        {"subjects": ("somebody else",)},
        {"wants_claims": True},
        {"preset": "identity"},
        {"acr": "https://op.example/acr/identity"},
    ],
)
def test_what_the_client_asks_for_needs_a_presentation(changed: dict[str, Any]) -> None:
    assert not may_repeat(replace(REQUEST, **changed), OWN, SESSION, NOW)


@pytest.mark.parametrize(
    "changed",
    [
        {"client_id": ClientId("oc-2")},
        {"preset": "identity"},
        {"acr": "https://op.example/acr/identity"},
        {"expires_at": NOW},
        {"auth_time": NOW - WINDOW},
    ],
)
def test_another_session_or_an_older_one_is_none(changed: dict[str, Any]) -> None:
    assert not may_repeat(REQUEST, OWN, replace(SESSION, **changed), NOW)


def test_the_window_that_the_client_has_today_counts() -> None:
    for window, is_enough in ((timedelta(minutes=10), False), (timedelta(minutes=11), True)):
        assert may_repeat(REQUEST, client(window=window), SESSION, NOW) is is_enough
    assert not may_repeat(REQUEST, client(), SESSION, NOW)


def test_7_13_cookies_of_clients_and_presets_are_called_differently() -> None:
    names = {session_name(one, preset) for one in ("a", "ab") for preset in ("b", "bb", "")}
    assert len(names) == 6
    assert all(len(name) == 16 for name in names)


def test_a_login_is_open_until_it_is_done_or_its_time_is_over() -> None:
    end = NOW + timedelta(minutes=10)
    login = Login(request_id=RequestId("r"), request=REQUEST, locale="en-CA", created_at=NOW, expires_at=end)
    assert login.is_open_at(end - timedelta(milliseconds=1))
    assert not login.is_open_at(end)
    assert not replace(login, state=LoginState.DONE).is_open_at(NOW)


@pytest.mark.parametrize(
    ("wanted", "sid", "told"), [(False, None, False), (True, None, True), (False, "sid", True)]
)
def test_a_client_sees_when_the_credential_was_presented_where_that_may_be_long_ago(
    wanted: bool, sid: str | None, told: bool
) -> None:
    new = granted(replace(REQUEST, wants_auth_time=wanted), "somebody", {}, auth_time=NOW, sid=sid)
    assert (new.wants_auth_time, new.sid, new.auth_time) == (told, sid, NOW)


def test_secrets_and_subjects_are_not_in_what_is_printed() -> None:
    """7.21: nothing of them gets into a log by way of a repr."""
    request = replace(REQUEST, state="planted-state", nonce="planted-nonce", subjects=("planted-sub",))
    assert "planted" not in repr(request)
    assert "somebody" not in repr(SESSION)
