package ingest_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"housecall/records/ingest"
)

// What is about several patients goes in when they are there, however the file is
// ordered, and goes in once. A second patient may come to it later.
func TestRecordsOfSeveralPatients(t *testing.T) {
	each(t, func(t *testing.T, h *house, dir string) {
		visit := func(more string) string {
			return entry("urn:uuid:0a0a0a0a-0000-4000-8000-000000000005", `{"resourceType":"Appointment","id":"v","status":"proposed","participant":[{"actor":{"reference":"`+urnA+`"},"status":"accepted"}`+more+`]}`)
		}
		second := `,{"actor":{"reference":"` + urnB + `"},"status":"accepted"}`
		group := entry("urn:uuid:0a0a0a0a-0000-4000-8000-000000000006", `{"resourceType":"Group","id":"g","type":"person","actual":true,"member":[{"entity":{"reference":"`+urnA+`"}},{"entity":{"reference":"`+urnB+`"}}]}`)
		list := entry("urn:uuid:0a0a0a0a-0000-4000-8000-000000000007", `{"resourceType":"List","id":"l","status":"current","mode":"working","entry":[{"item":{"reference":"`+urnC+`"}},{"item":{"reference":"`+urnA+`"}}]}`)
		told := entry("urn:uuid:0a0a0a0a-0000-4000-8000-000000000008", `{"resourceType":"Provenance","id":"p","target":[{"reference":"urn:uuid:0a0a0a0a-0000-4000-8000-000000000006"}],"recorded":"2024-01-01T00:00:00Z","agent":[{"who":{"display":"somebody"}}]}`)
		patients := []string{entry(urnA, patient("p", "One", "1950-01-01")), entry(urnB, patient("q", "Two", "1960-01-01")), entry(urnC, observation("o", urnB, ""))}
		parts := func(typ string) int {
			return h.count(t, `SELECT count(*) FROM resources WHERE type = ? AND patient_id <> '' AND NOT deleted`, typ)
		}
		path := write(t, dir, "a.json", bundle(append([]string{told, list, group, visit("")}, patients...)...))
		r := h.bring(t, ingest.Options{Paths: []string{path}})
		require.Zero(t, r.RefusedTotal, text(t, r))
		require.Equal(t, []int{1, 2, 2, 2}, []int{parts("Appointment"), parts("Group"), parts("List"), parts("Provenance")})
		require.Zero(t, h.count(t, `SELECT count(*) FROM resources WHERE type = 'Appointment' AND patient_id = ''`))

		path = write(t, dir, "a.json", bundle(append([]string{told, list, group, visit(second)}, patients...)...))
		for range 2 {
			r = h.bring(t, ingest.Options{Paths: []string{path}})
			require.Zero(t, r.RefusedTotal, text(t, r))
		}
		require.Equal(t, []int{2, 2, 2, 2}, []int{parts("Appointment"), parts("Group"), parts("List"), parts("Provenance")})
		require.Equal(t, 2, h.count(t, `SELECT max(version) FROM resource_versions WHERE type = 'Appointment'`), "written once")
	})
}
