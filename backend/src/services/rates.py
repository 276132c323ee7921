"""How often something may be done, by an account and from an address; for all replicas alike."""

import hmac
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv6Address, ip_address
from math import ceil
from typing import Literal

from src.config import Rate, Settings
from src.database import Database
from src.errors import RateLimitedError
from src.observability import metrics
from src.repositories import rates
from src.repositories.rates import Use

Action = Literal["login", "signup", "refresh", "chat"]
Kind = Literal["address", "account"]
_SUBSCRIBER_BITS = 64


@dataclass(frozen=True)
class _Counted:
    """A rate, and what belongs to every use of it."""

    label: bytes
    step: timedelta
    room: timedelta


class Rates:
    """Counts uses of what is limited, and refuses those beyond the settings' rates.

    Parameters
    ----------
    database
        Where they are counted.
    settings
        The rates, and the secret that hides whom a count is about.
    """

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._secret = settings.better_auth_secret.get_secret_value().encode()
        self._counted = {
            (action, kind): _count(action, kind, rate)
            for action in ("login", "signup", "refresh", "chat")
            for kind in ("address", "account")
            if (rate := getattr(settings, f"rate_limit_{action}_{kind}")) is not None
        }

    async def take(self, action: Action, address: str, account: str | None) -> None:
        """Count one use, for the address and for the account; one statement, or none if unlimited.

        Parameters
        ----------
        action
            What is done.
        address
            Where from; of IPv6 only the network counts, as one subscriber has all of it.
        account
            Whose: an email in lower case, or a user's id; None where that is not known.

        Raises
        ------
        RateLimitedError
            It was done too often. Then nothing was counted.
        """
        uses = []
        if counted := self._counted.get((action, "address")):
            uses.append(self._use(counted, _network(address)))
        if account is not None and (counted := self._counted.get((action, "account"))):
            uses.append(self._use(counted, account))
        if not uses:
            return
        wait = await rates.take(self._database, uses)
        if wait is not None:
            metrics.rate_limited(action)
            raise RateLimitedError(max(1, ceil(wait / timedelta(seconds=1))))

    async def give_back(self, action: Action, account: str) -> None:
        """Forget one use by an account, since it was a rightful one."""
        if counted := self._counted.get((action, "account")):
            await rates.give_back(self._database, self._use(counted, account))

    def _use(self, counted: _Counted, subject: str) -> Use:
        # Keyed: whoever reads the table cannot try out which emails are in it.
        key = hmac.digest(self._secret, counted.label + subject.encode(), "sha256")
        return Use(key, counted.step, counted.room)


def _count(action: str, kind: str, rate: Rate) -> _Counted:
    # The rate is part of the key: under a new one, nobody pays for what the old one allowed.
    label = f"rate limit/{action}/{kind}/{rate.times}/{rate.seconds}/".encode()
    step = timedelta(microseconds=ceil(rate.seconds * 1_000_000 / rate.times))
    return _Counted(label, step, step * rate.times)


def _network(address: str) -> str:
    try:
        parsed = ip_address(address)
    except ValueError:
        return ""  # a server on a Unix socket knows no address: all share one count
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return f"{int(parsed) >> _SUBSCRIBER_BITS:x}/{_SUBSCRIBER_BITS}"
    return str(parsed)
