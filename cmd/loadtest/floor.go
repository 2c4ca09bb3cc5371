package main

import (
	"bufio"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// floorCommand measures what the machine itself asks for passing packets on, so that the
// numbers of a media plane can be read beside it: one machine is twice as fast as another,
// and the same one in another hour.
type floorCommand struct {
	People     int           `default:"10" help:"As many people as in the room it is compared with."`
	Publishers int           `default:"4" help:"How many of them send sound and pictures; all receive."`
	Video      int           `default:"1320" placeholder:"KBIT" help:"Pictures of each publisher, kbit/s."`
	FPS        int           `name:"fps" default:"30" help:"Pictures a second."`
	Duration   time.Duration `default:"10s" help:"How long the measurement takes."`
	Core       string        `placeholder:"N" help:"Processor core of the program that is measured (taskset)."`
	JSON       bool          `name:"json" help:"Print one JSON object."`
	To         []string      `hidden:""`
}

func (floorCommand) Help() string {
	return `A program that only reads packets, seals each for each receiver (AES-GCM) and writes it,
one by one, with the traffic of loadtest rooms. No connections, no numbers, no repeats.

Example:
  taskset -c 1 loadtest floor --core 0; taskset -c 1 loadtest rooms --core 0`
}

// Validate is called by kong.
func (f *floorCommand) Validate() error {
	r := roomsCommand{Rooms: 1, People: f.People, Publishers: f.Publishers, Video: f.Video, FPS: f.FPS, Duration: f.Duration, Within: time.Second}
	return r.Validate()
}

type floorResult struct {
	Kind   string  `json:"kind"`
	In     int64   `json:"in"`
	Out    int64   `json:"out"`
	Micros float64 `json:"cpuMicrosPerPacket"` // come in or gone out
	Each   float64 `json:"cpuMicrosPerPacketOut"`
}

// Run measures and reports.
func (f *floorCommand) Run(ctx context.Context, s streams) error {
	if len(f.To) > 0 {
		return passOn(ctx, s, f.To)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var came counter
	var to []string
	for range f.People - 1 {
		conn, err := listenHere()
		if err != nil {
			return err
		}
		defer conn.Close()
		to = append(to, conn.LocalAddr().String())
		go came.read(conn)
	}
	program, err := f.start(ctx, s, to)
	if err != nil {
		return err
	}
	defer program.stop()
	var sent counter
	var running sync.WaitGroup
	for range min(f.Publishers, f.People) {
		conn, err := net.Dial("udp4", program.address)
		if err != nil {
			return err
		}
		defer conn.Close()
		running.Go(func() { f.send(ctx, conn, &sent) })
	}
	_ = wait(ctx, time.Second, func() bool { return false })
	began, err := usage(program.pid)
	if err != nil {
		return err
	}
	in, out := sent.n.Load(), came.n.Load()
	_ = wait(ctx, f.Duration, func() bool { return false })
	end, err := usage(program.pid)
	if err != nil {
		return err
	}
	in, out = sent.n.Load()-in, came.n.Load()-out
	cancel()
	running.Wait()
	if in == 0 || out == 0 {
		return errors.New("nothing arrived")
	}
	took := float64((end.cpu - began.cpu).Microseconds())
	res := floorResult{"floor", in, out, took / float64(in+out), took / float64(out)}
	if f.JSON {
		return json.NewEncoder(s.out).Encode(res)
	}
	_, err = fmt.Fprintf(s.out, "%s packets in, %s out: %.1f us of processor for each packet in or out, %.1f for each out\n", grouped(in), grouped(out), res.Micros, res.Each)
	return err
}

func (f *floorCommand) start(ctx context.Context, s streams, to []string) (*plane, error) {
	args := []string{"floor"}
	for _, a := range to {
		args = append(args, "--to", a)
	}
	return startSelf(ctx, s, f.Core, args)
}

// send sends as somebody in a room does.
func (f *floorCommand) send(ctx context.Context, conn net.Conn, sent *counter) {
	sound, picture := time.NewTicker(soundEvery), time.NewTicker(time.Second/time.Duration(f.FPS))
	defer sound.Stop()
	defer picture.Stop()
	bytes := f.Video * 1000 / 8 / f.FPS
	packets := (bytes + packetSize - 1) / packetSize
	b := make([]byte, packetSize)
	write := func(n int) {
		if _, err := conn.Write(b[:n]); err == nil {
			sent.n.Add(1)
		}
	}
	for {
		select {
		case <-ctx.Done():
			return
		case <-sound.C:
			write(soundSize)
		case <-picture.C:
			for range packets {
				write(bytes / packets)
			}
		}
	}
}

// passOn is the program that is measured.
func passOn(ctx context.Context, s streams, to []string) error {
	conn, err := listenHere()
	if err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	type receiver struct {
		at   netip.AddrPort
		seal cipher.AEAD
	}
	all := make([]receiver, len(to))
	for i, a := range to {
		if all[i].at, err = netip.ParseAddrPort(a); err != nil {
			return err
		}
		key := make([]byte, 16)
		_, _ = rand.Read(key)
		block, err := aes.NewCipher(key)
		if err != nil {
			return err
		}
		if all[i].seal, err = cipher.NewGCM(block); err != nil {
			return err
		}
	}
	fmt.Fprintf(s.out, "%s\n", conn.LocalAddr())
	const head = 12
	in, out := make([]byte, 1500), make([]byte, 0, 1600)
	for n := uint64(1); ; n++ {
		size, _, err := conn.ReadFromUDPAddrPort(in)
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil:
			return err
		case size < head:
			continue
		}
		var nonce [12]byte
		for i := range 8 {
			nonce[i] = byte(n >> (8 * i))
		}
		for _, r := range all {
			sealed := r.seal.Seal(append(out[:0], in[:head]...), nonce[:], in[head:size], in[:head])
			if _, err := conn.WriteToUDPAddrPort(sealed, r.at); err != nil && ctx.Err() == nil {
				return err
			}
		}
	}
}

// counter counts packets.
type counter struct{ n atomic.Int64 }

func (c *counter) read(conn *net.UDPConn) {
	b := make([]byte, 1600)
	for {
		if _, _, err := conn.ReadFromUDPAddrPort(b); err != nil {
			return
		}
		c.n.Add(1)
	}
}

func listenHere() (*net.UDPConn, error) {
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err == nil {
		_ = conn.SetReadBuffer(4 << 20)
	}
	return conn, err
}

// startSelf runs this program once more, on a core, and waits until it says its address.
func startSelf(ctx context.Context, s streams, core string, args []string) (*plane, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	args = append([]string{self}, args...)
	if core != "" {
		args = append([]string{"taskset", "-c", core}, args...)
	}
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Stderr = s.err
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("it does not start: %w", err)
	}
	p := &plane{cmd: cmd, pid: cmd.Process.Pid}
	address, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		p.stop()
		return nil, errors.New("it says nothing")
	}
	p.address = strings.TrimSpace(address)
	return p, nil
}
