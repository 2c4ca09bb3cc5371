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
	pages  int64 // of them: of the program's file, which the system may drop and read again
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
	pages, err := filePages(pid)
	return used{cpu: time.Duration(number(utime)+number(stime)) * tick, memory: number(rss) * int64(os.Getpagesize()), pages: pages}, err
}

// filePages is what is resident of files (proc_pid_statm(5), shared).
func filePages(pid int) (int64, error) {
	b, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/statm")
	if err != nil {
		return 0, fmt.Errorf("--pid: %w", err)
	}
	f := bytes.Fields(b)
	if len(f) < 3 {
		return 0, errors.New("--pid: the system tells too little about the process")
	}
	n, err := strconv.ParseInt(string(f[2]), 10, 64)
	return n * int64(os.Getpagesize()), err
}
