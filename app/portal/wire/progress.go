package wire

import (
	"context"

	"gotong/modules/domain"
	"gotong/modules/initiatives"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
	"gotong/modules/progress"
)

// ProgressInitiatives are the initiatives whose work is reported.
type ProgressInitiatives struct{ *House }

// Initiative gives one that the actor may see.
func (w ProgressInitiatives) Initiative(ctx context.Context, actor domain.Actor, id domain.InitiativeID) (progress.Initiative, error) {
	doc, err := w.Initiatives.Service.Show(ctx, actor, id)
	if err != nil {
		return progress.Initiative{}, err
	}
	i := doc.Body
	out := progress.Initiative{
		ID: id, Version: doc.Version, Title: i.Title, Organization: i.Organization, Partners: i.Confirmed(), Runs: i.Works(), Ends: i.Can(initiatives.ActionComplete) && i.Pending == nil,
		Public: i.Public(), Demo: i.Demo,
	}
	for _, o := range i.Offers {
		out.Offers = append(out.Offers, progress.Figure{Category: o.Category, Unit: o.Unit})
	}
	for _, m := range i.Milestones {
		out.Milestones = append(out.Milestones, progress.Milestone{Title: m.Title, Due: m.Due})
	}
	for _, l := range i.Budget {
		out.Lines = append(out.Lines, progress.Line{Item: l.Item, Amount: l.Amount})
	}
	for _, m := range i.OpenMoves() {
		out.History = append(out.History, progress.Moved{At: m.At, Action: string(m.Action), Reason: m.Reason, Office: m.Office})
	}
	if i.Call != "" {
		call, err := w.Calls.Service.Get(ctx, i.Call)
		if err != nil && !apperr.Is(err, apperr.NotFound) {
			return out, err
		}
		out.Caller = call.Body.Organization
	}
	return out, nil
}

// Titles names those of the initiatives that are public.
func (w ProgressInitiatives) Titles(ctx context.Context, ids []domain.InitiativeID) (map[domain.InitiativeID]string, error) {
	plain := make([]string, len(ids))
	for n, id := range ids {
		plain[n] = string(id)
	}
	docs, err := w.Initiatives.Service.GetMany(ctx, plain)
	titles := map[domain.InitiativeID]string{}
	for id, doc := range docs {
		if doc.Body.Public() {
			titles[domain.InitiativeID(id)] = doc.Body.Title
		}
	}
	return titles, err
}

// Extend moves the end of an initiative.
func (w ProgressInitiatives) Extend(ctx context.Context, actor domain.Actor, op store.Operation, id domain.InitiativeID, until domain.Date, reason string) error {
	_, err := w.Initiatives.Service.Extend(ctx, initiatives.Request{Actor: actor, Operation: op, ID: id, Reason: reason, Until: until})
	return err
}

// Complete asks for the completion of an initiative.
func (w ProgressInitiatives) Complete(ctx context.Context, actor domain.Actor, op store.Operation, id domain.InitiativeID, reason string) error {
	_, err := w.Initiatives.Service.Decide(ctx, initiatives.Request{Actor: actor, Operation: op, ID: id, Reason: reason}, initiatives.Decision{Action: initiatives.ActionComplete})
	return err
}
