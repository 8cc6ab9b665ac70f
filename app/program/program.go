// Package program runs the portal for tests: inside a test, or its binary as a process of its own, as operators do, which may also be killed.
package program

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

// built is the portal's binary, made once for all tests of a package.
var built struct {
	once sync.Once
	path string
	err  error
}

// Build gives the binary. It takes a while, so short runs go without; so do runs under the race detector, which would see
// nothing of a process of its own.
func Build(t testing.TB) string {
	t.Helper()
	if effort.Small() {
		t.Skip("builds the binary")
	}
	built.once.Do(func() {
		dir, err := os.MkdirTemp("", "gotong-test-")
		if err != nil {
			built.err = err
			return
		}
		built.path = filepath.Join(dir, "gotong")
		out, err := exec.Command("go", "build", "-o", built.path, "gotong/app").CombinedOutput()
		if err != nil {
			built.err = errors.New(string(out))
		}
	})
	if built.err != nil {
		t.Fatal(built.err)
	}
	return built.path
}

// Main runs the tests of a package that uses the binary, and removes it after them. It is for TestMain.
func Main(m *testing.M) (code int) {
	code = m.Run()
	if built.path != "" {
		_ = os.RemoveAll(filepath.Dir(built.path))
	}
	return code
}

// Command is the binary with a data folder, away from any config.yaml.
func Command(t testing.TB, data string, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(Build(t), args...)
	cmd.Dir = t.TempDir()
	for _, e := range os.Environ() {
		if !strings.HasPrefix(e, "GOTONG_") {
			cmd.Env = append(cmd.Env, e)
		}
	}
	cmd.Env = append(cmd.Env, "GOTONG_DATA="+data, "GOTONG_LOG_LEVEL=warn")
	return cmd
}

// Run runs a command to its end.
func Run(t testing.TB, data string, args ...string) (code int, out, words string) {
	t.Helper()
	cmd := Command(t, data, args...)
	var o, w bytes.Buffer
	cmd.Stdout, cmd.Stderr = &o, &w
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), o.String(), w.String()
}

// Process is a serving portal of its own.
type Process struct {
	cmd   *exec.Cmd
	Ready string        // the line on standard output
	Words *bytes.Buffer // on standard error
	done  chan struct{} // closed once it ended
}

// Start serves, with more of the environment if wanted, and waits for the line that says so.
func Start(t testing.TB, data, listen string, more ...string) *Process {
	t.Helper()
	p := &Process{cmd: Command(t, data), Words: &bytes.Buffer{}, done: make(chan struct{})}
	p.cmd.Env = append(append(p.cmd.Env, "GOTONG_LISTEN="+listen), more...)
	p.cmd.Stderr = p.Words
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
	t.Cleanup(func() { p.End(syscall.SIGKILL) })
	select {
	case p.Ready = <-lines:
	case <-p.done:
		t.Fatalf("the portal ended at its start:\n%s", p.Words)
	case <-time.After(time.Minute):
		t.Fatalf("the portal was not ready within a minute:\n%s", p.Words)
	}
	return p
}

// End sends a signal and gives the exit code once the process has gone (-1 where a signal ended it).
func (p *Process) End(signal syscall.Signal) int {
	_ = p.cmd.Process.Signal(signal)
	<-p.done
	return p.cmd.ProcessState.ExitCode()
}

// Pid is the number of the process.
func (p *Process) Pid() int { return p.cmd.Process.Pid }
