-- The results of the last crawls
-- The seven counts add up to the number of addresses of a run.
SELECT id, started_at, status, requests, articles_new, articles_updated, articles_unchanged, copies, not_articles,
       refused, failed
FROM runs
ORDER BY id DESC
LIMIT 20;
