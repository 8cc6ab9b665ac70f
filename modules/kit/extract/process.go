package extract

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"time"
)

// The child is the same program, started with this variable naming the kind of file.
const childVariable = "GOTONG_EXTRACT"

// Bounds of a child.
const (
	childTime   = 20 * time.Second
	childMemory = 64 << 20 // bytes that it may take beyond what the program has at its start
	childHeap   = 52 << 20 // bytes from which on it gives up by itself, where the system sets no bound
	childAnswer = 8 << 20
	together    = 2 // children at once
)

// Exit codes of a child.
const (
	childDone    = 0
	childDamaged = 3
	childLimit   = 4
)

// IsChild tells whether this process was started to read one file: then main is Child.
func IsChild() bool { return os.Getenv(childVariable) != "" }

// Child reads the file at standard input and writes the result to standard output. It returns the exit code.
func Child(in io.Reader, out io.Writer) int {
	bound(childMemory, childTime)
	debug.SetMemoryLimit(childHeap)
	go watch()
	src, err := spooled(in)
	if err != nil {
		return childLimit
	}
	defer src.close()
	result, err := Read(os.Getenv(childVariable), src)
	if err != nil && len(result.Active) == 0 {
		return childDamaged
	}
	answer := json.NewEncoder(out)
	answer.SetEscapeHTML(false)
	if answer.Encode(result) != nil {
		return childDamaged
	}
	return childDone
}

// spool is a file that is kept on disk while it is read, so that its size is not the child's.
type spool struct {
	*os.File
	size int64
}

// Size is what was written.
func (s *spool) Size() int64 { return s.size }

func (s *spool) close() { _ = s.Close(); _ = os.Remove(s.Name()) }

// spooled keeps what in gives, at most MaxSize bytes. ErrLimit for more.
func spooled(in io.Reader) (*spool, error) {
	f, err := os.CreateTemp("", "gotong-extract-")
	if err != nil {
		return nil, err
	}
	s := &spool{File: f}
	_ = os.Remove(f.Name()) // where the system lets it, the file goes with its last reader, however that ends
	if s.size, err = io.Copy(f, io.LimitReader(in, MaxSize+1)); err == nil && s.size > MaxSize {
		err = ErrLimit
	}
	if err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

// watch ends a child that holds too much, where the system does not.
func watch() {
	var m runtime.MemStats
	for range time.Tick(20 * time.Millisecond) {
		if runtime.ReadMemStats(&m); m.HeapAlloc > childHeap {
			os.Exit(childLimit)
		}
	}
}

// Process reads files in child processes, few at a time, and ends those that take too long.
type Process struct {
	program string
	room    chan struct{}
	limit   time.Duration
}

// NewProcess makes a Process of this program, whose main asks IsChild first.
func NewProcess() (*Process, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("extract: %w", err)
	}
	return &Process{program: program, room: make(chan struct{}, together), limit: childTime}, nil
}

// Extract reads a file of that many bytes. Errors: ErrKind, ErrDamaged, ErrLimit; what r says; that of ctx.
func (p *Process) Extract(ctx context.Context, kind string, r io.Reader, size int64) (Result, error) {
	switch {
	case !Reads(kind):
		return Result{}, ErrKind
	case size > MaxSize:
		return Result{}, ErrLimit
	}
	select {
	case p.room <- struct{}{}:
		defer func() { <-p.room }()
	case <-ctx.Done():
		return Result{}, ctx.Err()
	}
	limited, cancel := context.WithTimeout(ctx, p.limit)
	defer cancel()
	child := exec.CommandContext(limited, p.program) //nolint:gosec // this very program
	child.Env = []string{childVariable + "=" + kind, "GOMAXPROCS=1", "GOTRACEBACK=none", "TMPDIR=" + os.TempDir(), "TMP=" + os.TempDir()}
	child.WaitDelay = time.Second
	given := &source{r: r}
	var out bytes.Buffer
	child.Stdin, child.Stdout = given, &capped{to: &out, left: childAnswer}
	err := child.Run()
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return Result{}, ctx.Err()
	case given.err != nil:
		return Result{}, given.err
	case limited.Err() != nil:
		return Result{}, ErrLimit
	case errors.As(err, &exit) && exit.ExitCode() == childDamaged:
		return Result{}, ErrDamaged
	case errors.As(err, &exit): // it gave up, or the system ended it
		return Result{}, ErrLimit
	case err != nil:
		return Result{}, fmt.Errorf("extract: %w", err)
	}
	var result Result
	if err := json.Unmarshal(out.Bytes(), &result); err != nil {
		return Result{}, fmt.Errorf("%w: %w", ErrLimit, err)
	}
	return result, nil
}

// source remembers what kept the file from being read.
type source struct {
	r   io.Reader
	err error
}

func (s *source) Read(b []byte) (int, error) {
	n, err := s.r.Read(b)
	if err != nil && !errors.Is(err, io.EOF) {
		s.err = err
	}
	return n, err
}

// capped takes so many bytes and no more.
type capped struct {
	to   io.Writer
	left int
}

func (c *capped) Write(b []byte) (int, error) {
	if c.left -= len(b); c.left < 0 {
		return 0, errors.New("too long an answer")
	}
	return c.to.Write(b)
}
