package pages

import (
	"strings"
	"testing"

	"gotong/app/browser"
	"gotong/app/config"
	"gotong/app/embedded/oidc"
	"gotong/app/walk"
	"gotong/modules/accounts"
)

// A person's account at phone width without JavaScript: linking a second way to sign in, sessions and ending one, a copy
// of one's data, erasure and taking it back, suspension, what the person reads then, and restoring; then an
// organisation's API token and the categories. Every page against axe.
func TestAccountInTheBrowser(t *testing.T) {
	b := browser.Start(t)
	second, err := oidc.Start(t.Context(), oidc.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = second.Close() })
	base := browser.ServeWith(t, func(c *config.Config) {
		second.SetRedirectURIs(accounts.CallbackURLs("http://"+c.Listen, "kantor")...)
		c.Contact = "sekretariat@contoh.invalid"
		c.SignIn.Providers = append(c.SignIn.Providers, config.Provider{
			Key: "kantor", Name: "Kantor", Kind: accounts.KindOIDC, Issuer: second.Issuer(), ClientID: oidc.ClientID, ClientSecret: config.Secret(second.ClientSecret()),
		})
	})
	i := browser.Inspect(t, "account")
	w := accountWalk{t}
	visit := func(subject string) *walk.Chromium { return i.Visit(b, base, false, subject) }
	phone, laptop := visit("anggota"), visit("anggota")
	w.links(phone)
	w.endsSession(phone, laptop)
	w.takesData(phone)
	w.erases(phone)
	office := visit("sekretariat-1")
	w.isSuspended(phone, office)
	w.makesToken(visit("univ-pengelola"))
	w.retiresCategory(office)
	for _, path := range []string{"/privacy", "/en/privacy", "/en/account", "/en/account/privacy"} {
		w.must(phone.Open(path))
	}
	t.Logf("%d kinds of page met, %d structures inspected", len(i.Kinds), browser.Judged())
}

type accountWalk struct{ *testing.T }

func (w accountWalk) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// says demands that the page's main part holds the words.
func (w accountWalk) says(v walk.Visitor, words ...string) {
	w.Helper()
	text := walk.Text(v, "main")
	for _, want := range words {
		if !strings.Contains(text, want) {
			w.Fatalf("%s does not say %q: %s", v.Path(), want, text)
		}
	}
}

func (w accountWalk) count(v walk.Visitor, selector string, want int) {
	w.Helper()
	doc, err := v.Document()
	w.must(err)
	if n := doc.Find(selector).Length(); n != want {
		w.Fatalf("%s: %d of %s, want %d", v.Path(), n, selector, want)
	}
}

func (w accountWalk) links(v walk.Visitor) {
	w.must(v.Open("/account"))
	w.count(v, "#identities ul.plain-list li", 1)
	w.must(v.Submit(`form[action$="/account/identities/kantor"]`, nil, nil))
	w.must(v.Submit(`form[action="/choose"]`, walk.Values{"subject": "media-pengelola"}, nil))
	w.count(v, "#identities ul.plain-list li", 2)
	w.says(v, "Kantor")
	w.count(v, `#identities form[action$="/unlink"]`, 2)
}

func (w accountWalk) endsSession(v, other walk.Visitor) {
	w.must(v.Open("/account"))
	w.count(v, "#sessions ul.plain-list li", 2)
	w.must(v.Submit(`#sessions li form[action$="/end"]`, nil, nil))
	w.count(v, "#sessions ul.plain-list li", 1)
	w.must(other.Open("/account"))
	if other.Path() != "/sign-in" {
		w.Fatalf("the ended session is at %s", other.Path())
	}
}

func (w accountWalk) takesData(v *walk.Chromium) {
	w.must(v.Open("/account"))
	w.count(v, `#privacy a[href="/account/export"]`, 1)
	var got struct {
		Status int
		Type   string
		Begins string
	}
	w.must(v.Eval(`fetch("/account/export").then(async r => JSON.stringify({Status: r.status, Type: r.headers.get("Content-Type"), Begins: String.fromCharCode(...new Uint8Array(await r.arrayBuffer()).slice(0, 2))}))`, &got))
	if got.Status != 200 || got.Type != "application/zip" || got.Begins != "PK" {
		w.Fatalf("%+v", got)
	}
	w.must(v.Open("/account/privacy"))
	w.says(v, "Salinan data yang diambil", "Ketentuan disetujui")
	w.count(v, "main section:nth-of-type(2) li", 1)
}

func (w accountWalk) erases(v walk.Visitor) {
	w.must(v.Open("/account"))
	w.must(v.Submit(`form[action$="/account/erase"]`, nil, nil))
	w.says(v, "Akun ini akan dihapus")
	w.must(v.Submit(`form[action$="/account/erase/cancel"]`, nil, nil))
	w.count(v, `form[action$="/account/erase"]`, 1)
	w.must(v.Open("/account/privacy"))
	w.says(v, "Penghapusan akun diminta", "Penghapusan akun dibatalkan")
}

func (w accountWalk) isSuspended(person, office walk.Visitor) {
	const reason = "Akun dipakai beberapa orang."
	w.must(office.Open("/people"))
	w.must(office.Submit("form.filters", walk.Values{"q": "anggota"}, nil))
	page := "/people/" + string(accounts.AccountIDFor(oidc.IssuerAlias, "anggota"))
	w.count(office, `main table a[href="`+page+`"]`, 1)
	w.must(office.Open(page))
	w.must(office.Submit(`form[action$="/suspend"]`, walk.Values{"reason": reason}, nil))
	w.says(office, "Dinonaktifkan", reason)
	w.must(person.Open("/account"))
	if person.Path() != "/sign-in" {
		w.Fatalf("the suspended person is at %s", person.Path())
	}
	w.must(person.Submit(`form[action*="/sign-in/demo"]`, nil, nil))
	w.must(person.Submit(`form[action="/choose"]`, walk.Values{"subject": "anggota"}, nil))
	w.says(person, "Akun Anda dinonaktifkan", reason, "sekretariat@contoh.invalid")
	w.must(person.Open("/en" + person.Path()))
	w.says(person, "Your account is suspended", reason)
	w.must(office.Submit(`form[action$="/restore"]`, walk.Values{"reason": "Sudah dijelaskan."}, nil))
	w.says(office, "Aktif")
	w.must(walk.SignIn(person, "anggota"))
	w.must(office.Open("/en" + page))
	w.says(office, "Account restored")
}

func (w accountWalk) makesToken(v walk.Visitor) {
	w.must(v.Open("/organizations/" + oidc.OrgUniv + "/tokens"))
	w.must(v.Submit(`form.form[action$="/tokens"]`, walk.Values{"name": "Papan data kantor", "scopes": "needs|documents", "days": "90"}, nil))
	if token := walk.Text(v, "#made code.secret"); !strings.HasPrefix(token, "gotong_") {
		w.Fatalf("the token is %q", token)
	}
	w.must(v.Open("/en/organizations/" + oidc.OrgUniv + "/tokens"))
	w.count(v, "#made", 0)
	w.says(v, "Papan data kantor", "Valid")
	w.must(v.Submit(`form[action$="/revoke"]`, nil, nil))
	w.says(v, "Revoked")
}

func (w accountWalk) retiresCategory(v walk.Visitor) {
	w.must(v.Open("/taxonomy"))
	w.must(v.Open("/taxonomy/clean-water-supply"))
	w.must(v.Submit(`form[action$="/retire"]`, nil, nil))
	w.says(v, "Tidak dipakai lagi")
	w.must(v.Submit(`form[action$="/undo"]`, nil, nil))
	w.says(v, "Dapat dipilih")
	w.must(v.Open("/en/taxonomy/clean-water-supply"))
	w.must(v.Submit(`form.form[action$="/clean-water-supply"]`, walk.Values{"name_en": "Clean water"}, nil))
	w.says(v, "Becomes", "Clean water")
	w.must(v.Submit(`#save`, nil, nil))
	w.says(v, "The category is saved.")
	w.must(v.Submit(`form[action$="/undo"]`, nil, nil))
	w.must(v.Open("/taxonomy/new"))
	fields := walk.Values{"group": "water-sanitation", "id": "Sumur Bor", "name_id": "Sumur bor", "name_en": "Bore wells", "description_id": "Sumur dalam.", "description_en": "Deep wells.", "unit": "unit"}
	w.must(v.Submit(`form.form[action$="/taxonomy/new"]`, fields, nil))
	w.says(v, "Tulis kode dengan huruf kecil")
	w.must(v.Submit(`form.form[action$="/taxonomy/new"]`, walk.Values{"id": "bore-wells"}, nil))
	w.says(v, "Pratinjau", "Bore wells")
	w.must(v.Submit(`#save`, nil, nil))
	w.says(v, "Kategori ditambahkan", "bore-wells", "Dapat dipilih")
	w.must(v.Submit(`.flash form`, nil, nil))
	w.says(v, "Tidak dipakai lagi")
	w.addsType(v)
}

// addsType adds a type of organisation, sees it in the founding wizard and takes it out of use again.
func (w accountWalk) addsType(v walk.Visitor) {
	w.must(v.Open("/taxonomy/types/new"))
	fields := walk.Values{"id": "faith-body", "name_id": "Lembaga keagamaan", "name_en": "Faith body", "description_id": "Masjid, gereja, vihara.", "description_en": "Mosques, churches, temples.",
		"kind_new1_id": "Paroki", "paper_surat-tugas_need": "required"}
	w.must(v.Submit(`form.form[action$="/types/new"]`, fields, nil))
	w.says(v, "Isi dalam kedua bahasa")
	w.must(v.Submit(`form.form[action$="/types/new"]`, walk.Values{"kind_new1_en": "Parish", "paper_new1_id": "Didatangi", "paper_new1_en": "Seen in person", "paper_new1_need": "one-of", "paper_new1_words": "1"}, nil))
	w.says(v, "Pratinjau", "Paroki / Parish", "Didatangi")
	w.must(v.Submit(`#save`, nil, nil))
	w.says(v, "Jenis organisasi ditambahkan", "faith-body", "0 organisasi")
	page := v.Path()
	w.must(v.Open("/organizations/new"))
	w.says(v, "Lembaga keagamaan", "Masjid, gereja, vihara.")
	w.must(v.Open(page))
	w.must(v.Submit(`form[action$="/retire"]`, nil, nil))
	w.says(v, "Tidak dipakai lagi")
	w.must(v.Open("/organizations/new"))
	if strings.Contains(walk.Text(v, "main"), "Lembaga keagamaan") {
		w.Fatal("a type that is out of use can be founded")
	}
}
