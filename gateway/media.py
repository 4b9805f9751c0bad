"""Fetches what came by MMS from Twilio and from nowhere else: an address in a form is only a claim."""

import re
from urllib.parse import urlsplit

import httpx

from gateway.config import GatewayConfig
from gateway.twilio_api import API

REDIRECTS = 2
# Twilio sends on to a short-lived address without the account's password. Source:
# https://support.twilio.com/hc/en-us/articles/223183748 (both domains), and the Media resource's page.
HOSTS = frozenset({"mms.twiliocdn.com", "media.twiliocdn.com", "s3-external-1.amazonaws.com"})


class NotNow(Exception):
    """It could not be had this time; the reason is never an address."""


class Never(Exception):
    """It will never be had: not an address of this account, or larger than is taken."""


class Media:
    """The media of one Twilio account."""

    def __init__(self, config: GatewayConfig, client: httpx.AsyncClient, most: int) -> None:
        self._base = (config.twilio_api_base or API).rstrip("/")
        self._elsewhere = config.twilio_api_base is not None
        self._auth = httpx.BasicAuth(config.account_sid, config.auth_tokens[0])
        self._client, self._most = client, most
        account = re.escape(config.account_sid)
        self._ours = re.compile(
            rf"{re.escape(API)}(/2010-04-01/Accounts/{account}/Messages/"
            r"(?:MM|SM)[0-9a-fA-F]{32}/Media/ME[0-9a-fA-F]{32})"
        )

    async def fetch(self, url: str) -> bytes:
        """The file behind a MediaUrl of this account. Raises NotNow or Never."""
        path = self._ours.fullmatch(url)
        if path is None:
            raise Never("not an address of this account's media")
        where = self._base + path[1]
        auth: httpx.BasicAuth | None = self._auth
        try:
            for _ in range(REDIRECTS + 1):
                async with self._client.stream("GET", where, auth=auth) as answer:
                    if not answer.has_redirect_location:
                        return await self._body(answer)
                    where = str(answer.url.join(answer.headers["location"]))
                if not self._may_follow(where):
                    raise Never("sent on to a place that is not Twilio's")
                auth = None  # the password is for Twilio's API alone
        except httpx.HTTPError as error:
            raise NotNow(type(error).__name__) from None
        raise NotNow("sent on too often")

    def _may_follow(self, where: str) -> bool:
        """Twilio's own media hosts over TLS; with the stand-in, the stand-in alone."""
        there, here = urlsplit(where), urlsplit(self._base)
        if self._elsewhere:
            return (there.scheme, there.netloc) == (here.scheme, here.netloc)
        return there.scheme == "https" and there.port in (None, 443) and there.hostname in HOSTS

    async def _body(self, answer: httpx.Response) -> bytes:
        # 404 may only mean that Twilio has not put it there yet; 401 that a token is being rotated.
        if answer.status_code != 200:
            raise NotNow(f"status {answer.status_code}")
        taken = bytearray()
        async for part in answer.aiter_bytes():
            taken += part
            if len(taken) > self._most:
                raise Never("larger than is taken")
        return bytes(taken)
