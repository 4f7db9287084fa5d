-- What sites rank, and when
-- The best position of each entry of a ranking, on how many article pages, from when to when.
SELECT articles.site, min(list.position) AS best, list.url, max(list.title) AS title,
       count(DISTINCT list.page_url) AS pages, min(list.first_seen_at) AS first_seen_at,
       max(list.last_seen_at) AS last_seen_at
FROM page_lists AS list
JOIN articles ON articles.id = list.article_id
WHERE list.kind = 'ranking'
GROUP BY articles.site, list.url
ORDER BY last_seen_at DESC, best, list.url
LIMIT 20;
