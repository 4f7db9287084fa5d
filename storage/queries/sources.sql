-- The articles of each source
-- Their number and length, and how many have a date and an author.
SELECT source,
       count(*) AS articles,
       round(avg(length(text))) AS characters,
       sum(CASE WHEN published_at IS NULL THEN 1 ELSE 0 END) AS undated,
       sum(CASE WHEN authors = '' THEN 1 ELSE 0 END) AS unsigned,
       max(first_seen_at) AS newest_seen_at
FROM articles
GROUP BY source
ORDER BY articles DESC, source;
