"""Format dates as the sample pages show them."""

import datetime
import email.utils

from crawler.sample.content import JST, Article, parse_time

_REIWA_BEGAN = 2018  # 令和1年 is 2019


def visible_date(article: Article) -> str:
    """Format the date in the page's style, in Japan's time on Japanese pages.

    "" if it has none.
    """
    moment = parse_time(article.published)
    if moment is None:
        return ""
    if article.site == "harbor" and article.language == "en":
        day = datetime.date.fromisoformat(article.published[:10])
        return f"{day:%B} {day.day}, {day.year}"
    local = moment.astimezone(JST)
    return f"{local.year}年{local.month}月{local.day}日 {local.hour}時{local.minute:02}分"


def era_date(article: Article) -> str:
    """Format the day in the Japanese calendar: 令和8年10月5日."""
    moment = parse_time(article.published)
    if moment is None:
        return ""
    local = moment.astimezone(JST)
    return f"令和{local.year - _REIWA_BEGAN}年{local.month}月{local.day}日"


def feed_dates(article: Article) -> tuple[str, str]:
    """Format the instant for RSS (RFC 2822), and for Atom and sitemaps (ISO 8601).

    "" if there is none.
    """
    moment = parse_time(article.published)
    if moment is None or article.published_precision == "day":
        return "", ""
    return email.utils.format_datetime(moment), article.published
