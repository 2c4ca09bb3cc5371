package sfu

import (
	"net"
	"syscall"

	"golang.org/x/sys/unix"
)

const canShare = true

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
