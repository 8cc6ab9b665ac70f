package villages

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/csv"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"gotong/modules/domain"
	"gotong/modules/kit/store"
)

// shipped holds code and name of the regions of West Kalimantan, taken from idn-area-data 4.0.1 (ODbL; see
// data/NOTICE.md). Attribution is on every page that shows them.
//
//go:embed data/regions-61.csv.gz
var shipped []byte

// ShippedProvince is the province whose regions come with the portal.
const ShippedProvince domain.RegionCode = "61"

// LoadShipped puts the shipped regions into the store where they are not there yet, at the first start: a few large
// transactions, in well under two seconds. It may be repeated; a start after an interrupted one adds what is missing.
// Where regions are named, only those, what lies in them and what they lie in are loaded.
func (s *Service) LoadShipped(ctx context.Context, within ...domain.RegionCode) error {
	regions, _, err := shippedRegions()
	if err != nil {
		return err
	}
	if len(within) > 0 {
		regions = slices.DeleteFunc(regions, func(r Region) bool {
			return !slices.ContainsFunc(within, func(w domain.RegionCode) bool {
				return r.Code == w || strings.HasPrefix(string(r.Code), string(w)+".") || strings.HasPrefix(string(w), string(r.Code)+".")
			})
		})
	}
	there, err := s.Count(ctx, ShippedProvince, 0)
	if err != nil || there >= int64(len(regions)) {
		return err
	}
	items := make([]store.Item[Region], 0, len(regions))
	for _, r := range regions {
		items = append(items, store.Item[Region]{ID: string(r.Code), Body: r})
	}
	if err := s.regions.InsertMany(ctx, items, store.Change{Action: "region.imported"}); err != nil {
		return fmt.Errorf("load the shipped regions: %w", err)
	}
	s.forget(regionsCollection)
	s.log.InfoContext(ctx, "regions loaded", "province", ShippedProvince, "count", len(regions)-int(there))
	return nil
}

func shippedRegions() ([]Region, string, error) {
	unzipped, err := gzip.NewReader(bytes.NewReader(shipped))
	if err != nil {
		return nil, "", fmt.Errorf("shipped regions: %w", err)
	}
	records, err := csv.NewReader(unzipped).ReadAll()
	if err != nil {
		return nil, "", fmt.Errorf("shipped regions: %w", err)
	}
	rows := newRegionRows()
	for i, record := range records[1:] {
		code := domain.RegionCode(record[0])
		rows.add("regions-61.csv", i+2, code.Level(), record[0], string(code.Parent()), record[1])
	}
	regions, err := rows.finish()
	sum := sha256.Sum256(shipped)
	return regions, hex.EncodeToString(sum[:8]), err
}
