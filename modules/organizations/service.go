package organizations

import (
	"context"
	"log/slog"
	"strings"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/clock"
	"gotong/modules/kit/store"
	"gotong/modules/kit/web"
)

// Regions knows the official regions.
type Regions interface {
	// Place answers NotFound for a code that is none.
	Place(ctx context.Context, code domain.RegionCode) (domain.Place, error)
	// SearchPlaces finds regions of a level by a name that may be misspelt, best first.
	SearchPlaces(ctx context.Context, text string, within domain.RegionCode, level, limit int) ([]domain.Place, error)
	// Children lists the regions right below; "" gives the provinces.
	Children(ctx context.Context, code domain.RegionCode) ([]domain.Place, error)
	// RegencyOptions lists the regencies for a form.
	RegencyOptions(ctx context.Context) ([]web.Option, error)
}

// Documents keeps the papers.
type Documents interface {
	Attach(ctx context.Context, actor domain.Actor, op store.Operation, ref domain.Ref, typ domain.DocumentType, vis domain.Visibility, up domain.Upload) (domain.Citation, error)
	// Answered shows what was attached under a form's operation, now that it has its answer; after an outage it waits for
	// the move. It gives the answer back.
	Answered(ctx context.Context, op store.Operation, answer error) error
	// Has tells whether the thing has a ready document of one of the types.
	Has(ctx context.Context, ref domain.Ref, types ...domain.DocumentType) (bool, error)
}

// People names accounts.
type People interface {
	Names(ctx context.Context, ids []domain.AccountID) (map[domain.AccountID]string, error)
}

// Search finds public organisations by words; filters are "region" and "type".
type Search interface {
	SearchOrganizations(ctx context.Context, text string, filters map[string]string, cursor string, limit int) (ids []string, next string, total int, err error)
}

// Service is the register of organisations, their members and their verification.
type Service struct {
	db            *store.DB
	organizations *store.Records[Organization]
	members       *store.Records[Member]
	requests      *store.Records[JoinRequest]
	offices       *store.Records[villageOffice]
	reminders     *store.Records[Reminder]
	invitations   *store.Records[Invitation]
	shown         *store.State[shownInvitation]
	drafts        *store.State[Profile]
	keys          *store.State[signingKey]

	belongings []Belonging

	regions   Regions
	documents Documents
	people    People
	search    Search
	clock     clock.Clock
	log       *slog.Logger
}

func newService(d Deps) *Service {
	s := &Service{
		db:            d.DB,
		organizations: store.NewRecords(d.DB, organizationDefinition()), members: store.NewRecords(d.DB, memberDefinition()),
		requests: store.NewRecords(d.DB, requestDefinition()), offices: store.NewRecords(d.DB, officeDefinition()),
		reminders:   store.NewRecords(d.DB, reminderDefinition()),
		invitations: store.NewRecords(d.DB, invitationDefinition()), drafts: store.NewState[Profile](d.DB, "organization_drafts"),
		keys:    store.NewState[signingKey](d.DB, "organization_keys"),
		shown:   store.NewState[shownInvitation](d.DB, "invitations_shown"),
		regions: d.Regions, documents: d.Documents, people: d.People, search: d.Search, clock: d.Clock, log: d.Log,
	}
	if s.clock == nil {
		s.clock = clock.System{}
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	return s
}

func (s *Service) now() time.Time { return s.clock.Now() }

func hidden(err error) error {
	return apperr.Wrap(err, apperr.NotFound, "organizations.error.not_found")
}

// get reads an organisation that the actor may see. NotFound where there is none or it is hidden.
func (s *Service) get(ctx context.Context, actor domain.Actor, id domain.OrganizationID) (store.Doc[Organization], error) {
	doc, err := s.organizations.Get(ctx, string(id))
	if apperr.Is(err, apperr.NotFound) {
		return doc, hidden(err)
	}
	if err == nil && !MaySee(actor, id, doc.Body, s.now()) {
		return store.Doc[Organization]{}, hidden(nil)
	}
	return doc, err
}

// Stored gives an organisation as it is, for other modules that name its office. NotFound where there is none.
func (s *Service) Stored(ctx context.Context, id domain.OrganizationID) (Organization, error) {
	doc, err := s.organizations.Get(ctx, string(id))
	return doc.Body, err
}

// Get gives an organisation that the actor may see. NotFound otherwise.
func (s *Service) Get(ctx context.Context, actor domain.Actor, id domain.OrganizationID) (store.Doc[Organization], error) {
	return s.get(ctx, actor, id)
}

// Profile is what founding and editing set.
type Profile struct {
	Type, Sublevel, Name, Registration, Office, Address, Email, Phone, Website, About string
	Region                                                                            domain.RegionCode
	Areas                                                                             []domain.RegionCode // in which it works
	Place                                                                             string              // code or name of the tied desa, kelurahan or kecamatan
	Different                                                                         bool                // the founder says that it is none of the look-alikes
}

func (p Profile) apply(o *Organization) {
	o.Name, o.Registration, o.Office, o.Address = strings.Join(strings.Fields(p.Name), " "), p.Registration, p.Office, p.Address
	o.Email, o.Phone, o.Website, o.About, o.Areas = p.Email, p.Phone, p.Website, p.About, p.Areas
}

// checkAreas refuses regions that are none.
func (s *Service) checkAreas(ctx context.Context, areas []domain.RegionCode, f *apperr.Fields) error {
	for _, code := range areas[:min(len(areas), maxAreas)] {
		if _, err := s.regions.Place(ctx, code); apperr.Is(err, apperr.NotFound) {
			f.Add("areas", "organizations.error.area")
			return nil
		} else if err != nil {
			return err
		}
	}
	return nil
}

// place checks the seat and, where the kind of organisation is tied to a place, finds that place by code or name.
func (s *Service) place(ctx context.Context, o *Organization, text string) error {
	kind := TiedSublevel(o.Type, o.Sublevel)
	var f apperr.Fields
	if err := s.checkAreas(ctx, o.Areas, &f); err != nil {
		return err
	}
	if kind == "" {
		o.Village = ""
		if o.Region != "" {
			if _, err := s.regions.Place(ctx, o.Region); apperr.Is(err, apperr.NotFound) {
				f.Add("region", "organizations.error.region")
			} else if err != nil {
				return err
			}
		}
		return f.Err()
	}
	place, err := s.findPlace(ctx, kind, text, o.Region)
	if err != nil {
		return err
	}
	o.Region, o.Village = place.Code, ""
	if isOffice(o.Type, o.Sublevel) {
		o.Village = place.Code
	}
	return f.Err()
}

// findPlace reads a code or a name; a name must fit one place only.
func (s *Service) findPlace(ctx context.Context, kind, text string, within domain.RegionCode) (domain.Place, error) {
	var f apperr.Fields
	if code, err := domain.ParseRegionCode(codeIn(text)); err == nil {
		place, err := s.regions.Place(ctx, code)
		switch {
		case apperr.Is(err, apperr.NotFound) || err == nil && place.Kind != kind:
			f.Add("place", "organizations.error.place_kind."+kind)
			return domain.Place{}, f.Err()
		}
		return place, err
	}
	level := domain.LevelVillage
	if kind == "kecamatan" {
		level = domain.LevelDistrict
	}
	if len(text) < 3 {
		f.Add("place", "organizations.error.place_kind."+kind)
		return domain.Place{}, f.Err()
	}
	found, err := s.regions.SearchPlaces(ctx, text, within, level, 20)
	if err != nil {
		return domain.Place{}, err
	}
	var same, near []domain.Place
	name, _, _ := strings.Cut(text, ",")
	for _, p := range found {
		if p.Kind != kind {
			continue
		}
		near = append(near, p)
		if strings.EqualFold(strings.TrimSpace(name), p.Name) || strings.EqualFold(text, domain.PlaceText(p)) || strings.EqualFold(strings.TrimSpace(name), domain.PlaceName(p)) {
			same = append(same, p)
		}
	}
	if strings.Contains(text, ",") && len(same) > 1 { // with the regions above, the best one leads
		for _, p := range same {
			if strings.EqualFold(text, domain.PlaceText(p)) {
				return p, nil
			}
		}
	}
	if len(same) == 1 {
		return same[0], nil
	}
	candidates := near
	if len(same) > 1 {
		candidates = same
	}
	if len(candidates) == 0 {
		f.Add("place", "organizations.error.place_kind."+kind)
		return domain.Place{}, f.Err()
	}
	var names []string
	for _, p := range candidates[:min(len(candidates), 5)] {
		names = append(names, domain.PlaceText(p)+" ("+string(p.Code)+")")
	}
	f.Add("place", "organizations.error.place_which", "places", strings.Join(names, "; "))
	return domain.Place{}, f.Err()
}

// codeIn takes the code out of "Desa Temajuk, Kec. Paloh (61.01.08.2007)", as suggestions write it.
func codeIn(text string) string {
	if from := strings.LastIndexByte(text, '('); from >= 0 && strings.HasSuffix(text, ")") {
		return text[from+1 : len(text)-1]
	}
	return text
}

// Edit changes the profile; type, sublevel and tied place stay, and so does the name while verified or pending,
// since the verification was for that name. Forbidden for others than editors; Conflict where it was changed since.
func (s *Service) Edit(ctx context.Context, actor domain.Actor, op store.Operation, id domain.OrganizationID, version int64, p Profile) error {
	doc, err := s.get(ctx, actor, id)
	if err != nil {
		return err
	}
	if !MayEdit(actor, id) {
		return apperr.New(apperr.Forbidden, "organizations.error.editor_only")
	}
	o, err := s.edited(ctx, doc.Body, p)
	if err != nil {
		return err
	}
	doc.Version = version
	_, err = s.organizations.Replace(ctx, doc, o, actor.Change("organization.edited", id, op))
	return err
}

// edited gives an organisation with an edited profile. Invalid by field.
func (s *Service) edited(ctx context.Context, o Organization, p Profile) (Organization, error) {
	name, registration := o.Name, o.Registration
	p.apply(&o)
	var f apperr.Fields
	if o.State == StatePending || o.InForce(s.now()) {
		f.Check(o.Name == name, "name", "organizations.error.name_verified")
		f.Check(registration == "" || o.Registration == registration, "registration", "organizations.error.name_verified")
	}
	if err := f.Err(); err != nil {
		return o, err
	}
	if TiedSublevel(o.Type, o.Sublevel) == "" {
		o.Region = p.Region
		if err := s.place(ctx, &o, ""); err != nil {
			return o, err
		}
	} else if err := s.checkAreas(ctx, o.Areas, &f); err != nil {
		return o, err
	} else if err := f.Err(); err != nil {
		return o, err
	}
	return o, o.Validate()
}
