// Package terminology knows codes: HL7's code systems and value sets of R4, v3 and v2, CDC's CVX and MVX, and the
// billable ICD-10-CM codes. It lists what a value set holds and says whether a code is in it.
//
// Other terminologies (SNOMED CT, LOINC, RxNorm, CPT, UCUM) are not here: their licences do not allow it, or they are
// too large. Whatever needs one of them is refused with its name; a guess would be wrong half of the time. A value set
// that lists such codes one by one needs no code system and works.
//
// The package is pure: it reads one embedded table and nothing else.
package terminology

//go:generate go run ./gen -from ../../../shared/data -to codes.table.gz
