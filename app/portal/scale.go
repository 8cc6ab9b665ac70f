package portal

import (
	"context"
	"errors"
	"io"
)

// ScaleDemo makes a demo portal of a size.
func (p *Portal) ScaleDemo(context.Context, string, uint64, io.Writer) (string, error) {
	return "", errors.New("not there yet")
}
