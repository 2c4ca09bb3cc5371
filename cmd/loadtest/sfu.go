package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/fasthttp/websocket"
)

type sfuCommand struct {
	common
	Connections int           `default:"8" help:"People in the room, 8 at most; fewer when fewer may take part."`
	Publishers  int           `default:"4" help:"How many of them send sound and pictures; all receive."`
	Accounts    string        `placeholder:"FILE" help:"Who takes part: e-mail, password and secret of one-time codes (or -), with tabs between, a line each. The list that serve --demo writes is one."`
	Patient     string        `placeholder:"ID" help:"The chart of the visit; with --visit."`
	Visit       string        `placeholder:"ID" help:"The visit. Default: the next one by video that the token may see, of today."`
	Video       int           `default:"600" placeholder:"KBIT" help:"Pictures of each publisher, kbit/s."`
	FPS         int           `name:"fps" default:"30" help:"Pictures a second."`
	Within      time.Duration `default:"20s" help:"Everybody is in the room and receives everybody within this time."`
	PID         int           `name:"pid" placeholder:"PID" help:"Process of the server, on this machine: for its processor time and memory."`
}

func (sfuCommand) Help() string {
	return `Brings people into the room of a video visit, as their browsers do: the care team
begins the visit and lets the others in from the waiting room. Publishers send made-up
VP8 and Opus; what arrives is counted. The visit stays open: use a server for tests.

The token is of somebody of the care team. It opens no seat: whoever sits in the room
is signed in, and has one seat. Who of the accounts may not take part is left out.

Examples:
  loadtest sfu --url http://localhost:8080 --accounts data/demo-accounts.txt \
    --token $(housecall token --user clinician@housecall.test) --pid $(pgrep -f "housecall serve")`
}

// Validate is called by kong.
func (f *sfuCommand) Validate() error {
	switch err := f.check(); {
	case err != nil:
		return err
	case f.Connections < 2 || f.Connections > 32:
		return errors.New("--connections must be between 2 and 32")
	case f.Publishers < 1:
		return errors.New("--publishers must be above 0")
	case f.Video < 10 || f.Video > 20_000 || f.FPS < 1 || f.FPS > 120:
		return errors.New("--video must be between 10 and 20000, and --fps between 1 and 120")
	case f.Within <= 0 || f.Within > 10*time.Minute:
		return errors.New("--within must be above 0 and at most 10m")
	case (f.Visit == "") != (f.Patient == ""):
		return errors.New("--visit and --patient go together")
	}
	return nil
}

// Run fills the room, measures and reports.
func (f *sfuCommand) Run(ctx context.Context, s streams) error {
	if _, err := usage(f.PID); err != nil {
		return err
	}
	t, staff, cancel, err := f.begin(ctx)
	if err != nil {
		return err
	}
	defer cancel()
	people := staff
	if f.Accounts != "" {
		logins, err := readLogins(f.Accounts)
		if err != nil {
			return err
		}
		if people, err = t.everybody(logins); err != nil {
			return t.explain(err)
		}
	}
	v, err := f.find(t, staff[0])
	if err != nil {
		return t.explain(err)
	}
	admitted, err := v.letIn(people, f.Connections, s)
	if err != nil {
		return t.explain(err)
	}
	return t.explain(f.meet(t, v, admitted, staff[0], newReport(s, f.JSON)))
}

// meet seats people one after the other, so that those who come find somebody
// who sends, and measures when everybody receives all that there is.
func (f *sfuCommand) meet(t *target, v *visit, admitted []*badge, owner *badge, r *report) error {
	room := newGathering(f, len(admitted))
	defer room.close()
	before, err := usage(f.PID)
	if err != nil {
		return err
	}
	for i, b := range admitted {
		if err := room.enter(t.ctx, b.name, func() (*websocket.Conn, error) { return t.sit(b, v) }, i < room.publishers, i > 0); err != nil {
			return fmt.Errorf("%s could not come in: %w", b.name, err)
		}
	}
	if err := room.ready(t.ctx); err != nil {
		return err
	}
	joined, err := usage(f.PID)
	if err != nil {
		return err
	}
	r.overview(f.overview(t, "sfu", owner,
		fmt.Sprintf("One visit, %d people, %d of them send sound (50 packets/s) and pictures (VP8 of %d kbit/s, %d a second); all receive.", len(admitted), room.publishers, f.Video, f.FPS),
		fmt.Sprintf("Packets carry the time at which they were made. Latency is from giving a packet to the sender's connection to reading it at a receiver, with encryption on both "+
			"sides of this process and the way through the server. Lost is what was sent within the %g s and had not come %v after; nothing is sent again. Lost packets are a result, and no error.", f.Duration.Seconds(), drain)))
	cpu, began := cpuTime(), time.Now()
	start, err := usage(f.PID)
	if err != nil {
		return err
	}
	sum := room.measure(t.ctx, f.Duration)
	if t.ctx.Err() != nil {
		return t.ctx.Err()
	}
	took, used := time.Since(began), cpuTime()-cpu
	end, err := usage(f.PID)
	if err != nil {
		return err
	}
	res := sum.result(took)
	res.People, res.Publishers, res.ClientCPU = len(admitted), room.publishers, 100*float64(used)/float64(took)
	if f.PID > 0 {
		res.Server = &serverUse{CPUPercent: 100 * float64(end.cpu-start.cpu) / float64(took), Memory: mega(end.memory), MemoryEach: mega((end.memory - before.memory) / int64(len(admitted))),
			JoinEach: float64((joined.cpu - before.cpu).Microseconds()) / 1000 / float64(len(admitted))}
		if n := res.In + res.Out; n > 0 {
			res.Server.MicrosEach = float64((end.cpu - start.cpu).Microseconds()) / float64(n)
		}
	}
	r.room(res)
	switch {
	case room.broken() != nil:
		return room.broken()
	case res.Out == 0:
		return errors.New("nothing arrived")
	case res.Lost < 0:
		return fmt.Errorf("%s packets arrived more often than they were sent", grouped(-res.Lost))
	}
	return nil
}

// sit opens the socket of a seat.
func (t *target) sit(b *badge, v *visit) (*websocket.Conn, error) {
	conn, err := t.socket(b, v.socket())
	if w, ok := errors.AsType[*wrong](err); ok && w.code == "session" {
		return nil, fmt.Errorf("%w\nA seat needs somebody who is signed in, which a token is not: name people with --accounts", err)
	}
	return conn, err
}

// roomResult is the line of a room.
type roomResult struct {
	Kind       string     `json:"kind"` // "room"
	Seconds    float64    `json:"seconds"`
	People     int        `json:"people"`
	Publishers int        `json:"publishers"`
	In         int64      `json:"packetsIn"`  // sent to the server
	Out        int64      `json:"packetsOut"` // come from the server
	Lost       int64      `json:"packetsLost"`
	InRate     float64    `json:"packetsInPerSecond"`
	OutRate    float64    `json:"packetsOutPerSecond"`
	P50        float64    `json:"p50Ms"`
	P90        float64    `json:"p90Ms"`
	P95        float64    `json:"p95Ms"`
	P99        float64    `json:"p99Ms"`
	Max        float64    `json:"maxMs"`
	First      quantiles  `json:"joinToFirstPacket"` // of who came when somebody was there
	Picture    quantiles  `json:"joinToFirstPicture"`
	ClientCPU  float64    `json:"clientCPUPercent"`
	Server     *serverUse `json:"server,omitempty"`
}

// quantiles are of so few values that the middle and the worst say all.
type quantiles struct {
	N   int64   `json:"n"`
	P50 float64 `json:"p50Ms"`
	Max float64 `json:"maxMs"`
}

// serverUse is what the server's process took.
type serverUse struct {
	CPUPercent float64 `json:"cpuPercent"`
	MicrosEach float64 `json:"cpuMicrosPerPacket"` // come in or gone out
	Memory     float64 `json:"megabytes"`          // resident, at the end
	MemoryEach float64 `json:"megabytesPerPerson"` // more than before they came; less if it gave back meanwhile
	JoinEach   float64 `json:"joinCPUMillisPerPerson,omitempty"`

	// More than before they came, after garbage was collected; of the media plane alone.
	HeapEach       float64 `json:"heapMegabytesPerPerson,omitempty"`
	StacksEach     float64 `json:"stackMegabytesPerPerson,omitempty"`
	GoroutinesEach float64 `json:"goroutinesPerPerson,omitempty"`

	// Of the memory of the media plane alone, more than before they came, as it was found:
	// pages of the program that were read meanwhile, the heap with garbage and gaps, what
	// of it was free and not given back, and what the runtime itself needs.
	Pages   float64 `json:"programMegabytes,omitempty"`
	Spans   float64 `json:"heapMegabytes,omitempty"`
	Idle    float64 `json:"idleHeapMegabytes,omitempty"`
	Runtime float64 `json:"runtimeMegabytes,omitempty"`
	Cycles  int64   `json:"collections,omitempty"`
}

func mega(bytes int64) float64 { return math.Round(float64(bytes)/1e4) / 100 }

func (r *report) room(x roomResult) {
	if r.json != nil {
		_ = r.json.Encode(x)
		return
	}
	r.paragraph("Packets", fmt.Sprintf("%s in (%.0f/s), %s out (%.0f/s), %s lost (%.4f %%)", grouped(x.In), x.InRate, grouped(x.Out), x.OutRate,
		grouped(x.Lost), 100*float64(x.Lost)/float64(max(x.Out+x.Lost, 1))))
	r.paragraph("Latency", fmt.Sprintf("p50 %.2f ms, p90 %.2f ms, p95 %.2f ms, p99 %.2f ms, max %.2f ms", x.P50, x.P90, x.P95, x.P99, x.Max))
	r.paragraph("Joining", fmt.Sprintf("to the first packet p50 %.0f ms, max %.0f ms (%d people); to the first whole picture p50 %.0f ms, max %.0f ms (%d)",
		x.First.P50, x.First.Max, x.First.N, x.Picture.P50, x.Picture.Max, x.Picture.N))
	use := fmt.Sprintf("client %.0f %%", x.ClientCPU)
	if s := x.Server; s != nil {
		use += fmt.Sprintf("; server %.0f %%, %.1f us for each packet in or out, %.0f MB, %+.2f MB for each person since before they came", s.CPUPercent, s.MicrosEach, s.Memory, s.MemoryEach)
		if s.GoroutinesEach > 0 {
			use += fmt.Sprintf(" (%.2f MB of the heap and %.2f MB of stacks in use, %.0f goroutines); of all together %.1f MB pages of the program, %.1f MB of the heap with garbage and gaps, %.1f MB free, %.1f MB the runtime's, after %d collections",
				s.HeapEach, s.StacksEach, s.GoroutinesEach, s.Pages, s.Spans, s.Idle, s.Runtime, s.Cycles)
		}
		use += fmt.Sprintf(", %.1f ms of its processor for each join", s.JoinEach)
	}
	r.paragraph("Use", use)
}
