package browser

import (
	"os"
	"path/filepath"
	"testing"

	"gotong/app/walk"
)

// An organisation's life at phone width without JavaScript: founding in steps, papers, verification, invitation,
// handing over, suspension with a reply; every page against axe.
func TestPartnerInTheBrowser(t *testing.T) {
	b := browser(t)
	base := serve(t)
	i := &inspector{t: t, met: map[string]bool{}, kinds: map[string]bool{}, name: "partner"}
	if dir := os.Getenv("GOTONG_TEST_OUT"); dir != "" {
		i.out = filepath.Join(dir, "screenshots")
		if err := os.MkdirAll(i.out, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	sessions := map[string]*walk.Chromium{}
	partner := walk.Partner{Mark: "Paloh", As: func(subject string) (walk.Visitor, error) {
		if v, ok := sessions[subject]; ok {
			return v, nil
		}
		v, err := b.Visit(base, width, height, false, t.TempDir())
		if err != nil {
			return nil, err
		}
		t.Cleanup(v.Close)
		v.Met = i.meet
		sessions[subject] = v
		if subject == "" {
			return v, nil
		}
		return v, walk.SignIn(v, subject)
	}}
	if err := partner.Walk(t.Logf); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d kinds of page met, %d structures inspected, %d sessions", len(i.kinds), len(i.met), len(sessions))
}
