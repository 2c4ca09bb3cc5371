package identity

import "slices"

// purposes are those that a request may name, by who asks: codes of v3-ActReason
// (value set PurposeOfUse). An emergency is not among them: it is opened as one,
// with its reason, and not named in passing.
var purposes = map[Kind][]string{
	Person: {"PATRQT", "FAMRQT", "PWATRNY", "SUPNWK"},
	Staff:  {"TREAT", "COC", "HOPERAT", "HPAYMT", "PATADMIN", "PATSFTY", "HQUALIMP", "HCOMPL", "RECORDMGT", "PUBHLTH"},
	System: {"TREAT", "COC", "HOPERAT", "HPAYMT", "PATADMIN", "HQUALIMP", "PUBHLTH", "HRESCH", "HSYSADMIN"},
}

// MayName tells whether the principal may say that this is what it does it for.
func (p Principal) MayName(purpose string) bool { return slices.Contains(purposes[p.Kind], purpose) }
