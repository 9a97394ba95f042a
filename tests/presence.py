"""Who is active at a station's browser."""

from mes.station.models import StationDevice, StationLogon
from mes.station.queries import logons_at


def active_logon(device: StationDevice) -> StationLogon | None:
    return next((logon for logon in logons_at(device) if logon.is_active), None)
