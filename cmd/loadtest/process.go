package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strconv"
	"time"
)

// used is what a process has taken so far.
type used struct {
	cpu    time.Duration
	memory int64 // resident, bytes
}

// Linux tells processor time in hundredths of a second, whatever its own clock.
const tick = 10 * time.Millisecond

// usage asks the system about a process; 0: about none.
func usage(pid int) (used, error) {
	if pid == 0 {
		return used{}, nil
	}
	b, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return used{}, fmt.Errorf("--pid: %w", err)
	}
	// The second field is the name, in brackets, and may hold anything.
	f := bytes.Fields(b[bytes.LastIndexByte(b, ')')+1:])
	if len(f) < 22 {
		return used{}, errors.New("--pid: the system tells too little about the process")
	}
	number := func(field int) int64 { // numbered as in proc(5)
		n, _ := strconv.ParseInt(string(f[field-3]), 10, 64)
		return n
	}
	const utime, stime, rss = 14, 15, 24
	return used{cpu: time.Duration(number(utime)+number(stime)) * tick, memory: number(rss) * int64(os.Getpagesize())}, nil
}
