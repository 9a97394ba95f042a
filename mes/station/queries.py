from equipment.models import Station
from mes.station.models import StationDevice, StationLogon, token_hash


def station_of_token(token: str) -> Station | None:
    """The active station whose registered browser holds this token."""
    device = (
        StationDevice.objects.select_related("station__site", "station__work_center", "station__station_class")
        .filter(token_hash=token_hash(token), station__is_active=True)
        .first()
    )
    return device.station if device else None


def active_logon(station: Station) -> StationLogon | None:
    """Who is active at the station; a disabled person is not."""
    return (
        StationLogon.objects.select_related("person")
        .filter(station=station, logged_off_at__isnull=True, person__is_active=True)
        .first()
    )
