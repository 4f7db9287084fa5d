"""Sources that share hosts are crawled together, whoever shares them."""

from crawler.workers.groups import group_sources


def test_sources_without_a_common_domain_are_groups_of_their_own() -> None:
    assert group_sources({"mirai": {"mirai.example"}, "harbor": {"harbor.example"}}) == {
        "mirai.example": ("mirai",),
        "harbor.example": ("harbor",),
    }


def test_sources_are_joined_by_a_domain_that_they_share_through_others() -> None:
    domains = {
        "first": {"b.example"},
        "second": {"c.example", "d.example"},
        "alone": {"z.example"},
        "between": {"b.example", "c.example"},
    }
    assert group_sources(domains) == {"b.example": ("first", "second", "between"), "z.example": ("alone",)}


def test_a_group_keeps_its_name_when_a_source_joins_it() -> None:
    before = group_sources({"first": {"a.example", "m.example"}})
    after = group_sources({"first": {"a.example", "m.example"}, "second": {"m.example", "q.example"}})
    assert list(before) == list(after) == ["a.example"]
