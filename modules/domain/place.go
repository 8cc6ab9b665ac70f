package domain

import (
	"context"
	"io"

	"gotong/modules/kit/apperr"
	"gotong/modules/kit/web"
)

// Place is a region as other modules show it. Names are as published, without the level word.
type Place struct {
	Code     RegionCode
	Name     string
	Kind     string // "provinsi", "kabupaten", "kota", "kecamatan", "desa", "kelurahan"
	District string // names of the regions above, "" where c is above them
	Regency  string // with its word: "Kabupaten Sambas", "Kota Pontianak"
	Province string
}

// OrganizationBrief is what other modules show and ask of an organisation.
type OrganizationBrief struct {
	ID       OrganizationID
	Name     string
	Type     string     // stakeholder type id
	Verified bool       // in force now
	Village  RegionCode // set for a village's or kelurahan's government
	Demo     bool
}

// Upload is a file that came with a form.
type Upload struct {
	Name string
	Size int64 // bytes
	Body io.Reader
}

// Citation names exactly one version of a document.
type Citation struct {
	ID     DocumentID
	SHA256 string // of its bytes, in hex
	Title  string
}

// Path is where that version is shown among the others of its document, without language prefix.
func (c Citation) Path() string { return "/documents/" + string(c.ID) + "/versions#" + c.Anchor() }

// Anchor is the id of that version on the page of its document's versions.
func (c Citation) Anchor() string { return "v-" + c.SHA256 }

// Fact shows that version by its SHA-256; it leads there for who may open it.
func (c Citation) Fact(b web.Base, label string, opens bool) web.Fact {
	fact := web.Fact{Label: label, Value: b.T("web.sum", "sum", c.SHA256)}
	if opens {
		fact.Path = b.URL(c.Path())
	}
	return fact
}

// Citer names the newest document of a type that belongs to a thing; NotFound where there is none.
type Citer interface {
	Cite(ctx context.Context, ref Ref, typ DocumentType) (Citation, error)
}

// CiteEach names the newest document of each of the types that is there. Errors: those of Cite but NotFound.
func CiteEach(ctx context.Context, papers Citer, ref Ref, types ...DocumentType) (list []Citation, err error) {
	for _, typ := range types {
		paper, err := papers.Cite(ctx, ref, typ)
		if apperr.Is(err, apperr.NotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		list = append(list, paper)
	}
	return list, nil
}

// Evaluated are the types of what an evaluation rests on, where it is there.
var Evaluated = []DocumentType{DocReport, DocStudy, DocHandover}

// Picture is a photo among the documents of a thing.
type Picture struct {
	ID    DocumentID
	Title string
}

// DocumentType says what a document is; the controlled list of workflow.md's papers.
type DocumentType string

// Document types.
const (
	DocMinutes   DocumentType = "minutes"   // berita acara musyawarah desa, musrenbang minutes
	DocPlanPage  DocumentType = "plan-page" // page of RKP/DU-RKP Desa
	DocTerms     DocumentType = "terms"     // KAK/TOR
	DocBudget    DocumentType = "budget"    // RAB
	DocAgreement DocumentType = "agreement" // MoU, PKS, statement of commitment
	DocHandover  DocumentType = "handover"  // BAST
	DocPhoto     DocumentType = "photo"
	DocReport    DocumentType = "report"
	DocStudy     DocumentType = "study"
	DocPaper     DocumentType = "paper" // an organisation's verification paper
	DocOther     DocumentType = "other"
)

// DocumentTypes lists them in the order in which forms offer them.
var DocumentTypes = []DocumentType{DocMinutes, DocPlanPage, DocTerms, DocBudget, DocAgreement, DocHandover, DocPhoto, DocReport, DocStudy, DocPaper, DocOther}

// Visibility of a document.
type Visibility string

// Visibilities, widest first.
const (
	VisiblePublic       Visibility = "public"
	VisiblePartners     Visibility = "partners" // verified organisations
	VisibleParties      Visibility = "parties"  // those joined by what it belongs to
	VisibleOrganization Visibility = "organization"
)
