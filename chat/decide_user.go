package chat

func setUser(s *Session, c SetUser) ([]Event, *Error) {
	v, u := s.Visitor, s.Visitor.Who()
	for _, f := range []struct {
		to    *string
		from  *string
		name  string
		bytes int
	}{
		{&u.Nickname, c.Nickname, "nickname", MaxNameBytes},
		{&u.Email, c.Email, "email", MaxNameBytes},
		{&u.Phone, c.Phone, "phone", MaxNameBytes},
		{&u.Avatar, c.Avatar, "avatar", MaxURLBytes},
	} {
		if f.from == nil {
			continue
		}
		if len(*f.from) > f.bytes {
			return nil, invalid(f.name + ": too long")
		}
		*f.to = *f.from
	}
	if c.Avatar != nil && *c.Avatar != "" && !isWebURL(*c.Avatar) {
		return nil, invalid("avatar: an http or https URL")
	}
	if c.ClearCompany {
		u.Company = nil
	}
	if c.Company != nil {
		if err := checkCompany(c.Company); err != nil {
			return nil, err
		}
		u.Company = c.Company
	}
	v.User = &u
	return []Event{VisitorChanged{v, UserChanged}}, nil
}

func checkCompany(c *Company) *Error {
	if c.Name == "" || len(c.Name) > MaxNameBytes || len(c.URL) > MaxURLBytes || len(c.Description) > MaxDataBytes {
		return invalid("company: a name, and no value too long")
	}
	for _, list := range [][]string{c.Employment, c.Geolocation} {
		if len(list) > 2 {
			return invalid("company: employment and geolocation are pairs")
		}
		for _, text := range list {
			if len(text) > MaxNameBytes {
				return invalid("company: no value too long")
			}
		}
	}
	return nil
}
