package commitments

import (
	"context"

	"gotong/modules/domain"
	"gotong/modules/kit/store"
)

// Record is an organisation's track record in commitments: those ended after acceptance, and of them those that the
// village confirmed.
type Record struct{ Done, Total int64 }

// Record counts an organisation's ended commitments.
func (s *Service) Record(ctx context.Context, id domain.OrganizationID) (Record, error) {
	done, err := s.records.Count(ctx, listOrganization, store.KeyOf(string(id), trackDone))
	if err != nil {
		return Record{}, err
	}
	failed, err := s.records.Count(ctx, listOrganization, store.KeyOf(string(id), trackFailed))
	return Record{Done: done, Total: done + failed}, err
}

// OrganizationOf tells whose commitment it is, for followers of the feed. Error: NotFound.
func (s *Service) OrganizationOf(ctx context.Context, id domain.CommitmentID) (domain.OrganizationID, error) {
	doc, err := s.records.Get(ctx, string(id))
	return doc.Body.Organization, err
}

// NeedOf tells which need a commitment answers, for followers of the feed. Error: NotFound.
func (s *Service) NeedOf(ctx context.Context, id domain.CommitmentID) (domain.NeedID, error) {
	doc, err := s.records.Get(ctx, string(id))
	return doc.Body.Need, err
}

// page reads up to limit commitments of a list's key, newest first.
func (s *Service) page(ctx context.Context, list string, key store.Key, limit int) ([]store.Doc[Commitment], error) {
	var docs []store.Doc[Commitment]
	query := store.Query{List: list, Key: key, Limit: min(100, limit)}
	for {
		page, err := s.records.List(ctx, query)
		if err != nil {
			return nil, err
		}
		docs = append(docs, page.Items...)
		if page.Next == "" || len(docs) >= limit {
			return docs[:min(len(docs), limit)], nil
		}
		query.Cursor = page.Next
	}
}
