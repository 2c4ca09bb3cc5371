package access

// RulesVersion is the version of the tables in this file. Labels are set when a
// resource is written; a new version is followed by a relabelling of the charts.
// Version 2 has the tables of version 1; since then labels tell which part of its
// type a resource is of, and what it took over from others (facet.go).
const RulesVersion = 2

// LentRules is the first version since which labels tell what was taken over.
const LentRules = 2

// Code systems that the tables know.
const (
	icd10cm  = "http://hl7.org/fhir/sid/icd-10-cm"
	icd10    = "http://hl7.org/fhir/sid/icd-10"
	snomed   = "http://snomed.info/sct"
	loinc    = "http://loinc.org"
	rxnorm   = "http://www.nlm.nih.gov/research/umls/rxnorm"
	hcpcs    = "https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets"
	actCode  = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
	secrecy  = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"
	obsKinds = "http://terminology.hl7.org/CodeSystem/observation-category"
)

// systemNames maps the other names under which a code system comes in.
var systemNames = map[string]string{
	icd10cm: icd10, icd10: icd10, "urn:oid:2.16.840.1.113883.6.90": icd10, "urn:oid:2.16.840.1.113883.6.3": icd10,
	snomed: snomed, "urn:oid:2.16.840.1.113883.6.96": snomed,
	loinc: loinc, "urn:oid:2.16.840.1.113883.6.1": loinc,
	rxnorm: rxnorm, "urn:oid:2.16.840.1.113883.6.88": rxnorm,
	hcpcs: hcpcs, "urn:oid:2.16.840.1.113883.6.285": hcpcs, "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets": hcpcs,
}

// securityLabels: meta.security says it outright. HL7 v3-ActCode, sensitivity
// policies (InformationSensitivityPolicy), and v3-Confidentiality.
var securityLabels = map[string]map[string]Labels{
	actCode: {
		"PSY": MentalHealth, "MH": MentalHealth, "PSYTHPN": MentalHealth, "BH": MentalHealth | SubstanceUse, "COGN": MentalHealth,
		"SUD": SubstanceUse, "ETH": SubstanceUse, "ETHUD": SubstanceUse, "OPIOIDUD": SubstanceUse, "SUDPRGRM": SubstanceUse, "42CFRPart2": SubstanceUse,
		"SEX": Reproductive, "STD": Reproductive, "PREGNANT": Reproductive, "FMCOMPT": Reproductive,
		"HIV": HIV, "HIVAIDS": HIV,
		"GDIS": Genetics, "SICKLE": Genetics,
		"SDV": Restricted, "VIO": Restricted, "VIOLENCE": Restricted, "TABOO": Restricted, "CEL": Restricted, "VIP": Restricted, "EMP": Restricted, "PHY": Restricted,
	},
	secrecy: {"R": Restricted, "V": Restricted},
}

// icdRules: ICD-10 and ICD-10-CM by the beginning of the code; the longest match
// counts.
//
// Left out on purpose: F01-F09 and F70-F89. Dementia, delirium, intellectual
// disability and autism are what carers at home are there for; F17 tobacco.
// For the same reason Genetics holds tests, carriers and risks, not the
// hereditary disease that somebody is treated for.
var icdRules = []struct {
	from, to string // three characters each, or one longer prefix
	labels   Labels
}{
	{"F10", "F16", SubstanceUse},
	{"F18", "F19", SubstanceUse},
	{"F20", "F69", MentalHealth},
	{"F90", "F99", MentalHealth},
	{"F52", "", MentalHealth | Reproductive},
	{"F64", "F66", MentalHealth | Reproductive},
	{"F53", "", MentalHealth | Reproductive},
	{"R45.85", "", MentalHealth},
	{"T14.91", "", MentalHealth},
	{"X60", "X84", MentalHealth},
	{"Z91.5", "", MentalHealth},
	{"Z13.3", "", MentalHealth},
	{"R78.0", "", SubstanceUse},
	{"R78.1", "", SubstanceUse},
	{"R78.2", "", SubstanceUse},
	{"R78.3", "", SubstanceUse},
	{"Z71.4", "", SubstanceUse},
	{"Z71.5", "", SubstanceUse},
	{"Z72.2", "", SubstanceUse},
	{"K70", "", SubstanceUse},
	{"T40", "", SubstanceUse},
	{"O99.31", "", SubstanceUse | Reproductive},
	{"O99.32", "", SubstanceUse | Reproductive},
	{"O99.34", "", MentalHealth | Reproductive},
	{"B20", "B24", HIV},
	{"B97.35", "", HIV},
	{"Z21", "", HIV},
	{"R75", "", HIV},
	{"Z20.6", "", HIV},
	{"Z11.4", "", HIV},
	{"Z71.7", "", HIV},
	{"O98.7", "", HIV | Reproductive},
	{"Z29.81", "", HIV},
	{"O00", "O99", Reproductive},
	{"O9A", "", Reproductive},
	{"Z30", "Z37", Reproductive},
	{"Z39", "", Reproductive},
	{"Z3A", "", Reproductive},
	{"Z64.0", "", Reproductive},
	{"N97", "", Reproductive},
	{"N46", "", Reproductive},
	{"N52", "", Reproductive},
	{"N96", "", Reproductive},
	{"Z97.5", "", Reproductive},
	{"Z87.890", "", Reproductive},
	{"Z98.51", "", Reproductive},
	{"Z98.52", "", Reproductive},
	{"A50", "A64", Reproductive},
	{"Z11.3", "", Reproductive},
	{"Z20.2", "", Reproductive},
	{"Z70", "", Reproductive},
	{"Z72.5", "", Reproductive},
	{"Z14", "Z15", Genetics},
	{"Z31.5", "", Genetics | Reproductive},
	{"Z13.7", "", Genetics},
	{"Z31.43", "", Genetics | Reproductive},
	{"Z31.44", "", Genetics | Reproductive},
	{"Z84.81", "", Genetics},
	{"T74", "", Restricted},
	{"T76", "", Restricted},
	{"Y07", "", Restricted},
	{"Z69", "", Restricted},
	{"Z04.4", "", Restricted | Reproductive},
	{"Z04.7", "", Restricted},
	{"Z62.81", "", Restricted},
	{"O9A.3", "", Restricted | Reproductive},
	{"O9A.4", "", Restricted | Reproductive},
	{"O9A.5", "", Restricted | Reproductive},
}

// codeRules: single codes of the systems without a meaning in their digits.
var codeRules = map[string]map[Labels][]string{
	snomed: {
		MentalHealth: {
			"35489007", "370143000", "36923009", "191736004", "197480006", "21897009", "48694002", "47505003", "13746004", "58214004", "191526005",
			"68890003", "231504006", "69322001", "74732009", "192127007", "406506008", "192080009", "66344007", "87414006", "310495003", "310496002",
			"310497006", "73867007", "78667006", "72366004", "78004001", "56882008", "83482000", "20010003", "82313006", "6471006", "225337009",
			"171207006", "715252007", "736254008", "76168009", "79094001", "88848003", "405783006", "386522008", "75516001", "108313002", "18512000",
			"248062006", "287182007", "287185009", "225444004", "371631005", "454711000124102", "710841007", "17226007",
		},
		SubstanceUse: {
			"6525002", "7200002", "66590003", "15167005", "5602001", "75544000", "26416006", "191816009", "55680006", "361055000", "78267003", "31956009",
			"21647008", "37344009", "85005007", "84758004", "191811004", "191812006", "191813001", "266707007", "313071005", "408935001", "408936000",
			"56876005", "60112009", "61480009", "226138001", "10939881000119105", "428211000124100", "868187001", "763302001",
		},
		Reproductive: {
			"72892002", "77386006", "10383002", "169553002", "169230002", "19169002", "17369002", "22523008", "225158009", "243077000", "252160004",
			"271442007", "301807007", "310861008", "269828009", "165829005", "386394001", "386639001", "424441002", "424619006", "443529005", "46706006",
			"5880005", "65200003", "68254000", "714812005", "57797005", "755621000000101", "79586000", "34801009", "47200007", "267020005", "287664005",
			"13197004", "15628003", "76272004", "105629000", "33839006", "8098009", "240589008", "65147003", "398254007", "156073000", "8619003",
			"609496007", "35999006", "18114009", "274804006", "6738008", "407377005", "407376001", "93461009", "15296000",
		},
		HIV: {
			"86406008", "62479008", "91947003", "91948008", "165816005", "31676001", "171121004", "313077009", "397763006", "40780007", "48794007",
			"111880001", "81000119104", "79019005", "186706006", "186707002", "186708007", "315124004", "165815009", "72621000119104", "697904001",
			"697965002", "432218001", "699433000",
		},
		Genetics:   {"412734009", "412738007", "718220008", "315058005"},
		Restricted: {"397940009", "424393004", "866148006", "371772001", "706893006", "248110007"},
	},
	loinc: {
		MentalHealth: {
			"44249-1", "44261-6", "55757-9", "55758-7", "69737-5", "70274-6", "69725-0", "70273-8", "89204-2", "71354-5", "48544-1", "48545-8", "54635-8",
			"44250-9", "44255-8", "44260-8", "93373-9", "73831-0", "73832-8", "34788-0", "28627-8",
		},
		SubstanceUse: {
			"75626-2", "72109-2", "68518-0", "68519-8", "68520-6", "72110-0", "75624-7", "82666-9", "82667-7", "88037-7", "3426-4", "3349-8", "3390-2",
			"3397-7", "3414-0", "19261-7", "19295-5", "19343-3", "19359-9", "3773-9", "3774-7", "3879-4", "3936-2", "5640-8", "5643-2", "5644-0",
			"5645-7", "18282-4", "19141-1",
		},
		Reproductive: {
			"2106-3", "2110-5", "2112-1", "2118-8", "19080-1", "21198-7", "45194-8", "80384-1", "82810-3", "11449-6", "11636-8", "11637-6", "11638-4",
			"11639-2", "11640-0", "11996-6", "11977-6", "11778-8", "11779-6", "8665-2", "21613-5", "21415-5", "21416-3", "24111-7", "36902-5", "43304-5",
			"43305-2", "43403-5", "6349-5", "16601-7", "691-6", "698-1", "14127-5", "50388-8", "57180-2", "45069-2", "20507-0", "5292-8", "22461-8",
			"24110-9", "11084-1", "31147-2", "47236-5", "5393-4", "63464-2", "76690-7", "86645-9", "76691-5", "86649-1", "86651-7", "86655-8", "8678-5",
		},
		HIV: {
			"75622-1", "68961-2", "25835-0", "20447-9", "29539-4", "29541-0", "48510-2", "48511-0", "62469-2", "70241-5", "21008-8", "24012-7", "24013-5",
			"10351-5", "10682-3", "23876-6", "25836-8", "41513-3", "41514-1", "41515-8", "41516-6", "59419-2", "5220-9", "5221-7", "5222-5", "5223-3",
			"5224-1", "5225-8", "7917-8", "7918-6", "14092-1", "16132-3", "16974-8", "16975-5", "16976-3", "16978-9", "22356-0", "22357-8", "28052-9",
			"29327-4", "29893-5", "30245-5", "31201-7", "32571-2", "32602-5", "33508-3", "33660-2", "33806-1", "33807-9", "33866-5", "34591-8", "34592-6",
			"35437-3", "35438-1", "35439-9", "35440-7", "35448-0", "35449-8", "35450-6", "35452-2", "35564-4", "35565-1", "38998-1", "40437-6", "40438-4",
			"40732-0", "40733-8", "42339-2", "42600-7", "42768-2", "42917-5", "43008-2", "43009-0", "43010-8", "43011-6", "43012-4", "43013-2", "43185-8",
			"43599-0", "44531-2", "44532-0", "44533-8", "44607-0", "44871-2", "44872-0", "44873-8", "45175-7", "45176-5", "45182-3", "45212-8", "47029-4",
			"47359-5", "48023-6", "48345-3", "48346-1", "5017-9", "5018-7", "51786-2", "51866-2", "53379-4", "53601-1", "53798-5", "53825-6", "53923-9",
			"54086-4", "56888-1", "57182-8", "57974-8", "57975-5", "57976-3", "57977-1", "57978-9", "58900-2", "6429-5", "6430-3", "6431-1", "68982-8",
			"69353-1", "69354-9", "69668-2", "73658-7", "73659-5", "73905-2", "73906-0", "74854-1", "74855-8", "75666-8", "77368-9", "77369-7", "77685-6",
			"78007-2", "78008-0", "78009-8", "78010-6", "79155-8", "79379-4", "79380-2", "80203-3", "80387-4", "81641-3", "81652-0", "83101-6", "83326-9",
			"85037-0", "85361-4", "85368-9", "85380-4", "85686-4", "86233-4", "86547-7", "86657-4", "88212-6", "88453-6", "88454-4", "88544-2", "89365-1",
			"89374-3", "90921-8", "90924-2", "91145-3", "91146-1", "91147-9", "91148-7", "95524-5", "95525-2", "96556-6", "96557-4", "97673-8", "96445-2",
		},
		Genetics: {
			"21636-6", "21637-4", "21638-2", "21639-0", "21640-8", "38530-2", "38531-0", "59041-4", "81247-9", "51968-6", "51967-8", "51969-4", "55207-5",
			"55233-1", "69548-6", "69547-8", "48018-6", "48004-6", "48005-3", "53037-8", "81252-9", "81290-9", "81304-8", "51963-7", "51971-0", "50397-9",
			"21654-9", "21656-4", "21667-1", "21668-9", "29770-5", "33773-3",
		},
		Restricted: {"76499-3", "76500-8", "76501-6", "76502-4", "95618-5"},
	},
	rxnorm: { // ingredients; products are known by medicineWords
		HIV: {
			"3364", "11413", "53654", "59763", "68244", "83395", "85762", "114289", "117466", "134527", "190548", "195085", "195088", "343047", "358262",
			"460132", "620216", "719872",
		},
		SubstanceUse: {"1819", "3554", "6813", "7243"},
		MentalHealth: {
			"596", "704", "722", "725", "1827", "2356", "2403", "2556", "2597", "2598", "2626", "3247", "3288", "3322", "3638", "4493", "4496", "5093",
			"5691", "6011", "6448", "6470", "6646", "6901", "7531", "8076", "8123", "8331", "8886", "10502", "10510", "10734", "10737", "10800", "10834",
			"31565", "32937", "35636", "36437", "38400", "39786", "42355", "51272", "61381", "72625", "73178", "89013", "115698", "321988", "352372",
			"588250", "700810", "734064", "1086769",
		},
		Reproductive: {"6373", "6782", "7514", "11636", "14584", "22656", "31994", "306674", "326374", "358263", "389221", "807283", "1534809", "1605257"},
	},
	hcpcs: {
		SubstanceUse: {
			"G0396", "G0397", "G0442", "G0443", "G2011", "G2067", "G2068", "G2069", "G2086", "G2087", "G2088", "H0001", "H0005", "H0006", "H0007",
			"H0008", "H0009", "H0010", "H0011", "H0012", "H0013", "H0014", "H0015", "H0016", "H0020", "H0050", "J0571", "J0572", "J0573", "J0574",
			"J0575", "J2315",
		},
		MentalHealth: {"G0444", "G0410", "G0411", "H0031", "H0032", "H0035", "H0036", "H0037", "H0038", "H0040", "H2011", "H2017", "H2019"},
		Reproductive: {
			"J7296", "J7297", "J7298", "J7300", "J7301", "J7307", "J1050", "S0190", "S0191", "S4981", "S4989", "S4993", "A4261", "A4266", "A4267",
			"A4268",
		},
		HIV:      {"G0432", "G0433", "G0435", "G0475", "J0741", "J0739", "S3645"},
		Genetics: {"S3800", "S3840", "S3841", "S3842", "S3844", "S3845", "S3846", "S3849", "S3850", "S3852", "S3854", "S3861", "S3865", "S3866", "G0452"},
	},
}

// cielRules: concepts of the CIEL dictionary (OpenMRS), which HIV programmes
// send padded with A to 36 characters, under whatever system name.
var cielRules = map[Labels][]string{
	HIV: {
		"856", "1030", "1040", "1042", "1088", "1169", "1250", "1255", "1305", "138405", "138406", "138571", "159427", "159803", "159911", "163722",
		"5424", "5497", "730", "84795", "104565", "104567", "78643", "75523", "80586", "70056", "70057", "80487", "74807", "84309", "86663", "75628",
		"79040", "794",
	},
	Reproductive: {"45", "1945", "5272", "374", "159773"},
}

// medicineWords: ingredients by name, for clinical drugs and products whose code
// says nothing about what is in them. One word each, lower case.
var medicineWords = map[Labels][]string{
	HIV: {
		"abacavir", "atazanavir", "bictegravir", "cabotegravir", "cobicistat", "darunavir", "didanosine", "dolutegravir", "doravirine", "efavirenz",
		"elvitegravir", "emtricitabine", "enfuvirtide", "etravirine", "fosamprenavir", "fostemsavir", "ibalizumab", "indinavir", "lamivudine",
		"lenacapavir", "lopinavir", "maraviroc", "nelfinavir", "nevirapine", "raltegravir", "rilpivirine", "ritonavir", "saquinavir", "stavudine",
		"tenofovir", "tipranavir", "zidovudine", "atripla", "biktarvy", "cabenuva", "combivir", "complera", "descovy", "dovato", "edurant", "epzicom",
		"genvoya", "isentress", "juluca", "kaletra", "odefsey", "prezcobix", "prezista", "stribild", "sunlenca", "symtuza", "tivicay", "triumeq",
		"trizivir", "truvada", "antiretroviral", "antiretrovirals",
	},
	SubstanceUse: {
		"acamprosate", "buprenorphine", "disulfiram", "lofexidine", "methadone", "naltrexone", "naloxone", "nalmefene", "suboxone", "sublocade",
		"vivitrol", "antabuse", "narcan", "zubsolv",
	},
	MentalHealth: {
		"agomelatine", "alprazolam", "amisulpride", "amitriptyline", "amoxapine", "amphetamine", "aripiprazole", "asenapine", "atomoxetine",
		"brexpiprazole", "bupropion", "buspirone", "cariprazine", "chlordiazepoxide", "chlorpromazine", "citalopram", "clomipramine", "clonazepam",
		"clozapine", "desipramine", "desvenlafaxine", "dexmethylphenidate", "dextroamphetamine", "diazepam", "doxepin", "duloxetine", "escitalopram",
		"esketamine", "fluoxetine", "fluphenazine", "fluvoxamine", "guanfacine", "haloperidol", "iloperidone", "imipramine", "isocarboxazid",
		"levomilnacipran", "lisdexamfetamine", "lithium", "lorazepam", "loxapine", "lumateperone", "lurasidone", "maprotiline", "methylphenidate",
		"milnacipran", "mirtazapine", "nefazodone", "nortriptyline", "olanzapine", "paliperidone", "paroxetine", "perphenazine", "phenelzine",
		"pimavanserin", "pimozide", "protriptyline", "quetiapine", "risperidone", "sertraline", "thioridazine", "thiothixene", "tranylcypromine",
		"trazodone", "trifluoperazine", "trimipramine", "venlafaxine", "vilazodone", "vortioxetine", "ziprasidone", "zuranolone", "abilify",
		"adderall", "ativan", "celexa", "cymbalta", "effexor", "lexapro", "prozac", "seroquel", "vyvanse", "wellbutrin", "xanax", "zoloft", "zyprexa",
	},
	Reproductive: {
		"clomiphene", "desogestrel", "dienogest", "drospirenone", "etonogestrel", "ethynodiol", "levonorgestrel", "mestranol", "mifepristone",
		"norelgestromin", "norethindrone", "norethisterone", "norgestimate", "norgestrel", "ulipristal", "nonoxynol", "medroxyprogesterone",
		"menotropins", "follitropin", "choriogonadotropin", "segesterone", "sildenafil", "tadalafil", "vardenafil", "avanafil", "flibanserin",
		"camila", "depo-provera", "implanon", "jolivette", "kyleena", "liletta", "mirena", "natazia", "nexplanon", "nuvaring", "paragard",
		"seasonique", "skyla", "yaz", "yasmin", "errin", "contraceptive",
	},
}

// plainWords: words that give a sensitive kind away in the name of a problem,
// test, procedure or reason, whatever its code. Only words with one meaning are
// here: "aids" (hearing aids), "bipolar" (electrodes) and "chlamydia" (also a
// pneumonia) are not.
var plainWords = map[Labels][]string{
	HIV: {"hiv", "hiv-1", "hiv-2", "antiretroviral", "antiretrovirals", "immunodeficiency virus"},
	MentalHealth: {
		"schizophrenia", "schizoaffective", "depressive", "psychosis", "psychotic", "psychiatric", "psychiatry", "psychotherapy", "suicidal",
		"suicide", "posttraumatic stress", "phq-9", "gad-7", "antidepressant", "antidepressants", "antipsychotic", "antipsychotics", "bulimia",
		"anorexia nervosa",
	},
	SubstanceUse: {
		"heroin", "cocaine", "methamphetamine", "opioid abuse", "opioid dependence", "opioid use disorder", "alcoholism", "alcohol dependence",
		"alcohol abuse", "alcohol use disorder", "substance abuse", "substance use disorder", "drug abuse", "drug addiction", "drug dependence",
		"drug overdose", "detoxification",
	},
	Reproductive: {
		"abortion", "contraceptive", "contraceptives", "contraception", "intrauterine device", "miscarriage", "pregnancy", "pregnant", "prenatal",
		"antenatal", "obstetric", "gonorrhea", "gonorrhoea", "syphilis", "infertility", "vasectomy", "transgender", "gender dysphoria",
		"termination of pregnancy", "sexually transmitted",
	},
	Genetics:   {"brca1", "brca2", "lynch syndrome"},
	Restricted: {"domestic violence", "domestic abuse", "sexual assault", "sexual abuse", "intimate partner", "child abuse"},
}
