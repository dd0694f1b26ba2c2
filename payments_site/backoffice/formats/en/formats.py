"""The same order of day and month as in Vietnamese, so that nobody misreads 03/04."""

DATE_FORMAT = "d M Y"
TIME_FORMAT = "H:i:s"
DATETIME_FORMAT = "d M Y H:i:s"
SHORT_DATE_FORMAT = "d/m/Y"
SHORT_DATETIME_FORMAT = "d/m/Y H:i"
