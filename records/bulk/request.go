package bulk

import (
	"context"
	"slices"
	"time"

	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records"
	"housecall/records/fhir"
)

// Level says whose records an export is about.
type Level string

// The levels: everything of the clinic, of all patients, or of the members of a
// Group.
const (
	System   Level = "system"
	Patients Level = "patient"
	Group    Level = "group"
)

// Export is what somebody wants to have exported.
type Export struct {
	Level    Level     `json:"level"`
	Group    string    `json:"group,omitempty"`
	Patients []string  `json:"patients,omitempty"` // only these; nil: all of the level
	Types    []string  `json:"types,omitempty"`    // nil: all that may be read
	Since    time.Time `json:"since,omitzero"`
	Elements []string  `json:"elements,omitempty"`
	Filters  []string  `json:"filters,omitempty"` // as Type?search; of a type that has some, only what one of them finds
	Base     string    `json:"base,omitempty"`    // address of the server, as filters may name it
	Notes    []string  `json:"notes,omitempty"`   // what of the request was passed over, for its outcome
	Lenient  bool      `json:"-"`                 // pass over what cannot be done
}

// Input is one file of an import.
type Input struct {
	Type string `json:"type"`
	URL  string `json:"url"`
}

// Import is what somebody wants to have imported.
type Import struct {
	Source string  `json:"source"` // names the sending system; ids are kept apart by it
	Inputs []Input `json:"-"`
}

const (
	maxPatients = 10_000 // named in one request
	maxFilters  = 100
)

// check decides whether the export may be made, and settles which types it is of.
func (s *Service) check(ctx context.Context, who identity.Principal, e *Export) error {
	if who.Kind != identity.System {
		return fault.New(fault.Forbidden, "Only systems with scopes like system/*.rs can export records.").WithCode("scope")
	}
	if who.Bound() {
		if err := e.bind(who); err != nil {
			return err
		}
	}
	if e.Level == System && e.Patients != nil {
		return refused("not-supported", "patient", "An export of the whole clinic names no patients.")
	}
	if err := s.checkTypes(who, e); err != nil {
		return err
	}
	if err := e.checkFilters(); err != nil {
		return err
	}
	if e.Since.After(s.Now()) {
		return refused("invalid", "_since", "_since must be a time that has passed.")
	}
	if len(e.Patients) > maxPatients {
		return refused("too-long", "patient", "An export names 10000 patients at most.")
	}
	slices.Sort(e.Patients)
	e.Patients = slices.Compact(e.Patients)
	if e.Level == Group {
		members, err := s.members(ctx, who, e.Group)
		if err != nil {
			return err
		}
		for _, p := range e.Patients {
			if _, in := slices.BinarySearch(members, p); !in {
				return refused("not-found", "patient", "One of these patients is not in the group.")
			}
		}
	}
	if e.Patients != nil {
		n, err := s.Records.ExportCharts(ctx, e.Patients)
		if err != nil {
			return err
		}
		if int(n) != len(e.Patients) {
			return refused("not-found", "patient", "One of these patients is not known here.")
		}
	}
	return nil
}

// bind keeps an export within the Group that who asks is bound to.
func (e *Export) bind(who identity.Principal) error {
	switch {
	case e.Level == System:
		return fault.New(fault.Forbidden, "This app works for a group of patients. It can export that group.").WithCode("scope")
	case e.Level == Group && e.Group != who.Group:
		return fault.New(fault.NotFound, "We could not find this group.")
	}
	e.Level, e.Group = Group, who.Group // all patients are those of the group
	return nil
}

func (s *Service) checkTypes(who identity.Principal, e *Export) error {
	fits := func(t string) bool { return records.Stores(t) && (e.Level == System || records.Charted(t)) }
	var kept []string
	for _, t := range e.Types {
		why, kind, code := "", fault.Invalid, "not-supported"
		switch {
		case !fits(t):
			why = "Records of type " + t + " are not part of this export."
		case !who.AllowsFHIR(t, 'r'):
			why, kind, code = "The scopes do not allow to read "+t+".", fault.Forbidden, "suppressed"
		}
		switch {
		case why == "":
			kept = append(kept, t)
		case e.Lenient:
			e.Notes = append(e.Notes, why)
		default:
			return fault.New(kind, why).WithIssues(fault.Issue{Code: code, Expression: "_type", Text: why})
		}
	}
	if e.Types == nil {
		all := true
		for _, t := range fhir.Types() {
			switch {
			case fits(t) && who.AllowsFHIR(t, 'r'):
				kept = append(kept, t)
			case fits(t):
				all = false
			}
		}
		if all {
			return nil
		}
	}
	if len(kept) == 0 {
		return fault.New(fault.Forbidden, "The scopes allow to read nothing of this.").WithCode("scope")
	}
	slices.Sort(kept)
	e.Types = slices.Compact(kept)
	return nil
}

// checkFilters refuses filters that cannot be applied, or passes them over when
// the client wants that. A filter may only look at what the export is of.
func (e *Export) checkFilters() error {
	if len(e.Filters) > maxFilters {
		return refused("too-long", "_typeFilter", "An export takes 100 filters at most.")
	}
	var kept []string
	for _, text := range e.Filters {
		q, issues := fhir.ParseFilter(text)
		code, why := "", ""
		switch {
		case q == nil:
			code, why = issues[0].Code, "A filter of _typeFilter cannot be applied: "+issues[0].Text+"."
		case e.Types != nil && !slices.Contains(e.Types, q.Type) || e.Types == nil && (!records.Stores(q.Type) || e.Level != System && !records.Charted(q.Type)):
			code, why = "not-supported", "A filter of _typeFilter is for "+q.Type+", which is not part of this export."
		}
		switch {
		case why == "":
			kept = append(kept, text)
		case e.Lenient:
			e.Notes = append(e.Notes, why)
		default:
			return refused(code, "_typeFilter", why)
		}
	}
	e.Filters = kept
	return nil
}

// members gives the patients of a Group, sorted. Reading it is decided and
// accounted for as any other read.
func (s *Service) members(ctx context.Context, who identity.Principal, id string) ([]string, error) {
	if who.Bound() {
		list, err := s.Access.MembersOf(s.DB.Read(ctx), who.Group)
		return append([]string{}, list...), err // nil would be all patients
	}
	st, err := s.Records.Read(ctx, who, "Group", id)
	if err != nil {
		return nil, err
	}
	n, err := fhir.Parse(st.Body)
	if err != nil {
		return nil, err
	}
	out := []string{}
	for _, m := range n.Get("member").Items() {
		if gone, _ := m.Get("inactive").Bool(); gone {
			continue
		}
		if t, p, _, ok := fhir.SplitReference(m.Get("entity", "reference").Str()); ok && t == "Patient" {
			out = append(out, p)
		}
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

// options turn the request into what the store is asked for.
func (s *Service) options(ctx context.Context, who identity.Principal, e *Export, until time.Time) (records.ExportOptions, error) {
	o := records.ExportOptions{Patients: e.Patients, Shared: e.Level == System, Types: e.Types, Since: e.Since, Until: until}
	for _, text := range e.Filters {
		q, issues := fhir.ParseFilter(text)
		if q == nil { // it was taken by an older version
			return o, refused(issues[0].Code, "_typeFilter", issues[0].Text)
		}
		q.Here(e.Base)
		o.Filters = append(o.Filters, q)
	}
	if e.Level != Group {
		return o, nil
	}
	members, err := s.members(ctx, who, e.Group)
	if e.Patients != nil { // who left the group meanwhile is left out
		members = slices.DeleteFunc(members, func(p string) bool { _, in := slices.BinarySearch(e.Patients, p); return !in })
	}
	o.Patients = members
	return o, err
}
