package matching

import (
	"testing"

	"gotong/modules/domain"
)

func TestScope(t *testing.T) {
	need := Need{ID: "n", Village: "61.01.08.2007", Category: "clean-water-supply"}
	call, free := &Initiative{Call: "c"}, &Initiative{}
	for name, c := range map[string]struct {
		scope              Scope
		holds, call, plain bool
	}{
		"all":            {Scope{}, true, true, true},
		"its regency":    {Scope{Region: "61.01"}, true, true, true},
		"another":        {Scope{Region: "61.02"}, false, true, true},
		"other category": {Scope{Category: "sanitation"}, false, true, true},
		"demonstration":  {Scope{Demo: true}, false, false, false},
		"of the call":    {Scope{Call: "c"}, true, true, false},
		"another call":   {Scope{Call: "d"}, true, false, false},
		"chosen":         {Scope{Needs: []domain.NeedID{"m", "n"}}, true, true, true},
		"not chosen":     {Scope{Needs: []domain.NeedID{"m"}}, false, true, true},
	} {
		if c.scope.Holds(need) != c.holds || c.scope.Admits(call) != c.call || c.scope.Admits(free) != c.plain {
			t.Errorf("%s: %v %v %v", name, c.scope.Holds(need), c.scope.Admits(call), c.scope.Admits(free))
		}
	}
}
