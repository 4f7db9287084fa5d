-- The stories with most sources
-- Events that many sources report. Most stories have only one article.
SELECT id, title, sources, articles, articles_ja, articles_en, copies, first_at, last_at
FROM stories
ORDER BY sources DESC, articles DESC, id DESC
LIMIT 20;
