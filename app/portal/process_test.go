package portal_test

import (
	"bufio"
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"gotong/modules/kit/testkit/effort"
)

// program is the portal's binary, built once for all tests of this package.
var program struct {
	once sync.Once
	path string
	err  error
}

// build gives the binary. It takes a while, so short runs go without; so do runs under the race detector, which would see
// nothing of a process of its own.
func build(t testing.TB) string {
	t.Helper()
	if effort.Small() {
		t.Skip("builds the binary")
	}
	program.once.Do(func() {
		dir, err := os.MkdirTemp("", "gotong-test-")
		if err != nil {
			program.err = err
			return
		}
		program.path = filepath.Join(dir, "gotong")
		out, err := exec.Command("go", "build", "-o", program.path, "gotong/app").CombinedOutput()
		if err != nil {
			program.err = errors.New(string(out))
		}
	})
	if program.err != nil {
		t.Fatal(program.err)
	}
	return program.path
}

func TestMain(m *testing.M) {
	code := m.Run()
	if program.path != "" {
		_ = os.RemoveAll(filepath.Dir(program.path))
	}
	os.Exit(code)
}

// command is the binary with a data folder, away from any config.yaml.
func command(t testing.TB, data string, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(build(t), args...)
	cmd.Dir = t.TempDir()
	for _, e := range os.Environ() {
		if !strings.HasPrefix(e, "GOTONG_") {
			cmd.Env = append(cmd.Env, e)
		}
	}
	cmd.Env = append(cmd.Env, "GOTONG_DATA="+data, "GOTONG_LOG_LEVEL=warn")
	return cmd
}

// runCommand runs a command to its end.
func runCommand(t testing.TB, data string, args ...string) (code int, out, words string) {
	t.Helper()
	cmd := command(t, data, args...)
	var o, w bytes.Buffer
	cmd.Stdout, cmd.Stderr = &o, &w
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), o.String(), w.String()
}

// process is a serving portal of its own.
type process struct {
	cmd   *exec.Cmd
	ready string // the line on standard output
	words *bytes.Buffer
	done  chan struct{} // closed once it ended
}

// start serves, with more of the environment if wanted, and waits for the line that says so.
func start(t testing.TB, data, listen string, more ...string) *process {
	t.Helper()
	p := &process{cmd: command(t, data), words: &bytes.Buffer{}, done: make(chan struct{})}
	p.cmd.Env = append(append(p.cmd.Env, "GOTONG_LISTEN="+listen), more...)
	p.cmd.Stderr = p.words
	out, err := p.cmd.StdoutPipe()
	if err == nil {
		err = p.cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	lines := make(chan string, 1)
	go func() {
		defer close(p.done)
		scanner := bufio.NewScanner(out)
		for scanner.Scan() {
			select {
			case lines <- scanner.Text():
			default:
			}
		}
		_ = p.cmd.Wait()
	}()
	t.Cleanup(func() { p.end(syscall.SIGKILL) })
	select {
	case p.ready = <-lines:
	case <-p.done:
		t.Fatalf("the portal ended at its start:\n%s", p.words)
	case <-time.After(time.Minute):
		t.Fatalf("the portal was not ready within a minute:\n%s", p.words)
	}
	return p
}

// end sends a signal and gives the exit code once the process has gone (-1 where a signal ended it).
func (p *process) end(signal syscall.Signal) int {
	_ = p.cmd.Process.Signal(signal)
	<-p.done
	return p.cmd.ProcessState.ExitCode()
}
