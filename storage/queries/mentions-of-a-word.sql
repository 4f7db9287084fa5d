-- How often a word was in the news, day by day
-- Takes any string in either language. kiji search is faster and knows word stems and full-width letters.
SELECT substr(CAST(coalesce(published_at, first_seen_at) AS VARCHAR), 1, 10) AS day,
       language,
       count(*) AS articles
FROM articles
WHERE title LIKE '%韓国%' OR text LIKE '%韓国%'
GROUP BY 1, 2
ORDER BY 1 DESC, 2;
