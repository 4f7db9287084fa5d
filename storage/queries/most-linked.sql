-- The articles with most related links to them
-- Each declaring page counts once.
SELECT articles.id, articles.language, articles.source, articles.title, count(DISTINCT link.page_url) AS pages
FROM related_links AS link
JOIN articles ON articles.id = link.related_article_id
GROUP BY articles.id, articles.language, articles.source, articles.title
ORDER BY pages DESC, articles.id
LIMIT 20;
