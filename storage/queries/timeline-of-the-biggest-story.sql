-- The biggest story, article by article
-- Sorted by time of publication.
SELECT coalesce(articles.published_at, articles.first_seen_at) AS at, articles.source, articles.language,
       articles.title, articles.url
FROM articles
WHERE articles.story_id = (SELECT id FROM stories ORDER BY articles DESC, id DESC LIMIT 1)
ORDER BY 1, articles.id;
