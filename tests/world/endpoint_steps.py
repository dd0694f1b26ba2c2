"""The client systems' servers fall ill and get well, and addresses that were switched off are switched on again."""

from __future__ import annotations

from audit.services import SYSTEM
from payments_site.kernel import clock
from tests.world.model import Shop
from tests.world.receivers import MOODS, Receiver
from tests.world.scene import Act, Scene
from webhooks.outbound.endpoints import Wish, change_endpoint
from webhooks.outbound.models import CallbackEndpoint


def bad_mood(scene: Scene) -> None:
    """One server changes its mood; as often as not it gets well."""
    receiver = scene.chance.choice(list(scene.stage.receivers.known.values()))
    receiver.mood = "well" if scene.chance.random() < 0.5 else scene.chance.choice(MOODS)
    scene.story.append(f"{scene.now:%d %H:%M:%S} {receiver.url} is {receiver.mood}")


def switch_on_again(scene: Scene) -> None:
    """A client switches an endpoint on that was switched off because it said 410, or had failed for days."""
    for shop in scene.truth.shops:
        for receiver in shop.extra:
            scene.do(switching_on(shop, receiver))


def switching_on(shop: Shop, receiver: Receiver) -> Act:
    """It is told of everything that it missed."""

    def work() -> bool:
        endpoint = CallbackEndpoint.objects.get(public_id=shop.endpoint_ids[receiver.url])
        if endpoint.is_active:
            return False
        change_endpoint(endpoint=endpoint, wish=Wish(receiver.url, []), actor=SYSTEM, now=clock.now())
        return True

    return Act(f"switch on {receiver.url}", work)
