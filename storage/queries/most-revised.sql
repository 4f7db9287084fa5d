-- The articles that were changed most
-- Only the publisher's own changes count. Revision 1 is the first.
SELECT id, source, title, revision - 1 AS changes, first_seen_at, url
FROM articles
WHERE revision > 1
ORDER BY revision DESC, id
LIMIT 20;
