package villages

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
	"gotong/modules/kit/web"
)

// Service answers for regions, what is known of them, and loads them.
type Service struct {
	regions *store.Records[Region]
	names   *gazetteer
	cache   regionCache
	log     *slog.Logger
	now     func() time.Time

	observations figures[Observation]
	profiles     figures[Profile]
	potentials   figures[Potential]
	removed      *store.State[[]Removed] // potentials, by region
	counts       *discloser              // of observations
	people       *discloser              // of profiles
	standing     standing

	shapes      *store.Records[Shape]
	shapeSets   *store.Records[ShapeSet]
	weightings  *store.Records[Weighting]
	weightingMu sync.Mutex
	inForce     *Weighting // nil: to be read
}

// NewService declares the collection on the database. Call it before db.Ready.
func NewService(db *store.DB, log *slog.Logger) *Service {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	s := &Service{
		regions: store.NewRecords(db, definition()), log: log, now: db.Now,
	}
	s.names = &gazetteer{each: s.eachRegion}
	s.observations = figures[Observation]{store.NewRecords(db, observationDefinition()), "observation", s.wrote(observationsCollection)}
	s.profiles = figures[Profile]{store.NewRecords(db, profileDefinition()), "profile", s.wrote(profilesCollection)}
	s.potentials = figures[Potential]{store.NewRecords(db, potentialDefinition()), "potential", s.wrote(potentialsCollection)}
	s.removed = store.NewState[[]Removed](db, "potentials_removed")
	s.weightings = store.NewRecords(db, weightingDefinition())
	s.shapes, s.shapeSets = store.NewRecords(db, shapeDefinition()), store.NewRecords(db, shapeSetDefinition())
	s.standing.observations, s.standing.profiles, s.standing.potentials = s.observations.records, s.profiles.records, s.potentials.records
	s.counts = &discloser{source: observedCounts{s.observations.records}}
	s.people = &discloser{source: peopleCounts{s.profiles.records}}
	return s
}

// forget drops what is kept beside the store of a collection that changed.
func (s *Service) forget(collection string) {
	switch collection {
	case regionsCollection:
		s.names.drop()
		s.cache.drop()
	case observationsCollection:
		s.counts.drop()
	case profilesCollection:
		s.people.drop()
	case weightingsCollection:
		s.weightingMu.Lock()
		defer s.weightingMu.Unlock()
		s.inForce = nil
	}
}

// wrote makes what is called after a write to a collection: of one region's things, or of a whole batch ("").
func (s *Service) wrote(collection string) func(ctx context.Context, code domain.RegionCode) {
	return func(ctx context.Context, code domain.RegionCode) {
		s.forget(collection)
		if code == "" {
			s.standing.drop()
		} else if err := s.standing.refresh(ctx, code); err != nil {
			s.standing.drop()
		}
	}
}

// manyRegions is how many changed regions at once are better read by a new scan.
const manyRegions = 500

// follow drops what entries of the feed are about, and tells whether regions changed.
func (s *Service) follow(ctx context.Context, entries []store.Entry) (regions bool) {
	changed, weighed := map[string]bool{}, map[domain.RegionCode]bool{}
	for _, e := range entries {
		collection, region, _ := subjectOf(e)
		changed[collection] = true
		if collection == observationsCollection || collection == profilesCollection || collection == potentialsCollection {
			weighed[region] = true
		}
	}
	for collection := range changed {
		s.forget(collection)
	}
	if weighed[""] || len(weighed) > manyRegions {
		s.standing.drop()
		return changed[regionsCollection]
	}
	for code := range weighed {
		if err := s.standing.refresh(ctx, code); err != nil {
			s.standing.drop()
		}
	}
	return changed[regionsCollection]
}

// namesSettle is how long regions have to be left alone before their names are made ready again: an import changes many.
const namesSettle = 500 * time.Millisecond

// keepNames makes ready what search needs of all names, at the start and after changes, until ctx ends.
func (s *Service) keepNames(ctx context.Context, changed <-chan struct{}) {
	for {
		began := time.Now()
		if index, err := s.names.index(ctx); err != nil && ctx.Err() == nil {
			s.log.Warn("villages: names are not ready", "error", err)
		} else if err == nil {
			s.log.Info("villages: names are ready", "regions", len(index.entries), "took", time.Since(began).Round(time.Millisecond))
		}
		select {
		case <-ctx.Done():
			return
		case <-changed:
		}
		for quiet := false; !quiet; {
			select {
			case <-ctx.Done():
				return
			case <-changed:
			case <-time.After(namesSettle):
				quiet = true
			}
		}
	}
}

// Region gives one region. NotFound where there is none.
func (s *Service) Region(ctx context.Context, code domain.RegionCode) (Region, error) {
	r, ok, turn := s.cache.region(code)
	if ok {
		return r, nil
	}
	doc, err := s.regions.Get(ctx, string(code))
	if err != nil {
		return Region{}, notFound(err)
	}
	s.cache.keep(turn, doc.Body)
	return doc.Body, nil
}

func notFound(err error) error {
	if apperr.Is(err, apperr.NotFound) {
		return apperr.Wrap(err, apperr.NotFound, "villages.error.not_found")
	}
	return err
}

// Place gives one region as other modules show it. NotFound where there is none.
func (s *Service) Place(ctx context.Context, code domain.RegionCode) (domain.Place, error) {
	r, err := s.Region(ctx, code)
	return r.Place(), err
}

// Places gives the regions of these codes; unknown ones are left out.
func (s *Service) Places(ctx context.Context, codes []domain.RegionCode) (map[domain.RegionCode]domain.Place, error) {
	regions, err := s.many(ctx, codes)
	places := make(map[domain.RegionCode]domain.Place, len(regions))
	for code, r := range regions {
		places[code] = r.Place()
	}
	return places, err
}

// many reads the regions of these codes, each once; unknown ones are left out.
func (s *Service) many(ctx context.Context, codes []domain.RegionCode) (map[domain.RegionCode]Region, error) {
	regions := make(map[domain.RegionCode]Region, len(codes))
	var missing []string
	var turn uint64
	for i, c := range codes {
		r, ok, now := s.cache.region(c)
		if i == 0 {
			turn = now
		}
		if ok {
			regions[c] = r
		} else if c != "" && !slices.Contains(missing, string(c)) {
			missing = append(missing, string(c))
		}
	}
	if len(missing) == 0 {
		return regions, nil
	}
	docs, err := s.regions.GetMany(ctx, missing)
	if err != nil {
		return nil, err
	}
	for _, d := range docs {
		regions[d.Body.Code] = d.Body
		s.cache.keep(turn, d.Body)
	}
	return regions, nil
}

// Children lists the regions right below, by code; "" gives the provinces. A region without any gives none; an
// unknown one too.
func (s *Service) Children(ctx context.Context, code domain.RegionCode) ([]domain.Place, error) {
	regions, err := s.childRegions(ctx, code)
	places := make([]domain.Place, 0, len(regions))
	for _, r := range regions {
		places = append(places, r.Place())
	}
	return places, err
}

// childRegions gives the regions right below one; callers leave the slice as it is.
func (s *Service) childRegions(ctx context.Context, code domain.RegionCode) ([]Region, error) {
	regions, ok, turn := s.cache.below(code)
	if ok {
		return regions, nil
	}
	query := store.Query{List: listChildren, Key: childrenKey(code), Limit: 100}
	for {
		page, err := s.regions.List(ctx, query)
		if err != nil {
			return nil, err
		}
		for _, d := range page.Items {
			regions = append(regions, d.Body)
		}
		if query.Cursor = page.Next; page.Next == "" {
			s.cache.keepBelow(turn, code, regions)
			return regions, nil
		}
	}
}

// Path gives the regions from the province down to code, code included. NotFound where code is unknown.
func (s *Service) Path(ctx context.Context, code domain.RegionCode) ([]Region, error) {
	var codes []domain.RegionCode
	for _, id := range code.Path() {
		codes = append(codes, domain.RegionCode(id))
	}
	regions, err := s.many(ctx, codes)
	if err != nil {
		return nil, err
	}
	if _, ok := regions[code]; !ok || code == "" {
		return nil, apperr.New(apperr.NotFound, "villages.error.not_found")
	}
	var path []Region
	for _, c := range codes {
		if r, ok := regions[c]; ok {
			path = append(path, r)
		}
	}
	return path, nil
}

// ListQuery asks for regions by name, within a region ("" the country) and of a level (0 any).
type ListQuery struct {
	Within domain.RegionCode
	Level  int
	Cursor string
	Limit  int
}

// ListByName pages through regions by name. BadRequest on a cursor of another list.
func (s *Service) ListByName(ctx context.Context, q ListQuery) ([]Region, string, error) {
	page, err := s.regions.List(ctx, store.Query{List: listNames, Key: namesKey(q.Within, q.Level), Cursor: q.Cursor, Limit: q.Limit})
	if err != nil {
		return nil, "", err
	}
	regions := make([]Region, 0, len(page.Items))
	for _, d := range page.Items {
		regions = append(regions, d.Body)
	}
	return regions, page.Next, nil
}

// Count counts the regions of a level (0 any) within a region ("" the country), that region included.
func (s *Service) Count(ctx context.Context, within domain.RegionCode, level int) (int64, error) {
	return s.regions.Count(ctx, listNames, namesKey(within, level))
}

// SearchPlaces finds regions by a name that may be misspelt ("temajok") and may go on with the regions above
// ("temajuk, paloh, sambas"), best first. Within "" is the country, level 0 any. At most limit (1 to 100).
func (s *Service) SearchPlaces(ctx context.Context, text string, within domain.RegionCode, level, limit int) ([]domain.Place, error) {
	hits, err := s.names.search(ctx, text, within, level, max(1, min(limit, 100)))
	places := make([]domain.Place, 0, len(hits))
	for _, h := range hits {
		places = append(places, h.place)
	}
	return places, err
}

// Each runs fn on every region that has not ended, in the order of their codes.
func (s *Service) Each(ctx context.Context, fn func(domain.Place) error) error {
	return s.eachRegion(ctx, func(r Region) error {
		if r.Ended() {
			return nil
		}
		return fn(r.Place())
	})
}

func (s *Service) eachRegion(ctx context.Context, fn func(Region) error) error {
	return s.regions.Each(ctx, func(d store.Doc[Region]) error { return fn(d.Body) })
}

// RegencyOptions lists the regencies for a filter or a form, grouped by province where there are several.
func (s *Service) RegencyOptions(ctx context.Context) ([]web.Option, error) {
	provinces, err := s.childRegions(ctx, "")
	if err != nil {
		return nil, err
	}
	var options []web.Option
	for _, p := range provinces {
		regencies, err := s.childRegions(ctx, p.Code)
		if err != nil {
			return nil, err
		}
		for _, r := range regencies {
			o := web.Option{Value: string(r.Code), Label: r.FullName()}
			if len(provinces) > 1 {
				o.Group = p.FullName()
			}
			options = append(options, o)
		}
	}
	return options, nil
}
