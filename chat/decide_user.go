package chat

func setUser(s *Session, c SetUser) ([]Event, *Error) {
	v := s.Visitor
	for _, f := range []struct {
		to    *string
		from  *string
		name  string
		bytes int
	}{
		{&v.User.Nickname, c.Nickname, "nickname", MaxNameBytes},
		{&v.User.Email, c.Email, "email", MaxNameBytes},
		{&v.User.Phone, c.Phone, "phone", MaxNameBytes},
		{&v.User.Avatar, c.Avatar, "avatar", MaxURLBytes},
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
		v.User.Company = nil
	}
	if c.Company != nil {
		if err := checkCompany(c.Company); err != nil {
			return nil, err
		}
		v.User.Company = c.Company
	}
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
