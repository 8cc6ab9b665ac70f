package demo

import (
	"context"
	"fmt"

	"gotong/modules/domain"
	"gotong/modules/moderation"
)

// complaint is a report of the story about one of its needs, and what the secretariat did about it.
type complaint struct {
	key, need, by string // by: a subject of the cast
	reason        moderation.Reason
	words         string
	state         moderation.ReportState
	answer        string
}

var complaints = []complaint{
	{"quantity", "1", "anggota", "wrong", "[Contoh] Setahu kami keluarga di dusun pesisir lebih banyak daripada angka di halaman ini. Mohon dicek lagi dengan berita acara musyawarah.", moderation.ReportOpen, ""},
	{"twice", "2", "univ-penyunting", "duplicate", "[Contoh] Kebutuhan ini tampaknya sama dengan yang diajukan tahun lalu.", moderation.ReportDismissed, "[Contoh] Sudah dibandingkan dengan desa: keduanya berbeda, jadi tetap."},
	{"link", "6", "anggota", "broken", "[Contoh] Berita acaranya tidak dapat dibuka di ponsel saya.", moderation.ReportActed, "[Contoh] Berkasnya diganti dengan yang dapat dibuka di ponsel. Terima kasih."},
}

// notices has people report three pages, the secretariat decide on two of them, and announces something to those who
// are signed in.
func (t *teller) notices(ctx context.Context) error {
	office, err := t.cast.as(ctx, "sekretariat-2")
	if err != nil {
		return err
	}
	service := t.services.Moderation
	for _, c := range complaints {
		by, err := t.cast.as(ctx, c.by)
		if err != nil {
			return err
		}
		id, err := service.Report(ctx, by, "", form("report", c.key), moderation.Report{Path: "/needs/" + string(t.needs[c.need]), Reason: c.reason, Words: c.words})
		if err == nil && c.state != moderation.ReportOpen {
			err = service.Decide(ctx, office, form("report", c.key, "decided"), id, c.state, c.answer)
		}
		if err != nil {
			return fmt.Errorf("report %s: %w", c.key, err)
		}
	}
	day := func(days int) domain.Date { return domain.DateOf(t.now.AddDate(0, 0, days)) }
	for key, a := range map[string]moderation.Announcement{
		"meeting": {Title: domain.Text{ID: "[Contoh] Pertemuan mitra", EN: "[Example] Meeting of partners"}, From: day(0), Until: day(30), SignedIn: true,
			Text: domain.Text{ID: "Pengumuman contoh: mitra bertemu di Pontianak bulan depan.", EN: "An example announcement: the partners meet in Pontianak next month."}},
		"upkeep": {Title: domain.Text{ID: "[Contoh] Pemeliharaan selesai", EN: "[Example] Upkeep is done"}, From: day(-20), Until: day(-18),
			Text: domain.Text{ID: "Pengumuman contoh yang sudah lewat.", EN: "An example announcement that is over."}},
	} {
		a.Demo = true
		if err := service.Announce(ctx, office, form("announced", key), a); err != nil {
			return fmt.Errorf("announcement %s: %w", key, err)
		}
	}
	return nil
}
