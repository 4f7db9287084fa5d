-- Related articles that are not stored
-- Targets that the crawl did not follow. Their sites can become sources.
SELECT link.url, max(link.title) AS title, count(DISTINCT link.page_url) AS pages, max(link.last_seen_at) AS last_seen_at
FROM related_links AS link
WHERE link.related_article_id IS NULL
GROUP BY link.url
ORDER BY pages DESC, link.url
LIMIT 20;
