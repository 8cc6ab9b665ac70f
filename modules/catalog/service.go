package catalog

import (
	"context"
	"log/slog"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/i18n"
	"gotong/modules/kit/search"
	"gotong/modules/kit/store"
	"gotong/modules/kit/web"
)

// NeedCard is an open need as the front page shows it.
type NeedCard struct {
	Title    string
	Path     string
	Place    string
	Category domain.CategoryID
	Ledger   domain.Ledger
	Demo     bool
}

// OpenNeeds lists open needs of which something is uncovered, the one waiting longest or most urgent first.
type OpenNeeds interface {
	Uncovered(ctx context.Context, limit int) ([]NeedCard, error)
}

// Partner is who helps: a published initiative with its organisation, or a verified organisation.
type Partner struct {
	Kind     string // domain.KindInitiative or domain.KindOrganization
	Title    string
	Path     string
	By       string // the initiative's organisation
	Type     string // stakeholder type id of the organisation
	Category domain.CategoryID
	Place    string
	Running  bool
	Demo     bool
}

// Partners lists the newest published initiatives and verified organisations.
type Partners interface {
	Latest(ctx context.Context, limit int) ([]Partner, error)
}

// CallCard is a call for proposals that takes answers now, as the front page shows it.
type CallCard struct {
	Title    string
	Path     string
	By       string // who calls; "" the secretariat
	Category domain.CategoryID
	Place    string
	Deadline i18n.Moment
	Left     time.Duration
	Demo     bool
}

// OpenCalls lists calls that take answers now, the one that closes first at the top.
type OpenCalls interface {
	Open(ctx context.Context, limit int) ([]CallCard, error)
}

// Places tells of the loaded regions. Villages counts desa and kelurahan; it must not grow slower with data.
type Places interface {
	Villages(ctx context.Context) (int64, error)
}

// Naming tells which category an entry of the feed gave another name, "" for none; the new name counts when it answers.
type Naming interface {
	Renamed(ctx context.Context, e store.Entry) (domain.CategoryID, error)
}

// Deps is what the catalog needs from outside.
type Deps struct {
	DB       *store.DB
	Views    *web.Engine
	Log      *slog.Logger
	Index    *search.Index // from OpenIndex
	Sources  []Source
	Needs    OpenNeeds
	Partners Partners
	Calls    OpenCalls
	Places   Places
	Scripts  []Work            // vendored files of others that pages load
	Naming   Naming            // nil: categories keep their names
	Province domain.RegionCode // whose goals the front page shows; "" means 61
}

// Service answers what the pages ask.
type Service struct {
	deps    Deps
	sources map[string]Source
}

// Front is what the front page shows.
type Front struct {
	Villages      int64
	Uncovered     Tally
	Initiatives   Tally
	Organizations Tally
	Goals         []Goal
	Regions       []RegionCount
	Needs         []NeedCard
	Calls         []CallCard
	Partners      []Partner
}

// Tally is a number with that of demonstration data beside it, never added up.
type Tally struct{ Real, Demo int64 }

// RegionCount is a regency's uncovered open needs.
type RegionCount struct {
	domain.Tile
	Tally
}

// Goal is a target of the province with the newest figure known, each with its source.
type Goal struct {
	Indicator domain.Indicator
	Target    domain.Target
	Latest    domain.KnownValue
	Known     bool
}

const (
	frontNeeds    = 6
	frontPartners = 6
	frontCalls    = 3
)

// Front reads the front page. Errors: Unavailable.
func (s *Service) Front(ctx context.Context) (Front, error) {
	villages, err := s.deps.Places.Villages(ctx)
	if err != nil {
		return Front{}, err
	}
	needs, err := s.deps.Needs.Uncovered(ctx, frontNeeds)
	if err != nil {
		return Front{}, err
	}
	partners, err := s.deps.Partners.Latest(ctx, frontPartners)
	if err != nil {
		return Front{}, err
	}
	calls, err := s.deps.Calls.Open(ctx, frontCalls)
	if err != nil {
		return Front{}, err
	}
	front := Front{
		Villages: villages, Needs: needs, Calls: calls, Partners: partners, Goals: goals(s.deps.Province),
		Uncovered:     s.tally(uncoveredTag("", false), uncoveredTag("", true)),
		Initiatives:   s.tally(kindTag(domain.KindInitiative, false), kindTag(domain.KindInitiative, true)),
		Organizations: s.tally(kindTag(domain.KindOrganization, false), kindTag(domain.KindOrganization, true)),
	}
	for _, tile := range domain.Tiles() {
		front.Regions = append(front.Regions, RegionCount{Tile: tile, Tally: s.Uncovered(tile.Code)})
	}
	return front, nil
}

// Uncovered counts the open needs of a region of which something is uncovered, from memory.
func (s *Service) Uncovered(region domain.RegionCode) Tally {
	return s.tally(uncoveredTag(region, false), uncoveredTag(region, true))
}

func (s *Service) tally(tag, demo string) Tally {
	return Tally{Real: s.deps.Index.Count(tag), Demo: s.deps.Index.Count(demo)}
}

// goals are the indicators for which the province has a target. No figure is computed from another: the share and the
// number of people in extreme poverty come from one source but not from one base.
func goals(province domain.RegionCode) []Goal {
	var goals []Goal
	for _, i := range domain.Indicators() {
		if target, ok := i.TargetFor(province); ok {
			latest, known := i.At(province)
			goals = append(goals, Goal{Indicator: i, Target: target, Latest: latest, Known: known})
		}
	}
	return goals
}

// Question is what a reader asks the search page.
type Question struct {
	Text, Kind, Cursor string
}

// Answer is one page of what was found.
type Answer struct {
	Found    []Found
	Total    int
	Next     string
	Building bool // the index is being built, more may be found soon
}

// Found is one thing with the words that were asked for marked.
type Found struct {
	Kind  string
	Entry Entry
	Title []search.Span
	Quote []search.Span
}

const (
	searchLimit = 20
	quoteLimit  = 180
)

// Search finds what everybody may read. Each hit is read again before it is shown, so that the index, which is a
// moment behind, never shows what was withdrawn, nor counts it on the page where it would stand. Errors: BadRequest for a cursor of another question, Unavailable.
func (s *Service) Search(ctx context.Context, q Question) (Answer, error) {
	if q.Kind != "" && s.sources[q.Kind] == nil {
		return Answer{}, apperr.New(apperr.NotFound, "error.not_found")
	}
	result, err := s.deps.Index.Search(ctx, search.Query{Kind: q.Kind, Text: q.Text, Cursor: q.Cursor, Limit: searchLimit})
	if err != nil {
		return Answer{}, err
	}
	answer := Answer{Total: result.Total, Next: result.Next, Building: result.Building}
	for _, hit := range result.Hits {
		source := s.sources[hit.Kind]
		if source == nil {
			continue
		}
		entry, err := source.Get(ctx, hit.ID)
		if apperr.Is(err, apperr.NotFound) || err == nil && !entry.Public {
			answer.Total--
			continue
		}
		if err != nil {
			return Answer{}, err
		}
		answer.Found = append(answer.Found, Found{
			Kind: hit.Kind, Entry: entry, Title: s.deps.Index.Snippet(q.Text, entry.Title, 0), Quote: s.deps.Index.Snippet(q.Text, entry.Text, quoteLimit),
		})
	}
	return answer, nil
}

// Kinds lists the kinds that can be found, in the order of the sources.
func (s *Service) Kinds() []string {
	kinds := make([]string, 0, len(s.deps.Sources))
	for _, source := range s.deps.Sources {
		kinds = append(kinds, source.Kind())
	}
	return kinds
}
