"""Why a link can't be had or goes on no more, in sentences that tell an engineer what to do."""

import struct
from collections.abc import Iterator
from contextlib import contextmanager

from asyncua import ua
from asyncua.ua.uaerrors import UaError, UaStatusCodeError
from cryptography.exceptions import InvalidSignature

from equipment.drivers.base import LinkLost, NotTrusted
from equipment.drivers.opcua.qualities import name_of

_CODES = ua.StatusCodes
OUR_CERTIFICATE = (
    "The server does not accept our certificate. Take the certificate of this connection's security profile into the"
    " server's list of trusted clients (many servers keep it under rejected certificates until somebody does)."
)
_USER = "The server does not accept the user name and password. Enter them again in the connection's security profile."
_NOT_TRUSTED = {
    _CODES.BadUserAccessDenied: _USER,
    _CODES.BadIdentityTokenRejected: (
        "The server does not accept this way to log on. It may want a user name and password where none is given, or"
        " take none: see which its endpoint offers."
    ),
    _CODES.BadIdentityTokenInvalid: _USER,
    _CODES.BadUserSignatureInvalid: _USER,
    _CODES.BadSecurityPolicyRejected: (
        "The server does not take this security policy. Choose one that it offers in the security profile."
    ),
    _CODES.BadSecurityModeRejected: (
        "The server does not take this security mode. Choose one that it offers in the security profile."
    ),
    _CODES.BadCertificateTimeInvalid: (
        "The server says that our certificate has expired, or that its own clock is wrong. Make a new certificate for"
        " the security profile, or set the machine's clock."
    ),
    _CODES.BadCertificateUriInvalid: (
        "The server finds another application URI in our certificate than we name. Make a new certificate for the"
        " security profile."
    ),
}
_OF_OUR_CERTIFICATE = (
    _CODES.BadSecurityChecksFailed,
    _CODES.BadCertificateUntrusted,
    _CODES.BadCertificateInvalid,
    _CODES.BadCertificateChainIncomplete,
    _CODES.BadCertificateUseNotAllowed,
    _CODES.BadCertificateIssuerUseNotAllowed,
    _CODES.BadCertificateRevoked,
)
_LOST = {
    _CODES.BadTooManySessions: "The server has no session free. Close another client, or allow more sessions there.",
    _CODES.BadTooManySubscriptions: "The server has no subscription free. Close another client's, or allow more there.",
    _CODES.BadShutdown: "The server is shutting down.",
    _CODES.BadServerHalted: "The server has stopped.",
    _CODES.BadSessionIdInvalid: "The server has forgotten our session; it may have started anew.",
    _CODES.BadSessionClosed: "The server has closed our session.",
    _CODES.BadSecureChannelIdInvalid: "The server has forgotten our secure channel; it may have started anew.",
}
NO_PROOF = (
    "The server can't prove that the certificate it presents is its own: somebody may stand between. Compare the"
    " certificate with what the machine itself shows."
)
UNREADABLE = (UaError, struct.error, LookupError, ValueError, TypeError, AttributeError)


@contextmanager
def told(doing: str, timeout_s: float) -> Iterator[None]:
    """Turn what goes wrong within into a LinkLost with a reason. doing: what was asked, for the sentence."""
    try:
        yield
    except LinkLost:
        raise
    except InvalidSignature as error:
        raise NotTrusted(NO_PROOF) from error
    except UaStatusCodeError as error:
        raise of_status(error.code) from error
    except TimeoutError as error:
        raise LinkLost(f"No answer within {timeout_s:g} s to {doing}.") from error
    except OSError as error:
        raise LinkLost(f"{_of_socket(error)} (at {doing})") from error
    except UNREADABLE as error:
        raise LinkLost(f"The answer to {doing} can't be read: {error}") from error


def of_status(code: int) -> LinkLost:
    """The loss that a service's bad status code means."""
    if code in _OF_OUR_CERTIFICATE:
        return NotTrusted(f"{OUR_CERTIFICATE} It answered {name_of(code)}.")
    if code in _NOT_TRUSTED:
        return NotTrusted(f"{_NOT_TRUSTED[code]} It answered {name_of(code)}.")
    return LinkLost(_LOST.get(code) or f"The server answered {name_of(code)}: {ua.StatusCode(code).doc}")


def _of_socket(error: OSError) -> str:
    match error:
        case ConnectionRefusedError():
            return "Nobody answers at this address and port: the machine is off, or another port is right."
        case ConnectionError():
            return "The machine closed the connection."
    return f"The machine can't be reached: {error.strerror or error}."
