package together

import (
	"strings"
	"testing"

	"gotong/app/browser"
	"gotong/app/walk"
)

// An organisation's life at phone width without JavaScript: founding in steps, papers, verification, invitation,
// handing over, suspension with a reply; every page against axe.
func TestPartnerInTheBrowser(t *testing.T) {
	b := browser.Start(t)
	base := browser.Serve(t)
	i := browser.Inspect(t, "partner")
	partner := walk.Partner{Mark: "Paloh", As: i.Once(b, base, false)}
	if err := partner.Walk(t.Logf); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d kinds of page met, %d structures inspected, %d sessions", len(i.Kinds), browser.Judged(), len(i.Sessions))
}

// With JavaScript a look-alike is pointed out while one types, below the name.
func TestLookAlikeWhileTyping(t *testing.T) {
	b := browser.Start(t)
	v, err := b.Visit(browser.Serve(t), browser.Width, browser.Height, true, t.TempDir())
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
