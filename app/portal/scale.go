package portal

import (
	"context"
	"fmt"
	"io"
	"time"

	"gotong/app/demo"
)

// ScaleDemo makes a demo portal of a size straight in the database, with progress, and says what was made.
func (p *Portal) ScaleDemo(ctx context.Context, size string, words io.Writer) (string, error) {
	parsed, err := demo.ParseScale(size)
	if err != nil {
		return "", err
	}
	if err := p.Load(ctx); err != nil {
		return "", err
	}
	started := time.Now()
	step, tenth := "", -1
	err = p.story.Scale(ctx, parsed, func(at demo.Progress) {
		if now := at.Done * 10 / max(1, at.Total); at.Step != step || now != tenth {
			step, tenth = at.Step, now
			_, _ = fmt.Fprintf(words, "%s: %d of %d, %.0f a second\n", at.Step, at.Done, at.Total, at.PerSecond)
		}
	})
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("demo portal of size %s made in %s", size, time.Since(started).Round(time.Second)), nil
}
