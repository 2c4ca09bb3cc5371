package records

// MainDate is the parameter whose value orders a type.
func MainDate(typ string) string { return mainDate[typ] }

// MaxBodies bounds what a search looks at one by one.
const MaxBodies = maxBodies
