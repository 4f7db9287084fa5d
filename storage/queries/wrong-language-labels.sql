-- Pages with a wrong language label
-- language is detected from the text. declared_language is the page's claim.
SELECT source, declared_language, language, count(*) AS articles
FROM articles
WHERE language <> 'und' AND declared_language <> ''
  AND lower(substr(declared_language, 1, 2)) <> language
GROUP BY source, declared_language, language
ORDER BY articles DESC, source, declared_language, language;
