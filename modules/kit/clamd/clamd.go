// Package clamd asks a running ClamAV daemon whether a file is known to be harmful, over its socket (INSTREAM).
package clamd

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	"gotong/modules/kit/apperr"
)

const (
	dialLimit = 3 * time.Second
	idleLimit = time.Minute // for each piece that is sent, and for the verdict
	pieceSize = 64 << 10
)

// Client talks to one daemon.
type Client struct {
	network, address string
}

// New makes a client of a daemon at unix:/path/of.sock or host:port.
func New(address string) *Client {
	if path, ok := strings.CutPrefix(address, "unix:"); ok {
		return &Client{"unix", path}
	}
	return &Client{"tcp", address}
}

// Scan sends what r gives and tells the name of what was found in it, "" where it is clean. TooLarge where the daemon
// takes no file of that size; Unavailable where it does not answer or answers something else: then nothing is known.
func (c *Client) Scan(ctx context.Context, r io.Reader) (found string, err error) {
	answer, err := c.ask(ctx, "INSTREAM", r)
	switch {
	case err != nil:
		return "", apperr.Wrap(fmt.Errorf("clamd: %w", err), apperr.Unavailable, "error.unavailable")
	case answer == "stream: OK":
		return "", nil
	case strings.HasSuffix(answer, " FOUND"):
		return strings.TrimSuffix(strings.TrimPrefix(answer, "stream: "), " FOUND"), nil
	case strings.Contains(answer, "size limit exceeded"):
		return "", apperr.Wrap(fmt.Errorf("clamd: %s", answer), apperr.TooLarge, "error.too_large")
	}
	return "", apperr.Wrap(fmt.Errorf("clamd: answered %q", answer), apperr.Unavailable, "error.unavailable")
}

// Version tells the daemon's and its signatures' version, such as "ClamAV 1.4.3/27500/…".
func (c *Client) Version(ctx context.Context) (string, error) { return c.ask(ctx, "VERSION", nil) }

func (c *Client) ask(ctx context.Context, command string, body io.Reader) (string, error) {
	conn, err := (&net.Dialer{Timeout: dialLimit}).DialContext(ctx, c.network, c.address)
	if err != nil {
		return "", err
	}
	defer func() { _ = conn.Close() }()
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	if err := conn.SetDeadline(time.Now().Add(idleLimit)); err != nil {
		return "", err
	}
	if _, err := io.WriteString(conn, "z"+command+"\x00"); err != nil {
		return "", err
	}
	var sending error
	if body != nil {
		if sending = send(conn, body); errors.Is(sending, errSource) {
			return "", sending
		}
	}
	// A daemon that refuses the size says so and hangs up while we still send: its word counts more than the broken line.
	answer, err := bufio.NewReader(io.LimitReader(conn, 4096)).ReadString(0)
	if err != nil {
		return "", errors.Join(sending, err)
	}
	return strings.TrimSpace(strings.TrimSuffix(answer, "\x00")), nil
}

var errSource = errors.New("the file cannot be read")

// send writes each piece behind its length, and a length of zero at the end.
func send(conn net.Conn, body io.Reader) error {
	buffer := make([]byte, 4+pieceSize)
	for {
		n, err := io.ReadFull(body, buffer[4:])
		if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
			return fmt.Errorf("%w: %w", errSource, err)
		}
		if n > 0 {
			binary.BigEndian.PutUint32(buffer, uint32(n))
			if err := conn.SetDeadline(time.Now().Add(idleLimit)); err != nil {
				return err
			}
			if _, err := conn.Write(buffer[:4+n]); err != nil {
				return err
			}
		}
		if err != nil {
			_, err := conn.Write([]byte{0, 0, 0, 0})
			return err
		}
	}
}
