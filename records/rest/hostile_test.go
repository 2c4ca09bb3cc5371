package rest_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/internal/identity"
	"housecall/records"
	"housecall/records/fhir"
	"housecall/records/subscription"
)

// large keeps a document of so many megabytes.
func (s *site) large(id string, megabytes int) {
	s.t.Helper()
	n, err := fhir.Parse([]byte(`{"resourceType":"DocumentReference","id":"` + id + `","status":"current","subject":{"reference":"Patient/` + s.rosa + `"},"content":[{"attachment":{"contentType":"application/octet-stream","data":"` +
		strings.Repeat("AAAA", megabytes<<18) + `"}}]}`))
	require.NoError(s.t, err)
	_, err = s.store.Write(context.Background(), identity.SystemPrincipal("test"), records.Batch{Ops: []records.Op{{Kind: records.Put, Node: n}}})
	require.NoError(s.t, err)
}

// Reads in a bundle that each ask for a lot do not fill the memory together.
func TestABundleOfReadsIsBounded(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		for range 3 {
			s.large(newID(), 5)
		}
		var reads []string
		for range 12 { // 180 MB
			reads = append(reads, entry("", "GET", "DocumentReference?patient="+s.rosa, "", ""))
		}
		for _, kind := range []string{"batch", "transaction"} {
			r := s.do(s.doctor, "POST", "/fhir", bundleOf(kind, reads...))
			require.Less(t, len(r.body), 90<<20, kind)
			b := r.bundle(t)
			require.Len(t, b.Entry, len(reads), kind)
			require.Equal(t, "200 OK", b.Entry[0].Response.Status)
			last := b.Entry[len(b.Entry)-1]
			require.Contains(t, last.Response.Status, "413", kind)
			require.Contains(t, string(last.Response.Outcome), "too-costly")
		}
	})
}

// A page is bounded by its size too, and nothing is left out between pages.
func TestPagesOfLargeRecordsAreBounded(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		want := map[string]bool{}
		one := newID()
		for i := range 6 {
			id := newID()
			want["DocumentReference/"+id] = true
			s.large(id, 5)
			if i < 4 {
				s.large(one, 5+i%2)
			}
		}
		want["DocumentReference/"+one] = true
		dbtest.Settled(t, s.db)
		for path, versions := range map[string]bool{
			"DocumentReference?patient=" + s.rosa: false, "DocumentReference?patient=" + s.rosa + "&type:missing=true": false, "Patient/" + s.rosa + "/$everything?_type=DocumentReference": false,
			"DocumentReference/" + one + "/_history": true, "DocumentReference/_history": true,
		} {
			got, pages := map[string]int{}, 0
			for url := base + "/fhir/" + path; url != ""; pages++ {
				require.Less(t, pages, 20, path)
				r := s.do(s.doctor, "GET", url, "")
				require.Less(t, len(r.body), 30<<20, path)
				b := r.bundle(t)
				require.NotEmpty(t, b.Entry, path)
				for _, e := range b.Entry {
					got[strings.TrimPrefix(e.FullURL, base+"/fhir/")]++
				}
				url = b.link("next")
			}
			require.Greater(t, pages, 1, path)
			switch {
			case !versions:
				require.Len(t, got, len(want), path)
				for name, n := range got {
					require.True(t, want[name], path)
					require.Equal(t, 1, n, path)
				}
			default:
				require.Equal(t, 4, got["DocumentReference/"+one], path)
			}
		}
	})
}

// The secret of a hook was told for its address. Who may change the subscription
// does not get it by sending it elsewhere.
func TestHeadersOfAHookGoToNoOtherAddress(t *testing.T) {
	subscribed(t, func(t *testing.T, s *site, _ *subscription.Service) {
		hook, thief := newReceiver(t), newReceiver(t)
		id := s.subscribe(s.feed, subscriptionBody(hook.server.URL, ownTopic("resource-change"), "id-only", "", "Observation?patient="+s.rosa))
		s.waitState(s.feed, id, "active")
		body := s.do(s.feed, "GET", "/fhir/Subscription/"+id, "").body
		moved := strings.Replace(body, hook.server.URL, thief.server.URL, 1)
		r := s.do(s.feed, "PUT", "/fhir/Subscription/"+id, moved)
		require.Equal(t, 422, r.StatusCode, r.body)
		require.NotContains(t, r.body, "s3cret")
		r = s.do(s.feed, "PUT", "/fhir/Subscription/"+id, strings.Replace(moved, "***", "Bearer another", 1))
		require.Equal(t, 200, r.StatusCode, r.body)
		thief.waitKind("handshake", 1)
		for _, x := range thief.all() {
			require.Equal(t, "Bearer another", x.auth)
		}
	})
}

// A filter finds nothing by a reference that the subscriber does not see, as a
// search does not.
func TestAFilterFindsNothingByHiddenReferences(t *testing.T) {
	subscribed(t, func(t *testing.T, s *site, _ *subscription.Service) {
		secret, open := newID(), newID()
		s.put(condition(secret, s.rosa, "F33.1"))
		s.put(condition(open, s.rosa, "E11.9"))
		hooks := map[string]*receiver{}
		for _, id := range []string{secret, open} {
			hooks[id] = newReceiver(t)
			sub := s.subscribe(s.elena, subscriptionBody(hooks[id].server.URL, ownTopic("patient-chart-change"), "empty", "", "Encounter?patient="+s.rosa+"&diagnosis=Condition/"+id))
			s.waitState(s.elena, sub, "active")
		}
		visit := func(condition string) string {
			return `{"resourceType":"Encounter","id":"` + newID() + `","status":"finished","class":{"code":"AMB"},"subject":{"reference":"Patient/` + s.rosa + `"},"diagnosis":[{"condition":{"reference":"Condition/` + condition + `"}}]}`
		}
		s.put(visit(secret))
		s.put(visit(open))
		hooks[open].wait(1)
		all := s.subscribe(s.elena, subscriptionBody(newReceiver(t).server.URL, ownTopic("patient-chart-change"), "empty", "", "Encounter?patient="+s.rosa))
		s.waitState(s.elena, all, "active") // a round later
		require.Empty(t, hooks[secret].events())
	})
}

// What was cut with its element comes back when the rest is written.
func TestWhatWasCutWithItsElementStays(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		device, given := newID(), newID()
		s.put(`{"resourceType":"Device","id":"` + device + `","meta":{"security":[{"system":"http://terminology.hl7.org/CodeSystem/v3-Confidentiality","code":"R"}]},"patient":{"reference":"Patient/` + s.rosa + `"}}`)
		s.put(`{"resourceType":"MedicationAdministration","id":"` + given + `","status":"completed","medicationCodeableConcept":{"text":"Lisinopril"},"subject":{"reference":"Patient/` + s.rosa + `"},"effectiveDateTime":"2026-11-20",` +
			`"performer":[{"function":{"text":"secret pump"},"actor":{"reference":"Device/` + device + `"}},{"function":{"text":"nurse"},"actor":{"reference":"Patient/` + s.rosa + `"}}]}`)
		path := "/fhir/MedicationAdministration/" + given
		seen := s.do(s.elena, "GET", path, "").body
		require.NotContains(t, seen, "secret pump")
		require.Contains(t, seen, "nurse")
		r := s.do(s.elena, "PUT", path, strings.Replace(seen, `"completed"`, `"stopped"`, 1))
		require.Equal(t, 200, r.StatusCode, r.body)
		require.NotContains(t, r.body, "secret pump")
		whole := s.do(s.feed, "GET", path, "").body
		require.Contains(t, whole, `"stopped"`)
		require.Contains(t, whole, "secret pump")
		require.Contains(t, whole, "Device/"+device)
		require.Equal(t, 200, s.patch(s.elena, path, `[{"op":"test","path":"/performer/0/function/text","value":"nurse"},{"op":"replace","path":"/status","value":"on-hold"}]`).StatusCode)
		require.Contains(t, s.do(s.feed, "GET", path, "").body, "secret pump")
	})
}

// Operations of subscriptions take ids that are none as what is not there.
func TestIdsThatAreNone(t *testing.T) {
	subscribed(t, func(t *testing.T, s *site, _ *subscription.Service) {
		for _, id := range []string{`\u0000`, `\ud800`, strings.Repeat("a", 5000), `' OR 1=1 --`} {
			for _, name := range []string{"id", "status"} {
				r := s.do(s.feed, "POST", "/fhir/Subscription/$status", fmt.Sprintf(`{"resourceType":"Parameters","parameter":[{"name":"%s","valueString":"%s"}]}`, name, id))
				require.Less(t, r.StatusCode, 500, r.body)
			}
			r := s.do(s.feed, "POST", "/fhir/Subscription/$get-ws-binding-token", fmt.Sprintf(`{"resourceType":"Parameters","parameter":[{"name":"id","valueString":"%s"}]}`, id))
			require.GreaterOrEqual(t, r.StatusCode, 400, r.body)
			require.Less(t, r.StatusCode, 500, r.body)
		}
		var waiting int
		require.NoError(t, s.db.Read(context.Background()).QueryRow(`SELECT count(*) FROM subscription_tokens`).Scan(&waiting))
		require.Zero(t, waiting)
	})
}

// Who is cut off does not go on to write by what they began before.
func TestAnImportEndsWithItsAuthorization(t *testing.T) {
	shelf := newShelf(t)
	id := newID()
	shelf.files["/p"] = []byte(patientBody(id, "Mallory"))
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newBulkSite(t, d, shelf.Client(), 0)
		ctx := context.Background()
		start := func(token string) string {
			r := s.do(token, "POST", "/fhir/$import", importBody("urn:elsewhere", [2]string{"Patient", shelf.URL + "/p"}), "Prefer", "respond-async")
			require.Equal(t, 202, r.StatusCode, r.body)
			return strings.TrimPrefix(r.Header.Get("Content-Location"), base+"/fhir/bulk/")
		}
		stolen, again := s.system("sender", "system/*.cruds"), s.system("sender", "system/*.cruds")
		job := start(stolen)
		who, err := s.id.Bearer(ctx, stolen)
		require.NoError(t, err)
		require.NoError(t, s.id.RevokeFamily(ctx, who.Session))
		more, err := s.bulk.Work(ctx, job)
		require.NoError(t, err)
		require.False(t, more)
		require.Equal(t, 500, s.do(again, "GET", "/fhir/bulk/"+job, "").StatusCode)
		require.Empty(t, s.do(s.feed, "GET", "/fhir/Patient?family=Mallory", "").bundle(t).Entry)
		_, err = s.bulk.Work(ctx, start(again))
		require.NoError(t, err)
		require.Len(t, s.do(s.feed, "GET", "/fhir/Patient?family=Mallory", "").bundle(t).Entry, 1)
	})
}
