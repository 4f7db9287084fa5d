"""Keep the subscriptions at hubs: subscribe, renew, and leave."""

import logging
from collections.abc import Callable
from datetime import datetime

from crawler.config.models import Config
from crawler.plan import scope_of
from crawler.websub.hub_requests import ask_hub
from storage.column_types import utc_now
from storage.database.engine import Database
from storage.websub.subscriptions import leave_unwanted, move_callback, store_answer, take_due

logger = logging.getLogger(__name__)


def keep_subscriptions(database: Database, config: Config, now: Callable[[], datetime] = utc_now) -> int:
    """Ask all hubs that are due, one after the other; return how many.

    Raises DatabaseError. A hub that takes no request is one line in the log.
    """
    if not config.websub.prefix:
        return 0
    move_callback(database, config.websub.prefix, now())
    wanted = {source.name: {place.key for place in scope_of(source).starts} for source in config.enabled_sources}
    leave_unwanted(database, wanted, now())
    requests = take_due(database, config.websub.prefix, now())
    for request in requests:
        source = config.source(request.source)
        user_agent = source.effective_user_agent if source is not None else config.crawl.user_agent
        problem = ask_hub(request, user_agent, source.private_hosts if source is not None else ())
        if problem:
            logger.warning("%s: the hub %s: %s", request.source, request.hub[:200], problem)
        store_answer(database, request, problem, now())
    return len(requests)
