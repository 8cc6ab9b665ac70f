package portal

import (
	"context"
	"encoding/json"

	"gotong/modules/matching"
)

// Instance gives what is open now as a file of gotong plan.
func (p *Portal) Instance(ctx context.Context, scope matching.Scope) (json.RawMessage, error) {
	if _, err := p.matching.Service.Build(ctx); err != nil {
		return nil, err
	}
	return p.house.Plans.Service.Instance(scope)
}
