package sfu

import (
	"sync"
	"time"

	"github.com/pion/logging"
	"github.com/pion/transport/v5"
	"github.com/pion/transport/v5/stdnet"
)

// machine is the network of this machine. The library asks for its addresses once
// for each connection and keeps the answer; here it is one for all, not older than
// addressesFor.
type machine struct {
	*stdnet.Net
	mu   sync.Mutex
	list []*transport.Interface
	at   time.Time
}

const addressesFor = 10 * time.Second

func newMachine() (*machine, error) {
	n, err := stdnet.NewNet()
	return &machine{Net: n}, err
}

// Interfaces is of transport.Net.
func (m *machine) Interfaces() ([]*transport.Interface, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if now := time.Now(); now.Sub(m.at) > addressesFor {
		n, err := stdnet.NewNet()
		if err != nil {
			return nil, err
		}
		if m.list, err = n.Interfaces(); err != nil {
			return nil, err
		}
		m.at = now
	}
	return m.list, nil
}

// quiet is the library's own log, which tells of addresses of clients; what matters
// comes as states and errors.
type quiet struct{}

// NewLogger is of logging.LoggerFactory.
func (quiet) NewLogger(string) logging.LeveledLogger { return quiet{} }

func (quiet) Trace(string)          {}
func (quiet) Tracef(string, ...any) {}
func (quiet) Debug(string)          {}
func (quiet) Debugf(string, ...any) {}
func (quiet) Info(string)           {}
func (quiet) Infof(string, ...any)  {}
func (quiet) Warn(string)           {}
func (quiet) Warnf(string, ...any)  {}
func (quiet) Error(string)          {}
func (quiet) Errorf(string, ...any) {}
