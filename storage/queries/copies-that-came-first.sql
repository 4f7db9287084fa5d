-- Copies that were published before their article
-- The article is the page that was stored first. It need not be the one that was published first.
SELECT articles.source, articles.published_at, copies.source AS earlier_source,
       copies.published_at AS earlier_published_at, articles.title, copies.url AS earlier_url
FROM copies
JOIN articles ON articles.id = copies.article_id
WHERE copies.kind <> 'url' AND copies.published_at < articles.published_at
ORDER BY articles.published_at DESC, copies.id
LIMIT 50;
