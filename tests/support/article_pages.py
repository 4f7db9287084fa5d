"""Build article pages in English and Japanese."""

URL = "https://news.example/2026/08/14/rice-harvest-begins"


BODY = [
    "Farmers in the northern valley began to cut the first rice of the year on Friday, a week earlier than usual.",
    "The cooperative expects about nine hundred tons, slightly more than in the dry summer of the year before.",
    "“We were lucky with the rain in June,” said Haruka Minami, who works forty fields with her two brothers.",
    "Prices will be fixed on Monday, when buyers from six prefectures come to the hall beside the station.",
]


MORE = [
    "The mill at the river mouth was rebuilt in spring, after a storm had taken its roof and most of the machines.",
    "It can now clean and weigh forty sacks an hour, twice as many as the old one in its best years.",
    "Visitors may watch the work from a gallery on weekdays, and taste the new rice at noon without charge.",
]


NIHONGO = [
    "北の谷の農家は金曜日、例年より一週間早く今年最初の稲刈りを始めた。朝から晴れ、田にはコンバインの音が響いた。",
    "農協は約九百トンの収穫を見込んでおり、雨の少なかった昨年の夏をわずかに上回る見通しだと説明している。",
    "四十枚の田を兄弟三人で耕す南春香さんは「六月の雨に恵まれた」と話し、今年の出来に手応えを感じている様子だった。",
]


def html(main: str, head: str = "", title: str = "Rice harvest begins") -> bytes:
    menu = "".join(f'<li><a href="/topics/{n}">Topic {n}</a></li>' for n in range(12))
    return (
        f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>{title}</title>{head}</head><body>'
        f"<header><nav><ul>{menu}</ul></nav></header>{main}"
        "<footer><p>© Example News. All rights reserved.</p></footer></body></html>"
    ).encode()


def paragraphs(lines: list[str]) -> str:
    return "".join(f"<p>{line}</p>" for line in lines)
