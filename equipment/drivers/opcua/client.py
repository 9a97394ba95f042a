"""A client that gives its password to a server whose certificate was checked, and so that nobody else can read it.

What a server says of its endpoints before there is a session may be anybody's. What counts is said with the session,
so it is judged there, before the password is sent.
"""

from collections.abc import Sequence
from dataclasses import replace

from asyncua import Client, ua
from asyncua.crypto import security_policies
from cryptography import x509

from equipment.drivers.base import Endpoint, NotTrusted

POLICIES = {
    "Basic256Sha256": security_policies.SecurityPolicyBasic256Sha256,
    "Aes128Sha256RsaOaep": security_policies.SecurityPolicyAes128Sha256RsaOaep,
    "Aes256Sha256RsaPss": security_policies.SecurityPolicyAes256Sha256RsaPss,
}
# Older policies encrypt, too, but in ways that are broken.
_ENCRYPTING = {policy.URI for policy in POLICIES.values()}


class CheckedClient(Client):
    """checked: the server's certificate, once somebody has looked at it; a session with another is refused."""

    def __init__(self, url: str, endpoint: Endpoint, *, patience_s: float, watchdog_s: float) -> None:
        super().__init__(url, patience_s, watchdog_intervall=watchdog_s)
        self.checked: x509.Certificate | None = None
        self._user_tokens: list[ua.UserTokenPolicy] = []
        if endpoint.security.user_name:
            self.set_user(endpoint.security.user_name)
            self.set_password(endpoint.security.password)

    async def create_session(self) -> ua.CreateSessionResult:
        """Raises NotTrusted where it is with another than was checked."""
        session = await super().create_session()
        # The library encrypts passwords for this certificate, and of an open channel it is the session's own.
        self._check_same(self.security_policy.peer_certificate)
        offer = self.find_endpoint(session.ServerEndpoints, self.security_policy.Mode, self.security_policy.URI)
        self._user_tokens = [
            token for token in offer.UserIdentityTokens or () if token.TokenType == ua.UserTokenType.UserName
        ]
        return session

    def server_policy(self, token_type: ua.UserTokenType) -> ua.UserTokenPolicy:
        """How we log on, of the ways that the session offers. Raises NotTrusted where a password would go open."""
        if token_type != ua.UserTokenType.UserName:
            return super().server_policy(token_type)
        channel = self.security_policy
        offered = [
            replace(token, SecurityPolicyUri=token.SecurityPolicyUri or channel.URI) for token in self._user_tokens
        ]
        if not offered:
            raise NotTrusted(
                "The server takes no user name and password here. Take them out of the security profile, or have the"
                " server let this user log on."
            )
        for token in offered:
            if token.SecurityPolicyUri in _ENCRYPTING:
                return token
        if channel.Mode == ua.MessageSecurityMode.SignAndEncrypt:
            return offered[0]
        raise NotTrusted(
            "The password would go over the network as it is, or as good as that. Choose SignAndEncrypt in the security"
            f" profile, or have the server take encrypted passwords. It takes them by {_names(offered)}."
        )

    def _check_same(self, presented: bytes | None) -> None:
        if not self._username and (self.checked is None or presented is None):
            return  # a server need not show itself where nothing is signed and nothing encrypted
        if presented is None or x509.load_der_x509_certificate(presented) != self.checked:
            raise NotTrusted(
                "The server opens the session with another certificate than it told before, or with none: somebody may"
                " stand between. Look at what else answers at this address."
            )


def _names(tokens: Sequence[ua.UserTokenPolicy]) -> str:
    return ", ".join((token.SecurityPolicyUri or "").rpartition("#")[2] for token in tokens)
