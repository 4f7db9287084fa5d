-- Headlines that were changed
-- Each revision beside the one before.
SELECT article_id, seen_at, title_before, title
FROM (
    SELECT article_id, revision, seen_at, title,
           lag(title) OVER (PARTITION BY article_id ORDER BY revision) AS title_before
    FROM revisions
) AS revisions
WHERE title <> title_before
ORDER BY seen_at DESC, article_id
LIMIT 50;
