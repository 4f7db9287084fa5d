-- Who is first with a story
-- Counts the stories with several sources: how often each source had the first article.
SELECT source, count(DISTINCT story_id) AS stories, sum(CASE WHEN place = 1 THEN 1 ELSE 0 END) AS first
FROM (
    SELECT articles.story_id, articles.source,
           row_number() OVER (
               PARTITION BY articles.story_id ORDER BY coalesce(articles.published_at, articles.first_seen_at), articles.id
           ) AS place
    FROM articles
    JOIN stories ON stories.id = articles.story_id
    WHERE stories.sources > 1
) AS places
GROUP BY source
ORDER BY first DESC, stories DESC, source;
