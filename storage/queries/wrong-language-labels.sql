-- Pages that claim another language than they are in
-- language is told by the article's own words; declared_language is what the page says.
SELECT source, declared_language, language, count(*) AS articles
FROM articles
WHERE language <> 'und' AND declared_language <> ''
  AND lower(substr(declared_language, 1, 2)) <> language
GROUP BY source, declared_language, language
ORDER BY articles DESC, source, declared_language, language;
