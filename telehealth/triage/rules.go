package triage

// The rules, written from what emergency services and heart, stroke and poison
// centres ask people to call for. Each is looked for in both languages. A rule
// would rather find once too often: a warning costs a tap, a miss may cost a life.
var rules = []rule{
	// Not awake.
	said(Unconscious, "unconscious|unresponsive|passed out|passing out|fainted|collapsed|inconsciente|desmay*|perdio el sentido|se desplomo"),
	said(Unconscious, "wont wake up|cant wake|cannot wake|wont wake|not waking up|not responding|no despierta|no responde|no reacciona").flat().but("email|e mail|mail|calls|phone|message*|correo|llamadas|telefono|mensaje*"),
	near(Unconscious, 4, "lost|losing|lose|perder|pierde|perdiendo", "consciousness|conocimiento|conciencia"),
	near(Unconscious, 4, "hard|difficult|unable|cant|cuesta|dificil", "to wake|wake up|wake him|wake her|despertar*"),
	near(Unconscious, 4, "turning|turned|lips|face|skin|labios|cara|se esta poniendo|se puso", "blue|gray|grey|purple|azul*|morad*|gris"),

	// Breath.
	said(Breathing, "cant breathe|cannot breathe|cant breath|can not breathe|unable to breathe|stopped breathing|not breathing|isnt breathing|cant catch my breath|cant catch his breath|cant catch her breath|no puedo respirar|no puede respirar|no respira|no me entra el aire").flat(),
	said(Breathing, "gasping|choking|struggling to breathe|fighting for breath|dejo de respirar|me ahogo|se ahoga|se esta ahogando|me estoy ahogando|me falta el aire|le falta el aire|me falta aire|asfixi*"),
	near(Breathing, 4, "trouble|difficulty|hard|hardly|problems|struggl*|barely|labored", "breath*"),
	near(Breathing, 3, "short|shortness|out", "of breath"),
	near(Breathing, 5, "dificultad|cuesta|trabajo|apenas|problemas|mucho trabajo|batallando", "respirar|respira|respiracion"),
	said(Breathing, "falta de aire|falta de aliento|sin aliento|coughing up blood|coughing blood|spitting blood|tosiendo sangre|toso sangre|escupo sangre|escupiendo sangre"),

	// Heart.
	near(Heart, 5, "chest|breastbone|pecho|torax", "pain*|hurt*|pressure|tight*|squeez*|heav*|crush*|burning|ache*|aching|discomfort|dolor*|duele*|presion|opresion|opres*|aprieta*|apreta*|peso|ardor|pesad*|punzada*"),
	said(Heart, "having a heart attack|is having a heart attack|had a heart attack|is a heart attack|be a heart attack|like a heart attack|me esta dando un infarto|le esta dando un infarto|dio un infarto|sea un infarto|es un infarto|tener un infarto|ataque al corazon|elephant on my chest"),
	near(Heart, 6, "pain|hurt*|dolor|duele", "left arm|jaw|brazo izquierdo|mandibula"),
	near(Heart, 6, "heart|corazon", "racing|pounding|irregular|stopped|skipping|muy rapido|acelerado|se me sale|galop*", "dizz*|faint*|sweat*|marea*|mareo*|sudor*|sudando|desmay*"),

	// Stroke.
	said(Stroke, "having a stroke|had a stroke|is a stroke|be a stroke|like a stroke|dio un derrame|dando un derrame|sea un derrame|es un derrame|dio una embolia|dando una embolia|sea una embolia|infarto cerebral|worst headache|peor dolor de cabeza|thunderclap|slurred speech|slurring|face is drooping|facial droop|cara caida|boca torcida|cara torcida|boca chueca|cara chueca"),
	near(Stroke, 5, "face|mouth|smile|cara|boca|rostro", "droop*|crooked|numb*|paraly*|torci*|chuec*|caid*|entumec*|dormid*|paraliz*|adormec*"),
	near(Stroke, 6, "arm|leg|side|hand|brazo|pierna|lado|mano|mitad", "weak*|numb*|paraly*|cant move|cannot move|debil*|entumec*|paraliz*|dormid*|adormec*|no puedo mover|no puede mover|no mueve", "sudden*|one side|left side|right side|half|cant move|cannot move|repente|pronto|un lado|lado izquierdo|lado derecho|no puedo mover|no puede mover|no mueve").flat(),
	near(Stroke, 4, "cant|cannot|trouble|difficulty|unable|suddenly|no puedo|no puede|dificultad|cuesta|repente", "speak*|talk*|get words out|hablar|habla").flat().but("phone|call|telefono|llamada|on monday|on tuesday|on wednesday|on thursday|on friday|tomorrow|el lunes|el martes|el miercoles|el jueves|el viernes|manana"),
	near(Stroke, 5, "sudden*|repente|repentin*|subita*", "confus*|dizz*|cant walk|cant see|headache|confund*|mareo*|dolor de cabeza|no veo"),

	// Blood.
	near(Bleeding, 6, "bleed*|blood|sangr*|hemorragia", "wont stop|not stop*|doesnt stop|cant stop|heavily|a lot|everywhere|soak*|pouring|gush*|no para|no se detiene|no deja|mucho|mucha|abundante|chorro|empapa*|muchisim*").flat(),
	near(Bleeding, 5, "vomit*|throw* up|threw up|throwing up|vomit*|devolv*", "blood|sangre"),
	said(Bleeding, "hemorrhag*|hemorragia|black tarry|tarry stool*|heces negras|popo negra|coffee grounds"),
	near(Bleeding, 5, "blood|bloody|sangre", "stool*|poop|toilet bowl|popo|heces|excremento", "lot|lots|clots|dizz*|mucha|coagulos|mareo*|mareado|mareada"),

	// Allergy.
	said(Allergy, "anaphyla*|anafila*|used the epipen|used my epipen|used his epipen|used her epipen|gave epipen|throat is closing|throat closing|se me cierra la garganta|se le cierra la garganta|choque anafilactico"),
	near(Allergy, 5, "throat|tongue|lips|face|garganta|lengua|labios|cara", "swell*|swollen|closing|tight*|hincha*|inflama*|cierra|cerrando"),
	near(Allergy, 8, "hives|rash|allergic reaction|ronchas|urticaria|reaccion alergica|alergia", "breath*|throat|swell*|swollen|faint*|respirar|garganta|hincha*|desmay*"),

	// Fits.
	near(Seizure, 3, "having|had|has|another|keeps|tuvo|tiene|tuve|dio|dando|otra|esta con", "seizure*|convulsion*|ataque epileptico|ataques epilepticos"),
	said(Seizure, "convulsing|convulsiona*|fit that wont stop|ataque epileptico|ataques epilepticos|shaking uncontrollably"),

	// Harm to oneself.
	said(Suicide, "suicid*|kill myself|killing myself|end my life|ending my life|take my own life|end it all|want to die|wanna die|wish i was dead|wish i were dead|better off dead|better off without me|no reason to live|hurt myself|hurting myself|harm myself|harming myself|cutting myself|self harm|selfharm|"+
		"suicidio|suicidar*|matarme|quitarme la vida|acabar con mi vida|terminar con mi vida|quiero morir*|quisiera morir*|no quiero vivir|no quiero seguir viviendo|ya no quiero vivir|mejor muerto|mejor muerta|estaria mejor muert*|hacerme dano|lastimarme|cortarme|me corto"),
	said(Suicide, "dont want to live|dont want to be alive|dont want to be here anymore|cant go on|no point in living|no vale la pena vivir|no puedo seguir asi|no quiero estar aqui|no quiero vivir|ya no quiero vivir|no quiero seguir viviendo").flat(),

	// Too much of something.
	said(Overdose, "overdos*|sobredosis|od on|odd on|poisoned|poisoning|envenen*|intoxicad*|intoxicacion"),
	near(Overdose, 6, "took|taken|swallowed|ate|drank|tomo|tome|trago|trague|comio|bebio|se tomo|me tome", "too many|too much|whole bottle|all the pills|all my pills|handful|bleach|antifreeze|battery|double dose by mistake|demasiad*|muchas pastillas|todo el frasco|todas las pastillas|cloro|lejia|anticongelante|pila"),

	// Harm by others.
	near(Violence, 4, "hits|hit|hitting|beats|beat|beating|chok*|strangl*|threaten* to kill|rap*|pega|pego|golpea|golpeo|amenaza con matar*|me viol*|ahorc*", "me|my partner|my husband|my boyfriend|my wife|mi pareja|mi esposo|mi marido|mi novio|matarme|violo"),
	said(Violence, "not safe at home|afraid for my life|no estoy segura en casa|no estoy seguro en casa|temo por mi vida|miedo por mi vida").flat(),

	// With child.
	near(Pregnancy, 8, "pregnan*|weeks along|embaraz*|baby inside", "bleed*|severe pain|bad pain|strong pain|water broke|cant see|blurr* vision|vision|severe headache|not moving|isnt moving|stopped moving|doesnt move|sangr*|dolor fuerte|mucho dolor|rompi fuente|se me rompio la fuente|vision borrosa|no se mueve|dejo de moverse|dolor de cabeza fuerte").flat(),
	near(Pregnancy, 6, "baby|bebe", "not moving|isnt moving|stopped moving|hasnt moved|no se mueve|dejo de moverse|no lo siento|ya no se mueve").flat(),

	// Small children.
	near(Infant, 8, "newborn|week old|weeks old|1 month old|2 month* old|one month old|two month* old|infant|recien nacid*|semanas de nacid*|un mes de nacid*|dos meses de nacid*|un mes|dos meses", "fever|100.4|101|102|103|104|38|39|40|fiebre|calentura"),
	near(Infant, 8, "newborn|baby|infant|bebe|recien nacid*", "limp|floppy|wont eat|not eating|wont feed|not feeding|no wet diapers|no come|no quiere comer|no moja|flacid*|aguado|aguada|no reacciona").flat(),

	// Infection.
	near(Infection, 8, "fever|fiebre|calentura", "stiff neck|confus*|cuello tieso|cuello rigido|nuca rigida|confund*|delir*"),
	near(Infection, 3, "have|has|could be|might be|be|tenga|tiene|sea|ser", "sepsis|meningitis"),
	near(Infection, 6, "fever|temperature|fiebre|temperatura|calentura", "104|105|106|40|40.5|41|41.5"),

	// Eyes.
	near(Sight, 4, "sudden*|lost|losing|cant|cannot|no puedo|perdi|perdio|repente", "vision|sight|see anything|see out|ver nada|vista|ver con"),
	said(Sight, "went blind|gone blind|curtain over my eye|chemical in my eye|me quede ciego|me quede ciega|quimico en el ojo|cloro en el ojo"),

	// Sugar.
	near(Sugar, 6, "sugar|glucose|azucar|glucosa", "30|35|40|45|50|500|550|600|confus*|cant wake|passed out|shaking|very low|muy baja|muy baj*|confund*|desmay*"),

	// Hurt badly.
	near(Injury, 6, "hit|fell|fall|cai|cayo|golpe*|caida", "head|cabeza", "vomit*|throw* up|confus*|passed out|blood thinner*|drowsy|sleepy|headache|confund*|desmay*|anticoagulante*|sueno|sangr*|bleed*"),
	said(Injury, "bone sticking out|bone is sticking|hueso salido|hueso expuesto|car accident|accidente de carro|accidente de coche|gunshot|stabbed|balazo|apunal*|electrocut*|severe burn|quemadura grave|third degree"),
}
