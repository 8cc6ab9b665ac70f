//go:build linux || darwin

package extract

import (
	"syscall"
	"time"
)

// bound lets the system end this process when it takes more memory or processor time. What the system refuses to set is
// bounded by the watch and by the parent.
func bound(memory uint64, limit time.Duration) {
	_ = syscall.Setrlimit(syscall.RLIMIT_DATA, &syscall.Rlimit{Cur: memory, Max: memory})
	seconds := uint64(limit.Seconds())
	_ = syscall.Setrlimit(syscall.RLIMIT_CPU, &syscall.Rlimit{Cur: seconds, Max: seconds})
}
