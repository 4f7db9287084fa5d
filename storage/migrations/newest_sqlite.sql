-- Made from the migrations by `make dictionary`: change them instead.
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
CREATE TABLE run (
	id INTEGER NOT NULL, 
	command VARCHAR NOT NULL, 
	version VARCHAR NOT NULL, 
	host VARCHAR NOT NULL, 
	pid INTEGER NOT NULL, 
	started_at VARCHAR(20) NOT NULL, 
	finished_at VARCHAR(20), 
	status VARCHAR(8) NOT NULL, 
	requests INTEGER NOT NULL, 
	new INTEGER NOT NULL, 
	updated INTEGER NOT NULL, 
	unchanged INTEGER NOT NULL, 
	copy INTEGER NOT NULL, 
	not_article INTEGER NOT NULL, 
	refused INTEGER NOT NULL, 
	failed INTEGER NOT NULL, 
	CONSTRAINT pk_run PRIMARY KEY (id), 
	CONSTRAINT ck_run_status CHECK (status IN ('running', 'done', 'failed', 'stopped', 'killed'))
);
CREATE TABLE source (
	id INTEGER NOT NULL, 
	name VARCHAR NOT NULL, 
	scope VARCHAR NOT NULL, 
	polled_at VARCHAR(20), 
	due_at VARCHAR(20), 
	CONSTRAINT pk_source PRIMARY KEY (id), 
	CONSTRAINT uq_source_name UNIQUE (name)
);
CREATE TABLE address (
	id INTEGER NOT NULL, 
	"key" VARCHAR NOT NULL, 
	url VARCHAR NOT NULL, 
	host VARCHAR NOT NULL, 
	domain VARCHAR NOT NULL, 
	state VARCHAR(8) NOT NULL, 
	due_at VARCHAR(20), 
	lease_run_id INTEGER, 
	attempts INTEGER NOT NULL, 
	rereads INTEGER NOT NULL, 
	outcome VARCHAR(12), 
	reason VARCHAR NOT NULL, 
	status INTEGER, 
	fetched_at VARCHAR(20), 
	etag VARCHAR, 
	last_modified VARCHAR, 
	canonical_refused VARCHAR NOT NULL, 
	page_id INTEGER, 
	article_id INTEGER, changed_at VARCHAR(20), moved_at VARCHAR(20), refused_canonical VARCHAR, in_feed BOOLEAN DEFAULT 0 NOT NULL, feed_date VARCHAR(20), feed_title VARCHAR, feed_authors VARCHAR, 
	CONSTRAINT pk_address PRIMARY KEY (id), 
	CONSTRAINT ck_address_state CHECK (state IN ('known', 'queued', 'leased', 'done')), 
	CONSTRAINT fk_address_lease_run_id FOREIGN KEY(lease_run_id) REFERENCES run (id), 
	CONSTRAINT fk_address_page_id FOREIGN KEY(page_id) REFERENCES address (id), 
	CONSTRAINT uq_address_key UNIQUE ("key")
);
CREATE INDEX ix_address_article_id ON address (article_id);
CREATE INDEX ix_address_due_at ON address (due_at);
CREATE INDEX ix_address_lease_run_id ON address (lease_run_id);
CREATE TABLE source_domain (
	source_id INTEGER NOT NULL, 
	domain VARCHAR NOT NULL, 
	CONSTRAINT pk_source_domain PRIMARY KEY (source_id, domain), 
	CONSTRAINT fk_source_domain_source_id FOREIGN KEY(source_id) REFERENCES source (id) ON DELETE CASCADE
);
CREATE TABLE article (
	id INTEGER NOT NULL, 
	address_id INTEGER NOT NULL, 
	read_from_id INTEGER NOT NULL, 
	source_id INTEGER NOT NULL, 
	language VARCHAR(8) NOT NULL, 
	language_confidence DOUBLE NOT NULL, 
	declared_language VARCHAR, 
	title VARCHAR NOT NULL, 
	text VARCHAR NOT NULL, 
	text_hash VARCHAR(64) NOT NULL, 
	summary VARCHAR NOT NULL, 
	authors VARCHAR NOT NULL, 
	published_at VARCHAR(20), 
	published_precision VARCHAR(8), 
	modified_at VARCHAR(20), 
	image_url VARCHAR, 
	machine_generated BOOLEAN NOT NULL, 
	extractor_version VARCHAR NOT NULL, 
	first_seen_at VARCHAR(20) NOT NULL, 
	last_seen_at VARCHAR(20) NOT NULL, 
	revision INTEGER NOT NULL, 
	revised_at VARCHAR(20) NOT NULL, 
	story_id INTEGER, published_source VARCHAR DEFAULT '' NOT NULL, modified_source VARCHAR DEFAULT '' NOT NULL, section VARCHAR DEFAULT '' NOT NULL, keywords VARCHAR DEFAULT '' NOT NULL, read_hash VARCHAR DEFAULT '' NOT NULL, image_machine_made BOOLEAN DEFAULT 0 NOT NULL, report_machine_made BOOLEAN DEFAULT 0 NOT NULL, language_conflict BOOLEAN DEFAULT 0 NOT NULL, modified_precision VARCHAR(8), access VARCHAR(9), langdetect_language VARCHAR(8), langdetect_confidence FLOAT, zone_assumed BOOLEAN DEFAULT 0 NOT NULL, body VARCHAR DEFAULT '' NOT NULL, event INTEGER, 
	CONSTRAINT pk_article PRIMARY KEY (id), 
	CONSTRAINT fk_article_address_id FOREIGN KEY(address_id) REFERENCES address (id), 
	CONSTRAINT fk_article_read_from_id FOREIGN KEY(read_from_id) REFERENCES address (id), 
	CONSTRAINT fk_article_source_id FOREIGN KEY(source_id) REFERENCES source (id), 
	CONSTRAINT uq_article_address_id UNIQUE (address_id)
);
CREATE INDEX ix_article_language_published_at ON article (language, published_at);
CREATE INDEX ix_article_source_id ON article (source_id);
CREATE INDEX ix_article_story_id ON article (story_id);
CREATE INDEX ix_article_text_hash ON article (text_hash);
CREATE TABLE claim (
	source_id INTEGER NOT NULL, 
	address_id INTEGER NOT NULL, 
	depth INTEGER NOT NULL, 
	via VARCHAR(8) NOT NULL, 
	found_on_id INTEGER, 
	expanded_depth INTEGER, 
	CONSTRAINT pk_claim PRIMARY KEY (source_id, address_id), 
	CONSTRAINT ck_claim_via CHECK (via IN ('start', 'listing', 'entry', 'related', 'site')), 
	CONSTRAINT fk_claim_address_id FOREIGN KEY(address_id) REFERENCES address (id) ON DELETE CASCADE, 
	CONSTRAINT fk_claim_found_on_id FOREIGN KEY(found_on_id) REFERENCES address (id), 
	CONSTRAINT fk_claim_source_id FOREIGN KEY(source_id) REFERENCES source (id) ON DELETE CASCADE
);
CREATE INDEX ix_claim_address_id ON claim (address_id);
CREATE TABLE fetch (
	id INTEGER NOT NULL, 
	run_id INTEGER NOT NULL, 
	source_id INTEGER NOT NULL, 
	address_id INTEGER NOT NULL, 
	via VARCHAR(8) NOT NULL, 
	fetched_at VARCHAR(20) NOT NULL, 
	status INTEGER, 
	outcome VARCHAR(12) NOT NULL, 
	reason VARCHAR NOT NULL, characters INTEGER, related INTEGER, nearest_list VARCHAR, page_type VARCHAR(16), 
	CONSTRAINT pk_fetch PRIMARY KEY (id), 
	CONSTRAINT ck_fetch_outcome CHECK (outcome IN ('new', 'updated', 'unchanged', 'copy', 'not_article', 'refused', 'failed')), 
	CONSTRAINT fk_fetch_address_id FOREIGN KEY(address_id) REFERENCES address (id), 
	CONSTRAINT fk_fetch_run_id FOREIGN KEY(run_id) REFERENCES run (id) ON DELETE CASCADE, 
	CONSTRAINT fk_fetch_source_id FOREIGN KEY(source_id) REFERENCES source (id)
);
CREATE INDEX ix_fetch_address_id ON fetch (address_id);
CREATE INDEX ix_fetch_run_id_source_id ON fetch (run_id, source_id);
CREATE TABLE link (
	id INTEGER NOT NULL, 
	page_id INTEGER NOT NULL, 
	target_id INTEGER NOT NULL, 
	kind VARCHAR(8) NOT NULL, 
	url VARCHAR NOT NULL, 
	position INTEGER NOT NULL, 
	title VARCHAR NOT NULL, 
	summary VARCHAR NOT NULL, 
	language VARCHAR(8) NOT NULL, 
	first_seen_at VARCHAR(20) NOT NULL, 
	last_seen_at VARCHAR(20) NOT NULL, 
	CONSTRAINT pk_link PRIMARY KEY (id), 
	CONSTRAINT ck_link_kind CHECK (kind IN ('related', 'site')), 
	CONSTRAINT fk_link_page_id FOREIGN KEY(page_id) REFERENCES address (id) ON DELETE CASCADE, 
	CONSTRAINT fk_link_target_id FOREIGN KEY(target_id) REFERENCES address (id) ON DELETE CASCADE, 
	CONSTRAINT uq_link_page_id_target_id_kind UNIQUE (page_id, target_id, kind)
);
CREATE INDEX ix_link_target_id ON link (target_id);
CREATE TABLE copy (
	id INTEGER NOT NULL, 
	address_id INTEGER NOT NULL, 
	article_id INTEGER NOT NULL, 
	source_id INTEGER NOT NULL, 
	kind VARCHAR(8) NOT NULL, 
	similarity DOUBLE NOT NULL, 
	title VARCHAR NOT NULL, 
	text VARCHAR NOT NULL, 
	text_hash VARCHAR(64) NOT NULL, 
	published_at VARCHAR(20), 
	extractor_version VARCHAR NOT NULL, 
	seen_at VARCHAR(20) NOT NULL, 
	last_seen_at VARCHAR(20) NOT NULL, 
	CONSTRAINT pk_copy PRIMARY KEY (id), 
	CONSTRAINT ck_copy_kind CHECK (kind IN ('url', 'exact', 'near')), 
	CONSTRAINT fk_copy_address_id FOREIGN KEY(address_id) REFERENCES address (id), 
	CONSTRAINT fk_copy_article_id FOREIGN KEY(article_id) REFERENCES article (id) ON DELETE CASCADE, 
	CONSTRAINT fk_copy_source_id FOREIGN KEY(source_id) REFERENCES source (id), 
	CONSTRAINT uq_copy_address_id UNIQUE (address_id)
);
CREATE INDEX ix_copy_article_id ON copy (article_id);
CREATE INDEX ix_copy_text_hash ON copy (text_hash);
CREATE TABLE superseded_revision (
	article_id INTEGER NOT NULL, 
	revision INTEGER NOT NULL, 
	seen_at VARCHAR(20) NOT NULL, 
	title VARCHAR NOT NULL, 
	text VARCHAR NOT NULL, 
	text_hash VARCHAR(64) NOT NULL, 
	CONSTRAINT pk_superseded_revision PRIMARY KEY (article_id, revision), 
	CONSTRAINT fk_superseded_revision_article_id FOREIGN KEY(article_id) REFERENCES article (id) ON DELETE CASCADE
);
CREATE INDEX ix_superseded_revision_text_hash ON superseded_revision (text_hash);
CREATE TABLE import_file (
	id INTEGER NOT NULL, 
	path VARCHAR NOT NULL, 
	size BIGINT NOT NULL, 
	modified BIGINT NOT NULL, 
	position BIGINT NOT NULL, 
	records INTEGER NOT NULL, 
	articles INTEGER NOT NULL, 
	run_id INTEGER NOT NULL, 
	finished_at VARCHAR(20), 
	CONSTRAINT pk_import_file PRIMARY KEY (id), 
	CONSTRAINT fk_import_file_run_id FOREIGN KEY(run_id) REFERENCES run (id), 
	CONSTRAINT uq_import_file_path UNIQUE (path)
);
CREATE TABLE story (
	id INTEGER NOT NULL, 
	first_at VARCHAR(20) NOT NULL, 
	last_at VARCHAR(20) NOT NULL, 
	merged_into_id INTEGER, 
	CONSTRAINT pk_story PRIMARY KEY (id), 
	CONSTRAINT fk_story_merged_into_id FOREIGN KEY(merged_into_id) REFERENCES story (id)
);
CREATE INDEX ix_story_last_at ON story (last_at);
CREATE INDEX ix_story_merged_into_id ON story (merged_into_id);
CREATE TABLE story_tie (
	article_id INTEGER NOT NULL, 
	other_id INTEGER NOT NULL, 
	kind VARCHAR NOT NULL, 
	weight FLOAT NOT NULL, 
	detail VARCHAR NOT NULL, 
	decided_at VARCHAR(20) NOT NULL, 
	CONSTRAINT pk_story_tie PRIMARY KEY (article_id, other_id, kind), 
	CONSTRAINT ck_story_tie_kind CHECK (kind IN ('alike', 'link', 'terms')), 
	CONSTRAINT fk_story_tie_article_id FOREIGN KEY(article_id) REFERENCES article (id) ON DELETE CASCADE, 
	CONSTRAINT fk_story_tie_other_id FOREIGN KEY(other_id) REFERENCES article (id) ON DELETE CASCADE
);
CREATE INDEX ix_story_tie_other_id ON story_tie (other_id);
CREATE TABLE story_profile (
	article_id INTEGER NOT NULL, 
	at VARCHAR(20) NOT NULL, 
	version INTEGER NOT NULL, 
	terms VARCHAR NOT NULL, settled BOOLEAN DEFAULT 1 NOT NULL, 
	CONSTRAINT pk_story_profile PRIMARY KEY (article_id), 
	CONSTRAINT fk_story_profile_article_id FOREIGN KEY(article_id) REFERENCES article (id) ON DELETE CASCADE
);
CREATE TABLE story_term (
	week INTEGER NOT NULL, 
	term BIGINT NOT NULL, 
	articles INTEGER NOT NULL, 
	article_ids VARCHAR NOT NULL, 
	CONSTRAINT pk_story_term PRIMARY KEY (week, term)
)
 WITHOUT ROWID

;
CREATE TABLE kept_page (
	id INTEGER NOT NULL, 
	address_id INTEGER NOT NULL, 
	source_id INTEGER NOT NULL, 
	fetched_at VARCHAR(20) NOT NULL, 
	digest VARCHAR NOT NULL, 
	file VARCHAR NOT NULL, 
	"offset" BIGINT NOT NULL, 
	length BIGINT NOT NULL, 
	CONSTRAINT pk_kept_page PRIMARY KEY (id), 
	CONSTRAINT fk_kept_page_address_id_address FOREIGN KEY(address_id) REFERENCES address (id) ON DELETE CASCADE, 
	CONSTRAINT fk_kept_page_source_id_source FOREIGN KEY(source_id) REFERENCES source (id)
);
CREATE INDEX ix_kept_page_address_id ON kept_page (address_id);
CREATE INDEX ix_kept_page_source_id_fetched_at ON kept_page (source_id, fetched_at);
CREATE INDEX ix_kept_page_file ON kept_page (file);
CREATE TABLE search_document (
	article_id INTEGER NOT NULL, 
	dated_at VARCHAR(20) NOT NULL, 
	language VARCHAR(8) NOT NULL, 
	source VARCHAR NOT NULL, 
	version INTEGER NOT NULL, site VARCHAR(300) DEFAULT '' NOT NULL, authors VARCHAR(500) DEFAULT '' NOT NULL, 
	CONSTRAINT pk_search_document PRIMARY KEY (article_id), 
	CONSTRAINT fk_search_document_article_id FOREIGN KEY(article_id) REFERENCES article (id) ON DELETE CASCADE
);
CREATE INDEX ix_search_document_dated_at ON search_document (dated_at);
CREATE VIRTUAL TABLE search_titles USING fts5(terms, content = '', detail = none, columnsize = 0, tokenize = 'ascii');
CREATE VIRTUAL TABLE search_texts USING fts5(terms, content = '', detail = none, columnsize = 0, tokenize = 'ascii');
CREATE TABLE article_signature (
	article_id INTEGER NOT NULL, 
	version INTEGER NOT NULL, 
	shingles INTEGER NOT NULL, 
	minhash BLOB NOT NULL, 
	keys BLOB NOT NULL, 
	CONSTRAINT pk_article_signature PRIMARY KEY (article_id), 
	CONSTRAINT fk_article_signature_article_id FOREIGN KEY(article_id) REFERENCES article (id) ON DELETE CASCADE
);
CREATE INDEX ix_article_signature_version ON article_signature (version);
CREATE TABLE band (
	"key" BIGINT NOT NULL, 
	article_id INTEGER NOT NULL, 
	CONSTRAINT pk_band PRIMARY KEY ("key", article_id)
)
 WITHOUT ROWID

;
CREATE TABLE alike (
	article_id INTEGER NOT NULL, 
	other_id INTEGER NOT NULL, 
	similarity DOUBLE NOT NULL, 
	containment DOUBLE NOT NULL, 
	reason VARCHAR NOT NULL, 
	seen_at VARCHAR(20) NOT NULL, 
	CONSTRAINT pk_alike PRIMARY KEY (article_id, other_id), 
	CONSTRAINT fk_alike_article_id FOREIGN KEY(article_id) REFERENCES article (id) ON DELETE CASCADE, 
	CONSTRAINT fk_alike_other_id FOREIGN KEY(other_id) REFERENCES article (id) ON DELETE CASCADE
);
CREATE INDEX ix_alike_other_id ON alike (other_id);
CREATE TABLE robots_file (
	origin VARCHAR NOT NULL, 
	status INTEGER, 
	body VARCHAR NOT NULL, 
	fetched_at VARCHAR(20), 
	tried_at VARCHAR(20) NOT NULL, 
	trouble VARCHAR NOT NULL, 
	trouble_since VARCHAR(20), 
	CONSTRAINT pk_robots_file PRIMARY KEY (origin)
);
CREATE TABLE host_rest (
	host VARCHAR NOT NULL, 
	until VARCHAR(20) NOT NULL, 
	strikes INTEGER NOT NULL, 
	reason VARCHAR NOT NULL, 
	CONSTRAINT pk_host_rest PRIMARY KEY (host)
);
CREATE TABLE mining_reservation (
	source_id INTEGER NOT NULL, 
	host VARCHAR NOT NULL, 
	kind VARCHAR NOT NULL, 
	place VARCHAR NOT NULL, 
	detail VARCHAR NOT NULL, 
	first_seen_at VARCHAR(20) NOT NULL, 
	last_seen_at VARCHAR(20) NOT NULL, 
	CONSTRAINT pk_mining_reservation PRIMARY KEY (source_id, host, kind, place), 
	CONSTRAINT fk_mining_reservation_source_id_source FOREIGN KEY(source_id) REFERENCES source (id) ON DELETE CASCADE
);
CREATE TABLE source_health (
	source_id INTEGER NOT NULL, 
	state VARCHAR(8) NOT NULL, 
	since VARCHAR(20) NOT NULL, 
	detail VARCHAR NOT NULL, 
	checked_at VARCHAR(20) NOT NULL, 
	told_state VARCHAR(8) NOT NULL, 
	CONSTRAINT pk_source_health PRIMARY KEY (source_id), 
	CONSTRAINT ck_source_health_state CHECK (state IN ('ok', 'new', 'dead', 'blocked', 'changed', 'silent', 'idle')), 
	CONSTRAINT ck_source_health_told_state CHECK (told_state IN ('ok', 'new', 'dead', 'blocked', 'changed', 'silent', 'idle')), 
	CONSTRAINT fk_source_health_source_id_source FOREIGN KEY(source_id) REFERENCES source (id) ON DELETE CASCADE
);
CREATE TABLE site_page (
	address_id INTEGER NOT NULL, 
	host VARCHAR NOT NULL, 
	weight FLOAT NOT NULL, 
	prints VARCHAR NOT NULL, 
	seen_at VARCHAR(20) NOT NULL, 
	CONSTRAINT pk_site_page PRIMARY KEY (address_id), 
	CONSTRAINT fk_site_page_address_id FOREIGN KEY(address_id) REFERENCES address (id) ON DELETE CASCADE
);
CREATE INDEX ix_site_page_host_seen_at ON site_page (host, seen_at);
CREATE TABLE site_furniture (
	host VARCHAR NOT NULL, 
	fingerprint BIGINT NOT NULL, 
	line VARCHAR NOT NULL, 
	pages INTEGER NOT NULL, 
	first_seen_at VARCHAR(20) NOT NULL, 
	last_seen_at VARCHAR(20) NOT NULL, 
	CONSTRAINT pk_site_furniture PRIMARY KEY (host, fingerprint)
);
CREATE TABLE forgotten (
	key_hash VARCHAR(32) NOT NULL, 
	forgotten_at VARCHAR(20) NOT NULL, 
	reason VARCHAR NOT NULL, 
	CONSTRAINT pk_forgotten PRIMARY KEY (key_hash)
);
CREATE TABLE article_part (
	address_id INTEGER NOT NULL, 
	article_id INTEGER NOT NULL, 
	number INTEGER NOT NULL, 
	text VARCHAR NOT NULL, last_linked INTEGER, body VARCHAR DEFAULT '' NOT NULL, 
	CONSTRAINT pk_article_part PRIMARY KEY (address_id), 
	CONSTRAINT fk_article_part_address_id FOREIGN KEY(address_id) REFERENCES address (id) ON DELETE CASCADE, 
	CONSTRAINT fk_article_part_article_id FOREIGN KEY(article_id) REFERENCES article (id) ON DELETE CASCADE
);
CREATE INDEX ix_article_part_article_id ON article_part (article_id);
CREATE TABLE amp_form (
	form_id INTEGER NOT NULL, 
	page_id INTEGER NOT NULL, 
	CONSTRAINT pk_amp_form PRIMARY KEY (form_id, page_id), 
	CONSTRAINT fk_amp_form_form_id FOREIGN KEY(form_id) REFERENCES address (id) ON DELETE CASCADE, 
	CONSTRAINT fk_amp_form_page_id FOREIGN KEY(page_id) REFERENCES address (id) ON DELETE CASCADE
);
CREATE INDEX ix_amp_form_page_id ON amp_form (page_id);
CREATE INDEX ix_claim_unexpanded ON claim (source_id) WHERE expanded_depth IS NULL OR expanded_depth > depth;
CREATE INDEX ix_claim_listing ON claim (source_id, found_on_id) WHERE via = 'listing';
CREATE TABLE list_version (
	id INTEGER NOT NULL, 
	digest BIGINT NOT NULL, 
	kind VARCHAR NOT NULL, 
	heading VARCHAR NOT NULL, 
	CONSTRAINT pk_list_version PRIMARY KEY (id), 
	CONSTRAINT ck_list_version_kind CHECK (kind IN ('ranking', 'recommended', 'latest')), 
	CONSTRAINT uq_list_version_digest UNIQUE (digest)
);
CREATE TABLE list_entry (
	version_id INTEGER NOT NULL, 
	position INTEGER NOT NULL, 
	target_id INTEGER NOT NULL, 
	title VARCHAR NOT NULL, 
	CONSTRAINT pk_list_entry PRIMARY KEY (version_id, position), 
	CONSTRAINT fk_list_entry_version_id FOREIGN KEY(version_id) REFERENCES list_version (id) ON DELETE CASCADE, 
	CONSTRAINT fk_list_entry_target_id FOREIGN KEY(target_id) REFERENCES address (id) ON DELETE CASCADE
)
 WITHOUT ROWID

;
CREATE INDEX ix_list_entry_target_id ON list_entry (target_id);
CREATE TABLE page_list (
	page_id INTEGER NOT NULL, 
	version_id INTEGER NOT NULL, 
	first_seen_at VARCHAR(20) NOT NULL, 
	last_seen_at VARCHAR(20) NOT NULL, 
	CONSTRAINT pk_page_list PRIMARY KEY (page_id, version_id), 
	CONSTRAINT fk_page_list_page_id FOREIGN KEY(page_id) REFERENCES address (id) ON DELETE CASCADE, 
	CONSTRAINT fk_page_list_version_id FOREIGN KEY(version_id) REFERENCES list_version (id) ON DELETE CASCADE
)
 WITHOUT ROWID

;
CREATE INDEX ix_page_list_version_id ON page_list (version_id);
CREATE TABLE watch (
	id INTEGER NOT NULL, 
	name VARCHAR NOT NULL, 
	"query" VARCHAR NOT NULL, 
	timezone VARCHAR NOT NULL, 
	mode VARCHAR(8) NOT NULL, 
	per_day INTEGER NOT NULL, 
	created_at VARCHAR(20) NOT NULL, 
	digest_at VARCHAR(20), 
	last_article_id INTEGER NOT NULL, 
	last_fetch_id INTEGER NOT NULL, 
	CONSTRAINT pk_watch PRIMARY KEY (id), 
	CONSTRAINT ck_watch_mode CHECK (mode IN ('article', 'digest')), 
	CONSTRAINT uq_watch_name UNIQUE (name)
);
CREATE TABLE watch_match (
	watch_id INTEGER NOT NULL, 
	article_id INTEGER NOT NULL, 
	revision INTEGER NOT NULL, 
	matched_at VARCHAR(20) NOT NULL, 
	outcome VARCHAR(10) NOT NULL, 
	claimed_at VARCHAR(20), 
	sent_at VARCHAR(20), 
	CONSTRAINT pk_watch_match PRIMARY KEY (watch_id, article_id, revision), 
	CONSTRAINT ck_watch_match_outcome CHECK (outcome IN ('waiting', 'sent', 'same_story', 'over_limit')), 
	CONSTRAINT fk_watch_match_article_id_article FOREIGN KEY(article_id) REFERENCES article (id) ON DELETE CASCADE, 
	CONSTRAINT fk_watch_match_watch_id_watch FOREIGN KEY(watch_id) REFERENCES watch (id) ON DELETE CASCADE
);
CREATE INDEX ix_watch_match_article_id ON watch_match (article_id);
CREATE INDEX ix_watch_match_outcome ON watch_match (watch_id, outcome);
CREATE INDEX ix_story_profile_unsettled ON story_profile (at) WHERE NOT settled;
CREATE INDEX ix_story_profile_at ON story_profile (at);
CREATE TABLE story_week (
	week INTEGER NOT NULL, 
	opened_at DATETIME NOT NULL, 
	CONSTRAINT pk_story_week PRIMARY KEY (week)
);
CREATE TABLE entity (
	id INTEGER NOT NULL, 
	kind VARCHAR(12) NOT NULL, 
	"key" VARCHAR NOT NULL, 
	family VARCHAR NOT NULL, 
	name_ja VARCHAR NOT NULL, 
	name_en VARCHAR NOT NULL, 
	same_as_id INTEGER, articles INTEGER DEFAULT '0' NOT NULL, 
	CONSTRAINT pk_entity PRIMARY KEY (id), 
	CONSTRAINT ck_entity_kind CHECK (kind IN ('person', 'organisation', 'place')), 
	CONSTRAINT fk_entity_same_as_id_entity FOREIGN KEY(same_as_id) REFERENCES entity (id), 
	CONSTRAINT uq_entity_kind_key UNIQUE (kind, "key")
);
CREATE INDEX ix_entity_family ON entity (family);
CREATE INDEX ix_entity_same_as_id ON entity (same_as_id);
CREATE TABLE article_entity (
	article_id INTEGER NOT NULL, 
	entity_id INTEGER NOT NULL, 
	form VARCHAR NOT NULL, 
	times INTEGER NOT NULL, 
	in_title BOOLEAN NOT NULL, 
	CONSTRAINT pk_article_entity PRIMARY KEY (article_id, entity_id), 
	CONSTRAINT fk_article_entity_article_id_article FOREIGN KEY(article_id) REFERENCES article (id) ON DELETE CASCADE, 
	CONSTRAINT fk_article_entity_entity_id_entity FOREIGN KEY(entity_id) REFERENCES entity (id)
)
 WITHOUT ROWID

;
CREATE INDEX ix_article_entity_entity_id ON article_entity (entity_id, article_id);
CREATE TABLE entity_reading (
	article_id INTEGER NOT NULL, 
	version INTEGER NOT NULL, 
	CONSTRAINT pk_entity_reading PRIMARY KEY (article_id), 
	CONSTRAINT fk_entity_reading_article_id_article FOREIGN KEY(article_id) REFERENCES article (id) ON DELETE CASCADE
);
CREATE TABLE collection (
	id INTEGER NOT NULL, 
	name VARCHAR NOT NULL, 
	created_at VARCHAR(20) NOT NULL, 
	CONSTRAINT pk_collection PRIMARY KEY (id), 
	CONSTRAINT uq_collection_name UNIQUE (name)
);
CREATE TABLE collected_article (
	collection_id INTEGER NOT NULL, 
	article_id INTEGER NOT NULL, 
	note VARCHAR NOT NULL, 
	tags VARCHAR NOT NULL, 
	added_at VARCHAR(20) NOT NULL, 
	CONSTRAINT pk_collected_article PRIMARY KEY (collection_id, article_id), 
	CONSTRAINT fk_collected_article_article_id_article FOREIGN KEY(article_id) REFERENCES article (id) ON DELETE CASCADE, 
	CONSTRAINT fk_collected_article_collection_id_collection FOREIGN KEY(collection_id) REFERENCES collection (id) ON DELETE CASCADE
);
CREATE INDEX ix_collected_article_article_id ON collected_article (article_id);
CREATE TABLE subscription (
	id INTEGER NOT NULL, 
	source_id INTEGER NOT NULL, 
	address_id INTEGER NOT NULL, 
	hub VARCHAR NOT NULL, 
	topic VARCHAR NOT NULL, 
	token VARCHAR(43) NOT NULL, 
	secret VARCHAR(43) NOT NULL, 
	callback VARCHAR NOT NULL, 
	state VARCHAR(8) NOT NULL, 
	reason VARCHAR NOT NULL, 
	attempts INTEGER NOT NULL, 
	due_at VARCHAR(20) NOT NULL, 
	expires_at VARCHAR(20), 
	delivered_at VARCHAR(20), 
	deliveries INTEGER NOT NULL, 
	rejected INTEGER NOT NULL, 
	recent VARCHAR NOT NULL, 
	CONSTRAINT pk_subscription PRIMARY KEY (id), 
	CONSTRAINT ck_subscription_state CHECK (state IN ('named', 'asked', 'live', 'refused', 'leaving')), 
	CONSTRAINT fk_subscription_source_id_source FOREIGN KEY(source_id) REFERENCES source (id) ON DELETE CASCADE, 
	CONSTRAINT fk_subscription_address_id_address FOREIGN KEY(address_id) REFERENCES address (id) ON DELETE CASCADE, 
	CONSTRAINT uq_subscription_token UNIQUE (token)
);
CREATE INDEX ix_subscription_source_id_address_id ON subscription (source_id, address_id);
CREATE INDEX ix_article_first_seen_at ON article (first_seen_at);
INSERT INTO alembic_version (version_num) VALUES ('0032');
