-- The stories with most sources
-- An event that many tell of. Most stories have one article only.
SELECT id, title, sources, articles, articles_ja, articles_en, copies, first_at, last_at
FROM stories
ORDER BY sources DESC, articles DESC, id DESC
LIMIT 20;
