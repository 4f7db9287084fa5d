-- Who copies whom
-- Pairs of sources with the same text, exact or edited. The first source stored it first.
SELECT articles.source AS first_source, copies.source AS then_source, copies.kind, count(*) AS texts,
       round(avg(100 * copies.similarity)) AS percent_alike
FROM copies
JOIN articles ON articles.id = copies.article_id
WHERE copies.kind <> 'url' AND copies.source <> articles.source
GROUP BY articles.source, copies.source, copies.kind
ORDER BY texts DESC, first_source, then_source, copies.kind;
