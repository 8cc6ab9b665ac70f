// Package clamdtest is a small daemon that speaks clamd's protocol and knows one signature, EICAR's.
package clamdtest

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"sync"
	"testing"
)

// EICAR gives the test file that every scanner takes for harmful. It is put together here so that no scanner takes this
// source for it.
func EICAR() string {
	return `X5O!P%@AP[4\PZX54(P^)7CC)7}$` + `EICAR-STANDARD-ANTIVIRUS-TEST-FILE!` + `$H+H*`
}

// Daemon is the running stand-in.
type Daemon struct {
	Address string

	listener net.Listener
	most     int
	mu       sync.Mutex
	says     *string
	hangs    bool
	learned  []signature
}

type signature struct{ name, text string }

// Learn gives it one more signature, as an update does: its version changes.
func (d *Daemon) Learn(name, text string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.learned = append(d.learned, signature{name, text})
}

// Forget takes what it learned away again, as the correction of a wrong signature does: its version changes too.
func (d *Daemon) Forget() {
	d.mu.Lock()
	defer d.mu.Unlock()
	for i := range d.learned {
		d.learned[i].text = ""
	}
	d.learned = append(d.learned, signature{})
}

// Recover has it answer as it should again, after Say.
func (d *Daemon) Recover() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.says = nil
}

// Start serves on a free port of loopback until the test ends; files of more than most bytes are refused.
func Start(t testing.TB, most int) *Daemon {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	d := &Daemon{Address: l.Addr().String(), listener: l, most: most}
	t.Cleanup(d.Close)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go d.serve(c)
		}
	}()
	return d
}

// Close ends it.
func (d *Daemon) Close() { _ = d.listener.Close() }

// Say has it answer that from now on, whatever comes; "" hangs up.
func (d *Daemon) Say(answer string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.says = &answer
}

// Hang has it never answer.
func (d *Daemon) Hang() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.hangs = true
}

func (d *Daemon) serve(c net.Conn) {
	defer func() { _ = c.Close() }()
	in := bufio.NewReader(c)
	command, err := in.ReadString(0)
	if err != nil {
		return
	}
	answer := "UNKNOWN COMMAND"
	switch command {
	case "zVERSION\x00":
		d.mu.Lock()
		answer = fmt.Sprintf("ClamAV 1.4.3/%d/Thu Nov 26 2026", 27500+len(d.learned))
		d.mu.Unlock()
	case "zINSTREAM\x00":
		if answer, err = d.scan(in); err != nil {
			return
		}
	}
	d.mu.Lock()
	says, hangs := d.says, d.hangs
	d.mu.Unlock()
	switch {
	case hangs:
		_, _ = io.Copy(io.Discard, in)
		return
	case says != nil && *says == "":
		return
	case says != nil:
		answer = *says
	}
	_, _ = fmt.Fprintf(c, "%s\x00", answer)
}

func (d *Daemon) known(body []byte) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, s := range d.learned {
		if s.text != "" && bytes.Contains(body, []byte(s.text)) {
			return "stream: " + s.name + " FOUND"
		}
	}
	return "stream: OK"
}

func (d *Daemon) scan(in io.Reader) (string, error) {
	var body []byte
	for {
		var size uint32
		if err := binary.Read(in, binary.BigEndian, &size); err != nil {
			return "", err
		}
		switch {
		case size == 0 && bytes.Contains(body, []byte(EICAR())):
			return "stream: Eicar-Test-Signature FOUND", nil
		case size == 0:
			return d.known(body), nil
		case len(body)+int(size) > d.most:
			return "INSTREAM size limit exceeded. ERROR", nil
		}
		piece := make([]byte, size)
		if _, err := io.ReadFull(in, piece); err != nil {
			return "", err
		}
		body = append(body, piece...)
	}
}
