-- The articles with most copies
-- exact: the same text on another site. near: an edited text there. url: another page of the same site.
SELECT articles.id, articles.source, articles.title,
       count(*) AS copies,
       sum(CASE WHEN copies.kind = 'exact' THEN 1 ELSE 0 END) AS exact,
       sum(CASE WHEN copies.kind = 'near' THEN 1 ELSE 0 END) AS near,
       sum(CASE WHEN copies.kind = 'url' THEN 1 ELSE 0 END) AS same_site
FROM copies
JOIN articles ON articles.id = copies.article_id
GROUP BY articles.id, articles.source, articles.title
ORDER BY copies DESC, articles.id
LIMIT 20;
