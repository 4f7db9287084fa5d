-- The articles that others relate to most
-- Counted once for each page that declares it.
SELECT articles.id, articles.language, articles.source, articles.title, count(DISTINCT link.page_url) AS pages
FROM related_links AS link
JOIN articles ON articles.id = link.related_article_id
GROUP BY articles.id, articles.language, articles.source, articles.title
ORDER BY pages DESC, articles.id
LIMIT 20;
