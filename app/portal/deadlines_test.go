package portal_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"gotong/app/config"
	"gotong/modules/domain"
	"gotong/modules/kit/i18n"
	"gotong/views"
)

// The days of the configuration are those that the desk promises.
func TestDesksKeepTheConfiguredDays(t *testing.T) {
	t.Cleanup(func() { domain.SetDeadlines(domain.Deadlines{}) })
	bundle, err := i18n.Load(views.FS, "locales")
	if err != nil {
		t.Fatal(err)
	}
	w := openWhole(t, func(c *config.Config) { c.Deadlines.VerifyNeed = 1 })
	for _, days := range []int{1, 300} {
		if days != 1 {
			domain.SetDeadlines(domain.Deadlines{domain.DaysToVerifyNeed: days})
		}
		page := w.ask(w.as("verifikator-sambas"), http.MethodGet, "/desk", "")
		doc, err := goquery.NewDocumentFromReader(strings.NewReader(page.body))
		w.must(err)
		due := bundle.Localizer("id").Date(time.Now().AddDate(0, 0, days))
		if text := doc.Find("main").Text(); page.status != http.StatusOK || !strings.Contains(text, due) {
			t.Errorf("%d days are promised, until %s: %d %s", days, due, page.status, strings.Join(strings.Fields(text), " "))
		}
	}
}
