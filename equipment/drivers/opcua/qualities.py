"""What a status code of OPC UA says about a value, as our quality."""

from asyncua import ua

from equipment.drivers.base import Quality

_CODE = 0xFFFF0000  # severity and code; below are bits about the value's history
OVERFLOW = 0x0480  # the code tells of a value, and of further ones that the server's queue had no place for

_BAD = {
    Quality.BAD_CONFIGURATION: (
        "BadNodeIdUnknown BadNodeIdInvalid BadAttributeIdInvalid BadNotReadable BadConfigurationError"
        " BadUserAccessDenied BadTypeMismatch BadNotSupported BadNotImplemented BadTooManyMonitoredItems"
        " BadMonitoredItemFilterUnsupported BadSecurityModeInsufficient"
    ),
    Quality.BAD_NOT_CONNECTED: "BadNotConnected BadServerNotConnected",
    Quality.BAD_DEVICE_FAILURE: "BadDeviceFailure",
    Quality.BAD_SENSOR_FAILURE: "BadSensorFailure BadOutOfRange",
    Quality.BAD_COMMUNICATION: "BadCommunicationError BadNoCommunication BadTimeout BadWaitingForInitialData BadNoData",
    Quality.BAD_OUT_OF_SERVICE: "BadOutOfService BadShutdown",
}
_UNCERTAIN = {
    Quality.UNCERTAIN_LAST_USABLE: "UncertainLastUsableValue UncertainNoCommunicationLastUsableValue",
    Quality.UNCERTAIN_OUT_OF_RANGE: "UncertainEngineeringUnitsExceeded",
}
_KNOWN = {
    getattr(ua.StatusCodes, name): int(quality)
    for quality, names in (_BAD | _UNCERTAIN).items()
    for name in names.split()
}


def quality_of(status: int) -> int:
    """The quality of a value that came with this status code."""
    match status >> 30:
        case 0:
            return int(Quality.GOOD)
        case 1:
            return _KNOWN.get(status & _CODE, int(Quality.UNCERTAIN))
    return _KNOWN.get(status & _CODE, int(Quality.BAD))


def has_overflowed(status: int) -> bool:
    return status & OVERFLOW == OVERFLOW


def name_of(status: int) -> str:
    """The status code's name in the standard, such as BadNodeIdUnknown."""
    return ua.StatusCode(status).name
