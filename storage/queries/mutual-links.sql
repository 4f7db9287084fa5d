-- Pairs of articles that link to each other
-- Both pages declare the link. Usually it is one event or one series.
SELECT one.id, one.title, other.id AS other_id, other.title AS other_title
FROM (SELECT DISTINCT article_id, related_article_id FROM related_links) AS forth
JOIN (SELECT DISTINCT article_id, related_article_id FROM related_links) AS back
  ON back.article_id = forth.related_article_id AND back.related_article_id = forth.article_id
JOIN articles AS one ON one.id = forth.article_id
JOIN articles AS other ON other.id = forth.related_article_id
WHERE one.id < other.id
ORDER BY one.id, other.id
LIMIT 50;
