package bulk

import (
	"housecall/records"
	"housecall/records/fhir"
)

const outcomeType = "OperationOutcome"

// collect puts resources where they belong: what is there into the file of its
// type, what was deleted into a transaction that deletes it elsewhere (Bulk Data
// Access 2.0, section 2.5.3.3).
func collect(sp *spool, e *Export, items []records.Stored) error {
	var gone []*fhir.Node
	for i := range items {
		it := &items[i]
		if it.Outcome == records.Deleted {
			gone = append(gone, fhir.Object(fhir.Member{Key: "request", Value: fhir.Object(
				fhir.Member{Key: "method", Value: fhir.String("DELETE")}, fhir.Member{Key: "url", Value: fhir.String(it.Type + "/" + it.ID)})}))
			continue
		}
		body := it.Body
		if e.Elements != nil {
			n, err := fhir.Parse(body)
			if err != nil {
				return err
			}
			body = fhir.Subset(n, "", e.Elements).Append(make([]byte, 0, len(body)))
		}
		sp.add("output", it.Type, 0, body)
	}
	if len(gone) > 0 {
		b := fhir.Object(fhir.Member{Key: "resourceType", Value: fhir.String("Bundle")}, fhir.Member{Key: "type", Value: fhir.String("transaction")},
			fhir.Member{Key: "entry", Value: fhir.Array(gone...)})
		sp.add("deleted", "Bundle", 0, b.Append(nil))
	}
	return nil
}

// outcome is one line of a file of outcomes.
func outcome(severity, code, text, expression string) []byte {
	issue := fhir.Object(fhir.Member{Key: "severity", Value: fhir.String(severity)}, fhir.Member{Key: "code", Value: fhir.String(code)},
		fhir.Member{Key: "details", Value: fhir.Object(fhir.Member{Key: "text", Value: fhir.String(text)})})
	if expression != "" {
		issue.Set("expression", fhir.Array(fhir.String(expression)))
	}
	return outcomeOf(issue)
}

func outcomeOf(issues ...*fhir.Node) []byte {
	return fhir.Object(fhir.Member{Key: "resourceType", Value: fhir.String(outcomeType)}, fhir.Member{Key: "issue", Value: fhir.Array(issues...)}).Append(nil)
}
