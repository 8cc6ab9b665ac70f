package oidc

// Mandate is an authority of a demo person, in plain strings: this package knows nothing of the portal's types.
type Mandate struct {
	Kind         string // area-verifier, reviewer or evaluator
	Region       string // a district or regency for an area verifier, else ""
	Organization string // on whose behalf
}

// Person is someone whom the demo provider lets one be. No name of a real or invented person is used: a title says
// what the person is for.
type Person struct {
	Subject          string // stable for ever: the account is derived from it
	Name             string
	Email            string // in contoh.invalid, which can never receive mail
	Organization     string // demo organisation, "" for none
	OrganizationRole string // viewer, editor or owner, "" without organisation
	Roles            []string
	Mandates         []Mandate
	Group            string // under which heading the page lists the person
	Note, NoteEN     string // what the person may do
}

// Groups of the page, in its order.
const (
	groupPublic    = "public"
	groupVillage   = "village"
	groupVerifier  = "verifier"
	groupPartner   = "partner"
	groupReviewer  = "reviewer"
	groupOperation = "operation"
)

var groups = []string{groupPublic, groupVillage, groupVerifier, groupPartner, groupReviewer, groupOperation}

// Demo organisations that the people belong to; the seeder creates them under these ids.
const (
	OrgBalitbang = "demo-org-balitbang"
	OrgUniv      = "demo-org-univ"
	OrgAir       = "demo-org-air"
	OrgCSR       = "demo-org-csr"
	OrgBank      = "demo-org-bank"
	OrgSurya     = "demo-org-surya"
	OrgMedia     = "demo-org-media"
	OrgKelurahan = "demo-org-kelurahan"
	OrgKecamatan = "demo-org-kecamatan"
	OrgKabupaten = "demo-org-kabupaten"
)

// DemoVillage is a village whose government has a demo operator.
type DemoVillage struct{ Organization, Name, Code string }

// DemoVillages lists the villages of the demo story.
func DemoVillages() []DemoVillage {
	return []DemoVillage{
		{"demo-org-desa-temajuk", "Temajuk", "61.01.08.2007"},
		{"demo-org-desa-sarang-burung-danau", "Sarang Burung Danau", "61.01.03.2001"},
		{"demo-org-desa-sungai-bening", "Sungai Bening", "61.01.09.2005"},
		{"demo-org-desa-tempapan-hulu", "Tempapan Hulu", "61.01.11.2005"},
		{"demo-org-desa-penjajap", "Penjajap", "61.01.05.2003"},
		{"demo-org-desa-sepantai", "Sepantai", "61.01.06.2012"},
		{"demo-org-desa-semata", "Semata", "61.01.17.2004"},
		{"demo-org-desa-karaban-jaya", "Karaban Jaya", "61.01.10.2011"},
	}
}

// DemoPeople lists everyone whom the provider offers, in the order of its page.
func DemoPeople() []Person {
	people := []Person{
		{Subject: "anggota", Name: "Anggota masyarakat (contoh)", Group: groupPublic,
			Note: "Belum punya organisasi; dapat mendirikan atau bergabung.", NoteEN: "No organisation yet; may found or join one."},
	}
	for _, v := range DemoVillages() {
		people = append(people, member(v.Organization[len("demo-org-"):], "Operator Desa "+v.Name+" (contoh)", groupVillage, v.Organization, "owner",
			"Menyatakan kebutuhan desa, menerima komitmen, mengonfirmasi penyerahan.", "Declares the village's needs, accepts commitments, confirms deliveries."))
	}
	people = append(people, member("kelurahan", "Operator Kelurahan (contoh)", groupVillage, OrgKelurahan, "owner",
		"Bertindak untuk kelurahan, bagian dari perangkat kecamatan.", "Acts for an urban village office, part of the district."))
	people = append(people, verifiers()...)
	people = append(people, partners()...)
	people = append(people, reviewers()...)
	people = append(people, operation()...)
	for i := range people {
		people[i].Email = people[i].Subject + "@contoh.invalid"
	}
	return people
}

func member(subject, name, group, organization, role, note, noteEN string) Person {
	return Person{Subject: subject, Name: name, Group: group, Organization: organization, OrganizationRole: role, Note: note, NoteEN: noteEN}
}

func withMandate(p Person, kind, region string) Person {
	p.Mandates = append(p.Mandates, Mandate{Kind: kind, Region: region, Organization: p.Organization})
	return p
}

func withRole(p Person, role string) Person {
	p.Roles = append(p.Roles, role)
	return p
}

func verifiers() []Person {
	note, noteEN := "Memverifikasi kebutuhan desa di wilayahnya, atau mengembalikannya dengan alasan.", "Verifies needs of the villages in the area, or returns them with reasons."
	return []Person{
		withMandate(member("verifikator-paloh", "Verifikator Kecamatan Paloh (contoh)", groupVerifier, OrgKecamatan, "owner", note, noteEN), "area-verifier", "61.01.08"),
		withMandate(member("verifikator-sambas", "Verifikator Kabupaten Sambas (contoh)", groupVerifier, OrgKabupaten, "owner", note, noteEN), "area-verifier", "61.01"),
	}
}

func partners() []Person {
	owner, ownerEN := "Mengajukan inisiatif dan berkomitmen atas nama organisasinya.", "Submits initiatives and commits for the organisation."
	editor, editorEN := "Menulis konsep; pengajuan dilakukan pengelola.", "Writes drafts; the owner submits them."
	viewer, viewerEN := "Membaca konsep dan dokumen organisasinya.", "Reads the organisation's drafts and documents."
	return []Person{
		member("balitbang-pengelola", "Pengelola Badan Penelitian Daerah (contoh)", groupPartner, OrgBalitbang, "owner", owner, ownerEN),
		member("univ-pengelola", "Pengelola LPPM Universitas (contoh)", groupPartner, OrgUniv, "owner", owner, ownerEN),
		member("univ-penyunting", "Penyunting LPPM Universitas (contoh)", groupPartner, OrgUniv, "editor", editor, editorEN),
		member("univ-pembaca", "Pembaca LPPM Universitas (contoh)", groupPartner, OrgUniv, "viewer", viewer, viewerEN),
		member("air-pengelola", "Pengelola Yayasan Air Bersih (contoh)", groupPartner, OrgAir, "owner", owner, ownerEN),
		member("csr-pengelola", "Pengelola PT Usaha Bersama (contoh)", groupPartner, OrgCSR, "owner", owner, ownerEN),
		member("bank-pengelola", "Pengelola Bank Pembangunan (contoh)", groupPartner, OrgBank, "owner", owner, ownerEN),
		member("surya-pengelola", "Pengelola Komunitas Surya (contoh)", groupPartner, OrgSurya, "owner", owner, ownerEN),
		member("media-pengelola", "Pengelola Radio Komunitas (contoh)", groupPartner, OrgMedia, "owner", owner, ownerEN),
	}
}

func reviewers() []Person {
	note, noteEN := "Menilai inisiatif organisasi lain.", "Scores the initiatives of other organisations."
	return []Person{
		withMandate(member("penelaah-balitbang", "Penelaah dari Badan Penelitian Daerah (contoh)", groupReviewer, OrgBalitbang, "viewer", note, noteEN), "reviewer", ""),
		withMandate(member("penelaah-univ", "Penelaah dari LPPM Universitas (contoh)", groupReviewer, OrgUniv, "viewer", note, noteEN), "reviewer", ""),
		withMandate(member("penelaah-kabupaten", "Penelaah dari Bappeda Kabupaten Sambas (contoh)", groupReviewer, OrgKabupaten, "viewer", note, noteEN), "reviewer", ""),
		withMandate(member("evaluator-univ", "Evaluator dari LPPM Universitas (contoh)", groupReviewer, OrgUniv, "viewer",
			"Memeriksa bukti dan menulis evaluasi.", "Checks evidence and writes evaluations."), "evaluator", ""),
	}
}

func operation() []Person {
	note, noteEN := "Memverifikasi organisasi, menugaskan, memutuskan, menerbitkan.", "Verifies organisations, assigns, decides, publishes."
	return []Person{
		withRole(Person{Subject: "sekretariat-1", Name: "Sekretariat pertama (contoh)", Group: groupOperation, Note: note, NoteEN: noteEN}, "secretariat"),
		withRole(Person{Subject: "sekretariat-2", Name: "Sekretariat kedua (contoh)", Group: groupOperation, Note: note, NoteEN: noteEN}, "secretariat"),
		withRole(Person{Subject: "pemeriksa", Name: "Pemeriksa (contoh)", Group: groupOperation,
			Note: "Membaca semuanya termasuk jejak audit, tidak mengubah apa pun.", NoteEN: "Reads everything, the audit trail included; changes nothing."}, "auditor"),
	}
}

func personOf(subject string) (Person, bool) {
	for _, p := range DemoPeople() {
		if p.Subject == subject {
			return p, true
		}
	}
	return Person{}, false
}
