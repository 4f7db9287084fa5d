"""Define the parts of written dates, for all patterns of dates.

All but those for addresses are for NFKC text in lower case. None has nested repetition.
"""

YEAR = r"(?:19|20)\d\d"
MONTH_NUMBER = r"(?:0?[1-9]|1[0-2])"
DAY_NUMBER = r"(?:0[1-9]|[12]\d|3[01])"

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
"""The first three letters of the English months: they tell all twelve apart."""

ENGLISH_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)"
)
ANY_MONTH = rf"(?:{'|'.join(MONTHS)})[a-z]{{0,6}}"
"""An English month in any short form. Other words begin alike, so a number must be beside it."""

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
ENGLISH_WEEKDAY = rf"(?:{'|'.join(WEEKDAYS)})"
ANY_WEEKDAY = rf"(?:{'|'.join(day[:3] for day in WEEKDAYS)})[a-z]{{0,6}}"
JAPANESE_WEEKDAY = r"[月火水木金土日]曜日?"
KOREAN_WEEKDAY = r"[월화수목금토일]요일"

ORDINAL = r"(?:st|nd|rd|th)"

JAPANESE_AGO_UNIT = "秒|分|時間|日|週間"
ENGLISH_AGO_UNIT = "sec(?:ond)?s?|mins?|minutes?|hrs?|hours?|days?|weeks?|[smhdw]"

CLOCK = (
    r"(?:(?P<half>午前|午後|上午|下午|凌晨|早上|晚上|오전|오후|am|pm)\s?)?"
    r"(?:(?P<noon>正午|(?:12\s)?\b(?:noon|midday)\b)|(?P<h>\d{1,2})(?:"
    r"\s?[時시](?:\s?(?P<mj>\d{1,2})\s?[分분](?:\s?(?P<sj>\d{1,2})\s?[秒초])?|(?P<bisect>半))?"
    r"|:(?P<m>\d\d)(?::(?P<s>\d\d)(?:[.,]\d{1,9})?)?(?:\s?(?P<ap1>[ap])\.?m\b\.?)?"
    r"|(?:\.(?P<md>\d\d))?\s?(?P<ap2>[ap])\.?m\b\.?"
    r"|\.(?P<mz>\d\d)(?=\s(?:[a-z]{2,4}t|uhr)\b)"
    r"|h(?P<mk>\d\d)\b))"
)
"""14:30, 14:30:05.123, 2:30 p.m., 4.34pm, 11 a.m., 14.30 BST, 14h30, noon, 14時30分, 午後2時半, 下午2:30, 오후 2:30"""

_ZONE_WORDS = (
    r"(?:u\.?s\.?\s)?(?:eastern|central(?:\seuropean)?|mountain|pacific|japan|korea|india|singapore|hong\skong|british"
    r"|greenwich)\s(?:(?:standard|daylight|summer|mean)\s)?time\b"
)
_ZONE_OF_TZ = r"\[?[a-z]{3,10}/[a-z_]{3,20}\b(?:/[a-z_]{3,20}\b)?\]?"
ZONE = (
    rf"(?:{_ZONE_OF_TZ}|\(?{_ZONE_WORDS}\)?|"
    + r"z\b|(?:gmt|utc)?\s?[+-]\d\d?:?(?:\d\d)?(?!\d)|\(?[a-z]{2,4}\b\)?|\(?(?:日本時間|米東部時間)\)?)"
)
"""Z, +09:00, GMT+9, (EST), 日本時間, Pacific Standard Time, America/New_York"""
