package message

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/runes"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records/access"
)

// FoundMessage is one in which words were found.
type FoundMessage struct {
	Message
	Subject string `json:"subject"`
	Topic   string `json:"topic"`
	Excerpt string `json:"excerpt" doc:"What stands around the first of the words"`
}

// Bounds of one search.
const (
	searchedAtOnce = 200  // messages whose words are looked at together
	searchedAtMost = 3000 // by one request; the cursor goes on from there
	maxSearchWords = 8
)

// Search finds words in the messages of a chart, the newest first: in what was
// written, in what it is about, and in the names of files. There is no index:
// what somebody sees is read and looked at, so that nothing that is hidden from
// them is counted, ranked or waited for.
func (s *Service) Search(ctx context.Context, who identity.Principal, patient, words, cursor string, limit int) (items []FoundMessage, next string, err error) {
	limit = min(max(limit, 1), maxPage)
	wanted := strings.Fields(folded(words))
	if len(wanted) == 0 || len(wanted) > maxSearchWords {
		return nil, "", fault.New(fault.Invalid, "Look for one to eight words.").WithCode("words")
	}
	c := s.DB.Read(ctx)
	v, err := s.enter(c, who, patient)
	if err != nil {
		return nil, "", s.Records.Refuse(ctx, who, patient, communication, "", err)
	}
	at, id := far, ""
	if cursor != "" {
		if _, id, err = openCursor(cursor); err != nil {
			return nil, "", err
		}
		if at, err = s.searchFrom(c, v, id); err != nil {
			return nil, "", err
		}
	}
	for looked := 0; ; {
		rows, err := newestRows(c, patient, at, id)
		if err != nil {
			return nil, "", err
		}
		list, about, err := s.searched(c, v, who, rows)
		if err != nil {
			return nil, "", err
		}
		for i, m := range list {
			if x, ok := found(m, about[i], wanted); ok {
				items = append(items, x)
			}
			if looked++; len(items) == limit || looked == searchedAtMost {
				if i < len(list)-1 || len(rows) == searchedAtOnce {
					next = sealCursor(0, m.ID)
				}
				return items, next, s.Records.Looked(ctx, who, v, "search", communication, "", access.Of(access.Messages), len(items))
			}
		}
		if len(rows) < searchedAtOnce {
			return items, "", s.Records.Looked(ctx, who, v, "search", communication, "", access.Of(access.Messages), len(items))
		}
		at, id = rows[len(rows)-1].at, rows[len(rows)-1].id
	}
}

// searchFrom is where a cursor stands: at a message that the view sees.
func (s *Service) searchFrom(c *db.Conn, v *access.View, id string) (at int64, err error) {
	err = c.QueryRow(`SELECT at FROM thread_messages WHERE patient_id = ? AND id = ?`, v.Patient, id).Scan(&at)
	if err == nil {
		var seen map[string]bool
		if seen, err = s.Records.Seen(c, v, communication, []string{id}); err == nil && !seen[id] {
			err = sql.ErrNoRows
		}
	}
	if errors.Is(err, sql.ErrNoRows) {
		err = badCursor()
	}
	return at, err
}

func newestRows(c *db.Conn, patient string, at int64, id string) (out []row, err error) {
	err = c.Each(`SELECT thread, n, id, at, account, name, role, relation FROM thread_messages WHERE patient_id = ? AND (at, id) < (?, ?) ORDER BY at DESC, id DESC LIMIT ?`, func(r *sql.Rows) error {
		var m row
		err := r.Scan(&m.thread, &m.n, &m.id, &m.at, &m.from.Account, &m.from.Name, &m.from.Role, &m.from.Relation)
		out = append(out, m)
		return err
	}, patient, at, id, searchedAtOnce)
	return out, err
}

// searched gives those that the view sees.
func (s *Service) searched(c *db.Conn, v *access.View, who identity.Principal, rows []row) (list []Message, about []written, err error) {
	ids := make([]string, len(rows))
	for i, r := range rows {
		ids[i] = r.id
	}
	bodies, err := s.Records.Bodies(c, v, communication, ids)
	if err != nil {
		return nil, nil, err
	}
	for _, r := range rows {
		body := bodies[r.id]
		if body == nil {
			continue
		}
		w, err := read(body)
		if err != nil {
			return nil, nil, err
		}
		r.from.Side = sideOf(r.from.Role)
		list, about = append(list, message(r, who, w)), append(about, w)
	}
	return list, about, nil
}

// found tells whether all words stand in a message.
func found(m Message, w written, words []string) (FoundMessage, bool) {
	all := []string{w.subject, w.text}
	for _, a := range w.attachments {
		all = append(all, a.Title)
	}
	text := folded(strings.Join(all, "\n"))
	if slices.ContainsFunc(words, func(word string) bool { return !strings.Contains(text, word) }) {
		return FoundMessage{}, false
	}
	return FoundMessage{Message: m, Subject: w.subject, Topic: w.topic, Excerpt: around(w.text, words)}, true
}

// around is what stands around the first word that is found, on one line.
func around(text string, words []string) string {
	fields := strings.Fields(text)
	at := slices.IndexFunc(fields, func(f string) bool {
		f = folded(f)
		return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(f, w) })
	})
	if at <= 6 {
		return beginning(text)
	}
	return "… " + beginning(strings.Join(fields[at-6:], " "))
}

// folded is a text without capitals and accents: who looks for "presion" means
// "presión" as well.
func folded(s string) string {
	out, _, err := transform.String(transform.Chain(norm.NFD, runes.Remove(runes.In(unicode.Mn)), norm.NFC), strings.ToLower(s))
	if err != nil {
		return strings.ToLower(s)
	}
	return out
}
