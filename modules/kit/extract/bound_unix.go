//go:build linux || darwin

package extract

import (
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// bound lets the system end this process when it takes more memory or processor time. What the system refuses to set is
// bounded by the watch and by the parent.
func bound(memory uint64, limit time.Duration) {
	memory += written()
	_ = syscall.Setrlimit(syscall.RLIMIT_DATA, &syscall.Rlimit{Cur: memory, Max: memory})
	seconds := uint64(limit.Seconds())
	_ = syscall.Setrlimit(syscall.RLIMIT_CPU, &syscall.Rlimit{Cur: seconds, Max: seconds})
}

// written is how much of what the system counts as data this program has already: its runtime sets much aside.
func written() uint64 {
	raw, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 256 << 20
	}
	for line := range strings.Lines(string(raw)) {
		if rest, ok := strings.CutPrefix(line, "VmData:"); ok {
			if kb, err := strconv.ParseUint(strings.Fields(rest)[0], 10, 64); err == nil {
				return kb << 10
			}
		}
	}
	return 256 << 20
}
