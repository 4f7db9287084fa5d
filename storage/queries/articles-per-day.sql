-- Articles a day, by language
-- Days are UTC's; a snapshot has the local day in a column of its own.
SELECT substr(CAST(coalesce(published_at, first_seen_at) AS VARCHAR), 1, 10) AS day,
       count(*) AS articles,
       sum(CASE WHEN language = 'ja' THEN 1 ELSE 0 END) AS japanese,
       sum(CASE WHEN language = 'en' THEN 1 ELSE 0 END) AS english
FROM articles
GROUP BY 1
ORDER BY 1 DESC
LIMIT 31;
