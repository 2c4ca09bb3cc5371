package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
)

// follower is an endpoint that takes notifications and writes down what it was told.
type follower struct {
	server *httptest.Server

	mu    sync.Mutex
	last  int64            // the greatest number so far
	focus map[int64]string // by number
	wrong []string
}

func newFollower(t *testing.T) *follower {
	f := &follower{focus: map[int64]string{}}
	f.server = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		var b struct {
			Entry []struct {
				Resource struct {
					Parameter []struct {
						Name string
						Part []struct {
							Name, ValueString string
							ValueReference    struct{ Reference string }
						}
					}
				}
			}
		}
		text, err := io.ReadAll(r.Body)
		if err != nil { // the sender was killed while it spoke; nothing was told
			return
		}
		err = json.Unmarshal(text, &b)
		f.mu.Lock()
		defer f.mu.Unlock()
		if err != nil || len(b.Entry) == 0 {
			f.wrong = append(f.wrong, "something that is no notification")
			return
		}
		for _, p := range b.Entry[0].Resource.Parameter {
			if p.Name != "notification-event" {
				continue
			}
			var number int64
			focus := ""
			for _, part := range p.Part {
				switch part.Name {
				case "event-number":
					number, _ = strconv.ParseInt(part.ValueString, 10, 64)
				case "focus":
					focus = part.ValueReference.Reference[strings.LastIndexByte(part.ValueReference.Reference, '/')+1:]
				}
			}
			switch was, known := f.focus[number]; {
			case known && was != focus:
				f.wrong = append(f.wrong, fmt.Sprintf("number %d is two events", number))
			case !known && number != f.last+1:
				f.wrong = append(f.wrong, fmt.Sprintf("%d came after %d", number, f.last))
			}
			f.focus[number], f.last = focus, max(f.last, number)
		}
	}))
	t.Cleanup(f.server.Close)
	return f
}

func (f *follower) told() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.focus)
}

// The power goes, more than once, while subscribers are being told of changes: each
// change that was acknowledged is told at least once, under one number, in the order
// in which they were made, and no number is missing.
func TestSubscribersAreToldAfterTheKill(t *testing.T) {
	eachDatabase(t, func(t *testing.T, cfg Config) {
		cfg.SiteKey = newSiteKey()
		p := serve(t, cfg)
		token := p.says("token", "--system", "--name", "Lab feed", "--scope", "system/*.cruds")
		client := &http.Client{Timeout: 10 * time.Second}
		send := func(method, path, body string) (int, string, error) {
			req, err := http.NewRequest(method, p.url+"/fhir/"+path, strings.NewReader(body))
			if err != nil {
				return 0, "", err
			}
			req.Header.Set("Content-Type", "application/fhir+json")
			req.Header.Set("Authorization", "Bearer "+token)
			res, err := client.Do(req)
			if err != nil {
				return 0, "", err
			}
			defer res.Body.Close()
			text, err := io.ReadAll(res.Body)
			return res.StatusCode, string(text), err
		}
		patient := uuid.NewString()
		status, text, err := send("PUT", "Patient/"+patient, `{"resourceType":"Patient","id":"`+patient+`","name":[{"family":"Moss"}]}`)
		require.NoError(t, err)
		require.Equal(t, 201, status, text)
		hook := newFollower(t)
		status, text, err = send("POST", "Subscription", fmt.Sprintf(`{"resourceType":"Subscription","status":"requested","reason":"test","criteria":"%s/fhir/SubscriptionTopic/resource-change",
			"_criteria":{"extension":[{"url":"http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/backport-filter-criteria","valueString":"Observation?patient=%s"}]},
			"channel":{"type":"rest-hook","endpoint":%q,"payload":"application/fhir+json","_payload":{"extension":[{"url":"http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/backport-payload-content","valueCode":"id-only"}]}}}`,
			p.url, patient, hook.server.URL))
		require.NoError(t, err)
		require.Equal(t, 201, status, text)
		var sub struct{ ID string }
		require.NoError(t, json.Unmarshal([]byte(text), &sub))
		require.Eventually(t, func() bool {
			_, text, _ := send("GET", "Subscription/"+sub.ID, "")
			return strings.Contains(text, `"status":"active"`)
		}, 30*time.Second, 10*time.Millisecond)

		var made []string // in the order in which they were sent
		acknowledged := map[string]bool{}
		for range 2 {
			writer, gone := make(chan struct{}), make(chan struct{})
			go func() { // until the power goes; a server that has just come may not be ready
				defer close(writer)
				for {
					select {
					case <-gone:
						return
					case <-time.After(time.Millisecond):
					}
					id := uuid.NewString()
					made = append(made, id)
					status, _, err := send("PUT", "Observation/"+id, `{"resourceType":"Observation","id":"`+id+`","status":"final","code":{"text":"a"},"subject":{"reference":"Patient/`+patient+`"}}`)
					if err == nil && status == 201 {
						acknowledged[id] = true
					}
				}
			}()
			before := hook.told()
			require.Eventually(t, func() bool { return hook.told() > before+20 }, 60*time.Second, time.Millisecond)
			p.kill()
			close(gone)
			<-writer
			p = serve(t, cfg)
		}
		require.Greater(t, len(acknowledged), 40)
		all := func() (missing int) {
			hook.mu.Lock()
			defer hook.mu.Unlock()
			there := map[string]bool{}
			for _, focus := range hook.focus {
				there[focus] = true
			}
			for id := range acknowledged {
				if !there[id] {
					missing++
				}
			}
			return missing
		}
		require.Eventually(t, func() bool { return all() == 0 }, 60*time.Second, 20*time.Millisecond, "not everything was told")
		hook.mu.Lock()
		defer hook.mu.Unlock()
		require.Empty(t, hook.wrong)
		require.EqualValues(t, hook.last, len(hook.focus), "a number is missing")
		place := map[string]int{}
		for i, id := range made {
			place[id] = i
		}
		for n := int64(2); n <= hook.last; n++ {
			require.Less(t, place[hook.focus[n-1]], place[hook.focus[n]], "%d was made before %d", n, n-1)
		}
	})
}
