"""Declare the types of the config's values, with their checks and allowed values."""

import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from crawler.config import hours, secrets, selectors, validators
from crawler.config.keys import Allowed
from crawler.config.quantities import DURATIONS, SIZES
from crawler.config.scrapy_settings import scrapy_settings
from crawler.config.url_parameters import Parameters
from storage.reading import STORABLE_LISTS, StorableList

LARGEST = 1_000_000_000

Strings = Field(strict=False)  # a list in TOML, a tuple here; what is in it is checked strictly
Seconds = Annotated[float, Field(ge=0, allow_inf_nan=False), Allowed("seconds, a number from 0")]
Interval = Annotated[datetime.timedelta, BeforeValidator(validators.parse_interval), Allowed(DURATIONS)]
Intervals = Annotated[
    tuple[Interval, ...],
    Field(strict=False, max_length=20),
    AfterValidator(validators.check_growing),
    Allowed('a list of growing durations, 20 at most, such as ["1h", "6h", "1d", "1w"]; [] for never'),
]
PageLists = Annotated[
    tuple[StorableList, ...],
    Strings,
    Allowed(f"a list of {', '.join(STORABLE_LISTS)}; [] for none"),
]
Age = Annotated[str, AfterValidator(validators.check_duration), Allowed(f'{DURATIONS}; "" for ever')]
Size = Annotated[str, AfterValidator(validators.check_size), Allowed(f'{SIZES}; "" without limit')]
DatabaseUrl = Annotated[
    str,
    AfterValidator(validators.check_database_url),
    Allowed("an SQLAlchemy URL such as sqlite:///kiji.db or postgresql+psycopg://user@host/name"),
]
UserAgent = Annotated[
    str,
    Field(min_length=1, max_length=300),
    AfterValidator(validators.check_user_agent),
    Allowed("1 to 300 printable ASCII characters, with your name and a contact"),
]
TimeZone = Annotated[
    str,
    AfterValidator(validators.check_time_zone),
    Allowed("a name of the IANA time zone database, such as Asia/Tokyo or UTC"),
]
AlertAddresses = Annotated[
    tuple[Annotated[str, Field(max_length=2_000), AfterValidator(validators.check_alert_address)], ...],
    Strings,
    Allowed('a list of Apprise addresses, such as "mailto://…" or "slack://…"'),
]
PingAddress = Annotated[
    str,
    AfterValidator(validators.check_ping_address),
    Allowed("an http:// or https:// address"),
]
SourceName = Annotated[
    str,
    AfterValidator(validators.check_source_name),
    Allowed("1 to 100 letters, digits and . _ : -, beginning with a letter or digit; no name twice"),
]
WebAddresses = Annotated[
    tuple[Annotated[str, AfterValidator(validators.check_web_address)], ...],
    Field(min_length=1),
    Strings,
    Allowed("a list of at least one http:// or https:// address"),
]
Hosts = Annotated[
    tuple[Annotated[str, AfterValidator(validators.normalize_host_name)], ...],
    Strings,
    Allowed("a list of host names, such as news.example, without scheme, port or path"),
]
ParametersTable = Annotated[
    Parameters,
    Allowed('{ keep = ["NAME", …], drop = ["NAME", …] }: parameters\' names, "NAME*" for all with this beginning'),
]
KeyPlace = Annotated[str, AfterValidator(secrets.check_elsewhere), Allowed('"file:PATH" or "env:NAME"; "" for none')]
StoreAddress = Annotated[
    str, AfterValidator(validators.check_store_address), Allowed('"s3://BUCKET/PREFIX"; "" for none')
]
Region = Annotated[str, Field(max_length=100), Allowed('a region\'s name; "" for none')]
Program = Annotated[str, Field(max_length=4_000), Allowed('the path of a program; "" to look for it')]
Number = Annotated[int, Field(ge=1, le=LARGEST), Allowed(f"a whole number from 1 to {LARGEST:,}")]
Render = Annotated[Literal[True, False, "auto"], Allowed('true, false or "auto"')]
RulesFolder = Annotated[str, Field(max_length=4_000), Allowed('a folder of TOML files; "" for none')]
ExtractorName = Annotated[
    str, AfterValidator(validators.check_function_name), Allowed('a Python function, such as "our_sites:harbor"')
]
HeadersTable = Annotated[
    dict[str, str],
    AfterValidator(secrets.check_headers),
    Allowed(f"{{ NAME = VALUE, … }}: a value, {secrets.FORMS}"),
]
Cookies = Annotated[
    str, AfterValidator(secrets.check_cookies), Allowed(f'"NAME=VALUE; …", {secrets.FORMS}; "" for none')
]
Proxy = Annotated[
    str, AfterValidator(secrets.check_proxy), Allowed(f'"http://HOST:PORT", {secrets.FORMS}; "" for none')
]
Hours = Annotated[
    tuple[Annotated[str, AfterValidator(hours.check_hours)], ...],
    Field(max_length=50),
    Strings,
    Allowed('a list such as ["Mon-Fri 06:00-22:00", "Sat 08:00-12:00"]; without days every day'),
]
LanguageCode = Annotated[
    str, AfterValidator(validators.check_language), Allowed('an ISO 639-1 code such as ja or en; "" for none')
]
Patterns = Annotated[
    tuple[Annotated[str, AfterValidator(validators.check_pattern)], ...],
    Field(max_length=1_000),
    Strings,
    Allowed(
        "a list of patterns as in robots.txt: /PATH for the beginning of a path, * for any characters, $ for the end"
    ),
]
TitleWords = Annotated[
    tuple[Annotated[str, AfterValidator(validators.check_title_word)], ...],
    Field(max_length=1_000),
    Strings,
    Allowed("a list of words or phrases"),
]
Selector = Annotated[
    str,
    AfterValidator(selectors.check_selector),
    Allowed('a CSS selector, or an XPath that begins with / or (; "" for none'),
]
Selectors = Annotated[
    tuple[Annotated[str, AfterValidator(selectors.check_selector)], ...],
    Field(max_length=50),
    Strings,
    Allowed("a list of CSS selectors, or XPaths that begin with / or ("),
]
ScrapySettings = Annotated[
    dict[str, Any],
    AfterValidator(scrapy_settings),
    Allowed("settings by their names in Scrapy; those that Kiji's guarantees depend on are refused"),
]
Folder = Annotated[str, Field(max_length=4_000), Allowed('a folder; "" for one beside the database')]
Depth = Annotated[int, Field(ge=0, le=LARGEST), Allowed(f"a whole number from 0 to {LARGEST:,}")]
Pages = Annotated[int, Field(ge=1, le=LARGEST), Allowed(f"a whole number from 1 to {LARGEST:,}")]
