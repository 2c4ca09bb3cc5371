package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

// folderLock is held by the one process that works on a data folder.
type folderLock struct{ f *os.File }

var errFolderBusy = errors.New("another housecall is at work on this data folder")

func prepareFolder(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("the data folder %s cannot be made: %w", dir, err)
	}
	return nil
}

func lockFolder(dir string) (*folderLock, error) {
	f, err := os.OpenFile(filepath.Join(dir, "housecall.lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("the data folder %s cannot be written to: %w", dir, err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = f.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, errFolderBusy
		}
		return nil, err
	}
	_ = f.Truncate(0)
	_, _ = f.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0) // for people who look
	return &folderLock{f: f}, nil
}

func (l *folderLock) release() {
	if l != nil && l.f != nil {
		_ = l.f.Close() // frees the lock
		l.f = nil
	}
}

// reach finds out who works on the data folder: this process, which then holds
// the lock, or a server with an admin socket. Another command is waited for.
func reach(ctx context.Context, dir string) (lock *folderLock, server *adminClient, err error) {
	if err := prepareFolder(dir); err != nil {
		return nil, nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	for {
		if lock, err = lockFolder(dir); !errors.Is(err, errFolderBusy) {
			return lock, nil, err
		}
		if server, err := dialAdmin(ctx, dir); err == nil {
			return nil, server, nil
		}
		select {
		case <-ctx.Done():
			return nil, nil, fmt.Errorf("%w, and does not answer; wait for it or end it", errFolderBusy)
		case <-time.After(200 * time.Millisecond):
		}
	}
}
