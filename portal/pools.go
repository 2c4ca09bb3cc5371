package portal

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"housecall/internal/db"
	"housecall/internal/edge"
	"housecall/internal/identity"
	"housecall/records/access"
	"housecall/telehealth/pool"
)

func (p *Portal) mountPools(api huma.API) {
	get(api, "/clinic/pools", "Pools that answer messages, for administrators", p.pools)
	create(api, "/clinic/pools", "Make a pool", p.makePool)
	route(api, http.MethodPut, "/clinic/pools/{pool}", "Change a pool", p.changePool)
	get(api, "/clinic/pools/{pool}/members", "Who is in a pool", p.poolMembers)
	route(api, http.MethodPost, "/clinic/pools/{pool}/members", "Put somebody into a pool", p.joinPool)
	route(api, http.MethodDelete, "/clinic/pools/{pool}/members/{account}", "Take somebody out of a pool at once", p.leavePool)
	get(api, "/charts/{patient}/pools", "Pools in the care team", p.chartPools)
	route(api, http.MethodPost, "/charts/{patient}/pools", "Put a pool into the care team", p.joinChart)
	route(api, http.MethodDelete, "/charts/{patient}/pools/{pool}", "Take a pool out of the care team at once", p.partChart)
	get(api, "/clinic/coverage", "Who is out, and who stands in", p.coverages)
	create(api, "/clinic/coverage", "Say that somebody is out", p.cover)
	route(api, http.MethodDelete, "/clinic/coverage/{id}", "They are back", p.back)
	get(api, "/clinic/escalations", "How messages that nobody answers are passed on", p.escalations)
	route(api, http.MethodPut, "/clinic/escalations/{name}", "Make or change an escalation", p.saveEscalation)
	route(api, http.MethodDelete, "/clinic/escalations/{name}", "Throw an escalation away that no pool follows", p.dropEscalation)
}

func (p *Portal) pools(ctx context.Context, _ *none) (*body[list[pool.Overview]], error) {
	items, err := p.Pools().All(ctx, edge.Who(ctx))
	return &body[list[pool.Overview]]{list[pool.Overview]{Items: some(items)}}, err
}

// Pools keeps the pools behind the inboxes.
func (p *Portal) Pools() *pool.Service { return p.Messages.Pools }

// PoolInput is what an administrator says of a pool.
type PoolInput struct {
	Organization string     `json:"organization,omitempty" maxLength:"64"`
	Name         string     `json:"name" minLength:"1" maxLength:"320"`
	Standard     bool       `json:"standard,omitempty"`
	Active       bool       `json:"active"`
	Rules        pool.Rules `json:"rules"`
	Escalation   string     `json:"escalation,omitempty" maxLength:"40"`
	Version      int64      `json:"version,omitempty" doc:"The one that is changed"`
}

func (p *Portal) savePool(ctx context.Context, id string, in PoolInput) (*body[pool.Pool], error) {
	who, err := owner(ctx)
	if err != nil {
		return nil, err
	}
	out, err := p.Pools().Save(ctx, who, pool.Pool{ID: id, Organization: in.Organization, Name: in.Name, Standard: in.Standard, Active: in.Active, Rules: in.Rules, Escalation: in.Escalation, Version: in.Version})
	return &body[pool.Pool]{out}, err
}

func (p *Portal) makePool(ctx context.Context, in *struct{ Body PoolInput }) (*body[pool.Pool], error) {
	return p.savePool(ctx, "", in.Body)
}

// OfPool names a pool.
type OfPool struct {
	Pool string `path:"pool" maxLength:"64"`
}

type changePoolIn struct {
	OfPool
	Body PoolInput
}

func (p *Portal) changePool(ctx context.Context, in *changePoolIn) (*body[pool.Pool], error) {
	return p.savePool(ctx, in.Pool, in.Body)
}

func (p *Portal) poolMembers(ctx context.Context, in *OfPool) (*body[list[pool.PoolMember]], error) {
	items, err := p.Pools().Members(ctx, edge.Who(ctx), in.Pool)
	return &body[list[pool.PoolMember]]{list[pool.PoolMember]{Items: some(items)}}, err
}

type joinPoolIn struct {
	OfPool
	Body struct {
		Account string     `json:"account" minLength:"1" maxLength:"64"`
		Role    string     `json:"role" enum:"clinician,nurse,frontdesk"`
		Lead    bool       `json:"lead,omitempty" doc:"They say when its members are out"`
		From    *time.Time `json:"from,omitempty" doc:"Now, if it is missing"`
		Until   *time.Time `json:"until,omitempty"`
	}
}

func (p *Portal) joinPool(ctx context.Context, in *joinPoolIn) (*none, error) {
	who, err := p.recent(ctx)
	if err != nil {
		return nil, err
	}
	return &none{}, p.Pools().Join(ctx, who, access.NewPoolMember{Pool: in.Pool, Account: in.Body.Account, Role: identity.Role(in.Body.Role), Lead: in.Body.Lead, Start: orZero(in.Body.From), Until: orZero(in.Body.Until)})
}

func orZero(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}

type poolMemberIn struct {
	OfPool
	Account string `path:"account" maxLength:"64"`
}

func (p *Portal) leavePool(ctx context.Context, in *poolMemberIn) (*none, error) {
	who, err := p.recent(ctx)
	if err != nil {
		return nil, err
	}
	return &none{}, p.Pools().Leave(ctx, who, in.Pool, in.Account)
}

// ChartPool is a pool in a care team.
type ChartPool struct {
	ID      string     `json:"id"`
	Name    string     `json:"name"`
	From    time.Time  `json:"from"`
	Until   *time.Time `json:"until,omitempty"`
	Members int        `json:"members"`
}

func (p *Portal) chartPools(ctx context.Context, in *waitIn) (*body[list[ChartPool]], error) {
	found, err := p.Access.PoolsOf(ctx, edge.Who(ctx), in.Patient)
	items := []ChartPool{}
	for _, x := range found {
		o := ChartPool{ID: x.ID, Name: x.Name, From: x.Start, Members: x.Members}
		if !x.Until.IsZero() {
			o.Until = &x.Until
		}
		items = append(items, o)
	}
	return &body[list[ChartPool]]{list[ChartPool]{Items: items}}, err
}

type joinChartIn struct {
	Patient string `path:"patient" maxLength:"64"`
	Body    struct {
		Pool  string     `json:"pool" minLength:"1" maxLength:"64"`
		From  *time.Time `json:"from,omitempty" doc:"Now, if it is missing"`
		Until *time.Time `json:"until,omitempty"`
	}
}

func (p *Portal) joinChart(ctx context.Context, in *joinChartIn) (*none, error) {
	return p.changeTeam(ctx, in.Patient, func(c *db.Conn, who identity.Principal) error {
		return p.Access.JoinChartTx(c, who, in.Body.Pool, in.Patient, orZero(in.Body.From), orZero(in.Body.Until))
	})
}

type chartPoolIn struct {
	Patient string `path:"patient" maxLength:"64"`
	OfPool
}

func (p *Portal) partChart(ctx context.Context, in *chartPoolIn) (*none, error) {
	who, err := p.recent(ctx)
	if err != nil {
		return nil, err
	}
	who, wall := p.inTeams(who)
	if err := p.Messages.PartPool(ctx, who, in.Pool, in.Patient); err != nil {
		return nil, orWall(p.Records.Refuse(ctx, who, in.Patient, "CareTeam", "", err), wall)
	}
	return &none{}, nil
}

// Coverages are who is out or will be, and what can be said of whom.
type Coverages struct {
	Items []pool.Coverage `json:"items"`
	pool.Chances
}

func (p *Portal) coverages(ctx context.Context, _ *none) (*body[Coverages], error) {
	who := edge.Who(ctx)
	items, err := p.Pools().Coverages(ctx, who)
	if err != nil {
		return nil, err
	}
	chances, err := p.Pools().ChancesOf(ctx, who)
	return &body[Coverages]{Coverages{some(items), chances}}, err
}

type coverIn struct {
	Body struct {
		Account   string    `json:"account,omitempty" maxLength:"64" doc:"Oneself, if it is missing"`
		From      time.Time `json:"from"`
		Until     time.Time `json:"until"`
		ByAccount string    `json:"byAccount,omitempty" maxLength:"64"`
		ByPool    string    `json:"byPool,omitempty" maxLength:"64"`
	}
}

func (p *Portal) cover(ctx context.Context, in *coverIn) (*body[pool.Coverage], error) {
	who, err := owner(ctx)
	if err != nil {
		return nil, err
	}
	b := in.Body
	out, err := p.Pools().Cover(ctx, who, pool.Coverage{Account: b.Account, From: b.From, Until: b.Until, ByAccount: b.ByAccount, ByPool: b.ByPool})
	return &body[pool.Coverage]{out}, err
}

type coverageIn struct {
	ID string `path:"id" maxLength:"64"`
}

func (p *Portal) back(ctx context.Context, in *coverageIn) (*none, error) {
	who, err := owner(ctx)
	if err != nil {
		return nil, err
	}
	return &none{}, p.Pools().Back(ctx, who, in.ID)
}

func (p *Portal) escalations(ctx context.Context, _ *none) (*body[list[pool.Escalation]], error) {
	items, err := p.Pools().Escalations(ctx, edge.Who(ctx))
	return &body[list[pool.Escalation]]{list[pool.Escalation]{Items: some(items)}}, err
}

type escalationName struct {
	Name string `path:"name" maxLength:"40"`
}

func (p *Portal) dropEscalation(ctx context.Context, in *escalationName) (*none, error) {
	who, err := owner(ctx)
	if err != nil {
		return nil, err
	}
	return &none{}, p.Pools().DropEscalation(ctx, who, in.Name)
}

type escalationIn struct {
	Name string `path:"name" maxLength:"40"`
	Body pool.Escalation
}

func (p *Portal) saveEscalation(ctx context.Context, in *escalationIn) (*body[pool.Escalation], error) {
	who, err := owner(ctx)
	if err != nil {
		return nil, err
	}
	in.Body.Name = in.Name
	out, err := p.Pools().SaveEscalation(ctx, who, in.Body)
	return &body[pool.Escalation]{out}, err
}
