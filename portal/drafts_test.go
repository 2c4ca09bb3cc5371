package portal_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

type wireDraft struct {
	Text, Topic string
	Version     int64
	Others      []struct{ Text string }
	Attachments []struct{ ID string }
}

func (s *someone) saves(at, text string, version int64, files ...string) (d wireDraft, status int) {
	s.node.t.Helper()
	list := ""
	for i, id := range files {
		if i > 0 {
			list += ","
		}
		list += `{"id":"` + id + `","contentType":"image/png","title":"Photo","size":1}`
	}
	r := s.do("PUT", at, fmt.Sprintf(`{"text":%q,"version":%d,"attachments":[%s]}`, text, version, list))
	require.Contains(s.node.t, []int{200, 409}, r.StatusCode, r.body)
	require.NoError(s.node.t, json.Unmarshal([]byte(r.body), &d))
	return d, r.StatusCode
}

// Two devices write at once: neither text is lost, nor a file, and each is told.
func TestDraftsOfTwoDevicesMeet(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		f := newFamily(t, n)
		at := f.chart() + "/drafts/new"
		phone, status := f.self.saves(at, "From the phone", 0, "photo-1")
		require.Equal(t, 200, status)
		require.NotZero(t, phone.Version)

		// The answer to it was lost on its way.
		again, status := f.self.saves(at, "From the phone", 0, "photo-1")
		require.Equal(t, 200, status)
		require.Equal(t, phone.Version, again.Version)

		both, status := f.self.saves(at, "From the desk", 0, "photo-2")
		require.Equal(t, 409, status)
		require.Equal(t, "From the phone", both.Text)
		require.Len(t, both.Others, 1)
		require.Equal(t, "From the desk", both.Others[0].Text)
		require.Len(t, both.Attachments, 2, "the files of both")
		require.Greater(t, both.Version, phone.Version)

		// The phone goes on from what it has, and meets the desk's text.
		more, status := f.self.saves(at, "From the phone, and more", phone.Version, "photo-1")
		require.Equal(t, 409, status)
		require.Equal(t, "From the phone", more.Text)
		require.Len(t, more.Others, 2)
		most, status := f.self.saves(at, "From the phone, and more and more", phone.Version)
		require.Equal(t, 409, status)
		require.Len(t, most.Others, 2, "of a text that somebody goes on writing, the last state")

		var found wireDraft
		f.self.get(at).json(t, &found)
		require.Equal(t, most, found, "the next device finds all of it")

		// What somebody decided stands.
		one, status := f.self.saves(at, "Both in one", found.Version, "photo-1")
		require.Equal(t, 200, status)
		require.Empty(t, one.Others)
		require.Len(t, one.Attachments, 1)

		// An empty box is none, and what is begun then has no version of before.
		_, status = f.self.saves(at, "", one.Version)
		require.Equal(t, 200, status)
		fresh, status := f.self.saves(at, "Anew", 0)
		require.Equal(t, 200, status)
		require.Greater(t, fresh.Version, one.Version)
		_, status = f.self.saves(at, "From long ago", one.Version)
		require.Equal(t, 409, status)

		var hers wireDraft
		f.doctor.get(at).json(t, &hers)
		require.Empty(t, hers.Text, "nobody else sees it")
	})
}

// What is sent leaves the draft; what another device has beyond it stays.
func TestSendingLeavesWhatAnotherDeviceWrote(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		f := newFamily(t, n)
		began := f.self.begin(f.rosa, "A first question")
		thread := f.chart() + "/threads/" + began.Thread.ID
		at := f.chart() + "/drafts/" + began.Thread.ID
		d, _ := f.self.saves(at, "Is it too mu", 0)
		require.Equal(t, 201, f.self.do("POST", thread+"/messages", `{"id":"`+newID()+`","text":"Is it too much?"}`).StatusCode)
		var left wireDraft
		f.self.get(at).json(t, &left)
		require.Zero(t, left.Version, "a state on the way to what was sent")

		other, status := f.self.saves(at, "Something else", d.Version)
		require.Equal(t, 200, status)
		require.Equal(t, 201, f.self.do("POST", thread+"/messages", `{"id":"`+newID()+`","text":"Thank you."}`).StatusCode)
		f.self.get(at).json(t, &left)
		require.Equal(t, "Something else", left.Text)

		// A page that sends says at the same time that its box is empty now.
		require.Equal(t, other.Version, left.Version)
		_, status = f.self.saves(at, "", other.Version)
		require.Equal(t, 200, status)
		f.self.get(at).json(t, &left)
		require.Empty(t, left.Text)
	})
}
