package records

import (
	"encoding/binary"
	"slices"

	"housecall/internal/db"
	"housecall/records/access"
)

// classHeads is the last change number of a chart for each class of data
// (category and labels). From it follows the last change that a given view can
// see, without looking at any resource.
type classHeads []classHead

type classHead struct {
	class access.Class
	n     int64
}

// decodeHeads reads what encode wrote: per class category, labels and number as
// varints.
func decodeHeads(b []byte) classHeads {
	var h classHeads
	for len(b) > 0 {
		c, k := binary.Varint(b)
		l, m := binary.Varint(b[max(k, 0):])
		if k <= 0 || m <= 0 {
			return h
		}
		n, o := binary.Varint(b[k+m:])
		if o <= 0 {
			return h
		}
		h = append(h, classHead{access.Class{Category: access.Category(c), Labels: access.Labels(l)}, n})
		b = b[k+m+o:]
	}
	return h
}

func (h classHeads) encode() []byte {
	b := make([]byte, 0, len(h)*6)
	for _, c := range h {
		b = binary.AppendVarint(b, int64(c.class.Category))
		b = binary.AppendVarint(b, int64(c.class.Labels))
		b = binary.AppendVarint(b, c.n)
	}
	return b
}

// heldBack marks the class of changes to results before their release, which
// who waits for the release does not see. It lies beyond all labels.
const heldBack access.Labels = 1 << 40

func (h *classHeads) set(class access.Class, held bool, n int64) {
	class.Labels = class.Labels.Visible()
	if held {
		class.Labels |= heldBack
	}
	if i := slices.IndexFunc(*h, func(c classHead) bool { return c.class == class }); i >= 0 {
		(*h)[i].n = n
		return
	}
	*h = append(*h, classHead{class, n})
}

// visible is the last change that the view can see; 0 when there is none. That
// something held was released since is told by the clock (boundary), not here.
func (h classHeads) visible(v *access.View) int64 {
	var last int64
	for _, c := range h {
		if c.class.Labels&heldBack != 0 && v.HoldResults {
			continue
		}
		if c.n > last && v.SeesClass(c.class) {
			last = c.n
		}
	}
	return last
}

// lastSeen is the last change of a chart that the view can see. Who is here for a
// visit alone is not told by the heads of classes: other visits are of the same
// class. Their own are few, and looked up.
func (s *Store) lastSeen(c *db.Conn, v *access.View, h head) (last int64, err error) {
	if v.Visits == nil {
		return h.heads.visible(v), nil
	}
	only, args := onlySQL(v, "h")
	err = c.QueryRow(`SELECT COALESCE(max(h.n), 0) FROM chart_changes h WHERE h.patient_id = ?`+only+` AND (`+changeSeen("before")+` OR `+changeSeen("after")+`)`,
		append(append([]any{v.Patient}, args...), int64(v.See), int64(v.Hide), int64(v.See), int64(v.Hide))...).Scan(&last)
	return last, err
}

// changeSeen is the condition that the class before or after a change h is among
// what a view sees and hides, which are its two arguments.
func changeSeen(when string) string {
	return `h.` + when + `_category >= 0 AND ((1 << h.` + when + `_category) & ?) <> 0 AND (h.` + when + `_labels & ?) = 0`
}

// mayHide tells whether the chart holds any class of data that the view does not
// see, or anything held back. Most charts hide nothing from most views.
func (h head) mayHide(v *access.View) bool {
	if v.HoldResults && h.holds > 0 || v.Visits != nil {
		return true
	}
	return slices.ContainsFunc(h.heads, func(c classHead) bool {
		return !v.SeesClass(c.class)
	})
}
