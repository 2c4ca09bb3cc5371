package fhir

// IncludesOf lists what _include may ask for in a search on the type, as Type:parameter.
func IncludesOf(typ string) []string {
	var out []string
	for _, p := range Params(typ) {
		if p.Type == TypeReference && p.Supported() {
			out = append(out, typ+":"+p.Name)
		}
	}
	return out
}

// RevIncludesOf lists what _revinclude may ask for in a search on the type, as Type:parameter: every reference of every
// type that may point to it.
func RevIncludesOf(typ string) []string {
	var out []string
	for _, from := range Types() {
		for _, p := range Params(from) {
			if p.PointsTo(typ) {
				out = append(out, from+":"+p.Name)
			}
		}
	}
	return out
}

// PointsTo says whether the parameter is a reference that may point to the type.
func (p *Param) PointsTo(typ string) bool {
	if p.Type != TypeReference || !p.Supported() {
		return false
	}
	if p.Targets == nil {
		return true
	}
	for _, t := range p.Targets {
		if t == typ {
			return true
		}
	}
	return false
}
