package plans

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/blob"
	"gotong/modules/kit/clock"
	"gotong/modules/kit/store"
	"gotong/modules/matching"
	"gotong/modules/matching/plan"
	"gotong/modules/matching/plan/solve"
)

// Blobs keeps markets and results.
type Blobs interface {
	Put(ctx context.Context, key string, r io.Reader, options blob.PutOptions) (blob.Info, error)
	Get(ctx context.Context, key string, offset, length int64) (io.ReadCloser, error)
}

// Markets gives what is open now (matching.Service).
type Markets interface {
	Market(scope matching.Scope, most int) (bids []matching.Bid, ok bool)
	Sizes(region domain.RegionCode) (real, demo int)
	Weights() matching.Weights
}

// Places tells what a region code means, and which regions lie one level below. Error: NotFound.
type Places interface {
	Place(ctx context.Context, code domain.RegionCode) (domain.Place, error)
	Places(ctx context.Context, codes []domain.RegionCode) (map[domain.RegionCode]domain.Place, error)
	Children(ctx context.Context, code domain.RegionCode) ([]domain.Place, error)
}

// CallName is a call as plans name it.
type CallName struct {
	ID    domain.CallID
	Title string
}

// Calls are the calls whose answers a plan may be limited to. Recent gives the latest public ones; Call returns NotFound.
type Calls interface {
	Recent(ctx context.Context) ([]CallName, error)
	Call(ctx context.Context, id domain.CallID) (CallName, error)
}

// Proposal is a line of a plan that its partner proposes to the village.
type Proposal struct {
	Need       domain.NeedID
	Initiative domain.InitiativeID
	Offer      domain.OfferID
	Quantity   int64
	From       domain.Date
	Until      domain.Date
	Message    string
}

// Commitments makes proposals; its refusals are those of a proposal that was typed.
type Commitments interface {
	Propose(ctx context.Context, actor domain.Actor, op store.Operation, p Proposal) (domain.CommitmentID, error)
}

// Service keeps plans and has them searched. Methods return NotFound for a plan that is not there, Conflict where its state refuses
// or it changed since it was read, Invalid with fields where input must change.
type Service struct {
	db          *store.DB
	records     *store.Records[Plan]
	progress    *store.State[Progress]
	proposed    *store.State[map[string]domain.CommitmentID]
	prices      *store.State[solve.Warm]
	blobs       Blobs
	markets     Markets
	places      Places
	calls       Calls
	commitments Commitments
	clock       clock.Clock
	log         *slog.Logger
	version     string
	steps       int64 // where above 0, a search takes so many steps instead of its time: tests

	wake  chan struct{}
	mu    sync.Mutex
	known map[string]*Report // of a few ended plans, which never change
	order []string
}

// Progress is how far a search is.
type Progress struct {
	Objective float64 `json:"objective"` // weighted households
	Bound     float64 `json:"bound"`
	Seconds   float64 `json:"seconds"`
}

// kept is how long progress and prices are kept beside a plan.
const kept = 30 * 24 * time.Hour

// Make freezes the market and asks for a plan; the same form again gives the same plan. Invalid, Unavailable (the index is being
// built).
func (s *Service) Make(ctx context.Context, actor domain.Actor, op store.Operation, p Plan) (string, error) {
	id := actor.NewID(op)
	if _, err := s.records.Get(ctx, id); err == nil {
		return id, nil
	}
	p.Title = strings.TrimSpace(p.Title)
	if err := p.Validate(); err != nil {
		return "", err
	}
	if p.Scope.Call != "" {
		call, err := s.calls.Call(ctx, p.Scope.Call)
		if apperr.Is(err, apperr.NotFound) {
			return "", apperr.InvalidFields([]apperr.Field{{Name: "call", Message: apperr.Msg("plans.error.choose")}})
		}
		if err != nil {
			return "", err
		}
		p.CallName = call.Title
	}
	market, err := s.freeze(p)
	if err != nil {
		return "", err
	}
	return id, s.ask(ctx, actor, op, id, p, market)
}

func (s *Service) freeze(p Plan) (*Market, error) {
	bids, ok := s.markets.Market(p.Scope, offersPerNeed)
	if !ok {
		return nil, apperr.New(apperr.Unavailable, "plans.error.building")
	}
	return Freeze(bids, s.markets.Weights(), p.Policy, s.clock.Now())
}

// Instance gives the question of what is open now as a file of gotong plan. Invalid, Unavailable as Make.
func (s *Service) Instance(scope matching.Scope) (json.RawMessage, error) {
	p := s.newPlan(scope.Region)
	p.Scope = scope
	market, err := s.freeze(p)
	if err != nil {
		return nil, err
	}
	return market.Instance, nil
}

// Again searches an ended plan's question once more, with the lines that people fixed. Everything but lines, title and time stays.
func (s *Service) Again(ctx context.Context, actor domain.Actor, op store.Operation, from string, fixed []Fixed) (string, error) {
	id := actor.NewID(op)
	if _, err := s.records.Get(ctx, id); err == nil {
		return id, nil
	}
	doc, err := s.Get(ctx, from)
	if err != nil {
		return "", err
	}
	if !doc.Body.Answered() {
		return "", apperr.New(apperr.Conflict, "plans.error.not_answered")
	}
	report, err := s.Report(ctx, doc)
	if err != nil {
		return "", err
	}
	p := doc.Body
	next := Plan{Title: again(p.Title), Scope: p.Scope, CallName: p.CallName, Policy: p.Policy, Seconds: p.Seconds, Seed: p.Seed, Fixed: fixed, From: from}
	return id, s.ask(ctx, actor, op, id, next, report.Market)
}

// again numbers the title of a plan that is searched once more: "Sambas", "Sambas (2)", "Sambas (3)".
func again(title string) string {
	base, number := title, 1
	if at := strings.LastIndex(title, " ("); at > 0 && strings.HasSuffix(title, ")") {
		if n, err := strconv.Atoi(title[at+2 : len(title)-1]); err == nil && n > 1 {
			base, number = title[:at], n
		}
	}
	next := fmt.Sprintf("%s (%d)", base, number+1)
	if utf8.RuneCountInString(next) > maxTitle {
		return title
	}
	return next
}

// ask stores the market, then the plan: a market without a plan is no plan.
func (s *Service) ask(ctx context.Context, actor domain.Actor, op store.Operation, id string, p Plan, market *Market) error {
	in, err := plan.Read(market.Instance)
	if err != nil {
		return err
	}
	if err := s.put(ctx, marketKey(id), market); err != nil {
		return err
	}
	p.State, p.By, p.At, p.Demo, p.Instance = Waiting, actor.Account, s.clock.Now(), p.Scope.Demo, in.Hash
	p.Needs, p.Offers, p.Pairs = len(in.Needs), len(in.Initiatives), len(in.Pairs)
	if _, err = s.records.Insert(ctx, id, p, actor.Change("plan.asked", "", op)); err != nil {
		return err
	}
	s.nudge()
	return nil
}

func (s *Service) nudge() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// Get gives a plan. NotFound.
func (s *Service) Get(ctx context.Context, id string) (Doc, error) { return s.records.Get(ctx, id) }

// List gives plans, newest first: all of them, or those that are shared with partners.
func (s *Service) List(ctx context.Context, all bool, cursor string) (store.Page[Plan], error) {
	q := store.Query{List: listShared, Key: store.KeyOf(""), Cursor: cursor, Limit: 30}
	if all {
		q.List = listNewest
	}
	return s.records.List(ctx, q)
}

// Stop asks the search to end with the best plan so far.
func (s *Service) Stop(ctx context.Context, actor domain.Actor, op store.Operation, id string) error {
	return s.change(ctx, actor, op, id, "plan.stop-asked", (*Plan).AskStop)
}

// Share opens a plan for partners, or takes it back.
func (s *Service) Share(ctx context.Context, actor domain.Actor, op store.Operation, id string, on bool) error {
	action := "plan.shared"
	if !on {
		action = "plan.unshared"
	}
	return s.change(ctx, actor, op, id, action, func(p *Plan) error { return p.Share(on) })
}

func (s *Service) change(ctx context.Context, actor domain.Actor, op store.Operation, id, action string, fn func(*Plan) error) error {
	doc, err := s.records.Get(ctx, id)
	if err != nil {
		return err
	}
	p := doc.Body
	if err := fn(&p); err != nil {
		return err
	}
	_, err = s.records.Replace(ctx, doc, p, actor.Change(action, "", op))
	return err
}

// Progress tells how far a plan's search is; zero where nothing is known yet.
func (s *Service) Progress(ctx context.Context, id string) (Progress, error) {
	p, err := s.progress.Get(ctx, id)
	if apperr.Is(err, apperr.NotFound) {
		return Progress{}, nil
	}
	return p, err
}

// Standing tells how an actor stands to a plan: members of verified organisations read what is shared.
func (s *Service) Standing(ctx context.Context, actor domain.Actor, id string) (domain.Standing, error) {
	doc, err := s.records.Get(ctx, id)
	if err != nil {
		return domain.Standing{}, err
	}
	standing := domain.Standing{State: doc.Body.Visible()}
	if partner(actor) {
		standing.Relations = append(standing.Relations, domain.RelReader)
	}
	return standing, nil
}

var _ domain.Stander = (*Service)(nil)

// partner tells whether an actor belongs to a verified organisation.
func partner(actor domain.Actor) bool {
	for _, m := range actor.Memberships {
		if m.Verified {
			return true
		}
	}
	return false
}

func marketKey(id string) string { return "plans/" + id + "/market.json.gz" }

func resultKey(id string) string { return "plans/" + id + "/result.json.gz" }

// put stores a value as compressed JSON. What was there is replaced by the same.
func (s *Service) put(ctx context.Context, key string, value any) error {
	var buf bytes.Buffer
	zip := gzip.NewWriter(&buf)
	if err := errors.Join(json.NewEncoder(zip).Encode(value), zip.Close()); err != nil {
		return err
	}
	_, err := s.blobs.Put(ctx, key, bytes.NewReader(buf.Bytes()), blob.PutOptions{Size: int64(buf.Len()), ContentType: "application/gzip"})
	return err
}

func (s *Service) get(ctx context.Context, key string, value any) error {
	body, err := s.blobs.Get(ctx, key, 0, -1)
	if err != nil {
		return err
	}
	defer func() { _ = body.Close() }()
	zip, err := gzip.NewReader(body)
	if err != nil {
		return err
	}
	return json.NewDecoder(zip).Decode(value)
}

// reportsKept is how many ended plans stay in memory.
const reportsKept = 6

// Report gives what an ended plan says. NotFound where there is none.
func (s *Service) Report(ctx context.Context, doc Doc) (*Report, error) {
	s.mu.Lock()
	report := s.known[doc.ID]
	s.mu.Unlock()
	if report != nil {
		return report, nil
	}
	var market Market
	var result plan.Result
	if err := s.get(ctx, marketKey(doc.ID), &market); err != nil {
		return nil, err
	}
	if err := s.get(ctx, resultKey(doc.ID), &result); err != nil {
		return nil, err
	}
	report = NewReport(&market, &result)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.known[doc.ID] == nil {
		if s.order = append(s.order, doc.ID); len(s.order) > reportsKept {
			delete(s.known, s.order[0])
			s.order = s.order[1:]
		}
	}
	s.known[doc.ID] = report
	return report, nil
}
