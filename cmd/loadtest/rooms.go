package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"github.com/fasthttp/websocket"
)

type roomsCommand struct {
	Rooms      int           `default:"1" help:"Rooms at the same time."`
	People     int           `default:"10" help:"People in each of them."`
	Publishers int           `default:"4" help:"How many of each room send sound and pictures; all receive."`
	Apart      bool          `help:"Those who send receive nothing: --people 14 --publishers 4 --apart is 4 who send and 10 who receive."`
	Video      int           `default:"1320" placeholder:"KBIT" help:"Pictures of each publisher, kbit/s."`
	FPS        int           `name:"fps" default:"30" help:"Pictures a second."`
	Warm       time.Duration `default:"3s" help:"Before measuring."`
	Duration   time.Duration `default:"10s" help:"How long the measurement takes."`
	Within     time.Duration `default:"30s" help:"Everybody is in the room and receives everybody within this time."`
	Core       string        `placeholder:"N" help:"Processor core of the media plane (taskset); run this command itself on another one."`
	Profile    string        `placeholder:"FILE" help:"Writes where the media plane spends its time, for go tool pprof."`
	Heap       string        `placeholder:"FILE" help:"Writes what the media plane keeps in memory at the end, for go tool pprof."`
	JSON       bool          `name:"json" help:"Print one JSON object a line: the run, then the result."`
	Naive      bool          `help:"In place of the media plane of Housecall: one that is as short as can be over the same library, to be compared with."`
	Serve      bool          `hidden:""`
}

func (roomsCommand) Help() string {
	return `Runs the media plane of a node in a process of its own, without visits and accounts,
and fills its rooms with people that send and receive. Pictures are 30 of five packets a
second, a whole one every 3 seconds; sound is 50 packets.

Examples:
  taskset -c 1 loadtest rooms --core 0
  taskset -c 1 loadtest rooms --core 0 --people 14 --publishers 4 --apart
  taskset -c 1 loadtest rooms --core 0 --rooms 30 --people 3 --publishers 3`
}

// Validate is called by kong.
func (f *roomsCommand) Validate() error {
	switch {
	case f.Rooms < 1 || f.Rooms > 1000 || f.People < 2 || f.People > 32:
		return errors.New("--rooms must be between 1 and 1000, and --people between 2 and 32")
	case f.Publishers < 1:
		return errors.New("--publishers must be above 0")
	case f.Apart && f.Publishers >= f.People:
		return errors.New("--apart needs people who receive: --people must be above --publishers")
	case f.Video < 10 || f.Video > 20_000 || f.FPS < 1 || f.FPS > 120:
		return errors.New("--video must be between 10 and 20000, and --fps between 1 and 120")
	case f.Duration <= 0 || f.Duration > time.Hour || f.Warm < 0 || f.Within <= 0:
		return errors.New("times must be above 0, and --duration at most 1h")
	}
	return nil
}

// Run fills the rooms, measures and reports.
func (f *roomsCommand) Run(ctx context.Context, s streams) error {
	if f.Serve {
		return serveRooms(ctx, s.out, f.People, f.Profile, f.Naive)
	}
	plane, err := f.start(ctx, s)
	if err != nil {
		return err
	}
	defer plane.stop()
	kept, err := plane.memory(ctx)
	if err != nil {
		return err
	}
	before, err := usage(plane.pid)
	if err != nil {
		return err
	}
	var rooms []*gathering
	defer func() {
		for _, g := range rooms {
			g.close()
		}
	}()
	for i := range f.Rooms {
		g := newGathering(&sfuCommand{Publishers: f.Publishers, Video: f.Video, FPS: f.FPS, Within: f.Within}, f.People)
		g.keyEvery, g.keyFactor, g.apart = 3*time.Second, 1, f.Apart
		rooms = append(rooms, g)
		for n := range f.People {
			dial := func() (*websocket.Conn, error) { return plane.dial(i, n) }
			if err := g.enter(ctx, fmt.Sprintf("room %d, seat %d", i, n), dial, n < g.publishers, n > 0); err != nil {
				return err
			}
		}
	}
	for _, g := range rooms {
		if err := g.ready(ctx); err != nil {
			return err
		}
	}
	joined, err := usage(plane.pid)
	if err != nil {
		return err
	}
	_ = wait(ctx, f.Warm, func() bool { return false })
	return f.measure(ctx, plane, rooms, kept, before, joined, newReport(s, f.JSON))
}

func (f *roomsCommand) measure(ctx context.Context, plane *plane, rooms []*gathering, kept held, before, joined used, r *report) error {
	cpu, began := cpuTime(), time.Now()
	start, err := usage(plane.pid)
	if err != nil {
		return err
	}
	sums := make(chan traffic, len(rooms))
	for _, g := range rooms {
		go func() { sums <- g.measure(ctx, f.Duration) }()
	}
	_ = wait(ctx, f.Duration, func() bool { return false })
	took, used := time.Since(began), cpuTime()-cpu
	end, err := usage(plane.pid)
	if err != nil {
		return err
	}
	var sum traffic
	for range rooms {
		one := <-sums
		sum.in, sum.expected = sum.in+one.in, sum.expected+one.expected
		sum.latency.add(&one.latency)
		sum.first.add(&one.first)
		sum.picture.add(&one.picture)
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	keeps, err := plane.memory(ctx)
	if err != nil {
		return err
	}
	if f.Heap != "" {
		if err := plane.ask(ctx, "/heap", func(r io.Reader) error { return writeAll(f.Heap, r) }); err != nil {
			return err
		}
	}
	people, server, receive := int64(f.Rooms*f.People), "media plane alone", "all receive"
	if f.Apart {
		receive = "the others receive"
	}
	if f.Naive {
		server = "naive media plane"
	}
	res := sum.result(took)
	res.Kind, res.People, res.Publishers, res.ClientCPU = "rooms", int(people), f.Rooms*rooms[0].publishers, 100*float64(used)/float64(took)
	res.Server = &serverUse{
		CPUPercent: 100 * float64(end.cpu-start.cpu) / float64(took), Memory: mega(end.memory), MemoryEach: mega((end.memory - before.memory) / people),
		MicrosEach: float64((end.cpu - start.cpu).Microseconds()) / float64(max(res.In+res.Out, 1)),
		JoinEach:   float64((joined.cpu - before.cpu).Microseconds()) / 1000 / float64(people),
		HeapEach:   mega((keeps.Heap - kept.Heap) / people), StacksEach: mega((keeps.Stacks - kept.Stacks) / people), GoroutinesEach: float64(keeps.Goroutines-kept.Goroutines) / float64(people),
		Pages: mega(end.pages - before.pages), Spans: mega(keeps.Spans - kept.Spans), Idle: mega(keeps.Idle - kept.Idle), Runtime: mega(keeps.Runtime - kept.Runtime), Cycles: keeps.Cycles - kept.Cycles,
	}
	r.overview(overview{Kind: "run", Load: "rooms", Machine: thisMachine(), URL: plane.address, Server: server, Local: true, Seconds: f.Duration.Seconds(),
		Data: fmt.Sprintf("%d rooms of %d people, %d of each send sound (50 packets/s) and pictures (VP8 of %d kbit/s, %d a second); %s.", f.Rooms, f.People, rooms[0].publishers, f.Video, f.FPS, receive),
		Method: "As loadtest sfu, without visits: the media plane is a process of its own. Receivers report transport-wide. Processor time for a packet is that of the media plane, " +
			"divided by packets in and out; of a join, from the first one until everybody receives everybody, with the media of that time."})
	r.room(res)
	for _, g := range rooms {
		if err := g.broken(); err != nil {
			return err
		}
	}
	if res.Out == 0 {
		return errors.New("nothing arrived")
	}
	return nil
}

// plane is the process of the media plane.
type plane struct {
	cmd     *exec.Cmd
	pid     int
	address string
}

func (f *roomsCommand) start(ctx context.Context, s streams) (*plane, error) {
	args := []string{"rooms", "--serve", "--people", strconv.Itoa(f.People)}
	if f.Profile != "" {
		args = append(args, "--profile", f.Profile)
	}
	if f.Naive {
		args = append(args, "--naive")
	}
	return startSelf(ctx, s, f.Core, args)
}

// ask gets what the process tells of itself.
func (p *plane) ask(ctx context.Context, what string, read func(io.Reader) error) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http"+strings.TrimPrefix(p.address, "ws")+what, nil)
	if err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	return read(res.Body)
}

func (p *plane) memory(ctx context.Context) (h held, err error) {
	err = p.ask(ctx, "/memory", func(r io.Reader) error { return json.NewDecoder(r).Decode(&h) })
	return h, err
}

func (p *plane) stop() {
	_ = p.cmd.Process.Signal(os.Interrupt)
	_ = p.cmd.Wait()
}

func (p *plane) dial(room, seat int) (*websocket.Conn, error) {
	conn, answer, err := websocket.DefaultDialer.Dial(fmt.Sprintf("%s/%d/%d", p.address, room, seat), nil)
	if answer != nil {
		_ = answer.Body.Close()
	}
	return conn, err
}

func writeAll(path string, from io.Reader) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, from)
	return errors.Join(err, f.Close())
}
