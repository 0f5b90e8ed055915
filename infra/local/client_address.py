"""Who sent a request: the peer, or the client that a trusted proxy names."""

from collections.abc import Mapping
from ipaddress import ip_address

FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_PORT", "HTTP_X_FORWARDED_HOST", "HTTP_FORWARDED")


class ClientAddress:
    """`trusted` holds the addresses of proxies. From anybody else the forwarding headers are hearsay."""

    def __init__(self, trusted: frozenset[str]) -> None:
        self._trusted = trusted

    def is_proxy(self, peer: str) -> bool:
        return peer in self._trusted

    def of(self, peer: str, environ: Mapping[str, str]) -> str:
        """Return the right-most address of the chain that is no trusted proxy; the peer if that is no address."""
        if peer not in self._trusted:
            return peer
        for text in reversed(environ.get("HTTP_X_FORWARDED_FOR", "").split(",")):
            address = text.strip()
            if address not in self._trusted:
                return address if _is_address(address) else peer
        return peer


def plain_peer(address: str) -> str:
    """Return an IPv4 client of a dual-stack socket in its usual form."""
    return address.removeprefix("::ffff:")


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
