"""What ``kiji serve`` does for subscriptions at hubs."""

import contextlib
import logging
from collections.abc import Callable
from pathlib import Path

from crawler.config.errors import ConfigError
from crawler.config.models import Config
from crawler.config.reload import ConfigFile
from crawler.websub.keeper import keep_subscriptions
from storage.database.open import open_database
from storage.websub.callback import HubCallback

logger = logging.getLogger(__name__)


def hub_callback(config: Config, url: str) -> HubCallback | None:
    """Return what answers hubs; None if the config has no ``[websub]``."""
    return HubCallback(lambda: open_database(url, create=False)) if config.websub.prefix else None


def subscription_chore(path: Path | None, url: str) -> Callable[[], None]:
    """Return what keeps the subscriptions when it is called; it follows changes of the config file."""
    file = ConfigFile(path)

    def keep() -> None:
        try:
            config = file.config()
        except ConfigError as error:
            logger.warning("subscriptions stay as they are: %s", error)
            return
        with contextlib.closing(open_database(url, create=False)) as database:
            keep_subscriptions(database, config)

    return keep
