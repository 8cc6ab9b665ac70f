package browser

import (
	"os"
	"path/filepath"
	"strings"
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

// With JavaScript a look-alike is pointed out while one types, below the name.
func TestLookAlikeWhileTyping(t *testing.T) {
	b := browser(t)
	v, err := b.Visit(serve(t), width, height, true, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(v.Close)
	if err := walk.SignIn(v, "anggota"); err != nil {
		t.Fatal(err)
	}
	if err := v.Open("/organizations/new?type=community-ngo"); err != nil {
		t.Fatal(err)
	}
	if err := v.Submit(`form[action$="/new/kind"]`, walk.Values{"sublevel": "foundation", "region": "61.01"}, nil); err != nil {
		t.Fatal(err)
	}
	var said string
	err = v.Eval(`new Promise(done => {
		const name = document.querySelector("#i-name"), live = document.querySelector("#i-name-live")
		name.value = "Yayasan Air Bersih Demo"
		name.dispatchEvent(new Event("input", {bubbles: true}))
		const began = Date.now()
		const look = () => live.textContent.trim() || Date.now() - began > 20000 ? done(JSON.stringify(live.textContent)) : setTimeout(look, 50)
		look()
	})`, &said)
	if err != nil || !strings.Contains(said, "Contoh: Yayasan Air Bersih Demo") {
		t.Errorf("%q, %v", said, err)
	}
}
