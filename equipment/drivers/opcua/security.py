"""A client that is trusted by the server, and trusts none but the right one."""

from urllib.parse import urlsplit

from asyncua import Client, ua
from asyncua.crypto.security_policies import SecurityPolicyNone

from equipment.drivers.base import Endpoint, InvalidAddress, NotTrusted
from equipment.drivers.opcua.certificates import application_uri_of, own_certificate
from equipment.drivers.opcua.client import POLICIES, CheckedClient
from equipment.drivers.opcua.losses import told
from equipment.drivers.opcua.trust import check_server

MODES = {"Sign": ua.MessageSecurityMode.Sign, "SignAndEncrypt": ua.MessageSecurityMode.SignAndEncrypt}
SESSION_MS = 60_000  # after which a server forgets us when we are gone; machines have few sessions
WATCHDOG_S = 5
CONNECT_TIMES = 4  # a small machine takes its time over keys: as long as so many other answers
_DEFAULT_PORT = 4840
_NONE = SecurityPolicyNone.URI


def url_of(address: str) -> str:
    """`host:port` or `opc.tcp://…` as a URL. Raises InvalidAddress."""
    url = address if "://" in address else f"opc.tcp://{address}"
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port or _DEFAULT_PORT
    except ValueError:
        host, port = None, 0
    if not host or parts.scheme != "opc.tcp" or parts.username is not None:
        raise InvalidAddress(f"{address} is no address of a server. Write host:port or opc.tcp://host:port/path.")
    shown = f"[{host}]" if ":" in host else host
    return f"opc.tcp://{shown}:{port}{parts.path}"


async def client_for(endpoint: Endpoint) -> Client:
    """A client with everything set, not connected. Raises LinkLost, NotTrusted, InvalidAddress."""
    security = endpoint.security
    client = bare_client(endpoint)
    if security.policy != "None":
        await _secure(client, endpoint)
    elif security.trusted or security.user_name:
        offer = await _offer(client, endpoint, _NONE, ua.MessageSecurityMode.None_)
        client.checked = check_server(offer.ServerCertificate or b"", security.trusted, security.revoked)
    return client


def bare_client(endpoint: Endpoint) -> CheckedClient:
    patience_s = endpoint.timeout_s * CONNECT_TIMES
    # Its watchdog keeps the session while nobody watches, and has to bear a server that is busy.
    watchdog_s = max(WATCHDOG_S, patience_s)
    client = CheckedClient(url_of(endpoint.address), endpoint, patience_s=patience_s, watchdog_s=watchdog_s)
    client.name = client.description = "Plantwright"
    client.application_uri = client.product_uri = "urn:plantwright:client"
    client.session_timeout = SESSION_MS
    return client


async def presented_certificate(endpoint: Endpoint) -> bytes:
    """What certificate a server presents, in DER, b"" for none: for a person to compare, and then to trust.

    Raises LinkLost.
    """
    for offer in await _offers(bare_client(endpoint), endpoint):
        if offer.ServerCertificate:
            return offer.ServerCertificate
    return b""


async def _secure(client: CheckedClient, endpoint: Endpoint) -> None:
    security = endpoint.security
    policy, mode = POLICIES.get(security.policy), MODES.get(security.mode)
    if policy is None or mode is None:
        raise NotTrusted(f"{security.policy}, {security.mode} is no security that OPC UA has. Choose another.")
    certificate, key = own_certificate(security)
    client.application_uri = application_uri_of(certificate)
    offer = await _offer(client, endpoint, policy.URI, mode)
    client.checked = check_server(offer.ServerCertificate or b"", security.trusted, security.revoked)
    client.security_policy = policy(client.checked, certificate, key, mode)
    client.uaclient.set_security(client.security_policy)


async def _offer(client: Client, endpoint: Endpoint, uri: str, mode: ua.MessageSecurityMode) -> ua.EndpointDescription:
    """The server's endpoint of this security. Raises LinkLost, NotTrusted."""
    offers = await _offers(client, endpoint)
    for offer in offers:
        if offer.SecurityPolicyUri == uri and offer.SecurityMode == mode:
            return offer
    security = endpoint.security
    raise NotTrusted(f"The server does not offer {security.policy}, {security.mode}. {_said(offers)}")


async def _offers(client: Client, endpoint: Endpoint) -> list[ua.EndpointDescription]:
    with told("the question for its endpoints", endpoint.timeout_s * CONNECT_TIMES):
        offers: list[ua.EndpointDescription] = await client.connect_and_get_server_endpoints()
    return offers


def _said(offers: list[ua.EndpointDescription]) -> str:
    names = sorted({f"{o.SecurityPolicyUri.rpartition('#')[2]}, {o.SecurityMode.name.rstrip('_')}" for o in offers})
    return f"It offers: {'; '.join(names)}." if names else "It offers nothing."
