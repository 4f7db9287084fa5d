import itertools

import pytest

from pipelines.html.charset import decode

WORDS = "日銀は金融政策決定会合で、政策金利を据え置くことを決めた。総裁は「賃金と物価の好循環を見極める」と述べた。"
NEC = "①㈱髙島屋の髙橋社長は、Ⅲ期の計画を発表した。売り上げは前の年より十㌫増えた。"
ENCODINGS = {
    "shift_jis": ("shift_jis", WORDS),
    "cp932": ("cp932", WORDS + NEC),
    "euc_jp": ("euc_jp", WORDS),
    "iso2022_jp": ("iso2022_jp", WORDS),
    "utf-8": ("utf-8", WORDS + NEC),
}
LABELS = (
    None,
    "utf-8",
    "iso-8859-1",
    "windows-1252",
    "shift_jis",
    "euc-jp",
    "iso-2022-jp",
    "us-ascii",
    "nonsense",
    "gb2312",
)
PLACES = ("header", "meta", "both")


def page(words: str, label: str | None) -> str:
    meta = f'<meta charset="{label}">' if label else ""
    return f"<html><head>{meta}<title>{words[:12]}</title></head><body><p>{words}</p>"


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("label", LABELS)
@pytest.mark.parametrize(("codec", "words"), ENCODINGS.values(), ids=ENCODINGS)
def test_japanese_is_read_right_under_every_label(codec: str, words: str, label: str | None, place: str) -> None:
    body = page(words, label if place != "header" else None).encode(codec)
    header = f"text/html; charset={label}" if label and place != "meta" else "text/html"
    assert words in decode(body, header).text


@pytest.mark.parametrize(("codec", "words"), ENCODINGS.values(), ids=ENCODINGS)
@pytest.mark.parametrize("cut", [1, 2])
def test_a_body_cut_inside_a_character_keeps_its_encoding(codec: str, words: str, cut: int) -> None:
    body = (page(words, None) + "続報").encode(codec).removesuffix(b"\x1b(B")[:-cut]
    read = decode(body, "text/html; charset=windows-1252")
    assert words in read.text
    assert "\ufffd" not in read.text


def test_row_13_and_the_extensions_are_read_in_euc_jp_and_iso_2022_jp_too() -> None:
    euc = (
        b"\xad\xa1\xad\xea" + "日本橋の".encode("euc_jp") + b"\xfc\xe2" + "島屋は、秋の催しを始めた。".encode("euc_jp")
    )
    assert decode(euc, "text/html; charset=euc-jp").text == "①㈱日本橋の髙島屋は、秋の催しを始めた。"
    iso = b"\x1b$B\x2d\x21\x2d\x6a" + "日本橋".encode("iso2022_jp")[3:]
    assert decode(iso, None).text == "①㈱日本橋"


@pytest.mark.parametrize(
    ("codec", "label", "words"),
    [
        ("cp1252", "iso-8859-1", "Café déjà vu, élève naïve, crème brûlée – “quoted” text"),
        ("cp1252", None, "The café’s owner said that it would reopen in May, naïve or not."),
        ("cp1251", "windows-1251", "Президент сообщил о новых мерах поддержки экономики страны"),
        ("gb18030", "gb2312", "国务院总理主持召开会议，研究部署下一步经济工作，新华社北京电"),
        ("gb18030", None, "国务院总理主持召开会议，研究部署下一步经济工作，新华社北京电"),
        ("big5", "big5", "總統府發言人表示，這項計畫將於明年開始實施，並且編列預算"),
        ("cp949", "euc-kr", "대통령은 오늘 기자회견에서 새로운 경제 정책을 발표했다고 밝혔다"),
        ("utf-8-sig", "shift_jis", WORDS),
        ("utf-16", None, WORDS),
        ("utf-16-le", None, f"<html><head><title>News Example</title></head><body class='article'><p>{WORDS}</p>"),
    ],
)
def test_other_encodings_are_read_as_they_are_declared_or_marked(codec: str, label: str | None, words: str) -> None:
    header = f"text/html; charset={label}" if label else None
    assert decode(f"<p>{words}</p>".encode(codec), header).text == f"<p>{words}</p>"


def test_utf_8_with_a_few_broken_bytes_stays_utf_8() -> None:
    body = (WORDS * 5).encode() + b"\xff\xfe" + (WORDS * 5).encode()
    read = decode(body, "text/html; charset=windows-1252")
    assert read.encoding == "utf-8"
    assert read.text.count(WORDS) == 10


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("“It’s the harbour’s turn”, the mayor of Orl\ufffdans said".encode(), "“It’s the harbour’s turn”"),
        ("“It’s the harbour’s turn” – he said in a caf".encode() + b"\xe9 on Friday", "“It’s the harbour’s turn” –"),
        (("知事は" + "\ufffd" * 12 + "と述べた。").encode(), "知事は"),
        ("Der Bürgermeister grüßt".encode() + b" \x96 heute" + " früh".encode(), "Der Bürgermeister grüßt"),
        ("Le café est fermé jusqu’à ".encode() + b"l'\xe9t\xe9", "Le café est fermé jusqu’à"),
    ],
)
def test_a_damaged_page_stays_in_the_utf_8_that_it_declares(body: bytes, words: str) -> None:
    assert words in decode(body, "text/html; charset=utf-8").text


def test_a_replacement_character_of_the_page_itself_is_no_damage() -> None:
    decoded = decode("The mayor of Orl\ufffdans spoke".encode())
    assert (decoded.encoding, decoded.text) == ("utf-8", "The mayor of Orl\ufffdans spoke")


def test_what_was_declared_is_told_beside_what_was_used() -> None:
    read = decode(page(WORDS, "utf-8").encode("cp932"), None)
    assert (read.encoding, read.declared) == ("cp932", "utf-8")


@pytest.mark.parametrize(
    "label", ["idna", "unicode_escape", "zlib", "utf-7", "undefined", "x" * 100_000, "utf-16", '"']
)
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\x00" * 500,
        b"\xff" * 999,
        b"\x1b$B",
        b"\x1b$B\xff\xff",
        b"\xe3\x81",
        b"\xef\xbb",
        bytes(range(256)) * 40,
        b"\x8f",
    ],
    ids=itertools.count(),
)
def test_any_bytes_under_any_label_are_some_text(body: bytes, label: str) -> None:
    assert isinstance(decode(body, f"text/html; charset={label}").text, str)
