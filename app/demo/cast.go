package demo

import (
	"context"
	"fmt"

	"gotong/app/embedded/oidc"
	"gotong/modules/accounts"
	"gotong/modules/domain"
	"gotong/modules/organizations"
)

// cast is everyone of the story by subject, as actors.
type cast struct {
	services Services
	ids      map[string]domain.AccountID
	actors   map[string]domain.Actor
}

// company is a demo organisation.
type company struct {
	id       domain.OrganizationID
	name     string
	kind     string
	sublevel string
	region   domain.RegionCode
	village  domain.RegionCode
	about    string
}

func companies() []company {
	list := []company{
		{oidc.OrgBalitbang, "Contoh: Badan Penelitian Daerah Demo", "government", "province", "61.71", "", "Lembaga penelitian daerah rekaan untuk peragaan."},
		{oidc.OrgUniv, "Contoh: LPPM Universitas Demo", "academia", "university", "61.71", "", "Lembaga penelitian dan pengabdian rekaan: kajian, pendampingan, evaluasi."},
		{oidc.OrgAir, "Contoh: Yayasan Air Bersih Demo", "community-ngo", "foundation", "61.01", "", "Yayasan rekaan yang menyediakan tandon, talang, dan jamban."},
		{oidc.OrgCSR, "Contoh: PT Usaha Bersama Demo", "private-sector", "company", "61.71", "", "Perusahaan rekaan dengan program tanggung jawab sosial."},
		{oidc.OrgBank, "Contoh: Bank Pembangunan Demo", "private-sector", "bank-finance", "61.71", "", "Bank rekaan yang membiayai usaha mikro."},
		{oidc.OrgSurya, "Contoh: Komunitas Surya Demo", "community-ngo", "community-group", "61.01", "", "Relawan rekaan pemasang dan perawat panel surya."},
		{oidc.OrgMedia, "Contoh: Radio Komunitas Demo", "media", "community-media", "61.01", "", "Radio komunitas rekaan."},
		{oidc.OrgKelurahan, "Contoh: Kantor Kelurahan Demo", "government", "kelurahan", "61.71.01.1001", "61.71.01.1001", "Kantor kelurahan rekaan."},
		{oidc.OrgKecamatan, "Contoh: Kantor Kecamatan Paloh", "government", "district", "61.01.08", "", "Kantor kecamatan rekaan dengan verifikator wilayah."},
		{oidc.OrgKabupaten, "Contoh: Bappeda Kabupaten Sambas", "government", "regency", "61.01", "", "Perencana daerah rekaan dengan verifikator wilayah."},
	}
	for _, v := range oidc.DemoVillages() {
		list = append(list, company{domain.OrganizationID(v.Organization), "Contoh: Pemerintah Desa " + v.Name, "village-government", "pemdes",
			domain.RegionCode(v.Code), domain.RegionCode(v.Code), "Pemerintah desa rekaan; desanya nyata, kebutuhannya tidak."})
	}
	return list
}

// assemble makes accounts and organisations where they are missing and gives everyone as an actor.
func (d *Demo) assemble(ctx context.Context, s Services) (*cast, error) {
	c := &cast{services: s, ids: map[string]domain.AccountID{}, actors: map[string]domain.Actor{}}
	members := map[domain.OrganizationID]map[domain.AccountID]domain.OrganizationRole{}
	for _, p := range people() {
		e := accounts.Enrolment{Issuer: oidc.IssuerAlias, Subject: p.Subject, Provider: provider, Name: p.Name, Email: p.Email, EmailVerified: true, Demo: true}
		for _, role := range p.Roles {
			e.Roles = append(e.Roles, domain.PlatformRole(role))
		}
		for _, m := range p.Mandates {
			e.Mandates = append(e.Mandates, domain.Mandate{Kind: m.Kind, Region: domain.RegionCode(m.Region), Organization: domain.OrganizationID(m.Organization)})
		}
		id, err := s.Accounts.Enrol(ctx, e)
		if err != nil {
			return nil, fmt.Errorf("account %s: %w", p.Subject, err)
		}
		c.ids[p.Subject] = id
		if org := domain.OrganizationID(p.Organization); org != "" {
			if members[org] == nil {
				members[org] = map[domain.AccountID]domain.OrganizationRole{}
			}
			members[org][id] = domain.OrganizationRole(p.OrganizationRole)
		}
	}
	var seeds []organizations.Seed
	for _, o := range companies() {
		var areas []domain.RegionCode
		if regency := o.region.At(domain.LevelRegency); o.village == "" && regency != "" {
			areas = append(areas, regency)
		}
		seeds = append(seeds, organizations.Seed{ID: o.id, Members: members[o.id], Organization: organizations.Organization{
			Name: o.name, Type: o.kind, Sublevel: o.sublevel, Region: o.region, Village: o.village, About: o.about, Areas: areas,
			Office: "Sekretariat organisasi (contoh)", Registration: "CONTOH/" + string(o.id),
		}})
	}
	if err := s.Organizations.Plant(ctx, seeds); err != nil {
		return nil, fmt.Errorf("organizations: %w", err)
	}
	return c, nil
}

// as gives a person of the story as an actor, with memberships and mandates as they are now.
func (c *cast) as(ctx context.Context, subject string) (domain.Actor, error) {
	if a, ok := c.actors[subject]; ok {
		return a, nil
	}
	a, err := c.services.Accounts.ActorOf(ctx, c.ids[subject])
	if err != nil {
		return a, fmt.Errorf("actor %s: %w", subject, err)
	}
	c.actors[subject] = a
	return a, nil
}
