package portal

import (
	"context"
	"errors"
	"fmt"
	"io"

	"gotong/modules/documents"
	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
)

// ImportRegions loads the files of idn-area-data in dir, all or nothing, and says what changed.
func (p *Portal) ImportRegions(ctx context.Context, dir string, words io.Writer) (string, error) {
	result, err := p.house.Villages.Service.ImportRegions(ctx, dir, progressTo(words, "regions"))
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("regions: %d new, %d changed, %d as they were", result.Inserted, result.Replaced, result.Unchanged), nil
}

// progressTo writes a line at every tenth of the work.
func progressTo(w io.Writer, what string) func(done, total int) {
	last := -1
	return func(done, total int) {
		if total == 0 {
			return
		}
		if tenth := done * 10 / total; tenth != last {
			last = tenth
			_, _ = fmt.Fprintf(w, "%s: %d of %d\n", what, done, total)
		}
	}
}

// Grant gives an account, named by id or verified e-mail address, a platform role.
func (p *Portal) Grant(ctx context.Context, who, role string) error {
	_, err := p.house.Accounts.Service.Grant(ctx, who, domain.PlatformRole(role))
	if apperr.Is(err, apperr.NotFound) {
		return fmt.Errorf("%s has not signed in yet, or the address is not verified: sign in once, then grant", who)
	}
	return err
}

// Check proves the stored data against its rules and writes what is wrong, a line each. It changes nothing.
func (p *Portal) Check(ctx context.Context, out io.Writer) error {
	problems := 0
	report := func(name string, found []string, checked string) {
		problems += len(found)
		for _, f := range found {
			_, _ = fmt.Fprintf(out, "%s: %s\n", name, f)
		}
		if len(found) == 0 {
			_, _ = fmt.Fprintf(out, "%s: ok%s\n", name, checked)
		}
	}
	n, err := p.db.Feed().Verify(ctx)
	if err != nil {
		report("audit trail", []string{err.Error()}, "")
	} else {
		report("audit trail", nil, fmt.Sprintf(", %d entries", n))
	}
	found, err := p.house.Commitments.Service.Check(ctx)
	if err != nil {
		return err
	}
	report("accounts of needs and offers", found, "")
	var dangling []string
	err = p.house.Documents.Service.Dangling(ctx, func(id string, _ documents.Document) {
		dangling = append(dangling, "document "+id+" has no content in the object store")
	})
	if err != nil {
		return err
	}
	report("documents", dangling, "")
	if problems > 0 {
		return errors.New("the stored data breaks its rules")
	}
	return nil
}

// RemoveDemo takes all demo content away and says how much it was.
func (p *Portal) RemoveDemo(ctx context.Context) (string, error) {
	r, err := p.story.Remove(ctx)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("removed: %d organisations, %d needs, %d initiatives, %d commitments, %d documents, %d accounts",
		r.Organizations, r.Needs, r.Initiatives, r.Commitments, r.Documents, r.Accounts), nil
}
