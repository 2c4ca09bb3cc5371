package portal_test

import (
	"context"
	"encoding/base64"
	"encoding/csv"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/db/dbtest"
	"housecall/internal/edge"
	"housecall/internal/identity"
	"housecall/portal"
	"housecall/records/access"
)

// days are the query of a period around now.
func days(more string) string {
	now := time.Now()
	return "?from=" + now.AddDate(0, 0, -1).Format(time.DateOnly) + "&until=" + now.AddDate(0, 0, 1).Format(time.DateOnly) + more
}

type auditPage struct {
	Items []access.ReportRow
	Next  string
}

func TestTheReportOfThePrivacyOfficer(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		f := newFamily(t, n)
		officer := n.signedIn(n.account("Priv", identity.Staff, "", identity.Privacy))
		b := n.browser()
		request := b.begin("/chart")
		require.Equal(t, 401, b.do("POST", "/auth/password", `{"request":"`+request+`","email":"rosa@housecall.test","password":"wrong"}`).StatusCode)
		require.Equal(t, 200, f.doctor.do("GET", f.chart(), "", edge.PurposeHeader, "HPAYMT").StatusCode)
		require.Equal(t, 404, f.stranger.get(f.chart()).StatusCode)
		require.Equal(t, 400, f.self.do("GET", f.chart(), "", edge.PurposeHeader, "TREAT").StatusCode)

		var page auditPage
		officer.get("/api/v1/privacy/audit"+days("&limit=200")).json(t, &page)
		seen := map[string]access.ReportRow{}
		for _, r := range page.Items {
			seen[r.Who+" "+r.Action+" "+r.Outcome] = r
		}
		require.Equal(t, "password", seen[" login refused"].Detail)
		require.Equal(t, f.self.account.ID, seen[" login refused"].ID)
		require.NotEmpty(t, seen[" login refused"].Address)
		opened := seen["Lee open ok"]
		require.Equal(t, "HPAYMT", opened.Purpose)
		require.Equal(t, "Rosa Marin", opened.Name)
		require.NotEmpty(t, opened.Session)
		require.Equal(t, f.rosa, seen["Gray refused refused"].Patient)
		require.NotEmpty(t, seen["Lee login ok"].At)

		for query, want := range map[string]int{"&refused=true&who=" + f.stranger.account.ID: 1, "&patient=" + f.ben: 0, "&action=open&sort=who": 1, "&emergency=true": 0} {
			page = auditPage{}
			officer.get("/api/v1/privacy/audit"+days(query)).json(t, &page)
			got := 0
			for _, r := range page.Items {
				if r.Action != "create" { // the feed's
					got++
				}
			}
			if strings.Contains(query, "patient") {
				got-- // this look itself
			}
			require.Equal(t, want, max(got, 0), query)
		}
		for _, who := range []*someone{f.self, f.elena, f.doctor, f.desk, f.admin, f.app, n.token(officer.account, "user/*.rs")} {
			for _, path := range []string{"audit", "audit.csv", "unusual"} {
				require.Equal(t, 403, who.get("/api/v1/privacy/"+path+days("")).StatusCode, who.name)
			}
		}
		require.Equal(t, 400, officer.get("/api/v1/privacy/audit").StatusCode)
		require.Equal(t, 403, f.doctor.get("/api/v1/privacy/audit").StatusCode, "the role before the question")
		require.Equal(t, 400, officer.get("/api/v1/privacy/audit?from=2020-01-01&until=2026-01-01").StatusCode)
		require.Equal(t, 400, officer.get("/api/v1/privacy/audit.csv?from=x&until=y").StatusCode)

		// Rosa reads in her own log that the officer asked for her.
		require.Equal(t, 200, officer.get("/api/v1/privacy/audit"+days("&patient="+f.rosa)).StatusCode)
		require.Contains(t, f.self.get(f.chart()+"/access").body, "Priv")
	})
}

// staff makes an account for somebody whose name is no e-mail address.
func (n *node) staff(name, patient string, role identity.Role) identity.Account {
	n.t.Helper()
	a, err := n.id.CreateAccount(context.Background(), identity.NewAccount{Email: newID() + "@housecall.test", Name: name, Kind: identity.Staff, Roles: []identity.Role{role}, Patient: patient})
	require.NoError(n.t, err)
	return a
}

func TestTheReportAsAFile(t *testing.T) {
	n := newNode(t, dbtest.SQLite(t), "", pages())
	patient := n.patient("Eve", "Stone", "")
	bad := n.staff("=HYPERLINK(1)", "", identity.Clinician)
	who := n.signedIn(bad)
	require.Equal(t, 404, who.get("/api/v1/charts/"+patient).StatusCode)
	officer := n.signedIn(n.account("Priv", identity.Staff, "", identity.Privacy))
	got := officer.get("/api/v1/privacy/audit.csv" + days("&sort=who"))
	require.Equal(t, 200, got.StatusCode)
	require.Contains(t, got.Header.Get("Content-Disposition"), "attachment")
	require.Equal(t, "no-store", got.Header.Get("Cache-Control"))
	cells, err := csv.NewReader(strings.NewReader(got.body)).ReadAll()
	require.NoError(t, err)
	require.Equal(t, "time", cells[0][0])
	require.Contains(t, got.body, "'=HYPERLINK(1)")
	for _, row := range cells {
		for _, c := range row {
			require.False(t, strings.HasPrefix(c, "="), c)
		}
	}
	n.clock.Add(11 * time.Minute)
	require.Equal(t, "step_up", officer.get("/api/v1/privacy/audit.csv"+days("")).code(), "a proof that is too old")
}

func TestAPatientTakesTheirLogAlong(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		f := newFamily(t, n)
		require.Equal(t, 200, f.doctor.get(f.chart()).StatusCode)
		var published struct{ Key string }
		n.nobody().get("/.well-known/housecall-audit").json(t, &published)
		key, err := base64.StdEncoding.DecodeString(published.Key)
		require.NoError(t, err)
		var file string
		require.Eventually(t, func() bool {
			got := f.self.get(f.chart() + "/access/export")
			require.Equal(t, 200, got.StatusCode, got.body)
			file = got.body
			return strings.Contains(file, "Lee")
		}, timeout, 50*time.Millisecond)
		checked, err := access.CheckExport(strings.NewReader(file), key)
		require.NoError(t, err)
		require.Equal(t, f.rosa, checked.Patient)
		require.NotContains(t, file, "depress")
		_, err = access.CheckExport(strings.NewReader(strings.Replace(file, "Lee", "Leo", 1)), key)
		require.Error(t, err)
		for _, who := range []*someone{f.doctor, f.elena, f.stranger, f.admin, f.app} {
			require.Equal(t, 404, who.get(f.chart()+"/access/export").StatusCode, who.name)
		}
		n.clock.Add(11 * time.Minute)
		require.Equal(t, "step_up", f.self.get(f.chart()+"/access/export").code())
	})
}

func TestUnusualAccesses(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		const home = `,"address":[{"line":["12 Elm St"],"city":"Dayton","postalCode":"45402"}]`
		at := func(line string) string {
			return fmt.Sprintf(`,"address":[{"line":["%s"],"city":"Dayton","postalCode":"45402-1234"}]`, line)
		}
		own := n.patient("Kim", "Vale", home)
		doctor := n.staff("Kim Vale", own, identity.Clinician)
		nurseChart := n.patient("Nan", "Poe", "")
		n.staff("Nan Poe", nurseChart, identity.Nurse)
		charts := map[string]string{
			"surname": n.patient("Otto", "Vale", ""), "address": n.patient("Ida", "Rex", home), "street": n.patient("Abe", "Fox", at("99 Elm St")), "far": n.patient("Una", "Lim", at("7 Oak Ave")),
			"colleague": nurseChart, "own": own,
		}
		who, began := n.signedIn(doctor), time.Now()
		f := &family{node: n}
		for _, c := range charts {
			f.join(who, c)
			require.Equal(t, 200, who.get("/api/v1/charts/"+c).StatusCode)
		}
		for i := range 18 {
			c := n.patient("Pat", fmt.Sprintf("Number%d", i), "")
			f.join(who, c)
			require.Equal(t, 200, who.get("/api/v1/charts/"+c).StatusCode)
		}
		officer := n.signedIn(n.account("Priv", identity.Staff, "", identity.Privacy))
		var got portal.Unusual
		officer.get("/api/v1/privacy/unusual"+days("")).json(t, &got)
		require.False(t, got.More)
		kinds := map[string][]string{}
		many := 0
		for _, h := range got.Items {
			require.Equal(t, doctor.ID, h.Account)
			if h.Kind == "many" {
				many = max(many, h.Count)
				continue
			}
			if h.Kind != "quiet" {
				kinds[h.Patient] = append(kinds[h.Patient], h.Kind)
			}
			require.NotEmpty(t, h.Name)
		}
		require.Equal(t, map[string][]string{charts["surname"]: {"surname"}, charts["address"]: {"address"}, charts["street"]: {"street"}, charts["colleague"]: {"colleague"}, charts["own"]: {"own"}}, kinds)
		if time.Now().Truncate(time.Hour).Equal(began.Truncate(time.Hour)) { // else each hour has fewer
			require.GreaterOrEqual(t, many, 16)
		}
		require.Equal(t, 400, officer.get("/api/v1/privacy/unusual?from=2026-01-01&until=2026-06-01").StatusCode)
	})
}
