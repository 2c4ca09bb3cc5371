package access

import (
	"database/sql"
	"encoding/json"

	"housecall/internal/db"
)

// sight is what one viewer is shown of the rows of a chart. The row of who looked
// says what there is to look at, so the log is cut as the chart itself is:
//
//   - What names a result that is not released yet is not there for the patient and
//     for caregivers until it is.
//   - A caregiver sees the rows about what they may see: not those about other
//     categories or sensitive kinds, and of a row about several categories only
//     theirs. They are not told why somebody opened the chart in an emergency, nor
//     of blocks. Their own rows they see whole.
//
// The zero value shows everything.
type sight struct {
	patient string
	account string
	view    *View // nil: everything is shown
	now     int64
}

func (s *Service) sightOf(v *View, account string) sight {
	if v.Patient == "" || v.Base != Self && v.Base != Proxy {
		return sight{}
	}
	return sight{v.Patient, account, v, micros(s.now())}
}

type named struct{ typ, id string }

type standing struct {
	class     Class
	releaseAt int64
}

// keep leaves out the rows that are not shown.
func (x *sight) keep(c *db.Conn, rows []row) ([]row, error) {
	if x.view == nil || len(rows) == 0 {
		return rows, nil
	}
	entries := make([]entry, len(rows))
	var ids []string
	for i := range rows {
		if json.Unmarshal(rows[i].body, &entries[i]) != nil {
			entries[i] = entry{Action: "read"} // a damaged row, see foldRows
		}
		if entries[i].ID != "" {
			ids = append(ids, entries[i].ID)
		}
	}
	known := map[named]standing{}
	if len(ids) > 0 {
		in, list := c.Among("id", ids)
		err := c.Each(`SELECT type, id, category, labels, release_at FROM resources WHERE patient_id = ? AND `+in, func(r *sql.Rows) error {
			var k named
			var st standing
			err := r.Scan(&k.typ, &k.id, &st.class.Category, &st.class.Labels, &st.releaseAt)
			known[k] = st
			return err
		}, x.patient, list)
		if err != nil {
			return nil, err
		}
	}
	out := rows[:0:0]
	for i := range rows {
		if x.shows(&entries[i], known) {
			out = append(out, rows[i])
		}
	}
	return out, nil
}

func (x *sight) shows(e *entry, known map[named]standing) bool {
	of, there := known[named{e.Type, e.ID}]
	if there && of.releaseAt > x.now {
		return false
	}
	if x.view.Base == Self && x.view.Hide == 0 || x.account != "" && e.Account == x.account {
		return true
	}
	if e.Detail == blockDetail {
		return false
	}
	if there {
		return x.view.Sees(e.Type, e.ID, of.class, of.releaseAt, x.now)
	}
	return x.categories(e)&x.view.See != 0
}

// categories are those that a row is about; a refusal says only of which type.
func (x *sight) categories(e *entry) CategorySet {
	if e.Categories != 0 || e.Type == "" {
		return e.Categories
	}
	return CategoriesOfType(e.Type)
}

// cut takes out of a row that is shown what is not.
func (x *sight) cut(e *entry) {
	if x.view == nil || x.view.Base == Self || x.account != "" && e.Account == x.account {
		return
	}
	e.Categories &= x.view.See
	e.Reason = ""
}
