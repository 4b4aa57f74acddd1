"""Where another SPARQL server is asked: its URL, apart from the credentials that may stand in it."""

from __future__ import annotations

import ssl
from collections.abc import Generator
from dataclasses import dataclass, field

import httpx2


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A URL without credentials, and what proves who asks; made by ``of``, safe to be shown but for its query."""

    url: httpx2.URL
    auth: httpx2.Auth | None = field(default=None, repr=False)

    @classmethod
    def of(cls, text: str, token: str = "") -> Endpoint:
        """From a URL such as ``https://user:password@host/sparql``; ``token`` is sent where the URL has no user.

        ValueError where it is no absolute URL of http or https; its message does not repeat the credentials.
        """
        try:
            url = httpx2.URL(text)
        except httpx2.InvalidURL:
            raise ValueError("the endpoint's URL cannot be read") from None
        if url.scheme not in ("http", "https") or not url.host:
            raise ValueError(
                f"the endpoint's URL must begin with http:// or https:// and a host, not with {url.scheme!r}"
            )
        auth: httpx2.Auth | None = _Bearer(token) if token else None
        if url.username:
            auth = _Password(url.username, url.password)
        return cls(url.copy_with(username=None, password=None, fragment=None), auth)

    @property
    def shown(self) -> str:
        """The address for people and logs: no credentials, no query, where keys may stand too."""
        return str(self.url.copy_with(query=None))


def trusted_authorities() -> ssl.SSLContext:
    """TLS with the certificates that the system trusts (``SSL_CERT_FILE`` adds others); always verified."""
    return ssl.create_default_context()


class _Bearer(httpx2.Auth):
    """A token as RFC 6750, section 2.1, sends it."""

    def __init__(self, token: str) -> None:
        self._token = token

    def auth_flow(self, request: httpx2.Request) -> Generator[httpx2.Request, httpx2.Response, None]:
        request.headers["Authorization"] = f"Bearer {self._token}"
        yield request


class _Password(httpx2.Auth):
    """User and password: Basic (RFC 7617), or Digest (RFC 7616) where Basic is refused and a challenge asks for it."""

    def __init__(self, user: str, password: str) -> None:
        self._basic = httpx2.BasicAuth(user, password)
        self._digest = httpx2.DigestAuth(user, password)
        self._wants_digest = False

    def auth_flow(self, request: httpx2.Request) -> Generator[httpx2.Request, httpx2.Response, None]:
        digest = self._digest.auth_flow(request)
        if self._wants_digest:
            yield from digest
            return
        response = yield next(self._basic.auth_flow(request))
        if response.status_code != 401:
            return
        # Virtuoso gives its challenge only to a request that brings no credentials.
        del request.headers["Authorization"]
        response = yield next(digest)
        challenges = response.headers.get_list("WWW-Authenticate")
        if response.status_code == 401 and any(each.lower().startswith("digest ") for each in challenges):
            self._wants_digest = True
            yield digest.send(response)
