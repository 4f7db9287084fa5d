"""Define the known languages; a language is added in this table.

It is here, and not with the detection of languages, because the search index and the views need it as well. A language
that is not in it is recognised by its script (``pipelines/rules/scripts.toml``) and py3langid, and taken for spaced.
Texts of the stories' own words are in ``pipelines/rules/story_*.toml``, under the codes that have ``has_stories``.
"""

import dataclasses

USUAL_LENGTH = 3_000
"""Characters of an article in a language of which nothing else is known: the median of 512 real pages."""


@dataclasses.dataclass(frozen=True, slots=True)
class Language:
    """What is known of one language.

    ``code`` is ISO 639-1, ``name`` English, ``own_name`` for readers of the language. ``is_spaced`` says that spaces
    set its words apart; else texts are compared by characters. ``usual_length`` is an article's, in characters.
    ``profile`` is the script under which langdetect's profile of it votes, "" where it does not; ``stop_list`` the
    name of justext's list of its commonest words. ``has_view`` gives it a view of its own (``articles_ja``),
    ``has_stories`` its own words and names of stories.
    """

    code: str
    name: str
    own_name: str = ""
    is_spaced: bool = True
    usual_length: int = USUAL_LENGTH
    profile: str = ""
    stop_list: str = ""
    has_view: bool = False
    has_stories: bool = False


def _latin(code: str, name: str, stop_list: str | None = None) -> Language:
    """Define a language in the Latin alphabet that langdetect votes on.

    It has a list of words where justext has one.
    """
    return Language(code, name, profile="latin", stop_list=name if stop_list is None else stop_list)


_TABLE = (
    Language("ja", "Japanese", "日本語", is_spaced=False, usual_length=900, has_view=True, has_stories=True),
    Language("en", "English", "English", profile="latin", stop_list="English", has_view=True, has_stories=True),
    Language("zh", "Chinese", "中文", is_spaced=False, usual_length=900),
    Language("ko", "Korean", "한국어", is_spaced=False, usual_length=1_200),  # with endings: compared by characters
    Language("th", "Thai", is_spaced=False),
    Language("lo", "Lao", is_spaced=False),
    Language("km", "Khmer", is_spaced=False),
    Language("my", "Burmese", is_spaced=False),
    # The order counts: langdetect's sums depend on it in the last digit.
    _latin("de", "German"),
    _latin("fr", "French"),
    _latin("es", "Spanish"),
    _latin("it", "Italian"),
    _latin("pt", "Portuguese"),
    _latin("nl", "Dutch"),
    _latin("sv", "Swedish"),
    _latin("da", "Danish"),
    _latin("no", "Norwegian", "Norwegian_Bokmal"),
    _latin("fi", "Finnish"),
    _latin("pl", "Polish"),
    _latin("cs", "Czech"),
    _latin("id", "Indonesian"),
    _latin("vi", "Vietnamese"),
    _latin("tr", "Turkish"),
    _latin("ro", "Romanian"),
    _latin("hu", "Hungarian"),
    _latin("ca", "Catalan"),
    _latin("hr", "Croatian", ""),
    Language("cy", "Welsh", stop_list="Welsh"),
    _latin("af", "Afrikaans"),
    _latin("tl", "Tagalog", ""),
    _latin("sw", "Swahili"),
    Language("ru", "Russian", profile="cyrillic"),
    Language("uk", "Ukrainian", profile="cyrillic"),
    Language("bg", "Bulgarian", profile="cyrillic"),
    Language("mk", "Macedonian", profile="cyrillic"),
    Language("ar", "Arabic", profile="arabic"),
    Language("fa", "Persian", profile="arabic"),
    Language("ur", "Urdu", profile="arabic"),
    Language("hi", "Hindi", profile="devanagari"),
    Language("mr", "Marathi", profile="devanagari"),
    Language("ne", "Nepali", profile="devanagari"),
)

LANGUAGES = {language.code: language for language in _TABLE}
VIEWED_LANGUAGES = tuple(language.code for language in _TABLE if language.has_view)
UNSPACED_LANGUAGES = frozenset(language.code for language in _TABLE if not language.is_spaced)


def usual_length(code: str) -> int:
    """Give the usual length of an article in a language, in characters."""
    return LANGUAGES[code].usual_length if code in LANGUAGES else USUAL_LENGTH


def language_name(code: str) -> str:
    """Give the English name of a language, or its code where the table has none."""
    return LANGUAGES[code].name if code in LANGUAGES else code


def story_language(code: str) -> str:
    """Choose the language of the story words for a text: its own, else English."""
    return code if code in LANGUAGES and LANGUAGES[code].has_stories else "en"
