package demo

import (
	"context"
	"fmt"

	"gotong/app/embedded/oidc"
	"gotong/modules/domain"
	"gotong/modules/initiatives"
)

// authoring tells of what happens before a proposal is handed in: a template that the secretariat keeps, an invitation
// that waits, a draft of three parts out of eight, and a proposal that a funder took up.
func (t *teller) authoring(ctx context.Context) error {
	s := t.services.Initiatives
	office, err := t.cast.as(ctx, "sekretariat-1")
	if err != nil {
		return err
	}
	writer, err := t.cast.as(ctx, "air-pengelola")
	if err != nil {
		return err
	}
	funder, err := t.cast.as(ctx, "bank-pengelola")
	if err != nil {
		return err
	}
	if _, err := s.KeepTemplate(ctx, office, form("template", "air"), t.initiatives["9"], initiatives.TemplateInput{
		Name: "[Contoh] Air dan sanitasi dusun pesisir", About: "Bagi organisasi yang memasang tandon, talang, atau jamban bersama warga (contoh).",
		Texts: initiatives.Content{
			Problem: "Sebut sumber air sekarang, berapa bulan kurang, dan siapa yang paling terdampak; lalu cara Anda menanganinya (contoh).", Goals: "Apa yang berubah bagi keluarga, dan berapa lama bertahan (contoh).",
			Risks: "Cuaca, pengangkutan, harga bahan; pelindungan anak dan data pribadi (contoh).", Sustainability: "Siapa yang merawat, dari mana biayanya, kapan diperiksa (contoh).",
		},
		Parts: []initiatives.Part{initiatives.PartProblem, initiatives.PartOffers, initiatives.PartBudget, initiatives.PartResults, initiatives.PartRisks},
	}); err != nil {
		return fmt.Errorf("template: %w", err)
	}
	if _, err := s.Invite(ctx, office, form("invitation", "surya"), initiatives.Invitation{
		To: oidc.OrgSurya, Title: "[Contoh] Penerangan dusun di luar jaringan", Reason: "presence", Category: "off-grid-solar", Until: later(t.now, 2),
		Words: "Komunitas Anda sudah merawat panel di kecamatan ini; kami mengundang usulan untuk dusun tetangganya (contoh).",
	}); err != nil {
		return fmt.Errorf("invitation: %w", err)
	}
	if _, err := s.Create(ctx, writer, form("initiative", "konsep"), oidc.OrgAir, initiatives.Content{
		Title: "[Contoh] Air bersih sekolah pesisir", Summary: "Tandon dan keran cuci tangan untuk sekolah dasar di dusun pesisir (contoh).",
		Problem: "Sekolah menutup jamban pada musim kemarau (contoh).", Goals: "Air sepanjang tahun ajaran (contoh).",
		Offers: []initiatives.Offer{{Category: "clean-water-supply", Unit: "unit", Quantity: 6, Conditions: "Komite sekolah menyiapkan dudukan tandon (contoh)."}},
		Budget: []initiatives.BudgetLine{{Item: "Tandon dan keran (contoh)", Source: initiatives.SourceSought}},
	}); err != nil {
		return fmt.Errorf("draft: %w", err)
	}
	r := initiatives.Request{Actor: funder, Operation: form("take-up", "9"), ID: t.initiatives["9"], Reason: "Kami membiayai separuh jamban setelah survei bersama (contoh)."}
	if err := s.TakeUp(ctx, r, domain.OrganizationID(oidc.OrgBank), "funder", false); err != nil {
		return fmt.Errorf("take-up: %w", err)
	}
	return nil
}
