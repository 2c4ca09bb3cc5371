package access

import (
	"math/bits"
	"strings"
)

// Category is the kind of data that grants and rules speak of. The numbers are
// stored; their order never changes.
type Category int16

// The categories.
const (
	Demographics Category = iota
	Conditions
	Allergies
	Medicines
	Immunizations
	Results
	Vitals
	Visits
	Documents
	CarePlan
	Messages
	Appointments
	Questionnaires
	Coverage
	Other
	categories // their number
)

// NoCategory stands for what is not there.
const NoCategory Category = -1

var categoryNames = [categories]string{"demographics", "conditions", "allergies", "medicines", "immunizations", "results", "vitals",
	"visits", "documents", "careplan", "messages", "appointments", "questionnaires", "coverage", "other"}

// String is the category's word in the JSON API.
func (c Category) String() string {
	if c < 0 || c >= categories {
		return ""
	}
	return categoryNames[c]
}

// ParseCategory reads the word of the JSON API.
func ParseCategory(s string) (Category, bool) {
	for c, name := range categoryNames {
		if name == s {
			return Category(c), true
		}
	}
	return NoCategory, false
}

// CategorySet is a set of categories, a bit each.
type CategorySet uint32

// Everything is every category.
const Everything CategorySet = 1<<categories - 1

// Of makes a set.
func Of(cs ...Category) CategorySet {
	var s CategorySet
	for _, c := range cs {
		if c >= 0 && c < categories {
			s |= 1 << c
		}
	}
	return s
}

// Has tells whether the category is in the set.
func (s CategorySet) Has(c Category) bool { return c >= 0 && c < categories && s&(1<<c) != 0 }

// List gives the categories in their order.
func (s CategorySet) List() []Category {
	out := make([]Category, 0, bits.OnesCount32(uint32(s)))
	for c := Category(0); c < categories; c++ {
		if s.Has(c) {
			out = append(out, c)
		}
	}
	return out
}

// Words gives the names of the categories in their order.
func (s CategorySet) Words() []string {
	out := []string{}
	for _, c := range s.List() {
		out = append(out, c.String())
	}
	return out
}

func (s CategorySet) String() string { return strings.Join(s.Words(), " ") }

// Labels are the sensitive kinds that a resource touches, a bit each, and with them
// which part of its type it is of (facet.go). The bits are stored; they never change
// their meaning.
type Labels int64

// The sensitive kinds.
const (
	MentalHealth Labels = 1 << iota
	SubstanceUse
	Reproductive // reproductive and sexual health
	HIV
	Genetics
	Restricted // marked restricted or very restricted, violence and abuse

	NoLabels  Labels = 0
	AllLabels        = MentalHealth | SubstanceUse | Reproductive | HIV | Genetics | Restricted
)

// Class is what access decisions know about a resource.
type Class struct {
	Category Category
	Labels   Labels
}
