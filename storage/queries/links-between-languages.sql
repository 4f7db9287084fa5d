-- Links from one language to another
-- Articles with a related link to another language, and whether its target is stored.
SELECT here.language AS from_language, here.title, link.language AS to_language, link.title AS card,
       there.title AS related_title, link.url
FROM related_links AS link
JOIN articles AS here ON here.id = link.article_id
LEFT JOIN articles AS there ON there.id = link.related_article_id
WHERE link.language <> here.language AND link.language <> 'und' AND here.language <> 'und'
ORDER BY here.id DESC, link.position
LIMIT 50;
