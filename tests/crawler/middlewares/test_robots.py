"""What robots.txt says is done, whatever it looks like."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from crawler.middlewares.robots import Rules, own_groups
from crawler.user_agent import robots_token
from tests.support.guarded_crawls import Crawl, crawl
from tests.support.guarded_site import Answer, Site, page, redirect

TEXT = "User-agent: *\nDisallow: /\n\nUser-agent: KIJI\nDisallow: /secret\nAllow: /secret/open\n"


def text(body: str, status: int = 200) -> Answer:
    return page(body.encode(), status, {"Content-Type": "text/plain"})


SITES: dict[str, dict[str, Answer]] = {
    "ours": {
        "/robots.txt": text(TEXT),
        "/a": page(),
        "/to-secret": redirect("/secret/2"),
        **{f"/secret/{name}": page() for name in ("open", "1", "2")},
    },
    "without": {"/secret/1": page()},
    "moved": {"/robots.txt": redirect("/r"), "/r": text(TEXT), "/secret/1": page()},
    "in trouble": {"/robots.txt": text("", 503), "/a": page()},
}
ASKED = {
    "ours": ["/a", "/secret/open", "/secret/1", "/to-secret"],
    "without": ["/secret/1"],
    "moved": ["/secret/1"],
    "in trouble": ["/a"],
}


@pytest.fixture(scope="module")
def sites() -> Iterator[dict[str, Site]]:
    with ExitStack() as stack:
        yield {name: stack.enter_context(Site(answers)) for name, answers in SITES.items()}


@pytest.fixture(scope="module")
def crawled(sites: dict[str, Site]) -> Crawl:
    urls = [sites[name].url(path) for name, paths in ASKED.items() for path in paths]
    return crawl(urls, {"KIJI_PRIVATE_HOSTS": [f"localhost:{site.port}" for site in sites.values()]})


def test_what_robots_txt_forbids_us_is_not_asked_for_and_it_is_read_once(
    sites: dict[str, Site], crawled: Crawl
) -> None:
    site = sites["ours"]
    assert [crawled.of(site.url(path)).status for path in ("/a", "/secret/open")] == [200, 200]
    forbidden = crawled.of(site.url("/secret/1"))
    assert (forbidden.error, forbidden.reason) == ("RobotsRefused", "robots.txt forbids it")
    assert sorted(site.paths()) == ["/a", "/robots.txt", "/secret/open", "/to-secret"]


def test_a_page_that_redirects_to_a_forbidden_one_is_refused(sites: dict[str, Site], crawled: Crawl) -> None:
    assert crawled.of(sites["ours"].url("/to-secret")).error == "RobotsRefused"


def test_each_host_is_asked_for_its_own_robots_txt(sites: dict[str, Site], crawled: Crawl) -> None:
    assert crawled.of(sites["without"].url("/secret/1")).status == 200


def test_a_robots_txt_that_redirects_is_followed(sites: dict[str, Site], crawled: Crawl) -> None:
    assert crawled.of(sites["moved"].url("/secret/1")).error == "RobotsRefused"


def test_a_server_in_trouble_is_left_alone(sites: dict[str, Site], crawled: Crawl) -> None:
    ending = crawled.of(sites["in trouble"].url("/a"))
    assert ending.error == "RobotsRefused"
    assert "HTTP 503" in ending.reason
    assert sites["in trouble"].paths() == ["/robots.txt"]
    assert Rules.of(429, b"", "Kiji").why_forbidden("http://a.example/", "Kiji")


@pytest.mark.parametrize("status", [404, 403, 410])
def test_a_robots_txt_that_is_not_there_forbids_nothing(status: int) -> None:
    rules = Rules.of(status, b"User-agent: *\nDisallow: /\nCrawl-delay: 9\n", "Kiji")
    assert rules.why_forbidden("http://a.example/x", "Kiji") is None
    assert rules.crawl_delay("Kiji") == 0.0


def test_where_robots_txt_never_answers_the_pages_fail_for_that_and_are_not_asked_for() -> None:
    with Site({"/a": page(), "/b": page()}) as site:
        site.answers["/robots.txt"] = site.never
        settings = {"KIJI_PRIVATE_HOSTS": [f"localhost:{site.port}"], "DOWNLOAD_TIMEOUT": 1, "RETRY_TIMES": 1}
        result = crawl([site.url("/a"), site.url("/b")], settings)
    assert {ending.error for ending in result.endings} == {"RobotsUnreachable"}
    assert "robots.txt cannot be fetched: no answer in time" in result.endings[0].reason
    assert set(site.paths()) == {"/robots.txt"}
    assert len(site.paths()) == 2
    assert "Traceback" not in result.log


@pytest.mark.parametrize(
    "body", [b"", b"\x00\xff\xfe" * 1000, b"<html>" * 1000, b"\xef\xbb\xbfUser-agent: *\n", b":\n" * 9]
)
def test_what_is_no_robots_txt_forbids_nothing(body: bytes) -> None:
    assert Rules.of(200, body, "Kiji").why_forbidden("http://a.example/x", "Kiji") is None


@pytest.mark.parametrize(
    ("said", "seconds"), [("2", 2.0), ("0.5", 0.5), ("-1", 0.0), ("nan", 0.0), ("x", 0.0), ("", 0.0), ("1e9", 1e9)]
)
def test_a_crawl_delay_is_read_as_seconds_or_not_at_all(said: str, seconds: float) -> None:
    assert Rules.of(200, f"User-agent: *\nCrawl-delay: {said}\n".encode(), "Kiji").crawl_delay("Kiji") == seconds


def test_groups_for_others_are_no_groups_for_us_however_many_they_are() -> None:
    agents = "".join(f"User-agent: b{n}\n" for n in range(12_000))
    rules = "".join(f"Disallow: /{n}\n" for n in range(12_000))
    ours = "".join(f"User-agent: {'*' * (n % 9)}kiji/{n}\n" for n in range(1_000))
    read = Rules.of(200, f"{agents}{ours}{rules}".encode(), "Kiji")
    assert read.why_forbidden("http://a.example/17", "Kiji") == "robots.txt forbids it"
    assert read.why_forbidden("http://a.example/x", "Kiji") is None
    assert own_groups("user agent: GoogleBot # g\nUseragent: *\n", "Kiji") == "User-agent: (others)\nUser-agent: *"


@pytest.mark.parametrize(
    ("agent", "is_ours"),
    [("kiji", True), ("Kiji/1.0", True), ("KIJI*", True), ("ki", False), ("Kiji-Images", False), ("others", False)],
)
def test_a_group_is_ours_by_the_product_token_whole_and_in_any_case(agent: str, *, is_ours: bool) -> None:
    read = Rules.of(200, f"User-agent: {agent}\nDisallow: /\n".encode(), "Kiji")
    assert (read.why_forbidden("http://a.example/x", "Kiji") is not None) == is_ours


@pytest.mark.parametrize(
    ("user_agent", "token"),
    [
        ("Kiji/0.1.0 (news crawler)", "Kiji"),
        ("Mozilla/5.0 (compatible; OurBot/1.0; +https://ours.example)", "OurBot"),
        ("Mozilla/5.0 (X11; Linux) AppleWebKit/537.36 (Compatible;our_bot)", "our_bot"),
        ("Newsroom", "Newsroom"),
    ],
)
def test_the_product_token_of_a_user_agent(user_agent: str, token: str) -> None:
    assert robots_token(user_agent) == token


@pytest.mark.parametrize("status", [-(2**63) - 1, 99, 1000, 2**63])
def test_an_answer_whose_status_is_none_of_https_says_nothing_that_is_remembered(status: int) -> None:
    assert "cannot be read now" in Rules.of(status, TEXT.encode(), "kiji").closed


@pytest.mark.parametrize(
    ("body", "is_forbidden", "delay"),
    [
        ("\ufeffUser-agent: *\nDisallow: /\n", True, 0.0),  # LAW-Unimi/BUbiNG#17, scrapy/scrapy#6195
        ("User-agent: *\nCrawl-delay: soon\nDisallow: /x\n", False, 0.0),  # seomoz/reppy#27
        ("Crawl-delay: 1\n\nUser-agent: *\nDisallow: /*.aspx\n", False, 0.0),  # seomoz/reppy#47
        (
            "User-agent: *\nDisallow: /print$\n# slow\nUser-agent: AhrefsBot\nCrawl-delay: 10\n",
            False,
            0.0,
        ),  # robotstxt#48
        ("USER-AGENT: *\nDISALLOW: /a\n", True, 0.0),  # seomoz/reppy#50
        ("Disallow: /\n", False, 0.0),
        ("User-agent: *\r\rDisallow: /a\r", True, 0.0),
        ("User-agent: CCBot\nDisallow: /\n\nUser-agent: *\nCrawl-delay: 2\n", False, 2.0),  # otwcode/otwarchive#4411
    ],
)
def test_a_robots_txt_with_mistakes_is_read_as_its_site_means_it(body: str, is_forbidden: bool, delay: float) -> None:
    rules = Rules.of(200, body.encode(), "KijiLab")
    assert (rules.why_forbidden("https://a.example/a", "KijiLab") is not None) is is_forbidden
    assert rules.crawl_delay("KijiLab") == delay
