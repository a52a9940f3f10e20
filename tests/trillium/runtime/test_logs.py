"""What may appear in a log: the names we listed, and no value that could open or tell anything."""

import io
import logging
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import orjson
import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from tests.patience import PATIENCE_S
from trillium.runtime.logs import (
    REDACTED,
    REQUEST_ID,
    Redaction,
    configure_logging,
    log_request,
    redact_text,
    redact_value,
)

ROOT = Path(__file__).parents[3]
PLANTED = "Eleanor-Okafor-1987-03-14"


@pytest.mark.parametrize(
    "secret",
    [
        "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJodHRwczovL2kifQ.c2lnbmF0dXJlMTIzNDU2Nzg5",
        "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJodHRwczovL2kifQ.c2lnbmF0dXJl~WyJzYWx0IiwiYSIsMV0~",
        "oaKAmB8zZ1mQy0uX3s9vW2",
        "0f3a9c1e5b7d2468ace013579bdf2468",
        "cn-0ZtsXbQVp8Y3T-Ew7_Uu1kN5mJ4aL",
    ],
)
def test_what_looks_like_a_token_is_redacted(secret: str) -> None:
    assert redact_text(secret) == REDACTED
    assert secret not in redact_text(f"refused {secret} at the token endpoint")


def test_credentials_and_queries_are_redacted() -> None:
    assert redact_text("Authorization: Bearer abc") == f"Authorization: Bearer {REDACTED}"
    assert (
        redact_text("GET https://a.example/cb?code=abc&state=x now")
        == f"GET https://a.example/cb?{REDACTED} now"
    )


@pytest.mark.parametrize(
    "text", ["a plain sentence", "issue_credential_with_a_long_name", "ContentEncodingRefused", ""]
)
def test_words_stay(text: str) -> None:
    assert redact_text(text) == text


@given(st.binary(min_size=16, max_size=64))
def test_sixteen_random_bytes_in_hex_never_pass(data: bytes) -> None:
    text = data.hex()
    passes = redact_text(text) == text
    # All digits or all letters is what chance leaves over; it is not how our codes look.
    assert not passes or text.isdigit() or text.isalpha()


def test_long_texts_are_cut() -> None:
    assert len(redact_text("word " * 1000)) < 310


def test_objects_become_their_types_name() -> None:
    class Claims:
        def __repr__(self) -> str:
            return PLANTED

    assert redact_value(Claims()).endswith("Claims>")
    assert redact_value({"given_name": PLANTED}) == "<dict>"
    assert redact_value([Claims(), 1, None, True]) == [redact_value(Claims()), 1, None, True]
    assert redact_value(PLANTED.encode()) == "<bytes>"


def test_fields_that_nobody_listed_are_dropped_and_named() -> None:
    redaction = Redaction({"offer"})
    event = redaction(None, "info", {"event": "e", "offer": "a", "given_name": PLANTED, "token": "x"})
    assert event == {"event": "e", "offer": "a", "dropped": ["given_name", "token"]}


SCRIPT = f"""
import logging
import structlog
from trillium.runtime.logs import REQUEST_ID, configure_logging

log = structlog.get_logger()
configure_logging("json", fields=["offer"])
mark = REQUEST_ID.set("0011")
log.info("offer_created", offer="photo-card", given_name="{PLANTED}")
REQUEST_ID.reset(mark)
log.debug("too_fine")
try:
    raise KeyError("{PLANTED}")
except KeyError:
    logging.getLogger("library").exception("request failed for %s", "https://a.example/?name={PLANTED}")
logging.getLogger("httpx").info("GET {PLANTED}")
"""


def test_everything_goes_to_standard_error_as_json_lines() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], cwd=ROOT, capture_output=True, check=True, timeout=PATIENCE_S
    )
    assert done.stdout == b""
    assert PLANTED.encode() not in done.stderr
    first, second = (orjson.loads(line) for line in done.stderr.splitlines())
    assert first["event"] == "offer_created"
    assert (first["offer"], first["level"], first["request_id"]) == ("photo-card", "info", "0011")
    assert first["dropped"] == ["given_name"]
    assert first["timestamp"].endswith("Z")
    assert (second["logger"], second["level"], second["error"]) == ("library", "error", "KeyError")
    assert second["frames"][0].endswith("<module>")
    assert REDACTED in second["event"]


def test_the_console_format_is_for_people() -> None:
    kept = (logging.root.handlers, logging.root.level)
    stream = io.StringIO()
    try:
        configure_logging("console", stream=stream)
        structlog.get_logger().warning("starting", port=8000)
        logging.getLogger("library").warning("hello")
    finally:
        logging.root.handlers, level = kept
        logging.root.setLevel(level)
        structlog.reset_defaults()
    lines = stream.getvalue().splitlines()
    assert "starting" in lines[0]
    assert "port=8000" in lines[0]
    assert "hello" in lines[1]


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    kept = (logging.root.handlers, logging.root.level)
    yield io.StringIO()
    configure_logging("console", stream=io.StringIO())  # nobody keeps writing to the stream of this test
    logging.root.handlers, level = kept
    logging.root.setLevel(level)
    structlog.reset_defaults()


def test_the_line_of_a_request_is_the_one_that_structlog_would_write(stream: io.StringIO) -> None:
    configure_logging("json", stream=stream)
    fields = {"method": "POST", "route": "/responses/{request_id}", "status": 200, "ms": 1.5}
    mark = REQUEST_ID.set("0011")
    log_request(**fields)  # type: ignore[arg-type]  # a mapping of mixed values
    structlog.get_logger().info("request", **fields)
    REQUEST_ID.reset(mark)
    log_request(**fields)  # type: ignore[arg-type]
    ours, theirs, without = (orjson.loads(line) for line in stream.getvalue().splitlines())
    assert list(ours) == list(theirs)
    for line in (ours, theirs):
        assert datetime.fromisoformat(line.pop("timestamp")).tzinfo is not None
    assert ours == theirs
    assert "request_id" not in without


def test_the_line_of_a_request_is_for_people_too(stream: io.StringIO) -> None:
    configure_logging("console", stream=stream)
    log_request(method="GET", route="/", status=200, ms=0.1)
    assert "request" in stream.getvalue()
    assert "status=200" in stream.getvalue()


def test_the_line_of_a_request_is_heard_by_tests_and_held_back_by_the_level(stream: io.StringIO) -> None:
    configure_logging("json", stream=stream)
    with structlog.testing.capture_logs() as logs:
        log_request(method="GET", route="/", status=200, ms=0.1)
    assert logs == [
        {"event": "request", "log_level": "info", "method": "GET", "route": "/", "status": 200, "ms": 0.1}
    ]
    configure_logging("json", stream=stream, level=logging.WARNING)
    log_request(method="GET", route="/", status=200, ms=0.1)
    assert stream.getvalue() == ""
