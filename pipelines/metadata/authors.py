"""Clean authors' names from author fields and bylines."""

import dataclasses
import re
import unicodedata
from collections.abc import Iterable, Sequence

from pipelines.dates.forms import ANY_MONTH, ANY_WEEKDAY, ENGLISH_WEEKDAY
from pipelines.html.plain_text import letters, plain_text
from pipelines.rules.load import load_rules, rule_cache
from storage.scripts import HAN, HIRAGANA, KATAKANA

_MOST_AUTHORS = 20
_NAME_LENGTH = 100
_BYLINE_LENGTH = 500
_NAME_WORDS = 6
_LABEL = 4  # letters of a host name's label from which it tells a site's name
_FULL_WORDS = 3  # of the name that a first name stands for


@dataclasses.dataclass(frozen=True, slots=True)
class Credit:
    """A name from one source.

    ``is_office`` says that it is no person's, ``is_separate`` that nothing joins it to the source's other names,
    ``is_printed`` that it is visible text, not a declaration.
    """

    name: str
    is_office: bool = False
    is_separate: bool = False
    is_printed: bool = False


@rule_cache()
def _words(kind: str) -> tuple[str, ...]:
    return tuple(sorted(load_rules("author_words")[kind], key=len, reverse=True))


def _either(words: Iterable[str]) -> str:
    """Return a pattern for any of the words, Latin ones as whole words."""
    return "|".join(rf"\b{re.escape(word)}(?!\w)" if word[0].isascii() else re.escape(word) for word in words)


@rule_cache()
def _patterns() -> dict[str, re.Pattern[str]]:
    jobs = _either(_words("jobs"))
    leads = _either(_words("lead_ins"))
    return {
        "lead": re.compile(rf"^(?:{leads})(?:\s*[:：=＝/／●■▼]\s*|\s+|(?=[（(【『「]))", re.IGNORECASE),
        "bracketed": re.compile(r"\s*(?:[(（［\[【〈<＜][^()（）\[\]［］【】〈〉<>＜＞]{0,80}[)）］\]】〉>＞])"),
        "job": re.compile(
            rf"(?:\s*[,、・/／]\s*|\s*|[=＝])(?:[{HAN}{KATAKANA}]{{2,8}}(?:部|局|社|担当)[・\s]?)?(?:{jobs})$",
            re.IGNORECASE,
        ),
        "role": re.compile(rf"(?:{_either(_words('roles'))})", re.IGNORECASE),
        "others": re.compile(rf"[\s、,/／;|]*(?:{_either(_words('others'))}).*$", re.IGNORECASE | re.DOTALL),
        "address": re.compile(
            r"\S*(?:@|\[at\]|\(at\))\S+\.\S+|https?://\S+|www\.\S+|\b[\w-]+\.(?:com|org|net)/\S+|(?<!\w)@\w{2,30}"
        ),
        "for": re.compile(r"\s+[Ff]or\s+(?:[Tt]he\s+)?[A-Z].*$"),
        "split": re.compile(
            r"\s*[、，;；|｜／\n]\s*|\s*,\s+|,(?=\S)|\s+(?:and|And|und|et|y|with|en|og|och)\s+|\s*&\s+|\s+/\s+"
            rf"|(?<=[{HAN}{HIRAGANA}])[,/](?=[{HAN}{KATAKANA}])"
        ),
        "dots": re.compile(r"\s*[・･]\s*"),
        "end": re.compile(r"\s+(?:am|on|under|in|at|unter|,)$"),
        "updated": re.compile(
            r"\s*(?:\d{1,2}:\d\d|\d{4}[年/.-]|\bpublished\b|\bupdated\b|公開|更新|配信"
            rf"|\b{ANY_MONTH}\.?\s\d{{1,2}}\b|\b{ENGLISH_WEEKDAY}\b|»|\b{ANY_WEEKDAY}\.?,?\s{ANY_MONTH}\b).*$",
            re.IGNORECASE | re.DOTALL,
        ),
    }


# 社会部, 那覇支局: where a reporter sits.
_DEPARTMENT = re.compile(f"[{HAN}]{{1,6}}(?:部|支局|総局|本社)")
_OPEN = re.compile(r"\s*[(（\[][^()（）\[\]]{0,80}$")  # a bracket that was cut short
# "SPIEGEL ONLINE, Hamburg, Germany": a publisher with its place, as imprints have it.
_ADDRESS = re.compile(
    r",\s*(?:germany|deutschland|austria|österreich|switzerland|schweiz|france|usa|united states|japan)$", re.IGNORECASE
)
_ACCOUNT = re.compile(r"(?:[a-z]+[-_ ]?)?admin\d*")  # jdadmin, User Admin: accounts of publishing systems
_LOGIN = re.compile(r"[a-z]+\d+")  # link78
_SUFFIXES = frozenset({"jr", "jr.", "sr", "sr.", "ii", "iii", "iv"})
_KATAKANA = re.compile(rf"[{KATAKANA}]+(?:[・･=＝\s][{KATAKANA}]+)+$")


def clean_authors(values: Iterable[object]) -> list[str]:
    """Return the names in author fields or bylines, in order, none twice.

    At most 20 names of at most 100 characters are returned. Lead-ins (By, 文・写真), job titles (記者), addresses,
    brackets and dates are cut. Lists are split, but not inside a name (ガブリエル・ガルシア, Martin Luther King, Jr.).
    """
    names: dict[str, str] = {}
    for value in values:
        text = plain_text(value, _BYLINE_LENGTH)
        if _is_nobody(text) or _ADDRESS.search(text):
            continue
        for part in _split(text):
            name = _clean(part)
            key = letters(name)
            if key and key not in names and not _is_nobody(name):
                names[key] = name
        if len(names) >= _MOST_AUTHORS:
            break
    people = [name for name in names.values() if not _DEPARTMENT.fullmatch(name)]
    return (people or list(names.values()))[:_MOST_AUTHORS]


def _split(text: str) -> list[str]:
    patterns = _patterns()
    text = patterns["others"].sub("", patterns["updated"].sub("", patterns["address"].sub(" ", text)))
    text = patterns["lead"].sub("", patterns["end"].sub("", text.strip(" 　:：,-–—|")))
    parts: list[str] = []
    for part in patterns["split"].split(_OPEN.sub("", patterns["bracketed"].sub(" ", text))):
        if part.strip().lower() in _SUFFIXES and parts:
            parts[-1] = f"{parts[-1]}, {part.strip()}"
        elif _is_credential(part.strip()) or (parts and patterns["role"].match(part.strip())):
            continue
        elif not _KATAKANA.match(part) and re.search(f"[{HAN}]", part):
            parts.extend(patterns["dots"].split(part))
        else:
            parts.append(part)
    return parts


def _is_credential(part: str) -> bool:
    return part.lower().replace(".", "") in _words("credentials")


def _clean(part: str) -> str:
    patterns = _patterns()
    head, _, tail = part.partition(" - ")
    part = head if tail.strip() and names_position(tail) else part
    name = patterns["for"].sub("", part).strip(" 　:：,、・-–—|=＝\"'“”*《》")
    for _ in range(2):
        name = patterns["lead"].sub("", name).strip()
        cut = patterns["job"].sub("", name).strip(" 　:：,、・-–—|=＝")
        name = name if len(cut) < 2 or _is_pen_name(name) else cut
    return name if len(name) <= _NAME_LENGTH else ""


def _is_pen_name(name: str) -> bool:
    """Tell whether a name is two words, the last a job with a capital: Rasender Reporter."""
    words = name.split()
    return len(words) == 2 and words[1].istitle() and words[1].isascii() and is_job(words[1]) and "," not in name


def _is_nobody(name: str) -> bool:
    lowered = name.lower().strip(" :.")
    return (
        lowered in _words("nobody")
        or _ACCOUNT.fullmatch(lowered) is not None
        or lowered in _words("jobs")
        or lowered in _words("lead_ins")
        or not re.search(rf"[^\W\d_]{{2}}|[{HAN}]", name)
    )


def is_byline(text: str) -> bool:
    """Tell whether a short text is a byline: By …, 文・…, …記者."""
    text = text.strip(" 　(（)）【】[]")
    lead, job = _patterns()["lead"].match(text), _patterns()["job"].search(text)
    return bool((lead or (job and job.start() > 1)) and is_name_like(text))


def is_job(text: str) -> bool:
    """Tell whether a text is a job title alone: 記者, Political editor."""
    return text.strip(" ()（）,、").lower() in _words("jobs")


def is_lead_in(text: str) -> bool:
    """Tell whether a text only introduces the name that follows: By, 文＝."""
    return text.lower().strip(" :：=＝/／|") in _words("lead_ins")


def is_name_like(text: str) -> bool:
    """Tell whether text in an author's place could be names.

    It needs few words, and no other sentence or share link.
    """
    names = clean_authors([text])
    blocked = set(_words("not_names"))
    return bool(names) and all(
        len(name.split()) <= _NAME_WORDS
        and len(name) <= _NAME_LENGTH // 2
        and not re.search(rf"[:：。？！?!\d]|[{HAN}][をにはがで][{HAN}]", name)
        and not blocked & set(name.lower().split())
        and not name[0].islower()
        for name in names
    )


def is_agency(name: str) -> bool:
    """Tell whether a text is a news agency's name alone."""
    return name.strip(" ()（）,、").lower() in _words("agencies")


def is_office(name: str) -> bool:
    """Tell whether a name is an agency's or an office's by its own words."""
    lowered = name.lower()
    if is_agency(lowered):
        return True
    if "." in lowered and re.fullmatch(r"[\w-]+(?:\.[\w-]+)+", lowered):
        return True
    offices = tuple(office for office in _words("offices") if not office.isascii())
    return (
        lowered.startswith(offices) or lowered.endswith(offices) or bool(set(lowered.split()) & set(_words("offices")))
    )


def names_position(name: str) -> bool:
    """Tell whether a name holds a word of a position or of page furniture, counts something, or introduces a name.

    Examples are "Senior Autos", "View more posts", "23 abonnés" and "Recipe by". An office ("The Harbour editors") is a
    name.
    """
    words = [word.strip(".,:;|/") for word in name.lower().split()]
    counts = words[0].isdigit() and len(words) > 1
    return not is_office(name) and (
        counts or not set(words).isdisjoint(_words("positions")) or words[-1] in _words("lead_ins")
    )


def choose_authors(sources: Iterable[Sequence[Credit]], site_names: Sequence[str], host: str = "") -> tuple[str, ...]:
    """Return the credits of the best source that names a person.

    Where none does, the best source that names anybody counts. ``sources`` are in the order in which they are believed,
    and read only until one names a person. Offices that the best source lists beside a person stay, since the page
    declares them as authors. An office of the first source does not hide a person of a later one. A name that begins
    like the host name's first label gives way to a printed byline alone: it may be a person's own site.
    """
    offices: tuple[str, ...] = ()
    own: tuple[str, ...] = ()
    known_offices = {letters(name) for name in site_names}
    label = letters(host.removeprefix("www.").partition(".")[0])
    sources = iter(sources)
    for source in sources:
        names: dict[str, str] = {}
        separate: set[str] = set()
        has_person = False
        for credit in source:
            if own and not is_byline(credit.name):
                continue
            for name in _names_of(credit):
                names.setdefault(letters(name), name)
                if credit.is_office or is_office(name):
                    known_offices.add(letters(name))
                separate |= {letters(name)} if credit.is_separate else set()
                has_person = has_person or letters(name) not in known_offices
        persons = {key: name for key, name in names.items() if not names_position(name)}
        if not persons and all(credit.is_printed for credit in source):
            continue
        names = persons or names
        authors = tuple(names.values())[:_MOST_AUTHORS]
        if has_person and len(label) >= _LABEL and all(name.startswith(label) for name in names):
            own = own or authors
        elif has_person:
            people = tuple(name for name in authors if letters(name) not in separate & known_offices)
            return _in_full(people, sources)
        offices = offices or authors
    return own or offices


def _names_of(credit: Credit) -> list[str]:
    """Return the names in a credit; an organization's own name may hold an "and"."""
    name = _patterns()["bracketed"].sub("", plain_text(credit.name, _NAME_LENGTH))
    is_whole = credit.is_office and name and not re.search("[,;|/、]", name) and not _is_nobody(name)
    return [name] if is_whole else clean_authors([credit.name])


def _in_full(names: tuple[str, ...], others: Iterable[Sequence[Credit]]) -> tuple[str, ...]:
    """Return a single name of one word as a later source has it in full.

    A login (``gabor_munier``) has the same letters as the name, a first name begins it. A login with digits gives way
    to any person.
    """
    if len(names) != 1 or " " in names[0] or not names[0].isascii():
        return names
    login = _plain_letters(names[0])
    is_login = _LOGIN.fullmatch(names[0]) is not None
    for source in others:
        for full in clean_authors([credit.name for credit in source]):
            is_same = " " in full and _plain_letters(full) == login
            is_longer = full.startswith(f"{names[0]} ") and len(full.split()) <= _FULL_WORDS and is_name_like(full)
            is_person = " " in full and full[0].isupper() and is_name_like(full) and not is_office(full)
            if is_same or is_longer or (is_login and is_person):
                return (full,)
    return names


def _plain_letters(name: str) -> str:
    """Return the letters and digits of a name without accents, in lower case."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFD", name.lower())))
