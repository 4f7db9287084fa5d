-- Stories in Japanese and in English
-- With the first headline in each language.
SELECT stories.id, stories.articles, stories.sources,
       (SELECT title FROM articles_ja WHERE story_id = stories.id ORDER BY first_seen_at, id LIMIT 1) AS japanese,
       (SELECT title FROM articles_en WHERE story_id = stories.id ORDER BY first_seen_at, id LIMIT 1) AS english
FROM stories
WHERE articles_ja > 0 AND articles_en > 0
ORDER BY stories.last_at DESC, stories.id DESC
LIMIT 20;
