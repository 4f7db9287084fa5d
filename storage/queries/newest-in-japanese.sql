-- The newest articles in Japanese
-- Sorted by the publishers' own dates. For English use articles_en.
SELECT published_at, source, title, url
FROM articles_ja
WHERE published_at IS NOT NULL
ORDER BY published_at DESC, id DESC
LIMIT 20;
