package papers

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"slices"
	"strings"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
)

// Record is a paper as everybody who has its address may know it.
type Record struct {
	ID     string
	Paper  Paper
	Public Public
	Sums   []string // of its document's versions, the first one first
}

// Record gives a paper's public record. NotFound where there is none, or nothing of it was finished.
func (s *Service) Record(ctx context.Context, id string) (Record, error) {
	doc, err := s.papers.Get(ctx, id)
	if err == nil && len(doc.Body.Versions) == 0 {
		err = apperr.New(apperr.NotFound, "papers.error.not_found")
	}
	if err != nil {
		return Record{}, err
	}
	r := Record{ID: id, Paper: doc.Body}
	if r.Public, err = s.commitments.Public(ctx, doc.Body.Commitment); err != nil {
		return r, err
	}
	r.Sums, err = s.library.Versions(ctx, doc.Body.Document)
	if apperr.Is(err, apperr.NotFound) {
		for _, v := range doc.Body.Versions {
			r.Sums = append(r.Sums, v.SHA256)
		}
		err = nil
	}
	return r, err
}

// Verdicts on a file.
const (
	VerdictCurrent = "current" // the newest version
	VerdictSigned  = "signed"  // the version that both sides signed, or that ended the delivery
	VerdictOlder   = "older"
	VerdictUnknown = "unknown"
)

// Verdict says how a file with that sum stands to the record, with the number of its version (0 where it is none of them).
func (r *Record) Verdict(sum string) (verdict string, version int) {
	for i := len(r.Sums) - 1; i >= 0 && version == 0; i-- {
		if r.Sums[i] == sum {
			version = i + 1
		}
	}
	switch {
	case sum == r.binding():
		return VerdictSigned, version
	case version == 0:
		return VerdictUnknown, 0
	case version == len(r.Sums):
		return VerdictCurrent, version
	}
	return VerdictOlder, version
}

// binding is the sum of the version that was signed, "" where nothing was.
func (r *Record) binding() string {
	if r.Paper.Kind == BAST {
		return r.Public.Handover
	}
	return r.Public.Signed
}

// Found is a file of which only the sum is known, with what it is on record as.
type Found struct {
	Filed
	Public Public
}

// Find tells as what a file is on record: versions of agreements and handover records of commitments.
func (s *Service) Find(ctx context.Context, sum string) ([]Found, error) {
	filed, err := s.library.Filed(ctx, sum)
	if err != nil {
		return nil, err
	}
	var list []Found
	for _, f := range filed {
		if f.Parent.Kind != domain.KindCommitment || f.Type != domain.DocAgreement && f.Type != domain.DocHandover {
			continue
		}
		public, err := s.commitments.Public(ctx, domain.CommitmentID(f.Parent.ID))
		if apperr.Is(err, apperr.NotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		list = append(list, Found{f, public})
	}
	slices.SortFunc(list, func(a, b Found) int { return strings.Compare(string(a.Document), string(b.Document)) })
	return list, nil
}

// ParseSum reads a SHA-256 in hex, with or without spaces and capitals.
func ParseSum(text string) (string, bool) {
	sum := strings.ToLower(strings.Join(strings.Fields(text), ""))
	raw, err := hex.DecodeString(sum)
	return sum, err == nil && len(raw) == 32
}

// SumOf gives the SHA-256 of what it reads to its end; nothing of it is kept.
func SumOf(r io.Reader) (string, error) {
	h := sha256.New()
	_, err := io.Copy(h, r)
	return hex.EncodeToString(h.Sum(nil)), err
}
