package ingest

import "strings"

// callNames are given names that stand for one another: each line is one name
// and its common forms in English or Spanish.
var callNames = `
alexander alex alec sandy xander alejandro
alexandra sandra alexandria alejandra
andrew andy drew andres
anthony tony antonio
antonia toni tonya
barbara barb barbie babs
benjamin ben benny benji
catherine katherine kathryn kathleen cathy kathy kate katie kat catalina
charles charlie chuck carlos
christine christina chris chrissy tina cristina
christopher kit topher cristobal
concepcion concha conchita
daniel dan danny
david dave davey
deborah debra deb debbie
dolores lola lolita
dorothy dot dottie dorotea
edward ed eddie ted teddy ned eduardo
elizabeth elisabeth liz lizzie beth betty betsy eliza lisa isabel isabella
emily em emma
enrique quique
eugene gene
florence flo
frances fran frannie
francisco paco pancho francis frank franklin
frederick fred freddie federico
gerald gerard gerry jerry gerardo
gregory greg gregorio
guadalupe lupe lupita
harold harry hal
henry hank
ignacio nacho
jacob jake jack
james jim jimmy jamie jaime
janet jan
jennifer jen jenny
jesus chuy
john johnny jon jonathan juan
joseph joe joey jose pepe
josephine josefina jo josie
judith judy judi
kenneth ken kenny
lawrence laurence larry lorenzo
leonard len lenny leonardo leo
louis lewis lou luis
manuel manny manolo
margaret maggie meg peggy marge margarita rita
maria mary marie mari molly polly
martha marty marta
matthew matt mateo
mercedes merche
michael mike mick mickey miguel
michelle shelly
nancy nan
nicholas nick nicky nicolas
pamela pam
patricia pat patty trish tricia
patrick paddy patricio
peter pete pedro
philip phillip phil felipe
raymond ray raimundo ramon
rebecca becky becca
richard rick ricky rich dick ricardo
robert rob robbie bob bobby roberto
rosario charo
ronald ron ronnie
samuel sam sammy
samantha sammie
sarah sara sally
stephen steven steve esteban
stephanie steph
susan susanna suzanne sue susie
theodore theo
theresa teresa terry tess
thomas tom tommy tomas
timothy tim timmy
victoria vicky tori
victor vic
vincent vince vicente
virginia ginny
walter walt
william will bill billy liam guillermo memo
`

// callName gives the name that a form of it stands for; a name that is in no
// line stands for itself.
func callName(given string) string {
	if name, ok := nameOfForm[given]; ok {
		return name
	}
	return given
}

var nameOfForm = func() map[string]string {
	m := map[string]string{}
	for line := range strings.Lines(callNames) {
		forms := strings.Fields(line)
		for _, f := range forms {
			if _, had := m[f]; !had {
				m[f] = forms[0]
			}
		}
	}
	return m
}()
