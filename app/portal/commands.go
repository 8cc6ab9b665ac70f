package portal

import (
	"context"
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

// ImportChanges notes split, divided, merged and recoded regions, all or nothing, and says what changed.
func (p *Portal) ImportChanges(ctx context.Context, file string) (string, error) {
	result, err := p.house.Villages.Service.ImportChanges(ctx, file)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("changes: %d regions changed, %d as they were", result.Replaced, result.Unchanged), nil
}

// ImportShapes loads outlines of regions from a GeoJSON file, all or nothing, and says what changed.
func (p *Portal) ImportShapes(ctx context.Context, file string) (string, error) {
	result, err := p.house.Villages.Service.ImportShapes(ctx, file)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("shapes: %d new, %d changed, %d as they were", result.Inserted, result.Replaced, result.Unchanged), nil
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

// checks are what Check proves, in order; each gives what is wrong, else a word on what was read.
func (p *Portal) checks(care documents.Care) []struct {
	name string
	run  func(ctx context.Context) (wrong []string, read string, err error)
} {
	return []struct {
		name string
		run  func(ctx context.Context) (wrong []string, read string, err error)
	}{
		{"audit trail", p.checkTrail},
		{"lists", p.checkLists},
		{"accounts of needs and offers", func(ctx context.Context) ([]string, string, error) {
			wrong, err := p.house.Commitments.Service.Check(ctx)
			return wrong, "", err
		}},
		{"sums over regions", func(ctx context.Context) ([]string, string, error) {
			wrong, err := p.house.Coverage.Service.Check(ctx)
			return wrong, "", err
		}},
		{"documents", func(ctx context.Context) ([]string, string, error) { return p.checkDocuments(ctx, care) }},
	}
}

// Check proves the stored data against its rules and writes what is wrong, a line each. It changes nothing but that
// entries which wait for the trail are brought there, and with care.Repair the object store where that is safe.
func (p *Portal) Check(ctx context.Context, care documents.Care, out io.Writer) error {
	problems := 0
	for _, c := range p.checks(care) {
		wrong, read, err := c.run(ctx)
		if err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
		problems += len(wrong)
		for _, w := range wrong {
			_, _ = fmt.Fprintf(out, "%s: %s\n", c.name, w)
		}
		if len(wrong) == 0 {
			_, _ = fmt.Fprintf(out, "%s: ok%s\n", c.name, read)
		}
	}
	if problems > 0 {
		return fmt.Errorf("the stored data breaks its rules in %d places", problems)
	}
	return nil
}

func (p *Portal) checkTrail(ctx context.Context) ([]string, string, error) {
	if err := p.db.Relay(ctx); err != nil {
		return nil, "", err
	}
	n, err := p.db.Feed().Verify(ctx)
	if apperr.Is(err, apperr.Unavailable) {
		return nil, "", err
	}
	if err != nil {
		return []string{err.Error()}, "", nil //nolint:nilerr // what is wrong is the answer
	}
	return nil, fmt.Sprintf(", %d entries", n), nil
}

func (p *Portal) checkLists(ctx context.Context) ([]string, string, error) {
	differ, err := p.db.CheckKeys(ctx)
	if err != nil || differ == 0 {
		return nil, "", err
	}
	return []string{fmt.Sprintf("%d things are listed under other keys than they should be", differ)}, "", nil
}

func (p *Portal) checkDocuments(ctx context.Context, care documents.Care) (wrong []string, read string, err error) {
	papers := p.house.Documents.Service
	repaired := 0
	looked, err := papers.CheckContents(ctx, care, func(t documents.Trouble) {
		if t.Repaired {
			repaired++
			return
		}
		wrong = append(wrong, fmt.Sprintf("document %s (%s): object %s is %s, SHA-256 should be %s", t.Document, t.Title, t.Key, t.What, t.SHA256))
	})
	if err != nil {
		return nil, "", err
	}
	orphans, removed := 0, 0
	err = papers.CheckOrphans(ctx, care, func(t documents.Trouble) {
		if orphans++; t.Repaired {
			removed++
		}
	})
	read = fmt.Sprintf(", %d contents", looked)
	if care.Quick {
		read += " (sizes and noted sums only)"
	}
	if repaired > 0 {
		read += fmt.Sprintf(", %d repaired", repaired)
	}
	switch { // a broken upload leaves them: nothing is wrong
	case removed > 0:
		read += fmt.Sprintf(", %d objects removed that belonged to nothing", removed)
	case orphans > 0:
		read += fmt.Sprintf(", %d objects wait for the collector", orphans)
	}
	return wrong, read, err
}

// RemoveDemo takes all demo content away and says how much it was.
func (p *Portal) RemoveDemo(ctx context.Context) (string, error) {
	r, err := p.story.Remove(ctx)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("removed: %d organisations, %d needs, %d calls, %d initiatives, %d commitments, %d documents, %d figures of villages, %d reports and announcements, %d accounts",
		r.Organizations, r.Needs, r.Calls, r.Initiatives, r.Commitments, r.Documents, r.Figures, r.Notices, r.Accounts), nil
}
