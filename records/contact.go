package records

import (
	"slices"
	"strings"

	"housecall/records/access"
	"housecall/records/fhir"
)

// contact are the members of Patient that somebody may change about themselves.
var contact = map[string]bool{"telecom": true, "address": true, "communication": true, "contact": true}

// mayRewrite tells whether a change of a Patient is one that the view may make.
// By name, birth date and numbers a person is known; ages decide about grants,
// and without its Patient a chart is lost. So only systems begin or end one, and
// patients change how to reach them.
func mayRewrite(v *access.View, ch *change) bool {
	switch {
	case v.Relation == access.Feed:
		return true
	case ch.Kind == Delete || ch.old == nil || ch.old.deleted:
		return false
	case v.Base != access.Self:
		return true
	}
	old, err := fhir.Parse(ch.old.body)
	return err == nil && string(identityOf(old)) == string(identityOf(ch.Node))
}

// identityOf is a Patient without contact details and without what the server
// writes into meta, in one order.
func identityOf(n *fhir.Node) []byte {
	var kept []fhir.Member
	for _, m := range n.Members() {
		if m.Key == "meta" {
			if m.Value = m.Value.Get("security"); m.Value == nil {
				continue
			}
		}
		if !contact[strings.TrimPrefix(m.Key, "_")] {
			kept = append(kept, fhir.Member{Key: m.Key, Value: inOrder(m.Value)})
		}
	}
	slices.SortFunc(kept, func(a, b fhir.Member) int { return strings.Compare(a.Key, b.Key) })
	return fhir.Object(kept...).Append(nil)
}

// inOrder is the same value with the members of its objects by name.
func inOrder(n *fhir.Node) *fhir.Node {
	switch n.Kind() {
	case fhir.KindObject:
		members := make([]fhir.Member, 0, len(n.Members()))
		for _, m := range n.Members() {
			members = append(members, fhir.Member{Key: m.Key, Value: inOrder(m.Value)})
		}
		slices.SortFunc(members, func(a, b fhir.Member) int { return strings.Compare(a.Key, b.Key) })
		return fhir.Object(members...)
	case fhir.KindArray:
		items := make([]*fhir.Node, 0, len(n.Items()))
		for _, i := range n.Items() {
			items = append(items, inOrder(i))
		}
		return fhir.Array(items...)
	}
	return n
}
