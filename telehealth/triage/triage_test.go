package triage

import (
	"bufio"
	"os"
	"strings"
	"testing"
)

func TestDeck(t *testing.T) {
	f, err := os.Open("testdata/messages.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	n := 0
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		line := lines.Text()
		if line == "" || line[0] == '#' {
			continue
		}
		want, text, ok := strings.Cut(line, " | ")
		if !ok {
			t.Fatalf("no bar in %q", line)
		}
		n++
		var got []string
		for _, d := range Read(text).Dangers {
			got = append(got, string(d))
		}
		if len(got) == 0 {
			got = []string{"-"}
		}
		wanted := strings.Fields(want)
		for _, w := range wanted {
			if !has(got, w) {
				t.Errorf("%q: want %v, got %v", text, wanted, got)
				break
			}
		}
		if want == "-" && got[0] != "-" {
			t.Errorf("%q: want nothing, got %v", text, got)
		}
	}
	if n < 150 {
		t.Errorf("only %d messages in the deck", n)
	}
}

func has(list []string, one string) bool {
	for _, x := range list {
		if x == one {
			return true
		}
	}
	return false
}

func TestHelp(t *testing.T) {
	for text, want := range map[string]Help{
		"I want to die": Crisis, "I took all my pills, I want to die": Emergency, "my chest hurts": Emergency, "hello": "",
	} {
		if got := Read(text).Help(); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// A subject and a text are read apart: words of one do not meet those of the other.
func TestTextsAreReadApart(t *testing.T) {
	if Read("Chest x-ray", "The pain in my knee is better").Urgent() {
		t.Error("words of the subject were joined with the text")
	}
	if !Read("Chest pain", "Please call me").Urgent() {
		t.Error("the subject was not read")
	}
}

func FuzzRead(f *testing.F) {
	f.Add("I have no chest pain, but 39.5")
	f.Add("¿Qué pasa si me da, no, ni?")
	f.Fuzz(func(t *testing.T, text string) {
		a := Read(text)
		upper := strings.ToUpper(text)
		back, plain := strings.ToLower(upper), strings.ToLower(text)
		if b := Read(upper); back == plain && a.Help() != b.Help() { // some letters have no way back
			t.Errorf("%q: %v in small letters, %v in capitals", text, a, b)
		}
	})
}

func BenchmarkRead(b *testing.B) {
	text := strings.Repeat("Since Monday I feel tired and my knee hurts when I walk up the stairs, no fever. ", 20)
	b.ReportAllocs()
	for b.Loop() {
		Read(text)
	}
}
