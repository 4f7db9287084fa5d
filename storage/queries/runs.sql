-- What the last crawls brought
-- The seven counts add up to the addresses that a run took up.
SELECT id, started_at, status, requests, articles_new, articles_updated, articles_unchanged, copies, not_articles,
       refused, failed
FROM runs
ORDER BY id DESC
LIMIT 20;
