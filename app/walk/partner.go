package walk

import (
	"errors"
	"fmt"
	"strings"
)

// Partner is the life of an organisation on the portal: founded in steps, papers handed in, verified, a member invited,
// the ownership handed over, suspended with a reply, restored, flagged, and read by the public.
type Partner struct {
	// As gives the visitor of a person, by subject; "" is the public.
	As func(subject string) (Visitor, error)
	// Mark tells this organisation from those of other walks.
	Mark string

	path   string // of the organisation's page
	invite string // path of the invitation
}

// invited joins the organisation and becomes its owner; judge is of the secretariat.
const (
	invited = "bank-pengelola"
	judge   = "sekretariat-1"
)

// Steps lists the acts in their order.
func (p *Partner) Steps() []Step {
	at := func(tail string, act func(Visitor) error) func(Visitor) error {
		return func(v Visitor) error {
			if err := v.Open(p.path + tail); err != nil {
				return err
			}
			return act(v)
		}
	}
	press := func(tail, form string, values Values) func(Visitor) error {
		return at(tail, func(v Visitor) error { return v.Submit(`form[action$="`+form+`"]`, values, nil) })
	}
	says := func(tail, selector, want string) func(Visitor) error {
		return at(tail, func(v Visitor) error {
			if got := Text(v, selector); !strings.Contains(got, want) {
				return fmt.Errorf("%s at %s says %q, not %q", selector, v.Path(), got, want)
			}
			return nil
		})
	}
	return []Step{
		{"look at the types", founder, func(v Visitor) error { return v.Open("/organizations/new") }},
		{"found with a mistake", founder, p.mistake},
		{"found", founder, p.found},
		{"papers", founder, at("/verification", p.papers)},
		{"submit", founder, press("/verification", "/submit", nil)},
		{"verify", judge, at("/verification", p.verify)},
		{"passport", "", at("/passport", func(Visitor) error { return nil })},
		{"invite", founder, at("/members", p.inviteOne)},
		{"accept the invitation", invited, func(v Visitor) error {
			if err := v.Open(p.invite); err != nil {
				return err
			}
			return v.Submit(`form[action*="/invitations/"]`, nil, nil)
		}},
		{"offer the ownership", founder, press("/members", "/members/handover", nil)},
		{"take the ownership", invited, press("/members", "/handover/take", nil)},
		{"no owner any more", founder, at("/members", func(v Visitor) error {
			has, err := Has(v, `form[action$="/members/role"]`)
			if err == nil && has {
				err = errors.New("who handed over still manages members")
			}
			return err
		})},
		{"flag", judge, press("/verification", "/flags", Values{"level": "warning", "category": "delivery", "evidence": "Laporan serah terima terlambat (contoh).", "decision": "Kirim laporan (contoh).", "until": inDays(30)})},
		{"lift the flag", judge, press("/verification", "/lift", Values{"reason": "Laporan sudah diterima (contoh)."})},
		{"suspend without a reason", judge, press("/verification", "/suspend", Values{"reason": ""})},
		{"suspend", judge, press("/verification", "/suspend", Values{"reason": "Laporan warga diperiksa (contoh)."})},
		{"hidden while suspended", "", func(v Visitor) error {
			if err := v.Open("/organizations"); err != nil {
				return err
			}
			if got := Text(v, "main"); strings.Contains(got, p.name()) {
				return fmt.Errorf("a suspended organisation is listed")
			}
			return nil
		}},
		{"reply", invited, press("/verification", "/reply", Values{"reason": "Kami sudah memperbaikinya (contoh)."})},
		{"restore", judge, press("/verification", "/restore", Values{"reason": "Sudah jelas (contoh)."})},
		{"history", invited, says("/verification", "ol.line", "Kami sudah memperbaikinya")},
		{"profile", "", says("", ".tags", "Terverifikasi")},
		{"preview of a merge", judge, at("/merge", func(v Visitor) error {
			return v.Submit(`form[action$="/merge"]`, Values{"other": "/organizations/demo-org-air"}, nil)
		})},
		{"office of a village", judge, func(v Visitor) error { return v.Open("/organizations/demo-org-desa-temajuk/verification") }},
	}
}

// Walk takes all steps.
func (p *Partner) Walk(log func(format string, args ...any)) error {
	for _, step := range p.Steps() {
		v, err := p.As(step.Who)
		if err != nil {
			return fmt.Errorf("%s: %w", step.Name, err)
		}
		if err := step.Run(v); err != nil {
			return fmt.Errorf("%s as %q: %w", step.Name, step.Who, err)
		}
		if step.Name == "suspend without a reason" {
			if has, err := Has(v, `.error`); err != nil || !has {
				return errors.Join(fmt.Errorf("%s is not refused at its field", step.Name), err)
			}
		}
	}
	log("%d steps of an organisation's life", len(p.Steps()))
	return nil
}

func (p *Partner) name() string { return strings.TrimSpace("Kelompok Tani Uji Sejahtera " + p.Mark) }

// mistake types a wrong address on the last step and finds everything else as it was.
func (p *Partner) mistake(v Visitor) error {
	values := p.profile()
	values["email"] = "bukan surel"
	if _, err := FoundOrganization(v, "community-ngo", values); err == nil {
		return fmt.Errorf("a wrong address passes at %s", v.Path())
	}
	if err := v.Open("/organizations/new/contact"); err != nil {
		return err
	}
	doc, err := v.Document()
	if err != nil {
		return err
	}
	if office, mail := doc.Find("[name=office]").AttrOr("value", ""), doc.Find("[name=email]").AttrOr("value", ""); office != values["office"] || mail != "bukan surel" {
		return fmt.Errorf("what was typed is lost: %q, %q", office, mail)
	}
	return nil
}

func (p *Partner) profile() Values {
	return Values{
		"sublevel": "community-group", "region": "61.01", "areas": "61.01|61.02", "name": p.name(), "registration": "UJI/" + p.Mark,
		"about": "Kelompok rekaan untuk uji.", "office": "Sekretariat kelompok", "email": "kelompok@uji.invalid",
	}
}

func (p *Partner) found(v Visitor) error {
	path, err := FoundOrganization(v, "community-ngo", p.profile())
	p.path = path
	return err
}

func (p *Partner) papers(v Visitor) error {
	for paper, ends := range map[string]string{"surat-kuasa": inDays(10), "sk-kepala-desa": ""} {
		values := Values{"paper": paper, "number": "02/UJI/2026", "issuer": "Kepala desa (contoh)", "issued": inDays(-30), "expires": ends}
		if err := v.Submit(`form[action$="/papers"]`, values, map[string]File{"file": {paper + ".pdf", PDF("Berkas " + paper + " (contoh)")}}); err != nil {
			return err
		}
	}
	return nil
}

func (p *Partner) verify(v Visitor) error {
	doc, err := v.Document()
	if err != nil {
		return err
	}
	values := Values{}
	for _, n := range doc.Find(`form[action$="/decide"] input[type=radio]`).EachIter() {
		values[n.AttrOr("name", "")] = "in-force"
	}
	return v.Submit(`form[action$="/decide"]`, values, nil)
}

func (p *Partner) inviteOne(v Visitor) error {
	if err := v.Submit(`form[action$="/invitations"]`, Values{"role": "editor"}, nil); err != nil {
		return err
	}
	_, link, ok := strings.Cut(Text(v, "#invited code"), "/invitations/")
	if !ok {
		return fmt.Errorf("no link is shown: %q", Text(v, "#invited"))
	}
	p.invite = "/invitations/" + link
	return nil
}
