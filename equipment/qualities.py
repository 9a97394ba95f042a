"""What the quality of a value means, in words."""

from django.utils.translation import gettext as _

from equipment.drivers.base import Quality, is_good

_QUALITIES = {
    Quality.BAD: lambda: _("Bad"),
    Quality.BAD_CONFIGURATION: lambda: _("No such address, not of this type, or too long a text"),
    Quality.BAD_NOT_CONNECTED: lambda: _("Not connected"),
    Quality.BAD_DEVICE_FAILURE: lambda: _("The machine can't tell"),
    Quality.BAD_SENSOR_FAILURE: lambda: _("The sensor gives no number"),
    Quality.BAD_COMMUNICATION: lambda: _("No whole answer"),
    Quality.BAD_OUT_OF_SERVICE: lambda: _("Paused: nobody reads it"),
    Quality.UNCERTAIN: lambda: _("Uncertain"),
    Quality.UNCERTAIN_LAST_USABLE: lambda: _("Uncertain: the last one that was usable"),
    Quality.UNCERTAIN_OUT_OF_RANGE: lambda: _("Out of the tag's range"),
    Quality.GOOD_CLOCK_OFF: lambda: _("The machine's clock is off: the time is that of receipt"),
}


def quality_word(quality: int) -> str:
    """What is to be said of a quality; nothing of a good one."""
    known = _QUALITIES.get(quality)  # type: ignore[call-overload]
    if known is not None:
        return str(known())
    return "" if is_good(quality) else _("Uncertain") if quality >= Quality.UNCERTAIN else _("Bad")
