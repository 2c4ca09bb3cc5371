package records

import (
	"encoding/binary"
	"slices"

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

// mayHide tells whether the chart holds any class of data that the view does not
// see, or anything held back. Most charts hide nothing from most views.
func (h head) mayHide(v *access.View) bool {
	if v.HoldResults && h.holds > 0 {
		return true
	}
	return slices.ContainsFunc(h.heads, func(c classHead) bool {
		return !v.SeesClass(c.class)
	})
}
