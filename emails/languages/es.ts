import type { Catalogue } from '../messages.ts'

export const es = {
  name: 'Español',
  digest: {
    fallbackSubject: 'Su resumen de noticias',
    untitled: 'Artículo sin título',
    oneStory: 'Un artículo en esta edición',
    alsoInside: 'Además: {titles}',
    andMore: 'y {count, plural, one {# más} many {# más} other {# más}}',
    byline: 'Por {authors}',
    otherAuthors: '{count, plural, one {# más} many {# más} other {# más}}',
    inBrief: 'En breve',
    fewerOf: 'Menos noticias de {topic}',
    further:
      '{count, plural, one {Un artículo más en la web} many {# artículos más en la web} other {# artículos más en la web}}',
    settings: 'A su medida',
    rhythm:
      'Lo recibe {frequency, select, daily {todos los días} weekdays {de lunes a viernes} other {una vez por semana}}.',
    weekly: 'Cada semana en lugar de {frequency, select, weekdays {de lunes a viernes} other {cada día}}',
    daily: 'Cada día en lugar de cada semana',
    pause: 'Pausar durante dos semanas',
    replies:
      'O responda a este correo con una de estas palabras: semanal, diario, laborables, pausa 2 semanas, baja, ayuda.',
  },
  footer: {
    preferences: 'Todas las preferencias',
    unsubscribe: 'Darse de baja',
    confirmed: 'Recibe este correo porque confirmó su suscripción a {newsletter} el {date}.',
    sentBy: '{newsletter} es un envío de',
    questions: '¿Preguntas? Escriba a',
  },
  letter: { address: 'Si el botón no funciona, abra esta dirección en un navegador:' },
  confirm: {
    subject: 'Confirme su suscripción a {newsletter}',
    title: 'Solo falta un clic',
    asked:
      'Alguien, seguramente usted, ha pedido recibir {newsletter} en esta dirección. Confirme que ha sido usted y comenzarán los envíos.',
    button: 'Confirmar la suscripción',
    expires: 'El enlace es válido durante 72 horas.',
    replies: 'También puede responder a este correo con la palabra «sí».',
    ignore: 'Si no ha sido usted, no haga caso de este correo. No recibirá nada más.',
    why: 'Recibe este único correo porque se nos indicó esta dirección para una suscripción, en una página o por correo.',
  },
  preferencesLink: {
    subject: 'Su enlace a {newsletter}',
    title: 'Su enlace',
    asked:
      'Alguien, seguramente usted, ha pedido el enlace a sus preferencias de {newsletter}: con qué frecuencia llega, cuándo y sobre qué, su dirección y sus datos.',
    button: 'Abrir mis preferencias',
    keep: 'Quien tenga el enlace puede cambiarlas, así que no lo comparta.',
    ignore: 'Si no ha sido usted, no haga caso de este correo. Nada ha cambiado.',
    why: 'Recibe este correo porque esta dirección se introdujo en nuestra página de enlaces perdidos.',
  },
  addressChange: {
    subject: 'Confirme su nueva dirección para {newsletter}',
    title: 'Solo falta un clic',
    asked:
      'Alguien que lee {newsletter}, seguramente usted, ha pedido recibirlo en esta dirección a partir de ahora. Confirme que es suya y así se hará.',
    button: 'Usar esta dirección',
    expires: 'El enlace es válido durante 72 horas.',
    ignore: 'Si no ha sido usted, no haga caso de este correo. No recibirá nada más.',
    why: 'Recibe este único correo porque alguien introdujo esta dirección como la suya nueva.',
  },
  addressChangeNotice: {
    subject: 'Su dirección para {newsletter} va a cambiar',
    title: 'Su dirección va a cambiar',
    asked:
      'Alguien que tiene su enlace, seguramente usted, ha pedido que {newsletter} se envíe a otra dirección. Así se hará en cuanto esa dirección se confirme.',
    button: 'Ver o detener el cambio',
    ignore:
      'Si ha sido usted, no tiene que hacer nada aquí. Si no, detenga el cambio: hasta entonces, los envíos siguen llegando aquí.',
    why: 'Recibe este correo porque esta es la dirección a la que llegan sus envíos.',
  },
  answer: {
    frequency:
      'Sus envíos llegan ahora {frequency, select, daily {todos los días} weekdays {de lunes a viernes} other {una vez por semana, el {weekday}}}',
    paused: 'Sus envíos están en pausa',
    pausedUntil: 'No recibirá ninguno antes del {day}.',
    resumed: 'Sus envíos no están en pausa',
    confirmed: 'Se ha suscrito a {newsletter}',
    stopped: 'Se ha dado de baja',
    stoppedMore: 'No recibirá más envíos de {newsletter}.',
    notSubscribed: 'No tiene ninguna suscripción',
    nothingDone: 'Así que no había nada que cambiar. Puede volver a suscribirse cuando quiera.',
    help: 'Lo que puede hacer por correo',
    nothingChanged: 'No se ha cambiado nada',
    notUnderstood: 'No se ha entendido lo que escribió, y nadie lo ha leído.',
    badPause: 'Una pausa termina como pronto mañana y como tarde dentro de un año.',
    howTo: 'Responda a este correo, o a cualquier envío, con una de estas opciones en la primera línea:',
    commands: [
      'semanal: una vez por semana; «semanal el viernes» elige el día',
      'diario: todos los días',
      'laborables: de lunes a viernes',
      'pausa 2 semanas, o pausa hasta el 24 de diciembre',
      'reanudar: termina una pausa',
      'baja: ningún envío más',
      'ayuda: este correo',
    ],
    next: 'El próximo llega el {instant}, si hay novedades.',
    undo: 'Deshacer',
    endPause: 'Terminar la pausa',
    subscribe: 'Volver a suscribirse',
    why: 'Recibe este correo porque nos ha llegado un mensaje con una dirección que solo figura en sus correos.',
  },
} as const satisfies Catalogue
