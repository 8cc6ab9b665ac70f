package papers

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"log/slog"
	"strings"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/clock"
	"gotong/modules/kit/i18n"
	"gotong/modules/kit/store"
)

// Public is what everybody may know of the commitment of a paper.
type Public struct {
	Title    string // what is needed
	Path     string
	First    string
	Second   string
	Quantity int64
	Unit     domain.UnitID
	State    string
	Signed   string // SHA-256 of the agreement that both sides signed
	Handover string // SHA-256 of the record that ended the delivery
	Demo     bool
}

// Commitments gives what papers are made of.
type Commitments interface {
	// Facts is for an owner of one of the sides. Errors: NotFound, SignIn, Forbidden.
	Facts(ctx context.Context, actor domain.Actor, id domain.CommitmentID) (Facts, error)
	// Public gives what everybody may know of an accepted commitment. Error: NotFound.
	Public(ctx context.Context, id domain.CommitmentID) (Public, error)
}

// Filed is a version of a document on record.
type Filed struct {
	Document domain.DocumentID
	Parent   domain.Ref
	Type     domain.DocumentType
	Number   int // from 1
	Of       int
	At       time.Time
}

// Library keeps papers as documents.
type Library interface {
	// File puts a generated file there as the document of that id, or as its next version; the caller has decided who may.
	File(ctx context.Context, actor domain.Actor, op store.Operation, ref domain.Ref, id domain.DocumentID, typ domain.DocumentType, title, why string, up domain.Upload) error
	// Filed finds the versions with that sum. It asks nothing about who may read them: who has the sum has the file.
	Filed(ctx context.Context, sum string) ([]Filed, error)
	// Versions gives the sums of a document's versions, the first one first. NotFound where it is gone.
	Versions(ctx context.Context, id domain.DocumentID) ([]string, error)
}

// Service makes papers and answers for them.
type Service struct {
	papers      *store.Records[Paper]
	templates   *store.Records[Template]
	registers   *store.Records[register]
	letterheads *store.Records[Letterhead]
	commitments Commitments
	library     Library
	clock       clock.Clock
	log         *slog.Logger
	local       *i18n.Localizer // papers are in Indonesian
	publicURL   string
}

// Template gives the template of a kind: that version, 0 for the one in force. NotFound for a version that is not there.
func (s *Service) Template(ctx context.Context, k Kind, version int) (Template, error) {
	if version == 1 {
		return First(k), nil
	}
	if version > 1 {
		doc, err := s.templates.Get(ctx, templateID(k, version))
		return doc.Body, err
	}
	page, err := s.templates.List(ctx, store.Query{List: listVersions, Key: store.KeyOf(string(k)), Limit: 1})
	if err != nil || len(page.Items) == 0 {
		return First(k), err
	}
	return page.Items[0].Body, nil
}

// Templates lists the versions of a kind, the newest first; the last is First.
func (s *Service) Templates(ctx context.Context, k Kind, cursor string, limit int) (list []Template, next string, err error) {
	page, err := s.templates.List(ctx, store.Query{List: listVersions, Key: store.KeyOf(string(k)), Cursor: cursor, Limit: limit})
	for _, doc := range page.Items {
		list = append(list, doc.Body)
	}
	if err == nil && page.Next == "" {
		list = append(list, First(k))
	}
	return list, page.Next, err
}

// Decide puts a new text in force, as the version after the one that was read. Forbidden unless of the secretariat; Invalid by
// field; Conflict where somebody else decided meanwhile.
func (s *Service) Decide(ctx context.Context, actor domain.Actor, op store.Operation, read int, t Template) (Template, error) {
	if !actor.Secretariat() {
		return t, apperr.New(apperr.Forbidden, "error.forbidden")
	}
	if err := t.Validate(); err != nil {
		return t, err
	}
	t.Version, t.By, t.At = read+1, actor.Account, s.clock.Now()
	if _, err := s.Template(ctx, t.Kind, max(1, read)); err != nil {
		return t, err
	}
	change := actor.Change("paper.template-decided", "", op)
	change.Reason = t.Reason
	doc, err := s.templates.Insert(ctx, templateID(t.Kind, t.Version), t, change)
	return doc.Body, err
}

// Letterhead gives what an organisation put below its name on papers; the zero one where it said nothing.
func (s *Service) Letterhead(ctx context.Context, id domain.OrganizationID) (Letterhead, int64, error) {
	doc, err := s.letterheads.Get(ctx, string(id))
	if apperr.Is(err, apperr.NotFound) {
		return Letterhead{}, 0, nil
	}
	return doc.Body, doc.Version, err
}

// maxLetterhead bounds the lines of a letterhead.
const maxLetterhead = 300

// PutLetterhead keeps an organisation's letterhead. Forbidden unless of an editor, Invalid by field, Conflict where it changed since it
// was read.
func (s *Service) PutLetterhead(ctx context.Context, actor domain.Actor, op store.Operation, id domain.OrganizationID, read int64, l Letterhead) error {
	if !actor.Has(id, domain.OrgEditor) {
		return apperr.New(apperr.Forbidden, "error.forbidden")
	}
	var f apperr.Fields
	for name, text := range map[string]string{"above": l.Above, "lines": l.Lines} {
		f.Check(len([]rune(text)) <= maxLetterhead, name, "papers.error.long", "max", maxLetterhead)
		f.Check(len(domain.FindPersonalNumbers(text)) == 0, name, "papers.error.personal")
	}
	f.Check(strings.Count(strings.TrimSpace(l.Lines), "\n") < 4, "lines", "papers.error.lines")
	if err := f.Err(); err != nil {
		return err
	}
	l.By, l.At = actor.Account, s.clock.Now()
	change := actor.Change("paper.letterhead", id, op)
	if read == 0 {
		_, err := s.letterheads.Insert(ctx, string(id), l, change)
		return err
	}
	doc, err := s.letterheads.Get(ctx, string(id))
	if err != nil {
		return err
	}
	doc.Version = read
	_, err = s.letterheads.Replace(ctx, doc, l, change)
	return err
}

// facts are those of a commitment with the letterheads that its parties chose.
func (s *Service) facts(ctx context.Context, actor domain.Actor, id domain.CommitmentID) (Facts, error) {
	f, err := s.commitments.Facts(ctx, actor, id)
	if err != nil {
		return f, err
	}
	for _, p := range []*Party{&f.First, &f.Second} {
		l, version, err := s.Letterhead(ctx, p.ID)
		if err != nil {
			return f, err
		}
		if version > 0 {
			p.Head = nil
			if p.Address == "" { // where the organisation's own page names no office
				p.Address, _, _ = strings.Cut(strings.TrimSpace(l.Lines), "\n")
				p.Address = strings.TrimSpace(p.Address)
			}
			for _, line := range append([]string{l.Above}, strings.Split(l.Lines, "\n")...) {
				if line = strings.TrimSpace(line); line != "" {
					p.Head = append(p.Head, line)
				}
			}
		}
	}
	return f, nil
}

// Of lists the papers of a commitment, the first one first.
func (s *Service) Of(ctx context.Context, id domain.CommitmentID) ([]store.Doc[Paper], error) {
	page, err := s.papers.List(ctx, store.Query{List: listCommitment, Key: store.KeyOf(string(id)), Limit: len(Kinds)})
	return page.Items, err
}

// Make makes a paper of a commitment from its data as they are now, by the template in force, and files it among its documents: the
// first time with a number, later as the next version. Where nothing differs from the last version, nothing is made. A repeat
// goes on where a broken one stopped. Errors: those of Commitments.Facts, Invalid by field, Conflict (state, too many versions),
// Unavailable.
func (s *Service) Make(ctx context.Context, actor domain.Actor, op store.Operation, id domain.CommitmentID, k Kind, said Said) (string, error) {
	facts, err := s.facts(ctx, actor, id)
	if err != nil {
		return "", err
	}
	if err := facts.Ready(k); err != nil {
		return "", err
	}
	if err := said.Validate(k); err != nil {
		return "", err
	}
	t, err := s.Template(ctx, k, 0)
	if err != nil {
		return "", err
	}
	doc, err := s.begun(ctx, actor, op, id, k, &t, facts, said)
	if err != nil || doc.Body.Pending == nil {
		return doc.ID, err
	}
	var file bytes.Buffer
	if err := s.print(&file, doc.ID, &doc.Body, *doc.Body.Pending, &t, facts); err != nil {
		return "", err
	}
	sum := sha256.Sum256(file.Bytes())
	ref := domain.Ref{Kind: domain.KindCommitment, ID: string(id)}
	title := s.local.T("papers.kind."+string(k)) + " " + doc.Body.Number
	up := domain.Upload{Name: strings.ReplaceAll(doc.Body.Number, "/", "-") + ".pdf", Size: int64(file.Len()), Body: bytes.NewReader(file.Bytes())}
	document := documentID(doc.ID)
	if err := s.library.File(ctx, actor, op, ref, document, k.Type(), title, s.local.T("papers.why", "number", len(doc.Body.Versions)+1, "template", t.Version), up); err != nil {
		return "", err
	}
	input := doc.Body.Pending.Input
	_, err = s.change(ctx, doc.ID, actor.Change("paper.made", facts.First.ID, op), func(p *Paper) error {
		return p.finish(input, hex.EncodeToString(sum[:]), document)
	})
	return doc.ID, err
}

// begun gives a paper of which a version is being made, numbered; Pending is nil where the last version says the same already.
func (s *Service) begun(ctx context.Context, actor domain.Actor, op store.Operation, id domain.CommitmentID, k Kind, t *Template, facts Facts, said Said) (store.Doc[Paper], error) {
	paper := paperID(id, k)
	now := s.clock.Now()
	doc, err := s.papers.Get(ctx, paper)
	if apperr.Is(err, apperr.NotFound) {
		number, err := s.number(ctx, paper, k, said.Date)
		if err != nil {
			return doc, err
		}
		fresh := Paper{Commitment: id, Kind: k, Number: t.number(number, said.Date), Created: now, Demo: facts.Demo}
		if doc, err = s.papers.Insert(ctx, paper, fresh, actor.Change("paper.numbered", facts.First.ID, op)); apperr.Is(err, apperr.Conflict) {
			doc, err = s.papers.Get(ctx, paper) // our twin was faster
		}
		if err != nil {
			return doc, err
		}
	} else if err != nil {
		return doc, err
	}
	input, err := inputOf(doc.Body.Number, t.Version, facts, said)
	if err != nil {
		return doc, err
	}
	if doc.Body.Last().Input == input {
		doc.Body.Pending = nil
		return doc, nil
	}
	v := Version{Template: t.Version, Input: input, By: actor.Account, At: now, Said: said}
	return s.change(ctx, paper, actor.Change("paper.begun", facts.First.ID, store.Operation{}), func(p *Paper) error { return p.begin(v) })
}

// inputOf is the sum of everything that a version is made of.
func inputOf(number string, template int, facts Facts, said Said) (string, error) {
	raw, err := json.Marshal(struct {
		Number   string
		Template int
		Facts    Facts
		Said     Said
	}{number, template, facts, said})
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:]), err
}

// number gives a paper its number among those of its kind and year.
func (s *Service) number(ctx context.Context, paper string, k Kind, on domain.Date) (int, error) {
	id := string(k) + "-" + digits(on.Time().Year())
	for {
		doc, err := s.registers.Get(ctx, id)
		change := store.Change{Action: "paper.counted"}
		if apperr.Is(err, apperr.NotFound) {
			first, n, _ := register{}.take(paper)
			if _, err = s.registers.Insert(ctx, id, first, change); apperr.Is(err, apperr.Conflict) {
				continue
			}
			return n, err
		}
		if err != nil {
			return 0, err
		}
		next, n, changed := doc.Body.take(paper)
		if !changed {
			return n, nil
		}
		if _, err = s.registers.Replace(ctx, doc, next, change); !apperr.Is(err, apperr.Conflict) {
			return n, err
		}
	}
}

// change applies a move to a paper, again where somebody else was faster.
func (s *Service) change(ctx context.Context, id string, c store.Change, move func(*Paper) error) (store.Doc[Paper], error) {
	for {
		doc, err := s.papers.Get(ctx, id)
		if err != nil {
			return doc, err
		}
		body := doc.Body
		if err := move(&body); err != nil {
			return doc, err
		}
		next, err := s.papers.Replace(ctx, doc, body, c)
		if !apperr.Is(err, apperr.Conflict) {
			return next, err
		}
	}
}

// Draft is what the cooperation agreement made here says, for the form by which it is signed; ok is false where none was made.
func (s *Service) Draft(ctx context.Context, id domain.CommitmentID) (number string, said Said, ok bool, err error) {
	doc, err := s.papers.Get(ctx, paperID(id, PKS))
	if apperr.Is(err, apperr.NotFound) || err == nil && len(doc.Body.Versions) == 0 {
		return "", Said{}, false, nil
	}
	return doc.Body.Number, doc.Body.Last().Said, err == nil, err
}
