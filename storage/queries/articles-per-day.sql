-- Articles a day, by language
-- Days are in UTC. A snapshot has a column with the local day.
SELECT substr(CAST(coalesce(published_at, first_seen_at) AS VARCHAR), 1, 10) AS day,
       count(*) AS articles,
       sum(CASE WHEN language = 'ja' THEN 1 ELSE 0 END) AS japanese,
       sum(CASE WHEN language = 'en' THEN 1 ELSE 0 END) AS english
FROM articles
GROUP BY 1
ORDER BY 1 DESC
LIMIT 31;
