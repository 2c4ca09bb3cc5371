// Package phrase keeps texts that a clinic writes often, the clinic's own and those
// of each person, and fills in what they name of a chart. What it fills in it reads
// as whoever writes would read it themselves: through the one read path, decided and
// audited, and nothing that they may not see.
package phrase

import (
	"context"
	"database/sql"
	"errors"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records"
	"housecall/records/fhir"
	"housecall/telehealth/schedule"
)

// Phrase is a text under a name, which is written as .name in a message.
type Phrase struct {
	Name    string `json:"name" maxLength:"40"`
	Text    string `json:"text" maxLength:"20000"`
	Clinic  bool   `json:"clinic" doc:"Everybody's, and an administrator's to change"`
	Version int64  `json:"version,omitempty"`
}

// Fields are what a text can name, in braces. A result is named after a colon:
// {result:potassium}.
var Fields = []string{"patient", "first", "age", "visit", "medicines", "problems", "allergies", "vitals", "today", "me", "result:"}

// Filled is a phrase with what it names filled in.
type Filled struct {
	Text    string   `json:"text"`
	Missing []string `json:"missing" doc:"Fields of which the chart holds nothing that may be seen"`
}

// gap stands where nothing could be filled in: whoever sends the message sees it.
const gap = "___"

// Deps is what the service works with.
type Deps struct {
	DB       *db.DB
	Records  *records.Store
	Schedule *schedule.Service
	Zone     *time.Location // of the clinic; nil: UTC
	Now      func() time.Time
}

// Service keeps phrases.
type Service struct{ Deps }

// New makes the service.
func New(d Deps) (*Service, error) {
	if d.DB == nil || d.Records == nil || d.Schedule == nil {
		return nil, errors.New("phrase: a part is missing")
	}
	if d.Zone == nil {
		d.Zone = time.UTC
	}
	if d.Now == nil {
		d.Now = time.Now
	}
	return &Service{d}, nil
}

var (
	nameOf  = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,39}$`)
	fieldOf = regexp.MustCompile(`\{([a-z]+(?::[^{}\n]{1,60})?)\}`)
)

const (
	maxText  = 5000
	maxOwn   = 200
	maxShown = 400
)

func staff(who identity.Principal) error {
	if who.Kind != identity.Staff {
		return fault.New(fault.Forbidden, "This is for the clinic's staff.").WithCode("role")
	}
	return nil
}

// whose gives the account under which a phrase is kept, to who may change it.
func whose(who identity.Principal, clinic bool) (string, error) {
	switch {
	case staff(who) != nil:
		return "", staff(who)
	case clinic && !(who.Is(identity.Admin) && who.Scopes == nil):
		return "", fault.New(fault.Forbidden, "Only an administrator can do this.").WithCode("role")
	case clinic:
		return "", nil
	}
	return who.Account, nil
}

// List gives the clinic's phrases and one's own, by name.
func (s *Service) List(ctx context.Context, who identity.Principal) ([]Phrase, error) {
	if err := staff(who); err != nil {
		return nil, err
	}
	out := []Phrase{}
	err := s.DB.Read(ctx).Each(`SELECT name, text, account, version FROM phrases WHERE account IN ('', ?) ORDER BY name, account DESC LIMIT ?`, func(r *sql.Rows) error {
		var p Phrase
		var account string
		err := r.Scan(&p.Name, &p.Text, &account, &p.Version)
		p.Clinic = account == ""
		out = append(out, p)
		return err
	}, who.Account, maxShown)
	return out, err
}

func (p *Phrase) check() error {
	switch {
	case !nameOf.MatchString(p.Name):
		return fault.New(fault.Invalid, "A phrase has a name of at most 40 small letters, digits and dashes.").WithIssues(where("name"))
	case p.Text == "":
		return fault.New(fault.Invalid, "Write the text of the phrase.").WithIssues(where("text"))
	case utf8.RuneCountInString(p.Text) > maxText:
		return fault.New(fault.TooLarge, "A phrase has at most 5000 letters.").WithIssues(where("text"))
	case !fhir.IsText(p.Text):
		return fault.New(fault.Invalid, "The message holds signs that cannot be sent.").WithIssues(where("text"))
	}
	for _, f := range fieldOf.FindAllStringSubmatch(p.Text, -1) {
		word, arg, _ := strings.Cut(f[1], ":")
		if !slices.Contains(Fields, word) && (word != "result" || arg == "") {
			return fault.New(fault.Invalid, "The phrase names something that it cannot fill in. Use the fields that are listed.").WithIssues(where("text"))
		}
	}
	return nil
}

// where names the part of a phrase that is wrong.
func where(member string) fault.Issue {
	return fault.Issue{Code: "value", Expression: "body." + member}
}

// Save makes a phrase, or changes the one of its name if nobody changed it since it
// was read (version 0: it must not be there yet).
func (s *Service) Save(ctx context.Context, who identity.Principal, p Phrase) (Phrase, error) {
	account, err := whose(who, p.Clinic)
	if err != nil {
		return p, err
	}
	p.Text = strings.TrimSpace(strings.ReplaceAll(p.Text, "\r\n", "\n"))
	if err := p.check(); err != nil {
		return p, err
	}
	was := p.Version
	p.Version++
	return p, s.DB.InTx(ctx, func(c *db.Conn) error {
		at := s.Now().UnixMicro()
		if was > 0 {
			n, err := c.Exec(`UPDATE phrases SET text = ?, version = version + 1, changed_by = ?, changed_at = ? WHERE account = ? AND name = ? AND version = ?`, p.Text, who.Account, at, account, p.Name, was)
			if err == nil && n == 0 {
				err = fault.New(fault.Conflict, "Somebody else has changed this meanwhile. Please load it again.").WithCode("version")
			}
			return err
		}
		var n int
		if err := c.QueryRow(`SELECT count(*) FROM phrases WHERE account = ?`, account).Scan(&n); err != nil {
			return err
		}
		if n >= maxOwn {
			return fault.New(fault.TooMany, "There are too many phrases. Remove one first.")
		}
		added, err := c.Exec(`INSERT INTO phrases (account, name, text, version, changed_by, changed_at) VALUES (?,?,?,1,?,?) ON CONFLICT DO NOTHING`, account, p.Name, p.Text, who.Account, at)
		if err == nil && added == 0 {
			err = fault.New(fault.Conflict, "There is a phrase of that name already.").WithCode("name").WithIssues(where("name"))
		}
		return err
	})
}

// Drop throws a phrase away.
func (s *Service) Drop(ctx context.Context, who identity.Principal, name string, clinic bool) error {
	account, err := whose(who, clinic)
	if err != nil {
		return err
	}
	return s.DB.InTx(ctx, func(c *db.Conn) error {
		n, err := c.Exec(`DELETE FROM phrases WHERE account = ? AND name = ?`, account, name)
		if err == nil && n == 0 {
			err = notFound()
		}
		return err
	})
}

func notFound() error { return fault.New(fault.NotFound, "We could not find this phrase.") }

// Fill gives a phrase with what it names of a chart. One's own comes before the
// clinic's of the same name.
func (s *Service) Fill(ctx context.Context, who identity.Principal, patient, name, locale string) (Filled, error) {
	if err := staff(who); err != nil {
		return Filled{}, err
	}
	var text string
	err := s.DB.Read(ctx).QueryRow(`SELECT text FROM phrases WHERE name = ? AND account IN ('', ?) ORDER BY account DESC LIMIT 1`, name, who.Account).Scan(&text)
	if errors.Is(err, sql.ErrNoRows) {
		err = notFound()
	}
	if err != nil {
		return Filled{}, err
	}
	texts := []*string{&text}
	missing, err := s.fill(ctx, who, patient, locale, texts)
	if err != nil {
		return Filled{}, err
	}
	return Filled{text, missing}, nil
}

// FillTexts fills in what texts name of one chart, in their places, for texts that
// somebody wrote for several charts at once. Braces around anything else stay as they
// are. It gives the fields of which the chart holds nothing; a chart of which nothing is
// named is not opened.
func (s *Service) FillTexts(ctx context.Context, who identity.Principal, patient, locale string, texts []*string) ([]string, error) {
	if err := staff(who); err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(texts, func(t *string) bool { return slices.ContainsFunc(fieldOf.FindAllString(*t, -1), isField) }) {
		return []string{}, nil
	}
	return s.fill(ctx, who, patient, locale, texts)
}

// isField tells whether there is something in braces that can be filled in.
func isField(braced string) bool {
	word, arg, _ := strings.Cut(strings.Trim(braced, "{}"), ":")
	return word == "result" && arg != "" || word != "result" && arg == "" && slices.Contains(Fields, word)
}

func (s *Service) fill(ctx context.Context, who identity.Principal, patient, locale string, texts []*string) ([]string, error) {
	f := filling{s: s, ctx: ctx, who: who, patient: patient, es: strings.HasPrefix(locale, "es")}
	var err error
	if f.chart, err = s.Records.Open(ctx, who, patient, ""); err != nil {
		return nil, err
	}
	missing := []string{}
	for _, text := range texts {
		*text = fieldOf.ReplaceAllStringFunc(*text, func(field string) string {
			if !isField(field) {
				return field
			}
			name := strings.Trim(field, "{}")
			value, e := f.value(name)
			err = errors.Join(err, e)
			if value != "" {
				return value
			}
			if !slices.Contains(missing, name) {
				missing = append(missing, name)
			}
			return gap
		})
	}
	return missing, err
}
