-- Who wrote most
-- Bylines as on the pages. Several names are joined by "; ".
SELECT authors, source, count(*) AS articles, min(published_at) AS first_at, max(published_at) AS last_at
FROM articles
WHERE authors <> ''
GROUP BY authors, source
ORDER BY articles DESC, authors, source
LIMIT 20;
