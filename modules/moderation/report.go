// Package moderation is how the secretariat keeps the portal clean and speaks to everybody: reports of what is wrong
// with a page, by anybody, and announcements.
package moderation

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

// Reason says what is wrong, from a list.
type Reason string

// Reasons are all of them, in the order of the form.
var Reasons = []Reason{"wrong", "personal-data", "fraud", "offensive", "duplicate", "broken", "other"}

// ReportState is open until the secretariat decided.
type ReportState string

// States of a report.
const (
	ReportOpen      ReportState = "open"
	ReportDismissed ReportState = "dismissed" // nothing to be done
	ReportActed     ReportState = "acted"     // something was done: hidden, corrected, its owner asked
)

// Report says that something is wrong with a page. Its words may name people: they stay out of the audit chain.
type Report struct {
	Path     string           `json:"path"` // of the page, without language prefix
	Subject  domain.Ref       `json:"subject,omitzero"`
	Title    string           `json:"title"` // of the subject, when it was reported
	Reason   Reason           `json:"reason"`
	Words    string           `json:"words"`
	Reporter domain.AccountID `json:"reporter,omitempty"` // "" for the public
	At       time.Time        `json:"at"`
	State    ReportState      `json:"state"`
	Answer   *Answer          `json:"answer,omitempty"` // of the last decision
	Demo     bool             `json:"demo,omitempty"`
}

// Answer is what the secretariat decided, in words that the reporter reads.
type Answer struct {
	By    domain.AccountID `json:"by"`
	At    time.Time        `json:"at"`
	Words string           `json:"words"`
}

// maxWords bounds what people write, in characters.
const maxWords = 2000

func checkWords(f *apperr.Fields, name, words string) {
	f.Check(strings.TrimSpace(words) != "", name, "moderation.error.words")
	f.Check(utf8.RuneCountInString(words) <= maxWords, name, "moderation.error.long", "max", maxWords)
	f.Check(len(domain.FindPersonalNumbers(words)) == 0, name, "moderation.error.personal_number")
}

// Validate tells what of a new report must change.
func (r Report) Validate() error {
	var f apperr.Fields
	f.Check(slices.Contains(Reasons, r.Reason), "reason", "moderation.error.reason")
	checkWords(&f, "words", r.Words)
	return f.Err()
}

// decide ends an open report. Conflict where it is not open, Invalid without words.
func (r *Report) decide(state ReportState, a Answer) error {
	if r.State != ReportOpen {
		return apperr.New(apperr.Conflict, "moderation.error.decided")
	}
	var f apperr.Fields
	checkWords(&f, "reason", a.Words)
	if err := f.Err(); err != nil {
		return err
	}
	r.State, r.Answer = state, &a
	return nil
}

// reopen takes a decision back. Conflict where there is none.
func (r *Report) reopen() error {
	if r.State == ReportOpen {
		return apperr.New(apperr.Conflict, "moderation.error.open")
	}
	r.State = ReportOpen
	return nil
}

const (
	listReports = "reports" // by state, or all; oldest first
	listNewest  = "newest"
)

func reportDefinition() store.Definition[Report] {
	keys := func(_ string, r Report) []store.Key { return []store.Key{store.KeyOf(string(r.State))} }
	at := func(_ string, r Report) string { return store.SortTime(r.At) }
	return store.Definition[Report]{Name: "reports", Personal: []string{"words"}, Lists: []store.List[Report]{
		{Name: listReports, Keys: keys, Sort: at}, {Name: listNewest, Descending: true, Keys: keys, Sort: at},
	}}
}

// kinds are the things that have a page, by the first part of its address.
var kinds = map[string]string{
	"needs": domain.KindNeed, "initiatives": domain.KindInitiative, "organizations": domain.KindOrganization, "documents": domain.KindDocument,
	"villages": domain.KindVillage, "commitments": domain.KindCommitment,
}

// subjectOf reads which thing a page shows from its address; the zero Ref where it shows none.
func subjectOf(path string) domain.Ref {
	parts := strings.Split(strings.Trim(path, "/"), "/")
	if len(parts) < 2 || kinds[parts[0]] == "" || parts[1] == "new" {
		return domain.Ref{}
	}
	return domain.Ref{Kind: kinds[parts[0]], ID: parts[1]}
}
