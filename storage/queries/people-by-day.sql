-- The most named people, by day and language
-- Names of one person in both scripts are one row of `entities`.
SELECT substr(CAST(coalesce(articles.published_at, articles.first_seen_at) AS VARCHAR), 1, 10) AS day,
       coalesce(entities.name_ja, entities.name_en) AS name, articles.language, count(*) AS articles
FROM entities
JOIN article_entities ON article_entities.entity_id = entities.id
JOIN articles ON articles.id = article_entities.article_id
WHERE entities.kind = 'person'
GROUP BY 1, entities.id, entities.name_ja, entities.name_en, articles.language
ORDER BY 1 DESC, 4 DESC, 2
LIMIT 50;
