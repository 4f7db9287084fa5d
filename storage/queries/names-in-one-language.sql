-- Names that are in the news of one language only
-- Organisations and people with at least two articles.
SELECT entities.kind, entities.name_ja, entities.name_en, min(articles.language) AS language, count(*) AS articles
FROM entities
JOIN article_entities ON article_entities.entity_id = entities.id
JOIN articles ON articles.id = article_entities.article_id
WHERE entities.kind <> 'place'
GROUP BY entities.id, entities.kind, entities.name_ja, entities.name_en
HAVING count(DISTINCT articles.language) = 1 AND count(*) > 1
ORDER BY 5 DESC, entities.id
LIMIT 50;
