package mongowire

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"slices"
	"sync"
	"testing"
)

// turns stands before a server that cannot update a document atomically and lets one command that may write through at a
// time, whole with its answer, and readers while none does. What MongoDB promises of single commands then holds: FerretDB
// reads, changes and writes a document in steps, and without this loses one of two updates that meet.
type turns struct {
	server string // address
	turn   sync.RWMutex
}

// listen takes connections until the test ends and gives the address for them.
func (p *turns) listen(t testing.TB) string {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("listen: %v", err)
	}
	var open sync.WaitGroup
	var mu sync.Mutex
	conns := map[net.Conn]bool{}
	open.Go(func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return // closed
			}
			mu.Lock()
			conns[client] = true
			mu.Unlock()
			open.Go(func() {
				p.serve(context.Background(), client) // databases are dropped after the test's context has ended
				mu.Lock()
				delete(conns, client)
				mu.Unlock()
			})
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		mu.Lock()
		for client := range conns {
			_ = client.Close()
		}
		mu.Unlock()
		open.Wait()
	})
	return l.Addr().String()
}

// serve passes the commands of one connection on, until either side ends it.
func (p *turns) serve(ctx context.Context, client net.Conn) {
	defer func() { _ = client.Close() }()
	server, err := (&net.Dialer{}).DialContext(ctx, "tcp", p.server)
	if err != nil {
		return
	}
	defer func() { _ = server.Close() }()
	for {
		command, err := message(client)
		if err != nil {
			return
		}
		answer, err := p.ask(server, command)
		if err != nil {
			return
		}
		if _, err := client.Write(answer); err != nil {
			return
		}
	}
}

func (p *turns) ask(server net.Conn, command []byte) ([]byte, error) {
	if reads(command) {
		p.turn.RLock()
		defer p.turn.RUnlock()
	} else {
		p.turn.Lock()
		defer p.turn.Unlock()
	}
	if _, err := server.Write(command); err != nil {
		return nil, err
	}
	return message(server)
}

// reads tells whether a message is a command that writes nothing: the first field of the first section's document names it.
func reads(message []byte) bool {
	const opMsg, name = 2013, 16 + 4 + 1 + 4 + 1 // header, flags, kind of section, length of the document, type of the field
	if len(message) <= name || binary.LittleEndian.Uint32(message[12:]) != opMsg || message[20] != 0 {
		return false
	}
	command, _, _ := bytes.Cut(message[name:], []byte{0})
	return slices.Contains([]string{"find", "getMore", "count", "hello", "ping"}, string(command))
}

// longest is what MongoDB takes as one message, in bytes.
const longest = 48_000_000

// message reads one message of MongoDB's wire protocol: its length in four bytes, itself counted, then the rest.
func message(r io.Reader) ([]byte, error) {
	var head [4]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return nil, err
	}
	n := binary.LittleEndian.Uint32(head[:])
	if n < 16 || n > longest {
		return nil, errors.New("mongowire: not a message")
	}
	m := make([]byte, n)
	copy(m, head[:])
	_, err := io.ReadFull(r, m[4:])
	return m, err
}
