package portal_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/records/access"
	"housecall/records/access/audittest"
	"housecall/records/fhir"
)

type wireLine struct {
	ID, Text, Seat string
	From           struct{ Name, Role, Relation string }
	Mine, Files    bool
	Image          *struct {
		ContentType string
		Size        int
	}
}

func (s *someone) lines(t *testing.T, chat string) (out []wireLine) {
	t.Helper()
	var body struct{ Items []wireLine }
	s.get(chat+"/chat").json(t, &body)
	return body.Items
}

func (s *someone) says(t *testing.T, at, text string) {
	t.Helper()
	r := s.do("POST", at+"/chat", fmt.Sprintf(`{"id":%q,"text":%q}`, newID(), text))
	require.Equal(t, 201, r.StatusCode, r.body)
}

func (s *someone) shares(at, id string, content []byte) reply {
	return s.do("PUT", at+"/chat/images/"+id, string(content), "Content-Type", "image/jpeg")
}

func (h *holder) shares(id string, content []byte) reply {
	return h.ask("PUT", "/chat/images/"+id, string(content), "Content-Type", "image/jpeg")
}

func (p *practice) count(query string, args ...any) (n int) {
	p.t.Helper()
	require.NoError(p.t, p.db.Read(context.Background()).QueryRow(query, args...).Scan(&n))
	return n
}

// loose is how many files are kept that nobody holds.
func (p *practice) loose() int { return p.count(`SELECT count(*) FROM loose_blobs`) }

// A picture is a line of the chat: there once however often it is sent, clean of where
// it was taken, and for those who read the line.
func TestAPictureInTheChatOfAVisit(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		p := newPractice(t, n, time.Now().Add(10*time.Minute))
		p.regrant(access.Everything, access.PowerVisits)
		a := p.book(p.self, p.slots()[0], "A rash")
		at := p.at(a)
		p.agree(p.self, a)
		content := photo(t)
		require.Equal(t, "not_admitted", p.self.shares(at, newID(), content).code(), "who has not come in")
		require.Equal(t, 404, p.stranger.shares(at, newID(), content).StatusCode)
		require.Equal(t, 403, p.desk.shares(at, newID(), content).StatusCode)
		require.Empty(t, p.loose(), "nothing was kept of those")

		// Shared at the door: for the clinic, and for nobody else who waits.
		rosas := p.step(p.self, a, "/wait", "").Me.Seat
		p.agree(p.elena, a)
		elenas := p.step(p.elena, a, "/wait", "").Me.Seat
		door := newID()
		first := p.self.shares(at, door, content)
		require.Equal(t, 200, first.StatusCode, first.body)
		require.Equal(t, first.body, p.self.shares(at, door, content).body, "sent twice is once there")
		require.Equal(t, "id_used", p.self.shares(at, door, append(bytes.Clone(content), 1)).code())
		require.Equal(t, "id_used", p.elena.shares(at, door, content).code())
		require.Equal(t, "id_used", p.self.do("POST", at+"/chat", fmt.Sprintf(`{"id":%q,"text":"x"}`, door)).code(), "a line is no picture")
		require.Len(t, p.self.lines(t, at), 1)
		require.Equal(t, rosas, p.self.lines(t, at)[0].Seat)
		require.Empty(t, p.elena.lines(t, at))
		image := at + "/chat/images/" + door
		for _, who := range []*someone{p.self, p.doctor, p.nurse} {
			got := who.get(image)
			require.Equal(t, 200, got.StatusCode, got.body)
			require.Equal(t, "image/jpeg", got.Header.Get("Content-Type"))
			require.Contains(t, got.Header.Get("Content-Security-Policy"), "sandbox")
			require.Contains(t, got.Header.Get("Cache-Control"), "no-store")
			require.NotContains(t, got.body, "48.137", "where it was taken is nobody's business")
			small := who.get(image + "/thumbnail")
			require.Equal(t, 200, small.StatusCode, small.body)
			m, err := jpeg.Decode(strings.NewReader(small.body))
			require.NoError(t, err)
			require.Equal(t, [2]int{30, 40}, [2]int{m.Bounds().Dx(), m.Bounds().Dy()}, "upright")
		}
		for _, path := range []string{image, image + "/thumbnail"} {
			require.Equal(t, 404, p.elena.get(path).StatusCode, "who waits reads their own")
			require.Equal(t, 404, p.stranger.get(path).StatusCode)
			require.Equal(t, 403, p.desk.get(path).StatusCode)
			require.Equal(t, 401, p.anyone.get(path).StatusCode)
			require.Equal(t, 404, p.doctor.get(strings.Replace(path, door, newID(), 1)).StatusCode)
		}
		// The care team answers by a picture to who waits.
		answer := newID()
		require.Equal(t, 200, p.doctor.do("PUT", at+"/chat/images/"+answer+"?seat="+elenas, string(content), "Content-Type", "image/jpeg").StatusCode)
		require.Equal(t, 200, p.elena.get(at+"/chat/images/"+answer).StatusCode)
		require.Equal(t, 404, p.self.get(at+"/chat/images/"+answer).StatusCode)

		// In the room it is for all who are let in.
		p.step(p.doctor, a, "/admit", seatOf(rosas))
		room := newID()
		require.Equal(t, 200, p.self.shares(at, room, content).StatusCode)
		require.Equal(t, 404, p.elena.get(at+"/chat/images/"+room).StatusCode)
		p.step(p.doctor, a, "/admit", seatOf(elenas))
		require.Equal(t, 200, p.elena.get(at+"/chat/images/"+room).StatusCode)
		p.step(p.doctor, a, "/refuse", seatOf(elenas))
		require.Equal(t, 403, p.elena.get(at+"/chat/images/"+room).StatusCode)

		// One person shares so many and no more.
		for range 10 {
			require.Equal(t, 200, p.self.shares(at, newID(), content).StatusCode)
		}
		require.Equal(t, "images", p.self.shares(at, newID(), content).code())
		require.Equal(t, 200, p.self.shares(at, room, content).StatusCode, "but what is there is there")
		p.step(p.doctor, a, "/end", "")
		require.Equal(t, "ended", p.self.shares(at, newID(), content).code())
		require.Equal(t, 200, p.self.get(at+"/chat/images/"+room).StatusCode)
		require.Empty(t, p.loose(), "of what was refused nothing is kept")
		require.NotContains(t, n.log.String(), "48.137")
	})
}

// A guest by a link shares pictures, and sees those that were shared since they came in.
func TestAGuestsPictures(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		p := newPractice(t, n, time.Now().Add(10*time.Minute))
		a, _ := p.live()
		at := p.at(a)
		content := photo(t)
		before := newID()
		require.Equal(t, 200, p.self.shares(at, before, content).StatusCode)
		_, token := p.asks(p.self, at, `{"name":"Carmen Ruiz","relation":"friend"}`)
		carmen := n.byLink()
		require.Equal(t, 204, carmen.comes(token, "", "").StatusCode)
		seat := carmen.waits()
		require.Equal(t, 404, carmen.ask("GET", "/chat/images/"+before, "").StatusCode)
		p.step(p.doctor, a, "/admit", seatOf(seat))
		require.Equal(t, 404, carmen.ask("GET", "/chat/images/"+before, "").StatusCode, "it was shown before they came")
		hers, after := newID(), newID()
		require.Equal(t, 200, carmen.shares(hers, content).StatusCode)
		require.Equal(t, 200, carmen.shares(hers, content).StatusCode)
		require.Equal(t, 200, p.doctor.shares(at, after, content).StatusCode)
		for _, id := range []string{hers, after} {
			require.Equal(t, 200, carmen.ask("GET", "/chat/images/"+id, "").StatusCode)
			require.Equal(t, 200, carmen.ask("GET", "/chat/images/"+id+"/thumbnail", "").StatusCode)
			require.Equal(t, 200, p.self.get(at+"/chat/images/"+id).StatusCode)
		}
		require.Equal(t, 401, n.byLink().ask("GET", "/chat/images/"+after, "").StatusCode)
		p.step(p.doctor, a, "/refuse", seatOf(seat))
		require.Equal(t, 403, carmen.ask("GET", "/chat/images/"+after, "").StatusCode)
		p.step(p.doctor, a, "/end", "")
		require.Equal(t, 410, carmen.ask("GET", "/chat/images/"+after, "").StatusCode)
	})
}

func TestOnlyPicturesInTheChat(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		p := newPractice(t, n, time.Now().Add(10*time.Minute))
		a, _ := p.live()
		at := p.at(a)
		var small bytes.Buffer
		require.NoError(t, png.Encode(&small, image.NewGray(image.Rect(0, 0, 3, 3))))
		put := func(contentType, content string) reply {
			return p.self.do("PUT", at+"/chat/images/"+newID(), content, "Content-Type", contentType)
		}
		for name, x := range map[string][2]string{
			"page": {"text/html", "<!doctype html><html><script>alert(1)</script></html>"}, "page as png": {"image/png", "<!doctype html><html></html>"},
			"drawing": {"image/svg+xml", `<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>`}, "pdf": {"application/pdf", "%PDF-1.7\n1 0 obj\n<<>>\nendobj\n"},
			"text": {"text/plain", "plain words"}, "png as jpeg": {"image/jpeg", small.String()},
		} {
			r := put(x[0], x[1])
			require.Equal(t, "file_type", r.code(), "%s: %s", name, r.body)
		}
		require.GreaterOrEqual(t, put("image/png", small.String()[:40]).StatusCode, 400)
		require.Equal(t, 400, p.self.do("PUT", at+"/chat/images/x", small.String(), "Content-Type", "image/png").StatusCode)
		require.Equal(t, 200, put("image/png", small.String()).StatusCode)
		require.Len(t, p.self.lines(t, at), 1)
		require.Empty(t, p.loose())
		// What the scanner finds harmful is refused, and nothing is taken while nobody can tell.
		require.Contains(t, n.scanner.Scanned(), small.String())
		n.scanner.Instead(func(c net.Conn) {
			_, _ = c.Write([]byte("stream: Eicar-Test-Signature FOUND\x00"))
			_, _ = io.Copy(io.Discard, c)
		})
		evil := put("image/png", small.String())
		require.Equal(t, "infected", evil.code(), evil.body)
		n.scanner.Stop()
		require.Equal(t, 503, put("image/png", small.String()).StatusCode)
		require.Len(t, p.self.lines(t, at), 1)
	})
}

// filed is the document of a chat with its text and its further contents.
func (p *practice) filed(t *testing.T) (doc *fhir.Node, text string) {
	t.Helper()
	for _, n := range p.bodies("DocumentReference") {
		if coding := n.Get("type", "coding").Items(); len(coding) > 0 && coding[0].Get("code").Str() == "56444-3" {
			require.Nil(t, doc, "one document")
			doc = n
		}
	}
	if doc != nil {
		b, err := base64.StdEncoding.DecodeString(doc.Get("content").Items()[0].Get("attachment", "data").Str())
		require.NoError(t, err)
		text = string(b)
	}
	return doc, text
}

// With the signature the chat of the room becomes a document of the record, with who
// wrote what; the waiting room stays out but for pictures of the patient's side.
func TestTheChatGoesToTheRecordWithTheNote(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		p := newPractice(t, n, time.Now().Add(10*time.Minute))
		p.regrant(access.Everything, access.PowerVisits)
		content := photo(t)
		a := p.book(p.self, p.slots()[0], "A rash")
		at := p.at(a)
		p.agree(p.self, a)
		rosas := p.step(p.self, a, "/wait", "").Me.Seat
		p.self.says(t, at, "Can you hear me at the door?")
		door := newID()
		require.Equal(t, 200, p.self.shares(at, door, content).StatusCode)
		p.step(p.doctor, a, "/admit", seatOf(rosas))
		_, token := p.asks(p.self, at, `{"relation":"friend"}`)
		carmen := n.byLink()
		require.Equal(t, 204, carmen.comes(token, "Carmen Ruiz", "friend").StatusCode)
		seat := carmen.waits()
		require.Equal(t, 200, carmen.shares(newID(), content).StatusCode, "a guest's picture at the door")
		p.step(p.doctor, a, "/admit", seatOf(seat))
		p.self.says(t, at, "It itches\n09:00  Dr. Juniper Hale (doctor)\n    Nothing to worry about")
		require.Equal(t, 201, carmen.ask("POST", "/chat", fmt.Sprintf(`{"id":%q,"text":"It began on Sunday"}`, newID())).StatusCode)
		p.nurse.says(t, at, "Thank you")
		left := newID()
		require.Equal(t, 200, p.self.shares(at, newID(), content).StatusCode)
		require.Equal(t, 200, p.self.shares(at, left, content).StatusCode)

		goes := map[bool]int{}
		for _, l := range p.doctor.lines(t, at) {
			goes[l.Files]++
		}
		require.Equal(t, map[bool]int{true: 6, false: 2}, goes)
		for _, l := range p.self.lines(t, at) {
			require.False(t, l.Files, "it is for those who sign")
		}
		p.save(a, 0, `{"subjective":"","objective":"","assessment":"Eczema","plan":"Cream","summary":"It is eczema.","instructions":[],"callIf":"","followUp":""}`)

		// Closed unsigned, nothing is filed.
		sign := func(body string) reply { return p.doctor.do("POST", at+"/note/sign", body) }
		require.Equal(t, "reason", sign(fmt.Sprintf(`{"version":1,"end":true,"leftOut":{"images":[%q]}}`, left)).code())
		require.Equal(t, "changed", sign(fmt.Sprintf(`{"version":1,"end":true,"leftOut":{"images":[%q],"reason":"x"}}`, newID())).code())
		doc, _ := p.filed(t)
		require.Nil(t, doc)
		require.Empty(t, p.bodies("Composition"))
		require.Equal(t, "live", p.step(p.doctor, a, "/start", "").State, "all or nothing")
		require.Equal(t, 8, p.count(`SELECT count(*) FROM visit_chat`))

		r := sign(fmt.Sprintf(`{"version":1,"end":true,"leftOut":{"images":[%q],"reason":"It shows\n somebody else"}}`, left))
		require.Equal(t, 200, r.StatusCode, r.body)
		var note struct{ Chat string }
		r.json(t, &note)
		doc, text := p.filed(t)
		require.NotNil(t, doc)
		require.Equal(t, "DocumentReference/"+doc.Get("id").Str(), note.Chat)
		var again struct{ Chat string }
		sign(`{"version":1,"end":true}`).json(t, &again)
		require.Equal(t, note, again, "sent twice")
		require.Equal(t, "current", doc.Get("status").Str())
		require.Equal(t, "Appointment/"+a.ID, doc.Get("context", "related").Items()[0].Get("reference").Str())
		encounter := p.bodies("Encounter")[0].Get("id").Str()
		require.Equal(t, "Encounter/"+encounter, doc.Get("context", "encounter").Items()[0].Get("reference").Str())

		for _, said := range []string{"Rosa (patient)\n    It itches\n", "Carmen Ruiz (guest of this visit, friend, the name is as they gave it)\n    It began on Sunday", "Quill (nurse)\n    Thank you", "[Picture 2]", "1 picture was left out", "(patient), in the waiting room\n    [Picture 1]"} {
			require.Contains(t, text, said)
		}
		require.NotContains(t, text, "at the door", "the waiting room stays out")
		require.NotContains(t, text, "\n09:00", "nobody writes in another's name")
		require.NotContains(t, text, "Picture 3")
		var displays []string
		for _, x := range doc.Get("author").Items() {
			displays = append(displays, x.Get("reference").Str()+"|"+x.Get("type").Str()+"|"+x.Get("display").Str())
		}
		require.Len(t, displays, 3, "%v", displays)
		require.Contains(t, displays[0], "Patient/"+p.rosa)
		require.Contains(t, displays[1], "|RelatedPerson|Carmen Ruiz (guest")
		require.Contains(t, displays[2], "|Practitioner|Quill (nurse)")

		// The pictures are Binaries of the record, clean, and read by FHIR as the document is.
		parts := doc.Get("content").Items()
		require.Len(t, parts, 3)
		for _, part := range parts[1:] {
			id, ok := strings.CutPrefix(part.Get("attachment", "url").Str(), "Binary/")
			require.True(t, ok)
			require.Equal(t, "image/jpeg", part.Get("attachment", "contentType").Str())
			f, err := n.store.ReadContent(context.Background(), p.self.principal(), id)
			require.NoError(t, err)
			b, err := io.ReadAll(f)
			require.NoError(t, err)
			require.NoError(t, f.Close())
			require.NotContains(t, string(b), "48.137")
			require.Equal(t, 200, p.self.get(p.chart()+"/binaries/"+id).StatusCode)
			require.Equal(t, 404, p.stranger.get(p.chart()+"/binaries/"+id).StatusCode)
		}
		_, err := n.store.Read(context.Background(), p.self.principal(), "DocumentReference", doc.Get("id").Str())
		require.NoError(t, err)

		// The patient has it at once; the page shows it with its pictures.
		var summary struct{ Chat string }
		p.self.get(at+"/summary").json(t, &summary)
		require.Equal(t, note.Chat, summary.Chat)
		var entry struct {
			Document struct {
				Text     string
				Pictures []struct{ URL string }
			}
		}
		p.self.get(p.chart()+"/entries/"+note.Chat).json(t, &entry)
		require.Equal(t, text, entry.Document.Text)
		require.Len(t, entry.Document.Pictures, 2)
		require.Equal(t, 200, p.self.get(entry.Document.Pictures[0].URL+"/thumbnail").StatusCode)

		// What is filed is in the record alone; what is not stays for a while.
		require.Equal(t, 3, p.count(`SELECT count(*) FROM visit_chat`))
		require.Equal(t, 2, p.count(`SELECT count(*) FROM visit_images`))
		require.Equal(t, 404, p.doctor.get(at+"/chat/images/"+door).StatusCode)
		require.Equal(t, 200, p.doctor.get(at+"/chat/images/"+left).StatusCode)
		reasons := 0
		for _, row := range audittest.Of(t, n.db, p.rosa) {
			if bytes.Contains(row.Body, []byte(`"detail":"chat left out"`)) {
				require.Contains(t, string(row.Body), `"reason":"It shows somebody else"`)
				reasons++
			}
		}
		require.Equal(t, 1, reasons)

		// 30 days after the end the rest goes, with its files.
		require.NoError(t, n.visits.ForgetChats(context.Background()))
		require.Equal(t, 3, p.count(`SELECT count(*) FROM visit_chat`))
		n.clock.Add(31 * 24 * time.Hour)
		require.NoError(t, n.visits.ForgetChats(context.Background()))
		require.Zero(t, p.count(`SELECT count(*) FROM visit_chat`)+p.count(`SELECT count(*) FROM visit_images`)+p.loose())
		require.Equal(t, 2, p.count(`SELECT count(*) FROM binaries`), "the record keeps its own")
		p.self = n.signedIn(p.self.account)
		require.Equal(t, 200, p.self.get(entry.Document.Pictures[0].URL).StatusCode)
	})
}

// What the chat touches is on its document and pictures, and on nothing else.
func TestWhatAChatTouchesIsOnItsDocument(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		p := newPractice(t, n, time.Now().Add(10*time.Minute))
		p.regrant(access.Everything, access.PowerVisits)
		a, _ := p.live()
		at := p.at(a)
		p.self.says(t, at, "I am HIV-positive.")
		require.Equal(t, 200, p.self.shares(at, newID(), photo(t)).StatusCode)
		p.save(a, 0, `{"subjective":"","objective":"","assessment":"Well","plan":"Go on","summary":"All is well.","instructions":[],"callIf":"","followUp":""}`)
		require.Equal(t, 200, p.doctor.do("POST", at+"/note/sign", `{"version":1,"end":true}`).StatusCode)
		doc, _ := p.filed(t)
		binary := doc.Get("content").Items()[1].Get("attachment", "url").Str()
		var mine, hers struct{ Summary, Chat string }
		p.self.get(at+"/summary").json(t, &mine)
		p.elena.get(at+"/summary").json(t, &hers)
		require.NotEmpty(t, mine.Chat)
		require.Equal(t, "All is well.", hers.Summary, "the summary is hers to read")
		require.Empty(t, hers.Chat)
		require.Equal(t, 404, p.elena.get(p.chart()+"/entries/"+mine.Chat).StatusCode)
		require.Equal(t, 404, p.elena.get(p.chart()+"/binaries/"+strings.TrimPrefix(binary, "Binary/")).StatusCode)
		require.Equal(t, 200, p.self.get(p.chart()+"/binaries/"+strings.TrimPrefix(binary, "Binary/")).StatusCode)
	})
}

// Left out as a whole, nothing of it is in the record, and what is not signed for a
// month is gone. A sealed visit says of its chat what is true.
func TestAChatIsLeftOutOrForgotten(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		soon := time.Now().Add(10 * time.Minute)
		p := newPractice(t, n, soon)
		a, _ := p.live()
		at := p.at(a)
		require.Equal(t, 200, p.doctor.do("POST", at+"/sealing", `{"on":true}`).StatusCode)
		p.self.says(t, at, "Only between us")
		require.Equal(t, 200, p.self.shares(at, newID(), photo(t)).StatusCode)
		p.save(a, 0, `{"subjective":"","objective":"","assessment":"Well","plan":"Go on","summary":"All is well.","instructions":[],"callIf":"","followUp":""}`)
		p.step(p.doctor, a, "/end", "")
		require.Equal(t, 2, p.count(`SELECT count(*) FROM visit_chat`), "closed unsigned, it waits")
		require.Equal(t, "reason", p.doctor.do("POST", at+"/note/sign", `{"version":1,"leftOut":{"all":true,"reason":"  "}}`).code())
		n.clock.Add(29 * 24 * time.Hour)
		require.NoError(t, n.visits.ForgetChats(context.Background()))
		require.Equal(t, 2, p.count(`SELECT count(*) FROM visit_chat`))
		p.doctor = n.signedIn(p.doctor.account)
		r := p.doctor.do("POST", at+"/note/sign", `{"version":1,"leftOut":{"all":true,"reason":"A test of the line"}}`)
		require.Equal(t, 200, r.StatusCode, r.body)
		doc, _ := p.filed(t)
		require.Nil(t, doc)
		require.NotContains(t, r.body, `"chat"`)
		n.clock.Add(2 * 24 * time.Hour)
		require.NoError(t, n.visits.ForgetChats(context.Background()))
		require.Zero(t, p.count(`SELECT count(*) FROM visit_chat`)+p.count(`SELECT count(*) FROM visit_images`)+p.loose())
	})
}

func TestTheChatOfASealedVisitSaysWhatItIs(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		p := newPractice(t, n, time.Now().Add(10*time.Minute))
		a, _ := p.live()
		require.Equal(t, 200, p.doctor.do("POST", p.at(a)+"/sealing", `{"on":true}`).StatusCode)
		p.self.says(t, p.at(a), "Hello")
		p.save(a, 0, `{"subjective":"","objective":"","assessment":"Well","plan":"Go on","summary":"All is well.","instructions":[],"callIf":"","followUp":""}`)
		require.Equal(t, 200, p.doctor.do("POST", p.at(a)+"/note/sign", `{"version":1,"end":true}`).StatusCode)
		_, text := p.filed(t)
		require.Contains(t, text, "Sound and picture of this visit were encrypted from browser to browser. The chat was not.")
	})
}
