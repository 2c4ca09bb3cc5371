package rest_test

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/clamd"
	"housecall/internal/clamd/clamdtest"
	"housecall/internal/fault"
	"housecall/records"
	"housecall/records/fhir"
)

// scanned is a site whose files go through a scanner.
func scanned(t *testing.T, f func(t *testing.T, s *site, scanner *clamdtest.Server)) {
	each(t, func(t *testing.T, s *site) {
		scanner := clamdtest.Unix(t)
		c, err := clamd.New(scanner.Address, nil)
		require.NoError(t, err)
		s.scanner = c
		s.withFiles()
		f(t, s, scanner)
	})
}

func documentReference(id, patient, content string) string {
	return fmt.Sprintf(`{"resourceType":"DocumentReference","id":"%s","status":"current","subject":{"reference":"Patient/%s"},"content":[{"attachment":{"contentType":"text/plain","data":"%s"}}]}`,
		id, patient, base64.StdEncoding.EncodeToString([]byte(content)))
}

// Whatever face and form harmful content comes in, nothing of it is kept, and
// everybody is told why.
func TestHarmfulContentIsRefused(t *testing.T) {
	scanned(t, func(t *testing.T, s *site, scanner *clamdtest.Server) {
		good := newID()
		s.put(documentReference(good, s.rosa, "plain words"))
		require.Equal(t, []string{"plain words"}, scanner.Scanned())
		before := s.stored(t)
		eicar64 := base64.StdEncoding.EncodeToString([]byte(clamdtest.EICAR))
		infected := newID()
		for name, x := range map[string]struct{ method, path, body, place string }{
			"a Binary":  {"PUT", "/fhir/Binary/" + infected, binary(infected, s.rosa, "text/plain", clamdtest.EICAR), "business-rule Binary.data"},
			"document":  {"PUT", "/fhir/DocumentReference/" + infected, documentReference(infected, s.rosa, clamdtest.EICAR), "business-rule DocumentReference.content[0].attachment.data"},
			"message":   {"POST", "/fhir/Communication", `{"resourceType":"Communication","status":"completed","subject":{"reference":"Patient/` + s.rosa + `"},"payload":[{"contentString":"see"},{"contentAttachment":{"contentType":"text/plain","data":"` + eicar64 + `"}}]}`, "business-rule Communication.payload[1].content.ofType(Attachment).data"},
			"in blanks": {"PUT", "/fhir/Binary/" + infected, strings.Replace(binary(infected, s.rosa, "text/plain", clamdtest.EICAR), eicar64, eicar64[:7]+" "+eicar64[7:], 1), "business-rule Binary.data"},
			"a bundle": {"POST", "/fhir", `{"resourceType":"Bundle","type":"transaction","entry":[{"request":{"method":"PUT","url":"Observation/` + infected + `"},"resource":` + observation(infected, "Patient/"+s.rosa, 1) + `},
				{"request":{"method":"PUT","url":"Binary/` + infected + `"},"resource":` + binary(infected, s.rosa, "a/b", clamdtest.EICAR) + `}]}`, "business-rule Bundle.entry[1].resource.data"},
		} {
			r := s.do(s.doctor, x.method, x.path, x.body)
			require.Equal(t, 422, r.StatusCode, name+": "+r.body)
			require.Equal(t, []string{x.place}, r.outcome(t), name)
			require.Contains(t, r.body, "virus scanner")
			require.NotContains(t, r.body, "Eicar")
		}
		batch := s.do(s.doctor, "POST", "/fhir", `{"resourceType":"Bundle","type":"batch","entry":[{"request":{"method":"PUT","url":"Binary/`+infected+`"},"resource":`+binary(infected, s.rosa, "a/b", clamdtest.EICAR)+`}]}`).bundle(t)
		require.Contains(t, batch.Entry[0].Response.Status, "422")

		patch := func(body string) reply {
			return s.do(s.doctor, http.MethodPatch, "/fhir/DocumentReference/"+good, body, "Content-Type", "application/json-patch+json")
		}
		const at = `"path":"/content/0/attachment/data"`
		require.Equal(t, 422, patch(`[{"op":"replace",`+at+`,"value":"`+eicar64+`"}]`).StatusCode)
		require.Equal(t, 422, patch(`[{"op":"add","path":"/content/-","value":{"attachment":{"contentType":"a/b","data":"`+eicar64+`"}}}]`).StatusCode)
		require.Equal(t, 422, patch(`[{"op":"add","path":"/description","value":"`+eicar64+`"},{"op":"copy","from":"/description",`+at+`}]`).StatusCode, "moved into place")
		require.Equal(t, before, s.stored(t))
		require.Equal(t, 200, patch(`[{"op":"replace",`+at+`,"value":"bW9yZQ=="}]`).StatusCode)
		require.Equal(t, 200, patch(`[{"op":"add","path":"/description","value":"words"}]`).StatusCode, "what was there is there")
		require.Contains(t, scanner.Scanned(), "more")

		who, err := s.id.Bearer(context.Background(), s.self)
		require.NoError(t, err)
		upload := newID()
		_, err = s.store.SaveBinary(context.Background(), who, s.rosa, records.BinaryIn{ID: upload, Title: "My secret.txt", Content: []byte(clamdtest.EICAR)})
		require.True(t, fault.Is(err, fault.Invalid), "%v", err)
		var loose int
		require.NoError(t, s.db.Read(context.Background()).QueryRow(`SELECT (SELECT count(*) FROM loose_blobs) + (SELECT count(*) FROM binaries)`).Scan(&loose))
		require.Zero(t, loose)

		rows := append(s.rowsOf(infected), s.rowsOf(upload)...)
		require.Len(t, rows, 6, "each is accounted for")
		for _, row := range rows {
			require.Contains(t, row, `"infected"`)
			require.NotContains(t, row, "secret")
			require.NotContains(t, row, "Eicar")
		}
	})
}

// While nobody can tell, nothing is taken; what holds no file goes on.
func TestNobodyIsThereToScan(t *testing.T) {
	scanned(t, func(t *testing.T, s *site, scanner *clamdtest.Server) {
		id := newID()
		scanner.Limit(10)
		r := s.do(s.doctor, "PUT", "/fhir/Binary/"+id, binary(id, s.rosa, "text/plain", "more than ten"))
		require.Equal(t, 413, r.StatusCode, r.body)
		scanner.Stop()
		r = s.do(s.doctor, "PUT", "/fhir/Binary/"+id, binary(id, s.rosa, "text/plain", "plain words"))
		require.Equal(t, 503, r.StatusCode, r.body)
		require.NotEmpty(t, r.Header.Get("Retry-After"))
		require.Equal(t, []string{"transient Binary.data"}, r.outcome(t))
		require.Contains(t, r.body, "checked for viruses")
		who, err := s.id.Bearer(context.Background(), s.self)
		require.NoError(t, err)
		_, err = s.store.SaveBinary(context.Background(), who, s.rosa, records.BinaryIn{ID: newID(), Content: []byte("plain words")})
		require.True(t, fault.Is(err, fault.Unavailable), "%v", err)
		require.Equal(t, 404, s.do(s.doctor, "GET", "/fhir/Binary/"+id, "").StatusCode)
		s.put(observation(newID(), "Patient/"+s.rosa, 1))

		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		n, err := fhir.Parse([]byte(binary(id, s.rosa, "text/plain", "plain words")))
		require.NoError(t, err)
		_, err = s.store.Prepare(ctx, who, records.Op{Kind: records.Create, Node: n}, "")
		require.True(t, fault.Is(err, fault.Unavailable), "an import waits: %v", err)
	})
}
