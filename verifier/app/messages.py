"""What relying services are told of their own accord: webhooks, wired."""

from typing import Final

from keys import KeyPurpose, KeyRing
from trillium.runtime.tasks import BackgroundTasks
from verifier.app.outside import Outside
from verifier.services.get_result import GetResult
from verifier.services.webhooks import Webhooks, WebhookStores
from verifier.settings import Settings

DELIVER_EVERY: Final = 1.0
GIVE_UP_EVERY: Final = 600.0
DELIVERERS: Final = 4
"""Relying services to which this process delivers at once; a slow one takes up one of them."""


def build_webhooks(settings: Settings, ring: KeyRing, outside: Outside, results: GetResult) -> Webhooks:
    """Wires the service."""
    return Webhooks(
        WebhookStores(outside.webhooks, outside.store, outside.store),
        results,
        outside.webhook_receiver,
        lambda now: ring.signer_for(KeyPurpose.WEBHOOK, now),
        settings.public_url,
        outside.clock,
        outside.randomness,
    )


def start_deliveries(tasks: BackgroundTasks, webhooks: Webhooks) -> None:
    """Begins what repeats."""
    tasks.every(DELIVER_EVERY, "wake_webhooks", webhooks.wake_ended)
    for number in range(DELIVERERS):
        tasks.every(DELIVER_EVERY, f"deliver_webhooks_{number + 1}", webhooks.deliver_some)
    tasks.every(GIVE_UP_EVERY, "give_up_webhooks", webhooks.give_up_old_ones)
