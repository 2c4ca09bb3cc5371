import type { asks as english } from '../en/asks'
import type { Same } from '../shape'

export const asks: Same<typeof english> = {
  asks: {
    page: 'Sus solicitudes', title: 'Sus solicitudes', titleFor: 'Solicitudes para {{name}}', list: 'Solicitudes', new: 'Nueva solicitud', newFor: 'Nueva solicitud para {{name}}', none: 'Todavía no hay solicitudes', noneText: 'Pida una consulta, copias de su historial o que le llenen un formulario. Los surtidos se piden en la página de la medicina.',
    hidden: 'Estas solicitudes no se comparten con usted', hiddenText: '{{name}} o la clínica pueden cambiarlo.', more: 'Mostrar anteriores', back: 'Sus solicitudes',
    kind: { refill: 'Surtido', renewal: 'Renovación', visit: 'Consulta', record: 'Copias del historial', form: 'Formulario para llenar' },
    pick: { visit: 'Una consulta', record: 'Copias del historial', form: 'Que llenen un formulario' }, pickText: { visit: 'Usted dice por qué y cuándo le conviene', record: 'Para usted o para otra persona', form: 'Para la escuela, el trabajo, el seguro' },
    state: { requested: 'Pedida', received: 'Vista por la clínica', 'on-hold': 'Falta su respuesta', accepted: 'Aceptada', 'in-progress': 'En curso', completed: 'Hecha', rejected: 'Rechazada', cancelled: 'Retirada' },
    step: { requested: 'Pedida', received: 'Vista', answered: 'Respondida', 'on-hold': 'Le preguntó algo', accepted: 'Aceptada', 'in-progress': 'Empezada', completed: 'Hecha', rejected: 'Rechazada', cancelled: 'Retirada' },
    personRole: '{{name}}, {{role}}', askedFor: '{{who}} la pidió para {{name}}', asked: '{{who}} la pidió', on: '{{what}}, {{when}}', steps: 'Qué pasó', what: 'Qué se pidió', need: '¿Qué necesita?', came: 'Qué resultó', why: 'Por qué', reasonAsk: 'La clínica pregunta', reasonNo: 'Por qué se rechazó',
    daysLeft_one: 'Alcanza para {{count}} día más', daysLeft_other: 'Alcanza para {{count}} días más', pharmacy: 'Farmacia', note: 'Nota', mode: { video: 'Por video', clinic: 'En la clínica', either: 'Por video o en la clínica' }, when: 'Cuándo conviene', documents: 'Qué copias', recipient: 'Para quién', purpose: 'Para qué', form: 'El formulario', open: 'Abrir {{title}}', medicine: 'Medicina',
    result: { MedicationRequest: 'Receta nueva', Appointment: 'Consulta', DocumentReference: 'Documento' },
    answer: 'Su respuesta', sendAnswer: 'Enviar la respuesta', needAnswer: 'Escriba una respuesta.', takeBack: 'Retirarla', takeBackSure: '¿Retirar esta solicitud?', takeBackText: 'La clínica ya no trabajará en ella. Puede volver a pedir.', keep: 'Dejarla',
    refill: 'Pedir un surtido', renewal: 'Pedir una renovación', refillFor: 'Pedir un surtido para {{name}}', renewalFor: 'Pedir una renovación para {{name}}', needMore: '¿Necesita más?', seeOpen: 'Ya se pidió. Vea cómo va',
    offer: { left_one: 'A esta receta le queda {{count}} surtido.', left_other: 'A esta receta le quedan {{count}} surtidos.', 'none-left': 'No quedan surtidos. La clínica tiene que renovar la receta.', expired: 'La receta venció. La clínica tiene que renovarla.', stopped: 'Esta medicina se suspendió. La clínica decide si la vuelve a tomar.', paused: 'Esta medicina está en pausa. La clínica decide si la vuelve a tomar.' },
    days: '¿Para cuántos días le alcanza?', daysHelp: 'Un número, o déjelo vacío.', needDays: 'Escriba un número de 0 a 365.', choosePharmacy: '¿Qué farmacia?', otherPharmacy: 'Otra', noteHelp: 'Lo que la clínica deba saber.',
    whyVisit: '¿Por qué necesita una consulta?', needWhy: 'Diga en pocas palabras por qué.', how: '¿Cómo?', whenHelp: 'Por ejemplo: por la mañana, los viernes no.', whichCopies: '¿Qué documentos necesita?', needCopies: 'Diga qué documentos.', forWhom: '¿Para quién son?', forWhomHelp: 'Usted, un médico, una escuela, un seguro.', needWhom: 'Diga para quién.', whatFor: '¿Para qué son?',
    addForm: 'El formulario', addFormHelp: 'Una foto o un PDF.', needForm: 'Agregue el formulario.', formWait: 'El formulario todavía se está enviando. Espere un momento y luego envíe.', send: 'Enviar la solicitud', sendFor: 'Enviar la solicitud para {{name}}', notPossible: 'Esto no se puede pedir aquí', notPossibleText: 'Llame a la clínica o escriba un mensaje.', emergency: 'Si no puede esperar, llame al {{phone}}.',
    sent: 'Enviada. Aquí ve cómo va.', optional: '(puede dejarlo vacío)',
  },
  clinicAsks: {
    page: 'Solicitudes', one: 'La solicitud', list: 'Solicitudes, las más antiguas primero', kinds: 'Tipos', all: 'Todas', none: 'No hay nada pedido', noneText: 'Lo que pidan sus pacientes aparece aquí al momento.', pick: 'Ninguna solicitud abierta', pickText: 'Elija una a la izquierda, o presione J y luego Intro.', more: 'Mostrar más',
    state: { requested: 'Nueva', received: 'Vista', 'on-hold': 'Con el paciente', accepted: 'Aceptada', 'in-progress': 'En curso', completed: 'Hecha', rejected: 'Rechazada', cancelled: 'Retirada' },
    step: { requested: 'Pedida', received: 'Vista', answered: 'Respondida', 'on-hold': 'Se preguntó al paciente', accepted: 'Aceptada', 'in-progress': 'Empezada', completed: 'Hecha', rejected: 'Rechazada', cancelled: 'Retirada' },
    back: 'Solicitudes', actsFor: '{{name}}, {{relation}}', decide: 'Decidir', do: { accepted: 'Aceptar', 'in-progress': 'Empezar', completed: 'Hecha', 'on-hold': 'Preguntar', rejected: 'Rechazar' },
    ask: '¿Qué necesita saber?', why: '¿Por qué no? El paciente lo lee.', say: 'Unas palabras para el paciente', needText: 'Escríbalo para el paciente.', issue: 'Escribir la receta nueva', issueText: 'Como antes: misma medicina, mismas indicaciones.', days: 'Días por surtido', repeats: 'Surtidos más', needDays: 'Escriba de 1 a 365 días.', needRepeats: 'Escriba de 0 a 11 surtidos.', needIssue: 'Una renovación necesita una receta nueva.', link: 'Enlazar la consulta', linkNone: 'Ninguna', go: 'Enviar', cancel: 'Cancelar', chart: 'Abrir expediente', readOnly: 'Su función lee aquí y no responde.',
    key: { move: 'siguiente, anterior', open: 'abrir', accept: 'aceptar', begin: 'empezar', done: 'hecha', hold: 'preguntar', decline: 'rechazar', chart: 'expediente', go: 'ir a solicitudes' },
  },
}
