"""Logs: constant event names, fields from a closed list, nothing that could be a token, a code or a claim.

Everything goes to standard error, the standard library's loggers included. A field that is not on the list is
dropped, and its name is reported, so that nobody wonders where it went.
"""

import logging
import re
import sys
import traceback
from collections.abc import Collection, Iterable, Sequence
from contextvars import ContextVar
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any, Final, Literal, TextIO

import orjson
import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

REDACTED: Final = "[redacted]"
LONGEST_VALUE = 300
SHORTEST_SECRET: Final = 20
MOST_ENTRIES = 30

FIELDS: Final = frozenset(
    {
        *("event", "level", "timestamp", "logger", "app", "request_id", "pid", "version", "profile"),
        *("method", "route", "status", "ms", "seconds", "attempt", "count", "size", "limit"),
        *("error", "code", "detail", "section", "places", "frames", "reason", "reasons", "outcome"),
        *("task", "command", "file", "field", "setting", "address", "port", "dialect", "origin"),
        *("actor", "role", "preset", "type", "credential_type", "list", "entries", "key_id", "purpose"),
    }
)
"""Names that any logger may use; an application adds its own when it configures the logs."""

# Made by us from code, so their length and letters are no sign of a secret.
_OWN_WORDS = frozenset(
    {
        *("event", "level", "timestamp", "logger", "request_id", "method", "route"),
        *("error", "frames", "places", "section"),
    }
)

_PLAIN = frozenset({bool, int, float, type(None)})

_LINE = orjson.OPT_UTC_Z | orjson.OPT_APPEND_NEWLINE

REQUEST_ID: Final[ContextVar[str]] = ContextVar("request_id", default="")
"""The number of the request at hand; on every line that is logged meanwhile."""

_URL_QUERY = re.compile(r"(\b[a-z][a-z0-9+.-]*://[^\s?#\"']*)[?#][^\s\"']*", re.IGNORECASE)
_LONG_WORD = re.compile(rf"[A-Za-z0-9_~-]{{{SHORTEST_SECRET},}}(?:[.~][A-Za-z0-9_~-]*)*")
_BEARER = re.compile(r"\b(bearer|dpop|basic)\s+\S+", re.IGNORECASE)


def redact_text(text: str) -> str:
    """`text` without queries of URLs, credentials, and words that look random, cut to a bearable length."""
    if len(text) < SHORTEST_SECRET and " " not in text and "://" not in text:
        return text  # none of the patterns could match
    text = _BEARER.sub(rf"\1 {REDACTED}", _URL_QUERY.sub(rf"\1?{REDACTED}", text))
    text = _LONG_WORD.sub(lambda match: REDACTED if _looks_random(match[0]) else match[0], text)
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"


def _looks_random(word: str) -> bool:
    """Tokens, codes and thumbprints mix digits and letters; words in snake case or camel case do not."""
    return any(c.isdigit() for c in word) and any(c.isalpha() for c in word)


def redact_value(value: object) -> Any:
    """Numbers and texts pass; everything else becomes its type's name."""
    if type(value) in _PLAIN:
        return value
    if isinstance(value, Enum):
        return redact_text(str(value.value))
    if isinstance(value, str):
        return redact_text(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, list | tuple | set | frozenset):
        return [redact_value(entry) for entry in list(value)[:MOST_ENTRIES]]
    return f"<{type(value).__qualname__}>"


class Redaction:
    """A structlog processor: the last before rendering."""

    def __init__(self, fields: Collection[str] = ()) -> None:
        self._fields = FIELDS | frozenset(fields)

    def __call__(self, _logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        kept: dict[str, Any] = {}
        dropped = []
        for name, value in event.items():
            if name not in self._fields:
                dropped.append(name)
            elif name in _OWN_WORDS:
                kept[name] = value
            else:
                kept[name] = redact_value(value)
        if dropped:
            kept["dropped"] = sorted(dropped)
        return kept


def frames_of(error: BaseException) -> list[str]:
    """Where an exception came from, without its message: that may quote what it choked on."""
    frames = traceback.extract_tb(error.__traceback__)
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames[-12:]]


class _ForeignHandler(logging.Handler):
    """Records of libraries, through the same redaction; exceptions by type and place only."""

    def __init__(self, processors: Iterable[Processor], stream: TextIO) -> None:
        super().__init__()
        self._processors = list(processors)
        self._stream = stream

    def emit(self, record: logging.LogRecord) -> None:
        try:
            event: Any = {
                "event": redact_text(record.getMessage()),
                "level": record.levelname.lower(),
                "logger": record.name,
            }
            if record.exc_info and record.exc_info[1] is not None:
                event["error"] = type(record.exc_info[1]).__qualname__
                event["frames"] = frames_of(record.exc_info[1])
            for processor in self._processors:
                event = processor(None, record.levelname.lower(), event)
            self._stream.write(f"{event}\n")
            self._stream.flush()
        except Exception:
            self.handleError(record)


def configure_logging(
    format: Literal["json", "console"],
    *,
    fields: Collection[str] = (),
    level: int = logging.INFO,
    stream: TextIO | None = None,
) -> None:
    """Set up structlog and the root logger. `fields`: names that an application adds to FIELDS."""
    stream = stream or sys.stderr
    shared: list[Processor] = [
        _add_request_id,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        Redaction(fields),
        _render_json if format == "json" else structlog.dev.ConsoleRenderer(colors=stream.isatty()),
    ]
    structlog.configure(
        processors=shared,
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(stream),
        cache_logger_on_first_use=True,
    )
    _request_lines.stream = stream
    _request_lines.processors = shared if level <= logging.INFO else []
    foreign = [processor for processor in shared if processor is not structlog.processors.add_log_level]
    logging.root.handlers = [_ForeignHandler(foreign, stream)]
    logging.root.setLevel(max(level, logging.INFO))
    for chatty in ("httpx", "httpcore", "asyncio"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


def log_request(*, method: str, route: str, status: int, ms: float) -> None:
    """One request that was answered: the line that is written most, so without the detour of the others.

    All of it is ours, words from code and numbers, so that there is nothing to redact. Who listens to the
    logs in another way than JSON (a terminal, a test) gets the same event from structlog.
    """
    processors = _request_lines.processors
    if not processors or processors[-1] is not _render_json:
        structlog.get_logger().info("request", method=method, route=route, status=status, ms=ms)
        return
    event: EventDict = {"method": method, "route": route, "status": status, "ms": ms, "event": "request"}
    if request_id := REQUEST_ID.get():
        event["request_id"] = request_id
    event["level"], event["timestamp"] = "info", datetime.now(UTC)
    _request_lines.stream.write(orjson.dumps(event, option=_LINE).decode())
    _request_lines.stream.flush()


class _RequestLines:
    """Where `log_request` writes, and the processors by which it knows that lines are wanted in JSON."""

    stream: TextIO = sys.stderr
    processors: Sequence[Processor] = ()


_request_lines: Final = _RequestLines()


def _add_request_id(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    if request_id := REQUEST_ID.get():
        event["request_id"] = request_id
    return event


def _render_json(_logger: WrappedLogger, _method: str, event: EventDict) -> str:
    return orjson.dumps(event).decode()
