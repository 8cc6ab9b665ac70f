package accounts

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"gotong/modules/domain"
	"gotong/modules/kit/store"
)

const (
	listPeople     = "people"     // dimensions: role or mandate kind, beginning of a word of the name
	listEmail      = "email"      // verified addresses, hashed
	listIdentities = "identities" // by account
	listErasing    = "erasing"    // to be erased, the earliest first
	maxWords       = 8            // of a name that the list finds
)

func accountDefinition() store.Definition[Account] {
	return store.Definition[Account]{
		Name: "accounts", Schema: 1, Personal: []string{"name", "email"}, PersonalReasons: true,
		Lists: []store.List[Account]{
			{Name: listPeople, Keys: func(_ string, a Account) []store.Key { return peopleKeys(a) },
				Sort: func(_ string, a Account) string { return store.SortText(a.Name) }},
			{Name: listEmail, Keys: func(_ string, a Account) []store.Key {
				if !a.EmailVerified || a.Email == "" {
					return nil
				}
				return []store.Key{emailKey(a.Email)}
			}, Sort: func(id string, _ Account) string { return store.SortText(id) }},
			mandateList(), mandateOfList(), waitingList(), declinedList(),
			{Name: listErasing, Keys: listErasingOf, Sort: func(_ string, a Account) string { return store.SortTime(a.Erasing) }},
		},
	}
}

func identityDefinition() store.Definition[Identity] {
	return store.Definition[Identity]{
		Name: "identities", Schema: 1, Personal: []string{"subject"},
		Lists: []store.List[Identity]{{Name: listIdentities,
			Keys: func(_ string, i Identity) []store.Key { return []store.Key{store.KeyOf(string(i.Account))} },
			Sort: func(_ string, i Identity) string { return store.SortText(i.Provider) }}},
	}
}

func emailKey(email string) store.Key {
	sum := sha256.Sum256([]byte(strings.ToLower(strings.TrimSpace(email))))
	return store.KeyOf(hex.EncodeToString(sum[:16]))
}

// peopleKeys finds an account without filter, under each role and mandate kind, and under the beginning of each word
// of its name and address. Role and word together are not a key: a search narrows by the word and checks the rest.
func peopleKeys(a Account) []store.Key {
	if !a.Erased.IsZero() {
		return nil
	}
	keys := []store.Key{""}
	for _, r := range a.Roles {
		keys = append(keys, roleKey(string(r.Role)))
	}
	for _, m := range a.Mandates {
		keys = append(keys, roleKey(m.Kind))
	}
	if access := a.Access(); access != AccessOpen {
		keys = append(keys, roleKey(string(access)))
	}
	for i, w := range domain.Words(a.Name + " " + a.Email) {
		if i < maxWords {
			keys = append(keys, wordKey(w))
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

func roleKey(role string) store.Key { return store.KeyOf(role, "") }

func wordKey(word string) store.Key { return store.KeyOf("", domain.Beginning(word)) }
