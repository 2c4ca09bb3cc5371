package sfu

import (
	"encoding/binary"
	"errors"
	"net"
	"net/netip"
	"sync/atomic"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

const canShare = true

// cannotCut: this system, or the network card, does not take packets in one piece. What it
// says about one piece is no reason: how large packets are is the sender's choice, and how
// small they must be is told by the receiver's network.
var cannotCut atomic.Bool

const canBundle = true

// inOnePiece gives the system packets of one size, the last of which may be shorter, at
// once. false: they must be written one by one.
func inOnePiece(u *net.UDPConn, b []byte, size int, to netip.AddrPort) bool {
	if cannotCut.Load() {
		return false
	}
	var space [24]byte                              // CMSG_SPACE of 16 bits
	h := (*unix.Cmsghdr)(unsafe.Pointer(&space[0])) //nolint:gosec // a header that the system reads
	h.Level, h.Type = unix.IPPROTO_UDP, unix.UDP_SEGMENT
	h.SetLen(unix.CmsgLen(2))
	binary.NativeEndian.PutUint16(space[unix.CmsgLen(0):], uint16(size)) //nolint:gosec // at most payloadMax
	_, _, err := u.WriteMsgUDPAddrPort(b, space[:unix.CmsgSpace(2)], to)
	switch {
	case errors.Is(err, unix.EIO), errors.Is(err, unix.ENOPROTOOPT), errors.Is(err, unix.EOPNOTSUPP):
		cannotCut.Store(true)
		return false
	case errors.Is(err, unix.EMSGSIZE), errors.Is(err, unix.EINVAL): // of this way: packets may be cut by it, pieces not
		return false
	}
	return true
}

// canCut asks the system whether it knows how.
func canCut(u *net.UDPConn) bool {
	c, err := u.SyscallConn()
	if err != nil {
		return false
	}
	return onSocket(c, func(fd int) error {
		_, err := unix.GetsockoptInt(fd, unix.IPPROTO_UDP, unix.UDP_SEGMENT)
		return err
	}) == nil
}

// together lets sockets share a number.
func together(_, _ string, c syscall.RawConn) error {
	return onSocket(c, func(fd int) error { return unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_REUSEPORT, 1) })
}

// readFirst brings all that comes for sockets of one number to the first of them: the
// program that chooses says 0 (socket(7), SO_ATTACH_REUSEPORT_CBPF).
func readFirst(u *net.UDPConn) error {
	c, err := u.SyscallConn()
	if err != nil {
		return err
	}
	zero := []unix.SockFilter{{Code: unix.BPF_RET | unix.BPF_K}}
	return onSocket(c, func(fd int) error {
		return unix.SetsockoptSockFprog(fd, unix.SOL_SOCKET, unix.SO_ATTACH_REUSEPORT_CBPF, &unix.SockFprog{Len: 1, Filter: &zero[0]})
	})
}

func onSocket(c syscall.RawConn, set func(fd int) error) (err error) {
	if e := c.Control(func(fd uintptr) { err = set(int(fd)) }); e != nil {
		return e
	}
	return err
}
