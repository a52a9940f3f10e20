"""What the log says about a verdict: every reason with what exactly failed. People are shown less.

One line for each presentation that was not accepted whole; what is accepted has nothing to explain.
"""

from typing import Final

import structlog

from verifier.domain.verdict import Accepted, Reason
from verifier.services.verification.checked import Decision

log: Final = structlog.get_logger()


def log_verdict(preset: str, decision: Decision) -> None:
    """Codes, credential queries and details; no detail has a claim value (`verdict.Reason`)."""
    verdict = decision.verdict
    told = decision.discarded if isinstance(verdict, Accepted) else verdict.reasons
    if told:
        log.info(
            "verdict", preset=preset, outcome=verdict.outcome.value, reasons=[_line(one) for one in told]
        )


def _line(reason: Reason) -> str:
    place = f" in {reason.query_id}" if reason.query_id else ""
    return f"{reason.kind.code}{place}: {reason.detail}" if reason.detail else f"{reason.kind.code}{place}"
