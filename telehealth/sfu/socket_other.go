//go:build !linux

package sfu

import (
	"errors"
	"net"
	"net/netip"
	"syscall"
)

// canShare: other systems do not say which of several sockets of one number gets what
// comes, so that there is one.
const canShare = false

func together(string, string, syscall.RawConn) error { return errors.ErrUnsupported }

func readFirst(*net.UDPConn) error { return errors.ErrUnsupported }

// canBundle: other systems take packets one by one.
const canBundle = false

func canCut(*net.UDPConn) bool { return false }

func inOnePiece(*net.UDPConn, []byte, int, netip.AddrPort) bool { return false }
