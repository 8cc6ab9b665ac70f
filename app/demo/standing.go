package demo

import (
	"math"

	"gotong/app/embedded/oidc"
	"gotong/modules/domain"
	"gotong/modules/villages"
)

// demoSource stands beside every invented figure.
const demoSource = "Contoh: angka rekaan"

// trend is how an indicator of the demonstration goes over the years: where the first village begins, the step from
// village to village, and the change a year.
type trend struct {
	indicator           string
	start, step, yearly float64
	years               int
}

var trends = []trend{
	{"village-index", 48, 3.5, 2.1, 4}, {"improved-water-access", 38, 5, 4.5, 5}, {"improved-sanitation-access", 34, 4, 3.5, 5},
	{"household-electrification", 55, 5, 4, 4}, {"stunting-prevalence", 34, -1.5, -1.8, 4}, {"out-of-school-children", 19, -2.4, -1, 4},
}

// standing invents figures of the demonstration's villages, their districts and their regency, all marked.
func standing(thisYear int) villages.Seeds {
	var seeds villages.Seeds
	regions := []domain.RegionCode{"61.01"}
	for _, v := range oidc.DemoVillages() {
		regions = append(regions, domain.RegionCode(v.Code))
	}
	regions = append(regions, "61.01.08")
	for n, code := range regions {
		for _, t := range trends {
			for back := t.years; back > 0; back-- {
				value := t.start + t.step*float64(n%6) + t.yearly*float64(t.years-back)
				unit := indicatorUnit(t.indicator)
				if unit == villages.UnitPerson {
					if value = math.Round(value); code.Level() != domain.LevelVillage {
						continue // totals of invented parts would have to add up
					}
				}
				seeds.Observations = append(seeds.Observations, villages.Observation{
					Region: code, Indicator: t.indicator, Value: math.Round(max(0, min(99, value))*10) / 10, Unit: unit, Year: thisYear - back,
					Source: demoSource, Demo: true,
				})
			}
		}
	}
	for n, v := range oidc.DemoVillages() {
		seeds.Profiles = append(seeds.Profiles, demoProfile(domain.RegionCode(v.Code), n, thisYear-1))
		seeds.Potentials = append(seeds.Potentials, demoPotentials(domain.RegionCode(v.Code), n, thisYear-1)...)
	}
	return seeds
}

func indicatorUnit(id string) string {
	i, _ := domain.IndicatorByID(id)
	return i.Unit
}

func demoProfile(code domain.RegionCode, n, year int) villages.Profile {
	of := villages.Origin{Year: year, Source: demoSource}
	population := int64(1450 + 310*n)
	women, households := population*49/100, population*27/100
	school, health, power := 2.5+1.5*float64(n), 1+0.8*float64(n), int64(24-3*(n%4))
	return villages.Profile{
		Region: code, Demo: true,
		Status: &villages.VillageStatus{Origin: of, Level: villages.StatusLevels[1+n%3]},
		People: &villages.People{Origin: of, Population: &population, Women: &women, Households: &households},
		Access: &villages.Access{Origin: of, Road: villages.Roads[1+n%3], SchoolKm: &school, HealthKm: &health, Signal: villages.Signals[1+(n+1)%3], PowerHours: &power},
	}
}

func demoPotentials(code domain.RegionCode, n, year int) []villages.Potential {
	all := []villages.Potential{
		{Kind: "fisheries", Name: "Ikan dan udang rebon", Note: "Diolah menjadi terasi dan ikan asin."},
		{Kind: "crops", Name: "Lada", Unit: "ha"},
		{Kind: "crafts", Name: "Tenun songket"},
		{Kind: "tourism", Name: "Pantai dan penyu"},
		{Kind: "institutions", Name: "BUM Desa"},
		{Kind: "crops", Name: "Kelapa dalam", Unit: "ha"},
		{Kind: "forest", Name: "Madu hutan"},
	}
	var out []villages.Potential
	for k := range 3 {
		p := all[(n*2+k*3)%len(all)]
		if p.Unit != "" {
			area := float64(40 + 15*n)
			p.Quantity = &area
		}
		p.Region, p.Year, p.Source, p.Demo = code, year, demoSource, true
		out = append(out, p)
	}
	return out
}
