package sqlite

import (
	"database/sql"
	"fmt"
)

const columns = "id, v, schema, op, digest, k, created, changed, gone, d, out"

// Columns of a document joined with the list that leads to it.
const pageColumns = "d.id, d.v, d.schema, d.op, d.digest, d.k, d.created, d.changed, d.gone, d.d, d.out"

const pageFrom = "SELECT " + pageColumns + " FROM lists l CROSS JOIN documents d ON d.c = ?1 AND d.id = l.id WHERE l.l = ?2 AND l.k = ?3"

// statements are prepared once. Those named get… run on the readers, the others on the writer.
type statements struct {
	getOne, getMany, getScan, getCount         *sql.Stmt
	getPage, getPageFrom, getDown, getDownFrom *sql.Stmt
	getAfter, getBefore, getLast, getOf        *sql.Stmt
	getTrail, getSide, getValue, getRange      *sql.Stmt
	getPending, getGone                        *sql.Stmt

	head, last                                *sql.Stmt
	insert, update, remove, setKeys           *sql.Stmt
	listAdd, listDrop                         *sql.Stmt
	appendEntry, known, putSide, eraseSides   *sql.Stmt
	drain, markTrail                          *sql.Stmt
	put, create, take, drop, swap, add, sweep *sql.Stmt
}

func (s *statements) prepare(read, write *sql.DB) error {
	const feed = "SELECT seq, c, id, v, content, prev, hash FROM feed "
	for _, p := range []struct {
		stmt **sql.Stmt
		db   *sql.DB
		text string
	}{
		{&s.getOne, read, "SELECT " + columns + " FROM documents WHERE c = ? AND id = ?"},
		{&s.getMany, read, "SELECT " + columns + " FROM documents WHERE c = ? AND id IN (SELECT value FROM json_each(?))"},
		{&s.getScan, read, "SELECT " + columns + " FROM documents WHERE c = ? AND id > ? AND gone = 0 ORDER BY id LIMIT ?"},
		{&s.getCount, read, "SELECT count(*) FROM lists WHERE l = ? AND k = ?"},
		{&s.getPage, read, pageFrom + " ORDER BY l.s, l.id LIMIT ?4"},
		{&s.getPageFrom, read, pageFrom + " AND (l.s, l.id) > (?5, ?6) ORDER BY l.s, l.id LIMIT ?4"},
		{&s.getDown, read, pageFrom + " ORDER BY l.s DESC, l.id DESC LIMIT ?4"},
		{&s.getDownFrom, read, pageFrom + " AND (l.s, l.id) < (?5, ?6) ORDER BY l.s DESC, l.id DESC LIMIT ?4"},
		{&s.getAfter, read, feed + "WHERE seq > ? ORDER BY seq LIMIT ?"},
		{&s.getBefore, read, feed + "WHERE seq < ? ORDER BY seq DESC LIMIT ?"},
		{&s.getLast, read, "SELECT seq, hash FROM feed ORDER BY seq DESC LIMIT 1"},
		{&s.getOf, read, feed + "WHERE c = ? AND id = ? ORDER BY v DESC LIMIT ?"},
		{&s.getTrail, read, "SELECT f.seq, f.c, f.id, f.v, f.content, f.prev, f.hash FROM trail t CROSS JOIN feed f ON f.seq = t.seq " +
			"WHERE t.k = ? AND t.seq < ? ORDER BY t.seq DESC LIMIT ?"},
		{&s.getSide, read, "SELECT data FROM sides WHERE c = ? AND id = ? AND v = ?"},
		{&s.getValue, read, "SELECT value FROM state WHERE name = ? AND key = ? AND (expires = 0 OR expires > ?)"},
		{&s.getRange, read, "SELECT key, value FROM state WHERE name = ? AND key > ? AND key < ? AND (expires = 0 OR expires > ?) ORDER BY key LIMIT ?"},
		{&s.getPending, read, "SELECT " + columns + " FROM documents WHERE c = ? AND out IS NOT NULL LIMIT ?"},
		{&s.getGone, read, "SELECT " + columns + " FROM documents WHERE c = ? AND gone = 1 AND out IS NULL AND changed < ? LIMIT ?"},

		{&s.head, write, "SELECT v, k, gone, out FROM documents WHERE c = ? AND id = ?"},
		{&s.last, write, "SELECT seq, hash FROM feed ORDER BY seq DESC LIMIT 1"},
		{&s.insert, write, "INSERT INTO documents (c, " + columns + ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"},
		{&s.update, write, "UPDATE documents SET v = ?, schema = ?, op = ?, digest = ?, k = ?, created = ?, changed = ?, gone = ?, d = ?, out = ? WHERE c = ? AND id = ?"},
		{&s.remove, write, "DELETE FROM documents WHERE c = ? AND id = ?"},
		{&s.setKeys, write, "UPDATE documents SET k = ? WHERE c = ? AND id = ?"},
		{&s.listAdd, write, "INSERT OR REPLACE INTO lists (l, k, s, id) VALUES (?, ?, ?, ?)"},
		{&s.listDrop, write, "DELETE FROM lists WHERE l = ? AND k = ? AND s = ? AND id = ?"},
		{&s.appendEntry, write, "INSERT INTO feed (seq, c, id, v, content, prev, hash) VALUES (?, ?, ?, ?, ?, ?, ?)"},
		{&s.known, write, "SELECT seq FROM feed WHERE c = ? AND id = ? AND v = ?"},
		{&s.markTrail, write, "INSERT OR IGNORE INTO trail (k, seq) VALUES (?, ?)"},
		{&s.putSide, write, "INSERT OR IGNORE INTO sides (c, id, v, data) VALUES (?, ?, ?, ?)"},
		{&s.eraseSides, write, "UPDATE sides SET data = '' WHERE c = ? AND id = ? AND v <= ? AND data <> ''"},
		{&s.drain, write, "UPDATE documents SET out = ? WHERE c = ? AND id = ?"},
		{&s.put, write, "INSERT OR REPLACE INTO state (name, key, value, n, expires) VALUES (?, ?, ?, 0, ?)"},
		{&s.create, write, "INSERT INTO state (name, key, value, n, expires) VALUES (?1, ?2, ?3, 0, ?4) " +
			"ON CONFLICT DO UPDATE SET value = ?3, expires = ?4 WHERE state.expires > 0 AND state.expires <= ?5"},
		{&s.take, write, "DELETE FROM state WHERE name = ? AND key = ? AND (expires = 0 OR expires > ?) RETURNING value"},
		{&s.drop, write, "DELETE FROM state WHERE name = ? AND key = ?"},
		{&s.swap, write, "UPDATE state SET value = ? WHERE name = ? AND key = ? AND value = ?"},
		{&s.add, write, "INSERT INTO state (name, key, value, n, expires) VALUES (?1, ?2, '', ?3, ?4) " +
			"ON CONFLICT DO UPDATE SET n = n + ?3, expires = ?4 RETURNING n"},
		{&s.sweep, write, "DELETE FROM state WHERE (name, key) IN (SELECT name, key FROM state WHERE expires > 0 AND expires <= ? LIMIT ?)"},
	} {
		stmt, err := p.db.Prepare(p.text)
		if err != nil {
			return fmt.Errorf("%s: %w", p.text, err)
		}
		*p.stmt = stmt
	}
	return nil
}
