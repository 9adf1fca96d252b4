-- made by tests/support/olddatabase.py with basewatch 55694c3 on 2026-11-28
BEGIN TRANSACTION;
CREATE TABLE alerts (
	id VARCHAR(13) NOT NULL, 
	kind VARCHAR(40) NOT NULL, 
	incident_id TEXT, 
	version INTEGER NOT NULL, 
	reason TEXT NOT NULL, 
	level VARCHAR(40) NOT NULL, 
	rule TEXT, 
	channels JSON NOT NULL, 
	title TEXT NOT NULL, 
	body TEXT NOT NULL, 
	created_at DATETIME NOT NULL, 
	CONSTRAINT pk_alerts PRIMARY KEY (id), 
	CONSTRAINT fk_alerts_incident_id_incidents FOREIGN KEY(incident_id) REFERENCES incidents (id) DEFERRABLE INITIALLY DEFERRED, 
	CONSTRAINT uq_alerts_incident_id_version UNIQUE (incident_id, version)
);
INSERT INTO "alerts" VALUES('6H23G7F1GRNQN','incident','2026-11-28-ali-al-salem',1,'FIRST','urgent','attack-gulf','["alerts"]','URGENT: ballistic missile attack reported at Ali Al Salem Air Base, Kuwait; and Al Udeid Air Base, Qatar','“Ballistic missiles hit Al Udeid air base in Qatar and Ali Al Salem air base in Kuwait”

Says: Wire
Reported: 28 Nov 2026 00:10 UTC (03:10 at Ali Al Salem Air Base)
Place: Ali Al Salem Air Base, Kuwait; and Al Udeid Air Base, Qatar
Date of the attack: 28 Nov 2026
Toll: no casualties stated
Link: https://news.example/salvo
Why: “Attack on a base in the Gulf states” (rule attack-gulf); “Ballistic missiles” (weapon); “hit” (attack); “Ali Al Salem air base” (target)

incident: 2026-11-28-ali-al-salem
version: 1
reason: FIRST
alert: 6H23G7F1GRNQN','2026-11-28 10:43:41.964237');
INSERT INTO "alerts" VALUES('6H23G7F1GRNQQ','incident','2026-11-28-ain-al-asad',1,'FIRST','urgent','attack-iraq','["alerts"]','URGENT: drone attack reported at Ain al-Asad Air Base, Iraq','“Two drones hit Ain al-Asad air base in western Iraq”

Says: Wire
Reported: 28 Nov 2026 00:10 UTC (03:10 at Ain al-Asad Air Base)
Place: Ain al-Asad Air Base, Iraq
Date of the attack: 28 Nov 2026
Toll: no casualties stated
Link: https://news.example/asad
Why: “Attack on a base in Iraq” (rule attack-iraq); “drones” (weapon); “hit” (attack); “Ain al-Asad air base” (target)

incident: 2026-11-28-ain-al-asad
version: 1
reason: FIRST
alert: 6H23G7F1GRNQQ','2026-11-28 10:43:41.964237');
INSERT INTO "alerts" VALUES('6H23GCYYZBZ1A','operator',NULL,0,'CONFIG_PROBLEM','notice',NULL,'["operator"]','basewatch: An edited file is not taken over','/srv/basewatch/feeds.yaml:2: feeds[0].nam: I do not know the key nam; did you mean name?
/srv/basewatch/feeds.yaml:2: feeds[0].url: the key url is missing; write: url: …

incident: none
version: 0
reason: CONFIG_PROBLEM
alert: 6H23GCYYZBZ1A','2026-11-28 10:44:26.999201');
INSERT INTO "alerts" VALUES('6H23GDEGZVSV9','operator',NULL,0,'CONFIG_MENDED','notice',NULL,'["operator"]','basewatch: The edited files are in force','What was wrong is mended; the files as they are now decide.

incident: none
version: 0
reason: CONFIG_MENDED
alert: 6H23GDEGZVSV9','2026-11-28 10:44:30.983940');
INSERT INTO "alerts" VALUES('6H23GF1824PWC','incident','2026-11-28-al-tanf',1,'FIRST','urgent','attack-syria','["alerts"]','URGENT: rocket attack reported at Al-Tanf Garrison, Syria','“Rockets strike al-Tanf garrison in Syria, no casualties”

Says: Wire
Reported: 28 Nov 2026 00:10 UTC (03:10 at Al-Tanf Garrison)
Place: Al-Tanf Garrison, Syria
Date of the attack: 28 Nov 2026
Toll: 0 killed, 0 wounded
Link: https://news.example/tanf
Why: “Attack on a base in Syria” (rule attack-syria); “Rockets” (weapon); “strike” (attack); “al-Tanf garrison” (target)

incident: 2026-11-28-al-tanf
version: 1
reason: FIRST
alert: 6H23GF1824PWC','2026-11-28 10:44:43.968762');
INSERT INTO "alerts" VALUES('6H23GGM00V4HK','operator',NULL,0,'OFFLINE','notice',NULL,'["operator"]','basewatch: Every feed fails; basewatch keeps trying; see: basewatch feeds','Before: online. Now: every feed failing.

incident: none
version: 0
reason: OFFLINE
alert: 6H23GGM00V4HK','2026-11-28 10:44:56.960628');
CREATE TABLE basewatch_schema (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT basewatch_schema_pkc PRIMARY KEY (version_num)
);
INSERT INTO "basewatch_schema" VALUES('0005');
CREATE TABLE daemon_state (
	"key" VARCHAR(80) NOT NULL, 
	value JSON NOT NULL, 
	CONSTRAINT pk_daemon_state PRIMARY KEY ("key")
);
INSERT INTO "daemon_state" VALUES('started','{"at": "2026-11-28T10:43:30.929814+00:00", "pid": 3294}');
INSERT INTO "daemon_state" VALUES('config_problem','""');
INSERT INTO "daemon_state" VALUES('loss','null');
INSERT INTO "daemon_state" VALUES('config_warning','""');
INSERT INTO "daemon_state" VALUES('heartbeat','{"at": "2026-11-28T10:44:50.957427+00:00", "pid": 3294, "version": "0.1.0"}');
INSERT INTO "daemon_state" VALUES('edits_told','{"text": "", "grave": false, "messages": 1, "message_at": "2026-11-28T10:44:26.998432+00:00", "mended_at": "2026-11-28T10:44:30.983337+00:00", "seen": "", "seen_at": "2026-11-28T10:44:30.983337+00:00", "unsaid": 0}');
INSERT INTO "daemon_state" VALUES('outlook','{"state": "every feed failing", "since": "2026-11-28T10:44:56.952490+00:00"}');
CREATE TABLE deliveries (
	id VARCHAR(13) NOT NULL, 
	alert_id VARCHAR(13) NOT NULL, 
	target TEXT NOT NULL, 
	channel TEXT NOT NULL, 
	label TEXT NOT NULL, 
	state VARCHAR(40) NOT NULL, 
	attempts INTEGER NOT NULL, 
	maybe_sent INTEGER NOT NULL, 
	next_try_at DATETIME NOT NULL, 
	last_error TEXT NOT NULL, 
	tried_at DATETIME, 
	ended_at DATETIME, 
	CONSTRAINT pk_deliveries PRIMARY KEY (id), 
	CONSTRAINT fk_deliveries_alert_id_alerts FOREIGN KEY(alert_id) REFERENCES alerts (id), 
	CONSTRAINT uq_deliveries_alert_id_target UNIQUE (alert_id, target)
);
INSERT INTO "deliveries" VALUES('6H23G7F1GRNQP','6H23G7F1GRNQN','0a9996d6d3cb29aad246','alerts','json://127.0.0.1:47002/…','sent',1,0,'2026-11-28 10:43:41.964237','','2026-11-28 10:43:42.957324','2026-11-28 10:43:42.966619');
INSERT INTO "deliveries" VALUES('6H23G7F1GRNQR','6H23G7F1GRNQQ','0a9996d6d3cb29aad246','alerts','json://127.0.0.1:47002/…','sent',1,0,'2026-11-28 10:43:41.964237','','2026-11-28 10:43:42.968178','2026-11-28 10:43:42.974650');
INSERT INTO "deliveries" VALUES('6H23GCYYZBZ1B','6H23GCYYZBZ1A','fa039fd17e9b9f6d51c8','operator','json://127.0.0.1:47002/…','sent',1,0,'2026-11-28 10:44:26.999201','','2026-11-28 10:44:27.964516','2026-11-28 10:44:27.983488');
INSERT INTO "deliveries" VALUES('6H23GDEGZVSVA','6H23GDEGZVSV9','fa039fd17e9b9f6d51c8','operator','json://127.0.0.1:47002/…','sent',1,0,'2026-11-28 10:44:30.983940','','2026-11-28 10:44:31.957119','2026-11-28 10:44:31.964492');
INSERT INTO "deliveries" VALUES('6H23GF1824PWD','6H23GF1824PWC','0a9996d6d3cb29aad246','alerts','json://127.0.0.1:47002/…','pending',2,0,'2026-11-28 10:45:12.219446','HTTP 503 Service Unavailable','2026-11-28 10:44:53.965057',NULL);
INSERT INTO "deliveries" VALUES('6H23GGM00V4HM','6H23GGM00V4HK','fa039fd17e9b9f6d51c8','operator','json://127.0.0.1:47002/…','pending',1,0,'2026-11-28 10:45:07.075681','HTTP 503 Service Unavailable','2026-11-28 10:44:57.957125',NULL);
CREATE TABLE feedback (
	id VARCHAR(13) NOT NULL, 
	title TEXT NOT NULL, 
	summary TEXT NOT NULL, 
	body TEXT NOT NULL, 
	url TEXT NOT NULL, 
	feed TEXT NOT NULL, 
	publisher TEXT NOT NULL, 
	language TEXT, 
	published DATETIME, 
	first_seen DATETIME NOT NULL, 
	opinion VARCHAR(40) NOT NULL, 
	note TEXT NOT NULL, 
	given_at DATETIME NOT NULL, 
	told BOOLEAN NOT NULL, 
	decision VARCHAR(40), 
	alerted BOOLEAN NOT NULL, 
	act VARCHAR(40) NOT NULL, 
	rule TEXT, 
	level VARCHAR(40), 
	CONSTRAINT pk_feedback PRIMARY KEY (id)
);
INSERT INTO "feedback" VALUES('6H23G7F1GRNQK','Ballistic missiles hit Al Udeid air base in Qatar and Ali Al Salem air base in Kuwait','','','https://news.example/salvo','wire','Wire','en','2026-11-28 00:10:00.000000','2026-11-28 10:43:41.964237','right','a salvo, and I was told at once','2026-11-28 10:44:34.855712',1,'FIRST',1,'attack','attack-gulf','urgent');
CREATE TABLE feeds (
	id INTEGER NOT NULL, 
	name TEXT NOT NULL, 
	url TEXT NOT NULL, 
	publisher TEXT NOT NULL, 
	language TEXT, 
	configured BOOLEAN NOT NULL, 
	first_configured_at DATETIME NOT NULL, 
	baseline_at DATETIME, 
	next_poll_at DATETIME, 
	etag TEXT, 
	last_modified TEXT, 
	body_hash TEXT, 
	failures INTEGER NOT NULL, 
	last_poll_at DATETIME, 
	last_success_at DATETIME, 
	last_result TEXT NOT NULL, 
	last_detail TEXT NOT NULL, 
	redirect_url TEXT, 
	redirect_since DATETIME, 
	blind_told_at DATETIME, newest_at DATETIME, flood_told_at DATETIME, mistrusted_at DATETIME, news_at DATETIME, silent_told_at DATETIME, crowd INTEGER DEFAULT '0' NOT NULL, undated_crowd INTEGER DEFAULT '0' NOT NULL, unchanged INTEGER DEFAULT '0' NOT NULL, longest_wait INTEGER, 
	CONSTRAINT pk_feeds PRIMARY KEY (id), 
	CONSTRAINT uq_feeds_name UNIQUE (name)
);
INSERT INTO "feeds" VALUES(1,'wire','http://127.0.0.1:47001/wire.xml','Wire','en',1,'2026-11-28 10:43:30.931049','2026-11-28 10:43:31.232440','2026-11-28 10:45:04.439853',NULL,NULL,'b35067e37330986eea90a6b948994c08',1,'2026-11-28 10:44:53.972894','2026-11-28 10:44:43.968762','http 500','the server has a fault',NULL,NULL,NULL,'2026-11-28 00:10:00.000000',NULL,NULL,'2026-11-28 10:44:43.968762',NULL,2,0,0,52);
INSERT INTO "feeds" VALUES(2,'agency','http://127.0.0.1:47001/agency.xml','Agency','en',1,'2026-11-28 10:43:30.931049','2026-11-28 10:43:31.354959','2026-11-28 10:45:04.506471',NULL,NULL,'25f9c875518034d4db04975c25559b63',1,'2026-11-28 10:44:53.976100','2026-11-28 10:44:43.964914','http 500','the server has a fault',NULL,NULL,NULL,'2026-11-28 00:10:00.000000',NULL,NULL,'2026-11-28 10:43:52.011353',NULL,0,0,5,21);
INSERT INTO "feeds" VALUES(3,'paper','http://127.0.0.1:47001/paper.xml','Paper','en',1,'2026-11-28 10:43:30.931049','2026-11-28 10:43:31.254848','2026-11-28 10:45:06.907224','"as-before"',NULL,'1ec6048f065d3e1bca79db220dde968e',1,'2026-11-28 10:44:55.958807','2026-11-28 10:44:44.970171','http 500','the server has a fault',NULL,NULL,NULL,'2026-11-28 00:10:00.000000',NULL,NULL,'2026-11-28 10:43:31.254848',NULL,0,0,7,NULL);
CREATE TABLE fetch_events (
	id INTEGER NOT NULL, 
	feed_id INTEGER NOT NULL, 
	at DATETIME NOT NULL, 
	result TEXT NOT NULL, 
	detail TEXT NOT NULL, 
	ms INTEGER NOT NULL, 
	entries INTEGER NOT NULL, 
	new INTEGER NOT NULL, 
	updated INTEGER NOT NULL, 
	copies INTEGER NOT NULL, 
	old INTEGER NOT NULL, 
	dropped INTEGER NOT NULL, 
	CONSTRAINT pk_fetch_events PRIMARY KEY (id), 
	CONSTRAINT fk_fetch_events_feed_id_feeds FOREIGN KEY(feed_id) REFERENCES feeds (id)
);
INSERT INTO "fetch_events" VALUES(1,1,'2026-11-28 10:43:31.232440','fetched','',270,1,0,0,0,1,0);
INSERT INTO "fetch_events" VALUES(2,3,'2026-11-28 10:43:31.254848','fetched','',277,1,0,0,0,1,0);
INSERT INTO "fetch_events" VALUES(3,2,'2026-11-28 10:43:31.354959','fetched','',379,1,0,0,1,0,0);
INSERT INTO "fetch_events" VALUES(4,2,'2026-11-28 10:43:41.960277','same body','',2,0,0,0,0,0,0);
INSERT INTO "fetch_events" VALUES(5,3,'2026-11-28 10:43:41.961203','not modified','',2,0,0,0,0,0,0);
INSERT INTO "fetch_events" VALUES(6,1,'2026-11-28 10:43:41.964237','fetched','',7,4,3,0,0,0,0);
INSERT INTO "fetch_events" VALUES(7,1,'2026-11-28 10:43:51.972075','fetched','',15,4,0,1,0,0,0);
INSERT INTO "fetch_events" VALUES(8,2,'2026-11-28 10:43:52.011353','fetched','',39,2,0,0,1,0,0);
INSERT INTO "fetch_events" VALUES(9,3,'2026-11-28 10:43:52.966083','not modified','',2,0,0,0,0,0,0);
INSERT INTO "fetch_events" VALUES(10,1,'2026-11-28 10:44:01.964226','same body','',3,0,0,0,0,0,0);
INSERT INTO "fetch_events" VALUES(11,2,'2026-11-28 10:44:02.964295','same body','',2,0,0,0,0,0,0);
INSERT INTO "fetch_events" VALUES(12,3,'2026-11-28 10:44:02.969662','not modified','',10,0,0,0,0,0,0);
INSERT INTO "fetch_events" VALUES(13,1,'2026-11-28 10:44:11.968765','same body','',4,0,0,0,0,0,0);
INSERT INTO "fetch_events" VALUES(14,2,'2026-11-28 10:44:12.968836','same body','',4,0,0,0,0,0,0);
INSERT INTO "fetch_events" VALUES(15,3,'2026-11-28 10:44:13.958037','not modified','',1,0,0,0,0,0,0);
INSERT INTO "fetch_events" VALUES(16,1,'2026-11-28 10:44:21.959459','same body','',2,0,0,0,0,0,0);
INSERT INTO "fetch_events" VALUES(17,2,'2026-11-28 10:44:22.958560','same body','',2,0,0,0,0,0,0);
INSERT INTO "fetch_events" VALUES(18,3,'2026-11-28 10:44:23.957559','not modified','',1,0,0,0,0,0,0);
INSERT INTO "fetch_events" VALUES(19,1,'2026-11-28 10:44:32.996521','same body','',11,0,0,0,0,0,0);
INSERT INTO "fetch_events" VALUES(20,2,'2026-11-28 10:44:33.000930','same body','',11,0,0,0,0,0,0);
INSERT INTO "fetch_events" VALUES(21,3,'2026-11-28 10:44:33.981033','not modified','',4,0,0,0,0,0,0);
INSERT INTO "fetch_events" VALUES(22,2,'2026-11-28 10:44:43.964914','same body','',5,0,0,0,0,0,0);
INSERT INTO "fetch_events" VALUES(23,1,'2026-11-28 10:44:43.968762','fetched','',9,5,1,0,0,0,0);
INSERT INTO "fetch_events" VALUES(24,3,'2026-11-28 10:44:44.970171','not modified','',1,0,0,0,0,0,0);
INSERT INTO "fetch_events" VALUES(25,1,'2026-11-28 10:44:53.972894','http 500','the server has a fault',8,0,0,0,0,0,0);
INSERT INTO "fetch_events" VALUES(26,2,'2026-11-28 10:44:53.976100','http 500','the server has a fault',10,0,0,0,0,0,0);
INSERT INTO "fetch_events" VALUES(27,3,'2026-11-28 10:44:55.958807','http 500','the server has a fault',2,0,0,0,0,0,0);
CREATE TABLE fingerprints (
	"key" INTEGER NOT NULL, 
	feed_id INTEGER NOT NULL, 
	item_id VARCHAR(13), 
	text_hash INTEGER NOT NULL, 
	first_seen DATETIME NOT NULL, 
	last_seen DATE NOT NULL, 
	CONSTRAINT pk_fingerprints PRIMARY KEY ("key"), 
	CONSTRAINT fk_fingerprints_feed_id_feeds FOREIGN KEY(feed_id) REFERENCES feeds (id), 
	CONSTRAINT fk_fingerprints_item_id_items FOREIGN KEY(item_id) REFERENCES items (id) ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED
);
INSERT INTO "fingerprints" VALUES(-8770133638458372543,2,'6H23G65K9EH8Q',1727717997489276067,'2026-11-28 10:43:31.354959','2026-11-28');
INSERT INTO "fingerprints" VALUES(-8231250366508771475,1,'6H23G7F1GRNQJ',-920148370111343499,'2026-11-28 10:43:41.964237','2026-11-28');
INSERT INTO "fingerprints" VALUES(-8114536080607109532,1,'6H23G7F1GRNQM',-6273270915055941615,'2026-11-28 10:43:41.964237','2026-11-28');
INSERT INTO "fingerprints" VALUES(-8113708586336999138,1,'6H23G7F1GRNQK',4272114144022029103,'2026-11-28 10:43:41.964237','2026-11-28');
INSERT INTO "fingerprints" VALUES(-7782882966674426768,2,'6H23G65K9EH8Q',1727717997489276067,'2026-11-28 10:43:31.354959','2026-11-28');
INSERT INTO "fingerprints" VALUES(-6794763208208266675,3,'6H23G656TCDQ0',1727717997489276067,'2026-11-28 10:43:31.254848','2026-11-28');
INSERT INTO "fingerprints" VALUES(-6069692242742740273,1,'6H23GF1824PWB',-1664487907426149380,'2026-11-28 10:44:43.968762','2026-11-28');
INSERT INTO "fingerprints" VALUES(-2908075454849452556,3,'6H23G656TCDQ0',1727717997489276067,'2026-11-28 10:43:31.254848','2026-11-28');
INSERT INTO "fingerprints" VALUES(-2692807507627640459,1,'6H23G7F1GRNQJ',-920148370111343499,'2026-11-28 10:43:41.964237','2026-11-28');
INSERT INTO "fingerprints" VALUES(-2590368897473792607,1,'6H23GF1824PWB',-1664487907426149380,'2026-11-28 10:44:43.968762','2026-11-28');
INSERT INTO "fingerprints" VALUES(-2352814316556841527,1,'6H23G6543AD29',-4163782736243791766,'2026-11-28 10:43:31.232440','2026-11-28');
INSERT INTO "fingerprints" VALUES(-1907089768722787647,2,'6H23G8P9EX70K',7000096484302213056,'2026-11-28 10:43:52.011353','2026-11-28');
INSERT INTO "fingerprints" VALUES(-1680993882122227368,1,'6H23G7F1GRNQM',-6273270915055941615,'2026-11-28 10:43:41.964237','2026-11-28');
INSERT INTO "fingerprints" VALUES(258231216184031889,1,'6H23G7F1GRNQM',-6273270915055941615,'2026-11-28 10:43:41.964237','2026-11-28');
INSERT INTO "fingerprints" VALUES(549230762575864746,1,'6H23G7F1GRNQK',4272114144022029103,'2026-11-28 10:43:41.964237','2026-11-28');
INSERT INTO "fingerprints" VALUES(790659937370137917,1,'6H23G7F1GRNQK',4272114144022029103,'2026-11-28 10:43:41.964237','2026-11-28');
INSERT INTO "fingerprints" VALUES(6086487171179627136,1,'6H23GF1824PWB',-1664487907426149380,'2026-11-28 10:44:43.968762','2026-11-28');
INSERT INTO "fingerprints" VALUES(6844658743399944608,1,'6H23G6543AD29',-4163782736243791766,'2026-11-28 10:43:31.232440','2026-11-28');
INSERT INTO "fingerprints" VALUES(7697691149112819339,2,'6H23G8P9EX70K',7000096484302213056,'2026-11-28 10:43:52.011353','2026-11-28');
INSERT INTO "fingerprints" VALUES(8221868745688208932,1,'6H23G6543AD29',-4163782736243791766,'2026-11-28 10:43:31.232440','2026-11-28');
INSERT INTO "fingerprints" VALUES(8502533785024833258,3,'6H23G656TCDQ0',1727717997489276067,'2026-11-28 10:43:31.254848','2026-11-28');
INSERT INTO "fingerprints" VALUES(8585658460639496236,1,'6H23G7F1GRNQJ',-920148370111343499,'2026-11-28 10:43:41.964237','2026-11-28');
CREATE TABLE incidents (
	id TEXT NOT NULL, 
	place_id TEXT NOT NULL, 
	place_name TEXT NOT NULL, 
	country TEXT NOT NULL, 
	date DATE NOT NULL, 
	opened_at DATETIME NOT NULL, 
	version INTEGER NOT NULL, 
	act VARCHAR(40) NOT NULL, 
	level VARCHAR(40) NOT NULL, 
	told BOOLEAN NOT NULL, 
	weapons JSON NOT NULL, 
	claimed_by JSON NOT NULL, 
	killed INTEGER, 
	wounded INTEGER, 
	first_title TEXT NOT NULL, told_to JSON DEFAULT '[]' NOT NULL, more_places JSON DEFAULT '[]' NOT NULL, attributed_to JSON DEFAULT '[]' NOT NULL, named JSON DEFAULT '[]' NOT NULL, 
	CONSTRAINT pk_incidents PRIMARY KEY (id)
);
INSERT INTO "incidents" VALUES('2026-11-28-ali-al-salem','ali-al-salem','Ali Al Salem Air Base','KW','2026-11-28','2026-11-28 00:10:00.000000',1,'attack','urgent',1,'["ballistic_missile"]','[]',NULL,NULL,'Ballistic missiles hit Al Udeid air base in Qatar and Ali Al Salem air base in Kuwait','["alerts"]','[{"id": "al-udeid", "name": "Al Udeid Air Base", "role": "target", "country": "QA"}]','[]','["country:QA", "country:KW"]');
INSERT INTO "incidents" VALUES('2026-11-28-ain-al-asad','ain-al-asad','Ain al-Asad Air Base','IQ','2026-11-28','2026-11-28 00:10:00.000000',1,'attack','urgent',1,'["drone"]','[]',NULL,3,'Two drones hit Ain al-Asad air base in western Iraq','["alerts"]','[]','[]','["country:IQ"]');
INSERT INTO "incidents" VALUES('2026-11-28-al-tanf','al-tanf','Al-Tanf Garrison','SY','2026-11-28','2026-11-28 00:10:00.000000',1,'attack','urgent',1,'["rocket"]','[]',0,0,'Rockets strike al-Tanf garrison in Syria, no casualties','["alerts"]','[]','[]','["country:SY"]');
CREATE TABLE items (
	id VARCHAR(13) NOT NULL, 
	feed_id INTEGER NOT NULL, 
	guid TEXT NOT NULL, 
	url TEXT NOT NULL, 
	canonical_url TEXT NOT NULL, 
	title TEXT NOT NULL, 
	summary TEXT NOT NULL, 
	body TEXT NOT NULL, 
	publisher TEXT NOT NULL, 
	language TEXT, 
	published DATETIME, 
	date_mark VARCHAR(40) NOT NULL, 
	first_seen DATETIME NOT NULL, 
	updated_at DATETIME, 
	novelty VARCHAR(40) NOT NULL, 
	novelty_reason VARCHAR(40) NOT NULL, 
	copy_of VARCHAR(13), 
	act VARCHAR(40), 
	rule TEXT, 
	level VARCHAR(40), 
	classification JSON, 
	tell BOOLEAN, 
	decision VARCHAR(40), 
	decision_detail TEXT NOT NULL, 
	incident_id TEXT, 
	CONSTRAINT pk_items PRIMARY KEY (id), 
	CONSTRAINT fk_items_copy_of_items FOREIGN KEY(copy_of) REFERENCES items (id) ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED, 
	CONSTRAINT fk_items_feed_id_feeds FOREIGN KEY(feed_id) REFERENCES feeds (id), 
	CONSTRAINT fk_items_incident_id_incidents FOREIGN KEY(incident_id) REFERENCES incidents (id) DEFERRABLE INITIALLY DEFERRED
);
INSERT INTO "items" VALUES('6H23G6543AD29',1,'https://news.example/derby','https://news.example/derby','https://news.example/derby','Lions win the derby','','','Wire','en','2026-11-28 00:10:00.000000','good','2026-11-28 10:43:31.232440',NULL,'OLD','first poll',NULL,NULL,NULL,NULL,NULL,NULL,NULL,'',NULL);
INSERT INTO "items" VALUES('6H23G656TCDQ0',3,'https://news.example/weather','https://news.example/weather','https://news.example/weather','Rain is expected on Sunday','','','Paper','en','2026-11-28 00:10:00.000000','good','2026-11-28 10:43:31.254848',NULL,'OLD','first poll',NULL,NULL,NULL,NULL,NULL,NULL,NULL,'',NULL);
INSERT INTO "items" VALUES('6H23G65K9EH8Q',2,'https://news.example/weather','https://news.example/weather','https://news.example/weather','Rain is expected on Sunday','','','Agency','en','2026-11-28 00:10:00.000000','good','2026-11-28 10:43:31.354959',NULL,'COPY','same link','6H23G656TCDQ0',NULL,NULL,NULL,NULL,NULL,NULL,'',NULL);
INSERT INTO "items" VALUES('6H23G7F1GRNQJ',1,'https://news.example/revenge','https://news.example/revenge','https://news.example/revenge','US strikes Iran-backed militias in retaliation for drone attack','','','Wire','en','2026-11-28 00:10:00.000000','good','2026-11-28 10:43:41.964237',NULL,'NEW','unknown',NULL,'retaliation','retaliation','digest','{"act": "retaliation", "rule": "retaliation", "level": "digest", "send_to": ["alerts"], "taken": [{"rule": "retaliation", "level": "digest", "send_to": ["alerts"]}], "reason": "retaliation: own or allied forces strike; rule retaliation (digest)", "evidence": [{"field": "title", "start": 0, "end": 2, "text": "US", "why": "own"}, {"field": "title", "start": 3, "end": 10, "text": "strikes", "why": "hit", "means": "attack"}, {"field": "title", "start": 11, "end": 22, "text": "Iran-backed", "why": "foe", "means": "attacker"}], "deciding": {"field": "title", "start": 0, "end": 63}, "score": [{"points": 6.0, "why": "own or allied forces strike (headline)"}], "rules_hash": "14746608c2d9986d"}',0,'NOT_AN_ATTACK','this is a strike of the own side, not an attack; the rule retaliation keeps it for the digest',NULL);
INSERT INTO "items" VALUES('6H23G7F1GRNQK',1,'https://news.example/salvo','https://news.example/salvo','https://news.example/salvo','Ballistic missiles hit Al Udeid air base in Qatar and Ali Al Salem air base in Kuwait','','','Wire','en','2026-11-28 00:10:00.000000','good','2026-11-28 10:43:41.964237',NULL,'NEW','unknown',NULL,'attack','attack-gulf','urgent','{"act": "attack", "rule": "attack-gulf", "level": "urgent", "send_to": ["alerts"], "taken": [{"rule": "attack-gulf", "level": "urgent", "send_to": ["alerts"]}], "reason": "attack: a weapon hit a base or its troops; rule attack-gulf (urgent)", "facts": {"places": [{"id": "ali-al-salem", "name": "Ali Al Salem Air Base", "role": "target", "country": "KW"}, {"id": "al-udeid", "name": "Al Udeid Air Base", "role": "target", "country": "QA"}], "weapons": ["ballistic_missile"], "date": "2026-11-28", "named": ["country:QA", "country:KW"]}, "evidence": [{"field": "title", "start": 0, "end": 18, "text": "Ballistic missiles", "why": "weapon", "means": "weapon"}, {"field": "title", "start": 19, "end": 22, "text": "hit", "why": "hit", "means": "attack"}, {"field": "title", "start": 41, "end": 43, "text": "in", "why": "toward"}, {"field": "title", "start": 54, "end": 75, "text": "Ali Al Salem air base", "why": "target", "means": "target"}], "deciding": {"field": "title", "start": 0, "end": 85}, "score": [{"points": 6.0, "why": "a weapon hit a base or its troops (headline)"}, {"points": 1.0, "why": "a known base is named"}, {"points": 0.5, "why": "a weapon is named"}], "rules_hash": "14746608c2d9986d"}',1,'FIRST','first report of the incident 2026-11-28-ali-al-salem','2026-11-28-ali-al-salem');
INSERT INTO "items" VALUES('6H23G7F1GRNQM',1,'https://news.example/asad','https://news.example/asad','https://news.example/asad','Two drones hit Ain al-Asad air base in western Iraq','Three soldiers were wounded in the attack, officials said.','','Wire','en','2026-11-28 00:10:00.000000','good','2026-11-28 10:43:41.964237','2026-11-28 10:43:51.972075','UPDATED','text changed',NULL,'attack','attack-iraq','urgent','{"act": "attack", "rule": "attack-iraq", "level": "urgent", "send_to": ["alerts"], "taken": [{"rule": "attack-iraq", "level": "urgent", "send_to": ["alerts"]}], "reason": "attack: a weapon hit a base or its troops; rule attack-iraq (urgent)", "facts": {"places": [{"id": "ain-al-asad", "name": "Ain al-Asad Air Base", "role": "target", "country": "IQ"}], "weapons": ["drone"], "wounded": 3, "date": "2026-11-28", "named": ["country:IQ"]}, "evidence": [{"field": "title", "start": 4, "end": 10, "text": "drones", "why": "weapon", "means": "weapon"}, {"field": "title", "start": 11, "end": 14, "text": "hit", "why": "hit", "means": "attack"}, {"field": "title", "start": 15, "end": 35, "text": "Ain al-Asad air base", "why": "target", "means": "target"}], "deciding": {"field": "title", "start": 0, "end": 51}, "lead": {"field": "summary", "start": 0, "end": 58}, "score": [{"points": 6.0, "why": "a weapon hit a base or its troops (headline)"}, {"points": 1.0, "why": "a known base is named"}, {"points": 0.5, "why": "a weapon is named"}], "rules_hash": "14746608c2d9986d"}',0,'NO_CHANGE','the incident 2026-11-28-ain-al-asad was told already','2026-11-28-ain-al-asad');
INSERT INTO "items" VALUES('6H23G8P9EX70K',2,'https://news.example/asad','https://news.example/asad','https://news.example/asad','Two drones hit Ain al-Asad air base in western Iraq','','','Agency','en','2026-11-28 00:10:00.000000','good','2026-11-28 10:43:52.011353',NULL,'COPY','same link','6H23G7F1GRNQM',NULL,NULL,NULL,NULL,NULL,NULL,'',NULL);
INSERT INTO "items" VALUES('6H23GF1824PWB',1,'https://news.example/tanf','https://news.example/tanf','https://news.example/tanf','Rockets strike al-Tanf garrison in Syria, no casualties','','','Wire','en','2026-11-28 00:10:00.000000','good','2026-11-28 10:44:43.968762',NULL,'NEW','unknown',NULL,'attack','attack-syria','urgent','{"act": "attack", "rule": "attack-syria", "level": "urgent", "send_to": ["alerts"], "taken": [{"rule": "attack-syria", "level": "urgent", "send_to": ["alerts"]}], "reason": "attack: a weapon hit a base or its troops; rule attack-syria (urgent)", "facts": {"places": [{"id": "al-tanf", "name": "Al-Tanf Garrison", "role": "target", "country": "SY"}], "weapons": ["rocket"], "killed": 0, "wounded": 0, "date": "2026-11-28", "named": ["country:SY"]}, "evidence": [{"field": "title", "start": 0, "end": 7, "text": "Rockets", "why": "weapon", "means": "weapon"}, {"field": "title", "start": 8, "end": 14, "text": "strike", "why": "hit", "means": "attack"}, {"field": "title", "start": 15, "end": 31, "text": "al-Tanf garrison", "why": "target", "means": "target"}], "deciding": {"field": "title", "start": 0, "end": 55}, "score": [{"points": 6.0, "why": "a weapon hit a base or its troops (headline)"}, {"points": 1.0, "why": "a known base is named"}, {"points": 0.5, "why": "a weapon is named"}], "rules_hash": "14746608c2d9986d"}',1,'FIRST','first report of the incident 2026-11-28-al-tanf','2026-11-28-al-tanf');
CREATE INDEX ix_feeds_configured_next_poll_at ON feeds (configured, next_poll_at);
CREATE INDEX ix_incidents_date ON incidents (date);
CREATE INDEX ix_incidents_opened_at ON incidents (opened_at);
CREATE INDEX ix_alerts_created_at ON alerts (created_at);
CREATE INDEX ix_fetch_events_feed_id_id ON fetch_events (feed_id, id);
CREATE INDEX ix_items_copy_of ON items (copy_of) WHERE copy_of IS NOT NULL;
CREATE INDEX ix_items_feed_id_first_seen ON items (feed_id, first_seen);
CREATE INDEX ix_items_first_seen ON items (first_seen);
CREATE INDEX ix_items_incident_id ON items (incident_id) WHERE incident_id IS NOT NULL;
CREATE INDEX ix_deliveries_state_next_try_at ON deliveries (state, next_try_at);
CREATE INDEX ix_fingerprints_item_id ON fingerprints (item_id) WHERE item_id IS NOT NULL;
CREATE INDEX ix_fingerprints_last_seen ON fingerprints (last_seen) WHERE item_id IS NULL;
COMMIT;
