package solve

import (
	"syscall"
	"time"
)

// CPUClock makes searches count the processor time of the whole process instead of the time on the wall: on a machine that others use as well, a
// search with one worker then gets what it would get alone.
func CPUClock() {
	used := func() time.Duration {
		var u syscall.Rusage
		if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
			return 0
		}
		return time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	clock = func() time.Time { return time.Unix(0, int64(used())) }
}
